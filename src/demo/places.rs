//! Where schools stand, what they are called and which code they bear (pattern of the ministry's list:
//! province, district, then a number whose first digit tells the level).

use super::dice::Dice;
use super::model::{Grade, Level, Numbers, Ownership, Part, School};
use super::pool::{Pool, bare, is_town, pool};
use super::row::day;
use super::sizes::Sizes;
use crate::id::UnitId;
use std::collections::HashSet;

/// Makes the schools of a province, not yet touched by any event. `first` is the number of the first
/// school's unit.
pub(super) fn schools(sizes: Sizes, first: u32, dice: &mut Dice) -> Vec<School> {
    let Sizes { schools: [preschools, primary, secondary, upper, centres], groups } = sizes;
    let mut place = Placing::new(primary.len().max(secondary.len()).max(preschools.len()), first, dice);

    let private = |i: usize| if i % 10 == 7 { Ownership::Private } else { Ownership::Public };
    for (i, grades) in preschools.into_iter().enumerate() {
        place.add(vec![part(Level::Mn, grades)], i, private(i), Sort::School);
    }
    for (i, grades) in groups.into_iter().enumerate() {
        place.add(vec![part(Level::Mn, grades)], i * 3 + 1, Ownership::Private, Sort::Group);
    }
    // Some communes have one school for primary and lower secondary.
    let both =
        if primary.len().min(secondary.len()) < 4 { 0 } else { (primary.len().min(secondary.len()) / 14).max(1) };
    let (mut primary, mut secondary) = (primary.into_iter().enumerate(), secondary.into_iter().enumerate());
    for ((i, low), (_, high)) in primary.by_ref().take(both).zip(secondary.by_ref().take(both)) {
        place.add(vec![part(Level::Th, low), part(Level::Thcs, high)], i, Ownership::Public, Sort::School);
    }
    for (i, grades) in primary {
        place.add(vec![part(Level::Th, grades)], i, Ownership::Public, Sort::School);
    }
    for (i, grades) in secondary {
        place.add(vec![part(Level::Thcs, grades)], i, Ownership::Public, Sort::School);
    }
    let gifted = if upper.len() >= 8 { Some(0) } else { None };
    let spread = (place.communes.len() / upper.len().max(1)).max(1);
    for (i, grades) in upper.into_iter().enumerate() {
        let ownership = if i % 6 == 4 { Ownership::Private } else { Ownership::Public };
        let sort = if gifted == Some(i) { Sort::Gifted } else { Sort::School };
        place.add(vec![part(Level::Thpt, grades)], i * spread, ownership, sort);
    }
    for (i, grades) in centres.into_iter().enumerate() {
        let at = place.in_district(i);
        place.add(vec![part(Level::Gdtx, grades)], at, Ownership::Public, Sort::School);
    }
    place.schools
}

fn part(level: Level, grades: Vec<Grade>) -> Part {
    Part { level, first: 0, last: 2, grades, inflow: None, outflow: None }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    School,
    Group,
    Gifted,
}

struct Placing<'d> {
    pool: &'static Pool,
    dice: &'d mut Dice,
    /// The communes with schools, in the order they are filled.
    communes: Vec<usize>,
    names: Names,
    /// Schools so far by district (the last: under the Sở) and first digit of the number.
    used: Vec<[u32; 10]>,
    schools: Vec<School>,
    first: u32,
}

impl<'d> Placing<'d> {
    fn new(needed: usize, first: u32, dice: &'d mut Dice) -> Self {
        let pool = pool();
        let needed = needed.clamp(1, pool.communes.len());
        let districts = needed.div_ceil(4).clamp(2.min(needed), pool.districts.len());
        // The provincial town always, the others by chance.
        let mut order: Vec<usize> = (1..pool.districts.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, dice.below(i as u32 + 1) as usize);
        }
        order.insert(0, 0);
        order.truncate(districts);
        // One commune of each district in turn.
        let mut lists: Vec<Vec<usize>> = order.iter().map(|&d| pool.districts[d].communes.clone()).collect();
        let mut communes = Vec::with_capacity(needed);
        while communes.len() < needed {
            for list in &mut lists {
                if communes.len() < needed && !list.is_empty() {
                    communes.push(list.swap_remove(dice.below(list.len() as u32) as usize));
                }
            }
        }
        let used = vec![[0; 10]; pool.districts.len() + 1];
        Self { pool, dice, communes, names: Names::default(), used, schools: Vec::new(), first }
    }

    /// The place in `communes` of the first commune of the `index`-th district that has schools.
    fn in_district(&self, index: usize) -> usize {
        let mut seen: Vec<usize> = Vec::new();
        for (at, commune) in self.communes.iter().enumerate() {
            let district = self.pool.communes[*commune].district;
            if !seen.contains(&district) {
                if seen.len() == index {
                    return at;
                }
                seen.push(district);
            }
        }
        0
    }

    fn add(&mut self, parts: Vec<Part>, at: usize, ownership: Ownership, sort: Sort) {
        let commune = self.communes[at % self.communes.len()];
        let district = self.pool.communes[commune].district;
        let levels: Vec<Level> = parts.iter().map(|p| p.level).collect();
        let short = self.short_name(&levels, commune, district, sort);
        let name = full_name(&levels, &short, ownership, sort);
        let code = self.code(&levels, district, sort);
        let ordinal = self.schools.len() as u32;
        let founded = match sort {
            Sort::Group => day(self.dice.between(2012, 2021), 9, 5),
            _ if ownership == Ownership::Private => {
                day(self.dice.between(1998, 2015), self.dice.between(6, 8) as u32, 15)
            }
            _ => day(self.dice.between(1956, 2003), self.dice.between(7, 9) as u32, self.dice.between(1, 28) as u32),
        };
        self.schools.push(School {
            ordinal,
            unit: UnitId(self.first + ordinal),
            name,
            short,
            code,
            ownership,
            group: sort == Sort::Group,
            gifted: sort == Sort::Gifted,
            founded,
            district,
            commune,
            parts,
            story: Vec::new(),
            numbers: Numbers::default(),
        });
    }

    fn code(&mut self, levels: &[Level], district: usize, sort: Sort) -> String {
        let top = levels.last().copied().unwrap_or(Level::Mn);
        let digit: usize = match top {
            Level::Mn => 3,
            Level::Th => 4,
            Level::Thcs => 5,
            Level::Thpt => 7,
            Level::Gdtx => 9,
        };
        let under_department = matches!(top, Level::Thpt | Level::Gdtx);
        let row = if under_department { self.pool.districts.len() } else { district };
        let prefix = if under_department { "000" } else { self.pool.districts[district].code };
        // Groups, and what no longer fits eight digits, bear ten.
        let slot = if sort == Sort::Group { 1 } else { digit };
        self.used[row][slot] += 1;
        let number = self.used[row][slot];
        match (slot, number) {
            (1, _) => format!("30{prefix}01{number:03}"),
            (_, 1..=99) => format!("30{prefix}{digit}{number:02}"),
            (_, _) => format!("30{prefix}0{}{:03}", if digit == 3 { 2 } else { 4 }, digit as u32 * 100 + number % 100),
        }
    }

    fn short_name(&mut self, levels: &[Level], commune: usize, district: usize, sort: Sort) -> String {
        let name = self.pool.communes[commune].old_name;
        let local = bare(name).to_owned();
        let figure = |dice: &mut Dice| dice.pick(pool().words("figure")).to_owned();
        let flower = |dice: &mut Dice| dice.pick(pool().words("flower")).to_owned();
        // Names of upper schools are unique in the province, the others in the district.
        let (area, kind) = match levels.last() {
            Some(Level::Thpt) => (usize::MAX, 4),
            Some(level) => (district, *level as usize),
            None => (district, 0),
        };
        let mut wishes = Vec::new();
        match levels {
            [Level::Mn] if sort == Sort::Group => wishes.extend((0..12).map(|_| flower(self.dice))),
            [Level::Mn] => {
                wishes.push(local.clone());
                wishes.extend((0..6).map(|_| flower(self.dice)));
            }
            [Level::Gdtx] => wishes.push(self.pool.districts[district].name.to_owned()),
            [.., Level::Thpt] => {
                wishes.extend((0..2).map(|_| self.dice.pick(pool().words("upper_name")).to_owned()));
                wishes.extend((0..8).map(|_| figure(self.dice)));
                wishes.push(self.pool.districts[district].short().to_owned());
            }
            _ => {
                if is_town(name) && self.dice.chance(5_000) {
                    wishes.push(figure(self.dice));
                }
                wishes.push(local.clone());
                wishes.extend((0..8).map(|_| figure(self.dice)));
            }
        }
        self.names.take(area, kind + if sort == Sort::Group { 10 } else { 0 }, wishes, &local)
    }
}

fn full_name(levels: &[Level], short: &str, ownership: Ownership, sort: Sort) -> String {
    let private = if ownership == Ownership::Private { "tư thục " } else { "" };
    match levels {
        [Level::Mn] if sort == Sort::Group => format!("Nhóm trẻ, lớp mẫu giáo độc lập {short}"),
        [Level::Mn] => format!("Trường Mầm non {private}{short}"),
        [Level::Th] => format!("Trường TH {short}"),
        [Level::Thcs] => format!("Trường THCS {short}"),
        [Level::Th, Level::Thcs] => format!("Trường TH và THCS {short}"),
        [Level::Gdtx] => format!("Trung tâm GDNN-GDTX {}", lower_first(short)),
        _ if sort == Sort::Gifted => format!("Trường THPT chuyên {short}"),
        _ => format!("Trường THPT {private}{short}"),
    }
}

/// "Huyện Thanh Hà" as it stands inside a name: "huyện Thanh Hà".
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[derive(Default)]
struct Names {
    taken: HashSet<(usize, usize, String)>,
}

impl Names {
    /// The first wish that is free, else `local` with a number.
    fn take(&mut self, area: usize, kind: usize, wishes: Vec<String>, local: &str) -> String {
        for wish in wishes {
            if self.taken.insert((area, kind, wish.clone())) {
                return wish;
            }
        }
        let numbered = (2..).map(|n| format!("{local} {n}"));
        let mut free = numbered.filter(|name| self.taken.insert((area, kind, name.clone())));
        free.next().unwrap_or_else(|| local.to_owned())
    }
}
