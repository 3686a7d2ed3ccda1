//! A table inside a record, edited in place. Adding and removing rows are buttons of the form, so it
//! works without script.

use super::control::cell;
use super::fields::{Field, part_of};
use super::words;
use maud::{Markup, html};

/// One column of a table inside a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsColumn {
    /// Its heading.
    pub label: String,
    /// Whether it must be filled.
    pub required: bool,
}

/// A table inside a record.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Its columns.
    pub columns: Vec<RowsColumn>,
    /// Its rows: one field for each column, named `field.row.column`.
    pub rows: Vec<Vec<Field>>,
    /// How many rows there may be.
    pub most: Option<usize>,
}

/// The editor. `name` is the field's; `_do` posts `add:<name>` and `remove:<name>.<row>`.
pub(super) fn rows(name: &str, table: &Rows) -> Markup {
    let part = part_of(name);
    html! {
        @if table.rows.is_empty() { p.none { (words::NO_ROWS) } } @else {
            div.scroll { table.rows {
                thead { tr {
                    th.place scope="col" { span.vh { (words::ROW) } }
                    @for column in &table.columns {
                        th scope="col" { (column.label) @if column.required { " " span.must { "(" (words::REQUIRED) ")" } } }
                    }
                    th scope="col" { span.vh { (words::REMOVE_ROW) } }
                } }
                tbody { @for (place, row) in table.rows.iter().enumerate() {
                    tr {
                        th.place scope="row" { (place + 1) }
                        @for field in row { td data-label=(field.label) { (cell(field)) } }
                        td.tool {
                            button.small.remove name="_do" value={ "remove:" (name) "." (place) } data-part=(part) {
                                (words::REMOVE_ROW) span.vh { " " (place + 1) }
                            }
                        }
                    }
                } }
            } }
        }
        @if table.most.is_none_or(|most| table.rows.len() < most) {
            p { button.small name="_do" value={ "add:" (name) } data-part=(part) { (words::ADD_ROW) } }
        }
    }
}
