//! Reads `units.toml`: levels, roles of parents, states, unit types.

use super::Once;
use crate::spec::levels::Levels;
use crate::spec::read::{self, Table};
use crate::spec::source::{Files, Mistakes};
use crate::spec::units::{Level, ParentRole, Subtype, UnitState, UnitType};
use crate::spec::{Spec, closest};

/// A unit type with the names of others not yet looked up.
struct Draft {
    made: UnitType,
    under: Vec<(String, String)>,
    professional: Vec<(String, String)>,
    from: Vec<(String, String)>,
    to: Vec<(String, String)>,
    subtypes: Vec<(Subtype, Vec<(String, String)>)>,
    overlay: bool,
}

pub(super) fn load(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    if files.layers("units.toml").is_empty() {
        m.add("units.toml:1", "the file is missing");
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for source in files.layers("units.toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = read::Table::root(&table, &lines);
        for level in root.tables("level", m) {
            let made = Level {
                key: level.needed("key", m),
                label: level.needed("label", m),
                short: level.needed("short", m),
                code: level.text("code", m).unwrap_or_default(),
            };
            level.done(m);
            match spec.levels.iter().position(|l| l.key == made.key) {
                Some(old) if source.overlay => spec.levels[old] = made,
                Some(_) => m.add(&level.at, format!("level `{}` stands here twice", made.key)),
                None if spec.levels.len() == Levels::MOST => {
                    m.add(&level.at, format!("there can be {} levels at most", Levels::MOST))
                }
                None => spec.levels.push(made),
            }
        }
        spec.level_keys = spec.levels.iter().map(|l| l.key.clone()).collect();
        for role in root.tables("parent_role", m) {
            let made = ParentRole {
                key: role.needed("key", m),
                label: role.needed("label", m),
                hint: role.text("hint", m).unwrap_or_default(),
                required: role.flag("required", m),
                issues_accounts: role.flag("issues_accounts", m),
            };
            role.done(m);
            put(&mut spec.parent_roles, made, |r| &r.key);
        }
        for state in root.tables("state", m) {
            let made = UnitState {
                key: state.needed("key", m),
                label: state.needed("label", m),
                open: state.flag("open", m),
                is_final: state.flag("final", m),
            };
            state.done(m);
            put(&mut spec.unit_states, made, |s| &s.key);
        }
        let mut once = Once::default();
        for table in root.tables("type", m) {
            let draft = unit_type(&table, spec, source.overlay, m);
            once.check("unit type", &draft.made.key, &table.at, m);
            match drafts.iter_mut().find(|d| d.made.key == draft.made.key && draft.overlay && !d.overlay) {
                Some(old) => *old = draft,
                None => drafts.push(draft),
            }
        }
        root.done(m);
    }
    if spec.levels.is_empty() && !files.layers("units.toml").is_empty() {
        m.add("units.toml:1", "there is no [[level]]");
    }
    resolve(drafts, spec, m);
}

fn put<T>(list: &mut Vec<T>, made: T, key: impl Fn(&T) -> &String) {
    match list.iter().position(|old| key(old) == key(&made)) {
        Some(at) => list[at] = made,
        None => list.push(made),
    }
}

fn unit_type(table: &Table<'_>, spec: &Spec, overlay: bool, m: &mut Mistakes) -> Draft {
    let levels = table.levels("levels", &spec.level_keys, m).unwrap_or_default();
    let subtypes = table.tables("subtype", m);
    let subtypes = subtypes.iter().map(|sub| {
        let made = Subtype { key: sub.needed("key", m), label: sub.needed("label", m), usual_parent: Vec::new() };
        let parents = sub.texts_at("usual_parent", m);
        sub.done(m);
        (made, parents)
    });
    let subtypes: Vec<_> = subtypes.collect();
    for (kind, at) in table.texts_at("kinds_of", m) {
        if !subtypes.iter().any(|(s, _)| s.key == kind) {
            m.add(
                &at,
                format!(
                    "there is no [[type.subtype]] `{kind}`{}",
                    closest(&kind, subtypes.iter().map(|(s, _)| s.key.as_str()))
                ),
            );
        }
    }
    let draft = Draft {
        under: table.texts_at("may_stand_under", m),
        professional: table.texts_at("professional_under", m),
        from: table.texts_at("admin_account_from", m),
        to: table.texts_at("issues_admin_accounts_to", m),
        subtypes,
        overlay,
        made: UnitType {
            key: table.needed("key", m),
            label: table.needed("label", m),
            plural: table.needed("plural", m),
            short: table.needed("short", m),
            may_stand_under: Vec::new(),
            professional_under: Vec::new(),
            levels,
            several_levels: table.flag("several_levels", m),
            manages_levels: table.levels("manages_levels", &spec.level_keys, m).unwrap_or_default(),
            fields_of_duty: table.flag("fields_of_duty", m),
            has_records: table.flag("has_records", m),
            has_school_record: table.flag("has_school_record", m),
            place: table.text("place", m),
            subtypes: Vec::new(),
            admin_account_from: Vec::new(),
            issues_admin_accounts_to: Vec::new(),
            issues_use_accounts: table.flag("issues_use_accounts", m),
            valid_from: table.day("valid_from", m),
            valid_to: table.day("valid_to", m),
            basis: table.text("basis", m).unwrap_or_default(),
            at: table.at.clone(),
        },
    };
    if let (Some(from), Some(to)) = (draft.made.valid_from, draft.made.valid_to)
        && to < from
    {
        m.add(&table.line("valid_to"), "`valid_to` lies before `valid_from`");
    }
    if draft.made.place.as_deref().is_some_and(|p| !matches!(p, "district" | "commune" | "province")) {
        m.add(&table.line("place"), "`place` must be province, district or commune");
    }
    table.done(m);
    draft
}

fn resolve(drafts: Vec<Draft>, spec: &mut Spec, m: &mut Mistakes) {
    let keys: Vec<String> = drafts.iter().map(|d| d.made.key.clone()).collect();
    let mut find = |names: Vec<(String, String)>| -> Vec<usize> {
        let mut out = Vec::with_capacity(names.len());
        for (name, at) in names {
            match keys.iter().position(|k| *k == name) {
                Some(index) => out.push(index),
                None => m.add(
                    &at,
                    format!("there is no unit type `{name}`{}", closest(&name, keys.iter().map(String::as_str))),
                ),
            }
        }
        out
    };
    let made = drafts.into_iter().map(|draft| UnitType {
        may_stand_under: find(draft.under),
        professional_under: find(draft.professional),
        admin_account_from: find(draft.from),
        issues_admin_accounts_to: find(draft.to),
        subtypes: draft
            .subtypes
            .into_iter()
            .map(|(sub, parents)| Subtype { usual_parent: find(parents), ..sub })
            .collect(),
        ..draft.made
    });
    spec.unit_types = made.collect();
    spec.unit_type_by_key = spec.unit_types.iter().enumerate().map(|(i, t)| (t.key.clone(), i)).collect();
}
