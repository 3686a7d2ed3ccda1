//! Runs a planned query over all segments: counts, facets, the best few. The query holds the scope;
//! this must never look at a doc the query did not give.

use super::model::{Facets, Hit, Order};
use super::rank::{Ranking, WORST};
use super::schema::column;
use crate::actor::Scope;
use crate::id::UnitId;
use std::collections::{BinaryHeap, HashMap};
use tantivy::columnar::{Column, ColumnIndex, StrColumn};
use tantivy::query::Weight;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Result, Searcher, SegmentReader};

/// Most units named in a facet.
const MOST_UNITS: usize = 200;
/// A column of numbers closer together than this is counted in an array.
const DENSE: u64 = 1 << 20;

/// What is wanted of a run.
pub(super) struct Wanted<'a> {
    pub keep: usize,
    pub order: Order,
    pub facets: bool,
    /// Docs of other kinds are counted in the facet of kinds only.
    pub kind: Option<&'a str>,
    pub scope: &'a Scope,
    /// Stop after so many docs (for suggestions, which need no counts).
    pub most_docs: u64,
}

/// What a run found.
#[derive(Default)]
pub(super) struct Found {
    /// Docs that match, of the wanted kind.
    pub total: u64,
    /// Docs that match, of all kinds.
    pub all_kinds: u64,
    /// The best [`Wanted::keep`], best first.
    pub hits: Vec<Hit>,
    pub facets: Facets,
}

/// A doc among the best of its segment. Larger is worse.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    cost: u32,
    name: u64,
    id: u64,
    kind: u64,
}

struct Ranked {
    cost: u32,
    name: String,
    hit: Hit,
}

/// Runs it.
pub(super) fn run(searcher: &Searcher, weight: &dyn Weight, ranking: &Ranking, wanted: &Wanted) -> Result<Found> {
    let mut found = Found::default();
    let mut ranked = Vec::new();
    let mut tally = Tally::default();
    let mut left = wanted.most_docs;
    for reader in searcher.segment_readers() {
        segment(reader, weight, ranking, wanted, &mut left, &mut found, &mut ranked, &mut tally)?;
    }
    ranked.sort_unstable_by(|a: &Ranked, b: &Ranked| (a.cost, &a.name, a.hit.id).cmp(&(b.cost, &b.name, b.hit.id)));
    ranked.truncate(wanted.keep);
    found.hits = ranked.into_iter().map(|r| r.hit).collect();
    found.facets = tally.facets(wanted.scope);
    Ok(found)
}

fn segment(
    reader: &SegmentReader,
    weight: &dyn Weight,
    ranking: &Ranking,
    wanted: &Wanted,
    left: &mut u64,
    found: &mut Found,
    ranked: &mut Vec<Ranked>,
    tally: &mut Tally,
) -> Result<()> {
    let mut docs = weight.scorer(reader, 1.0)?;
    if docs.doc() == tantivy::TERMINATED || *left == 0 {
        return Ok(());
    }
    let fast = reader.fast_fields();
    let kinds = StrCounts::open(reader, column::KIND)?;
    let wanted_kind = match (wanted.kind, &kinds.column) {
        (Some(kind), Some(column)) => Some(column.dictionary().term_ord(kind)?.unwrap_or(u64::MAX)),
        (Some(_), None) => Some(u64::MAX),
        (None, _) => None,
    };
    let mut counts = if wanted.facets { Some(Counts::open(reader, kinds.column.clone())?) } else { None };
    let names = fast.str(column::ORDER)?;
    let ids = fast.u64(column::ID)?;
    let alive = reader.alive_bitset();
    let mut ranker = ranking.of_segment(reader)?;
    let mut heap: BinaryHeap<Candidate> = BinaryHeap::with_capacity(wanted.keep.min(1024) + 1);
    let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
    loop {
        let len = docs.fill_buffer(&mut buffer);
        let block = &mut buffer[..len];
        let mut kept = 0;
        for i in 0..block.len() {
            if alive.is_none_or(|a| a.is_alive(block[i])) {
                block[kept] = block[i];
                kept += 1;
            }
        }
        found.all_kinds += kept as u64;
        if let Some(counts) = &mut counts {
            counts.kinds.add(&block[..kept]);
        }
        if let (Some(ord), Some(column)) = (wanted_kind, &kinds.column) {
            let all = kept;
            kept = 0;
            for i in 0..all {
                if column.ords().first(block[i]) == Some(ord) {
                    block[kept] = block[i];
                    kept += 1;
                }
            }
        } else if wanted_kind.is_some() {
            kept = 0;
        }
        let block = &block[..kept];
        found.total += kept as u64;
        if let Some(counts) = &mut counts {
            counts.add(block);
        }
        if wanted.keep > 0 {
            for doc in block {
                offer(&mut heap, *doc, wanted, &mut ranker, names.as_ref(), &ids)?;
            }
        }
        *left = left.saturating_sub(len as u64);
        if len < COLLECT_BLOCK_BUFFER_LEN || *left == 0 {
            break;
        }
    }
    for mut c in heap.into_vec() {
        let mut name = String::new();
        if let Some(names) = &names {
            names.ord_to_str(c.name, &mut name)?;
        }
        let mut kind = String::new();
        if let Some(column) = &kinds.column {
            c.kind = kind_of(column, c.kind);
            column.ord_to_str(c.kind, &mut kind)?;
        }
        let shown = if wanted.order == Order::Best { c.cost } else { 0 };
        ranked.push(Ranked { cost: shown, name, hit: Hit { id: c.id, kind, cost: shown } });
    }
    if let Some(counts) = counts {
        counts.into_tally(tally)?;
    }
    Ok(())
}

fn kind_of(column: &StrColumn, doc: u64) -> u64 {
    column.ords().first(doc as DocId).unwrap_or(u64::MAX)
}

/// Puts a doc among the best if it belongs there.
fn offer(
    heap: &mut BinaryHeap<Candidate>,
    doc: DocId,
    wanted: &Wanted,
    ranker: &mut super::rank::Ranker,
    names: Option<&StrColumn>,
    ids: &Column<u64>,
) -> Result<()> {
    let full = heap.len() >= wanted.keep;
    let limit = if full { heap.peek().map_or(WORST, |c| c.cost) } else { WORST };
    let best = wanted.order == Order::Best;
    let low = if best { ranker.lowest(doc, limit) } else { 0 };
    if full && low > limit {
        return Ok(());
    }
    let name = names.and_then(|n| n.ords().first(doc)).unwrap_or(u64::MAX);
    if full && heap.peek().is_some_and(|c| (low, name) > (c.cost, c.name)) {
        return Ok(());
    }
    let cost = if best { ranker.cost(doc, limit)? } else { 0 };
    if full && cost > limit {
        return Ok(());
    }
    if full && heap.peek().is_some_and(|c| (cost, name) > (c.cost, c.name)) {
        return Ok(());
    }
    // `kind` holds the doc until the segment is done: few docs need their kind looked up.
    heap.push(Candidate { cost, name, id: ids.first(doc).unwrap_or(0), kind: u64::from(doc) });
    if heap.len() > wanted.keep {
        heap.pop();
    }
    Ok(())
}

/// Counts of one segment, by ordinal or value.
struct Counts {
    kinds: StrCounts,
    levels: StrCounts,
    grades: StrCounts,
    states: StrCounts,
    sexes: StrCounts,
    years: NumberCounts,
    units: NumberCounts,
}

impl Counts {
    fn open(reader: &SegmentReader, kinds: Option<StrColumn>) -> Result<Self> {
        Ok(Self {
            kinds: StrCounts::of(kinds),
            levels: StrCounts::open(reader, column::LEVEL)?,
            grades: StrCounts::open(reader, column::GRADE)?,
            states: StrCounts::open(reader, column::STATE)?,
            sexes: StrCounts::open(reader, column::SEX)?,
            years: NumberCounts::open(reader, column::YEAR)?,
            units: NumberCounts::open(reader, column::UNIT)?,
        })
    }

    fn add(&mut self, docs: &[DocId]) {
        for c in [&mut self.levels, &mut self.grades, &mut self.states, &mut self.sexes] {
            c.add(docs);
        }
        self.years.add(docs);
        self.units.add(docs);
    }

    fn into_tally(self, tally: &mut Tally) -> Result<()> {
        self.kinds.give(&mut tally.kinds)?;
        self.levels.give(&mut tally.levels)?;
        self.grades.give(&mut tally.grades)?;
        self.states.give(&mut tally.states)?;
        self.sexes.give(&mut tally.sexes)?;
        self.years.give(&mut tally.years);
        self.units.give(&mut tally.units);
        Ok(())
    }
}

struct StrCounts {
    column: Option<StrColumn>,
    counts: Vec<u32>,
}

impl StrCounts {
    fn open(reader: &SegmentReader, name: &str) -> Result<Self> {
        Ok(Self::of(reader.fast_fields().str(name)?))
    }

    fn of(column: Option<StrColumn>) -> Self {
        let counts = vec![0; column.as_ref().map_or(0, |c| c.num_terms())];
        Self { column, counts }
    }

    fn add(&mut self, docs: &[DocId]) {
        if let Some(column) = &self.column {
            each_value(column.ords(), docs, |ord| self.counts[ord as usize] += 1);
        }
    }

    fn give(self, to: &mut HashMap<String, u64>) -> Result<()> {
        if let Some(column) = &self.column {
            for (ord, count) in self.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
                let mut value = String::new();
                column.ord_to_str(ord as u64, &mut value)?;
                *to.entry(value).or_default() += u64::from(*count);
            }
        }
        Ok(())
    }
}

struct NumberCounts {
    column: Column<u64>,
    min: u64,
    dense: Vec<u32>,
    sparse: HashMap<u64, u64>,
}

impl NumberCounts {
    fn open(reader: &SegmentReader, name: &str) -> Result<Self> {
        let column = reader.fast_fields().u64(name)?;
        let (min, max) = (column.min_value(), column.max_value());
        let span = max.saturating_sub(min);
        let dense = if max >= min && span < DENSE { vec![0; span as usize + 1] } else { Vec::new() };
        Ok(Self { column, min, dense, sparse: HashMap::new() })
    }

    fn add(&mut self, docs: &[DocId]) {
        each_value(&self.column, docs, |value| match self.dense.get_mut((value - self.min) as usize) {
            Some(count) => *count += 1,
            None => *self.sparse.entry(value).or_default() += 1,
        });
    }

    fn give(self, to: &mut HashMap<u64, u64>) {
        let dense = self.dense.iter().enumerate().filter(|(_, n)| **n > 0);
        for (value, count) in dense.map(|(i, n)| (self.min + i as u64, u64::from(*n))).chain(self.sparse) {
            *to.entry(value).or_default() += count;
        }
    }
}

/// Every value of some docs (at most a block of them), read together where the column allows.
fn each_value(column: &Column<u64>, docs: &[DocId], mut take: impl FnMut(u64)) {
    let mut values = [0; COLLECT_BLOCK_BUFFER_LEN];
    let values = &mut values[..docs.len()];
    match &column.index {
        ColumnIndex::Full => column.values.get_vals(docs, values),
        ColumnIndex::Multivalued(_) | ColumnIndex::Optional(_) => {
            for doc in docs {
                column.values_for_doc(*doc).for_each(&mut take);
            }
            return;
        }
        ColumnIndex::Empty { .. } => return,
    }
    values.iter().copied().for_each(take);
}

/// Counts of all segments.
#[derive(Default)]
struct Tally {
    kinds: HashMap<String, u64>,
    levels: HashMap<String, u64>,
    grades: HashMap<String, u64>,
    states: HashMap<String, u64>,
    sexes: HashMap<String, u64>,
    years: HashMap<u64, u64>,
    units: HashMap<u64, u64>,
}

impl Tally {
    fn facets(self, scope: &Scope) -> Facets {
        // A doc seen here may also belong to units that must not be named here.
        let unit = |(v, n): (u64, u64)| (UnitId(v as u32), n);
        let mut units = sorted(self.units.into_iter().map(unit).filter(|(u, _)| scope.has(*u)));
        units.truncate(MOST_UNITS);
        Facets {
            kinds: sorted(self.kinds.into_iter()),
            levels: sorted(self.levels.into_iter()),
            grades: sorted(self.grades.into_iter()),
            years: sorted(self.years.into_iter().map(|(y, n)| (y as u16, n))),
            states: sorted(self.states.into_iter()),
            sexes: sorted(self.sexes.into_iter()),
            units,
        }
    }
}

fn sorted<T: Ord>(counts: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let mut out: Vec<_> = counts.collect();
    out.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}
