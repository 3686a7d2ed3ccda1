//! How high the right person stands, over generated queries: a name typed in one of many ways and one
//! more fact, asked by the school's clerk and by the Sở. The table is printed; no cell may fall below
//! its floor.

use super::people::{Demo, Person};
use super::typed::{Dice, plain, slipped, telex, turned, vni};
use csdlgd::actor::Scope;
use std::fmt::Write as _;

/// A name as somebody types it.
type Way = fn(&str, &mut Dice) -> String;

/// Ways of typing a name.
const WAYS: [(&str, Way); 8] = [
    ("with marks", |name, _| name.to_owned()),
    ("plain", |name, _| plain(name)),
    ("CAPITALS", |name, _| plain(name).to_uppercase()),
    ("turned round", |name, _| plain(&turned(name))),
    ("Telex", |name, _| telex(name)),
    ("VNI", |name, _| vni(name)),
    ("slip", |name, dice| slipped(&plain(name), dice)),
    ("slip, with marks", |name, dice| slipped(&name.to_lowercase(), dice)),
];

/// What is typed after the name; nothing if it is not known of this person.
type Fact = fn(&Person) -> Option<String>;

/// Who asks, and with what fact: (label, by the school's clerk, fact).
const FACTS: [(&str, bool, Fact); 8] = [
    ("clerk: birth date", true, |p| Some(day(p))),
    ("clerk: class", true, |p| p.class.clone()),
    ("clerk: birth year", true, |p| Some(p.born.year.to_string())),
    ("Sở: birth date", false, |p| Some(day(p))),
    ("Sở: school", false, |p| Some(plain(&p.school))),
    ("Sở: class and school", false, |p| Some(format!("{} {}", p.class.as_ref()?, plain(&p.school)))),
    ("Sở: class, school, year", false, |p| {
        Some(format!("{} {} {}", p.class.as_ref()?, plain(&p.school), p.born.year))
    }),
    ("Sở: half the code", false, |p| Some(p.number.as_ref()?[..8].to_owned())),
];

fn day(p: &Person) -> String {
    format!("{:02}/{:02}/{}", p.born.day, p.born.month, p.born.year)
}

/// What was counted of one way with one fact.
#[derive(Default)]
struct Tally {
    asked: u32,
    first_three: u32,
    reciprocal: f64,
    missed: Vec<String>,
}

impl Tally {
    fn note(&mut self, rank: usize, text: &str) {
        self.asked += 1;
        self.first_three += u32::from((1..=3).contains(&rank));
        self.reciprocal += if rank == 0 { 0.0 } else { 1.0 / rank as f64 };
        if !(1..=3).contains(&rank) && self.missed.len() < 5 {
            self.missed.push(format!("{text} ({rank})"));
        }
    }

    fn share(&self) -> f64 {
        f64::from(self.first_three) / f64::from(self.asked.max(1))
    }

    fn mrr(&self) -> f64 {
        self.reciprocal / f64::from(self.asked.max(1))
    }
}

/// Asks for `count` people, drawn by a seed, in every way with every fact.
fn measure(demo: &Demo, count: usize) -> Vec<(&'static str, &'static str, Tally)> {
    let people = demo.people();
    let mut dice = Dice::new(7);
    let drawn: Vec<&Person> = (0..count).map(|_| dice.one(&people)).collect();
    let mut out = Vec::new();
    for (way, typed) in WAYS {
        for (label, by_clerk, fact) in FACTS {
            let mut tally = Tally::default();
            for person in &drawn {
                let Some(fact) = fact(person) else { continue };
                let text = format!("{} {fact}", typed(&person.name, &mut dice));
                let scope = if by_clerk { Scope::of(vec![person.unit]) } else { demo.province().scope };
                tally.note(demo.rank(&scope, person.unit, &text, person.id), &text);
            }
            out.push((way, label, tally));
        }
    }
    out
}

fn table(measured: &[(&str, &str, Tally)]) -> String {
    let mut out = format!("{:<18}{:<26}{:>7}{:>11}{:>8}\n", "typed", "with", "asked", "first 3", "MRR");
    for (way, label, t) in measured {
        writeln!(out, "{way:<18}{label:<26}{:>7}{:>10.2}%{:>8.4}", t.asked, t.share() * 100.0, t.mrr()).unwrap();
    }
    out
}

/// The share in the first three and the reciprocal rank that no cell may fall below: (typed, share, MRR).
const FLOORS: [(&str, f64, f64); 8] = [
    ("with marks", 0.99, 0.98),
    ("plain", 0.99, 0.98),
    ("CAPITALS", 0.99, 0.98),
    ("turned round", 0.99, 0.98),
    ("Telex", 0.99, 0.98),
    ("VNI", 0.99, 0.98),
    ("slip", 0.95, 0.93),
    ("slip, with marks", 0.95, 0.93),
];

#[test]
fn the_right_person_stands_high() {
    let measured = measure(&Demo::built(2_000, 3), 60);
    println!("{}", table(&measured));
    let mut low = Vec::new();
    for (way, label, tally) in &measured {
        let (_, share, mrr) = FLOORS.iter().find(|f| f.0 == *way).unwrap();
        assert!(tally.asked > 20, "{way}, {label}: nobody was asked for");
        if tally.share() < *share || tally.mrr() < *mrr {
            low.push(format!("{way}, {label}: {:?}", tally.missed));
        }
    }
    assert!(low.is_empty(), "{}\n{}", low.join("\n"), table(&measured));
}

/// The same over another store, for a person to read: `CSDLGD_DEMO` names its directory.
#[test]
#[ignore = "figures, not a test"]
fn figures() {
    let data = std::env::var("CSDLGD_DEMO").expect("CSDLGD_DEMO names a demo's directory");
    let measured = measure(&Demo::at(data.as_ref()), 400);
    println!("{}", table(&measured));
    for (way, label, tally) in measured.iter().filter(|m| !m.2.missed.is_empty()) {
        println!("{way}, {label}: {:?}", tally.missed);
    }
}
