//! `decimal`: `7,5` and `7.5` are the same. A single point with three digits after it (`1.234`) may
//! be a thousand and more or one and a bit: that is asked, not guessed.

use super::{Read, Wrong, integer};
use crate::spec::model::Field;
use crate::spec::value::{Decimal, Value};

pub(super) fn parse(text: &str, scale: u8) -> Result<Read, String> {
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    if text.len() > 30 {
        return Err("Số dài quá.".into());
    }
    let (negative, body) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some((whole, part)) = body.split_once('.') {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if part.len() == 3 && digits(part) && digits(whole) && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
        {
            return Err(format!("«{text}» có thể hiểu hai cách: ghi {whole}{part} hoặc {whole},{part}."));
        }
    }
    let (units, digits) = magnitude(body).ok_or("Cần một số, ví dụ 7,5.")?;
    let units = if negative { -units } else { units };
    rounded(units, digits, scale).map(|d| Read::plain(Value::Decimal(d))).ok_or_else(|| match scale {
        0 => "Không ghi phần lẻ.".into(),
        _ => format!("Nhiều nhất {scale} chữ số sau dấu phẩy."),
    })
}

/// `1.234,5` → (12345, 1).
fn magnitude(body: &str) -> Option<(i128, u32)> {
    let last = body.rfind(['.', ',']);
    let point = match last {
        None => None,
        // Several of the same sign group thousands; a last sign of another kind is the point.
        Some(at) => {
            let sign = body[at..].chars().next()?;
            let others = body[..at].contains(['.', ',', ' ']);
            if !others || !body[..at].contains(sign) { Some(at) } else { None }
        }
    };
    let (whole, part) = point.map_or((body, ""), |at| (&body[..at], &body[at + 1..]));
    let whole = if whole.bytes().all(|b| b.is_ascii_digit()) { whole.to_string() } else { integer::ungroup(whole)? };
    if whole.is_empty() && part.is_empty()
        || !part.bytes().all(|b| b.is_ascii_digit())
        || point.is_some() && part.is_empty()
    {
        return None;
    }
    let units = format!("0{whole}{part}").parse().ok()?;
    Some((units, part.len() as u32))
}

/// To `scale` digits, if what is cut off is nothing but a spreadsheet's noise.
fn rounded(units: i128, digits: u32, scale: u8) -> Option<Decimal> {
    let scale = scale.min(Decimal::MOST_SCALE);
    let excess = digits.saturating_sub(u32::from(scale));
    if excess == 0 {
        return Some(Decimal::new(i64::try_from(units).ok()?, digits as u8));
    }
    let divisor = 10i128.checked_pow(excess)?;
    let (kept, rest) = (units.div_euclid(divisor), units.rem_euclid(divisor));
    let noise = divisor / 1_000_000;
    let kept = match rest {
        0 => kept,
        rest if rest <= noise => kept,
        rest if divisor - rest <= noise => kept + 1,
        _ => return None,
    };
    Some(Decimal::new(i64::try_from(kept).ok()?, scale))
}

/// With a decimal comma and without grouping, so that reading it again leaves no doubt.
pub(super) fn plain(number: Decimal) -> String {
    number.plain().replace('.', ",")
}

pub(super) fn judge(value: &Value, field: &Field) -> Result<(), Wrong> {
    let number = match value {
        Value::Int(number) => Decimal { units: *number, scale: 0 },
        Value::Decimal(number) => *number,
        _ => return Ok(()),
    };
    let unit = field.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
    if let Some(min) = field.min.filter(|min| number < *min) {
        return Err(("min", format!("Nhỏ nhất là {}{unit}.", min.show())));
    }
    if let Some(max) = field.max.filter(|max| number > *max) {
        return Err(("max", format!("Lớn nhất là {}{unit}.", max.show())));
    }
    Ok(())
}
