//! What a backup takes out of a store, and how a restore puts it into a new one: primary rows, the
//! marks of removed rows, the log. Derived rows are made anew and short-lived ones end.
//!
//! Rows come out of one snapshot, so that they agree with each other; the log only grows, so it comes
//! in strides with a snapshot each, and no page is kept from being used again for long. What goes in is
//! checked as it comes: each entry's place in the chain, each body against its hash, each row against
//! its checksum.

use super::log::{Body, Entry, Hash};
use super::open::{begin, file_builder, prepare};
use super::table::Class;
use super::tx::{Read, Tables, each, removal, unseal};
use super::{Db, GENESIS, Options};
use crate::error::{Error, Result};
use redb::{Database, ReadableTable as _};
use std::iter::Peekable;
use std::path::Path;

/// Entries copied in one snapshot.
const STRIDE: u64 = 2_000;
/// Rows and bytes a restore writes in one commit.
const PORTION_ROWS: usize = 200_000;
const PORTION_BYTES: usize = 64 << 20;
/// After every key.
const END: [u8; 40] = [0xff; 40];

/// One thing a backup holds, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A primary row: full key, bytes as kept.
    Row(Vec<u8>, Vec<u8>),
    /// The mark of a removed primary row: full key, bytes as kept.
    Removed(Vec<u8>, Vec<u8>),
    /// A log entry: header, and the body as kept; nothing if it was lawfully erased.
    Entry(Vec<u8>, Option<Vec<u8>>),
}

/// Takes each piece's full key and bytes as kept.
pub type TakeRow<'t> = dyn FnMut(&[u8], &[u8]) -> Result<()> + 't;
/// Takes each entry, the bytes of its header, and its body as kept, if it was not erased.
pub type TakeEntry<'t> = dyn FnMut(&Entry, &[u8], Option<&[u8]>) -> Result<()> + 't;

impl Db {
    /// Gives all primary rows and the marks of removed ones, in order of key, out of one snapshot; and
    /// the newest entry of that snapshot. A row that is not what was written is an error.
    pub fn dump_rows(&self, rows: &mut TakeRow<'_>, removed: &mut TakeRow<'_>) -> Result<Option<Entry>> {
        use std::ops::ControlFlow::Continue;
        self.inner.read(|tx| {
            each(tx.rows()?, &[], &END, &mut |key, kept| {
                unseal(Class::Primary, key, kept)?;
                rows(key, kept).map(Continue)
            })?;
            let marks = tx.removed()?;
            each(marks, &[], &END, &mut |key, kept| {
                removal(marks, key)?;
                removed(key, kept).map(Continue)
            })?;
            tx.head()
        })
    }

    /// Gives the entries `from..=to` in order. One that is missing is an error.
    pub fn dump_log(&self, from: u64, to: u64, take: &mut TakeEntry<'_>) -> Result<()> {
        let mut next = from;
        while next <= to {
            let last = to.min(next + STRIDE - 1);
            self.inner.read(|tx| {
                let (log, bodies) = (tx.log()?, tx.bodies()?);
                for seq in next..=last {
                    let header = log.get(seq)?.ok_or_else(|| Error::damaged(format!("log entry {seq} is missing")))?;
                    let entry = Entry::from_bytes(header.value())?;
                    let body = bodies.get(seq)?;
                    take(&entry, header.value(), body.as_ref().map(redb::AccessGuard::value))?;
                }
                Ok(())
            })?;
            next = last + 1;
        }
        Ok(())
    }
}

/// The newest entry in a file.
fn newest(file: &Database) -> Result<Option<Entry>> {
    let txn = begin(file)?;
    let entry = {
        let log = txn.open_table(super::LOG)?;
        let last = log.last()?;
        last.map(|(_, header)| Entry::from_bytes(header.value())).transpose()?
    };
    txn.abort()?;
    Ok(entry)
}

/// What goes into one commit.
#[derive(Default)]
struct Portion {
    rows: usize,
    bytes: usize,
}

impl Portion {
    const fn is_full(&self) -> bool {
        self.rows >= PORTION_ROWS || self.bytes >= PORTION_BYTES
    }

    const fn took(&mut self, bytes: usize) {
        self.rows += 1;
        self.bytes += bytes;
    }
}

/// How far a store being loaded is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The newest entry's number.
    pub seq: u64,
    /// The chain's head there.
    pub head: Hash,
}

/// A new store being filled from a backup. Not a store until [`Load::finish`].
pub struct Load {
    file: Database,
    at: Loaded,
    /// Entries up to this one only add to the log: the rows loaded have them in already.
    rows_at: u64,
}

impl Load {
    /// Makes an empty store in `dir`, which must hold none. `rows_at`: the entry up to which the rows
    /// that will be loaded have the log in them; later entries are applied to the rows.
    pub fn create(dir: &Path, rows_at: u64) -> Result<Self> {
        let path = dir.join(super::FILE);
        if path.exists() {
            return Err(Error::Operator(format!("{} already holds a store", dir.display())));
        }
        let file = file_builder(&Options::default()).create(&path)?;
        prepare(&file)?;
        Ok(Self { file, at: Loaded { seq: 0, head: GENESIS }, rows_at })
    }

    /// Goes on filling the store in `dir`, which a [`Load`] began and took its rows in; further entries are
    /// applied to them. One that was not closed in order is recovered first.
    pub fn resume(dir: &Path) -> Result<Self> {
        let file = file_builder(&Options::default()).open(dir.join(super::FILE))?;
        let newest = newest(&file)?;
        let at = newest.map_or(Loaded { seq: 0, head: GENESIS }, |e| Loaded { seq: e.seq, head: e.hash });
        Ok(Self { file, at, rows_at: at.seq })
    }

    /// When the newest entry was made, ms; 0 without one.
    pub fn at_ms(&self) -> Result<i64> {
        Ok(newest(&self.file)?.map_or(0, |e| e.time.0))
    }

    /// Puts pieces in, in portions, until there are no more.
    pub fn put(&mut self, pieces: &mut dyn Iterator<Item = Result<Piece>>) -> Result<()> {
        let mut pieces = pieces.peekable();
        while pieces.peek().is_some() {
            let txn = begin(&self.file)?;
            {
                let mut tables = Tables::open(&txn)?;
                if pieces.peek().is_some_and(|piece| self.is_added(piece)) {
                    self.add(&mut tables, &mut pieces)?;
                } else {
                    self.apply(&mut tables, &mut pieces)?;
                }
            }
            txn.commit()?;
        }
        Ok(())
    }

    /// Whether a piece only adds to the tables' ends.
    fn is_added(&self, piece: &Result<Piece>) -> bool {
        match piece {
            Ok(Piece::Entry(header, _)) => Entry::from_bytes(header).is_ok_and(|entry| entry.seq <= self.rows_at),
            _ => true,
        }
    }

    /// Adds a portion at the tables' ends.
    fn add(
        &mut self,
        tables: &mut Tables<'_>,
        pieces: &mut Peekable<impl Iterator<Item = Result<Piece>>>,
    ) -> Result<()> {
        let mut ends = tables.ends()?;
        let mut portion = Portion::default();
        while !portion.is_full()
            && let Some(piece) = pieces.next_if(|piece| self.is_added(piece))
        {
            match piece? {
                Piece::Row(key, kept) => {
                    let (by, _) = unseal(Class::Primary, &key, &kept)?;
                    if by > self.rows_at {
                        return Err(Error::damaged(format!("a row is of entry {by}, after the backup's end")));
                    }
                    ends.put_row(&key, &kept)?;
                    portion.took(key.len() + kept.len());
                }
                Piece::Removed(key, kept) => {
                    ends.put_removed(&key, &kept)?;
                    portion.took(key.len() + kept.len());
                }
                Piece::Entry(header, body) => {
                    let (entry, _) = self.next(&header, body.as_deref())?;
                    ends.put_log(&entry, &header, body.as_deref())?;
                    portion.took(header.len() + body.map_or(0, |body| body.len()));
                }
            }
        }
        ends.close()
    }

    /// Applies a portion of entries to the rows, and adds them to the log.
    fn apply(
        &mut self,
        tables: &mut Tables<'_>,
        pieces: &mut Peekable<impl Iterator<Item = Result<Piece>>>,
    ) -> Result<()> {
        let mut portion = Portion::default();
        while !portion.is_full()
            && let Some(piece) = pieces.next_if(|piece| !self.is_added(piece))
        {
            let Piece::Entry(header, body) = piece? else { continue }; // all others are added
            let (entry, opened) = self.next(&header, body.as_deref())?;
            let opened = opened
                .ok_or_else(|| Error::damaged(format!("log entry {} has no body and can't be applied", entry.seq)))?;
            tables.apply(&entry, &opened)?;
            tables.put_kept_log(&entry, &header, body.as_deref())?;
            portion.took(header.len() + body.map_or(0, |body| body.len()));
        }
        Ok(())
    }

    /// The entry that must come now, and its body.
    fn next(&mut self, header: &[u8], body: Option<&[u8]>) -> Result<(Entry, Option<Body>)> {
        let entry = Entry::from_bytes(header)?;
        self.follows(&entry)?;
        let opened = body.map(|kept| Body::open(kept, &entry.body_hash)).transpose();
        let opened = opened.map_err(|e| e.at(|| format!("log body {}", entry.seq)))?;
        self.at = Loaded { seq: entry.seq, head: entry.hash };
        Ok((entry, opened))
    }

    /// Whether this is the entry that must come now.
    fn follows(&self, entry: &Entry) -> Result<()> {
        if entry.seq != self.at.seq + 1 {
            return Err(Error::damaged(format!("after log entry {} comes {}", self.at.seq, entry.seq)));
        }
        if entry.hash != entry.expected_hash(&self.at.head) {
            return Err(Error::damaged(format!("the chain is broken at log entry {}", entry.seq)));
        }
        Ok(())
    }

    /// How far it is.
    pub const fn at(&self) -> Loaded {
        self.at
    }

    /// Closes the file, durably. From now on it is a store.
    pub fn finish(self) -> Result<Loaded> {
        if self.at.seq < self.rows_at {
            return Err(Error::damaged(format!(
                "the log ends at entry {}, the rows are of entry {}",
                self.at.seq, self.rows_at
            )));
        }
        self.file.close()?;
        Ok(self.at)
    }
}
