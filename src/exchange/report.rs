//! What an import did: counts, and each refused cell or row with its reason.

use super::plan::Given;
use super::refusals::Refusal;

/// What became of the rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made.
    pub added: usize,
    /// Changed.
    pub changed: usize,
    /// There already, the same.
    pub same: usize,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The batch in the log; 0 if nothing was written.
    pub batch: u64,
    /// Rows of data read.
    pub rows: usize,
    /// Rows of which nothing was kept.
    pub rows_refused: usize,
    /// (label, counts): units first, then kinds.
    pub counts: Vec<(String, Counts)>,
    /// Each refused cell or row.
    pub refusals: Vec<Refusal>,
    /// Notes for the person: columns passed over, the year taken.
    pub notes: Vec<String>,
}

impl Report {
    /// The counts under a label.
    pub(super) fn count(&mut self, label: &str) -> &mut Counts {
        if let Some(at) = self.counts.iter().position(|(l, _)| l == label) {
            return &mut self.counts[at].1;
        }
        self.counts.push((label.to_owned(), Counts::default()));
        let last = self.counts.len() - 1;
        &mut self.counts[last].1
    }

    /// Notes a refused cell.
    pub(super) fn refuse(&mut self, sheet: &str, row: u32, given: &Given, reason: impl Into<String>) {
        self.refusals.push(Refusal {
            sheet: sheet.to_owned(),
            row,
            column: given.column.clone(),
            header: given.header.clone(),
            value: given.shown.clone(),
            reason: reason.into(),
        });
    }

    /// Notes a refused row.
    pub(super) fn refuse_row(&mut self, sheet: &str, row: u32, reason: impl Into<String>) {
        self.refusals.push(Refusal {
            sheet: sheet.to_owned(),
            row,
            column: String::new(),
            header: String::new(),
            value: String::new(),
            reason: reason.into(),
        });
    }
}
