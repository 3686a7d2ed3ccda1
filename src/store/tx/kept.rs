//! Rows as they are kept: a checksum, the entry that wrote the row (of primary rows and marks of
//! removed ones), the value. The checksum covers class, key and all that follows, so that a row whose
//! bytes rotted, or that lies on another's page, is an error and never an answer.

use crate::codec::{Reader, put_uint};
use crate::error::{Error, Result};
use crate::store::table::{Class, row_name};

/// Leads what is summed for the mark of a removed row, as its class leads a row.
const MARK: u8 = 3;

fn checksum(sort: u8, key: &[u8], rest: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[sort]);
    hasher.update(key);
    hasher.update(rest);
    hasher.finalize().to_le_bytes()
}

/// A row as kept. `seq` counts for primary rows only.
pub(in crate::store) fn seal(class: Class, key: &[u8], seq: u64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 9);
    seal_into(&mut out, class, key, seq, value);
    out
}

/// As [`seal`], into a buffer used again.
pub(super) fn seal_into(out: &mut Vec<u8>, class: Class, key: &[u8], seq: u64, value: &[u8]) {
    let seq = (class == Class::Primary).then_some(seq);
    sum_up(out, class as u8, key, seq, value);
}

/// The mark that entry `seq` removed a primary row.
pub(super) fn seal_mark_into(out: &mut Vec<u8>, key: &[u8], seq: u64) {
    sum_up(out, MARK, key, Some(seq), &[]);
}

fn sum_up(out: &mut Vec<u8>, sort: u8, key: &[u8], seq: Option<u64>, value: &[u8]) {
    out.clear();
    out.extend_from_slice(&[0; 4]);
    if let Some(seq) = seq {
        put_uint(out, seq);
    }
    out.extend_from_slice(value);
    let sum = checksum(sort, key, &out[4..]);
    out[..4].copy_from_slice(&sum);
}

fn check<'k>(sort: u8, key: &[u8], kept: &'k [u8]) -> Result<&'k [u8]> {
    let (sum, rest) = kept.split_first_chunk::<4>().ok_or_else(|| Error::damaged("row is cut short"))?;
    if *sum == checksum(sort, key, rest) { Ok(rest) } else { Err(Error::damaged("row is not what was written")) }
}

/// Takes a kept row apart: the entry that wrote it (0 if not primary) and its value.
pub(in crate::store) fn unseal<'k>(class: Class, key: &[u8], kept: &'k [u8]) -> Result<(u64, &'k [u8])> {
    let parts = || {
        let rest = check(class as u8, key, kept)?;
        if class != Class::Primary {
            return Ok((0, rest));
        }
        let mut r = Reader::new(rest);
        Ok((r.uint()?, r.rest()))
    };
    parts().map_err(|e: Error| e.at(|| row_name(class, key)))
}

/// The entry a mark names.
pub(super) fn unseal_mark(key: &[u8], kept: &[u8]) -> Result<u64> {
    let seq = check(MARK, key, kept).and_then(|rest| Reader::new(rest).uint());
    seq.map_err(|e| e.at(|| format!("mark of removed {}", row_name(Class::Primary, key))))
}
