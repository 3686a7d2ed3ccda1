//! The index follows the log: one's own saves are found at once; lost, cut or garbled it is made anew,
//! and search says meanwhile that it finds only a part.

use super::bed;
use crate::support::Province;
use axum::http::Method;
use csdlgd::id::UnitId;
use csdlgd::records::follow;
use csdlgd::records::model::State;
use csdlgd::search::{Index, Opened};
use csdlgd::spec::Value;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

fn pupil(p: &Province, token: &str, name: &str) -> String {
    let fields = json!({ "full_name": name, "birth_date": "2015-03-08", "sex": "01", "ethnicity": "01" });
    let made = p.api(token, Method::POST, "/api/v1/records/pupil", &json!({ "fields": fields }).to_string()).is(201);
    serde_json::from_str::<serde_json::Value>(&made.body).unwrap()["id"].as_str().unwrap().to_owned()
}

fn found(p: &Province, token: &str, typed: &str) -> serde_json::Value {
    let typed = typed.replace(' ', "+");
    serde_json::from_str(&p.api(token, Method::GET, &format!("/api/v1/search?q={typed}"), "").is(200).body).unwrap()
}

fn titles(answer: &serde_json::Value) -> Vec<&str> {
    answer["hits"].as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap()).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// Nobody follows here but the searches themselves.
#[test]
fn what_one_saved_is_found_at_once() {
    let p = Province::new();
    let (token, cookie) = (p.token("truong.vt"), p.sign_in("truong.vt"));
    let id = pupil(&p, &token, "Đặng Thùy Trâm");
    assert_eq!(titles(&found(&p, &token, "dang thuy tram")), ["Đặng Thùy Trâm"]);
    p.api(
        &token,
        Method::PUT,
        &format!("/api/v1/records/pupil/{id}"),
        &json!({ "version": 1, "fields": { "full_name": "Đặng Thùy Dương" } }).to_string(),
    )
    .is(200);
    p.get(&cookie, "/search?q=thuy+duong").is(200).says("Đặng Thùy Dương");
    assert_eq!(titles(&found(&p, &token, "dang thuy tram 8/3/2015")), Vec::<&str>::new());
    pupil(&p, &token, "Bùi Xuân Phái");
    p.get(&cookie, "/search/suggest?q=bui+xuan").is(200).says("Bùi Xuân Phái");
    pupil(&p, &token, "Trịnh Thị Ngọ");
    p.get(&cookie, "/options/pupil?q=trinh+thi").is(200).says("Trịnh Thị Ngọ");
    // Somebody else's wait is nobody's business: they are found after the next round.
    pupil(&p, &token, "Lương Định Của");
    p.index();
    assert_eq!(titles(&found(&p, &p.token("truong.ht"), "luong dinh cua")), ["Lương Định Của"]);
}

#[test]
fn search_goes_on_whatever_befalls_the_files() {
    let spoil: [(&str, fn(&Path)); 4] = [
        ("removed", |file| fs::remove_file(file).unwrap()),
        ("emptied", |file| fs::write(file, b"").unwrap()),
        ("overwritten", |file| fs::write(file, b"x".repeat(9)).unwrap()),
        ("with more", |file| fs::write(file, [fs::read(file).unwrap(), b"x".to_vec()].concat()).unwrap()),
    ];
    for (how, spoil) in spoil {
        let p = Province::new();
        let token = p.token("truong.vt");
        pupil(&p, &token, "Nguyễn Bỉnh Khiêm");
        p.index();
        let dir = p.data().join("index");
        for file in files(&dir).iter().filter(|f| !f.ends_with("csdlgd-index")) {
            spoil(file);
        }
        assert_eq!(titles(&found(&p, &token, "nguyen binh khiem")), ["Nguyễn Bỉnh Khiêm"], "{how}: it still finds");
        p.index();
        assert_eq!(titles(&found(&p, &token, "nguyen binh khiem")), ["Nguyễn Bỉnh Khiêm"], "{how}: made anew");
        pupil(&p, &token, "Phùng Khắc Khoan");
        assert_eq!(titles(&found(&p, &token, "phung khac khoan")), ["Phùng Khắc Khoan"], "{how}: it goes on");
        assert!(p.app.index().unwrap().is_whole().unwrap(), "{how}");
        // What stands on the disk now can be opened by the next process.
        let copy = tempfile::tempdir().unwrap();
        for file in files(&dir) {
            fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
        }
        let (_, opened) = Index::open(copy.path(), &p.app.spec.fingerprint_hex()).unwrap();
        assert_eq!(opened, Opened::Seq(p.app.db.head_seq()), "{how}");
    }
    // The whole directory.
    let p = Province::new();
    let token = p.token("truong.vt");
    pupil(&p, &token, "Nguyễn Bỉnh Khiêm");
    fs::remove_dir_all(p.data().join("index")).unwrap();
    p.index();
    assert_eq!(titles(&found(&p, &token, "binh khiem")), ["Nguyễn Bỉnh Khiêm"]);
}

#[test]
fn an_index_made_anew_says_that_it_finds_a_part() {
    let p = Province::new();
    let (token, cookie) = (p.token("truong.vt"), p.sign_in("truong.vt"));
    pupil(&p, &token, "Nguyễn Bỉnh Khiêm");
    p.index();
    assert_eq!(found(&p, &token, "khiem")["complete"], true);
    p.get(&cookie, "/search?q=khiem").is(200).hides("đang được tạo lại");

    let index = p.app.index().unwrap();
    index.reset().unwrap();
    assert_eq!(found(&p, &token, "khiem")["complete"], false);
    p.get(&cookie, "/search?q=khiem").is(200).says("đang được tạo lại").says("Danh sách theo trường");
    p.get(&cookie, "/search").is(200).says("đang được tạo lại");
    index.filling().begin(200);
    index.filling().put(50);
    p.get(&cookie, "/search?q=khiem").is(200).says("đã xong 25 %");
    // Stopped before it is done, it begins again.
    follow::round(&p.app, &|| true).unwrap();
    assert_eq!(found(&p, &token, "khiem")["complete"], false);
    p.index();
    let whole = found(&p, &token, "khiem");
    assert_eq!((whole["complete"].as_bool(), titles(&whole)), (Some(true), vec!["Nguyễn Bỉnh Khiêm"]));
    // Made anew on purpose, it keeps finding.
    follow::rebuild(&p.app).unwrap();
    assert_eq!(titles(&found(&p, &token, "khiem")), ["Nguyễn Bỉnh Khiêm"]);
}

/// A teacher lent to another school is found there and can be looked at, but is changed at home only.
#[test]
fn a_lent_teacher_is_found_and_shown() {
    let p = Province::new();
    let main_school = |unit: UnitId, main: bool| vec![(0, Value::Unit(unit)), (1, Value::Bool(main))];
    let fields = vec![
        ("full_name", bed::text("Chu Văn An")),
        ("birth_date", bed::day("2/5/1980")),
        ("role", bed::code("teacher")),
        ("main_subject", bed::code("07")),
        ("assignments", Value::Rows(vec![main_school(p.school, true), main_school(p.elsewhere, false)])),
    ];
    let id = bed::put(&p, "staff", (p.school, 0, State::Active), fields);
    p.index();
    let (there, cookie) = (p.token("khac.vt"), p.sign_in("khac.vt"));
    assert_eq!(titles(&found(&p, &there, "gv tieng anh chu van an")), ["Chu Văn An"]);
    assert_eq!(found(&p, &there, "chu van an")["total"], 1);
    p.get(&cookie, "/search?q=chu+van+an").is(200).says("Chu Văn An").says("1 kết quả");
    p.get(&cookie, &format!("/records/staff/{id}")).is(200).says("Chu Văn An");
    p.get(&cookie, &format!("/records/staff/{id}/history")).is(200);
    let change = json!({ "version": 1, "fields": { "full_name": "Chu Văn Anh" } }).to_string();
    p.api(&there, Method::PUT, &format!("/api/v1/records/staff/{id}"), &change).is(403);
    // A school to which she is not lent finds nothing, and there is nothing.
    let (stranger, cookie) = (p.token("truong2.vt"), p.sign_in("truong2.vt"));
    assert_eq!(found(&p, &stranger, "chu van an")["total"], 0);
    p.get(&cookie, &format!("/records/staff/{id}")).is(404);
}
