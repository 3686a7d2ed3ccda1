//! Reads one `[[field]]` or `[[field.column]]`: its keys, and whether they go together.

use super::good_key;
use crate::spec::levels::Levels;
use crate::spec::model::{FieldType, Pattern, Unique};
use crate::spec::read::Table;
use crate::spec::source::Mistakes;
use crate::spec::value::Decimal;
use crate::spec::{Spec, closest};

/// A name or condition with its `file:line`.
pub(super) type Said = (String, String);

/// A field with the names of others not yet looked up.
pub(super) struct Draft {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) section: Said,
    pub(super) ty: FieldType,
    pub(super) required: bool,
    pub(super) required_if: Option<Said>,
    pub(super) length: Option<usize>,
    pub(super) levels: Levels,
    pub(super) from_year: Option<u16>,
    pub(super) until_year: Option<u16>,
    pub(super) pattern: Option<Pattern>,
    pub(super) unique: Option<Unique>,
    pub(super) sensitive: bool,
    pub(super) searchable: bool,
    pub(super) countable: bool,
    pub(super) codes: Option<Said>,
    pub(super) refers: Option<Said>,
    pub(super) min: Option<Decimal>,
    pub(super) max: Option<Decimal>,
    pub(super) unit: Option<String>,
    pub(super) scale: u8,
    pub(super) hint: Option<String>,
    pub(super) std: Vec<String>,
    pub(super) std2020: Vec<String>,
    pub(super) columns: Vec<Self>,
    pub(super) at: String,
}

/// Names a field may not have: they mean something else in conditions, or in forms.
const RESERVED: &[&str] = &[
    "record", "true", "false", "null", "in", "size", "int", "double", "string", "id", "version", "unit", "year",
    "state", "count_of", "siblings",
];
/// Largest compiled pattern.
const MOST_PATTERN_BYTES: usize = 256 << 10;

pub(super) fn read(table: &Table<'_>, spec: &Spec, is_column: bool, m: &mut Mistakes) -> Draft {
    let what = if is_column { "column" } else { "field" };
    let key = table.needed("key", m);
    if !key.is_empty() && !good_key(&key) {
        m.add(&table.line("key"), format!("`{key}` is no good key: small letters, digits and _, a letter first"));
    }
    if !is_column && (RESERVED.contains(&key.as_str()) || key.ends_with("_rec")) {
        m.add(&table.line("key"), format!("a field can't be called `{key}`: the word has another meaning"));
    }
    let ty = match table.needed("type", m) {
        name if name.is_empty() => FieldType::Text,
        name => FieldType::of(&name).unwrap_or_else(|| {
            let near = closest(&name, FieldType::ALL.iter().map(|t| t.key()));
            m.add(&table.line("type"), format!("there is no type `{name}`{near}"));
            FieldType::Text
        }),
    };
    let year = |key, m: &mut Mistakes| table.whole(key, 1990, 2100, m).map(|y| y as u16);
    let said = |key, m: &mut Mistakes| table.text(key, m).map(|text| (text, table.line(key)));
    let mut draft = Draft {
        label: table.needed("label", m),
        section: if is_column { Default::default() } else { (table.needed("section", m), table.line("section")) },
        ty,
        required: table.flag("required", m),
        required_if: said("required_if", m),
        length: table.whole("length", 1, 100_000, m).map(|n| n as usize),
        levels: table.levels("levels", &spec.level_keys, m).unwrap_or(Levels::ALL),
        from_year: year("from_year", m),
        until_year: year("until_year", m),
        pattern: pattern(table, m),
        unique: unique(table, m),
        sensitive: table.flag("sensitive", m),
        searchable: table.flag("searchable", m),
        countable: table.flag("countable", m),
        codes: said("codes", m),
        refers: said("ref", m),
        min: table.number("min", m),
        max: table.number("max", m),
        unit: table.text("unit", m),
        scale: table.whole("scale", 0, i64::from(Decimal::MOST_SCALE), m).unwrap_or(2) as u8,
        hint: table.text("hint", m),
        std: table.texts("std", m),
        std2020: table.texts("std2020", m),
        columns: Vec::new(),
        at: table.at.clone(),
        key,
    };
    if !is_column {
        draft.columns = columns(table, spec, m);
    }
    table.done(m);
    together(&draft, table, what, m);
    draft
}

fn columns(table: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> Vec<Draft> {
    let mut once = super::Once::default();
    let tables = table.tables("column", m);
    tables
        .iter()
        .map(|column| {
            let draft = read(column, spec, true, m);
            once.check("column", &draft.key, &column.at, m);
            draft
        })
        .collect()
}

fn pattern(table: &Table<'_>, m: &mut Mistakes) -> Option<Pattern> {
    let hint = table.text("pattern_hint", m);
    let source = table.text("pattern", m)?;
    let at = table.line("pattern");
    if hint.is_none() {
        m.add(&at, "`pattern_hint` is missing: what a person is told when the pattern fails");
    }
    if !source.starts_with('^') || !source.ends_with('$') {
        m.add(&at, "a pattern must begin with ^ and end with $, so that it speaks of the whole text");
    }
    match regex::RegexBuilder::new(&source).size_limit(MOST_PATTERN_BYTES).nest_limit(20).build() {
        Ok(regex) => Some(Pattern { regex, hint: hint.unwrap_or_default() }),
        Err(regex::Error::CompiledTooBig(_)) => {
            m.add(&at, "the pattern is too big: use smaller repetitions");
            None
        }
        Err(e) => {
            let why = e.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            m.add(&at, format!("the pattern can't be read: {why}"));
            None
        }
    }
}

fn unique(table: &Table<'_>, m: &mut Mistakes) -> Option<Unique> {
    match table.text("unique", m)?.as_str() {
        "province" => Some(Unique::Province),
        "unit" => Some(Unique::Unit),
        "unit_year" => Some(Unique::UnitYear),
        other => {
            m.add(&table.line("unique"), format!("`unique` must be province, unit or unit_year, not `{other}`"));
            None
        }
    }
}

/// Keys that contradict one another or the type.
fn together(draft: &Draft, table: &Table<'_>, what: &str, m: &mut Mistakes) {
    let ty = draft.ty;
    let mut only = |key: &'static str, fits: bool, for_what: &str| {
        if table.has(key) && !fits {
            m.add(&table.line(key), format!("`{key}` is only for {for_what}, not for {}", ty.key()));
        }
    };
    only("codes", matches!(ty, FieldType::Code | FieldType::Codes), "code and codes");
    only("ref", ty == FieldType::Ref, "ref");
    only("length", ty.is_text(), "text");
    only("pattern", ty.is_text(), "text");
    only("min", ty.is_number(), "numbers");
    only("max", ty.is_number(), "numbers");
    only("unit", ty.is_number(), "numbers");
    only("scale", ty == FieldType::Decimal, "decimal");
    only("column", ty == FieldType::Rows, "rows");
    only(
        "unique",
        ty.is_text() || matches!(ty, FieldType::Integer | FieldType::Year | FieldType::Code | FieldType::Ref),
        "text, integer, year, code and ref",
    );
    only("searchable", ty != FieldType::Rows && ty != FieldType::Decimal, "single values");
    let missing = match ty {
        FieldType::Code | FieldType::Codes if draft.codes.is_none() => Some("`codes` is missing: the code list"),
        FieldType::Ref if draft.refers.is_none() => Some("`ref` is missing: the kind it refers to"),
        FieldType::Rows if draft.columns.is_empty() && what == "field" => Some("a rows field needs [[field.column]]"),
        FieldType::Rows if what == "column" => Some("rows can't stand inside rows"),
        _ => None,
    };
    if let Some(missing) = missing {
        m.add(&table.at, missing);
    }
    if let (Some(min), Some(max)) = (draft.min, draft.max)
        && max < min
    {
        m.add(&table.line("max"), "`max` is smaller than `min`");
    }
    if let (Some(from), Some(until)) = (draft.from_year, draft.until_year)
        && until < from
    {
        m.add(&table.line("until_year"), "`until_year` lies before `from_year`");
    }
    if draft.required && draft.required_if.is_some() {
        m.add(&table.line("required_if"), "`required` and `required_if` exclude one another");
    }
    if draft.levels.is_empty() {
        m.add(&table.line("levels"), format!("a {what} without any level is never asked: leave `levels` out for all"));
    }
    if table.has("pattern_hint") && !table.has("pattern") {
        m.add(&table.line("pattern_hint"), "`pattern_hint` without `pattern`");
    }
}
