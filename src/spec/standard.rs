//! Where each field of QĐ 4998 and of the exchange of 2020 went. The copies of the ministry's lists
//! are compared with the maps row by row; a row missing, shifted, or leading nowhere is a mistake.

use super::source::Mistakes;
use super::{Kind, Levels, Source, Spec};
use std::fmt;

/// What was found.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Of each standard: its name and what became of its rows.
    pub standards: Vec<(String, Counted)>,
    /// All that is wrong, `file:line: what`.
    pub mistakes: Vec<String>,
}

/// The rows of one standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Rows of the source.
    pub rows: usize,
    /// Rows that are mapped, or not mapped for a reason.
    pub accounted: usize,
    /// Rows that lead to a field.
    pub mapped: usize,
}

impl Coverage {
    /// Whether nothing is missing.
    pub const fn is_complete(&self) -> bool {
        self.mistakes.is_empty()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, c) in &self.standards {
            writeln!(f, "{name}: {}/{} accounted for, {} mapped", c.accounted, c.rows, c.mapped)?;
        }
        for mistake in &self.mistakes {
            writeln!(f, "{mistake}")?;
        }
        Ok(())
    }
}

/// One of the ministry's lists.
struct Standard {
    name: &'static str,
    source: &'static str,
    map: &'static str,
    /// Columns of the source that hold the object, and that may hold the symbol.
    object: usize,
    symbols: &'static [usize],
    /// Column whose first digit tells the level (1 MN … 5 GDTX).
    level: Option<usize>,
    /// Least share of mapped rows, per cent.
    least: usize,
}

const STANDARDS: &[Standard] = &[
    Standard {
        name: "QĐ 4998",
        source: "standard/qd4998_fields.csv",
        map: "standard/qd4998_map.csv",
        object: 1,
        symbols: &[3],
        level: Some(0),
        least: 95,
    },
    Standard {
        name: "Exchange 2020",
        source: "standard/exchange_2020_fields.csv",
        map: "standard/exchange_2020_map.csv",
        object: 0,
        symbols: &[2, 1],
        level: None,
        least: 80,
    },
];

/// Facts of a unit a row may lead to; everything else about a school is a field of kind `school`.
const UNIT_FACTS: &[&str] = &["code", "name", "type", "levels", "parent", "state", "founded", "dissolved"];

/// Compares the copies with the maps and the maps with the kinds.
pub fn coverage(spec: &Spec) -> Coverage {
    let mut m = Mistakes::default();
    let standards = STANDARDS.iter().map(|s| (s.name.to_string(), compare(s, spec, &mut m))).collect();
    Coverage { standards, mistakes: m.into_lines() }
}

fn compare(standard: &Standard, spec: &Spec, m: &mut Mistakes) -> Counted {
    let (Some(source), Some(map)) = (newest(spec, standard.source), newest(spec, standard.map)) else {
        m.add(&format!("{}:1", standard.map), "the copy of the ministry's list or its map is missing");
        return Counted::default();
    };
    let (fields, map_rows) = (rows(source, m), rows(map, m));
    let mut counted = Counted { rows: fields.len(), ..Counted::default() };
    for (i, (row, source_line)) in fields.iter().enumerate() {
        let Some((entry, at)) = map_rows.get(i) else {
            m.add(source_line, format!("row {} is not in {}", i + 1, map.shown));
            continue;
        };
        let entry: Vec<&str> = entry.iter().map(str::trim).collect();
        let [number, object, symbol, to, reason] = entry.as_slice() else {
            m.add(at, "the header must be row,object,symbol,maps_to,reason");
            continue;
        };
        if number.parse() != Ok(i + 1) {
            m.add(at, format!("row {number} stands where row {} belongs: each row once, in order", i + 1));
        }
        let cell = |c: usize| row.get(c).map_or("", |v| v.trim());
        let first_symbol = standard.symbols.iter().map(|&c| cell(c)).find(|s| !s.is_empty()).unwrap_or_default();
        if *object != cell(standard.object)
            || !standard.symbols.iter().any(|&c| cell(c) == *symbol) && *symbol != first_symbol
        {
            m.add(
                at,
                format!(
                    "row {} is `{}` `{first_symbol}` in the source, here `{object}` `{symbol}`",
                    i + 1,
                    cell(standard.object)
                ),
            );
        }
        if to.is_empty() {
            if reason.is_empty() {
                m.add(at, format!("row {} leads nowhere and gives no reason", i + 1));
            } else {
                counted.accounted += 1;
            }
            continue;
        }
        let level = standard.level.and_then(|c| cell(c).chars().next()).and_then(|d| d.to_digit(10));
        match leads(to, level.map(|d| d as usize - 1), spec) {
            Ok(()) => {
                counted.accounted += 1;
                counted.mapped += 1;
            }
            Err(what) => m.add(at, what),
        }
    }
    for (_, at) in map_rows.iter().skip(fields.len()) {
        m.add(at, "the source has no such row");
    }
    if counted.mapped * 100 < counted.rows * standard.least {
        m.add(&format!("{}:1", map.shown), format!("only {} of {} rows lead to a field", counted.mapped, counted.rows));
    }
    counted
}

/// Whether `kind.field`, `kind.field.column`, `kind.*` or `unit.fact` is there, and asked at the level.
fn leads(to: &str, level: Option<usize>, spec: &Spec) -> Result<(), String> {
    let (first, path) = to.split_once('.').unwrap_or((to, ""));
    if first == "unit" {
        let known = UNIT_FACTS.contains(&path);
        return if known {
            Ok(())
        } else {
            Err(format!("a unit has no `{path}`{}", super::closest(path, UNIT_FACTS.iter().copied())))
        };
    }
    let kind: &Kind = spec.kind(first).ok_or_else(|| {
        format!("there is no kind `{first}`{}", super::closest(first, spec.kinds.iter().map(|k| k.key.as_str())))
    })?;
    if path == "*" {
        return Ok(());
    }
    let name = path.split('.').next().unwrap_or_default();
    let (field, column) = kind.field_at(path).ok_or_else(|| match kind.field(name) {
        None => format!(
            "`{first}` has no field `{name}`{}",
            super::closest(name, kind.fields.iter().map(|f| f.key.as_str()))
        ),
        Some(field) => {
            let column = path.rsplit('.').next().unwrap_or_default();
            format!(
                "`{first}.{name}` has no column `{column}`{}",
                super::closest(column, field.columns.iter().map(|c| c.key.as_str()))
            )
        }
    })?;
    let Some(level) = level.filter(|l| *l < spec.levels.len()) else { return Ok(()) };
    let asked = field.levels.and(column.map_or(Levels::ALL, |c| c.levels));
    if asked.has(level) { Ok(()) } else { Err(format!("`{to}` is not asked at level {}", spec.level_keys[level])) }
}

fn newest<'a>(spec: &'a Spec, path: &str) -> Option<&'a Source> {
    spec.files.layers(path).last()
}

/// The rows below the header, each with `file:line`.
fn rows(source: &Source, m: &mut Mistakes) -> Vec<(csv::StringRecord, String)> {
    let text = source.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut out = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let at = format!("{}:{}", source.shown, record.position().map_or(1, csv::Position::line));
                out.push((record, at));
            }
            Err(e) => m.add(
                &format!("{}:{}", source.shown, e.position().map_or(1, csv::Position::line)),
                "the line can't be read",
            ),
        }
    }
    out
}
