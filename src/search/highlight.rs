//! Which parts of a text a query means, to mark them on a page. It must never change the text.

use std::ops::Range;

/// Byte ranges of `text`, in order, not overlapping.
pub fn highlight(text: &str, query: &str) -> Vec<Range<usize>> {
    let _ = (text, query);
    Vec::new()
}
