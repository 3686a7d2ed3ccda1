//! Runs a planned query over all segments: counts, facets, the best few. The query holds the scope;
//! this must never look at a doc the query did not give.

use super::columns::{Columns, Known};
use super::facets::Counter;
use super::model::{Facets, Hit, Order};
use super::rank::{Ranking, WORST};
use crate::actor::Scope;
use std::collections::BinaryHeap;
use tantivy::query::Weight;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Result, Searcher, SegmentReader};

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
    doc: DocId,
}

struct Ranked {
    cost: u32,
    name: String,
    hit: Hit,
}

/// Runs it.
pub(super) fn run(
    searcher: &Searcher,
    weight: &dyn Weight,
    ranking: &Ranking,
    wanted: &Wanted,
    known: &Known,
) -> Result<Found> {
    let counter = Counter::new(known, wanted.kind, wanted.facets);
    let mut sofar = Sofar { left: wanted.most_docs, all_kinds: 0, ranked: Vec::new(), counter };
    for reader in searcher.segment_readers() {
        let columns = known.columns(searcher, reader)?;
        segment(reader, &columns, weight, ranking, wanted, &mut sofar)?;
    }
    let Sofar { all_kinds, mut ranked, counter, .. } = sofar;
    ranked.sort_unstable_by(|a: &Ranked, b: &Ranked| (a.cost, &a.name, a.hit.id).cmp(&(b.cost, &b.name, b.hit.id)));
    ranked.truncate(wanted.keep);
    let hits = ranked.into_iter().map(|r| r.hit).collect();
    Ok(Found { total: counter.total, all_kinds, hits, facets: counter.facets(wanted.scope) })
}

/// What the segments gave so far.
struct Sofar<'a> {
    /// So many docs may still be looked at.
    left: u64,
    all_kinds: u64,
    ranked: Vec<Ranked>,
    counter: Counter<'a>,
}

fn segment(
    reader: &SegmentReader,
    columns: &Columns,
    weight: &dyn Weight,
    ranking: &Ranking,
    wanted: &Wanted,
    sofar: &mut Sofar,
) -> Result<()> {
    let mut docs = weight.scorer(reader, 1.0)?;
    if docs.doc() == tantivy::TERMINATED || sofar.left == 0 {
        return Ok(());
    }
    let mut counts = sofar.counter.segment(columns);
    let alive = reader.alive_bitset();
    let mut ranker = ranking.of_segment(reader, columns);
    let mut heap: BinaryHeap<Candidate> = BinaryHeap::with_capacity(wanted.keep.min(1024) + 1);
    let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
    loop {
        let len = docs.fill_buffer(&mut buffer);
        let mut kept = len;
        if let Some(alive) = alive {
            kept = 0;
            for i in 0..len {
                if alive.is_alive(buffer[i]) {
                    buffer[kept] = buffer[i];
                    kept += 1;
                }
            }
        }
        sofar.all_kinds += kept as u64;
        let kept = sofar.counter.block(&mut counts, &mut buffer[..kept]);
        if wanted.keep > 0 {
            for doc in &buffer[..kept] {
                offer(&mut heap, *doc, wanted, &mut ranker, columns)?;
            }
        }
        sofar.left = sofar.left.saturating_sub(len as u64);
        if len < COLLECT_BLOCK_BUFFER_LEN || sofar.left == 0 {
            break;
        }
    }
    for c in heap.into_vec() {
        let mut name = String::new();
        if let Some(names) = &columns.order {
            names.ord_to_str(c.name, &mut name)?;
        }
        let cost = if wanted.order == Order::Best { c.cost } else { 0 };
        let kind = sofar.counter.kind_of(columns, c.doc);
        sofar.ranked.push(Ranked { cost, name, hit: Hit { id: c.id, kind, cost } });
    }
    sofar.counter.add(counts);
    Ok(())
}

/// Puts a doc among the best if it belongs there.
fn offer(
    heap: &mut BinaryHeap<Candidate>,
    doc: DocId,
    wanted: &Wanted,
    ranker: &mut super::rank::Ranker,
    columns: &Columns,
) -> Result<()> {
    let full = heap.len() >= wanted.keep;
    let limit = if full { heap.peek().map_or(WORST, |c| c.cost) } else { WORST };
    let best = wanted.order == Order::Best;
    let low = if best { ranker.lowest(doc, limit) } else { 0 };
    if full && low > limit {
        return Ok(());
    }
    let name = columns.order.as_ref().and_then(|n| n.ords().first(doc)).unwrap_or(u64::MAX);
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
    heap.push(Candidate { cost, name, id: columns.id.first(doc).unwrap_or(0), doc });
    if heap.len() > wanted.keep {
        heap.pop();
    }
    Ok(())
}
