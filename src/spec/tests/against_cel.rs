//! Our evaluation of conditions against that of the `cel` crate, on random records: where CEL has an
//! answer, ours must be the same. The same records show that a rule is alive: it can be kept and it can
//! be broken.

use super::*;
use crate::id::{RecordId, UnitId};
use cel::objects::{Key, Map, Value as Cel};
use cel::{Context, Program, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Rules that random records don't meet both ways; the examples in `tests/it/spec_rules.txt` do.
const HARD_TO_MEET: &[&str] = &[
    "campus-province",
    "candidate-number-birth-year",
    "pupil-birth-too-early",
    "pupil-number-birth-year",
    "pupil-number-not-parents",
    "school-province",
    "staff-age-plausible",
    "staff-number-birth-year",
    "staff-age-retirement",
    "staff-second-speciality",
];

/// A small deterministic sequence: chance comes in as a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { Some(&list[self.roll(list.len())]) }
    }
}

/// The quoted texts and the numbers of a condition: values near them are what matters.
fn constants(source: &str) -> (Vec<String>, Vec<i64>) {
    let mut texts: Vec<String> = source.split('"').skip(1).step_by(2).map(String::from).collect();
    texts.extend(source.split('\'').skip(1).step_by(2).map(String::from));
    let numbers = source
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse().ok())
        .filter(|n: &i64| *n < 10_000_000)
        .collect();
    (texts, numbers)
}

struct Maker<'a> {
    spec: &'a Spec,
    texts: Vec<String>,
    numbers: Vec<i64>,
}

impl Maker<'_> {
    fn value(&self, field: &Field, dice: &mut Dice) -> super::super::Value {
        use super::super::Value;
        let code = |dice: &mut Dice| {
            let list = &self.spec.codes.lists[field.list.unwrap_or_default()];
            let known: Vec<&String> = self.texts.iter().filter(|t| list.versions(t).next().is_some()).collect();
            match dice.roll(3) {
                0 => list.codes[dice.roll(list.codes.len().min(40))].code.clone(),
                _ => dice.of(&known).map_or_else(|| list.codes[0].code.clone(), |t| (*t).clone()),
            }
        };
        let whole = |dice: &mut Dice| match dice.roll(3) {
            0 => dice.roll(12) as i64,
            1 => *dice.of(&self.numbers).unwrap_or(&3) + dice.roll(3) as i64 - 1,
            _ => dice.roll(80) as i64,
        };
        match field.ty {
            FieldType::Integer => Value::Int(whole(dice)),
            FieldType::Year => Value::Int(2010 + dice.roll(18) as i64),
            FieldType::Decimal => Value::Decimal(Decimal::new(
                whole(dice) * 10 + if dice.roll(2) == 0 { 0 } else { dice.roll(10) as i64 },
                1,
            )),
            FieldType::Date => {
                let (year, month, day) = (1980 + dice.roll(47) as i16, dice.roll(13) as u8, dice.roll(29) as u8);
                Value::Date(PartialDate::new(year, month, if month == 0 { 0 } else { day }).unwrap())
            }
            FieldType::Bool => Value::Bool(dice.roll(2) == 0),
            FieldType::Codes => Value::Codes((0..1 + dice.roll(2)).map(|_| code(dice)).collect()),
            FieldType::Ref => Value::Ref(RecordId(1 + dice.roll(4) as u64)),
            FieldType::Unit => Value::Unit(UnitId(6 + dice.roll(3) as u32)),
            FieldType::Rows => Value::Rows(
                (0..1 + dice.roll(3))
                    .map(|_| {
                        let cells = field.columns.iter().enumerate().filter_map(|(c, column)| {
                            if dice.roll(3) == 0 { None } else { Some((c as u16, self.value(column, dice))) }
                        });
                        cells.collect()
                    })
                    .collect(),
            ),
            ty if ty.is_code() => Value::Code(code(dice)),
            FieldType::IdentityCode | FieldType::Phone => {
                let starts = ["001", "019", "0", "02", "9", "+84", "016"];
                let start = dice.of(&starts).copied().unwrap_or_default();
                let rest = [9, 12, 10, 11][dice.roll(4)] - start.len();
                Value::Text(start.chars().chain((0..rest).map(|_| char::from(b'0' + dice.roll(10) as u8))).collect())
            }
            FieldType::Email => Value::Text(["a@b.vn", "a@b", "a b@c.vn"][dice.roll(3)].into()),
            _ => Value::Text(match dice.of(&self.texts) {
                Some(text) if dice.roll(2) == 0 => text.clone(),
                _ => ["An", "Lê Văn An", "", "Trần B"][dice.roll(4)].to_string(),
            }),
        }
    }

    fn values(&self, kind: &Kind, dice: &mut Dice) -> Vec<Option<super::super::Value>> {
        let filled = 1 + dice.roll(4);
        kind.fields
            .iter()
            .map(|f| {
                (dice.roll(5) < filled)
                    .then(|| self.value(f, dice))
                    .filter(|v| !matches!(v, super::super::Value::Text(t) if t.is_empty()))
            })
            .collect()
    }
}

/// Records made up as they are asked for, the same each time.
struct MadeUp<'a> {
    maker: &'a Maker<'a>,
    seed: u64,
}

impl MadeUp<'_> {
    fn made(&self, kind: usize, number: u64) -> Arc<Seen> {
        let mut dice = Dice(self.seed.wrapping_mul(31).wrapping_add(kind as u64 * 1009 + number * 7919) | 1);
        dice.roll(2);
        let values = self.maker.values(&self.maker.spec.kinds[kind], &mut dice);
        let fields: Vec<(usize, super::super::Value)> =
            values.into_iter().enumerate().filter_map(|(i, v)| Some((i, v?))).collect();
        let (unit, year) = (UnitId(6 + dice.roll(2) as u32), 2023 + dice.roll(3) as u16);
        Arc::new(Seen { kind, unit, year, state: "active".into(), fields: Box::new(fields) })
    }
}

impl World for MadeUp<'_> {
    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        Some(self.made(kind, id.0))
    }
    fn name_of(&self, _: usize, _: RecordId) -> Option<String> {
        None
    }
    fn name_of_unit(&self, _: UnitId) -> Option<String> {
        None
    }
    fn count_of(&self, kind: usize, field: usize, _: RecordId) -> u64 {
        Dice(self.seed + (kind * 100 + field) as u64 + 1).roll(90) as u64
    }
    fn siblings(&self, kind: usize, _: usize, _: RecordId, _: RecordId) -> Vec<Arc<Seen>> {
        (0..self.seed % 4).map(|n| self.made(kind, 1000 + n)).collect()
    }
    fn resolve(&self, _: usize, _: &str, _: &Facts) -> Found {
        Found::None
    }
    fn resolve_unit(&self, _: &str) -> Option<UnitId> {
        None
    }
}

fn map(pairs: Vec<(String, Cel)>) -> Cel {
    Cel::Map(Map {
        map: Arc::new(pairs.into_iter().map(|(k, v)| (Key::String(Arc::new(k)), v)).collect::<HashMap<_, _>>()),
    })
}

fn date(date: PartialDate) -> Cel {
    let parts = [
        ("year", i64::from(date.year)),
        ("month", i64::from(date.month)),
        ("day", i64::from(date.day)),
        ("days", date.days()),
    ];
    map(parts.into_iter().map(|(k, v)| (k.to_string(), Cel::Int(v))).collect())
}

/// A value as the format of the specification describes it.
fn cel_of(field: &Field, value: Option<&super::super::Value>) -> Cel {
    use super::super::Value as Ours;
    match value {
        None => Cel::Null,
        Some(Ours::Text(t) | Ours::Code(t)) => Value::from(t.as_str()),
        Some(Ours::Int(i)) => Cel::Int(*i),
        Some(Ours::Decimal(d)) => Cel::Float(d.as_f64()),
        Some(Ours::Bool(b)) => Cel::Bool(*b),
        Some(Ours::Date(d)) => date(*d),
        Some(Ours::Codes(c)) => Value::from(c.iter().map(String::as_str).collect::<Vec<_>>()),
        Some(Ours::Ref(id)) => Cel::Int(id.0 as i64),
        Some(Ours::Unit(unit)) => Cel::Int(i64::from(unit.0)),
        Some(Ours::Rows(rows)) => {
            let row = |row: &Vec<(u16, Ours)>| {
                let cell = |(c, column): (usize, &Field)| {
                    let value = row.iter().find(|(at, _)| usize::from(*at) == c).map(|(_, v)| v);
                    (column.key.clone(), cel_of(column, value))
                };
                map(field.columns.iter().enumerate().map(cell).collect())
            };
            Cel::List(Arc::new(rows.iter().map(row).collect()))
        }
    }
}

fn seen_to_cel(spec: &Spec, seen: &Seen) -> Cel {
    let kind = &spec.kinds[seen.kind];
    let mut pairs: Vec<(String, Cel)> = (kind.fields.iter().enumerate())
        .map(|(i, f)| (f.key.clone(), cel_of(f, seen.fields.value(i).as_deref())))
        .collect();
    pairs.push(("_unit".into(), Cel::Int(i64::from(seen.unit.0))));
    pairs.push(("_year".into(), Cel::Int(i64::from(seen.year))));
    pairs.push(("_state".into(), Value::from(seen.state.as_str())));
    map(pairs)
}

/// Everything an expression may name, as CEL variables; calls about other records are put in as
/// variables of their own.
fn context<'a>(
    env: &Arc<cel::Env>,
    spec: &Spec,
    kind: &Kind,
    values: &[Option<super::super::Value>],
    facts: &Facts,
    world: &MadeUp<'_>,
    source: &str,
) -> Context<'a, 'a> {
    let mut ctx = Context::with_env(env.clone());
    let named = |name: &str| source.contains(name);
    for (i, field) in kind.fields.iter().enumerate().filter(|(_, f)| named(&f.key)) {
        ctx.add_variable_from_value(field.key.clone(), cel_of(field, values[i].as_ref()));
        if let (Some(to), true) = (field.refers, named(&format!("{}_rec", field.key))) {
            let seen = match &values[i] {
                Some(super::super::Value::Ref(id)) => world.record(to, *id),
                _ => None,
            };
            ctx.add_variable_from_value(
                format!("{}_rec", field.key),
                seen.map_or(Cel::Null, |s| seen_to_cel(spec, &s)),
            );
        }
    }
    let levels: Vec<&str> = spec.levels_in(facts.unit_levels).map(|l| l.key.as_str()).collect();
    let record = vec![
        ("id".to_string(), Cel::Int(facts.id.0 as i64)),
        ("unit".into(), Cel::Int(i64::from(facts.unit.0))),
        ("unit_type".into(), Value::from(facts.unit_type.as_str())),
        ("unit_levels".into(), Value::from(levels)),
        ("unit_province".into(), Value::from(facts.unit_province.as_str())),
        ("year".into(), Cel::Int(i64::from(facts.year))),
        ("today".into(), date(facts.today.into())),
    ];
    ctx.add_variable_from_value("record", map(record));
    for other in &spec.kinds {
        for (f, field) in other.fields.iter().enumerate().filter(|(_, f)| f.refers.is_some()) {
            if named(&format!("count_of(\"{}\", \"{}\")", other.key, field.key)) {
                ctx.add_variable_from_value(
                    format!("count_{}_{}", other.key, field.key),
                    Cel::Int(world.count_of(other.index, f, facts.id) as i64),
                );
            }
            if named(&format!("siblings(\"{}\", \"{}\")", other.key, field.key)) {
                let own = kind.field_index(&field.key).and_then(|i| values[i].as_ref());
                let list = match own {
                    Some(super::super::Value::Ref(to)) => world.siblings(other.index, f, *to, facts.id),
                    _ => Vec::new(),
                };
                let list = list.iter().map(|s| seen_to_cel(spec, s)).collect();
                ctx.add_variable_from_value(format!("siblings_{}_{}", other.key, field.key), Cel::List(Arc::new(list)));
            }
        }
    }
    ctx
}

/// `count_of("a", "b")` as the name of a variable.
fn without_calls(source: &str) -> String {
    let mut out = source.to_string();
    for (call, name) in [("count_of(\"", "count_"), ("siblings(\"", "siblings_")] {
        while let Some(at) = out.find(call) {
            let end = at + out[at..].find(')').unwrap();
            let inside = out[at + call.len()..end].trim_end_matches('"').replace("\", \"", "_");
            out.replace_range(at..=end, &format!("{name}{inside}"));
        }
    }
    out
}

#[test]
fn rules_mean_what_cel_means_and_each_can_be_kept_and_broken() {
    const TRIES: u64 = 100;
    let spec = must(Spec::embedded());
    let mut env = cel::Env::stdlib();
    env.add_extension(cel::extensions::strings).unwrap();
    let env = Arc::new(env);
    let (mut compared, mut dead) = (0u64, BTreeMap::new());
    for kind in &spec.kinds {
        for rule in &kind.rules {
            let whole = format!("{} {}", rule.check.source(), rule.when.as_ref().map_or("", Expr::source));
            let (texts, numbers) = constants(&whole);
            let maker = Maker { spec: &spec, texts, numbers };
            let programs: Vec<(&Expr, Program)> = rule
                .when
                .iter()
                .chain([&rule.check])
                .map(|e| (e, env.compile(&without_calls(e.source())).unwrap()))
                .collect();
            let mut met = [false, false];
            for seed in 1..=TRIES {
                let mut dice = Dice(seed * 2_654_435_761 + 1);
                let world = MadeUp { maker: &maker, seed };
                let mut values = maker.values(kind, &mut dice);
                for &need in &rule.needs {
                    if values[need].is_none() {
                        values[need] = Some(maker.value(&kind.fields[need], &mut dice));
                    }
                }
                let facts = Facts {
                    id: RecordId(5),
                    year: 2018 + dice.roll(8) as u16,
                    unit_levels: Levels(1 << dice.roll(5)),
                    ..super::facts(&spec)
                };
                let ctx = Ctx::new(&values, &facts, &spec.level_keys, &world);
                let mut ours = Truth::True;
                for (expr, program) in &programs {
                    ours = expr.holds(&ctx);
                    let theirs = program.execute(&context(&env, &spec, kind, &values, &facts, &world, &whole));
                    if let Ok(Cel::Bool(theirs)) = theirs {
                        compared += 1;
                        // The one wilful difference: a division by zero is unknown, not infinite.
                        if ours == Truth::Unknown && expr.source().contains('/') {
                            break;
                        }
                        let same = ours == if theirs { Truth::True } else { Truth::False };
                        assert!(same, "{}: {}\nours {ours:?}, theirs {theirs}\n{values:?}", rule.id, expr.source());
                    }
                    if ours != Truth::True {
                        break;
                    }
                }
                let judged = rule.when.as_ref().is_none_or(|w| w.holds(&ctx) == Truth::True);
                match ours {
                    Truth::True => met[0] = true,
                    Truth::False if judged => met[1] = true,
                    _ => {}
                }
            }
            if met != [true, true] && !HARD_TO_MEET.contains(&rule.id.as_str()) {
                dead.insert(rule.id.clone(), met);
            }
        }
    }
    assert!(compared > 10_000, "only {compared} comparisons");
    assert!(dead.is_empty(), "never (kept, broken): {dead:#?}");
}
