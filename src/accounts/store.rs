//! Tables of accounts and tokens.

use super::model::{Account, Token};
use crate::error::Result;
use crate::id::{AccountId, UnitId};
use crate::store::{Class, Derivers, Read, Table, Value, WriteTx};
use std::ops::ControlFlow;

/// Account → its facts.
static ACCOUNTS: Table<AccountId, Account> = Table::new(Class::Primary, 10, "accounts");
/// blake3 of the token → whose it is.
static TOKENS: Table<[u8; 32], Token> = Table::new(Class::Primary, 11, "tokens");
/// (login, account) → nothing. From `ACCOUNTS`.
static BY_LOGIN: Table<(String, AccountId), ()> = Table::new(Class::Derived, 10, "accounts_by_login");
/// (unit, account) → nothing. From `ACCOUNTS`.
static BY_UNIT: Table<(UnitId, AccountId), ()> = Table::new(Class::Derived, 11, "accounts_by_unit");

/// Registers what follows from account rows.
pub fn derive(derivers: &mut Derivers) {
    derivers.fingerprint.push_str("accounts 2;");
    derivers.add(
        &ACCOUNTS,
        Box::new(|_, value, out| {
            let account = Account::from_bytes(value)?;
            out(BY_UNIT.key(&(account.unit, account.id)), Vec::new());
            out(BY_LOGIN.key(&(account.login, account.id)), Vec::new());
            Ok(())
        }),
    );
}

/// An account.
pub fn get(tx: &impl Read, id: AccountId) -> Result<Option<Account>> {
    ACCOUNTS.get(tx, &id)
}

/// The account with this login, open or closed.
pub fn by_login(tx: &impl Read, login: &str) -> Result<Option<Account>> {
    let mut found = None;
    BY_LOGIN.scan_prefix(tx, &(login.to_owned(),), |(_, id), ()| {
        found = Some(id);
        Ok(ControlFlow::Break(()))
    })?;
    found.map_or(Ok(None), |id| get(tx, id))
}

/// Visits the accounts of units from `from` on, in order of unit and number, until told to stop.
pub fn from_unit(
    tx: &impl Read,
    from: (UnitId, AccountId),
    mut visit: impl FnMut(UnitId, AccountId) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (start, end) = (BY_UNIT.key(&from), crate::store::table::after(&[BY_UNIT.number]));
    BY_UNIT.scan_between(tx, &start, &end, |(unit, id), ()| visit(unit, id))
}

/// The accounts of a unit, in order of number.
pub fn of_unit(tx: &impl Read, unit: UnitId) -> Result<Vec<AccountId>> {
    let mut out = Vec::new();
    BY_UNIT.scan_prefix(tx, &(unit,), |(_, id), ()| {
        out.push(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// An account's key in the log.
pub fn key(id: AccountId) -> Vec<u8> {
    ACCOUNTS.key(&id)
}

/// All accounts, in order of number.
pub fn all(tx: &impl Read) -> Result<Vec<Account>> {
    let mut out = Vec::new();
    ACCOUNTS.scan_all(tx, |_, account| {
        out.push(account);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// The number a new account gets.
pub fn next_id(tx: &impl Read) -> Result<AccountId> {
    let mut last = AccountId(0);
    ACCOUNTS.scan_all(tx, |id, _| {
        last = id;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(AccountId(last.0 + 1))
}

/// Keeps an account.
pub fn put(tx: &mut WriteTx<'_>, account: &Account) -> Result<()> {
    ACCOUNTS.put(tx, &account.id, account)
}

/// The token with this hash.
pub fn token(tx: &impl Read, hash: &[u8; 32]) -> Result<Option<Token>> {
    TOKENS.get(tx, hash)
}

/// Keeps a token.
pub fn put_token(tx: &mut WriteTx<'_>, hash: &[u8; 32], token: &Token) -> Result<()> {
    TOKENS.put(tx, hash, token)
}

/// Ends a token.
pub fn remove_token(tx: &mut WriteTx<'_>, hash: &[u8; 32]) -> Result<()> {
    TOKENS.remove(tx, hash)
}

/// The tokens of an account, with their hashes.
pub fn tokens_of(tx: &impl Read, account: AccountId) -> Result<Vec<([u8; 32], Token)>> {
    let mut out = Vec::new();
    TOKENS.scan_all(tx, |hash, token| {
        if token.account == account {
            out.push((hash, token));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Ends all tokens of everybody; gives how many there were.
pub fn end_all_tokens(tx: &mut WriteTx<'_>) -> Result<u64> {
    let mut hashes = Vec::new();
    TOKENS.scan_all(tx, |hash, _| {
        hashes.push(hash);
        Ok(ControlFlow::Continue(()))
    })?;
    for hash in &hashes {
        TOKENS.remove(tx, hash)?;
    }
    Ok(hashes.len() as u64)
}
