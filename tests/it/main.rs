//! The one integration crate: everything through the front door.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod access;
mod api;
mod backup;
mod commands;
mod exchange_hostile;
mod exchange_layout;
mod exchange_reader;
mod figures;
mod gallery;
mod health;
mod house;
mod http;
mod journeys;
mod killed;
mod licences;
mod operations;
mod overlay;
mod overload;
mod pages_accounts;
mod pages_units;
mod search;
mod spec_rules;
mod store;
#[allow(dead_code, clippy::allow_attributes, reason = "shared by tests that do not use all of it")]
mod support;
mod workbook;
