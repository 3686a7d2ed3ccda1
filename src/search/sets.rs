//! Sets of docs that queries ask for again and again: who is called Văn or Thị, a tenth of a province
//! each. Kept as bits, so that asking whether a doc is in one costs next to nothing. Bounded; what was
//! not asked for longest goes first.

use super::expand::Terms;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, TERMINATED};

/// Memory for all sets.
const MOST_BYTES: usize = 32 << 20;
/// Smaller segments are read from their lists: they come and go. (In tests everything is small.)
const LEAST_DOCS: u32 = if cfg!(test) { 1 } else { 50_000 };
/// A set with fewer than one of so many docs is small as a list, and quick.
const SPARSE: u32 = 32;
/// So many sets asked for once are remembered: what is asked for again is kept.
const MOST_HEARD: usize = 4096;

/// A set of docs of one segment.
pub(super) struct Bits {
    words: Box<[u64]>,
    count: u32,
}

impl Bits {
    /// The set of those docs below `max_doc` that `fill` gives.
    pub(super) fn of<E>(max_doc: u32, fill: impl FnOnce(&mut dyn FnMut(DocId)) -> Result<(), E>) -> Result<Self, E> {
        let mut words = vec![0u64; max_doc.div_ceil(64) as usize].into_boxed_slice();
        fill(&mut |doc| words[(doc / 64) as usize] |= 1 << (doc % 64))?;
        let count = words.iter().map(|w| w.count_ones()).sum();
        Ok(Self { words, count })
    }

    pub(super) fn has(&self, doc: DocId) -> bool {
        self.words.get((doc / 64) as usize).is_some_and(|w| w >> (doc % 64) & 1 == 1)
    }

    /// How many docs it has.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The first doc at or after this one that all of some sets have.
    pub(super) fn meet(sets: &[Arc<Self>], doc: DocId) -> DocId {
        let words = sets.iter().map(|set| set.words.len()).min().unwrap_or(0);
        let mut mask = u64::MAX << (doc % 64);
        for at in (doc / 64) as usize..words {
            let met = sets.iter().fold(mask, |met, set| met & set.words[at]);
            if met != 0 {
                return at as u32 * 64 + met.trailing_zeros();
            }
            mask = u64::MAX;
        }
        TERMINATED
    }

    /// The first doc at or after this one.
    fn at_or_after(&self, doc: DocId) -> DocId {
        let at = (doc / 64) as usize;
        let Some(first) = self.words.get(at) else { return TERMINATED };
        let first = first & (u64::MAX << (doc % 64));
        if first != 0 {
            return at as u32 * 64 + first.trailing_zeros();
        }
        let rest = self.words[at + 1..].iter().enumerate().find(|(_, w)| **w != 0);
        rest.map_or(TERMINATED, |(i, w)| (at + 1 + i) as u32 * 64 + w.trailing_zeros())
    }
}

/// A walk through a set.
pub(super) struct Walk {
    bits: Arc<Bits>,
    doc: DocId,
}

impl Walk {
    pub(super) fn new(bits: Arc<Bits>) -> Self {
        let doc = bits.at_or_after(0);
        Self { bits, doc }
    }
}

impl DocSet for Walk {
    fn advance(&mut self) -> DocId {
        self.doc = if self.doc == TERMINATED { TERMINATED } else { self.bits.at_or_after(self.doc + 1) };
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = if target >= TERMINATED { TERMINATED } else { self.bits.at_or_after(target) };
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.bits.count
    }
}

/// Which set.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub segment: SegmentId,
    pub field: Field,
    /// What the docs have in the field.
    pub terms: Terms,
}

/// The sets kept.
#[derive(Default)]
pub(super) struct Sets {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    sets: HashMap<Key, (Arc<Bits>, u64)>,
    /// Hashes of keys asked for and not kept.
    heard: HashSet<u64>,
    bytes: usize,
    asked: u64,
}

impl Sets {
    /// Whether a set of about `docs` docs of a segment of `max_doc` is worth keeping: large, and asked for
    /// before.
    pub(super) fn wants(&self, key: &Key, max_doc: u32, docs: u64) -> bool {
        if max_doc < LEAST_DOCS || docs < u64::from(max_doc / SPARSE) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let mut kept = self.lock();
        if kept.heard.len() >= MOST_HEARD {
            kept.heard.clear();
        }
        !kept.heard.insert(hasher.finish())
    }

    /// The set, if it is kept.
    pub(super) fn find(&self, key: &Key) -> Option<Arc<Bits>> {
        let mut kept = self.lock();
        kept.asked += 1;
        let asked = kept.asked;
        let (bits, last) = kept.sets.get_mut(key)?;
        *last = asked;
        Some(bits.clone())
    }

    /// Keeps a set.
    pub(super) fn keep(&self, key: Key, bits: Arc<Bits>) {
        let mut kept = self.lock();
        let asked = kept.asked;
        kept.bytes += bits.words.len() * 8;
        if let Some((twin, _)) = kept.sets.insert(key, (bits, asked)) {
            kept.bytes -= twin.words.len() * 8;
        }
        while kept.bytes > MOST_BYTES
            && let Some(oldest) = kept.sets.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone())
            && let Some((gone, _)) = kept.sets.remove(&oldest)
        {
            kept.bytes -= gone.words.len() * 8;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn walks_as_a_sorted_list_does(docs in prop::collection::btree_set(0u32..700, 0..60), jumps in prop::collection::vec(0u32..90, 0..80)) {
            let fill = |put: &mut dyn FnMut(u32)| {
                for doc in &docs {
                    put(*doc);
                }
                Ok::<(), ()>(())
            };
            let bits = Bits::of(700, fill).unwrap();
            prop_assert_eq!(bits.count as usize, docs.len());
            let after = |set: &BTreeSet<u32>, at: u32| set.range(at..).next().copied().unwrap_or(TERMINATED);
            let mut walk = Walk::new(Arc::new(bits));
            prop_assert_eq!(walk.doc(), after(&docs, 0));
            for jump in jumps {
                let now = walk.doc();
                if now == TERMINATED {
                    prop_assert_eq!(walk.advance(), TERMINATED);
                    break;
                }
                let (got, due) = match jump {
                    0 => (walk.advance(), after(&docs, now + 1)),
                    by => (walk.seek(now + by - 1), after(&docs, now + by - 1)),
                };
                prop_assert_eq!(got, due);
            }
        }
    }
}
