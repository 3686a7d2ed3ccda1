//! `date`: any usual writing, known to the day, the month or the year. Day before month, always; a
//! year of two digits is refused, since 15 may be 1915 or 2015.

use super::Read;
use crate::spec::value::{PartialDate, Value};

pub(super) fn parse(text: &str) -> Result<Read, String> {
    date_of(text).map(|d| Read::plain(Value::Date(d)))
}

pub(super) fn date_of(text: &str) -> Result<PartialDate, String> {
    const FORM: &str = "Ngày ghi dd/mm/yyyy, ví dụ 05/09/2015; chỉ biết tháng thì 09/2015, chỉ biết năm thì 2015.";
    let text = without_time(text.strip_prefix('\'').unwrap_or(text));
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    if !well_parted(text) || numbers.is_empty() || numbers.len() > 3 || numbers.iter().any(|n| n.len() > 8) {
        return Err(FORM.into());
    }
    let number = |at: usize| numbers[at].parse::<i32>().unwrap_or(i32::MAX);
    let wide = |at: usize| numbers[at].len();
    match numbers.len() {
        1 if wide(0) == 4 => make(number(0), 0, 0),
        1 if wide(0) == 8 => {
            let digits = number(0);
            let (day, month, year) = (digits / 1_000_000, digits / 10_000 % 100, digits % 10_000);
            make(year, month, day).or_else(|_| make(digits / 10_000, digits / 100 % 100, digits % 100))
        }
        1 if wide(0) == 5 => Err(format!("«{text}» là số ngày của bảng tính: định dạng ô là Ngày rồi chép lại.")),
        2 if wide(1) == 4 && wide(0) <= 2 => make(number(1), number(0), 0),
        2 if wide(0) == 4 && wide(1) <= 2 => make(number(0), number(1), 0),
        3 if wide(2) == 4 && wide(0) <= 2 && wide(1) <= 2 => make(number(2), number(1), number(0)),
        3 if wide(0) == 4 && wide(1) <= 2 && wide(2) <= 2 => make(number(0), number(1), number(2)),
        2 | 3 if numbers.iter().all(|n| n.len() <= 2) => Err("Năm ghi đủ bốn chữ số, ví dụ 05/09/2015.".into()),
        _ => Err(FORM.into()),
    }
}

/// Digits parted by / - . or blanks, or spelled out: "ngày 5 tháng 9 năm 2015".
fn well_parted(text: &str) -> bool {
    let rest = text.chars().filter(|c| !c.is_ascii_digit());
    if rest.clone().all(|c| matches!(c, '/' | '-' | '.' | ' ')) {
        return true;
    }
    let folded = crate::text::fold(text);
    folded
        .split(|c: char| c.is_ascii_digit() || c == ' ' || c == ',')
        .filter(|w| !w.is_empty())
        .all(|w| matches!(w, "ngay" | "thang" | "nam"))
}

fn without_time(text: &str) -> &str {
    match text.split_once(['T', ' ']) {
        Some((date, time)) if time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || ":.Z+-".contains(c)) => {
            date
        }
        _ => text,
    }
}

fn make(year: i32, month: i32, day: i32) -> Result<PartialDate, String> {
    let part = |n: i32| u8::try_from(n).unwrap_or(u8::MAX);
    // Zeros in the place of what is not known: 00/00/2015.
    let (month_or_0, day_or_0) = (part(month), if month == 0 { 0 } else { part(day) });
    if let Some(date) = i16::try_from(year).ok().and_then(|y| PartialDate::new(y, month_or_0, day_or_0)) {
        return Ok(date);
    }
    if !(1800..=2200).contains(&year) {
        return Err(format!("Năm {year} không đúng."));
    }
    if month > 12 && day <= 12 && day > 0 && month <= 31 {
        return Err(format!("Không có tháng {month}: ghi ngày trước, tháng sau."));
    }
    if month > 12 {
        return Err(format!("Không có tháng {month}."));
    }
    Err(format!("Không có ngày {day:02}/{month:02}/{year}."))
}
