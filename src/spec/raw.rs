//! What a person typed, a sheet held or the API sent: texts by key, judged by nobody yet.

use std::collections::BTreeMap;

/// Texts by place: `full_name`, and `subjects.0.mark` for a cell of a table (rows are numbered from 0;
/// gaps are closed). A `rows` field may also come as one JSON text.
///
/// With an old record beside it, a key that is absent leaves its field as it was; a key with an empty
/// text clears it. One key of a table replaces the whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// Place → text.
    pub fields: BTreeMap<String, String>,
}

impl Raw {
    /// Nothing typed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the text of a field.
    pub fn set(&mut self, field: &str, text: impl Into<String>) {
        self.fields.insert(field.into(), text.into());
    }

    /// Sets the text of a cell of a table.
    pub fn set_cell(&mut self, field: &str, row: usize, column: &str, text: impl Into<String>) {
        self.fields.insert(format!("{field}.{row}.{column}"), text.into());
    }

    /// The text at a place, "" if there is none.
    pub fn get(&self, place: &str) -> &str {
        self.fields.get(place).map_or("", String::as_str)
    }

    /// Whether nothing was typed anywhere.
    pub fn is_blank(&self) -> bool {
        self.fields.values().all(|text| text.trim().is_empty())
    }

    /// From the pairs of a form; the last of a repeated key counts, but repeated `codes` are joined.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut raw = Self::new();
        for (key, text) in pairs {
            let (key, text) = (key.into(), text.into());
            match raw.fields.get_mut(&key) {
                Some(old) if !old.is_empty() && !text.is_empty() => {
                    old.push(';');
                    old.push_str(&text);
                }
                _ => {
                    raw.fields.insert(key, text);
                }
            }
        }
        raw
    }

    /// From a JSON object of the API: `{"full_name": "…", "subjects": [{"mark": 7.5}]}`. The error is
    /// the key whose value no field can hold.
    pub fn from_json(object: &serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        let mut raw = Self::new();
        for (key, value) in object {
            let is_table = value.as_array().is_some_and(|rows| rows.iter().any(serde_json::Value::is_object));
            let text = if is_table { Some(value.to_string()) } else { super::types::cell_of_json(value) };
            raw.set(key, text.ok_or_else(|| key.clone())?);
        }
        Ok(raw)
    }
}
