//! Stands in for `crate::text` until it is there. Must be gone before release.

use unicode_normalization::UnicodeNormalization;

/// NFC, without control, direction and zero-width characters, blanks folded and trimmed.
pub(crate) fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.nfc() {
        if c.is_whitespace() || c == '\u{a0}' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{61c}') {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Lower case without marks; đ becomes d.
pub(crate) fn fold(raw: &str) -> String {
    raw.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}
