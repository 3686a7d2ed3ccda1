//! The record of one member of staff.

use super::curriculum;
use super::dice::Dice;
use super::making::Making;
use super::model::{Level, Ownership};
use super::people::{Home, birthplace, phone};
use super::pool::pool;
use super::row::{Fields, RowKeys, State, Text, civil, day};
use super::staff::{Leaving, Member, Role};
use crate::tree::Day;
use std::sync::LazyLock;

static POSTS: LazyLock<RowKeys> = LazyLock::new(|| RowKeys::new("concurrent_posts", &["post", "from"], 2));

/// State and fields of the record.
pub(super) fn fields(making: &mut Making, member: &Member, dice: &mut Dice) -> (State, Fields) {
    let mut f: Fields = Vec::with_capacity(48);
    let year = civil(member.born).0;
    f.push(("full_name", Text::Long(member.name.write().into())));
    f.push(("staff_code", making.desk.staff()));
    f.push(("birth_date", Text::date(member.born)));
    f.push(("sex", member.sex.code().into()));
    f.push(("ethnicity", "01".into()));
    f.push(("religion", if dice.chance(200) { "02" } else { "99" }.into()));
    let home = Home::draw(dice, making.school.commune);
    f.push(("home_place", birthplace(home.commune)));
    f.push(("marital_status", if civil(making.calendar.today).0 - year < 27 { "03" } else { "04" }.into()));
    papers(&mut f, making, member, year, dice);
    f.push(("mobile_phone", phone(dice)));
    let mailbox = member.name.mailbox();
    f.push(("email", Text::of(&format!("{mailbox}.{:03}@example.edu.vn", dice.below(1_000)))));
    let (province, district, commune) = home.codes(making.calendar.today);
    f.push(("permanent_province", province.into()));
    if let Some(district) = district {
        f.push(("permanent_district", district.into()));
    }
    f.push(("permanent_commune", commune.into()));
    f.push(("permanent_hamlet", home.hamlet(pool())));
    let state = job(&mut f, making, member, dice);
    match member.role {
        Role::Support => support(&mut f, member, dice),
        Role::Manager | Role::Teacher => teaching(&mut f, making, member, dice),
    }
    if dice.chance(if member.role == Role::Manager { 9_800 } else { 4_800 }) {
        let joined = day(civil(member.recruited).0 + dice.between(2, 9), 5, 19);
        if joined < making.calendar.today {
            f.push(("party_member", Text::yes(true)));
            f.push(("party_joined_on", Text::date(joined)));
        }
    }
    (state, f)
}

/// Personal number; 1 % still have only the old card with nine digits, 0.5 % a number that does not fit.
fn papers(f: &mut Fields, making: &mut Making, member: &Member, year: i32, dice: &mut Dice) {
    let old_only = year < 1990 && dice.chance(100);
    let fits = !dice.chance(50);
    let number = making.desk.personal(dice, member.sex, if fits { year } else { year + 1 });
    match number.filter(|_| !old_only) {
        Some(number) => {
            f.push(("personal_number", number));
            f.push(("id_issued_on", Text::date(day(2021, dice.between(1, 12) as u32, dice.between(1, 28) as u32))));
        }
        None => f.push(("old_id_number", Text::digits("142", dice.below(1_000_000), 6))),
    }
}

fn job(f: &mut Fields, making: &Making, member: &Member, dice: &mut Dice) -> State {
    let role = match member.role {
        Role::Manager => "manager",
        Role::Teacher => "teacher",
        Role::Support => "support",
    };
    f.push(("role", role.into()));
    if !member.position.is_empty() {
        f.push(("position", member.position.into()));
    }
    let (status, date, state) = match member.leaving {
        None => ("01", member.came, State::Active),
        Some((Leaving::Retired, day)) => ("05", day, State::Left),
        Some((Leaving::Moved, day)) => ("02", day, State::TransferredOut),
        Some((Leaving::Closed, day)) => ("03", day, State::TransferredOut),
    };
    f.push(("status", status.into()));
    f.push(("status_date", Text::date(date)));
    f.push(("recruited_on", Text::date(member.recruited)));
    f.push(("entered_profession_on", Text::date(member.recruited)));
    f.push(("joined_year", Text::int(civil(member.came).0 as u32)));
    let newest = making.calendar.years[2];
    if member.came == member.recruited && civil(member.came).0 == i32::from(newest) {
        f.push(("newly_recruited", Text::yes(true)));
    } else if member.from > 0 && member.came > member.recruited {
        f.push(("transferred_in_on", Text::date(member.came)));
    }

    let private = making.school.ownership == Ownership::Private;
    let contract = match (private, member.role, member.position) {
        (true, ..) => "03",
        (_, Role::Support, "17" | "31" | "20") => dice.pick(&["02", "03", "04"]),
        (_, Role::Teacher, _) => dice.pick(&["07", "07", "07", "07", "07", "07", "07", "07", "08", "03"]),
        _ => "07",
    };
    f.push(("contract_type", contract.into()));
    if matches!(contract, "07" | "08") {
        let payroll = member.recruited + 365;
        if payroll < making.calendar.today {
            f.push(("entered_payroll_on", Text::date(payroll)));
        }
        salary(f, member, making.calendar.today, dice);
    }
    state
}

/// Grade, step and coefficient go together; allowances follow the years.
fn salary(f: &mut Fields, member: &Member, today: Day, dice: &mut Dice) {
    let year = civil(today).0;
    let begun = civil(member.recruited).0;
    let years = (year - begun).max(0) as u32;
    let senior = member.role != Role::Support && years > 15 && dice.chance(4_000);
    // Code of the list `civil_grade`, first coefficient, growth and number of steps (hundredths).
    let (grade, first, growth, steps) = match (member.role, member.level, senior) {
        (Role::Support, ..) => (support_grade(member.position), 186, 20, 12),
        (_, Level::Mn, true) => ("01", 234, 33, 9),
        (_, Level::Mn, false) => ("02", 210, 31, 10),
        (_, Level::Th, true) => ("04", 400, 34, 8),
        (_, Level::Th, false) => ("05", 234, 33, 9),
        (_, Level::Thcs, true) => ("08", 400, 34, 8),
        (_, Level::Thcs, false) => ("09", 234, 33, 9),
        (_, _, true) => ("11", 400, 34, 8),
        (_, _, false) => ("12", 234, 33, 9),
    };
    let served = if senior { years.saturating_sub(15) } else { years };
    let step = (served / 3 + 1).min(steps);
    f.push(("civil_grade", grade.into()));
    f.push(("has_title_certificate", Text::yes(member.role != Role::Support)));
    f.push(("salary_step", Text::digits("", step, 2)));
    f.push(("salary_coefficient", Text::decimal(first + growth * (step - 1), 2)));
    if years >= 1 {
        let from = day(begun + (served / 3 * 3) as i32 + i32::from(senior) * 15, 10, 1);
        f.push(("salary_from", Text::date(from.min(today))));
    }
    match member.role {
        Role::Manager => {
            let head = matches!(member.position, "01" | "05");
            f.push(("leadership_allowance", Text::decimal(if head { 45 } else { 35 }, 2)));
        }
        Role::Teacher => {
            let percent = if matches!(member.level, Level::Mn | Level::Th) { 35 } else { 30 };
            f.push(("preferential_allowance", Text::int(percent)));
        }
        Role::Support => {}
    }
    if member.role != Role::Support && years >= 6 {
        f.push(("seniority_allowance", Text::int(years - 1)));
    }
}

fn support_grade(position: &str) -> &'static str {
    match position {
        "15" => "17",
        "16" => "63",
        "11" => "50",
        "09" => "58",
        "32" => "64",
        _ => "66",
    }
}

fn support(f: &mut Fields, member: &Member, dice: &mut Dice) {
    let degree = match member.position {
        "15" | "32" => "03",
        "17" | "31" => "06",
        _ => dice.pick(&["04", "05"]),
    };
    f.push(("highest_qualification", degree.into()));
    f.push(("general_education", "3".into()));
    f.push(("official_rating", dice.pick(&["02", "02", "02", "02", "03"]).into()));
}

fn teaching(f: &mut Fields, making: &Making, member: &Member, dice: &mut Dice) {
    let level = match member.level {
        Level::Mn => "01",
        Level::Th => "02",
        Level::Thcs => "03",
        Level::Thpt => "04",
        Level::Gdtx => "05",
    };
    f.push(("teaching_level", level.into()));
    f.push(("main_subject", member.subject.into()));
    if member.role == Role::Teacher && member.level != Level::Mn {
        let usual = match member.level {
            Level::Th => 23,
            Level::Thcs => 19,
            _ => 17,
        };
        f.push(("lessons_per_week", Text::int((usual - dice.between(0, 4)) as u32)));
    }
    // Qualification, its level and whether it is enough (list `training_standard`).
    let (highest, special, standard) = match (member.level, dice.below(100)) {
        (Level::Mn, 0..3) | (Level::Th, 0..4) | (Level::Thcs, 0..7) | (Level::Thpt | Level::Gdtx, 0..22) => {
            ("02", "08", "02")
        }
        (Level::Mn, 70..90) => ("17", "06", "01"),
        (Level::Mn, 90..) => ("18", "05", "03"),
        (Level::Th | Level::Thcs, 92..) => ("17", "06", "03"),
        (_, 86..90) => ("13", "07", "01"),
        _ => ("16", "07", "01"),
    };
    f.push(("highest_qualification", highest.into()));
    f.push(("training_standard", standard.into()));
    f.push(("speciality", curriculum::speciality(member.subject).into()));
    f.push(("speciality_level", special.into()));
    f.push(("general_education", "3".into()));
    f.push(("it_level", dice.pick(&["01", "01", "01", "02", "03"]).into()));
    if member.role == Role::Manager {
        f.push(("political_theory", "02".into()));
        f.push(("state_management", "03".into()));
        f.push(("education_management", "01".into()));
    }
    if member.subject == "07" {
        f.push(("main_foreign_language", "01".into()));
        f.push(("foreign_language_level", dice.pick(&["004", "004", "005", "022"]).into()));
        f.push(("language_certificate_group", "01".into()));
        f.push(("language_certificate", "07".into()));
        f.push(("language_framework", "04".into()));
    }
    f.push(("joins_regular_training", Text::yes(true)));
    f.push(("regular_training_result", dice.pick(&["01", "01", "02", "02", "03"]).into()));
    let newest = making.calendar.years[2];
    f.push(("review_year", Text::int(u32::from(newest) - 1)));
    f.push(("official_rating", dice.pick(&["01", "01", "02", "02", "02", "02", "02", "02", "02", "03"]).into()));
    let result = dice.pick(&["01", "01", "01", "02", "02", "02", "02", "02", "02", "03"]);
    f.push(("standard_result", result.into()));
    f.push(("self_standard_result", result.into()));
    if member.role == Role::Teacher && dice.chance(1_500) {
        f.push(("excellent_teacher", dice.pick(&["01", "01", "01", "02", "03"]).into()));
    }
    if member.role == Role::Teacher && member.position == "03" {
        f.push((POSTS.at(0, 0), dice.pick(&["03", "04", "20"]).into()));
        f.push((POSTS.at(0, 1), Text::date(member.came)));
    }
}
