//! The one check: what may be kept, and what is said where.

use super::*;
use crate::error::{Problem, Severity};
use crate::id::RecordId;
use std::cell::Cell;
use std::sync::Arc;

type Values = Vec<(usize, Value)>;

fn run(pairs: &[(&str, &str)], old: Option<&[(usize, Value)]>) -> (Values, Vec<Problem>) {
    let spec = probe();
    let raw = Raw::from_pairs(pairs.iter().copied());
    check(spec, spec.kind("probe").unwrap(), &raw, old, &facts(spec), &Alone)
}

fn said(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|p| format!("{} {} {}", p.field, if p.severity == Severity::Error { "!" } else { "?" }, p.rule))
        .collect()
}

fn get<'a>(values: &'a Values, key: &str) -> Option<&'a Value> {
    let index = probe().kind("probe").unwrap().field_index(key).unwrap();
    values.iter().find(|(i, _)| *i == index).map(|(_, v)| v)
}

#[test]
fn an_unticked_box_that_must_be_answered_is_no() {
    let (values, problems) = run(&[("name", "Lê Thị Bé")], None);
    assert_eq!(said(&problems), Vec::<String>::new());
    assert_eq!(get(&values, "must"), Some(&Value::Bool(false)));
    assert_eq!(get(&values, "yes"), None);
    let (values, _) = run(&[("must", "1")], None);
    let (values, _) = run(&[("must", "")], Some(&values));
    assert_eq!(get(&values, "must"), Some(&Value::Bool(false)));
}

#[test]
fn what_is_absent_stays_and_what_is_empty_goes() {
    let (old, _) =
        run(&[("name", "Lê Thị Bé"), ("word", "một"), ("marks.0.subject", "Toán"), ("marks.0.mark", "7,5")], None);
    let (values, problems) = run(&[("word", ""), ("whole", "12")], Some(&old));
    assert!(problems.is_empty());
    assert_eq!((get(&values, "word"), get(&values, "whole")), (None, Some(&Value::Int(12))));
    assert_eq!(get(&values, "marks"), get(&old, "marks"));
    let (values, _) = run(&[("marks", "")], Some(&old));
    assert_eq!(get(&values, "marks"), None);
}

#[test]
fn an_old_value_that_is_out_of_use_is_left_in_peace() {
    let spec = probe();
    let kind = spec.kind("probe").unwrap();
    let award = kind.field_index("award").unwrap();
    let old = vec![(award, Value::Code("3".into()))];
    let (values, problems) = run(&[("award", "3"), ("word", "x")], Some(&old));
    assert!(problems.is_empty() && get(&values, "award") == Some(&Value::Code("3".into())));
    let (_, problems) = check_values(spec, kind, old, &facts(spec), &Alone);
    assert_eq!(said(&problems), ["award ! code_time"]);
}

#[test]
fn rows_speak_of_their_cells() {
    let (values, problems) = run(
        &[
            ("marks", ""),
            ("marks.0.subject", "Toán"),
            ("marks.0.mark", "11"),
            ("marks.3.subject", " "),
            ("marks.3.mark", ""),
            ("marks.7.mark", "4"),
        ],
        None,
    );
    assert_eq!(said(&problems), ["marks.0.mark ! max", "marks.7.subject ! required", "marks.7.reason ! required"]);
    assert!(matches!(get(&values, "marks"), Some(Value::Rows(rows)) if rows.len() == 2));
    let json = r#"[{"subject": "Văn", "mark": 8.25}, {"subject": "Toán", "mark": 4, "reason": "ốm"}]"#;
    let (values, problems) = run(&[("marks", json)], None);
    assert!(problems.is_empty(), "{problems:?}");
    let field = probe().kind("probe").unwrap().field("marks").unwrap();
    let again = plain(field, get(&values, "marks").unwrap());
    assert_eq!(get(&run(&[("marks", &again)], None).0, "marks"), get(&values, "marks"));
    let (_, problems) = run(&[("marks", r#"[{"subjct": "Văn"}]"#)], None);
    assert_eq!((problems[0].field.as_str(), problems[0].rule.as_str()), ("marks.0.subjct", "unknown"));
    assert!(problems[0].message.contains("Có phải là «subject»?"));
    let many: Vec<(String, String)> = (0..600).map(|i| (format!("marks.{i}.subject"), "Toán".into())).collect();
    let pairs: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(said(&run(&pairs, None).1), ["marks ! length"]);
}

#[test]
fn what_is_not_asked_is_not_kept() {
    let (values, problems) = run(&[("only_preschool", "3"), ("long_ago", "xưa")], None);
    assert_eq!(said(&problems), ["only_preschool ? not_asked", "long_ago ? not_asked"]);
    assert_eq!((get(&values, "only_preschool"), get(&values, "long_ago")), (None, None));
    let (_, problems) = run(&[("only_preschool", "0")], None);
    assert!(problems.is_empty());
}

#[test]
fn conditions_decide_what_is_required() {
    assert!(run(&[("whole", "1000")], None).1.is_empty());
    assert_eq!(said(&run(&[("whole", "1001")], None).1), ["because ! required"]);
    assert!(run(&[("whole", "1001"), ("because", "đông")], None).1.is_empty());
}

#[test]
fn one_remark_is_enough() {
    let spec = probe();
    let raw = Raw::from_pairs([("full_name", "Bé"), ("mother_name", "Hoa")]);
    let (_, problems) = check(spec, spec.kind("pupil").unwrap(), &raw, None, &facts(spec), &Alone);
    let of = |key: &str| problems.iter().filter(|p| p.field == key).map(|p| p.rule.as_str()).collect::<Vec<_>>();
    assert_eq!((of("full_name"), of("mother_name")), (vec!["pupil-name-two-words"], vec!["person_name"]));
}

#[test]
fn unknown_keys_are_refused() {
    let (_, problems) = run(&[("nam", "x"), ("word.0.x", "y")], None);
    assert_eq!(said(&problems), ["word.0.x ! unknown", "nam ! unknown"]);
    assert!(problems[1].message.contains("Có phải là «name»?"), "{}", problems[1].message);
}

#[test]
fn places_depend_on_one_another_and_on_the_day() {
    let (values, problems) = run(&[("home_province", "01"), ("home_commune", "Phường Ba Đình")], None);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(get(&values, "home_commune"), Some(&Value::Code("00004".into())));
    let (_, problems) = run(&[("home_province", "79"), ("home_commune", "00004")], None);
    assert_eq!(said(&problems), ["home_commune ! code_parent"]);
    // A district ended on 30/6/2025: kept, but said.
    let (values, problems) = run(&[("home_province", "01"), ("home_district", "Quận Ba Đình")], None);
    assert_eq!(said(&problems), ["home_district ? place_district"]);
    assert_eq!(get(&values, "home_district"), Some(&Value::Code("001".into())));
    // In a record of 2023–2024 the old meaning of the number holds.
    let spec = probe();
    let past = Facts { year: 2023, ..facts(spec) };
    let raw = Raw::from_pairs([("home_province", "01"), ("home_district", "1"), ("home_commune", "Trúc Bạch")]);
    let (values, problems) = check(spec, spec.kind("probe").unwrap(), &raw, None, &past, &Alone);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(get(&values, "home_commune"), Some(&Value::Code("00004".into())));
}

#[test]
fn values_from_elsewhere_are_judged_too() {
    let spec = probe();
    let kind = spec.kind("probe").unwrap();
    let at = |key: &str| kind.field_index(key).unwrap();
    let given = vec![
        (at("word"), Value::Text("  a\u{202e}b ".into())),
        (at("whole"), Value::Int(-9)),
        (at("day"), Value::Bool(true)),
        (at("ethnic"), Value::Code("nope".into())),
        (
            at("marks"),
            Value::Rows(vec![vec![(0, Value::Text("Toán".into())), (1, Value::Decimal(Decimal::new(99, 0)))]]),
        ),
    ];
    let (values, problems) = check_values(spec, kind, given, &facts(spec), &Alone);
    assert_eq!(said(&problems), ["whole ! min", "day ! type", "ethnic ! code", "marks.0.mark ! max"]);
    assert_eq!(get(&values, "word"), Some(&Value::Text("ab".into())));
}

/// One class in another unit, two siblings, and a count of questions.
struct Town {
    asked: Cell<usize>,
}

impl Town {
    fn class(unit: u32) -> Arc<Seen> {
        let kind = probe().kind("class").unwrap();
        let name = vec![(kind.field_index("name").unwrap(), Value::Text("6A1".into()))];
        Arc::new(Seen {
            kind: kind.index,
            unit: crate::id::UnitId(unit),
            year: 2025,
            state: "active".into(),
            fields: Box::new(name),
        })
    }
}

impl World for Town {
    fn record(&self, _: usize, id: RecordId) -> Option<Arc<Seen>> {
        self.asked.set(self.asked.get() + 1);
        (id.0 < 100).then(|| Self::class(id.0 as u32))
    }
    fn name_of(&self, _: usize, id: RecordId) -> Option<String> {
        Some(format!("6A{id}"))
    }
    fn name_of_unit(&self, _: crate::id::UnitId) -> Option<String> {
        None
    }
    fn count_of(&self, _: usize, _: usize, _: RecordId) -> u64 {
        3
    }
    fn siblings(&self, _: usize, _: usize, _: RecordId, _: RecordId) -> Vec<Arc<Seen>> {
        vec![Self::class(1), Self::class(2)]
    }
    fn resolve(&self, _: usize, text: &str, _: &Facts) -> Found {
        match text {
            "6A1" => Found::One(RecordId(7)),
            "6A" => Found::Many(2),
            _ => Found::None,
        }
    }
    fn resolve_unit(&self, _: &str) -> Option<crate::id::UnitId> {
        None
    }
}

#[test]
fn rules_look_at_other_records_only_when_they_must() {
    let spec = probe();
    let kind = spec.kind("enrolment").unwrap();
    let town = Town { asked: Cell::new(0) };
    let mine = ["enrolment-class-same-school", "enrolment-class-same-year"];
    let run = |class: &str| {
        let raw = Raw::from_pairs([("class", class)]);
        let (_, problems) = check(spec, kind, &raw, None, &facts(spec), &town);
        problems.into_iter().filter(|p| mine.contains(&p.rule.as_str())).collect::<Vec<_>>()
    };
    assert!(run("").is_empty());
    assert_eq!(town.asked.get(), 0, "nothing to ask about");
    assert!(run("6A1").is_empty());
    assert_eq!(town.asked.get(), 1, "a record is fetched once for all rules");
    let other = run("#8");
    assert_eq!(other.len(), 1);
    assert_eq!(other[0].message, "Lớp 6A8 thuộc trường khác. Thầy/cô chọn lớp của trường mình.");
    assert!(run("#200").is_empty(), "a record out of sight accuses nobody");
}

#[test]
fn conditions_are_what_cel_says() {
    let spec = probe();
    let kind = spec.kind("probe").unwrap();
    let env = Env { kind, kinds: &spec.kinds, row_of: None };
    let raw = Raw::from_pairs([
        ("name", "Lê Thị Bé"),
        ("whole", "12"),
        ("part", "7,5"),
        ("day", "09/2015"),
        ("yes", "1"),
        ("groups", "01;02"),
        ("marks.0.subject", "Toán"),
        ("marks.0.mark", "9"),
        ("marks.1.subject", "Văn"),
    ]);
    let (values, _) = check(spec, kind, &raw, None, &facts(spec), &Alone);
    let mut dense = vec![None; kind.fields.len()];
    for (i, v) in values {
        dense[i] = Some(v);
    }
    let facts = facts(spec);
    let ctx = Ctx::new(&dense, &facts, &spec.level_keys, &Alone);
    let table = [
        ("whole == 12 && part < 8", Truth::True),
        ("whole / 5 == 2 && whole % 5 == 2 && -whole == -12", Truth::True),
        ("part * 2.0 == 15.0 && whole * part == 90.0", Truth::True),
        ("whole / 0 == 1", Truth::Unknown),
        ("whole * 9223372036854775807 > 0", Truth::Unknown),
        ("money > 1.0", Truth::Unknown),
        ("money > 1.0 && whole == 1", Truth::False),
        ("money > 1.0 || whole == 12", Truth::True),
        ("!(money > 1.0)", Truth::Unknown),
        ("money == null && yes != null && whole != null", Truth::True),
        ("word != 'x'", Truth::True),
        ("day.year == 2015 && day.month == 9 && day.day == 0 && day.days == 16679", Truth::True),
        ("name.startsWith('Lê') && name.endsWith('Bé') && name.contains(' Thị ')", Truth::True),
        ("size(name) == 9 && name.substring(3, 6) == 'Thị' && name.substring(7) == 'Bé'", Truth::True),
        ("name.substring(3, 60) == 'x'", Truth::Unknown),
        ("int('12') == whole && double('7.5') == part && string(whole) == '12'", Truth::True),
        ("int('x') == 1", Truth::Unknown),
        ("'01' in groups && !('09' in groups) && size(groups) == 2", Truth::True),
        ("name in ['x', 'Lê Thị Bé'] && whole in [1, 12]", Truth::True),
        ("word in ['x']", Truth::False),
        ("marks.all(m, m.mark == null || m.mark <= 10.0)", Truth::True),
        ("marks.all(m, m.mark <= 10.0)", Truth::Unknown),
        ("marks.exists(m, m.mark > 8.0)", Truth::True),
        ("marks.exists(m, m.subject == 'Sử')", Truth::False),
        ("marks.all(a, marks.exists(b, b.subject == a.subject))", Truth::True),
        ("groups.exists(g, g.startsWith('0')) && [1, 2].all(x, x < whole)", Truth::True),
        ("size(marks) == 2 && marks[1].subject == 'Văn'", Truth::True),
        ("marks[7].subject == 'Văn'", Truth::Unknown),
        ("whole > 10 ? yes == true : false", Truth::True),
        ("record.unit_type == 'truong' && 'TH' in record.unit_levels && !('MN' in record.unit_levels)", Truth::True),
        ("record.year == 2025 && record.today.month == 10 && record.unit == 7 && record.id == 0", Truth::True),
        ("pupil_rec == null", Truth::True),
        ("pupil_rec.full_name == null", Truth::Unknown),
        ("'' + name == name", Truth::True),
    ];
    for (source, expected) in table {
        let expr = Expr::condition(source, &env).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_eq!(expr.holds(&ctx), expected, "{source}");
    }
}

#[test]
fn a_rule_without_end_ends() {
    let spec = probe();
    let kind = spec.kind("probe").unwrap();
    let many: Vec<(String, String)> = (0..500).map(|i| (format!("marks.{i}.subject"), format!("M{i}"))).collect();
    let (values, _) = check(spec, kind, &Raw::from_pairs(many), None, &facts(spec), &Alone);
    let mut dense = vec![None; kind.fields.len()];
    for (i, v) in values {
        dense[i] = Some(v);
    }
    let env = Env { kind, kinds: &spec.kinds, row_of: None };
    let source = "marks.all(a, marks.all(b, marks.all(c, a.subject != '' && b.subject != '' && c.subject != '')))";
    let expr = Expr::condition(source, &env).unwrap();
    let facts = facts(spec);
    assert_eq!(expr.holds(&Ctx::new(&dense, &facts, &spec.level_keys, &Alone)), Truth::Unknown);
}
