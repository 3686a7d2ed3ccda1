//! A query for "any term that begins with this" or "any term one slip away", with the cheapest set
//! of docs for what it finds. It must never expand into more terms than its bound.

use std::fmt;
use std::sync::Arc;
use tantivy::postings::TermInfo;
use tantivy::query::{
    BitSetDocSet, ConstScorer, DfaWrapper, EmptyScorer, EnableScoring, Explanation, FuzzyTermQuery, Query, Scorer,
    Weight,
};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{BitSet, DocId, DocSet, InvertedIndexReader, Score, SegmentReader, TERMINATED, TantivyError};

/// Most terms one slip away that are followed, in each segment.
const MOST_SLIPS: usize = 300;
/// Sets up to this many docs are a list; larger ones a bit set.
const LIST_DOCS: u64 = 4096;

/// Which terms of a field.
#[derive(Clone)]
pub(super) enum Terms {
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
}

impl fmt::Debug for Expand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expand") // a query may hold a name: never print it
    }
}

impl Query for Expand {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let automaton = match &self.terms {
            Terms::Prefix(_) => None,
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
        Ok(Box::new(ExpandWeight { query: self.clone(), automaton }))
    }
}

struct ExpandWeight {
    query: Expand,
    automaton: Option<Arc<DfaWrapper>>,
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
}

impl Weight for ExpandWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let inverted = reader.inverted_index(self.query.field)?;
        let infos = self.infos(&inverted)?;
        if let [info] = infos.as_slice() {
            let postings = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            return Ok(Box::new(ConstScorer::new(postings, 1.0)));
        }
        let most: u64 = infos.iter().map(|i| u64::from(i.doc_freq)).sum();
        if most == 0 {
            return Ok(Box::new(EmptyScorer));
        }
        if most <= LIST_DOCS {
            let mut docs = Vec::with_capacity(most as usize);
            each_doc(&inverted, &infos, |doc| docs.push(doc))?;
            docs.sort_unstable();
            docs.dedup();
            return Ok(Box::new(ConstScorer::new(List { docs, at: 0 }, 1.0)));
        }
        let mut docs = BitSet::with_max_value(reader.max_doc());
        each_doc(&inverted, &infos, |doc| _ = docs.insert(doc))?;
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), 1.0)))
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
