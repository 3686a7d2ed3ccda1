//! What to do when nothing was found: the nearest question that finds something.

use super::facets::chosen;
use super::{FILTERS, with};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;
use crate::http::Pairs;
use crate::search::{Filters, Query as Question, pieces};
use crate::ui::{self, Markup, html, words};

/// Things typed that are left out in turn, and ways shown.
const PIECES_TRIED: usize = 8;
const WAYS_SHOWN: usize = 3;

/// Nothing was found: why that may be, and where something is.
pub(super) fn nothing(app: &App, actor: &Actor, question: &Question, query: &Pairs) -> Result<Markup> {
    let ways = ways(app, actor, question, query)?;
    Ok(html! {
        (ui::empty(words::NOTHING_FOUND, words::NOTHING_FOUND_HINT, None))
        @if !ways.is_empty() {
            (ui::panel("nearest", words::NEAREST, None, html! {
                ul.links { @for (label, href) in &ways { li { a href=(href) { (label) } } } }
            }))
        }
    })
}

fn ways(app: &App, actor: &Actor, question: &Question, query: &Pairs) -> Result<Vec<(String, String)>> {
    let index = app.index()?;
    let mut ways = Vec::new();
    if chosen(query).next().is_some() {
        let free = Question { kind: None, filters: Filters::default(), ..question.clone() };
        let count = index.count(&actor.scope, &free)?;
        if count > 0 && !question.text.trim().is_empty() {
            let href = with(query, &[], &[&FILTERS[..], &["from", "why"]].concat());
            ways.push((words::without_filters(count), href));
        }
    }
    let pieces = pieces(&question.text);
    let count = |text: &str| index.count(&actor.scope, &Question { text: text.to_owned(), ..question.clone() });
    let to = |text: String| with(query, &[("q", text)], &["q", "from", "why"]);
    let mut shorter = Vec::new();
    for left_out in (0..pieces.len().min(PIECES_TRIED)).filter(|_| pieces.len() > 1) {
        let others = pieces.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, p)| p.as_str());
        let text = others.collect::<Vec<_>>().join(" ");
        let found = count(&text)?;
        if found > 0 {
            shorter.push((found, words::left_out(&pieces[left_out], found), text));
        }
    }
    // The fewest are the nearest.
    shorter.sort();
    ways.extend(shorter.into_iter().take(WAYS_SHOWN).map(|(_, label, text)| (label, to(text))));
    if ways.is_empty() && pieces.len() > 2 {
        ways.extend(known(&pieces, &count)?.map(|(text, found)| (words::only(&text, found), to(text))));
    }
    Ok(ways)
}

/// As much of what was typed, from its beginning on, as finds something together.
fn known(pieces: &[String], count: &dyn Fn(&str) -> Result<u64>) -> Result<Option<(String, u64)>> {
    let mut best = None;
    let mut text = String::new();
    for piece in pieces.iter().take(PIECES_TRIED) {
        let longer = if text.is_empty() { piece.clone() } else { format!("{text} {piece}") };
        let found = count(&longer)?;
        if found > 0 {
            text.clone_from(&longer);
            best = Some((longer, found));
        }
    }
    Ok(best)
}
