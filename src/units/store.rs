//! The table of units. The tree in memory is made from it.

use crate::error::Result;
use crate::id::UnitId;
use crate::store::{Class, Db, Read, Table, WriteTx};
use crate::tree::{Tree, Unit};
use std::ops::ControlFlow;

/// Unit → all its facts.
static UNITS: Table<UnitId, Unit> = Table::new(Class::Primary, 2, "units");

/// All units from the store, as the tree.
pub fn read_tree(db: &Db) -> Result<Tree> {
    db.read(|tx| Ok(Tree::new(all(tx)?)))
}

/// All units, in order of number.
pub fn all(tx: &impl Read) -> Result<Vec<Unit>> {
    let mut out = Vec::new();
    UNITS.scan_all(tx, |_, unit| {
        out.push(unit);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// One unit.
pub fn get(tx: &impl Read, id: UnitId) -> Result<Option<Unit>> {
    UNITS.get(tx, &id)
}

/// Keeps a unit.
pub fn put(tx: &mut WriteTx<'_>, unit: &Unit) -> Result<()> {
    UNITS.put(tx, &unit.id, unit)
}

/// The unit's key in the log.
pub fn key(id: UnitId) -> Vec<u8> {
    UNITS.key(&id)
}

/// The unit a full key of the log means, if it is one.
pub fn unit_of(key: &[u8]) -> Option<UnitId> {
    (key.first() == Some(&UNITS.number)).then(|| {
        let mut rest = &key[1..];
        crate::store::Key::take(&mut rest)
    })?
}

/// The number a new unit gets.
pub fn next_id(tx: &impl Read) -> Result<UnitId> {
    let mut last = UnitId(0);
    UNITS.scan_all(tx, |id, _| {
        last = id;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(UnitId(last.0 + 1))
}
