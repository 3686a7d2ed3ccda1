//! Records put straight into the store, past every check: what is searched is not always what is valid.

use crate::support::Province;
use csdlgd::actor::Who;
use csdlgd::id::{RecordId, UnitId};
use csdlgd::records::model::{Header, Record, Row, State};
use csdlgd::records::store;
use csdlgd::spec::{PartialDate, Value};
use csdlgd::tree::{Dated, Unit, day_of};
use csdlgd::units::{ops as units, store as unit_store};
use jiff::civil::date;

/// A text value.
pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// A code value.
pub(super) fn code(value: &str) -> Value {
    Value::Code(value.to_owned())
}

/// A day written 8/3/2015.
pub(super) fn day(written: &str) -> Value {
    let mut parts = written.split('/').map(|n| n.parse::<u16>().unwrap());
    let (day, month, year) = (parts.next().unwrap() as u8, parts.next().unwrap() as u8, parts.next().unwrap());
    Value::Date(PartialDate { year: year as i16, month, day })
}

/// Puts a record of a kind into a unit (year 0: a kind without years).
pub(super) fn put(
    p: &Province,
    kind: &str,
    (unit, year, state): (UnitId, u16, State),
    fields: Vec<(&'static str, Value)>,
) -> RecordId {
    let parts = p.app.clone();
    let kind = parts.spec.kinds.iter().position(|k| k.key == kind).unwrap();
    let mut fields: Vec<(usize, Value)> =
        fields.into_iter().map(|(key, value)| (parts.spec.kinds[kind].field_index(key).unwrap(), value)).collect();
    fields.sort_by_key(|(at, _)| *at);
    let saved = p.app.db.write(&Who::program(), "demo.school", move |tx| {
        let id = store::reserve(tx, unit, 1)?;
        let header = Header { version: 1, unit, year, state, verified: false };
        let record = Record { id, kind, header, fields };
        tx.set_unit(unit);
        store::put(tx, parts.names.kind(kind), id, &Row::encode(&record, &parts.names))?;
        Ok(id)
    });
    saved.unwrap().value
}

/// Founds a school under a unit.
pub(super) fn school(p: &Province, name: &str, levels: &[&str], under: UnitId) -> UnitId {
    let id = UnitId(p.app.tree().len() as u32 + 1);
    let since = Some(day_of(date(2000, 9, 5)));
    let mut unit = Unit::new(id, "truong", name, since);
    unit.levels.push(Dated::since(since, levels.iter().map(|l| (*l).to_owned()).collect()));
    unit.administrative = vec![Dated::since(since, under)];
    p.app.db.write(&Who::program(), "unit.init", move |tx| unit_store::put(tx, &unit)).unwrap();
    units::reload(&p.app).unwrap();
    id
}
