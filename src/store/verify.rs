//! `csdlgd verify`: is every byte what was written? The chain, each body against its hash, each
//! primary row against the entry that wrote it, each derived row against its primary row, nothing
//! missing and nothing extra. Reads a snapshot; works beside a running server. Never changes anything,
//! and never panics on what it finds.

use super::log::{Body, Change, Entry};
use super::table::{Class, row_name};
use super::tx::{Read, ReadTx, each, removal, shield, unseal};
use super::{Db, GENESIS, Hash, META_DERIVATION};
use crate::clock::Millis;
use crate::error::Result;
use redb::{ReadableTable, ReadableTableMetadata};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// How many problems are named before the rest is only counted.
const NAMED_MAX: usize = 20;
/// Derived keys remembered at once while looking for extra ones: about 64 MB.
const REMEMBERED_MAX: u64 = 2_000_000;
/// After every key.
const END: [u8; 40] = [0xff; 40];

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Entries in the log.
    pub entries: u64,
    /// The chain's head.
    pub head: Hash,
    /// Primary rows.
    pub rows: u64,
    /// Derived rows.
    pub derived: u64,
    /// Whether derived rows could be checked: not if another version or spec made them.
    pub derived_checked: bool,
    /// The exact places where something is wrong, the first twenty.
    pub problems: Vec<String>,
    /// How many things are wrong.
    pub problem_count: u64,
}

impl Report {
    /// Adds a problem found by a follower's own check.
    pub fn add(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < NAMED_MAX {
            self.problems.push(problem);
        }
    }
}

/// Checks the whole store. `progress` hears what is being checked and how many are done.
pub fn verify(db: &Db, progress: &mut dyn FnMut(&str, u64)) -> Result<Report> {
    let mut report = Report {
        entries: 0,
        head: GENESIS,
        rows: 0,
        derived: 0,
        derived_checked: false,
        problems: Vec::new(),
        problem_count: 0,
    };
    db.inner.read(|tx| {
        report.derived_checked = db.derivers().gave(tx.meta(META_DERIVATION)?.as_deref());
        let mut check = Check { db, tx, report: &mut report, progress, current: 0, removed: 0 };
        check.part("log", Check::log);
        check.part("rows", Check::rows);
        check.part("derived", Check::derived);
        check.part("ephemeral", Check::ephemeral);
        Ok(())
    })?;
    Ok(report)
}

struct Check<'c> {
    db: &'c Db,
    tx: &'c ReadTx,
    report: &'c mut Report,
    progress: &'c mut dyn FnMut(&str, u64),
    /// Primary rows that are as their newest entry wrote them.
    current: u64,
    /// Marks of removed rows that are as the removing entry left them.
    removed: u64,
}

impl Check<'_> {
    /// One part; what makes it break off is a finding too.
    fn part(&mut self, name: &str, check: fn(&mut Self) -> Result<()>) {
        if let Err(e) = shield(|| check(self)) {
            self.report.add(format!("{name}: {e}"));
        }
    }

    /// The chain from the first entry, each body's hash, and of each row the log speaks of: is the row
    /// in the store the one its newest entry wrote?
    fn log(&mut self) -> Result<()> {
        let (log, bodies) = (self.tx.log()?, self.tx.bodies()?);
        let mut prev = GENESIS;
        let mut time = Millis(i64::MIN);
        let mut expected = 1u64;
        for item in log.iter()? {
            let (seq, bytes) = item?;
            let seq = seq.value();
            if seq != expected {
                self.report.add(format!("log entry {expected} is missing (next is {seq})"));
            }
            expected = seq.saturating_add(1);
            self.report.entries += 1;
            let entry = match Entry::from_bytes(bytes.value()) {
                Ok(entry) => entry,
                Err(e) => {
                    self.report.add(format!("log entry {seq}: {e}"));
                    continue;
                }
            };
            if entry.seq != seq {
                self.report.add(format!("log entry {seq}: says it is entry {}", entry.seq));
            }
            if entry.hash != entry.expected_hash(&prev) {
                self.report.add(format!("log entry {seq}: the chain is broken here"));
            }
            if entry.time < time {
                self.report.add(format!("log entry {seq}: earlier than the entry before it"));
            }
            prev = entry.hash;
            time = entry.time;
            match bodies.get(seq)? {
                None => self.report.add(format!("log body {seq} is missing")),
                Some(kept) => match Body::open(kept.value(), &entry.body_hash) {
                    Err(e) => self.report.add(format!("log body {seq}: {e}")),
                    Ok(body) => self.body(&entry, &body)?,
                },
            }
            if seq.is_multiple_of(256) {
                (self.progress)("log", seq);
            }
        }
        self.report.head = prev;
        (self.progress)("log", self.report.entries);
        if bodies.len()? > self.report.entries {
            for item in bodies.iter()? {
                let seq = item?.0.value();
                if log.get(seq)?.is_none() {
                    self.report.add(format!("log body {seq}: there is no such entry"));
                }
            }
        }
        Ok(())
    }

    fn body(&mut self, entry: &Entry, body: &Body) -> Result<()> {
        if body.changes.len() as u64 != u64::from(entry.rows) {
            let count = body.changes.len();
            self.report.add(format!("log body {}: holds {count} rows, its header says {}", entry.seq, entry.rows));
        }
        for change in &body.changes {
            self.change(entry.seq, change)?;
        }
        Ok(())
    }

    /// What one entry says of one row, against the row. Of a row changed again later only the later
    /// entry can say what it must be.
    fn change(&mut self, seq: u64, change: &Change) -> Result<()> {
        let name = || row_name(Class::Primary, &change.key);
        let kept = self.tx.rows()?.get(&change.key[..])?;
        let now = kept.as_ref().map(|kept| unseal(Class::Primary, &change.key, kept.value())).transpose();
        let Ok(now) = now else { return Ok(()) }; // named when the rows are gone through
        let gone = if now.is_none() { removal(self.tx.removed()?, &change.key) } else { Ok(None) };
        let Ok(gone) = gone else { return Ok(()) };
        match (&change.value, now, gone) {
            (_, Some((by, _)), _) if by > seq => {}
            (_, None, Some(by)) if by > seq => {}
            (Some(value), Some((by, bytes)), _) if by == seq => {
                self.current += 1;
                if bytes != &value[..] {
                    self.report.add(format!("{}: differs from what log entry {seq} wrote", name()));
                }
            }
            (None, None, Some(by)) if by == seq => self.removed += 1,
            (Some(_), Some((by, _)), _) => {
                self.report.add(format!("{}: is of entry {by}, but log entry {seq} wrote it later", name()));
            }
            (Some(_), None, _) => self.report.add(format!("{}: missing, log entry {seq} wrote it", name())),
            (None, Some(_), _) => self.report.add(format!("{}: still there though log entry {seq} removed it", name())),
            (None, None, _) => self.report.add(format!("{}: no mark that log entry {seq} removed it", name())),
        }
        Ok(())
    }

    /// Each primary row is what was written, and none is there that no entry wrote.
    fn rows(&mut self) -> Result<()> {
        let mut marks = 0u64;
        let tx = self.tx;
        let mut broken = 0u64;
        each(tx.rows()?, &[], &END, &mut |key, kept| {
            self.report.rows += 1;
            if let Err(e) = unseal(Class::Primary, key, kept) {
                broken += 1;
                self.report.add(e.to_string());
            }
            if self.report.rows.is_multiple_of(65536) {
                (self.progress)("rows", self.report.rows);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        each(tx.removed()?, &[], &END, &mut |key, _| {
            marks += 1;
            if let Err(e) = removal(tx.removed()?, key) {
                self.report.add(e.to_string());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        (self.progress)("rows", self.report.rows);
        if self.current + broken != self.report.rows || self.removed != marks {
            self.name_extra_rows()?;
        }
        Ok(())
    }

    /// Slow, for a store already known to be wrong: each row and each mark against the entry it names.
    fn name_extra_rows(&mut self) -> Result<()> {
        let tx = self.tx;
        let mut last: Option<(u64, Result<Option<Body>>)> = None;
        // Whether entry `by` put (or else removed) that row; taken as said if its body is unreadable,
        // which is named already.
        let mut bears_out = |by: u64, key: &[u8], put: bool| {
            if last.as_ref().is_none_or(|(seq, _)| *seq != by) {
                last = Some((by, tx.body(by)));
            }
            match &last {
                Some((_, Ok(Some(body)))) => body
                    .changes
                    .binary_search_by(|c| c.key[..].cmp(key))
                    .is_ok_and(|at| body.changes[at].value.is_some() == put),
                Some((_, Err(_))) => true,
                _ => false,
            }
        };
        each(tx.rows()?, &[], &END, &mut |key, kept| {
            if let Ok((by, _)) = unseal(Class::Primary, key, kept)
                && !bears_out(by, key, true)
            {
                self.report.add(format!(
                    "{}: says log entry {by} wrote it, which the log does not bear out",
                    row_name(Class::Primary, key)
                ));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        each(tx.removed()?, &[], &END, &mut |key, _| {
            let Ok(Some(by)) = removal(tx.removed()?, key) else { return Ok(ControlFlow::Continue(())) };
            if !bears_out(by, key, false) || tx.rows()?.get(key)?.is_some() {
                self.report
                    .add(format!("mark of removed {}: the log does not bear it out", row_name(Class::Primary, key)));
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Derives everything anew and compares: what follows from the primary rows and what is kept must be the
    /// same rows. Each side is gone through once, in its own order, and summed up; only where the sums
    /// differ is each row looked for.
    fn derived(&mut self) -> Result<()> {
        self.report.derived = self.tx.derived()?.len()?;
        if !self.report.derived_checked {
            return Ok(());
        }
        let expected = self.sum_of_expected()?;
        if self.sum_of_kept()? != expected {
            self.name_wrong_derived()?;
        }
        Ok(())
    }

    /// What must be kept; nothing if a row gives an error.
    fn sum_of_expected(&mut self) -> Result<Option<Sum>> {
        let derivers = self.db.derivers();
        let mut sum = Sum::new(&self.report.head);
        let (mut rows, mut whole) = (0u64, true);
        each(self.tx.rows()?, &[], &END, &mut |key, kept| {
            rows += 1;
            if rows.is_multiple_of(65536) {
                (self.progress)("derived", rows);
            }
            let wanted = unseal(Class::Primary, key, kept).and_then(|(_, value)| derivers.rows_of(key, value));
            match wanted {
                Ok(wanted) => wanted.iter().for_each(|(k, v)| sum.add(k, v)),
                Err(_) => whole = false, // named one by one
            }
            Ok(ControlFlow::Continue(()))
        })?;
        (self.progress)("derived", rows);
        Ok(whole.then_some(sum))
    }

    /// What is kept; nothing if one is not what was written.
    fn sum_of_kept(&self) -> Result<Option<Sum>> {
        let mut sum = Sum::new(&self.report.head);
        let mut whole = true;
        each(self.tx.derived()?, &[], &END, &mut |key, kept| {
            match unseal(Class::Derived, key, kept) {
                Ok((_, value)) => sum.add(key, value),
                Err(_) => whole = false,
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(whole.then_some(sum))
    }

    /// Slow, for a store already known to be wrong: each expected row is looked for, then those nobody gives.
    fn name_wrong_derived(&mut self) -> Result<()> {
        let (tx, derivers) = (self.tx, self.db.derivers());
        let mut expected = 0u64;
        each(tx.rows()?, &[], &END, &mut |key, kept| {
            let Ok((_, value)) = unseal(Class::Primary, key, kept) else { return Ok(ControlFlow::Continue(())) };
            let wanted = match derivers.rows_of(key, value) {
                Ok(wanted) => wanted,
                Err(e) => {
                    self.report.add(format!("{}: {e}", row_name(Class::Primary, key)));
                    return Ok(ControlFlow::Continue(()));
                }
            };
            for (k, v) in wanted {
                expected += 1;
                let (name, source) = (|| row_name(Class::Derived, &k), || row_name(Class::Primary, key));
                match tx.derived()?.get(&k[..])? {
                    None => self.report.add(format!("{}: missing, {} gives it", name(), source())),
                    Some(kept) => match unseal(Class::Derived, &k, kept.value()) {
                        Err(e) => self.report.add(e.to_string()),
                        Ok((_, have)) if have != &v[..] => {
                            self.report.add(format!("{}: differs from what {} gives", name(), source()));
                        }
                        Ok(_) => {}
                    },
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.name_extra_derived(expected)
    }

    /// Slow, for a store already known to be wrong: in as many passes as keep memory small.
    fn name_extra_derived(&mut self, expected: u64) -> Result<()> {
        let (tx, derivers) = (self.tx, self.db.derivers());
        let passes = expected / REMEMBERED_MAX + 1;
        let digest =
            |key: &[u8]| u128::from_le_bytes(*blake3::hash(key).as_bytes().first_chunk().expect("32 bytes hold 16"));
        for pass in 0..passes {
            let ours = |digest: u128| digest % u128::from(passes) == u128::from(pass);
            let mut wanted: HashSet<u128> = HashSet::new();
            each(tx.rows()?, &[], &END, &mut |key, kept| {
                if let Ok((_, value)) = unseal(Class::Primary, key, kept)
                    && let Ok(rows) = derivers.rows_of(key, value)
                {
                    for (k, _) in rows {
                        let digest = digest(&k);
                        if ours(digest) && !wanted.insert(digest) {
                            self.report.add(format!("{}: two rows give it", row_name(Class::Derived, &k)));
                        }
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            each(tx.derived()?, &[], &END, &mut |key, _| {
                let digest = digest(key);
                if ours(digest) && !wanted.contains(&digest) {
                    self.report.add(format!("{}: no row gives it", row_name(Class::Derived, key)));
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(())
    }

    /// Short-lived rows follow from nothing; that they are what was written is all there is to check.
    fn ephemeral(&mut self) -> Result<()> {
        each(self.tx.ephemeral()?, &[], &END, &mut |key, kept| {
            if let Err(e) = unseal(Class::Ephemeral, key, kept) {
                self.report.add(e.to_string());
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// Rows summed up in any order: equal sums are equal rows, each as often. The key of the sum is the chain's
/// head, so that nobody can make rows ahead of time whose sums are alike.
#[derive(PartialEq, Eq)]
struct Sum {
    key: Hash,
    rows: u64,
    total: u128,
}

impl Sum {
    const fn new(key: &Hash) -> Self {
        Self { key: *key, rows: 0, total: 0 }
    }

    fn add(&mut self, key: &[u8], value: &[u8]) {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(key.len() as u64).to_le_bytes()).update(key).update(value);
        let digest = *hasher.finalize().as_bytes().first_chunk().expect("32 bytes hold 16");
        self.total = self.total.wrapping_add(u128::from_le_bytes(digest));
        self.rows += 1;
    }
}
