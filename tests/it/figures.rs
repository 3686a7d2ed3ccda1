//! The figures people see: they are those of the lists behind them, they follow every save at once, and
//! an office's are the sum of its schools'.

use crate::support::Province;

/// The figure of a tile on a page.
fn tile(page: &str, label: &str) -> u64 {
    let at = page.find(&format!("class=\"label\">{label}<")).unwrap_or_else(|| panic!("no tile {label}"));
    let rest = page[at..].split_once("class=\"value\">").unwrap().1;
    rest[..rest.find('<').unwrap()].replace('.', "").parse().unwrap()
}

/// The address behind a tile.
fn behind(page: &str, label: &str) -> String {
    let at = page.find(&format!("class=\"label\">{label}<")).unwrap();
    let tag = &page[page[..at].rfind("<a href=\"").unwrap() + 9..];
    tag[..tag.find('"').unwrap()].replace("&amp;", "&")
}

/// Rows of the list on a page.
fn rows(page: &str) -> u64 {
    page.matches("<th scope=\"row\"").count() as u64
}

fn add(p: &Province, cookie: &str, kind: &str, fields: &[(&str, &str)]) -> String {
    let form = p.get(cookie, &format!("/records/{kind}/new")).is(200);
    let key = form.input("_key");
    let mut all = vec![("_key", key.as_str())];
    all.extend(fields);
    let location = p.post(cookie, &format!("/records/{kind}/new"), &all).is(303).location().to_owned();
    location.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn pupil(p: &Province, cookie: &str, name: &str, sex: &str) -> String {
    let fields = [("full_name", name), ("birth_date", "12/03/2015"), ("sex", sex), ("ethnicity", "01")];
    add(p, cookie, "pupil", &fields)
}

fn class(p: &Province, cookie: &str, name: &str, grade: &str) -> String {
    let flags = [("is_combined", "false"), ("is_day_boarding", "false"), ("is_vnen", "false")];
    let mut fields = vec![("name", name), ("grade", grade)];
    fields.extend(flags);
    add(p, cookie, "class", &fields)
}

fn enrol(p: &Province, cookie: &str, pupil: &str, class: &str, grade: &str) -> String {
    let fields =
        [("pupil", pupil), ("class", class), ("grade", grade), ("status", "01"), ("status_date", "05/09/2026")];
    add(p, cookie, "enrolment", &fields)
}

#[test]
fn figures_follow_every_save_and_lead_to_their_lists() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let page = p.get(&clerk, "/").is(200);
    page.says("Chưa có lớp nào của năm học này").says("Chưa có số liệu.");
    assert_eq!(tile(&page.body, "Người học"), 0);

    let class = class(&p, &clerk, "6A1", "06");
    for (name, sex) in [("Trần Thị Ánh", "02"), ("Lê Văn Bảo", "01"), ("Đỗ Thị An", "02")] {
        let pupil = pupil(&p, &clerk, name, sex);
        enrol(&p, &clerk, &pupil, &class, "06");
    }
    let page = p.get(&clerk, "/").is(200);
    for (label, count) in [("Người học", 3), ("Lớp", 1), ("Nhân sự", 0)] {
        assert_eq!(tile(&page.body, label), count, "{label}");
        assert_eq!(rows(&p.get(&clerk, &behind(&page.body, label)).is(200).body), count, "the list behind {label}");
    }
    page.says("Khối 6 1 2 3 0 +3")
        .says("3 người học chưa có số định danh cá nhân")
        .says("1 lớp chưa có giáo viên chủ nhiệm");

    // The class as it hangs on the wall: by given name.
    let wall = p.get(&clerk, &format!("/classes/{class}")).is(200);
    let order: Vec<usize> =
        ["Đỗ Thị An", "Trần Thị Ánh", "Lê Văn Bảo"].iter().map(|n| wall.text().find(n).unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    wall.says("3 (1 nam, 2 nữ)");

    // One learner leaves: every figure knows at once.
    let enrolment = p.get(&clerk, "/records/enrolment").is(200);
    let (_, row) = enrolment.body.split_once("scope=\"row\"").unwrap();
    let record = row.split_once("href=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let key = p.key();
    p.post(&clerk, &format!("{record}/state"), &[("_key", &key), ("_version", "1"), ("state", "left")]).is(303);
    assert_eq!(tile(&p.get(&clerk, "/").is(200).body, "Người học"), 2);
    p.get(&clerk, &format!("/units/{}", p.school)).is(200).says("6A1 Khối 6 2");
}

#[test]
fn an_offices_figures_are_the_sum_of_its_schools() {
    let p = Province::new();
    let (one, other) = (p.sign_in("truong.vt"), p.sign_in("khac.vt"));
    for (cookie, names) in [(&one, &["Lê An", "Lê Bình"][..]), (&other, &["Vũ Chi"][..])] {
        let class = class(&p, cookie, "5A1", "05");
        for name in names {
            let pupil = pupil(&p, cookie, name, "01");
            enrol(&p, cookie, &pupil, &class, "05");
        }
    }
    let so = p.sign_in("so.chuyenvien");
    let page = p.get(&so, "/").is(200);
    assert_eq!(tile(&page.body, "Người học"), 3);
    let figures = p.get(&so, &behind(&page.body, "Người học")).is(200);
    figures
        .says("Trường Tiểu học và THCS Tân Hồng 2 +2 1")
        .says("Trường Tiểu học Bình Minh 1 +1 1")
        .says("Tổng số 3 +3 2");
    p.get(&so, "/units/figures?grade=07").is(200).says("Chưa có số liệu.");
    // The commune sees its own school only.
    let xa = p.sign_in("xa.admin");
    assert_eq!(tile(&p.get(&xa, "/").is(200).body, "Người học"), 2);
    p.get(&xa, "/units/figures").is(200).hides("Bình Minh");
    p.get(&xa, &format!("/units/figures?under={}", p.elsewhere)).is(404);
}

#[test]
fn what_waits_is_listed() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let number = "030215000017";
    let fields = [("full_name", "Lê An"), ("birth_date", "12/03/2015"), ("sex", "01"), ("ethnicity", "01")];
    let mut with = fields.to_vec();
    with.extend([("personal_number", number), ("mother_name", "Vũ Thị Mai"), ("mother_birth_date", "1985")]);
    add(&p, &clerk, "pupil", &fields);
    let whole = add(&p, &clerk, "pupil", &with);
    let key = p.key();
    p.post(&clerk, &format!("/records/pupil/{whole}/verify"), &[("_key", &key), ("_version", "1")]).is(303);
    p.get(&clerk, "/")
        .is(200)
        .says("1 người học chưa có số định danh cá nhân")
        .says("1 hồ sơ chưa đối chiếu")
        .says("1 người học có chỗ cần xem lại");
    for way in ["lacking=personal_number", "waiting=unverified", "waiting=review"] {
        let list = p.get(&clerk, &format!("/records/pupil?{way}")).is(200);
        assert_eq!(rows(&list.body), 1, "{way}");
        list.hides(number);
    }
    // What is masked can't be asked for: a list of those who lack it would tell of the others.
    assert_eq!(rows(&p.get(&clerk, "/records/pupil?lacking=ethnicity").is(200).body), 2);
}

#[test]
fn letters_grow_and_stay_so() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let answer = p.post(&clerk, "/letters", &[("size", "large"), ("next", "/units")]).is(303);
    assert_eq!(answer.location(), "/units");
    let set = answer.headers.get("set-cookie").unwrap().to_str().unwrap();
    let both = format!("{clerk}; {}", set.split(';').next().unwrap());
    assert!(p.get(&both, "/").is(200).body.contains("<html lang=\"vi\" class=\"large\">"));
    assert!(p.get(&both, "/units/987654").is(404).body.contains("class=\"large\""));
    assert_eq!(p.post(&clerk, "/letters", &[("size", "x"), ("next", "//evil.vn")]).is(303).location(), "/");
}
