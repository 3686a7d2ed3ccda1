//! How well a doc fits: a number made of where and how each word was found, then whole name before
//! part, present before past, own unit before others. It must never decide whether a doc matches.

use super::parse::{Item, Part};
use super::plan::{Measure, Planned, PlannedPart};
use super::schema::{Face, column, hash, short_hash};
use crate::id::UnitId;
use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Scorer, Weight};
use tantivy::{DocId, DocSet, Result, SegmentReader};

/// Below the sum of the words' costs lie the tie-breakers.
const WORDS_SHIFT: u32 = 10;
const PART_OF_NAME: u32 = 1 << 9;
const PAST: u32 = 1 << 8;
const OTHER_UNIT: u32 = 1 << 7;
const OTHER_ORDER: u32 = 1 << 6;
const NOT_GIVEN: u32 = 1 << 5;

/// The most a doc can cost.
pub(super) const WORST: u32 = u32::MAX;

/// What ranks the matches of one query: prepared once, used in every segment.
pub(super) struct Ranking {
    items: Vec<Vec<AltWeights>>,
    title: u32,
    words: Vec<u16>,
    own: Option<UnitId>,
}

struct AltWeights {
    parts: Vec<PartWeights>,
    cost: u32,
}

struct PartWeights {
    as_typed: Box<dyn Weight>,
    slip: Option<Box<dyn Weight>>,
    measures: Vec<MeasureWeights>,
}

struct MeasureWeights {
    levels: Vec<(u32, bool, Box<dyn Weight>)>,
    floor: u32,
}

impl Ranking {
    pub(super) fn new(
        planned: &Planned,
        items: &[Item],
        own: Option<UnitId>,
        scoring: EnableScoring<'_>,
    ) -> Result<Self> {
        let measure = |m: &Measure| -> Result<MeasureWeights> {
            let levels = m.levels.iter().map(|l| Ok((l.cost, l.names, l.query.weight(scoring)?)));
            Ok(MeasureWeights { levels: levels.collect::<Result<_>>()?, floor: m.floor })
        };
        let part = |p: &PlannedPart| -> Result<PartWeights> {
            Ok(PartWeights {
                as_typed: p.matches.weight(scoring)?,
                slip: p.slip.as_ref().map(|q| q.weight(scoring)).transpose()?,
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
        Ok(Self { items: weights, title: hash(&words), words: words.iter().map(|w| short_hash(w)).collect(), own })
    }

    /// Ready for one segment.
    pub(super) fn of_segment<'a>(&'a self, reader: &'a SegmentReader) -> Result<Ranker<'a>> {
        let lazy = |weight: &'a dyn Weight| Lazy { weight, scorer: None };
        let part = |p: &'a PartWeights| PartRun {
            as_typed: lazy(p.as_typed.as_ref()),
            slip: p.slip.as_deref().map(lazy),
            measures: p
                .measures
                .iter()
                .map(|m| MeasureRun {
                    levels: m.levels.iter().map(|(cost, names, w)| (*cost, *names, lazy(w.as_ref()))).collect(),
                    floor: m.floor,
                })
                .collect(),
        };
        let items = self.items.iter().map(|alts| {
            alts.iter().map(|a| AltRun { parts: a.parts.iter().map(part).collect(), cost: a.cost }).collect()
        });
        Ok(Ranker {
            items: items.collect(),
            face: reader.fast_fields().u64(column::FACE)?,
            units: self.own.map(|_| reader.fast_fields().u64(column::UNIT)).transpose()?,
            reader,
            ranking: self,
        })
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
    face: Column<u64>,
    units: Option<Column<u64>>,
    reader: &'a SegmentReader,
    ranking: &'a Ranking,
}

struct AltRun<'a> {
    parts: Vec<PartRun<'a>>,
    cost: u32,
}

struct PartRun<'a> {
    as_typed: Lazy<'a>,
    slip: Option<Lazy<'a>>,
    measures: Vec<MeasureRun<'a>>,
}

struct MeasureRun<'a> {
    levels: Vec<(u32, bool, Lazy<'a>)>,
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

impl PartRun<'_> {
    fn has(&mut self, doc: DocId, reader: &SegmentReader) -> Result<bool> {
        Ok(self.as_typed.has(doc, reader)?
            || match &mut self.slip {
                Some(slip) => slip.has(doc, reader)?,
                None => false,
            })
    }
}

impl Ranker<'_> {
    /// In how many items `doc`, which matches, has a slip.
    pub(super) fn slips(&mut self, doc: DocId) -> Result<usize> {
        let mut slips = 0;
        for alts in &mut self.items {
            let mut clean = false;
            for alt in alts.iter_mut() {
                let mut all = !clean;
                for part in &mut alt.parts {
                    all = all && part.as_typed.has(doc, self.reader)?;
                }
                clean |= all;
            }
            slips += usize::from(!clean);
        }
        Ok(slips)
    }

    /// The cost of `doc`, or [`WORST`] as soon as it is above `limit`.
    pub(super) fn cost(&mut self, doc: DocId, limit: u32) -> Result<u32> {
        let (mut sum, mut named) = (0, 0);
        for alts in &mut self.items {
            let (cost, names) = best(alts, doc, self.reader)?;
            sum += cost;
            named += names;
            if sum << WORDS_SHIFT > limit {
                return Ok(WORST);
            }
        }
        let face = Face::unpack(self.face.first(doc).unwrap_or(0));
        let left = u32::from(face.words).saturating_sub(named);
        let mut cost = sum << WORDS_SHIFT;
        let mut add = |if_: bool, bit: u32| cost |= if if_ { bit } else { 0 };
        add(left > 0, PART_OF_NAME);
        add(!face.current, PAST);
        add(face.title != self.ranking.title, OTHER_ORDER);
        add(!self.ranking.words.contains(&face.given), NOT_GIVEN);
        // Persons are listed by name however many middle names they have; of schools the shorter.
        if face.given == 0 {
            cost |= left;
        }
        if cost > limit {
            return Ok(WORST);
        }
        if let (Some(units), Some(own)) = (&self.units, self.ranking.own)
            && !units.values_for_doc(doc).any(|u| u == u64::from(own.0))
        {
            cost |= OTHER_UNIT;
        }
        Ok(cost)
    }
}

/// The cheapest way in which an item is found in a doc that matches, and how many whole words of the
/// name that takes.
fn best(alts: &mut [AltRun], doc: DocId, reader: &SegmentReader) -> Result<(u32, u32)> {
    if let [only] = alts {
        let (cost, names) = placed(only, doc, reader)?;
        return Ok((cost + only.cost, names));
    }
    let mut best = (WORST >> WORDS_SHIFT >> 4, 0);
    for alt in alts {
        if alt.cost >= best.0 {
            continue;
        }
        let mut found = true;
        for part in &mut alt.parts {
            found = found && part.has(doc, reader)?;
        }
        if found {
            let (cost, names) = placed(alt, doc, reader)?;
            if cost + alt.cost < best.0 {
                best = (cost + alt.cost, names);
            }
        }
    }
    Ok(best)
}

fn placed(alt: &mut AltRun, doc: DocId, reader: &SegmentReader) -> Result<(u32, u32)> {
    let (mut cost, mut named) = (0, 0);
    for part in &mut alt.parts {
        for measure in &mut part.measures {
            let mut found = measure.floor;
            for (level, names, docs) in &mut measure.levels {
                if docs.has(doc, reader)? {
                    found = *level;
                    named += u32::from(*names);
                    break;
                }
            }
            cost += found;
        }
    }
    Ok((cost, named))
}
