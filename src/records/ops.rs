//! What can be done with records: permit → check → write. The only callers of a write.

pub use super::list::{Direction, ListQuery, Next, Page, Waiting, list};
pub use super::sight::{get, may_see, units_named, visible_row};

use super::model::{Header, Record, Row, State};
use super::store;
use super::world::{ScopedWorld, StoreWorld};
use crate::actor::{Actor, Right};
use crate::app::{App, Parts};
use crate::clock::Millis;
use crate::error::{Error, Problem, Result, Severity};
use crate::id::{RecordId, UnitId};
use crate::spec::{self, Facts, Place, Raw, Value};
use crate::store::{Read, WriteTx, history, receipt};
use crate::tree::{Tree, day_of};
use std::ops::ControlFlow;

/// What is true of a record beside its fields.
pub fn facts(app: &Parts, tree: &Tree, kind: usize, id: RecordId, unit: UnitId, year: u16) -> Facts {
    let today = app.clock.today();
    let mut facts = Facts {
        id,
        unit,
        unit_type: String::new(),
        unit_levels: crate::spec::Levels::NONE,
        unit_province: String::new(),
        year: if app.spec.kinds[kind].place == Place::UnitYear { year } else { 0 },
        today,
    };
    let day = day_of(facts.period().at);
    if let Some(u) = tree.get(unit) {
        u.unit_type(day).clone_into(&mut facts.unit_type);
        facts.unit_levels = app.spec.levels_of(u.levels(day).iter().map(String::as_str));
    }
    if let Some(code) = tree.root().and_then(|r| r.code("gso", day)) {
        code.clone_into(&mut facts.unit_province);
    }
    facts
}

/// A record that passed every check. Nothing else can be saved, and nothing else makes one.
#[derive(Clone, Debug)]
pub struct Checked {
    record: Record,
    /// Warnings: saved and shown.
    pub warnings: Vec<Problem>,
}

impl Checked {
    /// The record.
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// The same, to be written as this version.
    #[must_use]
    pub const fn at_version(mut self, version: u32) -> Self {
        self.record.header.version = version;
        self
    }
}

/// Checks what was typed for a record (new, or `old` with changes).
pub fn check(
    app: &Parts,
    kind: usize,
    id: RecordId,
    header: Header,
    raw: &Raw,
    old: Option<&Record>,
    facts: &Facts,
    world: &dyn spec::World,
) -> Result<Checked> {
    let (fields, problems) =
        spec::check(&app.spec, &app.spec.kinds[kind], raw, old.map(|r| r.fields.as_slice()), facts, world);
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(|p| p.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors.into_iter().chain(warnings).collect()));
    }
    Ok(Checked { record: Record { id, kind, header, fields }, warnings })
}

/// Refuses references to records this person may not see, with the words used for what is not there.
fn check_references(tx: &impl Read, app: &Parts, actor: &Actor, old: Option<&Record>, record: &Record) -> Result<()> {
    let kind = &app.spec.kinds[record.kind];
    for (at, value) in &record.fields {
        let field = &kind.fields[*at];
        if old.and_then(|o| o.field(*at)) == Some(value) {
            continue;
        }
        let mut targets: Vec<(String, &str, usize, RecordId)> = Vec::new();
        match value {
            Value::Ref(to) => targets.extend(field.refers.map(|k| (field.key.clone(), field.label.as_str(), k, *to))),
            Value::Rows(rows) => {
                for (n, row) in rows.iter().enumerate() {
                    for (c, cell) in row {
                        let column = &field.columns[usize::from(*c)];
                        if let (Value::Ref(to), Some(k)) = (cell, column.refers) {
                            targets.push((format!("{}.{n}.{}", field.key, column.key), &column.label, k, *to));
                        }
                    }
                }
            }
            _ => {}
        }
        for (place, label, target, to) in targets {
            let seen = match store::get(tx, app.names.kind(target), to)? {
                Some(row) => may_see(tx, app, actor, target, to, &row)?,
                None => false,
            };
            if !seen {
                return Err(Error::invalid(
                    &place,
                    "ref",
                    format!("{label}: không tìm thấy hồ sơ đã chọn trong phạm vi của thầy/cô."),
                ));
            }
        }
    }
    Ok(())
}

/// Writes a checked record inside an open change: what it refers to is there, what must be unique is.
pub fn write_in(tx: &mut WriteTx<'_>, app: &Parts, checked: &Checked) -> Result<()> {
    let record = &checked.record;
    let kind = &app.spec.kinds[record.kind];
    let kind_id = app.names.kind(record.kind);
    if record.header.state != State::Erroneous {
        for (at, value) in &record.fields {
            let Some(within) = kind.fields[*at].unique else { continue };
            let place = (record.header.unit, record.header.year);
            let field_id = app.names.field(record.kind, *at);
            if store::holder_of(tx, kind_id, field_id, within, place, value, Some(record.id))?.is_some() {
                return Err(Error::Invalid(vec![Problem::error(
                    &kind.fields[*at].key,
                    "unique",
                    format!(
                        "{} này đã có ở một hồ sơ khác. Thầy/cô tìm hồ sơ đó trước khi thêm mới.",
                        kind.fields[*at].label
                    ),
                )]));
            }
        }
    }
    for (at, value) in &record.fields {
        let field = &kind.fields[*at];
        if let (Value::Ref(to), Some(target)) = (value, field.refers)
            && store::get(tx, app.names.kind(target), *to)?.is_none()
        {
            return Err(Error::Invalid(vec![Problem::error(
                &field.key,
                "ref",
                format!("{}: không tìm thấy hồ sơ đã chọn.", field.label),
            )]));
        }
    }
    let row = Row::encode(record, &app.names);
    tx.set_unit(record.header.unit);
    store::put(tx, kind_id, record.id, &row)
}

/// What a save left: the record, its version now, and the warnings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The record.
    pub id: RecordId,
    /// Its version now.
    pub version: u32,
}

impl Outcome {
    fn to_answer(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    fn from_answer(answer: &str) -> Result<Self> {
        let (id, version) = answer.split_once(' ').ok_or_else(|| Error::damaged("receipt"))?;
        match (id.parse(), version.parse()) {
            (Ok(id), Ok(version)) => Ok(Self { id, version }),
            _ => Err(Error::damaged("receipt")),
        }
    }
}

fn must_edit(actor: &Actor, unit: UnitId) -> Result<()> {
    if !actor.scope.has(unit) {
        return Err(Error::NotFound);
    }
    actor.require(Right::Edit)
}

/// The years a record may be entered for.
fn check_year(app: &Parts, kind: usize, year: u16) -> Result<u16> {
    if app.spec.kinds[kind].place == Place::Unit {
        return Ok(0);
    }
    let newest = crate::clock::school_year(app.clock.today()) + 1;
    if (2000..=newest).contains(&year) {
        return Ok(year);
    }
    Err(Error::invalid("year", "year", format!("Năm học cần nằm trong khoảng 2000–2001 đến {newest}–{}.", newest + 1)))
}

/// Makes a record.
pub async fn create(
    app: &App,
    actor: &Actor,
    kind: usize,
    unit: UnitId,
    year: u16,
    raw: Raw,
    key: String,
) -> Result<Outcome> {
    must_edit(actor, unit)?;
    let year = check_year(app, kind, year)?;
    let tree = app.tree();
    let day = app.today();
    let holds_records =
        tree.get(unit).is_some_and(|u| app.spec.unit_types.iter().any(|t| t.key == u.unit_type(day) && t.has_records));
    if !holds_records {
        return Err(Error::invalid(
            "unit",
            "unit",
            "Đơn vị này không giữ hồ sơ. Thầy/cô chọn một trường hoặc đơn vị có hồ sơ.",
        ));
    }
    let (parts, actor) = (app.clone(), actor.clone());
    let who = actor.who();
    let saved = app
        .db
        .submit(&who, "record.create", move |tx| {
            let operation = format!("record.create {kind}");
            let asked = format!("{unit} {year} {}", text_of(&raw));
            let (answer, _) = receipt::once_for(tx, &operation, &key, &asked, |tx| {
                let id = store::reserve(tx, unit, 1)?;
                let facts = facts(&parts, &tree, kind, id, unit, year);
                let header = Header { version: 1, unit, year, state: State::Active, verified: false };
                let checked = {
                    let world = ScopedWorld::new(&*tx, &parts, &tree, &actor, None);
                    check(&parts, kind, id, header, &raw, None, &facts, &world)?
                };
                check_references(tx, &parts, &actor, None, checked.record())?;
                write_in(tx, &parts, &checked)?;
                Ok(Outcome { id, version: 1 }.to_answer())
            })?;
            Ok(answer)
        })
        .done()
        .await?;
    Outcome::from_answer(&saved.value)
}

/// What was typed, for comparing two requests.
fn text_of(raw: &Raw) -> String {
    serde_json::to_string(&raw.fields).unwrap_or_default()
}

/// One change of an existing record, run in the open change on its newest version. `asked` tells two
/// changes from the same version apart: a key used again for another change is no repeat, and its
/// version is then most likely stale.
async fn change(
    app: &App,
    actor: &Actor,
    action: &'static str,
    (kind, id): (usize, RecordId),
    based_on: u32,
    asked: String,
    key: String,
    f: impl FnOnce(&WriteTx<'_>, &Parts, &Tree, &Actor, Record) -> Result<Checked> + Send + 'static,
) -> Result<Outcome> {
    let (parts, tree, actor) = (app.clone(), app.tree(), actor.clone());
    let who = actor.who();
    let saved = app
        .db
        .submit(&who, action, move |tx| {
            let operation = format!("{action} {kind} {id} {based_on} {asked}");
            let (answer, _) = receipt::once(tx, &operation, &key, |tx| {
                let row = visible_row(tx, &parts, &actor, kind, id)?;
                if !actor.scope.has(row.header().unit) {
                    return Err(Error::Denied(crate::actor::NOT_OWN_UNIT.into()));
                }
                actor.require(Right::Edit)?;
                let old = row.decode(&parts.names, kind, id)?;
                if based_on != old.header.version {
                    return Err(Error::Stale { based_on, current: old.header.version });
                }
                let mut checked = f(tx, &parts, &tree, &actor, old.clone())?;
                let same_header = Header { version: 0, ..checked.record.header } == Header { version: 0, ..old.header };
                if checked.record.fields == old.fields && same_header {
                    return Ok(Outcome { id, version: old.header.version }.to_answer());
                }
                checked.record.header.version = old.header.version + 1;
                check_references(tx, &parts, &actor, Some(&old), checked.record())?;
                write_in(tx, &parts, &checked)?;
                Ok(Outcome { id, version: checked.record.header.version }.to_answer())
            })?;
            Ok(answer)
        })
        .done()
        .await?;
    Outcome::from_answer(&saved.value)
}

/// Saves changed fields. Fields not in `raw` stay as they are; only what differs is written.
pub async fn save(
    app: &App,
    actor: &Actor,
    kind: usize,
    id: RecordId,
    based_on: u32,
    raw: Raw,
    key: String,
) -> Result<Outcome> {
    let asked = text_of(&raw);
    change(app, actor, "record.save", (kind, id), based_on, asked, key, move |tx, parts, tree, actor, old| {
        let facts = facts(parts, tree, kind, id, old.header.unit, old.header.year);
        let world = ScopedWorld::new(tx, parts, tree, actor, Some(&old));
        let header = Header { verified: false, ..old.header };
        let checked = check(parts, kind, id, header, &raw, Some(&old), &facts, &world)?;
        if checked.record.fields == old.fields {
            return Ok(Checked { record: Record { header: old.header, ..checked.record }, ..checked });
        }
        Ok(checked)
    })
    .await
}

/// Marks a record: left, gone to another unit, entered by mistake, or in use again.
pub async fn set_state(
    app: &App,
    actor: &Actor,
    kind: usize,
    id: RecordId,
    based_on: u32,
    state: State,
    key: String,
) -> Result<Outcome> {
    let asked = state.key().to_owned();
    change(app, actor, "record.state", (kind, id), based_on, asked, key, move |tx, _, _, _, old| {
        if state == State::Erroneous {
            let mut used = 0;
            store::referring(tx, id, |k, _, child| {
                if store::get(tx, k, child)?.is_some_and(|r| r.header().state == State::Active) {
                    used += 1;
                }
                Ok(ControlFlow::Continue(()))
            })?;
            if used > 0 {
                return Err(Error::invalid(
                    "state",
                    "references",
                    format!("Chưa đánh dấu ghi nhầm được: còn {used} hồ sơ đang dùng hồ sơ này. Thầy/cô xử lý các hồ sơ đó trước."),
                ));
            }
        }
        Ok(Checked { record: Record { header: Header { state, verified: false, ..old.header }, ..old }, warnings: Vec::new() })
    })
    .await
}

/// Marks a record as compared with the papers. Refused while a warning stands.
pub async fn verify(
    app: &App,
    actor: &Actor,
    kind: usize,
    id: RecordId,
    based_on: u32,
    key: String,
) -> Result<Outcome> {
    change(app, actor, "record.verify", (kind, id), based_on, String::new(), key, move |tx, parts, tree, actor, old| {
        let facts = facts(parts, tree, kind, id, old.header.unit, old.header.year);
        let world = ScopedWorld::new(tx, parts, tree, actor, Some(&old));
        let header = Header { verified: true, ..old.header };
        let checked = check(parts, kind, id, header, &Raw::default(), Some(&old), &facts, &world)?;
        if checked.warnings.is_empty() { Ok(checked) } else { Err(Error::Invalid(checked.warnings)) }
    })
    .await
}

/// Brings back the fields as they were in an earlier version, as a new version.
pub async fn restore(
    app: &App,
    actor: &Actor,
    kind: usize,
    id: RecordId,
    based_on: u32,
    version: u32,
    key: String,
) -> Result<Outcome> {
    change(
        app,
        actor,
        "record.restore",
        (kind, id),
        based_on,
        version.to_string(),
        key,
        move |tx, parts, tree, actor, old| {
            let full_key = store::RECORDS.key(&(parts.names.kind(kind), id));
            let earlier = history::versions(tx, &full_key, usize::MAX)?
                .into_iter()
                .filter_map(|v| v.value)
                .map(|bytes| <Row as crate::store::Value>::from_bytes(&bytes))
                .find(|row| row.as_ref().is_ok_and(|r| r.header().version == version))
                .ok_or(Error::NotFound)??
                .decode(&parts.names, kind, id)?;
            let facts = facts(parts, tree, kind, id, old.header.unit, old.header.year);
            let world = ScopedWorld::new(tx, parts, tree, actor, Some(&old));
            let header = Header { verified: false, ..old.header };
            let (fields, problems) =
                spec::check_values(&parts.spec, &parts.spec.kinds[kind], earlier.fields, &facts, &world);
            let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
                problems.into_iter().partition(|p| p.severity == Severity::Error);
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            Ok(Checked { record: Record { header, fields, ..old }, warnings })
        },
    )
    .await
}

/// What a record has to complain of now: its warnings (and errors, where rules came after it).
pub fn problems(app: &App, record: &Record) -> Result<Vec<Problem>> {
    let tree = app.tree();
    let facts = facts(app, &tree, record.kind, record.id, record.header.unit, record.header.year);
    app.db.read(|tx| {
        let world = StoreWorld { tx, spec: &app.spec, names: &app.names, tree: &tree };
        Ok(spec::check_values(&app.spec, &app.spec.kinds[record.kind], record.fields.clone(), &facts, &world).1)
    })
}

/// Opens the masked fields of a record: allowed by role, and logged before anything is shown.
pub async fn open_sensitive(app: &App, actor: &Actor, kind: usize, id: RecordId) -> Result<Record> {
    let record = get(app, actor, kind, id)?;
    actor.require(Right::OpenSensitive)?;
    let unit = record.header.unit;
    let note = format!("{{\"kind\":\"{}\",\"id\":\"{id}\"}}", app.spec.kinds[kind].key);
    app.db
        .submit(&actor.who(), "record.open_sensitive", move |tx| {
            tx.set_unit(unit);
            tx.note(note);
            Ok(())
        })
        .done()
        .await?;
    Ok(record)
}

/// One version of a record in its history.
#[derive(Clone, Debug)]
pub struct Version {
    /// The entry's number in the log.
    pub seq: u64,
    /// When.
    pub time: Millis,
    /// The login of who did it.
    pub login: String,
    /// What was done (`record.save`, …).
    pub action: String,
    /// The import it came with, or 0.
    pub batch: u64,
    /// The record then.
    pub record: Record,
    /// Fields that differ from the version before: position, before, now.
    pub changes: Vec<(usize, Option<Value>, Option<Value>)>,
}

/// The history of a record, newest first.
pub fn history_of(app: &App, actor: &Actor, kind: usize, id: RecordId, limit: usize) -> Result<Vec<Version>> {
    app.db.read(|tx| {
        visible_row(tx, app, actor, kind, id)?;
        let full_key = store::RECORDS.key(&(app.names.kind(kind), id));
        let mut versions: Vec<Version> = Vec::new();
        let mut decoded = Vec::new();
        for version in history::versions(tx, &full_key, limit.saturating_add(1))? {
            let Some(bytes) = version.value else { break };
            let record = <Row as crate::store::Value>::from_bytes(&bytes)?.decode(&app.names, kind, id)?;
            decoded.push((version.entry, record));
        }
        for i in 0..decoded.len().min(limit) {
            let (entry, record) = &decoded[i];
            let before = decoded.get(i + 1).map(|(_, r)| r);
            versions.push(Version {
                seq: entry.seq,
                time: entry.time,
                login: entry.who.login.clone(),
                action: entry.action.clone(),
                batch: entry.batch,
                changes: difference(before, record),
                record: record.clone(),
            });
        }
        Ok(versions)
    })
}

/// The record as it was at a moment, if it was there and the person may see it now.
pub fn as_of(app: &App, actor: &Actor, kind: usize, id: RecordId, moment: Millis) -> Result<Record> {
    app.db.read(|tx| {
        visible_row(tx, app, actor, kind, id)?;
        let full_key = store::RECORDS.key(&(app.names.kind(kind), id));
        let version = history::as_of(tx, &full_key, moment)?.and_then(|v| v.value).ok_or(Error::NotFound)?;
        <Row as crate::store::Value>::from_bytes(&version)?.decode(&app.names, kind, id)
    })
}

/// Fields that differ: position, before, now.
pub fn difference(before: Option<&Record>, now: &Record) -> Vec<(usize, Option<Value>, Option<Value>)> {
    let mut positions: Vec<usize> = now.fields.iter().map(|(at, _)| *at).collect();
    positions.extend(before.into_iter().flat_map(|b| b.fields.iter().map(|(at, _)| *at)));
    positions.sort_unstable();
    positions.dedup();
    positions
        .into_iter()
        .filter_map(|at| {
            let (old, new) = (before.and_then(|b| b.field(at)), now.field(at));
            (old != new).then(|| (at, old.cloned(), new.cloned()))
        })
        .collect()
}
