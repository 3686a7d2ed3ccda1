//! Rows that become records: found or made, linked with each other, checked, written in short changes
//! of one batch. A cell that can't be taken is left out and named; a row that can't do without it is
//! refused whole.

use super::layout::MappedRow;
use super::plan::{Given, STRANGE, SheetPlan, Texts, named};
use super::report::Report;
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Problem, Result, Severity};
use crate::id::{RecordId, UnitId};
use crate::records::bulk::Numbers;
use crate::records::model::{Header, Record, Row, State};
use crate::records::ops::{self, Checked};
use crate::records::store;
use crate::records::world::{BatchWorld, ScopedWorld, ref_text};
use crate::spec::{self, FieldType, Place, Raw, Required, SheetSpec, Target, Value};
use crate::store::ReadTx;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

/// Rows checked and written together.
pub(super) const CHUNK: usize = 400;
/// The log action of imported rows.
pub(super) const ACTION: &str = "import.rows";

/// What is imported where.
pub(super) struct Job<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) plan: &'a SheetPlan<'a>,
    pub(super) unit: UnitId,
    pub(super) year: u16,
}

/// Finds existing records by what the layout says tells them apart.
#[derive(Default)]
pub(super) struct Known {
    /// (position in `matches`, values) → record.
    by_match: HashMap<(usize, String), RecordId>,
    loaded: Vec<bool>,
}

/// A record about to be written, and what it was.
struct Planned {
    checked: Checked,
    /// Its version before; nothing if it is new.
    before: Option<u32>,
}

impl Job<'_> {
    /// The kinds of the sheet, so that a kind comes after those it refers to.
    fn kinds(&self) -> Vec<usize> {
        let mut left = self.plan.sheet.kinds.clone();
        let mut out = Vec::new();
        while !left.is_empty() {
            let next = left
                .iter()
                .position(|k| !self.links(*k).iter().any(|(_, to)| left.contains(to) && to != k))
                .unwrap_or(0);
            out.push(left.remove(next));
        }
        out
    }

    /// The fields by which a kind hangs on other kinds of the same row: (field, kind).
    fn links(&self, kind: usize) -> Vec<(usize, usize)> {
        let k = &self.app.spec.kinds[kind];
        let fields = k.fields.iter().enumerate();
        fields
            .filter(|(at, f)| {
                f.ty == FieldType::Ref && (f.required.always() || k.child_of.is_some_and(|(_, field)| field == *at))
            })
            .filter_map(|(at, f)| Some((at, f.refers.filter(|to| self.plan.sheet.kinds.contains(to))?)))
            .collect()
    }

    fn year_of(&self, kind: usize) -> u16 {
        if self.app.spec.kinds[kind].place == Place::UnitYear { self.year } else { 0 }
    }

    /// Imports some rows as one change. Gives the batch's number.
    pub(super) fn chunk(&self, rows: &[MappedRow], known: &mut Known, batch: u64, report: &mut Report) -> Result<u64> {
        let tree = self.app.tree();
        let kinds = self.kinds();
        let (planned, given_before, given_after) = self.app.db.read(|tx| {
            let base = ScopedWorld::new(tx, self.app, &tree, self.actor, None);
            let mut world = BatchWorld::new(&base, &self.app.spec);
            let before = store::given(tx, self.unit)?;
            let mut numbers = Numbers::after(self.unit, before);
            let mut planned: Vec<Planned> = Vec::new();
            for row in rows {
                let texts = self.plan.texts(&self.app.spec, row);
                for given in &texts.strange {
                    report.refuse(&row.sheet, row.number, given, STRANGE);
                }
                for fault in &row.faults {
                    let given = Given {
                        text: String::new(),
                        column: super::cell::column_letters(fault.column),
                        header: fault.target.to_string(),
                        shown: fault.value.clone(),
                    };
                    report.refuse(&row.sheet, row.number, &given, fault.reason.clone());
                }
                self.row(tx, row, texts, &kinds, known, &mut world, &mut numbers, &mut planned, report)?;
            }
            Ok((planned, before, numbers.given()))
        })?;
        if planned.is_empty() {
            return Ok(batch);
        }
        let parts = self.app.clone();
        let unit = self.unit;
        let saved = self.app.db.write(&self.actor.who(), ACTION, move |tx| {
            if store::given(tx, unit)? != given_before {
                return Err(Error::Busy { retry_after_s: 1 });
            }
            for p in &planned {
                if let Some(before) = p.before {
                    let kind = parts.names.kind(p.checked.record().kind);
                    let now = store::get(tx, kind, p.checked.record().id)?.map(|r| r.header().version);
                    if now != Some(before) {
                        return Err(Error::Busy { retry_after_s: 1 });
                    }
                }
                ops::write_in(tx, &parts, &p.checked)?;
            }
            store::set_given(tx, unit, given_after)?;
            tx.set_unit(unit);
            let batch = if batch == 0 { tx.seq() } else { batch };
            tx.set_batch(batch);
            Ok(batch)
        })?;
        Ok(saved.value)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one chunk, taken apart for the borrow checker")]
    fn row(
        &self,
        tx: &ReadTx,
        row: &MappedRow,
        mut texts: Texts,
        kinds: &[usize],
        known: &mut Known,
        world: &mut BatchWorld<'_, ScopedWorld<'_, ReadTx>>,
        numbers: &mut Numbers,
        planned: &mut Vec<Planned>,
        report: &mut Report,
    ) -> Result<()> {
        let tree = self.app.tree();
        let mut ids: HashMap<usize, RecordId> = HashMap::new();
        let whole = texts.clone();
        let start = planned.len();
        let mut counted: Vec<(usize, Outcome)> = Vec::new();
        let mut keys: Vec<((usize, String), RecordId)> = Vec::new();
        report.rows += 1;
        for kind in kinds {
            let mut given = texts.kinds.remove(kind).unwrap_or_default();
            given.retain(|_, g| !g.text.is_empty());
            let main = self.plan.sheet.row_is == spec::RowIs::Kind(*kind);
            let linked = self.links(*kind);
            if given.is_empty() && linked.is_empty() && !main {
                continue;
            }
            self.borrow_common(*kind, &mut given, &whole, row);
            // Found by what tells it apart, or by what it hangs on.
            let found = match self.find(tx, *kind, &given, known)? {
                Some(id) => Some(id),
                None => self.find_linked(tx, *kind, &linked, &ids)?,
            };
            let (id, old) = match found {
                Some(id) => {
                    let old = if let Some(p) = planned.iter().rev().find(|p| p.checked.record().id == id) {
                        Some(p.checked.record().clone())
                    } else {
                        store::get(tx, self.app.names.kind(*kind), id)?
                            .map(|r| r.decode(&self.app.names, *kind, id))
                            .transpose()?
                    };
                    (id, old)
                }
                None if main
                    || self.plan.sheet.create.is_empty()
                    || self.plan.sheet.create.contains(kind)
                    || linked.is_empty() =>
                {
                    (numbers.next(), None)
                }
                None => continue,
            };
            ids.insert(*kind, id);
            let links: Vec<(usize, RecordId)> =
                linked.iter().filter_map(|(at, to)| Some((*at, *ids.get(to)?))).collect();
            let facts = ops::facts(self.app, &tree, *kind, id, self.unit, self.year);
            let checked = self.check(*kind, id, old.as_ref(), &mut given, &links, &facts, world, row, report);
            let Some(checked) = checked else {
                // Without one of its parts the row says nothing that can be kept.
                planned.truncate(start);
                report.rows_refused += 1;
                return Ok(());
            };
            let outcome = match &old {
                None => Outcome::Added,
                Some(old) if old.fields == checked.record().fields => Outcome::Same,
                Some(_) => Outcome::Changed,
            };
            for key in self.match_keys(*kind, checked.record()) {
                keys.push((key, id));
            }
            if outcome != Outcome::Same {
                if outcome == Outcome::Added {
                    world.add(checked.record());
                }
                let before = old.as_ref().map(|o| o.header.version);
                // A record met twice in the file is written once, as it is last.
                if let Some(p) = planned.iter_mut().find(|p| p.checked.record().id == id) {
                    p.checked = checked.at_version(p.before.map_or(1, |b| b + 1));
                } else {
                    planned.push(Planned { checked, before });
                }
            }
            counted.push((*kind, outcome));
        }
        known.by_match.extend(keys);
        for (kind, outcome) in counted {
            let count = report.count(&self.app.spec.kinds[kind].plural);
            match outcome {
                Outcome::Added => count.added += 1,
                Outcome::Changed => count.changed += 1,
                Outcome::Same => count.same += 1,
            }
        }
        Ok(())
    }

    /// What another part of the row says under the same key (the class's grade is the pupil's), and a
    /// class's grade out of its name.
    fn borrow_common(&self, kind: usize, given: &mut BTreeMap<String, Given>, texts: &Texts, row: &MappedRow) {
        let k = &self.app.spec.kinds[kind];
        for (at, field) in k.fields.iter().enumerate() {
            if matches!(field.required, Required::No)
                || field.ty == FieldType::Ref
                || given.contains_key(&at.to_string())
            {
                continue;
            }
            let lent = texts.kinds.iter().find_map(|(other, theirs)| {
                let at = self.app.spec.kinds[*other].field_index(&field.key)?;
                theirs.get(&at.to_string()).filter(|g| !g.text.is_empty())
            });
            if let Some(lent) = lent {
                given.insert(at.to_string(), lent.clone());
            } else if field.key == "grade" {
                let of_class = |g: &&Given| super::layout_key(&g.header).contains("lop");
                let mut names = texts.kinds.values().flat_map(BTreeMap::values).filter(of_class);
                let found = names.find_map(|g| grade_in(&g.text));
                let found = found.or_else(|| row.heading.as_deref().and_then(grade_in));
                if let Some(grade) = found {
                    let mark =
                        Given { text: grade, column: String::new(), header: field.label.clone(), shown: String::new() };
                    given.insert(at.to_string(), mark);
                }
            }
        }
    }

    /// Checks one record of a row. Cells that can't be taken are dropped and named, as long as the record
    /// can do without them.
    #[expect(clippy::too_many_arguments, reason = "one record's whole surroundings")]
    fn check(
        &self,
        kind: usize,
        id: RecordId,
        old: Option<&Record>,
        given: &mut BTreeMap<String, Given>,
        links: &[(usize, RecordId)],
        facts: &spec::Facts,
        world: &dyn spec::World,
        row: &MappedRow,
        report: &mut Report,
    ) -> Option<Checked> {
        let k = &self.app.spec.kinds[kind];
        for attempt in 0..3 {
            let mut raw = Raw::new();
            let mut source: HashMap<String, String> = HashMap::new();
            for (place, cell) in given.iter() {
                if let Some(name) = named(k, place) {
                    raw.set(&name, cell.text.clone());
                    source.insert(name, place.clone());
                }
            }
            for (at, to) in links {
                raw.set(&k.fields[*at].key, ref_text(*to));
            }
            let header = old.map_or(
                Header { version: 1, unit: self.unit, year: self.year_of(kind), state: State::Active, verified: false },
                |o| Header { version: o.header.version + 1, verified: false, ..o.header },
            );
            let problems = match ops::check(self.app, kind, id, header, &raw, old, facts, world) {
                Ok(checked) => return Some(checked),
                Err(Error::Invalid(problems)) => problems,
                Err(e) => {
                    report.refuse_row(&row.sheet, row.number, e.to_string());
                    return None;
                }
            };
            let errors: Vec<&Problem> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
            let droppable = errors.iter().all(|p| {
                source.contains_key(&p.field)
                    && k.field_at(&p.field).is_some_and(|(f, c)| !c.unwrap_or(f).required.always())
            });
            for problem in &errors {
                match source.get(&problem.field).and_then(|place| given.get(place)) {
                    Some(cell) => report.refuse(&row.sheet, row.number, &cell.clone(), problem.message.clone()),
                    None => report.refuse_row(&row.sheet, row.number, format!("{}: {}", k.label, problem.message)),
                }
            }
            if !droppable || attempt == 2 {
                return None;
            }
            let places: Vec<String> = errors.iter().filter_map(|p| source.get(&p.field).cloned()).collect();
            for place in places {
                given.remove(&place);
            }
        }
        None
    }

    /// The existing record that the row's values tell.
    fn find(
        &self,
        tx: &ReadTx,
        kind: usize,
        given: &BTreeMap<String, Given>,
        known: &mut Known,
    ) -> Result<Option<RecordId>> {
        let sheet: &SheetSpec = self.plan.sheet;
        for (n, rule) in sheet.matches.iter().enumerate().filter(|(_, m)| m.kind == Some(kind)) {
            self.load(tx, n, kind, known)?;
            let mut parts = Vec::new();
            for target in &rule.by {
                let Target::Field { field, .. } = target else { continue };
                let text = given.get(&field.to_string()).map(|g| g.text.as_str()).unwrap_or_default();
                parts.push(self.compared_text(kind, *field, text));
            }
            if parts.iter().any(String::is_empty) {
                continue;
            }
            if let Some(id) = known.by_match.get(&(n, parts.join("\u{1f}"))) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }

    /// How a typed value is compared: as its kept form would be.
    fn compared_text(&self, kind: usize, field: usize, text: &str) -> String {
        let f = &self.app.spec.kinds[kind].fields[field];
        match f.ty {
            FieldType::Date => spec::date_of(text).map(spec::PartialDate::iso).unwrap_or_default(),
            FieldType::Code => {
                let list = self.app.spec.list_of(f);
                let code = list.and_then(|l| l.versions(text).next().or_else(|| l.by_label(text).next()));
                code.map_or_else(|| text.to_owned(), |c| c.code.clone())
            }
            _ => crate::text::exact_key(text),
        }
    }

    fn compared_value(&self, kind: usize, field: usize, value: &Value) -> String {
        match value {
            Value::Date(d) => d.iso(),
            Value::Code(c) => c.clone(),
            other => crate::text::exact_key(&spec::plain(&self.app.spec.kinds[kind].fields[field], other)),
        }
    }

    fn match_keys(&self, kind: usize, record: &Record) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for (n, rule) in self.plan.sheet.matches.iter().enumerate().filter(|(_, m)| m.kind == Some(kind)) {
            let parts: Option<Vec<String>> = rule
                .by
                .iter()
                .map(|t| match t {
                    Target::Field { field, .. } => record.field(*field).map(|v| self.compared_value(kind, *field, v)),
                    _ => None,
                })
                .collect();
            if let Some(parts) = parts {
                out.push((n, parts.join("\u{1f}")));
            }
        }
        out
    }

    /// Reads the unit's records of a kind once, to tell which the rows mean.
    fn load(&self, tx: &ReadTx, rule: usize, kind: usize, known: &mut Known) -> Result<()> {
        known.loaded.resize(self.plan.sheet.matches.len(), false);
        if known.loaded[rule] {
            return Ok(());
        }
        known.loaded[rule] = true;
        let kind_id = self.app.names.kind(kind);
        store::list(tx, kind_id, self.unit, self.year_of(kind), None, |at| {
            if let Some(row) = store::get(tx, kind_id, at.id)?
                && row.header().state != State::Erroneous
            {
                let record = row.decode(&self.app.names, kind, at.id)?;
                for (n, key) in self.match_keys(kind, &record) {
                    if n == rule {
                        known.by_match.entry((n, key)).or_insert(at.id);
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// A record that hangs on the same others (the pupil's enrolment of this year in this school).
    fn find_linked(
        &self,
        tx: &ReadTx,
        kind: usize,
        linked: &[(usize, usize)],
        ids: &HashMap<usize, RecordId>,
    ) -> Result<Option<RecordId>> {
        let Some((parent_kind, field)) = self.app.spec.kinds[kind].child_of else { return Ok(None) };
        if !linked.iter().any(|(at, _)| *at == field) {
            return Ok(None);
        }
        let Some(parent) = ids.get(&parent_kind) else { return Ok(None) };
        let kind_id = self.app.names.kind(kind);
        for id in store::referring_by(tx, *parent, kind_id, self.app.names.field(kind, field))? {
            let row: Option<Row> = store::get(tx, kind_id, id)?;
            if row.is_some_and(|r| {
                let h = r.header();
                h.unit == self.unit && h.year == self.year_of(kind) && h.state == State::Active
            }) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Added,
    Changed,
    Same,
}

/// The grade a class name begins with: `6A1` → `06`, `10 Toán` → `10`.
fn grade_in(name: &str) -> Option<String> {
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let grade: u8 = digits.parse().ok()?;
    (1..=12).contains(&grade).then(|| format!("{grade:02}"))
}
