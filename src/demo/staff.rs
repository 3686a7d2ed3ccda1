//! Managers, teachers and support staff of a school, some of whom came or left within the three years.

use super::classes::Room;
use super::curriculum::{self, Subject};
use super::dice::Dice;
use super::making::Making;
use super::model::{Level, Ownership, Part};
use super::people::{Name, Sex, born};
use super::row::{civil, day};
use super::staff_record;
use crate::tree::Day;

/// What somebody does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Manager,
    Teacher,
    Support,
}

/// Why somebody is no longer here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    Retired,
    Moved,
    /// The school ended or was merged.
    Closed,
}

/// Somebody of the staff.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) sex: Sex,
    pub(super) born: Day,
    pub(super) role: Role,
    /// Code of the list `staff_position`; "" none.
    pub(super) position: &'static str,
    /// Code of the list `teaching_subject`; "" none.
    pub(super) subject: &'static str,
    pub(super) level: Level,
    /// Indices of the first and last year here.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) leaving: Option<(Leaving, Day)>,
    /// First day in the profession.
    pub(super) recruited: Day,
    /// First day in this school.
    pub(super) came: Day,
    /// The record's number, once written.
    pub(super) local: u32,
}

impl Member {
    pub(super) fn is_here(&self, year: usize) -> bool {
        self.from <= year && year <= self.to
    }
}

/// All who work or worked here in the three years; the head first.
pub(super) struct Team {
    pub(super) members: Vec<Member>,
    /// By year and teaching subject: numbers of records.
    by_subject: [Vec<(&'static str, Vec<u32>)>; 3],
}

impl Team {
    /// How many there were in a year.
    pub(super) fn count(&self, year: usize) -> usize {
        self.members.iter().filter(|m| m.is_here(year)).count()
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// The head, and the clerk who enters data (the head if there is none).
    pub(super) fn head(&self) -> &Member {
        &self.members[0]
    }

    /// The first still here who holds `position`, or the head.
    pub(super) fn holder(&self, position: &str) -> &Member {
        self.members.iter().find(|m| m.position == position && m.leaving.is_none()).unwrap_or(self.head())
    }

    /// Files teachers by subject; called when all have numbers.
    pub(super) fn index(&mut self) {
        for year in 0..3 {
            let mut map: Vec<(&'static str, Vec<u32>)> = Vec::new();
            for m in self.members.iter().filter(|m| m.role == Role::Teacher && m.is_here(year)) {
                match map.iter_mut().find(|(code, _)| *code == m.subject) {
                    Some((_, list)) => list.push(m.local),
                    None => map.push((m.subject, vec![m.local])),
                }
            }
            self.by_subject[year] = map;
        }
    }

    /// Who teaches a subject in a class; nothing if that is the homeroom teacher's.
    pub(super) fn teacher(&self, subject: &Subject, room: &Room, number: usize) -> Option<u32> {
        let codes = subject.teachers;
        let order = (0..codes.len()).map(|i| codes[(i + number) % codes.len()]);
        let lists = &self.by_subject[room.year];
        let mut found = order.filter_map(|code| lists.iter().find(|(c, _)| *c == code));
        found.next().map(|(_, list)| list[number % list.len()])
    }

    /// Teachers who can have a homeroom in a year, each once.
    pub(super) fn homerooms(&self, year: usize) -> Homerooms {
        let fits = |m: &&Member| {
            let stays = m.leaving.is_none() || m.to > year || year == 0;
            let general = m.level != Level::Th || m.subject == "09";
            m.role == Role::Teacher && m.is_here(year) && stays && general
        };
        let mut teachers: Vec<(Level, u32)> = self.members.iter().filter(fits).map(|m| (m.level, m.local)).collect();
        let turn = teachers.len() / 3 * year;
        teachers.rotate_left(turn);
        Homerooms { teachers }
    }
}

/// Homeroom teachers not yet given a class.
pub(super) struct Homerooms {
    teachers: Vec<(Level, u32)>,
}

impl Homerooms {
    pub(super) fn take(&mut self, level: Level) -> Option<u32> {
        let at = self.teachers.iter().position(|(l, _)| *l == level)?;
        Some(self.teachers.remove(at).1)
    }
}

/// Teachers for a hundred classes.
fn teachers_per_100(level: Level) -> usize {
    match level {
        Level::Mn => 190,
        Level::Th => 142,
        Level::Thcs => 185,
        Level::Thpt => 220,
        Level::Gdtx => 160,
    }
}

/// Draws the staff. Nothing is written yet.
pub(super) fn draw(making: &mut Making, rooms: &[Room], dice: &mut Dice) -> Team {
    let school = making.school;
    let first = school.parts.iter().map(|p| p.first).min().unwrap_or(0);
    let last = school.parts.iter().map(|p| p.last).max().unwrap_or(2);
    let mut drawing = Drawing { making, dice, members: Vec::new() };
    let top = school.parts.last().map_or(Level::Mn, |p| p.level);
    let (head, deputy) = if top == Level::Gdtx { ("05", "06") } else { ("01", "02") };
    let subject = if top == Level::Th { "09" } else { curriculum::teachers(top)[0].0 };
    let most = (first..=last).map(|y| rooms.iter().filter(|r| r.year == y).count()).max().unwrap_or(1);

    drawing.person(Role::Manager, head, subject, top, first, last, (40, 55));
    let deputies = if school.group { 0 } else { 1 + usize::from(most > 14) + usize::from(most > 30) };
    for _ in 0..deputies {
        drawing.person(Role::Manager, deputy, subject, top, first, last, (36, 54));
    }
    for part in &school.parts {
        drawing.teachers(part);
    }
    for position in support(school.group, school.ownership == Ownership::Private, top, most) {
        drawing.person(Role::Support, position, "", top, first, last, (26, 56));
    }
    Team { members: drawing.members, by_subject: [const { Vec::new() }; 3] }
}

/// Positions of support staff (list `staff_position`).
fn support(group: bool, private: bool, level: Level, classes: usize) -> Vec<&'static str> {
    if group {
        return vec!["31"];
    }
    let mut all = vec!["15", "16", "11", "17"];
    if level == Level::Mn {
        all.extend(std::iter::repeat_n("31", (classes / 4).max(1)));
    } else {
        all.push("09");
    }
    if matches!(level, Level::Thcs | Level::Thpt) {
        all.push("10");
    }
    if level == Level::Thpt || private {
        all.extend(["17", "32"]);
    }
    if level == Level::Mn {
        all.retain(|p| *p != "32");
    }
    if classes < 8 {
        // Small schools share an accountant and a nurse with their neighbour.
        all.retain(|p| *p != "15" && *p != "11");
    }
    all
}

struct Drawing<'m, 'a> {
    making: &'m mut Making<'a>,
    dice: &'m mut Dice,
    members: Vec<Member>,
}

impl Drawing<'_, '_> {
    fn teachers(&mut self, part: &Part) {
        let count = (part.classes() as usize * teachers_per_100(part.level)).div_ceil(100).max(2);
        let mut shares: Vec<(&'static str, u32, u32)> =
            curriculum::teachers(part.level).iter().map(|(code, weight)| (*code, *weight, 0)).collect();
        for n in 0..count {
            // Primary classes have one teacher each; what is left goes to single subjects.
            let subject = if part.level == Level::Th && n < part.classes() as usize {
                "09"
            } else {
                let best = shares.iter_mut().max_by_key(|(_, weight, given)| weight * 1_000 / (given + 1));
                best.map_or("09", |(code, _, given)| {
                    *given += 1;
                    code
                })
            };
            let position = if n % 9 == 4 { "03" } else { "" };
            // Now and then somebody makes room for somebody else.
            let change = (part.first + 1..=part.last).find(|_| self.dice.chance(300));
            match change {
                None => self.person(Role::Teacher, position, subject, part.level, part.first, part.last, (24, 57)),
                Some(year) => {
                    self.person(Role::Teacher, position, subject, part.level, part.first, year - 1, (24, 57));
                    self.person(Role::Teacher, position, subject, part.level, year, part.last, (23, 45));
                }
            }
        }
    }

    fn person(
        &mut self,
        role: Role,
        position: &'static str,
        subject: &'static str,
        level: Level,
        from: usize,
        to: usize,
        ages: (i32, i32),
    ) {
        let dice = &mut *self.dice;
        let calendar = self.making.calendar;
        let women = match (role, level) {
            (_, Level::Mn) if position != "17" => 9_950,
            (Role::Manager, _) => 4_800,
            (Role::Support, _) if position == "17" => 300,
            (Role::Support, _) => 7_500,
            (_, Level::Th) => 8_200,
            (_, Level::Thcs) => 6_900,
            _ => 6_200,
        };
        let sex = Sex::draw(dice, women);
        let year_of = |year: usize| i32::from(calendar.years[year]);
        let part_ends = self.making.school.parts.iter().any(|p| p.level == level && p.last == to && to < 2);
        let end = day(year_of(to) + 1, 6, 30).min(calendar.today);
        let mut age = dice.between(ages.0, ages.1);
        let leaving = if to == 2 {
            None
        } else if part_ends {
            Some((Leaving::Closed, end))
        } else if role == Role::Teacher && dice.chance(4_500) {
            age = if sex == Sex::Female { 57 } else { 61 };
            Some((Leaving::Retired, end))
        } else {
            Some((Leaving::Moved, end))
        };
        let birth_year = year_of(to) - age;
        let fresh = from > 0
            && role == Role::Teacher
            && dice.chance(5_000)
            && self.making.school.parts.iter().all(|p| p.first == 0);
        let start = day(year_of(from), 8, 15).min(calendar.today);
        let (birth_year, recruited, came) = if fresh {
            (year_of(from) - dice.between(22, 27), start, start)
        } else {
            let recruited = day(birth_year + dice.between(22, 25), 9, 1).min(start);
            let years = ((start - recruited) / 366).max(0);
            let here = dice.between(0, years);
            let came = if from > 0 { start } else { day(civil(start).0 - here, 8, 15).max(recruited) };
            (birth_year, recruited, came)
        };
        let name = Name::draw(dice, sex, birth_year, None);
        let born = born(dice, birth_year);
        self.members.push(Member {
            name,
            sex,
            born,
            role,
            position,
            subject,
            level,
            from,
            to,
            leaving,
            recruited,
            came,
            local: 0,
        });
    }
}

/// Writes the records of all and numbers them.
pub(super) fn write(making: &mut Making, mut team: Team, dice: &mut Dice) -> Team {
    for at in 0..team.members.len() {
        let (state, fields) = staff_record::fields(making, &team.members[at], dice);
        team.members[at].local = making.put("staff", 0, state, fields);
    }
    team.index();
    team
}
