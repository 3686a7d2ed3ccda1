//! What can be done to the tree: found, rename, move, merge, split, close (see [`plan::Step`]); each with
//! a decision and a day. Only the Sở's administrators do it, and a school's own officers never.

use super::plan::{self, Reform};
use super::store;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::id::UnitId;
use crate::store::{Read, WriteTx, history, receipt};
use crate::text;
use crate::tree::{Code, Dated, Day, Event, Tree, Unit};
use crate::ui::words;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The action under which the tree is changed.
pub const REFORM: &str = "unit.reform";

/// A unit to be founded.
#[derive(Clone, Debug, Default)]
pub struct NewUnit {
    /// Its name.
    pub name: String,
    /// Key of `units.toml`.
    pub unit_type: String,
    /// Levels it teaches.
    pub levels: Vec<String>,
    /// (scheme, code).
    pub codes: Vec<(String, String)>,
    /// Who manages it.
    pub administrative: Option<UnitId>,
    /// Who guides it.
    pub professional: Option<UnitId>,
    /// Since when; nothing: always.
    pub founded: Option<Day>,
    /// The decision.
    pub decision: String,
}

/// Checks what can be checked without the store.
pub fn check_new(app: &App, new: &NewUnit) -> Vec<Problem> {
    let mut problems = Vec::new();
    if new.name.is_empty() || new.name.chars().count() > 200 {
        problems.push(Problem::error("name", "length", "Tên đơn vị cần có, tối đa 200 ký tự."));
    }
    if !app.spec.unit_types.iter().any(|t| t.key == new.unit_type) {
        problems.push(Problem::error("type", "code", "Loại đơn vị này không có trong danh mục."));
    }
    let tree = app.tree();
    for parent in [new.administrative, new.professional].into_iter().flatten() {
        if tree.get(parent).is_none() {
            problems.push(Problem::error("parent", "ref", "Không tìm thấy đơn vị cấp trên."));
        }
    }
    problems
}

/// Founds a unit inside an open change. Codes must be new under their scheme.
pub fn found_in(tx: &mut WriteTx<'_>, id: UnitId, new: &NewUnit) -> Result<Unit> {
    let mut unit = Unit::new(id, &new.unit_type, &text::clean(&new.name), new.founded);
    if !new.levels.is_empty() {
        unit.levels.push(Dated::since(new.founded, new.levels.clone()));
    }
    for (scheme, value) in &new.codes {
        unit.codes.push(Dated::since(new.founded, Code { scheme: scheme.clone(), value: value.clone() }));
    }
    if let Some(parent) = new.administrative {
        unit.administrative.push(Dated::since(new.founded, parent));
    }
    if let Some(parent) = new.professional {
        unit.professional.push(Dated::since(new.founded, parent));
    }
    if let Some(day) = new.founded {
        unit.events.push(Event { day, kind: "founded".into(), decision: new.decision.clone(), others: Vec::new() });
    }
    store::put(tx, &unit)?;
    Ok(unit)
}

/// Founds a unit.
pub fn found(app: &App, actor: &Actor, new: NewUnit) -> Result<UnitId> {
    actor.require(Right::ManageUnits)?;
    let problems = check_new(app, &new);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let tree = app.tree();
    for (scheme, value) in &new.codes {
        if !tree.by_code(scheme, value).is_empty() {
            return Err(Error::invalid(
                "code",
                "unique",
                "Mã này đã cấp cho đơn vị khác; mã không bao giờ được dùng lại (TT 42/2021).",
            ));
        }
    }
    let saved = app.db.write(&actor.who(), "unit.found", move |tx| {
        let id = store::next_id(tx)?;
        found_in(tx, id, &new)?;
        tx.set_unit(id);
        Ok(id)
    })?;
    reload(app)?;
    Ok(saved.value)
}

/// Carries out a reform, checked against the newest tree. The same form sent twice is carried out once.
/// Gives the unit it was about.
pub async fn reform(app: &App, actor: &Actor, reform: Reform, key: String) -> Result<UnitId> {
    actor.require(Right::ManageUnits)?;
    let parts = app.clone();
    let today = app.today();
    let saved = app
        .db
        .submit(&actor.who(), REFORM, move |tx| {
            let (answer, _) = receipt::once(tx, REFORM, &key, |tx| {
                let tree = Tree::new(store::all(tx)?);
                let units = plan::plan(&parts.spec, &tree, &reform, today).map_err(Error::Invalid)?;
                let main = units.first().map(|u| u.id).ok_or_else(|| Error::Internal("a reform of no unit".into()))?;
                for unit in &units {
                    store::put(tx, unit)?;
                }
                tx.set_unit(main);
                tx.set_batch(tx.seq());
                Ok(main.to_string())
            })?;
            Ok(answer)
        })
        .done()
        .await?;
    let parts = app.clone();
    crate::http::blocking(move || reload(&parts)).await?;
    saved.value.parse().map_err(|_| Error::damaged("receipt"))
}

/// Takes back the newest reform of a unit: every unit it touched gets back what it was before. Refused
/// if any of them was changed since, if it founded a unit (units are permanent), or if what comes back
/// would not stand in today's tree. `batch` is the entry that carried it out.
pub async fn undo(app: &App, actor: &Actor, batch: u64, key: String) -> Result<()> {
    actor.require(Right::ManageUnits)?;
    let parts = app.clone();
    app.db
        .submit(&actor.who(), history::UNDO, move |tx| {
            let operation = format!("unit.undo {batch}");
            receipt::once(tx, &operation, &key, |tx| {
                let entry = tx.entry(batch)?.filter(|e| e.action == REFORM).ok_or(Error::NotFound)?;
                let body = tx.body(batch)?.ok_or(Error::NotFound)?;
                if body.changes.iter().any(|c| c.before == 0) {
                    return Err(Error::Bad(words::FOUNDING_STAYS.into()));
                }
                let ids: BTreeSet<UnitId> = body.changes.iter().filter_map(|c| store::unit_of(&c.key)).collect();
                let mut first = parts.today();
                for id in &ids {
                    if let Some(last) = store::get(tx, *id)?.and_then(|u| u.events.iter().map(|e| e.day).max()) {
                        first = first.min(last);
                    }
                }
                history::undo_batch(tx, batch)?;
                let problems = plan::check_standing(&parts.spec, &Tree::new(store::all(tx)?), &ids, first);
                if !problems.is_empty() {
                    return Err(Error::Invalid(problems));
                }
                tx.set_unit(entry.unit);
                Ok(String::new())
            })
        })
        .done()
        .await?;
    let parts = app.clone();
    crate::http::blocking(move || reload(&parts)).await
}

/// Reads the tree anew after a change. One at a time, so that an older tree never replaces a newer one.
pub fn reload(app: &App) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    app.set_tree(store::read_tree(&app.db)?);
    Ok(())
}
