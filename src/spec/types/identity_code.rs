//! `identity_code`: numbers that are names (số định danh, mã học sinh, mã trường). Text for ever:
//! a leading zero survives, and what a spreadsheet has spoilt is refused, not guessed.

use super::Read;
use crate::spec::value::Value;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let spoilt = code.split_once(['E', 'e']).is_some_and(|(digits, power)| {
        (digits.contains('.') || digits.contains(','))
            && power.trim_start_matches('+').parse::<u8>().is_ok()
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    });
    if spoilt {
        return Err(format!("«{code}» là số đã bị bảng tính làm tròn: định dạng cột là Văn bản rồi gõ lại mã."));
    }
    let code = match code.strip_suffix(".0") {
        Some(cut) if cut.len() > 3 && cut.bytes().all(|b| b.is_ascii_digit()) => cut.to_string(),
        _ => code,
    };
    if let Some(sign) = code.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '-' | '/' | '.' | '_')) {
        return Err(format!("Mã chỉ có chữ, số và dấu - / . _, không có «{sign}»."));
    }
    if !code.chars().any(char::is_alphanumeric) {
        return Err("Mã cần ít nhất một chữ hoặc số.".into());
    }
    Ok(Read::plain(Value::Text(code)))
}
