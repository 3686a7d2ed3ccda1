//! The operator's certificate and key. Both files are looked at again and again; a new pair is shown
//! from the next connection on, a broken one never.

use super::pair::{Origin, Pair};
use crate::error::{Error, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Rights of a key file that somebody else could use: anything for others, writing for the group.
const TOO_OPEN: u32 = 0o027;

#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// What was read last: a hash of both, and how often it was met.
    seen: Mutex<(blake3::Hash, u32)>,
}

/// What a look at the files gave.
pub(super) enum Looked {
    /// What was known.
    Same,
    /// Another pair.
    New(Box<Pair>),
    /// Something that can't be shown: why.
    Broken(String),
}

impl Files {
    /// Reads both; what is wrong is the operator's to mend before the server starts.
    pub(super) fn open(certificate: &Path, key: &Path) -> Result<(Self, Pair)> {
        let wrong = |why: String| {
            Error::Operator(format!(
                "[tls] certificate {}, key {}: {why}. Until it is mended, mode = \"self-made\" serves people too.",
                certificate.display(),
                key.display()
            ))
        };
        let (hash, chain, secret) = read(certificate, key).map_err(wrong)?;
        let pair = Pair::parse(&chain, &secret, Origin::Files).map_err(wrong)?;
        let seen = Mutex::new((hash, 1));
        Ok((Self { certificate: certificate.to_owned(), key: key.to_owned(), seen }, pair))
    }

    /// Looks again. The two files are rarely replaced in one moment, so only what is met twice in a row
    /// is called broken.
    pub(super) fn look(&self) -> Looked {
        let read = read(&self.certificate, &self.key);
        let hash = match &read {
            Ok((hash, ..)) => *hash,
            Err(why) => blake3::hash(why.as_bytes()),
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = if seen.0 == hash { seen.1.saturating_add(1) } else { 1 };
        *seen = (hash, times);
        let pair = match times {
            1 | 2 => read.and_then(|(_, chain, secret)| Pair::parse(&chain, &secret, Origin::Files)),
            _ => return Looked::Same,
        };
        match (pair, times) {
            (Ok(pair), 1) => Looked::New(Box::new(pair)),
            (Err(why), 2) => Looked::Broken(why),
            _ => Looked::Same,
        }
    }
}

type Read = (blake3::Hash, Vec<u8>, Vec<u8>);

fn read(certificate: &Path, key: &Path) -> Result<Read, String> {
    let chain = fs::read(certificate).map_err(|e| format!("{}: {e}", certificate.display()))?;
    let rights = fs::metadata(key).map_err(|e| format!("{}: {e}", key.display()))?.permissions().mode();
    if rights & TOO_OPEN != 0 {
        return Err(format!("others on this machine can use the key: chmod 640 {}", key.display()));
    }
    let secret = fs::read(key).map_err(|e| format!("{}: {e}", key.display()))?;
    let mut hash = blake3::Hasher::new();
    hash.update(blake3::hash(&chain).as_bytes()).update(&secret);
    Ok((hash.finalize(), chain, secret))
}
