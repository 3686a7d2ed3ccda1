//! What is taught in each grade: GDPT 2018 (with the older programme in the grades and years that still
//! had it), how it is assessed, and who may teach it. Codes of the lists `subject` and
//! `teaching_subject`.

use super::model::Level;

/// How a subject is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// With marks (primary: a level and the mark of the last test).
    Mark,
    /// With a level or Đạt, Chưa đạt.
    Remark,
}

/// A subject in a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// Code of the list `subject`.
    pub(super) code: &'static str,
    pub(super) how: How,
    /// Periods a year.
    pub(super) periods: u16,
    /// Codes of the list `teaching_subject`; none: the homeroom teacher.
    pub(super) teachers: &'static [&'static str],
}

const fn s(code: &'static str, how: How, periods: u16, teachers: &'static [&'static str]) -> Subject {
    Subject { code, how, periods, teachers }
}

use How::{Mark, Remark};

const TH_1: [Subject; 8] = [
    s("02", Mark, 420, &[]),
    s("01", Mark, 105, &[]),
    s("03", Remark, 35, &[]),
    s("04", Remark, 70, &[]),
    s("88", Remark, 70, &["08"]),
    s("89", Remark, 35, &["05"]),
    s("90", Remark, 35, &["19"]),
    s("91", Remark, 105, &[]),
];
const TH_2: [Subject; 8] = [
    s("02", Mark, 350, &[]),
    s("01", Mark, 175, &[]),
    s("03", Remark, 35, &[]),
    s("04", Remark, 70, &[]),
    s("88", Remark, 70, &["08"]),
    s("89", Remark, 35, &["05"]),
    s("90", Remark, 35, &["19"]),
    s("91", Remark, 105, &[]),
];
const TH_3: [Subject; 10] = [
    s("02", Mark, 245, &[]),
    s("01", Mark, 175, &[]),
    s("11", Mark, 140, &["07"]),
    s("03", Remark, 35, &[]),
    s("04", Remark, 70, &[]),
    s("87", Mark, 70, &["10"]),
    s("88", Remark, 70, &["08"]),
    s("89", Remark, 35, &["05"]),
    s("90", Remark, 35, &["19"]),
    s("91", Remark, 105, &[]),
];
const TH_4: [Subject; 11] = [
    s("02", Mark, 245, &[]),
    s("01", Mark, 175, &[]),
    s("11", Mark, 140, &["07"]),
    s("03", Remark, 35, &[]),
    s("05", Mark, 70, &[]),
    s("13", Mark, 70, &[]),
    s("87", Mark, 70, &["10"]),
    s("88", Remark, 70, &["08"]),
    s("89", Remark, 35, &["05"]),
    s("90", Remark, 35, &["19"]),
    s("91", Remark, 105, &[]),
];
const THCS: [Subject; 12] = [
    s("19", Mark, 140, &["20"]),
    s("15", Mark, 140, &["22"]),
    s("22", Mark, 105, &["07"]),
    s("26", Mark, 35, &["16"]),
    s("L01", Mark, 105, &["18", "06"]),
    s("66", Mark, 140, &["23", "17", "21"]),
    s("27", Mark, 52, &["24"]),
    s("32", Mark, 35, &["10"]),
    s("L06", Remark, 70, &["08"]),
    s("L04", Remark, 70, &["05", "19"]),
    s("L03", Remark, 105, &[]),
    s("L02", Remark, 35, &[]),
];
const THPT: [Subject; 8] = [
    s("39", Mark, 105, &["20"]),
    s("34", Mark, 105, &["22"]),
    s("42", Mark, 105, &["07"]),
    s("40", Mark, 52, &["18"]),
    s("47", Mark, 35, &["25"]),
    s("L06", Remark, 70, &["08"]),
    s("L03", Remark, 105, &[]),
    s("L02", Remark, 35, &[]),
];
const GDTX: [Subject; 4] =
    [s("57", Mark, 105, &["20"]), s("53", Mark, 105, &["22"]), s("58", Mark, 52, &["18"]), s("91", Remark, 105, &[])];
/// What a class of the upper level chose beside.
const THPT_CHOICES: [[Subject; 4]; 3] = [
    [s("35", Mark, 70, &["23"]), s("36", Mark, 70, &["17"]), s("37", Mark, 70, &["21"]), s("38", Mark, 70, &["10"])],
    [s("41", Mark, 70, &["06"]), s("L05", Mark, 70, &["16"]), s("46", Mark, 70, &["24"]), s("38", Mark, 70, &["10"])],
    [s("35", Mark, 70, &["23"]), s("41", Mark, 70, &["06"]), s("L05", Mark, 70, &["16"]), s("38", Mark, 70, &["10"])],
];
const GDTX_CHOICES: [[Subject; 4]; 2] = [
    [s("59", Mark, 70, &["06"]), s("L05", Mark, 70, &["16"]), s("63", Mark, 70, &["10"]), s("L09", Mark, 70, &["24"])],
    [s("54", Mark, 70, &["23"]), s("55", Mark, 70, &["17"]), s("56", Mark, 70, &["21"]), s("63", Mark, 70, &["10"])],
];
const OLD_THCS: [Subject; 13] = [
    s("19", Mark, 175, &["20"]),
    s("15", Mark, 140, &["22"]),
    s("16", Mark, 70, &["23"]),
    s("17", Mark, 70, &["17"]),
    s("18", Mark, 70, &["21"]),
    s("20", Mark, 52, &["18"]),
    s("21", Mark, 52, &["06"]),
    s("22", Mark, 70, &["07"]),
    s("26", Mark, 35, &["16"]),
    s("27", Mark, 35, &["24"]),
    s("28", Remark, 70, &["08"]),
    s("29", Remark, 18, &["05"]),
    s("30", Remark, 18, &["19"]),
];
const OLD_THPT: [Subject; 13] = [
    s("39", Mark, 105, &["20"]),
    s("34", Mark, 122, &["22"]),
    s("35", Mark, 70, &["23"]),
    s("36", Mark, 70, &["17"]),
    s("37", Mark, 52, &["21"]),
    s("38", Mark, 52, &["10"]),
    s("40", Mark, 52, &["18"]),
    s("41", Mark, 52, &["06"]),
    s("42", Mark, 105, &["07"]),
    s("46", Mark, 35, &["24"]),
    s("47", Mark, 35, &["25"]),
    s("52", Mark, 35, &["16"]),
    s("48", Remark, 70, &["08"]),
];

/// Whether a grade is still assessed by TT 58/2011 (TT 22/2021 came grade by grade).
pub(super) fn is_tt58(level: Level, grade: usize, year: u16) -> bool {
    let first = match (level, grade) {
        (Level::Thcs, 0) => 2021,
        (Level::Thcs, 1) | (Level::Thpt, 0) => 2022,
        (Level::Thcs, 2) | (Level::Thpt, 1) => 2023,
        (Level::Thcs | Level::Thpt, _) => 2024,
        _ => 0,
    };
    year < first
}

/// The subjects of a class. `choice` tells classes of the upper level apart.
pub(super) fn subjects(level: Level, grade: usize, year: u16, choice: usize) -> Vec<&'static Subject> {
    let (fixed, chosen): (&'static [Subject], &'static [Subject]) = match (level, grade) {
        (Level::Mn, _) => (&[], &[]),
        (Level::Th, 0) => (&TH_1, &[]),
        (Level::Th, 1) => (&TH_2, &[]),
        (Level::Th, 2) => (&TH_3, &[]),
        (Level::Th, _) => (&TH_4, &[]),
        (Level::Thcs, _) if is_tt58(level, grade, year) => (&OLD_THCS, &[]),
        (Level::Thpt, _) if is_tt58(level, grade, year) => (&OLD_THPT, &[]),
        (Level::Thcs, _) => (&THCS, &[]),
        (Level::Thpt, _) => (&THPT, &THPT_CHOICES[choice % THPT_CHOICES.len()]),
        (Level::Gdtx, _) => (&GDTX, &GDTX_CHOICES[choice % GDTX_CHOICES.len()]),
    };
    fixed.iter().chain(chosen).collect()
}

/// What teachers of a level teach, with how many of a hundred teach it.
pub(super) fn teachers(level: Level) -> &'static [(&'static str, u32)] {
    match level {
        Level::Mn => &[("01", 80), ("02", 20)],
        Level::Th => &[("07", 40), ("08", 22), ("10", 18), ("05", 15), ("19", 14)],
        Level::Thcs => &[
            ("22", 20),
            ("20", 20),
            ("07", 13),
            ("21", 8),
            ("23", 7),
            ("18", 6),
            ("08", 6),
            ("17", 5),
            ("06", 5),
            ("16", 4),
            ("10", 4),
            ("05", 3),
            ("19", 3),
            ("24", 3),
        ],
        Level::Gdtx => &[
            ("22", 20),
            ("20", 20),
            ("18", 14),
            ("23", 10),
            ("06", 10),
            ("17", 8),
            ("10", 7),
            ("21", 6),
            ("16", 6),
            ("24", 4),
        ],
        Level::Thpt => &[
            ("22", 15),
            ("20", 14),
            ("07", 13),
            ("23", 9),
            ("17", 9),
            ("18", 7),
            ("08", 7),
            ("21", 6),
            ("06", 6),
            ("10", 6),
            ("16", 4),
            ("24", 4),
            ("25", 3),
        ],
    }
}

/// The speciality (list `speciality`) of who teaches a subject.
pub(super) fn speciality(teaching_subject: &str) -> &'static str {
    match teaching_subject {
        "01" | "02" => "140201",
        "09" => "140202",
        "05" => "140221",
        "06" => "140219",
        "07" => "140231",
        "08" => "140206",
        "10" => "140210",
        "16" => "140204",
        "17" => "140212",
        "18" => "140218",
        "19" => "140222",
        "20" => "140217",
        "21" => "140213",
        "22" => "140209",
        "23" => "140211",
        "24" => "140246",
        "25" => "140208",
        _ => "000000",
    }
}

/// Specialised classes of a school for the gifted: code of the list `specialised_subject` and the
/// subject that is specialised.
pub(super) const GIFTED: [(&str, &str); 9] = [
    ("09", "34"),
    ("10", "35"),
    ("11", "36"),
    ("12", "37"),
    ("13", "38"),
    ("01", "39"),
    ("02", "40"),
    ("03", "41"),
    ("04", "42"),
];
