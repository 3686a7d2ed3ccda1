//! Derived rows: what follows from primary rows, kept for looking up and ordering. They are written
//! together with the row they follow from, can be made anew from the primary rows at any time, and
//! are in no log and no backup.

use super::open::begin;
use super::table::{Class, row_name};
use super::tx::{seal, unseal};
use super::{DERIVED, Key, META, META_DERIVATION, ROWS, Table, Value};
use crate::error::Result;
use redb::{Database, ReadableTable};
use std::collections::HashMap;
use std::ops::Bound;

/// Derives rows from one primary row: full key and value in, full derived keys and values out. Must
/// be a pure function of its input and the loaded spec, and each derived key must name the primary
/// row, so that no two rows derive the same key. If one row gives a key twice, the last counts.
pub type Derive = Box<dyn Fn(&[u8], &[u8], &mut dyn FnMut(Vec<u8>, Vec<u8>)) -> Result<()> + Send + Sync>;

/// A full derived key and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// The derivations of all primary tables.
#[derive(Default)]
pub struct Derivers {
    by_table: HashMap<u8, Derive>,
    /// Changes whenever a derivation would give other rows than before.
    pub fingerprint: String,
}

impl Derivers {
    /// Registers the derivation of a primary table.
    pub fn add<K: Key, V: Value>(&mut self, table: &Table<K, V>, derive: Derive) {
        let before = self.by_table.insert(table.number, derive);
        debug_assert!(before.is_none(), "two derivations of table {}", table.number);
    }

    /// Whether the derived rows in the store are those these derivations give. `mark`: what
    /// [`rebuild`] left in the store.
    pub(super) fn gave(&self, mark: Option<&[u8]>) -> bool {
        mark.map_or(self.by_table.is_empty(), |mark| mark == self.fingerprint.as_bytes())
    }

    /// The rows that follow from a primary row, each key once, in order of key.
    pub(super) fn rows_of(&self, key: &[u8], value: &[u8]) -> Result<Vec<Row>> {
        let mut rows: Vec<Row> = Vec::new();
        let Some(derive) = key.first().and_then(|table| self.by_table.get(table)) else { return Ok(rows) };
        derive(key, value, &mut |k, v| rows.push((k, v)))?;
        if rows.len() > 1 {
            rows.reverse();
            rows.sort_by(|a, b| a.0.cmp(&b.0)); // stable: of equal keys the last given comes first
            rows.dedup_by(|later, first| later.0 == first.0);
        }
        Ok(rows)
    }
}

/// Makes all derived rows anew, in portions, so that no commit grows large. Cut off half-way it is
/// begun again by the next opening, because the mark that says whose rows these are is gone.
pub(super) fn rebuild(db: &Database, derivers: &Derivers, progress: &mut dyn FnMut(u64)) -> Result<()> {
    const ROWS_PER_COMMIT: usize = 50_000;
    let txn = begin(db)?;
    txn.delete_table(DERIVED)?;
    txn.open_table(DERIVED)?;
    txn.open_table(META)?.remove(META_DERIVATION)?;
    txn.commit()?;
    let mut from: Vec<u8> = Vec::new();
    let mut done = 0u64;
    loop {
        let txn = begin(db)?;
        let mut last = None;
        {
            let rows = txn.open_table(ROWS)?;
            let mut derived = txn.open_table(DERIVED)?;
            let portion = rows.range::<&[u8]>((Bound::Excluded(&from[..]), Bound::Unbounded))?;
            for (n, row) in portion.enumerate() {
                let (key, kept) = row?;
                let key = key.value();
                let place = || row_name(Class::Primary, key);
                let (_, value) = unseal(Class::Primary, key, kept.value()).map_err(|e| e.at(place))?;
                for (k, v) in derivers.rows_of(key, value).map_err(|e| e.at(place))? {
                    let kept = seal(Class::Derived, &k, 0, &v);
                    derived.insert(&k[..], &kept[..])?;
                }
                done += 1;
                if n + 1 == ROWS_PER_COMMIT {
                    last = Some(key.to_vec());
                    break;
                }
            }
        }
        if last.is_none() {
            txn.open_table(META)?.insert(META_DERIVATION, derivers.fingerprint.as_bytes())?;
        }
        txn.commit()?;
        progress(done);
        match last {
            Some(key) => from = key,
            None => return Ok(()),
        }
    }
}
