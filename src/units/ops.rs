//! What can be done to the tree: found, rename, move, merge, split, close; each with a decision and a
//! day. Only the Sở's administrators do it, and a school's own officers never.

use super::store;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::id::UnitId;
use crate::store::WriteTx;
use crate::text;
use crate::tree::{Change, Code, Dated, Day, Event, ParentRole, Unit, UnitState};

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
            return Err(Error::invalid("code", "unique", "Mã này đã cấp cho đơn vị khác; mã không bao giờ được dùng lại (TT 42/2021)."));
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

/// What is to happen to units on one day by one decision.
#[derive(Clone, Debug)]
pub struct Reform {
    /// The day it takes effect.
    pub day: Day,
    /// The decision's number.
    pub decision: String,
    /// What happens.
    pub step: Step,
}

/// One operation on the tree.
#[derive(Clone, Debug)]
pub enum Step {
    /// Another name.
    Rename(UnitId, String),
    /// Another parent.
    Move(UnitId, ParentRole, Option<UnitId>),
    /// Several go into one (which goes on).
    Merge {
        /// Those that end.
        from: Vec<UnitId>,
        /// The one that goes on.
        into: UnitId,
    },
    /// It ends.
    Dissolve(UnitId),
    /// It stops for a time.
    Suspend(UnitId),
    /// It works again.
    Reopen(UnitId),
}

/// Carries out a reform.
pub fn reform(app: &App, actor: &Actor, reform: Reform) -> Result<()> {
    actor.require(Right::ManageUnits)?;
    app.db.write(&actor.who(), "unit.reform", move |tx| reform_in(tx, &reform))?;
    reload(app)
}

/// Carries out a reform inside an open change.
pub fn reform_in(tx: &mut WriteTx<'_>, reform: &Reform) -> Result<()> {
    let day = reform.day;
    let event = |kind: &str, others: Vec<UnitId>| Event { day, kind: kind.into(), decision: reform.decision.clone(), others };
    let mut change = |id: UnitId, changes: &[Change], event: Event| -> Result<()> {
        let mut unit = store::get(tx, id)?.ok_or(Error::NotFound)?;
        unit.change(day, &reform.decision, changes, event)?;
        tx.set_unit(id);
        store::put(tx, &unit)
    };
    match &reform.step {
        Step::Rename(id, name) => change(*id, &[Change::Name(text::clean(name))], event("renamed", Vec::new())),
        Step::Move(id, role, parent) => {
            if *parent == Some(*id) {
                return Err(Error::invalid("parent", "loop", "Một đơn vị không thể trực thuộc chính nó."));
            }
            change(*id, &[Change::Parent(*role, *parent)], event("moved", parent.iter().copied().collect()))
        }
        Step::Merge { from, into } => {
            if from.contains(into) || from.is_empty() {
                return Err(Error::invalid("from", "loop", "Chọn ít nhất một đơn vị khác để sáp nhập vào đơn vị này."));
            }
            for id in from {
                change(*id, &[Change::State(UnitState::Merged)], event("merged_into", vec![*into]))?;
            }
            change(*into, &[], event("absorbed", from.clone()))
        }
        Step::Dissolve(id) => change(*id, &[Change::State(UnitState::Dissolved)], event("dissolved", Vec::new())),
        Step::Suspend(id) => change(*id, &[Change::State(UnitState::Suspended)], event("suspended", Vec::new())),
        Step::Reopen(id) => change(*id, &[Change::State(UnitState::Active)], event("reopened", Vec::new())),
    }
}

/// Reads the tree anew after a change.
pub fn reload(app: &App) -> Result<()> {
    app.set_tree(store::read_tree(&app.db)?);
    Ok(())
}
