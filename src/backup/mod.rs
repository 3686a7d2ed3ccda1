//! Backups: everything back, encrypted, to any second, and the proof of it. `README.md` beside this
//! file documents the format, so that the stock `tar`, `age` and `zstd` open it without this program.
//!
//! A **full backup** holds all primary rows and the whole log. A **segment** holds a piece of the log.
//! Both are the same sort of file ([`sealed`]): parts, each compressed and then encrypted to every
//! recipient, and a manifest signed with the server's key. A **target** ([`target`]) is a directory that
//! keeps them. [`restore`] puts a full backup and the segments after it into a new directory.
//!
//! Never here: an identity (secret key) on the server; a write over existing data; a file under its
//! final name before it is whole and on disk.

mod ahead;
mod chained;
pub mod cli;
pub mod drill;
pub mod fence;
pub mod followers;
pub mod full;
pub mod keys;
pub mod lost;
pub mod model;
pub mod nightly;
pub mod ops;
pub mod paper;
pub mod piece;
pub mod plan;
pub mod protocol;
pub mod restore;
pub mod sealed;
pub mod security;
pub mod segment;
pub mod signer;
pub mod site;
pub mod state;
pub mod store;
pub mod target;
pub mod thin;
pub mod through;
