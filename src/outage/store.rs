//! The announcement in force: one row. Earlier ones are in the log.

use super::model::Outage;
use crate::error::Result;
use crate::store::{Class, Read, Table, WriteTx};

/// Nothing → the announcement.
static OUTAGE: Table<(), Outage> = Table::new(Class::Primary, 60, "outage");

pub(super) fn get(tx: &impl Read) -> Result<Option<Outage>> {
    OUTAGE.get(tx, &())
}

pub(super) fn put(tx: &mut WriteTx<'_>, outage: &Outage) -> Result<()> {
    OUTAGE.put(tx, &(), outage)
}

pub(super) fn remove(tx: &mut WriteTx<'_>) -> Result<()> {
    OUTAGE.remove(tx, &())
}
