//! Second steps, and what is short-lived about them.

use super::model::SecondStep;
use crate::error::Result;
use crate::id::AccountId;
use crate::store::{Class, Read, Table, WriteTx};
use serde::{Deserialize, Serialize};

/// Whoever gave the right password and owes the code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Who.
    pub account: AccountId,
    /// The account's epoch then; a raised one ends it.
    pub epoch: u32,
    /// When, ms.
    pub made_ms: i64,
    /// Wrong codes so far.
    pub tries: u32,
}
crate::stored_value!(Ticket, 1);

/// Account → its second step.
static SECOND_STEPS: Table<AccountId, SecondStep> = Table::new(Class::Primary, 63, "second_steps");
/// Account → the last half minute whose code was used.
static USED: Table<AccountId, u64> = Table::new(Class::Ephemeral, 64, "second_step_used");
/// Account → a secret being shared with a telephone.
static SHARED: Table<AccountId, Vec<u8>> = Table::new(Class::Ephemeral, 65, "second_step_shared");
/// blake3 of a ticket → whose it is.
static TICKETS: Table<[u8; 32], Ticket> = Table::new(Class::Ephemeral, 66, "second_step_tickets");

/// A person's second step.
pub fn get(tx: &impl Read, id: AccountId) -> Result<Option<SecondStep>> {
    SECOND_STEPS.get(tx, &id)
}

/// Its key in the log.
pub fn key(id: AccountId) -> Vec<u8> {
    SECOND_STEPS.key(&id)
}

/// Keeps a second step.
pub fn put(tx: &mut WriteTx<'_>, id: AccountId, step: &SecondStep) -> Result<()> {
    SECOND_STEPS.put(tx, &id, step)
}

/// Takes a person's second step away: their telephone is lost, or they want none.
pub fn remove(tx: &mut WriteTx<'_>, id: AccountId) -> Result<()> {
    SECOND_STEPS.remove(tx, &id)?;
    SHARED.remove(tx, &id)
}

/// The last half minute whose code was used.
pub fn used(tx: &impl Read, id: AccountId) -> Result<u64> {
    Ok(USED.get(tx, &id)?.unwrap_or_default())
}

/// Notes that this half minute's code is used.
pub fn put_used(tx: &mut WriteTx<'_>, id: AccountId, step: u64) -> Result<()> {
    USED.put(tx, &id, &step)
}

/// The secret being shared.
pub fn shared(tx: &impl Read, id: AccountId) -> Result<Option<Vec<u8>>> {
    SHARED.get(tx, &id)
}

/// Begins or ends sharing a secret.
pub fn put_shared(tx: &mut WriteTx<'_>, id: AccountId, secret: Option<&Vec<u8>>) -> Result<()> {
    match secret {
        Some(secret) => SHARED.put(tx, &id, secret),
        None => SHARED.remove(tx, &id),
    }
}

/// The ticket with this hash.
pub fn ticket(tx: &impl Read, hash: &[u8; 32]) -> Result<Option<Ticket>> {
    TICKETS.get(tx, hash)
}

/// Keeps or ends a ticket.
pub fn put_ticket(tx: &mut WriteTx<'_>, hash: &[u8; 32], ticket: Option<&Ticket>) -> Result<()> {
    match ticket {
        Some(ticket) => TICKETS.put(tx, hash, ticket),
        None => TICKETS.remove(tx, hash),
    }
}

/// Ends tickets made before `oldest_ms`, at most `limit`.
pub fn sweep(tx: &mut WriteTx<'_>, oldest_ms: i64, limit: usize) -> Result<usize> {
    let mut old = Vec::new();
    TICKETS.scan_all(tx, |hash, ticket| {
        if ticket.made_ms < oldest_ms {
            old.push(hash);
        }
        Ok(if old.len() < limit { std::ops::ControlFlow::Continue(()) } else { std::ops::ControlFlow::Break(()) })
    })?;
    old.iter().try_for_each(|hash| TICKETS.remove(tx, hash))?;
    Ok(old.len())
}
