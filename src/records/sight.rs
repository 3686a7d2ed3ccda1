//! Who may see a record. The index puts a record into the same units ([`super::docs`]): what is found can
//! be opened, and what can't be opened is not found.

use super::model::{Record, Row, State};
use super::store;
use crate::actor::Actor;
use crate::app::{App, Parts};
use crate::error::{Error, Result};
use crate::id::{RecordId, UnitId};
use crate::spec::{FieldType, Value};
use crate::store::Read;
use std::ops::ControlFlow;

/// Whether this person may see the record: its unit answers for it, or had or has a child record of it
/// (a school keeps seeing the pupils it taught), it is a child of a record they answer for, or it names
/// their unit in a table of units (a school sees the teachers lent to it). The index holds the same.
pub fn may_see(tx: &impl Read, app: &Parts, actor: &Actor, kind: usize, id: RecordId, row: &Row) -> Result<bool> {
    if actor.scope.has(row.header().unit) {
        return Ok(true);
    }
    if let Some((parent_kind, field)) = app.spec.kinds[kind].child_of
        && let Some(Value::Ref(parent)) = row.field(&app.names, kind, field)?
        && let Some(parent_row) = store::get(tx, app.names.kind(parent_kind), parent)?
        && actor.scope.has(parent_row.header().unit)
    {
        return Ok(true);
    }
    for unit in units_named(app, kind, row)? {
        if actor.scope.has(unit) {
            return Ok(true);
        }
    }
    let mut seen = false;
    store::referring(tx, id, |k, field_id, child| {
        if let Some(child_kind) = app.names.kind_at(k)
            && app.spec.kinds[child_kind]
                .child_of
                .is_some_and(|(p, f)| p == kind && app.names.field(child_kind, f) == field_id)
            && let Some(child_row) = store::get(tx, k, child)?
            && child_row.header().state != State::Erroneous
            && actor.scope.has(child_row.header().unit)
        {
            seen = true;
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(seen)
}

/// The units a record names in its tables: where a teacher is lent to.
pub fn units_named(app: &Parts, kind: usize, row: &Row) -> Result<Vec<UnitId>> {
    let mut units = Vec::new();
    let tables = app.spec.kinds[kind].fields.iter().enumerate();
    for (at, _) in tables.filter(|(_, f)| f.columns.iter().any(|c| c.ty == FieldType::Unit)) {
        if let Some(Value::Rows(rows)) = row.field(&app.names, kind, at)? {
            let cells = rows.into_iter().flatten();
            units.extend(cells.filter_map(|(_, cell)| if let Value::Unit(unit) = cell { Some(unit) } else { None }));
        }
    }
    Ok(units)
}

/// The row, if this person may see it.
pub fn visible_row(tx: &impl Read, app: &Parts, actor: &Actor, kind: usize, id: RecordId) -> Result<Row> {
    match store::get(tx, app.names.kind(kind), id)? {
        Some(row) if may_see(tx, app, actor, kind, id, &row)? => Ok(row),
        _ => Err(Error::NotFound),
    }
}

/// A record, if this person may see it. Sensitive fields are in it; pages and API mask them.
pub fn get(app: &App, actor: &Actor, kind: usize, id: RecordId) -> Result<Record> {
    app.db.read(|tx| visible_row(tx, app, actor, kind, id)?.decode(&app.names, kind, id))
}
