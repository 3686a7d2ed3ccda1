//! Sessions and failed sign-ins. Short-lived: in no log.

use crate::error::Result;
use crate::id::AccountId;
use crate::store::{Class, Read, Table, WriteTx};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// An open session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Whose it is.
    pub account: AccountId,
    /// The account's epoch when it began; a raised epoch ends it.
    pub epoch: u32,
    /// When it began, ms.
    pub created_ms: i64,
    /// When it was last used, ms (to the minute).
    pub seen_ms: i64,
}
crate::stored_value!(Session, 1);

impl Session {
    /// One that begins now.
    pub const fn of(account: AccountId, epoch: u32, now_ms: i64) -> Self {
        Self { account, epoch, created_ms: now_ms, seen_ms: now_ms }
    }
}

/// Failed sign-ins of one login in a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// The last, ms.
    pub last_ms: i64,
}
crate::stored_value!(Failures, 1);

/// blake3 of the cookie's token → the session.
static SESSIONS: Table<[u8; 32], Session> = Table::new(Class::Ephemeral, 2, "sessions");
/// Login as typed (hashed, so that mistyped passwords in the login field are not kept) → failures.
static FAILURES: Table<[u8; 32], Failures> = Table::new(Class::Ephemeral, 3, "sign_in_failures");

/// The session with this token hash.
pub fn get(tx: &impl Read, hash: &[u8; 32]) -> Result<Option<Session>> {
    SESSIONS.get(tx, hash)
}

/// Keeps a session.
pub fn put(tx: &mut WriteTx<'_>, hash: &[u8; 32], session: &Session) -> Result<()> {
    SESSIONS.put(tx, hash, session)
}

/// Ends a session.
pub fn remove(tx: &mut WriteTx<'_>, hash: &[u8; 32]) -> Result<()> {
    SESSIONS.remove(tx, hash)
}

/// Ends sessions last seen before `oldest_ms`, at most `limit`.
pub fn sweep(tx: &mut WriteTx<'_>, oldest_ms: i64, limit: usize) -> Result<usize> {
    let mut old = Vec::new();
    SESSIONS.scan_all(tx, |hash, session| {
        if session.seen_ms < oldest_ms {
            old.push(hash);
        }
        Ok(if old.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    for hash in &old {
        SESSIONS.remove(tx, hash)?;
    }
    Ok(old.len())
}

/// The failures of a login.
pub fn failures(tx: &impl Read, login_hash: &[u8; 32]) -> Result<Failures> {
    Ok(FAILURES.get(tx, login_hash)?.unwrap_or_default())
}

/// Keeps or clears the failures of a login.
pub fn put_failures(tx: &mut WriteTx<'_>, login_hash: &[u8; 32], failures: &Failures) -> Result<()> {
    if failures.count == 0 { FAILURES.remove(tx, login_hash) } else { FAILURES.put(tx, login_hash, failures) }
}
