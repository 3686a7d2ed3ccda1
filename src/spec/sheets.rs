//! Spreadsheet layouts: which header leads to which field. Reading a file is `exchange`'s affair.

use std::collections::HashMap;

/// One layout.
#[derive(Clone, Debug)]
pub struct SheetSpec {
    /// English.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// What a row becomes.
    pub row_is: RowIs,
    /// The kinds it fills: indices of `Spec::kinds`.
    pub kinds: Vec<usize>,
    /// Its columns, in the template's order.
    pub columns: Vec<SheetColumn>,
    /// Header, folded by [`super::header_key`] → indices of `columns`: one header may lead to several
    /// places.
    pub by_header: HashMap<String, Vec<usize>>,
    /// How an existing unit or record is found, tried in this order: all columns of one entry together.
    pub matches: Vec<Match>,
    /// Kinds of which a record is made if none is found: indices of `Spec::kinds`.
    pub create: Vec<usize>,
    /// How dates are written where they come as text.
    pub date_format: Option<String>,
    /// Help text.
    pub hint: Option<String>,
    /// Where it is written.
    pub at: String,
}

/// What a row of a sheet becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowIs {
    /// A unit and its school record.
    Unit,
    /// A record of this kind (index of `Spec::kinds`); the other kinds hang on it.
    Kind(usize),
}

/// Values that together tell one existing record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The kind they belong to; `None`: the unit.
    pub kind: Option<usize>,
    /// What is compared.
    pub by: Vec<Target>,
}

/// One column of a layout.
#[derive(Clone, Debug)]
pub struct SheetColumn {
    /// The header in the ministry's template.
    pub key: String,
    /// The header in our own templates.
    pub label: String,
    /// Other headers.
    pub aliases: Vec<String>,
    /// Where its value goes.
    pub to: Target,
    /// A row without it is refused.
    pub required: bool,
    /// Code of another system → code of the ministry ("" = leave empty).
    pub codes: HashMap<String, String>,
    /// Why it is not kept, if it is not.
    pub skip: Option<String>,
    /// Where it is written.
    pub at: String,
}

/// Where the value of a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A fact of the unit: code, name, type, levels, parent …
    Unit(String),
    /// A field of a kind.
    Field {
        /// Index of `Spec::kinds`.
        kind: usize,
        /// Index of `Kind::fields`.
        field: usize,
        /// Row and column of a `rows` field.
        cell: Option<(usize, usize)>,
    },
    /// Read but not kept.
    Ignored,
}

/// Facts of a unit a column may lead to.
pub const UNIT_FACTS: &[&str] = &[
    "code",
    "name",
    "type",
    "subtype",
    "levels",
    "parent",
    "professional_parent",
    "state",
    "founded",
    "dissolved",
    "decision",
];
