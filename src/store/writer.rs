//! The write door's other side: one thread that takes the queued closures, runs each against its own
//! overlay of one open transaction, commits once, and answers all. Never answers before the commit is
//! on disk, and never tries a failed commit again.

use super::log::{Entry, Hash};
use super::open::begin;
use super::tx::{Tables, WriteTx};
use super::{Derivers, File, GENESIS, Inner};
use crate::actor::Who;
use crate::clock::Millis;
use crate::error::{Error, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Closures that share one commit at most.
const GROUP_MAX: usize = 256;
/// No further closure joins a commit of so many rows or bytes, so that a clerk's save queued behind
/// portions of an import waits for a few of them, not for all.
const GROUP_ROWS: usize = 4096;
const GROUP_BYTES: usize = 4 << 20;
/// Closures waiting at most; a full queue makes callers wait their turn.
const QUEUE_MAX: usize = 1024;

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
        self.0.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Waits without blocking.
    pub async fn done(self) -> Result<Saved<R>> {
        self.0.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(super) fn failed(e: Error) -> Self {
        let (send, receive) = oneshot::channel();
        let _ = send.send(Err(e));
        Self(receive)
    }
}

fn closed() -> Error {
    Error::StoreStopped("the store is closed".into())
}

/// The thread and the way to it. Dropping it finishes what is queued and waits for the thread.
pub(super) struct Writer {
    queue: Option<SyncSender<Message>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    thread_id: std::thread::ThreadId,
}

enum Message {
    Work(Box<dyn Job>),
    Close,
}

impl Writer {
    pub(super) fn start(inner: &Arc<Inner>) -> Result<Self> {
        let (send, receive) = sync_channel(QUEUE_MAX);
        let inner = Arc::clone(inner);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&inner, &receive))
            .map_err(Error::io("starting the writer thread"))?;
        let thread_id = thread.thread().id();
        Ok(Self { queue: Some(send), thread: Mutex::new(Some(thread)), thread_id })
    }

    pub(super) fn submit<R: Send + 'static>(
        &self,
        who: &Who,
        action: &'static str,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
    ) -> Pending<R> {
        if self.is_this_thread() {
            return Pending::failed(Error::Internal("a write inside a write would wait for itself".into()));
        }
        let (send, receive) = oneshot::channel();
        let job = Closure { who: who.clone(), action, f: Some(f), outcome: None, reply: Some(send) };
        if let Some(queue) = &self.queue {
            // If the thread is gone, the job and its reply are dropped: the caller hears "closed".
            let _ = queue.send(Message::Work(Box::new(job)));
        }
        Pending(receive)
    }

    /// Ends the thread after what is queued now.
    pub(super) fn close(&self) {
        if self.is_this_thread() {
            return;
        }
        if let Some(queue) = &self.queue {
            let _ = queue.send(Message::Close);
        }
        self.join();
    }

    fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    fn is_this_thread(&self) -> bool {
        std::thread::current().id() == self.thread_id
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None; // the thread ends when nothing is queued any more
        if !self.is_this_thread() {
            self.join();
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
        let outcome =
            catch_unwind(AssertUnwindSafe(|| f(tx))).unwrap_or_else(|p| Err(Error::Internal(panic_text(&*p))));
        let good = outcome.is_ok();
        self.outcome = Some(outcome);
        good
    }

    fn fail(&mut self, e: Error) {
        self.outcome = Some(Err(e));
    }

    fn answer(mut self: Box<Self>, outcome: Result<Option<u64>>) {
        let answer = match outcome {
            Ok(seq) => self.outcome.take().unwrap_or_else(|| Err(closed())).map(|value| Saved { value, seq }),
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

type Group = Vec<(Box<dyn Job>, Option<u64>)>;

fn write_loop(inner: &Inner, queue: &Receiver<Message>) {
    let mut open = true;
    while open {
        let Ok(Message::Work(first)) = queue.recv() else { return };
        if inner.stopped.load(Ordering::SeqCst) {
            first.answer(Err(Error::StoreStopped("an earlier I/O error stopped writing".into())));
            continue;
        }
        let mut group: Group = vec![(first, None)];
        // redb may panic on damaged pages; the callers must hear of it and the store must stop.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            inner.check_space()?;
            commit_group(inner, &mut group, || match queue.try_recv() {
                Ok(Message::Work(job)) => Some(job),
                Ok(Message::Close) => {
                    open = false;
                    None
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
            })
        }))
        .unwrap_or_else(|p| Err(Error::Internal(format!("the writer panicked: {}", panic_text(&*p)))));
        match outcome {
            Ok(head) => {
                if let Some(head) = head {
                    inner.head.send_replace(head);
                }
                for (job, seq) in group {
                    job.answer(Ok(seq));
                }
            }
            Err(Error::NoSpace { free_mib }) => {
                for (job, _) in group {
                    job.answer(Err(Error::NoSpace { free_mib }));
                }
            }
            Err(e) => {
                inner.stop(&e);
                for (job, _) in group {
                    job.answer(Err(Error::StoreStopped(e.to_string())));
                }
            }
        }
    }
}

/// Runs what waits in one transaction. On an error nobody is told "saved".
fn commit_group(
    inner: &Inner,
    group: &mut Group,
    mut next: impl FnMut() -> Option<Box<dyn Job>>,
) -> Result<Option<u64>> {
    let File::Writer(file) = &inner.file else { return Err(closed()) };
    let _turn = inner.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let derivers = inner.derivers.load_full();
    let txn = begin(&*file.get()?)?;
    let (head, dirty) = {
        let mut commit = Commit::open(&txn)?;
        for at in 0.. {
            let (job, seq) = &mut group[at];
            *seq = commit.add(&mut **job, &derivers, inner.options.clock.now())?;
            if group.len() == GROUP_MAX || commit.rows >= GROUP_ROWS || commit.bytes >= GROUP_BYTES {
                break;
            }
            match next() {
                Some(job) => group.push((job, None)),
                None => break,
            }
        }
        (commit.head, commit.dirty)
    };
    if dirty {
        txn.commit()?;
        inner.commits.fetch_add(1, Ordering::Relaxed);
    } else {
        txn.abort()?;
    }
    Ok(head)
}

/// An open commit and the end of the log in it.
struct Commit<'txn> {
    tables: Tables<'txn>,
    seq: u64,
    hash: Hash,
    time: Millis,
    /// The newest entry made here.
    head: Option<u64>,
    dirty: bool,
    rows: usize,
    bytes: usize,
}

impl<'txn> Commit<'txn> {
    fn open(txn: &'txn redb::WriteTransaction) -> Result<Self> {
        let tables = Tables::open(txn)?;
        let (seq, hash, time) = tables.head()?.map_or((0, GENESIS, Millis(0)), |e| (e.seq, e.hash, e.time));
        Ok(Self { tables, seq, hash, time, head: None, dirty: false, rows: 0, bytes: 0 })
    }

    /// Runs one closure and takes over what it did, if it succeeded. An error here is the commit's,
    /// not the closure's.
    fn add(&mut self, job: &mut dyn Job, derivers: &Derivers, now: Millis) -> Result<Option<u64>> {
        let now = now.max(self.time);
        let mut tx = WriteTx::new(&self.tables, derivers, self.seq + 1, now, job.who().clone());
        if !job.run(&mut tx) {
            return Ok(None);
        }
        let finished = tx.finish();
        if !finished.is_logged() {
            self.dirty |= finished.has_ephemeral();
            finished.apply(&mut self.tables, self.seq)?;
            return Ok(None);
        }
        let (body, body_hash) = match finished.seal_body() {
            Ok(sealed) => sealed,
            Err(e) => {
                job.fail(e);
                return Ok(None);
            }
        };
        let mut entry = Entry {
            seq: self.seq + 1,
            time: now,
            who: job.who().clone(),
            action: job.action().to_owned(),
            unit: finished.unit,
            batch: finished.batch,
            rows: finished.rows() as u32,
            body_hash,
            hash: GENESIS,
        };
        entry.hash = entry.expected_hash(&self.hash);
        finished.apply(&mut self.tables, entry.seq)?;
        self.tables.put_log(&entry, &body)?;
        (self.seq, self.hash, self.time) = (entry.seq, entry.hash, entry.time);
        (self.head, self.dirty) = (Some(entry.seq), true);
        self.rows += finished.rows();
        self.bytes += body.len();
        Ok(self.head)
    }
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
    let stat = rustix::fs::statvfs(dir)
        .map_err(|e| Error::Io { what: format!("asking the free space of {}", dir.display()), source: e.into() })?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
