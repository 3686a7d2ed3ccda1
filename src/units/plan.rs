//! What a reform of the tree would make of the units, and why it may not be: pure rules over the whole
//! tree and the unit types of the spec. The page that asks for confirmation and the write itself use
//! the same answer. It must never read or write the store.

use super::ops::NewUnit;
use crate::error::Problem;
use crate::id::UnitId;
use crate::spec::{Spec, UnitType};
use crate::tree::{Change, Code, Dated, Day, Event, ParentRole, Tree, Unit, UnitState, date_of, day_of};
use crate::ui::{date as shown, words};
use crate::{text, ui::words as say};
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    /// A new unit; part of another one splits off if one is named. Day and decision are the reform's.
    Found(Box<NewUnit>, Option<UnitId>),
    /// A new name.
    Rename(UnitId, String),
    /// Other levels.
    Levels(UnitId, Vec<String>),
    /// A new code under a scheme; the old one stays searchable.
    Recode(UnitId, Code),
    /// Another parent in a role; nothing: none (professional only).
    Move(UnitId, ParentRole, Option<UnitId>),
    /// Several go into one (which goes on); what stands under them goes along.
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

impl Step {
    /// The unit that is there and that it is about; none when founding.
    fn subject(&self) -> Option<UnitId> {
        match self {
            Self::Rename(id, _)
            | Self::Levels(id, _)
            | Self::Recode(id, _)
            | Self::Move(id, ..)
            | Self::Dissolve(id)
            | Self::Suspend(id)
            | Self::Reopen(id)
            | Self::Merge { into: id, .. } => Some(*id),
            Self::Found(..) => None,
        }
    }
}

/// The first year a reform may take effect in: no school of today is older.
const FIRST_YEAR: i16 = 1900;
/// Decisions are written down this many years ahead at most.
const YEARS_AHEAD: i16 = 5;
/// So many names are told where many units stand in the way.
const NAMES_TOLD: usize = 5;

/// The units a reform touches, as they will be: the one it is about first.
pub fn plan(spec: &Spec, tree: &Tree, reform: &Reform, today: Day) -> Result<Vec<Unit>, Vec<Problem>> {
    let mut problems = Vec::new();
    let newest = day_of(date(date_of(today).year() + YEARS_AHEAD, 12, 31));
    if !(day_of(date(FIRST_YEAR, 1, 1))..=newest).contains(&reform.day) {
        problems.push(Problem::error("day", "range", say::reform_day_range(FIRST_YEAR, &shown(date_of(newest)))));
    }
    let decision = text::clean(&reform.decision);
    if decision.is_empty() || decision.chars().count() > 100 {
        problems.push(Problem::error("decision", "required", words::DECISION_NEEDED));
    }
    let mut plan =
        Plan { spec, tree, day: reform.day, decision, touched: BTreeMap::new(), moved: BTreeSet::new(), problems };
    let main = plan.step(&reform.step);
    if plan.problems.is_empty() {
        plan.check_outcome();
    }
    if !plan.problems.is_empty() {
        return Err(plan.problems);
    }
    let first = main.and_then(|id| plan.touched.remove(&id));
    Ok(first.into_iter().chain(plan.touched.into_values()).collect())
}

/// The tree with some of its units replaced or added.
pub fn with(tree: &Tree, units: &[Unit]) -> Tree {
    let mut all: BTreeMap<UnitId, Unit> = tree.all().map(|u| (u.id, (**u).clone())).collect();
    all.extend(units.iter().map(|u| (u.id, u.clone())));
    Tree::new(all.into_values().collect())
}

/// What may not hold of these units from `day` on: a parent that is not there, not of an allowed type
/// or ended; a loop.
pub fn check_standing(spec: &Spec, after: &Tree, units: &BTreeSet<UnitId>, day: Day) -> Vec<Problem> {
    let mut problems = Vec::new();
    for unit in units.iter().filter_map(|id| after.get(*id)) {
        for at in days_of_change(after, day) {
            if is_open(unit, at)
                && let Some(problem) = standing(spec, after, unit, at)
            {
                problems.push(problem);
                break;
            }
        }
    }
    problems
}

struct Plan<'a> {
    spec: &'a Spec,
    tree: &'a Tree,
    day: Day,
    decision: String,
    touched: BTreeMap<UnitId, Unit>,
    /// Those whose place in the tree, or state, changes.
    moved: BTreeSet<UnitId>,
    problems: Vec<Problem>,
}

impl Plan<'_> {
    fn refuse(&mut self, field: &str, rule: &str, message: impl Into<String>) {
        self.problems.push(Problem::error(field, rule, message));
    }

    fn event(&self, kind: &str, others: Vec<UnitId>) -> Event {
        Event { day: self.day, kind: kind.into(), decision: self.decision.clone(), others }
    }

    /// Changes a unit, unless a later change of the same sort would be lost.
    fn change(&mut self, id: UnitId, changes: &[Change], event: Event) {
        let Some(known) = self.tree.get(id) else { return };
        let mut unit = self.touched.remove(&id).unwrap_or_else(|| (**known).clone());
        if let Some((from, decision)) = changes.iter().find_map(|c| later(&unit, c, self.day)) {
            let by = if decision.is_empty() { String::new() } else { format!(" ({decision})") };
            self.refuse("day", "order", say::later_change(unit.name(from), &shown(date_of(from)), &by));
        }
        if let Err(crate::error::Error::Invalid(problems)) = unit.change(self.day, &self.decision, changes, event) {
            self.problems.extend(problems);
        }
        self.touched.insert(id, unit);
    }

    /// The unit, if it is there and has not ended by the day.
    fn living(&mut self, field: &str, id: UnitId) -> Option<Unit> {
        let Some(unit) = self.tree.get(id) else {
            self.refuse(field, "ref", words::NO_SUCH_UNIT);
            return None;
        };
        if has_ended(unit, self.day) {
            self.refuse(field, "state", say::unit_has_ended(unit.name(self.day), &shown(date_of(self.day))));
            return None;
        }
        Some((**unit).clone())
    }

    fn not_root(&mut self, unit: &Unit) -> bool {
        let root = self.tree.root().is_some_and(|r| r.id == unit.id);
        if root {
            self.refuse("", "root", words::ROOT_STAYS);
        }
        !root
    }

    fn step(&mut self, step: &Step) -> Option<UnitId> {
        match step {
            Step::Found(new, out_of) => return self.found(new, *out_of),
            Step::Rename(id, name) => {
                let unit = self.living("", *id)?;
                let name = text::clean(name);
                if name.is_empty() || name.chars().count() > 200 {
                    self.refuse("name", "length", words::UNIT_NAME_NEEDED);
                } else if unit.name(self.day) == name {
                    self.refuse("name", "same", words::SAME_NAME);
                }
                let event = self.event("renamed", Vec::new());
                self.change(*id, &[Change::Name(name)], event);
            }
            Step::Levels(id, levels) => {
                let unit = self.living("", *id)?;
                self.check_levels(unit.unit_type(self.day), levels);
                if unit.levels(self.day) == levels {
                    self.refuse("levels", "same", words::SAME_LEVELS);
                }
                let event = self.event("levels_changed", Vec::new());
                self.change(*id, &[Change::Levels(levels.clone())], event);
            }
            Step::Recode(id, code) => {
                self.living("", *id)?;
                self.check_code(code, Some(*id));
                let event = self.event("recoded", Vec::new());
                self.change(*id, &[Change::Code(code.clone())], event);
            }
            Step::Move(id, role, parent) => self.relocate(*id, *role, *parent)?,
            Step::Merge { from, into } => self.merge(from, *into),
            Step::Dissolve(id) => {
                let unit = self.living("", *id)?;
                if self.not_root(&unit) {
                    self.end(*id, UnitState::Dissolved, "dissolved", Vec::new());
                }
            }
            Step::Suspend(id) => {
                let unit = self.living("", *id)?;
                if self.not_root(&unit) && unit.state(self.day) != UnitState::Active {
                    self.refuse("", "state", say::is_already(unit.state(self.day).label()));
                }
                let event = self.event("suspended", Vec::new());
                self.change(*id, &[Change::State(UnitState::Suspended)], event);
            }
            Step::Reopen(id) => {
                let unit = self.living("", *id)?;
                if unit.state(self.day) != UnitState::Suspended {
                    self.refuse("", "state", words::NOT_SUSPENDED);
                }
                self.moved.insert(*id);
                let event = self.event("reopened", Vec::new());
                self.change(*id, &[Change::State(UnitState::Active)], event);
            }
        }
        step.subject()
    }

    fn check_levels(&mut self, unit_type: &str, levels: &[String]) {
        let Some(t) = self.spec.unit_type(unit_type) else { return };
        let set = self.spec.levels_of(levels.iter().map(String::as_str));
        if !t.levels.is_empty() && levels.is_empty() {
            self.refuse("levels", "required", words::LEVELS_NEEDED);
        } else if !t.levels.covers(set) || self.spec.levels_in(set).count() != levels.len() {
            self.refuse("levels", "code", say::levels_not_for(&t.label));
        } else if levels.len() > 1 && !t.several_levels {
            self.refuse("levels", "count", say::one_level_only(&t.label));
        }
    }

    fn check_code(&mut self, code: &Code, own: Option<UnitId>) {
        let fits = (1..=20).contains(&code.value.len())
            && code.value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/'));
        if !fits {
            self.refuse("code", "pattern", words::CODE_PATTERN);
        }
        let holders = self.tree.by_code(&code.scheme, &code.value);
        if holders.iter().any(|id| Some(*id) != own) {
            self.refuse("code", "unique", words::CODE_TAKEN);
        } else if own.and_then(|id| self.tree.get(id)).and_then(|u| u.code(&code.scheme, self.day)) == Some(&code.value)
        {
            self.refuse("code", "same", words::SAME_CODE);
        }
    }

    fn found(&mut self, new: &NewUnit, out_of: Option<UnitId>) -> Option<UnitId> {
        let id = UnitId(self.tree.all().last().map_or(0, |u| u.id.0) + 1);
        let name = text::clean(&new.name);
        if name.is_empty() || name.chars().count() > 200 {
            self.refuse("name", "length", words::UNIT_NAME_NEEDED);
        }
        match self.spec.unit_type(&new.unit_type) {
            None => self.refuse("type", "code", words::UNKNOWN_UNIT_TYPE),
            Some(t) if t.may_stand_under.is_empty() => self.refuse("type", "root", words::ONE_ROOT),
            Some(t) if !t.valid_on(date_of(self.day)) => {
                self.refuse("type", "valid", say::type_not_valid(&t.label, &t.basis))
            }
            Some(_) => self.check_levels(&new.unit_type, &new.levels),
        }
        for (scheme, value) in &new.codes {
            self.check_code(&Code { scheme: scheme.clone(), value: value.clone() }, None);
        }
        if new.administrative.is_none() {
            self.refuse("administrative", "required", words::PARENT_NEEDED);
        }
        let since = Some(self.day);
        let dated = |value: UnitId| Dated { from: since, to: None, decision: self.decision.clone(), value };
        let mut unit = Unit::new(id, &new.unit_type, &name, since);
        unit.names.iter_mut().for_each(|n| n.decision.clone_from(&self.decision));
        if !new.levels.is_empty() {
            unit.levels.push(Dated::since(since, new.levels.clone()));
        }
        unit.codes =
            new.codes.iter().map(|(s, v)| Dated::since(since, Code { scheme: s.clone(), value: v.clone() })).collect();
        unit.administrative = new.administrative.map(dated).into_iter().collect();
        unit.professional = new.professional.map(dated).into_iter().collect();
        unit.events.push(self.event("founded", Vec::new()));
        if let Some(other) = out_of
            && let Some(old) = self.living("from", other)
        {
            if old.unit_type(self.day) != new.unit_type {
                self.refuse("type", "split", words::SPLIT_SAME_TYPE);
            }
            unit.events.push(self.event("split_from", vec![other]));
            let event = self.event("split_into", vec![id]);
            self.change(other, &[], event);
        }
        self.touched.insert(id, unit);
        self.moved.insert(id);
        Some(id)
    }

    fn relocate(&mut self, id: UnitId, role: ParentRole, parent: Option<UnitId>) -> Option<()> {
        let unit = self.living("", id)?;
        if !self.not_root(&unit) {
            return None;
        }
        if parent == Some(id) {
            self.refuse("parent", "loop", words::NOT_UNDER_ITSELF);
        } else if parent.is_none() && role == ParentRole::Administrative {
            self.refuse("parent", "required", words::PARENT_NEEDED);
        } else if unit.parent(role, self.day) == parent {
            self.refuse("parent", "same", words::SAME_PARENT);
        }
        if let Some(parent) = parent {
            self.living("parent", parent)?;
        }
        self.moved.insert(id);
        let event = self.event("moved", parent.into_iter().collect());
        self.change(id, &[Change::Parent(role, parent)], event);
        Some(())
    }

    fn merge(&mut self, from: &[UnitId], into: UnitId) {
        if from.contains(&into) || from.is_empty() {
            self.refuse("into", "loop", words::MERGE_OTHERS);
            return;
        }
        let Some(heir) = self.living("into", into) else { return };
        for id in from {
            let Some(unit) = self.living("from", *id) else { continue };
            if !self.not_root(&unit) {
                continue;
            }
            let types = [unit.unit_type(self.day), heir.unit_type(self.day)];
            let schools = types.iter().all(|t| self.spec.unit_type(t).is_some_and(|t| t.has_school_record));
            if types[0] != types[1] && !schools {
                self.refuse("into", "type", words::MERGE_ALIKE);
            }
            for (child, role) in children(self.tree, *id, self.day) {
                if child == into && role == ParentRole::Administrative {
                    self.refuse("into", "loop", words::MERGE_NOT_BELOW);
                    continue;
                }
                self.moved.insert(child);
                let event = self.event("moved", vec![into]);
                self.change(child, &[Change::Parent(role, Some(into))], event);
            }
            self.end(*id, UnitState::Merged, "merged_into", vec![into]);
        }
        let event = self.event("absorbed", from.to_vec());
        self.change(into, &[], event);
    }

    fn end(&mut self, id: UnitId, state: UnitState, kind: &str, others: Vec<UnitId>) {
        let event = self.event(kind, others);
        self.change(id, &[Change::State(state)], event);
        self.moved.insert(id);
    }

    /// Looks at the whole outcome: those that moved stand well, and nobody is left under what ended.
    fn check_outcome(&mut self) {
        let units: Vec<Unit> = self.touched.values().cloned().collect();
        let after = with(self.tree, &units);
        let mut problems = check_standing(self.spec, &after, &self.moved, self.day);
        for id in &self.moved {
            let Some(ended) = after.get(*id).filter(|u| has_ended(u, self.day)) else { continue };
            let mut left: Vec<&str> = Vec::new();
            for unit in after.all() {
                let under = [ParentRole::Administrative, ParentRole::Professional].iter().any(|role| {
                    unit.parents(*role).iter().any(|p| {
                        p.value == ended.id
                            && p.to.is_none_or(|to| to >= self.day)
                            && is_open(unit, self.day.max(p.from.unwrap_or(self.day)))
                    })
                });
                if under {
                    left.push(unit.name(self.day));
                }
            }
            if !left.is_empty() {
                let more = left.len().saturating_sub(NAMES_TOLD);
                left.truncate(NAMES_TOLD);
                problems.push(Problem::error("", "children", say::children_left(&left.join(", "), more)));
            }
        }
        self.problems.extend(problems);
    }
}

/// Whether a unit is there for good or for a time (not before its founding, not after its end).
fn is_open(unit: &Unit, day: Day) -> bool {
    matches!(unit.state(day), UnitState::Active | UnitState::Suspended)
}

fn has_ended(unit: &Unit, day: Day) -> bool {
    matches!(unit.state(day), UnitState::Merged | UnitState::Dissolved)
}

/// Those that stand under a unit on a day and are not ended, with the role.
fn children(tree: &Tree, id: UnitId, day: Day) -> Vec<(UnitId, ParentRole)> {
    let of =
        |role| tree.children(id, role, day).into_iter().filter(move |u| !has_ended(u, day)).map(move |u| (u.id, role));
    of(ParentRole::Administrative).chain(of(ParentRole::Professional)).collect()
}

/// `day`, and each later day on which any unit's parents, state or type change.
fn days_of_change(tree: &Tree, day: Day) -> BTreeSet<Day> {
    let mut days = BTreeSet::from([day]);
    for unit in tree.all() {
        let parents = unit.administrative.iter().chain(&unit.professional).flat_map(|p| [p.from, p.to.map(|t| t + 1)]);
        let states = unit.states.iter().map(|s| s.from).chain(unit.types.iter().map(|t| t.from));
        days.extend(parents.chain(states).flatten().filter(|d| *d > day));
    }
    days
}

/// What is wrong with where a unit stands on a day.
fn standing(spec: &Spec, tree: &Tree, unit: &Unit, day: Day) -> Option<Problem> {
    let own = spec.unit_type(unit.unit_type(day))?;
    let when = shown(date_of(day));
    if !own.valid_on(date_of(day)) {
        return Some(Problem::error("day", "valid", say::type_not_valid(&own.label, &own.basis)));
    }
    let allowed = |role| match role {
        ParentRole::Administrative => &own.may_stand_under,
        ParentRole::Professional => &own.professional_under,
    };
    for (role, field) in [(ParentRole::Administrative, "administrative"), (ParentRole::Professional, "professional")] {
        let Some(parent) = unit.parent(role, day) else {
            if role == ParentRole::Administrative && !own.may_stand_under.is_empty() {
                return Some(Problem::error(field, "required", say::without_parent(unit.name(day), &when)));
            }
            continue;
        };
        let Some(parent) = tree.get(parent) else { return Some(Problem::error(field, "ref", words::NO_SUCH_UNIT)) };
        if !is_open(parent, day) {
            return Some(Problem::error(field, "state", say::parent_not_open(unit.name(day), parent.name(day), &when)));
        }
        let fits = spec.unit_type_by_key.get(parent.unit_type(day)).is_some_and(|at| allowed(role).contains(at));
        if !fits {
            let may = labels(spec, allowed(role));
            return Some(Problem::error(field, "type", say::may_not_stand_under(&own.label, parent.name(day), &may)));
        }
    }
    let mut seen = HashSet::new();
    let mut queue = vec![unit.id];
    while let Some(id) = queue.pop() {
        for role in [ParentRole::Administrative, ParentRole::Professional] {
            let Some(parent) = tree.get(id).and_then(|u| u.parent(role, day)) else { continue };
            if parent == unit.id {
                return Some(Problem::error("administrative", "loop", say::stands_under_itself(unit.name(day), &when)));
            }
            if seen.insert(parent) {
                queue.push(parent);
            }
        }
    }
    None
}

fn labels(spec: &Spec, types: &[usize]) -> String {
    types.iter().map(|t| spec.unit_types[*t].short.as_str()).collect::<Vec<_>>().join(", ")
}

/// Types a unit of this type may have as parent in a role.
pub fn parent_types(own: &UnitType, role: ParentRole) -> &[usize] {
    match role {
        ParentRole::Administrative => &own.may_stand_under,
        ParentRole::Professional => &own.professional_under,
    }
}

/// A later fact of the same sort, which the change would remove: its first day and its decision.
fn later(unit: &Unit, change: &Change, day: Day) -> Option<(Day, String)> {
    fn after<T>(facts: &[Dated<T>], day: Day) -> Option<(Day, String)> {
        facts.iter().find_map(|f| f.from.filter(|from| *from > day).map(|from| (from, f.decision.clone())))
    }
    match change {
        Change::Name(_) => after(&unit.names, day),
        Change::Levels(_) => after(&unit.levels, day),
        Change::Parent(role, _) => after(unit.parents(*role), day),
        Change::State(_) => after(&unit.states, day),
        Change::Code(code) => {
            let same: Vec<Dated<Code>> = unit.codes.iter().filter(|c| c.value.scheme == code.scheme).cloned().collect();
            after(&same, day)
        }
    }
}
