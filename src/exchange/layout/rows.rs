//! Rows as values with targets. Must list every row it passes over: what is dropped in silence is found
//! months later.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::cell::{Cell, CellKind, column_letters};
use super::super::reader::{Rows, SheetRow};
use super::key;
use super::{Plan, Template};
use crate::error::Result;
use crate::text::clean_lines;

/// A row of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedRow {
    /// The sheet's name ("" for a csv).
    pub sheet: Arc<str>,
    /// As Excel numbers it.
    pub number: u32,
    /// The nearest heading row above ("Lớp 1A"), if there is one.
    pub heading: Option<Arc<str>>,
    /// One for every known column of the sheet that is kept, also where the cell is empty, in the
    /// template's order. A target may come twice: the last one with a text counts.
    pub values: Vec<MappedValue>,
    /// Cells that could not be taken.
    pub faults: Vec<Fault>,
}

/// A cell with the place it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedValue {
    /// `unit.code`, `pupil.full_name` …
    pub target: Arc<str>,
    /// Trimmed, NFC; another system's code already replaced; "" if the cell is empty. A date is
    /// `yyyy-mm-dd`.
    pub text: String,
    /// What the cell was: a code in a number cell may have lost digits, one in a date cell is lost.
    pub kind: CellKind,
    /// The column, from 0.
    pub column: usize,
    /// What the person saw, where it is not `text`.
    pub was: Option<String>,
    /// The column has another system's codes, and this is none of them: not to be guessed at.
    pub strange: bool,
}

impl MappedValue {
    /// The column's letters.
    pub fn letters(&self) -> String {
        column_letters(self.column)
    }

    /// As the person saw it.
    pub fn shown(&self) -> &str {
        self.was.as_deref().unwrap_or(&self.text)
    }
}

/// A cell that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it would have gone.
    pub target: Arc<str>,
    /// The column, from 0.
    pub column: usize,
    /// What is in it.
    pub value: String,
    /// In Vietnamese: what is wrong and what to do.
    pub reason: String,
}

/// A row below the header that is no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The sheet's name.
    pub sheet: Arc<str>,
    /// As Excel numbers it.
    pub number: u32,
    /// Its text, on one line.
    pub text: String,
}

/// Kept of rows passed over; the rest is counted.
const MOST_SKIPPED: usize = 1000;

/// The rows of data of the planned sheets.
#[derive(Debug)]
pub struct MappedRows {
    rows: Rows,
    plans: HashMap<usize, Sheet>,
    skipped: Vec<Skipped>,
    skipped_total: usize,
}

/// A plan while its sheet is read.
#[derive(Debug)]
struct Sheet {
    plan: Plan,
    wanted: Vec<Wanted>,
    /// Known columns of the sheet with their headers, folded.
    headers: Vec<(usize, String)>,
    /// Columns of the sheet that must be filled.
    required: Vec<usize>,
    heading: Option<Arc<str>>,
    started: bool,
}

/// A column of the sheet that is kept.
#[derive(Debug)]
struct Wanted {
    index: usize,
    target: Arc<str>,
    codes: HashMap<String, String>,
    digits: Option<usize>,
}

/// Reads the planned sheets (one, or `best` and `alike`), in the workbook's order.
pub fn rows(mut rows: Rows, template: &Template, plans: Vec<Plan>) -> MappedRows {
    let sheets: Vec<usize> = plans.iter().map(|p| p.sheet).collect();
    rows.only(&sheets);
    let plans = plans.into_iter().map(|plan| (plan.sheet, Sheet::new(plan, template))).collect();
    MappedRows { rows, plans, skipped: Vec::new(), skipped_total: 0 }
}

impl MappedRows {
    /// Rows below the header that were no data so far, the first thousand.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// How many rows below the header were no data so far.
    pub fn skipped_total(&self) -> usize {
        self.skipped_total
    }

    fn skip(&mut self, row: &SheetRow) {
        self.skipped_total += 1;
        if self.skipped.len() < MOST_SKIPPED {
            self.skipped.push(Skipped { sheet: Arc::clone(&row.sheet), number: row.number, text: one_line(row) });
        }
    }
}

impl Iterator for MappedRows {
    type Item = Result<MappedRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(e) => return Some(Err(e)),
            };
            let Some(sheet) = self.plans.get_mut(&row.sheet_index) else { continue };
            match sheet.take(&row) {
                Taken::Data(mapped) => return Some(Ok(mapped)),
                Taken::Header => {}
                Taken::No => self.skip(&row),
            }
        }
    }
}

enum Taken {
    /// Data.
    Data(MappedRow),
    /// The header, or what stands above it.
    Header,
    /// Neither.
    No,
}

impl Sheet {
    fn new(plan: Plan, template: &Template) -> Self {
        let mut known: Vec<(usize, usize)> =
            plan.columns.iter().flat_map(|m| m.known.iter().map(|k| (*k, m.index))).collect();
        known.sort_unstable();
        let known = known.into_iter().map(|(column, index)| (index, &template.columns[column]));
        let required = known.clone().filter(|(_, c)| c.required).map(|(i, _)| i).collect();
        let wanted = known.filter(|(_, c)| !c.target.is_empty()).map(|(index, column)| Wanted {
            index,
            target: column.target.as_str().into(),
            codes: column.codes.iter().map(|(from, to)| (code_key(from), to.clone())).collect(),
            digits: column.digits,
        });
        let wanted = wanted.collect();
        let headers =
            plan.columns.iter().filter(|m| !m.known.is_empty()).map(|m| (m.index, key::folded(&m.header))).collect();
        Self { plan, wanted, headers, required, heading: None, started: false }
    }

    fn take(&mut self, row: &SheetRow) -> Taken {
        if row.number <= self.plan.header.1 {
            return Taken::Header;
        }
        let first = !std::mem::replace(&mut self.started, true);
        if (first && is_numbering(row)) || self.is_header_again(row) {
            return Taken::No;
        }
        if self.is_heading(row) {
            self.heading = Some(one_line(row).into());
            return Taken::No;
        }
        let (mut values, mut faults) = (Vec::with_capacity(self.wanted.len()), Vec::new());
        let empty = Cell::default();
        for wanted in &self.wanted {
            match wanted.value(row.cells.get(wanted.index).unwrap_or(&empty)) {
                Ok(value) => values.push(value),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() && values.iter().all(|v| v.text.is_empty() && v.was.is_none()) {
            return Taken::No;
        }
        Taken::Data(MappedRow {
            sheet: Arc::clone(&row.sheet),
            number: row.number,
            heading: self.heading.clone(),
            values,
            faults,
        })
    }

    /// The same header again, as at the top of every printed page.
    fn is_header_again(&self, row: &SheetRow) -> bool {
        let is_same =
            |(index, header): &&(usize, String)| row.cells.get(*index).is_some_and(|c| key::folded(&c.text) == *header);
        // Nearly every row is settled by its first cell.
        let Some(first) = self.headers.first().filter(|h| is_same(h)) else { return false };
        let same = self.headers.iter().filter(is_same).count();
        !first.1.is_empty() && same >= 2 && same * 2 > self.headers.len()
    }

    /// A title over a class, a total, a signature: one or two cells, and nothing that must be there.
    fn is_heading(&self, row: &SheetRow) -> bool {
        let filled: Vec<usize> = row.cells.iter().enumerate().filter(|(_, c)| !c.is_empty()).map(|(i, _)| i).collect();
        let required_filled = self.required.iter().filter(|i| filled.contains(i)).count();
        let complete = !self.required.is_empty() && required_filled == self.required.len();
        match filled.len() {
            1 => !complete && self.plan.found() >= 3,
            2 => required_filled == 0 && self.plan.found() >= 4 && !self.required.is_empty(),
            _ => false,
        }
    }
}

impl Wanted {
    fn value(&self, cell: &Cell) -> Result<MappedValue, Fault> {
        if cell.kind == CellKind::Error {
            let reason = format!("Ô đang báo lỗi công thức {}. Thầy/cô sửa công thức hoặc gõ lại giá trị.", cell.text);
            return Err(Fault {
                target: Arc::clone(&self.target),
                column: self.index,
                value: cell.text.clone(),
                reason,
            });
        }
        let typed = tidy(&cell.text);
        let coded = self.coded(&typed);
        let strange = coded.is_none() && !typed.is_empty() && !self.codes.is_empty();
        let text = coded.unwrap_or_else(|| self.with_zeros(cell.kind, &typed));
        let was = (text != typed || cell.kind == CellKind::Date).then(|| tidy(&cell.shown()));
        Ok(MappedValue { target: Arc::clone(&self.target), text, kind: cell.kind, column: self.index, was, strange })
    }

    /// Another system's code replaced.
    fn coded(&self, typed: &str) -> Option<String> {
        if typed.is_empty() || self.codes.is_empty() {
            return None;
        }
        self.codes.get(&code_key(typed)).cloned()
    }

    /// The zeros a number cell has lost given back.
    fn with_zeros(&self, kind: CellKind, typed: &str) -> String {
        match self.digits {
            Some(digits)
                if kind == CellKind::Number && typed.len() < digits && typed.bytes().all(|b| b.is_ascii_digit()) =>
            {
                format!("{typed:0>digits$}")
            }
            _ => typed.to_owned(),
        }
    }
}

/// Codes are the same whatever their case, marks and blanks; signs count: `-1` is not `1`.
fn code_key(code: &str) -> String {
    crate::text::fold(&crate::text::clean(code))
}

/// Clean text without the apostrophe that guards a code or a formula.
fn tidy(text: &str) -> String {
    let text = clean_lines(text);
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "=+-@".contains(c)) => rest.to_owned(),
        _ => text,
    }
}

fn one_line(row: &SheetRow) -> String {
    let texts: Vec<String> = row.cells.iter().filter(|c| !c.is_empty()).map(Cell::shown).collect();
    key::one_line(&texts.join(" "))
}

/// The row of running numbers under the header of a form: (1) (2) (3) …, or A B 1 2 3.
fn is_numbering(row: &SheetRow) -> bool {
    let cells: Vec<&str> =
        row.cells.iter().filter(|c| !c.is_empty()).map(|c| c.text.trim().trim_matches(['(', ')', '[', ']'])).collect();
    let number = |t: &&str| t.parse::<u32>().ok().filter(|n| *n < 1000);
    let letter = |t: &&str| t.len() == 1 && t.bytes().all(|b| b.is_ascii_uppercase());
    let numbers: Vec<u32> = cells.iter().filter_map(number).collect();
    let all = cells.iter().all(|t| number(t).is_some() || letter(t));
    cells.len() >= 3 && all && numbers.len() >= 2 && numbers.windows(2).all(|w| w[1] == w[0] + 1)
}
