//! Reads `sheets/*.toml`. An overlay's file with a known key replaces the whole layout.

use super::Once;
use crate::spec::model::FieldType;
use crate::spec::read::{self, Table};
use crate::spec::sheets::{RowIs, SheetColumn, SheetSpec, Target, UNIT_FACTS};
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
            Some(at) => m.add(&root.line("key"), format!("sheet `{}` stands already at {}", made.key, spec.sheets[at].at)),
            None => spec.sheets.push(made),
        }
    }
}

fn sheet(root: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> SheetSpec {
    let mut kinds = Vec::new();
    let kind = |name: &str, at: &str, m: &mut Mistakes| {
        let found = spec.kind_by_key.get(name).copied();
        if found.is_none() && !name.is_empty() {
            m.add(at, format!("there is no kind `{name}`{}", closest(name, spec.kinds.iter().map(|k| k.key.as_str()))));
        }
        found
    };
    for (name, at) in root.texts_at("kinds", m) {
        kinds.extend(kind(&name, &at, m));
    }
    let row_is = match root.needed("row_is", m).as_str() {
        "unit" => RowIs::Unit,
        name => kind(name, &root.line("row_is"), m).map_or(RowIs::Unit, RowIs::Kind),
    };
    let mut made = SheetSpec {
        key: root.needed("key", m),
        label: root.needed("label", m),
        row_is,
        kinds,
        columns: Vec::new(),
        by_header: HashMap::new(),
        hint: root.text("hint", m),
        at: root.at.clone(),
    };
    if let RowIs::Kind(index) = row_is
        && !made.kinds.contains(&index)
    {
        made.kinds.insert(0, index);
    }
    let mut once = Once::default();
    for table in root.tables("column", m) {
        let column = column(&table, &made, spec, m);
        once.check("column", &column.key, &table.at, m);
        for header in std::iter::once(&column.key).chain([&column.label]).chain(&column.aliases) {
            let folded = header_key(header);
            match made.by_header.get(&folded) {
                Some(&other) if other != made.columns.len() => {
                    let first: &SheetColumn = &made.columns[other];
                    m.add(&table.at, format!("the header `{header}` is also one of column `{}` at {}", first.key, first.at));
                }
                _ => {
                    made.by_header.insert(folded, made.columns.len());
                }
            }
        }
        made.columns.push(column);
    }
    if made.columns.is_empty() {
        m.add(&root.at, "the sheet has no [[column]]");
    }
    made
}

fn column(table: &Table<'_>, sheet: &SheetSpec, spec: &Spec, m: &mut Mistakes) -> SheetColumn {
    let key = table.needed("key", m);
    let aliases = table.texts("aliases", m);
    let to = table.needed("to", m);
    let at = table.line("to");
    let made = SheetColumn {
        label: table.text("label", m).unwrap_or_else(|| aliases.first().cloned().unwrap_or_else(|| key.clone())),
        to: target(&to, &at, sheet, spec, m).unwrap_or(Target::Ignored),
        required: table.flag("required", m),
        codes: table.text_map("codes", m),
        at: table.at.clone(),
        key,
        aliases,
    };
    table.done(m);
    if let Target::Field { kind, field, cell } = &made.to {
        let field = &spec.kinds[*kind].fields[*field];
        let holds = cell.map_or(field, |(_, column)| &field.columns[column]);
        match holds.list {
            Some(list) => {
                for code in made.codes.values().filter(|c| !c.is_empty()) {
                    if spec.codes.lists[list].versions(code).next().is_none() {
                        m.add(&table.line("codes"), format!("`{code}` is no code of `{}`", spec.codes.lists[list].key));
                    }
                }
            }
            None if !made.codes.is_empty() && holds.ty != FieldType::Bool => {
                m.add(&table.line("codes"), format!("`{to}` has no code list, so `codes` has no use"));
            }
            None => {}
        }
    }
    made
}

/// `unit.code`, `kind.field`, `kind.field.column` (first row) or `kind.field.2.column`; "" or "-" is
/// read but not kept.
fn target(to: &str, at: &str, sheet: &SheetSpec, spec: &Spec, m: &mut Mistakes) -> Option<Target> {
    if matches!(to, "" | "-") {
        return None;
    }
    let (kind, rest) = to.split_once('.').unwrap_or((to, ""));
    if kind == "unit" {
        if UNIT_FACTS.contains(&rest) {
            return Some(Target::Unit(rest.into()));
        }
        m.add(at, format!("a unit has no `{rest}`{}", closest(rest, UNIT_FACTS.iter().copied())));
        return None;
    }
    let Some(&index) = spec.kind_by_key.get(kind) else {
        m.add(at, format!("there is no kind `{kind}`{}", closest(kind, spec.kinds.iter().map(|k| k.key.as_str()))));
        return None;
    };
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
    if let Some(column) = of.fields[field].column_index(column) { Some(Target::Field { kind: index, field, cell: Some((row, column)) }) } else {
        let near = closest(column, of.fields[field].columns.iter().map(|c| c.key.as_str()));
        m.add(at, format!("`{kind}.{name}` has no column `{column}`{near}"));
        None
    }
}
