//! One record a learner and year: class, status, where from and where to, support.

use super::classes::Room;
use super::cohorts::{Life, Other, Stay};
use super::dice::Dice;
use super::family::{Families, Family, Hardship};
use super::making::Making;
use super::model::{Level, REFORM};
use super::pupils::Person;
use super::row::{Fields, Text, day};
use crate::tree::Day;

/// The number of the record of each life and year; 0 none.
pub(super) type Entries = Vec<[u32; 3]>;

/// Puts the members of each class in order of names and writes their records.
pub(super) fn write(
    making: &mut Making,
    rooms: &mut [Room],
    lives: &[Life],
    persons: &[Person],
    families: &Families,
    dice: &mut Dice,
) -> Entries {
    let mut entries = vec![[0; 3]; lives.len()];
    for room in rooms {
        room.members.sort_by_key(|&m| (persons[m as usize].name.order(), m));
        for (at, &member) in room.members.iter().enumerate() {
            let (life, person) = (&lives[member as usize], &persons[member as usize]);
            let Some(stay) = &life.stays[room.year] else { continue };
            let one = One { making, room, life, person, stay, family: &families.list[person.family] };
            let fields = one.fields(at as u32 + 1, dice);
            let year = making.calendar.years[room.year];
            entries[member as usize][room.year] = making.put("enrolment", year, stay.state(), fields);
        }
    }
    entries
}

struct One<'a, 'm> {
    making: &'a Making<'m>,
    room: &'a Room,
    life: &'a Life,
    person: &'a Person,
    stay: &'a Stay,
    family: &'a Family,
}

impl One<'_, '_> {
    fn fields(&self, order: u32, dice: &mut Dice) -> Fields {
        let (stay, level) = (self.stay, self.room.level);
        let mut f: Fields = Vec::with_capacity(22);
        f.push(("pupil", Text::Ref(self.person.local)));
        f.push(("class", Text::Ref(self.room.local)));
        f.push(("grade", level.grade_code(stay.grade).into()));
        f.push(("order_in_class", Text::int(order)));
        f.push(("status", stay.status.into()));
        if stay.status != "01" {
            f.push(("status_date", Text::date(stay.date)));
        }
        f.push(("enrolment_kind", stay.kind.into()));
        f.push(("entered_on", Text::date(self.entered())));
        self.transfer(&mut f, dice);
        if level == Level::Mn {
            f.push(("newly_admitted", Text::yes(stay.kind == "1")));
            f.push(("nutrition_checked", Text::yes(true)));
            let state = match dice.below(100) {
                0..92 => "00",
                92..95 => "01",
                95..98 => "02",
                _ => "04",
            };
            f.push(("nutrition", state.into()));
        } else {
            f.push(("repeated", Text::yes(stay.repeated)));
            f.push(("ministry_programme", Text::yes(true)));
        }
        if level == Level::Gdtx {
            f.push(("study_mode", "01".into()));
        } else {
            f.push(("two_sessions", Text::yes(self.room.two_sessions)));
        }
        if self.room.boards && dice.chance(9_400) {
            f.push(("day_boarder", Text::yes(true)));
            f.push(("day_boarding_kind", "02".into()));
        }
        self.support(&mut f);
        f
    }

    /// The day the learner came to this school.
    fn entered(&self) -> Day {
        let calendar = self.making.calendar;
        let Some((year, first)) = self.life.stays.iter().enumerate().find_map(|(y, s)| s.as_ref().map(|s| (y, s)))
        else {
            return calendar.start(self.room.year);
        };
        let day = match first.kind {
            "3" => first.date,
            "1" => calendar.start(year),
            _ => day(i32::from(calendar.years[year]) - first.grade as i32, 9, 5),
        };
        day.min(calendar.today)
    }

    fn transfer(&self, f: &mut Fields, dice: &mut Dice) {
        let stay = self.stay;
        match stay.status {
            "02" | "06" | "10" => {
                if let Some(name) = self.school_name(stay.other, stay.date, dice) {
                    f.push(("transfer_from_school", name));
                }
                f.push(("transfer_from_province", province(stay.other, stay.date, dice).into()));
            }
            "04" | "08" | "11" => {
                let place = match stay.other {
                    Other::School(_) | Other::Inside => "01",
                    Other::Outside => "02",
                    Other::Abroad => "03",
                };
                f.push(("transfer_place", place.into()));
                if let Some(name) = self.school_name(stay.other, stay.date, dice) {
                    f.push(("transfer_to_school", name));
                }
                if place != "03" {
                    f.push(("transfer_to_province", province(stay.other, stay.date, dice).into()));
                }
            }
            "05" | "09" | "12" => {
                let reason = match (self.room.level, dice.below(100)) {
                    (Level::Mn, 0..60) => "06",
                    (Level::Mn, _) => "09",
                    (_, 0..18) => "01",
                    (_, 18..45) => "02",
                    (_, 45..50) => "03",
                    (_, 50..68) => "06",
                    (_, 68..76) => "07",
                    (Level::Th, _) | (_, 76..82) => "09",
                    _ => "08",
                };
                f.push(("dropout_reason", reason.into()));
                if reason == "08" {
                    f.push(("moved_to_vocational", Text::yes(true)));
                }
            }
            _ => return,
        }
        if stay.gone() {
            f.push(("left_on", Text::date(stay.date.max(self.entered()))));
            match stay.status {
                "04" | "05" => f.push(("left_in_term", "1".into())),
                "08" | "09" => f.push(("left_in_term", "2".into())),
                _ => {}
            }
        }
    }

    /// The other school's name as it was that day; any school of the level if it is not a known one.
    fn school_name(&self, other: Other, on: Day, dice: &mut Dice) -> Option<Text> {
        let schools = &self.making.province.schools;
        let of = |ordinal: u32| schools.get(ordinal as usize).map(|s| Text::of(s.name_on(on)));
        match other {
            Other::School(ordinal) => of(ordinal),
            Other::Inside => (0..12).map(|_| dice.below(schools.len() as u32)).find_map(|ordinal| {
                let school = &schools[ordinal as usize];
                let fits = ordinal != self.making.school.ordinal && school.has(self.room.level) && !school.group;
                if fits && school.closed().is_none() { of(ordinal) } else { None }
            }),
            Other::Outside | Other::Abroad => None,
        }
    }

    fn support(&self, f: &mut Fields) {
        let family = self.family;
        let orphan = family.father.is_none() && family.mother.is_none();
        let group = match family.hardship {
            _ if orphan => "05",
            Hardship::Poor => "08",
            Hardship::NearPoor => "09",
            Hardship::None if family.veteran => "04",
            Hardship::None if self.person.disability.is_some() => "06",
            Hardship::None => "",
        };
        if !group.is_empty() {
            f.push(("policy_group", group.into()));
        }
        match family.hardship {
            Hardship::Poor => {
                f.push(("poor_household", Text::yes(true)));
                f.push(("support_kind", "2".into()));
                f.push(("fee_exempt", Text::yes(true)));
                f.push(("study_cost_support", Text::yes(true)));
                if self.room.level == Level::Mn {
                    f.push(("lunch_support", Text::yes(true)));
                }
            }
            Hardship::NearPoor => {
                f.push(("support_kind", "3".into()));
                f.push(("fee_reduced", Text::yes(true)));
            }
            Hardship::None => {}
        }
        if self.person.disability.is_some() {
            f.push(("inclusive_education", Text::yes(true)));
            f.push(("individual_plan", Text::yes(true)));
            if self.person.not_assessed() && self.room.level != Level::Mn {
                f.push(("disability_not_assessed", Text::yes(true)));
            }
        }
    }
}

/// The province of the other school on that day.
fn province(other: Other, on: Day, dice: &mut Dice) -> &'static str {
    match other {
        Other::School(_) | Other::Inside if on >= REFORM => "31",
        Other::School(_) | Other::Inside => "30",
        Other::Outside | Other::Abroad => dice.pick(&["01", "22", "33", "01", "79"]),
    }
}
