//! Each rule of data-spec with a record that keeps it and one that breaks it, through the one check.

use csdlgd::id::{RecordId, UnitId};
use csdlgd::spec::{self, Ctx, Facts, Found, Kind, Raw, Rule, Seen, Spec, Truth, World};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Rules nothing can break through the check: the type, the bounds or the levels of the field refuse
/// such a value before.
const REFUSED_BEFORE: &[&str] = &[
    "school-kind-level",
    "school-kind-preschool",
    "school-email",
    "class-grade-level",
    "staff-email",
    "pupil-number-length",
    "pupil-email",
    "exam-marks-range",
    "candidate-mark-literature",
    "candidate-mark-math",
    "candidate-mark-language",
    "candidate-mark-combined",
    "result-average-range",
    "result-marks-range",
];

/// One example: where and when it stands, what is typed, what stands around it.
#[derive(Default)]
struct Example {
    year: u16,
    levels: Vec<String>,
    typed: Vec<(String, String)>,
    records: HashMap<String, Vec<(String, String)>>,
    siblings: Vec<Vec<(String, String)>>,
    count: u64,
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split("; ").map(str::trim).filter(|p| !p.is_empty());
    pairs
        .map(|p| p.split_once('=').unwrap_or_else(|| panic!("{p}")))
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .collect()
}

fn example(line: &str) -> Example {
    let mut out = Example { year: 2025, ..Example::default() };
    for (n, part) in line.split(" | ").enumerate() {
        match (n, part.split_once(": ").or_else(|| part.strip_suffix(':').map(|p| (p, "")))) {
            (0, _) => {
                for (key, value) in pairs(part) {
                    match key.as_str() {
                        "year" => out.year = value.parse().unwrap(),
                        "levels" => out.levels = value.split(' ').map(String::from).collect(),
                        other => panic!("{other}"),
                    }
                }
            }
            (_, Some(("sibling", of))) => out.siblings.push(pairs(of)),
            (_, Some((name, of))) if name.ends_with("_rec") => {
                out.records.insert(name.trim_end_matches("_rec").into(), pairs(of));
            }
            _ if part.starts_with("count=") => out.count = part[6..].parse().unwrap(),
            _ => out.typed = pairs(part),
        }
    }
    out
}

/// Every number is a record of which nothing is known.
struct Anybody;

impl World for Anybody {
    fn record(&self, kind: usize, _: RecordId) -> Option<Arc<Seen>> {
        Some(Arc::new(Seen { kind, unit: UnitId(7), year: 2025, state: "active".into(), fields: Box::new(Vec::new()) }))
    }
    fn name_of(&self, _: usize, _: RecordId) -> Option<String> {
        None
    }
    fn name_of_unit(&self, _: UnitId) -> Option<String> {
        None
    }
    fn count_of(&self, _: usize, _: usize, _: RecordId) -> u64 {
        0
    }
    fn siblings(&self, _: usize, _: usize, _: RecordId, _: RecordId) -> Vec<Arc<Seen>> {
        Vec::new()
    }
    fn resolve(&self, _: usize, _: &str, _: &Facts) -> Found {
        Found::None
    }
    fn resolve_unit(&self, _: &str) -> Option<UnitId> {
        None
    }
}

/// What stands around one example.
struct Around<'a> {
    spec: &'a Spec,
    kind: &'a Kind,
    facts: &'a Facts,
    example: &'a Example,
}

impl Around<'_> {
    fn seen(&self, kind: usize, pairs: &[(String, String)]) -> Arc<Seen> {
        let (mut unit, mut year, mut raw) = (7, 2025, Raw::new());
        for (key, value) in pairs {
            match key.as_str() {
                "_unit" => unit = value.parse().unwrap(),
                "_year" => year = value.parse().unwrap(),
                _ => raw.set(key, value),
            }
        }
        let of = &self.spec.kinds[kind];
        let everywhere = Facts { unit_levels: spec::Levels::ALL, ..self.facts.clone() };
        let (fields, problems) = spec::check(self.spec, of, &raw, None, &everywhere, &Anybody);
        let unread =
            problems.iter().find(|p| raw.fields.contains_key(&p.field) && !of.rules.iter().any(|r| r.id == p.rule));
        assert!(unread.is_none(), "{unread:?}");
        // A box nobody typed is not known, though the check calls it unticked.
        let fields =
            fields.into_iter().filter(|(i, _)| raw.fields.contains_key(&of.fields[*i].key)).collect::<Vec<_>>();
        Arc::new(Seen { kind, unit: UnitId(unit), year, state: "active".into(), fields: Box::new(fields) })
    }
}

impl World for Around<'_> {
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        let wanted = format!("#{id}");
        let refers = |key: &str| self.kind.field(key).and_then(|f| f.refers) == Some(kind);
        let here = || self.example.typed.iter().filter(|(key, value)| *value == wanted && refers(key));
        let told = here().find_map(|(key, _)| self.example.records.get(key));
        here().next().map(|_| self.seen(kind, told.map_or(&[], Vec::as_slice)))
    }
    fn name_of(&self, _: usize, id: RecordId) -> Option<String> {
        Some(format!("«{id}»"))
    }
    fn name_of_unit(&self, _: UnitId) -> Option<String> {
        None
    }
    fn count_of(&self, _: usize, _: usize, _: RecordId) -> u64 {
        self.example.count
    }
    fn siblings(&self, kind: usize, _: usize, _: RecordId, _: RecordId) -> Vec<Arc<Seen>> {
        self.example.siblings.iter().map(|pairs| self.seen(kind, pairs)).collect()
    }
    fn resolve(&self, _: usize, _: &str, _: &Facts) -> Found {
        Found::None
    }
    fn resolve_unit(&self, _: &str) -> Option<UnitId> {
        None
    }
}

/// Whether the rule was asked and kept, or broken, and the message.
fn judge(spec: &Spec, kind: &Kind, rule: &Rule, line: &str) -> Result<(), String> {
    let example = example(line);
    let facts = Facts {
        id: RecordId(99),
        unit: UnitId(7),
        unit_type: "truong".into(),
        unit_levels: spec.levels_of(example.levels.iter().map(String::as_str)),
        unit_province: "19".into(),
        year: example.year,
        today: Date::constant(2025, 10, 6),
    };
    let around = Around { spec, kind, facts: &facts, example: &example };
    let raw = Raw::from_pairs(example.typed.clone());
    let (kept, problems) = spec::check(spec, kind, &raw, None, &facts, &around);
    for (key, _) in &example.typed {
        assert!(
            kind.field_index(key).is_some_and(|i| kept.iter().any(|(k, _)| *k == i)),
            "{}: {key} was not read\n{line}\n{problems:#?}",
            rule.id
        );
    }
    if let Some(problem) = problems.iter().find(|p| p.rule == rule.id) {
        return Err(problem.message.clone());
    }
    let mut values = vec![None; kind.fields.len()];
    for (index, value) in kept {
        values[index] = Some(value);
    }
    let ctx = Ctx::new(&values, &facts, &spec.level_keys, &around);
    let asked = rule.when.as_ref().is_none_or(|when| when.holds(&ctx) == Truth::True);
    assert!(asked && rule.check.holds(&ctx) == Truth::True, "{}: the rule was not asked\n{line}", rule.id);
    Ok(())
}

#[test]
fn each_rule_is_kept_and_broken_by_an_example() {
    let spec = Spec::embedded().unwrap();
    let mut examples: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    let mut current = "";
    for line in include_str!("spec_rules.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.trim_start().split_once(' ') {
            Some(("+", rest)) => examples.entry(current).or_default().0.push(rest),
            Some(("-", rest)) => examples.entry(current).or_default().1.push(rest),
            _ => current = line.trim(),
        }
    }
    let mut missing = Vec::new();
    for kind in &spec.kinds {
        for rule in &kind.rules {
            let (keep, break_) = examples.remove(rule.id.as_str()).unwrap_or_default();
            for line in &keep {
                assert_eq!(judge(&spec, kind, rule, line), Ok(()), "{}: kept?\n{line}", rule.id);
            }
            for line in &break_ {
                let message = judge(&spec, kind, rule, line).expect_err(&rule.id);
                assert!(!message.contains('{') && message.len() > 10, "{}: {message}", rule.id);
            }
            if keep.is_empty() || break_.is_empty() != REFUSED_BEFORE.contains(&rule.id.as_str()) {
                missing.push(rule.id.as_str());
            }
        }
    }
    assert!(missing.is_empty(), "rules without both examples: {missing:?}");
    assert!(examples.is_empty(), "examples of rules that are no more: {:?}", examples.keys());
}
