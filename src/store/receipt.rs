//! Receipts: a repeated request finds the first answer. Each state-changing form and API call carries
//! a key; the answer is kept in the same transaction as the change, so that "saved, but the answer got
//! lost" never becomes "saved twice".

use super::{Class, Table, WriteTx};
use crate::error::{Error, Result};
use crate::id::AccountId;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// (account, blake3 of the request's key) → the answer given.
static RECEIPTS: Table<(AccountId, [u8; 16]), Receipt> = Table::new(Class::Ephemeral, 1, "receipts");

/// Receipts older than this may be swept.
pub const KEEP_MS: i64 = 7 * 24 * 3600 * 1000;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Receipt {
    time_ms: i64,
    answer: String,
    /// What was asked, hashed.
    asked: [u8; 16],
}
crate::stored_value!(Receipt, 1);

fn digest(operation: &str, key: &str) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(operation.as_bytes());
    hasher.update(&[0]);
    hasher.update(key.as_bytes());
    let mut out = [0; 16];
    hasher.finalize_xof().fill(&mut out);
    out
}

/// The rule a request breaks whose key was used before for something else.
pub const RULE: &str = "idempotency_key";

/// Runs `f` unless the same request (`operation` with `key`, by the same account) was answered
/// before; then gives that answer and `f` is not run. An empty key means the caller sent none.
pub fn once<'t>(
    tx: &mut WriteTx<'t>,
    operation: &str,
    key: &str,
    f: impl FnOnce(&mut WriteTx<'t>) -> Result<String>,
) -> Result<(String, Repeat)> {
    once_for(tx, operation, key, "", f)
}

/// As [`once`], where `asked` says all that is asked for: the same key with something else is refused,
/// since the first answer would say that it was done.
pub fn once_for<'t>(
    tx: &mut WriteTx<'t>,
    operation: &str,
    key: &str,
    asked: &str,
    f: impl FnOnce(&mut WriteTx<'t>) -> Result<String>,
) -> Result<(String, Repeat)> {
    if key.is_empty() {
        return Ok((f(tx)?, Repeat::First));
    }
    let row = (tx.who().account, digest(operation, key));
    let asked = digest(operation, asked);
    if let Some(receipt) = RECEIPTS.get(tx, &row)? {
        if receipt.asked != asked {
            let what = "Yêu cầu này đã được gửi và lưu với nội dung khác. Thầy/cô mở hồ sơ đã lưu để xem và sửa tiếp.";
            return Err(Error::invalid("", RULE, what));
        }
        return Ok((receipt.answer, Repeat::Again));
    }
    let answer = f(tx)?;
    let time_ms = tx.now().0;
    RECEIPTS.put(tx, &row, &Receipt { time_ms, answer: answer.clone(), asked })?;
    Ok((answer, Repeat::First))
}

/// Whether a request came for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It did, and was carried out.
    First,
    /// It was answered before; nothing was done.
    Again,
}

/// Sweeps old receipts, at most `limit`; returns how many.
pub fn sweep(tx: &mut WriteTx<'_>, limit: usize) -> Result<usize> {
    let oldest = tx.now().0 - KEEP_MS;
    let mut old = Vec::new();
    RECEIPTS.scan_all(tx, |key, receipt| {
        if receipt.time_ms < oldest {
            old.push(key);
        }
        Ok(if old.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    for key in &old {
        RECEIPTS.remove(tx, key)?;
    }
    Ok(old.len())
}
