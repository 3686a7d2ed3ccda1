//! A case for every route: the requests it is asked with. A route without one fails the test.

use super::canary::{Target, YEAR};
use csdlgd::http::RouteInfo;
use csdlgd::spec::{FieldType, Spec};
use serde_json::{Map, Value, json};

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Carried,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub(super) enum Carried {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

/// The kinds whose records refer to others of the same unit: what a request may name beside its own.
const CARRIERS: [&str; 3] = ["enrolment", "class", "result"];

/// Who asks about what.
pub(super) struct About<'a> {
    pub(super) spec: &'a Spec,
    /// The person's own unit and records.
    pub(super) own: &'a Target,
    /// What the request is about.
    pub(super) t: &'a Target,
    /// The kinds to ask about.
    pub(super) kinds: &'a [usize],
}

impl About<'_> {
    fn get(&self, path: impl Into<String>) -> Ask {
        Ask { method: "GET", path: path.into(), body: Carried::Nothing }
    }

    fn form(&self, path: impl Into<String>, fields: &[(&str, &str)]) -> Ask {
        let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Ask { method: "POST", path: path.into(), body: Carried::Form(fields) }
    }

    fn json(&self, method: &'static str, path: impl Into<String>, body: Value) -> Ask {
        Ask { method, path: path.into(), body: Carried::Json(body) }
    }

    /// The path with each kind, and the record of that kind.
    fn each(&self, path: &str) -> Vec<String> {
        let fill = |k: &usize| {
            path.replace("{kind}", &self.spec.kinds[*k].key).replace("{id}", &self.t.record(*k).to_string())
        };
        self.kinds.iter().map(fill).collect()
    }

    fn carriers(&self) -> impl Iterator<Item = usize> {
        CARRIERS.iter().filter_map(|key| self.spec.kinds.iter().position(|k| k.key == *key))
    }

    /// Every reference of a kind, led to the target's records: as a form sends them.
    fn form_refs(&self, kind: usize, sharp: bool) -> Vec<(String, String)> {
        let fields = self.spec.kinds[kind].fields.iter();
        let refs = fields.filter(|f| f.ty == FieldType::Ref);
        let text = |id: String| if sharp { format!("#{id}") } else { id };
        refs.filter_map(|f| Some((f.key.clone(), text(self.t.record(f.refers?).to_string())))).collect()
    }

    fn json_refs(&self, kind: usize) -> Map<String, Value> {
        self.form_refs(kind, true).into_iter().map(|(k, v)| (k, v.into())).collect()
    }

    /// The same by name instead of number.
    fn json_words(&self, kind: usize) -> Map<String, Value> {
        let fields = self.spec.kinds[kind].fields.iter().filter(|f| f.ty == FieldType::Ref);
        fields.map(|f| (f.key.clone(), format!("{}full_name", self.t.word).into())).collect()
    }

    /// Forms that are about one's own record and name the target's in every reference.
    fn referring_forms(&self, path: &str, own: bool) -> Vec<Ask> {
        let mut out = Vec::new();
        for kind in self.carriers() {
            let mut path = path.replace("{kind}", &self.spec.kinds[kind].key);
            path = path.replace("{id}", &self.own.record(kind).to_string());
            if !own {
                path = format!("{path}?unit={}&year={YEAR}", self.own.unit);
            }
            for (version, key) in [("1", "mot"), ("99", "cu")] {
                let mut fields = self.form_refs(kind, false);
                fields.push(("_version".into(), version.into()));
                fields.push(("_key".into(), format!("{key}-{}", self.spec.kinds[kind].key)));
                out.push(Ask { method: "POST", path: path.clone(), body: Carried::Form(fields.clone()) });
                let place = fields[0].0.clone();
                fields.push((format!("{place}.text"), self.t.word.into()));
                fields.push(("_do".into(), format!("find:{place}")));
                out.push(Ask { method: "POST", path: path.clone(), body: Carried::Form(fields) });
            }
        }
        out
    }

    /// A path about a unit with each act.
    fn acts(&self, path: &str) -> Vec<String> {
        ["rename", "levels", "code", "move", "merge", "suspend", "reopen", "dissolve", "no"]
            .map(|act| path.replace("{act}", act))
            .into()
    }

    /// Forms about a unit that name the target in these fields: looked at and confirmed.
    fn unit_forms(&self, path: &str, fields: &[&str]) -> Vec<Ask> {
        let unit = self.t.unit.to_string();
        let form = |more: &[(&str, &str)]| {
            let mut all: Vec<(&str, &str)> = fields.iter().map(|f| (*f, unit.as_str())).collect();
            all.extend([
                ("_key", "f"),
                ("name", "Trường Mới"),
                ("type", "truong"),
                ("decision", "1/QĐ"),
                ("levels", "TH"),
            ]);
            all.extend_from_slice(more);
            self.form(path, &all)
        };
        vec![
            form(&[("day", "")]),
            form(&[("day", "01/12/2026")]),
            form(&[("day", "01/12/2026"), ("_do", &format!("find:{}", fields[0]))]),
        ]
    }

    /// The requests for a route; nothing if it has no case.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(super) fn asks(&self, route: RouteInfo) -> Option<Vec<Ask>> {
        let (t, path) = (self.t, route.path);
        let first = self.spec.kinds.iter().position(|k| k.key == "pupil")?;
        let unit_path = || path.replace("{id}", &t.unit.to_string());
        let account_path = || path.replace("{id}", &t.account.to_string());
        let bodies =
            |fields: &[(&str, &str)]| self.each(path).into_iter().map(|p| self.form(p, fields)).collect::<Vec<_>>();
        let changes = |method, body: Value| {
            self.each(path).into_iter().map(|p| self.json(method, p, body.clone())).collect::<Vec<_>>()
        };
        Some(match (route.method, path) {
            // Nobody's.
            ("GET", "/a/{hash}/{*name}") => vec![self.get(format!("/a/{}/{}", t.word, t.word))],
            ("GET", "/favicon.ico" | "/api/v1" | "/api/v1/" | "/api/v1/openapi.json") => vec![self.get(path)],
            ("GET", "/login") => vec![self.get(path), self.get(format!("/login?next=/units/{}", t.unit))],
            ("GET", "/setup") => vec![self.get(path)],
            ("POST", "/setup") => vec![self.form(path, &[("code", t.word)])],
            ("POST", "/login") => vec![self.form(path, &[("login", t.login), ("password", "một mật khẩu nào đó")])],
            // One's own.
            ("GET", "/account" | "/api/v1/me" | "/api/v1/spec") => vec![self.get(path)],
            ("POST", "/account/password") => {
                vec![self.form(path, &[("old_password", t.word), ("new_password", "x"), ("again", "x")])]
            }
            ("POST", "/account/tokens") => vec![self.form(path, &[("label", ""), ("days", "1")])],
            ("POST", "/account/tokens/revoke") => vec![self.form(path, &[("token", &t.token)])],
            ("POST", "/letters") => vec![self.form(path, &[("size", "large"), ("next", "/account")])],
            ("POST", "/logout") => vec![], // ends the session: in a test of its own
            ("GET", "/api/v1/spec/codes/{list}") => {
                vec![self.get("/api/v1/spec/codes/sex"), self.get("/api/v1/spec/codes/no")]
            }
            ("GET", "/" | "/help" | "/help/dictionary" | "/help/dictionary/fields" | "/dictionary" | "/about") => {
                vec![self.get(path)]
            }
            ("GET", "/help/{topic}") => ["search", "no"].map(|t| self.get(path.replace("{topic}", t))).into(),
            ("GET", "/help/dictionary/{kind}") => ["pupil", "no"].map(|k| self.get(path.replace("{kind}", k))).into(),
            ("GET", "/help/dictionary/lists/{list}") => {
                ["sex", "no"].map(|l| self.get(path.replace("{list}", l))).into()
            }
            // Search.
            ("GET", "/search" | "/search/suggest" | "/api/v1/search") => {
                let mut out: Vec<Ask> = [t.word, "full_name", "8/3/2015", "truong"]
                    .iter()
                    .flat_map(|q| {
                        ["", "&kind=pupil", "&kind=unit", &format!("&year={YEAR}&order=name")]
                            .map(|more| self.get(format!("{path}?q={q}{more}")))
                    })
                    .collect();
                for q in ["", "full_name", t.word] {
                    out.push(self.get(format!("{path}?q={q}&unit={}&kind=staff", t.unit)));
                }
                out.push(self.get(format!("{path}?q=full&grade={}&sex={}&state={}", t.word, t.word, t.word)));
                out
            }
            // What one keeps is one's own; what is another's has no number of one's own.
            ("POST", "/search/saved") => vec![self.form(path, &[("_key", "k"), ("name", ""), ("query", "")])],
            ("POST", "/search/saved/remove") => {
                ["1", "77", t.word].map(|number| self.form(path, &[("number", number)])).into()
            }
            ("GET", "/options/{kind}") => {
                let words = [t.word, "full_name", ""];
                let paths = self.each(path).into_iter();
                paths.flat_map(|p| words.map(|q| self.get(format!("{p}?q={q}&unit={}&year={YEAR}", t.unit)))).collect()
            }
            // Lists and forms.
            ("GET", "/records") => vec![self.get(path)],
            ("GET", "/records/{kind}" | "/api/v1/records/{kind}") => {
                let mut out = Vec::new();
                for p in self.each(path) {
                    out.push(self.get(format!("{p}?unit={}&year={YEAR}&f.full_name={}", t.unit, t.word)));
                    out.push(self.get(format!("{p}?unit={}&sort=full_name&dir=down&state=active", t.unit)));
                    let after = format!("{}-{}", "00".repeat(28), t.record(first));
                    out.push(self.get(format!("{p}?unit={}&after={after}", t.unit)));
                }
                for kind in self.carriers() {
                    for (key, to) in self.form_refs(kind, false) {
                        let kind = &self.spec.kinds[kind].key;
                        let path = path.replace("{kind}", kind);
                        out.push(self.get(format!("{path}?unit={}&year={YEAR}&ref={key}&to={to}", self.own.unit)));
                    }
                }
                out
            }
            ("GET", "/records/{kind}/new") => {
                let mut out: Vec<Ask> =
                    self.each(path).into_iter().map(|p| self.get(format!("{p}?unit={}", t.unit))).collect();
                for kind in self.carriers() {
                    let refs: Vec<String> =
                        self.form_refs(kind, false).into_iter().map(|(k, v)| format!("&{k}={v}")).collect();
                    let path = path.replace("{kind}", &self.spec.kinds[kind].key);
                    out.push(self.get(format!("{path}?unit={}&year={YEAR}{}", self.own.unit, refs.concat())));
                }
                out
            }
            ("POST", "/records/{kind}/new") => {
                let mut out: Vec<Ask> = self
                    .each(path)
                    .into_iter()
                    .map(|p| {
                        self.form(format!("{p}?unit={}&year={YEAR}", t.unit), &[("_key", "n"), ("full_name", "Ai Đó")])
                    })
                    .collect();
                out.extend(self.referring_forms(path, false));
                out
            }
            // One record.
            ("GET", "/records/{kind}/{id}" | "/api/v1/records/{kind}/{id}") => self
                .each(path)
                .into_iter()
                .flat_map(|p| [self.get(format!("{p}?at=2026-11-05")), self.get(p)])
                .collect(),
            (
                "GET",
                "/records/{kind}/{id}/edit" | "/records/{kind}/{id}/history" | "/api/v1/records/{kind}/{id}/history",
            ) => self.each(path).into_iter().map(|p| self.get(p)).collect(),
            ("POST", "/records/{kind}/{id}/open") => bodies(&[]),
            ("POST", "/records/{kind}/{id}/edit") => {
                let mut out = bodies(&[("_version", "1"), ("_key", "e"), ("note", "ghi chú")]);
                out.extend(bodies(&[("_version", "1"), ("_do", "open:ethnicity")]));
                out.extend(bodies(&[("_version", "77"), ("full_name", "Ai Đó")]));
                out.extend(self.referring_forms(path, true));
                out
            }
            ("POST", "/records/{kind}/{id}/state") => bodies(&[("_version", "1"), ("_key", "s"), ("state", "left")]),
            ("POST", "/records/{kind}/{id}/verify") => bodies(&[("_version", "1"), ("_key", "v")]),
            ("POST", "/records/{kind}/{id}/restore") => bodies(&[("_version", "1"), ("_key", "r"), ("version", "1")]),
            // The API.
            ("POST", "/api/v1/records/{kind}") => {
                let new = json!({ "unit": t.unit.to_string(), "year": YEAR, "fields": { "full_name": "Ai Đó" } });
                let mut out: Vec<Ask> =
                    self.each(path).into_iter().map(|p| self.json("POST", p, new.clone())).collect();
                for kind in self.carriers() {
                    let path = path.replace("{kind}", &self.spec.kinds[kind].key);
                    for fields in [self.json_refs(kind), self.json_words(kind)] {
                        let new = json!({ "unit": self.own.unit.to_string(), "year": YEAR, "fields": fields });
                        out.push(self.json("POST", path.clone(), new));
                    }
                }
                out
            }
            ("PUT", "/api/v1/records/{kind}/{id}") => {
                let mut out = changes("PUT", json!({ "version": 1, "fields": { "full_name": "Ai Đó" } }));
                out.extend(changes("PUT", json!({ "version": 77, "fields": {} })));
                out.extend(changes("PUT", json!({ "wrong": true })));
                for kind in self.carriers() {
                    let path = path.replace("{kind}", &self.spec.kinds[kind].key);
                    let path = path.replace("{id}", &self.own.record(kind).to_string());
                    for fields in [self.json_refs(kind), self.json_words(kind)] {
                        out.push(self.json("PUT", path.clone(), json!({ "version": 1, "fields": fields })));
                    }
                }
                out
            }
            ("POST", "/api/v1/records/{kind}/{id}/open") => changes("POST", json!({})),
            ("POST", "/api/v1/records/{kind}/{id}/state") => {
                let mut out = changes("POST", json!({ "version": 1, "state": "left" }));
                out.extend(changes("POST", json!({ "version": 1, "state": "nowhere" })));
                out
            }
            ("POST", "/api/v1/records/{kind}/{id}/verify") => changes("POST", json!({ "version": 1 })),
            ("POST", "/api/v1/records/{kind}/{id}/restore") => changes("POST", json!({ "version": 1, "restore": 1 })),
            ("GET", "/api/v1/changes") => {
                vec![self.get("/api/v1/changes?after=0&limit=200"), self.get("/api/v1/changes?limit=1")]
            }
            // Units.
            ("GET", "/api/v1/units") => {
                vec![self.get(path), self.get(format!("{path}?after={}&at=2025-01-01", t.unit.0.min(5)))]
            }
            ("GET", "/api/v1/units/{id}") => {
                vec![self.get(unit_path()), self.get(format!("{}?at=2025-01-01", unit_path()))]
            }
            ("GET", "/units/without-records") => {
                vec![self.get(path), self.get(format!("{path}?under={}&unit={}", t.unit, t.unit))]
            }
            ("GET", "/units") => {
                let on = |more: &str| self.get(format!("{path}?under={}{more}", t.unit));
                vec![
                    self.get(path),
                    self.get("/units?all=true&ended=true&at=30/06/2025"),
                    on(""),
                    on("&role=professional&all=true"),
                ]
            }
            ("GET", "/units/figures") => ["", "&grade=06&order=lacking", "&level=THCS&order=largest"]
                .map(|on| self.get(format!("{path}?under={}{on}", t.unit)))
                .into(),
            ("GET", "/classes/{id}") => {
                let class = self.spec.kinds.iter().position(|k| k.key == "class").unwrap();
                vec![self.get(format!("/classes/{}", t.record(class)))]
            }
            ("GET", "/units/options") => ["", "truong", "30", t.word].map(|q| self.get(format!("{path}?q={q}"))).into(),
            ("GET", "/units/new") => {
                vec![self.get(format!("{path}?under={}", t.unit)), self.get(format!("{path}?from={}", t.unit))]
            }
            ("POST", "/units/new") => self.unit_forms(path, &["administrative", "professional", "from"]),
            ("POST", "/units/undo") => {
                vec![self.form(path, &[("_key", "u"), ("entry", "1"), ("unit", &t.unit.to_string())])]
            }
            ("GET", "/units/{id}") => ["", "?at=01/01/2025"].map(|at| self.get(format!("{}{at}", unit_path()))).into(),
            ("GET", "/units/{id}/{act}") => self.acts(&unit_path()).into_iter().map(|p| self.get(p)).collect(),
            ("POST", "/units/{id}/{act}") => {
                let theirs =
                    self.acts(&unit_path()).into_iter().flat_map(|p| self.unit_forms(&p, &["parent", "into", "also1"]));
                let mine = path.replace("{id}", &self.own.unit.to_string());
                theirs
                    .chain(self.acts(&mine).into_iter().flat_map(|p| self.unit_forms(&p, &["parent", "into", "also1"])))
                    .collect()
            }
            // Accounts.
            ("GET", "/accounts") => {
                let ways = [
                    format!("unit={}", t.unit),
                    format!("unit={}&unit.text={}", t.unit, t.word),
                    "q=nguoi+dung".into(),
                ];
                ways.iter().map(|q| self.get(format!("{path}?{q}"))).chain([self.get(path)]).collect()
            }
            ("GET", "/accounts/new") => vec![self.get(path), self.get(format!("{path}?unit={}", t.unit))],
            ("POST", "/accounts/new") => {
                let unit = t.unit.to_string();
                let fields = [
                    ("_key", "a"),
                    ("unit", unit.as_str()),
                    ("login", ""),
                    ("name", "Ai Đó"),
                    ("role", "school_clerk"),
                ];
                vec![
                    self.form(path, &fields),
                    self.form(path, &[fields[1], ("_do", "find:unit"), ("unit.text", t.word)]),
                ]
            }
            ("GET", "/accounts/{id}") => vec![self.get(account_path())],
            ("POST", "/accounts/{id}/reset" | "/accounts/{id}/close" | "/accounts/{id}/reopen") => {
                vec![self.form(account_path(), &[("_key", "r"), ("reason", "left")])]
            }
            // How the server is: the Sở's administrator alone.
            ("GET", "/health") => vec![self.get(path), self.get("/health?for=day")],
            ("POST", "/health/run") => vec![self.form(path, &[("job", "backup.check")])],
            // Backups: the Sở's administrator alone.
            ("GET", "/backup" | "/backup/sheet") => vec![self.get(path)],
            ("POST", "/backup/now") => vec![self.form(path, &[("_key", "b")])],
            ("POST", "/backup/followers") => vec![self.form(path, &[("_key", "f"), ("label", "")])],
            ("POST", "/backup/followers/withdraw") => vec![self.form(path, &[("id", "0123456789abcdef")])],
            // A person's session or token is no second host's credential.
            ("POST", "/follow/offer") => vec![self.json("POST", path, json!({ "seq": 0, "number": 0, "epoch": 9 }))],
            ("POST", "/follow/piece") => {
                vec![self.json("POST", path, json!({ "name": "csdlgd-full-000001-x.tar", "from": 0 }))]
            }
            ("POST", "/backup/lost/seen") => vec![self.form(path, &[("_key", "l")])],
            ("POST", "/backup/challenge") => vec![self.form(path, &[("recipient", t.word)])],
            ("POST", "/backup/answer") => vec![self.form(path, &[("recipient", t.word), ("answer", "00")])],
            ("POST", "/backup/media") => {
                let fields = [("_key", "m"), ("label", "D1"), ("number", "1"), ("keeper", "Ai Đó"), ("place", "Tủ")];
                vec![self.form(path, &fields)]
            }
            // One's own second step: no code here is right.
            ("GET", "/account/second") => vec![self.get(path)],
            ("POST", "/account/second/begin") => vec![self.form(path, &[])],
            ("POST", "/account/second" | "/account/second/codes" | "/account/second/end") => {
                vec![self.form(path, &[("code", "000000")])]
            }
            ("POST", "/login/second") => vec![self.form(path, &[("ticket", t.word), ("code", "000000")])],
            // What is announced: the Sở's administrator alone; here never in a way that could be taken.
            ("GET", "/outage" | "/api/v1/outage") => vec![self.get(path)],
            ("POST", "/outage") => vec![self.form(path, &[("text", "Bảo trì"), ("from_day", "5/13/2026")])],
            ("POST", "/outage/withdraw") => vec![self.form(path, &[])],
            ("PUT", "/api/v1/outage") => {
                let body = json!({ "text": "", "from": "2026-12-05T20:00:00Z", "to": "2026-12-05T19:00:00Z" });
                vec![self.json("PUT", path, body)]
            }
            ("POST", "/api/v1/outage/withdraw") => vec![self.json("POST", path, json!({}))],
            _ => return None,
        })
    }
}
