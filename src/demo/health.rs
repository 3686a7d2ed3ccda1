//! A few health checks at the beginning of the newest year (or the one before, if it has just begun).

use super::classes::Room;
use super::cohorts::Life;
use super::dice::Dice;
use super::enrolments::Entries;
use super::making::Making;
use super::model::Level;
use super::people::Sex;
use super::pool::{bare, pool};
use super::pupils::Person;
use super::row::{Fields, State, Text, day};
use crate::tree::Day;

/// Learners checked, in 10 000.
const CHECKED: u32 = 700;

/// Writes the checks.
pub(super) fn write(
    making: &mut Making,
    rooms: &[Room],
    lives: &[Life],
    persons: &[Person],
    entries: &Entries,
    dice: &mut Dice,
) {
    let on = |year: usize| day(i32::from(making.calendar.years[year]), 9, 18);
    let Some(year) = (1..3).rev().find(|y| on(*y) <= making.calendar.today) else { return };
    let first = on(year);
    for room in rooms.iter().filter(|r| r.year == year) {
        for &member in &room.members {
            let here = lives[member as usize].stays[year].is_some_and(|s| !s.gone() && s.date <= first);
            if !here || !dice.chance(CHECKED) {
                continue;
            }
            let date = dice.between(first, (first + 40).min(making.calendar.today));
            let entry = entries[member as usize][year];
            let fields = check(making, room, &persons[member as usize], entry, date, dice);
            making.put("health_check", making.calendar.years[year], State::Active, fields);
        }
    }
}

fn check(making: &Making, room: &Room, person: &Person, entry: u32, date: Day, dice: &mut Dice) -> Fields {
    let months = (date - person.born) * 12 / 365;
    // Tenths of a centimetre; growth slows after fourteen, a little earlier for girls.
    let grown = months.min(if person.sex == Sex::Female { 165 } else { 185 });
    let height = 760 + grown * 50 / 10 + dice.bell() * 40 / 100;
    let index = 148 + (months - 60).max(0) * 4 / 10 + dice.bell() * 14 / 100;
    let weight = index * height / 1_000 * height / 1_000;
    let height = height as u32;
    let weight = weight.max(60) as u32;
    let exact = weight * 1_000_000 / (height * height);
    let mut f: Fields = Vec::with_capacity(12);
    f.push(("pupil", Text::Ref(person.local)));
    f.push(("enrolment", Text::Ref(entry)));
    f.push(("checked_on", Text::date(date)));
    let commune = bare(pool().communes[making.school.commune].old_name);
    f.push(("checked_by", Text::of(&format!("Trạm Y tế {commune}"))));
    f.push(("height", Text::decimal(height, 1)));
    f.push(("weight", Text::decimal(weight, 1)));
    f.push(("bmi", Text::decimal(exact, 1)));
    let (eyes, swims) = match room.level {
        Level::Mn => (200, 100),
        Level::Th => (1_200, 2_600),
        _ => (3_000, 4_800),
    };
    if dice.chance(eyes) {
        f.push(("eye_disease", dice.pick(pool().words("eye")).into()));
    }
    if dice.chance(900) {
        f.push(("other_disease", dice.pick(pool().words("other_disease")).into()));
    }
    f.push(("can_swim", Text::yes(dice.chance(swims))));
    f
}
