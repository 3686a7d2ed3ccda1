//! The columns of the segments being searched, opened once for each: what ranks a doc, what it counts as.
//! They stay as long as their segment is searched.

use super::facets::{Combination, Labels};
use super::schema::column;
use crate::id::UnitId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, Result, Searcher, SegmentReader};

/// The columns of a segment.
pub(super) struct Columns {
    pub id: Column<u64>,
    /// See [`super::schema::Face`].
    pub face: Column<u64>,
    /// The title's key for sorting.
    pub order: Option<StrColumn>,
    pub units: Units,
    /// The ordinals of `combinations`.
    pub facets: Option<Column<u64>>,
    /// What docs of this segment count as, by ordinal.
    pub combinations: Box<[Combination]>,
}

/// The units of the docs of a segment.
pub(super) struct Units {
    /// See [`super::facets::home`].
    pub home: Column<u64>,
    pub all: Column<u64>,
}

impl Units {
    /// Whether a doc belongs to a unit.
    pub(super) fn has(&self, doc: DocId, unit: UnitId) -> bool {
        let unit = u64::from(unit.0);
        let home = self.home.first(doc).unwrap_or(0);
        home >> 1 == unit || home & 1 == 1 && self.all.values_for_doc(doc).any(|u| u == unit)
    }
}

/// What is known of the segments being searched.
#[derive(Default)]
pub(super) struct Known {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    labels: Labels,
    segments: HashMap<SegmentId, Arc<Columns>>,
}

impl Known {
    /// The columns of a segment of `searcher`.
    pub(super) fn columns(&self, searcher: &Searcher, reader: &SegmentReader) -> Result<Arc<Columns>> {
        let mut inner = self.lock();
        if let Some(columns) = inner.segments.get(&reader.segment_id()) {
            return Ok(columns.clone());
        }
        let fast = reader.fast_fields();
        let facets = fast.str(column::FACETS)?;
        let combinations = match &facets {
            Some(column) => inner.labels.combinations(column)?,
            None => Box::default(),
        };
        let columns = Arc::new(Columns {
            id: fast.u64(column::ID)?,
            face: fast.u64(column::FACE)?,
            order: fast.str(column::ORDER)?,
            units: Units { home: fast.u64(column::HOME)?, all: fast.u64(column::UNIT)? },
            facets: facets.map(|column| column.ords().clone()),
            combinations,
        });
        // Segments that were merged away are searched no more; who still searches them holds their columns.
        inner.segments.retain(|id, _| searcher.segment_readers().iter().any(|r| r.segment_id() == *id));
        inner.segments.insert(reader.segment_id(), columns.clone());
        Ok(columns)
    }

    /// Reads the labels.
    pub(super) fn labels<T>(&self, read: impl FnOnce(&Labels) -> T) -> T {
        read(&self.lock().labels)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
