//! The three school years and what of them has passed by today. Nothing is dated later than today.

use super::dice::Dice;
use super::row::day;
use crate::tree::Day;

/// A part of a school year in which learners come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Season {
    /// August, before the year begins.
    Before,
    /// First term.
    Term1,
    /// Second term.
    Term2,
    /// June, after the year.
    Summer,
}

/// The years of a province.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// First calendar years, oldest first.
    pub(super) years: [u16; 3],
    /// Nothing is later.
    pub(super) today: Day,
}

impl Calendar {
    /// First day of lessons.
    pub(super) fn start(self, year: usize) -> Day {
        day(i32::from(self.years[year]), 9, 5)
    }

    /// Last day of lessons.
    pub(super) fn end(self, year: usize) -> Day {
        day(i32::from(self.years[year]) + 1, 5, 31)
    }

    /// Whether the year's results are known.
    pub(super) fn finished(self, year: usize) -> bool {
        self.end(year) <= self.today
    }

    /// A day in a season of a year, not after today; nothing if the season has not begun.
    pub(super) fn in_season(self, dice: &mut Dice, year: usize, season: Season) -> Option<Day> {
        let first = i32::from(self.years[year]);
        let (from, to) = match season {
            Season::Before => (day(first, 8, 5), day(first, 8, 30)),
            Season::Term1 => (day(first, 9, 8), day(first + 1, 1, 10)),
            Season::Term2 => (day(first + 1, 1, 20), day(first + 1, 5, 20)),
            Season::Summer => (day(first + 1, 6, 2), day(first + 1, 6, 28)),
        };
        let to = to.min(self.today);
        (from <= to).then(|| dice.between(from, to))
    }
}
