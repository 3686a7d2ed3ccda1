//! Learners into classes, and the records of the classes.

use super::cohorts::Life;
use super::curriculum::{self, GIFTED, How, Subject};
use super::dice::Dice;
use super::making::Making;
use super::model::{Level, Part, School};
use super::row::{Fields, RowKeys, State, Text};
use super::staff::Team;
use std::sync::LazyLock;

/// A class in a year.
pub(super) struct Room {
    pub(super) year: usize,
    pub(super) part: usize,
    pub(super) level: Level,
    pub(super) grade: usize,
    /// Its place among the classes of the grade.
    pub(super) index: usize,
    /// Indices of lives.
    pub(super) members: Vec<u32>,
    /// How many of them did not leave.
    pub(super) present: u32,
    pub(super) name: String,
    pub(super) subjects: Vec<&'static Subject>,
    /// Whether it takes lunch at school.
    pub(super) boards: bool,
    pub(super) two_sessions: bool,
    /// The record's number.
    pub(super) local: u32,
}

static SUBJECTS: LazyLock<RowKeys> = LazyLock::new(|| {
    let columns =
        ["subject", "teacher", "is_specialised", "assessment_mode", "is_vnen", "periods_term_1", "periods_term_2"];
    RowKeys::new("subjects", &columns, 16)
});

/// Divides all lives into classes, year by year.
pub(super) fn divide(school: &School, lives: &[Life], years: [u16; 3]) -> Vec<Room> {
    let mut rooms = Vec::new();
    for (year, first_year) in years.into_iter().enumerate() {
        for (part_index, part) in school.parts.iter().enumerate() {
            for grade in 0..part.level.grades() {
                let here = |life: &Life| life.part == part_index && life.stays[year].is_some_and(|s| s.grade == grade);
                let members: Vec<u32> = (0u32..).zip(lives).filter(|(_, life)| here(life)).map(|(i, _)| i).collect();
                if members.is_empty() {
                    continue;
                }
                let count = classes(part, year, grade, &members, lives);
                let first = rooms.len();
                for index in 0..count {
                    rooms.push(room(school, part, part_index, year, grade, index, count, first_year));
                }
                for member in members {
                    let index = lives[member as usize].letter as usize % count;
                    let room = &mut rooms[first + index];
                    room.present += u32::from(lives[member as usize].stays[year].is_some_and(|s| !s.gone()));
                    room.members.push(member);
                }
                level_out(&mut rooms[first..], lives);
            }
        }
    }
    rooms
}

/// Moves a few from the fullest class to the emptiest until they are about of one size.
fn level_out(rooms: &mut [Room], lives: &[Life]) {
    let size = |r: &Room| r.present;
    loop {
        let most = (0..rooms.len()).max_by_key(|&i| size(&rooms[i])).unwrap_or(0);
        let least = (0..rooms.len()).min_by_key(|&i| size(&rooms[i])).unwrap_or(0);
        if size(&rooms[most]) <= size(&rooms[least]) + 3 {
            return;
        }
        let stays = |&m: &u32| lives[m as usize].stays[rooms[most].year].is_some_and(|s| !s.gone());
        let Some(at) = rooms[most].members.iter().rposition(stays) else { return };
        let moved = rooms[most].members.remove(at);
        rooms[most].present -= 1;
        rooms[least].members.push(moved);
        rooms[least].present += 1;
    }
}

/// As many classes as the cohort has in the end, unless it was much larger or smaller.
fn classes(part: &Part, year: usize, grade: usize, members: &[u32], lives: &[Life]) -> usize {
    let top = part.grades.iter().rposition(|g| g.learners > 0).unwrap_or(0);
    let planned = part.grades[(grade + part.last - year).min(top)];
    let stayed = members
        .iter()
        .filter(|&&m| lives[m as usize].stays[year].is_some_and(|s| !s.gone() || s.status == "11"))
        .count();
    let usual = (usize::from(planned.learners) / usize::from(planned.classes).max(1)).max(10);
    let most = if matches!(part.level, Level::Mn | Level::Th) { 34 } else { 44 };
    ((stayed + usual / 2) / usual).max(stayed.div_ceil(most)).clamp(1, members.len())
}

fn room(
    school: &School,
    part: &Part,
    part_index: usize,
    year: usize,
    grade: usize,
    index: usize,
    count: usize,
    first_year: u16,
) -> Room {
    let level = part.level;
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    let suffix = if count > 26 || level == Level::Thpt { format!("A{}", index + 1) } else { letter(index).to_string() };
    let name = match (level, grade) {
        (Level::Mn, 0) => format!("Nhóm 25-36 tháng {suffix}"),
        (Level::Mn, _) => format!("{} tuổi {suffix}", grade + 2),
        (Level::Th, _) => format!("{}{suffix}", grade + 1),
        (Level::Thcs, _) => format!("{}{suffix}", grade + 6),
        (Level::Thpt | Level::Gdtx, _) => format!("{}{suffix}", grade + 10),
    };
    // Schools of towns, and one in three of the others, look after primary pupils at noon.
    let boards = match level {
        Level::Mn => true,
        Level::Th => school.ordinal % 3 != 1,
        _ => false,
    };
    let two_sessions = match level {
        Level::Mn | Level::Th => true,
        Level::Thcs => school.ordinal.is_multiple_of(4),
        Level::Thpt | Level::Gdtx => false,
    };
    // Specialised classes choose what holds their subject.
    let choice = if school.gifted { usize::from(GIFTED[index % GIFTED.len()].1 == "41") } else { index };
    let subjects = curriculum::subjects(level, grade, first_year, choice);
    Room {
        year,
        part: part_index,
        level,
        grade,
        index,
        members: Vec::new(),
        present: 0,
        name,
        subjects,
        boards,
        two_sessions,
        local: 0,
    }
}

/// Writes the records of all classes. `campuses` are the numbers of the school's campuses, main first.
pub(super) fn write(making: &mut Making, rooms: &mut [Room], team: &Team, campuses: &[u32], dice: &mut Dice) {
    for year in 0..3 {
        let mut homerooms = team.homerooms(year);
        let mut number = 0;
        for room in rooms.iter_mut().filter(|r| r.year == year) {
            number += 1;
            let homeroom = homerooms.take(room.level);
            let fields = fields(making, room, number, homeroom, team, campuses, dice);
            room.local = making.put("class", making.calendar.years[year], State::Active, fields);
        }
    }
}

fn fields(
    making: &Making,
    room: &Room,
    number: usize,
    homeroom: Option<u32>,
    team: &Team,
    campuses: &[u32],
    dice: &mut Dice,
) -> Fields {
    let school = making.school;
    let year = making.calendar.years[room.year];
    let grade = room.level.grade_code(room.grade);
    let mut f: Fields = Vec::with_capacity(24 + room.subjects.len() * 6);
    f.push(("name", Text::of(&room.name)));
    if room.year < 2 || dice.chance(7_000) {
        f.push(("code", Text::of(&format!("{}{:02}{number:03}", school.code, year % 100))));
    }
    f.push(("grade", grade.into()));
    f.push(("position", Text::int(number as u32)));
    let campus = if campuses.len() > 1 && room.index > 0 && room.grade < 3 { room.index % campuses.len() } else { 0 };
    if let Some(campus) = campuses.get(campus) {
        f.push(("campus", Text::Ref(*campus)));
    }
    f.push(("room", Text::of(&format!("Phòng {}", 100 + number % 40))));
    let usual = match (room.level, room.grade) {
        (Level::Mn, 0) => 25,
        (Level::Mn, grade) => 20 + grade * 5,
        (Level::Th, _) => 35,
        _ => 45,
    };
    f.push(("capacity", Text::int(usual.max(room.members.len()) as u32)));
    if let Some(teacher) = homeroom {
        f.push(("homeroom_teacher", Text::Ref(teacher)));
    }
    level_fields(&mut f, making, room, year);

    for (row, subject) in room.subjects.iter().enumerate() {
        let key = |column: usize| SUBJECTS.at(row, column);
        f.push((key(0), subject.code.into()));
        if let Some(teacher) = team.teacher(subject, room, number).or(homeroom) {
            f.push((key(1), Text::Ref(teacher)));
        }
        let special = school.gifted && GIFTED[room.index % GIFTED.len()].1 == subject.code;
        f.push((key(2), Text::yes(special)));
        f.push((key(3), if subject.how == How::Mark { "2" } else { "1" }.into()));
        if year <= 2023 {
            f.push((key(4), Text::yes(false)));
        }
        f.push((key(5), Text::int(u32::from(subject.periods) * 18 / 35)));
        f.push((key(6), Text::int(u32::from(subject.periods) - u32::from(subject.periods) * 18 / 35)));
    }
    f
}

fn level_fields(f: &mut Fields, making: &Making, room: &Room, year: u16) {
    let school = making.school;
    let teaches = |level| making.teaches(level, room.year);
    let general = teaches(Level::Th) || teaches(Level::Thcs) || teaches(Level::Thpt);
    if room.level == Level::Mn {
        f.push(("preschool_age_group", ["03", "04", "05", "06"][room.grade].into()));
        f.push(("mixed_ages", "0".into()));
        f.push(("new_preschool_programme", Text::yes(true)));
        f.push(("care_programme", Text::yes(true)));
    }
    f.push((
        "shift",
        if room.two_sessions {
            "4"
        } else if room.grade.is_multiple_of(2) {
            "1"
        } else {
            "2"
        }
        .into(),
    ));
    if room.level != Level::Gdtx {
        f.push(("two_sessions_per_day", Text::yes(room.two_sessions)));
        f.push(("is_combined", Text::yes(false)));
    }
    if room.level != Level::Mn {
        f.push(("sessions_per_week", if room.two_sessions { "05" } else { "02" }.into()));
        f.push(("has_class_parent_committee", Text::yes(true)));
    }
    if room.level == Level::Th {
        f.push(("periods_plan", if room.grade < 2 { "02" } else { "04" }.into()));
    }
    if teaches(Level::Mn) || teaches(Level::Th) || teaches(Level::Thcs) {
        f.push(("is_day_boarding", Text::yes(room.boards)));
        if room.boards {
            f.push(("day_boarding", "02".into()));
        }
    }
    if general && (room.level != Level::Th || room.grade >= 2) {
        f.push(("foreign_language_1", "01".into()));
        f.push((
            "foreign_language_1_programme",
            if curriculum::is_tt58(room.level, room.grade, year) { "02" } else { "01" }.into(),
        ));
        if room.level == Level::Th {
            f.push(("foreign_language_1_periods", "03".into()));
        }
    }
    if year <= 2023 && (teaches(Level::Th) || teaches(Level::Thcs)) {
        f.push(("is_vnen", Text::yes(false)));
    }
    if room.level == Level::Thpt {
        f.push(("is_specialised", Text::yes(school.gifted)));
        if school.gifted {
            f.push(("specialised_subject", GIFTED[room.index % GIFTED.len()].0.into()));
        }
    }
    if room.level == Level::Gdtx {
        f.push(("is_continuing", Text::yes(true)));
        f.push(("continuing_class_kind", "03".into()));
        f.push(("continuing_study_mode", "01".into()));
    }
}
