//! The outbox, and what was told. Short-lived: in no log.

use super::model::Letter;
use crate::error::Result;
use crate::store::{Class, Read, Table, WriteTx};
use std::ops::ControlFlow;

/// Number → a letter that waits.
static OUTBOX: Table<u64, Letter> = Table::new(Class::Ephemeral, 61, "mail_outbox");
/// An alarm's key → when it was first told, ms; the day of the last daily letter under [`DAILY`].
static TOLD: Table<String, u64> = Table::new(Class::Ephemeral, 62, "mail_told");

/// Under this key stands the day number of the last daily letter.
const DAILY: &str = "\u{1}daily";

/// All letters that wait, oldest first.
pub fn waiting(tx: &impl Read) -> Result<Vec<(u64, Letter)>> {
    let mut out = Vec::new();
    OUTBOX.scan_all(tx, |number, letter| {
        out.push((number, letter));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Puts letters into the outbox.
pub(super) fn add(tx: &mut WriteTx<'_>, letters: Vec<Letter>) -> Result<()> {
    let last = waiting(tx)?.last().map_or(0, |(number, _)| *number);
    for (number, letter) in (last + 1..).zip(letters) {
        OUTBOX.put(tx, &number, &letter)?;
    }
    Ok(())
}

pub(super) fn put(tx: &mut WriteTx<'_>, number: u64, letter: &Letter) -> Result<()> {
    OUTBOX.put(tx, &number, letter)
}

pub(super) fn remove(tx: &mut WriteTx<'_>, number: u64) -> Result<()> {
    OUTBOX.remove(tx, &number)
}

/// The keys of the alarms that were told and had not ended when last looked at.
pub(super) fn told(tx: &impl Read) -> Result<Vec<String>> {
    let mut out = Vec::new();
    TOLD.scan_all(tx, |key, _| {
        if key != DAILY {
            out.push(key);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

pub(super) fn tell(tx: &mut WriteTx<'_>, key: &str, now_ms: i64) -> Result<()> {
    TOLD.put(tx, &key.to_owned(), &now_ms.unsigned_abs())
}

pub(super) fn forget(tx: &mut WriteTx<'_>, key: &str) -> Result<()> {
    TOLD.remove(tx, &key.to_owned())
}

/// The day number of the last daily letter.
pub(super) fn last_daily(tx: &impl Read) -> Result<u64> {
    Ok(TOLD.get(tx, &DAILY.to_owned())?.unwrap_or_default())
}

pub(super) fn put_daily(tx: &mut WriteTx<'_>, day: u64) -> Result<()> {
    TOLD.put(tx, &DAILY.to_owned(), &day)
}
