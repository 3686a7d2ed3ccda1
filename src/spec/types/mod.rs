//! The field types, one file each: how a text becomes a value, and a value a text. Two texts exist:
//! what a person reads ([`show`]) and what a file or a form carries ([`plain`]), and reading the plain
//! text gives the value back. Nothing here knows kinds or rules.

mod boolean;
mod code;
mod date;
mod decimal;
mod email;
mod identity_code;
mod integer;
mod person_name;
mod phone;
mod reference;
mod rows;
mod text;
mod year;

pub(super) use rows::cell_of_json;

use super::codes::CodeLists;
use super::model::{Field, FieldType};
use super::value::Value;
use super::world::{Facts, Period, World};
use crate::text::{clean, clean_lines};

/// What reading a value may need beside the text.
pub(super) struct Reading<'a> {
    /// The code lists.
    pub codes: &'a CodeLists,
    /// The record's unit and time.
    pub facts: &'a Facts,
    /// The time in which codes must be in use.
    pub period: Period,
    /// Other records, for references.
    pub world: &'a dyn World,
    /// Values already read beside this one.
    pub beside: Beside<'a>,
    /// The field with this index beside it, to know which list its code is of.
    pub fields: &'a [Field],
}

/// Values already read beside the one being read.
#[derive(Clone, Copy)]
pub(super) enum Beside<'a> {
    /// Of the record, one place for each field.
    Record(&'a [Option<Value>]),
    /// Of the row of a table.
    Row(&'a [(u16, Value)]),
}

impl<'a> Beside<'a> {
    /// The value of the field or column with this index.
    pub(super) fn get(self, index: usize) -> Option<&'a Value> {
        match self {
            Self::Record(values) => values.get(index).and_then(Option::as_ref),
            Self::Row(row) => row.iter().find(|(at, _)| usize::from(*at) == index).map(|(_, v)| v),
        }
    }
}

/// A value and what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// The value.
    pub value: Value,
    /// A sentence, if somebody should look at it again.
    pub odd: Option<String>,
}

impl Read {
    const fn plain(value: Value) -> Self {
        Self { value, odd: None }
    }
}

/// What is wrong: the check's name, and a sentence.
pub(super) type Wrong = (&'static str, String);

/// Most rows of a `rows` field.
pub const MOST_ROWS: usize = 500;
/// Most codes of a `codes` field.
pub const MOST_CODES: usize = 100;

/// Longest text of a field, in characters.
pub fn longest(field: &Field) -> usize {
    field.length.unwrap_or(match field.ty {
        FieldType::LongText => 10_000,
        FieldType::PersonName => 100,
        FieldType::Phone => 20,
        FieldType::Email => 254,
        FieldType::IdentityCode => 50,
        _ => 500,
    })
}

/// Reads what was typed. `Ok(None)`: nothing was. Not for `rows`.
pub(super) fn parse(field: &Field, raw: &str, reading: &Reading<'_>) -> Result<Option<Read>, Wrong> {
    if raw.len() > 8 * longest(field) + 1_000 {
        return Err(("length", format!("Dài quá: nhiều nhất {} ký tự.", longest(field))));
    }
    let text = if field.ty == FieldType::LongText { clean_lines(raw) } else { clean(raw) };
    if text.is_empty() {
        return Ok(None);
    }
    let read = match field.ty {
        FieldType::Text | FieldType::LongText => Ok(text::parse(text)),
        FieldType::PersonName => person_name::parse(&text),
        FieldType::Phone => phone::parse(&text),
        FieldType::Email => email::parse(&text),
        FieldType::IdentityCode => identity_code::parse(&text),
        FieldType::Integer => integer::parse(&text),
        FieldType::Decimal => decimal::parse(&text, field.scale),
        FieldType::Date => date::parse(&text),
        FieldType::Bool => boolean::parse(&text),
        FieldType::Year => year::parse(&text),
        FieldType::Code | FieldType::PlaceProvince | FieldType::PlaceDistrict | FieldType::PlaceCommune => {
            code::parse(&text, field, reading).map(Read::plain)
        }
        FieldType::Codes => code::parse_several(&text, field, reading).map(Read::plain),
        FieldType::Ref => reference::parse(&text, field, reading),
        FieldType::Unit => reference::parse_unit(&text, reading),
        FieldType::Rows => Err("Bảng được đọc theo từng ô.".into()),
    };
    let mut read = read.map_err(|message| (field.ty.key(), message))?;
    let odd = judge(field, &read.value, reading)?;
    read.odd = read.odd.or(odd);
    Ok(Some(read))
}

/// Whether a value of the right type may stand in the field; `Ok(Some)`: it may, but is odd.
pub(super) fn judge(field: &Field, value: &Value, reading: &Reading<'_>) -> Result<Option<String>, Wrong> {
    match value {
        Value::Text(text) => text::judge(text, field).map(|()| None),
        Value::Int(_) | Value::Decimal(_) => decimal::judge(value, field).map(|()| None),
        Value::Code(code) => code::judge(code, field, reading),
        Value::Codes(codes) => {
            let mut odd = None;
            for code in codes {
                odd = odd.or(code::judge(code, field, reading)?);
            }
            Ok(odd)
        }
        Value::Bool(_) | Value::Date(_) | Value::Ref(_) | Value::Unit(_) | Value::Rows(_) => Ok(None),
    }
}

/// Whether a value says nothing, and so is no value.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Code(text) => text.is_empty(),
        Value::Codes(codes) => codes.is_empty(),
        Value::Rows(rows) => rows.is_empty(),
        _ => false,
    }
}

/// Whether the value is of the field's type.
pub(super) fn fits(field: &Field, value: &Value) -> bool {
    match value {
        Value::Text(_) => field.ty.is_text(),
        Value::Int(_) => matches!(field.ty, FieldType::Integer | FieldType::Year),
        Value::Decimal(_) => field.ty == FieldType::Decimal,
        Value::Bool(_) => field.ty == FieldType::Bool,
        Value::Date(_) => field.ty == FieldType::Date,
        Value::Code(_) => field.ty.is_code(),
        Value::Codes(_) => field.ty == FieldType::Codes,
        Value::Ref(_) => field.ty == FieldType::Ref,
        Value::Unit(_) => field.ty == FieldType::Unit,
        Value::Rows(_) => field.ty == FieldType::Rows,
    }
}

/// As people read it: codes by name, numbers grouped and with their unit. References and units come
/// as `#number`: who shows them knows their names.
pub fn show(field: &Field, value: &Value, codes: &CodeLists, date: jiff::civil::Date) -> String {
    let with_unit = |text: String| match &field.unit {
        Some(unit) if unit == "%" => format!("{text}%"),
        Some(unit) => format!("{text} {unit}"),
        None => text,
    };
    let label = |code: &str| match field.list {
        Some(list) => codes.lists[list].label(code, date).to_string(),
        None => code.to_string(),
    };
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) if field.ty == FieldType::Year => number.to_string(),
        Value::Int(number) => with_unit(integer::show(*number)),
        Value::Decimal(number) => with_unit(number.show()),
        Value::Bool(yes) => boolean::show(*yes).into(),
        Value::Date(date) => date.show(),
        Value::Code(code) => label(code),
        Value::Codes(several) => several.iter().map(|c| label(c)).collect::<Vec<_>>().join("; "),
        Value::Ref(id) => format!("#{id}"),
        Value::Unit(unit) => format!("#{unit}"),
        Value::Rows(rows) => format!("{} dòng", rows.len()),
    }
}

/// As forms, CSV files and the API carry it: [`parse`] gives the value back (rows are JSON).
pub fn plain(field: &Field, value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Code(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Decimal(number) => decimal::plain(*number),
        Value::Bool(yes) => if *yes { "1" } else { "0" }.into(),
        Value::Date(date) => date.iso(),
        Value::Codes(codes) => codes.join(";"),
        Value::Ref(id) => format!("#{id}"),
        Value::Unit(unit) => format!("#{unit}"),
        Value::Rows(_) => json(field, value).to_string(),
    }
}

/// As JSON: numbers as numbers, dates as ISO text, references as `"#number"`, rows as objects by
/// column key.
pub fn json(field: &Field, value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) => (*number).into(),
        Value::Decimal(number) => {
            serde_json::Number::from_f64(number.as_f64()).map_or(serde_json::Value::Null, Into::into)
        }
        Value::Bool(yes) => (*yes).into(),
        Value::Codes(codes) => codes.clone().into(),
        Value::Rows(rows) => rows::json(field, rows),
        other => plain(field, other).into(),
    }
}

/// A text given as a value, made clean if it is not: values from elsewhere have not been read here.
pub(super) fn tidy(field: &Field, value: &mut Value) {
    match value {
        Value::Text(text) if !plainly_clean(text) => {
            *text = if field.ty == FieldType::LongText { clean_lines(text) } else { clean(text) };
        }
        Value::Rows(rows) => {
            for (at, cell) in rows.iter_mut().flatten() {
                if let Some(column) = field.columns.get(usize::from(*at)) {
                    tidy(column, cell);
                }
            }
        }
        _ => {}
    }
}

/// Printed ASCII without two blanks together: by far the most codes and many names.
fn plainly_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|b| (b' '..=b'~').contains(b)) && !text.contains("  ") && text.trim().len() == text.len()
}

/// Whether `raw` is just the plain text of `value`, so that it need not be read again.
pub(super) fn unchanged(field: &Field, value: &Value, raw: &str) -> bool {
    match value {
        Value::Text(text) | Value::Code(text) => text == raw,
        Value::Rows(_) => false,
        other => plain(field, other) == raw,
    }
}

/// Reads a date in any usual writing; the error says how to write it.
pub fn date_of(text: &str) -> Result<super::PartialDate, String> {
    date::date_of(text)
}
