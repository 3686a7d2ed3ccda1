//! From items to the engine's queries: what must match, and by what a match is ranked. Scope is a
//! clause here, so nothing after it can see beyond it. It must never leave the scope out.

use super::every::Every;
use super::expand::{Expand, Terms};
use super::model::{Filters, Query as Asked};
use super::parse::{Alt, Item, Part, Word};
use super::schema::{BASE, DIGIT_GRAM, EXACT, Fields, LETTER_GRAM, OF_NAME};
use super::sets::Sets;
use crate::actor::Scope;
use std::ops::Deref;
use std::sync::Arc;
use tantivy::query::{AllQuery, BooleanQuery, EmptyQuery, Occur, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption, Term};

/// What one word of a match costs, by how it was found. Marks weigh most, then where, then how much
/// of the word. A slip is worse than all of these together.
pub(super) mod cost {
    pub(in crate::search) const PREFIX: u32 = 3;
    pub(in crate::search) const ELSEWHERE: u32 = 4;
    pub(in crate::search) const OTHER_TONE: u32 = 8;
    pub(in crate::search) const OTHER_LETTER: u32 = 16;
    pub(in crate::search) const SLIP_IN_NAME: u32 = 64;
    pub(in crate::search) const SLIP: u32 = 68;
}

/// How far the text is to be bent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leniency {
    pub raw_keys: bool,
    pub slips: Slips,
    pub short: Short,
}

/// Whether short words may have a slip too: every such word has many neighbours, so only if nothing
/// else is found. Then long codes may have one as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Short {
    /// Words of four letters or more.
    #[default]
    No,
    /// Words of three letters too, if the first is right: for a word by itself.
    Three,
    /// Words of two letters too: other words of the query say who is meant.
    Two,
}

/// How many words may have a slip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Slips {
    #[default]
    None,
    /// One word of the query.
    One,
    /// Each word.
    Each,
}

/// Most words of a query that may have a slip: each costs a walk through the dictionary.
const MOST_SLIPS: usize = 6;
/// Codes at least so long may have a slip: with one sign wrong they still mean one thing.
const LONG_CODE: usize = 9;

/// One way to place a part, best first.
pub(super) struct Level {
    pub cost: u32,
    pub query: Box<dyn Query>,
    /// It is a whole word of the name.
    pub names: bool,
    /// It is there as a whole, not only begun.
    pub whole: bool,
}

/// A thing by which a match of a part is ranked: the first level that has the doc, or the floor.
pub(super) struct Measure {
    pub levels: Vec<Level>,
    pub floor: u32,
}

pub(super) struct PlannedPart {
    /// Docs that have it as typed.
    pub matches: Box<dyn Query>,
    /// Docs that have it with a slip, if that is to be looked for.
    pub slip: Option<Box<dyn Query>>,
    pub measures: Vec<Measure>,
}

pub(super) struct PlannedAlt {
    pub parts: Vec<PlannedPart>,
    pub cost: u32,
}

pub(super) struct Planned {
    /// What must match, scope and filters included.
    pub query: Box<dyn Query>,
    /// By what a match is ranked; each item as its ways.
    pub items: Vec<Vec<PlannedAlt>>,
}

/// What the plan is made for: the fields, and the sets kept.
#[derive(Clone, Copy)]
pub(super) struct For<'a> {
    pub fields: Fields,
    pub sets: &'a Arc<Sets>,
}

impl Deref for For<'_> {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl For<'_> {
    fn expand(&self, field: Field, terms: Terms) -> Box<dyn Query> {
        Box::new(Expand { field, terms, sets: Arc::clone(self.sets) })
    }

    /// Docs with this word.
    fn word(&self, field: Field, word: &str) -> Box<dyn Query> {
        self.expand(field, Terms::Whole(word.into()))
    }
}

/// Plans a query whose text has been parsed. `items` empty and text given means: nothing.
pub(super) fn plan(
    f: For<'_>,
    scope: &Scope,
    asked: &Asked,
    items: &[Item],
    how: Leniency,
    kind_in_query: bool,
) -> Planned {
    let mut clauses: Vec<Box<dyn Query>> = Vec::new();
    let mut planned = Vec::with_capacity(items.len());
    let mut slips = SlipsLeft { words: if how.slips == Slips::None { 0 } else { MOST_SLIPS }, short: how.short };
    for item in items {
        let alts = item.alts.iter().filter(|a| how.raw_keys || !a.raw_keys);
        planned.push(alts.map(|alt| planned_alt(f, alt, &mut slips)).collect::<Vec<_>>());
    }
    match how.slips {
        Slips::One => clauses.push(one_slip(&planned)),
        Slips::None | Slips::Each => clauses.extend(planned.iter().map(|alts| item_query(alts, PlannedPart::found))),
    }
    if items.is_empty() && !asked.text.trim().is_empty() {
        clauses.push(Box::new(EmptyQuery));
    }
    narrow(f, scope, asked, kind_in_query, &mut clauses);
    Planned { query: all(clauses), items: planned }
}

impl PlannedPart {
    /// Docs that have it in any way that is looked for.
    pub(super) fn found(&self) -> Box<dyn Query> {
        match &self.slip {
            Some(slip) => any(vec![self.matches.box_clone(), slip.box_clone()]),
            None => self.matches.box_clone(),
        }
    }

    /// Docs that have it with a slip; as typed, where no slip is looked for.
    fn slipped(&self) -> Box<dyn Query> {
        self.slip.as_ref().unwrap_or(&self.matches).box_clone()
    }
}

/// What matches an item in any of its ways.
fn item_query(alts: &[PlannedAlt], of_part: impl Fn(&PlannedPart) -> Box<dyn Query>) -> Box<dyn Query> {
    any(alts.iter().map(|a| all(a.parts.iter().map(&of_part).collect())).collect())
}

/// Every item as typed, or all but one as typed and that one with a slip.
fn one_slip(items: &[Vec<PlannedAlt>]) -> Box<dyn Query> {
    let typed = |alts: &[PlannedAlt]| item_query(alts, |part| part.matches.box_clone());
    let may_slip = |alts: &[PlannedAlt]| alts.iter().any(|a| a.parts.iter().any(|p| p.slip.is_some()));
    let mut ways = vec![all(items.iter().map(|alts| typed(alts)).collect())];
    for (at, alts) in items.iter().enumerate().filter(|(_, alts)| may_slip(alts)) {
        let others = items.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, alts)| typed(alts));
        ways.push(all(others.chain([item_query(alts, PlannedPart::slipped)]).collect()));
    }
    any(ways)
}

fn narrow(f: For<'_>, scope: &Scope, asked: &Asked, kind_in_query: bool, clauses: &mut Vec<Box<dyn Query>>) {
    if let Scope::Units(units) = scope {
        clauses.push(numbers(f.unit, units.iter().map(|u| u64::from(u.0))));
    }
    if let (Some(kind), true) = (&asked.kind, kind_in_query) {
        clauses.push(term(f.kind, kind));
    }
    let Filters { units, levels, grades, years, sexes, states, current } = &asked.filters;
    if !units.is_empty() {
        clauses.push(numbers(f.unit, units.iter().map(|u| u64::from(u.0))));
    }
    if !years.is_empty() {
        clauses.push(numbers(f.year, years.iter().map(|y| u64::from(*y))));
    }
    for (field, values) in [(f.level, levels), (f.grade, grades), (f.sex, sexes), (f.state, states)] {
        if !values.is_empty() {
            clauses.push(any(values.iter().map(|v| term(field, v)).collect()));
        }
    }
    if let Some(current) = current {
        clauses.push(Box::new(TermQuery::new(Term::from_field_bool(f.current, *current), IndexRecordOption::Basic)));
    }
}

/// For how many more words a slip is looked for.
struct SlipsLeft {
    words: usize,
    short: Short,
}

impl SlipsLeft {
    fn letters(&self) -> usize {
        match self.short {
            Short::No => 4,
            Short::Three => 3,
            Short::Two => 2,
        }
    }

    /// Takes one, if there is one for a word of so many letters.
    fn take(&mut self, letters: usize) -> bool {
        let taken = self.words > 0 && letters >= self.letters();
        self.words -= usize::from(taken);
        taken
    }
}

fn planned_alt(f: For<'_>, alt: &Alt, slips: &mut SlipsLeft) -> PlannedAlt {
    let parts = alt.parts.iter().map(|part| match part {
        Part::Word(word) => word_part(f, word, slips),
        Part::Code(code) => code_part(f, code, slips),
        Part::Date(date) => PlannedPart { matches: term(f.code, date), slip: None, measures: Vec::new() },
    });
    PlannedAlt { parts: parts.collect(), cost: alt.cost }
}

fn word_part(f: For<'_>, word: &Word, slips: &mut SlipsLeft) -> PlannedPart {
    let letters = word.fold.chars().count();
    let begins = |name: bool| -> Box<dyn Query> {
        match (letters <= LETTER_GRAM, name) {
            (true, true) => f.word(f.pre, &format!("{OF_NAME}{}", word.fold)),
            (true, false) => f.word(f.pre, &word.fold),
            (false, true) => f.expand(f.name, Terms::Prefix(word.fold.clone())),
            (false, false) => f.expand(f.words, Terms::Prefix(word.fold.clone())),
        }
    };
    let matches = begins(false);
    let mut slip = None;
    let mut place = Measure {
        levels: vec![
            Level { cost: 0, query: f.word(f.name, &word.fold), names: true, whole: true },
            Level { cost: cost::PREFIX, query: begins(true), names: false, whole: false },
            Level { cost: cost::ELSEWHERE, query: f.word(f.words, &word.fold), names: false, whole: true },
        ],
        floor: cost::ELSEWHERE + cost::PREFIX,
    };
    if slips.take(letters) {
        let first = (slips.short == Short::Three && letters == 3).then(|| word.fold.as_bytes()[0]);
        let near = |field| f.expand(field, Terms::Slip { word: word.fold.clone(), prefix: letters >= 6, first });
        place.levels.push(Level { cost: place.floor, query: matches.box_clone(), names: false, whole: false });
        place.levels.push(Level { cost: cost::SLIP_IN_NAME, query: near(f.name), names: true, whole: false });
        place.floor = cost::SLIP;
        slip = Some(near(f.words));
    }
    let mut measures = vec![place];
    if let Some(marked) = &word.marked {
        let mark = |cost: u32, sign: char, word: &str| Level {
            cost,
            query: f.expand(f.mark, Terms::Prefix(format!("{sign}{word}"))),
            names: false,
            whole: true,
        };
        measures.push(Measure {
            levels: vec![mark(0, EXACT, &marked.exact), mark(cost::OTHER_TONE, BASE, &marked.base)],
            floor: cost::OTHER_LETTER,
        });
    }
    PlannedPart { matches, slip, measures }
}

fn code_part(f: For<'_>, code: &str, slips: &mut SlipsLeft) -> PlannedPart {
    let letters = code.chars().count();
    let matches =
        if letters <= DIGIT_GRAM { f.word(f.pre, code) } else { f.expand(f.code, Terms::Prefix(code.into())) };
    let mut place = Measure {
        levels: vec![
            Level { cost: 0, query: f.word(f.name, code), names: true, whole: true },
            Level { cost: 0, query: f.word(f.code, code), names: false, whole: true },
        ],
        floor: cost::PREFIX,
    };
    let mut slip = None;
    if slips.short != Short::No && letters >= LONG_CODE && slips.take(letters) {
        place.levels.push(Level { cost: place.floor, query: matches.box_clone(), names: false, whole: false });
        place.floor = cost::SLIP;
        slip = Some(f.expand(f.code, Terms::Slip { word: code.into(), prefix: false, first: None }));
    }
    PlannedPart { matches, slip, measures: vec![place] }
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

fn numbers(field: Field, values: impl Iterator<Item = u64>) -> Box<dyn Query> {
    let mut terms: Vec<Term> = values.map(|v| Term::from_field_u64(field, v)).collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        _ => Box::new(TermSetQuery::new(terms)),
    }
}

fn all(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(AllQuery),
        1 => queries.remove(0),
        _ => Box::new(Every { clauses: queries }),
    }
}

fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(queries.into_iter().map(|q| (Occur::Should, q)).collect())),
    }
}
