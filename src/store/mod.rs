//! The store: one redb file, two doors, one log.
//!
//! [`Db::read`] gives a snapshot. [`Db::write`] knows who and why before it opens, runs the closure
//! against an overlay of its own, appends the log entry itself, commits durably together with
//! whatever else is waiting, and only then answers and wakes the followers. There is no third door.
//!
//! Never: hold a read door open long (the file grows), await inside a door, retry after an I/O error
//! (the kernel may have dropped the pages; the process must be started anew).

mod derive;
pub mod dump;
pub mod history;
pub mod log;
pub mod moment;
mod open;
pub mod receipt;
mod sorting;
pub mod table;
mod trouble;
pub mod tx;
pub mod verify;
mod writer;

pub use derive::{Derive, Derivers};
pub use log::{Entry, GENESIS, Hash};
pub use open::{closed_in_order, was_left_open};
pub use table::{Class, Key, Table, Value};
pub use tx::{Read, ReadTx, WriteTx};
pub use writer::{Pending, Saved, free_bytes, panic_text};

use crate::actor::Who;
use crate::clock::Clock;
use crate::error::{Error, Result};
use arc_swap::{ArcSwap, ArcSwapOption};
use redb::{Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTableMetadata, TableDefinition};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use writer::Writer;

type Bytes = &'static [u8];
const ROWS: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("rows");
/// Full key of a removed primary row → the entry that removed it, so that history and undo reach it.
const REMOVED: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("removed");
const DERIVED: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("derived");
const EPHEMERAL: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("ephemeral");
const LOG: TableDefinition<'static, u64, Bytes> = TableDefinition::new("log");
const BODIES: TableDefinition<'static, u64, Bytes> = TableDefinition::new("bodies");
const META: TableDefinition<'static, &'static str, Bytes> = TableDefinition::new("meta");

/// The newest form of the store this program writes and the newest it reads.
pub const FORMAT: u64 = 1;
const META_FORMAT: &str = "format";
/// The version of the program that opened the store for writing last: the one that can surely open it.
const META_PROGRAM: &str = "program";
/// The library that wrote the pages last.
const META_ENGINE: &str = "engine";
/// The library that writes the pages, and its version: a test holds it to Cargo.lock.
pub const ENGINE: &str = "redb 4.5.0";
const META_DERIVATION: &str = "derivation";
/// The numbers of the tables that have derivations, a byte each.
const META_DERIVED_TABLES: &str = "derived_tables";
/// The file inside the data directory.
pub const FILE: &str = "store.redb";

/// A read door held longer than this is named in the log: while it is open, no page it can see is
/// used again and the file grows.
const READ_HELD_WARN_MS: i64 = 10_000;

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// redb's page cache.
    pub cache_bytes: usize,
    /// Writing stops while the disk has less than this free.
    pub reserve_bytes: u64,
    /// Where entries get their time from.
    pub clock: Clock,
    /// Check every page against its checksum before the doors open (about 1–3 s for a GiB): after a
    /// restore, or when a disk is doubted. Done anyway when the store was twice in a row not closed in
    /// order. Not for read-only opens.
    pub check_pages: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 96 << 20, reserve_bytes: 256 << 20, clock: Clock::system(), check_pages: false }
    }
}

enum File {
    Writer(WriterFile),
    Reader(ReadOnlyDatabase),
}

/// There until closed.
struct WriterFile(ArcSwapOption<Database>);

impl WriterFile {
    fn new(db: Database) -> Self {
        Self(ArcSwapOption::from_pointee(db))
    }

    /// For one transaction.
    fn get(&self) -> Result<Arc<Database>> {
        self.0.load_full().ok_or_else(|| Error::StoreStopped("the store is closed".into()))
    }

    fn is_closed(&self) -> bool {
        self.0.load().is_none()
    }
}

struct Inner {
    file: File,
    derivers: ArcSwap<Derivers>,
    /// Held while a group commits, and while derived rows are made anew.
    turn: Mutex<()>,
    stopped: AtomicBool,
    commits: AtomicU64,
    head: watch::Sender<u64>,
    /// Where to look for free space; nothing for a store in memory.
    dir: Option<PathBuf>,
    options: Options,
}

/// The store. Cheap to clone. The file is closed, and its lock given up, when the last clone is gone.
#[derive(Clone)]
pub struct Db {
    // Before `inner`: the last clone waits for the writer thread, which lets go of the file.
    writer: Option<Arc<Writer>>,
    inner: Arc<Inner>,
}

impl Db {
    /// Runs `f` on a consistent snapshot. Keep it short.
    pub fn read<R>(&self, f: impl FnOnce(&ReadTx) -> Result<R>) -> Result<R> {
        let from = self.clock().now();
        let outcome = self.inner.read(f);
        let held_ms = self.clock().now().0 - from.0;
        if held_ms > READ_HELD_WARN_MS {
            tracing::warn!(held_ms, "a read door was held open long; the file may have grown meanwhile");
        }
        outcome
    }

    /// Runs `f` as one change and waits until it is on disk. What `f` put goes into the log as one
    /// entry by `who` under `action`; if `f` fails, nothing of it is kept. Nothing of a change is
    /// ever visible before it is durable. Blocks: not for async workers.
    pub fn write<R: Send + 'static>(
        &self,
        who: &Who,
        action: &'static str,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
    ) -> Result<Saved<R>> {
        self.submit(who, action, f).wait()
    }

    /// As [`Db::write`], without waiting for the disk: many submitted together share a commit. Blocks
    /// only while the queue is full.
    pub fn submit<R: Send + 'static>(
        &self,
        who: &Who,
        action: &'static str,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
    ) -> Pending<R> {
        match &self.writer {
            Some(writer) => writer.submit(who, action, f),
            None => Pending::failed(Error::Operator("the store is open for reading only".into())),
        }
    }

    /// The number of the newest durable entry, and word of each further one. Of a store open for
    /// reading only there is no further word.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.inner.head.subscribe()
    }

    /// The number of the newest durable entry.
    pub fn head_seq(&self) -> u64 {
        if let File::Reader(_) = &self.inner.file
            && let Ok(Some(head)) = self.read(Read::head)
        {
            self.inner.head.send_replace(head.seq);
        }
        *self.inner.head.borrow()
    }

    /// Whether an I/O error has stopped writing. The process must be started anew.
    pub fn is_stopped(&self) -> bool {
        self.inner.stopped.load(Ordering::SeqCst)
    }

    /// Commits made since opening.
    pub fn commits(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }

    /// The clock entries get their time from.
    pub fn clock(&self) -> &Clock {
        &self.inner.options.clock
    }

    /// Sets the derivations. If they would give other rows than those in the store, all derived rows
    /// are made anew first; `progress` hears how many primary rows are done. Until it is called, no
    /// table that has derived rows in the store can be written to. Writes wait meanwhile; readers see
    /// the derived rows come back in portions.
    pub fn set_derivers(&self, derivers: Derivers, progress: &mut dyn FnMut(u64)) -> Result<()> {
        let inner = &self.inner;
        let _turn = inner.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let same = inner.meta(META_DERIVATION)?.as_deref() == Some(derivers.fingerprint.as_bytes());
        if let File::Writer(file) = &inner.file
            && !same
        {
            inner.derivers.store(Arc::new(Derivers::not_known(0..=u8::MAX)));
            inner.watched(|| derive::rebuild(&*file.get()?, inner.dir.as_deref(), &derivers, progress))?;
        }
        inner.derivers.store(Arc::new(derivers));
        Ok(())
    }

    pub(crate) fn derivers(&self) -> arc_swap::Guard<Arc<Derivers>> {
        self.inner.derivers.load()
    }

    /// The form the store is in, and the version of the program that opened it for writing last ("" before
    /// that was noted).
    pub fn form(&self) -> Result<(u64, String)> {
        let form = self.inner.meta(META_FORMAT)?.map(|v| u64::from_bytes(&v)).transpose()?;
        let program = self.inner.meta(META_PROGRAM)?.unwrap_or_default();
        Ok((form.unwrap_or_default(), String::from_utf8_lossy(&program).into_owned()))
    }

    /// How many rows each class holds, and entries the log: `[primary, derived, ephemeral, log]`.
    pub fn counts(&self) -> Result<[u64; 4]> {
        self.read(|tx| Ok([tx.rows()?.len()?, tx.derived()?.len()?, tx.ephemeral()?.len()?, tx.log()?.len()?]))
    }

    /// Finishes the writes queued so far and ends writing: no clone can write any more. The file
    /// itself is closed with the last clone.
    pub fn close(self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
    }

    /// As [`Db::close`], and closes the file, whoever still has a clone: what a job still reads is given up.
    pub fn shut(&self) {
        self.clone().close();
        self.inner.close();
    }
}

/// Closing writes too, and of a damaged file that may fail or panic.
impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    /// Closes the file, if it is open.
    fn close(&self) {
        let File::Writer(file) = &self.file else { return };
        let Some(db) = file.0.swap(None) else { return };
        let in_use = || Error::StoreStopped("a transaction is just begun".into());
        match tx::shield(|| Ok(Arc::into_inner(db).ok_or_else(in_use)?.close()?)) {
            Ok(()) if !self.stopped.load(Ordering::SeqCst) => {
                if let Some(dir) = &self.dir {
                    closed_in_order(dir);
                }
            }
            Ok(()) => {}
            Err(e) => tracing::error!(error = %e, "the store was not closed in order; the next opening recovers it"),
        }
    }

    fn read<R>(&self, f: impl FnOnce(&ReadTx) -> Result<R>) -> Result<R> {
        self.watched(|| f(&ReadTx::new(self.snapshot()?)))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the read door")]
    fn snapshot(&self) -> Result<ReadTransaction> {
        tx::shield(|| {
            Ok(match &self.file {
                File::Writer(file) => file.get()?.begin_read()?,
                File::Reader(db) => db.begin_read()?,
            })
        })
    }

    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        ReadTx::new(self.snapshot()?).meta(key)
    }

    /// Runs `f`; an I/O error in it stops the store, since redb does nothing more after one.
    fn watched<R>(&self, f: impl FnOnce() -> Result<R>) -> Result<R> {
        let outcome = f();
        if let Err(e @ Error::StoreStopped(_)) = &outcome {
            self.stop(e);
        }
        outcome
    }

    /// Ends writing for good and wakes whoever watches for it.
    fn stop(&self, e: &Error) {
        let open = matches!(&self.file, File::Writer(file) if !file.is_closed());
        if open && !self.stopped.swap(true, Ordering::SeqCst) {
            tracing::error!(error = %e, "the store stopped; the process must be restarted");
            self.head.send_modify(|_| {});
        }
    }
}
