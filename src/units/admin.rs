//! The administrative skeleton of a province, read out of the dated lists: its Sở, an office for each
//! district and commune of a unit type that covers places, each for as long as the type and the place
//! last. No reform is written here: whoever dates the lists dates the tree.

use super::ops::NewUnit;
use crate::id::UnitId;
use crate::spec::{Code, CodeList, Spec, UnitType};
use crate::tree::{Dated, Day, ParentRole, Tree, Unit, UnitState, day_of};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The scheme of the statistics office's codes of administrative units.
pub const GSO: &str = "gso";
/// The scheme of the ministry's school codes.
pub const MOET: &str = "moet";

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// A place's own name without "Tỉnh", "Thành phố" in front stays as the list has it.
fn latest<'a>(list: &'a CodeList, code: &str) -> Option<&'a Code> {
    list.versions(code).next_back()
}

fn later(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, other) => one.or(other),
    }
}

fn earlier(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// The skeleton of the province with this code: the Sở first (number 1), then the offices. Empty if the
/// lists know no such province.
pub fn skeleton(spec: &Spec, province: &str) -> Vec<Unit> {
    let Some(provinces) = spec.codes.get("province") else { return Vec::new() };
    let Some(place) = provinces.versions(province).next() else { return Vec::new() };
    let Some(top) = spec.unit_types.iter().find(|t| t.may_stand_under.is_empty()) else { return Vec::new() };
    let so = UnitId(1);
    let mut root = Unit::new(so, &top.key, &format!("{} {}", top.label, lower_first(&place.name)), None);
    root.codes.push(Dated::since(None, crate::tree::Code { scheme: GSO.into(), value: province.into() }));
    // Where the province ends (merged into another), the Sở goes on under the other's name.
    let heir = place
        .to
        .and_then(|end| end.tomorrow().ok())
        .and_then(|day| heir_of(spec, province, day).map(|heir| (day, heir)));
    if let Some((day, heir)) = &heir
        && let Some(new) = provinces.at(heir, *day)
    {
        let day = day_of(*day);
        root.names[0].to = Some(day - 1);
        root.names.push(Dated::since(Some(day), format!("{} {}", top.label, lower_first(&new.name))));
        root.codes[0].to = Some(day - 1);
        root.codes.push(Dated::since(Some(day), crate::tree::Code { scheme: GSO.into(), value: heir.clone() }));
    }
    let mut units = vec![root];
    for unit_type in &spec.unit_types {
        for (code, name, from, to) in places(spec, unit_type, province) {
            let id = UnitId(units.len() as u32 + 1);
            let (from, to) = (from.map(day_of), to.map(day_of));
            let mut unit = Unit::new(id, &unit_type.key, &office_name(unit_type, &name), from);
            unit.codes.push(Dated {
                from,
                to,
                decision: String::new(),
                value: crate::tree::Code { scheme: GSO.into(), value: code },
            });
            unit.administrative.push(Dated { from, to, decision: String::new(), value: so });
            unit.professional.push(Dated { from, to, decision: String::new(), value: so });
            if let Some(last) = to {
                unit.states[0].to = Some(last);
                unit.states.push(Dated::since(Some(last + 1), UnitState::Dissolved));
                unit.events.push(crate::tree::Event {
                    day: last + 1,
                    kind: "dissolved".into(),
                    decision: unit_type.basis.clone(),
                    others: vec![],
                });
            }
            if let Some(first) = from {
                unit.events.push(crate::tree::Event {
                    day: first,
                    kind: "founded".into(),
                    decision: unit_type.basis.clone(),
                    others: vec![],
                });
                unit.events.sort_by_key(|e| e.day);
            }
            units.push(unit);
        }
    }
    units
}

fn office_name(unit_type: &UnitType, place: &str) -> String {
    let word = if unit_type.place.as_deref() == Some("commune") { "UBND" } else { unit_type.short.as_str() };
    format!("{word} {}", lower_first(place))
}

/// The province into which most communes of an ended one went.
fn heir_of(spec: &Spec, province: &str, day: Date) -> Option<String> {
    let communes = spec.codes.get("commune")?;
    let heirs = successors(spec, province);
    let mut count: Vec<(String, usize)> = Vec::new();
    for code in heirs {
        let parent = communes.at(&code, day)?.parent.clone();
        match count.iter_mut().find(|(p, _)| *p == parent) {
            Some((_, n)) => *n += 1,
            None => count.push((parent, 1)),
        }
    }
    count.into_iter().max_by_key(|(_, n)| *n).map(|(p, _)| p)
}

/// The new communes into which the old communes of a province went, as far as the lists say.
fn successors(spec: &Spec, province: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let (Some(communes), Some(districts)) = (spec.codes.get("commune"), spec.codes.get("district")) else { return out };
    let Some(&list) = spec.codes.by_key.get("commune") else { return out };
    for old in communes.codes.iter().filter(|c| c.to.is_some()) {
        if districts.versions(&old.parent).any(|d| d.parent == province) {
            out.extend(spec.codes.successors(list, &old.code).into_iter().map(|(new, _)| new.to_owned()));
        }
    }
    out
}

/// The places a unit type covers in a province: code, name, first and last day.
fn places(spec: &Spec, unit_type: &UnitType, province: &str) -> Vec<(String, String, Option<Date>, Option<Date>)> {
    let Some(list) = unit_type.place.as_deref().and_then(|key| spec.codes.get(key)) else { return Vec::new() };
    let mut out = Vec::new();
    let direct: Vec<&Code> = list.codes.iter().filter(|c| c.parent == province).collect();
    let heirs;
    let found: Vec<&Code> = if unit_type.place.as_deref() == Some("commune") {
        heirs = successors(spec, province);
        if heirs.is_empty() { direct } else { heirs.iter().filter_map(|code| latest(list, code)).collect() }
    } else {
        direct
    };
    for code in found {
        let (from, to) = (later(unit_type.valid_from, code.from), earlier(unit_type.valid_to, code.to));
        if from.is_none_or(|f| to.is_none_or(|t| f <= t)) {
            out.push((code.code.clone(), code.name.clone(), from, to));
        }
    }
    out
}

/// Where a school stands over time: the office of its district while there was one, then the office of
/// the commune its commune became, each only if its type looks after the school's levels; else the Sở.
pub fn parents_over_time(
    spec: &Spec,
    tree: &Tree,
    levels: &[String],
    district: &str,
    commune: &str,
    founded: Option<Day>,
) -> Vec<Dated<UnitId>> {
    let Some(root) = tree.root() else { return Vec::new() };
    let mut offices: Vec<(Option<Day>, Option<Day>, UnitId)> = Vec::new();
    for unit_type in &spec.unit_types {
        let places: Vec<String> = match unit_type.place.as_deref() {
            Some("district") => vec![district.to_owned()],
            Some("commune") => commune_then(spec, commune),
            _ => continue,
        };
        let looks_after =
            !levels.is_empty() && unit_type.manages_levels.covers(spec.levels_of(levels.iter().map(String::as_str)));
        if !looks_after {
            continue;
        }
        let office = places
            .iter()
            .flat_map(|p| tree.by_code(GSO, p))
            .filter_map(|id| tree.get(*id))
            .find(|u| u.types.first().is_some_and(|t| t.value == unit_type.key));
        if let Some(office) = office {
            offices.push((unit_type.valid_from.map(day_of), unit_type.valid_to.map(day_of), office.id));
        }
    }
    offices.sort_by_key(|o| o.0);
    let mut out: Vec<Dated<UnitId>> = Vec::new();
    let mut from = founded;
    for (first, last, office) in offices {
        if last.is_some_and(|last| founded.is_some_and(|f| f > last)) {
            continue;
        }
        if let Some(first) = first
            && from.is_none_or(|f| f < first)
        {
            // A gap before this office is the Sở's.
            match out.last_mut() {
                Some(before) if before.to.is_none_or(|t| t >= first - 1) => before.to = Some(first - 1),
                _ => out.push(Dated { from, to: Some(first - 1), decision: String::new(), value: root.id }),
            }
            from = Some(first);
        }
        out.push(Dated { from, to: last, decision: String::new(), value: office });
        from = last.map(|l| l + 1);
        if last.is_none() {
            return out;
        }
    }
    out.push(Dated { from, to: None, decision: String::new(), value: root.id });
    out
}

/// The communes an old commune became (itself if it is new or the lists don't say).
fn commune_then(spec: &Spec, commune: &str) -> Vec<String> {
    let Some(&list) = spec.codes.by_key.get("commune") else { return Vec::new() };
    let mut heirs: Vec<(&str, bool)> = spec.codes.successors(list, commune);
    // A commune that was split: the part that took it whole comes first.
    heirs.sort_by_key(|(_, whole)| !whole);
    if heirs.is_empty() { Vec::new() } else { heirs.into_iter().map(|(code, _)| code.to_owned()).collect() }
}

/// Adds dated parents to a new unit: managed by its office, guided by the Sở (while there was a
/// district office, by that).
pub fn place_school(spec: &Spec, tree: &Tree, unit: &mut Unit, new: &NewUnit, district: &str, commune: &str) {
    let parents = parents_over_time(spec, tree, &new.levels, district, commune, new.founded);
    let Some(root) = tree.root() else { return };
    unit.professional = parents
        .iter()
        .map(|p| {
            let is_office_of_district = tree
                .get(p.value)
                .is_some_and(|u| u.parent(ParentRole::Professional, p.to.unwrap_or(0)).is_some() && p.to.is_some());
            Dated { value: if is_office_of_district { p.value } else { root.id }, ..p.clone() }
        })
        .collect();
    unit.administrative = parents;
}
