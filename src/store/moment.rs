//! A moment of the store that can be gone back to, kept in the file itself: it costs no time, however large the store
//! is. redb never writes over a page that a moment sees, nor uses one again; so while it is kept the file only grows.
//!
//! Never: kept across a change of form, or of the library that writes the pages. What these spoil is mended by a copy
//! alone.

use super::open::{begin, closed_in_order, open_file};
use super::tx::shield;
use super::{Db, ENGINE, FORMAT, File, Inner, META, META_ENGINE, META_FORMAT, Options, Value};
use crate::error::{Error, Result};
use redb::{Database, ReadableTable, TableError};
use std::path::Path;
use std::sync::PoisonError;

/// Keeps the store of `dir` as it is now, in the place of any moment kept before. Not (false) where its form or the
/// library that wrote it is another than this program's. No process may have it open.
pub fn keep(dir: &Path, options: Options) -> Result<bool> {
    with_file(dir, options, |db| {
        if !is_ours(db)? {
            return Ok(false);
        }
        forget_in(db)?;
        let txn = begin(db)?;
        txn.persistent_savepoint()?;
        txn.commit()?;
        Ok(true)
    })
}

/// Brings the store of `dir` back to the moment kept, all of it or nothing; false if none is. It may be done again
/// until [`forget`] is called.
pub fn go_back(dir: &Path, options: Options) -> Result<bool> {
    with_file(dir, options, |db| {
        let mut txn = begin(db)?;
        let Some(kept) = txn.list_persistent_savepoints()?.next() else { return Ok(false) };
        let moment = txn.get_persistent_savepoint(kept)?;
        txn.restore_savepoint(&moment)?;
        txn.commit()?;
        Ok(true)
    })
}

/// Forgets the moment kept, if one is.
pub fn forget(dir: &Path, options: Options) -> Result<()> {
    with_file(dir, options, forget_in)
}

impl Db {
    /// See [`forget`].
    pub fn forget_moment(&self) -> Result<()> {
        let inner: &Inner = &self.inner;
        let File::Writer(file) = &inner.file else { return Ok(()) };
        let _turn = inner.turn.lock().unwrap_or_else(PoisonError::into_inner);
        inner.watched(|| forget_in(&*file.get()?))
    }
}

fn forget_in(db: &Database) -> Result<()> {
    let txn = begin(db)?;
    let kept: Vec<u64> = txn.list_persistent_savepoints()?.collect();
    if kept.is_empty() {
        return Ok(txn.abort()?);
    }
    for moment in kept {
        txn.delete_persistent_savepoint(moment)?;
    }
    Ok(txn.commit()?)
}

/// Whether form and library are this program's.
fn is_ours(db: &Database) -> Result<bool> {
    let txn = begin(db)?;
    let ours = match txn.open_table(META) {
        Ok(meta) => {
            let form = meta.get(META_FORMAT)?.map(|v| u64::from_bytes(v.value())).transpose()?;
            form == Some(FORMAT) && meta.get(META_ENGINE)?.is_some_and(|v| v.value() == ENGINE.as_bytes())
        }
        Err(TableError::Storage(e)) => return Err(e.into()),
        Err(_) => false,
    };
    txn.abort()?;
    Ok(ours)
}

fn with_file<R>(dir: &Path, mut options: Options, f: impl FnOnce(&Database) -> Result<R>) -> Result<R> {
    shield(|| {
        let db = open_file(dir, &mut options)?;
        let outcome = f(&db);
        db.close()?;
        if !matches!(outcome, Err(Error::StoreStopped(_))) {
            closed_in_order(dir);
        }
        outcome
    })
}
