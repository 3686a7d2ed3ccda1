//! No account sees another unit's record. Every route is asked by everybody about what is inside their
//! scope, outside it, and what does not exist. Outside and non-existent must be the same answer to the
//! last byte; no answer may hold a word of a record out of scope; nothing refused may change anything.

mod canary;
mod cases;

use crate::support::{Answer, HERE, LOGINS, Place, Province};
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, HOST, ORIGIN};
use canary::Target;
use cases::{About, Ask, Carried};
use csdlgd::id::UnitId;
use csdlgd::store::Read;
use csdlgd::ui::link::escape;
use std::collections::HashSet;

/// Kinds asked about in full inside the scope; outside it all are.
const INSIDE: [&str; 4] = ["pupil", "enrolment", "class", "staff"];

/// Somebody who asks.
struct Asker {
    login: &'static str,
    cookie: String,
    token: String,
    /// A unit inside their scope.
    inside: Option<Place>,
    /// Units outside it.
    outside: &'static [Place],
}

/// The province with singing records in four schools.
struct World {
    p: Province,
    targets: Vec<(Place, Target)>,
}

/// The schools, somebody in each, and the word of its records.
const SCHOOLS: [(Place, &str, &str); 4] = [
    (Place::School, "truong.vt", "Zuvarolin"),
    (Place::Neighbour, "truong2.vt", "Pexomadut"),
    (Place::Elsewhere, "khac.vt", "Bikotanuq"),
    (Place::High, "thpt.vt", "Gofemirax"),
];

impl World {
    fn new() -> Self {
        let mut world = Self { p: Province::new(), targets: Vec::new() };
        world.fill(&SCHOOLS.map(|(place, ..)| place));
        world
    }

    /// Puts records into these schools.
    fn fill(&mut self, places: &[Place]) {
        for (place, login, word) in SCHOOLS.into_iter().filter(|(place, ..)| places.contains(place)) {
            self.targets.push((place, Target::made(&self.p, self.p.unit(place), login, word)));
        }
        self.p.index();
    }

    fn target(&self, place: Place) -> &Target {
        &self.targets.iter().find(|(at, _)| *at == place).unwrap().1
    }

    fn asker(&self, login: &'static str) -> Asker {
        use Place::{Elsewhere, High, Neighbour, School};
        let place = LOGINS.iter().find(|(l, ..)| *l == login).map(|(_, _, place)| *place);
        let (inside, outside): (Option<Place>, &'static [Place]) = match place {
            Some(Place::So) => (Some(School), &[]),
            Some(Place::Commune) => (Some(School), &[Elsewhere, High]),
            // Closed since 1/7/2025: it sees the schools that were its own, and changes nothing.
            Some(Place::District) => (Some(School), &[High]),
            Some(School) => (Some(School), &[Neighbour, Elsewhere]),
            _ => (None, &[School]),
        };
        match place {
            Some(_) => Asker { login, cookie: self.p.sign_in(login), token: self.p.token(login), inside, outside },
            None => Asker { login, cookie: String::new(), token: String::new(), inside, outside },
        }
    }

    fn send(&self, asker: &Asker, ask: &Ask) -> Answer {
        let mut request = Request::builder().method(ask.method).uri(&ask.path).header(HOST, "csdl.test");
        if ask.path.starts_with("/api/") {
            if !asker.token.is_empty() {
                request = request.header(AUTHORIZATION, format!("Bearer {}", asker.token));
            }
        } else {
            request = request.header(ORIGIN, HERE);
            if !asker.cookie.is_empty() {
                request = request.header(COOKIE, &asker.cookie);
            }
        }
        let body = match &ask.body {
            Carried::Nothing => String::new(),
            Carried::Form(fields) => {
                request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                fields.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect::<Vec<_>>().join("&")
            }
            Carried::Json(value) => {
                request = request.header(CONTENT_TYPE, "application/json");
                value.to_string()
            }
        };
        let answer = self.p.send(request.body(Body::from(body)).unwrap());
        assert!(!answer.status.is_server_error(), "{}: {ask:?} → {} {}", asker.login, answer.status, answer.text());
        answer
    }

    /// The words and logins this person must never be shown.
    fn forbidden(&self, asker: &Asker) -> Vec<&Target> {
        let scope = LOGINS.iter().any(|(l, ..)| *l == asker.login).then(|| self.p.actor(asker.login).scope);
        self.targets.iter().map(|(_, t)| t).filter(|t| !scope.as_ref().is_some_and(|s| s.has(t.unit))).collect()
    }
}

/// The body with what the request itself said taken out, and keys that chance made.
fn scrub(body: &str, ask: &Ask, t: &Target) -> String {
    let said = format!("{} {:?}", ask.path, ask.body);
    let mut out = body.to_owned();
    for word in [t.word, t.login, t.token.as_str()] {
        if said.contains(word) {
            out = out.replace(word, "•");
        }
    }
    let numbers: HashSet<&str> = said.split(|c: char| !c.is_ascii_digit()).collect();
    let mut clean = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        clean.push_str(&rest[..at]);
        let run = &rest[at..];
        let end = run.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(run.len());
        let piece = &run[..end];
        let number = piece.parse::<u64>().ok().filter(|_| numbers.contains(piece));
        let named = number.is_some_and(|n| {
            n == u64::from(t.unit.0) || n == u64::from(t.account.0) || n.checked_sub(t.first.0).is_some_and(|k| k < 64)
        });
        // Keys of forms are 24 hexadecimal digits.
        clean.push_str(if named || end == 24 { "•" } else { piece });
        rest = &run[end..];
    }
    clean.push_str(rest);
    clean
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let kept = answer.headers.iter().filter(|(name, _)| *name != DATE && *name != CONTENT_LENGTH);
    let mut out: Vec<_> = kept.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
    out.sort();
    out
}

/// Status and headers, with what the request itself said taken out.
fn head(answer: &Answer, ask: &Ask, t: &Target) -> String {
    // An address to go back to holds the request's own, encoded.
    let text =
        format!("{} {:?}", answer.status, headers(answer)).replace("%3D", "=").replace("%2F", "/").replace("%26", "&");
    scrub(&text, ask, t)
}

/// What was found wrong, with the request.
struct Report(Vec<String>);

impl Report {
    fn wrong(&mut self, asker: &Asker, ask: &Ask, what: &str) {
        self.0.push(format!("{}: {} {} {:?}: {what}", asker.login, ask.method, ask.path, ask.body));
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "{} leaks:\n{}", self.0.len(), self.0[..self.0.len().min(30)].join("\n"));
    }

    /// No word of what is out of scope stands in the answer, tags or no tags.
    fn no_canary(&mut self, world: &World, asker: &Asker, ask: &Ask, answer: &Answer, t: &Target) {
        let body = scrub(&answer.body, ask, t).to_lowercase();
        let mut bare = String::with_capacity(body.len());
        let mut inside = false;
        for c in body.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => bare.push(c),
                _ => {}
            }
        }
        let head = headers(answer).into_iter().map(|(_, v)| v.to_lowercase()).collect::<String>();
        for foreign in world.forbidden(asker) {
            let word = foreign.word.to_lowercase();
            let phone = format!("09{:08}", foreign.unit.0);
            let name = world.p.app.tree().get(foreign.unit).unwrap().name(world.p.app.today()).to_lowercase();
            for needle in [word.as_str(), phone.as_str(), foreign.login, name.as_str()] {
                if body.contains(needle)
                    || bare.contains(needle)
                    || (head.contains(needle) && !ask.path.to_lowercase().contains(needle))
                {
                    let at = body.find(needle).unwrap_or(0);
                    let near: String =
                        body.chars().skip(body[..at].chars().count().saturating_sub(60)).take(160).collect();
                    self.wrong(asker, ask, &format!("shows «{needle}» of unit {}: …{near}…", foreign.unit));
                }
            }
        }
    }
}

/// Where two texts begin to differ.
fn difference(a: &str, b: &str) -> String {
    let at = a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map_or(a.len().min(b.len()), |((at, _), _)| at);
    let piece = |s: &str| s.get(at..).unwrap_or("").chars().take(120).collect::<String>();
    format!("«{}» against «{}»", piece(a), piece(b))
}

/// Log entries after `from` that are not about sessions.
fn changes_after(p: &Province, from: u64) -> Vec<String> {
    let read = |tx: &csdlgd::store::ReadTx| {
        let mut out = Vec::new();
        for seq in from + 1..=p.app.db.head_seq() {
            let entry = tx.entry(seq)?.unwrap();
            if !entry.action.starts_with("session.") {
                out.push(entry.action);
            }
        }
        Ok(out)
    };
    p.app.db.read(read).unwrap()
}

fn kinds(p: &Province, keys: &[&str]) -> Vec<usize> {
    let all = p.app.spec.kinds.iter().enumerate();
    all.filter(|(_, k)| keys.is_empty() || keys.contains(&k.key.as_str())).map(|(at, _)| at).collect()
}

/// Everything outside the scope of a person.
fn outside(login: &'static str) {
    let world = World::new();
    let asker = world.asker(login);
    let all = kinds(&world.p, &[]);
    let mut report = Report(Vec::new());
    let mut asked = 0;
    for place in asker.outside {
        let t = world.target(*place);
        let none = Target::none(t);
        let nowhere = Target { unit: UnitId(876_543), ..Target::none(t) };
        let own = asker.inside.map_or(&nowhere, |at| world.target(at));
        for route in csdlgd::server::list_routes() {
            let about = |t| About { spec: &world.p.app.spec, own, t, kinds: &all }.asks(route);
            let (Some(theirs), Some(nothing)) = (about(t), about(&none)) else { continue };
            assert_eq!(theirs.len(), nothing.len());
            for (ask, same) in theirs.iter().zip(&nothing) {
                let before = world.p.app.db.head_seq();
                let (answer, missing) = (world.send(&asker, ask), world.send(&asker, same));
                asked += 2;
                report.no_canary(&world, &asker, ask, &answer, t);
                let (a, b) = (head(&answer, ask, t), head(&missing, same, &none));
                if a != b {
                    let what = difference(&a, &b);
                    report.wrong(&asker, ask, &what);
                    continue;
                }
                let (a, b) = (scrub(&answer.body, ask, t), scrub(&missing.body, same, &none));
                if a != b {
                    report.wrong(&asker, ask, &difference(&a, &b));
                }
                // What one's own record was asked to become is one's own affair.
                let own_record = ask.path.contains(&format!("unit={}", own.unit))
                    || ask.path.contains(&format!("/{}", own.first.made_in()));
                let changed = changes_after(&world.p, before);
                if !changed.is_empty() && !own_record {
                    report.wrong(&asker, ask, &format!("changed something: {changed:?}"));
                }
            }
        }
    }
    assert!(asked > 500, "{asked} requests only");
    report.none();
}

/// Everything inside the scope of a person: it works, and shows nothing of others.
fn inside(login: &'static str) {
    let world = World::new();
    let asker = world.asker(login);
    let some = kinds(&world.p, &INSIDE);
    let t = world.target(asker.inside.unwrap());
    let mut report = Report(Vec::new());
    for route in csdlgd::server::list_routes() {
        let about = About { spec: &world.p.app.spec, own: t, t, kinds: &some };
        for ask in about.asks(route).into_iter().flatten() {
            let answer = world.send(&asker, &ask);
            report.no_canary(&world, &asker, &ask, &answer, t);
            let about_it = ask.path.contains(&t.record(some[0]).to_string());
            let is_there = ask.method == "GET" && about_it && !["/edit", "/new"].iter().any(|p| ask.path.contains(p));
            if is_there && !answer.status.is_success() {
                report.wrong(&asker, &ask, &format!("{} {}", answer.status, answer.text()));
            }
        }
    }
    report.none();
}

#[test]
fn every_route_has_a_case() {
    let world = World::new();
    let t = world.target(Place::School);
    let about = About { spec: &world.p.app.spec, own: t, t, kinds: &[0] };
    let routes = csdlgd::server::list_routes();
    let missing: Vec<_> =
        routes.iter().filter(|r| about.asks(**r).is_none()).map(|r| format!("{} {}", r.method, r.path)).collect();
    assert!(missing.is_empty(), "routes without a case in tests/it/access/cases.rs:\n{}", missing.join("\n"));
    assert!(routes.len() > 30);
}

macro_rules! people {
    ($($name:ident $way:ident $login:literal;)*) => {$(
        #[test]
        fn $name() {
            $way($login);
        }
    )*};
}

people! {
    system_admin_inside inside "so.admin";
    department_officer_inside inside "so.chuyenvien";
    office_admin_inside inside "xa.admin";
    office_admin_outside outside "xa.admin";
    office_viewer_inside inside "xa.xem";
    office_viewer_outside outside "xa.xem";
    closed_office_inside inside "phong.admin";
    closed_office_outside outside "phong.admin";
    school_admin_inside inside "truong.ht";
    school_admin_outside outside "truong.ht";
    school_clerk_inside inside "truong.vt";
    school_clerk_outside outside "truong.vt";
    teacher_inside inside "truong.gv";
    teacher_outside outside "truong.gv";
    nobody_outside outside "nobody";
}

/// What others enter changes nothing in what one is shown: no count, no facet, no order.
#[test]
fn what_happens_elsewhere_is_not_seen() {
    for (login, mine) in [("truong.vt", &[Place::School][..]), ("xa.xem", &[Place::School, Place::Neighbour])] {
        let mut world = World { p: Province::new(), targets: Vec::new() };
        world.fill(mine);
        let asker = world.asker(login);
        let look = |world: &World| {
            let t = world.target(Place::School);
            let some = kinds(&world.p, &INSIDE);
            let about = About { spec: &world.p.app.spec, own: t, t, kinds: &some };
            let asks = csdlgd::server::list_routes()
                .into_iter()
                .filter(|r| r.method == "GET")
                .flat_map(|r| about.asks(r).unwrap_or_default());
            // The feed says how far it has read.
            let answers = asks.map(|ask| {
                let body = scrub(&world.send(&asker, &ask).body, &ask, t);
                let body = body.split(",\"next\":").next().unwrap().to_owned();
                (ask.path, body)
            });
            answers.collect::<Vec<_>>()
        };
        let before = look(&world);
        let others: Vec<Place> =
            SCHOOLS.iter().map(|(place, ..)| *place).filter(|place| !mine.contains(place)).collect();
        world.fill(&others);
        for ((path, before), (_, after)) in before.iter().zip(&look(&world)) {
            assert!(before == after, "{login}: GET {path}: {}", difference(before, after));
        }
        assert!(before.len() > 100);
    }
}

/// Without a session or token there is no difference at all, and nothing but a way to sign in.
#[test]
fn nobody_gets_nothing() {
    let world = World::new();
    let nobody = world.asker("nobody");
    let all = kinds(&world.p, &INSIDE);
    let t = world.target(Place::School);
    let public = [
        "/login",
        "/a/{hash}/{*name}",
        "/favicon.ico",
        "/api/v1",
        "/api/v1/",
        "/api/v1/openapi.json",
        "/api/v1/outage",
        "/help",
        "/help/dictionary",
        "/dictionary",
        "/about",
    ];
    let about = About { spec: &world.p.app.spec, own: t, t, kinds: &all };
    for route in csdlgd::server::list_routes().into_iter().filter(|r| !public.contains(&r.path)) {
        for ask in about.asks(route).into_iter().flatten() {
            let answer = world.send(&nobody, &ask);
            let status = answer.status.as_u16();
            let to_login = answer.location().starts_with("/login");
            assert!(
                status == 401 || status == 303 && to_login,
                "{} {} → {status} {}",
                ask.method,
                ask.path,
                answer.text()
            );
        }
    }
    // A token is no session and a session no token.
    let clerk = world.asker("truong.vt");
    let crossed = Asker {
        cookie: format!("session={}", clerk.token),
        token: clerk.cookie.trim_start_matches("session=").into(),
        ..clerk
    };
    for path in ["/records", "/account", "/api/v1/me", "/api/v1/units"] {
        let answer = world.send(&crossed, &Ask { method: "GET", path: path.into(), body: Carried::Nothing });
        assert!(matches!(answer.status.as_u16(), 303 | 401), "{path}");
    }
}
