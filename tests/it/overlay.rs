//! A province adds a field, a code and a rule in a directory of its own: form, list, search, history and
//! dictionary follow, with no new program and no loss of what was there.

use crate::support::PASSWORD;
use axum::body::Body;
use axum::http::{Request, header};
use csdlgd::accounts::ops::{NewAccount, create};
use csdlgd::actor::{Role, Who};
use csdlgd::app::{App, Mode};
use csdlgd::chance::Chance;
use csdlgd::clock::{Clock, start_of_day};
use csdlgd::config::Config;
use csdlgd::id::UnitId;
use csdlgd::sessions::ops::program_actor;
use csdlgd::tree::{Dated, Unit};
use csdlgd::units::{admin, ops as units, store as unit_store};
use csdlgd::wiring::hooks;
use jiff::civil::date;
use std::path::Path;
use tower::ServiceExt;

const KIND: &str = r#"
[[field]]
key = "bus_route"
label = "Tuyến xe đưa đón"
section = "contact"
type = "code"
codes = "bus_route"
searchable = true
"#;
const CODES: &str =
    "code,name,valid_from,valid_to,levels,maps_2025,extra\nA,Tuyến Sao Đỏ,,,,,\nB,Tuyến Kinh Môn,,,,,\n";
const LISTS: &str = "[bus_route]\nlabel = \"Tuyến xe đưa đón\"\nsource = \"Sở GDĐT\"\n";
const RULES: &str = r#"
[[rule]]
id = "pupil-bus-a-closed"
kind = "pupil"
severity = "error"
fields = ["bus_route"]
needs = ["bus_route"]
check = 'bus_route != "B"'
message = "Tuyến {1} đã ngừng chạy. Thầy/cô chọn tuyến khác."
basis = "Thông báo của Sở"
"#;

fn open(dir: &Path, overlay: Option<&Path>, mode: Mode) -> App {
    let clock = Clock::fixed(start_of_day(date(2026, 11, 5)));
    let config = Config {
        data: dir.to_owned(),
        spec_overlay: overlay.map(Path::to_owned),
        cache_mib: 16,
        reserve_mib: 1,
        ..Config::default()
    };
    App::open(config, mode, clock, Chance::seeded(7), &hooks()).unwrap()
}

fn send(
    app: &App,
    runtime: &tokio::runtime::Runtime,
    method: &str,
    path: &str,
    cookie: &str,
    body: &str,
) -> (u16, String, String, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "csdl.test")
        .header(header::ORIGIN, "http://csdl.test")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap();
    runtime.block_on(async {
        let answer = csdlgd::server::router(app).oneshot(request).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map_or(String::new(), |v| v.to_str().unwrap().to_owned());
        let (status, location, cookie) = (answer.status().as_u16(), header("location"), header("set-cookie"));
        let body = axum::body::to_bytes(answer.into_body(), 4 << 20).await.unwrap();
        (status, location, cookie, String::from_utf8_lossy(&body).into_owned())
    })
}

#[test]
fn a_field_a_code_and_a_rule_of_ones_own() {
    let dir = tempfile::tempdir().unwrap();
    let (data, overlay) = (dir.path().join("data"), dir.path().join("own"));
    for (path, text) in [
        ("kinds/pupil.toml", KIND),
        ("codes/bus_route.csv", CODES),
        ("codes/lists.toml", LISTS),
        ("rules/own.toml", RULES),
    ] {
        let path = overlay.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    // First without: a school and a clerk are there already.
    let app = open(&data, None, Mode::Create);
    let mut skeleton = admin::skeleton(&app.spec, "30");
    let school = UnitId(skeleton.len() as u32 + 1);
    let mut unit = Unit::new(school, "truong", "Trường THCS Tân Hồng", None);
    unit.levels.push(Dated::since(None, vec!["THCS".into()]));
    unit.administrative.push(Dated::since(None, UnitId(1)));
    skeleton.push(unit);
    app.db
        .write(&Who::program(), "unit.init", move |tx| skeleton.iter().try_for_each(|u| unit_store::put(tx, u)))
        .unwrap();
    units::reload(&app).unwrap();
    let password = csdlgd::password::hash(
        PASSWORD,
        &app.chance,
        csdlgd::password::Cost::Demo,
        &mut csdlgd::password::Memory::default(),
    )
    .unwrap();
    let clerk = NewAccount {
        login: "vanthu".into(),
        name: "Văn thư".into(),
        role: Role::SchoolClerk,
        unit: school,
        password,
        must_change: false,
    };
    create(&app, &program_actor(), vec![clerk]).unwrap();
    app.db.clone().close();
    drop(app);

    let app = open(&data, Some(&overlay), Mode::Serve);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let login = format!("login=vanthu&password={}", csdlgd::ui::link::escape(PASSWORD));
    let (status, _, cookie, _) = send(&app, &runtime, "POST", "/login", "", &login);
    assert_eq!(status, 303);
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let (_, _, _, form) = send(&app, &runtime, "GET", "/records/pupil/new", &cookie, "");
    assert!(form.contains("Tuyến xe đưa đón") && form.contains("Tuyến Sao Đỏ"), "the form has the field and its list");
    let filled = |route: &str| {
        format!(
            "_key=k{route}&full_name=An%20Th%E1%BB%8B%20Hoa&birth_date=01/02/2014&sex=02&ethnicity=01&bus_route={route}"
        )
    };
    let (status, _, _, page) = send(&app, &runtime, "POST", "/records/pupil/new", &cookie, &filled("B"));
    assert_eq!(status, 422);
    assert!(page.contains("đã ngừng chạy"), "the rule speaks");
    let (status, location, _, _) = send(&app, &runtime, "POST", "/records/pupil/new", &cookie, &filled("A"));
    assert_eq!(status, 303);
    let record = location.split('?').next().unwrap().to_owned();
    csdlgd::server::finish_index(&app).unwrap();
    let get = |path: &str| send(&app, &runtime, "GET", path, &cookie, "").3;
    assert!(get(&record).contains("Tuyến Sao Đỏ"), "the page shows it");
    assert!(get("/records/pupil?col=full_name&col=bus_route").contains("Tuyến Sao Đỏ"), "the list shows it");
    assert!(get("/search?q=tuyen+sao+do").contains("An Thị Hoa"), "search finds it");
    assert!(get(&format!("{record}/history")).contains("Tuyến Sao Đỏ"), "history shows it");
    assert!(get("/help/dictionary").contains("Tuyến xe đưa đón"), "the dictionary names it");
    app.db.clone().close();
    drop(app);

    // Taken out again, what it held stays in the store and comes back with the field.
    let app = open(&data, None, Mode::Serve);
    let (_, _, _, page) = send(&app, &runtime, "GET", &record, &cookie, "");
    assert!(page.contains("An Thị Hoa") && !page.contains("Tuyến Sao Đỏ"));
    app.db.clone().close();
    drop(app);
    let app = open(&data, Some(&overlay), Mode::Serve);
    assert!(send(&app, &runtime, "GET", &record, &cookie, "").3.contains("Tuyến Sao Đỏ"));
}
