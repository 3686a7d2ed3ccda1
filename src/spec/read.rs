//! Reads a TOML table key by key, knowing the line of each. A key nobody asked for is a mistake, so a
//! slip of the pen never passes for "left out".

use super::closest;
use super::levels::Levels;
use super::source::{Mistakes, Source};
use super::value::Decimal;
use jiff::civil::Date;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line of each byte of a file.
pub(super) struct Lines {
    shown: String,
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(source: &Source) -> Self {
        let breaks = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self { shown: source.shown.clone(), starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// `file:line` of a byte.
    pub(super) fn at(&self, byte: usize) -> String {
        let line = self.starts.partition_point(|start| *start <= byte);
        format!("{}:{line}", self.shown)
    }
}

/// One table of a file.
pub(super) struct Table<'a> {
    pub(super) lines: &'a Lines,
    pub(super) at: String,
    entries: &'a DeTable<'a>,
    asked: RefCell<Vec<Cow<'static, str>>>,
}

/// Parses a file; each mistake of grammar is noted.
pub(super) fn parse<'a>(source: &'a Source, lines: &Lines, mistakes: &mut Mistakes) -> Spanned<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in errors {
        let at = lines.at(error.span().map_or(0, |s| s.start));
        mistakes.add(&at, error.message().lines().next().unwrap_or("this is not TOML").to_string());
    }
    table
}

impl<'a> Table<'a> {
    pub(super) fn root(table: &'a Spanned<DeTable<'a>>, lines: &'a Lines) -> Self {
        Self { lines, at: lines.at(0), entries: table.get_ref(), asked: RefCell::default() }
    }

    fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(Cow::Borrowed(key));
        self.entries.get(key)
    }

    /// `file:line` of a key's value, or of the table.
    pub(super) fn line(&self, key: &str) -> String {
        self.entries.get(key).map_or_else(|| self.at.clone(), |v| self.lines.at(v.span().start))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    fn wrong(&self, key: &str, want: &str, value: &Spanned<DeValue<'_>>, m: &mut Mistakes) {
        m.add(&self.lines.at(value.span().start), format!("`{key}` must be {want}, not {}", sort_of(value.get_ref())));
    }

    pub(super) fn text(&self, key: &'static str, m: &mut Mistakes) -> Option<String> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            Some(text.to_string())
        } else {
            self.wrong(key, "text in quotes", value, m);
            None
        }
    }

    /// A text that must be there and not be blank.
    pub(super) fn needed(&self, key: &'static str, m: &mut Mistakes) -> String {
        if !self.has(key) {
            self.asked.borrow_mut().push(Cow::Borrowed(key));
            m.add(&self.at, format!("`{key}` is missing"));
            return String::new();
        }
        let Some(text) = self.text(key, m) else { return String::new() };
        if text.trim().is_empty() {
            m.add(&self.line(key), format!("`{key}` is empty"));
        }
        text
    }

    pub(super) fn flag(&self, key: &'static str, m: &mut Mistakes) -> bool {
        self.maybe_flag(key, m).unwrap_or(false)
    }

    pub(super) fn maybe_flag(&self, key: &'static str, m: &mut Mistakes) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(yes) = value.get_ref() {
            Some(*yes)
        } else {
            self.wrong(key, "true or false", value, m);
            None
        }
    }

    pub(super) fn whole(&self, key: &'static str, least: i64, most: i64, m: &mut Mistakes) -> Option<i64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok(),
            _ => None,
        };
        if let Some(number) = number.filter(|n| (least..=most).contains(n)) {
            Some(number)
        } else {
            self.wrong(key, &format!("a whole number from {least} to {most}"), value, m);
            None
        }
    }

    pub(super) fn number(&self, key: &'static str, m: &mut Mistakes) -> Option<Decimal> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(|n| Decimal::new(n, 0)),
            DeValue::Float(f) => f.as_str().replace('_', "").parse().ok().and_then(Decimal::from_f64),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, "a number", value, m);
        }
        number
    }

    pub(super) fn texts(&self, key: &'static str, m: &mut Mistakes) -> Vec<String> {
        self.texts_at(key, m).into_iter().map(|(text, _)| text).collect()
    }

    /// A list of texts, each with its `file:line`.
    pub(super) fn texts_at(&self, key: &'static str, m: &mut Mistakes) -> Vec<(String, String)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, "a list of texts", value, m);
            return Vec::new();
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => out.push((text.to_string(), self.lines.at(item.span().start))),
                _ => self.wrong(key, "a list of texts", item, m),
            }
        }
        out
    }

    /// The keys that begin so, for keys that carry a name: `match_class`.
    pub(super) fn keys_starting(&self, start: &str) -> Vec<String> {
        let fits = self.entries.keys().map(|k| k.get_ref().to_string()).filter(|k| k.starts_with(start));
        fits.inspect(|k| self.asked.borrow_mut().push(Cow::Owned(k.clone()))).collect()
    }

    /// A list of lists of texts, each text with its `file:line`.
    pub(super) fn text_groups_at(&self, key: &str, m: &mut Mistakes) -> Vec<Vec<(String, String)>> {
        let Some(value) = self.entries.get(key) else { return Vec::new() };
        let text = |item: &Spanned<DeValue<'_>>| {
            item.get_ref().as_str().map(|t| (t.to_string(), self.lines.at(item.span().start)))
        };
        let groups = value.get_ref().as_array().and_then(|groups| {
            groups
                .iter()
                .map(|g| g.get_ref().as_array()?.iter().map(text).collect::<Option<Vec<_>>>())
                .collect::<Option<Vec<_>>>()
        });
        groups.unwrap_or_else(|| {
            self.wrong(key, "a list of lists of texts: [[\"…\"], [\"…\", \"…\"]]", value, m);
            Vec::new()
        })
    }

    /// A day written `"2025-07-01"`; "" is no day.
    pub(super) fn day(&self, key: &'static str, m: &mut Mistakes) -> Option<Date> {
        let text = self.text(key, m)?;
        if text.is_empty() {
            return None;
        }
        let day = text.parse().ok();
        if day.is_none() {
            m.add(&self.line(key), format!("`{key}` must be a day like 2025-07-01, not `{text}`"));
        }
        day
    }

    /// A list of level keys; `None` if left out.
    pub(super) fn levels(&self, key: &'static str, known: &[String], m: &mut Mistakes) -> Option<Levels> {
        self.has(key).then(|| {
            self.texts_at(key, m).into_iter().fold(Levels::NONE, |levels, (name, at)| {
                if let Some(index) = known.iter().position(|k| *k == name) {
                    levels.with(Levels::one(index))
                } else {
                    m.add(&at, format!("there is no level `{name}`: the levels are {}", known.join(" ")));
                    levels
                }
            })
        })
    }

    /// The tables of `[[key]]`, or of a list of inline tables.
    pub(super) fn tables(&self, key: &'static str, m: &mut Mistakes) -> Vec<Table<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, &format!("tables written [[{key}]]"), value, m);
            return Vec::new();
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => {
                    out.push(Table {
                        lines: self.lines,
                        at: self.lines.at(item.span().start),
                        entries: table,
                        asked: RefCell::default(),
                    });
                }
                _ => self.wrong(key, &format!("tables written [[{key}]]"), item, m),
            }
        }
        out
    }

    /// All sub-tables, each with its key: for files whose tables are named by the reader.
    pub(super) fn named_tables(&self, m: &mut Mistakes) -> Vec<(String, Table<'a>)> {
        let mut out = Vec::with_capacity(self.entries.len());
        for (key, value) in self.entries {
            match value.get_ref() {
                DeValue::Table(table) => {
                    let at = self.lines.at(key.span().start);
                    out.push((
                        key.get_ref().to_string(),
                        Table { lines: self.lines, at, entries: table, asked: RefCell::default() },
                    ));
                }
                _ => self.wrong(key.get_ref(), &format!("a table written [{}]", key.get_ref()), value, m),
            }
        }
        out
    }

    /// A table of texts: `codes = { "1" = "01" }`.
    pub(super) fn text_map(&self, key: &'static str, m: &mut Mistakes) -> HashMap<String, String> {
        let Some(value) = self.get(key) else { return HashMap::new() };
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(key, "a table like { \"1\" = \"01\" }", value, m);
            return HashMap::new();
        };
        let mut out = HashMap::with_capacity(table.len());
        for (from, to) in table {
            match to.get_ref() {
                DeValue::String(to) => {
                    out.insert(from.get_ref().to_string(), to.to_string());
                }
                _ => self.wrong(key, "a table of texts", to, m),
            }
        }
        out
    }

    /// Notes keys nobody asked for.
    pub(super) fn done(&self, m: &mut Mistakes) {
        let asked = self.asked.borrow();
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if !asked.iter().any(|a| a == name) {
                m.add(
                    &self.lines.at(key.span().start),
                    format!("`{name}` is no key here{}", closest(name, asked.iter().map(AsRef::as_ref))),
                );
            }
        }
    }
}

fn sort_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "this whole number",
        DeValue::Float(_) => "this number",
        DeValue::Boolean(_) => "true/false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
