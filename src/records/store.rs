//! Tables of records and what is derived from them.

use super::model::{RecordKey, Row, State};
use crate::error::Result;
use crate::id::{FieldId, KindId, RecordId, UnitId};
use crate::names::Names;
use crate::spec::{FieldType, Spec, Unique, Value};
use crate::store::table::after;
use crate::store::{Class, Derivers, Key, Read, Table, Value as Stored, WriteTx};
use crate::text;
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

/// (kind, record) → the record.
pub static RECORDS: Table<RecordKey, Row> = Table::new(Class::Primary, 20, "records");
/// Unit → how many records were ever made in it.
static COUNTERS: Table<UnitId, u64> = Table::new(Class::Primary, 21, "record_counters");

/// (kind, unit, year, order, record) → nothing: lists in their default order. From `RECORDS`.
static BY_UNIT: Table<(KindId, UnitId, u16, Order, RecordId), ()> = Table::new(Class::Derived, 20, "records_by_unit");
/// (referred record, kind, field, record) → nothing: who refers to it. From `RECORDS`.
static REFERENCES: Table<(RecordId, KindId, FieldId, RecordId), ()> = Table::new(Class::Derived, 21, "references");
/// (kind, field, unit or 0, year or 0, value, record) → nothing: unique values. From `RECORDS`.
static UNIQUE: Table<(KindId, FieldId, UnitId, u16, (String, RecordId)), ()> =
    Table::new(Class::Derived, 22, "unique_values");

/// Raised when the derivations below change what they give.
const DERIVATION: u32 = 1;

/// How many bytes of a sort key order a list; longer ones are so alike that entry order will do.
const ORDER_BYTES: usize = 28;

/// A sort key in a key: cut, and padded, so that all are equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order(pub [u8; ORDER_BYTES]);

impl Order {
    fn of(key: &[u8]) -> Self {
        let mut out = [0u8; ORDER_BYTES];
        let n = key.len().min(ORDER_BYTES);
        out[..n].copy_from_slice(&key[..n]);
        Self(out)
    }
}

impl Key for Order {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Key::take(bytes).map(Self)
    }
}

fn order_of(spec: &Spec, names: &Names, kind: usize, row: &Row) -> Result<Order> {
    let at = spec.kinds[kind].order;
    let Some(value) = row.field(names, kind, at)? else { return Ok(Order([0xff; ORDER_BYTES])) };
    let key = match (&value, spec.kinds[kind].fields[at].ty) {
        (Value::Text(name), FieldType::PersonName) => text::person_sort_key(name),
        (Value::Text(t), _) => text::sort_key(t),
        (Value::Code(c), _) => c.clone().into_bytes(),
        (Value::Int(v), _) => ((*v as u64) ^ (1 << 63)).to_be_bytes().to_vec(),
        (Value::Date(d), _) => [&(d.year as u16).to_be_bytes()[..], &[d.month, d.day]].concat(),
        _ => Vec::new(),
    };
    Ok(Order::of(&key))
}

/// How a value is compared for being unique.
fn unique_form(value: &Value) -> Option<String> {
    match value {
        Value::Text(t) => Some(text::nfc(t).to_lowercase()),
        Value::Code(c) => Some(c.clone()),
        Value::Int(v) => Some(v.to_string()),
        _ => None,
    }
}

fn refs_in(value: &Value, out: &mut Vec<RecordId>) {
    match value {
        Value::Ref(id) => out.push(*id),
        Value::Rows(rows) => rows.iter().flatten().for_each(|(_, cell)| refs_in(cell, out)),
        _ => {}
    }
}

/// Which fields of a kind the derivations look at.
struct Watched {
    /// Fields that refer, or are tables with a column that refers.
    refs: Vec<usize>,
    unique: Vec<(usize, Unique)>,
}

fn watched(spec: &Spec, kind: usize) -> Watched {
    let fields = &spec.kinds[kind].fields;
    Watched {
        refs: fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.ty == FieldType::Ref || f.columns.iter().any(|c| c.ty == FieldType::Ref))
            .map(|(at, _)| at)
            .collect(),
        unique: fields.iter().enumerate().filter_map(|(at, f)| Some((at, f.unique?))).collect(),
    }
}

/// Registers what follows from records, for this spec.
pub fn derive(derivers: &mut Derivers, spec: &Arc<Spec>, names: &Arc<Names>) {
    let mut print = blake3::Hasher::new();
    print.update(&DERIVATION.to_be_bytes());
    let watched: Vec<Watched> = (0..spec.kinds.len()).map(|k| watched(spec, k)).collect();
    for (k, kind) in spec.kinds.iter().enumerate() {
        let w = &watched[k];
        let order = (names.field(k, kind.order).0, format!("{:?}", kind.fields[kind.order].ty));
        let refs: Vec<u16> = w.refs.iter().map(|at| names.field(k, *at).0).collect();
        let unique: Vec<(u16, String)> =
            w.unique.iter().map(|(at, u)| (names.field(k, *at).0, format!("{u:?}"))).collect();
        print.update(format!("{:?}|{order:?}|{refs:?}|{unique:?}\n", names.kind(k)).as_bytes());
    }
    derivers.fingerprint.push_str(&crate::chance::hex(&print.finalize().as_bytes()[..16]));
    let (spec, names) = (Arc::clone(spec), Arc::clone(names));
    derivers.add(
        &RECORDS,
        Box::new(move |key, value, out| {
            let mut rest = key.get(1..).unwrap_or_default();
            let Some((kind_id, id)) = RecordKey::take(&mut rest) else {
                return Err(crate::error::Error::damaged("record key can't be read"));
            };
            let Some(kind) = names.kind_at(kind_id) else { return Ok(()) };
            let row = Row::from_bytes(value)?;
            let h = row.header();
            out(BY_UNIT.key(&(kind_id, h.unit, h.year, order_of(&spec, &names, kind, &row)?, id)), Vec::new());
            for at in &watched[kind].refs {
                if let Some(value) = row.field(&names, kind, *at)? {
                    let mut targets = Vec::new();
                    refs_in(&value, &mut targets);
                    for target in targets {
                        out(REFERENCES.key(&(target, kind_id, names.field(kind, *at), id)), Vec::new());
                    }
                }
            }
            if h.state != State::Erroneous {
                for (at, within) in &watched[kind].unique {
                    if let Some(form) = row.field(&names, kind, *at)?.as_ref().and_then(unique_form) {
                        let (unit, year) = unique_place(*within, h.unit, h.year);
                        out(UNIQUE.key(&(kind_id, names.field(kind, *at), unit, year, (form, id))), Vec::new());
                    }
                }
            }
            Ok(())
        }),
    );
}

fn unique_place(within: Unique, unit: UnitId, year: u16) -> (UnitId, u16) {
    match within {
        Unique::Province => (UnitId(0), 0),
        Unique::Unit => (unit, 0),
        Unique::UnitYear => (unit, year),
    }
}

/// A record's row.
pub fn get(tx: &(impl Read + ?Sized), kind: KindId, id: RecordId) -> Result<Option<Row>> {
    RECORDS.get(tx, &(kind, id))
}

/// Keeps a record.
pub fn put(tx: &mut WriteTx<'_>, kind: KindId, id: RecordId, row: &Row) -> Result<()> {
    RECORDS.put(tx, &(kind, id), row)
}

/// Gives the next `count` record numbers of a unit, and remembers that they are given.
pub fn reserve(tx: &mut WriteTx<'_>, unit: UnitId, count: u64) -> Result<RecordId> {
    let given = COUNTERS.get(tx, &unit)?.unwrap_or(0);
    COUNTERS.put(tx, &unit, &(given + count))?;
    Ok(RecordId::new(unit, given + 1))
}

/// How many records were ever made in a unit.
pub fn given(tx: &(impl Read + ?Sized), unit: UnitId) -> Result<u64> {
    Ok(COUNTERS.get(tx, &unit)?.unwrap_or(0))
}

/// Remembers that a unit has given at least `count` numbers.
pub fn set_given(tx: &mut WriteTx<'_>, unit: UnitId, count: u64) -> Result<()> {
    COUNTERS.put(tx, &unit, &count)
}

/// Another record of the kind that holds the same unique value, if there is one.
pub fn holder_of(
    tx: &(impl Read + ?Sized),
    kind: KindId,
    field: FieldId,
    within: Unique,
    place: (UnitId, u16),
    value: &Value,
    except: Option<RecordId>,
) -> Result<Option<RecordId>> {
    let Some(form) = unique_form(value) else { return Ok(None) };
    let (unit, year) = unique_place(within, place.0, place.1);
    let mut found = None;
    UNIQUE.scan_prefix(tx, &(kind, field, unit, year, form), |(.., (_, id)), ()| {
        if Some(id) == except {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(id);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// The record of a kind that holds a unique value anywhere in the province.
pub fn by_unique(
    tx: &(impl Read + ?Sized),
    kind: KindId,
    field: FieldId,
    place: (UnitId, u16),
    value: &str,
) -> Result<Option<RecordId>> {
    holder_of(tx, kind, field, Unique::UnitYear, place, &Value::Text(value.to_owned()), None)
}

/// Visits the records that refer to `target`: (kind, field, record).
pub fn referring(
    tx: &(impl Read + ?Sized),
    target: RecordId,
    mut visit: impl FnMut(KindId, FieldId, RecordId) -> Result<ControlFlow<()>>,
) -> Result<()> {
    REFERENCES.scan_prefix(tx, &(target,), |(_, kind, field, id), ()| visit(kind, field, id))
}

/// The records of a kind that refer to `target` through `field`.
pub fn referring_by(
    tx: &(impl Read + ?Sized),
    target: RecordId,
    kind: KindId,
    field: FieldId,
) -> Result<Vec<RecordId>> {
    let mut out = Vec::new();
    REFERENCES.scan_prefix(tx, &(target, kind, field), |(.., id), ()| {
        out.push(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Where a page of a list begins: after this place in the list's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The sort key of the last row shown.
    pub order: Order,
    /// The last row shown.
    pub id: RecordId,
}

/// As addresses carry it.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", crate::chance::hex(&self.order.0), self.id)
    }
}

/// Reads back what an address carries. One that somebody changed is refused, and never a panic.
impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (order, id) = text.split_once('-').ok_or(())?;
        let mut key = [0u8; ORDER_BYTES];
        if order.len() != key.len() * 2 || !order.is_ascii() {
            return Err(());
        }
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&order[i * 2..i * 2 + 2], 16).map_err(|_| ())?;
        }
        Ok(Self { order: Order(key), id: id.parse().map_err(|_| ())? })
    }
}

/// Visits the records of a kind in one unit and year (0: kinds without a year), in list order, after
/// `from`.
pub fn list(
    tx: &(impl Read + ?Sized),
    kind: KindId,
    unit: UnitId,
    year: u16,
    from: Option<Position>,
    mut visit: impl FnMut(Position) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let prefix = BY_UNIT.prefix(&(kind, unit, year));
    let start = match from {
        Some(p) => {
            let mut key = BY_UNIT.key(&(kind, unit, year, p.order, p.id));
            key.push(0);
            key
        }
        None => prefix.clone(),
    };
    BY_UNIT.scan_between(tx, &start, &after(&prefix), |(_, _, _, order, id), ()| visit(Position { order, id }))
}

/// The school years in which a unit has records of a kind.
pub fn years(tx: &(impl Read + ?Sized), kind: KindId, unit: UnitId) -> Result<Vec<u16>> {
    let mut years = Vec::new();
    let mut from = BY_UNIT.prefix(&(kind, unit));
    let end = after(&from);
    loop {
        let mut next = None;
        BY_UNIT.scan_between(tx, &from, &end, |(_, _, year, _, _), ()| {
            next = Some(year);
            Ok(ControlFlow::Break(()))
        })?;
        let Some(year) = next else { return Ok(years) };
        years.push(year);
        from = after(&BY_UNIT.prefix(&(kind, unit, year)));
    }
}

/// How many records of a kind a unit has in a year.
pub fn count(tx: &(impl Read + ?Sized), kind: KindId, unit: UnitId, year: u16) -> Result<u64> {
    let mut n = 0;
    list(tx, kind, unit, year, None, |_| {
        n += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(n)
}
