//! A unit's records of a kind, page by page: filtered, in the kind's own order or another. Masked fields
//! can be neither filtered nor sorted by: that would tell them.

use super::model::{Row, State};
use super::store::{self, Position};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::{RecordId, UnitId};
use crate::spec::{self, FieldType, Place, Value};
use crate::store::Read;
use std::ops::ControlFlow;

/// What a list shows.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// The kind.
    pub kind: usize,
    /// The unit.
    pub unit: UnitId,
    /// The school year, for kinds that have one.
    pub year: u16,
    /// Only records that refer to this one through this field (a class's enrolments).
    pub refers: Option<(usize, RecordId)>,
    /// Only these states; empty: all but erroneous.
    pub states: Vec<State>,
    /// Only what waits for somebody.
    pub waiting: Option<Waiting>,
    /// Only where these fields show this text (folded, part of a word is enough).
    pub filters: Vec<(usize, String)>,
    /// Sort by this field instead of the kind's own order, and whether downwards.
    pub sort: Option<(usize, Direction)>,
    /// After this row (own order only).
    pub after: Option<Position>,
    /// Skip so many (other orders).
    pub offset: usize,
    /// At most so many.
    pub limit: usize,
}

/// Why a record waits for somebody. Counted for the first page by the same rules ([`super::counts`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nobody compared it with the papers since its last change.
    Unverified,
    /// The rules of today have something to say about it.
    Review,
    /// This field is empty.
    Lacking(usize),
}

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Up,
    /// Largest first.
    Down,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub rows: Vec<(RecordId, Row)>,
    /// Where the next page begins, if there is one.
    pub next: Option<Next>,
}

/// Where the next page of a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// After this row, in the kind's own order.
    After(Position),
    /// At this offset, in another order.
    Offset(usize),
}

/// A page of one unit's records. The unit must be in scope. Costs what is shown, except where another
/// order is asked for: then the unit's records of that year are read.
pub fn list(app: &App, actor: &Actor, query: &ListQuery) -> Result<Page> {
    if !actor.scope.has(query.unit) {
        return Err(Error::NotFound);
    }
    let kind_id = app.names.kind(query.kind);
    let year = if app.spec.kinds[query.kind].place == Place::UnitYear { query.year } else { 0 };
    app.db.read(|tx| {
        let fits = |row: &Row| -> Result<bool> {
            let h = row.header();
            let state_fits =
                if query.states.is_empty() { h.state != State::Erroneous } else { query.states.contains(&h.state) };
            if !state_fits || h.unit != query.unit || (year != 0 && h.year != year) {
                return Ok(false);
            }
            for (at, wanted) in &query.filters {
                let shown = row
                    .field(&app.names, query.kind, *at)?
                    .map(|v| filter_text(app, query.kind, *at, &v))
                    .unwrap_or_default();
                if !shown.contains(&crate::text::fold(wanted)) {
                    return Ok(false);
                }
            }
            Ok(query.waiting != Some(Waiting::Unverified) || !h.verified)
        };
        let waits = |id: RecordId, row: &Row| -> Result<bool> {
            Ok(match query.waiting {
                None | Some(Waiting::Unverified) => true,
                Some(Waiting::Lacking(at)) => row.field(&app.names, query.kind, at)?.is_none(),
                Some(Waiting::Review) => {
                    !super::ops::problems(app, &row.decode(&app.names, query.kind, id)?)?.is_empty()
                }
            })
        };
        let by_position = query.sort.is_none() && query.refers.is_none();
        if by_position {
            let mut rows = Vec::new();
            let mut next = None;
            let mut last = None;
            store::list(tx, kind_id, query.unit, year, query.after, |position| {
                let Some(row) = store::get(tx, kind_id, position.id)? else { return Ok(ControlFlow::Continue(())) };
                if fits(&row)? && waits(position.id, &row)? {
                    if rows.len() == query.limit {
                        next = last.map(Next::After);
                        return Ok(ControlFlow::Break(()));
                    }
                    rows.push((position.id, row));
                    last = Some(position);
                }
                Ok(ControlFlow::Continue(()))
            })?;
            return Ok(Page { rows, next });
        }
        let mut ids: Vec<RecordId> = Vec::new();
        match query.refers {
            Some((field, target)) => {
                ids = store::referring_by(tx, target, kind_id, app.names.field(query.kind, field))?
            }
            None => store::list(tx, kind_id, query.unit, year, None, |p| {
                ids.push(p.id);
                Ok(ControlFlow::Continue(()))
            })?,
        }
        let mut rows = Vec::new();
        for id in ids {
            if let Some(row) = store::get(tx, kind_id, id)?
                && fits(&row)?
                && waits(id, &row)?
            {
                rows.push((id, row));
            }
        }
        let (field, direction) = query.sort.unwrap_or((app.spec.kinds[query.kind].order, Direction::Up));
        rows.sort_by_cached_key(|(id, row)| (sort_key(tx, app, query.kind, field, row), *id));
        if direction == Direction::Down {
            rows.reverse();
        }
        let total = rows.len();
        let rows: Vec<_> = rows.into_iter().skip(query.offset).take(query.limit).collect();
        let end = query.offset + rows.len();
        Ok(Page { rows, next: (end < total).then_some(Next::Offset(end)) })
    })
}

/// The folded text a filter looks in: what the page shows, and the code itself.
fn filter_text(app: &App, kind: usize, at: usize, value: &Value) -> String {
    let field = &app.spec.kinds[kind].fields[at];
    if field.hides() {
        return String::new(); // masked fields can't be probed by filtering
    }
    let shown = spec::show(field, value, &app.spec.codes, app.clock.today());
    match value {
        Value::Code(code) => crate::text::fold(&format!("{code} {shown}")),
        _ => crate::text::fold(&shown),
    }
}

fn sort_key(tx: &impl Read, app: &App, kind: usize, at: usize, row: &Row) -> Vec<u8> {
    let field = &app.spec.kinds[kind].fields[at];
    if field.hides() {
        return Vec::new();
    }
    match row.field(&app.names, kind, at).ok().flatten() {
        None => vec![0xff],
        Some(Value::Text(t)) if field.ty == FieldType::PersonName => crate::text::person_sort_key(&t),
        Some(Value::Text(t)) => crate::text::sort_key(&t),
        Some(Value::Int(v)) => ((v as u64) ^ (1 << 63)).to_be_bytes().to_vec(),
        Some(Value::Decimal(d)) => {
            let thousandths = (d.as_f64() * 1e6) as i64;
            ((thousandths as u64) ^ (1 << 63)).to_be_bytes().to_vec()
        }
        Some(Value::Date(d)) => [&(d.year as u16).to_be_bytes()[..], &[d.month, d.day]].concat(),
        Some(Value::Ref(id)) => {
            // By the title of what it refers to: a class's list goes by its pupils' names.
            let Some(target) = field.refers else { return Vec::new() };
            let Ok(Some(other)) = store::get(tx, app.names.kind(target), id) else { return vec![0xfe] };
            if app.spec.kinds[target].order == at && target == kind {
                return Vec::new();
            }
            sort_key(tx, app, target, app.spec.kinds[target].order, &other)
        }
        Some(other) => crate::text::sort_key(&spec::show(field, &other, &app.spec.codes, app.clock.today())),
    }
}
