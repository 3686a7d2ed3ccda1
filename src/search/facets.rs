//! What docs count as. A doc carries one ordinal for its kind, levels, grade, years, state and sex
//! together: a province has a few thousand such combinations, so counting a hit is one read and one
//! addition, and only the combinations are taken apart at the end. Units are counted by themselves.

use super::columns::{Columns, Known};
use super::model::{Doc, Facets};
use crate::actor::Scope;
use crate::id::UnitId;
use std::collections::HashMap;
use tantivy::columnar::{Column, ColumnIndex, StrColumn};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Result};

/// Most units named in a facet.
const MOST_UNITS: usize = 200;
/// Between the facets of a combination.
const FACET: char = '\u{1f}';
/// Between the values of a facet.
const VALUE: char = '\u{1e}';
/// Stands for "no such label".
const NONE: u32 = u32::MAX;

/// What is counted, in the order of a combination's pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Facet {
    Kind,
    Level,
    Grade,
    Year,
    State,
    Sex,
}

const ALL: [Facet; 6] = [Facet::Kind, Facet::Level, Facet::Grade, Facet::Year, Facet::State, Facet::Sex];

/// A doc's combination, as it is kept.
pub(super) fn combination(doc: &Doc) -> String {
    let mut out = doc.kind.clone();
    let years: Vec<String> = doc.years.iter().map(u16::to_string).collect();
    let mut piece = |values: &mut dyn Iterator<Item = &str>| {
        out.push(FACET);
        for (i, value) in values.filter(|v| !v.is_empty()).enumerate() {
            if i > 0 {
                out.push(VALUE);
            }
            out.push_str(value);
        }
    };
    piece(&mut doc.levels.iter().map(String::as_str));
    piece(&mut doc.grade.as_deref().into_iter());
    piece(&mut years.iter().map(String::as_str));
    piece(&mut std::iter::once(doc.state.as_str()));
    piece(&mut doc.sex.as_deref().into_iter());
    out
}

/// A doc's units in one number: the first, and whether there are more (those are in a column of their
/// own).
pub(super) fn home(units: &[UnitId]) -> u64 {
    units.first().map_or(0, |first| u64::from(first.0) << 1 | u64::from(units.len() > 1))
}

/// A number for each value of each facet.
#[derive(Default)]
pub(super) struct Labels {
    numbers: HashMap<(Facet, String), u32>,
    list: Vec<(Facet, String)>,
}

impl Labels {
    fn number(&mut self, facet: Facet, value: &str) -> u32 {
        let next = self.list.len() as u32;
        let key = (facet, value.to_owned());
        let number = *self.numbers.entry(key.clone()).or_insert(next);
        if number == next {
            self.list.push(key);
        }
        number
    }

    /// Takes apart the combinations of a segment.
    pub(super) fn combinations(&mut self, column: &StrColumn) -> Result<Box<[Combination]>> {
        let mut list = Vec::with_capacity(column.num_terms());
        let mut stream = column.dictionary().stream()?;
        while stream.advance() {
            let text = String::from_utf8_lossy(stream.key());
            let (mut kind, mut others) = (NONE, Vec::new());
            for (facet, values) in ALL.into_iter().zip(text.split(FACET)) {
                for value in values.split(VALUE).filter(|v| !v.is_empty()) {
                    let number = self.number(facet, value);
                    if facet == Facet::Kind { kind = number } else { others.push(number) }
                }
            }
            list.push(Combination { kind, others: others.into() });
        }
        Ok(list.into())
    }

    /// The number of a kind; [`NONE`] for one that no doc has.
    fn kind(&self, kind: &str) -> u32 {
        self.numbers.get(&(Facet::Kind, kind.to_owned())).copied().unwrap_or(NONE)
    }
}

/// A combination, as labels' numbers.
pub(super) struct Combination {
    kind: u32,
    others: Box<[u32]>,
}

/// Counts hits, segment by segment.
pub(super) struct Counter<'a> {
    known: &'a Known,
    /// Only docs of this kind are counted in the other facets.
    kind: Option<String>,
    labels: Vec<u64>,
    units: Vec<u64>,
    facets: bool,
    /// Docs of the wanted kind.
    pub total: u64,
}

/// Counts the hits of one segment.
pub(super) struct OfSegment<'a> {
    columns: &'a Columns,
    counts: Vec<u32>,
    kind: Option<u32>,
    values: [u64; COLLECT_BLOCK_BUFFER_LEN],
}

impl<'a> Counter<'a> {
    /// `facets`: all are counted, not only the docs of `kind`.
    pub(super) fn new(known: &'a Known, kind: Option<&str>, facets: bool) -> Self {
        Self { known, kind: kind.map(str::to_owned), labels: Vec::new(), units: Vec::new(), facets, total: 0 }
    }

    /// Ready for a segment.
    pub(super) fn segment<'c>(&self, columns: &'c Columns) -> OfSegment<'c> {
        OfSegment {
            columns,
            counts: vec![0; columns.combinations.len()],
            kind: self.kind.as_deref().map(|kind| self.known.labels(|labels| labels.kind(kind))),
            values: [0; COLLECT_BLOCK_BUFFER_LEN],
        }
    }

    /// The kind of a doc.
    pub(super) fn kind_of(&self, columns: &Columns, doc: DocId) -> String {
        let ord = columns.facets.as_ref().and_then(|column| column.first(doc));
        let kind = ord.and_then(|ord| columns.combinations.get(ord as usize)).map_or(NONE, |c| c.kind);
        self.known.labels(|labels| labels.list.get(kind as usize).map(|(_, kind)| kind.clone()).unwrap_or_default())
    }

    /// Adds what was counted in a segment whose blocks are all counted.
    pub(super) fn add(&mut self, of: OfSegment<'_>) {
        let mut count = |label: u32, n: u64| {
            let at = label as usize;
            if at >= self.labels.len() {
                self.labels.resize(at + 1, 0);
            }
            self.labels[at] += n;
        };
        for (combination, n) in of.columns.combinations.iter().zip(&of.counts).filter(|(_, n)| **n > 0) {
            let n = u64::from(*n);
            if combination.kind != NONE {
                count(combination.kind, n);
            }
            if of.kind.is_none_or(|kind| kind == combination.kind) {
                self.total += n;
                combination.others.iter().for_each(|label| count(*label, n));
            }
        }
    }

    /// What was counted.
    pub(super) fn facets(self, scope: &Scope) -> Facets {
        let mut out = Facets::default();
        if !self.facets {
            return out;
        }
        self.known.labels(|labels| {
            for ((facet, value), n) in labels.list.iter().zip(self.labels).filter(|(_, n)| *n > 0) {
                match facet {
                    Facet::Kind => out.kinds.push((value.clone(), n)),
                    Facet::Level => out.levels.push((value.clone(), n)),
                    Facet::Grade => out.grades.push((value.clone(), n)),
                    Facet::Year => out.years.extend(value.parse().ok().map(|year| (year, n))),
                    Facet::State => out.states.push((value.clone(), n)),
                    Facet::Sex => out.sexes.push((value.clone(), n)),
                }
            }
        });
        // Nothing has the number 0; and a doc seen here may also belong to units that must not be named here.
        let units = self.units.into_iter().enumerate().skip(1).filter(|(_, n)| *n > 0);
        out.units = units.map(|(unit, n)| (UnitId(unit as u32), n)).filter(|(unit, _)| scope.has(*unit)).collect();
        for list in [&mut out.kinds, &mut out.levels, &mut out.grades, &mut out.states, &mut out.sexes] {
            sort(list);
        }
        sort(&mut out.years);
        sort(&mut out.units);
        out.units.truncate(MOST_UNITS);
        out
    }

    /// Counts a block of docs, and leaves those of the wanted kind in front: how many they are.
    pub(super) fn block(&mut self, of: &mut OfSegment<'_>, docs: &mut [DocId]) -> usize {
        if !self.facets && of.kind.is_none() {
            self.total += docs.len() as u64;
            return docs.len();
        }
        let Some(column) = &of.columns.facets else { return 0 };
        let values = &mut of.values[..docs.len()];
        read(column, docs, values);
        let mut kept = 0;
        for (i, ord) in values.iter().enumerate() {
            let Some(n) = of.counts.get_mut(*ord as usize) else { continue };
            *n += 1;
            if of.kind.is_none_or(|kind| kind == of.columns.combinations[*ord as usize].kind) {
                docs[kept] = docs[i];
                kept += 1;
            }
        }
        if self.facets {
            let units = &of.columns.units;
            let values = &mut of.values[..kept];
            read(&units.home, &docs[..kept], values);
            for (doc, home) in docs.iter().zip(values.iter()) {
                if home & 1 == 0 {
                    count_unit(&mut self.units, home >> 1);
                } else {
                    units.all.values_for_doc(*doc).for_each(|unit| count_unit(&mut self.units, unit));
                }
            }
        }
        kept
    }
}

fn count_unit(units: &mut Vec<u64>, unit: u64) {
    let at = unit as usize;
    if at >= units.len() {
        units.resize(at + 1, 0);
    }
    units[at] += 1;
}

/// The values of some docs, each of which has one; `u64::MAX` where one has none.
fn read(column: &Column<u64>, docs: &[DocId], values: &mut [u64]) {
    match &column.index {
        ColumnIndex::Full => column.values.get_vals(docs, values),
        _ => docs.iter().zip(values).for_each(|(doc, value)| *value = column.first(*doc).unwrap_or(u64::MAX)),
    }
}

fn sort<T: Ord>(counts: &mut [(T, u64)]) {
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}
