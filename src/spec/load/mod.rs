//! From files to a [`Spec`]: read all, note every mistake, resolve names, then compile conditions.
//! Nothing is repaired silently: with one mistake there is no specification.

mod codes;
mod duties;
mod field;
mod kinds;
mod resolve;
mod rules;
mod sheets;
mod units;

use super::source::{Files, Mistakes};
use super::{Basis, Change, Spec, read};
use std::collections::HashMap;

/// Builds the specification, or says all that is wrong with it.
pub(super) fn build(files: Files) -> Result<Spec, Vec<String>> {
    let mut m = Mistakes::default();
    let mut spec = Spec { fingerprint: super::fingerprint_of(&files), ..Spec::default() };
    head(&files, &mut spec, &mut m);
    units::load(&files, &mut spec, &mut m);
    codes::load(&files, &mut spec, &mut m);
    let drafts = kinds::load(&files, &spec, &mut m);
    resolve::kinds(drafts, &mut spec, &mut m);
    rules::load(&files, &mut spec, &mut m);
    sheets::load(&files, &mut spec, &mut m);
    duties::load(&files, &mut spec, &mut m);
    stray(&files, &mut m);
    spec.files = files;
    if m.count() == 0 { Ok(spec) } else { Err(m.into_lines()) }
}

/// spec.toml: the overlay's replaces name and version, and adds to what the parts rest on.
fn head(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    if files.layers("spec.toml").is_empty() {
        m.add("spec.toml:1", "the file is missing");
    }
    for source in files.layers("spec.toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = read::Table::root(&table, &lines);
        if source.overlay {
            if let Some(name) = root.text("name", m) {
                spec.name = name;
            }
            if let Some(version) = root.text("version", m) {
                spec.version = format!("{}+{version}", spec.version);
            }
        } else {
            spec.name = root.needed("name", m);
            spec.version = root.needed("version", m);
        }
        root.text("language", m);
        root.day("valid_from", m);
        for basis in root.tables("basis", m) {
            spec.basis.push(Basis {
                part: basis.needed("part", m),
                document: basis.needed("document", m),
                date: basis.day("date", m),
                label: basis.needed("label", m),
                state: basis.needed("state", m),
                note: basis.text("note", m).unwrap_or_default(),
            });
            basis.done(m);
        }
        for change in root.tables("change", m) {
            spec.changes.push(Change {
                version: change.needed("version", m),
                date: change.day("date", m),
                label: change.needed("label", m),
            });
            change.done(m);
        }
        root.done(m);
    }
}

/// Files that stand where nobody looks.
fn stray(files: &Files, m: &mut Mistakes) {
    const FOLDERS: &[(&str, &str)] = &[
        ("kinds/", ".toml"),
        ("codes/", ".csv"),
        ("rules/", ".toml"),
        ("sheets/", ".toml"),
        ("forms/", ".toml"),
        ("standard/", ".csv"),
    ];
    const SINGLE: &[&str] = &["spec.toml", "units.toml", "fields-of-duty.toml", "codes/lists.toml"];
    for source in files.all() {
        let at_home = SINGLE.contains(&source.path.as_str())
            || FOLDERS.iter().any(|(folder, ending)| source.path.starts_with(folder) && source.path.ends_with(ending));
        if !at_home {
            m.add(&format!("{}:1", source.shown), "no such file belongs to a specification: see data-spec/README.md");
        }
    }
}

/// Where each key of a list stands; a second one is a mistake unless it comes from the overlay.
#[derive(Default)]
struct Once {
    seen: HashMap<String, String>,
}

impl Once {
    fn check(&mut self, what: &str, key: &str, at: &str, m: &mut Mistakes) {
        if let Some(first) = self.seen.get(key) {
            m.add(at, format!("{what} `{key}` stands already at {first}"));
        } else {
            self.seen.insert(key.into(), at.into());
        }
    }
}

/// Whether a key is English snake_case.
fn good_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 64
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
