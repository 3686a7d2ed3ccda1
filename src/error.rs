//! What can go wrong, in one enum. `http::reply` turns it into one answer and logs it once; the
//! command line turns it into one sentence and an exit code. What people read is separate from what
//! the log keeps: nothing personal goes into `detail`.

use std::io;
use std::path::PathBuf;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A message at one place of a form, a row of a sheet, or a body of the API.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The field's key ("" for the whole record; `field.row.column` inside a table).
    pub field: String,
    /// What is wrong and what to do, in Vietnamese.
    pub message: String,
    /// Whether it refuses saving.
    pub severity: Severity,
    /// The rule's id, or the check's name ("required", "length", …).
    pub rule: String,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Saved and shown; the record can't be marked verified.
    Warning,
    /// Refused.
    Error,
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or not in this person's scope: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The person may see it but not do this. The text says who can.
    #[error("not allowed: {0}")]
    Denied(String),
    /// Nobody is signed in, or the session has ended.
    #[error("not signed in")]
    NotSignedIn,
    /// Input that breaks rules: shown at its fields.
    #[error("{} problem(s) in the input", .0.len())]
    Invalid(Vec<Problem>),
    /// The request itself is unusable (bad cursor, bad date): a sentence in Vietnamese.
    #[error("bad request: {0}")]
    Bad(String),
    /// Somebody else saved the record since this form was opened.
    #[error("stale version: based on {based_on}, now {current}")]
    Stale {
        /// The version the form started from.
        based_on: u32,
        /// The version now.
        current: u32,
    },
    /// Too many requests of this sort at once; come back after so many seconds.
    #[error("busy")]
    Busy {
        /// For the `Retry-After` header.
        retry_after_s: u32,
    },
    /// The disk is (nearly) full: reading goes on, writing does not.
    #[error(
        "the disk is nearly full ({free_mib} MiB free, less than the reserve): nothing is written until there is room"
    )]
    NoSpace {
        /// What is left.
        free_mib: u64,
    },
    /// The store met an I/O error. What was being saved may or may not be there.
    #[error("store stopped: {0}")]
    StoreStopped(String),
    /// Bytes in the store are not what was written.
    #[error("damaged data{}: {detail}", if .place.is_empty() { String::new() } else { format!(" at {}", .place) })]
    Damaged {
        /// Table and key, as exactly as known.
        place: String,
        /// What is wrong.
        detail: String,
    },
    /// The data directory can't be used as it is: for the operator, in English, with the remedy.
    #[error("{0}")]
    Operator(String),
    /// What a job could not do: a sentence for the page in Vietnamese, and what the log keeps.
    #[error("{log}")]
    Told {
        /// For the person at the page.
        page: String,
        /// For the operator.
        log: String,
    },
    /// data-spec has mistakes: each a line `file:line: what`.
    #[error("{} mistake(s) in data-spec:\n{}", .0.len(), .0.join("\n"))]
    Spec(Vec<String>),
    /// A file or socket operation.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A mistake of ours. The text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// Damaged bytes, place not known yet.
    pub fn damaged(detail: impl Into<String>) -> Self {
        Self::Damaged { place: String::new(), detail: detail.into() }
    }

    /// Says where damaged bytes were met, if that is not said yet.
    #[must_use]
    pub fn at(self, place: impl FnOnce() -> String) -> Self {
        match self {
            Self::Damaged { place: old, detail } if old.is_empty() => Self::Damaged { place: place(), detail },
            other => other,
        }
    }

    /// One problem at one field.
    pub fn invalid(field: &str, rule: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::error(field, rule, message)])
    }

    /// An I/O error with what was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// An I/O error on a path.
    pub fn path(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what: format!("{what} {}", path.display()), source }
    }
}

impl Problem {
    /// A problem that refuses saving.
    pub fn error(field: &str, rule: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), severity: Severity::Error, rule: rule.into() }
    }

    /// A problem that is saved and shown.
    pub fn warning(field: &str, rule: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(field, rule, message) }
    }
}

/// What went wrong, down to its cause: "client error" alone helps nobody. Each cause once.
pub fn with_causes(e: &dyn std::error::Error) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}
