//! Rows that become units of the tree, each with its yearly school record. The ministry's list of schools
//! comes this way.

use super::layout::MappedRow;
use super::plan::{Given, STRANGE, SheetPlan, Texts, named};
use super::report::Report;
use super::rows::ACTION;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Problem, Result, Severity};
use crate::id::UnitId;
use crate::records::model::{Header, State};
use crate::records::ops::{self, Checked};
use crate::records::store;
use crate::records::world::ScopedWorld;
use crate::spec::{self, Place, Raw, SheetSpec};
use crate::text;
use crate::tree::{Code, Dated, Day, Event, Tree, Unit, UnitState, day_of};
use crate::units::admin::{self, GSO, MOET};
use crate::units::ops::NewUnit;
use crate::units::store as unit_store;
use std::collections::{BTreeMap, HashMap};

/// The words of these messages.
const NO_CODE: &str = "Thiếu mã trường. Thầy/cô bổ sung mã do Sở cấp rồi nhập lại dòng này.";
const NO_NAME: &str = "Thiếu tên trường.";
const TWICE: &str = "Mã này đã có ở một dòng phía trên của tệp; dòng này không được nhập.";

/// A row on its way to a unit.
struct Draft {
    row: usize,
    unit: Unit,
    /// Whether the unit is new, changed or the same.
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Added,
    Changed,
    Same,
}

/// Imports the units of `rows`, then their school records. Gives the batch.
pub(super) fn import(
    app: &App,
    actor: &Actor,
    plan: &SheetPlan<'_>,
    rows: &[MappedRow],
    year: u16,
    report: &mut Report,
) -> Result<u64> {
    actor.require(Right::ManageUnits)?;
    let texts: Vec<Texts> = rows.iter().map(|r| plan.texts(&app.spec, r)).collect();
    for (row, text) in rows.iter().zip(&texts) {
        for given in &text.strange {
            report.refuse(&row.sheet, row.number, given, STRANGE);
        }
    }
    report.rows += rows.len();
    for row in rows {
        for fault in &row.faults {
            let given = Given {
                text: String::new(),
                column: super::cell::column_letters(fault.column),
                header: fault.target.to_string(),
                shown: fault.value.clone(),
            };
            report.refuse(&row.sheet, row.number, &given, fault.reason.clone());
        }
    }
    let tree = app.tree();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut codes: HashMap<String, usize> = HashMap::new();
    let mut next = app.db.read(unit_store::next_id)?;
    for (n, (row, text)) in rows.iter().zip(&texts).enumerate() {
        match draft(app, &tree, text, row, report, &mut codes, next, n)? {
            Some(d) => {
                if d.outcome == Outcome::Added {
                    next = UnitId(next.0 + 1);
                }
                drafts.push(d);
            }
            None => report.rows_refused += 1,
        }
    }
    let label = "Đơn vị";
    for d in &drafts {
        let count = report.count(label);
        match d.outcome {
            Outcome::Added => count.added += 1,
            Outcome::Changed => count.changed += 1,
            Outcome::Same => count.same += 1,
        }
    }
    let to_write: Vec<Unit> = drafts.iter().filter(|d| d.outcome != Outcome::Same).map(|d| d.unit.clone()).collect();
    let mut batch = 0;
    for chunk in to_write.chunks(500) {
        let chunk = chunk.to_vec();
        let saved = app.db.write(&actor.who(), ACTION, move |tx| {
            for unit in &chunk {
                unit_store::put(tx, unit)?;
            }
            let batch = if batch == 0 { tx.seq() } else { batch };
            tx.set_batch(batch);
            Ok(batch)
        })?;
        batch = saved.value;
    }
    crate::units::ops::reload(app)?;
    for kind in plan.sheet.kinds.clone() {
        batch = records(app, actor, rows, &texts, &drafts, kind, year, batch, report)?;
    }
    Ok(batch)
}

fn get<'t>(texts: &'t BTreeMap<String, Given>, key: &str) -> Option<&'t Given> {
    texts.get(key).filter(|g| !g.text.is_empty())
}

/// The unit a row makes or changes; nothing if it is refused.
fn draft(
    app: &App,
    tree: &Tree,
    texts: &Texts,
    row: &MappedRow,
    report: &mut Report,
    codes: &mut HashMap<String, usize>,
    next: UnitId,
    n: usize,
) -> Result<Option<Draft>> {
    let u = &texts.unit;
    let Some(code) = get(u, "code") else {
        report.refuse_row(&row.sheet, row.number, NO_CODE);
        return Ok(None);
    };
    let Some(name) = get(u, "name") else {
        report.refuse_row(&row.sheet, row.number, NO_NAME);
        return Ok(None);
    };
    let code_text = text::clean(&code.text);
    if code_text.chars().count() > 35 || name.text.chars().count() > 200 {
        report.refuse(&row.sheet, row.number, code, "Mã dài quá 35 ký tự hoặc tên dài quá 200 ký tự.");
        return Ok(None);
    }
    if codes.insert(code_text.clone(), n).is_some() {
        report.refuse(&row.sheet, row.number, code, TWICE);
        return Ok(None);
    }
    let unit_type = get(u, "type").map(|g| g.text.clone()).filter(|t| app.spec.unit_type(t).is_some());
    let unit_type = unit_type.unwrap_or_else(|| "truong".to_owned());
    let mut levels: Vec<String> = Vec::new();
    if let Some(given) = get(u, "levels") {
        for key in given.text.split_whitespace() {
            match app.spec.levels.iter().find(|l| l.key.eq_ignore_ascii_case(key) || l.code == key) {
                Some(level) => levels.push(level.key.clone()),
                None => {
                    report.refuse(
                        &row.sheet,
                        row.number,
                        given,
                        format!("Không rõ cấp học «{key}». Thầy/cô ghi MN, TH, THCS, THPT hoặc GDTX."),
                    );
                }
            }
        }
    }
    let founded = day_in(u, "founded", app, row, report);
    let place = |key: &str| {
        let kind = app.spec.kind_by_key.get("school")?;
        let at = app.spec.kinds[*kind].field_index(key)?;
        texts.kinds.get(kind)?.get(&at.to_string()).map(|g| g.text.clone())
    };
    let (mut district, commune) = (place("district").unwrap_or_default(), place("commune").unwrap_or_default());
    let parent = match get(u, "parent") {
        None => None,
        Some(given) => match find_parent(tree, &given.text) {
            Some(parent) => {
                if parent.unit_type(0) != "so"
                    && app.spec.unit_type(parent.unit_type(0)).is_some_and(|t| t.place.as_deref() == Some("district"))
                {
                    district = parent.code(GSO, 0).unwrap_or_default().to_owned();
                }
                Some(parent.id)
            }
            None => {
                report.refuse(&row.sheet, row.number, given, format!(
                    "Không có đơn vị quản lý mã «{}» trong cây đơn vị; trường được đặt trực thuộc Sở. Thầy/cô tạo đơn vị này (loại «Tổ chức khác») rồi chuyển trường về đó.",
                    given.text
                ));
                None
            }
        },
    };
    let state = match get(u, "state").map(|g| (g, g.text.as_str())) {
        None => UnitState::Active,
        Some((given, key)) => match UnitState::ALL.into_iter().find(|s| s.key() == key) {
            Some(state) => state,
            None => {
                report.refuse(
                    &row.sheet,
                    row.number,
                    given,
                    "Không rõ trạng thái này; trường được ghi là đang hoạt động.",
                );
                UnitState::Active
            }
        },
    };
    let new = NewUnit {
        name: text::clean(&name.text),
        unit_type,
        levels,
        codes: vec![(MOET.to_owned(), code_text.clone())],
        founded,
        ..NewUnit::default()
    };
    let today = app.today();
    Ok(Some(match tree.by_code(MOET, &code_text).first().and_then(|id| tree.get(*id)) {
        None => Draft {
            row: n,
            unit: make(app, tree, next, &new, parent, &district, &commune, state, today),
            outcome: Outcome::Added,
        },
        Some(old) => {
            let (unit, outcome) = update(old, &new, state, today)?;
            Draft { row: n, unit, outcome }
        }
    }))
}

fn day_in(texts: &BTreeMap<String, Given>, key: &str, app: &App, row: &MappedRow, report: &mut Report) -> Option<Day> {
    let given = get(texts, key)?;
    match spec::date_of(&given.text) {
        Ok(date) if date.first_day() <= app.clock.today() => Some(day_of(date.first_day())),
        Ok(_) => {
            report.refuse(&row.sheet, row.number, given, "Ngày này ở tương lai.");
            None
        }
        Err(reason) => {
            report.refuse(&row.sheet, row.number, given, reason);
            None
        }
    }
}

/// The managing unit a code means: an office by the code of its place, the Sở by its province's.
fn find_parent<'t>(tree: &'t Tree, code: &str) -> Option<&'t Unit> {
    let mut ids = tree.by_code(GSO, code).iter().chain(tree.by_code(MOET, code));
    ids.find_map(|id| tree.get(*id)).map(AsRef::as_ref)
}

#[expect(clippy::too_many_arguments, reason = "a new unit's whole surroundings")]
fn make(
    app: &App,
    tree: &Tree,
    id: UnitId,
    new: &NewUnit,
    parent: Option<UnitId>,
    district: &str,
    commune: &str,
    state: UnitState,
    today: Day,
) -> Unit {
    let mut unit = Unit::new(id, &new.unit_type, &new.name, new.founded);
    if !new.levels.is_empty() {
        unit.levels.push(Dated::since(new.founded, new.levels.clone()));
    }
    for (scheme, value) in &new.codes {
        unit.codes.push(Dated::since(new.founded, Code { scheme: scheme.clone(), value: value.clone() }));
    }
    let root = tree.root().map(|r| r.id);
    match parent.and_then(|p| tree.get(p)) {
        // An office of a place: it for as long as it lasts, then what took its place.
        Some(office) if Some(office.id) != root => {
            admin::place_school(&app.spec, tree, &mut unit, new, district, commune);
            let last = office.closed_on();
            let named_then = |d: &Dated<UnitId>| d.value == office.id;
            if !unit.administrative.iter().any(named_then) && new.founded.is_none_or(|f| last.is_none_or(|l| f <= l)) {
                let heir = unit.administrative.last().map_or_else(|| root.unwrap_or(office.id), |d| d.value);
                unit.administrative =
                    vec![Dated { from: new.founded, to: last, decision: String::new(), value: office.id }];
                if let Some(last) = last {
                    unit.administrative.push(Dated::since(Some(last + 1), heir));
                }
            }
        }
        _ => {
            unit.administrative = root.map(|r| vec![Dated::since(new.founded, r)]).unwrap_or_default();
            unit.professional.clone_from(&unit.administrative);
        }
    }
    if let Some(day) = new.founded {
        unit.events.push(Event { day, kind: "founded".into(), decision: String::new(), others: Vec::new() });
    }
    if state != UnitState::Active {
        unit.states[0].to = Some(today - 1);
        unit.states.push(Dated::since(Some(today), state));
    }
    unit.events.push(Event { day: today, kind: "imported".into(), decision: String::new(), others: Vec::new() });
    unit
}

fn update(old: &Unit, new: &NewUnit, state: UnitState, today: Day) -> Result<(Unit, Outcome)> {
    use crate::tree::Change;
    let mut changes = Vec::new();
    if old.name(today) != new.name {
        changes.push(Change::Name(new.name.clone()));
    }
    if !new.levels.is_empty() && old.levels(today) != new.levels {
        changes.push(Change::Levels(new.levels.clone()));
    }
    if old.state(today) != state {
        changes.push(Change::State(state));
    }
    if changes.is_empty() {
        return Ok((old.clone(), Outcome::Same));
    }
    let mut unit = old.clone();
    let event = Event { day: today, kind: "imported".into(), decision: String::new(), others: Vec::new() };
    unit.change(today, "", &changes, event)?;
    Ok((unit, Outcome::Changed))
}

/// The school records of the rows' units.
#[expect(clippy::too_many_arguments, reason = "the state of one import")]
fn records(
    app: &App,
    actor: &Actor,
    rows: &[MappedRow],
    texts: &[Texts],
    drafts: &[Draft],
    kind: usize,
    year: u16,
    mut batch: u64,
    report: &mut Report,
) -> Result<u64> {
    let tree = app.tree();
    let k = &app.spec.kinds[kind];
    let year = if k.place == Place::UnitYear { year } else { 0 };
    for chunk in drafts.chunks(200) {
        let mut planned: Vec<(Checked, bool)> = Vec::new();
        app.db.read(|tx| {
            let world = ScopedWorld::new(tx, app, &tree, actor, None);
            for d in chunk {
                let row = &rows[d.row];
                let Some(mut given) = texts[d.row].kinds.get(&kind).cloned() else { continue };
                given.retain(|_, g| !g.text.is_empty());
                let unit = d.unit.id;
                let mut existing = None;
                store::list(tx, app.names.kind(kind), unit, year, None, |at| {
                    existing = Some(at.id);
                    Ok(std::ops::ControlFlow::Break(()))
                })?;
                let old = match existing {
                    Some(id) => {
                        store::get(tx, app.names.kind(kind), id)?.map(|r| r.decode(&app.names, kind, id)).transpose()?
                    }
                    None => None,
                };
                let id = old.as_ref().map_or(crate::id::RecordId::new(unit, store::given(tx, unit)? + 1), |o| o.id);
                let facts = ops::facts(app, &tree, kind, id, unit, year);
                let header = old.as_ref().map_or(
                    Header { version: 1, unit, year, state: State::Active, verified: false },
                    |o| Header { version: o.header.version + 1, verified: false, ..o.header },
                );
                if let Some(checked) = check(app, kind, id, header, old.as_ref(), given, &facts, &world, row, report) {
                    let count = report.count(&k.plural);
                    if old.as_ref().is_some_and(|o| o.fields == checked.record().fields) {
                        count.same += 1;
                    } else {
                        if old.is_some() {
                            count.changed += 1
                        } else {
                            count.added += 1
                        }
                        planned.push((checked, old.is_none()));
                    }
                }
            }
            Ok(())
        })?;
        if planned.is_empty() {
            continue;
        }
        let parts = app.clone();
        let saved = app.db.write(&actor.who(), ACTION, move |tx| {
            for (checked, new) in &planned {
                ops::write_in(tx, &parts, checked)?;
                if *new {
                    let unit = checked.record().header.unit;
                    let given = store::given(tx, unit)?;
                    store::set_given(tx, unit, given + 1)?;
                }
            }
            let batch = if batch == 0 { tx.seq() } else { batch };
            tx.set_batch(batch);
            Ok(batch)
        })?;
        batch = saved.value;
    }
    Ok(batch)
}

/// Checks a school record. Optional cells that can't be taken are dropped and named; if it can't do
/// without one, the unit stays and the record is refused.
#[expect(clippy::too_many_arguments, reason = "one record's whole surroundings")]
fn check(
    app: &App,
    kind: usize,
    id: crate::id::RecordId,
    header: Header,
    old: Option<&crate::records::model::Record>,
    mut given: BTreeMap<String, Given>,
    facts: &spec::Facts,
    world: &dyn spec::World,
    row: &MappedRow,
    report: &mut Report,
) -> Option<Checked> {
    let k = &app.spec.kinds[kind];
    for _ in 0..3 {
        let mut raw = Raw::new();
        let mut source: HashMap<String, String> = HashMap::new();
        for (place, cell) in &given {
            if let Some(name) = named(k, place) {
                raw.set(&name, cell.text.clone());
                source.insert(name, place.clone());
            }
        }
        match ops::check(app, kind, id, header, &raw, old, facts, world) {
            Ok(checked) => return Some(checked),
            Err(Error::Invalid(problems)) => {
                let errors: Vec<&Problem> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
                let mut fatal = false;
                let mut drop = Vec::new();
                for problem in errors {
                    match source.get(&problem.field).and_then(|place| Some((place, given.get(place)?))) {
                        Some((place, cell)) => {
                            report.refuse(&row.sheet, row.number, cell, problem.message.clone());
                            drop.push(place.clone());
                        }
                        None => {
                            fatal = true;
                            report.refuse_row(
                                &row.sheet,
                                row.number,
                                format!(
                                    "Trường đã có trong cây đơn vị, nhưng chưa lập được «{}»: {}",
                                    k.label, problem.message
                                ),
                            );
                        }
                    }
                }
                if fatal {
                    return None;
                }
                for place in drop {
                    given.remove(&place);
                }
            }
            Err(e) => {
                report.refuse_row(&row.sheet, row.number, e.to_string());
                return None;
            }
        }
    }
    None
}

/// The school year a list of units speaks of: the newest in which most of its commune codes were in use.
pub(super) fn year_of(app: &App, sheet: &SheetSpec, plan: &SheetPlan<'_>, rows: &[MappedRow], newest: u16) -> u16 {
    let Some(list) = app.spec.codes.get("commune") else { return newest };
    let places: Vec<(usize, usize)> = sheet
        .kinds
        .iter()
        .flat_map(|k| {
            let fields = app.spec.kinds[*k].fields.iter().enumerate();
            fields.filter(|(_, f)| f.ty == spec::FieldType::PlaceCommune).map(|(at, _)| (*k, at)).collect::<Vec<_>>()
        })
        .collect();
    let codes: Vec<String> = rows
        .iter()
        .flat_map(|row| {
            let texts = plan.texts(&app.spec, row);
            places
                .iter()
                .filter_map(|(k, at)| texts.kinds.get(k)?.get(&at.to_string()).map(|g| g.text.clone()))
                .collect::<Vec<_>>()
        })
        .filter(|c| !c.is_empty())
        .collect();
    if codes.is_empty() {
        return newest;
    }
    for year in (newest.saturating_sub(8)..=newest).rev() {
        let Ok(day) = jiff::civil::Date::new(i16::try_from(year).unwrap_or(2000) + 1, 5, 31) else { continue };
        let day = day.min(app.clock.today());
        let valid = codes.iter().filter(|c| list.at(c, day).is_some()).count();
        if valid * 2 >= codes.len() {
            return year;
        }
    }
    newest
}
