//! `text` and `long_text`: cleaned by `crate::text`, never rewritten. Also what all textual types
//! share: the longest text and the pattern.

use super::{Read, Wrong, longest};
use crate::spec::model::Field;
use crate::spec::value::Value;

pub(super) fn parse(text: String) -> Read {
    Read::plain(Value::Text(text))
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
    match &field.pattern {
        Some(pattern) if !pattern.regex.is_match(text) => {
            Err(("pattern", format!("Chưa đúng dạng: cần {}.", pattern.hint)))
        }
        _ => Ok(()),
    }
}
