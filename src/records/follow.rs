//! The search index follows the log: what was saved is found within a second. It never writes to the
//! store, and may be thrown away and made anew behind a running server.

use super::docs::{self, Cache, Plan};
use super::model::{RecordKey, Row};
use super::store;
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::{KindId, RecordId, UnitId};
use crate::search::{Doc, Index};
use crate::spec::Value;
use crate::store::{Class, Key, Read, Value as Stored};
use crate::units::store as units;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::sync::watch;

/// Documents handed to the index at once.
const CHUNK: usize = 4_000;
/// While an empty index is filled, what is in it is shown after so many documents.
const SHOWN_EVERY: u64 = 50_000;
/// Rows counted on one snapshot.
const COUNTED: usize = 50_000;
/// Log entries in one commit of the index at most, and in one snapshot of the store.
const ENTRIES: u64 = 4096;
const ENTRIES_READ: u64 = 256;
/// Changes are gathered this long before the index commits, so that a busy minute costs few commits.
const GATHER: Duration = Duration::from_millis(500);
/// How often the index's files are looked at when nothing is saved.
const LOOK: Duration = Duration::from_secs(5);
/// After so many failures in a row the index itself is taken for what is wrong.
const FAILURES: u32 = 3;

/// Says that the work should end before it is done.
pub type Stopped<'a> = &'a dyn Fn() -> bool;

/// Follows until the store closes. Runs on a thread of its own.
pub fn run(app: &App, stop: &watch::Receiver<bool>, runtime: &tokio::runtime::Handle) {
    let mut head = app.db.follow();
    let stopped = || *stop.borrow();
    let mut failures = 0;
    while !stopped() {
        if let Err(e) = round(app, &stopped) {
            tracing::error!(error = %e, "the search index could not follow; trying again");
            failures += 1;
            if failures >= FAILURES
                && let Err(e) = app.index().and_then(Index::reset)
            {
                tracing::error!(error = %e, "the search index could not be begun anew");
            }
            std::thread::sleep(Duration::from_secs(1));
            continue;
        }
        failures = 0;
        let mut stop = stop.clone();
        let go_on = runtime.block_on(async {
            tokio::select! {
                changed = head.changed() => changed.is_ok(),
                () = tokio::time::sleep(LOOK) => true,
                _ = stop.changed() => false,
            }
        });
        if !go_on {
            return;
        }
        if head.has_changed().unwrap_or(false) || app.index().is_ok_and(|i| i.seq() < app.db.head_seq()) {
            std::thread::sleep(GATHER);
        }
        head.borrow_and_update();
    }
}

/// One round of following: an index whose files are lost or cut is begun anew, then it is brought up to
/// the newest entry. Ends early, with nothing wrong, once `stopped`.
pub fn round(app: &App, stopped: Stopped<'_>) -> Result<()> {
    let index = app.index()?;
    let _turn = index.turn();
    if !index.is_whole()? {
        tracing::warn!("files of the search index are lost or damaged; it is made anew");
        index.reset()?;
    }
    catch_up(app, index, stopped)
}

/// Brings the index up to the newest entry if nobody is at it; gives how far it has seen.
pub fn now(app: &App) -> Result<u64> {
    let index = app.index()?;
    if let Some(_turn) = index.try_turn()
        && index.seq() > 0
    {
        catch_up(app, index, &|| false)?;
    }
    Ok(index.seq())
}

/// The last round, when the server ends: what is left to follow, but no rebuild.
pub fn finish(app: &App) -> Result<()> {
    if app.index()?.seq() == 0 { Ok(()) } else { round(app, &|| false) }
}

/// Brings the index up to the newest entry, making it anew if it has seen nothing or too much.
fn catch_up(app: &App, index: &Index, stopped: Stopped<'_>) -> Result<()> {
    let head = app.db.head_seq();
    if index.seq() == 0 && head > 0 || index.seq() > head {
        fill(app, index, stopped)?;
    }
    while !stopped() && index.seq() > 0 {
        let (from, head) = (index.seq() + 1, app.db.head_seq());
        if from > head {
            break;
        }
        follow_entries(app, index, from, head.min(from + ENTRIES - 1))?;
    }
    Ok(())
}

/// Makes the whole index anew, and brings it up to the newest entry.
pub fn rebuild(app: &App) -> Result<()> {
    let index = app.index()?;
    let _turn = index.turn();
    fill(app, index, &|| false)?;
    catch_up(app, index, &|| false)
}

fn follow_entries(app: &App, index: &Index, from: u64, to: u64) -> Result<()> {
    let plan = docs::plan(app);
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
    let mut puts: Vec<Doc> =
        touched_units.iter().filter_map(|u| tree.get(*u)).map(|u| docs::unit_doc(app, &tree, u)).collect();
    // A unit whose import was undone is in the log, but no more in the tree.
    let mut gone: Vec<u64> = touched_units.iter().filter(|u| tree.get(**u).is_none()).map(|u| u64::from(u.0)).collect();
    let all: Vec<(KindId, RecordId)> = touched.into_iter().collect();
    let mut cache = Cache::default();
    for chunk in all.chunks(CHUNK) {
        app.db.read(|tx| {
            for (kind_id, id) in chunk {
                let Some(kind) = app.names.kind_at(*kind_id) else { continue };
                match store::get(tx, *kind_id, *id)? {
                    Some(row) => puts.push(docs::record_doc(tx, app, &tree, &plan, &mut cache, kind, *id, &row)?),
                    None => gone.push(id.0),
                }
            }
            Ok(())
        })?;
        index.apply(&puts, &gone)?;
        puts.clear();
        gone.clear();
    }
    index.apply(&puts, &gone)?;
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

/// Fills the index from the store. Short snapshots, so that the file does not grow; what changes
/// meanwhile is caught up afterwards.
fn fill(app: &App, index: &Index, stopped: Stopped<'_>) -> Result<()> {
    let plan = docs::plan(app);
    let tree = app.tree();
    let start = app.db.head_seq();
    // One that knows nothing, or what is no more true, shows what it has so far; one that is only
    // refreshed keeps showing what it had.
    let gradually = index.seq() == 0 || index.seq() > start;
    index.filling().begin(count(app, &plan)? + tree.len() as u64);
    let filled = (|| {
        index.clear()?;
        let units: Vec<Doc> = tree.all().map(|u| docs::unit_doc(app, &tree, u)).collect();
        index.apply(&units, &[])?;
        let mut done = units.len() as u64;
        for (kind, _) in app.spec.kinds.iter().enumerate().filter(|(k, _)| plan.subjects[*k]) {
            let mut from = store::RECORDS.prefix(&(app.names.kind(kind),));
            let end = crate::store::table::after(&from);
            loop {
                if stopped() {
                    return Ok(());
                }
                let Some(next) = fill_some(app, index, &plan, kind, &from, &end, &mut done)? else { break };
                from = next;
                if gradually && done % SHOWN_EVERY < CHUNK as u64 {
                    index.commit(0)?;
                }
            }
        }
        index.commit(start)?;
        tracing::info!(documents = done, "search index made anew");
        Ok(())
    })();
    index.filling().end();
    filled
}

/// Puts the documents of the next records of a kind; gives where to go on, if there are more.
fn fill_some(
    app: &App,
    index: &Index,
    plan: &Plan,
    kind: usize,
    from: &[u8],
    end: &[u8],
    done: &mut u64,
) -> Result<Option<Vec<u8>>> {
    let tree = app.tree();
    let mut docs = Vec::with_capacity(CHUNK);
    let mut cache = Cache::default();
    let mut last = None;
    app.db.read(|tx| {
        tx.scan(Class::Primary, from, end, &mut |key, bytes| {
            let mut rest = &key[1..];
            let Some((_, id)) = RecordKey::take(&mut rest) else { return Err(Error::damaged("record key")) };
            let row = Row::from_bytes(bytes)?;
            docs.push(docs::record_doc(tx, app, &tree, plan, &mut cache, kind, id, &row)?);
            last = Some(key.to_vec());
            Ok(if docs.len() < CHUNK { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })
    })?;
    index.load(&docs)?;
    *done += docs.len() as u64;
    index.filling().put(*done);
    Ok(last.filter(|_| docs.len() == CHUNK).map(|mut key| {
        key.push(0);
        key
    }))
}

/// How many records can be found.
fn count(app: &App, plan: &Plan) -> Result<u64> {
    let mut count = 0;
    for (kind, _) in app.spec.kinds.iter().enumerate().filter(|(k, _)| plan.subjects[*k]) {
        let mut from = store::RECORDS.prefix(&(app.names.kind(kind),));
        let end = crate::store::table::after(&from);
        loop {
            let (mut seen, mut last) = (0, Vec::new());
            app.db.read(|tx| {
                tx.scan(Class::Primary, &from, &end, &mut |key, _| {
                    seen += 1;
                    if seen < COUNTED {
                        return Ok(ControlFlow::Continue(()));
                    }
                    last = key.to_vec();
                    Ok(ControlFlow::Break(()))
                })
            })?;
            count += seen as u64;
            if seen < COUNTED {
                break;
            }
            from = last;
            from.push(0);
        }
    }
    Ok(count)
}
