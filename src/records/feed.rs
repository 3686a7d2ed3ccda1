//! The log as one person may follow it: which records and units of their scope changed, when and by
//! whom. No values: whoever wants them asks for the record, where masking applies. What lies outside
//! the scope leaves no trace but that the numbers go on.

use super::model::{Header, RecordKey, Row};
use super::store;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{RecordId, UnitId};
use crate::store::log::Change;
use crate::store::{Key, Read, Value};
use crate::ui::words;
use crate::units::store as units;

/// Entries read in one snapshot.
const STRIDE: u64 = 128;
/// One answer looks at so many entries and rows at most; the next goes on from there.
const ENTRIES_MAX: u64 = 5_000;
const ROWS_MAX: usize = 20_000;

/// What one entry did to records and units of the scope.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// When.
    pub time: Millis,
    /// `record.save`, ….
    pub action: String,
    /// The login of who did it.
    pub login: String,
    /// The unit it concerns, if that is in scope.
    pub unit: Option<UnitId>,
    /// The import it belongs to, or 0.
    pub batch: u64,
    /// The records it touched.
    pub records: Vec<Touched>,
    /// The units it touched.
    pub units: Vec<UnitId>,
}

/// A record an entry touched.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    /// Position of its kind in the spec.
    pub kind: usize,
    /// The record.
    pub id: RecordId,
    /// The unit it belonged to then.
    pub unit: UnitId,
    /// Its school year, or 0.
    pub year: u16,
    /// What the entry left of it; nothing if it was removed (an import undone).
    pub now: Option<Header>,
}

/// A piece of the feed.
#[derive(Clone, Debug)]
pub struct Page {
    /// Entries that touch the scope.
    pub entries: Vec<Entry>,
    /// Where to go on: the last entry looked at.
    pub next: u64,
    /// Whether there are entries after it already.
    pub more: bool,
}

/// The entries after `after` that touch the actor's scope, at most `limit`.
pub fn read(app: &App, actor: &Actor, after: u64, limit: usize) -> Result<Page> {
    actor.require(Right::ReadChanges)?;
    let head = app.db.head_seq();
    if after > head {
        return Err(Error::Bad(words::BAD_CHANGES_START.into()));
    }
    let mut page = Page { entries: Vec::new(), next: after, more: false };
    let last = head.min(after.saturating_add(ENTRIES_MAX));
    let mut rows = 0;
    while page.next < last && page.entries.len() < limit && rows < ROWS_MAX {
        app.db.read(|tx| {
            let end = last.min(page.next + STRIDE);
            while page.next < end && page.entries.len() < limit && rows < ROWS_MAX {
                page.next += 1;
                let entry = seen(tx, app, actor, page.next, &mut rows)?;
                page.entries.extend(entry);
            }
            Ok(())
        })?;
    }
    page.more = page.next < head;
    Ok(page)
}

/// One entry, if it touched the scope.
fn seen(tx: &impl Read, app: &App, actor: &Actor, seq: u64, rows: &mut usize) -> Result<Option<Entry>> {
    let Some(entry) = tx.entry(seq)?.filter(|e| e.rows > 0) else { return Ok(None) };
    let Some(body) = tx.body(seq)? else { return Ok(None) };
    *rows += body.changes.len();
    let (mut records, mut touched_units) = (Vec::new(), Vec::new());
    for change in &body.changes {
        if let Some(unit) = units::unit_of(&change.key) {
            touched_units.extend(actor.scope.has(unit).then_some(unit));
        } else if change.key.first() == Some(&store::RECORDS.number) {
            records.extend(touched(tx, app, change)?.filter(|t| actor.scope.has(t.unit)));
        }
    }
    if records.is_empty() && touched_units.is_empty() {
        return Ok(None);
    }
    Ok(Some(Entry {
        seq,
        time: entry.time,
        action: entry.action,
        login: entry.who.login,
        unit: Some(entry.unit).filter(|u| u.0 != 0 && actor.scope.has(*u)),
        batch: entry.batch,
        records,
        units: touched_units,
    }))
}

fn touched(tx: &impl Read, app: &App, change: &Change) -> Result<Option<Touched>> {
    let mut rest = change.key.get(1..).unwrap_or_default();
    let Some((kind_id, id)) = RecordKey::take(&mut rest) else { return Err(Error::damaged("record key in the log")) };
    let Some(kind) = app.names.kind_at(kind_id) else { return Ok(None) };
    let now = change.value.as_deref().map(Row::from_bytes).transpose()?.map(|row| row.header());
    let header = match now {
        Some(header) => Some(header),
        None => before(tx, change)?,
    };
    Ok(header.map(|h| Touched { kind, id, unit: h.unit, year: h.year, now }))
}

/// What a removed record was before.
fn before(tx: &impl Read, change: &Change) -> Result<Option<Header>> {
    if change.before == 0 {
        return Ok(None);
    }
    let Some(body) = tx.body(change.before)? else { return Ok(None) };
    let earlier = body.changes.into_iter().find(|c| c.key == change.key).and_then(|c| c.value);
    Ok(earlier.map(|bytes| Row::from_bytes(&bytes)).transpose()?.map(|row| row.header()))
}
