//! How well a doc fits: a number made of where and how each word was found, then whole name before
//! part, present before past, own unit before others. It must never decide whether a doc matches.

use super::columns::Columns;
use super::parse::{Item, Part};
use super::plan::{Level, Measure, Planned, PlannedPart};
use super::schema::{Face, hash, short_hash, start_hash};
use crate::id::UnitId;
use tantivy::query::{EnableScoring, Scorer, Weight};
use tantivy::{DocId, DocSet, Result, SegmentReader};

/// Below the sum of the words' costs lie the tie-breakers.
const WORDS_SHIFT: u32 = 11;
const PART_OF_NAME: u32 = 1 << 10;
const PAST: u32 = 1 << 9;
const OTHER_UNIT: u32 = 1 << 8;
const OTHER_ORDER: u32 = 1 << 7;
/// Who types several words begins with the family name, as a rule.
const OTHER_START: u32 = 1 << 6;
const NOT_GIVEN: u32 = 1 << 5;
/// Some word is only begun, or slipped.
const LOOSE: u32 = 1 << 4;
/// What [`left_cost`] gives.
const LEFT: u32 = PART_OF_NAME | 0b1111;

/// The most a doc can cost.
pub(super) const WORST: u32 = u32::MAX;

/// Whether every word of a hit of this cost is there as a whole.
pub(super) const fn is_whole(cost: u32) -> bool {
    cost & LOOSE == 0
}

/// What ranks the matches of one query: prepared once, used in every segment.
pub(super) struct Ranking {
    items: Vec<Vec<AltWeights>>,
    title: u32,
    words: Vec<u16>,
    /// Of several words the first.
    start: Option<u16>,
    own: Option<UnitId>,
    /// No match has more words of its name asked for.
    most_named: u32,
}

struct AltWeights {
    parts: Vec<PartWeights>,
    cost: u32,
}

struct PartWeights {
    found: Box<dyn Weight>,
    measures: Vec<MeasureWeights>,
}

struct MeasureWeights {
    levels: Vec<(Placed, Box<dyn Weight>)>,
    floor: u32,
}

/// What a level of a measure says of a doc.
#[derive(Clone, Copy, Default)]
struct Placed {
    cost: u32,
    /// Whole words of the name.
    named: u32,
    /// Words only begun, or slipped.
    loose: u32,
}

impl Placed {
    fn of(level: &Level) -> Self {
        Self { cost: level.cost, named: u32::from(level.names), loose: u32::from(!level.whole) }
    }

    fn add(&mut self, other: Self) {
        self.cost += other.cost;
        self.named += other.named;
        self.loose += other.loose;
    }
}

impl Ranking {
    pub(super) fn new(
        planned: &Planned,
        items: &[Item],
        own: Option<UnitId>,
        scoring: EnableScoring<'_>,
    ) -> Result<Self> {
        let measure = |m: &Measure| -> Result<MeasureWeights> {
            let levels = m.levels.iter().map(|l| Ok((Placed::of(l), l.query.weight(scoring)?)));
            Ok(MeasureWeights { levels: levels.collect::<Result<_>>()?, floor: m.floor })
        };
        let part = |p: &PlannedPart| -> Result<PartWeights> {
            Ok(PartWeights {
                found: p.found().weight(scoring)?,
                measures: p.measures.iter().map(measure).collect::<Result<_>>()?,
            })
        };
        let mut weights = Vec::with_capacity(planned.items.len());
        for alts in &planned.items {
            let alts = alts
                .iter()
                .map(|a| Ok(AltWeights { parts: a.parts.iter().map(part).collect::<Result<_>>()?, cost: a.cost }));
            weights.push(alts.collect::<Result<Vec<_>>>()?);
        }
        let words: Vec<&str> = items.iter().flat_map(|i| &i.alts[0].parts).map(folded).collect();
        let most_named = items.iter().map(|i| i.alts.iter().map(|a| a.parts.len()).max().unwrap_or(0)).sum::<usize>();
        Ok(Self {
            items: weights,
            title: hash(&words),
            words: words.iter().map(|w| short_hash(w)).collect(),
            start: words.first().filter(|_| words.len() > 1).map(|w| start_hash(w)),
            own,
            most_named: most_named as u32,
        })
    }

    /// Ready for one segment.
    pub(super) fn of_segment<'a>(&'a self, reader: &'a SegmentReader, columns: &'a Columns) -> Ranker<'a> {
        let lazy = |weight: &'a dyn Weight| Lazy { weight, scorer: None };
        let part = |p: &'a PartWeights| PartRun {
            found: lazy(p.found.as_ref()),
            measures: p
                .measures
                .iter()
                .map(|m| MeasureRun {
                    levels: m.levels.iter().map(|(placed, w)| (*placed, lazy(w.as_ref()))).collect(),
                    floor: m.floor,
                })
                .collect(),
        };
        let items = self.items.iter().map(|alts| {
            alts.iter().map(|a| AltRun { parts: a.parts.iter().map(part).collect(), cost: a.cost }).collect()
        });
        Ranker { items: items.collect(), columns, reader, ranking: self, seen: (Face::default(), 0) }
    }
}

fn folded(part: &Part) -> &str {
    match part {
        Part::Word(word) => &word.fold,
        Part::Code(code) | Part::Date(code) => code,
    }
}

/// Ranks the docs of one segment, asked for in rising order.
pub(super) struct Ranker<'a> {
    items: Vec<Vec<AltRun<'a>>>,
    columns: &'a Columns,
    reader: &'a SegmentReader,
    ranking: &'a Ranking,
    /// The doc asked for last, and its lowest cost.
    seen: (Face, u32),
}

struct AltRun<'a> {
    parts: Vec<PartRun<'a>>,
    cost: u32,
}

struct PartRun<'a> {
    found: Lazy<'a>,
    measures: Vec<MeasureRun<'a>>,
}

struct MeasureRun<'a> {
    levels: Vec<(Placed, Lazy<'a>)>,
    floor: u32,
}

/// A set of docs that is opened when first asked.
struct Lazy<'a> {
    weight: &'a dyn Weight,
    scorer: Option<Box<dyn Scorer>>,
}

impl Lazy<'_> {
    fn has(&mut self, doc: DocId, reader: &SegmentReader) -> Result<bool> {
        let scorer = match &mut self.scorer {
            Some(scorer) => scorer,
            None => self.scorer.insert(self.weight.scorer(reader, 1.0)?),
        };
        let at = scorer.doc();
        Ok(at == doc || (at < doc && scorer.seek(doc) == doc))
    }
}

impl Ranker<'_> {
    /// What `doc` costs at least, from what is packed into one number: asked before [`Ranker::cost`],
    /// which looks at the words. Most docs of a large answer go no further.
    pub(super) fn lowest(&mut self, doc: DocId, limit: u32) -> u32 {
        let face = Face::unpack(self.columns.face.first(doc).unwrap_or(0));
        let left = u32::from(face.words).saturating_sub(self.ranking.most_named);
        let mut low = left_cost(face, left);
        let mut add = |if_: bool, bit: u32| low |= if if_ { bit } else { 0 };
        add(!face.current, PAST);
        add(face.title != self.ranking.title, OTHER_ORDER);
        add(face.given != 0 && self.ranking.start.is_some_and(|start| start != face.start), OTHER_START);
        add(!self.ranking.words.contains(&face.given), NOT_GIVEN);
        if low <= limit
            && let Some(own) = self.ranking.own
            && !self.columns.units.has(doc, own)
        {
            low |= OTHER_UNIT;
        }
        self.seen = (face, low);
        low
    }

    /// The cost of `doc`, whose [`Ranker::lowest`] was asked just now, or [`WORST`] as soon as it is
    /// above `limit`.
    pub(super) fn cost(&mut self, doc: DocId, limit: u32) -> Result<u32> {
        let (face, low) = self.seen;
        let mut sum = Placed::default();
        for alts in &mut self.items {
            sum.add(best(alts, doc, self.reader)?);
            if (sum.cost << WORDS_SHIFT) + low > limit {
                return Ok(WORST);
            }
        }
        let left = u32::from(face.words).saturating_sub(sum.named);
        let loose = if sum.loose > 0 { LOOSE } else { 0 };
        Ok(sum.cost << WORDS_SHIFT | low & !LEFT | left_cost(face, left) | loose)
    }
}

/// What it costs that words of the name were not asked for. Persons are listed by name however many
/// middle names they have; of schools the shorter.
fn left_cost(face: Face, left: u32) -> u32 {
    let part = if left > 0 { PART_OF_NAME } else { 0 };
    part | if face.given == 0 { left } else { 0 }
}

/// The cheapest way in which an item is found in a doc that matches.
fn best(alts: &mut [AltRun], doc: DocId, reader: &SegmentReader) -> Result<Placed> {
    if let [only] = alts {
        let mut placed = placed(only, doc, reader)?;
        placed.cost += only.cost;
        return Ok(placed);
    }
    let mut best = Placed { cost: WORST >> WORDS_SHIFT >> 4, named: 0, loose: 1 };
    for alt in alts {
        if alt.cost >= best.cost {
            continue;
        }
        let mut found = true;
        for part in &mut alt.parts {
            found = found && part.found.has(doc, reader)?;
        }
        if found {
            let mut placed = placed(alt, doc, reader)?;
            placed.cost += alt.cost;
            if placed.cost < best.cost {
                best = placed;
            }
        }
    }
    Ok(best)
}

fn placed(alt: &mut AltRun, doc: DocId, reader: &SegmentReader) -> Result<Placed> {
    let mut sum = Placed::default();
    for part in &mut alt.parts {
        for (nth, measure) in part.measures.iter_mut().enumerate() {
            // Only the first measure says where a word stands; the others look at its marks.
            let mut found = Placed { cost: measure.floor, named: 0, loose: u32::from(nth == 0) };
            for (level, docs) in &mut measure.levels {
                if docs.has(doc, reader)? {
                    found = *level;
                    break;
                }
            }
            sum.add(found);
        }
    }
    Ok(sum)
}
