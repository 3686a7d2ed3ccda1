//! The specification as the tests read it, straight from its files: fields, levels, years, codes.

use super::super::{NewRow, Province, School, SchoolData, Text};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

struct Field {
    ftype: String,
    codes: Option<String>,
    refers: Option<String>,
    required: bool,
    levels: Option<Vec<String>>,
    length: Option<usize>,
    years: (u16, u16),
    columns: HashMap<String, Field>,
}

struct Kind {
    in_year: bool,
    fields: HashMap<String, Field>,
}

/// First day, last day, levels of each value of a code.
type Codes = HashMap<String, HashMap<String, Vec<(String, String, String)>>>;

fn spec_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data-spec")
}

fn field(table: &toml::Table) -> (String, Field) {
    let text = |key: &str| table.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let number = |key: &str| table.get(key).and_then(toml::Value::as_integer);
    let list = |v: &toml::Value| v.as_array().map(|a| a.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect());
    let tables = table.get("column").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    let ftype = text("type").unwrap();
    let place = ftype.strip_prefix("place_").map(str::to_owned);
    let field = Field {
        codes: text("codes").or(place),
        ftype,
        refers: text("ref"),
        required: table.get("required").and_then(toml::Value::as_bool).unwrap_or(false),
        levels: table.get("levels").and_then(list),
        length: number("length").map(|n| n as usize),
        years: (number("from_year").unwrap_or(0) as u16, number("until_year").unwrap_or(9999) as u16),
        columns: tables.iter().filter_map(|t| t.as_table().map(field)).collect(),
    };
    (text("key").unwrap(), field)
}

static KINDS: LazyLock<HashMap<String, Kind>> = LazyLock::new(|| {
    let mut kinds = HashMap::new();
    for entry in std::fs::read_dir(spec_dir().join("kinds")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let fields = table["field"].as_array().unwrap().iter().filter_map(|t| t.as_table().map(field)).collect();
        let in_year = table["place"].as_str() == Some("unit_year");
        kinds.insert(table["key"].as_str().unwrap().to_owned(), Kind { in_year, fields });
    }
    kinds
});

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    let mut lists = Codes::new();
    for entry in std::fs::read_dir(spec_dir().join("codes")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let mut codes: HashMap<String, Vec<(String, String, String)>> = HashMap::new();
        for row in csv::Reader::from_path(&path).unwrap().records().map(Result::unwrap) {
            if row.len() >= 4 {
                let levels = if row.len() > 5 { row[4].to_owned() } else { String::new() };
                codes.entry(row[0].to_owned()).or_default().push((row[2].to_owned(), row[3].to_owned(), levels));
            }
        }
        lists.insert(path.file_stem().unwrap().to_string_lossy().into_owned(), codes);
    }
    lists
});

/// What a row is judged by.
struct Where<'a> {
    levels: Vec<&'a str>,
    /// The days in which a code may be in use.
    first: String,
    last: String,
    today: Date,
}

impl Where<'_> {
    fn asks(&self, field: &Field) -> bool {
        field.levels.as_ref().is_none_or(|l| l.iter().any(|l| self.levels.contains(&l.as_str())))
    }

    fn has_code(&self, list: &str, code: &str) -> bool {
        let versions = CODES.get(list).and_then(|l| l.get(code));
        versions.is_some_and(|v| {
            v.iter().any(|(from, to, levels)| {
                let level = levels.is_empty() || levels.split(' ').any(|l| self.levels.contains(&l));
                level && *from <= self.last && (to.is_empty() || *to >= self.first)
            })
        })
    }
}

fn check_value(field: &Field, value: &Text, here: &Where, what: &dyn Fn() -> String) {
    let Some(text) = value.as_str() else {
        assert_eq!(field.ftype, "ref", "{}", what());
        return;
    };
    assert!(!text.trim().is_empty(), "empty: {}", what());
    let length = field.length.unwrap_or(usize::MAX);
    assert!(text.chars().count() <= length, "too long: {}", what());
    match field.ftype.as_str() {
        "ref" => panic!("text in a reference: {}", what()),
        "integer" | "year" => assert!(text.parse::<i64>().is_ok(), "{}", what()),
        "decimal" => assert!(text.replace(',', ".").parse::<f64>().is_ok(), "{}", what()),
        "bool" => assert!(text == "Có" || text == "Không", "{}", what()),
        "date" => {
            let parts: Vec<i16> = text.split('/').map(|p| p.parse().unwrap()).collect();
            let real = match parts[..] {
                [d, m, y] => Date::new(y, m as i8, d as i8).is_ok_and(|date| date <= here.today),
                [y] => (1900..=here.today.year()).contains(&y),
                _ => false,
            };
            assert!(real, "{}", what());
        }
        "code" | "place_province" | "place_district" | "place_commune" => {
            assert!(here.has_code(field.codes.as_deref().unwrap(), text), "no such code: {}", what());
        }
        "phone" => assert!(text.starts_with('0') && (10..=11).contains(&text.len()), "{}", what()),
        "email" => assert!(text.ends_with("@example.edu.vn") && text.is_ascii(), "{}", what()),
        _ => {}
    }
}

/// Checks keys, codes, references and what must be filled in of one row.
pub(super) fn check_row(province: &Province, school: &School, data: &SchoolData, row: &NewRow) {
    let kind = &KINDS[row.kind];
    assert_eq!(kind.in_year, row.year != 0, "{}", row.kind);
    let today = province.params.today;
    let index = if row.year == 0 { 2 } else { usize::from(row.year - province.params.years[0]) };
    let stretch = if row.year == 0 {
        (today.to_string(), today.to_string())
    } else {
        (format!("{}-08-01", row.year), format!("{}-07-31", row.year + 1))
    };
    let taught = school.parts.iter().filter(|p| row.year == 0 || (p.first..=p.last).contains(&index));
    let here = Where { levels: taught.map(|p| p.level.key()).collect(), first: stretch.0, last: stretch.1, today };
    let year = if row.year == 0 { province.params.years[2] } else { row.year };
    let asked = |f: &Field| here.asks(f) && (f.years.0..=f.years.1).contains(&year);
    let mut seen = HashSet::new();
    for (key, value) in &row.fields {
        let what = || format!("{} {} {key} = {value:?}", school.name, row.kind);
        assert!(seen.insert(*key), "twice: {}", what());
        let parts: Vec<&str> = key.split('.').collect();
        let field = kind.fields.get(parts[0]).unwrap_or_else(|| panic!("no such field: {}", what()));
        assert!(asked(field), "not asked: {}", what());
        let field = match parts[..] {
            [_] => field,
            [_, _, column] => field.columns.get(column).unwrap_or_else(|| panic!("no such column: {}", what())),
            _ => panic!("{}", what()),
        };
        check_value(field, value, &here, &what);
        if let (Text::Ref(local), Some(refers)) = (value, &field.refers) {
            assert!(*local < row.local, "points forward: {}", what());
            assert_eq!(data.rows[*local as usize - 1].kind, refers, "{}", what());
        }
    }
    for (key, _) in kind.fields.iter().filter(|(_, f)| f.required && asked(f)) {
        assert!(seen.contains(key.as_str()), "missing {} {key} in {}", row.kind, school.name);
    }
}
