//! (being built)
use crate::error::Result;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the demo is told.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Data directory (made anew; a demo left there is served again).
    #[arg(long, default_value = "demo-data")]
    pub data: PathBuf,
    /// Learners of the newest school year.
    #[arg(long, default_value_t = 3000)]
    pub learners: u64,
    /// The same seed gives the same province, to the last byte.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Build the data and stop.
    #[arg(long)]
    pub build_only: bool,
}

/// (being built)
pub fn run(_options: &Options) -> Result<ExitCode> {
    Ok(ExitCode::FAILURE)
}
