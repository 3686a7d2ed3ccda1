//! The table of cases: `tests/it/data/search/people.csv` are the records, `cases.csv` what is typed and
//! who must come of it. Rules: `first`; `top2`, `top3` (each of them that high); `before` (in this
//! order); `has`; `not`; `none` (nothing is found); `any` (an answer, whatever it is).

use super::bed;
use crate::support::Province;
use axum::http::Method;
use csdlgd::id::{RecordId, UnitId};
use csdlgd::records::model::State;
use csdlgd::spec::Value;
use csdlgd::ui::link::escape;
use std::collections::HashMap;

/// The school year of the classes.
const YEAR: u16 = 2026;

fn rows(file: &str) -> Vec<HashMap<String, String>> {
    let path = format!("{}/tests/it/data/{file}", env!("CARGO_MANIFEST_DIR"));
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// The records, and the key of each by kind and id.
struct Bed {
    p: Province,
    keys: HashMap<String, String>,
}

impl Bed {
    fn new() -> Self {
        let p = Province::new();
        let leloi = bed::school(&p, "Trường THCS Lê Lợi", &["THCS"], p.commune);
        let schools = HashMap::from([
            ("leloi", leloi),
            ("tanhong", p.school),
            ("hongquang", p.high),
            ("hoasen", p.neighbour),
            ("binhminh", p.elsewhere),
        ]);
        let mut bed = Self { p, keys: HashMap::new() };
        for (key, unit) in &schools {
            bed.keys.insert(unit.to_string(), format!("@{key}"));
        }
        let mut classes = HashMap::new();
        for row in rows("search/people.csv") {
            bed.person(&row, schools[row["school"].as_str()], &mut classes);
        }
        bed.p.index();
        bed
    }

    fn person(
        &mut self,
        row: &HashMap<String, String>,
        unit: UnitId,
        classes: &mut HashMap<(UnitId, String), RecordId>,
    ) {
        let p = &self.p;
        let state = if row["state"] == "left" { State::Left } else { State::Active };
        let staff = row["kind"] == "staff";
        let phone = if staff { "mobile_phone" } else { "contact_phone" };
        let mut fields = vec![("full_name", bed::text(&row["name"])), ("birth_date", bed::day(&row["born"]))];
        let texts = [("personal_number", "number"), ("learner_code", "learner_code"), (phone, "phone")];
        fields
            .extend(texts.iter().filter(|(_, at)| !row[*at].is_empty()).map(|(key, at)| (*key, bed::text(&row[*at]))));
        let codes = [("role", "role"), ("main_subject", "subject"), ("position", "position")];
        fields.extend(codes.iter().filter(|(_, at)| !row[*at].is_empty()).map(|(key, at)| {
            let code = match row[*at].as_str() {
                "TOAN" => "22",
                "VAN" => "20",
                other => other,
            };
            (*key, bed::code(code))
        }));
        let id = bed::put(p, if staff { "staff" } else { "pupil" }, (unit, 0, state), fields);
        self.keys.insert(id.to_string(), row["key"].clone());
        if !row["class"].is_empty() {
            let name = row["class"].clone();
            let school = self.keys[&unit.to_string()].trim_start_matches('@').to_owned();
            let class = *classes
                .entry((unit, name.clone()))
                .or_insert_with(|| bed::put(p, "class", (unit, YEAR, State::Active), vec![("name", bed::text(&name))]));
            self.keys.insert(class.to_string(), format!("#{school}/{name}"));
            let fields = vec![("pupil", Value::Ref(id)), ("class", Value::Ref(class))];
            bed::put(p, "enrolment", (unit, YEAR, state), fields);
        }
    }

    /// The keys of what is found, in order; what has none stays a number.
    fn found(&self, token: &str, query: &str) -> Vec<String> {
        let path = format!("/api/v1/search?limit=50&q={}", escape(query));
        let answer = self.p.api(token, Method::GET, &path, "").is(200);
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let ids = answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned());
        ids.map(|id| self.keys.get(&id).cloned().unwrap_or(id)).collect()
    }
}

fn holds(rule: &str, who: &[&str], found: &[String]) -> bool {
    let place = |key: &&str| found.iter().position(|f| f == key);
    let within = |most: usize| who.iter().all(|key| place(key).is_some_and(|at| at < most));
    match rule {
        "first" => within(1),
        "top2" => within(2),
        "top3" => within(3),
        "before" => within(50) && who.iter().filter_map(&place).is_sorted(),
        "has" => within(50),
        "not" => who.iter().all(|key| place(key).is_none()),
        "none" => found.is_empty(),
        "any" => true,
        other => panic!("no rule {other}"),
    }
}

#[test]
fn the_table_holds() {
    let bed = Bed::new();
    let token = bed.p.token("so.admin");
    let cases = rows("search/cases.csv");
    assert!(cases.len() > 400);
    let mut wrong = Vec::new();
    for case in &cases {
        let who: Vec<&str> = case["who"].split_whitespace().collect();
        assert!(!who.is_empty() || ["none", "any"].contains(&case["rule"].as_str()), "{case:?}");
        for key in &who {
            assert!(bed.keys.values().any(|k| k == key), "{key} is nobody");
        }
        let found = bed.found(&token, &case["query"]);
        if !holds(&case["rule"], &who, &found) {
            wrong.push(format!(
                "«{}» {} {}: {:?}",
                case["query"],
                case["rule"],
                case["who"],
                &found[..found.len().min(6)]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Every pair of spellings of the public cases finds the other, either way.
#[test]
fn spellings_of_one_word_find_each_other() {
    let p = Province::new();
    let mut pairs = Vec::new();
    for file in ["tone_mark_new_style_cases", "iy_normalisation_cases", "remove_diacritics_cases"] {
        pairs.extend(
            rows(&format!("text/{file}.csv")).into_iter().map(|row| (row["input"].clone(), row["expected"].clone())),
        );
    }
    // What is no word can't be looked for.
    pairs.retain(|(a, b)| [a, b].iter().all(|t| t.chars().any(char::is_alphanumeric) && t.chars().count() < 60));
    let put = |name: &str| bed::put(&p, "pupil", (p.school, 0, State::Active), vec![("full_name", bed::text(name))]);
    let ids: Vec<(RecordId, RecordId)> = pairs.iter().map(|(a, b)| (put(a), put(b))).collect();
    p.index();
    let index = p.app.index().unwrap();
    let scope = p.actor("truong.vt").scope;
    let mut wrong = Vec::new();
    for ((a, b), (of_a, of_b)) in pairs.iter().zip(&ids) {
        for (typed, wanted) in [(a, of_b), (b, of_a)] {
            let hits = index.search(&scope, &csdlgd::search::Query::text(typed, 400)).unwrap().hits;
            if !hits.iter().any(|hit| hit.id == wanted.0) {
                wrong.push(format!("«{typed}» does not find its pair ({a} | {b})"));
            }
        }
    }
    assert!(pairs.len() > 200, "{}", pairs.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
