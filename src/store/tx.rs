//! What a closure inside a door is given: [`ReadTx`] for reading, [`WriteTx`] for a change. A
//! `WriteTx` writes into an overlay of its own, so that a closure that fails leaves nothing behind
//! although it shares its commit with others.

use super::log::{Body, Change, Entry};
use super::table::Class;
use super::{BODIES, DERIVED, Derivers, EPHEMERAL, LOG, ROWS};
use crate::actor::Who;
use crate::clock::Millis;
use crate::codec;
use crate::error::{Error, Result};
use crate::id::UnitId;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, Table as RedbTable, WriteTransaction};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

type Bytes = &'static [u8];
/// Called with each row's key and value.
pub type Visit<'v> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>> + 'v;

/// Reading, the same inside either door.
pub trait Read {
    /// Calls `found` with the row's value if it is there.
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()>;
    /// Visits rows with `from <= key < to` in order.
    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()>;
    /// The entry that last wrote this primary row.
    fn written_by(&self, key: &[u8]) -> Result<Option<u64>>;
    /// The header of entry `seq`.
    fn entry(&self, seq: u64) -> Result<Option<Entry>>;
    /// The body of entry `seq`; `None` if there is no such entry or its body was lawfully erased.
    fn body(&self, seq: u64) -> Result<Option<Body>>;
    /// The newest entry, `None` in an empty store.
    fn head(&self) -> Result<Option<Entry>>;
}

/// A primary row as kept: the entry that wrote it, then its value.
pub(super) fn frame(seq: u64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 5);
    codec::put_uint(&mut out, seq);
    out.extend_from_slice(value);
    out
}

/// Takes a kept primary row apart.
pub(super) fn unframe(kept: &[u8]) -> Result<(u64, &[u8])> {
    let mut r = codec::Reader::new(kept);
    let seq = r.uint()?;
    Ok((seq, r.rest()))
}

/// A consistent snapshot. Held briefly: while one lives the file can only grow.
pub struct ReadTx {
    pub(super) rows: ReadOnlyTable<Bytes, Bytes>,
    pub(super) derived: ReadOnlyTable<Bytes, Bytes>,
    pub(super) ephemeral: ReadOnlyTable<Bytes, Bytes>,
    pub(super) log: ReadOnlyTable<u64, Bytes>,
    pub(super) bodies: ReadOnlyTable<u64, Bytes>,
}

impl ReadTx {
    pub(super) fn new(txn: &ReadTransaction) -> Result<Self> {
        Ok(Self {
            rows: txn.open_table(ROWS)?,
            derived: txn.open_table(DERIVED)?,
            ephemeral: txn.open_table(EPHEMERAL)?,
            log: txn.open_table(LOG)?,
            bodies: txn.open_table(BODIES)?,
        })
    }

    fn table(&self, class: Class) -> &ReadOnlyTable<Bytes, Bytes> {
        match class {
            Class::Primary => &self.rows,
            Class::Derived => &self.derived,
            Class::Ephemeral => &self.ephemeral,
        }
    }
}

fn strip(class: Class, kept: &[u8]) -> Result<&[u8]> {
    if class == Class::Primary { Ok(unframe(kept)?.1) } else { Ok(kept) }
}

impl Read for ReadTx {
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()> {
        if let Some(kept) = self.table(class).get(key)? {
            found(strip(class, kept.value())?);
        }
        Ok(())
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()> {
        for row in self.table(class).range::<&[u8]>(from..to)? {
            let (key, kept) = row?;
            if visit(key.value(), strip(class, kept.value())?)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn written_by(&self, key: &[u8]) -> Result<Option<u64>> {
        self.rows.get(key)?.map(|kept| Ok(unframe(kept.value())?.0)).transpose()
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        self.log.get(seq)?.map(|b| Entry::from_bytes(b.value()).map_err(|e| e.at(|| format!("log entry {seq}")))).transpose()
    }

    fn body(&self, seq: u64) -> Result<Option<Body>> {
        let Some(entry) = self.entry(seq)? else { return Ok(None) };
        self.bodies
            .get(seq)?
            .map(|b| Body::open(b.value(), &entry.body_hash).map_err(|e| e.at(|| format!("log body {seq}"))))
            .transpose()
    }

    fn head(&self) -> Result<Option<Entry>> {
        self.log.last()?.map(|(seq, b)| Entry::from_bytes(b.value()).map_err(|e| e.at(|| format!("log entry {}", seq.value())))).transpose()
    }
}

/// The tables of one open commit, shared by the closures that go into it one after another.
pub(super) struct Tables<'txn> {
    pub(super) rows: RedbTable<'txn, Bytes, Bytes>,
    pub(super) derived: RedbTable<'txn, Bytes, Bytes>,
    pub(super) ephemeral: RedbTable<'txn, Bytes, Bytes>,
    pub(super) log: RedbTable<'txn, u64, Bytes>,
    pub(super) bodies: RedbTable<'txn, u64, Bytes>,
}

impl<'txn> Tables<'txn> {
    pub(super) fn open(txn: &'txn WriteTransaction) -> Result<Self> {
        Ok(Self {
            rows: txn.open_table(ROWS)?,
            derived: txn.open_table(DERIVED)?,
            ephemeral: txn.open_table(EPHEMERAL)?,
            log: txn.open_table(LOG)?,
            bodies: txn.open_table(BODIES)?,
        })
    }

    fn table(&self, class: Class) -> &RedbTable<'txn, Bytes, Bytes> {
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
        self.log.last()?.map(|(_, b)| Entry::from_bytes(b.value())).transpose()
    }
}

type Overlay = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A change being made.
pub struct WriteTx<'t> {
    base: &'t Tables<'t>,
    derivers: &'t Derivers,
    primary: Overlay,
    derived: Overlay,
    ephemeral: Overlay,
    /// What wrote each touched primary row before this change; 0 if it was not there.
    before: BTreeMap<Vec<u8>, u64>,
    /// The number this change's entry will have.
    seq: u64,
    now: Millis,
    who: Who,
    pub(super) unit: UnitId,
    pub(super) batch: u64,
    pub(super) note: String,
    pub(super) must_log: bool,
}

/// A finished closure's rows, ready for the open commit.
pub(super) struct Finished {
    pub(super) primary: Overlay,
    pub(super) derived: Overlay,
    pub(super) ephemeral: Overlay,
    pub(super) before: BTreeMap<Vec<u8>, u64>,
    pub(super) unit: UnitId,
    pub(super) batch: u64,
    pub(super) note: String,
    pub(super) must_log: bool,
}

impl<'t> WriteTx<'t> {
    pub(super) fn new(base: &'t Tables<'t>, derivers: &'t Derivers, seq: u64, now: Millis, who: Who) -> Self {
        Self {
            base,
            derivers,
            primary: Overlay::new(),
            derived: Overlay::new(),
            ephemeral: Overlay::new(),
            before: BTreeMap::new(),
            seq,
            now,
            who,
            unit: UnitId(0),
            batch: 0,
            note: String::new(),
            must_log: false,
        }
    }

    /// The number the entry of this change will have.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The time the entry will carry.
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// Who makes the change.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The unit the change concerns.
    pub fn set_unit(&mut self, unit: UnitId) {
        self.unit = unit;
    }

    /// The batch the change belongs to: the number of the batch's first entry.
    pub fn set_batch(&mut self, batch: u64) {
        self.batch = batch;
    }

    /// JSON that says what the rows don't. Makes an entry even if no row changes.
    pub fn note(&mut self, note: String) {
        self.note = note;
        self.must_log = true;
    }

    pub(super) fn put(&mut self, class: Class, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        match class {
            Class::Primary => self.change_primary(key, Some(value)),
            Class::Ephemeral => {
                self.ephemeral.insert(key, Some(value));
                Ok(())
            }
            Class::Derived => Err(Error::Internal("a derived table is written by its derivation only".into())),
        }
    }

    pub(super) fn remove(&mut self, class: Class, key: Vec<u8>) -> Result<()> {
        match class {
            Class::Primary => self.change_primary(key, None),
            Class::Ephemeral => {
                self.ephemeral.insert(key, None);
                Ok(())
            }
            Class::Derived => Err(Error::Internal("a derived table is written by its derivation only".into())),
        }
    }

    /// Puts back a primary row by its full key; for undo and replay.
    pub(crate) fn change_primary(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        let mut old: Option<Vec<u8>> = None;
        self.get(Class::Primary, &key, &mut |bytes| old = Some(bytes.to_vec()))?;
        if old == value {
            return Ok(());
        }
        if !self.before.contains_key(&key) {
            let seq = match self.base.rows.get(&key[..])? {
                Some(kept) => unframe(kept.value())?.0,
                None => 0,
            };
            self.before.insert(key.clone(), seq);
        }
        if let Some(derive) = self.derivers.of(&key) {
            if let Some(old) = &old {
                let derived = &mut self.derived;
                derive(&key, old, &mut |k, _| {
                    derived.insert(k, None);
                })?;
            }
            if let Some(new) = &value {
                let derived = &mut self.derived;
                derive(&key, new, &mut |k, v| {
                    derived.insert(k, Some(v));
                })?;
            }
        }
        self.primary.insert(key, value);
        Ok(())
    }

    pub(super) fn finish(self) -> Finished {
        Finished {
            primary: self.primary,
            derived: self.derived,
            ephemeral: self.ephemeral,
            before: self.before,
            unit: self.unit,
            batch: self.batch,
            note: self.note,
            must_log: self.must_log,
        }
    }

    fn overlay(&self, class: Class) -> &Overlay {
        match class {
            Class::Primary => &self.primary,
            Class::Derived => &self.derived,
            Class::Ephemeral => &self.ephemeral,
        }
    }
}

impl Finished {
    /// Turns the overlay into the entry's body.
    pub(super) fn body(&self) -> Body {
        let changes = self
            .primary
            .iter()
            .map(|(key, value)| Change {
                key: key.clone(),
                before: self.before.get(key).copied().unwrap_or(0),
                value: value.clone(),
            })
            .collect();
        Body { note: self.note.clone(), changes }
    }

    /// Writes the overlay into the open commit; primary rows carry `seq`.
    pub(super) fn apply(&self, tables: &mut Tables<'_>, seq: u64) -> Result<()> {
        for (key, value) in &self.primary {
            match value {
                Some(value) => tables.rows.insert(&key[..], &frame(seq, value)[..])?,
                None => tables.rows.remove(&key[..])?,
            };
        }
        for (overlay, table) in [(&self.derived, &mut tables.derived), (&self.ephemeral, &mut tables.ephemeral)] {
            for (key, value) in overlay {
                match value {
                    Some(value) => table.insert(&key[..], &value[..])?,
                    None => table.remove(&key[..])?,
                };
            }
        }
        Ok(())
    }
}

impl Read for WriteTx<'_> {
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()> {
        if let Some(pending) = self.overlay(class).get(key) {
            if let Some(value) = pending {
                found(value);
            }
            return Ok(());
        }
        if let Some(kept) = self.base.table(class).get(key)? {
            found(strip(class, kept.value())?);
        }
        Ok(())
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()> {
        let mut pending = self.overlay(class).range(from.to_vec()..to.to_vec()).peekable();
        for row in self.base.table(class).range::<&[u8]>(from..to)? {
            let (key, kept) = row?;
            let key = key.value();
            while let Some((k, v)) = pending.next_if(|(k, _)| &k[..] < key) {
                if let Some(v) = v
                    && visit(k, v)?.is_break()
                {
                    return Ok(());
                }
            }
            let flow = match pending.next_if(|(k, _)| &k[..] == key) {
                Some((_, None)) => ControlFlow::Continue(()),
                Some((k, Some(v))) => visit(k, v)?,
                None => visit(key, strip(class, kept.value())?)?,
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        for (k, v) in pending {
            if let Some(v) = v
                && visit(k, v)?.is_break()
            {
                return Ok(());
            }
        }
        Ok(())
    }

    fn written_by(&self, key: &[u8]) -> Result<Option<u64>> {
        match self.primary.get(key) {
            Some(Some(_)) => Ok(Some(self.seq)),
            Some(None) => Ok(None),
            None => self.base.rows.get(key)?.map(|kept| Ok(unframe(kept.value())?.0)).transpose(),
        }
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        self.base.log.get(seq)?.map(|b| Entry::from_bytes(b.value())).transpose()
    }

    fn body(&self, seq: u64) -> Result<Option<Body>> {
        let Some(entry) = self.entry(seq)? else { return Ok(None) };
        self.base.bodies.get(seq)?.map(|b| Body::open(b.value(), &entry.body_hash)).transpose()
    }

    fn head(&self) -> Result<Option<Entry>> {
        self.base.head()
    }
}
