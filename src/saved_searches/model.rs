//! A kept search.

use crate::error::{Error, Result};
use crate::text;
use crate::ui::words;
use serde::{Deserialize, Serialize};

/// Searches one account may keep.
pub const MOST: usize = 50;
/// Longest name, in characters.
pub const NAME_MAX: usize = 60;
/// Longest query, in bytes.
pub const QUERY_MAX: usize = 2_000;

/// A search under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// As its owner calls it.
    pub name: String,
    /// The query part of the search page's address, without the question mark.
    pub query: String,
    /// When it was kept, ms.
    pub created_ms: i64,
}
crate::stored_value!(SavedSearch, 1);

/// A name and a query that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    name: String,
    query: String,
}

impl Checked {
    /// Checks what was typed and where it leads.
    pub fn new(name: &str, query: &str) -> Result<Self> {
        let name = text::clean(name);
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(Error::invalid("name", "length", words::SAVED_NAME_WRONG));
        }
        if query.is_empty() || query.len() > QUERY_MAX {
            return Err(Error::Bad(words::SAVED_QUERY_WRONG.into()));
        }
        Ok(Self { name, query: query.to_owned() })
    }

    /// As kept from a moment on.
    pub(super) fn at(self, created_ms: i64) -> SavedSearch {
        SavedSearch { name: self.name, query: self.query, created_ms }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
