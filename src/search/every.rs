//! Docs that all of some queries have. As the engine's own, but sets kept as bits are met word by word:
//! of a name as common as Trần Văn Minh that is the whole work.

use super::expand::{Expand, ExpandWeight, Found};
use super::sets::Bits;
use std::fmt;
use std::sync::Arc;
use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

/// All docs that every clause has. Scores nothing.
pub(super) struct Every {
    pub clauses: Vec<Box<dyn Query>>,
}

impl Clone for Every {
    fn clone(&self) -> Self {
        Self { clauses: self.clauses.iter().map(|clause| clause.box_clone()).collect() }
    }
}

impl fmt::Debug for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Every") // a query may hold a name: never print it
    }
}

impl Query for Every {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut every = EveryWeight { sets: Vec::new(), others: Vec::new() };
        for clause in &self.clauses {
            match clause.downcast_ref::<Expand>() {
                Some(expand) => every.sets.push(expand.prepare()?),
                None => every.others.push(clause.weight(scoring)?),
            }
        }
        Ok(Box::new(every))
    }
}

struct EveryWeight {
    sets: Vec<ExpandWeight>,
    others: Vec<Box<dyn Weight>>,
}

impl Weight for EveryWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let (mut bits, mut lists) = (Vec::new(), Vec::with_capacity(self.others.len()));
        for set in &self.sets {
            match set.found(reader)? {
                Found::Bits(found) => bits.push(found),
                Found::List(list) => lists.push(list),
            }
        }
        for other in &self.others {
            lists.push(other.scorer(reader, boost)?);
        }
        Ok(Box::new(ConstScorer::new(Meeting::new(bits, lists), 1.0)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

/// The docs that all have. `doc` is one of them, or [`TERMINATED`].
struct Meeting {
    bits: Vec<Arc<Bits>>,
    /// The shortest first.
    lists: Vec<Box<dyn Scorer>>,
    doc: DocId,
}

impl Meeting {
    fn new(bits: Vec<Arc<Bits>>, mut lists: Vec<Box<dyn Scorer>>) -> Self {
        lists.sort_by_key(DocSet::cost);
        let mut meeting = Self { bits, lists, doc: 0 };
        meeting.doc = meeting.at_or_after(0);
        meeting
    }

    fn at_or_after(&mut self, mut target: DocId) -> DocId {
        let Some((lead, others)) = self.lists.split_first_mut() else { return Bits::meet(&self.bits, target) };
        'next: while target < TERMINATED {
            let doc = seek(lead.as_mut(), target);
            if doc == TERMINATED {
                break;
            }
            if !self.bits.iter().all(|bits| bits.has(doc)) {
                target = doc + 1;
                continue;
            }
            for other in &mut *others {
                target = seek(other.as_mut(), doc);
                if target != doc {
                    continue 'next;
                }
            }
            return doc;
        }
        TERMINATED
    }
}

fn seek(list: &mut dyn Scorer, target: DocId) -> DocId {
    if list.doc() < target { list.seek(target) } else { list.doc() }
}

impl DocSet for Meeting {
    fn advance(&mut self) -> DocId {
        if self.doc < TERMINATED {
            self.doc = self.at_or_after(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.at_or_after(target);
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let bits = self.bits.iter().map(|bits| bits.count());
        bits.chain(self.lists.iter().map(|list| list.size_hint())).min().unwrap_or(0)
    }
}
