//! The index's files, written without waiting for the disk. The log is what lasts; of the index every
//! byte is checked when it is opened ([`super::directory`]), and what a power cut tore is made anew. So
//! a commit of the index, with its dozen files, takes nothing from the disk's time, which is the saves'.
//!
//! A server reads them through copies without a name: whatever befalls the files while it runs (a file
//! cut short under a mapping would end the process), searching goes on, and [`Unsynced::is_whole`] tells.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

/// A directory that reads as the engine's own does, and leaves it to the kernel when to write.
#[derive(Clone, Debug)]
pub(super) struct Unsynced {
    dir: PathBuf,
    mapped: MmapDirectory,
    through: Through,
    /// The files in use, with their lengths.
    used: Arc<Mutex<HashMap<PathBuf, u64>>>,
}

/// How files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    /// Themselves: for a command that looks and goes, and changes nothing.
    Themselves,
    /// Copies of their own, for a server.
    Copies,
}

/// What the name of a copy ends in, for the moment in which it has one.
const COPY: &str = "own";
static COPIES: AtomicU64 = AtomicU64::new(0);

impl Unsynced {
    pub(super) fn open(dir: &Path, through: Through) -> Result<Self, OpenDirectoryError> {
        let mapped = MmapDirectory::open(dir)?;
        if through == Through::Copies {
            remove_left_copies(dir);
        }
        Ok(Self { dir: dir.to_owned(), mapped, through, used: Arc::default() })
    }

    /// Whether every file in use is where it was written, as long as it was.
    pub(super) fn is_whole(&self) -> bool {
        // Held meanwhile, so that no file is deleted as no longer needed.
        let used = self.used();
        let length = |path: &Path| fs::metadata(self.dir.join(path)).map(|m| m.len()).ok();
        length(Path::new("meta.json")).is_some() && used.iter().all(|(path, len)| length(path) == Some(*len))
    }

    fn used(&self) -> MutexGuard<'_, HashMap<PathBuf, u64>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copied(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let trouble = |e: io::Error| match e.kind() {
            io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
            _ => OpenReadError::wrap_io_error(e, path.to_owned()),
        };
        // Two threads may open one file at once, each with a copy of its own.
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let copy = path.with_added_extension(format!("{number}.{COPY}"));
        let len = fs::copy(self.dir.join(path), self.dir.join(&copy)).map_err(trouble)?;
        let handle = self.mapped.get_file_handle(&copy);
        fs::remove_file(self.dir.join(&copy)).map_err(trouble)?;
        self.used().insert(path.to_owned(), len);
        handle
    }
}

/// Copies that still have a name: of a process that was killed while it opened them.
fn remove_left_copies(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == COPY)) {
        let _ = fs::remove_file(path);
    }
}

/// A file of its own until it is whole; then it never changes again.
struct Written(File);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Written {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        Ok(())
    }
}

impl Directory for Unsynced {
    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = OpenOptions::new().write(true).create_new(true).open(self.dir.join(path)).map_err(|e| {
            if e.kind() == io::ErrorKind::AlreadyExists {
                OpenWriteError::FileAlreadyExists(path.to_owned())
            } else {
                OpenWriteError::wrap_io_error(e, path.to_owned())
            }
        })?;
        Ok(BufWriter::new(Box::new(Written(file))))
    }

    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let whole = self.dir.join(path);
        let mut beside = whole.clone().into_os_string();
        beside.push(".new");
        fs::write(&beside, bytes)?;
        fs::rename(&beside, whole)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.through {
            Through::Themselves => self.mapped.get_file_handle(path),
            Through::Copies => self.copied(path),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let mut used = self.used();
        used.remove(path);
        self.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.mapped.atomic_read(path)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mapped.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(callback)
    }
}
