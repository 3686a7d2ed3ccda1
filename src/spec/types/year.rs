//! `year`: a calendar year, or a school year by its first year (2024–2025 is 2024).

use super::Read;
use crate::spec::value::Value;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    let wrong = || "Năm ghi bốn chữ số, ví dụ 2024; năm học ghi 2024–2025.".to_string();
    let years: Vec<&str> = text.split(['-', '–', '—', '/']).map(str::trim).collect();
    let read = |t: &str| (t.len() == 4).then(|| t.parse::<i64>().ok()).flatten().filter(|y| (1900..=2200).contains(y));
    let year = match years.as_slice() {
        [one] => read(one.strip_suffix(".0").unwrap_or(one)),
        [first, next] => read(first).filter(|y| read(next) == Some(y + 1)),
        _ => None,
    };
    year.map(|y| Read::plain(Value::Int(y))).ok_or_else(wrong)
}
