//! Some forty kinds of transaction, each a closure that runs the same on the store and on the model,
//! and the runner that takes a store through a seeded history of them.

use super::chance::Chance;
use super::disk::Disk;
use super::model::{COUNTERS, Door, Model, NOTES, PEOPLE, Person, SESSIONS, START, clerk, derivers, options};
use csdlgd::clock::{Clock, Millis};
use csdlgd::error::{Error, Result};
use csdlgd::id::UnitId;
use csdlgd::store::history::UNDO;
use csdlgd::store::table::after;
use csdlgd::store::{Class, Db, Value as _};
use std::sync::mpsc::channel;
use std::sync::{Arc, Once};

/// What one closure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    AddOne,
    AddTen,
    AddMany,
    EditName,
    EditMore,
    EditSame,
    ThereAndBack,
    Remove,
    RemoveMissing,
    RemoveMany,
    RemoveAndAdd,
    AddAndRemove,
    AddAgain,
    Move,
    SwapCodes,
    ManyCodes,
    SameCodeTwice,
    Unicode,
    LongKey,
    Rewrite,
    TouchAll,
    CountWhatIsSeen,
    NoteSmall,
    NoteBig,
    NoteHuge,
    NoteEmpty,
    NoteShrink,
    NotesClear,
    Count,
    Session,
    SessionEdit,
    SessionsClear,
    RowAndSession,
    NoteOnly,
    NoteAndRow,
    Nothing,
    Fails,
    FailsLate,
    Panics,
    Once,
    OnceFails,
    Sweep,
    Portion,
    Undo,
    /// What a test does to see that work goes on; not part of histories.
    WriteOn,
}

pub(crate) const ACTS: [Act; 44] = [
    Act::AddOne,
    Act::AddTen,
    Act::AddMany,
    Act::EditName,
    Act::EditMore,
    Act::EditSame,
    Act::ThereAndBack,
    Act::Remove,
    Act::RemoveMissing,
    Act::RemoveMany,
    Act::RemoveAndAdd,
    Act::AddAndRemove,
    Act::AddAgain,
    Act::Move,
    Act::SwapCodes,
    Act::ManyCodes,
    Act::SameCodeTwice,
    Act::Unicode,
    Act::LongKey,
    Act::Rewrite,
    Act::TouchAll,
    Act::CountWhatIsSeen,
    Act::NoteSmall,
    Act::NoteBig,
    Act::NoteHuge,
    Act::NoteEmpty,
    Act::NoteShrink,
    Act::NotesClear,
    Act::Count,
    Act::Session,
    Act::SessionEdit,
    Act::SessionsClear,
    Act::RowAndSession,
    Act::NoteOnly,
    Act::NoteAndRow,
    Act::Nothing,
    Act::Fails,
    Act::FailsLate,
    Act::Panics,
    Act::Once,
    Act::OnceFails,
    Act::Sweep,
    Act::Portion,
    Act::Undo,
];

/// What the test does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Closures that share one commit.
    Group(Vec<Act>),
    /// Three writes under one batch.
    Batch,
    /// The derivation changes: all derived rows are made anew.
    Rebuild,
    /// Closed in order and opened again.
    Reopen,
}

impl Step {
    pub(crate) fn random(chance: &mut Chance) -> Self {
        match chance.below(20) {
            0 => Self::Batch,
            1 => Self::Rebuild,
            2 => Self::Reopen,
            3..=5 => Self::Group((0..2 + chance.below(7)).map(|_| random_act(chance)).collect()),
            _ => Self::Group(vec![random_act(chance)]),
        }
    }
}

fn random_act(chance: &mut Chance) -> Act {
    chance.pick(&ACTS)
}

const NAMES: [&str; 8] =
    ["Nguyễn Văn An", "Trần Thị Bích", "Lê Hoà", "Đặng Ý", "H'Hen Niê", "Phạm Đình Đức", "Vũ", "Giàng A Páo"];

fn person(chance: &mut Chance) -> Person {
    let codes = (0..chance.below(3)).map(|_| format!("0{:011}", chance.below(10_000_000))).collect();
    let len = chance.below(120);
    let more = chance.bytes(len);
    Person { name: chance.pick(&NAMES).into(), codes, more }
}

fn put(tx: &mut impl Door, key: (UnitId, u32), person: Option<&Person>) -> Result<()> {
    tx.put(Class::Primary, PEOPLE.key(&key), person.map(Person::to_bytes))
}

fn key(chance: &mut Chance) -> (UnitId, u32) {
    (UnitId(1 + chance.below(4) as u32), chance.below(1_000_000) as u32)
}

fn people(tx: &impl Door) -> Result<Vec<(Vec<u8>, Person)>> {
    let rows = tx.scan(Class::Primary, &[PEOPLE.number], &after(&[PEOPLE.number]))?;
    rows.into_iter().map(|(key, value)| Ok((key, Person::from_bytes(&value)?))).collect()
}

/// Somebody who is there, if anybody is.
fn somebody(tx: &impl Door, chance: &mut Chance) -> Result<Option<(Vec<u8>, Person)>> {
    let mut people = people(tx)?;
    let at = chance.below(people.len());
    Ok(if people.is_empty() { None } else { Some(people.swap_remove(at)) })
}

fn edit(tx: &mut impl Door, chance: &mut Chance, change: impl FnOnce(&mut Person, &mut Chance)) -> Result<()> {
    let Some((key, mut person)) = somebody(tx, chance)? else { return Ok(()) };
    change(&mut person, chance);
    tx.put(Class::Primary, key, Some(person.to_bytes()))
}

fn note(tx: &mut impl Door, chance: &mut Chance, len: usize) -> Result<()> {
    let text = chance.bytes(len);
    tx.put(Class::Primary, NOTES.key(&(chance.below(6) as u64)), Some(text))
}

fn session(tx: &mut impl Door, chance: &mut Chance) -> Result<()> {
    let len = chance.below(80);
    let text = chance.bytes(len);
    tx.put(Class::Ephemeral, SESSIONS.key(&(chance.below(12) as u32)), Some(text))
}

fn count(tx: &mut impl Door, by: u64) -> Result<()> {
    let key = COUNTERS.key(&1);
    let now = tx.get(Class::Primary, &key)?.map_or(Ok(0), |bytes| u64::from_bytes(&bytes))?;
    tx.put(Class::Primary, key, Some((now + by).to_bytes()))
}

/// Runs one closure. All chance comes from `seed`, so that store and model do the same.
pub(crate) fn run(act: Act, seed: u64, tx: &mut impl Door) -> Result<()> {
    let chance = &mut Chance::new(seed, act as u64);
    match act {
        Act::AddOne => put(tx, key(chance), Some(&person(chance))),
        Act::AddTen => (0..10).try_for_each(|_| put(tx, key(chance), Some(&person(chance)))),
        Act::AddMany => (0..80).try_for_each(|_| put(tx, key(chance), Some(&person(chance)))),
        Act::EditName => edit(tx, chance, |p, chance| p.name = chance.pick(&NAMES).into()),
        Act::EditMore => edit(tx, chance, |p, chance| p.more.push(chance.next() as u8)),
        Act::EditSame => edit(tx, chance, |_, _| ()),
        Act::ThereAndBack => {
            let Some((key, was)) = somebody(tx, chance)? else { return Ok(()) };
            tx.put(Class::Primary, key.clone(), Some(person(chance).to_bytes()))?;
            tx.put(Class::Primary, key, Some(was.to_bytes()))
        }
        Act::Remove => match somebody(tx, chance)? {
            Some((key, _)) => tx.put(Class::Primary, key, None),
            None => Ok(()),
        },
        Act::RemoveMissing => put(tx, (UnitId(99), 1), None),
        Act::RemoveMany => {
            let keep = chance.below(4);
            people(tx)?
                .into_iter()
                .enumerate()
                .filter(|(n, _)| n % 4 != keep)
                .try_for_each(|(_, (key, _))| tx.put(Class::Primary, key, None))
        }
        Act::RemoveAndAdd => {
            let Some((key, _)) = somebody(tx, chance)? else { return Ok(()) };
            tx.put(Class::Primary, key.clone(), None)?;
            tx.put(Class::Primary, key, Some(person(chance).to_bytes()))
        }
        Act::AddAndRemove => {
            let key = key(chance);
            put(tx, key, Some(&person(chance)))?;
            put(tx, key, None)
        }
        Act::AddAgain => {
            put(tx, (UnitId(1), chance.below(4) as u32), Some(&person(chance)))?;
            put(tx, (UnitId(1), chance.below(4) as u32), None)
        }
        Act::Move => {
            let Some((old, person)) = somebody(tx, chance)? else { return Ok(()) };
            tx.put(Class::Primary, old, None)?;
            put(tx, key(chance), Some(&person))
        }
        Act::SwapCodes => {
            let mut all = people(tx)?;
            let (Some((a_key, mut a)), Some((b_key, mut b))) = (all.pop(), all.pop()) else { return Ok(()) };
            std::mem::swap(&mut a.codes, &mut b.codes);
            tx.put(Class::Primary, a_key, Some(a.to_bytes()))?;
            tx.put(Class::Primary, b_key, Some(b.to_bytes()))
        }
        Act::ManyCodes => {
            edit(tx, chance, |p, chance| p.codes = (0..40).map(|n| format!("{n}-{}", chance.below(100))).collect())
        }
        Act::SameCodeTwice => edit(tx, chance, |p, _| p.codes = vec!["b".into(), "a".into(), "b".into(), "a".into()]),
        Act::Unicode => edit(tx, chance, |p, _| p.name = "Nguyê\u{303}n \u{1f392} Ðức ﬃ".into()),
        Act::LongKey => edit(tx, chance, |p, chance| p.codes = vec!["9".repeat(1 + chance.below(5000))]),
        Act::Rewrite => {
            let key = key(chance);
            (0..20).try_for_each(|_| put(tx, key, Some(&person(chance))))
        }
        Act::TouchAll => people(tx)?.into_iter().try_for_each(|(key, mut p)| {
            p.more.push(1);
            if p.name.pop() != Some('+') {
                p.name.push_str("++");
            }
            tx.put(Class::Primary, key, Some(p.to_bytes()))
        }),
        Act::CountWhatIsSeen => {
            put(tx, key(chance), Some(&person(chance)))?;
            put(tx, key(chance), Some(&person(chance)))?;
            if let Some((key, _)) = somebody(tx, chance)? {
                tx.put(Class::Primary, key, None)?;
            }
            session(tx, chance)?;
            let seen = people(tx)?.len() + tx.scan(Class::Ephemeral, &[2], &[3])?.len();
            count(tx, seen as u64)
        }
        Act::NoteSmall => note(tx, chance, 300),
        Act::NoteBig => note(tx, chance, 20_000),
        Act::NoteHuge => note(tx, chance, 400_000),
        Act::NoteEmpty => note(tx, chance, 0),
        Act::NoteShrink => {
            let rows = tx.scan(Class::Primary, &[2], &[3])?;
            rows.into_iter()
                .try_for_each(|(key, value)| tx.put(Class::Primary, key, Some(value[..value.len() / 8].to_vec())))
        }
        Act::NotesClear => {
            let rows = tx.scan(Class::Primary, &[2], &[3])?;
            rows.into_iter().try_for_each(|(key, _)| tx.put(Class::Primary, key, None))
        }
        Act::Count => count(tx, 1),
        Act::Session => session(tx, chance),
        Act::SessionEdit => (0..3).try_for_each(|_| session(tx, chance)),
        Act::SessionsClear => {
            let rows = tx.scan(Class::Ephemeral, &[2], &[3])?;
            rows.into_iter().try_for_each(|(key, _)| tx.put(Class::Ephemeral, key, None))
        }
        Act::RowAndSession => {
            session(tx, chance)?;
            put(tx, key(chance), Some(&person(chance)))
        }
        Act::NoteOnly => {
            tx.note("{\"opened\":1}");
            Ok(())
        }
        Act::NoteAndRow => {
            tx.note("{\"why\":\"đính chính\"}");
            put(tx, key(chance), Some(&person(chance)))
        }
        Act::Nothing => Ok(()),
        Act::Fails => Err(Error::NotFound),
        Act::FailsLate => {
            note(tx, chance, 20_000)?;
            session(tx, chance)?;
            people(tx)?.into_iter().try_for_each(|(key, _)| tx.put(Class::Primary, key, None))?;
            Err(Error::Bad("đổi ý".into()))
        }
        Act::Panics => {
            put(tx, key(chance), Some(&person(chance)))?;
            session(tx, chance)?;
            panic!("on purpose")
        }
        Act::Once => {
            let token = format!("form-{}", chance.below(6));
            let answer = tx.once(&token, &token, &mut |tx| count(tx, 10))?;
            assert_eq!(answer, token);
            Ok(())
        }
        Act::OnceFails => {
            tx.once("never", "never", &mut |tx| {
                count(tx, 1000)?;
                Err(Error::NotFound)
            })?;
            Ok(())
        }
        Act::Sweep => tx.sweep(),
        Act::Portion => {
            tx.batch(tx.seq());
            (0..6).try_for_each(|_| {
                put(tx, (UnitId(1 + chance.below(2) as u32), chance.below(9) as u32), Some(&person(chance)))
            })
        }
        Act::Undo => tx.undo(chance.below(tx.seq() as usize) as u64),
        Act::WriteOn => {
            let (key, person) = written_on();
            tx.put(Class::Ephemeral, SESSIONS.key(&key.1), Some(vec![1]))?;
            put(tx, key, Some(&person))
        }
    }
}

/// The person [`Act::WriteOn`] writes.
pub(crate) fn written_on() -> ((UnitId, u32), Person) {
    ((UnitId(200), 4_000_000), Person { name: "Sau".into(), codes: vec!["000".into()], more: vec![7; 40] })
}

/// A store on a disk, and the model of what it must hold.
pub(crate) struct Runner {
    pub(crate) disk: Disk,
    pub(crate) db: Option<Db>,
    pub(crate) clock: Clock,
    pub(crate) model: Model,
    /// Each state that was acknowledged, or was on its way when the store stopped.
    pub(crate) states: Vec<Arc<Model>>,
    /// Whether the newest state was acknowledged.
    pub(crate) acknowledged: bool,
    spec: u32,
}

/// The store said it stopped.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Runner {
    /// Opens (or makes) the store on `disk`, whose content is `model`.
    pub(crate) fn open(disk: Disk, model: Model) -> Result<Self> {
        quiet();
        let clock = Clock::fixed(model.log.last().map_or(START, |e| e.time));
        let states = vec![Arc::new(model.clone())];
        let mut runner = Self { disk, db: None, clock, model, states, acknowledged: true, spec: 0 };
        runner.reopen()?;
        runner.disk.mark(0);
        Ok(runner)
    }

    fn reopen(&mut self) -> Result<()> {
        self.db = None;
        let db = open(self.disk.clone(), &self.clock)?;
        db.set_derivers(derivers(&format!("spec {}", self.spec)), &mut |_| ())?;
        self.db = Some(db);
        Ok(())
    }

    pub(crate) fn step(&mut self, step: &Step, seed: u64) -> Result<(), Stopped> {
        self.clock.advance([0, 1, 1000, 60_000, -500, 4 * 24 * 3600 * 1000][seed as usize % 6]);
        match step {
            Step::Group(acts) => {
                let acts: Vec<_> = acts.iter().zip(0..).map(|(act, n)| (*act, None, seed.wrapping_add(n))).collect();
                self.group(&acts)
            }
            Step::Batch => {
                let batch = self.model.head() + 1;
                (0..3).try_for_each(|n| self.group(&[(Act::Portion, Some(batch), seed.wrapping_add(n))]))
            }
            Step::Rebuild => {
                self.spec += 1;
                let fingerprint = format!("spec {}", self.spec);
                self.db().set_derivers(derivers(&fingerprint), &mut |_| ()).map_err(|_| Stopped)
            }
            Step::Reopen => self.reopen().map_err(|_| Stopped),
        }
    }

    pub(crate) fn db(&self) -> &Db {
        self.db.as_ref().unwrap()
    }

    /// Closures that share one commit: the first waits until all are queued.
    fn group(&mut self, acts: &[(Act, Option<u64>, u64)]) -> Result<(), Stopped> {
        let now = self.clock.now();
        let mut expected = Vec::new();
        for (act, batch, seed) in acts {
            let now = now.max(self.model.log.last().map_or(Millis(0), |e| e.time));
            let mut attempt = self.model.clone();
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                attempt.write(action(*act), now, |tx| {
                    run(*act, *seed, tx)?;
                    if let Some(batch) = batch {
                        tx.batch(*batch);
                    }
                    Ok(())
                })
            }));
            let outcome = outcome.unwrap_or_else(|_| Err(Error::Internal(String::new())));
            if outcome.is_ok() {
                self.model = attempt;
            }
            expected.push(outcome);
        }
        self.disk.mark(self.states.len() * 2 - 1);
        self.acknowledged = false;
        self.states.push(Arc::new(self.model.clone()));
        let db = self.db();
        let (open_gate, gate) = channel::<()>();
        let mut gate = Some(gate);
        let pending: Vec<_> = acts
            .iter()
            .copied()
            .map(|(act, batch, seed)| {
                let gate = gate.take();
                db.submit(&clerk(), action(act), move |tx| {
                    if let Some(gate) = gate {
                        let _ = gate.recv();
                    }
                    run(act, seed, tx)?;
                    if let Some(batch) = batch {
                        Door::batch(tx, batch);
                    }
                    Ok(())
                })
            })
            .collect();
        drop(open_gate);
        let mut stopped = false;
        for (answer, expected) in pending.into_iter().zip(expected) {
            match (answer.wait(), expected) {
                (Ok(saved), Ok(seq)) => assert_eq!(saved.seq, seq, "{acts:?}"),
                (Err(Error::StoreStopped(_)), _) => stopped = true,
                (Err(is), Err(should)) => {
                    assert_eq!(
                        std::mem::discriminant(&is),
                        std::mem::discriminant(&should),
                        "{acts:?}: {is}, should be {should}"
                    );
                }
                (is, should) => panic!("{acts:?}: {is:?}, should be {should:?}"),
            }
        }
        if stopped {
            return Err(Stopped);
        }
        self.acknowledged = true;
        self.disk.mark((self.states.len() - 1) * 2);
        Ok(())
    }

    /// The states the store may be in when it is opened again.
    pub(crate) fn allowed(&self) -> &[Arc<Model>] {
        &self.states[self.states.len() - if self.acknowledged { 1 } else { 2 }..]
    }
}

fn action(act: Act) -> &'static str {
    if act == Act::Undo { UNDO } else { "test" }
}

pub(crate) fn open(disk: Disk, clock: &Clock) -> Result<Db> {
    Db::on_locking(disk, options(clock))
}

/// The states allowed where `mark` was the last.
pub(crate) fn states_at(states: &[Arc<Model>], mark: usize) -> &[Arc<Model>] {
    &states[mark / 2..=mark / 2 + mark % 2]
}

/// Panics made on purpose say nothing.
pub(crate) fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&"on purpose") {
                loud(info);
            }
        }));
    });
}
