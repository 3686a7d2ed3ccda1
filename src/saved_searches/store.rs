//! The table of kept searches.

use super::model::SavedSearch;
use crate::error::Result;
use crate::id::AccountId;
use crate::store::{Class, Read, Table, WriteTx};
use std::ops::ControlFlow;

/// (account, number) → a search it keeps.
static SAVED: Table<(AccountId, u32), SavedSearch> = Table::new(Class::Primary, 12, "saved_searches");

/// The searches of an account, with their numbers, oldest first.
pub fn of(tx: &impl Read, account: AccountId) -> Result<Vec<(u32, SavedSearch)>> {
    let mut out = Vec::new();
    SAVED.scan_prefix(tx, &(account,), |(_, number), saved| {
        out.push((number, saved));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Keeps a search.
pub fn put(tx: &mut WriteTx<'_>, account: AccountId, number: u32, saved: &SavedSearch) -> Result<()> {
    SAVED.put(tx, &(account, number), saved)
}

/// Removes a search.
pub fn remove(tx: &mut WriteTx<'_>, account: AccountId, number: u32) -> Result<()> {
    SAVED.remove(tx, &(account, number))
}
