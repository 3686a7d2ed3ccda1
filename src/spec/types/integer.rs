//! `integer`: a whole number. Groups of three may be parted by points, commas or blanks.

use super::Read;
use crate::spec::value::{Value, grouped};

pub(super) fn parse(text: &str) -> Result<Read, String> {
    number(text).map(|n| Read::plain(Value::Int(n))).ok_or_else(|| match text.replace(',', ".").parse::<f64>() {
        Ok(_) if text.len() < 40 => format!("«{text}» không phải số nguyên."),
        _ => "Cần một số nguyên, ví dụ 1234 hoặc 1.234.".into(),
    })
}

pub(super) fn show(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs(), "."))
}

/// A whole number in any usual writing; `1.000` is a thousand, `12.0` is twelve.
pub(super) fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 30 {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let whole = ungroup(digits).or_else(|| {
        let (whole, part) = digits.split_once(['.', ','])?;
        (part.bytes().all(|b| b == b'0') && !part.is_empty()).then(|| whole.to_string())
    })?;
    let number: i64 = whole.parse().ok()?;
    (whole.bytes().all(|b| b.is_ascii_digit())).then_some(if negative { -number } else { number })
}

/// `1.234.567`, `1,234` or `1 234` without its separators, if the groups are right.
pub(super) fn ungroup(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}') {
        return None;
    }
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let digits = |g: &str| g.bytes().all(|b| b.is_ascii_digit());
    let right = (1..=3).contains(&first.len()) && digits(first) && groups.all(|g| g.len() == 3 && digits(g));
    right.then(|| text.replace(separator, ""))
}
