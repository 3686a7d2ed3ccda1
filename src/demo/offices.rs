//! The skeleton above the schools: the Sở with its rooms, twelve Phòng GDĐT that ended on 30/6/2025,
//! the communes that came after them; and the units of schools with their dated parents.

use super::model::{Happening, Level, REFORM, School, What};
use super::places::lower_first;
use super::pool::pool;
use crate::error::Result;
use crate::id::UnitId;
use crate::tree::{Change, Code, Dated, Day, Event, ParentRole, Unit, UnitState};

/// The Sở.
pub(super) const DEPARTMENT: UnitId = UnitId(1);
/// What the merger of provinces is told with.
const REFORM_DECISION: &str = "NĐ 142/2025/NĐ-CP";
/// Rooms of the Sở and their signs.
const ROOMS: [(&str, &str); 10] = [
    ("Phòng Giáo dục Mầm non", "GDMN"),
    ("Phòng Giáo dục Tiểu học", "GDTH"),
    ("Phòng Giáo dục Trung học", "GDTrH"),
    ("Phòng Giáo dục Thường xuyên – Chuyên nghiệp", "GDTX-CN"),
    ("Phòng Tổ chức cán bộ", "TCCB"),
    ("Phòng Kế hoạch – Tài chính", "KHTC"),
    ("Phòng Quản lý chất lượng", "QLCL"),
    ("Phòng Chính trị tư tưởng – Học sinh, sinh viên", "CTTT-HSSV"),
    ("Văn phòng Sở", "VP"),
    ("Thanh tra", "TTr"),
];

/// Number of the first room, Phòng GDĐT, commune and school.
pub(super) const FIRST_ROOM: u32 = 2;
pub(super) const FIRST_DISTRICT: u32 = FIRST_ROOM + ROOMS.len() as u32;

/// The number of the first commune's unit.
pub(super) fn first_commune() -> u32 {
    FIRST_DISTRICT + pool().districts.len() as u32
}

/// The number of the first school's unit.
pub(super) fn first_school() -> u32 {
    first_commune() + pool().new_communes.len() as u32
}

/// The Phòng GDĐT of a district.
pub(super) fn district_unit(district: usize) -> UnitId {
    UnitId(FIRST_DISTRICT + district as u32)
}

/// The commune an old commune's schools belong to from 1/7/2025.
pub(super) fn commune_unit(commune: usize) -> UnitId {
    UnitId(first_commune() + pool().communes[commune].new as u32)
}

fn event(day: Day, kind: &str, decision: &str, others: Vec<UnitId>) -> Event {
    Event { day, kind: kind.to_owned(), decision: decision.to_owned(), others }
}

fn code(scheme: &str, value: &str) -> Code {
    Code { scheme: scheme.to_owned(), value: value.to_owned() }
}

/// All units above the schools.
pub(super) fn skeleton() -> Result<Vec<Unit>> {
    let mut so = Unit::new(DEPARTMENT, "so", "Sở Giáo dục và Đào tạo tỉnh Hải Dương", None);
    so.codes.push(Dated::since(None, code("sign", "SGDĐT")));
    so.codes.push(Dated::since(None, code("gso", "30")));
    let renamed =
        [Change::Name("Sở Giáo dục và Đào tạo thành phố Hải Phòng".to_owned()), Change::Code(code("gso", "31"))];
    let decision = "QĐ 01/QĐ-UBND ngày 01/7/2025 (mẫu): tổ chức lại Sở sau sắp xếp đơn vị hành chính";
    so.change(REFORM, decision, &renamed, event(REFORM, "renamed", decision, Vec::new()))?;
    let mut units = vec![so];

    for (number, (name, sign)) in (FIRST_ROOM..).zip(ROOMS) {
        let mut room = Unit::new(UnitId(number), "phong_so", name, None);
        room.codes.push(Dated::since(None, code("sign", sign)));
        room.administrative.push(Dated::since(None, DEPARTMENT));
        units.push(room);
    }
    for (index, district) in pool().districts.iter().enumerate() {
        let name = format!("Phòng Giáo dục và Đào tạo {}", lower_first(district.name));
        let mut office = Unit::new(district_unit(index), "phong_gd", &name, None);
        office.codes.push(Dated::since(None, code("gso", district.code)));
        office.administrative.push(Dated::since(None, DEPARTMENT));
        office.professional.push(Dated::since(None, DEPARTMENT));
        let ended = event(REFORM, "dissolved", REFORM_DECISION, Vec::new());
        office.change(REFORM, REFORM_DECISION, &[Change::State(UnitState::Dissolved)], ended)?;
        units.push(office);
    }
    for (number, commune) in (first_commune()..).zip(&pool().new_communes) {
        let name = format!("UBND {}", lower_first(commune.name));
        let mut office = Unit::new(UnitId(number), "xa", &name, Some(REFORM));
        office.codes.push(Dated::since(Some(REFORM), code("gso", commune.code)));
        office.administrative.push(Dated::since(Some(REFORM), DEPARTMENT));
        office.professional.push(Dated::since(Some(REFORM), DEPARTMENT));
        office.events.push(event(REFORM, "founded", "QĐ 19/2025/QĐ-TTg", Vec::new()));
        units.push(office);
    }
    Ok(units)
}

/// The unit of a school with all its facts. `number_of` gives the unit of another school.
pub(super) fn school_unit(school: &School, number_of: &dyn Fn(u32) -> UnitId) -> Result<Unit> {
    let centre = school.has(Level::Gdtx);
    let from = Some(school.founded);
    let mut unit = Unit::new(school.unit, if centre { "trung_tam" } else { "truong" }, &school.name, from);
    unit.codes.push(Dated::since(from, code("moet", &school.code)));
    let start = school.parts.iter().map(|p| p.first).min().unwrap_or(0);
    let levels = school.parts.iter().filter(|p| p.first == start).map(|p| p.level.key().to_owned()).collect();
    unit.levels.push(Dated::since(from, levels));
    let founding = format!("{}/QĐ-UB (mẫu)", 100 + school.ordinal % 800);
    if !matches!(school.story.first().map(|h| &h.what), Some(What::SplitFrom(_))) {
        unit.events.push(event(school.founded, "founded", &founding, Vec::new()));
    }

    if school.under_department() {
        unit.administrative.push(Dated::since(from, DEPARTMENT));
        unit.professional.push(Dated::since(from, DEPARTMENT));
    } else if school.founded >= REFORM {
        unit.administrative.push(Dated::since(from, commune_unit(school.commune)));
        unit.professional.push(Dated::since(from, DEPARTMENT));
    } else {
        let office = district_unit(school.district);
        unit.administrative.push(Dated::since(from, office));
        unit.professional.push(Dated::since(from, office));
    }
    // What happened, in order of days; the reform of 2025 is one of the things that did.
    let mut reform_told = school.under_department() || school.founded >= REFORM;
    for happening in &school.story {
        if !reform_told && happening.day > REFORM {
            reform(&mut unit, school)?;
            reform_told = true;
        }
        tell(&mut unit, happening, number_of)?;
        if matches!(happening.what, What::MergedInto(_) | What::Dissolved) {
            return Ok(unit);
        }
    }
    if !reform_told {
        reform(&mut unit, school)?;
    }
    Ok(unit)
}

fn reform(unit: &mut Unit, school: &School) -> Result<()> {
    let commune = commune_unit(school.commune);
    let moved = [
        Change::Parent(ParentRole::Administrative, Some(commune)),
        Change::Parent(ParentRole::Professional, Some(DEPARTMENT)),
    ];
    let told = event(REFORM, "moved", REFORM_DECISION, vec![district_unit(school.district), commune]);
    unit.change(REFORM, REFORM_DECISION, &moved, told)
}

fn tell(unit: &mut Unit, happening: &Happening, number_of: &dyn Fn(u32) -> UnitId) -> Result<()> {
    let Happening { day, decision, what } = happening;
    let mut change = |changes: &[Change], kind: &str, others: Vec<UnitId>| {
        unit.change(*day, decision, changes, event(*day, kind, decision, others))
    };
    match what {
        What::Renamed(name) => change(&[Change::Name(name.clone())], "renamed", Vec::new()),
        What::MergedInto(other) => change(&[Change::State(UnitState::Merged)], "merged_into", vec![number_of(*other)]),
        What::Absorbed(other) => change(&[], "absorbed", vec![number_of(*other)]),
        What::AbsorbedLevel(other, name, levels) => {
            let levels = levels.iter().map(|l| l.key().to_owned()).collect();
            let changes = [Change::Name(name.clone()), Change::Levels(levels)];
            change(&changes, "absorbed", vec![number_of(*other)])
        }
        What::SplitFrom(other) => change(&[], "split_from", vec![number_of(*other)]),
        What::SplitInto(other) => change(&[], "split_into", vec![number_of(*other)]),
        What::Dissolved => change(&[Change::State(UnitState::Dissolved)], "dissolved", Vec::new()),
        What::BranchOf(main, name) => {
            let changes =
                [Change::Name(name.clone()), Change::Parent(ParentRole::Administrative, Some(number_of(*main)))];
            change(&changes, "moved", vec![number_of(*main)])?;
            if let Some(last) = unit.types.last_mut() {
                last.to = Some(*day - 1);
            }
            let branch =
                Dated { from: Some(*day), to: None, decision: decision.clone(), value: "phan_hieu".to_owned() };
            unit.types.push(branch);
            Ok(())
        }
    }
}
