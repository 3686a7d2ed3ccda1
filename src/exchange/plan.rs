//! From a layout of the spec to what the reader matches, and from a matched row to texts by target. One
//! header may lead to several places, each with its own codes.

use super::layout::{Column, MappedRow, Template};
use crate::spec::{SheetColumn, SheetSpec, Spec, Target, header_key};
use std::collections::{BTreeMap, HashMap};

/// The layout, ready for reading.
pub(super) struct SheetPlan<'a> {
    pub(super) sheet: &'a SheetSpec,
    /// Which columns of the layout each column of the template stands for.
    groups: Vec<Vec<usize>>,
    pub(super) template: Template,
}

/// A cell on its way to one place.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// What goes there.
    pub(super) text: String,
    /// The column's letters.
    pub(super) column: String,
    /// The column's header in the layout.
    pub(super) header: String,
    /// As the person saw it.
    pub(super) shown: String,
}

/// A row by target.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// Facts of the unit.
    pub(super) unit: BTreeMap<String, Given>,
    /// Per kind: place in the record (`field` or `field.row.column`) → text.
    pub(super) kinds: HashMap<usize, BTreeMap<String, Given>>,
    /// Numbers of another system whose meaning the layout does not know: left out, and said.
    pub(super) strange: Vec<Given>,
}

impl<'a> SheetPlan<'a> {
    pub(super) fn new(sheet: &'a SheetSpec) -> Self {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        for (at, column) in sheet.columns.iter().enumerate() {
            let key = header_key(&column.key);
            if let Some(group) = by_key.get(&key) {
                groups[*group].push(at);
            } else {
                by_key.insert(key, groups.len());
                groups.push(vec![at]);
            }
        }
        let columns = groups
            .iter()
            .enumerate()
            .map(|(n, group)| {
                let first = &sheet.columns[group[0]];
                let headers = group.iter().flat_map(|at| {
                    let column = &sheet.columns[*at];
                    std::iter::once(column.key.clone())
                        .chain([column.label.clone()])
                        .chain(column.aliases.iter().cloned())
                });
                Column {
                    label: first.key.clone(),
                    headers: headers.filter(|h| !h.is_empty()).collect(),
                    target: n.to_string(),
                    required: group.iter().any(|at| sheet.columns[*at].required),
                    codes: HashMap::new(),
                    digits: None,
                }
            })
            .collect();
        Self { sheet, groups, template: Template { label: sheet.label.clone(), columns } }
    }

    /// Spreads a row to where its cells go.
    pub(super) fn texts(&self, spec: &Spec, row: &MappedRow) -> Texts {
        let mut out = Texts::default();
        for value in &row.values {
            let Some(group) = value.target.parse::<usize>().ok().and_then(|n| self.groups.get(n)) else { continue };
            for at in group {
                let column = &self.sheet.columns[*at];
                let text = column.codes.get(value.text.as_str()).cloned().unwrap_or_else(|| value.text.clone());
                let given = Given {
                    text,
                    column: value.letters(),
                    header: column.key.clone(),
                    shown: value.shown().to_owned(),
                };
                if is_strange(spec, column, &given.text, &value.text) {
                    out.strange.push(given);
                    continue;
                }
                match &column.to {
                    Target::Unit(fact) => put(&mut out.unit, fact.clone(), given),
                    Target::Field { kind, field, cell } => {
                        put(out.kinds.entry(*kind).or_default(), place_key(*field, *cell), given);
                    }
                    Target::Ignored => {}
                }
            }
        }
        out
    }
}

/// Why a [`Texts::strange`] cell is left out.
pub(super) const STRANGE: &str =
    "Số này là mã của phần mềm khác mà mẫu chưa biết nghĩa. Thầy/cô ghi mã hoặc tên theo danh mục của Bộ.";

/// Whether a cell holds a number of another system that the layout does not know. It is never guessed:
/// another's 3 is not the ministry's 03.
fn is_strange(spec: &Spec, column: &SheetColumn, text: &str, typed: &str) -> bool {
    let Target::Field { kind, field, cell: None } = column.to else { return false };
    if column.codes.is_empty() || typed.is_empty() || column.codes.contains_key(typed) || typed.parse::<i64>().is_err()
    {
        return false;
    }
    spec.list_of(&spec.kinds[kind].fields[field]).is_some_and(|list| list.versions(text).next().is_none())
}

/// A later column for the same place overrides an earlier one where it says something.
fn put(into: &mut BTreeMap<String, Given>, key: String, given: Given) {
    match into.get(&key) {
        Some(old) if given.text.is_empty() && !old.text.is_empty() => {}
        _ => {
            into.insert(key, given);
        }
    }
}

/// A place in a record, by position; turned into a key with [`named`].
fn place_key(field: usize, cell: Option<(usize, usize)>) -> String {
    match cell {
        None => field.to_string(),
        Some((row, column)) => format!("{field}.{row}.{column}"),
    }
}

/// The key of a place as `Raw` wants it.
pub(super) fn named(kind: &crate::spec::Kind, place: &str) -> Option<String> {
    let mut parts = place.split('.').map(str::parse::<usize>);
    let field = kind.fields.get(parts.next()?.ok()?)?;
    match (parts.next(), parts.next()) {
        (Some(Ok(row)), Some(Ok(column))) => Some(format!("{}.{row}.{}", field.key, field.columns.get(column)?.key)),
        _ => Some(field.key.clone()),
    }
}
