//! What the columns of a sheet mean: finds the sheet and the header that fit a template, says what is
//! unknown, missing or there twice, and turns rows into values with targets. Must never go by a
//! column's position, and must never drop a row without listing it.

mod header;
mod key;
mod rows;
mod template;

pub use rows::{Fault, MappedRow, MappedRows, MappedValue, Skipped, rows};
pub use template::{Column, Template};

use super::cell::column_letters;
use super::reader::SheetHead;
use crate::error::{Error, Problem, Result};

/// Which sheet is read, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Index of the sheet, as in `Rows::heads`.
    pub sheet: usize,
    /// Its name ("" for a csv).
    pub sheet_name: String,
    /// First and last row of the header, as Excel numbers them.
    pub header: (u32, u32),
    /// The columns with a header, from the left.
    pub columns: Vec<Matched>,
    /// Required columns that are not there.
    pub missing: Vec<Missing>,
    /// Columns that lead to the same place.
    pub doubled: Vec<Doubled>,
}

/// One column of the sheet.
#[derive(Clone, Debug)]
pub struct Matched {
    /// From 0.
    pub index: usize,
    /// Its header, on one line.
    pub header: String,
    /// Indices in `Template::columns`: one, or several that share the header; none if it is unknown.
    pub known: Vec<usize>,
    /// For an unknown one, the label of a column not found that it resembles.
    pub perhaps: Option<String>,
}

/// A required column that is not there.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Index in `Template::columns`.
    pub column: usize,
    /// Its label.
    pub label: String,
    /// Letters and header of an unknown column that resembles it.
    pub perhaps: Option<(String, String)>,
}

/// Two columns of the sheet for one column of the template.
#[derive(Clone, Debug)]
pub struct Doubled {
    /// Its label.
    pub label: String,
    /// Letters of the one that is taken.
    pub first: String,
    /// Letters of the other.
    pub second: String,
}

impl Plan {
    /// How many columns of the template were found.
    pub fn found(&self) -> usize {
        self.columns.iter().map(|c| c.known.len()).sum()
    }

    /// What to tell the person: errors refuse the file. `field` is the column's letters, or "".
    pub fn problems(&self) -> Vec<Problem> {
        let missing = self.missing.iter().map(|m| {
            let perhaps = m.perhaps.as_ref().map_or_else(String::new, |(letters, header)| {
                format!(
                    " Cột {letters} «{header}» có phải cột này không? Nếu phải, thầy/cô đổi tiêu đề cột rồi gửi lại."
                )
            });
            Problem::error("", "column-missing", format!("Thiếu cột bắt buộc «{}».{perhaps}", m.label))
        });
        let doubled = self.doubled.iter().map(|d| {
            let Doubled { label, first, second } = d;
            Problem::error(
                second,
                "column-doubled",
                format!(
                    "Cột {first} và cột {second} cùng là «{label}». Thầy/cô xóa cột thừa hoặc sửa tiêu đề rồi gửi lại."
                ),
            )
        });
        let unknown = self.columns.iter().filter(|c| c.known.is_empty()).map(|c| {
            let letters = column_letters(c.index);
            let perhaps = c.perhaps.as_ref().map_or_else(String::new, |label| format!(" Có phải là «{label}» không?"));
            Problem::warning(
                &letters,
                "column-unknown",
                format!("Cột {letters} «{}» không có trong mẫu nên được bỏ qua.{perhaps}", c.header),
            )
        });
        missing.chain(doubled).chain(unknown).collect()
    }
}

/// The sheets of a file that fit a template.
#[derive(Clone, Debug)]
pub struct Found {
    /// The one that fits best.
    pub best: Plan,
    /// Others of the same form, as when every class has a sheet of its own.
    pub alike: Vec<Plan>,
}

/// Finds the sheet and header that fit the template best. A hidden sheet is taken only if no other fits.
///
/// # Errors
/// `Error::Bad` if none fits at all, or the only candidate could not be read.
pub fn find(heads: &[SheetHead], template: &Template) -> Result<Found> {
    let matcher = header::Matcher::new(template);
    let mut plans: Vec<Plan> = heads.iter().enumerate().filter_map(|(i, head)| matcher.plan(i, head)).collect();
    if plans.iter().any(|p| !heads[p.sheet].hidden) {
        plans.retain(|p| !heads[p.sheet].hidden);
    }
    // The sort is stable: of equals the first sheet stays first.
    plans.sort_by_key(|p| std::cmp::Reverse(p.found()));
    let mut plans = plans.into_iter();
    match plans.next() {
        Some(best) => {
            let same = |p: &Plan| p.missing.is_empty() && p.doubled.is_empty() && p.found() * 10 >= best.found() * 9;
            let alike = plans.filter(|p| best.missing.is_empty() && same(p)).collect();
            Ok(Found { best, alike })
        }
        None => Err(Error::Bad(not_found(heads, template))),
    }
}

/// Which of several templates a file is made for: the one with most columns found, as an index.
pub fn best_template(heads: &[SheetHead], templates: &[Template]) -> Option<usize> {
    let fit = |template: &Template| find(heads, template).ok().map(|f| (f.best.missing.is_empty(), f.best.found()));
    let fits = templates.iter().enumerate().filter_map(|(i, t)| fit(t).map(|fit| (fit, std::cmp::Reverse(i))));
    fits.max().map(|(_, std::cmp::Reverse(i))| i)
}

fn not_found(heads: &[SheetHead], template: &Template) -> String {
    let required: Vec<&str> = template.columns.iter().filter(|c| c.required).map(|c| c.label.as_str()).collect();
    let read = heads.iter().find(|h| !h.rows.is_empty());
    let seen = read.map_or_else(String::new, |head| {
        let row = &head.rows[0];
        let cells: Vec<&str> = row.cells.iter().filter(|c| !c.is_empty()).map(|c| c.text.trim()).take(5).collect();
        format!(" Dòng {} đang là: {}.", row.number, key::one_line(&cells.join(" | ")))
    });
    format!(
        "Không tìm thấy dòng tiêu đề của «{}» trong 20 dòng đầu của tệp.{seen} Cần có các cột: {}. Thầy/cô kiểm tra lại đã chọn đúng tệp và đúng loại danh sách chưa.",
        template.label,
        required.join(", ")
    )
}
