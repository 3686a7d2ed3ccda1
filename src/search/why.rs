//! Why a doc was found: for each thing typed, what of the doc it means and how closely. It reads as
//! [`super::highlight`] does. It must be given only what the person may see.

use super::highlight::found_in;
use super::model::Doc;
use super::parse::{Item, Part, lex, parse};
use super::plan::cost;
use crate::text;
use std::ops::Range;

/// What one thing typed was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// As typed.
    pub typed: String,
    /// The best place; nothing if it was left out of the search (a word that only says what sort of
    /// thing is meant).
    pub found: Option<Match>,
}

/// A place and how closely it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which part of the doc.
    pub place: Place,
    /// The text there.
    pub text: String,
    /// How closely.
    pub fit: Fit,
}

/// Parts of a doc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What it is called.
    Title,
    /// Another name.
    Name,
    /// An identity code.
    Code,
    /// A telephone number.
    Phone,
    /// A date.
    Date,
    /// Other words: class, school, kind.
    Words,
    /// A school year.
    Year,
}

/// How closely something typed fits, closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Whole words, marks and all.
    Whole,
    /// Whole words, other marks.
    OtherMarks,
    /// Only begun.
    Begun,
    /// A short form of it, or a long one.
    OtherForm,
    /// Read as raw Telex or VNI keys.
    Keys,
    /// With one slip.
    Slip,
}

/// The things typed, in order.
pub fn pieces(typed: &str) -> Vec<String> {
    parse(typed).into_iter().map(|item| item.typed).collect()
}

/// Why a doc fits what was typed.
pub fn explain(doc: &Doc, typed: &str) -> Vec<Why> {
    let texts = texts(doc);
    let best = |item: &Item| {
        [(false, None), (true, None), (true, Some(2))].iter().find_map(|(keys, slip)| {
            let fits = texts.iter().filter_map(|(place, text)| {
                let fit = fit(item, text, *keys, *slip)?;
                Some((far(*place, fit), *place, fit, text))
            });
            let (_, place, fit, text) = fits.min()?;
            Some(Match { place, text: text.clone(), fit })
        })
    };
    parse(typed).iter().map(|item| Why { typed: item.typed.clone(), found: best(item) }).collect()
}

/// Every text of a doc that can be found.
fn texts(doc: &Doc) -> Vec<(Place, String)> {
    let mut out = vec![(Place::Title, doc.title.clone())];
    let mut add = |place: Place, texts: &[String]| out.extend(texts.iter().map(|t| (place, t.clone())));
    add(Place::Name, &doc.names);
    add(Place::Code, &doc.codes);
    add(Place::Phone, &doc.phones);
    add(Place::Words, &doc.words);
    out.extend(doc.dates.iter().map(|(y, m, d)| (Place::Date, format!("{d:02}/{m:02}/{y:04}"))));
    out.extend(doc.years.iter().map(|y| (Place::Year, format!("{y}–{}", y + 1))));
    out
}

/// How far a fit is from what was meant, as hits are ranked.
fn far(place: Place, fit: Fit) -> u32 {
    let of_place = if place <= Place::Name { 0 } else { cost::ELSEWHERE };
    of_place
        + match fit {
            Fit::Whole => 0,
            Fit::Begun => cost::PREFIX,
            Fit::OtherMarks | Fit::OtherForm => cost::OTHER_TONE,
            Fit::Keys | Fit::Slip => cost::SLIP,
        }
}

fn fit(item: &Item, line: &str, keys: bool, slip: Option<usize>) -> Option<Fit> {
    let tokens = lex(line);
    let ranges = found_in(item, &tokens, keys, slip);
    if ranges.is_empty() {
        return None;
    }
    if keys {
        return Some(if slip.is_some() { Fit::Slip } else { Fit::Keys });
    }
    let whole = |r: &Range<usize>| {
        tokens.iter().any(|t| t.range.start == r.start) && tokens.iter().any(|t| t.range.end == r.end)
    };
    let of_words = item.alts[0].parts.iter().all(|p| matches!(p, Part::Word(_)));
    let found: Vec<&str> = ranges.iter().filter_map(|r| line.get(r.clone())).collect();
    let key = |t: &str| text::iy_key(&text::fold(t)).replace(['\'', '’'], "");
    let typed = key(&item.typed);
    if of_words && !found.iter().any(|f| typed.split(' ').any(|t| key(f).starts_with(t))) {
        return Some(Fit::OtherForm);
    }
    if !ranges.iter().any(whole) {
        return Some(Fit::Begun);
    }
    let exact = |t: &str| text::iy_key(&text::exact_key(t));
    let same = item.typed.is_ascii() || found.iter().any(|f| exact(&item.typed).split(' ').any(|t| exact(f) == t));
    Some(if same { Fit::Whole } else { Fit::OtherMarks })
}
