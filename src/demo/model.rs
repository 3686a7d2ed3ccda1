//! The shapes of a planned province: its schools, what each teaches, how many learn there and what
//! happened to it. No records yet, and no chance.

use super::row::day;
use crate::id::UnitId;
use crate::tree::{Day, Unit};
use jiff::civil::Date;

/// The day districts and Phòng GDĐT ended and Hải Dương became part of Hải Phòng.
pub(super) const REFORM: Day = day(2025, 7, 1);

/// What a province is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Everything follows from it.
    pub seed: u64,
    /// Learners in class in the newest school year; at least 200.
    pub learners: u64,
    /// The day on which the province is looked at; nothing in it happens later.
    pub today: Date,
    /// Three school years in a row, by their first calendar year, oldest first.
    pub years: [u16; 3],
}

impl Params {
    /// The three school years up to the one `today` belongs to.
    pub fn new(seed: u64, learners: u64, today: Date) -> Self {
        let year = crate::clock::school_year(today);
        Self { seed, learners, today, years: [year.saturating_sub(2), year.saturating_sub(1), year] }
    }
}

/// A school level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Mầm non.
    Mn,
    /// Tiểu học.
    Th,
    /// Trung học cơ sở.
    Thcs,
    /// Trung học phổ thông.
    Thpt,
    /// Giáo dục thường xuyên (cấp THPT).
    Gdtx,
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 5] = [Self::Mn, Self::Th, Self::Thcs, Self::Thpt, Self::Gdtx];

    /// The key in `units.toml`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mn => "MN",
            Self::Th => "TH",
            Self::Thcs => "THCS",
            Self::Thpt => "THPT",
            Self::Gdtx => "GDTX",
        }
    }

    /// How many grades it has; preschool: nursery (24–36 months), 3, 4 and 5 years.
    pub const fn grades(self) -> usize {
        match self {
            Self::Mn | Self::Thcs => 4,
            Self::Th => 5,
            Self::Thpt | Self::Gdtx => 3,
        }
    }

    /// The code of its `index`-th grade (list `grade`).
    pub const fn grade_code(self, index: usize) -> &'static str {
        const CODES: [&str; 15] =
            ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15"];
        match self {
            Self::Mn => ["16", "17", "17", "17"][index],
            Self::Th => CODES[index],
            Self::Thcs => CODES[5 + index],
            Self::Thpt => CODES[9 + index],
            Self::Gdtx => CODES[12 + index],
        }
    }

    /// Years of age of most learners of its `index`-th grade in the year in which the school year begins.
    pub const fn age(self, index: usize) -> u16 {
        index as u16
            + match self {
                Self::Mn => 2,
                Self::Th => 6,
                Self::Thcs => 11,
                Self::Thpt | Self::Gdtx => 15,
            }
    }
}

/// Classes and learners of a grade in the newest year (or the last one in which the part exists).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grade {
    /// Classes.
    pub classes: u16,
    /// Learners in class at the end.
    pub learners: u16,
}

/// One level of a school, for some of the three years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The level.
    pub level: Level,
    /// Index of the first of the three years in which it exists here.
    pub first: usize,
    /// Index of the last.
    pub last: usize,
    /// By grade.
    pub grades: Vec<Grade>,
    /// Learners who came together from another school.
    pub inflow: Option<Flow>,
    /// Learners who left together for another school.
    pub outflow: Option<Flow>,
}

impl Part {
    /// Learners in class at the end.
    pub fn learners(&self) -> u32 {
        self.grades.iter().map(|g| u32::from(g.learners)).sum()
    }

    /// Classes at the end.
    pub fn classes(&self) -> u32 {
        self.grades.iter().map(|g| u32::from(g.classes)).sum()
    }
}

/// Learners who change school because the schools were merged or split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Index of the year at whose beginning they came (inflow) or had gone (outflow).
    pub at: usize,
    /// The ordinal of the other school.
    pub other: u32,
    /// Inflow: how many in a thousand of those now here. Outflow: in a thousand of those then here.
    pub in_1000: u32,
}

/// Who runs a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Công lập.
    Public,
    /// Tư thục.
    Private,
}

/// Something that happened to a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The first day of what is new.
    pub day: Day,
    /// The decision.
    pub decision: String,
    /// What.
    pub what: What,
}

/// What happened to a school. Numbers are ordinals of other schools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A new name.
    Renamed(String),
    /// It ended and went into another.
    MergedInto(u32),
    /// Another went into it.
    Absorbed(u32),
    /// Another went into it and brought its level and a new name.
    AbsorbedLevel(u32, String, Vec<Level>),
    /// It was made out of a part of another.
    SplitFrom(u32),
    /// A part of it became another.
    SplitInto(u32),
    /// It became a branch of another, under a new name.
    BranchOf(u32, String),
    /// It ended.
    Dissolved,
}

/// A planned school.
#[derive(Clone, Debug)]
pub struct School {
    /// Its place among the schools, from 0.
    pub ordinal: u32,
    /// Its unit.
    pub unit: UnitId,
    /// Its name at first.
    pub name: String,
    /// What tells it from others of its sort: "Tân Hồng".
    pub short: String,
    /// Code of the ministry (mã trường).
    pub code: String,
    /// Who runs it.
    pub ownership: Ownership,
    /// An independent nursery group, not a school proper.
    pub group: bool,
    /// A school for gifted pupils (trường chuyên).
    pub gifted: bool,
    /// First day.
    pub founded: Day,
    /// Index of the district it stood in to 30/6/2025.
    pub(super) district: usize,
    /// Index of the commune (as of 30/6/2025) it stands in.
    pub(super) commune: usize,
    /// What it teaches.
    pub parts: Vec<Part>,
    /// What happened to it, oldest first.
    pub story: Vec<Happening>,
    /// Its share of the numbers of persons.
    pub(super) numbers: Numbers,
}

impl School {
    /// Its levels in the last year in which it has learners.
    pub fn levels(&self) -> Vec<Level> {
        self.parts.iter().map(|p| p.level).collect()
    }

    /// Whether it teaches that level at any time.
    pub fn has(&self, level: Level) -> bool {
        self.parts.iter().any(|p| p.level == level)
    }

    /// Whether it stands under the Sở itself.
    pub fn under_department(&self) -> bool {
        self.has(Level::Thpt) || self.has(Level::Gdtx)
    }

    /// The first day after its end; nothing if it is open.
    pub fn closed(&self) -> Option<Day> {
        self.story.iter().find(|h| matches!(h.what, What::MergedInto(_) | What::Dissolved)).map(|h| h.day)
    }

    /// Learners in class in the newest year.
    pub fn active_learners(&self) -> u32 {
        self.parts.iter().filter(|p| p.last == 2).map(Part::learners).sum()
    }

    /// Its name on a day.
    pub fn name_on(&self, day: Day) -> &str {
        let named = |h: &&Happening| h.day <= day && h.new_name().is_some();
        self.story.iter().rev().find(named).and_then(Happening::new_name).unwrap_or(&self.name)
    }
}

impl Happening {
    /// The name the school bears from then on, if it changed.
    pub fn new_name(&self) -> Option<&str> {
        match &self.what {
            What::Renamed(name) | What::BranchOf(_, name) | What::AbsorbedLevel(_, name, _) => Some(name),
            _ => None,
        }
    }
}

/// The numbers of persons set aside for a school, so that schools need not ask each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// First running number of a learner.
    pub(super) people: u32,
    /// First running number of a member of staff.
    pub(super) staff: u32,
    /// First number among people of one year of birth, sex and province of birth.
    pub(super) bucket: u32,
    /// How many of those there are.
    pub(super) bucket_size: u32,
}

/// A planned province.
#[derive(Debug)]
pub struct Province {
    /// What it was made from.
    pub params: Params,
    /// All units in order of creation: parents before children, numbered from 1.
    pub units: Vec<Unit>,
    /// Its schools.
    pub schools: Vec<School>,
    /// Today, in days since 1970.
    pub(super) today: Day,
}
