//! The log: one ordered, hash-chained entry for each change to lasting data, written in the same
//! transaction as the data. History, audit, search, the change feed, backup and undo read it; nobody
//! but the write door writes it.
//!
//! An entry is a header and a body. The chain binds the body by its hash, so that a body may be
//! erased by a lawful deletion and the chain still verifies.

use crate::actor::Who;
use crate::clock::Millis;
use crate::codec::{self, Reader};
use crate::error::{Error, Result};
use crate::id::{AccountId, UnitId};

/// A blake3 hash.
pub type Hash = [u8; 32];

/// The hash before the first entry.
pub const GENESIS: Hash = [0; 32];

const VERSION: u8 = 1;
const BODY_RAW: u8 = 0;
const BODY_ZSTD: u8 = 1;
/// Bodies smaller than this are kept as they are: compression would cost more than it saves.
const COMPRESS_FROM_BYTES: usize = 512;
/// No body grows beyond this; the door refuses larger writes, so reading back needs no more.
pub const BODY_MAX_BYTES: usize = 64 << 20;

/// The header of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Dense, from 1.
    pub seq: u64,
    /// When; never before the entry before it.
    pub time: Millis,
    /// Who.
    pub who: Who,
    /// What was done: `record.save`, `unit.merge`, ….
    pub action: String,
    /// The unit it concerns; 0 for the whole province.
    pub unit: UnitId,
    /// The batch it belongs to (an import), 0 for none. A batch is named by its first entry's number.
    pub batch: u64,
    /// Rows put or removed.
    pub rows: u32,
    /// blake3 of the uncompressed body.
    pub body_hash: Hash,
    /// blake3 of the entry before's hash and this header.
    pub hash: Hash,
}

/// One row put or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The full key, table number first.
    pub key: Vec<u8>,
    /// The entry that wrote the row as it was before; 0 if it was not there.
    pub before: u64,
    /// The row's bytes now; nothing if it was removed.
    pub value: Option<Vec<u8>>,
}

/// What an entry did, and a note (JSON) that says more than the rows do.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Body {
    /// JSON, or empty.
    pub note: String,
    /// In order of key.
    pub changes: Vec<Change>,
}

impl Entry {
    fn header_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.push(VERSION);
        codec::put_uint(&mut out, self.seq);
        codec::put_int(&mut out, self.time.0);
        codec::put_uint(&mut out, u64::from(self.who.account.0));
        codec::put_str(&mut out, &self.who.login);
        codec::put_str(&mut out, &self.action);
        codec::put_uint(&mut out, u64::from(self.unit.0));
        codec::put_uint(&mut out, self.batch);
        codec::put_uint(&mut out, u64::from(self.rows));
        out.extend_from_slice(&self.body_hash);
        out
    }

    /// The hash this entry must have after `prev`.
    pub fn expected_hash(&self, prev: &Hash) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(prev);
        hasher.update(&self.header_bytes());
        *hasher.finalize().as_bytes()
    }

    /// The bytes kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.header_bytes();
        out.extend_from_slice(&self.hash);
        out
    }

    /// Reads a header back.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader::new(bytes);
        if r.byte()? != VERSION {
            return Err(Error::damaged("unknown version of a log entry"));
        }
        let number = |v: u64| u32::try_from(v).map_err(|_| Error::damaged("number out of range"));
        let entry = Self {
            seq: r.uint()?,
            time: Millis(r.int()?),
            who: Who { account: AccountId(number(r.uint()?)?), login: r.str()?.to_owned() },
            action: r.str()?.to_owned(),
            unit: UnitId(number(r.uint()?)?),
            batch: r.uint()?,
            rows: number(r.uint()?)?,
            body_hash: hash_at(&mut r)?,
            hash: hash_at(&mut r)?,
        };
        if r.is_empty() { Ok(entry) } else { Err(Error::damaged("bytes after the end of a log entry")) }
    }
}

fn hash_at(r: &mut Reader<'_>) -> Result<Hash> {
    r.take(32)?.try_into().map_err(|_| Error::damaged("hash is cut short"))
}

impl Body {
    fn raw(&self) -> Vec<u8> {
        let size: usize = self.changes.iter().map(|c| c.key.len() + 16 + c.value.as_ref().map_or(0, Vec::len)).sum();
        let mut out = Vec::with_capacity(size + self.note.len() + 16);
        codec::put_str(&mut out, &self.note);
        codec::put_uint(&mut out, self.changes.len() as u64);
        for change in &self.changes {
            codec::put_bytes(&mut out, &change.key);
            codec::put_uint(&mut out, change.before);
            match &change.value {
                Some(value) => {
                    out.push(1);
                    codec::put_bytes(&mut out, value);
                }
                None => out.push(0),
            }
        }
        out
    }

    /// The bytes to keep, and the hash the header binds.
    pub fn seal(&self) -> Result<(Vec<u8>, Hash)> {
        let raw = self.raw();
        if raw.len() > BODY_MAX_BYTES {
            return Err(Error::Internal(format!("one write of {} bytes; split it into a batch", raw.len())));
        }
        let hash = *blake3::hash(&raw).as_bytes();
        let kept = if raw.len() < COMPRESS_FROM_BYTES {
            with_mark(BODY_RAW, &raw)
        } else {
            let packed = zstd::bulk::compress(&raw, 1).map_err(Error::io("compressing a log entry"))?;
            with_mark(BODY_ZSTD, &packed)
        };
        Ok((kept, hash))
    }

    /// Reads a body back and checks it against the header's hash.
    pub fn open(kept: &[u8], body_hash: &Hash) -> Result<Self> {
        let raw = match kept.split_first() {
            Some((&BODY_RAW, raw)) => raw.to_vec(),
            Some((&BODY_ZSTD, packed)) => {
                zstd::bulk::decompress(packed, BODY_MAX_BYTES).map_err(|e| Error::damaged(format!("log body: {e}")))?
            }
            _ => return Err(Error::damaged("unknown form of a log body")),
        };
        if blake3::hash(&raw).as_bytes() != body_hash {
            return Err(Error::damaged("log body does not match its hash"));
        }
        let mut r = Reader::new(&raw);
        let note = r.str()?.to_owned();
        let count = usize::try_from(r.uint()?).map_err(|_| Error::damaged("count out of range"))?;
        let mut changes = Vec::with_capacity(count.min(1 << 16));
        for _ in 0..count {
            let key = r.bytes()?.to_vec();
            let before = r.uint()?;
            let value = match r.byte()? {
                0 => None,
                _ => Some(r.bytes()?.to_vec()),
            };
            changes.push(Change { key, before, value });
        }
        if r.is_empty() { Ok(Self { note, changes }) } else { Err(Error::damaged("bytes after the end of a log body")) }
    }
}

fn with_mark(mark: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    out.push(mark);
    out.extend_from_slice(bytes);
    out
}
