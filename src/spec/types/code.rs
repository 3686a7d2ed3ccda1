//! `code`, `codes` and the places: values of a list. A cell may hold the code, the name, or both
//! (`01 - Kinh`); a spreadsheet may have eaten the leading zero. What fits twice is asked, not guessed.

use super::{MOST_CODES, Reading, Wrong};
use crate::spec::codes::{Code, CodeList, label_key};
use crate::spec::model::{Field, FieldType};
use crate::spec::value::Value;

pub(super) fn parse(text: &str, field: &Field, reading: &Reading<'_>) -> Result<Value, String> {
    let list = &reading.codes.lists[field.list.unwrap_or_default()];
    find(text, list, field, reading).map(|code| Value::Code(code.to_string()))
}

pub(super) fn parse_several(text: &str, field: &Field, reading: &Reading<'_>) -> Result<Value, String> {
    let list = &reading.codes.lists[field.list.unwrap_or_default()];
    let read = |parts: Vec<&str>| -> Result<Vec<String>, String> {
        if parts.len() > MOST_CODES {
            return Err(format!("Nhiều nhất {MOST_CODES} giá trị."));
        }
        let mut codes: Vec<String> = Vec::with_capacity(parts.len());
        for part in parts {
            let code = find(part, list, field, reading)?;
            if !codes.iter().any(|c| c == code) {
                codes.push(code.to_string());
            }
        }
        Ok(codes)
    };
    let split = |signs: &'static [char]| text.split(signs).map(str::trim).filter(|p| !p.is_empty()).collect();
    let mut codes = match read(split(&[';', '|'])) {
        Err(_) if text.contains(',') && !text.contains(';') => read(split(&[',']))?,
        other => other?,
    };
    let place = |code: &String| list.codes.iter().position(|c| c.code == *code);
    codes.sort_by_key(place);
    Ok(Value::Codes(codes))
}

fn find<'a>(text: &str, list: &'a CodeList, field: &Field, reading: &Reading<'_>) -> Result<&'a str, String> {
    if let Some(code) = by_code(text, list) {
        return Ok(code);
    }
    for (at, sign) in text.char_indices().filter(|(_, c)| matches!(c, '-' | '–' | '—' | ':' | '.' | ')')).take(3) {
        let (left, right) = (text[..at].trim(), text[at + sign.len_utf8()..].trim());
        if let Some(code) = by_code(left, list).filter(|_| !right.is_empty()) {
            let names = || list.versions(code).map(|c| c.name.as_str());
            if list.by_label(right).any(|c| c.code == code) {
                return Ok(code);
            }
            if by_name(text, list, field, reading).is_err() {
                let name = names().next_back().unwrap_or_default();
                return Err(format!("Mã {code} là «{name}», không phải «{right}»."));
            }
        }
    }
    by_name(text, list, field, reading)
}

/// The code as written, or with the zeros a spreadsheet drops.
fn by_code<'a>(text: &str, list: &'a CodeList) -> Option<&'a str> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let exact = |t: &str| list.versions(t).next().map(|c| c.code.as_str());
    if let Some(code) = exact(text) {
        return Some(code);
    }
    let digits = text.strip_suffix(".0").unwrap_or(text);
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    (digits.len()..=5).find_map(|width| exact(&format!("{digits:0>width$}")))
}

fn by_name<'a>(text: &str, list: &'a CodeList, field: &Field, reading: &Reading<'_>) -> Result<&'a str, String> {
    let all: Vec<&Code> = list.by_label(text).collect();
    let narrow = |from: &[&'a Code], keep: &dyn Fn(&Code) -> bool| {
        let kept: Vec<&'a Code> = from.iter().copied().filter(|c| keep(c)).collect();
        if kept.is_empty() { from.to_vec() } else { kept }
    };
    let now = narrow(&all, &|c| in_period(c, reading));
    let levels = narrow(&now, &|c| c.levels.apply_to(reading.facts.unit_levels));
    let under = narrow(&levels, &|c| parent_fits(c, list, field, reading) == Some(true));
    let exact = narrow(&under, &|c| c.name == text);
    match exact.as_slice() {
        [] => Err(unknown(text, list, field, reading)),
        [first, rest @ ..] if rest.iter().all(|c| c.code == first.code) => Ok(&first.code),
        several => {
            let few = several.iter().take(3).map(|c| format!("{} ({})", c.code, c.name)).collect::<Vec<_>>().join(", ");
            Err(format!("«{text}» có nhiều mã: {few}. Ghi mã để biết là giá trị nào."))
        }
    }
}

fn unknown(text: &str, list: &CodeList, field: &Field, reading: &Reading<'_>) -> String {
    let wanted = label_key(text);
    let offered =
        list.codes.iter().filter(|c| in_period(c, reading) && parent_fits(c, list, field, reading) != Some(false));
    let near = offered
        .take(4_000)
        .map(|c| (strsim::normalized_levenshtein(&wanted, &label_key(&c.name)), c))
        .filter(|(score, _)| *score > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, c)) => {
            format!("Danh mục «{}» không có «{text}». Có phải là «{}» (mã {})?", list.label, c.name, c.code)
        }
        None => format!("Danh mục «{}» không có «{text}».", list.label),
    }
}

pub(super) fn judge(code: &str, field: &Field, reading: &Reading<'_>) -> Result<Option<String>, Wrong> {
    let list = &reading.codes.lists[field.list.unwrap_or_default()];
    let place = field.ty != FieldType::Code && field.ty != FieldType::Codes;
    let now = list.at(code, reading.period.at).or_else(|| list.versions(code).find(|c| in_period(c, reading)));
    let Some(value) = now.or_else(|| list.versions(code).next_back()) else {
        return Err(("code", format!("Danh mục «{}» không có mã «{code}».", list.label)));
    };
    if now.is_none() {
        let message = outdated(value, list, field, reading);
        return if place { Ok(Some(message)) } else { Err(("code_time", message)) };
    }
    if !value.levels.apply_to(reading.facts.unit_levels) {
        return Err(("code_level", format!("«{}» không dùng cho cấp học của đơn vị này.", value.name)));
    }
    if parent_fits(value, list, field, reading) == Some(false) {
        let message = format!("«{}» không thuộc {} đã chọn.", value.name, parent_label(field, reading));
        return if place { Err(("code_parent", message)) } else { Ok(Some(message)) };
    }
    Ok(None)
}

fn outdated(value: &Code, list: &CodeList, field: &Field, reading: &Reading<'_>) -> String {
    let message = format!("«{}» (mã {}) chỉ dùng {}", value.name, value.code, value.validity());
    let successors = field.list.map(|l| reading.codes.successors(l, &value.code)).unwrap_or_default();
    let names: Vec<String> = successors
        .iter()
        .take(4)
        .filter_map(|(code, _)| list.at(code, reading.period.at).map(|c| format!("«{}» (mã {})", c.name, c.code)))
        .collect();
    match names.as_slice() {
        [] => format!("{message}."),
        [one] => format!("{message}; nay là {one}."),
        several => format!("{message}; nay thuộc một trong: {}.", several.join(", ")),
    }
}

fn in_period(code: &Code, reading: &Reading<'_>) -> bool {
    code.from.is_none_or(|from| from <= reading.period.last) && code.to.is_none_or(|to| reading.period.first <= to)
}

/// Whether the value stands under the parent chosen beside it; `None`: nothing to compare with.
fn parent_fits(code: &Code, list: &CodeList, field: &Field, reading: &Reading<'_>) -> Option<bool> {
    if code.parent.is_empty() || field.depends_on.is_empty() {
        return None;
    }
    let middle = code.from.or(code.to).unwrap_or(reading.period.at);
    let parent_list = list.parents_at(middle).next()?;
    for &beside in &field.depends_on {
        let (other, Some(chosen)) = (&reading.fields[beside], reading.beside.get(beside)) else { continue };
        let chosen = chosen.as_str()?;
        if other.list == Some(parent_list) {
            return Some(chosen == code.parent);
        }
        // A commune of before 2025 under a province: through its district.
        let up = &reading.codes.lists[parent_list];
        if up.parents_at(middle).next() == other.list {
            return up.versions(&code.parent).next_back().map(|district| district.parent == chosen);
        }
    }
    None
}

fn parent_label(field: &Field, reading: &Reading<'_>) -> String {
    let label = |&i: &usize| reading.fields.get(i).map(|f| format!("«{}»", f.label));
    field.depends_on.iter().find_map(label).unwrap_or_default()
}
