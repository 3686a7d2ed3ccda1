//! A target: a directory that keeps backups. A file in it says whose it is, so that an empty mount point
//! is never taken for the disk, and no two servers write into one directory.

use super::fence;
use super::model::{self, Kind, Manifest};
use super::sealed::Sealed;
use super::site::{self, Site};
use crate::clock::Millis;
use crate::error::{Error, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file that says whose the directory is.
pub const MARKER: &str = "csdlgd-target.json";
/// The file that says who wrote last.
const TAIL: &str = "csdlgd-tail.json";
/// Where segments lie, a directory a day.
pub const SEGMENTS: &str = "segments";
/// What is being written has this ending.
const UNFINISHED: &str = "part";

/// What the marker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Whose backups lie here.
    pub server: String,
    /// Of which province.
    pub province: String,
    /// Since when, ms.
    pub made_ms: i64,
    /// The highest epoch of a server that took over, if one did; see `fence`.
    #[serde(default)]
    pub epoch: u64,
}

/// Who shipped to a target last: two servers with one key would otherwise write over each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    /// The chain's hash at the last entry written.
    pub head: String,
}

/// A directory that keeps this server's backups.
#[derive(Clone, Debug)]
pub struct Target {
    dir: PathBuf,
}

/// A segment as its name tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentFile {
    /// First entry.
    pub first: u64,
    /// Last entry.
    pub last: u64,
    /// Where it lies.
    pub path: PathBuf,
}

impl SegmentFile {
    /// The day of its entries, by their own times, which never go back; as its directory is named.
    pub fn day(&self) -> Option<Date> {
        self.path.parent()?.file_name()?.to_str()?.parse().ok()
    }
}

impl Target {
    /// Sets a directory up as a target of this server. Told again, it changes nothing.
    pub fn set_up(dir: &Path, site: &Site) -> Result<Self> {
        match Self::open(dir, site) {
            Ok(target) => return Ok(target),
            // Asked anew: it may have been set up between the two looks.
            Err(_) if dir.join(MARKER).exists() => return Self::open(dir, site),
            Err(_) => {}
        }
        // Only the last directory is made: of a mistyped path or a missing mount nothing is there.
        if !dir.is_dir() {
            match DirBuilder::new().mode(0o700).create(dir) {
                Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(trouble(dir, e)),
                _ => {}
            }
        }
        let marker =
            Marker { server: site.signer.server(), province: site.province.clone(), made_ms: site.now().0, epoch: 0 };
        let text = serde_json::to_string_pretty(&marker).map_err(|e| Error::Internal(e.to_string()))?;
        let written = site::replace(&dir.join(MARKER), text.as_bytes());
        // Somebody else of this server may have set it up at the same moment.
        match (Self::open(dir, site), written) {
            (Ok(target), _) => Ok(target),
            (Err(_), Err(Error::Io { source, .. })) => Err(trouble(dir, source)),
            (Err(e), _) => Err(e),
        }
    }

    /// Opens a target that was set up.
    pub fn open(dir: &Path, site: &Site) -> Result<Self> {
        let shown = dir.display();
        if !dir.is_dir() {
            return Err(Error::Operator(format!(
                "the target {shown} is not there. Plug the disk in or mount the share; if it is a new target, set it up \
                 with 'csdlgd backup target {shown} --data DIR'"
            )));
        }
        let marker = read_marker(dir)?.ok_or_else(|| {
            Error::Operator(format!(
                "{shown} is not a target yet: {MARKER} is missing. Either the disk is not mounted and this is the empty \
                 mount point: mount it. Or it was never set up: 'csdlgd backup target {shown} --data DIR'"
            ))
        })?;
        if marker.server != site.signer.server() {
            return Err(Error::Operator(format!(
                "{shown} keeps the backups of another server ({}, {}); this one is {}. Two servers never share a target: \
                 choose another directory. If this server was restored from that one's backup, choose a new directory \
                 too, and keep the old one",
                marker.server,
                marker.province,
                site.signer.server()
            )));
        }
        if fence::learn(&site.db, marker.epoch, &format!("the target {shown}"))? {
            return Err(Error::Operator(format!(
                "the target {shown} says that another server has taken over from this one (epoch {}). Nothing is written \
                 there. Use the new server; 'csdlgd serve' says more",
                marker.epoch
            )));
        }
        Ok(Self { dir: dir.to_owned() })
    }

    /// Looks at what a directory keeps, whosever it is; for restoring.
    pub fn look(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The full backups by name: number and path, oldest first.
    pub fn fulls(&self) -> Result<Vec<(u64, PathBuf)>> {
        let mut out: Vec<(u64, PathBuf)> =
            list(&self.dir)?.into_iter().filter_map(|(name, path)| Some((model::full_number(&name)?, path))).collect();
        out.sort();
        Ok(out)
    }

    /// The segments by name, in order of entries.
    pub fn segments(&self) -> Result<Vec<SegmentFile>> {
        let mut out = Vec::new();
        let dir = self.dir.join(SEGMENTS);
        if !dir.is_dir() {
            return Ok(out);
        }
        for (_, day) in list(&dir)? {
            if !day.is_dir() {
                continue;
            }
            for (name, path) in list(&day)? {
                out.extend(model::segment_range(&name).map(|(first, last)| SegmentFile { first, last, path }));
            }
        }
        out.sort();
        Ok(out)
    }

    /// The days of which there are segments, oldest first.
    pub fn days(&self) -> Result<Vec<Date>> {
        let dir = self.dir.join(SEGMENTS);
        let found = if dir.is_dir() { list(&dir)? } else { Vec::new() };
        let mut days: Vec<Date> = found.iter().filter_map(|(name, _)| name.parse().ok()).collect();
        days.sort();
        Ok(days)
    }

    /// The segments that reach beyond an entry, in order; older days are not looked into.
    pub fn segments_after(&self, seq: u64) -> Result<Vec<SegmentFile>> {
        let mut out = Vec::new();
        let dir = self.dir.join(SEGMENTS);
        if !dir.is_dir() {
            return Ok(out);
        }
        let mut days = list(&dir)?;
        days.sort();
        for (_, day) in days.into_iter().rev().filter(|(_, day)| day.is_dir()) {
            let mut reached = false;
            for (name, path) in list(&day)? {
                let Some((first, last)) = model::segment_range(&name) else { continue };
                reached |= last <= seq;
                if last > seq {
                    out.push(SegmentFile { first, last, path });
                }
            }
            if reached {
                break;
            }
        }
        out.sort();
        Ok(out)
    }

    /// The newest segment by its day and name, without reading the older days.
    pub fn newest_segment(&self) -> Result<Option<SegmentFile>> {
        let dir = self.dir.join(SEGMENTS);
        if !dir.is_dir() {
            return Ok(None);
        }
        let mut days = list(&dir)?;
        days.sort();
        for (_, day) in days.into_iter().rev().filter(|(_, day)| day.is_dir()) {
            let named = |(name, path): (String, PathBuf)| {
                model::segment_range(&name).map(|(first, last)| SegmentFile { first, last, path })
            };
            if let Some(newest) = list(&day)?.into_iter().filter_map(named).max() {
                return Ok(Some(newest));
            }
        }
        Ok(None)
    }

    /// Where a file with this manifest goes.
    pub fn place_of(&self, manifest: &Manifest) -> PathBuf {
        match manifest.kind {
            Kind::Full => self.dir.join(manifest.file_name()),
            // The entries' time never goes back, whatever the machine's clock does.
            Kind::Segment => self.day_dir(Millis(manifest.log.last_ms)).join(manifest.file_name()),
        }
    }

    fn day_dir(&self, at: Millis) -> PathBuf {
        let day = at.date();
        self.dir.join(SEGMENTS).join(format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day()))
    }

    /// Marks it as belonging to a server that was replaced: its old master stops when it sees this.
    pub fn fence(dir: &Path, epoch: u64) -> Result<()> {
        let marker = read_marker(dir)?
            .ok_or_else(|| Error::Operator(format!("{} is no target: {MARKER} is missing there", dir.display())))?;
        let marker = Marker { epoch: marker.epoch.max(epoch), ..marker };
        let text = serde_json::to_string_pretty(&marker).map_err(|e| Error::Internal(e.to_string()))?;
        site::replace(&dir.join(MARKER), text.as_bytes())
    }

    /// Which writer wrote here last, and how far it came.
    pub fn tail(&self) -> Option<Tail> {
        serde_json::from_str(&std::fs::read_to_string(self.dir.join(TAIL)).ok()?).ok()
    }

    /// Says so. Not durable: a lost one only costs a look at the files.
    pub fn set_tail(&self, tail: &Tail) -> Result<()> {
        let text = serde_json::to_string(tail).map_err(|e| Error::Internal(e.to_string()))?;
        let fresh = self.dir.join(format!("{TAIL}.{UNFINISHED}"));
        std::fs::write(&fresh, text)
            .and_then(|()| std::fs::rename(&fresh, self.dir.join(TAIL)))
            .map_err(|e| trouble(&self.dir, e))
    }

    /// Begins a file beside its last place, under a name that nothing takes for a backup.
    pub fn begin(&self, place: &Path) -> Result<(File, PathBuf)> {
        let parent = place.parent().unwrap_or(&self.dir);
        if !parent.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|e| trouble(&self.dir, e))?;
            site::sync_dir(parent.parent().unwrap_or(parent))?;
        }
        let unfinished = place.with_extension(UNFINISHED);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)
            .map_err(|e| trouble(&self.dir, e))?;
        Ok((file, unfinished))
    }

    /// Makes a begun file durable and gives it its name.
    pub fn end(&self, file: &File, unfinished: &Path, place: &Path) -> Result<()> {
        file.sync_all().map_err(|e| trouble(&self.dir, e))?;
        site::rename(unfinished, place)
    }

    /// Copies a finished file of another target here, and reads the copy back.
    pub fn copy_in(&self, from: &Sealed) -> Result<PathBuf> {
        let place = self.place_of(&from.manifest);
        let (mut to, unfinished) = self.begin(&place)?;
        let mut source = File::open(&from.path).map_err(Error::path("opening", &from.path))?;
        let copied = io::copy(&mut source, &mut to).map_err(|e| trouble(&self.dir, e));
        if let Err(e) = copied.and_then(|_| to.sync_all().map_err(|e| trouble(&self.dir, e))) {
            let _ = std::fs::remove_file(&unfinished); // the trouble itself is reported
            return Err(e);
        }
        Sealed::open(&unfinished)?.check()?;
        site::rename(&unfinished, &place)?;
        Ok(place)
    }

    /// Removes what an attempt that was cut off has left behind. To be called under the lock.
    pub fn sweep(&self) -> Result<()> {
        for (name, path) in list(&self.dir)? {
            if name.ends_with(&format!(".{UNFINISHED}")) && path.is_file() {
                std::fs::remove_file(&path).map_err(|e| trouble(&self.dir, e))?;
            }
        }
        Ok(())
    }
}

/// What the marker in a directory says, if there is one.
pub fn read_marker(dir: &Path) -> Result<Option<Marker>> {
    let path = dir.join(MARKER);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(serde_json::from_str(&text).map_err(|e| {
            Error::Operator(format!("{} is damaged ({e}); look whether this is the right directory", path.display()))
        })?)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(trouble(dir, e)),
    }
}

fn list(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    let read = std::fs::read_dir(dir).map_err(|e| trouble(dir, e))?;
    let mut out = Vec::new();
    for entry in read {
        let entry = entry.map_err(|e| trouble(dir, e))?;
        out.extend(entry.file_name().into_string().ok().map(|name| (name, entry.path())));
    }
    Ok(out)
}

/// What a disk complained of, as a sentence that says what to do.
pub fn trouble(dir: &Path, e: io::Error) -> Error {
    let shown = dir.display();
    let free = || crate::store::free_bytes(dir).map_or(0, |b| b >> 20);
    Error::Operator(match e.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!(
            "the target {shown} is full ({} MiB free). Nothing that was there is lost. Make room ('csdlgd backup prune'), \
             or set up a larger target",
            free()
        ),
        ErrorKind::ReadOnlyFilesystem => format!(
            "the target {shown} can be read but not written: either the service may not write there (name it under \
             ReadWritePaths=: systemctl edit csdlgd), or the disk is mounted read-only (often after an error of the disk): \
             look at 'dmesg', and mount it for writing or take another disk"
        ),
        ErrorKind::PermissionDenied => format!(
            "the target {shown} may not be written by this user. Give it to the user csdlgd (chown csdlgd {shown}), and \
             name it under ReadWritePaths= of the service"
        ),
        // As /proc and /sys answer.
        ErrorKind::NotFound if dir.is_dir() => {
            format!("{shown} keeps no files: choose a directory on a disk or a mounted share")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => format!("{shown} is no directory: name one"),
        ErrorKind::NotFound => {
            format!("the target {shown} is not there. Plug the disk in or mount the share, and try again")
        }
        _ => return Error::Io { what: format!("the target {shown}"), source: e },
    })
}
