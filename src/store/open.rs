//! Making and opening a store, and telling the operator what is wrong with a directory that holds
//! none. Never writes into a file that is not a store of ours, and never calls one damaged that a
//! crash merely left unfinished.

use super::tx::shield;
use super::writer::Writer;
use super::{
    BODIES, DERIVED, Db, Derivers, ENGINE, EPHEMERAL, FILE, FORMAT, File, Inner, LOG, META, META_DERIVED_TABLES,
    META_ENGINE, META_FORMAT, META_PROGRAM, Options, REMOVED, ROWS, Read, Value, WriterFile,
};
use crate::error::{Error, Result};
use arc_swap::ArcSwap;
use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadableDatabase, StorageBackend, StorageError, TableError,
};
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// This program's version.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");
/// A store being made has this name until everything in it is on disk.
const UNFINISHED: &str = "store.redb.new";

impl Db {
    /// Makes a new store in `dir`, which must not hold one.
    pub fn create(dir: &Path, options: Options) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::path("making directory", dir))?;
        let path = dir.join(FILE);
        let refuse_second = || {
            if !path.exists() {
                return Ok(());
            }
            Err(Error::Operator(format!("{} already holds a store; choose an empty directory", dir.display())))
        };
        refuse_second()?;
        let unfinished = dir.join(UNFINISHED);
        let make = || file_builder(&options).create(&unfinished);
        let file = match make() {
            // Left by an attempt that was cut off before redb had written its first page.
            Err(DatabaseError::Storage(StorageError::Io(e))) if e.kind() == ErrorKind::InvalidData => {
                std::fs::remove_file(&unfinished).map_err(Error::path("removing", &unfinished))?;
                make()
            }
            made => made,
        };
        let file = file.map_err(|e| open_error(dir, e))?;
        refuse_second()?; // another process may have been faster
        guarded(dir, || prepare(&file))?;
        std::fs::rename(&unfinished, &path).map_err(Error::path("naming", &path))?;
        // The file's name in the directory, and the names of directories that may be new.
        sync_dir(dir)?;
        for parent in dir.canonicalize().unwrap_or_default().ancestors().skip(1) {
            let _ = sync_dir(parent); // one we may not read was not made by us
        }
        set_times_unclosed(dir, 1)?;
        guarded(dir, || Self::start(File::Writer(WriterFile::new(file)), Some(dir.to_owned()), options))
    }

    /// Opens the store in `dir` for reading and writing. One process at a time.
    pub fn open(dir: &Path, mut options: Options) -> Result<Self> {
        guarded(dir, || {
            let file = open_file(dir, &mut options)?;
            Self::start(File::Writer(WriterFile::new(file)), Some(dir.to_owned()), options)
        })
    }

    /// Opens the store in `dir` for reading only, also beside a running server.
    pub fn open_read_only(dir: &Path, options: Options) -> Result<Self> {
        let path = existing(dir)?;
        guarded(dir, || {
            let file = file_builder(&options).open_read_only(&path).map_err(|e| open_error(dir, e))?;
            Self::start(File::Reader(file), Some(dir.to_owned()), options)
        })
    }

    /// A store on a backend of one's own: memory, or one that fails on purpose.
    pub fn on(backend: impl StorageBackend, options: Options) -> Result<Self> {
        Self::on_backend(backend, options, ConcurrencyMode::ExclusiveWriter)
    }

    /// As [`Db::on`], on a backend that has locks, used exactly as a file is.
    pub fn on_locking(backend: impl StorageBackend, options: Options) -> Result<Self> {
        Self::on_backend(backend, options, ConcurrencyMode::SingleWriter)
    }

    /// As [`Db::open_read_only`], on a backend of one's own.
    pub fn on_read_only(backend: impl StorageBackend, options: Options) -> Result<Self> {
        shield(|| {
            let file = file_builder(&options).open_read_only_with_backend(backend)?;
            Self::start(File::Reader(file), None, options)
        })
    }

    fn on_backend(backend: impl StorageBackend, options: Options, mode: ConcurrencyMode) -> Result<Self> {
        shield(|| {
            let file = builder(&options, mode).create_with_backend(backend)?;
            prepare(&file)?;
            Self::start(File::Writer(WriterFile::new(file)), None, options)
        })
    }

    fn start(file: File, dir: Option<PathBuf>, options: Options) -> Result<Self> {
        let inner = Inner {
            file,
            derivers: ArcSwap::from_pointee(Derivers::default()),
            turn: Mutex::new(()),
            stopped: AtomicBool::new(false),
            commits: AtomicU64::new(0),
            head: watch::Sender::new(0),
            dir,
            options,
        };
        inner.check_format()?;
        inner.note_program()?;
        let derived = inner.meta(META_DERIVED_TABLES)?.unwrap_or_default();
        inner.derivers.store(Arc::new(Derivers::not_known(derived)));
        if let Some(head) = inner.read(Read::head)? {
            inner.head.send_replace(head.seq);
            let ahead_ms = head.time.0 - inner.options.clock.now().0;
            if ahead_ms > DAY_MS {
                tracing::warn!(
                    ahead_ms,
                    "the machine's clock is behind the newest entry: new entries carry that entry's time until the clock has caught up"
                );
            }
        }
        let inner = Arc::new(inner);
        let writer = match inner.file {
            File::Writer(_) => Some(Arc::new(Writer::start(&inner)?)),
            File::Reader(_) => None,
        };
        Ok(Self { writer, inner })
    }
}

/// The file of the store in `dir`, for writing. Notes that it is open.
pub(super) fn open_file(dir: &Path, options: &mut Options) -> Result<Database> {
    let path = existing(dir)?;
    let unclosed = times_unclosed(dir);
    if unclosed >= UNCLOSED_MAX && !options.check_pages {
        tracing::warn!(unclosed, "the store was not closed in order several times in a row: checking every page");
        options.check_pages = true;
    }
    let file = file_builder(options).open(&path).map_err(|e| open_error(dir, e))?;
    set_times_unclosed(dir, if options.check_pages { 1 } else { unclosed + 1 })?;
    Ok(file)
}

impl Inner {
    /// Notes in a store open for writing which program that is, and which library, if another than last time.
    fn note_program(&self) -> Result<()> {
        let File::Writer(file) = &self.file else { return Ok(()) };
        let is = |key, now: &str| Ok::<_, Error>(self.meta(key)?.as_deref() == Some(now.as_bytes()));
        if is(META_PROGRAM, PROGRAM)? && is(META_ENGINE, ENGINE)? {
            return Ok(());
        }
        self.watched(|| {
            let txn = begin(&*file.get()?)?;
            let mut meta = txn.open_table(META)?;
            meta.insert(META_PROGRAM, PROGRAM.as_bytes())?;
            meta.insert(META_ENGINE, ENGINE.as_bytes())?;
            drop(meta);
            Ok(txn.commit()?)
        })
    }

    fn check_format(&self) -> Result<()> {
        let txn = self.snapshot()?;
        let form = match txn.open_table(META) {
            Ok(meta) => meta.get(META_FORMAT)?.map(|v| u64::from_bytes(v.value())).transpose()?,
            Err(TableError::Storage(e)) => return Err(e.into()),
            Err(_) => None,
        };
        match form {
            Some(form) if form <= FORMAT => Ok(()),
            Some(form) => Err(Error::Operator(newer(form, self.meta(META_PROGRAM)?))),
            None => Err(Error::Operator(format!("{FILE} is not a csdlgd store; check the data directory's path"))),
        }
    }
}

/// Why a store of a newer form is left alone, and what opens it.
fn newer(form: u64, program: Option<Vec<u8>>) -> String {
    let by = program.and_then(|bytes| String::from_utf8(bytes).ok());
    let (wrote, install) = match &by {
        Some(version) => (format!(", written by csdlgd {version}"), format!("csdlgd {version} or newer")),
        None => (String::new(), "the version that wrote it, or a newer one".to_owned()),
    };
    format!(
        "this store has form {form}{wrote}; this program ({PROGRAM}) reads up to form {FORMAT}. Nothing was changed. \
         Install {install}; or, to go on with this program, restore a backup made before the upgrade into a new directory",
    )
}

pub(super) fn file_builder(options: &Options) -> Builder {
    builder(options, ConcurrencyMode::SingleWriter)
}

fn builder(options: &Options, mode: ConcurrencyMode) -> Builder {
    let mut builder = Database::builder();
    builder
        .set_cache_size(options.cache_bytes)
        .set_concurrency_mode(mode)
        .set_check_integrity_on_open(options.check_pages);
    builder
}

fn existing(dir: &Path) -> Result<PathBuf> {
    let path = dir.join(FILE);
    let found = std::fs::metadata(&path);
    if found.as_ref().is_ok_and(std::fs::Metadata::is_file) {
        return Ok(path);
    }
    let is_no_directory = dir.exists() && !dir.is_dir();
    let dir = dir.display();
    if found.is_err_and(|e| e.kind() == ErrorKind::PermissionDenied) {
        return Err(Error::Operator(format!(
            "{dir} is not open to this user: run the command as its owner (sudo -u csdlgd csdlgd …) or as root"
        )));
    }
    if is_no_directory {
        return Err(Error::Operator(format!("{dir} is a file: name the data directory, which holds {FILE}")));
    }
    Err(Error::Operator(format!(
        "no store in {dir}: {FILE} is missing. Make one with 'csdlgd init --data {dir} --province CODE --admin LOGIN', or restore a backup"
    )))
}

/// redb trusts a file that was closed cleanly and may panic on one that was damaged since.
fn guarded<T>(dir: &Path, open: impl FnOnce() -> Result<T>) -> Result<T> {
    match shield(open) {
        Err(e @ Error::Damaged { .. }) => Err(damaged_file(dir, &e.to_string())),
        opened => opened,
    }
}

fn damaged_file(dir: &Path, detail: &str) -> Error {
    Error::Operator(format!(
        "{} is damaged ({detail}). Keep it as it is, and restore the newest backup into a new directory",
        dir.join(FILE).display()
    ))
}

fn open_error(dir: &Path, e: DatabaseError) -> Error {
    match e {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => Error::Operator(format!(
            "{} is in use by another csdlgd process; stop that one first (systemctl stop csdlgd), or ask it through its web page",
            dir.display()
        )),
        // Only a read-only open refuses to repair.
        DatabaseError::RepairAborted => Error::Operator(format!(
            "{} was not closed in order (power cut or killed process) and can't be opened for reading only. Start the server once (systemctl start csdlgd): it recovers by itself, nothing saved is lost",
            dir.display()
        )),
        DatabaseError::Storage(StorageError::Io(e))
            if matches!(e.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) =>
        {
            damaged_file(dir, &e.to_string())
        }
        DatabaseError::Storage(StorageError::Io(e)) => {
            Error::Io { what: format!("opening {}", dir.join(FILE).display()), source: e }
        }
        other => damaged_file(dir, &other.to_string()),
    }
}

/// Makes the tables in a new file. A file that is not empty is left alone, whatever it is.
pub(super) fn prepare(db: &Database) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "the tables must be there before the doors open")]
    let made = db.begin_read()?.list_tables()?.next().is_some();
    if made {
        return Ok(());
    }
    let txn = begin(db)?;
    txn.open_table(ROWS)?;
    txn.open_table(REMOVED)?;
    txn.open_table(DERIVED)?;
    txn.open_table(EPHEMERAL)?;
    txn.open_table(LOG)?;
    txn.open_table(BODIES)?;
    let mut meta = txn.open_table(META)?;
    meta.insert(META_FORMAT, &FORMAT.to_bytes()[..])?;
    meta.insert(META_PROGRAM, PROGRAM.as_bytes())?;
    meta.insert(META_ENGINE, ENGINE.as_bytes())?;
    drop(meta);
    txn.commit()?;
    Ok(())
}

/// Every transaction is durable and leaves the allocator's state, so that a killed server opens again
/// in a tenth of a second instead of thirty.
pub(super) fn begin(db: &Database) -> Result<redb::WriteTransaction> {
    #[expect(clippy::disallowed_methods, reason = "this is the write door")]
    let mut txn = db.begin_write()?;
    txn.set_durability(redb::Durability::Immediate).map_err(|e| Error::Internal(e.to_string()))?;
    txn.set_quick_repair(true);
    Ok(txn)
}

/// Holds how often in a row the store was opened and not closed in order. One time is a power cut or
/// a killed process, which costs nothing. A process that ends so again and again may be stumbling
/// over a damaged page each time: redb can abort on one while it commits.
const UNCLOSED: &str = "store.redb.open";
/// From so many times on, every page is checked.
const UNCLOSED_MAX: u32 = 2;

/// Whether the store of `dir` is open, or was not closed in order.
pub fn was_left_open(dir: &Path) -> bool {
    times_unclosed(dir) > 0
}

fn times_unclosed(dir: &Path) -> u32 {
    std::fs::read_to_string(dir.join(UNCLOSED)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn set_times_unclosed(dir: &Path, times: u32) -> Result<()> {
    let path = dir.join(UNCLOSED);
    std::fs::write(&path, times.to_string()).map_err(Error::path("writing", path))
}

/// Notes that the store of `dir` was closed in order, or is another file that was.
pub fn closed_in_order(dir: &Path) {
    let _ = std::fs::remove_file(dir.join(UNCLOSED)); // left behind, it costs a check of the pages
}

fn sync_dir(dir: &Path) -> Result<()> {
    std::fs::File::open(dir).and_then(|d| d.sync_all()).map_err(Error::path("making durable", dir))
}
