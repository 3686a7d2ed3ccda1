//! The shapes of `units.toml` and `fields-of-duty.toml`: what kinds of unit there are, what may stand
//! under what, and which office answers for which data. The tree itself is not here.

use super::levels::Levels;
use jiff::civil::Date;

/// A school level.
#[derive(Clone, Debug)]
pub struct Level {
    /// MN, TH, THCS, THPT, GDTX.
    pub key: String,
    /// "Mầm non" …
    pub label: String,
    /// As tables show it.
    pub short: String,
    /// Its code in the list `school_level`.
    pub code: String,
}

/// A role a parent may have.
#[derive(Clone, Debug)]
pub struct ParentRole {
    /// `administrative` or `professional`.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// Help text.
    pub hint: String,
    /// Whether each unit but a root must have one.
    pub required: bool,
    /// Whether accounts are issued along it.
    pub issues_accounts: bool,
}

/// A state a unit may be in.
#[derive(Clone, Debug)]
pub struct UnitState {
    /// English.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// Whether records may be entered.
    pub open: bool,
    /// Whether there is no way back.
    pub is_final: bool,
}

/// A type of unit.
#[derive(Clone, Debug)]
pub struct UnitType {
    /// so, phong_so, phong_gd, xa, truong, phan_hieu, trung_tam, to_chuc.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// Heading of a list of them.
    pub plural: String,
    /// Before a name.
    pub short: String,
    /// Types that may be its administrative parent; empty: a root.
    pub may_stand_under: Vec<usize>,
    /// Types that may be its professional parent.
    pub professional_under: Vec<usize>,
    /// Levels a unit of this type may have; none: it has no level of its own.
    pub levels: Levels,
    /// Whether it may have more than one level.
    pub several_levels: bool,
    /// Offices: levels they look after.
    pub manages_levels: Levels,
    /// Whether it answers for fields of duty.
    pub fields_of_duty: bool,
    /// Whether records may belong to it.
    pub has_records: bool,
    /// Whether it has a record of kind `school`.
    pub has_school_record: bool,
    /// The place it covers: `district` or `commune`.
    pub place: Option<String>,
    /// Kinds of centre and the like.
    pub subtypes: Vec<Subtype>,
    /// Types that issue its admin account; the nearest above it does.
    pub admin_account_from: Vec<usize>,
    /// Types whose admin accounts it issues.
    pub issues_admin_accounts_to: Vec<usize>,
    /// Whether it issues the use accounts of its own people.
    pub issues_use_accounts: bool,
    /// First day a unit of this type may be active.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// The document it rests on.
    pub basis: String,
    /// Where it is written.
    pub at: String,
}

impl UnitType {
    /// Whether a unit of this type may be active on `date`.
    pub fn valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }
}

/// A finer kind of unit inside a type.
#[derive(Clone, Debug)]
pub struct Subtype {
    /// English.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// Types it usually stands under.
    pub usual_parent: Vec<usize>,
}

/// A field of duty: what one department of the Sở answers for.
#[derive(Clone, Debug)]
pub struct Duty {
    /// English.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// The usual name of the office.
    pub office: String,
    /// Levels it looks after.
    pub levels: Levels,
    /// Kinds it answers for as a whole.
    pub kinds: Vec<usize>,
    /// Fields it answers for, by kind (sections are spelled out).
    pub parts: Vec<DutyPart>,
    /// Answers for the tree of units.
    pub units: bool,
    /// May read every kind at its levels.
    pub reads_all: bool,
    /// Answers for statistical reports.
    pub reports: bool,
}

/// Fields of one kind an office answers for.
#[derive(Clone, Debug)]
pub struct DutyPart {
    /// Index of `Spec::kinds`.
    pub kind: usize,
    /// Indices of `Kind::fields`, ascending.
    pub fields: Vec<usize>,
}

impl Duty {
    /// Whether this office answers for the field; for a whole kind, or for the part.
    pub fn answers_for(&self, kind: usize, field: usize) -> bool {
        self.kinds.contains(&kind) || self.parts.iter().any(|p| p.kind == kind && p.fields.contains(&field))
    }
}
