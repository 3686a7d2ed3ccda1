//! What the store's things become in the index: a record with its names, codes, dates and the words its
//! children lend it; a unit with all its names. It only reads, and must never put in what is masked.

use super::model::{Row, State};
use super::{ops, store};
use crate::app::App;
use crate::error::Result;
use crate::id::RecordId;
use crate::search::Doc;
use crate::spec::{FieldType, Kind, Place, Value};
use crate::store::Read;
use crate::tree::{ParentRole, Tree, Unit};
use std::collections::HashMap;
use std::sync::Arc;

/// The kind under which units stand in the index.
pub const UNIT_KIND: &str = "unit";

/// Which kinds can be found, and which lend their words to a parent.
pub(super) struct Plan {
    /// Kinds with documents of their own.
    pub(super) subjects: Vec<bool>,
    /// Child kinds whose change touches the parent's document: (parent field).
    pub(super) lends: Vec<Option<usize>>,
}

/// The plan of this spec.
pub(super) fn plan(app: &App) -> Plan {
    let kinds = &app.spec.kinds;
    let subjects: Vec<bool> =
        kinds.iter().map(|k| k.child_of.is_none() && k.fields.iter().any(|f| f.searchable)).collect();
    let lends = kinds
        .iter()
        .map(|k| {
            let (parent, field) = k.child_of?;
            let other = k.fields.iter().any(|f| f.refers.is_some_and(|r| r != parent && subjects[r]));
            (subjects[parent] && other).then_some(field)
        })
        .collect();
    Plan { subjects, lends }
}

/// Which kinds can be found by search, by position in the spec.
pub fn findable(app: &App) -> Vec<bool> {
    plan(app).subjects
}

/// What a record is in the index, by itself.
pub fn document(tx: &impl Read, app: &App, kind: usize, id: RecordId, row: &Row) -> Result<Doc> {
    record_doc(tx, app, &app.tree(), &plan(app), &mut Cache::default(), kind, id, row)
}

/// Titles met while building many documents: a class's name is asked once, not forty times.
#[derive(Default)]
pub(super) struct Cache {
    titles: HashMap<RecordId, Arc<str>>,
}

fn title_of(tx: &impl Read, app: &App, cache: &mut Cache, kind: usize, id: RecordId) -> Result<Arc<str>> {
    if let Some(title) = cache.titles.get(&id) {
        return Ok(Arc::clone(title));
    }
    let mut title = String::new();
    if let Some(row) = store::get(tx, app.names.kind(kind), id)?
        && let Some(at) = app.spec.kinds[kind].title.first()
        && let Some(Value::Text(text)) = row.field(&app.names, kind, *at)?
    {
        title = text;
    }
    let title: Arc<str> = title.into();
    cache.titles.insert(id, Arc::clone(&title));
    Ok(title)
}

/// What a record becomes in the index.
pub(super) fn record_doc(
    tx: &impl Read,
    app: &App,
    tree: &Tree,
    plan: &Plan,
    cache: &mut Cache,
    kind: usize,
    id: RecordId,
    row: &Row,
) -> Result<Doc> {
    let k: &Kind = &app.spec.kinds[kind];
    let h = row.header();
    let today = app.today();
    let mut doc = Doc {
        id: id.0,
        kind: k.key.clone(),
        units: vec![h.unit],
        state: h.state.key().to_owned(),
        words: vec![k.label.clone()],
        current: h.state == State::Active,
        ..Doc::default()
    };
    if k.place == Place::UnitYear {
        doc.years.push(h.year);
        doc.current &= h.year >= crate::clock::school_year(app.clock.today());
    }
    let record = row.decode(&app.names, kind, id)?;
    for (at, value) in &record.fields {
        let field = &k.fields[*at];
        if field.hides() {
            continue;
        }
        if field.key == "sex"
            && let Value::Code(code) = value
        {
            doc.sex = Some(code.clone());
        }
        if field.key == "grade"
            && let Value::Code(code) = value
        {
            doc.grade = Some(code.clone());
        }
        let is_title = k.title.contains(at);
        if is_title && let Value::Text(text) = value {
            if doc.title.is_empty() {
                doc.title.clone_from(text);
            }
            doc.person |= field.ty == FieldType::PersonName;
        }
        if !field.searchable && !is_title {
            continue;
        }
        match (field.ty, value) {
            (FieldType::IdentityCode, Value::Text(t)) => doc.codes.push(t.clone()),
            (FieldType::Phone, Value::Text(t)) => doc.phones.push(t.clone()),
            (_, Value::Text(t)) if is_title => doc.names.push(t.clone()),
            (_, Value::Text(t)) => doc.words.push(t.clone()),
            (_, Value::Date(d)) => doc.dates.push((d.year, d.month, d.day)),
            (_, Value::Code(_) | Value::Codes(_)) => {
                doc.words.push(crate::spec::show(field, value, &app.spec.codes, app.clock.today()))
            }
            _ => {}
        }
    }
    lent_words(tx, app, plan, cache, kind, id, &mut doc)?;
    doc.units.extend(ops::units_named(app, kind, row)?);
    doc.units.sort_unstable();
    doc.units.dedup();
    for unit in doc.units.clone() {
        if let Some(unit) = tree.get(unit) {
            doc.words.push(unit.name(today).to_owned());
            for level in unit.levels(today) {
                if !doc.levels.contains(level) {
                    doc.levels.push(level.clone());
                }
            }
        }
    }
    doc.years.sort_unstable();
    doc.years.dedup();
    // What has no name of its own goes by its unit's.
    if doc.title.is_empty()
        && let Some(unit) = tree.get(h.unit)
    {
        unit.name(today).clone_into(&mut doc.title);
    }
    Ok(doc)
}

/// What child records lend: a pupil is found by the classes, years and schools of their enrolments.
fn lent_words(
    tx: &impl Read,
    app: &App,
    plan: &Plan,
    cache: &mut Cache,
    kind: usize,
    id: RecordId,
    doc: &mut Doc,
) -> Result<()> {
    let mut newest = 0u16;
    for (child_kind, child) in app.spec.kinds.iter().enumerate() {
        let Some(parent_field) = plan.lends[child_kind].filter(|_| child.child_of.is_some_and(|(p, _)| p == kind))
        else {
            continue;
        };
        let child_kind_id = app.names.kind(child_kind);
        for child_id in store::referring_by(tx, id, child_kind_id, app.names.field(child_kind, parent_field))? {
            let Some(row) = store::get(tx, child_kind_id, child_id)? else { continue };
            let h = row.header();
            if h.state == State::Erroneous {
                continue;
            }
            doc.units.push(h.unit);
            if h.year != 0 {
                doc.years.push(h.year);
            }
            for (at, field) in child.fields.iter().enumerate() {
                let Some(target) = field.refers.filter(|t| *t != kind && plan.subjects[*t]) else { continue };
                if let Some(Value::Ref(to)) = row.field(&app.names, child_kind, at)? {
                    let title = title_of(tx, app, cache, target, to)?;
                    if !title.is_empty() && !doc.words.iter().any(|w| **w == *title) {
                        doc.words.push(title.to_string());
                    }
                }
            }
            if h.year >= newest {
                newest = h.year;
                if let Some(at) = child.field_index("grade")
                    && let Some(Value::Code(grade)) = row.field(&app.names, child_kind, at)?
                {
                    doc.grade = Some(grade);
                }
            }
        }
    }
    Ok(())
}

/// What a unit becomes in the index.
pub fn unit_doc(app: &App, tree: &Tree, unit: &Unit) -> Doc {
    let day = app.today();
    let mut words = Vec::new();
    if let Some(unit_type) = app.spec.unit_types.iter().find(|t| t.key == unit.unit_type(day)) {
        words.push(unit_type.short.clone());
    }
    if let Some(parent) = unit.parent(ParentRole::Administrative, day).and_then(|p| tree.get(p)) {
        words.push(parent.name(day).to_owned());
    }
    Doc {
        id: u64::from(unit.id.0),
        kind: UNIT_KIND.into(),
        units: vec![unit.id],
        title: unit.name(day).to_owned(),
        names: unit.names.iter().map(|n| n.value.clone()).collect(),
        codes: unit.codes.iter().map(|c| c.value.value.clone()).collect(),
        words,
        levels: unit.levels(day).to_vec(),
        state: unit.state(day).key().to_owned(),
        current: unit.is_active(day),
        ..Doc::default()
    }
}
