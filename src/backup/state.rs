//! How well the data is protected right now: read from the configuration, the targets and what is on
//! record, never from memory, so that the page says what is there and not what was meant to be.

use super::drill::{self, Certificate};
use super::followers::{self, Known};
use super::lost::{self, Lost, Restored};
use super::model::Manifest;
use super::sealed::Sealed;
use super::segment::{self, Position};
use super::signer::Signer;
use super::site::DIR;
use super::store::{self, Medium, Proof};
use super::target::{Target, read_marker};
use crate::app::App;
use crate::clock::Millis;
use crate::error::Result;
use crate::store::Read as _;
use crate::ui::words;
use std::path::{Path, PathBuf};

/// A proof, a drill: good for so long.
pub const QUARTER_MS: i64 = 90 * 86_400_000;
/// An external copy must be made within six months (Điều 9.1); the reminder comes a month before.
pub const HALF_YEAR_MS: i64 = 183 * 86_400_000;
/// See [`HALF_YEAR_MS`].
pub const REMIND_MS: i64 = 30 * 86_400_000;
/// Entries may be on their way so long before it is called a delay.
const DELAY_MS: i64 = 15_000;
const SECRET: &[u8] = b"AGE-SECRET-KEY-1";
/// Larger files are no identities.
const IDENTITY_MAX_BYTES: u64 = 64 << 10;

/// How a target stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not there.
    Missing,
    /// There, without its marker: not mounted, or never set up.
    Unmarked,
    /// Another server's.
    Foreign(String),
    /// No full backup yet.
    Empty,
    /// Its newest file can't be read.
    Damaged,
    /// It does not lead to this store.
    Parted,
    /// Entries wait since then, ms.
    Behind(u64, i64),
    /// Everything is there, and nothing more can be written: the disk is mounted for reading only.
    ReadOnly,
    /// This user may not write there.
    NotAllowed,
    /// The next full backup would not fit: so many MiB are free.
    Full(u64),
    /// Everything is there.
    Good,
}

/// One target.
#[derive(Clone, Debug)]
pub struct TargetState {
    /// Where.
    pub dir: PathBuf,
    /// Whether it lies on the disk of the data.
    pub same_disk: bool,
    /// How it stands.
    pub standing: Standing,
    /// Its newest full backup.
    pub full: Option<Manifest>,
    /// How many full backups it keeps.
    pub fulls: usize,
}

/// One key.
#[derive(Clone, Debug)]
pub struct KeyState {
    /// The public key.
    pub recipient: String,
    /// That it is at hand.
    pub proof: Option<Proof>,
}

/// How well the data is protected.
pub struct State {
    /// The keys.
    pub keys: Vec<KeyState>,
    /// The targets, the one on the same disk first.
    pub targets: Vec<TargetState>,
    /// The last drill.
    pub drill: Option<Certificate>,
    /// The second hosts that pull.
    pub followers: Vec<Known>,
    /// The newest entry that waits for them no more than fifteen seconds.
    pub settled_seq: u64,
    /// The register of media, newest first.
    pub media: Vec<Medium>,
    /// Identities that lie on the server and must not.
    pub exposed: Vec<PathBuf>,
    /// Of a demo: where the keys made for trying out lie.
    pub trial: Option<PathBuf>,
    /// What the last restore has lost, until it is seen to.
    pub lost: Option<(Restored, Vec<Lost>)>,
    /// The server's public signing key.
    pub signer: String,
    /// Now.
    pub now: Millis,
}

impl KeyState {
    /// Whether somebody proved within ninety days that they hold it.
    pub fn is_proved(&self, now: Millis) -> bool {
        self.proof.as_ref().is_some_and(|p| now.0 - p.proved_ms < QUARTER_MS)
    }
}

impl State {
    /// Looks.
    pub fn of(app: &App) -> Result<Self> {
        let config = &app.config.backup;
        let signer = Signer::of(&app.config.data, &app.chance)?;
        let now = app.clock.now();
        let (keys, media, lost, followers, settled_seq) = app.db.read(|tx| {
            let key = |r: &String| {
                let recipient = r.trim().to_owned();
                Ok(KeyState { proof: store::proof(tx, &recipient)?, recipient })
            };
            let keys = config.recipients.iter().map(key).collect::<Result<Vec<_>>>()?;
            Ok((keys, store::media(tx)?, lost::open(tx)?, followers::all(tx)?, settled(tx, now)?))
        })?;
        let own = app.config.data.join(DIR);
        let targets = std::iter::once(&own).chain(&config.targets).map(|dir| target(app, dir, &signer)).collect();
        Ok(Self {
            keys,
            targets,
            drill: drill::last(&app.config.data, &signer),
            followers,
            settled_seq,
            media,
            exposed: exposed(&app.config.data),
            trial: config.trial_keys.clone(),
            lost,
            signer: signer.public(),
            now,
        })
    }

    /// Whether it is no demo, two keys at least are proved to be at hand and none lies here, one target on another disk
    /// has everything, and a drill passed within the quarter.
    pub fn is_protected(&self) -> bool {
        self.trial.is_none()
            && self.keys.len() >= 2
            && self.keys.iter().all(|k| k.is_proved(self.now))
            && self.exposed.is_empty()
            && self.is_elsewhere()
            && self.drill.as_ref().is_some_and(|d| self.now.0 - d.done_ms < QUARTER_MS)
    }

    /// Whether a target on another disk or a second host has everything.
    pub fn is_elsewhere(&self) -> bool {
        self.targets.iter().any(|t| !t.same_disk && t.standing == Standing::Good)
            || self.followers.iter().any(|f| f.is_good(self.settled_seq, self.now.0))
    }

    /// What a person has to do next, the most pressing first: the page's list, and what a mail may say.
    pub fn next_steps(&self) -> Vec<&'static str> {
        let drilled = self.drill.as_ref().is_some_and(|d| self.now.0 - d.done_ms < QUARTER_MS);
        let medium = self.medium_due_ms().is_some_and(|due| due - self.now.0 >= REMIND_MS);
        let steps = [
            (self.keys.len() >= 2, words::NEXT_KEYS),
            (self.exposed.is_empty(), words::NEXT_EXPOSED),
            (self.keys.iter().all(|k| k.is_proved(self.now)), words::NEXT_PROVE),
            (self.is_elsewhere(), words::NEXT_DISK),
            (drilled, words::NEXT_DRILL),
            (medium, words::NEXT_MEDIUM),
        ];
        steps.into_iter().filter(|(done, _)| !done).map(|(_, step)| step).collect()
    }

    /// When the next external copy is due, ms.
    pub fn medium_due_ms(&self) -> Option<i64> {
        self.media.first().map(|m| m.made_ms + HALF_YEAR_MS)
    }
}

/// The newest entry that is older than what may still be on its way.
fn settled(tx: &impl crate::store::Read, now: Millis) -> Result<u64> {
    let Some(mut entry) = tx.head()? else { return Ok(0) };
    while now.0 - entry.time.0 <= DELAY_MS {
        match tx.entry(entry.seq - 1)? {
            Some(before) => entry = before,
            None => return Ok(0),
        }
    }
    Ok(entry.seq)
}

fn target(app: &App, dir: &Path, signer: &Signer) -> TargetState {
    let target = Target::look(dir);
    let fulls = target.fulls().unwrap_or_default();
    let newest = fulls.last().map(|(_, path)| Sealed::open(path));
    let full = newest.as_ref().and_then(|s| s.as_ref().ok()).map(|s| s.manifest.clone());
    let standing = match read_marker(dir) {
        // Its own comes with the first backup; nobody has to plug it in.
        _ if !dir.is_dir() && dir == app.config.data.join(DIR) => Standing::Empty,
        _ if !dir.is_dir() => Standing::Missing,
        Ok(Some(marker)) if marker.server != signer.server() => Standing::Foreign(marker.province),
        Ok(Some(_)) if not_writable(dir).is_some() => not_writable(dir).unwrap_or(Standing::ReadOnly),
        Ok(Some(_)) if fulls.is_empty() => Standing::Empty,
        Ok(Some(_)) if matches!(newest, Some(Err(_))) => Standing::Damaged,
        Ok(Some(_)) => match segment::position(&target) {
            Ok(Some(at)) => reached(app, at),
            Ok(None) => Standing::Empty,
            Err(_) => Standing::Damaged,
        },
        Ok(None) => Standing::Unmarked,
        Err(_) => Standing::Damaged,
    };
    let standing = match &full {
        Some(full) if matches!(standing, Standing::Good | Standing::Behind(..)) => {
            no_room(dir, full).unwrap_or(standing)
        }
        _ => standing,
    };
    TargetState { dir: dir.to_owned(), same_disk: same_disk(&app.config.data, dir), standing, full, fulls: fulls.len() }
}

/// Why nothing can be written there, if so.
fn not_writable(dir: &Path) -> Option<Standing> {
    use rustix::fs::{Access, access};
    match access(dir, Access::WRITE_OK) {
        Err(rustix::io::Errno::ROFS) => Some(Standing::ReadOnly),
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => Some(Standing::NotAllowed),
        _ => None,
    }
}

/// Whether the next full backup, a quarter larger than the last, would not fit.
fn no_room(dir: &Path, last: &Manifest) -> Option<Standing> {
    let needed = last.parts.iter().map(|p| p.bytes).sum::<u64>() / 4 * 5 + (64 << 20);
    let free = crate::store::free_bytes(dir).ok()?;
    (free < needed).then_some(Standing::Full(free >> 20))
}

/// How a target that reaches `at` stands.
fn reached(app: &App, at: Position) -> Standing {
    let looked = app.db.read(|tx| {
        let here = if at.seq == 0 { None } else { tx.entry(at.seq)? };
        Ok((here.map(|e| e.hash), tx.entry(at.seq + 1)?.map(|e| e.time.0), tx.head()?.map_or(0, |e| e.seq)))
    });
    match looked {
        Ok((Some(hash), waiting, head)) if hash == at.head => match waiting {
            Some(since) if app.clock.now().0 - since > DELAY_MS => Standing::Behind(head - at.seq, since),
            _ => Standing::Good,
        },
        Ok(_) => Standing::Parted,
        Err(_) => Standing::Damaged,
    }
}

fn same_disk(data: &Path, dir: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (std::fs::metadata(data), std::fs::metadata(dir)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev(),
        _ => false,
    }
}

/// Identities in the data directory and in `backups/`: whoever takes the server would have them too.
fn exposed(data: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for dir in [data.to_owned(), data.join(DIR)] {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let small = entry.metadata().is_ok_and(|m| m.is_file() && m.len() <= IDENTITY_MAX_BYTES);
            let holds = || std::fs::read(entry.path()).is_ok_and(|b| b.windows(SECRET.len()).any(|w| w == SECRET));
            if small && holds() {
                out.push(entry.path());
            }
        }
    }
    out
}
