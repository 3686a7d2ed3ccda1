//! Which parts of a text a query means, to mark them on a page. It reads text and query as the index
//! does, so what is found is what is marked. It must never change the text.

use super::analyse::{joined, marks};
use super::parse::{Alt, Item, Part, Token, Word, dates_at, lex, parse};
use crate::text::keys::iy_twin;
use crate::text::letters::{is_apostrophe, push_folded};
use crate::text::without_leading_zeros;
use std::ops::Range;

/// Shorter words are marked only as they were typed: they have too many neighbours.
const SLIP_LETTERS: usize = 3;

/// Byte ranges of `text`, in order, not overlapping. A word typed with marks marks the words that
/// have them; only if there is none, those with other marks.
pub fn highlight(text: &str, query: &str) -> Vec<Range<usize>> {
    let tokens = lex(text);
    let mut ranges = Vec::new();
    for item in parse(query) {
        let mut of_item = found_in(&item, &tokens, false, None);
        for slip in [None, Some(SLIP_LETTERS)] {
            if of_item.is_empty() {
                of_item = found_in(&item, &tokens, true, slip);
            }
        }
        ranges.append(&mut of_item);
    }
    merged(ranges)
}

/// Where a thing typed stands in a text, if it does; with one slip in words of at least `slip` letters.
pub(super) fn found_in(item: &Item, tokens: &[Token], raw_keys: bool, slip: Option<usize>) -> Vec<Range<usize>> {
    let alts = item.alts.iter().filter(|a| raw_keys || !a.raw_keys);
    alts.flat_map(|alt| of_alt(alt, tokens, slip)).collect()
}

/// Nothing unless all parts are there.
fn of_alt(alt: &Alt, tokens: &[Token], slip: Option<usize>) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for part in &alt.parts {
        let mut of_part = match part {
            Part::Word(word) => words(word, tokens, slip),
            Part::Code(code) => codes(code, tokens),
            Part::Date(date) => dates(date, tokens),
        };
        if of_part.is_empty() {
            return Vec::new();
        }
        ranges.append(&mut of_part);
    }
    ranges
}

fn words(word: &Word, tokens: &[Token], slip: Option<usize>) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut nearest = u8::MAX;
    for token in tokens {
        let Some(range) = word_in(word, token, slip) else { continue };
        let far = match &word.marked {
            None => 0,
            Some(marked) => {
                let (base, exact) = marks(token.word);
                let twin = iy_twin(&exact).is_some_and(|t| t.starts_with(&marked.exact));
                if twin || exact.starts_with(&marked.exact) {
                    0
                } else if base.starts_with(&marked.base) {
                    1
                } else {
                    2
                }
            }
        };
        if far < nearest {
            nearest = far;
            ranges.clear();
        }
        if far == nearest {
            ranges.push(range);
        }
    }
    ranges
}

fn word_in(word: &Word, token: &Token, slip: Option<usize>) -> Option<Range<usize>> {
    let fold = word.fold.as_str();
    if token.fold.starts_with(fold) || iy_twin(&token.fold).is_some_and(|t| t.starts_with(fold)) {
        return Some(head(token, fold.len()));
    }
    if slip.is_some_and(|least| fold.chars().count() >= least) && strsim::osa_distance(fold, &token.fold) == 1 {
        return Some(token.range.clone());
    }
    let mut at = token.range.start;
    for piece in token.word.split_inclusive(is_apostrophe) {
        let range = at..at + piece.len();
        at = range.end;
        let piece = Token { range, word: piece, fold: super::analyse::fold_word(piece), gap: "" };
        if piece.fold.len() < token.fold.len() && piece.fold.starts_with(fold) {
            return Some(head(&piece, fold.len()));
        }
    }
    None
}

/// The part of a token that the first `len` bytes of its folded form come from.
fn head(token: &Token, len: usize) -> Range<usize> {
    let mut folded = String::new();
    let mut end = token.range.start;
    for (i, c) in token.word.char_indices() {
        let before = folded.len();
        if !is_apostrophe(c) {
            push_folded(c, &mut folded);
        }
        if before >= len && folded.len() > before {
            break;
        }
        // A mark after the last letter belongs to it; an apostrophe does not.
        if before < len || !is_apostrophe(c) {
            end = token.range.start + i + c.len_utf8();
        }
    }
    token.range.start..end
}

fn codes(code: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let bare = without_leading_zeros(&token.fold);
        let zeros = token.fold.len() - bare.len();
        if token.fold.starts_with(code) {
            ranges.push(head(token, code.len()));
        } else if bare.starts_with(code) {
            ranges.push(head(token, zeros + code.len()));
        } else if let Some(range) = across(code, &tokens[i..]) {
            ranges.push(range);
        } else if let Some(next) = tokens.get(i + 1)
            && joined(&token.fold, next.gap, &next.fold).is_some_and(|j| j.starts_with(code))
        {
            ranges.push(token.range.start..next.range.end);
        }
    }
    ranges
}

/// A code that the text writes in groups: "0912 345 678", "HP-0123/2024".
fn across(code: &str, tokens: &[Token]) -> Option<Range<usize>> {
    let first = tokens.first()?;
    let mut left = code.strip_prefix(first.fold.as_str()).or_else(|| {
        code.strip_prefix(without_leading_zeros(&first.fold))
            .filter(|_| first.is_digits() && first.fold.starts_with('0'))
    })?;
    for token in &tokens[1..] {
        if token.gap.len() != 1 {
            return None;
        }
        match left.strip_prefix(token.fold.as_str()) {
            Some("") => return Some(first.range.start..token.range.end),
            Some(rest) => left = rest,
            None if token.fold.starts_with(left) => return Some(first.range.start..head(token, left.len()).end),
            None => return None,
        }
    }
    None
}

fn dates(date: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        let mut used = 1;
        if let Some((dates, len)) = dates_at(rest) {
            let of_year = date.strip_prefix("#--");
            if dates.iter().any(|d| d.starts_with(date) || of_year.is_some_and(|day| d.len() == 9 && d.ends_with(day)))
            {
                used = len;
                ranges.push(first.range.start..rest[len - 1].range.end);
            }
        }
        rest = &rest[used..];
    }
    ranges
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().filter(|r| !r.is_empty()) {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
