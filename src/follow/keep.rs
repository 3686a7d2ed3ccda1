//! The directory of a second host: a target's layout, so that `csdlgd restore` takes it as it is. Files only
//! come; they go by this host's own rule and this host's own clock, never by the server's word.

use super::client::Client;
use crate::backup::followers::{Ask, Offer, Offered, is_name};
use crate::backup::model::{Kind, Manifest};
use crate::backup::sealed::Sealed;
use crate::backup::segment::{Position, position};
use crate::backup::signer::{server_of, words};
use crate::backup::site;
use crate::backup::target::Target;
use crate::backup::thin::{Dated, days, kept, segments_until};
use crate::chance::hex;
use crate::clock::{Clock, Millis};
use crate::config::Keep;
use crate::error::{Error, Result};
use crate::store::free_bytes;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The file that says whom this directory follows.
const FOLLOWS: &str = "csdlgd-follow.json";
const LOCK: &str = "follow.lock";
const UNFINISHED: &str = "part";
/// Left free.
const RESERVE_BYTES: u64 = 256 << 20;
const DAY_MS: i64 = 86_400_000;

/// Whom a directory follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// The server's public signing key, as it was at the first contact or given then.
    pub signer: String,
    /// The name of the province's root unit.
    pub province: String,
    /// The highest epoch known: the server's own, or that of the master this host has become.
    pub epoch: u64,
}

/// What went wrong, as the server's page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No room here.
    Space,
    /// What the server offers does not follow on what is here.
    Chain,
    /// Another server than before.
    Foreign,
    /// A file is not what was signed.
    Damaged,
    /// Anything else.
    Other,
}

impl Trouble {
    /// As it is said to the server.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Chain => "chain",
            Self::Foreign => "foreign",
            Self::Damaged => "damaged",
            Self::Other => "other",
        }
    }
}

/// An error with what the server is told of it.
pub type Failed = (Trouble, Error);

fn other(e: Error) -> Failed {
    (Trouble::Other, e)
}

/// A second host's directory.
pub struct Kept {
    dir: PathBuf,
    clock: Clock,
    _lock: File,
}

impl Kept {
    /// Opens the directory, or makes it; one process at a time.
    pub fn open(dir: &Path, clock: Clock) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::path("making directory", dir))?;
        let path = dir.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(Error::path("opening", &path))?;
        if lock.try_lock().is_err() {
            return Err(Error::Operator(format!(
                "another csdlgd follows into {}; stop that one first, or choose another directory",
                dir.display()
            )));
        }
        Ok(Self { dir: dir.to_owned(), clock, _lock: lock })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whom it follows; nothing before the first contact.
    pub fn follows(&self) -> Result<Option<Follows>> {
        let path = self.dir.join(FOLLOWS);
        match std::fs::read_to_string(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::path("reading", &path)(e)),
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|e| {
                Error::Operator(format!(
                    "{} is damaged ({e}). Follow into a new directory, and keep this one",
                    path.display()
                ))
            }),
        }
    }

    /// Keeps whom it follows.
    pub fn set_follows(&self, follows: &Follows) -> Result<()> {
        let text = serde_json::to_string_pretty(follows).map_err(|e| Error::Internal(e.to_string()))?;
        site::replace(&self.dir.join(FOLLOWS), text.as_bytes())
    }

    /// What is here, as the server is asked.
    pub fn ask(&self, trouble: &str) -> Result<Ask> {
        let target = Target::look(&self.dir);
        let number = target.fulls()?.last().map_or(0, |(number, _)| *number);
        let seq = self.reach()?.map_or(0, |at| at.seq);
        let epoch = self.follows()?.map_or(0, |f| f.epoch);
        Ok(Ask { seq, number, epoch, trouble: trouble.to_owned() })
    }

    /// The last entry here, by a segment or a full backup.
    fn reach(&self) -> Result<Option<Position>> {
        let target = Target::look(&self.dir);
        let by_segment = position(&target)?;
        let by_full = match target.fulls()?.pop() {
            Some((_, path)) => {
                let log = Sealed::open(&path)?.manifest.log;
                crate::backup::signer::unhex(&log.head).map(|head| Position { seq: log.last, head })
            }
            None => None,
        };
        Ok([by_segment, by_full].into_iter().flatten().max_by_key(|at| at.seq))
    }

    /// Takes what the server offers. `signer`: the key it must have, as on the recovery sheet.
    pub fn take(&self, client: &Client, offer: &Offer, signer: Option<&str>) -> Result<usize, Failed> {
        self.recognise(offer, signer)?;
        let mut taken = 0;
        for file in &offer.files {
            if !is_name(&file.name) {
                return Err((
                    Trouble::Other,
                    Error::Operator("the server offers a file with a name that is none".into()),
                ));
            }
            let place = self.dir.join(&file.name);
            if place.exists() {
                continue; // never written over, whatever the server says
            }
            self.fetch(client, file, &place, &offer.signer)?;
            taken += 1;
        }
        Ok(taken)
    }

    /// The same server as ever? The first one is remembered.
    fn recognise(&self, offer: &Offer, signer: Option<&str>) -> Result<(), Failed> {
        let known = self.follows().map_err(other)?;
        let expected = signer.or(known.as_ref().map(|k| k.signer.as_str()));
        if let Some(expected) = expected
            && expected != offer.signer
            && expected != words(&offer.signer)
        {
            return Err((
                Trouble::Foreign,
                Error::Operator(format!(
                    "this server signs with another key ({}, server {}) than the one {} follows. If it was restored or \
                     replaced, follow it into a new directory and keep this one; if not, the address leads elsewhere",
                    words(&offer.signer),
                    server_of(&offer.signer),
                    self.dir.display()
                )),
            ));
        }
        let epoch = known.as_ref().map_or(0, |k| k.epoch).max(offer.epoch);
        let follows = Follows { signer: offer.signer.clone(), province: offer.province.clone(), epoch };
        if known.as_ref() != Some(&follows) {
            self.set_follows(&follows).map_err(other)?;
        }
        Ok(())
    }

    /// Fetches one file, going on where the last attempt ended, and gives it its name when every byte is
    /// what the server signed.
    fn fetch(&self, client: &Client, file: &Offered, place: &Path, signer: &str) -> Result<(), Failed> {
        let parent = place.parent().unwrap_or(&self.dir);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)
            .map_err(|e| other(Error::path("making directory", parent)(e)))?;
        let free = free_bytes(&self.dir).map_err(other)?;
        if free < file.bytes.saturating_add(RESERVE_BYTES) {
            return Err((Trouble::Space, self.full(free)));
        }
        let unfinished = place.with_extension(UNFINISHED);
        self.download(client, file, &unfinished)?;
        let checked = Sealed::open(&unfinished).and_then(|sealed| sealed.check().map(|()| sealed));
        let fits = checked.map_err(|e| (Trouble::Damaged, e)).and_then(|sealed| {
            self.fits(&sealed.manifest, place, signer)?;
            Ok(())
        });
        if let Err(e) = fits {
            let _ = std::fs::remove_file(&unfinished); // it is fetched anew; the trouble itself is reported
            return Err(e);
        }
        site::rename(&unfinished, place).map_err(other)
    }

    fn download(&self, client: &Client, file: &Offered, unfinished: &Path) -> Result<(), Failed> {
        let wrong = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => (Trouble::Space, self.full(0)),
            _ => other(Error::path("writing", unfinished)(e)),
        };
        let mut to =
            File::options().create(true).truncate(false).write(true).mode(0o600).open(unfinished).map_err(wrong)?;
        let mut at = to.seek(SeekFrom::End(0)).map_err(wrong)?;
        if at > file.bytes {
            to.set_len(0).map_err(wrong)?;
            at = to.seek(SeekFrom::Start(0)).map_err(wrong)?;
        }
        while at < file.bytes {
            let piece = client.piece(&file.name, at).map_err(other)?;
            if piece.is_empty() || at + piece.len() as u64 > file.bytes {
                let _ = to.set_len(0); // begun anew next time
                return Err((
                    Trouble::Damaged,
                    Error::Operator(format!("{} has another length than offered", file.name)),
                ));
            }
            to.write_all(&piece).map_err(wrong)?;
            at += piece.len() as u64;
        }
        to.sync_all().map_err(wrong)
    }

    fn full(&self, free: u64) -> Error {
        Error::Operator(format!(
            "{} is full ({} MiB free). What is here stays as it is. Make room or use a larger disk; the rest is fetched then",
            self.dir.display(),
            free >> 20
        ))
    }

    /// Whether a genuine file is the one its place says, and follows on what is here.
    fn fits(&self, m: &Manifest, place: &Path, signer: &str) -> Result<(), Failed> {
        let shown = place.display();
        let named = place.file_name().is_some_and(|name| name.to_string_lossy() == m.file_name());
        if m.signer != signer || !named {
            let text = format!("{shown} is signed for another name or by another server; it was exchanged");
            return Err((Trouble::Damaged, Error::Operator(text)));
        }
        if m.made_ms > self.clock.now().0 + DAY_MS {
            let text = format!("{shown} says it was made in the future; look at both machines' clocks");
            return Err((Trouble::Other, Error::Operator(text)));
        }
        let reach = self.reach().map_err(other)?;
        match (m.kind, reach) {
            (Kind::Segment, Some(at)) if m.log.first > at.seq + 1 => Err((
                Trouble::Chain,
                Error::Operator(format!(
                    "a link is missing: what is here ends at entry {}, the server goes on with {}. Make a full backup on the \
                     server ('csdlgd backup now'): it is fetched, and all goes on from there",
                    at.seq, m.log.first
                )),
            )),
            (Kind::Segment, Some(at)) if m.log.first == at.seq + 1 && m.log.before != hex(&at.head) => Err((
                Trouble::Chain,
                Error::Operator(format!(
                    "{shown} does not continue what is here: the server's history is another one from entry {} on. Keep this \
                     directory as it is, follow into a new one, and find out what happened on the server",
                    m.log.first
                )),
            )),
            _ => Ok(()),
        }
    }

    /// Removes what need not stay by this host's rule. Counted from when a file came here: no date a server
    /// writes makes anything go, and nothing goes before the days of which any second is promised are over.
    pub fn thin(&self, keep: &Keep) -> Result<usize> {
        let target = Target::look(&self.dir);
        let young = self.clock.now().0 - i64::from(keep.any_second_days) * DAY_MS;
        let mut fulls = Vec::new();
        for (number, path) in target.fulls()? {
            let last = Sealed::open(&path)?.manifest.log.last;
            fulls.push((Dated { number, made: came(&path)?, last }, path));
        }
        let dated: Vec<Dated> = fulls.iter().map(|(d, _)| *d).collect();
        let segments = target.segments()?;
        let arrived = segments.iter().map(|s| Ok((came(&s.path)?, s))).collect::<Result<Vec<_>>>()?;
        let days = days(arrived.iter().map(|(at, segment)| (at.date(), *segment)));
        let stays: Vec<bool> =
            kept(&dated, &days, keep).into_iter().zip(&dated).map(|(stays, d)| stays || d.made.0 > young).collect();
        let left: Vec<Dated> = dated.iter().zip(&stays).filter(|(_, s)| **s).map(|(d, _)| *d).collect();
        let until = segments_until(&left, &days, keep);
        let mut gone: Vec<PathBuf> =
            fulls.into_iter().zip(stays).filter(|(_, stays)| !stays).map(|((_, path), _)| path).collect();
        let old = arrived.iter().filter(|(at, segment)| segment.last <= until && at.0 <= young);
        gone.extend(old.map(|(_, segment)| segment.path.clone()));
        for path in &gone {
            std::fs::remove_file(path).map_err(Error::path("removing", path))?;
        }
        Ok(gone.len())
    }
}

/// When a file came here.
fn came(path: &Path) -> Result<Millis> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).map_err(Error::path("looking at", path))?;
    Ok(Millis(found.mtime() * 1000))
}
