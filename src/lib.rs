//! The map of the house (being built).
// ground
pub mod id;
pub mod codec;
pub mod clock;
pub mod words;
pub mod error;
pub mod actor;
pub mod text;
pub mod spec;
pub mod store;
pub mod search;
pub mod ui;
pub mod http;
pub mod tree;
pub mod demo;
