//! The one integration crate: everything through the front door.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod pages_units;
#[expect(dead_code, reason = "shared by tests that do not use all of it")]
mod support;
