//! Vietnamese text: one form of each word, keys to compare and to sort by, what was meant by raw
//! typing, and old encodings. Pure functions; must never know records or the index.

pub mod keys;
pub mod legacy;
pub mod letters;
pub mod order;
pub mod syllable;
#[cfg(test)]
mod tests;
pub mod tone;
pub mod typing;

pub use keys::{base_key, exact_key, fold, iy_key};
pub use order::{person_sort_key, sort_key};

use std::ops::Range;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The version of the sort keys. Where keys are kept, it is kept beside them; another version means
/// they are made anew.
pub const SORT_VERSION: u8 = 1;

/// Most combining marks kept on one letter: enough for every language, too few to draw over a page.
const MOST_MARKS: usize = 3;

/// Canonical composition (NFC): the one form in which text is kept.
pub fn nfc(text: &str) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.chars().nfc().collect()
    }
}

/// One line of text as it is kept: NFC; control, zero-width and direction characters gone; runs of
/// blanks and line breaks one blank; trimmed; heaps of combining marks cut down.
pub fn clean(text: &str) -> String {
    cleaned(text, false)
}

/// Like [`clean`], but line breaks stay (at most one empty line in a row).
pub fn clean_lines(text: &str) -> String {
    cleaned(text, true)
}

fn cleaned(text: &str, keep_lines: bool) -> String {
    if is_clean(text) { text.to_owned() } else { cleaned_by_sign(text, keep_lines) }
}

fn cleaned_by_sign(text: &str, keep_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut blank, mut breaks, mut marks) = (false, 0usize, 0usize);
    let plain = text.is_ascii();
    let source = if plain { std::borrow::Cow::Borrowed(text) } else { std::borrow::Cow::Owned(nfc(&unpiled(text))) };
    for c in source.chars() {
        if c == '\n' || c == '\u{2028}' || c == '\u{2029}' {
            breaks += 1;
            blank = true;
        } else if c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{115F}' | '\u{1160}') {
            blank = true;
        } else if is_invisible(c) {
        } else if unicode_normalization::char::is_combining_mark(c) && (blank || out.is_empty() || marks >= MOST_MARKS)
        {
            // A mark with nothing to stand on, or one too many.
        } else {
            marks = if unicode_normalization::char::is_combining_mark(c) { marks + 1 } else { 0 };
            if blank && !out.is_empty() {
                match breaks {
                    1 if keep_lines => out.push('\n'),
                    2.. if keep_lines => out.push_str("\n\n"),
                    _ => out.push(' '),
                }
            }
            (blank, breaks) = (false, 0);
            out.push(c);
        }
    }
    // What was taken out may have stood between a letter and its mark.
    if plain { out } else { nfc(&out) }
}

/// Whether a text is plainly as it is kept: single blanks between ASCII signs and composed Vietnamese
/// letters. Most are; what else would be kept as it is takes the long way.
fn is_clean(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        let usual = c.is_ascii_graphic()
            || (c == ' ' && before != ' ')
            || matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ſ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | 'Ạ'..='ỹ');
        if !usual {
            return false;
        }
        before = c;
    }
    before != ' ' || text.is_empty()
}

/// Cuts heaps of marks before normalising, which sorts each heap.
fn unpiled(text: &str) -> String {
    let mut marks = 0usize;
    text.chars()
        .filter(|c| {
            marks = if unicode_normalization::char::is_combining_mark(*c) { marks + 1 } else { 0 };
            marks <= 2 * MOST_MARKS
        })
        .collect()
}

/// Characters that show nothing or turn the direction of what follows, and those that are none.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFD}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{10FFFF}')
        || matches!(c as u32 & 0xFFFE, 0xFFFE)
        || ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// A word of a text: where it stands (bytes) and its letters. Words are runs of letters, digits and
/// marks; an apostrophe between letters belongs to the word (M'Drắk).
pub fn tokens(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(letters::in_word)?;
        let mut end = start;
        let mut chars = text[start..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            let goes_on = |n: char| n.is_alphabetic() || unicode_normalization::char::is_combining_mark(n);
            let joins = letters::is_apostrophe(c) && i > 0 && chars.peek().is_some_and(|(_, n)| goes_on(*n));
            if !letters::in_word(c) && !joins {
                break;
            }
            end = start + i + c.len_utf8();
        }
        at = end;
        Some((start..end, &text[start..end]))
    })
}

/// The ASCII digits of a text, nothing else.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Without zeros in front (a lone 0 stays): what a spreadsheet leaves of an identity code.
pub fn without_leading_zeros(code: &str) -> &str {
    let bare = code.trim_start_matches('0');
    if bare.is_empty() && !code.is_empty() { &code[code.len() - 1..] } else { bare }
}

/// A telephone number as ten or eleven digits from 0, however it is written: "+84 912.345.678" and
/// "0912 345 678" give "0912345678". `None` if it is none.
pub fn phone_key(text: &str) -> Option<String> {
    let t = text.trim();
    if t.is_empty()
        || t.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '.' | '-' | '(' | ')' | '+' | '/' | '\u{A0}'))
    {
        return None;
    }
    let d = digits(t);
    let national = if t.starts_with('+') || t.starts_with("(+") || (d.starts_with("84") && d.len() >= 11) {
        format!("0{}", d.strip_prefix("84")?.trim_start_matches('0'))
    } else if let Some(rest) = d.strip_prefix("0084") {
        format!("0{rest}")
    } else {
        d
    };
    ((10..=11).contains(&national.len()) && national.starts_with('0')).then_some(national)
}
