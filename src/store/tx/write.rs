//! A change being made: an overlay over the open commit, then its bytes for the log and the tables.
//! Never touches the commit before the closure has succeeded.

use super::kept::{seal_into, seal_mark_into};
use super::{Tables, Visit, body_at, each, entry_at, fetch, removal, unseal, written};
use crate::actor::Who;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::UnitId;
use crate::store::derive::{Derivers, Row};
use crate::store::log::{Body, Entry, Hash, seal_body};
use crate::store::table::Class;
use crate::store::tx::Read;
use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

type Overlay = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A primary row touched by this change.
struct Touched {
    /// The entry that wrote (or removed) it before this change; 0 if it never was.
    before: u64,
    /// Whether it was there before this change.
    was_there: bool,
    value: Option<Vec<u8>>,
}

/// A change being made.
pub struct WriteTx<'t> {
    base: &'t Tables<'t>,
    derivers: &'t Derivers,
    primary: BTreeMap<Vec<u8>, Touched>,
    derived: Overlay,
    ephemeral: Overlay,
    /// The number this change's entry will have.
    seq: u64,
    now: Millis,
    who: Who,
    unit: UnitId,
    batch: u64,
    note: String,
    must_log: bool,
}

/// A finished closure's rows, ready for the open commit.
pub(in crate::store) struct Finished {
    primary: BTreeMap<Vec<u8>, Touched>,
    derived: Overlay,
    ephemeral: Overlay,
    pub(in crate::store) unit: UnitId,
    pub(in crate::store) batch: u64,
    note: String,
    must_log: bool,
}

impl<'t> WriteTx<'t> {
    pub(in crate::store) fn new(base: &'t Tables<'t>, derivers: &'t Derivers, seq: u64, now: Millis, who: Who) -> Self {
        Self {
            base,
            derivers,
            primary: BTreeMap::new(),
            derived: Overlay::new(),
            ephemeral: Overlay::new(),
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

    pub(in crate::store) fn put(&mut self, class: Class, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        self.change(class, key, Some(value))
    }

    pub(in crate::store) fn remove(&mut self, class: Class, key: Vec<u8>) -> Result<()> {
        self.change(class, key, None)
    }

    fn change(&mut self, class: Class, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        match class {
            Class::Primary => self.change_primary(key, value),
            Class::Ephemeral => {
                self.ephemeral.insert(key, value);
                Ok(())
            }
            Class::Derived => Err(Error::Internal("a derived table is written by its derivation only".into())),
        }
    }

    /// Puts back a primary row by its full key; for undo and replay.
    pub(crate) fn change_primary(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        if let Some(touched) = self.primary.get(&key) {
            if touched.value != value {
                let (before, was_there) = (touched.before, touched.was_there);
                let derived = derived_changes(self.derivers, &key, touched.value.as_deref(), value.as_deref())?;
                self.keep(key, Touched { before, was_there, value }, derived)?;
            }
            return Ok(());
        }
        let base = self.base;
        match fetch(&base.rows, &key)? {
            Some(kept) => {
                let (before, old) = unseal(Class::Primary, &key, kept.value())?;
                if value.as_deref() != Some(old) {
                    let derived = derived_changes(self.derivers, &key, Some(old), value.as_deref())?;
                    self.keep(key, Touched { before, was_there: true, value }, derived)?;
                }
            }
            None if value.is_some() => {
                let before = removal(&base.removed, &key)?.unwrap_or(0);
                let derived = derived_changes(self.derivers, &key, None, value.as_deref())?;
                self.keep(key, Touched { before, was_there: false, value }, derived)?;
            }
            None => {}
        }
        Ok(())
    }

    /// Takes a change over, all of it or nothing.
    fn keep(&mut self, key: Vec<u8>, touched: Touched, derived: Vec<DerivedChange>) -> Result<()> {
        // A search for each new row, to find what can only be a mistake of ours: not in release.
        #[cfg(debug_assertions)]
        for change in derived.iter().filter(|c| c.new_key) {
            let mut there = false;
            self.get(Class::Derived, &change.key, &mut |_| there = true)?;
            if there {
                let name = crate::store::table::row_name(Class::Derived, &change.key);
                return Err(Error::Internal(format!("two rows give {name}")));
            }
        }
        self.derived.extend(derived.into_iter().map(|c| (c.key, c.value)));
        self.primary.insert(key, touched);
        Ok(())
    }

    pub(in crate::store) fn finish(mut self) -> Finished {
        // What was not there before and is not there now is no change.
        self.primary.retain(|_, t| t.was_there || t.value.is_some());
        Finished {
            primary: self.primary,
            derived: self.derived,
            ephemeral: self.ephemeral,
            unit: self.unit,
            batch: self.batch,
            note: self.note,
            must_log: self.must_log,
        }
    }

    fn pending(&self, class: Class, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        match class {
            Class::Primary => self.primary.get(key).map(|t| &t.value),
            Class::Derived => self.derived.get(key),
            Class::Ephemeral => self.ephemeral.get(key),
        }
    }
}

struct DerivedChange {
    key: Vec<u8>,
    value: Option<Vec<u8>>,
    /// Whether the row as it was did not give this key.
    #[cfg_attr(not(debug_assertions), expect(dead_code, reason = "checked in debug builds only"))]
    new_key: bool,
}

/// What a change of a primary row does to the derived ones: only those that become others.
fn derived_changes(
    derivers: &Derivers,
    key: &[u8],
    old: Option<&[u8]>,
    new: Option<&[u8]>,
) -> Result<Vec<DerivedChange>> {
    let rows = |value: Option<&[u8]>| value.map_or_else(|| Ok(Vec::new()), |value| derivers.rows_of(key, value));
    let (old, new) = (rows(old)?, rows(new)?);
    let find = |rows: &[Row], key: &[u8]| rows.binary_search_by(|row| row.0[..].cmp(key));
    let mut changes = Vec::with_capacity(new.len());
    for (key, _) in &old {
        if find(&new, key).is_err() {
            changes.push(DerivedChange { key: key.clone(), value: None, new_key: false });
        }
    }
    for (key, value) in new {
        match find(&old, &key) {
            Ok(at) if old[at].1 == value => {}
            found => changes.push(DerivedChange { key, value: Some(value), new_key: found.is_err() }),
        }
    }
    Ok(changes)
}

impl Finished {
    /// Whether this makes an entry.
    pub(in crate::store) fn is_logged(&self) -> bool {
        self.must_log || !self.primary.is_empty()
    }

    pub(in crate::store) fn has_ephemeral(&self) -> bool {
        !self.ephemeral.is_empty()
    }

    /// Primary rows put or removed.
    pub(in crate::store) fn rows(&self) -> usize {
        self.primary.len()
    }

    /// The entry's body: the bytes to keep, and the hash the header binds.
    pub(in crate::store) fn seal_body(&self) -> Result<(Vec<u8>, Hash)> {
        seal_body(&self.note, self.primary.iter().map(|(key, t)| (&key[..], t.before, t.value.as_deref())))
    }

    /// Writes the overlay into the open commit; primary rows carry `seq`.
    pub(in crate::store) fn apply(&self, tables: &mut Tables<'_>, seq: u64) -> Result<()> {
        let mut kept = Vec::new();
        for (key, touched) in &self.primary {
            let key = &key[..];
            if let Some(value) = &touched.value {
                seal_into(&mut kept, Class::Primary, key, seq, value);
                tables.rows.insert(key, &kept[..])?;
                if !touched.was_there && touched.before != 0 {
                    tables.removed.remove(key)?;
                }
            } else {
                tables.rows.remove(key)?;
                seal_mark_into(&mut kept, key, seq);
                tables.removed.insert(key, &kept[..])?;
            }
        }
        for (class, overlay, table) in [
            (Class::Derived, &self.derived, &mut tables.derived),
            (Class::Ephemeral, &self.ephemeral, &mut tables.ephemeral),
        ] {
            for (key, value) in overlay {
                match value {
                    Some(value) => {
                        seal_into(&mut kept, class, key, seq, value);
                        table.insert(&key[..], &kept[..])?
                    }
                    None => table.remove(&key[..])?,
                };
            }
        }
        Ok(())
    }
}

impl Read for WriteTx<'_> {
    fn get(&self, class: Class, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<()> {
        if let Some(pending) = self.pending(class, key) {
            if let Some(value) = pending {
                found(value);
            }
            return Ok(());
        }
        if let Some(kept) = fetch(self.base.of(class), key)? {
            found(unseal(class, key, kept.value())?.1);
        }
        Ok(())
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<()> {
        if from >= to {
            return Ok(());
        }
        let bounds = (Bound::Included(from), Bound::Excluded(to));
        let base = self.base.of(class);
        match class {
            Class::Primary => merge(
                base,
                class,
                from,
                to,
                self.primary.range::<[u8], _>(bounds).map(|(k, t)| (&k[..], t.value.as_deref())),
                visit,
            ),
            Class::Derived => merge(base, class, from, to, overlay_range(&self.derived, bounds), visit),
            Class::Ephemeral => merge(base, class, from, to, overlay_range(&self.ephemeral, bounds), visit),
        }
    }

    fn written_by(&self, key: &[u8]) -> Result<Option<u64>> {
        match self.primary.get(key) {
            Some(touched) => Ok(touched.value.is_some().then_some(self.seq)),
            None => written(&self.base.rows, key),
        }
    }

    fn removed_by(&self, key: &[u8]) -> Result<Option<u64>> {
        match self.primary.get(key) {
            Some(Touched { value: Some(_), .. }) => Ok(None),
            Some(Touched { was_there: true, .. }) => Ok(Some(self.seq)),
            _ => removal(&self.base.removed, key),
        }
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        entry_at(&self.base.log, seq)
    }

    fn body(&self, seq: u64) -> Result<Option<Body>> {
        body_at(&self.base.log, &self.base.bodies, seq)
    }

    fn head(&self) -> Result<Option<Entry>> {
        self.base.head()
    }
}

fn overlay_range<'o>(
    overlay: &'o Overlay,
    bounds: (Bound<&'o [u8]>, Bound<&'o [u8]>),
) -> impl Iterator<Item = (&'o [u8], Option<&'o [u8]>)> {
    overlay.range::<[u8], _>(bounds).map(|(k, v)| (&k[..], v.as_deref()))
}

/// Visits what is kept and what is pending as one, in order of key.
fn merge<'o>(
    base: &redb::Table<'_, &'static [u8], &'static [u8]>,
    class: Class,
    from: &[u8],
    to: &[u8],
    pending: impl Iterator<Item = (&'o [u8], Option<&'o [u8]>)>,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let mut pending = pending.peekable();
    let mut stopped = false;
    each(base, from, to, &mut |key, kept| {
        let mut flow = ControlFlow::Continue(());
        while let Some((k, v)) = pending.next_if(|(k, _)| *k < key) {
            if let Some(v) = v {
                flow = visit(k, v)?;
            }
            if flow.is_break() {
                stopped = true;
                return Ok(flow);
            }
        }
        match pending.next_if(|(k, _)| *k == key) {
            Some((_, None)) => {}
            Some((k, Some(v))) => flow = visit(k, v)?,
            None => flow = visit(key, unseal(class, key, kept)?.1)?,
        }
        stopped = flow.is_break();
        Ok(flow)
    })?;
    for (k, v) in pending {
        if stopped {
            break;
        }
        if let Some(v) = v {
            stopped = visit(k, v)?.is_break();
        }
    }
    Ok(())
}
