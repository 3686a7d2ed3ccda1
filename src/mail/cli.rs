//! `csdlgd mail …`: is the mail server taking our letters?

use super::ops;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::terminal::say;
use std::path::PathBuf;
use std::process::ExitCode;

/// `csdlgd mail …`.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Send one letter now, and say what the mail server answers.
    Test {
        /// Configuration file (TOML) with [mail].
        #[arg(long, default_value = "/etc/csdlgd/csdlgd.toml")]
        config: PathBuf,
        /// Whom to.
        #[arg(long)]
        to: String,
    },
}

/// Runs it.
pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Test { config, to } = command;
    let settings = Config::of(Some(config), None)?;
    let mail = settings.mail.ok_or_else(|| {
        Error::Operator(format!(
            "{} has no [mail]: everything works without it, and nobody is told by mail. The package's file shows the lines",
            config.display()
        ))
    })?;
    ops::try_out(&mail, to, Clock::system().now())?;
    say!("{} took a letter to {to}; see whether it arrives", mail.host);
    Ok(ExitCode::SUCCESS)
}
