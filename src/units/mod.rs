//! Units: keeping the dated tree, and what can be done to it.

pub mod admin;
pub mod api;
pub mod ops;
pub mod plan;
pub mod store;
