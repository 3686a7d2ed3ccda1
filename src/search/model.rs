//! What goes into the index and what is asked of it: plain values. They must never hold anything
//! that could be shown without asking the store, which masks and checks.

use crate::id::UnitId;

/// One searchable thing. What does not apply stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// The caller's number of the thing; a later doc with the same id replaces this one.
    pub id: u64,
    /// Key of its kind ("pupil", "staff", "unit", …).
    pub kind: String,
    /// The units it belongs to, not those above them: a scope holds every unit it covers. A doc
    /// without units is seen by [`crate::actor::Scope::All`] only.
    pub units: Vec<UnitId>,
    /// What it is called now: ranks, and sorts lists.
    pub title: String,
    /// Whether the title is a person's name (sorted by given name).
    pub person: bool,
    /// Other names: earlier, other spellings.
    pub names: Vec<String>,
    /// Identity codes, as text.
    pub codes: Vec<String>,
    /// Other words it is found by: class, school, commune, subject, the kind's label.
    pub words: Vec<String>,
    /// Telephone numbers as written.
    pub phones: Vec<String>,
    /// Dates (year, month or 0, day or 0): birth, founding.
    pub dates: Vec<(i16, u8, u8)>,
    /// Levels: MN, TH, THCS, THPT, GDTX.
    pub levels: Vec<String>,
    /// Grade code.
    pub grade: Option<String>,
    /// School years by first calendar year.
    pub years: Vec<u16>,
    /// Sex code.
    pub sex: Option<String>,
    /// State code ("" if none).
    pub state: String,
    /// Whether it is of the present (ranks before what is past).
    pub current: bool,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What the person typed, untouched. Empty: everything the filters leave.
    pub text: String,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only docs with these values.
    pub filters: Filters,
    /// The unit whose docs rank before equals.
    pub own_unit: Option<UnitId>,
    /// How many hits to skip.
    pub offset: usize,
    /// How many hits to give.
    pub limit: usize,
    /// In what order.
    pub order: Order,
    /// Whether to count facets.
    pub facets: bool,
}

impl Query {
    /// The first `limit` hits for a text, with facets.
    pub fn text(text: &str, limit: usize) -> Self {
        Self { text: text.into(), limit, facets: true, ..Self::default() }
    }
}

/// Each list: any of its values; empty: all. Lists are joined by "and".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Units.
    pub units: Vec<UnitId>,
    /// Levels.
    pub levels: Vec<String>,
    /// Grades.
    pub grades: Vec<String>,
    /// School years.
    pub years: Vec<u16>,
    /// Sex codes.
    pub sexes: Vec<String>,
    /// States.
    pub states: Vec<String>,
    /// Only present (true) or past (false).
    pub current: Option<bool>,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Best first; equals by name.
    #[default]
    Best,
    /// Vietnamese alphabetical order of titles, persons by given name.
    Name,
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The doc's id.
    pub id: u64,
    /// The doc's kind.
    pub kind: String,
    /// How well it fits: 0 is best; larger is worse. Only for comparing hits of one query.
    pub cost: u32,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many docs fit, exactly.
    pub total: u64,
    /// How many of them only with a slip forgiven: they come last.
    pub near: u64,
    /// The page asked for.
    pub hits: Vec<Hit>,
    /// Counts by value, if asked for.
    pub facets: Facets,
    /// How the text was taken.
    pub reading: Reading,
}

/// How a text had to be read to find something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// As typed.
    #[default]
    AsTyped,
    /// Some words as raw Telex or VNI keys.
    RawKeys,
    /// Some words with one slip forgiven.
    Slip,
}

/// How many hits have each value, most first (equal counts by value).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By kind, not narrowed by [`Query::kind`], so that tabs can show all counts.
    pub kinds: Vec<(String, u64)>,
    /// By level.
    pub levels: Vec<(String, u64)>,
    /// By grade.
    pub grades: Vec<(String, u64)>,
    /// By school year.
    pub years: Vec<(u16, u64)>,
    /// By state.
    pub states: Vec<(String, u64)>,
    /// By sex.
    pub sexes: Vec<(String, u64)>,
    /// By unit, inside the scope only; the 200 with most hits.
    pub units: Vec<(UnitId, u64)>,
}

/// What [`super::Index::open`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Nothing usable: the index is empty and must be filled from the store.
    Fresh,
    /// Everything up to and including this log number is in it.
    Seq(u64),
}

/// Figures for the page of the system's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Docs in it.
    pub docs: u64,
    /// Segments.
    pub segments: usize,
    /// Bytes on disk.
    pub bytes: u64,
    /// The log number it has seen.
    pub seq: u64,
}
