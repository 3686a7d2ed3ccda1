//! The pages of units: the tree on any day as each role sees it, and the reforms of the Sở's
//! administrators from form to story.

use crate::support::{Answer, LOGINS, Province};
use csdlgd::id::UnitId;

#[test]
fn everybody_signs_in_and_sees_the_tree_of_their_scope() {
    let p = Province::new();
    for (login, ..) in LOGINS {
        let cookie = p.sign_in(login);
        let tree = p.get(&cookie, "/units").is(200);
        let scope = p.actor(login).scope;
        // A Phòng that is closed sees the units of its last day; everybody else today's.
        for (unit, name) in [
            (p.school, "Trường Tiểu học và THCS Tân Hồng"),
            (p.neighbour, "Trường Mầm non Hoa Sen"),
            (p.elsewhere, "Trường Tiểu học Bình Minh"),
            (p.high, "Trường THPT Hồng Quang"),
        ] {
            let page = p.get(&cookie, &format!("/units/{unit}"));
            if scope.has(unit) {
                tree.says(name);
                page.is(200).says(name);
            } else {
                assert!(!tree.text().contains(name), "{login} sees {name}");
                assert_same_as_missing(&p, &cookie, &page);
            }
        }
    }
    assert!(p.get("", "/units").is(303).location().starts_with("/login"));
}

/// A unit out of scope is answered exactly as one that never was: status, body, headers.
#[track_caller]
fn assert_same_as_missing(p: &Province, cookie: &str, answer: &Answer) {
    let missing = p.get(cookie, "/units/99999");
    assert_eq!((answer.status, &answer.body), (missing.status, &missing.body));
    assert_eq!(answer.headers, missing.headers);
    assert_eq!(answer.status, 404);
}

#[test]
fn the_tree_is_that_of_the_day_asked_for() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    let district = p.app.tree().get(p.district).unwrap().name(0).to_owned();
    let commune = p.app.tree().get(p.commune).unwrap().name(30_000).to_owned();
    let now = p.get(&cookie, "/units").is(200);
    now.says("Hải Phòng").says(&commune);
    assert!(!tree_of(&now).contains(&district));
    let then = p.get(&cookie, "/units?at=30%2F06%2F2025").is(200);
    then.says("Hải Dương").says("Đang xem cây đơn vị vào ngày 30/06/2025.");
    assert!(tree_of(&then).contains(&district) && !tree_of(&then).contains(&commune));
    assert!(p.get(&cookie, "/units?ended=true").is(200).text().contains(&district));
    p.get(&cookie, "/units?at=31%2F02%2F2025").is(400).says("Ngày trong địa chỉ chưa đúng");
    // In the professional view the schools stand under the Sở itself.
    let guided = p.get(&cookie, &format!("/units?role=professional&under={}", p.commune)).is(200);
    guided.says("Trường Mầm non Hoa Sen");
    // The unit's own page on that day: its parent then, and the whole story.
    let unit = p.get(&cookie, &format!("/units/{}?at=30/06/2025", p.school)).is(200);
    unit.says(&format!("Đơn vị quản lý {district}")).says("1581/BGDĐT-GDPT").says("30293501");
    // A closed Phòng's own account begins on its last day and changes nothing.
    let phong = p.sign_in("phong.admin");
    p.get(&phong, "/units").is(200).says("Ngày 30/06/2025").says("Trường Mầm non Hoa Sen");
    p.get(&phong, "/").is(200).says("chỉ xem được");
}

fn tree_of(page: &Answer) -> String {
    let from = page.body.find("class=\"branches\"").unwrap();
    let to = page.body[from..].find("</section>").unwrap();
    page.body[from..from + to].to_owned()
}

const DAY: &str = "01/01/2027";
const DECISION: &str = "12/QĐ-UBND";

/// Looks at the consequences, confirms, and gives where it leads.
#[track_caller]
fn carry_out(p: &Province, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let key = p.get(cookie, path).is(200).input("_key");
    let mut sent: Vec<(&str, &str)> = vec![("_key", &key), ("_do", "look")];
    sent.extend(fields);
    let asked = p.post(cookie, path, &sent).is(200);
    asked.says("Chưa ghi gì").says("Xác nhận và ghi");
    sent[1] = ("_do", "confirm");
    let done = p.post(cookie, path, &sent).is(303);
    // The same form sent twice is carried out once.
    assert_eq!(p.post(cookie, path, &sent).is(303).location(), done.location());
    done
}

#[test]
fn a_unit_is_renamed_and_found_by_both_names() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    let path = format!("/units/{}/rename", p.school);
    let events = p.app.tree().get(p.school).unwrap().events.len();
    let done = carry_out(
        &p,
        &cookie,
        &path,
        &[("name", "Trường Tiểu học và THCS Nguyễn Du"), ("day", DAY), ("decision", DECISION)],
    );
    assert_eq!(done.location(), format!("/units/{}?done=reform", p.school));
    assert_eq!(p.app.tree().get(p.school).unwrap().events.len(), events + 1);
    // Until then it keeps its name; the page says what comes.
    let now = p.get(&cookie, &format!("/units/{}", p.school)).is(200);
    now.says("Từ ngày 01/01/2027: Đổi tên (12/QĐ-UBND).");
    assert!(now.body.contains("<h1>Trường Tiểu học và THCS Tân Hồng"));
    let then = p.get(&cookie, &format!("/units/{}?at=01/01/2027", p.school)).is(200);
    assert!(then.body.contains("<h1>Trường Tiểu học và THCS Nguyễn Du"));
    p.index();
    p.get(&cookie, "/search?q=nguyen+du&kind=unit").is(200).says("Trường Tiểu học và THCS Tân Hồng");
}

#[test]
fn what_is_wrong_stands_at_its_field_and_nothing_is_lost() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    let send = |path: &str, fields: &[(&str, &str)]| p.post(&cookie, path, fields).is(422);
    let rename = format!("/units/{}/rename", p.school);
    let wrong = send(&rename, &[("name", "Trường mới & cũ"), ("day", "32/13/2026"), ("decision", "")]);
    wrong.says("Ngày chưa đúng");
    assert_eq!(wrong.input("name"), "Trường mới &amp; cũ");
    send(&rename, &[("name", "Trường mới"), ("day", DAY), ("decision", " ")]).says("Thầy/cô nhập số quyết định");
    send(&rename, &[("name", "Trường Tiểu học và THCS Tân Hồng"), ("day", DAY), ("decision", "1")])
        .says("đang có đúng tên này");
    send(&rename, &[("name", "X"), ("day", "01/01/1800"), ("decision", "1")]).says("01/01/1900");
    // Before its last move of that sort: a later fact is never thrown away.
    let moving = format!("/units/{}/move", p.school);
    let so = p.so.to_string();
    let early = [("role", "administrative"), ("parent", so.as_str()), ("day", "01/01/2020"), ("decision", "1")];
    send(&moving, &early).says("đã có thay đổi cùng loại ghi từ ngày 01/07/2025");
    // Under itself, under a school, under what is gone.
    let school = p.school.to_string();
    send(&moving, &[("role", "administrative"), ("parent", &school), ("day", DAY), ("decision", "1")])
        .says("trực thuộc chính nó");
    let neighbour = p.neighbour.to_string();
    send(&moving, &[("role", "administrative"), ("parent", &neighbour), ("day", DAY), ("decision", "1")])
        .says("không trực thuộc Trường Mầm non Hoa Sen được");
    let district = p.district.to_string();
    send(&moving, &[("role", "administrative"), ("parent", &district), ("day", DAY), ("decision", "1")])
        .says("đã kết thúc hoạt động");
    send(&moving, &[("role", "administrative"), ("parent.text", "Tân"), ("day", DAY), ("decision", "1")])
        .says("Thầy/cô");
    send(&moving, &[("role", "administrative"), ("parent.text", "không đâu cả"), ("day", DAY), ("decision", "1")])
        .says("Không có đơn vị nào khớp");
    // The Sở stays.
    for act in ["move", "merge", "suspend", "dissolve"] {
        let fields = [("parent", district.as_str()), ("into", school.as_str()), ("day", DAY), ("decision", "1")];
        let answer = p.post(&cookie, &format!("/units/{}/{act}", p.so), &fields);
        assert_eq!(answer.status, 422, "{act}");
    }
    // An office with schools does not just end.
    send(&format!("/units/{}/dissolve", p.commune), &[("day", DAY), ("decision", "1")])
        .says("Còn đơn vị trực thuộc: ")
        .says("chuyển các đơn vị này trước");
    assert_eq!(
        p.app
            .db
            .read(|tx| Ok(csdlgd::store::history::versions(tx, &csdlgd::units::store::key(p.school), 9)?.len()))
            .unwrap(),
        1
    );
}

#[test]
fn a_merger_moves_what_stood_below_and_ends_the_unit() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    let path = format!("/units/{}/merge", p.commune);
    let other = p.app.tree().get(p.elsewhere).unwrap().administrative[1].value.to_string();
    let key = p.get(&cookie, &path).is(200).input("_key");
    let fields = [("_key", key.as_str()), ("into", other.as_str()), ("day", "06/11/2026"), ("decision", DECISION)];
    let asked = p.post(&cookie, &path, &fields).is(200);
    asked
        .says("Trường Mầm non Hoa Sen Đơn vị quản lý")
        .says("Đã sáp nhập")
        .says("2 tài khoản của đơn vị kết thúc chỉ còn xem được");
    let clerk = p.sign_in("xa.admin");
    carry_out(&p, &cookie, &path, &fields[1..]);
    p.clock.advance(24 * 3_600_000);
    let cookie = p.sign_in("so.admin");
    let tree = p.get(&cookie, &format!("/units?under={other}")).is(200);
    tree.says("Trường Mầm non Hoa Sen").says("Trường Tiểu học Bình Minh");
    p.get(&cookie, &format!("/units/{}", p.commune)).is(200).says("Đã sáp nhập").says("không thay đổi được nữa");
    p.get(&cookie, &format!("/units/{other}")).is(200).says("Tiếp nhận");
    // Its account still sees what was its own, and may change nothing.
    assert!(p.get(&clerk, "/units").is(303).location().starts_with("/login"), "a session of yesterday has ended");
    let clerk = p.sign_in("xa.admin");
    p.get(&clerk, &format!("/units/{}", p.school)).is(200);
    p.post(&clerk, &format!("/records/class/new?unit={}", p.school), &[]).is(403);
    assert!(p.actor("xa.admin").read_only);
}

#[test]
fn a_unit_is_founded_split_suspended_reopened_and_dissolved() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    let commune = p.commune.to_string();
    let so = p.so.to_string();
    let fields = [
        ("name", "Trường THCS Lê Lợi"),
        ("type", "truong"),
        ("code", "30293599"),
        ("levels", ""),
        ("levels", "THCS"),
        ("administrative", &commune),
        ("professional.text", "so giao duc"),
        ("from", &p.school.to_string()),
        ("day", "01/11/2026"),
        ("decision", DECISION),
    ];
    let done = carry_out(&p, &cookie, &format!("/units/new?from={}", p.school), &fields);
    let id: UnitId = done.location().trim_start_matches("/units/").split('?').next().unwrap().parse().unwrap();
    let tree = p.app.tree();
    let new = tree.get(id).unwrap();
    assert_eq!(new.professional[0].value, p.so);
    assert_eq!(
        (new.levels[0].value.as_slice(), new.codes[0].value.value.as_str()),
        (&["THCS".to_owned()][..], "30293599")
    );
    p.get(&cookie, &format!("/units/{id}")).is(200).says("Tách từ Trường Tiểu học và THCS Tân Hồng");
    p.get(&cookie, &format!("/units/{}", p.school)).is(200).says("Tách thành lập Trường THCS Lê Lợi");
    // A code is given once.
    let again = [
        ("name", "Trường khác"),
        ("type", "truong"),
        ("code", "30293599"),
        ("levels", "THCS"),
        ("administrative", &commune),
        ("professional", &so),
        ("day", DAY),
        ("decision", "1"),
    ];
    p.post(&cookie, "/units/new", &again).is(422).says("Mã này đã cấp cho đơn vị khác");
    p.post(
        &cookie,
        "/units/new",
        &[("name", "Sở hai"), ("type", "so"), ("administrative", &so), ("day", DAY), ("decision", "1")],
    )
    .is(422)
    .says("chỉ có một Sở");
    p.post(
        &cookie,
        "/units/new",
        &[("name", "Phòng"), ("type", "phong_gd"), ("administrative", &so), ("day", DAY), ("decision", "1")],
    )
    .is(422)
    .says("không còn hoặc chưa có loại đơn vị");
    for (act, day, state) in [
        ("suspend", "02/11/2026", "Tạm ngừng hoạt động"),
        ("reopen", "03/11/2026", "Đang hoạt động"),
        ("dissolve", "04/11/2026", "Đã giải thể"),
    ] {
        carry_out(&p, &cookie, &format!("/units/{id}/{act}"), &[("day", day), ("decision", DECISION)]);
        p.get(&cookie, &format!("/units/{id}")).is(200).says(state);
    }
    p.post(&cookie, &format!("/units/{id}/rename"), &[("name", "Y"), ("day", DAY), ("decision", "1")])
        .is(422)
        .says("đã kết thúc hoạt động");
    // The mistake is taken back; the founding can't be.
    let page = p.get(&cookie, &format!("/units/{id}")).is(200);
    let undo = [("_key", "u1"), ("entry", &page.input("entry")), ("unit", &id.to_string())];
    assert_eq!(p.post(&cookie, "/units/undo", &undo).is(303).location(), format!("/units/{id}?done=undo"));
    p.get(&cookie, &format!("/units/{id}")).is(200).says("Đang hoạt động");
    p.post(&cookie, "/units/undo", &undo).is(303);
}

#[test]
fn levels_and_codes_change_too() {
    let p = Province::new();
    let cookie = p.sign_in("so.admin");
    carry_out(
        &p,
        &cookie,
        &format!("/units/{}/levels", p.school),
        &[("levels", ""), ("levels", "THCS"), ("day", "01/11/2026"), ("decision", DECISION)],
    );
    carry_out(
        &p,
        &cookie,
        &format!("/units/{}/code", p.school),
        &[("scheme", "moet"), ("code", "31000501"), ("day", "01/11/2026"), ("decision", DECISION)],
    );
    let page = p.get(&cookie, &format!("/units/{}", p.school)).is(200);
    page.says("Trường học · 31000501").says("Cấp học Trung học cơ sở");
    p.index();
    p.get(&cookie, "/search?q=30293501&kind=unit").is(200).says("Tân Hồng");
    let wrong = p
        .post(&cookie, &format!("/units/{}/levels", p.neighbour), &[("levels", "ĐH"), ("day", DAY), ("decision", "1")])
        .is(422);
    wrong.says("không có cấp học đã chọn");
}

#[test]
fn only_the_department_reforms_units() {
    let p = Province::new();
    for (login, ..) in LOGINS.iter().filter(|(l, ..)| *l != "so.admin") {
        let cookie = p.sign_in(login);
        for act in ["rename", "move", "merge", "suspend", "reopen", "dissolve", "levels", "code"] {
            let path = format!("/units/{}/{act}", p.school);
            let fields = [("name", "Z"), ("day", DAY), ("decision", "1"), ("_do", "confirm")];
            let expected = if p.actor(login).scope.has(p.school) { 403 } else { 404 };
            assert_eq!(p.get(&cookie, &path).status, expected, "{login} {path}");
            assert_eq!(p.post(&cookie, &path, &fields).status, expected, "{login} {path}");
        }
        p.get(&cookie, "/units/new").is(403).says("Chỉ quản trị của Sở");
        p.post(&cookie, "/units/new", &[]).is(403);
        p.post(&cookie, "/units/undo", &[("entry", "1"), ("unit", "1")]).is(403);
        p.get(&cookie, "/units").is(200).hides("/units/new");
    }
}

#[test]
fn options_name_units_in_scope_only() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let found = p.get(&clerk, "/units/options?q=truong").is(200);
    assert!(found.body.contains("Tân Hồng") && !found.body.contains("Hoa Sen"), "{}", found.body);
    let admin = p.sign_in("so.admin");
    assert!(p.get(&admin, "/units/options?q=mam+non+hoa").is(200).body.contains("Trường Mầm non Hoa Sen (30293101)"));
    // Without script: the button lists what was found, and what was typed stays.
    let path = format!("/units/{}/move", p.school);
    let page = p
        .post(
            &admin,
            &path,
            &[("_do", "find:parent"), ("parent.text", "hải"), ("decision", "77/QĐ"), ("day", "1/2/2027")],
        )
        .is(200);
    assert_eq!((page.input("decision").as_str(), page.input("day").as_str()), ("77/QĐ", "1/2/2027"));
    assert!(page.body.contains("type=\"radio\" name=\"parent\""));
}
