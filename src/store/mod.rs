//! The store: one redb file, two doors, one log.
//!
//! [`Db::read`] gives a snapshot. [`Db::write`] knows who and why before it opens, runs the closure
//! against an overlay of its own, appends the log entry itself, commits durably together with
//! whatever else is waiting, and only then answers and wakes the followers. There is no third door.
//!
//! Never: hold a read door open long (the file grows), await inside a door, retry after an I/O error
//! (the kernel may have dropped the pages; the process must be started anew).

pub mod fault;
pub mod history;
pub mod log;
pub mod receipt;
pub mod table;
pub mod tx;
pub mod verify;

pub use log::{Entry, GENESIS, Hash};
pub use table::{Class, Key, Table, Value};
pub use tx::{Read, ReadTx, WriteTx};

use crate::actor::Who;
use crate::clock::{Clock, Millis};
use crate::error::{Error, Result};
use arc_swap::ArcSwap;
use redb::{
    Builder, ConcurrencyMode, Database, Durability, ReadOnlyDatabase, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, StorageBackend, TableDefinition,
};
use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};
use tx::Tables;

const ROWS: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("rows");
const DERIVED: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("derived");
const EPHEMERAL: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("ephemeral");
const LOG: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("log");
const BODIES: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("bodies");
const META: TableDefinition<'static, &'static str, &'static [u8]> = TableDefinition::new("meta");

/// The newest form of the store this program writes and the newest it reads.
pub const FORMAT: u64 = 1;
const META_FORMAT: &str = "format";
const META_DERIVATION: &str = "derivation";
/// The file inside the data directory.
pub const FILE: &str = "store.redb";

/// Closures that share one commit at most.
const GROUP_MAX: usize = 256;
/// Closures waiting at most; a full queue makes callers wait their turn.
const QUEUE_MAX: usize = 1024;

/// Derives rows from one primary row: full key and value in, full derived keys and values out. Must
/// be a pure function of its input and the loaded spec, and each derived key must name the primary
/// row, so that no two rows derive the same key.
pub type Derive = Box<dyn Fn(&[u8], &[u8], &mut dyn FnMut(Vec<u8>, Vec<u8>)) -> Result<()> + Send + Sync>;

/// The derivations of all primary tables.
#[derive(Default)]
pub struct Derivers {
    by_table: HashMap<u8, Derive>,
    /// Changes whenever a derivation would give other rows than before.
    pub fingerprint: String,
}

impl Derivers {
    /// Registers the derivation of a primary table.
    pub fn add<K: Key, V: Value>(&mut self, table: &Table<K, V>, derive: Derive) {
        self.by_table.insert(table.number, derive);
    }

    fn of(&self, key: &[u8]) -> Option<&Derive> {
        self.by_table.get(key.first()?)
    }
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// redb's page cache.
    pub cache_bytes: usize,
    /// Writing stops while the disk has less than this free.
    pub reserve_bytes: u64,
    /// Where entries get their time from.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 160 << 20, reserve_bytes: 256 << 20, clock: Clock::system() }
    }
}

enum File {
    Writer(Database),
    Reader(ReadOnlyDatabase),
}

struct Inner {
    file: File,
    derivers: ArcSwap<Derivers>,
    stopped: AtomicBool,
    commits: AtomicU64,
    head: watch::Sender<u64>,
    /// Where to look for free space; nothing for a store in memory.
    dir: Option<PathBuf>,
    options: Options,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What a write left behind.
#[derive(Clone, Debug)]
pub struct Saved<R> {
    /// The closure's answer.
    pub value: R,
    /// The entry's number; nothing if nothing changed.
    pub seq: Option<u64>,
}

/// A write on its way: wait for it in a thread or await it in a task.
pub struct Pending<R>(oneshot::Receiver<Result<Saved<R>>>);

impl<R> Pending<R> {
    /// Waits, blocking this thread.
    pub fn wait(self) -> Result<Saved<R>> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Waits without blocking.
    pub async fn done(self) -> Result<Saved<R>> {
        self.0.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Error {
    Error::StoreStopped("the store is closed".into())
}

impl Db {
    /// Makes a new store in `dir`, which must not hold one.
    pub fn create(dir: &Path, options: Options) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(Error::path("making directory", dir))?;
        let path = dir.join(FILE);
        if path.exists() {
            return Err(Error::Operator(format!(
                "{} already holds a store; choose an empty directory",
                dir.display()
            )));
        }
        let file = builder(&options).create(&path).map_err(|e| open_error(dir, e))?;
        Self::start(File::Writer(file), Some(dir.to_owned()), options)
    }

    /// Opens the store in `dir` for reading and writing. One process at a time.
    pub fn open(dir: &Path, options: Options) -> Result<Self> {
        let path = existing(dir)?;
        let file = guarded(dir, || builder(&options).open(&path))?;
        Self::start(File::Writer(file), Some(dir.to_owned()), options)
    }

    /// Opens the store in `dir` for reading only, also beside a running server.
    pub fn open_read_only(dir: &Path, options: Options) -> Result<Self> {
        let path = existing(dir)?;
        let file = guarded(dir, || builder(&options).open_read_only(&path))?;
        Self::start(File::Reader(file), Some(dir.to_owned()), options)
    }

    /// A store on a backend of one's own: memory, or one that fails on purpose.
    pub fn on(backend: impl StorageBackend, options: Options) -> Result<Self> {
        let file = builder(&options).set_concurrency_mode(ConcurrencyMode::ExclusiveWriter).create_with_backend(backend)?;
        Self::start(File::Writer(file), None, options)
    }

    fn start(file: File, dir: Option<PathBuf>, options: Options) -> Result<Self> {
        if let File::Writer(db) = &file {
            prepare(db)?;
        }
        let inner = Arc::new(Inner {
            file,
            derivers: ArcSwap::from_pointee(Derivers::default()),
            stopped: AtomicBool::new(false),
            commits: AtomicU64::new(0),
            head: watch::Sender::new(0),
            dir,
            options,
        });
        inner.check_format()?;
        let head = inner.read(tx::Read::head)?.map_or(0, |e| e.seq);
        inner.head.send_replace(head);
        let (queue, thread) = if matches!(inner.file, File::Writer(_)) {
            let (send, receive) = sync_channel(QUEUE_MAX);
            let for_thread = Arc::clone(&inner);
            let thread = std::thread::Builder::new()
                .name("store-writer".into())
                .spawn(move || write_loop(&for_thread, &receive))
                .map_err(Error::io("starting the writer thread"))?;
            (Some(send), Some(thread))
        } else {
            (None, None)
        };
        Ok(Self { inner, queue, thread: Arc::new(Mutex::new(thread)) })
    }

    /// Runs `f` on a consistent snapshot. Keep it short.
    pub fn read<R>(&self, f: impl FnOnce(&ReadTx) -> Result<R>) -> Result<R> {
        self.inner.read(f)
    }

    /// Runs `f` as one change and waits until it is on disk. What `f` put goes into the log as one
    /// entry by `who` under `action`; if `f` fails, nothing of it is kept. Nothing of a change is
    /// ever visible before it is durable.
    pub fn write<R: Send + 'static>(
        &self,
        who: &Who,
        action: &'static str,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
    ) -> Result<Saved<R>> {
        self.submit(who, action, f).wait()
    }

    /// As [`Db::write`], without waiting: many submitted together share a commit.
    pub fn submit<R: Send + 'static>(
        &self,
        who: &Who,
        action: &'static str,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
    ) -> Pending<R> {
        let (send, receive) = oneshot::channel();
        let job = Closure { who: who.clone(), action, f: Some(f), outcome: None, reply: Some(send) };
        if let Some(queue) = &self.queue
            && let Err(e) = queue.send(Box::new(job))
        {
            e.0.answer(Err(stopped()));
        }
        Pending(receive)
    }

    /// The number of the newest durable entry, and word of each further one.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.inner.head.subscribe()
    }

    /// The number of the newest durable entry.
    pub fn head_seq(&self) -> u64 {
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
    /// are made anew first; `progress` hears how many primary rows are done.
    pub fn set_derivers(&self, derivers: Derivers, progress: &mut dyn FnMut(u64)) -> Result<()> {
        if let File::Writer(db) = &self.inner.file {
            let known = meta(db, META_DERIVATION)?;
            if known.as_deref() != Some(derivers.fingerprint.as_bytes()) {
                rebuild_derived(db, &derivers, progress)?;
            }
        }
        self.inner.derivers.store(Arc::new(derivers));
        Ok(())
    }

    pub(crate) fn derivers(&self) -> arc_swap::Guard<Arc<Derivers>> {
        self.inner.derivers.load()
    }

    /// How many rows each class holds, and entries the log: `[primary, derived, ephemeral, log]`.
    pub fn counts(&self) -> Result<[u64; 4]> {
        self.read(|tx| Ok([tx.rows.len()?, tx.derived.len()?, tx.ephemeral.len()?, tx.log.len()?]))
    }

    /// Waits for queued writes and closes. Other clones can no longer write.
    pub fn close(mut self) {
        self.queue = None;
        let thread = self.thread.lock().ok().and_then(|mut t| t.take());
        if let Some(thread) = thread {
            // The thread ends when the last clone's sender is gone.
            drop(self);
            let _ = thread.join();
        }
    }
}

impl Inner {
    fn read<R>(&self, f: impl FnOnce(&ReadTx) -> Result<R>) -> Result<R> {
        #[expect(clippy::disallowed_methods, reason = "this is the read door")]
        let txn = match &self.file {
            File::Writer(db) => db.begin_read()?,
            File::Reader(db) => db.begin_read()?,
        };
        f(&ReadTx::new(&txn)?)
    }

    fn check_format(&self) -> Result<()> {
        #[expect(clippy::disallowed_methods, reason = "the form must be known before the doors open")]
        let txn = match &self.file {
            File::Writer(db) => db.begin_read()?,
            File::Reader(db) => db.begin_read()?,
        };
        let form = txn.open_table(META)?.get(META_FORMAT)?.map(|v| u64::from_bytes(v.value())).transpose()?;
        match form {
            Some(form) if form <= FORMAT => Ok(()),
            Some(form) => Err(Error::Operator(format!(
                "this store has form {form}; this program ({}) reads up to form {FORMAT}. Install the version that wrote it, or a newer one",
                env!("CARGO_PKG_VERSION")
            ))),
            None => Err(Error::Operator(format!("{FILE} is not a csdlgd store"))),
        }
    }
}

fn builder(options: &Options) -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(options.cache_bytes).set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}

fn existing(dir: &Path) -> Result<PathBuf> {
    let path = dir.join(FILE);
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::Operator(format!(
        "no store in {}: {FILE} is missing. Make one with 'csdlgd init --data {} --province CODE --admin LOGIN', or restore a backup",
        dir.display(),
        dir.display()
    )))
}

/// redb trusts a file that was closed cleanly and may panic on one that was damaged since.
fn guarded<T>(dir: &Path, open: impl FnOnce() -> Result<T, redb::DatabaseError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(opened) => opened.map_err(|e| open_error(dir, e)),
        Err(_) => Err(damaged_file(dir, "the file's structure is broken")),
    }
}

fn damaged_file(dir: &Path, detail: &str) -> Error {
    Error::Operator(format!(
        "{} is damaged ({detail}). Keep it as it is, and restore the newest backup into a new directory",
        dir.join(FILE).display()
    ))
}

fn open_error(dir: &Path, e: redb::DatabaseError) -> Error {
    match e {
        redb::DatabaseError::DatabaseAlreadyOpen => Error::Operator(format!(
            "{} is in use by another csdlgd process; stop that one first (systemctl stop csdlgd), or ask it through its web page",
            dir.display()
        )),
        redb::DatabaseError::Storage(redb::StorageError::Io(e)) if e.kind() == std::io::ErrorKind::InvalidData => damaged_file(dir, &e.to_string()),
        redb::DatabaseError::Storage(redb::StorageError::Io(e)) => Error::Io { what: format!("opening {}", dir.join(FILE).display()), source: e },
        other => damaged_file(dir, &other.to_string()),
    }
}

fn prepare(db: &Database) -> Result<()> {
    let txn = begin(db)?;
    {
        txn.open_table(ROWS)?;
        txn.open_table(DERIVED)?;
        txn.open_table(EPHEMERAL)?;
        txn.open_table(LOG)?;
        txn.open_table(BODIES)?;
        let mut meta = txn.open_table(META)?;
        if meta.get(META_FORMAT)?.is_some() {
            return Ok(()); // drops the transaction: nothing to write
        }
        meta.insert(META_FORMAT, &FORMAT.to_bytes()[..])?;
    }
    txn.commit()?;
    Ok(())
}

/// Every transaction is durable and leaves the allocator's state, so that a killed server opens again
/// in a tenth of a second instead of thirty.
fn begin(db: &Database) -> Result<redb::WriteTransaction> {
    #[expect(clippy::disallowed_methods, reason = "this is the write door")]
    let mut txn = db.begin_write()?;
    txn.set_durability(Durability::Immediate).map_err(|e| Error::Internal(e.to_string()))?;
    txn.set_quick_repair(true);
    Ok(txn)
}

fn meta(db: &Database, key: &str) -> Result<Option<Vec<u8>>> {
    #[expect(clippy::disallowed_methods, reason = "meta is beside the doors")]
    let txn = db.begin_read()?;
    Ok(txn.open_table(META)?.get(key)?.map(|v| v.value().to_vec()))
}

fn rebuild_derived(db: &Database, derivers: &Derivers, progress: &mut dyn FnMut(u64)) -> Result<()> {
    const ROWS_PER_COMMIT: usize = 50_000;
    let txn = begin(db)?;
    txn.delete_table(DERIVED)?;
    txn.open_table(DERIVED)?;
    txn.open_table(META)?.remove(META_DERIVATION)?;
    txn.commit()?;
    let mut from: Vec<u8> = Vec::new();
    let mut done = 0u64;
    loop {
        let txn = begin(db)?;
        let mut last = None;
        {
            let rows = txn.open_table(ROWS)?;
            let mut derived = txn.open_table(DERIVED)?;
            let range = rows.range::<&[u8]>((std::ops::Bound::Excluded(&from[..]), std::ops::Bound::Unbounded))?;
            for (n, row) in range.enumerate() {
                let (key, kept) = row?;
                if let Some(derive) = derivers.of(key.value()) {
                    let mut failed = None;
                    derive(key.value(), tx::unframe(kept.value())?.1, &mut |k, v| {
                        if let Err(e) = derived.insert(&k[..], &v[..]) {
                            failed = Some(e);
                        }
                    })?;
                    if let Some(e) = failed {
                        return Err(e.into());
                    }
                }
                done += 1;
                if n + 1 == ROWS_PER_COMMIT {
                    last = Some(key.value().to_vec());
                    break;
                }
            }
        }
        if last.is_none() {
            txn.open_table(META)?.insert(META_DERIVATION, derivers.fingerprint.as_bytes())?;
        }
        txn.commit()?;
        progress(done);
        match last {
            Some(key) => from = key,
            None => return Ok(()),
        }
    }
}

/// A queued closure with its caller's answer slot.
trait Job: Send {
    fn who(&self) -> &Who;
    fn action(&self) -> &'static str;
    /// Runs the closure; keeps its answer for later, says only whether it succeeded.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool;
    /// Replaces the kept answer by this error.
    fn fail(&mut self, e: Error);
    /// Sends the kept answer with the entry's number, or this error instead of it.
    fn answer(self: Box<Self>, outcome: Result<Option<u64>>);
}

struct Closure<F, R> {
    who: Who,
    action: &'static str,
    f: Option<F>,
    outcome: Option<Result<R>>,
    reply: Option<oneshot::Sender<Result<Saved<R>>>>,
}

impl<R: Send, F: FnOnce(&mut WriteTx<'_>) -> Result<R> + Send> Job for Closure<F, R> {
    fn who(&self) -> &Who {
        &self.who
    }

    fn action(&self) -> &'static str {
        self.action
    }

    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool {
        let Some(f) = self.f.take() else { return false };
        // A panic in one closure must not take the writer down with everybody's saves.
        let outcome = catch_unwind(AssertUnwindSafe(|| f(tx))).unwrap_or_else(|p| Err(Error::Internal(panic_text(&*p))));
        let good = outcome.is_ok();
        self.outcome = Some(outcome);
        good
    }

    fn fail(&mut self, e: Error) {
        self.outcome = Some(Err(e));
    }

    fn answer(mut self: Box<Self>, outcome: Result<Option<u64>>) {
        let answer = match outcome {
            Ok(seq) => self.outcome.take().unwrap_or_else(|| Err(stopped())).map(|value| Saved { value, seq }),
            Err(e) => Err(e),
        };
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(answer);
        }
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".into())
}

fn write_loop(inner: &Inner, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut group: Vec<(Box<dyn Job>, Option<u64>)> = vec![(first, None)];
        if inner.stopped.load(Ordering::SeqCst) {
            for (job, _) in group {
                job.answer(Err(Error::StoreStopped("an earlier I/O error stopped writing".into())));
            }
            continue;
        }
        let outcome = inner.check_space().and_then(|()| commit_group(inner, queue, &mut group));
        match outcome {
            Ok(head) => {
                if let Some(head) = head {
                    inner.head.send_replace(head);
                }
                for (job, seq) in group {
                    job.answer(Ok(seq));
                }
            }
            Err(e @ Error::NoSpace { .. }) => {
                let Error::NoSpace { free_mib } = e else { continue };
                for (job, _) in group {
                    job.answer(Err(Error::NoSpace { free_mib }));
                }
            }
            Err(e) => {
                inner.stopped.store(true, Ordering::SeqCst);
                tracing::error!(error = %e, "the store stopped writing; the process must be restarted");
                for (job, _) in group {
                    job.answer(Err(Error::StoreStopped(e.to_string())));
                }
                // Wake followers so that whoever watches for the stop sees it.
                inner.head.send_modify(|_| {});
            }
        }
    }
}

/// Runs what waits in one transaction. On an error nobody is told "saved".
fn commit_group(
    inner: &Inner,
    queue: &Receiver<Box<dyn Job>>,
    group: &mut Vec<(Box<dyn Job>, Option<u64>)>,
) -> Result<Option<u64>> {
    let File::Writer(db) = &inner.file else { return Err(stopped()) };
    let derivers = inner.derivers.load_full();
    let txn = begin(db)?;
    let mut head = None;
    let mut dirty = false;
    {
        let mut tables = Tables::open(&txn)?;
        let last = tables.head()?;
        let (mut seq, mut hash, mut time) = last.map_or((0, GENESIS, Millis(0)), |e| (e.seq, e.hash, e.time));
        let mut next = 0;
        loop {
            let (job, entry_seq) = &mut group[next];
            let now = inner.options.clock.now().max(time);
            let mut tx = WriteTx::new(&tables, &derivers, seq + 1, now, job.who().clone());
            if job.run(&mut tx) {
                let finished = tx.finish();
                let body = finished.body();
                if body.changes.is_empty() && !finished.must_log {
                    dirty |= !finished.ephemeral.is_empty();
                    finished.apply(&mut tables, seq)?;
                } else {
                    match body.seal() {
                        Ok((kept, body_hash)) => {
                            seq += 1;
                            time = now;
                            let mut entry = Entry {
                                seq,
                                time,
                                who: job.who().clone(),
                                action: job.action().to_owned(),
                                unit: finished.unit,
                                batch: finished.batch,
                                rows: body.changes.len() as u32,
                                body_hash,
                                hash,
                            };
                            entry.hash = entry.expected_hash(&hash);
                            hash = entry.hash;
                            finished.apply(&mut tables, seq)?;
                            tables.put_log(&entry, &kept)?;
                            *entry_seq = Some(seq);
                            head = Some(seq);
                            dirty = true;
                        }
                        Err(e) => job.fail(e),
                    }
                }
            }
            next += 1;
            if group.len() >= GROUP_MAX {
                break;
            }
            match queue.try_recv() {
                Ok(job) => group.push((job, None)),
                Err(_) => break,
            }
        }
    }
    if dirty {
        txn.commit()?;
        inner.commits.fetch_add(1, Ordering::Relaxed);
    } else {
        txn.abort()?;
    }
    Ok(head)
}

impl Inner {
    fn check_space(&self) -> Result<()> {
        let Some(dir) = &self.dir else { return Ok(()) };
        let free = free_bytes(dir)?;
        if free < self.options.reserve_bytes {
            return Err(Error::NoSpace { free_mib: free >> 20 });
        }
        Ok(())
    }
}

/// Bytes an ordinary process may still write on the disk of `dir`.
pub fn free_bytes(dir: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(dir).map_err(|e| Error::Io { what: format!("asking the free space of {}", dir.display()), source: e.into() })?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
