//! The search index follows the log: what was saved is found within a second. It never writes to the
//! store, and may be thrown away and made anew behind a running server.

use super::model::{RecordKey, Row, State};
use super::store;
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::{KindId, RecordId, UnitId};
use crate::search::{Doc, Index};
use crate::spec::{FieldType, Kind, Place, Value};
use crate::store::{Class, Key, Read, Value as Stored};
use crate::tree::{ParentRole, Tree, Unit};
use crate::units::store as units;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Documents handed to the index at once.
const CHUNK: usize = 4_000;
/// Log entries in one commit of the index at most, and in one snapshot of the store.
const ENTRIES: u64 = 4096;
const ENTRIES_READ: u64 = 256;
/// Changes are gathered this long before the index commits, so that a busy minute costs few commits.
const GATHER: Duration = Duration::from_millis(500);
/// The kind under which units stand in the index.
pub const UNIT_KIND: &str = "unit";

/// How far the index is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Records done in a rebuild; 0 when none is running.
    pub rebuilt: AtomicU64,
}

/// Which kinds can be found, and which lend their words to a parent.
struct Plan {
    /// Kinds with documents of their own.
    subjects: Vec<bool>,
    /// Child kinds whose change touches the parent's document: (parent field).
    lends: Vec<Option<usize>>,
}

fn plan(app: &App) -> Plan {
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

/// Follows until the store closes. Runs on a thread of its own.
pub fn run(
    app: &App,
    progress: &Progress,
    stop: &tokio::sync::watch::Receiver<bool>,
    runtime: &tokio::runtime::Handle,
) {
    let mut head = app.db.follow();
    loop {
        if *stop.borrow() {
            return;
        }
        if let Err(e) = catch_up(app, progress) {
            tracing::error!(error = %e, "the search index could not follow; trying again");
            std::thread::sleep(Duration::from_secs(1));
            continue;
        }
        let mut stop = stop.clone();
        let go_on = runtime.block_on(async {
            tokio::select! {
                changed = head.changed() => changed.is_ok(),
                _ = stop.changed() => false,
            }
        });
        if !go_on {
            return;
        }
        std::thread::sleep(GATHER);
        head.borrow_and_update();
    }
}

/// Brings the index up to the newest entry, making it anew if it has seen nothing or too much.
pub fn catch_up(app: &App, progress: &Progress) -> Result<()> {
    let index = app.index()?;
    let head = app.db.head_seq();
    if index.seq() == 0 && head > 0 || index.seq() > head {
        rebuild(app, progress)?;
    }
    loop {
        let (from, head) = (index.seq() + 1, app.db.head_seq());
        if from > head {
            return Ok(());
        }
        follow_entries(app, index, from, head.min(from + ENTRIES - 1))?;
    }
}

fn follow_entries(app: &App, index: &Index, from: u64, to: u64) -> Result<()> {
    let plan = plan(app);
    let mut touched: BTreeSet<(KindId, RecordId)> = BTreeSet::new();
    let mut touched_units: BTreeSet<UnitId> = BTreeSet::new();
    for first in (from..=to).step_by(ENTRIES_READ as usize) {
        let last = to.min(first + ENTRIES_READ - 1);
        app.db.read(|tx| {
            (first..=last).try_for_each(|seq| read_entry(tx, app, &plan, seq, &mut touched, &mut touched_units))
        })?;
    }
    let tree = app.tree();
    for unit in &touched_units {
        app.db.read(|tx| {
            for (k, _) in app.spec.kinds.iter().enumerate().filter(|(k, _)| plan.subjects[*k]) {
                let kind_id = app.names.kind(k);
                for year in store::years(tx, kind_id, *unit)? {
                    store::list(tx, kind_id, *unit, year, None, |p| {
                        touched.insert((kind_id, p.id));
                        Ok(ControlFlow::Continue(()))
                    })?;
                }
            }
            Ok(())
        })?;
    }
    let mut docs: Vec<Doc> =
        touched_units.iter().filter_map(|u| tree.get(*u)).map(|u| unit_doc(app, &tree, u)).collect();
    // A unit whose import was undone is in the log, but no more in the tree.
    let mut gone: Vec<u64> = touched_units.iter().filter(|u| tree.get(**u).is_none()).map(|u| u64::from(u.0)).collect();
    let all: Vec<(KindId, RecordId)> = touched.into_iter().collect();
    let mut cache = Cache::default();
    for chunk in all.chunks(CHUNK) {
        app.db.read(|tx| {
            for (kind_id, id) in chunk {
                let Some(kind) = app.names.kind_at(*kind_id) else { continue };
                match store::get(tx, *kind_id, *id)? {
                    Some(row) => docs.push(record_doc(tx, app, &tree, &plan, &mut cache, kind, *id, &row)?),
                    None => gone.push(id.0),
                }
            }
            Ok(())
        })?;
        index.apply(&docs, &gone)?;
        docs.clear();
        gone.clear();
    }
    index.apply(&docs, &gone)?;
    index.commit(to)
}

/// Notes the documents and units an entry touches.
fn read_entry(
    tx: &impl Read,
    app: &App,
    plan: &Plan,
    seq: u64,
    touched: &mut BTreeSet<(KindId, RecordId)>,
    touched_units: &mut BTreeSet<UnitId>,
) -> Result<()> {
    let Some(body) = tx.body(seq)? else { return Ok(()) };
    for change in body.changes {
        if let Some(unit) = units::unit_of(&change.key) {
            touched_units.insert(unit);
        } else if change.key.first() == Some(&store::RECORDS.number) {
            let mut rest = &change.key[1..];
            if let Some((kind_id, id)) = RecordKey::take(&mut rest)
                && let Some(kind) = app.names.kind_at(kind_id)
            {
                touch(tx, app, plan, (kind_id, kind, id), change.value.as_deref(), change.before, touched)?;
            }
        }
    }
    Ok(())
}

/// Notes which documents a changed record touches: its own, its parent's, and those that use its name.
fn touch(
    tx: &impl Read,
    app: &App,
    plan: &Plan,
    (kind_id, kind, id): (KindId, usize, RecordId),
    value: Option<&[u8]>,
    before: u64,
    touched: &mut BTreeSet<(KindId, RecordId)>,
) -> Result<()> {
    if plan.subjects[kind] {
        touched.insert((kind_id, id));
        // Others' documents hold this one's title (a class's pupils): look one step further.
        if before != 0 {
            store::referring(tx, id, |k, field_id, child| {
                if let Some(child_kind) = app.names.kind_at(k)
                    && let Some(parent_field) = plan.lends[child_kind]
                    && app.names.field(child_kind, parent_field) != field_id
                    && let Some((parent_kind, _)) = app.spec.kinds[child_kind].child_of
                    && let Some(row) = store::get(tx, k, child)?
                    && let Some(Value::Ref(parent)) = row.field(&app.names, child_kind, parent_field)?
                {
                    touched.insert((app.names.kind(parent_kind), parent));
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
    }
    if let (Some(parent_field), Some((parent_kind, _))) = (plan.lends[kind], app.spec.kinds[kind].child_of) {
        let rows = [value.map(<[u8]>::to_vec), earlier(tx, app, kind_id, id, before)?];
        for bytes in rows.into_iter().flatten() {
            if let Some(Value::Ref(parent)) = Row::from_bytes(&bytes)?.field(&app.names, kind, parent_field)? {
                touched.insert((app.names.kind(parent_kind), parent));
            }
        }
    }
    Ok(())
}

fn earlier(tx: &impl Read, _app: &App, kind_id: KindId, id: RecordId, before: u64) -> Result<Option<Vec<u8>>> {
    if before == 0 {
        return Ok(None);
    }
    let key = store::RECORDS.key(&(kind_id, id));
    Ok(tx.body(before)?.and_then(|b| b.changes.into_iter().find(|c| c.key == key)).and_then(|c| c.value))
}

/// Makes the whole index anew from the store. Short snapshots, so that the file does not grow; what
/// changes meanwhile is caught up afterwards.
pub fn rebuild(app: &App, progress: &Progress) -> Result<()> {
    let index = app.index()?;
    let plan = plan(app);
    let tree = app.tree();
    let start = app.db.head_seq();
    index.clear()?;
    let docs: Vec<Doc> = tree.all().map(|u| unit_doc(app, &tree, u)).collect();
    index.apply(&docs, &[])?;
    let mut done = 0u64;
    for (kind, _) in app.spec.kinds.iter().enumerate().filter(|(k, _)| plan.subjects[*k]) {
        let kind_id = app.names.kind(kind);
        let mut from = store::RECORDS.prefix(&(kind_id,));
        let end = crate::store::table::after(&from);
        loop {
            let mut docs = Vec::with_capacity(CHUNK);
            let mut cache = Cache::default();
            let mut last = None;
            app.db.read(|tx| {
                tx.scan(Class::Primary, &from, &end, &mut |key, bytes| {
                    let mut rest = &key[1..];
                    let Some((_, id)) = RecordKey::take(&mut rest) else { return Err(Error::damaged("record key")) };
                    let row = Row::from_bytes(bytes)?;
                    docs.push(record_doc(tx, app, &tree, &plan, &mut cache, kind, id, &row)?);
                    last = Some(key.to_vec());
                    Ok(if docs.len() < CHUNK { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
                })
            })?;
            index.load(&docs)?;
            done += docs.len() as u64;
            progress.rebuilt.store(done, Ordering::Relaxed);
            match last {
                Some(key) if docs.len() == CHUNK => {
                    from = key;
                    from.push(0);
                }
                _ => break,
            }
        }
    }
    index.commit(start)?;
    progress.rebuilt.store(0, Ordering::Relaxed);
    tracing::info!(documents = done, "search index made anew");
    Ok(())
}

/// Titles met while building many documents: a class's name is asked once, not forty times.
#[derive(Default)]
struct Cache {
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

fn record_doc(
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
            (_, Value::Text(t)) if is_title || field.ty == FieldType::PersonName => doc.names.push(t.clone()),
            (_, Value::Text(t)) => doc.words.push(t.clone()),
            (_, Value::Date(d)) => doc.dates.push((d.year, d.month, d.day)),
            (_, Value::Code(_) | Value::Codes(_)) => {
                doc.words.push(crate::spec::show(field, value, &app.spec.codes, app.clock.today()))
            }
            _ => {}
        }
    }
    lent_words(tx, app, plan, cache, kind, id, &mut doc)?;
    // A teacher belongs also to the schools they are lent to.
    for (at, value) in &record.fields {
        if let Value::Rows(rows) = value
            && k.fields[*at].columns.iter().any(|c| c.ty == FieldType::Unit)
        {
            doc.units.extend(
                rows.iter().flatten().filter_map(|(_, v)| if let Value::Unit(u) = v { Some(*u) } else { None }),
            );
        }
    }
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

fn unit_doc(app: &App, tree: &Tree, unit: &Unit) -> Doc {
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
