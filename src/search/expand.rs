//! A query for "any term that begins with this" or "any term one slip away", with the cheapest set
//! of docs for what it finds. It must never expand into more terms than its bound.

use super::sets::{Bits, Key, Sets, Walk};
use std::fmt;
use std::sync::Arc;
use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::query::{
    ConstScorer, DfaWrapper, EmptyScorer, EnableScoring, Explanation, FuzzyTermQuery, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, InvertedIndexReader, Score, SegmentReader, TERMINATED, TantivyError};

/// Most terms one slip away that are followed, in each segment.
const MOST_SLIPS: usize = 300;
/// Sets up to this many docs are a list.
const LIST_DOCS: u64 = 4096;
/// Larger ones are read side by side if they are of so few terms, and not read where nobody looks; others
/// become a bit set.
const FEW_TERMS: usize = 8;

/// Which terms of a field.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Terms {
    /// This one.
    Whole(String),
    /// All that begin with this.
    Prefix(String),
    /// All that are one edit (letter more, less, other, or two swapped) away from a word, or begin
    /// with something that is; `first` must be their first byte, if given.
    Slip { word: String, prefix: bool, first: Option<u8> },
}

/// All docs with any of some terms in one field. Scores nothing.
#[derive(Clone)]
pub(super) struct Expand {
    pub field: Field,
    pub terms: Terms,
    pub sets: Arc<Sets>,
}

impl fmt::Debug for Expand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expand") // a query may hold a name: never print it
    }
}

impl Expand {
    /// Ready to be asked of segments.
    pub(super) fn prepare(&self) -> tantivy::Result<ExpandWeight> {
        let automaton = match &self.terms {
            Terms::Whole(_) | Terms::Prefix(_) => None,
            Terms::Slip { word, prefix, .. } => {
                let term = Term::from_field_text(self.field, word);
                let query = if *prefix {
                    FuzzyTermQuery::new_prefix(term, 1, true)
                } else {
                    FuzzyTermQuery::new(term, 1, true)
                };
                Some(Arc::new(query.automaton()?))
            }
        };
        Ok(ExpandWeight { query: self.clone(), automaton })
    }
}

impl Query for Expand {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.prepare()?))
    }
}

pub(super) struct ExpandWeight {
    query: Expand,
    automaton: Option<Arc<DfaWrapper>>,
}

/// The docs of a segment.
pub(super) enum Found {
    /// Many.
    Bits(Arc<Bits>),
    /// Few, or read where they lie.
    List(Box<dyn Scorer>),
}

impl Found {
    fn list(docs: impl DocSet + 'static) -> Self {
        Self::List(Box::new(ConstScorer::new(docs, 1.0)))
    }
}

impl ExpandWeight {
    fn infos(&self, inverted: &InvertedIndexReader) -> std::io::Result<Vec<TermInfo>> {
        let mut infos = Vec::new();
        match (&self.query.terms, &self.automaton) {
            (Terms::Slip { first, .. }, Some(automaton)) => {
                let mut stream = inverted.terms().search(automaton.as_ref()).into_stream()?;
                while infos.len() < MOST_SLIPS && stream.advance() {
                    if first.is_none_or(|f| stream.key().first() == Some(&f)) {
                        infos.push(stream.value().clone());
                    }
                }
            }
            (Terms::Whole(word), _) => {
                infos.extend(inverted.get_term_info(&Term::from_field_text(self.query.field, word))?)
            }
            (Terms::Prefix(prefix), _) => {
                let mut stream = inverted.terms().range().ge(prefix).into_stream()?;
                while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
                    infos.push(stream.value().clone());
                }
            }
            (Terms::Slip { .. }, None) => {}
        }
        Ok(infos)
    }

    /// The docs of a segment, in the form that is cheapest to ask.
    pub(super) fn found(&self, reader: &SegmentReader) -> tantivy::Result<Found> {
        let Expand { field, terms, sets } = &self.query;
        let key = Key { segment: reader.segment_id(), field: *field, terms: terms.clone() };
        if let Some(bits) = sets.find(&key) {
            return Ok(Found::Bits(bits));
        }
        let inverted = reader.inverted_index(*field)?;
        let infos = self.infos(&inverted)?;
        let most: u64 = infos.iter().map(|i| u64::from(i.doc_freq)).sum();
        let bits = || Bits::of(reader.max_doc(), |put| each_doc(&inverted, &infos, put)).map(Arc::new);
        if sets.wants(&key, reader.max_doc(), most) {
            let bits = bits()?;
            sets.keep(key, bits.clone());
            return Ok(Found::Bits(bits));
        }
        let read = |info| inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic);
        Ok(match infos.as_slice() {
            [] => Found::List(Box::new(EmptyScorer)),
            [info] => Found::list(read(info)?),
            _ if most <= LIST_DOCS => {
                let mut docs = Vec::with_capacity(most as usize);
                each_doc(&inverted, &infos, |doc| docs.push(doc))?;
                docs.sort_unstable();
                docs.dedup();
                Found::list(List { docs, at: 0 })
            }
            few if few.len() <= FEW_TERMS => {
                let lists = few.iter().map(read).collect::<std::io::Result<Vec<_>>>()?;
                Found::list(Either::new(lists, reader.max_doc()))
            }
            _ => Found::Bits(bits()?),
        })
    }
}

impl Weight for ExpandWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(match self.found(reader)? {
            Found::Bits(bits) => Box::new(ConstScorer::new(Walk::new(bits), 1.0)),
            Found::List(list) => list,
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

fn each_doc(inverted: &InvertedIndexReader, infos: &[TermInfo], mut take: impl FnMut(DocId)) -> std::io::Result<()> {
    for info in infos {
        let mut block = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while !block.docs().is_empty() {
            block.docs().iter().for_each(|doc| take(*doc));
            block.advance();
        }
    }
    Ok(())
}

/// The docs of any of a few lists.
struct Either {
    lists: Vec<SegmentPostings>,
    doc: DocId,
    size: u32,
}

impl Either {
    fn new(lists: Vec<SegmentPostings>, most: u32) -> Self {
        let sum: u32 = lists.iter().map(DocSet::size_hint).sum();
        let mut either = Self { lists, doc: 0, size: sum.min(most) };
        either.doc = either.lowest();
        either
    }

    fn lowest(&self) -> DocId {
        self.lists.iter().map(DocSet::doc).min().unwrap_or(TERMINATED)
    }
}

impl DocSet for Either {
    fn advance(&mut self) -> DocId {
        let mut next = TERMINATED;
        for list in &mut self.lists {
            let at = if list.doc() == self.doc { list.advance() } else { list.doc() };
            next = next.min(at);
        }
        self.doc = next;
        next
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut next = TERMINATED;
        for list in &mut self.lists {
            let at = if list.doc() < target { list.seek(target) } else { list.doc() };
            next = next.min(at);
        }
        self.doc = next;
        next
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.size
    }
}

/// A short sorted list of docs.
struct List {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for List {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.docs[self.at..].partition_point(|doc| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.docs.len() as u32
    }
}
