//! Configuration: a TOML file, flags over it. Unknown keys are refused, so that a misspelt setting is
//! never silently ignored.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What `/etc/csdlgd/csdlgd.toml` may say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The data directory: the whole installation.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// A directory laid over the embedded data-spec.
    pub spec_overlay: Option<PathBuf>,
    /// The page cache of the store, MiB.
    pub cache_mib: usize,
    /// Writing stops while the disk has less than this free, MiB.
    pub reserve_mib: u64,
    /// Requests come over TLS (here or at a proxy): cookies get `__Host-` and `Secure`.
    pub tls: bool,
    /// Backups.
    pub backup: Backup,
}

/// The first of the keys a demo makes for trying out.
pub const TRIAL_KEY: &str = "demo-1.key";

/// `[backup]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Public keys that can open backups (age1…): two at least, kept by two people.
    pub recipients: Vec<String>,
    /// Directories on other disks, each set up once with `csdlgd backup target`.
    pub targets: Vec<PathBuf>,
    /// When a full backup is made: second minute hour day month weekday, in Việt Nam.
    pub schedule: String,
    /// What is kept.
    pub keep: Keep,
    /// Of a demo: the directory with the secret keys made for trying out. The page says so and is never
    /// green.
    pub trial_keys: Option<PathBuf>,
}

/// `[backup.keep]`: how long backups are kept. The newest good one is kept whatever this says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// So many days every second can be restored.
    pub any_second_days: u32,
    /// The last full backup of each of so many days.
    pub daily: u32,
    /// The last of each of so many weeks.
    pub weekly: u32,
    /// The last of each of so many months.
    pub monthly: u32,
    /// The last of each of so many years.
    pub yearly: u32,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            recipients: Vec::new(),
            targets: Vec::new(),
            schedule: "0 0 2 * * *".into(),
            keep: Keep::default(),
            trial_keys: None,
        }
    }
}

impl Default for Keep {
    fn default() -> Self {
        Self { any_second_days: 35, daily: 35, weekly: 10, monthly: 13, yearly: 5 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("/var/lib/csdlgd"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            spec_overlay: None,
            cache_mib: 96,
            reserve_mib: 256,
            tls: false,
            backup: Backup::default(),
        }
    }
}

impl Config {
    /// Reads the file; the defaults if there is none at the default place.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::path("reading configuration", path))?;
        toml::from_str(&text).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))
    }
}
