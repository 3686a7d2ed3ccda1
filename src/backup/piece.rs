//! Pieces as bytes: a letter, then two runs of bytes, each with its length in front. `R` a row (full key,
//! bytes as kept), `X` the mark of a removed row, `E` a log entry (header, body as kept), `L` an entry
//! whose body was lawfully erased (header, nothing).

use super::model::TableSum;
use crate::chance::hex;
use crate::codec;
use crate::error::{Error, Result};
use crate::store::dump::Piece;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};

const ROW: u8 = b'R';
const REMOVED: u8 = b'X';
const ENTRY: u8 = b'E';
const ERASED: u8 = b'L';
/// No run of bytes is longer: a log body is kept in 64 MiB at most.
const RUN_MAX: u64 = 80 << 20;

/// Appends a row or the mark of a removed one.
pub fn put_row(out: &mut Vec<u8>, removed: bool, key: &[u8], kept: &[u8]) {
    out.push(if removed { REMOVED } else { ROW });
    codec::put_bytes(out, key);
    codec::put_bytes(out, kept);
}

/// Appends a log entry.
pub fn put_entry(out: &mut Vec<u8>, header: &[u8], body: Option<&[u8]>) {
    out.push(if body.is_some() { ENTRY } else { ERASED });
    codec::put_bytes(out, header);
    codec::put_bytes(out, body.unwrap_or_default());
}

/// Appends a piece.
pub fn put(out: &mut Vec<u8>, piece: &Piece) {
    match piece {
        Piece::Row(key, kept) => put_row(out, false, key, kept),
        Piece::Removed(key, kept) => put_row(out, true, key, kept),
        Piece::Entry(header, body) => put_entry(out, header, body.as_deref()),
    }
}

/// Reads the next piece; nothing at the end.
pub fn read(from: &mut impl Read) -> Result<Option<Piece>> {
    let mut sort = [0];
    match from.read_exact(&mut sort) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(unreadable(&e)),
    }
    let first = run(from)?;
    let second = run(from)?;
    Ok(Some(match sort[0] {
        ROW => Piece::Row(first, second),
        REMOVED => Piece::Removed(first, second),
        ENTRY => Piece::Entry(first, Some(second)),
        ERASED if second.is_empty() => Piece::Entry(first, None),
        _ => return Err(Error::damaged("unknown sort of piece")),
    }))
}

fn run(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut len = 0u64;
    for shift in (0..35).step_by(7) {
        let mut byte = [0];
        from.read_exact(&mut byte).map_err(|e| unreadable(&e))?;
        len |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            if len > RUN_MAX {
                break;
            }
            let mut out = Vec::with_capacity((len as usize).min(1 << 20));
            let got = from.by_ref().take(len).read_to_end(&mut out).map_err(|e| unreadable(&e))?;
            return if got as u64 == len { Ok(out) } else { Err(Error::damaged("a piece is cut short")) };
        }
    }
    Err(Error::damaged("a piece says it is too long"))
}

/// What decrypting or unpacking complained of.
fn unreadable(e: &std::io::Error) -> Error {
    Error::damaged(format!("can't be decrypted or unpacked ({e})"))
}

/// Adds up what the primary tables hold, piece by piece.
#[derive(Default)]
pub struct Sums(BTreeMap<u8, (u64, u64, blake3::Hasher)>);

impl Sums {
    /// Takes a row's piece in; `bytes` as [`put_row`] made them.
    pub fn add(&mut self, removed: bool, key: &[u8], bytes: &[u8]) {
        let table = key.first().copied().unwrap_or_default();
        let (rows, marks, hasher) = self.0.entry(table).or_default();
        *(if removed { marks } else { rows }) += 1;
        hasher.update(bytes);
    }

    /// The sums, in order of table.
    pub fn tables(&self) -> Vec<TableSum> {
        let sum = |(table, (rows, removed, hasher)): (&u8, &(u64, u64, blake3::Hasher))| TableSum {
            table: *table,
            rows: *rows,
            removed: *removed,
            blake3: hex(hasher.finalize().as_bytes()),
        };
        self.0.iter().map(sum).collect()
    }
}
