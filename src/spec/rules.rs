//! A check across fields or records: the compiled form of `rules/*.toml`.

use super::expr::Expr;
use crate::error::Severity;

/// One rule of a kind.
#[derive(Debug)]
pub struct Rule {
    /// Unique in the specification.
    pub id: String,
    /// Refuses saving, or is shown.
    pub severity: Severity,
    /// Where the message stands: indices of `Kind::fields`; the first one carries it.
    pub fields: Vec<usize>,
    /// The rule is skipped if one of these is empty; `{1}` … in the message are their values.
    pub needs: Vec<usize>,
    /// Only if this holds.
    pub when: Option<Expr>,
    /// True means right.
    pub check: Expr,
    /// In Vietnamese, with `{1}` ….
    pub message: String,
    /// The document it rests on.
    pub basis: Option<String>,
    /// Where it is written.
    pub at: String,
}
