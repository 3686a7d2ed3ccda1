//! The JSON API as a program uses it: through the router, with bearer tokens.

use crate::support::{Answer, Place, Province};
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request};
use csdlgd::accounts::ops::token_name;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;

impl Answer {
    /// The body as JSON.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in: {}", self.body))
    }
}

/// A program with a token.
struct Client<'p> {
    p: &'p Province,
    token: String,
}

impl<'p> Client<'p> {
    fn new(p: &'p Province, login: &str) -> Self {
        Self { p, token: p.token(login) }
    }

    #[track_caller]
    fn get(&self, path: &str) -> Answer {
        self.p.api(&self.token, Method::GET, &format!("/api/v1{path}"), "")
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Answer {
        self.p.api(&self.token, Method::POST, &format!("/api/v1{path}"), &body.to_string())
    }

    #[track_caller]
    fn put(&self, path: &str, body: &Value) -> Answer {
        self.p.api(&self.token, Method::PUT, &format!("/api/v1{path}"), &body.to_string())
    }

    /// A request with an idempotency key.
    #[track_caller]
    fn once(&self, method: Method, path: &str, key: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(HOST, "csdl.test")
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        self.p.send(request.body(Body::from(body.to_string())).unwrap())
    }

    /// Makes a pupil and gives its number.
    #[track_caller]
    fn pupil(&self, name: &str) -> String {
        let made = self.post("/records/pupil", &json!({ "fields": pupil(name) })).is(201).json();
        made["id"].as_str().unwrap().to_owned()
    }
}

fn pupil(name: &str) -> Value {
    json!({ "full_name": name, "birth_date": "2014-03-08", "sex": "02", "ethnicity": "02" })
}

#[test]
fn a_record_lives_through_the_api() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let made = clerk.post("/records/pupil", &json!({ "fields": pupil("Đỗ Thị Hòa") })).is(201);
    let place = made.location().to_owned();
    let made = made.json();
    assert_eq!(place, format!("/api/v1/records/pupil/{}", made["id"].as_str().unwrap()));
    let path = place.strip_prefix("/api/v1").unwrap();

    let read = clerk.get(path).is(200).json();
    assert_eq!(read["title"], "Đỗ Thị Hòa");
    assert_eq!(read["version"], 1);
    assert_eq!(read["unit"], p.school.to_string());
    assert_eq!(read["year"], Value::Null);
    assert_eq!(read["fields"]["birth_date"], "2014-03-08");
    assert_eq!(read["fields"].get("ethnicity"), None, "sensitive values stay masked");
    assert!(read["masked"].as_array().unwrap().contains(&json!("ethnicity")));

    // What was read may be sent back: nothing changes, masked values stay.
    let same = clerk.put(path, &json!({ "version": 1, "fields": read["fields"] })).is(200).json();
    assert_eq!(same["version"], 1);
    let saved = clerk.put(path, &json!({ "version": 1, "fields": { "sex": "01" } })).is(200).json();
    assert_eq!(saved["version"], 2);

    let opened = clerk.post(&format!("{path}/open"), &json!({})).is(200).json();
    assert_eq!(opened["fields"]["ethnicity"], "02");
    assert_eq!(opened["fields"]["full_name"], "Đỗ Thị Hòa", "what was not sent stays");
    let head = p.app.db.read(csdlgd::store::Read::head).unwrap().unwrap();
    assert_eq!((head.action.as_str(), head.who.login.as_str()), ("record.open_sensitive", "truong.vt"));

    let history = clerk.get(&format!("{path}/history")).is(200).json();
    let versions = history["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["changes"], json!([{ "field": "sex", "before": "02", "after": "01" }]));
    assert_eq!((&versions[0]["action"], &versions[0]["login"]), (&json!("record.save"), &json!("truong.vt")));
    let first = versions[1]["changes"].as_array().unwrap();
    assert!(first.contains(&json!({ "field": "ethnicity", "masked": true })));

    let restored = clerk.post(&format!("{path}/restore"), &json!({ "version": 2, "restore": 1 })).is(200).json();
    assert_eq!(restored["version"], 3);
    assert_eq!(clerk.get(path).json()["fields"]["sex"], "02");
    let marked = clerk.post(&format!("{path}/state"), &json!({ "version": 3, "state": "left" })).is(200).json();
    assert_eq!(marked["version"], 4);
    assert_eq!(clerk.get(path).json()["state"], "left");
    let before = clerk.get(&format!("{path}?at=2026-11-05")).is(200).json();
    assert_eq!(before["version"], 4, "as of the end of the day");
    clerk.get(&format!("{path}?at=2026-11-04")).is(404);
}

#[test]
fn a_stale_save_gets_the_record_as_it_is() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let path = format!("/records/pupil/{}", clerk.pupil("Bùi Văn Đạt"));
    clerk.put(&path, &json!({ "version": 1, "fields": { "sex": "01" } })).is(200);
    let stale = clerk.put(&path, &json!({ "version": 1, "fields": { "full_name": "Bùi Văn Đat" } })).is(409).json();
    assert_eq!(stale["error"]["code"], "stale");
    assert_eq!(stale["error"]["current_version"], 2);
    assert_eq!(stale["record"]["version"], 2);
    assert_eq!(stale["record"]["fields"]["sex"], "01");
    assert_eq!(stale["record"]["fields"].get("ethnicity"), None);
    let record = clerk.get(&path).json();
    assert_eq!((&record["version"], &record["title"]), (&json!(2), &json!("Bùi Văn Đạt")));
}

#[test]
fn a_repeated_request_gets_the_first_answer() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let body = json!({ "fields": pupil("Phạm Văn Minh") });
    let first = clerk.once(Method::POST, "/records/pupil", "a-1", &body).is(201);
    let entries = p.app.db.head_seq();
    let again = clerk.once(Method::POST, "/records/pupil", "a-1", &body).is(201);
    assert_eq!((&again.body, again.location()), (&first.body, first.location()));
    assert_eq!(p.app.db.head_seq(), entries, "a repeat leaves no trace");
    let path = first.location().strip_prefix("/api/v1").unwrap().to_owned();

    let change = json!({ "version": 1, "fields": { "sex": "01" } });
    let saved = clerk.once(Method::PUT, &path, "a-2", &change).is(200);
    clerk.put(&path, &json!({ "version": 2, "fields": { "sex": "02" } })).is(200);
    let again = clerk.once(Method::PUT, &path, "a-2", &change).is(200);
    assert_eq!(again.body, saved.body, "the first answer, though the record went on");
    assert_eq!(clerk.get(&path).json()["version"], 3);

    // The same key for something else must not be told that it was done.
    let other =
        clerk.once(Method::POST, "/records/pupil", "a-1", &json!({ "fields": pupil("Người Khác") })).is(422).json();
    assert_eq!(other["error"]["problems"][0]["rule"], "idempotency_key");
    clerk.once(Method::PUT, &path, "a-2", &json!({ "version": 1, "fields": { "full_name": "Người Khác" } })).is(409);

    // A refused request is not remembered: corrected, it goes through under the same key.
    clerk.once(Method::POST, "/records/pupil", "a-3", &json!({ "fields": { "full_name": "Thiếu Ngày Sinh" } })).is(422);
    clerk.once(Method::POST, "/records/pupil", "a-3", &json!({ "fields": pupil("Đủ Ngày Sinh") })).is(201);

    // Another account's key is another key.
    let head = Client::new(&p, "truong.ht");
    let theirs = head.once(Method::POST, "/records/pupil", "a-1", &body).is(201);
    assert_ne!(theirs.body, first.body);
    clerk.once(Method::POST, "/records/pupil", &"k".repeat(129), &body).is(400);
}

#[test]
fn what_is_wrong_is_named_at_its_field() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let wrong =
        json!({ "fields": { "full_name": "Vũ Thị Lan", "birth_date": "31/02/2015", "sex": "9", "colour": "xanh" } });
    let refused = clerk.post("/records/pupil", &wrong).is(422).json();
    assert_eq!(refused["error"]["code"], "invalid");
    let problems = refused["error"]["problems"].as_array().unwrap();
    for field in ["birth_date", "sex", "colour", "ethnicity"] {
        assert!(problems.iter().any(|p| p["field"] == field && p["severity"] == "error"), "{field} in {problems:?}");
    }
    let nested = json!({ "fields": { "full_name": { "first": "Lan" } } });
    let refused = clerk.post("/records/pupil", &nested).is(422).json();
    assert_eq!(refused["error"]["problems"][0]["field"], "full_name");
    clerk.post("/records/pupil", &json!({ "felds": {} })).is(400).says("felds");
    clerk.post("/records/pupil", &json!([])).is(400);
    clerk.post("/records/no_such_kind", &json!({ "fields": {} })).is(404);
    assert_eq!(
        p.api(&clerk.token, Method::POST, "/api/v1/records/pupil", "{").is(400).json()["error"]["code"],
        "bad_request"
    );
    let form = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/records/pupil")
        .header(HOST, "csdl.test")
        .header(AUTHORIZATION, format!("Bearer {}", clerk.token))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    p.send(form.body(Body::from("full_name=x")).unwrap()).is(415);
    for query in ["limit=0", "limit=201", "limit=x", "year=hai", "after=x", "state=lost"] {
        clerk.get(&format!("/records/pupil?{query}")).is(400);
    }
    clerk.get("/records/pupil?colour=blue").is(200);
    clerk.get("/search?order=size").is(400);
    clerk.get("/changes?after=999999999").is(400);
}

#[test]
fn lists_are_paged_in_vietnamese_order() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let names = ["Lê Thị Ánh", "Đỗ Văn Ân", "Trần Anh", "Nguyễn Văn Bình", "Hoàng Thị Đào"];
    for name in names.iter().rev() {
        clerk.pupil(name);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = clerk.get(&format!("/records/pupil?limit=2&after={after}")).is(200).json();
        let rows = page["records"].as_array().unwrap();
        assert!((1..=2).contains(&rows.len()));
        seen.extend(rows.iter().map(|r| r["title"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["Trần Anh", "Lê Thị Ánh", "Đỗ Văn Ân", "Nguyễn Văn Bình", "Hoàng Thị Đào"]);
}

#[test]
fn the_feed_tells_what_changed_in_scope_and_nothing_else() {
    let p = Province::new();
    let (mine, theirs) = (Client::new(&p, "truong.vt"), Client::new(&p, "khac.vt"));
    let start = p.app.db.head_seq();
    let first = mine.pupil("Lê Văn Tám");
    theirs.pupil("Hà Thị Bí Mật");
    theirs.pupil("Hà Thị Kín");
    mine.put(&format!("/records/pupil/{first}"), &json!({ "version": 1, "fields": { "sex": "01" } })).is(200);
    theirs.pupil("Hà Thị Cuối");

    let feed = mine.get(&format!("/changes?after={start}")).is(200);
    feed.hides("khac.vt").hides("Bí Mật").hides("Tám");
    let feed = feed.json();
    let rows: Vec<Value> = feed["entries"].as_array().unwrap().iter().map(|e| e["records"].clone()).collect();
    let unit = p.school.to_string();
    let row = |version| json!([{ "kind": "pupil", "id": first, "version": version, "unit": unit, "year": null, "state": "active" }]);
    assert_eq!(rows, [row(1), row(2)]);
    assert_eq!(feed["entries"][1]["action"], "record.save");
    assert_eq!(feed["entries"][1]["login"], "truong.vt");
    assert_eq!((&feed["next"], &feed["more"]), (&json!(p.app.db.head_seq()), &json!(false)));

    // One by one, nothing is lost and nothing comes twice.
    let (mut after, mut seen) = (start, Vec::new());
    loop {
        let page = mine.get(&format!("/changes?after={after}&limit=1")).is(200).json();
        after = page["next"].as_u64().unwrap();
        seen.extend(page["entries"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()));
        if page["more"] == false {
            break;
        }
    }
    let all: Vec<u64> = feed["entries"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()).collect();
    assert_eq!(seen, all);

    // The Sở sees all five; a feed read again is the same.
    let so = Client::new(&p, "so.chuyenvien");
    let all = so.get(&format!("/changes?after={start}")).is(200);
    assert_eq!(all.json()["entries"].as_array().unwrap().len(), 5);
    assert_eq!(so.get(&format!("/changes?after={start}")).body, all.body);
}

#[test]
fn search_stays_in_scope_and_counts_what_it_shows() {
    let p = Province::new();
    let (mine, theirs) = (Client::new(&p, "truong.vt"), Client::new(&p, "khac.vt"));
    mine.pupil("Nguyễn Thị Thùy Dương");
    theirs.pupil("Nguyễn Thùy Dương");
    theirs.pupil("Trần Thùy Dương");
    p.index();
    for (login, count) in [("truong.vt", 1), ("khac.vt", 2), ("xa.xem", 1), ("so.admin", 3), ("thpt.vt", 0)] {
        let found = Client::new(&p, login).get("/search?q=thuy+duong&kind=pupil").is(200).json();
        assert_eq!(found["total"], count, "{login}");
        assert_eq!(found["hits"].as_array().unwrap().len(), count, "{login}");
        let kinds: u64 = found["facets"]["kind"].as_array().unwrap().iter().map(|f| f["count"].as_u64().unwrap()).sum();
        assert_eq!(kinds, count as u64, "{login}");
    }
    let hit = &mine.get("/search?q=thùy").is(200).json()["hits"][0];
    assert_eq!((&hit["title"], &hit["kind"]), (&json!("Nguyễn Thị Thùy Dương"), &json!("pupil")));
    assert_eq!(hit["subtitle"], "08/03/2014");
}

#[test]
fn units_by_date_and_the_schema_as_data() {
    let p = Province::new();
    let xa = Client::new(&p, "xa.admin");
    let units = xa.get("/units").is(200).json();
    let ids: Vec<String> =
        units["units"].as_array().unwrap().iter().map(|u| u["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.contains(&p.school.to_string()) && !ids.contains(&p.elsewhere.to_string()));
    let first = xa.get("/units?limit=1").is(200).json();
    assert_eq!(first["next"].as_str(), Some(ids[0].as_str()));
    let school = xa.get(&format!("/units/{}", p.school)).is(200).json();
    assert_eq!(school["name"], "Trường Tiểu học và THCS Tân Hồng");
    assert_eq!(school["codes"]["moet"], "30293501");
    assert_eq!(school["administrative"], p.commune.to_string());
    assert_eq!(school["facts"]["states"][0]["from"], "2000-09-05");
    let before = xa.get(&format!("/units/{}?at=2025-06-30", p.school)).is(200).json();
    assert_eq!((&before["state"], &before["administrative"]), (&json!("active"), &json!(p.district.to_string())));
    let not_yet = xa.get(&format!("/units/{}?at=1999-06-30", p.school)).is(200).json();
    assert_eq!((&not_yet["state"], &not_yet["administrative"]), (&json!("planned"), &Value::Null));
    xa.get(&format!("/units/{}", p.elsewhere)).is(404);

    let spec = xa.get("/spec").is(200).json();
    let kinds = spec["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), p.app.spec.kinds.len());
    let pupil = kinds.iter().find(|k| k["key"] == "pupil").unwrap();
    let name = pupil["fields"].as_array().unwrap().iter().find(|f| f["key"] == "full_name").unwrap();
    assert_eq!((&name["type"], &name["required"]), (&json!("person_name"), &json!("always")));
    let sex = xa.get("/spec/codes/sex").is(200).json();
    assert_eq!(sex["codes"][1]["name"], "Nữ");
    xa.get("/spec/codes/nothing").is(404);

    let me = xa.get("/me").is(200).json();
    assert_eq!(
        (&me["role"], &me["unit"], &me["school_year"]),
        (&json!("office_admin"), &json!(p.commune.to_string()), &json!(2026))
    );
    assert_eq!(Client::new(&p, "so.admin").get("/me").json()["scope"], "all");
    assert_eq!(Client::new(&p, "truong.gv").get("/me").json()["rights"], json!(["read_changes"]));
}

#[test]
fn tokens_end() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    clerk.get("/me").is(200);
    assert_eq!(p.api("", Method::GET, "/api/v1/me", "").is(401).json()["error"]["code"], "not_signed_in");
    p.api("csdlgd_0000", Method::GET, "/api/v1/me", "").is(401);
    // A session is not for the API, nor a token for pages.
    let cookie = p.sign_in("truong.vt");
    p.get(&cookie, "/api/v1/me").is(401);
    p.get("", "/api/v1/").is(200).says("Idempotency-Key");

    let name = token_name(blake3_of(&clerk.token).as_bytes());
    p.post(&cookie, "/account/tokens/revoke", &[("token", &name)]).is(303);
    clerk.get("/me").is(401);

    let other = Client::new(&p, "truong.vt");
    other.get("/me").is(200);
    p.clock.advance(30 * DAY_MS - 1);
    other.get("/me").is(200);
    p.clock.advance(1);
    other.get("/me").is(401);
}

fn blake3_of(token: &str) -> blake3::Hash {
    blake3::hash(token.as_bytes())
}

#[test]
fn a_teacher_reads_and_no_more() {
    let p = Province::new();
    let clerk = Client::new(&p, "truong.vt");
    let path = format!("/records/pupil/{}", clerk.pupil("Đặng Văn Lâm"));
    let teacher = Client::new(&p, "truong.gv");
    teacher.get(&path).is(200);
    teacher.put(&path, &json!({ "version": 1, "fields": { "sex": "01" } })).is(403);
    teacher.post(&format!("{path}/open"), &json!({})).is(403);
    teacher.post("/records/pupil", &json!({ "fields": pupil("Ai Đó") })).is(403);
    // Out of scope it is not "denied", it is not there.
    let stranger = Client::new(&p, "khac.vt");
    stranger.put(&path, &json!({ "version": 1, "fields": { "sex": "01" } })).is(404);
    stranger.post("/records/pupil", &json!({ "unit": p.school.to_string(), "fields": pupil("Ai Đó") })).is(404);
    let xa = Client::new(&p, "xa.admin");
    xa.post("/records/pupil", &json!({ "unit": p.unit(Place::Neighbour).0, "fields": pupil("Ai Đó") })).is(201);
}

/// The document as it was when this was last agreed on, without the properties of each kind, which are
/// data-spec's affair. `CSDLGD_GOLDEN=1 cargo test` writes it anew.
#[test]
fn the_openapi_document_is_as_agreed() {
    let p = Province::new();
    let mut document = p.api("", Method::GET, "/api/v1/openapi.json", "").is(200).json();
    assert_eq!(document, csdlgd::api::document(&p.app.spec));
    document["info"]["x-spec"] = "".into();
    document["components"]["parameters"]["kind"]["schema"]["enum"] = json!([]);
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    assert!(schemas["fields.pupil"]["properties"]["ethnicity"]["x-sensitive"] == true);
    schemas.retain(|name, _| !name.starts_with("fields."));
    schemas["Fields"]["anyOf"] = json!([]);
    let mut now = serde_json::to_string_pretty(&document).unwrap();
    now.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/openapi.json");
    if std::env::var_os("CSDLGD_GOLDEN").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(agreed == now, "openapi.json changed; look at it, then run with CSDLGD_GOLDEN=1 and commit {path}");
}

#[test]
fn every_operation_is_described_and_every_reference_leads_somewhere() {
    let p = Province::new();
    let mut routed: Vec<(&str, &str)> = csdlgd::server::list_routes()
        .into_iter()
        .filter(|r| r.path.starts_with("/api/"))
        .map(|r| (r.path, r.method))
        .collect();
    let mut described: Vec<(&str, &str)> = csdlgd::api::OPERATIONS.iter().map(|o| (o.path, o.method)).collect();
    routed.sort_unstable();
    described.sort_unstable();
    assert_eq!(routed, described);
    let document = csdlgd::api::document(&p.app.spec);
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    let mut ids: Vec<&str> = csdlgd::api::OPERATIONS.iter().map(|o| o.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), csdlgd::api::OPERATIONS.len());
}
