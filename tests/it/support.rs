//! A small province in a temporary directory, and a browser to look at it through the real router.
//!
//! Time stands still at 05/11/2026 08:00 (Việt Nam) unless a test moves [`Province::clock`]; chance is
//! seeded. Every account's password is [`PASSWORD`].

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use csdlgd::accounts::ops::{NewAccount, create};
use csdlgd::actor::{Actor, Role, Who};
use csdlgd::app::{App, Mode};
use csdlgd::chance::Chance;
use csdlgd::clock::{Clock, start_of_day};
use csdlgd::config::Config;
use csdlgd::id::UnitId;
use csdlgd::password;
use csdlgd::sessions::ops::{by_login, program_actor};
use csdlgd::tree::{Code, Dated, Event, ParentRole, Unit, day_of};
use csdlgd::ui::link::escape;
use csdlgd::units::{admin, ops as units, store as unit_store};
use csdlgd::wiring::hooks;
use jiff::civil::{Date, date};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The password of every account.
pub(crate) const PASSWORD: &str = "con trâu gặm cỏ non 7";
/// Where the router believes to be.
pub(crate) const HERE: &str = "http://csdl.test";

/// The logins of [`Province::new`], with role and unit: one of each role, and neighbours.
pub(crate) const LOGINS: [(&str, Role, Place); 12] = [
    ("so.admin", Role::SystemAdmin, Place::So),
    ("so.chuyenvien", Role::DepartmentOfficer, Place::So),
    ("xa.admin", Role::OfficeAdmin, Place::Commune),
    ("xa.xem", Role::OfficeViewer, Place::Commune),
    ("phong.admin", Role::OfficeAdmin, Place::District),
    ("truong.ht", Role::SchoolAdmin, Place::School),
    ("truong.vt", Role::SchoolClerk, Place::School),
    ("truong.gv", Role::Teacher, Place::School),
    ("truong2.ht", Role::SchoolAdmin, Place::Neighbour),
    ("truong2.vt", Role::SchoolClerk, Place::Neighbour),
    ("khac.vt", Role::SchoolClerk, Place::Elsewhere),
    ("thpt.vt", Role::SchoolClerk, Place::High),
];

/// The units a test speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Sở GDĐT Hải Dương (Hải Phòng from 1/7/2025).
    So,
    /// The Phòng GDĐT of [`Place::School`] until 30/6/2025.
    District,
    /// The UBND xã of [`Place::School`] and [`Place::Neighbour`].
    Commune,
    /// Trường Tiểu học và THCS Tân Hồng (TH, THCS).
    School,
    /// Trường Mầm non Hoa Sen, same commune (MN).
    Neighbour,
    /// Trường Tiểu học Bình Minh, another commune (TH).
    Elsewhere,
    /// Trường THPT Hồng Quang, directly under the Sở (THPT).
    High,
}

/// A small province with its server.
pub(crate) struct Province {
    /// The open installation.
    pub(crate) app: App,
    /// Its clock, to be moved.
    pub(crate) clock: Clock,
    /// See [`Place`].
    pub(crate) so: UnitId,
    pub(crate) district: UnitId,
    pub(crate) commune: UnitId,
    pub(crate) school: UnitId,
    pub(crate) neighbour: UnitId,
    pub(crate) elsewhere: UnitId,
    pub(crate) high: UnitId,
    router: Router,
    runtime: Runtime,
    keys: AtomicU32,
    dir: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Where a redirect leads; "" without one.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |v| v.to_str().unwrap())
    }

    /// Fails unless the status is this; shows the body.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "body: {}", self.text());
        self
    }

    /// Fails unless the page's text has this.
    #[track_caller]
    pub(crate) fn says(&self, what: &str) -> &Self {
        assert!(self.text().contains(what), "«{what}» is not said in:\n{}", self.text());
        self
    }

    /// Fails if the body has this anywhere, addresses included.
    #[track_caller]
    pub(crate) fn hides(&self, what: &str) -> &Self {
        assert!(!self.body.contains(what), "«{what}» stands in:\n{}", self.text());
        self
    }

    /// The page without its tags: words divided by one blank.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => {
                    inside = true;
                    out.push(' ');
                }
                '>' => inside = false,
                c if !inside => out.push(c),
                _ => {}
            }
        }
        let out = out.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The value of the first input with that name; "" if there is none.
    pub(crate) fn input(&self, name: &str) -> String {
        let Some(at) = self.body.find(&format!("name=\"{name}\"")) else { return String::new() };
        let tag = &self.body[self.body[..at].rfind('<').unwrap()..];
        let tag = &tag[..tag.find('>').unwrap()];
        tag.split_once("value=\"").and_then(|(_, v)| v.split_once('"')).map_or_else(String::new, |(v, _)| v.to_owned())
    }
}

impl Province {
    /// The province of [`LOGINS`] on 05/11/2026.
    pub(crate) fn new() -> Self {
        Self::on(date(2026, 11, 5))
    }

    /// The province of [`LOGINS`] on 05/11/2026, with these settings.
    pub(crate) fn with(config: Config) -> Self {
        Self::made(date(2026, 11, 5), config)
    }

    /// The province of [`LOGINS`] at 8 o'clock of a day.
    pub(crate) fn on(day: Date) -> Self {
        Self::made(day, Config::default())
    }

    fn made(day: Date, config: Config) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(start_of_day(day));
        clock.advance(8 * 3_600_000);
        let config = Config { data: dir.path().join("data"), cache_mib: 16, reserve_mib: 1, ..config };
        let app = App::open(config, Mode::Create, clock.clone(), Chance::seeded(1), &hooks()).unwrap();
        let skeleton = admin::skeleton(&app.spec, "30");
        app.db
            .write(&Who::program(), "unit.init", move |tx| {
                skeleton.iter().try_for_each(|unit| unit_store::put(tx, unit))
            })
            .unwrap();
        units::reload(&app).unwrap();
        let tree = app.tree();
        let so = tree.root().unwrap().id;
        let now = day_of(date(2026, 11, 5));
        let offices = |kind: &str| {
            tree.all()
                .filter(|u| {
                    u.types[0].value == kind && u.parent(ParentRole::Administrative, now).is_some() == (kind == "xa")
                })
                .map(|u| u.id)
                .collect::<Vec<_>>()
        };
        let (communes, districts) = (offices("xa"), offices("phong_gd"));
        let (commune, other, district) = (communes[0], communes[1], districts[0]);
        let (last, first) = (day_of(date(2025, 6, 30)), day_of(date(2025, 7, 1)));
        let mut number = tree.len() as u32;
        let mut schools = Vec::new();
        // Founded in 2000; under the district's office until 30/6/2025, under the commune from 1/7/2025.
        let mut school = |name: &str, levels: &[&str], code: &str, under: Option<UnitId>| {
            number += 1;
            let since = Some(day_of(date(2000, 9, 5)));
            let mut unit = Unit::new(UnitId(number), "truong", name, since);
            unit.levels.push(Dated::since(since, levels.iter().map(|l| (*l).to_owned()).collect()));
            unit.codes.push(Dated::since(since, Code { scheme: admin::MOET.into(), value: code.into() }));
            let parents = |then: UnitId, now: UnitId| {
                let before = Dated { from: since, to: Some(last), decision: String::new(), value: then };
                vec![before, Dated { decision: "1581/BGDĐT-GDPT".into(), ..Dated::since(Some(first), now) }]
            };
            unit.administrative = under.map_or(vec![Dated::since(since, so)], |now| parents(district, now));
            unit.professional = under.map_or(vec![Dated::since(since, so)], |_| parents(district, so));
            unit.events.push(Event {
                day: day_of(date(2000, 9, 5)),
                kind: "founded".into(),
                decision: "15/QĐ-UBND".into(),
                others: Vec::new(),
            });
            schools.push(unit);
            UnitId(number)
        };
        let neighbour = school("Trường Mầm non Hoa Sen", &["MN"], "30293101", Some(commune));
        let elsewhere = school("Trường Tiểu học Bình Minh", &["TH"], "30294401", Some(other));
        let high = school("Trường THPT Hồng Quang", &["THPT"], "30000701", None);
        let school = school("Trường Tiểu học và THCS Tân Hồng", &["TH", "THCS"], "30293501", Some(commune));
        app.db
            .write(&Who::program(), "unit.init", move |tx| {
                schools.iter().try_for_each(|unit| unit_store::put(tx, unit))
            })
            .unwrap();
        units::reload(&app).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let router = csdlgd::server::router(&app);
        let keys = AtomicU32::new(1);
        let made =
            Self { app, clock, so, district, commune, school, neighbour, elsewhere, high, router, runtime, keys, dir };
        let new = LOGINS.iter().map(|(login, role, place)| made.new_account(login, *role, made.unit(*place))).collect();
        create(&made.app, &program_actor(), new).unwrap();
        made.index();
        made
    }

    /// The same people and units on the store in another data directory: one that was restored.
    pub(crate) fn restored(&self, data: &std::path::Path) -> Self {
        let config = Config { data: data.to_owned(), ..self.app.config.clone() };
        let app = App::open(config, Mode::Serve, self.clock.clone(), Chance::seeded(2), &hooks()).unwrap();
        let router = csdlgd::server::router(&app);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (clock, keys, dir) = (self.clock.clone(), AtomicU32::new(1), tempfile::tempdir().unwrap());
        Self { app, clock, router, runtime, keys, dir, ..*self }
    }

    fn new_account(&self, login: &str, role: Role, unit: UnitId) -> NewAccount {
        let password =
            password::hash(PASSWORD, &self.app.chance, password::Cost::Demo, &mut password::Memory::default()).unwrap();
        NewAccount {
            login: login.into(),
            name: format!("Người dùng {login}"),
            role,
            unit,
            password,
            must_change: false,
        }
    }

    /// Makes an account with [`PASSWORD`].
    pub(crate) fn account(&self, login: &str, role: Role, unit: UnitId) {
        create(&self.app, &program_actor(), vec![self.new_account(login, role, unit)]).unwrap();
    }

    /// The unit of a place.
    pub(crate) fn unit(&self, place: Place) -> UnitId {
        match place {
            Place::So => self.so,
            Place::District => self.district,
            Place::Commune => self.commune,
            Place::School => self.school,
            Place::Neighbour => self.neighbour,
            Place::Elsewhere => self.elsewhere,
            Place::High => self.high,
        }
    }

    /// The data directory.
    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// Brings the search index up to what is saved (there is no follower thread in tests).
    pub(crate) fn index(&self) {
        csdlgd::server::finish_index(&self.app).unwrap();
    }

    /// The actor of a login, for calling operations directly.
    pub(crate) fn actor(&self, login: &str) -> Actor {
        by_login(&self.app, login).unwrap()
    }

    /// Runs a future to its end.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// A new idempotency key.
    pub(crate) fn key(&self) -> String {
        format!("k{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request as it is.
    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 64 << 20).await.unwrap();
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
        })
    }

    fn request(method: Method, path: &str, cookie: &str) -> axum::http::request::Builder {
        let builder = Request::builder().method(method).uri(path).header(HOST, "csdl.test").header(ORIGIN, HERE);
        if cookie.is_empty() { builder } else { builder.header(COOKIE, cookie) }
    }

    /// Signs in with [`PASSWORD`]; gives the cookie for the other calls.
    #[track_caller]
    pub(crate) fn sign_in(&self, login: &str) -> String {
        let answer = self.post("", "/login", &[("login", login), ("password", PASSWORD)]).is(303);
        let set = answer.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    /// Asks for a page ("" as cookie: not signed in).
    pub(crate) fn get(&self, cookie: &str, path: &str) -> Answer {
        self.send(Self::request(Method::GET, path, cookie).body(Body::empty()).unwrap())
    }

    /// Posts a form, as a browser does from a page of ours.
    pub(crate) fn post(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect::<Vec<_>>().join("&");
        let request =
            Self::request(Method::POST, path, cookie).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap())
    }

    /// Calls the API with a bearer token ("" for none); an empty body sends none.
    pub(crate) fn api(&self, token: &str, method: Method, path: &str, body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(HOST, "csdl.test");
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
    }

    /// Makes a bearer token for a login.
    pub(crate) fn token(&self, login: &str) -> String {
        csdlgd::accounts::ops::create_token(&self.app, &self.actor(login), "thử", 30).unwrap()
    }
}
