//! What a closure inside a door is given: [`ReadTx`] for reading, [`WriteTx`] for a change. A
//! `WriteTx` writes into an overlay of its own, so that a closure that fails leaves nothing behind
//! although it shares its commit with others.
//!
//! Never hands out bytes that are not what was written: each row carries a checksum over its key and
//! value, and a page redb can't read is an error with its place, not a panic.

use super::log::{Body, Entry};
use super::table::{Class, row_name};
use super::writer::panic_text;
use super::{BODIES, Bytes, DERIVED, EPHEMERAL, LOG, META, REMOVED, ROWS};
use crate::error::{Error, Result};
use redb::{
    AccessGuard, CursorError, CursorMut, ReadOnlyTable, ReadTransaction, ReadableTable, Table as RedbTable,
    TableDefinition, WriteTransaction,
};
use std::ops::{Bound, ControlFlow};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

mod kept;
mod write;
pub(super) use kept::{seal, unseal};
pub use write::WriteTx;

/// Called with each row's key and value.
pub type Visit<'v> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>> + 'v;

/// Reading, the same inside either door.
pub trait Read {
    /// Calls `found` with the row's value if it is there.
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()>;
    /// Visits rows with `from <= key < to` in order.
    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()>;
    /// The entry that last wrote this primary row; `None` if it is not there (any more).
    fn written_by(&self, key: &[u8]) -> Result<Option<u64>>;
    /// The entry that removed this primary row; `None` if it is there or never was.
    fn removed_by(&self, key: &[u8]) -> Result<Option<u64>>;
    /// The header of entry `seq`.
    fn entry(&self, seq: u64) -> Result<Option<Entry>>;
    /// The body of entry `seq`; `None` if there is no such entry or its body was lawfully erased.
    fn body(&self, seq: u64) -> Result<Option<Body>>;
    /// The newest entry, `None` in an empty store.
    fn head(&self) -> Result<Option<Entry>>;
}

/// redb may panic on pages that were damaged behind its back: for whoever reads, that is an error
/// like any other.
pub(super) fn shield<R>(read: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|panic| Err(Error::damaged(format!("a page can't be read ({})", panic_text(&*panic)))))
}

/// A consistent snapshot. Held briefly: while one lives the file can only grow.
pub struct ReadTx {
    txn: ReadTransaction,
    rows: OnceLock<ReadOnlyTable<Bytes, Bytes>>,
    removed: OnceLock<ReadOnlyTable<Bytes, Bytes>>,
    derived: OnceLock<ReadOnlyTable<Bytes, Bytes>>,
    ephemeral: OnceLock<ReadOnlyTable<Bytes, Bytes>>,
    log: OnceLock<ReadOnlyTable<u64, Bytes>>,
    bodies: OnceLock<ReadOnlyTable<u64, Bytes>>,
}

impl ReadTx {
    pub(super) fn new(txn: ReadTransaction) -> Self {
        Self {
            txn,
            rows: OnceLock::new(),
            removed: OnceLock::new(),
            derived: OnceLock::new(),
            ephemeral: OnceLock::new(),
            log: OnceLock::new(),
            bodies: OnceLock::new(),
        }
    }

    fn table<'c, K: redb::Key>(
        &self,
        cell: &'c OnceLock<ReadOnlyTable<K, Bytes>>,
        definition: TableDefinition<'static, K, Bytes>,
    ) -> Result<&'c ReadOnlyTable<K, Bytes>> {
        if let Some(table) = cell.get() {
            return Ok(table);
        }
        let table = shield(|| Ok(self.txn.open_table(definition)?))?;
        Ok(cell.get_or_init(|| table))
    }

    pub(super) fn rows(&self) -> Result<&ReadOnlyTable<Bytes, Bytes>> {
        self.table(&self.rows, ROWS)
    }

    pub(super) fn removed(&self) -> Result<&ReadOnlyTable<Bytes, Bytes>> {
        self.table(&self.removed, REMOVED)
    }

    pub(super) fn derived(&self) -> Result<&ReadOnlyTable<Bytes, Bytes>> {
        self.table(&self.derived, DERIVED)
    }

    pub(super) fn ephemeral(&self) -> Result<&ReadOnlyTable<Bytes, Bytes>> {
        self.table(&self.ephemeral, EPHEMERAL)
    }

    pub(super) fn log(&self) -> Result<&ReadOnlyTable<u64, Bytes>> {
        self.table(&self.log, LOG)
    }

    pub(super) fn bodies(&self) -> Result<&ReadOnlyTable<u64, Bytes>> {
        self.table(&self.bodies, BODIES)
    }

    pub(super) fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        shield(|| Ok(self.txn.open_table(META)?.get(key)?.map(|v| v.value().to_vec())))
    }

    fn of(&self, class: Class) -> Result<&ReadOnlyTable<Bytes, Bytes>> {
        match class {
            Class::Primary => self.rows(),
            Class::Derived => self.derived(),
            Class::Ephemeral => self.ephemeral(),
        }
    }
}

impl Read for ReadTx {
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()> {
        if let Some(kept) = fetch(self.of(class)?, key)? {
            found(unseal(class, key, kept.value())?.1);
        }
        Ok(())
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()> {
        each(self.of(class)?, from, to, &mut |key, kept| visit(key, unseal(class, key, kept)?.1))
    }

    fn written_by(&self, key: &[u8]) -> Result<Option<u64>> {
        written(self.rows()?, key)
    }

    fn removed_by(&self, key: &[u8]) -> Result<Option<u64>> {
        removal(self.removed()?, key)
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        entry_at(self.log()?, seq)
    }

    fn body(&self, seq: u64) -> Result<Option<Body>> {
        body_at(self.log()?, self.bodies()?, seq)
    }

    fn head(&self) -> Result<Option<Entry>> {
        newest(self.log()?)
    }
}

type Kept<'t> = AccessGuard<'t, Bytes>;

fn fetch<'t>(table: &'t impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<Kept<'t>>> {
    let get = || {
        let found = table.get(key)?;
        let _ = found.as_ref().map(AccessGuard::value); // where the page is broken, this is what panics
        Ok(found)
    };
    shield(get).map_err(|e| e.at(|| format!("a page near {}", hex(key))))
}

/// Visits rows as kept, until told to stop. What `visit` itself panics with is not caught.
pub(super) fn each(
    table: &impl ReadableTable<Bytes, Bytes>,
    from: &[u8],
    to: &[u8],
    visit: &mut Visit<'_>,
) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    let near = |e: Error, last: &[u8]| e.at(|| format!("a page after {}", hex(last)));
    let mut range = shield(|| Ok(table.range::<&[u8]>(from..to)?)).map_err(|e| near(e, from))?;
    let mut last = from.to_vec();
    loop {
        let next = || {
            let row = range.next().transpose()?;
            let _ = row.as_ref().map(|(key, kept)| (key.value(), kept.value())); // see fetch()
            Ok(row)
        };
        let row = shield(next).map_err(|e| near(e, &last))?;
        let Some((key, kept)) = row else { return Ok(()) };
        let (key, kept) = (key.value(), kept.value());
        if visit(key, kept)?.is_break() {
            return Ok(());
        }
        last.clear();
        last.extend_from_slice(key);
    }
}

fn hex(key: &[u8]) -> String {
    use std::fmt::Write as _;
    key.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn written(rows: &impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<u64>> {
    fetch(rows, key)?.map(|kept| Ok(unseal(Class::Primary, key, kept.value())?.0)).transpose()
}

pub(super) fn removal(removed: &impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<u64>> {
    fetch(removed, key)?.map(|kept| kept::unseal_mark(key, kept.value())).transpose()
}

fn entry_at(log: &impl ReadableTable<u64, Bytes>, seq: u64) -> Result<Option<Entry>> {
    let place = || format!("log entry {seq}");
    shield(|| log.get(seq)?.map(|b| Entry::from_bytes(b.value())).transpose()).map_err(|e| e.at(place))
}

fn body_at(
    log: &impl ReadableTable<u64, Bytes>,
    bodies: &impl ReadableTable<u64, Bytes>,
    seq: u64,
) -> Result<Option<Body>> {
    let Some(entry) = entry_at(log, seq)? else { return Ok(None) };
    let place = || format!("log body {seq}");
    shield(|| bodies.get(seq)?.map(|b| Body::open(b.value(), &entry.body_hash)).transpose()).map_err(|e| e.at(place))
}

fn newest(log: &impl ReadableTable<u64, Bytes>) -> Result<Option<Entry>> {
    shield(|| log.last()?.map(|(_, b)| Entry::from_bytes(b.value())).transpose())
        .map_err(|e| e.at(|| "the newest log entry".into()))
}

/// The tables of one open commit, shared by the closures that go into it one after another.
pub(super) struct Tables<'txn> {
    rows: RedbTable<'txn, Bytes, Bytes>,
    removed: RedbTable<'txn, Bytes, Bytes>,
    derived: RedbTable<'txn, Bytes, Bytes>,
    ephemeral: RedbTable<'txn, Bytes, Bytes>,
    log: RedbTable<'txn, u64, Bytes>,
    bodies: RedbTable<'txn, u64, Bytes>,
}

impl<'txn> Tables<'txn> {
    pub(super) fn open(txn: &'txn WriteTransaction) -> Result<Self> {
        Ok(Self {
            rows: txn.open_table(ROWS)?,
            removed: txn.open_table(REMOVED)?,
            derived: txn.open_table(DERIVED)?,
            ephemeral: txn.open_table(EPHEMERAL)?,
            log: txn.open_table(LOG)?,
            bodies: txn.open_table(BODIES)?,
        })
    }

    fn of(&self, class: Class) -> &RedbTable<'txn, Bytes, Bytes> {
        match class {
            Class::Primary => &self.rows,
            Class::Derived => &self.derived,
            Class::Ephemeral => &self.ephemeral,
        }
    }

    pub(super) fn put_log(&mut self, entry: &Entry, body: &[u8]) -> Result<()> {
        self.log.insert(entry.seq, &entry.to_bytes()[..])?;
        self.bodies.insert(entry.seq, body)?;
        Ok(())
    }

    pub(super) fn head(&self) -> Result<Option<Entry>> {
        newest(&self.log)
    }

    /// The ends of the tables a backup fills.
    pub(super) fn ends(&mut self) -> Result<Ends<'_>> {
        let (key, seq) = (Bound::<&[u8]>::Unbounded, Bound::<u64>::Unbounded);
        Ok(Ends {
            rows: self.rows.upper_bound_mut(key)?,
            removed: self.removed.upper_bound_mut(key)?,
            log: self.log.upper_bound_mut(seq)?,
            bodies: self.bodies.upper_bound_mut(seq)?,
        })
    }

    /// An entry of a backup, as it was kept.
    pub(super) fn put_kept_log(&mut self, entry: &Entry, header: &[u8], body: Option<&[u8]>) -> Result<()> {
        self.log.insert(entry.seq, header)?;
        if let Some(body) = body {
            self.bodies.insert(entry.seq, body)?;
        }
        Ok(())
    }

    /// Does to the primary rows what an entry says. Derived rows are left: they are made anew.
    pub(super) fn apply(&mut self, entry: &Entry, body: &Body) -> Result<()> {
        let mut kept = Vec::new();
        for change in &body.changes {
            let key = &change.key[..];
            if let Some(value) = &change.value {
                kept::seal_into(&mut kept, Class::Primary, key, entry.seq, value);
                self.rows.insert(key, &kept[..])?;
                self.removed.remove(key)?;
            } else {
                kept::seal_mark_into(&mut kept, key, entry.seq);
                self.rows.remove(key)?;
                self.removed.insert(key, &kept[..])?;
            }
        }
        Ok(())
    }
}

/// The ends of tables being filled in order: rows added there fill each page, and none is looked for.
pub(super) struct Ends<'t> {
    rows: CursorMut<'t, Bytes, Bytes>,
    removed: CursorMut<'t, Bytes, Bytes>,
    log: CursorMut<'t, u64, Bytes>,
    bodies: CursorMut<'t, u64, Bytes>,
}

impl Ends<'_> {
    /// A row of a backup, as it was kept.
    pub(super) fn put_row(&mut self, key: &[u8], kept: &[u8]) -> Result<()> {
        self.rows.insert_before(key, kept).map_err(|e| not_next(e, || row_name(Class::Primary, key)))
    }

    /// The mark of a removed row of a backup, as it was kept.
    pub(super) fn put_removed(&mut self, key: &[u8], kept: &[u8]) -> Result<()> {
        kept::unseal_mark(key, kept)?;
        let name = || format!("mark of removed {}", row_name(Class::Primary, key));
        self.removed.insert_before(key, kept).map_err(|e| not_next(e, name))
    }

    /// An entry of a backup, as it was kept.
    pub(super) fn put_log(&mut self, entry: &Entry, header: &[u8], body: Option<&[u8]>) -> Result<()> {
        let name = || format!("log entry {}", entry.seq);
        self.log.insert_before(entry.seq, header).map_err(|e| not_next(e, name))?;
        match body {
            Some(body) => self.bodies.insert_before(entry.seq, body).map_err(|e| not_next(e, name)),
            None => Ok(()),
        }
    }

    /// Writes what is still held back.
    pub(super) fn close(self) -> Result<()> {
        self.rows.close()?;
        self.removed.close()?;
        self.log.close()?;
        self.bodies.close()?;
        Ok(())
    }
}

/// Adding at the end fails for what does not come after what is there.
pub(super) fn not_next(e: CursorError, name: impl FnOnce() -> String) -> Error {
    match e {
        CursorError::UnorderedKey => Error::damaged(format!("{} is not in its place in the order", name())),
        CursorError::Storage(e) => e.into(),
        e => Error::Internal(e.to_string()),
    }
}
