//! The learners of a school as persons: names, births, numbers, families, and the record of each.

use super::cohorts::Life;
use super::dice::Dice;
use super::family::{Adult, Families, Family, Hardship};
use super::making::Making;
use super::model::Level;
use super::people::{Name, Sex, birthplace, born};
use super::pool::pool;
use super::row::{Fields, Text, civil, day};
use crate::tree::Day;

/// A learner.
pub(super) struct Person {
    pub(super) name: Name,
    pub(super) sex: Sex,
    pub(super) born: Day,
    /// Index of the family.
    pub(super) family: usize,
    /// 0 is average; 100 is one standard deviation.
    pub(super) ability: i32,
    /// Code of the list `disability`.
    pub(super) disability: Option<&'static str>,
    /// The record's number.
    pub(super) local: u32,
}

impl Person {
    /// Whether results are not assessed because of a disability.
    pub(super) fn not_assessed(&self) -> bool {
        self.disability == Some("05") && self.born % 3 == 0
    }
}

/// Draws the persons of these lives and writes their records.
pub(super) fn write(making: &mut Making, lives: &[Life], dice: &mut Dice) -> (Vec<Person>, Families) {
    let mut families = Families::default();
    let mut persons = Vec::with_capacity(lives.len());
    for life in lives {
        let person = person(making, life, &mut families, dice);
        persons.push(person);
    }
    (persons, families)
}

fn person(making: &mut Making, life: &Life, families: &mut Families, dice: &mut Dice) -> Person {
    let school = making.school;
    let level = school.parts[life.part].level;
    let born = born(dice, life.birth_year);
    let family = families.of_child(dice, &mut making.desk, school.commune, born);
    let sex = Sex::draw(dice, if level == Level::Gdtx { 4_000 } else { 4_800 });
    let name = Name::draw(dice, sex, life.birth_year, Some(families.list[family].surname));
    let disability = dice.chance(70).then(|| dice.pick(&["01", "02", "03", "04", "05", "05", "06"]));
    let ability = dice.bell() + if school.gifted { 150 } else { 0 };
    let mut person = Person { name, sex, born, family, ability, disability, local: 0 };
    let fields = fields(making, life, &person, &families.list[family], level, dice);
    person.local = making.put("pupil", 0, life.state, fields);
    person
}

fn fields(making: &mut Making, life: &Life, person: &Person, family: &Family, level: Level, dice: &mut Dice) -> Fields {
    let mut f: Fields = Vec::with_capacity(34);
    f.push(("full_name", Text::Long(person.name.write().into())));
    f.push(("birth_date", Text::date(person.born)));
    f.push(("sex", person.sex.code().into()));
    f.push(("ethnicity", family.ethnicity.into()));
    f.push(("religion", family.religion.into()));
    f.push(("nationality", "704".into()));
    f.push(("birthplace", birthplace(family.home.commune)));
    numbers(&mut f, making, life, person, level, dice);

    let home = family.home;
    let (province, district, commune) = home.codes(making.calendar.today);
    f.push(("permanent_province", province.into()));
    if let Some(district) = district {
        f.push(("permanent_district", district.into()));
    }
    f.push(("permanent_commune", commune.into()));
    f.push(("permanent_hamlet", home.hamlet(pool())));
    if let Some(street) = home.street(pool()) {
        f.push(("permanent_address", street));
    }
    if dice.chance(200) {
        f.push(("residence_kind", dice.pick(&["2", "3", "4"]).into()));
    }
    parents(&mut f, family);
    if let Some(kind) = person.disability {
        f.push(("disabled", Text::yes(true)));
        f.push(("disability_kind", kind.into()));
        f.push(("disability_degree", dice.pick(&["2", "3", "3"]).into()));
        f.push(("disability_certificate", Text::yes(dice.chance(6_000))));
    }
    organisations(&mut f, making, life, person, level, dice);
    if level == Level::Th {
        f.push(("attended_kindergarten_5", Text::yes(!dice.chance(60))));
    }
    f
}

/// Codes and papers, with the faults real lists have: 3 % without a personal number, 0.5 % with one that
/// does not fit sex or birth, new learners without a code yet, old identity cards.
fn numbers(f: &mut Fields, making: &mut Making, life: &Life, person: &Person, level: Level, dice: &mut Dice) {
    let newcomer = life.stays[..2].iter().all(Option::is_none);
    if !(newcomer && dice.chance(400)) {
        f.push(("learner_code", making.desk.learner()));
    }
    if !dice.chance(300) {
        let (mut sex, mut year) = (person.sex, life.birth_year);
        if dice.chance(50) {
            match dice.below(2) {
                0 => sex = if sex == Sex::Male { Sex::Female } else { Sex::Male },
                _ => year -= 1,
            }
        }
        if let Some(number) = making.desk.personal(dice, sex, year) {
            f.push(("personal_number", number));
        }
    }
    if level == Level::Gdtx && life.birth_year <= 2005 && dice.chance(2_500) {
        f.push(("id_paper_kind", "2".into()));
        f.push(("id_paper_number", Text::digits("142", dice.below(1_000_000), 6)));
    }
}

fn parents(f: &mut Fields, family: &Family) {
    let contact = family.mother.as_ref().or(family.father.as_ref()).or(family.guardian.as_ref().map(|g| &g.1));
    if let Some(adult) = contact {
        f.push(("contact_phone", adult.phone.clone()));
    }
    const FATHER: [&str; 6] = [
        "father_name",
        "father_birth_date",
        "father_occupation",
        "father_phone",
        "father_workplace",
        "father_personal_number",
    ];
    const MOTHER: [&str; 6] = [
        "mother_name",
        "mother_birth_date",
        "mother_occupation",
        "mother_phone",
        "mother_workplace",
        "mother_personal_number",
    ];
    const GUARDIAN: [&str; 6] = [
        "guardian_name",
        "guardian_birth_date",
        "guardian_occupation",
        "guardian_phone",
        "guardian_workplace",
        "guardian_personal_number",
    ];
    let mut adult = |keys: [&'static str; 6], adult: &Adult| {
        f.push((keys[0], Text::Long(adult.name.write().into())));
        f.push((keys[1], Text::int(adult.birth_year as u32)));
        f.push((keys[2], adult.job.into()));
        f.push((keys[3], adult.phone.clone()));
        if let Some(place) = adult.workplace {
            f.push((keys[4], place.into()));
        }
        if let Some(number) = &adult.number {
            f.push((keys[5], number.clone()));
        }
    };
    if let Some(father) = &family.father {
        adult(FATHER, father);
    }
    if let Some(mother) = &family.mother {
        adult(MOTHER, mother);
    }
    if let Some((relation, guardian)) = &family.guardian {
        adult(GUARDIAN, guardian);
        f.push(("guardian_relation", (*relation).into()));
    }
    if family.ethnicity != "01" {
        if family.father.is_some() {
            f.push(("father_ethnic_minority", Text::yes(true)));
        }
        f.push(("mother_ethnic_minority", Text::yes(false)));
    }
    if family.hardship == Hardship::Poor {
        f.push(("family_background", "1".into()));
    }
}

fn organisations(f: &mut Fields, making: &Making, life: &Life, person: &Person, level: Level, dice: &mut Dice) {
    let year = civil(person.born).0;
    let last = life.stays.iter().flatten().last().map_or(0, |s| s.grade);
    let (key, date_key, joined, chance) = match level {
        Level::Th if last >= 2 => ("young_pioneer", "young_pioneer_joined_on", day(year + 9, 5, 15), 9_000),
        Level::Thcs => ("young_pioneer", "young_pioneer_joined_on", day(year + 9, 5, 15), 9_700),
        Level::Thpt => ("youth_union", "youth_union_joined_on", day(year + 16, 3, 26), 8_500),
        _ => return,
    };
    if joined <= making.calendar.today && dice.chance(chance) {
        f.push((key, Text::yes(true)));
        f.push((date_key, Text::date(joined)));
    }
}
