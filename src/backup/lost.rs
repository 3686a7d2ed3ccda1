//! What the last restore could not bring back, kept in the restored store: so that the administrators see
//! it until it is seen to, and each unit's people know what to enter again.

use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::{KindId, UnitId};
use crate::store::{Class, Read, Table, WriteTx};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// A restore, as the restored store remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The full backup it began with.
    pub backup: u64,
    /// The newest entry that came back.
    pub seq: u64,
    /// When that was saved, ms.
    pub saved_ms: i64,
    /// When it was restored, ms.
    pub done_ms: i64,
    /// What the files held beyond it: first and last entry, and their times, ms. Nothing if they ended
    /// there: what was saved after that, nobody knows.
    pub beyond: Option<(u64, u64, i64, i64)>,
    /// When it was seen to, ms, and by whom.
    pub seen: Option<(i64, String)>,
}
crate::stored_value!(Restored, 1);

/// What one account saved in one unit after the restored moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Saves.
    pub saves: u64,
    /// Records of each kind that were made or changed.
    pub records: Vec<(KindId, u64)>,
    /// The first save, ms.
    pub first_ms: i64,
    /// The last one, ms.
    pub last_ms: i64,
}
crate::stored_value!(Loss, 1);

/// A [`Loss`] with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The unit; 0 for the whole province.
    pub unit: UnitId,
    /// The account.
    pub login: String,
    /// What.
    pub loss: Loss,
}

/// Nothing → the last restore.
static RESTORED: Table<u64, Restored> = Table::new(Class::Primary, 42, "backup_restored");
/// (unit, login) → what was saved after the restored moment.
static LOSSES: Table<(UnitId, String), Loss> = Table::new(Class::Primary, 43, "backup_losses");
const LAST: u64 = 0;

/// Keeps what a restore lost, in the place of what an earlier one did.
pub fn keep(tx: &mut WriteTx<'_>, restored: &Restored, losses: &[Lost]) -> Result<()> {
    let mut old = Vec::new();
    LOSSES.scan_all(tx, |key, _| {
        old.push(key);
        Ok(ControlFlow::Continue(()))
    })?;
    old.iter().try_for_each(|key| LOSSES.remove(tx, key))?;
    losses.iter().try_for_each(|lost| LOSSES.put(tx, &(lost.unit, lost.login.clone()), &lost.loss))?;
    RESTORED.put(tx, &LAST, restored)
}

/// The last restore and all it lost, if nobody has seen to it yet.
pub fn open(tx: &impl Read) -> Result<Option<(Restored, Vec<Lost>)>> {
    let Some(restored) = RESTORED.get(tx, &LAST)?.filter(|r| r.seen.is_none()) else { return Ok(None) };
    let mut lost = Vec::new();
    LOSSES.scan_all(tx, |(unit, login), loss| {
        lost.push(Lost { unit, login, loss });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Some((restored, lost)))
}

/// The same for a person: what concerns their own unit.
pub fn of_unit(app: &App, actor: &Actor) -> Result<Option<(Restored, Vec<Lost>)>> {
    app.db.read(|tx| {
        let Some(restored) = RESTORED.get(tx, &LAST)?.filter(|r| r.seen.is_none()) else { return Ok(None) };
        let mut lost = Vec::new();
        LOSSES.scan_prefix(tx, &(actor.unit,), |(unit, login), loss| {
            lost.push(Lost { unit, login, loss });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some((restored, lost)))
    })
}

/// An administrator says that the units know and it is seen to: nobody is told any more.
pub fn seen(app: &App, actor: &Actor) -> Result<()> {
    actor.require(Right::ManageBackups)?;
    let (who, now) = (actor.who(), app.clock.now().0);
    app.db.write(&actor.who(), "backup.seen", move |tx| {
        let Some(restored) = RESTORED.get(tx, &LAST)? else { return Err(Error::NotFound) };
        RESTORED.put(tx, &LAST, &Restored { seen: Some((now, who.login)), ..restored })
    })?;
    Ok(())
}

/// The tables' numbers: what a restore adds to what it brought back.
pub const TABLES: [u8; 2] = [42, 43];
