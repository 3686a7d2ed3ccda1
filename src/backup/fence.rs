//! Two servers of one province must never both take what people save. Each store has an epoch; making a
//! standby the master begins a higher one. A server that learns of a higher epoch than its own, from a
//! second host that asks or from a target's marker, stops writing at once and does not start again.

use super::model::moment;
use crate::actor::Who;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::store::{Class, Db, Read, Table, WriteTx};
use serde::{Deserialize, Serialize};

/// What a server without one has.
pub const FIRST: u64 = 1;
const ONLY: u64 = 0;

/// That another server has taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// Its epoch.
    pub epoch: u64,
    /// Where that was learned: a second host's name, a target's directory.
    pub from: String,
    /// When, ms.
    pub learned_ms: i64,
}
crate::stored_value!(Fence, 1);

/// Nothing → this store's epoch.
static EPOCH: Table<u64, u64> = Table::new(Class::Primary, 44, "backup_epoch");
/// Nothing → who has taken over.
static FENCE: Table<u64, Fence> = Table::new(Class::Ephemeral, 47, "backup_fence");

/// The store's epoch.
pub fn epoch(tx: &impl Read) -> Result<u64> {
    Ok(EPOCH.get(tx, &ONLY)?.unwrap_or(FIRST))
}

/// Begins an epoch.
pub fn begin(tx: &mut WriteTx<'_>, epoch: u64) -> Result<()> {
    EPOCH.put(tx, &ONLY, &epoch)
}

/// Another server is of this epoch. If it is higher than this store's own, that is kept and nothing more
/// is written here; says whether it is.
pub fn learn(db: &Db, theirs: u64, from: &str) -> Result<bool> {
    let (own, known) = db.read(|tx| Ok((epoch(tx)?, FENCE.get(tx, &ONLY)?)))?;
    if theirs <= own {
        return Ok(false);
    }
    if known.is_some_and(|fence| fence.epoch >= theirs) {
        return Ok(true);
    }
    tracing::error!(epoch = theirs, from, "ALARM: another server has taken over; this one stops");
    let fence = Fence { epoch: theirs, from: from.to_owned(), learned_ms: db.clock().now().0 };
    let kept = db.write(&Who::program(), "backup.fenced", move |tx| {
        tx.note(serde_json::json!({ "epoch": fence.epoch, "from": fence.from }).to_string());
        FENCE.put(tx, &ONLY, &fence)
    });
    // A command beside the server may only read; the server learns it by itself.
    if kept.is_ok() {
        db.clone().close();
    }
    Ok(true)
}

/// Refuses if another server has taken over.
pub fn refuse(db: &Db) -> Result<()> {
    let (own, fence) = db.read(|tx| Ok((epoch(tx)?, FENCE.get(tx, &ONLY)?)))?;
    match fence.filter(|f| f.epoch > own) {
        None => Ok(()),
        Some(fence) => Err(taken_over(own, &fence)),
    }
}

fn taken_over(own: u64, fence: &Fence) -> Error {
    Error::Operator(format!(
        "another server has taken over from this one (epoch {} after {own}; learned from {} at {}). What people saved here \
         would be lost, so this server does not run. Use the new one. Only if that one is given up for good: 'csdlgd follow \
         retake --data DIR' makes this one the master again",
        fence.epoch,
        fence.from,
        moment(Millis(fence.learned_ms))
    ))
}

/// Makes a server that was replaced the master again.
pub fn retake(db: &Db) -> Result<u64> {
    let saved = db.write(&Who::program(), "backup.retaken", |tx| {
        let next = FENCE.get(tx, &ONLY)?.map_or(FIRST, |f| f.epoch).max(epoch(tx)?) + 1;
        FENCE.remove(tx, &ONLY)?;
        begin(tx, next)?;
        Ok(next)
    })?;
    Ok(saved.value)
}
