//! The commands of the second host.

use super::client::Client;
use super::keep::Kept;
use super::pull::Puller;
use super::standby::{self, Standby};
use crate::backup::fence;
use crate::backup::keys::Identity;
use crate::backup::target::Target;
use crate::clock::Clock;
use crate::config::Keep;
use crate::error::Result;
use crate::store::{Db, Options};
use crate::terminal::say;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// `csdlgd follow …`.
#[derive(Subcommand)]
pub enum Follow {
    /// Pull the sealed backups of a server, for ever or once, and keep them where it can't remove them.
    Pull(Pull),
    /// Make the standby the master. The server that was followed stops when it learns of it.
    Promote(Promote),
    /// On a server that was replaced: make it the master again, when its successor is given up for good.
    Retake {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
    },
}

impl Follow {
    /// The directories a command that ends writes into.
    pub fn writes(&self) -> Vec<PathBuf> {
        match self {
            Self::Pull(_) => Vec::new(),
            Self::Promote(args) => vec![args.to.clone(), args.standby.clone()],
            Self::Retake { data } => vec![data.clone()],
        }
    }
}

/// Which server, and how to know that it is the one.
#[derive(Args)]
pub struct Server {
    /// The server's address, https://HOST[:PORT]; plain http only to this machine.
    #[arg(long)]
    from: String,
    /// File with the credential its page showed.
    #[arg(long)]
    credential: PathBuf,
    /// SHA-256 of its certificate.
    #[arg(long, conflicts_with = "ca")]
    pin: Option<String>,
    /// PEM file with the root its certificate is signed by.
    #[arg(long)]
    ca: Option<PathBuf>,
}

impl Server {
    fn client(&self) -> Result<Client> {
        Client::new(&self.from, &self.credential, self.pin.as_deref(), self.ca.as_deref())
    }
}

/// `csdlgd follow pull`.
#[derive(Args)]
pub struct Pull {
    #[command(flatten)]
    server: Server,
    /// Directory to keep the files in; `csdlgd restore` takes it as it is.
    #[arg(long)]
    to: PathBuf,
    /// The server's signing key, as on the recovery sheet: its four words or hexadecimal. That of the first
    /// contact if left out.
    #[arg(long)]
    signer: Option<String>,
    /// Ask once and end: 0 if everything is here, 1 if not.
    #[arg(long)]
    once: bool,
    /// Seconds between two questions.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// Also apply what comes to a standby store in this directory; needs --identity.
    #[arg(long, requires = "identity")]
    standby: Option<PathBuf>,
    /// The identity file that opens the backups. With it this host holds the data in the clear.
    #[arg(long)]
    identity: Option<PathBuf>,
}

/// `csdlgd follow promote`.
#[derive(Args)]
pub struct Promote {
    /// The directory the files were pulled into.
    #[arg(long)]
    to: PathBuf,
    /// The standby's directory: the new data directory.
    #[arg(long)]
    standby: PathBuf,
    /// The identity file.
    #[arg(long)]
    identity: PathBuf,
    /// A target of the old server that can be reached from here: it stops when it next writes there.
    #[arg(long)]
    fence: Vec<PathBuf>,
}

/// Runs them.
pub fn follow(command: &Follow) -> Result<ExitCode> {
    match command {
        Follow::Pull(pull) => run(pull),
        Follow::Promote(args) => promote(args),
        Follow::Retake { data } => {
            let epoch = fence::retake(&Db::open(data, Options::default())?)?;
            say!("{} is the master again, of epoch {epoch}", data.display());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn run(pull: &Pull) -> Result<ExitCode> {
    let client = pull.server.client()?;
    let kept = Kept::open(&pull.to, Clock::system())?;
    let identity = pull.identity.as_deref().map(Identity::read).transpose()?;
    let standby = match (&pull.standby, &identity) {
        (Some(dir), Some(identity)) => Some(Standby::new(&pull.to, dir, identity)?),
        _ => None,
    };
    let (signer, keep) = (pull.signer.as_deref(), Keep::default());
    let mut puller = Puller { client: &client, kept: &kept, signer, standby, keep };
    if pull.once {
        puller.once()?;
        return Ok(ExitCode::SUCCESS);
    }
    puller.run(Duration::from_secs(pull.every))
}

fn promote(args: &Promote) -> Result<ExitCode> {
    let clock = Clock::system();
    let kept = Kept::open(&args.to, clock.clone())?;
    let identity = Identity::read(&args.identity)?;
    let standby = Standby::new(&args.to, &args.standby, &identity)?;
    let (restored, epoch) = standby.promote(&kept, &args.standby, &clock)?;
    for dir in &args.fence {
        Target::fence(dir, epoch)?;
        say!("{}: marked; the old server stops when it writes there", dir.display());
    }
    say!("{}", standby::told(&args.standby, &restored, epoch));
    Ok(ExitCode::SUCCESS)
}
