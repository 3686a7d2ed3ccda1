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
use std::cell::RefCell;

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

    /// The bytes kept: the header, its hash, and a checksum over both, so that one entry can be read
    /// without its neighbours and still be known to be what was written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.header_bytes();
        out.extend_from_slice(&self.hash);
        let sum = crc32fast::hash(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads a header back.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<4>().ok_or_else(|| Error::damaged("log entry is cut short"))?;
        if *sum != crc32fast::hash(bytes).to_le_bytes() {
            return Err(Error::damaged("log entry is not what was written"));
        }
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

/// The bytes of a body to keep, and the hash the header binds. `changes` (key, entry before, value)
/// in order of key.
pub(super) fn seal_body<'c>(
    note: &str,
    changes: impl ExactSizeIterator<Item = (&'c [u8], u64, Option<&'c [u8]>)> + Clone,
) -> Result<(Vec<u8>, Hash)> {
    let size: usize = changes.clone().map(|(key, _, value)| key.len() + 16 + value.map_or(0, <[u8]>::len)).sum();
    if size + note.len() > BODY_MAX_BYTES {
        return Err(Error::Internal(format!("one write of {size} bytes; split it into a batch")));
    }
    let mut raw = Vec::with_capacity(size + note.len() + 16);
    codec::put_str(&mut raw, note);
    codec::put_uint(&mut raw, changes.len() as u64);
    for (key, before, value) in changes {
        codec::put_bytes(&mut raw, key);
        codec::put_uint(&mut raw, before);
        match value {
            Some(value) => {
                raw.push(1);
                codec::put_bytes(&mut raw, value);
            }
            None => raw.push(0),
        }
    }
    let hash = *blake3::hash(&raw).as_bytes();
    let mut kept = Vec::with_capacity(raw.len() / 2 + 16);
    if raw.len() < COMPRESS_FROM_BYTES {
        kept.push(BODY_RAW);
        kept.extend_from_slice(&raw);
    } else {
        kept.push(BODY_ZSTD);
        codec::put_uint(&mut kept, raw.len() as u64);
        kept.extend_from_slice(&compress(&raw)?);
    }
    Ok((kept, hash))
}

thread_local! {
    // Making one costs more than most bodies do.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

fn compress(raw: &[u8]) -> Result<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        let packer = match packer {
            Some(packer) => packer,
            None => packer.insert(zstd::bulk::Compressor::new(1).map_err(Error::io("starting compression"))?),
        };
        packer.compress(raw).map_err(Error::io("compressing a log entry"))
    })
}

fn decompress(packed: &[u8], len: usize) -> Result<Vec<u8>> {
    UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            None => unpacker.insert(zstd::bulk::Decompressor::new().map_err(Error::io("starting decompression"))?),
        };
        unpacker.decompress(packed, len).map_err(|e| Error::damaged(format!("log body: {e}")))
    })
}

impl Body {
    /// Reads a body back and checks it against the header's hash.
    pub fn open(kept: &[u8], body_hash: &Hash) -> Result<Self> {
        let raw = match kept.split_first() {
            Some((&BODY_RAW, raw)) => raw.to_vec(),
            Some((&BODY_ZSTD, rest)) => {
                let mut r = Reader::new(rest);
                let len = usize::try_from(r.uint()?).ok().filter(|len| *len <= 2 * BODY_MAX_BYTES);
                decompress(r.rest(), len.ok_or_else(|| Error::damaged("log body says it is too long"))?)?
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
