//! Who was in which grade in which year: classes that go up together, some who repeat, come, leave or
//! give up. Only lives, no persons yet. The number in class in the newest year is exact.

use super::calendar::{Calendar, Season};
use super::dice::Dice;
use super::model::{Flow, Grade, Level, Part, School, What};
use super::row::State;
use crate::tree::Day;

/// Where a learner came from or went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// Another school of the province, by ordinal.
    School(u32),
    /// Some school of the province.
    Inside,
    /// Another province.
    Outside,
    /// Abroad.
    Abroad,
}

/// One learner in one year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    /// Index of the grade in the part's level.
    pub(super) grade: usize,
    /// Code of the list `pupil_status`.
    pub(super) status: &'static str,
    /// The day of a status other than 01.
    pub(super) date: Day,
    /// Code of the list `enrolment_kind`.
    pub(super) kind: &'static str,
    /// Repeats the grade of the year before.
    pub(super) repeated: bool,
    /// Must repeat it next year.
    pub(super) fails: bool,
    /// From or to where, for transfers.
    pub(super) other: Other,
}

impl Stay {
    /// Whether the learner left during or after this year, other than by finishing.
    pub(super) fn gone(&self) -> bool {
        matches!(self.status, "04" | "05" | "08" | "09" | "11" | "12")
    }

    /// Whether there is a result at the end of the year.
    pub(super) fn has_result(&self) -> bool {
        !matches!(self.status, "04" | "05" | "08" | "09")
    }

    /// The state of the year's record.
    pub(super) fn state(&self) -> State {
        match self.status {
            "04" | "08" | "11" => State::TransferredOut,
            "05" | "09" | "12" => State::Left,
            _ => State::Active,
        }
    }
}

/// One learner over the three years.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// Index of the part of the school.
    pub(super) part: usize,
    /// Keeps classmates together from year to year.
    pub(super) letter: u32,
    /// Year of birth.
    pub(super) birth_year: i32,
    /// By year.
    pub(super) stays: [Option<Stay>; 3],
    /// The state of the learner's own record.
    pub(super) state: State,
}

/// All learners of a school.
pub(super) fn lives(school: &School, calendar: Calendar, dice: &mut Dice) -> Vec<Life> {
    let mut all = Vec::new();
    for (index, part) in school.parts.iter().enumerate() {
        let top = part.grades.iter().rposition(|g| g.learners > 0).unwrap_or(0);
        let mut cohorts = Cohorts { school, part, index, top, calendar, dice, lives: &mut all, letter: 0 };
        for grade in 0..=top + (part.last - part.first) {
            cohorts.cohort(grade);
        }
    }
    all
}

struct Cohorts<'a> {
    school: &'a School,
    part: &'a Part,
    index: usize,
    /// The highest grade taught.
    top: usize,
    calendar: Calendar,
    dice: &'a mut Dice,
    lives: &'a mut Vec<Life>,
    /// The next learner's letter: in turn, so that classes are of one size.
    letter: u32,
}

/// How many in 10 000 a year: leave, give up, repeat.
fn rates(level: Level, grade: usize) -> (u32, u32, u32) {
    match level {
        Level::Mn => (80, 30, 0),
        Level::Th => (110, 3, if grade == 0 { 90 } else { 20 }),
        Level::Thcs => (110, 25, 35),
        Level::Thpt => (80, 70, 30),
        Level::Gdtx => (60, 350, 30),
    }
}

impl Cohorts<'_> {
    /// The grade of a cohort in a year; nothing before it came or after it finished.
    fn grade_in(&self, at_last: usize, year: usize, older_by: usize) -> Option<usize> {
        let grade = (at_last + older_by).checked_sub(self.part.last - year)?;
        (grade <= self.top).then_some(grade)
    }

    /// All who are in this grade in the part's last year, or would be if there were such a grade.
    fn cohort(&mut self, at_last: usize) {
        let size = self.part.grades.get(at_last.min(self.top)).map_or(0, |g: &Grade| u32::from(g.learners));
        self.letter = 0;
        // Those who finished were about as many.
        let size = if at_last > self.top { (size as i32 * self.dice.between(96, 104) / 100) as u32 } else { size };
        for _ in 0..size {
            self.stayer(at_last);
        }
        for year in self.part.first..=self.part.last {
            let Some(grade) = self.grade_in(at_last, year, 0) else { continue };
            let (leave, drop, _) = rates(self.part.level, grade);
            for _ in 0..self.dice.share(size, leave) {
                self.leaver(at_last, year, false);
            }
            for _ in 0..self.dice.share(size, drop) {
                self.leaver(at_last, year, true);
            }
            if let Some(flow) = self.part.outflow.filter(|f| f.at == year + 1 && grade < self.top) {
                for _ in 0..size * flow.in_1000 / 1_000 {
                    self.moved(at_last, year, flow);
                }
            }
        }
    }

    /// A life without events. `repeat` is the year in which a grade is repeated.
    fn life(&mut self, at_last: usize, repeat: Option<usize>) -> Life {
        let level = self.part.level;
        let mut stays = [None; 3];
        let mut before: Option<usize> = None;
        for (year, stay) in stays.iter_mut().enumerate().take(self.part.last + 1).skip(self.part.first) {
            let older_by = usize::from(repeat.is_some_and(|r| year < r));
            let Some(grade) = self.grade_in(at_last, year, older_by) else { continue };
            let repeated = repeat == Some(year);
            let kind = if repeated {
                "2"
            } else if grade == 0 || (level == Level::Mn && before.is_none()) {
                "1"
            } else {
                "6"
            };
            let fails = repeat == Some(year + 1);
            *stay = Some(Stay { grade, status: "01", date: 0, kind, repeated, fails, other: Other::Inside });
            before = Some(grade);
        }
        let mut late = i32::from(repeat.is_some());
        match level {
            Level::Gdtx if self.dice.chance(2_500) => late += 1 + self.dice.below(8) as i32,
            Level::Mn | Level::Gdtx => {}
            _ if self.dice.chance(40) => late += 1,
            _ => {}
        }
        self.letter += 1;
        let year = i32::from(self.calendar.years[self.part.last]);
        let birth_year = year - i32::from(level.age(0)) - at_last as i32 - late;
        Life { part: self.index, letter: self.letter, birth_year, stays, state: State::Left }
    }

    /// Somebody who is in class at the end of the part's last year, or finished before.
    fn stayer(&mut self, at_last: usize) {
        let repeat = (self.part.first + 1..=self.part.last).find(|&year| {
            let grade = self.grade_in(at_last, year, 0);
            grade.is_some_and(|g| self.dice.chance(rates(self.part.level, g).2))
        });
        let mut life = self.life(at_last, repeat);
        if self.part.level == Level::Mn {
            self.admit(&mut life);
        }
        self.join(&mut life);
        self.come_together(&mut life);
        self.finish(&mut life);
        if life.stays.iter().any(Option::is_some) {
            self.lives.push(life);
        }
    }

    /// Preschool is entered at any age: earlier years are dropped so that the younger groups are smaller.
    fn admit(&mut self, life: &mut Life) {
        let size = |grade: usize| u32::from(self.part.grades[grade].learners).max(1);
        for year in (self.part.first + 1..=self.part.last).rev() {
            let (Some(now), Some(_)) = (life.stays[year], life.stays[year - 1]) else { continue };
            if now.grade > 0 && !self.dice.chance(size(now.grade - 1) * 10_000 / size(now.grade)) {
                life.stays[..year].fill(None);
                if let Some(stay) = &mut life.stays[year] {
                    stay.kind = "1";
                }
                return;
            }
        }
    }

    /// Some came from another school, or came back after a break.
    fn join(&mut self, life: &mut Life) {
        let rate = rates(self.part.level, 0).0 * 8 / 10;
        for year in self.part.first..=self.part.last {
            let Some(stay) = life.stays[year] else { continue };
            if stay.kind == "2" || stay.gone() {
                continue;
            }
            if self.part.level != Level::Mn && self.dice.chance(4) {
                let date = self.calendar.in_season(self.dice, year, Season::Term1);
                if let (Some(date), Some(stay)) = (date, &mut life.stays[year]) {
                    (stay.status, stay.date) = ("03", date);
                }
                continue;
            }
            let rate = if stay.grade == 0 { rate / 2 } else { rate };
            if !self.dice.chance(rate) {
                continue;
            }
            let (season, status) = match self.dice.below(100) {
                0..50 if stay.grade > 0 => (Season::Before, "10"),
                0..80 => (Season::Term1, "02"),
                _ => (Season::Term2, "06"),
            };
            let Some(date) = self.calendar.in_season(self.dice, year, season) else { continue };
            let other = if self.dice.chance(6_500) { Other::Inside } else { Other::Outside };
            life.stays[..year].fill(None);
            life.stays[year] = Some(Stay { status, date, kind: "3", other, ..stay });
            return;
        }
    }

    /// Those who came together when schools were merged or split.
    fn come_together(&mut self, life: &mut Life) {
        let Some(flow) = self.part.inflow else { return };
        let Some(stay) = life.stays[flow.at] else { return };
        let came_otherwise = stay.kind == "3" || life.stays[flow.at + 1..].iter().flatten().any(|s| s.kind == "3");
        if stay.grade == 0 || came_otherwise || self.dice.below(1_000) >= flow.in_1000 {
            return;
        }
        life.stays[..flow.at].fill(None);
        let begin = self.calendar.start(flow.at) - 30;
        let date = (begin + self.dice.between(0, 20)).min(self.calendar.today);
        let other = Other::School(flow.other);
        life.stays[flow.at] = Some(Stay { status: "10", date, kind: "3", repeated: false, other, ..stay });
    }

    /// How it ends for those who did not leave on their own.
    fn finish(&mut self, life: &mut Life) {
        let closes =
            self.school.closed().or_else(|| (self.part.last < 2).then(|| self.calendar.end(self.part.last) + 61));
        let Some(last) = life.stays.iter().rposition(Option::is_some) else { return };
        let Some(stay) = &mut life.stays[last] else { return };
        if last == 2 {
            life.state = State::Active;
            return;
        }
        let unfinished = stay.grade < self.top && last == self.part.last;
        // A nursery group does not teach the last year before school.
        let half_way = self.school.group && stay.grade == self.top && self.top + 1 < self.part.level.grades();
        if unfinished || half_way {
            let into = self.school.story.iter().find_map(|h| match h.what {
                What::MergedInto(into) => Some(Other::School(into)),
                _ => None,
            });
            stay.status = "11";
            stay.other = into.filter(|_| unfinished).unwrap_or(Other::Inside);
            stay.date = match closes {
                Some(day) if unfinished => (day - 1).min(self.calendar.end(last) + 29),
                _ => self.calendar.end(last) + 10,
            };
            life.state = State::TransferredOut;
        }
    }

    /// Somebody who left in that year, to another school or for good.
    fn leaver(&mut self, at_last: usize, year: usize, for_good: bool) {
        let mut life = self.life(at_last, None);
        life.stays[year + 1..].fill(None);
        let Some(stay) = &mut life.stays[year] else { return };
        let (season, leave, drop) = match self.dice.below(100) {
            0..40 if stay.grade < self.top => (Season::Summer, "11", "12"),
            0..70 => (Season::Term1, "04", "05"),
            _ => (Season::Term2, "08", "09"),
        };
        let Some(date) = self.calendar.in_season(self.dice, year, season) else { return };
        stay.date = date;
        stay.status = if for_good { drop } else { leave };
        stay.other = match self.dice.below(100) {
            0..62 => Other::Inside,
            62..99 => Other::Outside,
            _ => Other::Abroad,
        };
        life.state = if for_good { State::Left } else { State::TransferredOut };
        self.lives.push(life);
    }

    /// Somebody who went to the school that was split off.
    fn moved(&mut self, at_last: usize, year: usize, flow: Flow) {
        let mut life = self.life(at_last, None);
        life.stays[year + 1..].fill(None);
        let date = self.calendar.end(year) + 29;
        if let Some(stay) = &mut life.stays[year] {
            (stay.status, stay.date, stay.other) = ("11", date, Other::School(flow.other));
            life.state = State::TransferredOut;
            self.lives.push(life);
        }
    }
}
