//! The second host: pulls the sealed files of a server and keeps them where that server can't reach them;
//! with an identity it applies them to a standby store, which one command makes the master.
//!
//! Never here: anything that removes a file because the server no longer has it; a file under its name
//! before every byte of it is what the server signed; a certificate nobody pinned.

pub mod cli;
pub mod client;
pub mod keep;
pub mod pull;
pub mod standby;
mod tls;
