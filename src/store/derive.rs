//! Derived rows: what follows from primary rows, kept for looking up and ordering. They are written
//! together with the row they follow from, can be made anew from the primary rows at any time, and
//! are in no log and no backup.

use super::open::begin;
use super::sorting::{Sorted, Sorter};
use super::table::{Class, row_name};
use super::tx::{seal, unseal};
use super::{DERIVED, Key, META, META_DERIVATION, META_DERIVED_TABLES, ROWS, Table, Value};
use crate::error::{Error, Result};
use redb::{CursorError, Database, ReadableDatabase as _, ReadableTable as _};
use std::collections::HashMap;
use std::ops::Bound;
use std::path::Path;

/// Primary rows between two words on how far it is, when all are derived anew.
const ROWS_BETWEEN_WORDS: u64 = 50_000;
/// What one commit adds then.
const COMMIT_BYTES: usize = 64 << 20;

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

    /// What is set before [`super::Db::set_derivers`]: these tables have derived rows, not known which.
    /// A row written to one of them would get none, and nothing would ever say so; so they can't be.
    pub(super) fn not_known(tables: impl IntoIterator<Item = u8>) -> Self {
        let refuse = || -> Derive {
            Box::new(|_, _, _| {
                Err(Error::Internal("Db::set_derivers comes before the first write to this table".into()))
            })
        };
        Self {
            by_table: tables.into_iter().map(|table| (table, refuse())).collect(),
            fingerprint: "\0not known".into(),
        }
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

/// Makes all derived rows anew, in portions, so that no commit grows large: put in order first, since rows
/// added in order fill their pages and need no looking for. Cut off half-way it is begun again by the next
/// opening, because the mark that says whose rows these are is gone. `dir`: where the disk is, for rows that
/// memory does not hold.
pub(super) fn rebuild(
    db: &Database,
    dir: Option<&Path>,
    derivers: &Derivers,
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let txn = begin(db)?;
    txn.delete_table(DERIVED)?;
    txn.open_table(DERIVED)?;
    txn.open_table(META)?.remove(META_DERIVATION)?;
    txn.commit()?;
    let mut sorted = derive_all(db, dir, derivers, progress)?;
    while !fill(db, &mut sorted, derivers)? {}
    Ok(())
}

/// Every derived row, as it will be kept, in order.
fn derive_all(db: &Database, dir: Option<&Path>, derivers: &Derivers, progress: &mut dyn FnMut(u64)) -> Result<Sorted> {
    let mut sorter = Sorter::new(dir);
    let mut done = 0u64;
    #[expect(clippy::disallowed_methods, reason = "this is the store itself")]
    let rows = db.begin_read()?.open_table(ROWS)?;
    for row in rows.iter()? {
        let (key, kept) = row?;
        let key = key.value();
        let place = || row_name(Class::Primary, key);
        let (_, value) = unseal(Class::Primary, key, kept.value()).map_err(|e| e.at(place))?;
        for (k, v) in derivers.rows_of(key, value).map_err(|e| e.at(place))? {
            sorter.add(&k, &seal(Class::Derived, &k, 0, &v))?;
        }
        done += 1;
        if done.is_multiple_of(ROWS_BETWEEN_WORDS) {
            progress(done);
        }
    }
    progress(done);
    sorter.sorted()
}

/// Adds a portion of the rows, in a commit; true with the last, which says whose rows they are.
fn fill(db: &Database, sorted: &mut Sorted, derivers: &Derivers) -> Result<bool> {
    let txn = begin(db)?;
    let mut ended = false;
    {
        let mut derived = txn.open_table(DERIVED)?;
        let mut end = derived.upper_bound_mut(Bound::<&[u8]>::Unbounded)?;
        let mut bytes = 0;
        while bytes < COMMIT_BYTES && !ended {
            match sorted.next()? {
                Some((key, kept)) => {
                    bytes += key.len() + kept.len();
                    match end.insert_before(key, kept) {
                        // Two rows that give one key are a fault of a derivation, which `verify` names.
                        Ok(()) | Err(CursorError::UnorderedKey) => {}
                        Err(CursorError::Storage(e)) => return Err(e.into()),
                        Err(e) => return Err(Error::Internal(e.to_string())),
                    }
                }
                None => ended = true,
            }
        }
        end.close()?;
    }
    if ended {
        let mut tables: Vec<u8> = derivers.by_table.keys().copied().collect();
        tables.sort_unstable();
        let mut meta = txn.open_table(META)?;
        meta.insert(META_DERIVED_TABLES, &tables[..])?;
        meta.insert(META_DERIVATION, derivers.fingerprint.as_bytes())?;
    }
    txn.commit()?;
    Ok(ended)
}
