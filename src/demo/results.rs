//! End-of-year results that agree with what happened next: who repeats a grade did not pass, who goes up
//! did. TT 27/2020 for primary, TT 22/2021 above it (TT 58/2011 where it still held), a remark in
//! preschool. And awards for those who did best.

use super::classes::Room;
use super::cohorts::{Life, Stay};
use super::curriculum::{How, is_tt58};
use super::dice::Dice;
use super::enrolments::Entries;
use super::making::Making;
use super::model::Level;
use super::pool::pool;
use super::pupils::Person;
use super::row::{Fields, RowKeys, State, Text, day};
use std::sync::LazyLock;

static SUBJECTS: LazyLock<RowKeys> =
    LazyLock::new(|| RowKeys::new("subjects", &["subject", "mark", "passed", "level"], 16));
static QUALITIES: LazyLock<RowKeys> = LazyLock::new(|| RowKeys::new("qualities", &["quality", "rating"], 5));
static COMPETENCES: LazyLock<RowKeys> = LazyLock::new(|| RowKeys::new("competences", &["competence", "rating"], 10));

/// Writes the results of finished years, then awards.
pub(super) fn write(
    making: &mut Making,
    rooms: &[Room],
    lives: &[Life],
    persons: &[Person],
    entries: &Entries,
    dice: &mut Dice,
) {
    let mut best: Vec<(usize, u32, u32, &'static str)> = Vec::new();
    let calendar = making.calendar;
    let newest = (0..3).rev().find(|y| calendar.finished(*y)).unwrap_or(3);
    for room in rooms.iter().filter(|r| calendar.finished(r.year)) {
        let year = calendar.years[room.year];
        for &member in &room.members {
            let (life, person) = (&lives[member as usize], &persons[member as usize]);
            let Some(stay) = life.stays[room.year].filter(Stay::has_result) else { continue };
            let entry = entries[member as usize][room.year];
            let mut f: Fields =
                Vec::with_capacity(12 + room.subjects.len() * 3 + if room.year == newest { 30 } else { 0 });
            f.push(("enrolment", Text::Ref(entry)));
            f.push(("pupil", Text::Ref(person.local)));
            f.push(("term", "CN".into()));
            let honour = match room.level {
                Level::Mn => preschool(&mut f, &stay, dice),
                _ if person.not_assessed() => {
                    f.push(("promoted", Text::yes(!stay.fails)));
                    None
                }
                Level::Th => primary(&mut f, room, &stay, person, room.year == newest, dice),
                level if is_tt58(level, stay.grade, year) => secondary(&mut f, room, &stay, person, true, dice),
                _ => secondary(&mut f, room, &stay, person, false, dice),
            };
            if room.level != Level::Mn {
                absences(&mut f, dice);
            }
            if let Some(honour) = honour {
                f.push(("honour", honour.into()));
                if dice.chance(1_200) {
                    best.push((room.year, person.local, entry, honour));
                }
            }
            making.put("result", year, State::Active, f);
        }
    }
    for award in best {
        let fields = praise(making, award, dice);
        making.put("award", making.calendar.years[award.0], State::Active, fields);
    }
}

fn preschool(f: &mut Fields, stay: &Stay, dice: &mut Dice) -> Option<&'static str> {
    if stay.grade == 3 {
        f.push(("preschool_completed", Text::yes(!dice.chance(20))));
    }
    f.push(("remark", dice.pick(pool().words("praise_mn")).into()));
    None
}

fn absences(f: &mut Fields, dice: &mut Dice) {
    let days = dice.below(5) * dice.below(5) / 2;
    let unexcused = u32::from(days > 2 && dice.chance(1_500));
    f.push(("absences", Text::int(days)));
    f.push(("absences_excused", Text::int(days - unexcused)));
    f.push(("absences_unexcused", Text::int(unexcused)));
}

/// TT 27/2020: a level for each subject, marks of whole numbers where there is a test.
fn primary(
    f: &mut Fields,
    room: &Room,
    stay: &Stay,
    person: &Person,
    full: bool,
    dice: &mut Dice,
) -> Option<&'static str> {
    let (mut least, mut all_best) = (10, true);
    for (row, subject) in room.subjects.iter().enumerate() {
        let tenths = 87 + person.ability * 8 / 100 + dice.bell() * 5 / 100;
        let mut mark = ((tenths + 5) / 10).clamp(5, 10);
        if stay.fails && row < 2 {
            mark = 3 + row as i32;
        }
        let level = match mark {
            ..5 => "C",
            5 | 6 => "H",
            7 if dice.chance(5_000) => "H",
            _ => "T",
        };
        all_best &= level == "T";
        f.push((SUBJECTS.at(row, 0), subject.code.into()));
        if subject.how == How::Mark {
            least = least.min(mark);
            f.push((SUBJECTS.at(row, 1), Text::int(mark as u32)));
        }
        f.push((SUBJECTS.at(row, 3), level.into()));
    }
    let good = person.ability > -40 && !stay.fails;
    let overall = match (all_best, least) {
        (_, ..5) => "CHT",
        (true, 9..) if good => "HTXS",
        (true, 7..) => "HTT",
        _ => "HT",
    };
    f.push(("overall_rating", overall.into()));
    let rating = |dice: &mut Dice| if overall == "HTXS" || (good && dice.chance(7_500)) { "T" } else { "D" };
    f.push(("quality_rating", rating(dice).into()));
    if full {
        const COMPETENCE: [&str; 10] = ["C1", "C2", "C3", "D1", "D2", "D3", "D4", "D5", "D6", "D7"];
        for (row, quality) in ["1", "2", "3", "4", "5"].into_iter().enumerate() {
            f.push((QUALITIES.at(row, 0), quality.into()));
            f.push((QUALITIES.at(row, 1), rating(dice).into()));
        }
        for (row, competence) in COMPETENCE.into_iter().enumerate() {
            f.push((COMPETENCES.at(row, 0), competence.into()));
            f.push((COMPETENCES.at(row, 1), rating(dice).into()));
        }
    }
    f.push(("promoted", Text::yes(overall != "CHT")));
    if stay.grade == 4 {
        f.push(("primary_completed", Text::yes(overall != "CHT")));
    }
    f.push(("remark", dice.pick(pool().words("praise")).into()));
    match overall {
        "HTXS" => Some("HSXS"),
        "HTT" if dice.chance(3_000) => Some("HSTB"),
        _ => None,
    }
}

/// TT 22/2021, or TT 58/2011 where it still held.
fn secondary(
    f: &mut Fields,
    room: &Room,
    stay: &Stay,
    person: &Person,
    old: bool,
    dice: &mut Dice,
) -> Option<&'static str> {
    let (mut marks, mut sum, mut least) = (0, 0, 100);
    let mut at_least = [0; 3]; // 9,0; 8,0; 6,5
    for (row, subject) in room.subjects.iter().enumerate() {
        f.push((SUBJECTS.at(row, 0), subject.code.into()));
        if subject.how == How::Remark {
            f.push((SUBJECTS.at(row, 2), "D".into()));
            continue;
        }
        let tenths = 76 + person.ability * 9 / 100 + dice.bell() * 6 / 100 - if row < 3 { 3 } else { 0 };
        let mut mark = tenths.clamp(50, 100);
        if stay.fails && row < 3 {
            mark = 28 + row as i32 * 2;
        }
        f.push((SUBJECTS.at(row, 1), Text::decimal(mark as u32, 1)));
        (marks, sum, least) = (marks + 1, sum + mark, least.min(mark));
        for (count, bound) in at_least.iter_mut().zip([90, 80, 65]) {
            *count += i32::from(mark >= bound);
        }
    }
    let needed = if marks >= 8 { 6 } else { 4 };
    let conduct = match dice.below(100) {
        0..80 if !stay.fails => 1,
        0..97 if !stay.fails => 2,
        _ => 3,
    };
    let promoted = !stay.fails;
    let honour = if old {
        let average = sum / marks.max(1);
        let study = match (average, least) {
            (80.., 65..) => "G",
            (65.., 50..) => "K",
            (50.., 35..) => "TB",
            _ => "Y",
        };
        f.push(("average_mark", Text::decimal(average as u32, 1)));
        f.push(("study_rating_tt58", study.into()));
        f.push(("conduct_rating_tt58", ["T", "K", "TB"][conduct - 1].into()));
        match (study, conduct) {
            ("G", 1) => Some("HSG"),
            ("G" | "K", 1 | 2) => Some("HSTT"),
            _ => None,
        }
    } else {
        let study = match least {
            65.. if at_least[1] >= needed => "1",
            50.. if at_least[2] >= needed => "2",
            35.. => "3",
            _ => "4",
        };
        f.push(("study_rating", study.into()));
        f.push(("conduct_rating", ["1", "2", "3"][conduct - 1].into()));
        match (study, conduct) {
            ("1", 1) if at_least[0] >= needed => Some("HSXS"),
            ("1", 1) => Some("HSG"),
            _ => None,
        }
    };
    f.push(("promoted", Text::yes(promoted)));
    if room.level.grades() == stay.grade + 1 {
        f.push(("graduation_eligible", Text::yes(promoted)));
    }
    if dice.chance(2_500) {
        f.push(("remark", dice.pick(pool().words("praise")).into()));
    }
    honour
}

fn praise(making: &Making, award: (usize, u32, u32, &'static str), dice: &mut Dice) -> Fields {
    let (year, pupil, enrolment, honour) = award;
    let first = i32::from(making.calendar.years[year]);
    let upper = making.school.parts.iter().any(|p| p.level > Level::Th);
    let prize = upper && dice.chance(1_500);
    let title = match honour {
        "HSXS" => "Học sinh Xuất sắc",
        "HSG" => "Học sinh Giỏi",
        "HSTT" => "Học sinh Tiên tiến",
        _ => "Học sinh tiêu biểu",
    };
    let content = if prize {
        dice.pick(pool().words("prize")).into()
    } else {
        Text::of(&format!("Danh hiệu {title} năm học {first}–{}", first + 1))
    };
    vec![
        ("pupil", Text::Ref(pupil)),
        ("enrolment", Text::Ref(enrolment)),
        ("reward_form", if prize { "05" } else { "06" }.into()),
        ("content", content),
        ("awarding_level", if prize { "4" } else { "1" }.into()),
        ("decision_number", Text::of(&format!("{}/QĐ-KT", 10 + dice.below(80)))),
        ("awarded_on", Text::date(if prize { day(first + 1, 4, 20) } else { day(first + 1, 5, 28) })),
    ]
}
