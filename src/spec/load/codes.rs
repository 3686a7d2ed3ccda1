//! Reads `codes/lists.toml` and `codes/*.csv`. An overlay's rows replace those with the same code and
//! first day, and add the others.

use crate::spec::codes::{Change, Code, CodeChange, CodeList, ParentList};
use crate::spec::levels::Levels;
use crate::spec::read::{self, Table};
use crate::spec::source::{Files, Mistakes, Source};
use crate::spec::{Spec, closest};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

const HEADER: &[&str] = &["code", "name", "valid_from", "valid_to", "levels", "maps_2025", "extra"];
const PLACE_HEADER: &[&str] = &["code", "name", "valid_from", "valid_to", "parent"];
const CHANGE_HEADER: &[&str] = &["old_code", "new_code", "extent"];

/// First and last day.
type Span = (Option<Date>, Option<Date>);

/// What `lists.toml` says of a list.
#[derive(Default)]
struct Said {
    at: String,
    label: String,
    source: String,
    parents: Vec<(String, Option<Date>, Option<Date>, String)>,
    tree: bool,
    change_of: Option<(String, Option<Date>)>,
}

pub(super) fn load(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for source in files.layers("codes/lists.toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = read::Table::root(&table, &lines);
        for (key, list) in root.named_tables(m) {
            if !super::good_key(&key) {
                m.add(&list.at, format!("`{key}` is no good key: small letters, digits and _"));
            }
            said.insert(key, self::said(&list, m));
        }
    }
    let mut rows: BTreeMap<String, Vec<&Source>> = BTreeMap::new();
    for source in files.in_folder("codes", ".csv") {
        let key = source.path.trim_start_matches("codes/").trim_end_matches(".csv");
        rows.entry(key.into()).or_default().push(source);
        if !said.contains_key(key) {
            m.add(&format!("{}:1", source.shown), format!("the list `{key}` has no table [{key}] in codes/lists.toml"));
        }
    }
    let (changes, lists): (Vec<_>, Vec<_>) = said.into_iter().partition(|(_, s)| s.change_of.is_some());
    let mut parents = Vec::new();
    for (key, said) in lists {
        let mut list = CodeList {
            key: key.clone(),
            label: said.label,
            source: said.source,
            tree: said.tree,
            ..CodeList::default()
        };
        match rows.remove(&key) {
            None => m.add(&said.at, format!("the file codes/{key}.csv is missing")),
            Some(sources) => sources.into_iter().for_each(|s| codes(s, &mut list, &spec.level_keys, m)),
        }
        list.index();
        spec.codes.by_key.insert(key, spec.codes.lists.len());
        spec.codes.lists.push(list);
        parents.push(said.parents);
    }
    for (index, wanted) in parents.into_iter().enumerate() {
        for (name, from, to, at) in wanted {
            match spec.codes.by_key.get(&name) {
                Some(&list) => spec.codes.lists[index].parents.push(ParentList { list, from, to }),
                None => m.add(&at, no_list(&name, spec)),
            }
        }
    }
    check_parents(spec, m, files);
    for (key, said) in changes {
        let Some((of, on)) = said.change_of else { continue };
        let (Some(&list), Some(on)) = (spec.codes.by_key.get(&of), on) else {
            m.add(
                &said.at,
                if on.is_none() {
                    "`on` is missing: the first day of the new codes".into()
                } else {
                    no_list(&of, spec)
                },
            );
            continue;
        };
        let mut change = CodeChange { list, on, pairs: Vec::new() };
        for source in rows.remove(&key).unwrap_or_default() {
            pairs(source, &mut change, spec, m);
        }
        spec.codes.changes.push(change);
    }
}

pub(super) fn no_list(name: &str, spec: &Spec) -> String {
    format!("there is no code list `{name}`{}", closest(name, spec.codes.lists.iter().map(|l| l.key.as_str())))
}

fn said(table: &Table<'_>, m: &mut Mistakes) -> Said {
    let mut said = Said {
        at: table.at.clone(),
        label: table.needed("label", m),
        source: table.needed("source", m),
        tree: table.flag("tree", m),
        ..Said::default()
    };
    let parent = table.text("parent", m);
    for one in table.tables("parent_from", m) {
        said.parents.push((one.needed("list", m), one.day("valid_from", m), one.day("valid_to", m), one.at.clone()));
        one.done(m);
    }
    if let (Some(parent), true) = (parent, said.parents.is_empty()) {
        said.parents.push((parent, None, None, table.line("parent")));
    }
    let on = table.day("on", m);
    said.change_of = table.text("change_of", m).map(|of| (of, on));
    table.done(m);
    said
}

/// Reads the rows of a CSV file whose header is one of `headers`; calls `row` with the values by
/// column and `file:line`.
fn each_row(
    source: &Source,
    headers: &[&[&str]],
    m: &mut Mistakes,
    mut row: impl FnMut(&HashMap<&str, &str>, &str, &mut Mistakes),
) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(source.text.as_bytes());
    let mut header: Option<&[&str]> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(1, csv::Position::line);
                m.add(&format!("{}:{line}", source.shown), "the line can't be read: is a quotation mark missing?");
                return;
            }
        };
        let at = format!("{}:{}", source.shown, record.position().map_or(1, csv::Position::line));
        let Some(columns) = header else {
            header = headers.iter().copied().find(|h| record.iter().map(str::trim).eq(h.iter().copied()));
            if header.is_none() {
                m.add(
                    &at,
                    format!(
                        "the first line must be {}",
                        headers.iter().map(|h| h.join(",")).collect::<Vec<_>>().join(" or ")
                    ),
                );
                return;
            }
            continue;
        };
        if record.len() != columns.len() {
            let hint = if record.len() == 1 && record[0].contains(';') {
                ": the values must be parted by commas, not ;"
            } else {
                ""
            };
            m.add(&at, format!("{} values where the header has {}{hint}", record.len(), columns.len()));
            continue;
        }
        let values: HashMap<&str, &str> = columns.iter().copied().zip(record.iter()).collect();
        row(&values, &at, m);
    }
}

fn codes(source: &Source, list: &mut CodeList, level_keys: &[String], m: &mut Mistakes) {
    let mut old: HashMap<(String, Option<Date>), usize> =
        list.codes.iter().enumerate().map(|(i, c)| ((c.code.clone(), c.from), i)).collect();
    let mut here: HashMap<String, Vec<Span>> = HashMap::new();
    each_row(source, &[HEADER, PLACE_HEADER], m, |row, at, m| {
        let get = |key: &str| row.get(key).copied().unwrap_or_default();
        let (code, name) = (get("code"), get("name"));
        if code.is_empty() || code.trim() != code || code.len() > 40 {
            m.add(
                at,
                format!("`{code}` is no good code: it must not be empty, longer than 40 or have blanks at its ends"),
            );
            return;
        }
        if name.trim().is_empty() {
            m.add(at, format!("the name of code `{code}` is empty"));
        }
        let mut day = |key: &str| {
            let text = get(key);
            let day = text.parse().ok();
            if day.is_none() && !text.is_empty() {
                m.add(at, format!("`{key}` must be a day like 2025-07-01, not `{text}`"));
            }
            day
        };
        let (from, to): (Option<Date>, Option<Date>) = (day("valid_from"), day("valid_to"));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            m.add(at, "`valid_to` lies before `valid_from`");
        }
        let mut levels = if get("levels").trim().is_empty() { Levels::ALL } else { Levels::NONE };
        for level in get("levels").split_whitespace() {
            match level_keys.iter().position(|k| k == level) {
                Some(index) => levels = levels.with(Levels::one(index)),
                None => m.add(at, format!("there is no level `{level}`: the levels are {}", level_keys.join(" "))),
            }
        }
        let mut extra = Vec::new();
        for part in get("extra").split('|').filter(|p| !p.trim().is_empty()) {
            match part.split_once('=') {
                Some((key, value)) => extra.push((key.trim().to_string(), value.trim().to_string())),
                None => m.add(at, format!("`extra` holds key=value parted by |, not `{part}`")),
            }
        }
        let spans = here.entry(code.to_string()).or_default();
        let meets = |(f, t): &Span| {
            f.is_none_or(|f| to.is_none_or(|to| f <= to)) && t.is_none_or(|t| from.is_none_or(|from| from <= t))
        };
        if spans.iter().any(meets) {
            m.add(at, format!("code `{code}` stands here twice for the same time"));
        }
        spans.push((from, to));
        let parent = match get("parent") {
            "" => extra.iter().find(|(k, _)| k == "parent").map(|(_, v)| v.clone()).unwrap_or_default(),
            parent => parent.to_string(),
        };
        let made = Code {
            code: code.into(),
            name: name.trim().into(),
            from,
            to,
            levels,
            maps_2025: get("maps_2025").into(),
            parent,
            extra,
        };
        match old.get(&(made.code.clone(), from)).copied() {
            Some(index) if source.overlay => list.codes[index] = made,
            _ => {
                old.insert((made.code.clone(), from), list.codes.len());
                list.codes.push(made);
            }
        }
    });
}

/// Parents that exist nowhere are mistakes; the line is found again by the code.
fn check_parents(spec: &Spec, m: &mut Mistakes, files: &Files) {
    for (index, list) in spec.codes.lists.iter().enumerate() {
        let ups: Vec<usize> = if list.tree { vec![index] } else { list.parents.iter().map(|p| p.list).collect() };
        for code in &list.codes {
            let known = ups.is_empty() || ups.iter().any(|&up| spec.codes.lists[up].by_code.contains_key(&code.parent));
            if code.parent.is_empty() || known {
                continue;
            }
            let path = format!("codes/{}.csv", list.key);
            let find = |s: &Source| {
                let line = s.text.lines().position(|l| l.starts_with(&format!("{},", code.code)))?;
                Some(format!("{}:{}", s.shown, line + 1))
            };
            let at = files.layers(&path).iter().rev().find_map(find).unwrap_or_else(|| format!("{path}:1"));
            let names: Vec<&str> = ups.iter().map(|&up| spec.codes.lists[up].key.as_str()).collect();
            m.add(&at, format!("the parent `{}` of `{}` is no code of {}", code.parent, code.code, names.join(" or ")));
        }
    }
}

fn pairs(source: &Source, change: &mut CodeChange, spec: &Spec, m: &mut Mistakes) {
    let list = &spec.codes.lists[change.list];
    let eve = change.on.yesterday().unwrap_or(change.on);
    each_row(source, &[CHANGE_HEADER], m, |row, at, m| {
        let (old, new, extent) = (row["old_code"], row["new_code"], row["extent"]);
        if list.at(old, eve).is_none() {
            m.add(at, format!("`{old}` is no code of `{}` on {eve}", list.key));
        }
        if list.at(new, change.on).is_none() {
            m.add(at, format!("`{new}` is no code of `{}` on {}", list.key, change.on));
        }
        if !matches!(extent, "whole" | "part") {
            m.add(at, format!("`extent` must be whole or part, not `{extent}`"));
        }
        change.pairs.push(Change { old: old.into(), new: new.into(), whole: extent == "whole" });
    });
}
