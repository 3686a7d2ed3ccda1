//! What a check may know beside the record itself: facts of its unit and time, and other records.
//! The specification never reads the store; whoever checks hands in a [`World`].

use super::levels::Levels;
use super::value::Value;
use crate::id::{RecordId, UnitId};
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::Arc;

/// What is true of a record beside its fields: `record` in rules.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The record; 0 if it is not saved yet.
    pub id: RecordId,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// That unit's type.
    pub unit_type: String,
    /// That unit's levels.
    pub unit_levels: Levels,
    /// That unit's province, two digits; "" unknown.
    pub unit_province: String,
    /// The school year of a `unit_year` kind, else 0.
    pub year: u16,
    /// The day.
    pub today: Date,
}

impl Facts {
    /// The school year in which fields and codes are judged: the record's, or today's.
    pub fn school_year(&self) -> u16 {
        if self.year == 0 { crate::clock::school_year(self.today) } else { self.year }
    }

    /// The first and last day in which a code may be in use, and the day names are read at: today, or
    /// the end of teaching in the record's year if that is over.
    pub fn period(&self) -> Period {
        if self.year == 0 {
            return Period { first: self.today, last: self.today, at: self.today };
        }
        let start = i16::try_from(self.year).unwrap_or(i16::MAX - 1).clamp(1, 9000);
        let (first, last) = (Date::constant(start, 8, 1), Date::constant(start + 1, 7, 31));
        let at = if self.today > last { Date::constant(start + 1, 5, 31) } else { self.today.max(first) };
        Period { first, last, at }
    }
}

/// A stretch of time in which codes are judged.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// The day names are read at.
    pub at: Date,
}

/// The fields of a record, however they are kept.
pub trait Fields {
    /// The value of the `index`-th field of the record's kind.
    fn value(&self, index: usize) -> Option<Cow<'_, Value>>;
}

impl Fields for Vec<(usize, Value)> {
    fn value(&self, index: usize) -> Option<Cow<'_, Value>> {
        let at = self.binary_search_by_key(&index, |(i, _)| *i).ok()?;
        Some(Cow::Borrowed(&self[at].1))
    }
}

/// Another record, as rules see it.
pub struct Seen {
    /// Its kind: index of `Spec::kinds`.
    pub kind: usize,
    /// Its unit.
    pub unit: UnitId,
    /// Its school year, or 0.
    pub year: u16,
    /// Its state: "active" …
    pub state: String,
    /// Its values.
    pub fields: Box<dyn Fields + Send + Sync>,
}

/// Which record a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This one.
    One(RecordId),
    /// None that may be seen.
    None,
    /// So many.
    Many(usize),
}

/// Other records, seen within the scope of whoever checks. Only asked when a rule needs it.
pub trait World {
    /// The record of `kind` with this id.
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>>;

    /// What a record is called on pages: for messages.
    fn name_of(&self, kind: usize, id: RecordId) -> Option<String>;

    /// What a unit is called.
    fn name_of_unit(&self, unit: UnitId) -> Option<String>;

    /// How many active records of `kind` refer to `to` through their field `field` (both indices).
    fn count_of(&self, kind: usize, field: usize, to: RecordId) -> u64;

    /// Active records of `kind` whose reference field `field` holds `to`, without `but`.
    fn siblings(&self, kind: usize, field: usize, to: RecordId, but: RecordId) -> Vec<Arc<Seen>>;

    /// The record of `kind` a person or a sheet means by `text`: a code or a name.
    fn resolve(&self, kind: usize, text: &str, facts: &Facts) -> Found;

    /// The unit meant by `text`: a code or a name.
    fn resolve_unit(&self, text: &str) -> Option<UnitId>;
}

/// A world without other records: for tests and for checks that need none.
pub struct Alone;

impl World for Alone {
    fn record(&self, _: usize, _: RecordId) -> Option<Arc<Seen>> {
        None
    }

    fn name_of(&self, _: usize, _: RecordId) -> Option<String> {
        None
    }

    fn name_of_unit(&self, _: UnitId) -> Option<String> {
        None
    }

    fn count_of(&self, _: usize, _: usize, _: RecordId) -> u64 {
        0
    }

    fn siblings(&self, _: usize, _: usize, _: RecordId, _: RecordId) -> Vec<Arc<Seen>> {
        Vec::new()
    }

    fn resolve(&self, _: usize, _: &str, _: &Facts) -> Found {
        Found::None
    }

    fn resolve_unit(&self, _: &str) -> Option<UnitId> {
        None
    }
}
