//! Whose files are whose: a command run as root in the service's directory must leave nothing behind that the
//! service can't read. Never follows a link: a directory of somebody else is not to be trusted by root.

use crate::error::{Error, Result};
use rustix::fs::{Dir, FileType, Gid, Mode, OFlags, Stat, Uid, fchown, fstat, open, openat};
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const ROOT: u32 = 0;

/// Who runs this program.
pub fn me() -> Result<u32> {
    of(Path::new("/proc/self"))
}

/// Whose it is.
pub fn of(path: &Path) -> Result<u32> {
    Ok(fs::metadata(path).map_err(Error::path("looking at", path))?.uid())
}

/// Gives what root made in `dir` to the owner of `dir`; of a directory that root made, to that of the one it is
/// in. Nothing where both are root's, or where this is not root.
pub fn hand_over(dir: &Path) -> Result<()> {
    if me()? != ROOT || !dir.is_dir() {
        return Ok(());
    }
    let dir = dir.canonicalize().map_err(Error::path("looking at", dir))?;
    let meta = |path: &Path| fs::metadata(path).map_err(Error::path("looking at", path));
    let (own, above) = (meta(&dir)?, meta(dir.parent().unwrap_or(&dir))?);
    let owner = if own.uid() == ROOT { above } else { own };
    if owner.uid() == ROOT {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
    let give = || give_tree(&open(&dir, FLAGS, Mode::empty())?, uid, gid);
    give().map_err(|e| Error::Io { what: format!("handing {} over to its owner", dir.display()), source: e.into() })
}

/// Gives what root made in `dir`, and `dir` itself, to the owner of the data: of a disk that the service is to
/// write to. Nothing where root's data are meant, or where this is not root.
pub fn give_to_owner_of(dir: &Path, data: &Path) -> Result<()> {
    let owner = fs::metadata(data).map_err(Error::path("looking at", data))?;
    if me()? != ROOT || owner.uid() == ROOT {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
    let give = || give_tree(&open(dir, FLAGS, Mode::empty())?, uid, gid);
    give().map_err(|e| Error::Io { what: format!("giving {} to the service", dir.display()), source: e.into() })
}

/// Opens what is there, but no link, and waits for nobody (a pipe).
const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

fn give_tree(file: &OwnedFd, uid: Uid, gid: Gid) -> rustix::io::Result<()> {
    let stat = fstat(file)?;
    let is_dir = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
    if stat.st_uid == ROOT && (is_dir || is_plain(&stat)) {
        fchown(file, Some(uid), Some(gid))?;
    }
    if !is_dir {
        return Ok(());
    }
    for entry in Dir::read_from(file)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        // Gone meanwhile, or a link: neither is ours to give.
        if let Ok(inner) = openat(file.as_fd(), name, FLAGS, Mode::empty()) {
            give_tree(&inner, uid, gid)?;
        }
    }
    Ok(())
}

/// A file with another name elsewhere may be anybody's.
fn is_plain(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_nlink == 1
}
