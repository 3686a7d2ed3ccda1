//! One box over everything. [`Index`] knows only [`Doc`]s and gives back ids: what is shown comes
//! from the store. Scope is a clause of every query, so counts, facets and suggestions can't leak.
//! The index is disposable: it says how far of the log it has seen, and a damaged one is thrown away.

mod model;

pub use model::{Doc, Facets, Filters, Hit, Hits, Opened, Order, Query, Reading, Stats};

use crate::actor::Scope;
use crate::error::Result;
use crate::id::UnitId;
use std::ops::Range;
use std::path::Path;

/// The index of everything searchable.
pub struct Index {}

impl Index {
    /// Opens the index in `dir` (made if missing). One made by another format or with another
    /// `fingerprint` (of the spec), or a damaged one, is thrown away: [`Opened::Fresh`].
    pub fn open(dir: &Path, fingerprint: &str) -> Result<(Self, Opened)> {
        let _ = (dir, fingerprint);
        Ok((Self {}, Opened::Fresh))
    }

    /// Deletes, then puts (a doc replaces the one with its id). Not seen until [`Index::commit`].
    /// After an error everything since the last commit is lost: start again from [`Index::seq`].
    pub fn apply(&self, puts: &[Doc], deletes: &[u64]) -> Result<()> {
        let _ = (puts, deletes);
        Ok(())
    }

    /// Empties the index (seen at the next commit), for filling it anew.
    pub fn clear(&self) -> Result<()> {
        Ok(())
    }

    /// Makes everything applied seen and lasting; `seq` is the last log number in it.
    pub fn commit(&self, seq: u64) -> Result<()> {
        let _ = seq;
        Ok(())
    }

    /// The last log number in it (0: nothing yet).
    pub fn seq(&self) -> u64 {
        0
    }

    /// Searches inside a scope.
    pub fn search(&self, scope: &Scope, query: &Query) -> Result<Hits> {
        let _ = (scope, query);
        Ok(Hits::default())
    }

    /// The best few hits while a person types; no counts.
    pub fn suggest(&self, scope: &Scope, text: &str, own_unit: Option<UnitId>, limit: usize) -> Result<Vec<Hit>> {
        let _ = (scope, text, own_unit, limit);
        Ok(Vec::new())
    }

    /// How many docs fit, exactly.
    pub fn count(&self, scope: &Scope, query: &Query) -> Result<u64> {
        let _ = (scope, query);
        Ok(0)
    }

    /// Figures for the health page.
    pub fn stats(&self) -> Result<Stats> {
        Ok(Stats { docs: 0, segments: 0, bytes: 0, seq: 0 })
    }
}

/// Which parts of `text` a query means, as byte ranges in order, for marking them on a page.
pub fn highlight(text: &str, query: &str) -> Vec<Range<usize>> {
    let _ = (text, query);
    Vec::new()
}
