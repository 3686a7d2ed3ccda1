//! Searches a person keeps under a name. They are that account's own: no other sees, uses or removes them.

pub mod model;
pub mod ops;
pub mod store;
