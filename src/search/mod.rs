//! One box over everything. [`Index`] knows only [`Doc`]s and gives back ids: what is shown comes
//! from the store. Scope is a clause of every query, so counts, facets and suggestions can't leak.
//! The index is disposable: it says how far of the log it has seen, and a damaged one is thrown away.

mod analyse;
#[cfg(test)]
mod bench;
mod columns;
mod directory;
mod every;
mod expand;
mod facets;
mod filling;
mod highlight;
mod model;
mod parse;
mod plan;
mod rank;
mod run;
mod schema;
mod sets;
#[cfg(test)]
mod tests;
mod tokenizer;
mod unsynced;
mod why;
mod writer;

pub use filling::Filling;
pub use highlight::highlight;
pub use model::{Doc, Facets, Filters, Hit, Hits, Opened, Order, Query, Reading, Stats};
pub use why::{Fit, Match, Place, Why, explain, pieces};

use crate::actor::Scope;
use crate::error::{Error, Result};
use crate::id::UnitId;
use arc_swap::{ArcSwap, Guard};
use parse::Item;
use plan::{Leniency, Short, Slips};
use rank::Ranking;
use run::{Found, Wanted};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use tantivy::query::EnableScoring;
use tantivy::{IndexReader, Searcher};

/// With fewer hits than this, words one slip away are looked for as well. Of a word by itself only
/// if it is not found at all: it has too many neighbours.
const FEW: u64 = 5;
/// A query of so many words that finds each of them whole is not looked at again.
const SURE: usize = 3;
/// What is forgiven, step by step, as long as too little is found.
const LENIENCIES: [(Slips, Short); 3] =
    [(Slips::One, Short::No), (Slips::One, Short::Two), (Slips::Each, Short::Three)];
/// A person does not turn pages beyond this; lists of a unit come from the store.
const DEEPEST: usize = 20_000;
/// Suggestions look at so many docs at most.
const SUGGEST_DOCS: u64 = 100_000;

/// The index of everything searchable.
pub struct Index {
    dir: PathBuf,
    fingerprint: String,
    /// Nothing before it is used for the first time.
    engine: OnceLock<ArcSwap<Engine>>,
    opening: Mutex<()>,
    seq: AtomicU64,
    filling: Filling,
    turn: Mutex<()>,
}

/// The engine with its files; another one when the index is made anew.
struct Engine {
    reader: IndexReader,
    fields: schema::Fields,
    writer: writer::Writer,
    files: unsynced::Unsynced,
    known: columns::Known,
    sets: Arc<sets::Sets>,
}

impl Engine {
    fn of(stored: directory::Stored, fingerprint: &str) -> Result<Self> {
        let (_, fields) = schema::schema();
        let directory::Stored { index, files } = stored;
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into().map_err(engine)?;
        Ok(Self {
            reader,
            fields,
            writer: writer::Writer::new(index, fields, fingerprint),
            files,
            known: columns::Known::default(),
            sets: Arc::default(),
        })
    }
}

/// An error of the engine, for the log.
pub(crate) fn engine(e: impl std::fmt::Display) -> Error {
    Error::Internal(format!("search index: {e}"))
}

impl Index {
    /// Opens the index in `dir` (made if missing). One made by another format or with another
    /// `fingerprint` (of the spec), or a damaged one, is thrown away: [`Opened::Fresh`].
    /// A directory with files that are no index is refused ([`Error::Operator`]).
    pub fn open(dir: &Path, fingerprint: &str) -> Result<(Self, Opened)> {
        let index = Self::of(dir, fingerprint);
        let opened = index.open_now()?.1;
        Ok((index, opened))
    }

    /// As [`Index::open`], at the first use: to read a large index from the disk takes a second, and who starts a
    /// server waits for its pages first. Only what is no index is refused now.
    pub fn open_later(dir: &Path, fingerprint: &str) -> Result<Self> {
        directory::refuse_other(dir)?;
        Ok(Self::of(dir, fingerprint))
    }

    /// Opens the index in `dir` for searching only, also beside a running server. Nothing is changed;
    /// one that can't be used is an error.
    pub fn open_read_only(dir: &Path, fingerprint: &str) -> Result<Self> {
        let (stored, seq) = directory::open_existing(dir, fingerprint)?;
        let index = Self::of(dir, fingerprint);
        index.seq.store(seq, Ordering::Release);
        let _ = index.engine.set(ArcSwap::from_pointee(Engine::of(stored, fingerprint)?)); // nobody else has it
        Ok(index)
    }

    fn of(dir: &Path, fingerprint: &str) -> Self {
        Self {
            dir: dir.to_owned(),
            fingerprint: fingerprint.to_owned(),
            engine: OnceLock::new(),
            opening: Mutex::default(),
            seq: AtomicU64::new(0),
            filling: Filling::default(),
            turn: Mutex::default(),
        }
    }

    /// The engine as it is now.
    fn engine(&self) -> Result<Guard<Arc<Engine>>> {
        self.slot().map(ArcSwap::load)
    }

    /// Where the engine is; the first to use it opens it, and others wait meanwhile.
    fn slot(&self) -> Result<&ArcSwap<Engine>> {
        match self.engine.get() {
            Some(open) => Ok(open),
            None => Ok(self.open_now()?.0),
        }
    }

    fn open_now(&self) -> Result<(&ArcSwap<Engine>, Opened)> {
        let _alone = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = self.engine.get() {
            return Ok((open, Opened::Seq(self.seq())));
        }
        let (stored, opened) = directory::open(&self.dir, &self.fingerprint)?;
        tracing::info!(?opened, "search index");
        let fresh = ArcSwap::from_pointee(Engine::of(stored, &self.fingerprint)?);
        if let Opened::Seq(seq) = opened {
            self.seq.store(seq, Ordering::Release);
        }
        Ok((self.engine.get_or_init(|| fresh), opened))
    }

    /// Opens it, if nobody has yet.
    pub fn ensure_open(&self) -> Result<()> {
        self.slot().map(|_| ())
    }

    /// Whether it was used yet: before, it is not known how far of the log it has seen.
    pub fn is_open(&self) -> bool {
        self.engine.get().is_some()
    }

    /// Spoils the index in `dir`, so that the process it belongs to makes it anew.
    pub fn discard(dir: &Path) -> Result<()> {
        directory::discard(dir)
    }

    /// Whose turn it is to put docs: one at a time follows the log.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Index::turn`], if nobody has it now.
    pub fn try_turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Whether its files are as they were written. Cheap: their names and lengths are looked at.
    pub fn is_whole(&self) -> Result<bool> {
        Ok(self.engine()?.files.is_whole())
    }

    /// Throws away everything, also on the disk, and begins an empty index.
    pub fn reset(&self) -> Result<()> {
        let slot = self.slot()?;
        slot.load().writer.abandon();
        self.seq.store(0, Ordering::Release);
        slot.store(Arc::new(Engine::of(directory::make(&self.dir)?, &self.fingerprint)?));
        Ok(())
    }

    /// How far it is being filled anew.
    pub const fn filling(&self) -> &Filling {
        &self.filling
    }

    /// Deletes, then puts (a doc replaces the one with its id). Not seen until [`Index::commit`].
    /// After an error everything since the last commit is lost: start again from [`Index::seq`].
    pub fn apply(&self, puts: &[Doc], deletes: &[u64]) -> Result<()> {
        self.engine()?.writer.apply(puts, deletes, true)
    }

    /// Puts docs whose ids are known not to be in it: filling an empty index, twice as fast.
    pub fn load(&self, puts: &[Doc]) -> Result<()> {
        self.engine()?.writer.apply(puts, &[], false)
    }

    /// Empties the index (seen at the next commit), for filling it anew.
    pub fn clear(&self) -> Result<()> {
        self.engine()?.writer.clear()
    }

    /// Makes everything applied seen and lasting; `seq` is the last log number in it.
    pub fn commit(&self, seq: u64) -> Result<()> {
        let engine_now = self.engine()?;
        engine_now.writer.commit(seq)?;
        engine_now.reader.reload().map_err(engine)?;
        self.seq.store(seq, Ordering::Release);
        Ok(())
    }

    /// Waits until segments being merged are merged. For shutting down, and after filling.
    pub fn settle(&self) -> Result<()> {
        let engine_now = self.engine()?;
        engine_now.writer.settle()?;
        engine_now.reader.reload().map_err(engine)
    }

    /// The last log number in it (0: nothing yet).
    pub fn seq(&self) -> u64 {
        self.seq.load(Ordering::Acquire)
    }

    /// Searches inside a scope.
    pub fn search(&self, scope: &Scope, query: &Query) -> Result<Hits> {
        if query.offset.saturating_add(query.limit) > DEEPEST {
            return Err(Error::Bad(
                "Danh sách kết quả quá dài để lật tới trang này. Thầy/cô gõ thêm từ khóa hoặc chọn bộ lọc.".into(),
            ));
        }
        let (found, reading, near) = self.ask(scope, query, query.offset + query.limit, u64::MAX)?;
        let hits = found.hits.into_iter().skip(query.offset).collect();
        Ok(Hits { total: found.total, near, hits, facets: found.facets, reading })
    }

    /// The best few hits while a person types; no counts.
    pub fn suggest(&self, scope: &Scope, text: &str, own_unit: Option<UnitId>, limit: usize) -> Result<Vec<Hit>> {
        let query = Query { text: text.into(), own_unit, limit, ..Query::default() };
        let blank = text.trim().is_empty();
        Ok(if blank { Vec::new() } else { self.ask(scope, &query, limit.min(100), SUGGEST_DOCS)?.0.hits })
    }

    /// How many docs fit, exactly.
    pub fn count(&self, scope: &Scope, query: &Query) -> Result<u64> {
        Ok(self.ask(scope, &Query { facets: false, ..query.clone() }, 0, u64::MAX)?.0.total)
    }

    /// Figures for the health page.
    pub fn stats(&self) -> Result<Stats> {
        let searcher = self.engine()?.reader.searcher();
        let bytes = searcher.space_usage().map_err(engine)?.total().get_bytes();
        Ok(Stats { docs: searcher.num_docs(), segments: searcher.segment_readers().len(), bytes, seq: self.seq() })
    }

    /// As typed; if that finds nothing, as raw keys, then without words that only say what sort of
    /// thing is meant; if it finds little, with one slip forgiven, and if there is still nothing,
    /// with a slip in each word.
    fn ask(&self, scope: &Scope, query: &Query, keep: usize, most_docs: u64) -> Result<(Found, Reading, u64)> {
        let searcher = self.engine()?.reader.searcher();
        let mut items = parse::parse(&query.text);
        let wanted =
            Wanted { keep, order: query.order, facets: query.facets, kind: query.kind.as_deref(), scope, most_docs };
        let once = |items: &[Item], how: Leniency| self.once(&searcher, scope, query, items, how, &wanted);
        let mut found = once(&items, Leniency::default())?;
        if found.all_kinds >= FEW || items.is_empty() {
            return Ok((found, Reading::AsTyped, 0));
        }
        let mut reading = Reading::AsTyped;
        let raw_keys = found.all_kinds == 0 && items.iter().any(|i| i.alts.iter().any(|a| a.raw_keys));
        if raw_keys {
            found = once(&items, Leniency { raw_keys, ..Leniency::default() })?;
            if found.all_kinds > 0 {
                reading = Reading::RawKeys;
            }
        }
        if found.all_kinds == 0 && items.iter().any(|i| i.label) && !items.iter().all(|i| i.label) {
            items.retain(|i| !i.label);
            found = once(&items, Leniency { raw_keys, ..Leniency::default() })?;
        }
        let strict = found.total;
        let alone = items.len() == 1;
        let few = if alone || self.sure(&searcher, scope, query, &items, raw_keys, &found)? { 1 } else { FEW };
        for (slips, short) in LENIENCIES {
            let none = found.all_kinds == 0;
            if found.all_kinds >= few || !none && short != Short::No || alone && short == Short::Two {
                continue;
            }
            found = once(&items, Leniency { raw_keys, slips, short })?;
            if none && found.all_kinds > 0 {
                reading = Reading::Slip;
            }
        }
        let near = found.total - strict.min(found.total);
        Ok((found, reading, near))
    }

    /// Whether what was found needs no second look: who names three things and finds somebody with all
    /// of them, whole, made no slip. The same for every kind and order, so that counts agree.
    fn sure(
        &self,
        searcher: &Searcher,
        scope: &Scope,
        query: &Query,
        items: &[Item],
        raw_keys: bool,
        found: &Found,
    ) -> Result<bool> {
        if items.len() < SURE || found.all_kinds == 0 {
            return Ok(false);
        }
        let whole = |found: &Found| found.hits.first().is_some_and(|h| rank::is_whole(h.cost));
        if query.kind.is_none() && query.order == Order::Best && !found.hits.is_empty() {
            return Ok(whole(found));
        }
        let best = Wanted { keep: 1, order: Order::Best, facets: false, kind: None, scope, most_docs: u64::MAX };
        let how = Leniency { raw_keys, ..Leniency::default() };
        Ok(whole(&self.once(searcher, scope, query, items, how, &best)?))
    }

    fn once(
        &self,
        searcher: &Searcher,
        scope: &Scope,
        query: &Query,
        items: &[Item],
        how: Leniency,
        wanted: &Wanted,
    ) -> Result<Found> {
        // With a text, the kind is left to the counting, so that every kind's tab can show its count.
        let kind_in_query = query.text.trim().is_empty() && !query.facets;
        let engine_now = self.engine()?;
        let to = plan::For { fields: engine_now.fields, sets: &engine_now.sets };
        let planned = plan::plan(to, scope, query, items, how, kind_in_query);
        let scoring = EnableScoring::disabled_from_searcher(searcher);
        let ranking = Ranking::new(&planned, items, query.own_unit, scoring).map_err(engine)?;
        let weight = planned.query.weight(scoring).map_err(engine)?;
        run::run(searcher, weight.as_ref(), &ranking, wanted, &engine_now.known).map_err(engine)
    }
}
