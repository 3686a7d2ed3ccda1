//! The commands of backups. Texts are English; each error says what to do next; what a script needs is
//! the last line on standard output.

use super::drill;
use super::full;
use super::keys::{self, Identity, Recipients};
use super::model::moment;
use super::plan::Moment;
use super::protocol;
use super::restore::{self, Order};
use super::sealed::{Sealed, describe};
use super::segment::{self, Shipped};
use super::signer;
use super::site::{Site, Unusable};
use super::target::Target;
use super::thin;
use super::through;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::owner;
use crate::priority::{Behind, step_back};
use crate::terminal::{complain, say};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `csdlgd keygen`.
#[derive(Args)]
pub struct Keygen {
    /// File to make; keep it away from the server.
    #[arg(long)]
    out: PathBuf,
    /// Also write the key as a page to print (HTML): QR code, the key in groups, check words. Print it, put it into
    /// an envelope, and remove the file.
    #[arg(long)]
    paper: Option<PathBuf>,
}

/// `csdlgd restore`.
#[derive(Args)]
pub struct Restore {
    /// A full backup (csdlgd-full-….tar), or the directory that keeps it. Segments beside it are used.
    from: PathBuf,
    /// How far: an entry's number, or a time as 2026-11-22 14:05:09 (Vietnam). The newest if left out.
    #[arg(long)]
    to: Option<String>,
    /// The identity file that opens it.
    #[arg(long)]
    identity: PathBuf,
    /// The data directory to make; must be empty or not there.
    #[arg(long)]
    data: PathBuf,
    /// The signing key it must be signed with, as on the recovery sheet: its four words or hexadecimal.
    #[arg(long)]
    signer: Option<String>,
    /// A phrase a refusal asked for; again for more.
    #[arg(long)]
    phrase: Vec<String>,
}

/// What is backed up, where to, and for whom.
#[derive(Args)]
pub struct Work {
    /// Data directory.
    #[arg(long)]
    data: PathBuf,
    /// Directory to put it in; the targets of the configuration, and backups/ in the data directory, if left out.
    #[arg(long)]
    to: Option<PathBuf>,
    /// Public key that can open it (age1…); again for more. Those of the configuration if left out.
    #[arg(long)]
    recipient: Vec<String>,
    /// Configuration file (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
}

/// `csdlgd backup …`.
#[derive(Subcommand)]
pub enum Backup {
    /// Make a full backup now; also beside a running server. The file's path is the last line.
    Now(Work),
    /// Check a backup: without a key every byte against its signature, with one every entry too.
    Verify {
        /// The file, or a directory that keeps backups: its newest.
        file: PathBuf,
        /// The identity file that opens it.
        #[arg(long)]
        identity: Option<PathBuf>,
    },
    /// List the full backups of the targets.
    List {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// Configuration file (TOML).
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Remove what need not be kept any longer; the nightly backup does it by itself.
    Prune {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// Configuration file (TOML): how long is kept, and the targets.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Restore the newest backup into a throw-away directory, use it, and leave a signed certificate.
    Drill {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// The identity file that opens it: bring it on a USB stick and take it away again.
        #[arg(long)]
        identity: PathBuf,
        /// The target to take it from; backups/ in the data directory if left out.
        #[arg(long)]
        from: Option<PathBuf>,
        /// A directory with room to work in; the data directory if left out.
        #[arg(long)]
        work: Option<PathBuf>,
    },
    /// Answer a challenge of the page, to prove that a key is at hand; on the machine where the key is.
    Answer {
        /// The challenge, saved from the page.
        file: PathBuf,
        /// The identity file.
        #[arg(long)]
        identity: PathBuf,
    },
    /// Copy the newest full backup to an external disk, read the copy back, and write its label.
    Copy {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// A directory on the disk.
        #[arg(long)]
        to: PathBuf,
    },
    /// Ship the log's new entries to the targets; the server does it each second by itself.
    Ship(Work),
    /// Set a directory up as a target: a second disk, a mounted share.
    Target {
        /// The directory.
        dir: PathBuf,
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
    },
}

impl Restore {
    /// See [`Backup::writes`].
    pub fn writes(&self) -> Vec<PathBuf> {
        vec![self.data.clone()]
    }
}

impl Backup {
    /// The directories the command writes into: the data's and the targets'.
    pub fn writes(&self) -> Vec<PathBuf> {
        let (data, config, dir) = match self {
            Self::Now(work) | Self::Ship(work) => (&work.data, work.config.as_deref(), work.to.as_ref()),
            Self::List { data, config } | Self::Prune { data, config } => (data, config.as_deref(), None),
            Self::Drill { data, .. } => (data, None, None),
            Self::Copy { data, to: dir } | Self::Target { dir, data } => (data, None, Some(dir)),
            Self::Verify { .. } | Self::Answer { .. } => return Vec::new(),
        };
        let targets = Config::of(config, Some(data)).map(|config| config.backup.targets).unwrap_or_default();
        [data].into_iter().chain(dir).chain(&targets).cloned().collect()
    }
}

/// Makes a key pair; the recipient is the last line.
pub fn keygen(args: &Keygen) -> Result<ExitCode> {
    let now = Clock::system().now();
    let identity = keys::generate(&args.out, now)?;
    let recipient = identity.recipient();
    if let Some(path) = &args.paper {
        keys::write_secret(path, super::paper::page(&identity, now).as_bytes())?;
        say!("paper copy (secret): {}   open it in a browser, print it, remove it", path.display());
    }
    say!("identity (secret, opens backups): {}", args.out.display());
    say!("keep it on a USB stick in a safe, and a copy in another place; never on the server");
    say!("check words: {}", keys::check_words(recipient.as_bytes()));
    say!("recipient (public, for the server's configuration):");
    say!("{recipient}");
    Ok(ExitCode::SUCCESS)
}

/// `csdlgd backup …`.
pub fn backup(command: &Backup) -> Result<ExitCode> {
    match command {
        Backup::Now(work) => now(work),
        Backup::List { data, config } => list(data, config.as_deref()),
        Backup::Prune { data, config } => prune(data, config.as_deref()),
        Backup::Drill { data, identity, from, work } => {
            let identity = Identity::read(identity)?;
            let site = Site::open(data)?;
            let (certificate, path) = drill::run(&site, &identity, from.as_deref(), work.as_deref())?;
            say!("{}", drill::describe(&certificate));
            say!("{}", path.display());
            Ok(ExitCode::SUCCESS)
        }
        Backup::Answer { file, identity } => {
            let identity = Identity::read(identity)?;
            let challenge = std::fs::read_to_string(file).map_err(Error::path("reading the challenge", file))?;
            say!("{}", keys::answer(&challenge, &identity)?);
            Ok(ExitCode::SUCCESS)
        }
        Backup::Copy { data, to } => copy(data, to),
        Backup::Ship(work) => ship(work),
        Backup::Verify { file, identity } => verify(file, identity.as_deref()),
        Backup::Target { dir, data } => {
            let site = Site::open(data)?;
            Target::set_up(dir, &site)?;
            say!("{} keeps the backups of {} ({}) from now on", dir.display(), site.province, site.signer.server());
            owner::give_to_owner_of(dir, data)?;
            let shown = dir.canonicalize().map_err(Error::path("looking at", dir))?;
            say!("name it under [backup] of the configuration: targets = [\"{}\"]", shown.display());
            say!(
                "as a service, let it write there: systemctl edit csdlgd, [Service] ReadWritePaths=-{}",
                shown.display()
            );
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn now(work: &Work) -> Result<ExitCode> {
    // A server may be at work beside it.
    step_back(Behind::Last);
    let given = Given::open(work)?;
    let mut made = full::make(&given.site, &given.recipients, None, &given.targets)?;
    say!("{}", describe(&made.sealed.manifest));
    say!("signed by {}", signer::words(&given.site.signer.public()));
    if given.recipients.texts().len() < 2 {
        complain!("note: only one key opens this backup; if it is lost, all is lost. Give a second --recipient");
    }
    made.failed.extend(given.unusable);
    for (dir, e) in &made.failed {
        complain!("csdlgd: no copy on {}: {e}", dir.display());
    }
    for copy in &made.copies {
        say!("{}", copy.display());
    }
    Ok(if made.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// What a command works on.
struct Given {
    site: Site,
    recipients: Recipients,
    targets: Vec<Target>,
    unusable: Unusable,
}

impl Given {
    fn open(work: &Work) -> Result<Self> {
        let config = Config::of(work.config.as_deref(), Some(&work.data))?;
        let given = &work.recipient;
        let recipients = Recipients::parse(if given.is_empty() { &config.backup.recipients } else { given })?;
        let site = Site::open(&work.data)?;
        let (targets, unusable) = match work.to.as_deref() {
            Some(dir) => (vec![Target::set_up(dir, &site)?], Vec::new()),
            None => site.targets(&config.backup)?,
        };
        Ok(Self { site, recipients, targets, unusable })
    }
}

/// The targets of a configuration, with those that can't be used told on standard error.
fn targets(data: &Path, config: Option<&Path>) -> Result<(Site, Config, Vec<Target>, ExitCode)> {
    let config = Config::of(config, Some(data))?;
    let site = Site::open(data)?;
    let (targets, unusable) = site.targets(&config.backup)?;
    for (dir, e) in &unusable {
        complain!("csdlgd: {}: {e}", dir.display());
    }
    let code = if unusable.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    Ok((site, config, targets, code))
}

fn list(data: &Path, config: Option<&Path>) -> Result<ExitCode> {
    let (site, _, targets, code) = targets(data, config)?;
    let head = site.db.head_seq();
    for target in &targets {
        say!("{}", target.dir().display());
        for (number, path) in target.fulls()? {
            match Sealed::open(&path) {
                Ok(sealed) => {
                    let m = &sealed.manifest;
                    let mib = m.parts.iter().map(|p| p.bytes).sum::<u64>() >> 20;
                    say!(
                        "  {number:>6}  {}  entries 1 to {}  {mib} MiB  {}",
                        moment(m.made()),
                        m.log.last,
                        path.display()
                    );
                }
                Err(e) => say!("  {number:>6}  NOT GOOD: {e}"),
            }
        }
        match segment::position(target)? {
            Some(at) => say!("  every entry up to {} ({} behind)", at.seq, head.saturating_sub(at.seq)),
            None => say!("  nothing yet"),
        }
    }
    Ok(code)
}

fn prune(data: &Path, config: Option<&Path>) -> Result<ExitCode> {
    let (site, config, targets, code) = targets(data, config)?;
    for target in &targets {
        let removed = thin::prune(&site, target, &config.backup.keep)?;
        say!("{}: {} files removed", target.dir().display(), removed.len());
        for path in removed {
            say!("  {}", path.display());
        }
    }
    Ok(code)
}

/// The newest full backup a directory keeps.
fn newest(dir: &Path) -> Result<Sealed> {
    let (_, path) = Target::look(dir).fulls()?.pop().ok_or_else(|| {
        Error::Operator(format!(
            "{} keeps no full backup (csdlgd-full-….tar). Make one with 'csdlgd backup now', or name the directory of \
             another target",
            dir.display()
        ))
    })?;
    Sealed::open(&path)
}

fn copy(data: &Path, to: &Path) -> Result<ExitCode> {
    let site = Site::open(data)?;
    let sealed = newest(&site.dir())?;
    let target = Target::set_up(to, &site)?;
    let copy = target.copy_in(&sealed)?;
    let m = &sealed.manifest;
    let label = format!(
        "CSDL {}\nbackup number {}\nmade {}\ncopied {}\nserver {} ({})\nkeys {}\n",
        m.province,
        m.number,
        moment(m.made()),
        moment(site.now()),
        m.server,
        signer::words(&m.signer),
        m.recipients.join(" ")
    );
    super::site::replace(&to.join("LABEL.txt"), label.as_bytes())?;
    say!("{}", label.trim_end());
    say!("print LABEL.txt for the disk, and register it on the page «Sao lưu & khôi phục»");
    say!("{}", copy.display());
    Ok(ExitCode::SUCCESS)
}

fn ship(work: &Work) -> Result<ExitCode> {
    let given = Given::open(work)?;
    let mut failed = given.unusable;
    for target in &given.targets {
        let dir = target.dir().display();
        match segment::ship(&given.site, &given.recipients, target, &mut None) {
            Ok(Shipped::NoFull) => say!("{dir}: no full backup yet; make one first with 'csdlgd backup now'"),
            Ok(Shipped::UpTo(seq, made)) => say!("{dir}: up to entry {seq}, {made} new segments"),
            Err(e) => failed.push((target.dir().to_owned(), e)),
        }
    }
    for (dir, e) in &failed {
        complain!("csdlgd: nothing shipped to {}: {e}", dir.display());
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verify(file: &Path, identity: Option<&Path>) -> Result<ExitCode> {
    let sealed = if file.is_dir() { newest(file)? } else { Sealed::open(file)? };
    sealed.check()?;
    say!("{}", sealed.path.display());
    say!("{}", describe(&sealed.manifest));
    say!("signed by {}", signer::words(&sealed.manifest.signer));
    match identity {
        None => {
            let told = "every byte is as it was signed; give --identity to read the entries as well";
            say!("{told}");
        }
        Some(path) => {
            let identity = Identity::read(path)?;
            let checked = through::read_through(&sealed, &identity)?;
            say!("opened with {}: {checked} entries and all rows are as they were written", path.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `csdlgd restore`.
pub fn restore(args: &Restore) -> Result<ExitCode> {
    let identity = Identity::read(&args.identity)?;
    let order = Order {
        from: &args.from,
        to: args.to.as_deref().map_or(Ok(Moment::Newest), Moment::parse)?,
        identity: &identity,
        into: &args.data,
        signer: args.signer.as_deref(),
        phrases: &args.phrase,
        alone: false,
        epoch: None,
        clock: Clock::system(),
    };
    let warning = restore::not_compared(&order)?.map(|signer| protocol::not_compared(&signer));
    if let Some(warning) = &warning {
        complain!("{warning}");
    }
    let restored = restore::run(&order)?;
    say!("{}", protocol::text(&order, &restored).trim_end());
    say!("next: csdlgd serve --data {}; as a service, steps 6 and 7 of the recovery sheet", args.data.display());
    if let Some(warning) = &warning {
        complain!("{warning}");
    }
    Ok(ExitCode::SUCCESS)
}
