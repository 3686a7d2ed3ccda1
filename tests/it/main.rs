//! The one integration crate: everything through the front door.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod store;
