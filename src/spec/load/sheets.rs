//! Reads `sheets/*.toml`. An overlay's file with a known key replaces the whole layout.

use crate::spec::model::FieldType;
use crate::spec::read::{self, Table};
use crate::spec::sheets::{Match, RowIs, SheetColumn, SheetSpec, Target, UNIT_FACTS};
use crate::spec::source::{Files, Mistakes};
use crate::spec::{Spec, closest, header_key};
use std::collections::HashMap;

pub(super) fn load(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    for source in files.in_folder("sheets", ".toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = Table::root(&table, &lines);
        let made = sheet(&root, spec, m);
        root.done(m);
        match spec.sheets.iter().position(|s| s.key == made.key) {
            Some(at) if source.overlay => spec.sheets[at] = made,
            Some(at) => {
                m.add(&root.line("key"), format!("sheet `{}` stands already at {}", made.key, spec.sheets[at].at))
            }
            None => spec.sheets.push(made),
        }
    }
}

fn sheet(root: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> SheetSpec {
    let kinds = root.texts_at("kinds", m).iter().filter_map(|(name, at)| kind(name, at, spec, m)).collect();
    let row_is = match root.needed("row_is", m).as_str() {
        "unit" => RowIs::Unit,
        name => kind(name, &root.line("row_is"), spec, m).map_or(RowIs::Unit, RowIs::Kind),
    };
    let mut made = SheetSpec {
        key: root.needed("key", m),
        label: root.needed("label", m),
        row_is,
        kinds,
        columns: Vec::new(),
        by_header: HashMap::new(),
        matches: Vec::new(),
        create: root.texts_at("create", m).iter().filter_map(|(name, at)| kind(name, at, spec, m)).collect(),
        date_format: root.text("date_format", m),
        hint: root.text("hint", m),
        at: root.at.clone(),
    };
    if let RowIs::Kind(index) = row_is
        && !made.kinds.contains(&index)
    {
        made.kinds.insert(0, index);
    }
    for key in root.keys_starting("match") {
        for group in root.text_groups_at(&key, m) {
            let by: Vec<Target> = group.iter().filter_map(|(to, at)| target(to, at, &made, spec, m)).collect();
            let kind = by.iter().find_map(|t| if let Target::Field { kind, .. } = t { Some(*kind) } else { None });
            made.matches.push(Match { kind, by });
        }
    }
    columns(root, spec, &mut made, m);
    made
}

fn columns(root: &Table<'_>, spec: &Spec, made: &mut SheetSpec, m: &mut Mistakes) {
    for table in root.tables("column", m) {
        let column = column(&table, made, spec, m);
        let index = made.columns.len();
        let same =
            |other: &SheetColumn| other.key == column.key && other.to == column.to && column.to != Target::Ignored;
        if let Some(first) = made.columns.iter().find(|c| same(c)) {
            m.add(&table.at, format!("column `{}` leads to the same place already at {}", column.key, first.at));
        }
        for header in std::iter::once(&column.key).chain(&column.aliases) {
            let leads = made.by_header.entry(header_key(header)).or_default();
            match leads
                .iter()
                .filter_map(|&i| made.columns.get(i))
                .find(|other| header_key(&other.key) != header_key(&column.key))
            {
                Some(first) => m.add(
                    &table.at,
                    format!("the header `{header}` is also one of column `{}` at {}", first.key, first.at),
                ),
                None if leads.contains(&index) => {}
                None => leads.push(index),
            }
        }
        made.columns.push(column);
    }
    // A column that stands twice shares the headers it named the first time.
    let mut shared: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, column) in made.columns.iter().enumerate() {
        shared.entry(header_key(&column.key)).or_default().push(i);
    }
    for leads in made.by_header.values_mut() {
        if let Some(all) = leads.first().and_then(|&i| shared.get(&header_key(&made.columns[i].key))) {
            leads.clone_from(all);
        }
    }
    if made.columns.is_empty() {
        m.add(&root.at, "the sheet has no [[column]]");
    }
}

fn kind(name: &str, at: &str, spec: &Spec, m: &mut Mistakes) -> Option<usize> {
    let found = spec.kind_by_key.get(name).copied();
    if found.is_none() && !name.is_empty() {
        m.add(at, format!("there is no kind `{name}`{}", closest(name, spec.kinds.iter().map(|k| k.key.as_str()))));
    }
    found
}

fn column(table: &Table<'_>, sheet: &SheetSpec, spec: &Spec, m: &mut Mistakes) -> SheetColumn {
    let key = table.needed("key", m);
    let aliases = table.texts("aliases", m);
    let skip = table.text("skip", m);
    let to = if skip.is_some() { table.text("to", m).unwrap_or_default() } else { table.needed("to", m) };
    let at = table.line("to");
    if skip.is_some() && !to.is_empty() {
        m.add(&at, "a column that is skipped leads nowhere: leave `to` empty");
    }
    let made = SheetColumn {
        label: table.text("label", m).unwrap_or_else(|| aliases.first().cloned().unwrap_or_else(|| key.clone())),
        to: if to.is_empty() { Target::Ignored } else { target(&to, &at, sheet, spec, m).unwrap_or(Target::Ignored) },
        required: table.flag("required", m),
        codes: table.text_map("codes", m),
        skip,
        at: table.at.clone(),
        key,
        aliases,
    };
    table.done(m);
    let unknown = |code: &str| match &made.to {
        Target::Unit(fact) => match fact.as_str() {
            "type" => spec.unit_type(code).is_none().then_some("unit type"),
            "state" => spec.unit_state(code).is_none().then_some("state of units"),
            "levels" => {
                code.split_whitespace().any(|l| !spec.level_keys.iter().any(|k| k == l)).then_some("list of levels")
            }
            _ => None,
        },
        Target::Field { kind, field, cell } => {
            let field = &spec.kinds[*kind].fields[*field];
            let holds = cell.map_or(field, |(_, column)| &field.columns[column]);
            match holds.list {
                Some(list) => code
                    .split(';')
                    .any(|c| spec.codes.lists[list].versions(c).next().is_none())
                    .then_some("code of the field's list"),
                None if holds.ty == FieldType::Bool => {
                    (!matches!(code, "0" | "1")).then_some("0 or 1, as the field needs")
                }
                None => Some("code: the field has no code list"),
            }
        }
        Target::Ignored => None,
    };
    let mut wrong: Vec<_> =
        made.codes.values().filter(|c| !c.is_empty()).filter_map(|c| unknown(c).map(|what| (c, what))).collect();
    wrong.sort();
    for (code, what) in wrong {
        m.add(&table.line("codes"), format!("`{code}` is no {what}"));
    }
    made
}

/// `unit.code`, `kind.field`, `kind.field.column` (first row) or `kind.field.2.column`.
fn target(to: &str, at: &str, sheet: &SheetSpec, spec: &Spec, m: &mut Mistakes) -> Option<Target> {
    let (kind, rest) = to.split_once('.').unwrap_or((to, ""));
    if kind == "unit" {
        if UNIT_FACTS.contains(&rest) {
            return Some(Target::Unit(rest.into()));
        }
        m.add(at, format!("a unit has no `{rest}`{}", closest(rest, UNIT_FACTS.iter().copied())));
        return None;
    }
    let index = self::kind(kind, at, spec, m)?;
    if !sheet.kinds.contains(&index) {
        m.add(at, format!("`{kind}` is not among the `kinds` of this sheet"));
    }
    let of = &spec.kinds[index];
    let mut parts = rest.split('.');
    let name = parts.next().unwrap_or_default();
    let Some(field) = of.field_index(name) else {
        m.add(at, format!("`{kind}` has no field `{name}`{}", closest(name, of.fields.iter().map(|f| f.key.as_str()))));
        return None;
    };
    let rest: Vec<&str> = parts.collect();
    let (row, column) = match rest.as_slice() {
        [] if of.fields[field].ty == FieldType::Rows => {
            m.add(at, format!("`{to}` is a table: say which column, as {to}.0.column"));
            return None;
        }
        [] => return Some(Target::Field { kind: index, field, cell: None }),
        [column] => (0, *column),
        [row, column] if row.parse::<usize>().is_ok_and(|r| r < 100) => (row.parse().unwrap_or_default(), *column),
        _ => {
            m.add(at, format!("`{to}` must be kind.field or kind.field.row.column"));
            return None;
        }
    };
    if let Some(column) = of.fields[field].column_index(column) {
        Some(Target::Field { kind: index, field, cell: Some((row, column)) })
    } else {
        let near = closest(column, of.fields[field].columns.iter().map(|c| c.key.as_str()));
        m.add(at, format!("`{kind}.{name}` has no column `{column}`{near}"));
        None
    }
}
