//! `csdlgd verify`: is every byte what was written? The chain, each body against its hash, each
//! primary row against the entry that wrote it, each derived row against its primary row, nothing
//! missing and nothing extra. Reads a snapshot; works beside a running server.

use super::log::{Body, Entry};
use super::table::place;
use super::tx::{Read, ReadTx};
use super::{Class, Db, GENESIS, Hash, tx};
use crate::error::{Error, Result};
use redb::{ReadableTable, ReadableTableMetadata};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many problems are named before the rest is only counted.
const NAMED_MAX: usize = 20;

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
    let mut report = Report { entries: 0, head: GENESIS, rows: 0, derived: 0, problems: Vec::new(), problem_count: 0 };
    db.read(|tx| {
        // redb may panic on pages that were damaged behind its back; that is a finding, not a crash.
        let mut part = |name: &str, check: &mut dyn FnMut(&mut Report, &mut dyn FnMut(u64)) -> Result<()>, report: &mut Report| {
            let mut tell = |n: u64| progress(name, n);
            match catch_unwind(AssertUnwindSafe(|| check(report, &mut tell))) {
                Ok(Ok(())) => {}
                Ok(Err(e)) => report.add(format!("{name}: {e}")),
                Err(p) => report.add(format!("{name}: a page can't be read ({})", super::panic_text(&*p))),
            }
        };
        part("log", &mut |r, tell| check_log(tx, r, tell), &mut report);
        part("rows", &mut |r, tell| check_rows(tx, r, tell), &mut report);
        part("derived", &mut |r, tell| check_derived(db, tx, r, tell), &mut report);
        Ok(())
    })?;
    Ok(report)
}

/// The chain from the first entry, each body's hash, and of each row the log speaks of: is the row in
/// the store the one its newest entry wrote?
fn check_log(tx: &ReadTx, report: &mut Report, tell: &mut dyn FnMut(u64)) -> Result<()> {
    let mut prev = GENESIS;
    let mut expected = 1u64;
    let mut current = 0u64;
    // Keys whose newest change so far is in the log but which are not in the store: they must turn out
    // to be removed later.
    let mut missing: BTreeSet<Vec<u8>> = BTreeSet::new();
    for item in tx.log.iter()? {
        let (seq, bytes) = item?;
        let seq = seq.value();
        let entry = match Entry::from_bytes(bytes.value()) {
            Ok(entry) => entry,
            Err(e) => {
                report.add(format!("log entry {seq}: {e}"));
                expected = seq + 1;
                continue;
            }
        };
        if seq != expected || entry.seq != seq {
            report.add(format!("log entry {expected} is missing (next is {seq})"));
        }
        expected = seq + 1;
        if entry.hash != entry.expected_hash(&prev) {
            report.add(format!("log entry {seq}: the chain is broken here"));
        }
        prev = entry.hash;
        report.entries += 1;
        match tx.bodies.get(seq)? {
            None => report.add(format!("log body {seq} is missing")),
            Some(kept) => match Body::open(kept.value(), &entry.body_hash) {
                Err(e) => report.add(format!("log body {seq}: {e}")),
                Ok(body) => {
                    if body.changes.len() as u32 != entry.rows {
                        report.add(format!("log body {seq}: holds {} rows, its header says {}", body.changes.len(), entry.rows));
                    }
                    for change in body.changes {
                        check_change(tx, seq, &change, &mut missing, &mut current, report)?;
                    }
                }
            },
        }
        if seq % 256 == 0 {
            tell(seq);
        }
    }
    report.head = prev;
    for key in missing {
        report.add(format!("row {} is in the log but not in the store", place("table", &key)));
    }
    let rows = tx.rows.len()?;
    if current != rows {
        report.add(format!("the store holds {rows} primary rows, the log accounts for {current}"));
    }
    tell(report.entries);
    Ok(())
}

fn check_change(
    tx: &ReadTx,
    seq: u64,
    change: &super::log::Change,
    missing: &mut BTreeSet<Vec<u8>>,
    current: &mut u64,
    report: &mut Report,
) -> Result<()> {
    missing.remove(&change.key);
    let kept = tx.rows.get(&change.key[..])?;
    match (&change.value, kept) {
        (Some(value), Some(kept)) => {
            let (by, now) = tx::unframe(kept.value())?;
            if by == seq {
                *current += 1;
                if now != &value[..] {
                    report.add(format!("row {}: differs from what log entry {seq} wrote", row_name(&change.key)));
                }
            } else if by < seq {
                report.add(format!("row {}: older than log entry {seq}", row_name(&change.key)));
            }
        }
        (Some(_), None) => {
            missing.insert(change.key.clone());
        }
        (None, Some(kept)) => {
            if tx::unframe(kept.value())?.0 <= seq {
                report.add(format!("row {}: still there though log entry {seq} removed it", row_name(&change.key)));
            }
        }
        (None, None) => {}
    }
    Ok(())
}

fn row_name(key: &[u8]) -> String {
    place(&format!("table {}", key.first().copied().unwrap_or_default()), key)
}

/// Each primary row can be taken apart (that it equals the log is checked from the log's side).
fn check_rows(tx: &ReadTx, report: &mut Report, tell: &mut dyn FnMut(u64)) -> Result<()> {
    let head = tx.head()?.map_or(0, |e| e.seq);
    for item in tx.rows.iter()? {
        let (key, kept) = item?;
        report.rows += 1;
        match tx::unframe(kept.value()) {
            Ok((by, _)) if by == 0 || by > head => {
                report.add(format!("row {}: written by entry {by}, which is not in the log", row_name(key.value())));
            }
            Ok(_) => {}
            Err(e) => report.add(format!("row {}: {e}", row_name(key.value()))),
        }
        if report.rows.is_multiple_of(65536) {
            tell(report.rows);
        }
    }
    tell(report.rows);
    Ok(())
}

/// Derives everything anew and compares: each expected row is there with that value, and there are no
/// others.
fn check_derived(db: &Db, tx: &ReadTx, report: &mut Report, tell: &mut dyn FnMut(u64)) -> Result<()> {
    let derivers = db.derivers();
    let mut expected = 0u64;
    let mut rows = 0u64;
    tx.scan(Class::Primary, &[], &[0xff; 40], &mut |key, value| {
        rows += 1;
        if rows.is_multiple_of(65536) {
            tell(rows);
        }
        let Some(derive) = derivers.of(key) else { return Ok(ControlFlow::Continue(())) };
        let mut wanted: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        if let Err(e) = derive(key, value, &mut |k, v| wanted.push((k, v))) {
            report.add(format!("row {}: {e}", row_name(key)));
            return Ok(ControlFlow::Continue(()));
        }
        wanted.sort();
        wanted.dedup_by(|a, b| a.0 == b.0);
        for (k, v) in wanted {
            expected += 1;
            match tx.derived.get(&k[..])? {
                Some(have) if have.value() == &v[..] => {}
                Some(_) => report.add(format!("derived row {}: differs from what row {} gives", row_name(&k), row_name(key))),
                None => report.add(format!("derived row {}: missing, row {} gives it", row_name(&k), row_name(key))),
            }
        }
        Ok::<_, Error>(ControlFlow::Continue(()))
    })?;
    report.derived = tx.derived.len()?;
    if report.derived != expected {
        report.add(format!("{} derived rows, the primary rows give {expected}", report.derived));
    }
    Ok(())
}
