//! Spreadsheets in and out. Here: reading a file nobody vouches for (`reader`), finding out what its
//! columns mean (`layout`), and handing refused rows back (`refusals`). Must never change a record:
//! that is what `records` does, with what is read here.

pub mod cell;
pub mod layout;
mod ops;
mod plan;
pub mod reader;
pub mod refusals;
mod report;
mod rows;
mod units;

pub use ops::{Import, blank, check, command, import, undo};
pub use report::{Counts, Report};

/// A header as layouts compare it.
fn layout_key(header: &str) -> String {
    crate::spec::header_key(header)
}
