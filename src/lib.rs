//! csdlgd: a province's education database as one program.
//!
//! # The map
//!
//! The order of the modules below *is* the order of dependence: a module may use only those declared
//! above it, and a test reads this file and fails on a `use` that goes down the list.
//!
//! **Ground**, which knows nothing of schools: [`terminal`], [`heaps`], [`priority`], [`id`], [`error`], [`owner`], [`codec`], [`clock`],
//! [`chance`], [`actor`], [`text`], [`subnet`], [`config`]; [`spec`], the schema as data; [`store`], the two doors and the log;
//! [`names`], stable numbers for the schema's names; [`search`]; [`tree`], the dated tree of units;
//! [`tally`], what was counted; [`metrics`], what the server did;
//! [`ui`], values to markup; [`http`], replies, limits and the same-origin check; [`tls`], the certificate shown; [`password`];
//! [`app`], what handlers and jobs are given.
//!
//! **Features**, folders with the same file names: `model` (types, pure rules), `store` (its tables,
//! reads and writes inside a given transaction), `ops` (permit → check → write; the only callers of a
//! write), `pages` (routes and markup), `api` (the JSON twins). [`second_step`], [`accounts`], [`outage`],
//! [`sessions`], [`units`], [`saved_searches`], [`records`], [`exchange`]; [`wiring`], how they are tied to
//! the ground; [`backup`]; [`follow`], the second host; [`mail`].
//!
//! **Shell**: [`doctor`], [`jobs`], [`unit_pages`], [`account_pages`], [`backup_pages`], [`outage_pages`],
//! [`health`], [`home`], [`api`], [`server_loop`], [`service_manager`], [`server`], [`install`], [`setup`],
//! [`upkeep`], [`upgrade`], [`demo`], [`cli`].
//!
//! # What always holds
//!
//! - Every change to lasting data is one entry of one hash-chained log, written in the same transaction
//!   as the data. History, undo, the search index and the change feed are followers of that log.
//! - [`store::Db::read`] and [`store::Db::write`] are the only ways to the store. Nobody is told
//!   "saved" before the disk has it.
//! - No read or search of records exists that does not take an [`actor::Actor`]. What is out of scope is
//!   *not found*, in status, body and headers.
//! - Raw → checked → saved are three types; one check serves form, sheet, API and demo.
//! - Records are never removed, units are permanent, codes are text.
//! - Time and chance come in as arguments.
//!
//! # A clerk saves a pupil
//!
//! Route table → same-origin check → cookie becomes `Actor` ([`sessions::identify`]) →
//! `records::pages` reads the form to `Raw` and version → [`records::ops::save`] queues a closure at
//! the write door → there, on the newest state: in scope, may edit, version current,
//! [`spec::check`], unique, references → the door appends the entry, commits together with whoever
//! else is waiting, wakes the followers → 303 to the record. Wrong: the same form, 422, a message at
//! each field. Stale: both versions side by side.
//!
//! # A save becomes findable
//!
//! The door tells the new head → [`records::follow`] reads the entries since the number the index
//! carries in its commit → touched records, and those that show their words, become `Doc`s →
//! [`search::Index`] puts them and commits with the new number. Lost or damaged, the index is made anew
//! behind the running server.

// Ground.
pub mod terminal;
pub mod heaps;
pub mod priority;
pub mod id;
pub mod error;
pub mod owner;
pub mod actor;
pub mod codec;
pub mod clock;
pub mod chance;
pub mod text;
pub mod subnet;
pub mod config;
pub mod spec;
pub mod store;
pub mod names;
pub mod search;
pub mod tree;
pub mod tally;
pub mod metrics;
pub mod ui;
pub mod http;
pub mod tls;
pub mod password;
pub mod app;
// Features.
pub mod second_step;
pub mod accounts;
pub mod outage;
pub mod sessions;
pub mod units;
pub mod saved_searches;
pub mod records;
pub mod exchange;
pub mod wiring;
pub mod backup;
pub mod follow;
pub mod mail;
// Shell.
pub mod doctor;
pub mod jobs;
pub mod server_loop;
pub mod unit_pages;
pub mod account_pages;
pub mod backup_pages;
pub mod outage_pages;
pub mod health;
pub mod home;
pub mod api;
pub mod service_manager;
pub mod server;
pub mod install;
pub mod setup;
pub mod upkeep;
pub mod upgrade;
pub mod demo;
pub mod cli;
