//! The school's own records: its yearly profile, campuses, programme, rooms and money.

use super::classes::Room;
use super::dice::Dice;
use super::making::Making;
use super::model::{Level, Ownership};
use super::people::{Home, phone, place_codes};
use super::pool::{ascii, bare, is_town, pool};
use super::row::{Fields, RowKeys, State, Text, civil, day};
use super::staff::Team;
use crate::tree::Day;
use std::sync::LazyLock;

/// Writes the profile of each year and the campuses; gives the numbers of the campuses, main first.
pub(super) fn school_and_campuses(making: &mut Making, rooms: &[Room], team: &Team, dice: &mut Dice) -> Vec<u32> {
    let school = making.school;
    let satellites = match school.parts[0].level {
        Level::Mn if !school.group => dice.pick(&[0, 0, 1, 1, 2]),
        Level::Th => dice.pick(&[0, 0, 0, 0, 1, 2]),
        _ => 0,
    };
    let contact = Contact::draw(making, team, dice);
    for year in 0..3 {
        if making.is_open(year) {
            let fields = profile(making, rooms, team, &contact, year, satellites);
            making.put("school", making.calendar.years[year], State::Active, fields);
        }
    }
    let mut campuses = Vec::new();
    for number in 0..=satellites {
        let fields = campus(making, number, &contact, dice);
        campuses.push(making.put("campus", 0, State::Active, fields));
    }
    campuses
}

/// What does not change from year to year.
struct Contact {
    home: Home,
    phone: Text,
    email: Text,
    website: Text,
    principal: Text,
    principal_phone: Text,
    principal_email: Text,
    standard: Option<&'static str>,
    accreditation: u32,
    has_disabled: bool,
    project_rank: &'static str,
}

impl Contact {
    fn draw(making: &Making, team: &Team, dice: &mut Dice) -> Self {
        let school = making.school;
        let slug = format!("{}.{}", school.parts[0].level.key().to_lowercase(), ascii(&school.short));
        let standard = match dice.below(100) {
            0..35 => Some("02"),
            35..62 => Some("03"),
            _ => None,
        };
        let standard = standard.filter(|_| school.ownership == Ownership::Public && !school.has(Level::Gdtx));
        Self {
            home: Home::draw(dice, school.commune).at(school.commune),
            // Numbers of subscribers never begin with 0.
            phone: Text::digits("02200", dice.below(1_000_000), 6),
            email: Text::of(&format!("{slug}.{}@example.edu.vn", &school.code[school.code.len() - 3..])),
            website: Text::of(&format!("https://{slug}.example.edu.vn")),
            principal: Text::Long(team.head().name.write().into()),
            principal_phone: phone(dice),
            principal_email: Text::of(&format!("{}.ht@example.edu.vn", team.head().name.mailbox())),
            standard,
            accreditation: standard.map_or(dice.below(2), |s| if s == "03" { 3 } else { 2 }),
            has_disabled: dice.chance(6_000),
            project_rank: dice.pick(&["1", "2", "2", "3"]),
        }
    }
}

/// The day in a school year at which its address is read.
fn address_day(making: &Making, year: usize) -> Day {
    making.calendar.start(year).max(making.school.founded)
}

fn profile(making: &Making, rooms: &[Room], team: &Team, contact: &Contact, year: usize, satellites: i32) -> Fields {
    let school = making.school;
    let teaches = |level| making.teaches(level, year);
    let general = teaches(Level::Th) || teaches(Level::Thcs) || teaches(Level::Thpt);
    let mut f: Fields = Vec::with_capacity(40);
    let levels: Vec<Level> = Level::ALL.into_iter().filter(|l| teaches(*l)).collect();
    let group = match levels[..] {
        [Level::Mn] if school.group => "19",
        [Level::Mn] => "01",
        [Level::Th] => "06",
        [Level::Thcs] => "07",
        [Level::Thpt] => "08",
        [Level::Th, Level::Thcs] => "09",
        [Level::Thcs, Level::Thpt] => "10",
        _ => "13",
    };
    f.push(("school_level_group", group.into()));
    f.push(("ownership", if school.ownership == Ownership::Private { "09" } else { "01" }.into()));
    let kind = match group {
        "01" | "19" => "13",
        "13" => "16",
        _ if school.gifted => "09",
        _ => "07",
    };
    f.push(("school_kind", kind.into()));
    if teaches(Level::Gdtx) {
        f.push(("is_district_centre", Text::yes(true)));
        f.push(("is_vocational_centre", Text::yes(true)));
        f.push(("is_main_site", Text::yes(true)));
    } else {
        f.push(("is_international", Text::yes(false)));
    }
    f.push(("school_rank", contact.project_rank.into()));

    let (province, district, commune) = place_codes(school.commune, address_day(making, year));
    f.push(("province", province.into()));
    if let Some(district) = district {
        f.push(("district", district.into()));
    }
    f.push(("commune", commune.into()));
    f.push(("hamlet", contact.home.hamlet(pool())));
    if let Some(street) = contact.home.street(pool()) {
        f.push(("address", street));
    }
    f.push(("phone", contact.phone.clone()));
    f.push(("email", contact.email.clone()));
    f.push(("website", contact.website.clone()));
    f.push(("principal", contact.principal.clone()));
    f.push(("principal_phone", contact.principal_phone.clone()));
    f.push(("principal_email", contact.principal_email.clone()));
    let town = is_town(pool().communes[school.commune].old_name);
    f.push(("region_class", if town { "02" } else { "03" }.into()));
    f.push(("economic_region", if town { "03" } else { "02" }.into()));
    if !teaches(Level::Gdtx) {
        f.push(("in_very_disadvantaged_area", Text::yes(false)));
        f.push(("meets_national_standard", Text::yes(contact.standard.is_some())));
        f.push(("has_disabled_pupils", Text::yes(contact.has_disabled)));
        f.push(("has_day_boarders", Text::yes(rooms.iter().any(|r| r.year == year && r.boards))));
    }
    if let Some(level) = contact.standard {
        f.push(("national_standard_level", level.into()));
    }
    f.push(("accreditation_level", Text::int(contact.accreditation)));
    if general {
        f.push(("meets_minimum_quality", Text::yes(true)));
        f.push(("has_boarders", Text::yes(false)));
    }
    if general || teaches(Level::Gdtx) {
        f.push(("has_counselling", Text::yes(true)));
    }
    f.push(("has_party_cell", Text::yes(school.ownership == Ownership::Public)));
    let here = || rooms.iter().filter(|r| r.year == year);
    f.push(("declared_campuses", Text::int(satellites as u32 + 1)));
    f.push(("declared_classes", Text::int(here().count() as u32)));
    f.push(("declared_pupils", Text::int(here().map(|r| r.present).sum())));
    f.push(("declared_staff", Text::int(team.count(year) as u32)));
    f
}

fn campus(making: &Making, number: i32, contact: &Contact, dice: &mut Dice) -> Fields {
    let school = making.school;
    let mut f: Fields = Vec::with_capacity(14);
    let local = bare(pool().communes[school.commune].old_name);
    let name = match number {
        0 => format!("Điểm trường chính {}", school.short),
        n => format!("Điểm trường {} {local}", pool().words("hamlet")[(school.ordinal as usize * 3 + n as usize) % 30]),
    };
    f.push(("name", Text::of(&name)));
    f.push(("code", Text::of(&format!("{}-{}", school.code, number + 1))));
    f.push(("is_main", Text::yes(number == 0)));
    f.push(("opened_on", Text::int(civil(school.founded).0 as u32)));
    let (province, district, commune) = place_codes(school.commune, making.calendar.today);
    f.push(("province", province.into()));
    if let Some(district) = district {
        f.push(("district", district.into()));
    }
    f.push(("commune", commune.into()));
    if number == 0 {
        if let Some(street) = contact.home.street(pool()) {
            f.push(("address", street));
        }
        f.push(("phone", contact.phone.clone()));
    } else {
        f.push(("address", contact.home.at(school.commune).moved(number as u16).hamlet(pool())));
    }
    let distance = if number == 0 { 0 } else { dice.between(6, 45) as u32 };
    f.push(("distance_km", Text::decimal(distance, 1)));
    f.push((
        "area",
        Text::int(if number == 0 { dice.between(3_500, 14_000) } else { dice.between(600, 2_500) } as u32),
    ));
    f
}

static PROGRAMMES: LazyLock<RowKeys> =
    LazyLock::new(|| RowKeys::new("programmes", &["programme", "grade", "class_count", "pupil_count"], 16));
static PLAN: LazyLock<RowKeys> = LazyLock::new(|| {
    RowKeys::new("subjects", &["grade", "subject", "subject_role", "periods_year", "class_count"], 128)
});
static LANGUAGES: LazyLock<RowKeys> = LazyLock::new(|| {
    let columns =
        ["language", "language_order", "language_programme", "grade", "periods_week", "class_count", "pupil_count"];
    RowKeys::new("foreign_languages", &columns, 16)
});
static MONEY: LazyLock<RowKeys> = LazyLock::new(|| {
    let columns = [
        "budget_sector",
        "budget_measure",
        "total",
        "from_state_budget",
        "from_fees",
        "from_other",
        "for_personnel",
        "for_goods_services",
        "for_support",
        "for_other",
    ];
    RowKeys::new("expenditure", &columns, 8)
});

/// Writes programme and money of each year and the rooms of the newest.
pub(super) fn programme_rooms_money(making: &mut Making, rooms: &[Room], campuses: &[u32], dice: &mut Dice) {
    let open: Vec<usize> = (0..3).filter(|y| making.is_open(*y)).collect();
    for &year in &open {
        let fields = programme(making, rooms, year);
        making.put("programme", making.calendar.years[year], State::Active, fields);
    }
    if making.is_open(2) {
        let fields = super::facility::fields(making, rooms, campuses, dice);
        making.put("facility", making.calendar.years[2], State::Active, fields);
    }
    for &year in &open {
        let fields = money(making, rooms, year, dice);
        making.put("finance", making.calendar.years[year], State::Active, fields);
    }
}

fn programme(making: &Making, rooms: &[Room], year: usize) -> Fields {
    let mut f: Fields = Vec::with_capacity(80);
    let code = |level: Level| match level {
        Level::Mn => "01",
        Level::Gdtx => "06",
        _ => "03",
    };
    let first = making.school.parts.iter().find(|p| p.first <= year && year <= p.last);
    f.push(("main_programme", code(first.map_or(Level::Mn, |p| p.level)).into()));
    f.push(("weeks_term_1", "18".into()));
    f.push(("weeks_term_2", "17".into()));
    let teaches = |level| making.teaches(level, year);
    let general = teaches(Level::Th) || teaches(Level::Thcs) || teaches(Level::Thpt);
    if !teaches(Level::Gdtx) {
        f.push(("two_sessions_per_day", Text::yes(rooms.iter().any(|r| r.year == year && r.two_sessions))));
        f.push(("teaches_hand_hygiene", Text::yes(true)));
    }
    if general || teaches(Level::Gdtx) {
        f.push(("teaches_life_skills", Text::yes(true)));
    }
    if teaches(Level::Thpt) {
        f.push(("teaches_vocation", Text::yes(false)));
    }
    f.push(("teaches_safety", Text::yes(true)));
    f.push(("has_disaster_plan", Text::yes(true)));

    let (mut grades, mut lines, mut languages) = (0, 0, 0);
    for (index, part) in making.school.parts.iter().enumerate() {
        for grade in 0..part.level.grades() {
            let of_grade: Vec<&Room> =
                rooms.iter().filter(|r| r.year == year && r.part == index && r.grade == grade).collect();
            let Some(one) = of_grade.first() else { continue };
            let classes = Text::int(of_grade.len() as u32);
            let pupils = Text::int(of_grade.iter().map(|r| r.present).sum());
            let grade_code = part.level.grade_code(grade);
            f.push((PROGRAMMES.at(grades, 0), code(part.level).into()));
            f.push((PROGRAMMES.at(grades, 1), grade_code.into()));
            f.push((PROGRAMMES.at(grades, 2), classes.clone()));
            f.push((PROGRAMMES.at(grades, 3), pupils.clone()));
            grades += 1;
            for (at, subject) in one.subjects.iter().enumerate() {
                f.push((PLAN.at(lines, 0), grade_code.into()));
                f.push((PLAN.at(lines, 1), subject.code.into()));
                f.push((PLAN.at(lines, 2), if part.level == Level::Thpt && at >= 8 { "2" } else { "1" }.into()));
                f.push((PLAN.at(lines, 3), Text::int(u32::from(subject.periods))));
                f.push((PLAN.at(lines, 4), classes.clone()));
                lines += 1;
            }
            if let Some(english) = one.subjects.iter().find(|s| s.teachers == ["07"]) {
                let values: [Text; 7] = [
                    "01".into(),
                    "1".into(),
                    "01".into(),
                    grade_code.into(),
                    Text::int(u32::from(english.periods) / 35),
                    classes,
                    pupils,
                ];
                for (column, value) in values.into_iter().enumerate() {
                    f.push((LANGUAGES.at(languages, column), value));
                }
                languages += 1;
            }
        }
    }
    f
}

/// Millions of đồng; what is spent follows learners and the base salary.
fn money(making: &Making, rooms: &[Room], year: usize, dice: &mut Dice) -> Fields {
    let mut f: Fields = Vec::with_capacity(40);
    let calendar_year = u32::from(making.calendar.years[year]);
    f.push(("budget_year", Text::int(calendar_year)));
    let pupils: u32 = rooms.iter().filter(|r| r.year == year).map(|r| r.present).sum();
    let each = match making.school.parts[0].level {
        Level::Mn => 13,
        Level::Th => 9,
        Level::Thcs => 11,
        Level::Thpt | Level::Gdtx => 12,
    };
    let base = (pupils * each * (90 + dice.below(20)) / 100).max(200);
    let (settled, planned, estimated) = (base * 93 / 100, base, base * 101 / 100);
    f.push(("regular_settled", Text::int(settled)));
    f.push(("regular_planned", Text::int(planned)));
    f.push(("regular_estimated", Text::int(estimated)));
    let build = if dice.chance(2_500) { 800 + dice.below(6_000) } else { 0 };
    f.push(("investment_settled", Text::int(0)));
    f.push(("investment_planned", Text::int(build)));
    f.push(("investment_estimated", Text::int(build)));
    let sector = making.school.parts[0].level.key();
    let public = making.school.ownership == Ownership::Public;
    for (row, (measure, total)) in
        [("settled", settled), ("planned", planned), ("estimated", estimated)].into_iter().enumerate()
    {
        let (state, fees) = if public { (total * 92 / 100, total * 6 / 100) } else { (0, total * 97 / 100) };
        let (people, goods, support) = (total * 80 / 100, total * 12 / 100, total * 5 / 100);
        let values: [Text; 10] = [
            sector.into(),
            measure.into(),
            Text::int(total),
            Text::int(state),
            Text::int(fees),
            Text::int(total - state - fees),
            Text::int(people),
            Text::int(goods),
            Text::int(support),
            Text::int(total - people - goods - support),
        ];
        for (column, value) in values.into_iter().enumerate() {
            f.push((MONEY.at(row, column), value));
        }
    }
    f
}

/// The day of the yearly count, not after today.
pub(super) fn survey_day(making: &Making) -> Day {
    let first = i32::from(making.calendar.years[2]);
    day(first, 9, 30).min(making.calendar.today)
}
