//! Followers that read the log backwards: the history of a row, a row as of a moment, the undoing of
//! a batch. Each row knows the entry that wrote it, each change the entry before: no index is needed
//! and none can go stale.

use super::log::{Change, Entry};
use super::tx::Read;
use super::{Class, WriteTx};
use crate::clock::Millis;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// One version of a row.
#[derive(Clone, Debug)]
pub struct Version {
    /// The entry that made it.
    pub entry: Entry,
    /// JSON beside the rows, or empty.
    pub note: String,
    /// The row's bytes; nothing if it was removed.
    pub value: Option<Vec<u8>>,
}

fn change_of(tx: &(impl Read + ?Sized), seq: u64, key: &[u8]) -> Result<Option<(Entry, String, Change)>> {
    let Some(entry) = tx.entry(seq)? else {
        return Err(Error::damaged(format!("entry {seq} is missing from the log")));
    };
    let Some(body) = tx.body(seq)? else { return Ok(None) }; // lawfully erased
    let change = body
        .changes
        .binary_search_by(|c| c.key.as_slice().cmp(key))
        .map(|at| body.changes[at].clone())
        .map_err(|_| not_in_body(seq))?;
    Ok(Some((entry, body.note, change)))
}

/// The entry that wrote or removed the row last; 0 if it never was.
fn touched_by(tx: &(impl Read + ?Sized), key: &[u8]) -> Result<u64> {
    Ok(match tx.written_by(key)? {
        Some(seq) => seq,
        None => tx.removed_by(key)?.unwrap_or(0),
    })
}

/// The versions of the row at `key`, newest first, at most `limit`; also of a row that was removed.
/// Stops where a body was erased. Of what is in the log: not for a row changed in the same closure.
pub fn versions(tx: &(impl Read + ?Sized), key: &[u8], limit: usize) -> Result<Vec<Version>> {
    let mut out = Vec::new();
    let mut seq = touched_by(tx, key)?;
    while seq != 0 && out.len() < limit {
        let Some((entry, note, change)) = change_of(tx, seq, key)? else { break };
        seq = change.before;
        out.push(Version { entry, note, value: change.value });
    }
    Ok(out)
}

/// The row as it was at `moment`: its last version not after it, `None` if it was not made yet.
pub fn as_of(tx: &(impl Read + ?Sized), key: &[u8], moment: Millis) -> Result<Option<Version>> {
    let mut seq = touched_by(tx, key)?;
    while seq != 0 {
        let Some((entry, note, change)) = change_of(tx, seq, key)? else { return Ok(None) };
        if entry.time <= moment {
            return Ok(Some(Version { entry, note, value: change.value }));
        }
        seq = change.before;
    }
    Ok(None)
}

/// What undoing a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Rows put back to what they were before the batch.
    pub restored: usize,
    /// Rows the batch had made, removed.
    pub removed: usize,
}

/// Undoes all of a batch in one change: each row it touched gets back the bytes it had before, rows
/// it made go, rows it removed come back. Refused, with the number of rows, if any of them was changed
/// since by somebody else. To be written under the action [`UNDO`].
pub fn undo_batch(tx: &mut WriteTx<'_>, batch: u64) -> Result<Undone> {
    if batch == 0 {
        return Err(Error::NotFound);
    }
    // Of each row: the entry before the batch's first change, and the batch's last change.
    let mut rows: BTreeMap<Vec<u8>, (u64, u64)> = BTreeMap::new();
    let head = tx.head()?.map_or(0, |e| e.seq);
    for seq in batch..=head {
        let Some(entry) = tx.entry(seq)? else { continue };
        if entry.batch != batch || entry.action == UNDO {
            continue;
        }
        let body = tx.body(seq)?.ok_or_else(erased)?;
        for change in body.changes {
            rows.entry(change.key).or_insert((change.before, 0)).1 = seq;
        }
    }
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let mut changed_since = 0;
    for (key, (_, last)) in &rows {
        if touched_by(tx, key)? != *last {
            changed_since += 1;
        }
    }
    if changed_since > 0 {
        return Err(Error::Bad(format!(
            "Chưa hoàn tác được lô này: {changed_since} dòng đã được sửa sau khi nhập. Thầy/cô sửa tay các dòng đó hoặc nhập lại tệp đúng."
        )));
    }
    let mut undone = Undone::default();
    let mut bodies = LastBody::default();
    for (key, (before, _)) in rows {
        let value = if before == 0 { None } else { bodies.value(tx, before, &key)? };
        match value {
            Some(_) => undone.restored += 1,
            None => undone.removed += 1,
        }
        tx.change_primary(key, value)?;
    }
    tx.set_batch(batch);
    Ok(undone)
}

fn erased() -> Error {
    Error::Bad("Lô này không hoàn tác được nữa: nội dung đã xóa theo quy định.".into())
}

/// The body read last: rows that lie together were mostly written together.
#[derive(Default)]
struct LastBody(Option<(u64, super::log::Body)>);

impl LastBody {
    fn value(&mut self, tx: &WriteTx<'_>, seq: u64, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let body = match &self.0 {
            Some((at, body)) if *at == seq => body,
            _ => &self.0.insert((seq, tx.body(seq)?.ok_or_else(erased)?)).1,
        };
        let at = body.changes.binary_search_by(|c| c.key.as_slice().cmp(key)).map_err(|_| not_in_body(seq))?;
        Ok(body.changes[at].value.clone())
    }
}

fn not_in_body(seq: u64) -> Error {
    Error::damaged(format!("entry {seq} does not hold the row it is said to have written"))
}

/// The action under which a batch is undone.
pub const UNDO: &str = "batch.undo";

/// Applies the log of one store to another, entry by entry, through the write door's own rules: the
/// same rows must come out. For tests and for a warm standby.
pub fn replay(from: &super::Db, apply: &mut dyn FnMut(&Entry, &[Change]) -> Result<()>) -> Result<u64> {
    let head = from.head_seq();
    for seq in 1..=head {
        from.read(|tx| {
            let entry = tx.entry(seq)?.ok_or_else(|| Error::damaged(format!("entry {seq} is missing")))?;
            let body = tx.body(seq)?.unwrap_or_default();
            apply(&entry, &body.changes)
        })?;
    }
    Ok(head)
}

/// The primary rows (full key → bytes as kept) that replaying the log gives. For tests on small stores.
pub fn replayed_rows(from: &super::Db) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut rows = BTreeMap::new();
    replay(from, &mut |entry, changes| {
        for change in changes {
            match &change.value {
                Some(value) => rows.insert(change.key.clone(), super::tx::seal(Class::Primary, &change.key, entry.seq, value)),
                None => rows.remove(&change.key),
            };
        }
        Ok(())
    })?;
    Ok(rows)
}

/// The primary rows as they are (full key → bytes as kept).
pub fn primary_rows(db: &super::Db) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    db.read(|tx| {
        let mut rows = BTreeMap::new();
        tx.scan(Class::Primary, &[], &[0xff; 40], &mut |key, value| {
            let seq = tx.written_by(key)?.unwrap_or(0);
            rows.insert(key.to_vec(), super::tx::seal(Class::Primary, key, seq, value));
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        Ok(rows)
    })
}
