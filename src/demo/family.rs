//! Families of a school's learners: parents, home, hardship. Brothers and sisters share them.

use super::dice::Dice;
use super::people::{Home, Name, NumberDesk, Sex, ethnicity, phone, surname_of};
use super::pool::pool;
use super::row::{Text, civil};
use crate::tree::Day;

/// A parent or guardian.
pub(super) struct Adult {
    pub(super) name: Name,
    pub(super) birth_year: i32,
    pub(super) job: &'static str,
    pub(super) workplace: Option<&'static str>,
    pub(super) phone: Text,
    pub(super) number: Option<Text>,
}

/// Need, as the commune certifies it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hardship {
    None,
    NearPoor,
    Poor,
}

/// A family.
pub(super) struct Family {
    pub(super) surname: u16,
    pub(super) ethnicity: &'static str,
    pub(super) religion: &'static str,
    pub(super) father: Option<Adult>,
    pub(super) mother: Option<Adult>,
    /// Code of the list `relation`, and who.
    pub(super) guardian: Option<(&'static str, Adult)>,
    pub(super) home: Home,
    pub(super) hardship: Hardship,
    /// A parent was wounded in war or service.
    pub(super) veteran: bool,
    children: Vec<Day>,
}

/// All families of a school.
#[derive(Default)]
pub(super) struct Families {
    pub(super) list: Vec<Family>,
}

impl Families {
    /// A family for a child born that day: one in five has a brother or sister here already.
    pub(super) fn of_child(&mut self, dice: &mut Dice, desk: &mut NumberDesk, commune: usize, born: Day) -> usize {
        if !self.list.is_empty() && dice.chance(3_000) {
            for _ in 0..4 {
                let at = dice.below(self.list.len() as u32) as usize;
                if self.list[at].has_room(born) {
                    self.list[at].children.push(born);
                    return at;
                }
            }
        }
        self.list.push(Family::draw(dice, desk, commune, born));
        self.list.len() - 1
    }
}

impl Family {
    fn has_room(&self, born: Day) -> bool {
        let year = civil(born).0;
        let spaced = self.children.iter().all(|other| (born - other).abs() >= 450);
        let old_enough =
            |parent: &Option<Adult>| parent.as_ref().is_none_or(|p| (19..=44).contains(&(year - p.birth_year)));
        self.children.len() < 3 && spaced && old_enough(&self.mother) && old_enough(&self.father)
    }

    fn draw(dice: &mut Dice, desk: &mut NumberDesk, commune: usize, born: Day) -> Self {
        let year = civil(born).0;
        let ethnicity = ethnicity(dice);
        let surname = surname_of(dice, ethnicity);
        let father_name = Name::draw(dice, Sex::Male, year - 30, surname);
        let mother_year = year - 27 - dice.bell() * 45 / 1_000;
        let father_year = (mother_year - 3 - dice.bell() * 3 / 100).clamp(year - 60, year - 20);
        let orphan = dice.chance(40);
        let alone = dice.chance(280);
        let father = (!orphan && !alone).then(|| Adult::of(dice, desk, father_name, Sex::Male, father_year));
        let mother = (!orphan && !dice.chance(60)).then(|| {
            let name = Name::draw(dice, Sex::Female, mother_year, None);
            Adult::of(dice, desk, name, Sex::Female, mother_year.min(year - 18))
        });
        let guardian = (orphan || mother.is_none()).then(|| {
            let (relation, sex) =
                dice.pick(&[("03", Sex::Male), ("04", Sex::Female), ("07", Sex::Female), ("08", Sex::Male)]);
            let name = Name::draw(dice, sex, year - 55, None);
            let birth_year = year - 50 - dice.between(0, 12);
            (relation, Adult::of(dice, desk, name, sex, birth_year))
        });
        let hardship = match dice.below(1_000) {
            0..18 => Hardship::Poor,
            18..45 => Hardship::NearPoor,
            _ => Hardship::None,
        };
        Self {
            surname: father_name.surname(),
            ethnicity,
            religion: if dice.chance(250) { "02" } else { "99" },
            father,
            mother,
            guardian,
            home: Home::draw(dice, commune),
            hardship,
            veteran: dice.chance(30),
            children: vec![born],
        }
    }
}

impl Adult {
    fn of(dice: &mut Dice, desk: &mut NumberDesk, name: Name, sex: Sex, birth_year: i32) -> Self {
        let job = dice.pick(pool().words("job"));
        let workplace = dice.chance(3_000).then(|| dice.pick(pool().words("workplace")));
        let phone = phone(dice);
        let number = if dice.chance(3_000) { desk.personal(dice, sex, birth_year) } else { None };
        Self { name, birth_year, job, workplace, phone, number }
    }
}
