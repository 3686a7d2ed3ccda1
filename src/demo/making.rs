//! One school in the making: its rows so far and what all parts of the generator need.

use super::calendar::Calendar;
use super::dice::{Dice, Purpose};
use super::model::{Level, Province, School};
use super::people::NumberDesk;
use super::row::{Fields, NewRow, SchoolData, State};
use super::{classes, cohorts, enrolments, health, pupils, results, site, staff};

/// A school whose records are being made.
pub(super) struct Making<'a> {
    pub(super) province: &'a Province,
    pub(super) school: &'a School,
    pub(super) calendar: Calendar,
    pub(super) desk: NumberDesk,
    rows: Vec<NewRow>,
}

impl<'a> Making<'a> {
    pub(super) fn new(province: &'a Province, school: &'a School) -> Self {
        Self {
            province,
            school,
            calendar: Calendar { years: province.params.years, today: province.today },
            desk: NumberDesk::new(province.params.seed, school.numbers),
            rows: Vec::new(),
        }
    }

    /// A stream of throws for this school.
    pub(super) fn dice(&self, purpose: Purpose) -> Dice {
        Dice::new(self.province.params.seed, self.school.unit.0, purpose)
    }

    /// Adds a record and gives its number.
    pub(super) fn put(&mut self, kind: &'static str, year: u16, state: State, fields: Fields) -> u32 {
        let local = self.rows.len() as u32 + 1;
        self.rows.push(NewRow { local, kind, year, state, fields });
        local
    }

    /// Whether the school teaches `level` in a year.
    pub(super) fn teaches(&self, level: Level, year: usize) -> bool {
        self.school.parts.iter().any(|p| p.level == level && p.first <= year && year <= p.last)
    }

    /// Whether the school has learners in a year.
    pub(super) fn is_open(&self, year: usize) -> bool {
        self.school.parts.iter().any(|p| p.first <= year && year <= p.last)
    }
}

impl Province {
    /// All records of the `ordinal`-th school, in order of dependence. An ordinal that does not exist
    /// has none. May be called for any school, in any order, from any thread.
    pub fn school(&self, ordinal: u32) -> Option<SchoolData> {
        let school = self.schools.get(ordinal as usize)?;
        let mut making = Making::new(self, school);
        let lives = cohorts::lives(school, making.calendar, &mut making.dice(Purpose::Cohorts));
        let mut rooms = classes::divide(school, &lives, self.params.years);
        let mut staff_dice = making.dice(Purpose::Staff);
        let team = staff::draw(&mut making, &rooms, &mut staff_dice);
        making.rows.reserve(lives.len() * 5 + team.len() + 64);

        let mut site_dice = making.dice(Purpose::Site);
        let campuses = site::school_and_campuses(&mut making, &rooms, &team, &mut site_dice);
        let team = staff::write(&mut making, team, &mut staff_dice);
        classes::write(&mut making, &mut rooms, &team, &campuses, &mut site_dice);
        site::programme_rooms_money(&mut making, &rooms, &campuses, &mut site_dice);
        let mut people_dice = making.dice(Purpose::People);
        let (persons, families) = pupils::write(&mut making, &lives, &mut people_dice);
        let mut results_dice = making.dice(Purpose::Results);
        let entries = enrolments::write(&mut making, &mut rooms, &lives, &persons, &families, &mut results_dice);
        results::write(&mut making, &rooms, &lives, &persons, &entries, &mut results_dice);
        health::write(&mut making, &rooms, &lives, &persons, &entries, &mut results_dice);
        Some(SchoolData { unit: school.unit, rows: making.rows })
    }
}
