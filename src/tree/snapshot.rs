//! The whole tree in memory, made anew after each change of a unit: a few thousand units, so that
//! scope, lists and crumbs never ask the disk.

use super::fact::{Day, ParentRole, Unit};
use crate::actor::Scope;
use crate::id::UnitId;
use jiff::civil::{Date, date};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Days since 1970-01-01.
pub fn day_of(day: Date) -> Day {
    day.since(date(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// The day of that number; the first day there is for one out of range.
pub fn date_of(day: Day) -> Date {
    date(1970, 1, 1).checked_add(jiff::Span::new().days(day.clamp(-700_000, 2_900_000))).unwrap_or(Date::MIN)
}

/// All units.
#[derive(Debug, Default)]
pub struct Tree {
    units: HashMap<UnitId, Arc<Unit>>,
    /// Every unit that ever was a child of the key, whatever the date; the day decides later.
    children: HashMap<UnitId, Vec<UnitId>>,
    by_code: HashMap<(String, String), Vec<UnitId>>,
    order: Vec<UnitId>,
}

impl Tree {
    /// The tree of these units.
    pub fn new(units: Vec<Unit>) -> Self {
        let mut tree = Self::default();
        for unit in units {
            let mut parents: Vec<UnitId> =
                unit.administrative.iter().chain(&unit.professional).map(|p| p.value).collect();
            parents.sort_unstable();
            parents.dedup();
            for parent in parents {
                tree.children.entry(parent).or_default().push(unit.id);
            }
            for code in &unit.codes {
                let ids = tree.by_code.entry((code.value.scheme.clone(), code.value.value.clone())).or_default();
                if !ids.contains(&unit.id) {
                    ids.push(unit.id);
                }
            }
            tree.order.push(unit.id);
            tree.units.insert(unit.id, Arc::new(unit));
        }
        tree.order.sort_unstable();
        tree
    }

    /// A unit.
    pub fn get(&self, id: UnitId) -> Option<&Arc<Unit>> {
        self.units.get(&id)
    }

    /// All units in order of number.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Unit>> {
        self.order.iter().filter_map(|id| self.units.get(id))
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The units that ever had this code.
    pub fn by_code(&self, scheme: &str, value: &str) -> &[UnitId] {
        self.by_code.get(&(scheme.to_owned(), value.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The top unit: the first without a parent ever.
    pub fn root(&self) -> Option<&Arc<Unit>> {
        self.all().find(|u| u.administrative.is_empty() && u.professional.is_empty())
    }

    /// The units whose parent in `role` is `parent` on `day`, by name.
    pub fn children(&self, parent: UnitId, role: ParentRole, day: Day) -> Vec<&Arc<Unit>> {
        let mut found: Vec<&Arc<Unit>> = self
            .children
            .get(&parent)
            .into_iter()
            .flatten()
            .filter_map(|id| self.units.get(id))
            .filter(|u| u.parent(role, day) == Some(parent))
            .collect();
        found.sort_by_cached_key(|u| crate::text::sort_key(u.name(day)));
        found
    }

    /// The unit and all below it on `day`, along both roles.
    pub fn below(&self, top: UnitId, day: Day) -> Vec<UnitId> {
        let mut seen = HashSet::from([top]);
        let mut queue = vec![top];
        while let Some(id) = queue.pop() {
            for child in self.children.get(&id).into_iter().flatten() {
                let Some(unit) = self.units.get(child) else { continue };
                let under = unit.parent(ParentRole::Administrative, day) == Some(id)
                    || unit.parent(ParentRole::Professional, day) == Some(id);
                if under && seen.insert(*child) {
                    queue.push(*child);
                }
            }
        }
        let mut all: Vec<UnitId> = seen.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// What a unit's accounts cover on `day`: everything for the top unit; itself and all below it for
    /// others. A unit that is closed by then keeps what was below it on its last day.
    pub fn scope(&self, unit: UnitId, day: Day) -> Scope {
        let Some(found) = self.units.get(&unit) else { return Scope::none() };
        if self.root().is_some_and(|r| r.id == unit) {
            return Scope::All;
        }
        // An office of the Sở looks after the Sở's whole tree; what it may do is its role's matter.
        if found.unit_type(day) == "phong_so" {
            return Scope::All;
        }
        let day = found.closed_on().map_or(day, |last| last.min(day));
        Scope::of(self.below(unit, day))
    }

    /// The parents up to the top along `role`, nearest first.
    pub fn above(&self, unit: UnitId, role: ParentRole, day: Day) -> Vec<&Arc<Unit>> {
        let mut path: Vec<&Arc<Unit>> = Vec::new();
        let mut at = self.units.get(&unit).and_then(|u| u.parent(role, day));
        while let Some(parent) = at.and_then(|id| self.units.get(&id)) {
            if path.iter().any(|u| u.id == parent.id) {
                break;
            }
            path.push(parent);
            at = parent.parent(role, day);
        }
        path
    }
}
