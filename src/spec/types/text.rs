//! `text` and `long_text`: cleaned, never rewritten. Also what all textual types share: the longest
//! text, the pattern, and marks piled up to break a page.

use super::{Read, Wrong, longest};
use crate::spec::model::Field;
use crate::spec::text::clean;
use crate::spec::value::Value;
use unicode_normalization::char::is_combining_mark;

/// Most marks on one letter that composition could not swallow.
const MOST_MARKS: usize = 3;

pub(super) fn parse(text: String) -> Result<Read, String> {
    Ok(Read::plain(Value::Text(text)))
}

/// Cleaned line by line; at most one empty line in a row.
pub(super) fn clean_lines(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut empty = 0;
    for line in raw.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']) {
        let line = clean(line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 1 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(&line);
    }
    out
}

pub(super) fn judge(text: &str, field: &Field) -> Result<(), Wrong> {
    let most = longest(field);
    // Bytes are counted first: most texts are short enough whatever their letters.
    if text.len() > most {
        let length = text.chars().count();
        if length > most {
            return Err(("length", format!("Dài {length} ký tự, nhiều nhất {most}.")));
        }
    }
    if !text.is_ascii() && piled_marks(text) {
        return Err(("marks", "Có chữ mang quá nhiều dấu: gõ lại giúp.".into()));
    }
    match &field.pattern {
        Some(pattern) if !pattern.regex.is_match(text) => Err(("pattern", format!("Chưa đúng dạng: cần {}.", pattern.hint))),
        _ => Ok(()),
    }
}

fn piled_marks(text: &str) -> bool {
    let mut marks = 0;
    text.chars().any(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks > MOST_MARKS
    })
}
