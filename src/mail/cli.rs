//! `csdlgd mail …`: is the mail server taking our letters?

use super::ops;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::terminal::say;
use std::path::{Path, PathBuf};
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

/// A bare name is systemd's credential, which only the service is given: on a terminal it is the file beside the
/// configuration that the credential is made of.
fn at_hand(file: PathBuf, config: &Path) -> PathBuf {
    let is_credential = file.components().count() == 1 && std::env::var_os("CREDENTIALS_DIRECTORY").is_none();
    if is_credential { config.with_file_name(file) } else { file }
}

/// Runs it.
pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Test { config, to } = command;
    let settings = Config::of(Some(config), None)?;
    let mut mail = settings.mail.ok_or_else(|| {
        Error::Operator(format!(
            "{} has no [mail]: everything works without it, and nobody is told by mail. The package's file shows the lines",
            config.display()
        ))
    })?;
    mail.password_file = mail.password_file.map(|file| at_hand(file, config));
    ops::try_out(&mail, to, Clock::system().now())?;
    say!("{} took a letter to {to}; see whether it arrives", mail.host);
    Ok(ExitCode::SUCCESS)
}
