//! The demo is repeatable, whole, and speaks the language of the specification: every key it writes is
//! a field of its kind, every code stands in its list on the day.

mod spec;

use super::row::day;
use super::*;
use crate::actor::Role;
use crate::tree::{ParentRole, Tree, UnitState, day_of};
use jiff::civil::{Date, date};
use std::collections::{HashMap, HashSet};

const TODAY: Date = date(2026, 11, 22);

fn province(learners: u64) -> Province {
    Province::plan(&Params::new(7, learners, TODAY)).unwrap()
}

fn all(province: &Province) -> impl Iterator<Item = (&School, SchoolData)> {
    province.schools.iter().map(|s| (s, province.school(s.ordinal).unwrap()))
}

fn get<'r>(row: &'r NewRow, key: &str) -> Option<&'r str> {
    row.fields.iter().find(|(k, _)| *k == key).and_then(|(_, text)| text.as_str())
}

fn to(row: &NewRow, key: &str) -> Option<u32> {
    row.fields.iter().find(|(k, _)| *k == key).and_then(|(_, text)| match text {
        Text::Ref(local) => Some(*local),
        _ => None,
    })
}

#[test]
fn every_key_and_code_is_in_the_specification() {
    for (learners, today) in
        [(3_000, TODAY), (1_500, date(2025, 3, 1)), (1_500, date(2025, 8, 3)), (1_500, date(2026, 6, 15))]
    {
        let province = Province::plan(&Params::new(7, learners, today)).unwrap();
        assert_eq!(province.active_learners(), learners);
        let mut kinds: HashSet<&str> = HashSet::new();
        for (school, data) in all(&province) {
            for row in &data.rows {
                kinds.insert(row.kind);
                spec::check_row(&province, school, &data, row);
            }
        }
        assert!(kinds.len() == 12 || today != TODAY, "{kinds:?}");
    }
}

#[test]
fn the_same_parameters_give_the_same_province() {
    let (one, two) = (province(2_000), province(2_000));
    assert_eq!(one.units, two.units);
    let backwards: Vec<SchoolData> = (0..two.schools.len() as u32).rev().filter_map(|o| two.school(o)).collect();
    for ((_, data), again) in all(&one).zip(backwards.iter().rev()) {
        assert!(data == *again);
    }
    assert_eq!(logins(&one), logins(&two));
    let other = Province::plan(&Params::new(8, 2_000, TODAY)).unwrap();
    assert_ne!(one.school(0), other.school(0));
}

#[test]
fn the_number_of_learners_is_exact() {
    for learners in [2_000, 5_000] {
        let province = province(learners);
        assert_eq!(province.active_learners(), learners);
        let newest = province.params.years[2];
        let (mut count, mut pupils) = (0, 0);
        for (_, data) in all(&province) {
            let in_class = |r: &&NewRow| r.kind == "enrolment" && r.year == newest && r.state == State::Active;
            count += data.rows.iter().filter(in_class).count() as u64;
            pupils += data.rows.iter().filter(|r| r.kind == "pupil" && r.state == State::Active).count() as u64;
        }
        assert_eq!((count, pupils), (learners, learners));
    }
    for learners in [480_000, 1_300_000] {
        let province = province(learners);
        assert_eq!(province.active_learners(), learners);
        let codes: HashSet<&str> = province.schools.iter().map(|s| s.code.as_str()).collect();
        assert_eq!(codes.len(), province.schools.len());
        // The numbers set aside fit into six digits, learners' codes into eight.
        let last = province.schools.last().unwrap().numbers;
        assert!(last.bucket + last.bucket_size < 1_000_000 && last.people < 90_000_000, "{last:?}");
    }
}

#[test]
fn identity_numbers_are_unique_in_a_province_of_20_000() {
    let province = province(20_000);
    let mut seen: HashSet<(&str, &str, String)> = HashSet::new();
    let (mut pupils, mut without, mut odd, mut own_numbers) = (0, 0, 0, HashSet::new());
    for (_, data) in all(&province) {
        for row in data.rows.iter().filter(|r| r.kind == "pupil" || r.kind == "staff") {
            for key in ["learner_code", "staff_code", "personal_number"] {
                if let Some(value) = get(row, key) {
                    assert!(seen.insert((row.kind, key, value.to_owned())), "{} {key} {value}", row.kind);
                }
            }
            if let Some(number) = get(row, "personal_number") {
                assert!(number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
                assert!(own_numbers.insert(number.to_owned()), "a learner and a teacher share {number}");
            }
            if row.kind == "pupil" {
                pupils += 1;
                match get(row, "personal_number") {
                    None => without += 1,
                    Some(number) => {
                        let year: u32 = get(row, "birth_date").unwrap()[6..].parse().unwrap();
                        let female = u32::from(get(row, "sex") == Some("02"));
                        let fits = number[4..6] == format!("{:02}", year % 100)
                            && number[3..4] == (if year < 2000 { female } else { 2 + female }).to_string();
                        odd += u32::from(!fits);
                    }
                }
            }
        }
    }
    assert!((200..450).contains(&(without * 10_000 / pupils)), "{without} of {pupils} without number");
    assert!((25..90).contains(&(odd * 10_000 / pupils)), "{odd} of {pupils} odd");
}

#[test]
fn lives_are_possible() {
    let province = province(5_000);
    let mut statuses: HashMap<&str, u32> = HashMap::new();
    for (school, data) in all(&province) {
        let born = |pupil: u32| get(&data.rows[pupil as usize - 1], "birth_date").unwrap()[6..].parse::<u16>().unwrap();
        let mut path: HashMap<u32, Vec<&NewRow>> = HashMap::new();
        let mut sizes: HashMap<u32, u32> = HashMap::new();
        for row in data.rows.iter().filter(|r| r.kind == "enrolment") {
            *statuses
                .entry(match get(row, "status").unwrap() {
                    "01" => "01",
                    "11" => "11",
                    "10" => "10",
                    "02" => "02",
                    _ => "other",
                })
                .or_default() += 1;
            let age = row.year - born(to(row, "pupil").unwrap());
            let grade: u16 = get(row, "grade").unwrap().parse().unwrap();
            let usual = match grade {
                1..=12 => grade + 5..=grade + 8,
                13..=15 => grade + 2..=grade + 14,
                16 => 2..=2,
                _ => 3..=5,
            };
            assert!(usual.contains(&age), "{} grade {grade} age {age}", school.name);
            path.entry(to(row, "pupil").unwrap()).or_default().push(row);
            let class = &data.rows[to(row, "class").unwrap() as usize - 1];
            assert_eq!((class.year, get(class, "grade")), (row.year, get(row, "grade")));
            if row.state == State::Active {
                *sizes.entry(class.local).or_default() += 1;
            }
        }
        for (class, size) in sizes {
            let grade = get(&data.rows[class as usize - 1], "grade").unwrap();
            let most = if grade <= "05" { 35 } else { 45 };
            assert!(size <= most, "{} {class}: {size}", school.name);
        }
        for rows in path.values() {
            for pair in rows.windows(2) {
                let grades: Vec<u32> = pair.iter().map(|r| get(r, "grade").unwrap().parse().unwrap()).collect();
                assert_eq!(pair[0].year + 1, pair[1].year);
                let repeats = get(pair[1], "repeated") == Some("Có");
                if grades[0] < 16 {
                    assert_eq!(grades[1], grades[0] + u32::from(!repeats), "{}", school.name);
                }
                let result =
                    data.rows.iter().find(|r| r.kind == "result" && to(r, "enrolment") == Some(pair[0].local)).unwrap();
                if grades[0] < 16 {
                    assert_eq!(get(result, "promoted") == Some("Không"), repeats, "{}", school.name);
                }
            }
        }
    }
    let all: u32 = statuses.values().sum();
    assert!(statuses["01"] * 100 / all >= 90 && statuses.len() == 5, "{statuses:?}");
}

#[test]
fn the_tree_has_two_parents_and_two_times() {
    let province = province(5_000);
    assert!(province.units.iter().enumerate().all(|(i, u)| u.id.0 == i as u32 + 1));
    let tree = Tree::new(province.units.clone());
    let (before, after) = (day(2025, 6, 30), day(2025, 7, 1));
    let root = tree.root().unwrap();
    assert_eq!(root.name(before), "Sở Giáo dục và Đào tạo tỉnh Hải Dương");
    assert_eq!(root.name(after), "Sở Giáo dục và Đào tạo thành phố Hải Phòng");
    for school in &province.schools {
        let unit = tree.get(school.unit).unwrap();
        let parent = |on| {
            unit.parent(ParentRole::Administrative, on).and_then(|p| tree.get(p)).map(|p| p.unit_type(on).to_owned())
        };
        let guide = |on| {
            unit.parent(ParentRole::Professional, on).and_then(|p| tree.get(p)).map(|p| p.unit_type(on).to_owned())
        };
        let today = day_of(TODAY);
        if school.under_department() {
            assert_eq!((parent(before).as_deref(), parent(after).as_deref()), (Some("so"), Some("so")));
        } else {
            if school.founded < before {
                assert_eq!(parent(before).as_deref(), Some("phong_gd"), "{}", school.name);
            }
            if school.closed().is_none() {
                let branch = unit.unit_type(today) == "phan_hieu";
                assert_eq!(parent(today).as_deref(), Some(if branch { "truong" } else { "xa" }), "{}", school.name);
                assert_eq!(guide(today).as_deref(), Some("so"));
            }
        }
        assert_eq!(unit.state(today) == UnitState::Active, school.closed().is_none(), "{}", school.name);
        assert!(unit.code("moet", today).is_some_and(|c| c.starts_with("30")));
    }
    let offices = |kind: &str, on| tree.all().filter(|u| u.unit_type(on) == kind && u.is_active(on)).count();
    assert_eq!((offices("phong_gd", before), offices("phong_gd", after)), (12, 0));
    assert_eq!((offices("xa", before), offices("xa", after), offices("phong_so", after)), (0, 64, 10));
    let told: HashSet<&str> = tree.all().flat_map(|u| u.events.iter().map(|e| e.kind.as_str())).collect();
    for kind in ["founded", "moved", "renamed", "merged_into", "absorbed", "split_from", "split_into", "dissolved"] {
        assert!(told.contains(kind), "{kind}");
    }
}

#[test]
fn accounts_cover_the_tree() {
    let province = province(5_000);
    let logins = logins(&province);
    let names: HashSet<&str> = logins.iter().map(|l| l.login.as_str()).collect();
    assert_eq!(names.len(), logins.len());
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.';
    assert!(names.iter().all(|n| n.chars().all(good)), "{names:?}");
    let count = |role| logins.iter().filter(|l| l.role == role).count();
    let open = province.schools.iter().filter(|s| s.closed().is_none()).count();
    assert_eq!((count(Role::SystemAdmin), count(Role::OfficeViewer), count(Role::DepartmentOfficer)), (1, 12, 10));
    assert_eq!((count(Role::SchoolAdmin), count(Role::SchoolClerk), count(Role::Teacher)), (open, open, open));
    assert!(count(Role::OfficeAdmin) > 0);
    // The head who signs in is the head in the records.
    let school = &province.schools[0];
    let data = province.school(0).unwrap();
    let head = data.rows.iter().find(|r| r.kind == "staff" && get(r, "position") == Some("01")).unwrap();
    let login = logins.iter().find(|l| l.role == Role::SchoolAdmin && l.unit == school.unit).unwrap();
    assert_eq!(get(head, "full_name"), Some(login.person.as_str()));
}

#[test]
fn brothers_and_sisters_share_parents_and_home() {
    let province = province(2_000);
    let mut families: HashMap<(String, String, String), Vec<(String, String)>> = HashMap::new();
    for (_, data) in all(&province) {
        for row in data.rows.iter().filter(|r| r.kind == "pupil") {
            if let (Some(f), Some(m), Some(phone)) =
                (get(row, "father_name"), get(row, "mother_name"), get(row, "mother_phone"))
            {
                let child =
                    (get(row, "full_name").unwrap().to_owned(), get(row, "permanent_hamlet").unwrap().to_owned());
                families.entry((f.to_owned(), m.to_owned(), phone.to_owned())).or_default().push(child);
            }
        }
    }
    let large: Vec<_> = families.iter().filter(|(_, c)| c.len() > 1).collect();
    assert!(large.len() > 50, "{}", large.len());
    for ((father, ..), children) in large {
        let surname = father.split(' ').next().unwrap();
        assert!(children.iter().all(|(name, home)| name.starts_with(surname) && *home == children[0].1));
    }
}

/// `cargo test --release --lib demo::tests::rate -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "a stopwatch")]
fn rate() {
    let plan = jiff::Timestamp::now();
    let province = province(100_000);
    let begun = jiff::Timestamp::now();
    let mut rows: HashMap<&str, usize> = HashMap::new();
    let mut values = 0;
    for (_, data) in all(&province) {
        for row in &data.rows {
            *rows.entry(row.kind).or_default() += 1;
            values += row.fields.len();
        }
    }
    let seconds = begun.until(jiff::Timestamp::now()).unwrap().total(jiff::Unit::Second).unwrap();
    let all: usize = rows.values().sum();
    let planned = plan.until(begun).unwrap().total(jiff::Unit::Second).unwrap();
    println!(
        "plan {planned:.3} s, {} schools; {all} rows, {values} values in {seconds:.2} s: {:.0} rows/s",
        province.schools.len(),
        all as f64 / seconds
    );
    println!("{rows:?}; {:.2} rows a learner", all as f64 / 100_000.0);
}
