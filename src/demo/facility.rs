//! Rooms, land and equipment of the newest year.

use super::classes::Room;
use super::dice::Dice;
use super::making::Making;
use super::model::{Level, Ownership};
use super::row::{Fields, RowKeys, Text, civil};
use std::sync::LazyLock;

static EQUIPMENT: LazyLock<RowKeys> =
    LazyLock::new(|| RowKeys::new("equipment", &["equipment_kind", "count", "usable_count"], 8));
static LAND: LazyLock<RowKeys> = LazyLock::new(|| {
    RowKeys::new("land", &["site_name", "land_area", "built_area", "ownership_form", "purpose", "used_since"], 2)
});
static ROOMS: LazyLock<RowKeys> = LazyLock::new(|| {
    RowKeys::new("rooms", &["campus", "room_kind", "solidity", "count", "area", "total_area", "room_ownership"], 24)
});
static TOILETS: LazyLock<RowKeys> = LazyLock::new(|| {
    let columns = ["indicator", "teacher_male_count", "teacher_female_count", "pupil_male_count", "pupil_female_count"];
    RowKeys::new("toilets", &columns, 2)
});
static CAMPUSES: LazyLock<RowKeys> = LazyLock::new(|| {
    let columns = [
        "campus",
        "area",
        "playground_area",
        "above_grade_4_count",
        "grade_4_count",
        "temporary_count",
        "borrowed_count",
    ];
    RowKeys::new("campuses", &columns, 4)
});

/// The fields of the record.
pub(super) fn fields(making: &Making, rooms: &[Room], campuses: &[u32], dice: &mut Dice) -> Fields {
    let school = making.school;
    let level = school.parts[0].level;
    let classes = rooms.iter().filter(|r| r.year == 2).count() as u32;
    let mut f: Fields = Vec::with_capacity(160);
    f.push(("surveyed_on", Text::date(super::site::survey_day(making))));
    f.push(("has_grid_power", Text::yes(true)));
    f.push(("has_clean_water", Text::yes(!dice.chance(150))));
    f.push(("has_toilets", Text::yes(true)));
    f.push(("has_internet", Text::yes(true)));
    f.push(("uses_computers", Text::yes(true)));
    let computers = if level == Level::Mn { 2 + classes / 4 } else { 22 + classes };
    f.push(("computer_count", Text::int(computers)));
    if level != Level::Mn {
        f.push(("has_minimum_equipment", Text::yes(!dice.chance(1_200))));
        f.push(("suits_disabled_pupils", Text::yes(dice.chance(5_500))));
    }
    let screens = classes * 8 / 10 + 1;
    let equipment = [
        ("01", classes),
        ("02", computers),
        ("06", screens),
        ("07", 1 + classes / 10),
        ("10", if level == Level::Mn { 5 } else { 0 }),
    ];
    for (row, (kind, count)) in equipment.into_iter().filter(|(_, count)| *count > 0).enumerate() {
        f.push((EQUIPMENT.at(row, 0), kind.into()));
        f.push((EQUIPMENT.at(row, 1), Text::int(count)));
        f.push((EQUIPMENT.at(row, 2), Text::int(count - count * dice.below(15) / 100)));
    }

    let per_pupil = dice.between(10, 22) as u32;
    let pupils: u32 = rooms.iter().filter(|r| r.year == 2).map(|r| r.present).sum();
    let site = if school.group { 150 + pupils * 3 } else { 1_500 + pupils * per_pupil };
    f.push(("site_area", Text::int(site)));
    let public = school.ownership == Ownership::Public;
    f.push((LAND.at(0, 0), "Cơ sở chính".into()));
    f.push((LAND.at(0, 1), Text::int(site)));
    f.push((LAND.at(0, 2), Text::int(site * 28 / 100)));
    f.push((LAND.at(0, 3), if public { "1" } else { "3" }.into()));
    f.push((LAND.at(0, 4), "Đất cơ sở giáo dục".into()));
    f.push((LAND.at(0, 5), Text::int(civil(school.founded).0 as u32)));
    let rooms_at = Rooms::of(level, school.group, classes, dice);
    rooms_at.write(&mut f, campuses, public);
    toilets(&mut f, classes);
    for (row, campus) in campuses.iter().enumerate().take(4) {
        let area = if row == 0 { site * 8 / 10 } else { site / 12 };
        let share = if row == 0 { rooms_at.solid + rooms_at.half } else { 2 };
        let values = [
            Text::Ref(*campus),
            Text::int(area),
            Text::int(area * 35 / 100),
            Text::int(if row == 0 { rooms_at.solid } else { 0 }),
            Text::int(if row == 0 { rooms_at.half } else { share }),
            Text::int(0),
            Text::int(0),
        ];
        for (column, value) in values.into_iter().enumerate() {
            f.push((CAMPUSES.at(row, column), value));
        }
    }
    f
}

fn toilets(f: &mut Fields, classes: u32) {
    let indicators = ["Nhà vệ sinh đạt chuẩn", "Nhà vệ sinh chưa đạt chuẩn"];
    for (row, indicator) in indicators.into_iter().enumerate() {
        let count = |of: u32| Text::int(if row == 0 { of.max(1) } else { of / 12 });
        f.push((TOILETS.at(row, 0), indicator.into()));
        f.push((TOILETS.at(row, 1), count(classes / 8)));
        f.push((TOILETS.at(row, 2), count(classes / 6)));
        f.push((TOILETS.at(row, 3), count(classes / 4)));
        f.push((TOILETS.at(row, 4), count(classes / 4)));
    }
}

struct Rooms {
    solid: u32,
    half: u32,
    /// Kind of room, how many, area of one.
    other: Vec<(&'static str, u32, u32)>,
    class_area: u32,
}

impl Rooms {
    fn of(level: Level, group: bool, classes: u32, dice: &mut Dice) -> Self {
        let half = if dice.chance(3_000) { classes / 5 } else { 0 };
        let class_area = if level == Level::Mn { 60 } else { 48 };
        let mut other: Vec<(&'static str, u32, u32)> = vec![("22", 3, 24), ("25", 1, 9), ("17", 1, 20)];
        match level {
            Level::Mn => other.extend([("18", 1, 60), ("03", 1, 60), ("02", 1, 80)]),
            Level::Th => {
                other.extend([("06", 1, 54), ("08", 1, 54), ("09", 1, 54), ("03", 1, 54), ("16", 1, 30), ("07", 1, 40)])
            }
            Level::Gdtx => other.extend([("06", 1, 54), ("08", 2, 54)]),
            _ => other.extend([
                ("06", 1, 90),
                ("08", 1 + classes / 16, 60),
                ("09", 1, 60),
                ("12", 1, 72),
                ("13", 1, 72),
                ("14", 1, 72),
                ("02", 1, 450),
                ("16", 1, 40),
                ("21", 1, 20),
            ]),
        }
        if group {
            other = vec![("18", 1, 20)];
        }
        Self { solid: classes - half, half, other, class_area }
    }

    fn write(&self, f: &mut Fields, campuses: &[u32], public: bool) {
        let classrooms =
            [("01", "permanent", self.solid, self.class_area), ("01", "semi_permanent", self.half, self.class_area)];
        let others = self.other.iter().map(|(kind, count, area)| (*kind, "permanent", *count, *area));
        let lines = classrooms.into_iter().chain(others).filter(|(.., count, _)| *count > 0);
        for (row, (kind, solidity, count, area)) in lines.enumerate() {
            if let Some(main) = campuses.first() {
                f.push((ROOMS.at(row, 0), Text::Ref(*main)));
            }
            f.push((ROOMS.at(row, 1), kind.into()));
            f.push((ROOMS.at(row, 2), solidity.into()));
            f.push((ROOMS.at(row, 3), Text::int(count)));
            f.push((ROOMS.at(row, 4), Text::int(area)));
            f.push((ROOMS.at(row, 5), Text::int(count * area)));
            f.push((ROOMS.at(row, 6), if public { "1" } else { "2" }.into()));
        }
    }
}
