//! A demo province, and the people in it with what is known of each: whom generated queries look for.

use csdlgd::actor::{Actor, Scope};
use csdlgd::app::{App, Mode};
use csdlgd::chance::Chance;
use csdlgd::clock::{Clock, start_of_day};
use csdlgd::config::Config;
use csdlgd::id::{RecordId, UnitId};
use csdlgd::records::store;
use csdlgd::search::Query;
use csdlgd::sessions::ops::program_actor;
use csdlgd::spec::{PartialDate, Value};
use csdlgd::wiring::hooks;
use jiff::civil::date;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The school year the demo ends in.
const YEAR: u16 = 2026;

/// A demo province, open.
pub(super) struct Demo {
    pub(super) app: App,
    _dir: Option<TempDir>,
}

/// Somebody to look for.
pub(super) struct Person {
    pub(super) id: RecordId,
    pub(super) unit: UnitId,
    pub(super) name: String,
    pub(super) born: PartialDate,
    /// Of a learner: the class of this year.
    pub(super) class: Option<String>,
    /// The unit's name without "Trường".
    pub(super) school: String,
    /// Twelve digits.
    pub(super) number: Option<String>,
}

impl Demo {
    /// Builds one of so many learners, as an operator does.
    pub(super) fn built(learners: u32, seed: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("demo");
        let (learners, seed) = (learners.to_string(), seed.to_string());
        let made = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["demo", "--build-only", "--learners", &learners, "--seed", &seed, "--data"])
            .arg(&data)
            .env("CSDLGD_LOG", "error")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { _dir: Some(dir), ..Self::at(&data) }
    }

    /// Opens one that is there.
    pub(super) fn at(data: &Path) -> Self {
        let config = Config { data: PathBuf::from(data), reserve_mib: 1, ..Config::default() };
        let clock = Clock::fixed(start_of_day(date(2026, 10, 6)));
        let app = App::open(config, Mode::Serve, clock, Chance::seeded(1), &hooks()).unwrap();
        csdlgd::server::finish_index(&app).unwrap();
        Self { app, _dir: None }
    }

    /// Learners in class, and staff, in the order of their schools.
    pub(super) fn people(&self) -> Vec<Person> {
        let (app, spec) = (&self.app, &self.app.spec);
        let kind = |key: &str| spec.kinds.iter().position(|k| k.key == key).unwrap();
        let (pupil, enrolment, class, staff) = (kind("pupil"), kind("enrolment"), kind("class"), kind("staff"));
        let at = |kind: usize, key: &str| spec.kinds[kind].field_index(key).unwrap();
        let tree = app.tree();
        let mut out = Vec::new();
        let read = |tx: &csdlgd::store::ReadTx| {
            for unit in tree.all() {
                let school = unit.name(app.today()).trim_start_matches("Trường ").to_owned();
                let mut person = |kind: usize, id: RecordId, class: Option<String>| {
                    let row = store::get(tx, app.names.kind(kind), id).unwrap().unwrap();
                    let get = |key: &str| row.field(&app.names, kind, at(kind, key)).unwrap();
                    let (Some(Value::Text(name)), Some(Value::Date(born))) = (get("full_name"), get("birth_date"))
                    else {
                        return;
                    };
                    let number = match get("personal_number") {
                        Some(Value::Text(number)) => Some(number),
                        _ => None,
                    };
                    out.push(Person { id, unit: unit.id, name, born, class, school: school.clone(), number });
                };
                store::list(tx, app.names.kind(enrolment), unit.id, YEAR, None, |entry| {
                    let row = store::get(tx, app.names.kind(enrolment), entry.id)?.unwrap();
                    let get = |key: &str| row.field(&app.names, enrolment, at(enrolment, key)).unwrap();
                    if let (Some(Value::Ref(who)), Some(Value::Ref(of))) = (get("pupil"), get("class")) {
                        let row = store::get(tx, app.names.kind(class), of)?.unwrap();
                        if let Some(Value::Text(name)) = row.field(&app.names, class, at(class, "name"))? {
                            person(pupil, who, Some(name));
                        }
                    }
                    Ok(ControlFlow::Continue(()))
                })?;
                store::list(tx, app.names.kind(staff), unit.id, 0, None, |entry| {
                    person(staff, entry.id, None);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            Ok(())
        };
        app.db.read(read).unwrap();
        out
    }

    /// Somebody of the Sở.
    pub(super) fn province(&self) -> Actor {
        program_actor()
    }

    /// Where a person stands among what somebody finds: from 1; 0 if not among the first ten.
    pub(super) fn rank(&self, scope: &Scope, own: UnitId, text: &str, who: RecordId) -> usize {
        let query = Query { own_unit: Some(own), facets: false, ..Query::text(text, 10) };
        let hits = self.app.index().unwrap().search(scope, &query).unwrap().hits;
        hits.iter().position(|hit| hit.id == who.0).map_or(0, |at| at + 1)
    }
}
