//! What a check may know of other records: those in the store, and those being made in the same batch.

use super::model::{Record, Row, State};
use super::ops::may_see;
use super::store;
use crate::actor::Actor;
use crate::app::Parts;
use crate::id::{RecordId, UnitId};
use crate::names::Names;
use crate::spec::{Facts, FieldType, Fields, Found, Seen, Spec, Value, World};
use crate::store::Read;
use crate::text;
use crate::tree::Tree;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A reference as a form or file gives it: `#` and the record's number.
pub fn ref_text(id: RecordId) -> String {
    format!("#{id}")
}

/// The record meant by [`ref_text`].
pub fn ref_of(text: &str) -> Option<RecordId> {
    text.strip_prefix('#')?.parse().ok()
}

/// Other records, read from a snapshot or an open change.
pub struct StoreWorld<'a, R: Read> {
    /// Where from.
    pub tx: &'a R,
    /// The schema.
    pub spec: &'a Spec,
    /// Its numbers.
    pub names: &'a Arc<Names>,
    /// The units.
    pub tree: &'a Tree,
}

/// Fields read only when a rule asks.
struct LazyFields {
    row: Row,
    names: Arc<Names>,
    kind: usize,
}

impl Fields for LazyFields {
    fn value(&self, index: usize) -> Option<Cow<'_, Value>> {
        self.row.field(&self.names, self.kind, index).ok().flatten().map(Cow::Owned)
    }
}

impl<R: Read> StoreWorld<'_, R> {
    fn seen(&self, kind: usize, row: Row) -> Arc<Seen> {
        let h = row.header();
        Arc::new(Seen {
            kind,
            unit: h.unit,
            year: h.year,
            state: h.state.key().to_owned(),
            fields: Box::new(LazyFields { row, names: Arc::clone(self.names), kind }),
        })
    }

    fn row(&self, kind: usize, id: RecordId) -> Option<Row> {
        store::get(self.tx, self.names.kind(kind), id).ok().flatten()
    }
}

impl<R: Read> World for StoreWorld<'_, R> {
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        self.row(kind, id).map(|row| self.seen(kind, row))
    }

    fn count_of(&self, kind: usize, field: usize, to: RecordId) -> u64 {
        let ids =
            store::referring_by(self.tx, to, self.names.kind(kind), self.names.field(kind, field)).unwrap_or_default();
        ids.into_iter().filter(|id| self.row(kind, *id).is_some_and(|r| r.header().state == State::Active)).count()
            as u64
    }

    fn siblings(&self, kind: usize, field: usize, to: RecordId, but: RecordId) -> Vec<Arc<Seen>> {
        let ids =
            store::referring_by(self.tx, to, self.names.kind(kind), self.names.field(kind, field)).unwrap_or_default();
        ids.into_iter()
            .filter(|id| *id != but)
            .filter_map(|id| self.row(kind, id))
            .filter(|row| row.header().state == State::Active)
            .map(|row| self.seen(kind, row))
            .collect()
    }

    fn resolve(&self, kind: usize, typed: &str, facts: &Facts) -> Found {
        if let Some(id) = ref_of(typed) {
            return if self.row(kind, id).is_some() { Found::One(id) } else { Found::None };
        }
        let typed = text::clean(typed);
        let k = &self.spec.kinds[kind];
        for (at, field) in k.fields.iter().enumerate() {
            if field.ty == FieldType::IdentityCode && field.unique.is_some() {
                let within = field.unique.unwrap_or(crate::spec::Unique::Province);
                let found = store::holder_of(
                    self.tx,
                    self.names.kind(kind),
                    self.names.field(kind, at),
                    within,
                    (facts.unit, facts.year),
                    &Value::Text(typed.clone()),
                    None,
                );
                if let Ok(Some(id)) = found {
                    return Found::One(id);
                }
            }
        }
        self.by_title(kind, &typed, facts)
    }

    fn resolve_unit(&self, typed: &str) -> Option<UnitId> {
        resolve_unit(self.tree, typed)
    }

    fn name_of(&self, kind: usize, id: RecordId) -> Option<String> {
        let row = self.row(kind, id)?;
        let at = self.spec.kinds[kind].title.first()?;
        match row.field(self.names, kind, *at) {
            Ok(Some(Value::Text(name))) => Some(name),
            _ => None,
        }
    }

    fn name_of_unit(&self, unit: UnitId) -> Option<String> {
        self.tree.get(unit)?.names.last().map(|n| n.value.clone())
    }
}

impl<R: Read> StoreWorld<'_, R> {
    /// The one record of the kind in this unit (and year) whose title reads so.
    fn by_title(&self, kind: usize, typed: &str, facts: &Facts) -> Found {
        let k = &self.spec.kinds[kind];
        let year = if k.place == crate::spec::Place::UnitYear { facts.school_year() } else { 0 };
        let wanted = text::exact_key(typed);
        let mut found = Vec::new();
        let _ = store::list(self.tx, self.names.kind(kind), facts.unit, year, None, |at| {
            if let Some(row) = self.row(kind, at.id)
                && row.header().state == State::Active
                && k.title.first().is_some_and(|t| {
                    matches!(row.field(self.names, kind, *t), Ok(Some(Value::Text(name))) if text::exact_key(&name) == wanted)
                })
            {
                found.push(at.id);
            }
            Ok(ControlFlow::Continue(()))
        });
        match found[..] {
            [] => Found::None,
            [one] => Found::One(one),
            _ => Found::Many(found.len()),
        }
    }
}

/// The unit a code, a number (`#12`) or a full name means.
pub fn resolve_unit(tree: &Tree, typed: &str) -> Option<UnitId> {
    if let Some(id) = typed.strip_prefix('#').and_then(|n| n.parse().ok()) {
        return tree.get(UnitId(id)).map(|u| u.id);
    }
    let typed = typed.trim();
    if let [one] = tree.by_code("moet", typed) {
        return Some(*one);
    }
    let wanted = text::exact_key(typed);
    let mut named = tree.all().filter(|u| u.names.iter().any(|n| text::exact_key(&n.value) == wanted));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(one.id),
        _ => None,
    }
}

/// Other records as one person may see them: what is out of their scope is not there, so that no rule
/// and no message of a check can tell anything about it. What the record refers to already stays seen.
pub struct ScopedWorld<'a, R: Read> {
    base: StoreWorld<'a, R>,
    app: &'a Parts,
    actor: &'a Actor,
    kept: HashSet<RecordId>,
}

impl<'a, R: Read> ScopedWorld<'a, R> {
    /// The world of `actor`, who changes `old` (nothing: makes something new).
    pub fn new(tx: &'a R, app: &'a Parts, tree: &'a Tree, actor: &'a Actor, old: Option<&Record>) -> Self {
        let base = StoreWorld { tx, spec: &app.spec, names: &app.names, tree };
        Self { base, app, actor, kept: old.map(references).unwrap_or_default() }
    }

    fn sees(&self, kind: usize, id: RecordId) -> bool {
        let may = |row: Row| may_see(self.base.tx, self.app, self.actor, kind, id, &row).unwrap_or(false);
        self.kept.contains(&id) || self.base.row(kind, id).is_some_and(may)
    }

    /// Whether the record a field of `kind` refers to is seen.
    fn sees_target(&self, kind: usize, field: usize, to: RecordId) -> bool {
        let target = self.base.spec.kinds.get(kind).and_then(|k| k.fields.get(field)).and_then(|f| f.refers);
        target.is_some_and(|target| self.sees(target, to))
    }
}

/// All a record refers to, in its tables as well.
pub fn references(record: &Record) -> HashSet<RecordId> {
    fn add(value: &Value, out: &mut HashSet<RecordId>) {
        match value {
            Value::Ref(id) => {
                out.insert(*id);
            }
            Value::Rows(rows) => rows.iter().flatten().for_each(|(_, cell)| add(cell, out)),
            _ => {}
        }
    }
    let mut out = HashSet::new();
    record.fields.iter().for_each(|(_, value)| add(value, &mut out));
    out
}

impl<R: Read> World for ScopedWorld<'_, R> {
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        if self.sees(kind, id) { self.base.record(kind, id) } else { None }
    }

    fn count_of(&self, kind: usize, field: usize, to: RecordId) -> u64 {
        if self.sees_target(kind, field, to) { self.base.count_of(kind, field, to) } else { 0 }
    }

    fn siblings(&self, kind: usize, field: usize, to: RecordId, but: RecordId) -> Vec<Arc<Seen>> {
        if self.sees_target(kind, field, to) { self.base.siblings(kind, field, to, but) } else { Vec::new() }
    }

    fn resolve(&self, kind: usize, typed: &str, facts: &Facts) -> Found {
        match self.base.resolve(kind, typed, facts) {
            Found::One(id) if !self.sees(kind, id) => Found::None,
            found => found,
        }
    }

    fn resolve_unit(&self, typed: &str) -> Option<UnitId> {
        self.base.resolve_unit(typed)
    }

    fn name_of(&self, kind: usize, id: RecordId) -> Option<String> {
        if self.sees(kind, id) { self.base.name_of(kind, id) } else { None }
    }

    fn name_of_unit(&self, unit: UnitId) -> Option<String> {
        self.base.name_of_unit(unit)
    }
}

/// Records being made together, over a world that is there already.
pub struct BatchWorld<'a, W: World> {
    base: &'a W,
    records: HashMap<RecordId, Arc<Seen>>,
    /// (referred, kind, field) → who refers.
    references: HashMap<(RecordId, usize, usize), Vec<RecordId>>,
    refs: Vec<Vec<usize>>,
    /// The first title field of each kind.
    titles: Vec<usize>,
}

struct OwnedFields(Vec<(usize, Value)>);

impl Fields for OwnedFields {
    fn value(&self, index: usize) -> Option<Cow<'_, Value>> {
        let at = self.0.binary_search_by_key(&index, |(f, _)| *f).ok()?;
        Some(Cow::Borrowed(&self.0[at].1))
    }
}

impl<'a, W: World> BatchWorld<'a, W> {
    /// An empty batch over `base`.
    pub fn new(base: &'a W, spec: &Spec) -> Self {
        let refs = spec
            .kinds
            .iter()
            .map(|k| k.fields.iter().enumerate().filter(|(_, f)| f.ty == FieldType::Ref).map(|(at, _)| at).collect())
            .collect();
        let titles = spec.kinds.iter().map(|k| k.title.first().copied().unwrap_or_default()).collect();
        Self { base, records: HashMap::new(), references: HashMap::new(), refs, titles }
    }

    /// Adds a checked record, so that later ones see it.
    pub fn add(&mut self, record: &Record) {
        for at in &self.refs[record.kind] {
            if let Some(Value::Ref(to)) = record.field(*at) {
                self.references.entry((*to, record.kind, *at)).or_default().push(record.id);
            }
        }
        let seen = Seen {
            kind: record.kind,
            unit: record.header.unit,
            year: record.header.year,
            state: record.header.state.key().to_owned(),
            fields: Box::new(OwnedFields(record.fields.clone())),
        };
        self.records.insert(record.id, Arc::new(seen));
    }

    fn mine(&self, kind: usize, field: usize, to: RecordId) -> impl Iterator<Item = (RecordId, &Arc<Seen>)> {
        let ids = self.references.get(&(to, kind, field)).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| Some((*id, self.records.get(id)?))).filter(|(_, seen)| seen.state == "active")
    }
}

impl<W: World> World for BatchWorld<'_, W> {
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        self.records.get(&id).cloned().or_else(|| self.base.record(kind, id))
    }

    fn count_of(&self, kind: usize, field: usize, to: RecordId) -> u64 {
        self.mine(kind, field, to).count() as u64 + self.base.count_of(kind, field, to)
    }

    fn siblings(&self, kind: usize, field: usize, to: RecordId, but: RecordId) -> Vec<Arc<Seen>> {
        let mut out = self.base.siblings(kind, field, to, but);
        out.extend(self.mine(kind, field, to).filter(|(id, _)| *id != but).map(|(_, seen)| Arc::clone(seen)));
        out
    }

    fn resolve(&self, kind: usize, typed: &str, facts: &Facts) -> Found {
        match ref_of(typed) {
            Some(id) if self.records.contains_key(&id) => Found::One(id),
            _ => self.base.resolve(kind, typed, facts),
        }
    }

    fn resolve_unit(&self, typed: &str) -> Option<UnitId> {
        self.base.resolve_unit(typed)
    }

    fn name_of(&self, kind: usize, id: RecordId) -> Option<String> {
        if let Some(seen) = self.records.get(&id) {
            let at = *self.titles.get(kind)?;
            return match seen.fields.value(at).as_deref() {
                Some(Value::Text(name)) => Some(name.clone()),
                _ => None,
            };
        }
        self.base.name_of(kind, id)
    }

    fn name_of_unit(&self, unit: UnitId) -> Option<String> {
        self.base.name_of_unit(unit)
    }
}
