//! `rows`: a small table inside a record. It is read cell by cell; as one text it is JSON, a list of
//! objects by column key.

use super::json as json_of;
use crate::spec::model::Field;
use crate::spec::value::Value;
use serde_json::{Map, Value as Json};

pub(super) fn json(field: &Field, rows: &[Vec<(u16, Value)>]) -> Json {
    let object = |row: &Vec<(u16, Value)>| {
        let cells = row.iter().filter_map(|(at, value)| {
            let column = field.columns.get(usize::from(*at))?;
            Some((column.key.clone(), json_of(column, value)))
        });
        Json::Object(cells.collect::<Map<_, _>>())
    };
    Json::Array(rows.iter().map(object).collect())
}

/// What a JSON value is as a typed text; `None` for what no field can hold.
pub(in crate::spec) fn cell_of_json(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::Bool(yes) => Some(if *yes { "1" } else { "0" }.into()),
        Json::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        // A comma, so that 1.234 is not taken for a thousand.
        Json::Number(number) => crate::spec::Decimal::from_f64(number.as_f64()?).map(|d| d.plain().replace('.', ",")),
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => items.iter().map(|i| i.as_str()).collect::<Option<Vec<_>>>().map(|codes| codes.join(";")),
        Json::Object(_) => None,
    }
}
