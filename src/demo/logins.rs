//! Who can sign in to the demo: one account for each duty and unit. Passwords are not made here.

use super::classes;
use super::cohorts;
use super::dice::{Dice, Purpose};
use super::making::Making;
use super::model::{Level, Province, School};
use super::offices::{self, DEPARTMENT};
use super::people::{Name, Sex};
use super::pool::{ascii, bare, pool};
use super::staff::{self, Role as Post};
use crate::actor::Role;
use crate::id::UnitId;
use std::collections::{BTreeSet, HashSet};

/// An account to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Unique: small ASCII letters, digits and points.
    pub login: String,
    /// What the account may do.
    pub role: Role,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The person's name.
    pub person: String,
}

/// All accounts of a province: `admin`, officers of the Sở's rooms, communes with schools, the Phòng
/// GDĐT of old (to look only), and head, clerk and a teacher of each open school.
pub fn logins(province: &Province) -> Vec<Login> {
    let mut all = Logins {
        province,
        dice: Dice::new(province.params.seed, 0, Purpose::Staff),
        taken: HashSet::new(),
        list: Vec::new(),
    };
    all.somebody("admin", Role::SystemAdmin, DEPARTMENT);
    let signs =
        ["mamnon", "tieuhoc", "trunghoc", "gdtx", "tochuc", "kehoach", "chatluong", "ctttt", "vanphong", "thanhtra"];
    for (number, sign) in (offices::FIRST_ROOM..).zip(signs) {
        all.somebody(&format!("so.{sign}"), Role::DepartmentOfficer, UnitId(number));
    }
    let open = || province.schools.iter().filter(|s| s.closed().is_none_or(|day| day > province.today));
    let places: BTreeSet<usize> = open().filter(|s| !s.under_department()).map(|s| s.commune).collect();
    let communes: BTreeSet<usize> = places.iter().map(|c| pool().communes[*c].new).collect();
    if province.today >= super::model::REFORM {
        for commune in communes {
            let sign = ascii(bare(pool().new_communes[commune].name));
            all.somebody(&format!("xa.{sign}"), Role::OfficeAdmin, UnitId(offices::first_commune() + commune as u32));
        }
    }
    for (index, district) in pool().districts.iter().enumerate() {
        let role = if province.today < super::model::REFORM { Role::OfficeAdmin } else { Role::OfficeViewer };
        all.somebody(&format!("phong.{}", ascii(district.short())), role, offices::district_unit(index));
    }
    for school in open() {
        all.school(school);
    }
    all.list
}

struct Logins<'a> {
    province: &'a Province,
    dice: Dice,
    taken: HashSet<String>,
    list: Vec<Login>,
}

impl Logins<'_> {
    fn free(&mut self, wish: &str) -> String {
        let mut login = wish.to_owned();
        let mut number = 2;
        while !self.taken.insert(login.clone()) {
            login = format!("{wish}{number}");
            number += 1;
        }
        login
    }

    fn add(&mut self, wish: &str, role: Role, unit: UnitId, name: Name) {
        let login = self.free(wish);
        self.list.push(Login { login, role, unit, person: name.write() });
    }

    fn somebody(&mut self, wish: &str, role: Role, unit: UnitId) {
        let sex = Sex::draw(&mut self.dice, 5_500);
        let name = Name::draw(&mut self.dice, sex, 1980, None);
        self.add(wish, role, unit, name);
    }

    /// The head, the clerk and the first teacher: the same persons as in the school's staff.
    fn school(&mut self, school: &School) {
        let mut making = Making::new(self.province, school);
        let lives = cohorts::lives(school, making.calendar, &mut making.dice(Purpose::Cohorts));
        let rooms = classes::divide(school, &lives, self.province.params.years);
        let mut dice = making.dice(Purpose::Staff);
        let team = staff::draw(&mut making, &rooms, &mut dice);
        let level = match school.parts.last().map(|p| p.level) {
            Some(Level::Mn) if school.group => "ntl",
            Some(level) => level.key(),
            None => "",
        };
        // One name for the three accounts, free for all of them.
        let short = ascii(&school.short);
        let district = ascii(pool().districts[school.district].short());
        let wishes = [short.clone(), format!("{short}.{district}"), format!("{short}.{}", school.code)];
        let level = level.to_lowercase();
        let free = |sign: &&String| !self.taken.contains(&format!("{level}.{sign}"));
        let sign = wishes.iter().find(free).unwrap_or(&wishes[2]).clone();
        let base = format!("{level}.{sign}");
        self.taken.insert(base.clone());
        let teacher =
            team.members.iter().find(|m| m.role == Post::Teacher && m.leaving.is_none()).unwrap_or(team.head());
        let people = [
            ("hieutruong", Role::SchoolAdmin, team.head().name),
            ("vanthu", Role::SchoolClerk, team.holder("16").name),
            ("giaovien", Role::Teacher, teacher.name),
        ];
        for (duty, role, name) in people {
            self.add(&format!("{base}.{duty}"), role, school.unit, name);
        }
    }
}
