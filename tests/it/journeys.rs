//! The clerk's day through the pages: add, find, correct, see in the history, collide, bring back.

use crate::support::Province;
use csdlgd::records::store as records_store;
use csdlgd::store::history;

/// The address of the record a redirect leads to.
fn record_of(location: &str) -> String {
    location.split('?').next().unwrap().to_owned()
}

fn add(p: &Province, cookie: &str, kind: &str, fields: &[(&str, &str)]) -> String {
    let form = p.get(cookie, &format!("/records/{kind}/new")).is(200);
    let mut all = vec![("_key".to_owned(), form.input("_key"))];
    all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    record_of(p.post(cookie, &format!("/records/{kind}/new"), &all).is(303).location())
}

fn pupil(p: &Province, cookie: &str, name: &str, number: &str) -> String {
    let fields = [
        ("full_name", name),
        ("birth_date", "12/03/2015"),
        ("sex", "02"),
        ("ethnicity", "01"),
        ("personal_number", number),
    ];
    add(p, cookie, "pupil", &fields)
}

/// Saves one changed field from a fresh form; gives the status.
fn change(p: &Province, cookie: &str, record: &str, version: &str, field: &str, value: &str) -> u16 {
    let key = p.key();
    let answer = p.post(cookie, &format!("{record}/edit"), &[("_key", &key), ("_version", version), (field, value)]);
    answer.status.as_u16()
}

#[test]
fn a_pupil_is_added_found_corrected_and_brought_back() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let record = pupil(&p, &clerk, "Nguyễn Thị Hà", "030315000017");
    p.index();
    p.get(&clerk, "/search?q=nguyen+thi+ha").is(200).says("Nguyễn Thị Hà");

    assert_eq!(change(&p, &clerk, &record, "1", "birthplace", "Bệnh viện tỉnh"), 303);
    let page = p.get(&clerk, &record).is(200);
    page.says("Bệnh viện tỉnh");
    p.get(&clerk, &format!("{record}/history")).is(200).says("Bệnh viện tỉnh").says("Sửa hồ sơ");

    // Saving the same again writes nothing.
    let head = p.app.db.head_seq();
    assert_eq!(change(&p, &clerk, &record, "2", "birthplace", "Bệnh viện tỉnh"), 303);
    assert_eq!(p.app.db.head_seq(), head);

    let key = p.key();
    let restore = [("_key", key.as_str()), ("_version", "2"), ("version", "1")];
    p.post(&clerk, &format!("{record}/restore"), &restore).is(303);
    p.get(&clerk, &record).is(200).hides("<dd>Bệnh viện tỉnh");
    // The repeat finds the first answer and does nothing.
    let head = p.app.db.head_seq();
    p.post(&clerk, &format!("{record}/restore"), &restore).is(303);
    assert_eq!(p.app.db.head_seq(), head);
}

#[test]
fn a_wrong_form_comes_back_whole() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let key = p.key();
    let fields = [
        ("_key", key.as_str()),
        ("full_name", "Trần Văn Bình"),
        ("birth_date", "31/02/2015"),
        ("sex", "09"),
        ("ethnicity", "01"),
    ];
    let page = p.post(&clerk, "/records/pupil/new", &fields).is(422);
    page.says("Trần Văn Bình".trim());
    assert_eq!(page.input("full_name"), "Trần Văn Bình");
    assert_eq!(page.input("birth_date"), "31/02/2015");
    assert!(page.body.contains("id=\"f-birth_date-said\"") && page.body.contains("id=\"f-sex-said\""));
    p.index();
    p.get(&clerk, "/search?q=tran+van+binh").is(200).says("0 kết quả");
}

#[test]
fn two_people_at_once_see_both_sides() {
    let p = Province::new();
    let (one, other) = (p.sign_in("truong.vt"), p.sign_in("truong.ht"));
    let record = pupil(&p, &one, "Lê Thị Mai", "030315000018");
    assert_eq!(change(&p, &one, &record, "1", "hometown_note", "x"), 422, "an unknown field is refused");
    assert_eq!(change(&p, &one, &record, "1", "birthplace", "Nam Sách"), 303);
    let key = p.key();
    let late = [("_key", key.as_str()), ("_version", "1"), ("birthplace", "Thanh Hà")];
    let page = p.post(&other, &format!("{record}/edit"), &late).is(409);
    page.says("Nam Sách").says("Thanh Hà");
    let key = p.key();
    let chosen =
        [("_key", key.as_str()), ("_version", "2"), ("birthplace", "Thanh Hà"), ("_choose.birthplace", "mine")];
    p.post(&other, &format!("{record}/edit"), &chosen).is(303);
    p.get(&one, &record).is(200).says("Thanh Hà");
}

#[test]
fn a_number_belongs_to_one_person() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    pupil(&p, &clerk, "Phạm Thị Lan", "030315000019");
    let key = p.key();
    let twice = [
        ("_key", key.as_str()),
        ("full_name", "Phạm Thị Lan Anh"),
        ("birth_date", "01/01/2015"),
        ("sex", "02"),
        ("ethnicity", "01"),
        ("personal_number", "030315000019"),
    ];
    p.post(&clerk, "/records/pupil/new", &twice).is(422).says("đã có ở một hồ sơ khác");
}

#[test]
fn sensitive_fields_are_masked_and_the_opening_is_logged() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let record = add(
        &p,
        &clerk,
        "pupil",
        &[("full_name", "Hoàng Thị Cúc"), ("birth_date", "12/03/2015"), ("sex", "02"), ("ethnicity", "02")],
    );
    let tay = p.app.spec.codes.get("ethnicity").unwrap().label("02", p.clock.today()).to_owned();
    assert!(!p.get(&clerk, &record).is(200).text().contains(&tay));
    let head = p.app.db.head_seq();
    p.post(&clerk, &format!("{record}/open"), &[]).is(200).says(&tay);
    assert_eq!(p.app.db.head_seq(), head + 1);
    let entry = p.app.db.read(csdlgd::store::Read::head).unwrap().unwrap();
    assert_eq!((entry.action.as_str(), entry.who.login.as_str()), ("record.open_sensitive", "truong.vt"));
    // A list can't be filtered by it either.
    p.get(&clerk, "/records/pupil?col=full_name&f.ethnicity=05").is(200).says("Hoàng Thị Cúc");
}

#[test]
fn nothing_is_ever_removed() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let record = pupil(&p, &clerk, "Vũ Thị Sen", "030315000020");
    let key = p.key();
    let state = [("_key", key.as_str()), ("_version", "1"), ("state", "erroneous")];
    p.post(&clerk, &format!("{record}/state"), &state).is(303);
    p.get(&clerk, &record).is(200).says("Ghi nhầm").says("Vũ Thị Sen");
    p.get(&clerk, "/records/pupil").is(200).hides("Vũ Thị Sen");
    p.get(&clerk, "/records/pupil?state=erroneous").is(200).says("Vũ Thị Sen");
    // The number is free again for the right record.
    pupil(&p, &clerk, "Vũ Thị Sen", "030315000020");
}

#[test]
fn a_class_an_enrolment_and_who_may_see_them() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let record = pupil(&p, &clerk, "Đỗ Thị Thu", "030315000021");
    let class = add(&p, &clerk, "class", &[("name", "6A1"), ("grade", "06"), ("shift", "1")]);
    let id = record.rsplit('/').next().unwrap();
    let class_id = class.rsplit('/').next().unwrap();
    let enrolment =
        add(&p, &clerk, "enrolment", &[("pupil", id), ("class", class_id), ("grade", "06"), ("status", "01")]);
    p.get(&clerk, &record).is(200).says("6A1");
    p.get(&clerk, &class).is(200).says("Đỗ Thị Thu");
    p.index();
    p.get(&clerk, "/search?q=do+thi+thu+6a1").is(200).says("Đỗ Thị Thu");
    // Twice in class at the same time is refused.
    let key = p.key();
    let again = [("_key", key.as_str()), ("pupil", id), ("class", class_id), ("grade", "06"), ("status", "01")];
    p.post(&clerk, "/records/enrolment/new", &again).is(422);
    // Another school sees nothing of it, and can't refer to it.
    let stranger = p.sign_in("khac.vt");
    for address in [&record, &class, &enrolment] {
        p.get(&stranger, address).is(404);
    }
    let key = p.key();
    let stolen = [("_key", key.as_str()), ("pupil", id), ("class", class_id), ("grade", "06"), ("status", "01")];
    let refused = p.post(&stranger, "/records/enrolment/new", &stolen).is(422);
    refused.hides("Đỗ Thị Thu").hides("6A1");
    // The commune and the Sở do.
    for login in ["xa.admin", "xa.xem", "so.chuyenvien"] {
        p.get(&p.sign_in(login), &record).is(200);
    }
}

#[test]
fn the_log_alone_gives_the_same_rows() {
    let p = Province::new();
    let clerk = p.sign_in("truong.vt");
    let record = pupil(&p, &clerk, "Bùi Thị Hoa", "030315000022");
    change(&p, &clerk, &record, "1", "birthplace", "Kinh Môn");
    assert_eq!(history::replayed_rows(&p.app.db).unwrap(), history::primary_rows(&p.app.db).unwrap());
    let report = csdlgd::store::verify::verify(&p.app.db, &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let kind = p.app.names.kind(p.app.spec.kind_by_key["pupil"]);
    assert_eq!(p.app.db.read(|tx| records_store::count(tx, kind, p.school, 0)).unwrap(), 1);
}

#[test]
fn signing_out_ends_this_session_and_no_other() {
    let p = Province::new();
    let (here, elsewhere, other) = (p.sign_in("truong.vt"), p.sign_in("truong.vt"), p.sign_in("truong.ht"));
    p.post("", "/logout", &[]).is(303);
    for cookie in [&here, &elsewhere, &other] {
        p.get(cookie, "/").is(200);
    }
    let out = p.post(&here, "/logout", &[]).is(303);
    assert_eq!(out.location(), "/login");
    assert_eq!(out.headers["clear-site-data"], "\"cache\"");
    let cookie = out.headers["set-cookie"].to_str().unwrap();
    let (name, _) = here.split_once('=').unwrap();
    assert!(cookie.starts_with(&format!("{name}=;")) && cookie.contains("Max-Age=0"), "{cookie}");
    // The old cookie opens nothing, and a second click on the button does no harm.
    assert!(p.get(&here, "/").is(303).location().starts_with("/login"));
    p.post(&here, "/logout", &[]).is(303);
    for cookie in [&elsewhere, &other] {
        p.get(cookie, "/").is(200);
    }
}
