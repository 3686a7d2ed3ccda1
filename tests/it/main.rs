//! The one integration crate: everything through the front door.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod gallery;
mod http;
mod exchange_hostile;
mod exchange_layout;
mod exchange_reader;
mod workbook;
mod store;
