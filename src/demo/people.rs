//! Names, births, numbers, telephones and addresses of people who do not exist. Everything is drawn
//! from frequencies; telephone numbers lie in a range that was never given out.

use super::dice::{Dice, scramble};
use super::model::{Numbers, REFORM};
use super::places::lower_first;
use super::pool::{Pool, is_town, pool};
use super::row::{Text, day};
use crate::tree::Day;

/// Male or female.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sex {
    Male,
    Female,
}

impl Sex {
    pub(super) fn draw(dice: &mut Dice, female_in_10_000: u32) -> Self {
        if dice.chance(female_in_10_000) { Self::Female } else { Self::Male }
    }

    /// Code of the list `sex`.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Male => "01",
            Self::Female => "02",
        }
    }
}

/// A full name, as places in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name {
    surname: u16,
    middle: u16,
    given: u16,
    /// Written with the mark of tone on the second vowel ("hoà"), as half of the country does.
    old_style: bool,
}

impl Name {
    /// A name for someone of that sex born in that year, of the given surname or any.
    pub(super) fn draw(dice: &mut Dice, sex: Sex, year: i32, surname: Option<u16>) -> Self {
        let pool = pool();
        let surname = surname.unwrap_or_else(|| dice.weighted(&pool.surnames.totals[0]) as u16);
        let mut middle = dice.weighted(&pool.middles.totals[sex as usize]);
        let plain = pool.plain_middle[sex as usize];
        // Thị and Văn were for everybody's parents; children of today bear them less.
        if year >= 2004 && middle == plain && dice.chance(7_000) {
            middle = dice.weighted(&pool.middles.totals[sex as usize]);
        } else if year < 1990 && dice.chance(3_500) {
            middle = plain;
        }
        let mut given = dice.weighted(&pool.givens.totals[sex as usize]);
        if pool.middles.parts[middle].text.ends_with(pool.givens.parts[given].text) {
            given = dice.weighted(&pool.givens.totals[sex as usize]);
        }
        Self { surname, middle: middle as u16, given: given as u16, old_style: dice.chance(1_200) }
    }

    pub(super) const fn surname(self) -> u16 {
        self.surname
    }

    /// Sorts by given name, surname, middle name.
    pub(super) fn order(self) -> u64 {
        let pool = pool();
        let rank = |r: u16| u64::from(r);
        rank(pool.givens.parts[usize::from(self.given)].rank) << 32
            | rank(pool.surnames.parts[usize::from(self.surname)].rank) << 16
            | rank(pool.middles.parts[usize::from(self.middle)].rank)
    }

    /// As written.
    pub(super) fn write(self) -> String {
        let pool = pool();
        let parts = [
            pool.surnames.parts[usize::from(self.surname)].text,
            pool.middles.parts[usize::from(self.middle)].text,
            pool.givens.parts[usize::from(self.given)].text,
        ];
        let mut out = String::with_capacity(parts.iter().map(|p| p.len() + 1).sum());
        out.push_str(parts[0]);
        out.push(' ');
        out.push_str(parts[1]);
        out.push(' ');
        match OLD_STYLE.iter().find(|(new, _)| self.old_style && parts[2] == *new) {
            Some((_, old)) => out.push_str(old),
            None => out.push_str(parts[2]),
        }
        out
    }

    /// `linhnt`: given name and first letters, for e-mail addresses.
    pub(super) fn mailbox(self) -> String {
        let pool = pool();
        let mut out = pool.givens.parts[usize::from(self.given)].ascii.clone();
        for part in [&pool.surnames.parts[usize::from(self.surname)], &pool.middles.parts[usize::from(self.middle)]] {
            out.extend(part.ascii.chars().next());
        }
        out
    }
}

/// Both ways to write a mark of tone; real lists hold both.
const OLD_STYLE: [(&str, &str); 9] = [
    ("Hòa", "Hoà"),
    ("Thúy", "Thuý"),
    ("Thùy", "Thuỳ"),
    ("Thủy", "Thuỷ"),
    ("Hóa", "Hoá"),
    ("Thỏa", "Thoả"),
    ("Thụy", "Thuỵ"),
    ("Quý", "Quí"),
    ("Hòe", "Hoè"),
];

/// A day of birth in a year, by the months in which children are born.
pub(super) fn born(dice: &mut Dice, year: i32) -> Day {
    let month = dice.weighted(&pool().months) as u32 + 1;
    day(year, month, dice.between(1, 28) as u32)
}

/// A telephone number: 050 and 051 were never given out to anybody.
pub(super) fn phone(dice: &mut Dice) -> Text {
    Text::digits("05", dice.below(20_000_000), 8)
}

/// Code of ethnicity: nearly all are Kinh.
pub(super) fn ethnicity(dice: &mut Dice) -> &'static str {
    if !dice.chance(55) {
        return "01";
    }
    let codes = &pool().minorities;
    codes[dice.below(codes.len() as u32) as usize].0
}

/// A surname borne by that people; nothing for Kinh.
pub(super) fn surname_of(dice: &mut Dice, ethnicity: &str) -> Option<u16> {
    let of_code = pool().minorities.iter().find(|(code, _)| *code == ethnicity)?;
    Some(dice.pick(&of_code.1) as u16)
}

/// Where somebody lives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    /// Index of the old commune.
    pub(super) commune: usize,
    hamlet: u16,
    house: u16,
}

impl Home {
    /// A home near a school in `commune`: mostly there, else in the same district.
    pub(super) fn draw(dice: &mut Dice, commune: usize) -> Self {
        let pool = pool();
        let elsewhere = dice.chance(700);
        let near = &pool.districts[pool.communes[commune].district].communes;
        let commune = if elsewhere { dice.pick(near) } else { commune };
        Self { commune, hamlet: dice.below(1_000) as u16, house: dice.below(400) as u16 }
    }

    /// The same house number in another commune.
    pub(super) fn at(self, commune: usize) -> Self {
        Self { commune, ..self }
    }

    /// A home some hamlets further.
    pub(super) fn moved(self, by: u16) -> Self {
        Self { hamlet: self.hamlet + by, ..self }
    }

    /// Province, district (if there are districts) and commune codes on a day.
    pub(super) fn codes(self, on: Day) -> (&'static str, Option<&'static str>, &'static str) {
        place_codes(self.commune, on)
    }

    /// "Thôn Đông" or "Khu dân cư số 3".
    pub(super) fn hamlet(self, pool: &'static Pool) -> Text {
        if is_town(pool.communes[self.commune].old_name) {
            return Text::of(&format!("Khu dân cư số {}", self.hamlet % 9 + 1));
        }
        let words = pool.words("hamlet");
        Text::of(&format!("Thôn {}", words[usize::from(self.hamlet) % words.len()]))
    }

    /// House and street in town, nothing in a village.
    pub(super) fn street(self, pool: &'static Pool) -> Option<Text> {
        is_town(pool.communes[self.commune].old_name).then(|| {
            let words = pool.words("street");
            let street = words[usize::from(self.hamlet) % words.len()];
            Text::of(&format!("Số {}, đường {street}", self.house + 1))
        })
    }
}

/// Province, district (if there are districts) and commune codes of an old commune on a day.
pub(super) fn place_codes(commune: usize, on: Day) -> (&'static str, Option<&'static str>, &'static str) {
    let pool = pool();
    if on >= REFORM {
        return ("31", None, pool.new_of(commune).code);
    }
    let old = &pool.communes[commune];
    ("30", Some(pool.districts[old.district].code), old.old_code)
}

/// "xã Tân Hồng, huyện Bình Giang, tỉnh Hải Dương": a place of birth as an old paper has it.
pub(super) fn birthplace(commune: usize) -> Text {
    let pool = pool();
    let old = &pool.communes[commune];
    let district = pool.districts[old.district].name;
    Text::of(&format!("{}, {}, tỉnh Hải Dương", lower_first(old.old_name), lower_first(district)))
}

/// Gives out personal numbers, learner codes and staff codes of one school. No two schools give out the
/// same: each has its own stretch of the running numbers, which are then shuffled.
pub(super) struct NumberDesk {
    seed: u64,
    numbers: Numbers,
    /// Persons so far by province of birth, year from 1920 and sex.
    given: Vec<u16>,
    learners: u32,
    staff: u32,
}

/// Provinces of birth in personal numbers: Hải Dương, then others; never used up together.
const BIRTH_PROVINCES: [&str; 8] = ["030", "031", "033", "022", "001", "034", "027", "024"];
const FIRST_BIRTH: i32 = 1920;
const BIRTH_YEARS: usize = 120;

impl NumberDesk {
    pub(super) fn new(seed: u64, numbers: Numbers) -> Self {
        Self { seed, numbers, given: vec![0; BIRTH_PROVINCES.len() * BIRTH_YEARS * 2], learners: 0, staff: 0 }
    }

    /// A personal number (TT 07/2016/TT-BCA): province, century and sex, year, six digits.
    pub(super) fn personal(&mut self, dice: &mut Dice, sex: Sex, year: i32) -> Option<Text> {
        let usual = if dice.chance(9_400) { 0 } else { 1 + dice.below(5) as usize };
        let year_at = usize::try_from(year - FIRST_BIRTH).ok().filter(|y| *y < BIRTH_YEARS)?;
        let (province, number) =
            (0..BIRTH_PROVINCES.len()).map(|i| (usual + i) % BIRTH_PROVINCES.len()).find_map(|province| {
                let given = &mut self.given[(province * BIRTH_YEARS + year_at) * 2 + sex as usize];
                let number = u32::from(*given);
                (number < self.numbers.bucket_size).then(|| {
                    *given += 1;
                    (province, self.numbers.bucket + number)
                })
            })?;
        let key = self.seed ^ (province as u64) << 40 ^ (year_at as u64) << 48 ^ (sex as u64) << 56;
        let century = if year < 2000 { 0 } else { 2 } + sex as u32;
        let tail = century * 100_000_000 + year.rem_euclid(100) as u32 * 1_000_000 + scramble(key, number, 1_000);
        Some(Text::digits(BIRTH_PROVINCES[province], tail, 9))
    }

    /// A learner's code of the ministry: opaque, ten digits.
    pub(super) fn learner(&mut self) -> Text {
        self.learners += 1;
        Text::digits("30", scramble(self.seed ^ 1, self.numbers.people + self.learners, 10_000), 8)
    }

    /// A staff code of the ministry: opaque, ten digits.
    pub(super) fn staff(&mut self) -> Text {
        self.staff += 1;
        Text::digits("03", scramble(self.seed ^ 2, self.numbers.staff + self.staff, 10_000), 8)
    }
}
