//! The one writer, behind a lock. It must never be used again after an error: it is dropped, and the
//! next use opens a new one at the last commit.

use super::analyse::Analyser;
use super::directory::payload;
use super::engine;
use super::model::Doc;
use super::schema::Fields;
use crate::error::{Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{IndexWriter, TantivyDocument, Term};

/// Indexing threads while the log is followed: each makes a segment of its own at every commit.
const THREADS: usize = 1;
/// While an empty index is filled.
const THREADS_FILLING: usize = 2;
/// Memory a thread may fill before it writes a segment.
const MEMORY_BYTES: usize = 50 << 20;
/// So many docs at once are analysed by two threads, fewer by the caller alone.
const MANY: usize = 1000;

pub(super) struct Writer {
    index: tantivy::Index,
    fields: Fields,
    fingerprint: String,
    open: Mutex<Option<IndexWriter>>,
}

impl Writer {
    pub(super) fn new(index: tantivy::Index, fields: Fields, fingerprint: &str) -> Self {
        Self { index, fields, fingerprint: fingerprint.to_owned(), open: Mutex::new(None) }
    }

    /// Puts and deletes; `replacing` deletes the doc of the same id first.
    pub(super) fn apply(&self, puts: &[Doc], deletes: &[u64], replacing: bool) -> Result<()> {
        if puts.is_empty() && deletes.is_empty() {
            return Ok(());
        }
        self.with(|writer| {
            for id in deletes {
                writer.delete_term(Term::from_field_u64(self.fields.id, *id));
            }
            // Two threads read many docs while the writer's own threads index them; but a doc given
            // twice must keep its order.
            if puts.len() < MANY || !distinct(puts) {
                return self.put(writer, puts, replacing);
            }
            let (a, b) = puts.split_at(puts.len() / 2);
            std::thread::scope(|scope| {
                let other = scope.spawn(|| self.put(writer, a, replacing));
                self.put(writer, b, replacing)?;
                other.join().map_err(|_| tantivy::TantivyError::ErrorInThread("analysis".into()))?
            })
        })
    }

    fn put(&self, writer: &IndexWriter, puts: &[Doc], replacing: bool) -> tantivy::Result<()> {
        let mut analyser = Analyser::new(self.fields);
        for doc in puts {
            if replacing {
                writer.delete_term(Term::from_field_u64(self.fields.id, doc.id));
            }
            writer.add_document(analyser.document(doc))?;
        }
        Ok(())
    }

    /// Empties the index, to be filled anew; what was not committed is lost.
    pub(super) fn clear(&self) -> Result<()> {
        let mut slot = self.lock();
        *slot = None;
        let writer = self.start(THREADS_FILLING)?;
        writer.delete_all_documents().map_err(engine)?;
        *slot = Some(writer);
        Ok(())
    }

    pub(super) fn commit(&self, seq: u64) -> Result<()> {
        self.with(|writer| {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&payload(&self.fingerprint, seq));
            prepared.commit().map(drop)
        })
    }

    /// Closes the writer when its merges are done. What was not committed is lost.
    pub(super) fn settle(&self) -> Result<()> {
        match self.lock().take() {
            Some(writer) => writer.wait_merging_threads().map_err(engine),
            None => Ok(()),
        }
    }

    /// Closes the writer as it is: the files it writes to are no longer wanted.
    pub(super) fn abandon(&self) {
        drop(self.lock().take());
    }

    fn with<T>(&self, work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> Result<T> {
        let mut slot = self.lock();
        let mut writer = match slot.take() {
            Some(writer) => writer,
            None => self.start(THREADS)?,
        };
        // On an error or a panic the writer is dropped here, and with it all that is not committed.
        let done = work(&mut writer).map_err(engine)?;
        *slot = Some(writer);
        Ok(done)
    }

    fn start(&self, threads: usize) -> Result<IndexWriter> {
        let opened = self.index.writer_with_num_threads::<TantivyDocument>(threads, threads * MEMORY_BYTES);
        let writer = opened.map_err(|e| match e {
            tantivy::TantivyError::LockFailure(..) => {
                Error::Operator("the search index is in use by another process; stop that one first".into())
            }
            other => engine(other),
        })?;
        let mut merges = LogMergePolicy::default();
        merges.set_del_docs_ratio_before_merge(0.2);
        writer.set_merge_policy(Box::new(merges));
        Ok(writer)
    }

    fn lock(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        // A panic left the slot empty: the next use opens a new writer.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn distinct(docs: &[Doc]) -> bool {
    let mut ids: Vec<u64> = docs.iter().map(|d| d.id).collect();
    ids.sort_unstable();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}
