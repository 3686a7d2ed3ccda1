//! `person_name`: a full name as on the birth certificate. All capitals become usual writing; digits
//! and signs are refused; what merely looks odd is kept and pointed out.

use super::Read;
use crate::spec::value::Value;
use unicode_normalization::char::is_combining_mark;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    if text.chars().any(char::is_numeric) {
        return Err("Họ tên không có chữ số.".into());
    }
    let allowed =
        |c: char| c.is_alphabetic() || is_combining_mark(c) || matches!(c, ' ' | '\'' | '’' | '-' | '.' | 'ʼ');
    if let Some(sign) = text.chars().find(|&c| !allowed(c)) {
        return Err(format!("Họ tên không có dấu «{sign}»."));
    }
    if text.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return Err("Họ tên cần ít nhất hai chữ cái.".into());
    }
    let one_case = text.chars().all(|c| !c.is_lowercase()) || text.chars().all(|c| !c.is_uppercase());
    let name = if one_case { usual_writing(text) } else { text.to_string() };
    let odd = odd(&name);
    Ok(Read { value: Value::Text(name), odd })
}

/// First letter of each word in capitals: `NGUYỄN VĂN A` → `Nguyễn Văn A`, `K'BRỂU` → `K'Brểu`.
fn usual_writing(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphabetic() && !is_combining_mark(c);
    }
    out
}

fn odd(name: &str) -> Option<String> {
    let mut words = name.split(' ');
    if name.split(' ').count() < 2 {
        return Some("Họ tên chỉ có một chữ: xem lại đã đủ họ và tên chưa.".into());
    }
    let long = |word: &str| word.chars().count() > 12;
    if words.clone().count() > 10 || words.any(long) {
        return Some("Họ tên dài khác thường: xem lại giúp.".into());
    }
    if name.split(' ').any(|word| word.chars().next().is_some_and(char::is_lowercase)) {
        return Some("Họ tên có chữ không viết hoa: xem lại giúp.".into());
    }
    None
}
