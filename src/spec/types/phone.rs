//! `phone`: one number, kept as digits with its leading zero, or with + for another country.

use super::Read;
use crate::spec::value::Value;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    const FORM: &str = "Số điện thoại gồm 10 hoặc 11 chữ số, bắt đầu bằng 0; mỗi ô một số.";
    if text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '.' | '-' | '(' | ')' | '+' | '\'')) {
        return Err(FORM.into());
    }
    let text = text.trim_start_matches('\'');
    let abroad = text.starts_with('+');
    if text[usize::from(abroad)..].contains('+') {
        return Err(FORM.into());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // A spreadsheet that took the number for a number lost the zero and may have added ".0".
    let digits = match digits.strip_suffix('0') {
        Some(cut) if text.ends_with(".0") => cut.to_string(),
        _ => digits,
    };
    let number = match (abroad, digits.as_str()) {
        (true, d) if d.starts_with("84") => format!("0{}", d[2..].trim_start_matches('0')),
        (true, d) if (8..=15).contains(&d.len()) => return Ok(Read::plain(Value::Text(format!("+{d}")))),
        (false, d) if d.len() == 9 && d.starts_with(['3', '5', '7', '8', '9']) => format!("0{d}"),
        (false, d) if d.len() == 11 && d.starts_with("84") && d.as_bytes()[2] != b'0' => format!("0{}", &d[2..]),
        (_, d) => d.to_string(),
    };
    let service = (number.starts_with("1800") || number.starts_with("1900")) && matches!(number.len(), 8 | 10);
    if service || number.starts_with('0') && matches!(number.len(), 10 | 11) {
        Ok(Read::plain(Value::Text(number)))
    } else {
        Err(FORM.into())
    }
}
