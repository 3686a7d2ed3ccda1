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
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("/var/lib/csdlgd"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            spec_overlay: None,
            cache_mib: 160,
            reserve_mib: 256,
            tls: false,
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
