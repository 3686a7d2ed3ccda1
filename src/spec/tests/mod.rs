//! Tests of the specification through its front door: files in, problems out.

mod against_cel;
mod check;
mod mistakes;
mod values;

use super::*;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The built-in files with some on top.
fn with(overlay: &[(&str, &str)]) -> Result<Spec> {
    let mut files = Files::embedded().map_err(Error::Spec)?;
    for (path, text) in overlay {
        files.add(path, format!("own/{path}"), Cow::Owned((*text).to_string()), true);
    }
    Spec::from_files(files)
}

fn must(spec: Result<Spec>) -> Spec {
    spec.unwrap_or_else(|e| panic!("{e}"))
}

/// The built-in specification with a kind that has a field of each type.
fn probe() -> &'static Spec {
    static SPEC: OnceLock<Spec> = OnceLock::new();
    SPEC.get_or_init(|| must(with(&[("kinds/probe.toml", include_str!("probe.toml"))])))
}

fn facts(spec: &Spec) -> Facts {
    Facts {
        id: crate::id::RecordId(0),
        unit: crate::id::UnitId(7),
        unit_type: "truong".into(),
        unit_levels: spec.levels_of(["TH", "THCS"]),
        unit_province: "19".into(),
        year: 2025,
        today: Date::constant(2025, 10, 6),
    }
}

/// Every number is a record of which nothing is known.
struct Anybody;

impl World for Anybody {
    fn record(&self, kind: usize, _: crate::id::RecordId) -> Option<std::sync::Arc<Seen>> {
        let fields = Box::new(Vec::new());
        Some(std::sync::Arc::new(Seen { kind, unit: crate::id::UnitId(7), year: 2025, state: "active".into(), fields }))
    }
    fn name_of(&self, _: usize, _: crate::id::RecordId) -> Option<String> {
        None
    }
    fn name_of_unit(&self, _: crate::id::UnitId) -> Option<String> {
        None
    }
    fn count_of(&self, _: usize, _: usize, _: crate::id::RecordId) -> u64 {
        0
    }
    fn siblings(
        &self,
        _: usize,
        _: usize,
        _: crate::id::RecordId,
        _: crate::id::RecordId,
    ) -> Vec<std::sync::Arc<Seen>> {
        Vec::new()
    }
    fn resolve(&self, _: usize, _: &str, _: &Facts) -> Found {
        Found::None
    }
    fn resolve_unit(&self, _: &str) -> Option<crate::id::UnitId> {
        None
    }
}

#[test]
fn the_built_in_specification_has_no_mistake() {
    let spec = must(Spec::embedded());
    assert!(spec.kinds.len() >= 17);
    assert_eq!(spec.level_keys, ["MN", "TH", "THCS", "THPT", "GDTX"]);
}

#[test]
fn every_row_of_the_ministrys_lists_went_somewhere() {
    let coverage = coverage(&must(Spec::embedded()));
    assert!(coverage.is_complete(), "{coverage}");
    assert!(coverage.to_string().starts_with("QĐ 4998: 1557/1557 accounted for, "), "{coverage}");
}

#[test]
fn the_fingerprint_follows_the_files() {
    let (a, b) = (must(with(&[])), must(with(&[])));
    assert_eq!(a.fingerprint, b.fingerprint);
    let c = must(with(&[("spec.toml", "version = \"x1\"")]));
    assert_ne!(a.fingerprint, c.fingerprint);
    assert_eq!(c.version, format!("{}+x1", a.version));
}

#[test]
fn the_dictionary_names_every_field_and_list() {
    let spec = must(Spec::embedded());
    let page = doc::page(&spec);
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script") && !page.contains("http"));
    for kind in &spec.kinds {
        for field in &kind.fields {
            assert!(page.contains(&format!("id=\"{}.{}\"", kind.key, field.key)), "{}.{}", kind.key, field.key);
        }
    }
    for list in &spec.codes.lists {
        assert!(page.contains(&format!("id=\"list-{}\"", list.key)), "{}", list.key);
    }
}

#[test]
fn an_overlay_adds_and_replaces() {
    let spec = must(with(&[
        (
            "kinds/pupil.toml",
            "[[section]]\nkey = \"own\"\nlabel = \"Của tỉnh\"\n\n[[field]]\nkey = \"bus_line\"\nlabel = \"Tuyến xe\"\nsection = \"own\"\ntype = \"code\"\ncodes = \"bus\"\n\n\
             [[field]]\nkey = \"full_name\"\nlabel = \"Họ, đệm và tên\"\nsection = \"identity\"\ntype = \"person_name\"\nrequired = true\n",
        ),
        ("codes/lists.toml", "[bus]\nlabel = \"Tuyến xe\"\nsource = \"Sở\"\n"),
        ("codes/bus.csv", "code,name,valid_from,valid_to,levels,maps_2025,extra\n1,Tuyến một,,,,,\n"),
        ("codes/sex.csv", "code,name,valid_from,valid_to,levels,maps_2025,extra\n01,Con trai,,,,,\n09,Chưa rõ,,,,,\n"),
        (
            "rules/own.toml",
            "[[rule]]\nid = \"pupil-birth-not-future\"\nkind = \"pupil\"\nseverity = \"warning\"\nfields = [\"birth_date\"]\nneeds = [\"birth_date\"]\n\
             check = \"birth_date.year < 3000\"\nmessage = \"Xem lại.\"\n",
        ),
    ]));
    let pupil = spec.kind("pupil").unwrap();
    let built_in = must(Spec::embedded());
    assert_eq!(pupil.fields.len(), built_in.kind("pupil").unwrap().fields.len() + 1);
    assert_eq!(pupil.field("full_name").unwrap().label, "Họ, đệm và tên");
    assert_eq!(pupil.field_index("full_name"), built_in.kind("pupil").unwrap().field_index("full_name"));
    assert_eq!(pupil.sections[pupil.field("bus_line").unwrap().section].label, "Của tỉnh");
    let sex = spec.codes.get("sex").unwrap();
    assert_eq!((sex.codes.len(), sex.label("01", Date::constant(2025, 1, 1))), (3, "Con trai"));
    let rule = pupil.rules.iter().find(|r| r.id == "pupil-birth-not-future").unwrap();
    assert_eq!((rule.severity, rule.check.source()), (crate::error::Severity::Warning, "birth_date.year < 3000"));
}

#[test]
fn codes_are_looked_up_by_date_name_and_parent() {
    let spec = must(Spec::embedded());
    let commune = spec.codes.get("commune").unwrap();
    let (before, after) = (Date::constant(2025, 6, 30), Date::constant(2025, 7, 1));
    assert_eq!(commune.label("00004", before), "Phường Trúc Bạch");
    assert_eq!(commune.label("00004", after), "Phường Ba Đình");
    let hanoi: Vec<_> = commune.options(after, Levels::NONE, Some("01")).collect();
    assert!(hanoi.len() > 100 && hanoi.iter().all(|c| c.parent == "01"));
    let district = spec.codes.get("district").unwrap();
    assert_eq!(district.options(after, Levels::NONE, None).count(), 0);
    assert!(spec.codes.get("ethnicity").unwrap().by_label("KINH").any(|c| c.code == "01"));
    let index = spec.codes.by_key["commune"];
    assert!(!spec.codes.changes.is_empty() && !spec.codes.successors(index, "10510").is_empty());
}
