//! The schema as data: kinds of record, fields, code lists, unit types, rules, sheets, all read from
//! `data-spec/`. It is built once at start, shared, and never changes while the program runs; a
//! province's own directory may be laid on top. It knows no store, no page and no request.

mod check;
mod cli;
mod codes;
pub mod doc;
mod expr;
mod levels;
mod load;
mod model;
mod raw;
mod read;
mod rules;
mod sheets;
mod source;
mod standard;
mod types;
mod units;
mod value;
mod world;

use crate::text;

pub use check::{Outcome, check, check_values};
pub use cli::{cli_check, cli_coverage, cli_doc};
pub use codes::{Change as CodeSuccessor, Code, CodeChange, CodeList, CodeLists, ParentList};
pub use expr::{Ctx, Env, Expr, Truth};
pub use levels::Levels;
pub use model::{Field, FieldType, Group, Kind, Pattern, Place, Required, Section, Unique};
pub use raw::Raw;
pub use rules::Rule;
pub use sheets::{Match, RowIs, SheetColumn, SheetSpec, Target, UNIT_FACTS};
pub use source::{Files, Source};
pub use standard::{Counted, Coverage, coverage};
pub use types::{MOST_CODES, MOST_ROWS, date_of, json, longest, plain, show};
pub use units::{Duty, DutyPart, Level, ParentRole, Subtype, UnitState, UnitType};
pub use value::{Decimal, PartialDate, Value, days, grouped};
pub use world::{Alone, Facts, Fields, Found, Period, Seen, World};

use crate::error::{Error, Result};
use jiff::civil::Date;
use std::collections::HashMap;
use std::path::Path;

/// The specification.
#[derive(Debug, Default)]
pub struct Spec {
    /// As pages show it.
    pub name: String,
    /// `2026.1`, or `2026.1+own` with an overlay's own version.
    pub version: String,
    /// What each part rests on.
    pub basis: Vec<Basis>,
    /// Its history.
    pub changes: Vec<Change>,
    /// Kinds of record, by group and key.
    pub kinds: Vec<Kind>,
    /// Key to index of `kinds`.
    pub kind_by_key: HashMap<String, usize>,
    /// All code lists.
    pub codes: CodeLists,
    /// School levels, in order.
    pub levels: Vec<Level>,
    /// Their keys.
    pub level_keys: Vec<String>,
    /// Roles of parents.
    pub parent_roles: Vec<ParentRole>,
    /// States of units.
    pub unit_states: Vec<UnitState>,
    /// Types of units.
    pub unit_types: Vec<UnitType>,
    /// Key to index of `unit_types`.
    pub unit_type_by_key: HashMap<String, usize>,
    /// Fields of duty.
    pub duties: Vec<Duty>,
    /// Spreadsheet layouts.
    pub sheets: Vec<SheetSpec>,
    /// The files it was read from; report forms are read from here by `reports`.
    pub files: Files,
    /// Changes whenever any file does: derived data (the index, counts) are kept under it.
    pub fingerprint: [u8; 32],
}

/// A document a part of the specification rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    /// kinds, codes, units …
    pub part: String,
    /// Its number.
    pub document: String,
    /// Its day.
    pub date: Option<Date>,
    /// What it is about.
    pub label: String,
    /// in_force, replaced, guidance.
    pub state: String,
    /// Anything else.
    pub note: String,
}

/// One step in the history of the specification.
#[derive(Clone, Debug)]
pub struct Change {
    /// The version it made.
    pub version: String,
    /// The day.
    pub date: Option<Date>,
    /// What changed.
    pub label: String,
}

impl Spec {
    /// The specification built into the program.
    pub fn embedded() -> Result<Self> {
        Self::load(None)
    }

    /// The built-in specification with a province's own directory on top. Every mistake is named, all
    /// at once, as `file:line: what` ([`Error::Spec`]).
    pub fn load(overlay: Option<&Path>) -> Result<Self> {
        let mut files = Files::embedded().map_err(Error::Spec)?;
        if let Some(dir) = overlay {
            files.overlay(dir)?;
        }
        Self::from_files(files)
    }

    /// From files already gathered.
    pub fn from_files(files: Files) -> Result<Self> {
        load::build(files).map_err(Error::Spec)
    }

    /// The kind with this key.
    pub fn kind(&self, key: &str) -> Option<&Kind> {
        self.kind_by_key.get(key).map(|&i| &self.kinds[i])
    }

    /// The unit type with this key.
    pub fn unit_type(&self, key: &str) -> Option<&UnitType> {
        self.unit_type_by_key.get(key).map(|&i| &self.unit_types[i])
    }

    /// The state of units with this key.
    pub fn unit_state(&self, key: &str) -> Option<&UnitState> {
        self.unit_states.iter().find(|s| s.key == key)
    }

    /// The sheet with this key.
    pub fn sheet(&self, key: &str) -> Option<&SheetSpec> {
        self.sheets.iter().find(|s| s.key == key)
    }

    /// The code list of a field.
    pub fn list_of(&self, field: &Field) -> Option<&CodeList> {
        field.list.map(|i| &self.codes.lists[i])
    }

    /// The kind a field refers to.
    pub fn referred_by(&self, field: &Field) -> Option<&Kind> {
        field.refers.map(|i| &self.kinds[i])
    }

    /// The kinds of a group, in order.
    pub fn kinds_in(&self, group: Group) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(move |k| k.group == group)
    }

    /// The set of the levels with these keys; unknown ones are left out.
    pub fn levels_of<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Levels {
        let find = |key: &str| self.level_keys.iter().position(|k| k == key);
        keys.into_iter().filter_map(find).fold(Levels::NONE, |set, i| set.with(Levels::one(i)))
    }

    /// The levels of a set, in order.
    pub fn levels_in(&self, set: Levels) -> impl Iterator<Item = &Level> {
        self.levels.iter().enumerate().filter(move |(i, _)| set.has(*i)).map(|(_, l)| l)
    }

    /// The fingerprint as 64 hexadecimal digits.
    pub fn fingerprint_hex(&self) -> String {
        blake3::Hash::from_bytes(self.fingerprint).to_hex().to_string()
    }

    /// As people read a value on `date`; references and units come as `#number`.
    pub fn show(&self, field: &Field, value: &Value, date: Date) -> String {
        types::show(field, value, &self.codes, date)
    }
}

/// A spreadsheet header as it is compared: without marks, case, blanks, line breaks and signs.
pub fn header_key(header: &str) -> String {
    text::fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn fingerprint_of(files: &Files) -> [u8; 32] {
    // The version of how the files are understood: raised when this module reads them differently.
    let mut hasher = blake3::Hasher::new_derive_key("csdlgd data-spec 1");
    for source in files.all() {
        for part in [source.path.as_bytes(), if source.overlay { b"1" } else { b"0" }, source.text.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    *hasher.finalize().as_bytes()
}

/// ": did you mean `x`?" if one of `known` is near, else "".
fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!(": did you mean `{near}`?"))
}

/// The same for people who typed it.
fn near_vi<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!(" Có phải là «{near}»?"))
}

fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let score = |k: &'a str| (strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase()), k);
    known.into_iter().map(score).filter(|(s, _)| *s > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests;
