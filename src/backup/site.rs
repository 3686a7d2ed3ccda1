//! An installation as its backups need it: the store, the signing key, the directory `backups/`.

use super::keys::write_new;
use super::signer::Signer;
use super::target::Target;
use crate::app::App;
use crate::chance::Chance;
use crate::clock::{Clock, Millis};
use crate::error::{Error, Result};
use crate::store::{Db, Options};
use crate::tree::day_of;
use crate::units;
use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The directory in the data directory; a target of its own.
pub const DIR: &str = "backups";
const NUMBER: &str = "number";
const LOCK: &str = "lock";

/// Targets that can't be used now, and why.
pub type Unusable = Vec<(PathBuf, Error)>;

/// What backups are made from.
pub struct Site {
    /// The store.
    pub db: Db,
    /// The data directory.
    pub data: PathBuf,
    /// The server's signing key.
    pub signer: Signer,
    /// The name of the province's root unit.
    pub province: String,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub chance: Chance,
}

impl Site {
    /// Of a running server.
    pub fn of(app: &App) -> Result<Self> {
        Self::new(app.db.clone(), &app.config.data, app.clock.clone(), app.chance.clone())
    }

    /// Of a data directory, also beside a running server: redb lets one process write and others read
    /// snapshots, and a snapshot's pages are locked against being used again.
    pub fn open(data: &Path) -> Result<Self> {
        // Everything is read once: a large cache would only fill up.
        let options = || Options { cache_bytes: 32 << 20, ..Options::default() };
        let db = match Db::open_read_only(data, options()) {
            // Not closed in order and nobody serves it: opening for writing recovers it.
            Err(_) if data.join(crate::store::FILE).is_file() => Db::open(data, options())?,
            opened => opened?,
        };
        Self::new(db, data, Clock::system(), Chance::system())
    }

    fn new(db: Db, data: &Path, clock: Clock, chance: Chance) -> Result<Self> {
        let tree = units::store::read_tree(&db)?;
        let today = day_of(clock.today());
        let province = tree.root().map(|u| u.name(today).to_owned()).unwrap_or_default();
        let signer = Signer::of(data, &chance)?;
        let site = Self { db, data: data.to_owned(), signer, province, clock, chance };
        let dir = site.dir();
        DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(Error::path("making directory", &dir))?;
        Ok(site)
    }

    /// The directory of backups on the same disk.
    pub fn dir(&self) -> PathBuf {
        self.data.join(DIR)
    }

    /// The targets: `backups/` in the data directory, which is made, and those of the configuration that
    /// can be used now; then the others, with the reason.
    pub fn targets(&self, config: &crate::config::Backup) -> Result<(Vec<Target>, Unusable)> {
        let mut good = vec![Target::set_up(&self.dir(), self)?];
        let mut bad = Vec::new();
        for dir in &config.targets {
            match Target::open(dir, self) {
                Ok(target) => good.push(target),
                Err(e) => bad.push((dir.clone(), e)),
            }
        }
        Ok((good, bad))
    }

    /// Keeps every other backup of this installation out until dropped.
    pub fn lock(&self) -> Result<File> {
        let path = self.dir().join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Error::path("opening", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::Operator(
                "another backup of this installation is being made; wait until it is done, or stop that process".into(),
            )),
            Err(TryLockError::Error(e)) => Err(Error::path("locking", &path)(e)),
        }
    }

    /// The number the next full backup gets: above every one given here before and above `seen`. To be
    /// asked for under the lock.
    pub fn next_number(&self, seen: u64) -> Result<u64> {
        let path = self.dir().join(NUMBER);
        let last = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().unwrap_or(0),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => 0,
            Err(e) => return Err(Error::path("reading", &path)(e)),
        };
        let next = seen.max(last) + 1;
        replace(&path, format!("{next}\n").as_bytes())?;
        Ok(next)
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }
}

/// Writes a small file so that it is the old one or the new one, whatever happens.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    // A name of its own each time: two at once must not rename each other's half-written file.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let fresh = path.with_extension(format!("{}-{count}.part", std::process::id()));
    match std::fs::remove_file(&fresh) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::path("removing", &fresh)(e)),
        _ => {}
    }
    write_new(&fresh, bytes)?;
    rename(&fresh, path)
}

/// Gives a finished file its name, durably.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(Error::path("naming", to))?;
    sync_dir(to.parent().unwrap_or(to))
}

/// Makes a directory's names durable.
pub fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(Error::path("making durable", dir))
}
