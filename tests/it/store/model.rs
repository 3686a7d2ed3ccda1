//! What the store must do, done with maps: a small domain (people with codes and names, notes,
//! counters, sessions), a deriver, and a model that runs the same closures. It shares no code with the
//! store but the encoding of keys and values.

use csdlgd::actor::Who;
use csdlgd::clock::{Clock, Millis};
use csdlgd::error::{Error, Result};
use csdlgd::id::{AccountId, UnitId};
use csdlgd::store::history::{self, UNDO};
use csdlgd::store::{
    Class, Db, Derivers, Key as _, Options, Read, ReadTx, Table, Value as _, WriteTx, receipt, verify,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;

/// (unit, number) → a person.
pub(crate) static PEOPLE: Table<(UnitId, u32), Person> = Table::new(Class::Primary, 1, "people");
/// number → text of any length.
pub(crate) static NOTES: Table<u64, Vec<u8>> = Table::new(Class::Primary, 2, "notes");
/// name → a number counted up.
pub(crate) static COUNTERS: Table<u8, u64> = Table::new(Class::Primary, 3, "counters");
/// (name, unit, number): people in order of name.
pub(crate) static BY_NAME: Table<(String, UnitId, u32), ()> = Table::new(Class::Derived, 1, "by_name");
/// (code, unit, number) → how long the name is: a derived row that has a value.
pub(crate) static BY_CODE: Table<(String, UnitId, u32), u64> = Table::new(Class::Derived, 2, "by_code");
/// number → anything; gone without a trace.
pub(crate) static SESSIONS: Table<u32, Vec<u8>> = Table::new(Class::Ephemeral, 2, "sessions");

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) codes: Vec<String>,
    pub(crate) more: Vec<u8>,
}
csdlgd::stored_value!(Person, 1);

pub(crate) fn derivers(fingerprint: &str) -> Derivers {
    let mut derivers = Derivers::default();
    derivers.fingerprint = fingerprint.into();
    derivers.add(
        &PEOPLE,
        Box::new(|key, value, emit| {
            let (unit, number) = person_key(key);
            let person = Person::from_bytes(value)?;
            let len = person.name.len() as u64;
            for code in person.codes {
                emit(BY_CODE.key(&(code, unit, number)), len.to_bytes());
            }
            emit(BY_NAME.key(&(person.name, unit, number)), Vec::new());
            Ok(())
        }),
    );
    derivers
}

fn person_key(key: &[u8]) -> (UnitId, u32) {
    <(UnitId, u32)>::take(&mut &key[1..]).unwrap()
}

/// The moment the tests begin.
pub(crate) const START: Millis = Millis(1_750_000_000_000);

pub(crate) fn options(clock: &Clock) -> Options {
    Options { cache_bytes: 1 << 20, reserve_bytes: 0, clock: clock.clone(), check_pages: false }
}

pub(crate) fn clerk() -> Who {
    Who { account: AccountId(7), login: "vanthu01".into() }
}

/// What the closures of the tests need of a change, given by the store and by the model.
pub(crate) trait Door {
    fn get(&self, class: Class, key: &[u8]) -> Result<Option<Vec<u8>>>;
    fn put(&mut self, class: Class, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()>;
    fn scan(&self, class: Class, from: &[u8], to: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>>;
    fn note(&mut self, note: &str);
    fn batch(&mut self, batch: u64);
    fn seq(&self) -> u64;
    fn undo(&mut self, batch: u64) -> Result<()>;
    fn once(&mut self, key: &str, answer: &str, f: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<String>;
    fn sweep(&mut self) -> Result<()>;
}

/// A row put in a test, whatever its table.
pub(crate) enum Row {
    Person((UnitId, u32), Option<Person>),
    Note(u64, Option<Vec<u8>>),
    Counter(u8, Option<u64>),
    Session(u32, Option<Vec<u8>>),
}

impl Door for WriteTx<'_> {
    fn get(&self, class: Class, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut found = None;
        Read::get(self, class, key, &mut |bytes| found = Some(bytes.to_vec()))?;
        Ok(found)
    }

    /// Through the tables, as features do.
    fn put(&mut self, class: Class, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        match parse(class, &key, value.as_deref())? {
            Row::Person(key, Some(person)) => PEOPLE.put(self, &key, &person),
            Row::Person(key, None) => PEOPLE.remove(self, &key),
            Row::Note(key, Some(text)) => NOTES.put(self, &key, &text),
            Row::Note(key, None) => NOTES.remove(self, &key),
            Row::Counter(key, Some(count)) => COUNTERS.put(self, &key, &count),
            Row::Counter(key, None) => COUNTERS.remove(self, &key),
            Row::Session(key, Some(text)) => SESSIONS.put(self, &key, &text),
            Row::Session(key, None) => SESSIONS.remove(self, &key),
        }
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        rows(self, class, from, to)
    }

    fn note(&mut self, note: &str) {
        WriteTx::note(self, note.into());
    }

    fn batch(&mut self, batch: u64) {
        self.set_batch(batch);
        self.set_unit(UnitId(3));
    }

    fn seq(&self) -> u64 {
        WriteTx::seq(self)
    }

    fn undo(&mut self, batch: u64) -> Result<()> {
        history::undo_batch(self, batch).map(drop)
    }

    fn once(&mut self, key: &str, answer: &str, f: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<String> {
        let (answer, _) = receipt::once(self, "test", key, |tx| f(tx).map(|()| answer.to_owned()))?;
        Ok(answer)
    }

    fn sweep(&mut self) -> Result<()> {
        receipt::sweep(self, 1000).map(drop)
    }
}

fn parse(class: Class, key: &[u8], value: Option<&[u8]>) -> Result<Row> {
    let mut rest = &key[1..];
    Ok(match (class, key[0]) {
        (Class::Primary, 1) => Row::Person(person_key(key), value.map(Person::from_bytes).transpose()?),
        (Class::Primary, 2) => Row::Note(u64::take(&mut rest).unwrap(), value.map(<[u8]>::to_vec)),
        (Class::Primary, _) => Row::Counter(u8::take(&mut rest).unwrap(), value.map(u64::from_bytes).transpose()?),
        _ => Row::Session(u32::take(&mut rest).unwrap(), value.map(<[u8]>::to_vec)),
    })
}

pub(crate) fn rows(tx: &(impl Read + ?Sized), class: Class, from: &[u8], to: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut out = Vec::new();
    tx.scan(class, from, to, &mut |key, value| {
        out.push((key.to_vec(), value.to_vec()));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// One entry, as the model remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) action: &'static str,
    pub(crate) batch: u64,
    pub(crate) time: Millis,
    pub(crate) changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// The whole store, as maps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Full key → (entry, value).
    pub(crate) primary: BTreeMap<Vec<u8>, (u64, Vec<u8>)>,
    /// What follows from the primary rows.
    pub(crate) derived: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) sessions: BTreeMap<Vec<u8>, Vec<u8>>,
    sessions_ever: BTreeSet<(Vec<u8>, Vec<u8>)>,
    /// Key → answer and when.
    pub(crate) receipts: BTreeMap<String, (String, Millis)>,
    pub(crate) log: Vec<Logged>,
}

/// A change of the model being made.
pub(crate) struct ModelTx<'m> {
    base: &'m Model,
    primary: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    sessions: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    receipts: BTreeMap<String, (String, Millis)>,
    swept: bool,
    now: Millis,
    batch: u64,
    noted: bool,
}

/// What follows from one primary row.
fn derived(key: &[u8], value: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    if key[0] != PEOPLE.number {
        return Vec::new();
    }
    let ((unit, number), person) = (person_key(key), Person::from_bytes(value).unwrap());
    let len = (person.name.len() as u64).to_bytes();
    let codes = person.codes.into_iter().map(|code| (BY_CODE.key(&(code, unit, number)), len.clone()));
    let name = [(BY_NAME.key(&(person.name, unit, number)), Vec::new())];
    codes.chain(name).collect()
}

impl Model {
    /// Runs one closure as the write door does; the number of its entry if it made one.
    pub(crate) fn write(
        &mut self,
        action: &'static str,
        now: Millis,
        f: impl FnOnce(&mut ModelTx<'_>) -> Result<()>,
    ) -> Result<Option<u64>> {
        let mut tx = ModelTx {
            base: self,
            primary: BTreeMap::new(),
            sessions: BTreeMap::new(),
            receipts: BTreeMap::new(),
            swept: false,
            now,
            batch: 0,
            noted: false,
        };
        f(&mut tx)?;
        let ModelTx { primary, sessions, receipts, swept, batch, noted, .. } = tx;
        let changes: BTreeMap<_, _> =
            primary.into_iter().filter(|(key, value)| value.is_some() || self.primary.contains_key(key)).collect();
        for (key, value) in sessions {
            match value {
                Some(value) => {
                    self.sessions_ever.insert((key.clone(), value.clone()));
                    self.sessions.insert(key, value);
                }
                None => drop(self.sessions.remove(&key)),
            }
        }
        self.receipts.extend(receipts);
        if swept {
            self.receipts.retain(|_, (_, time)| time.0 >= now.0 - receipt::KEEP_MS);
        }
        if changes.is_empty() && !noted {
            return Ok(None);
        }
        let seq = self.log.len() as u64 + 1;
        for (key, value) in &changes {
            if let Some((_, old)) = self.primary.remove(key) {
                for (key, _) in derived(key, &old) {
                    self.derived.remove(&key);
                }
            }
            if let Some(value) = value {
                self.derived.extend(derived(key, value));
                self.primary.insert(key.clone(), (seq, value.clone()));
            }
        }
        self.log.push(Logged { action, batch, time: now, changes });
        Ok(Some(seq))
    }

    pub(crate) fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// All rows that ever were: (class, key, value).
    pub(crate) fn ever(&self) -> HashSet<(Class, Vec<u8>, Vec<u8>)> {
        let changes = self.log.iter().flat_map(|entry| &entry.changes);
        let mut ever: HashSet<_> =
            self.sessions_ever.iter().map(|(k, v)| (Class::Ephemeral, k.clone(), v.clone())).collect();
        for (key, value) in changes.filter_map(|(key, value)| Some((key, value.as_ref()?))) {
            ever.extend(derived(key, value).into_iter().map(|(k, v)| (Class::Derived, k, v)));
            ever.insert((Class::Primary, key.clone(), value.clone()));
        }
        ever
    }

    /// (entry, value) of each version of a row, newest first.
    pub(crate) fn versions(&self, key: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let entries = (1..).zip(&self.log).collect::<Vec<_>>().into_iter().rev();
        entries.filter_map(|(seq, entry)| entry.changes.get(key).map(|value| (seq, value.clone()))).collect()
    }
}

impl Door for ModelTx<'_> {
    fn get(&self, class: Class, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let pending = if class == Class::Primary { self.primary.get(key) } else { self.sessions.get(key) };
        Ok(match pending {
            Some(value) => value.clone(),
            None if class == Class::Primary => self.base.primary.get(key).map(|(_, value)| value.clone()),
            None => self.base.sessions.get(key).cloned(),
        })
    }

    fn put(&mut self, class: Class, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        if class != Class::Primary {
            self.sessions.insert(key, value);
        } else if self.get(class, &key)? != value {
            self.primary.insert(key, value);
        }
        Ok(())
    }

    fn scan(&self, class: Class, from: &[u8], to: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let (from, to) = (from.to_vec(), to.to_vec());
        let mut rows: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
        if class == Class::Primary {
            rows.extend(
                self.base.primary.range(from.clone()..to.clone()).map(|(k, (_, v))| (k.clone(), Some(v.clone()))),
            );
            rows.extend(self.primary.range(from..to).map(|(k, v)| (k.clone(), v.clone())));
        } else {
            rows.extend(self.base.sessions.range(from.clone()..to.clone()).map(|(k, v)| (k.clone(), Some(v.clone()))));
            rows.extend(self.sessions.range(from..to).map(|(k, v)| (k.clone(), v.clone())));
        }
        Ok(rows.into_iter().filter_map(|(k, v)| Some((k, v?))).collect())
    }

    fn note(&mut self, _: &str) {
        self.noted = true;
    }

    fn batch(&mut self, batch: u64) {
        self.batch = batch;
    }

    fn seq(&self) -> u64 {
        self.base.head() + 1
    }

    /// Each row gets what it was before the batch's first change; refused if anybody else changed one
    /// since.
    fn undo(&mut self, batch: u64) -> Result<()> {
        let of_batch = |entry: &Logged| entry.batch == batch && entry.action != UNDO;
        let mut keys = BTreeSet::new();
        for entry in self.base.log.iter().filter(|e| of_batch(e)) {
            keys.extend(entry.changes.keys().cloned());
        }
        if keys.is_empty() || batch == 0 {
            return Err(Error::NotFound);
        }
        let mut back = Vec::new();
        for key in keys {
            let versions = self.base.versions(&key);
            let by_batch = |seq: u64| of_batch(&self.base.log[seq as usize - 1]);
            if !by_batch(versions[0].0) {
                return Err(Error::Bad("changed since".into()));
            }
            let first = versions.iter().map(|(seq, _)| *seq).filter(|seq| by_batch(*seq)).min().unwrap();
            let before = versions.iter().find(|(seq, _)| *seq < first).and_then(|(_, value)| value.clone());
            back.push((key, before));
        }
        for (key, value) in back {
            self.put(Class::Primary, key, value)?;
        }
        self.batch = batch;
        Ok(())
    }

    fn once(&mut self, key: &str, answer: &str, f: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<String> {
        if let Some((answer, _)) = self.receipts.get(key).or_else(|| self.base.receipts.get(key)) {
            return Ok(answer.clone());
        }
        f(self)?;
        self.receipts.insert(key.into(), (answer.into(), self.now));
        Ok(answer.into())
    }

    fn sweep(&mut self) -> Result<()> {
        self.swept = true;
        Ok(())
    }
}

const LAST: [u8; 40] = [0xff; 40];

/// Whether the store holds exactly what the model holds; the first difference in words.
pub(crate) fn compare(db: &Db, model: &Model) -> Result<(), String> {
    compare_all(db, model, false)
}

/// As [`compare`], of all but the short-lived rows.
pub(crate) fn compare_lasting(db: &Db, model: &Model) -> Result<(), String> {
    compare_all(db, model, true)
}

fn compare_all(db: &Db, model: &Model, lasting: bool) -> Result<(), String> {
    let outcome = db.read(|tx| {
        let head = tx.head()?;
        if head.as_ref().map_or(0, |e| e.seq) != model.head() {
            return Ok(Err(format!("head is {:?}, should be {}", head.map(|e| e.seq), model.head())));
        }
        if let (Some(head), Some(should)) = (&head, model.log.last())
            && (head.action != should.action
                || head.batch != should.batch
                || head.time != should.time
                || head.who != clerk())
        {
            return Ok(Err(format!("newest entry is {head:?}, should be {should:?}")));
        }
        let primary = model.primary.iter().map(|(k, (_, v))| (&k[..], &v[..]));
        let derived = model.derived.iter().map(|(k, v)| (&k[..], &v[..]));
        let sessions = model.sessions.iter().map(|(k, v)| (&k[..], &v[..]));
        let difference = differs(tx, Class::Primary, 0, primary)?.or(differs(tx, Class::Derived, 0, derived)?);
        if lasting || difference.is_some() {
            return Ok(difference.map_or(Ok(()), Err));
        }
        let difference = differs(tx, Class::Ephemeral, SESSIONS.number, sessions)?;
        let receipts = rows(tx, Class::Ephemeral, &[1], &[2])?.len();
        if receipts != model.receipts.len() {
            return Ok(Err(format!("{receipts} receipts, should be {}", model.receipts.len())));
        }
        Ok(difference.map_or(Ok(()), Err))
    });
    outcome.map_err(|e| format!("reading: {e}"))?
}

fn differs<'m>(
    tx: &ReadTx,
    class: Class,
    from: u8,
    mut wanted: impl Iterator<Item = (&'m [u8], &'m [u8])>,
) -> Result<Option<String>> {
    let mut difference = None;
    tx.scan(class, &[from], &LAST, &mut |key, value| {
        if wanted.next() == Some((key, value)) {
            return Ok(ControlFlow::Continue(()));
        }
        difference = Some(format!("{class:?} row {key:02x?}"));
        Ok(ControlFlow::Break(()))
    })?;
    if difference.is_none() {
        difference = wanted.next().map(|(key, _)| format!("{class:?} row {key:02x?} missing"));
    }
    Ok(difference)
}

/// As [`compare`], and everything that follows from it: verification, replay, every row's history.
pub(crate) fn compare_deeply(db: &Db, model: &Model) -> Result<(), String> {
    compare(db, model)?;
    verified(db)?;
    let text = |e: Error| e.to_string();
    if history::replayed_rows(db).map_err(text)? != history::primary_rows(db).map_err(text)? {
        return Err("replaying the log gives other rows".into());
    }
    let keys: BTreeSet<&Vec<u8>> = model.log.iter().flat_map(|e| e.changes.keys()).collect();
    db.read(|tx| {
        for (seq, should) in (1..).zip(&model.log) {
            let entry = tx.entry(seq)?.ok_or(Error::NotFound)?;
            assert_eq!(
                (entry.seq, &entry.action[..], entry.batch, entry.time),
                (seq, should.action, should.batch, should.time)
            );
            assert_eq!(entry.rows as usize, should.changes.len());
        }
        for key in keys {
            let versions = history::versions(tx, key, usize::MAX)?;
            let have: Vec<_> = versions.iter().map(|v| (v.entry.seq, v.value.clone())).collect();
            assert_eq!(have, model.versions(key), "versions of {key:02x?}");
            if let Some((seq, (_, value))) = model.primary.get(key).map(|row| (row.0, row)) {
                assert_eq!(tx.written_by(key)?, Some(seq));
                let as_of = history::as_of(tx, key, model.log[seq as usize - 1].time)?.unwrap();
                assert_eq!(as_of.value.as_deref(), Some(&value[..]));
            }
        }
        Ok(())
    })
    .map_err(text)
}

pub(crate) fn verified(db: &Db) -> Result<(), String> {
    let report = verify::verify(db, &mut |_, _| {}).map_err(|e| e.to_string())?;
    if report.problem_count > 0 || !report.derived_checked {
        return Err(format!("verify: {:?}, derived checked: {}", report.problems, report.derived_checked));
    }
    Ok(())
}
