//! Reads a spreadsheet nobody vouches for: csv, xlsx, xls, ods. The parsing happens in a child process
//! of our own binary with limits on memory and time, because a 1 KB file can make a parser allocate
//! gigabytes and an allocation failure can't be caught. This side must never look into the file
//! itself, and never believe a length the child says.
//!
//! `open` starts the child; [`Rows`] holds the first rows of every sheet and is an iterator over all
//! rows. Dropping it ends the child.

mod book;
pub mod child;
mod csv_text;
mod decode;
mod frame;
mod limits;
mod number;
mod rows;
mod sniff;
mod trouble;

pub use child::child_main;
pub use limits::Limits;
pub use rows::{Rows, SheetHead, SheetRow, open, open_with};
pub use trouble::{Trouble, Why};
