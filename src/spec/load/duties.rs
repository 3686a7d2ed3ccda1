//! Reads `fields-of-duty.toml`. An overlay replaces a duty by its key, or adds one.

use crate::spec::levels::Levels;
use crate::spec::read::{self, Table};
use crate::spec::source::{Files, Mistakes};
use crate::spec::units::{Duty, DutyPart};
use crate::spec::{Spec, closest};

pub(super) fn load(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    for source in files.layers("fields-of-duty.toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = read::Table::root(&table, &lines);
        let mut here: Vec<String> = Vec::new();
        for table in root.tables("duty", m) {
            let made = duty(&table, spec, m);
            if here.contains(&made.key) {
                m.add(&table.at, format!("duty `{}` stands here twice", made.key));
            }
            here.push(made.key.clone());
            match spec.duties.iter().position(|d| d.key == made.key) {
                Some(at) => spec.duties[at] = made,
                None => spec.duties.push(made),
            }
        }
        root.done(m);
    }
}

fn duty(table: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> Duty {
    let made = Duty {
        key: table.needed("key", m),
        label: table.needed("label", m),
        office: table.needed("office", m),
        levels: table.levels("levels", &spec.level_keys, m).unwrap_or(Levels::ALL),
        kinds: table.texts_at("kinds", m).iter().filter_map(|(name, at)| kind(name, at, spec, m)).collect(),
        parts: table.tables("part", m).iter().filter_map(|part| self::part(part, spec, m)).collect(),
        units: table.flag("units", m),
        reads_all: table.flag("reads_all", m),
        reports: table.flag("reports", m),
    };
    table.done(m);
    made
}

fn part(table: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> Option<DutyPart> {
    let name = table.needed("kind", m);
    let (sections, names) = (table.texts_at("sections", m), table.texts_at("fields", m));
    table.done(m);
    let index = kind(&name, &table.line("kind"), spec, m)?;
    let kind = &spec.kinds[index];
    let mut fields = Vec::new();
    for (section, at) in sections {
        if let Some(i) = kind.sections.iter().position(|s| s.key == section) {
            fields.extend(kind.fields.iter().enumerate().filter(|(_, f)| f.section == i).map(|(at, _)| at))
        } else {
            let near = closest(&section, kind.sections.iter().map(|s| s.key.as_str()));
            m.add(&at, format!("`{name}` has no section `{section}`{near}"));
        }
    }
    for (field, at) in names {
        match kind.field_index(&field) {
            Some(i) => fields.push(i),
            None => m.add(
                &at,
                format!(
                    "`{name}` has no field `{field}`{}",
                    closest(&field, kind.fields.iter().map(|f| f.key.as_str()))
                ),
            ),
        }
    }
    fields.sort_unstable();
    fields.dedup();
    Some(DutyPart { kind: index, fields })
}

fn kind(name: &str, at: &str, spec: &Spec, m: &mut Mistakes) -> Option<usize> {
    let found = spec.kind_by_key.get(name).copied();
    if found.is_none() && !name.is_empty() {
        m.add(at, format!("there is no kind `{name}`{}", closest(name, spec.kinds.iter().map(|k| k.key.as_str()))));
    }
    found
}
