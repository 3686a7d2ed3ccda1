//! A new version takes over a store: what it is now is kept first, then the new program opens it (which brings it
//! into the new form), then what it holds is compared with what it held. Whatever goes wrong, what was kept is put
//! back and the old program goes on with it. The package's scripts call this; so may a person who installs from the
//! tarball.
//!
//! Kept is a whole copy, or, of a large store whose form and library stay the same, a moment in the store itself
//! ([`moment`]): nobody waits for gigabytes to be copied where no page is written over.
//!
//! Never: a change of form or of the store's library without a whole copy on disk; entries written since thrown away
//! unasked.

use crate::app::{App, Mode};
use crate::backup::site::{replace, sync_dir};
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::doctor;
use crate::error::{Error, Result};
use crate::owner;
use crate::search::Index;
use crate::store::{self, Db, Hash, Options, Read, free_bytes, moment, verify};
use crate::terminal::say;
use crate::wiring::hooks;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The copy, or only the note of a moment, in the data directory.
const KEPT: &str = "before-upgrade";
/// Where a store goes that was given up.
const FAILED: &str = "failed-upgrade";
const NOTE: &str = "note.json";
/// Stores up to this size are copied: it takes no time worth a thought, and guards against more than a moment does.
const COPY_MAX_BYTES: u64 = 256 << 20;
/// Stores up to this size are checked to the last byte; of larger ones the rows are counted and the log's
/// end compared, so that people do not wait for minutes.
const WHOLE_MAX_BYTES: u64 = 64 << 20;

/// `csdlgd upgrade …`.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Keep the store as it is, bring it into this version's form, check it; put it back if anything is wrong.
    Begin {
        /// Where.
        #[command(flatten)]
        at: At,
        /// Make no copy even of a small store, where the store's form stays the same.
        #[arg(long)]
        in_place: bool,
    },
    /// Put back what 'begin' kept, as when the new version does not start.
    Undo {
        /// Where.
        #[command(flatten)]
        at: At,
        /// Also if changes were saved since: they are kept apart, in failed-upgrade/.
        #[arg(long)]
        anyway: bool,
    },
    /// Forget what 'begin' kept: the new version runs.
    Finish(At),
}

/// Which installation.
#[derive(clap::Args, Debug)]
pub struct At {
    /// Configuration file (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
    /// Data directory; overrides the configuration.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// What the store was when the copy was made.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The program that wrote it; "" if it does not say.
    from: String,
    /// The program that takes over.
    to: String,
    /// The number of the newest entry after the upgrade; nothing while it is under way.
    newest: Option<u64>,
    /// Whether a moment in the store was kept instead of a copy.
    #[serde(default)]
    moment: bool,
}

/// What a store holds, to be found again.
struct Held {
    program: String,
    rows: u64,
    entries: u64,
    head: Option<(u64, Hash)>,
}

/// Runs one step.
pub fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Begin { at, in_place } => begin(&config(at)?, *in_place),
        Command::Undo { at, anyway } => undo(&config(at)?, *anyway),
        Command::Finish(at) => finish(&config(at)?),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn config(at: &At) -> Result<Config> {
    Config::of(at.config.as_deref(), at.data.as_deref())
}

fn begin(config: &Config, in_place: bool) -> Result<()> {
    let data = &config.data;
    if !data.join(store::FILE).exists() {
        say!("no province in {}: nothing to upgrade", data.display());
        return Ok(());
    }
    alone(data)?;
    // Not closed in order, it can't be read before it is recovered; then only itself vouches for it.
    let before = Db::open_read_only(data, options()).ok().map(|db| held(&db)).transpose()?;
    keep(config, before.as_ref(), in_place)?;
    match take_over(config, before.as_ref()) {
        Ok(newest) => {
            let note = read_note(data)?;
            write_note(data, &Note { newest: Some(newest), ..note })
        }
        Err(e) => {
            put_back(data, &read_note(data)?)?;
            Err(Error::Operator(format!(
                "the upgrade to {} is given up, and everything is as it was: {e}",
                env!("CARGO_PKG_VERSION")
            )))
        }
    }
}

/// That no process serves the store, and that what is written will be its owner's.
fn alone(data: &Path) -> Result<()> {
    if let Some(pid) = doctor::server(data) {
        return Err(Error::Operator(format!(
            "process {pid} has the store of {} open; stop it first (systemctl stop csdlgd)",
            data.display()
        )));
    }
    let (owner, me) = (owner::of(data)?, owner::me()?);
    if owner != me {
        return Err(Error::Operator(format!(
            "{shown} belongs to user {owner} and this is user {me}: what it writes could not be read by the service. Run \
             it as the owner: setpriv --reuid={owner} --regid={owner} --clear-groups csdlgd upgrade …",
            shown = data.display()
        )));
    }
    Ok(())
}

fn options() -> Options {
    Options { cache_bytes: 32 << 20, ..Options::default() }
}

fn held(db: &Db) -> Result<Held> {
    let [rows, _, _, entries] = db.counts()?;
    let head = db.read(|tx| Ok(tx.head()?.map(|entry| (entry.seq, entry.hash))))?;
    Ok(Held { program: db.form()?.1, rows, entries, head })
}

/// What the store is now, on disk before anything else happens.
fn keep(config: &Config, before: Option<&Held>, in_place: bool) -> Result<()> {
    let (data, dir) = (&config.data, config.data.join(KEPT));
    let from = data.join(store::FILE);
    let size = fs::metadata(&from).map_err(Error::path("looking at", &from))?.len();
    let to = empty(data, KEPT)?.join(store::FILE);
    let large = size > COPY_MAX_BYTES;
    let shared = large && !in_place && share(&from, &to)?;
    let moment = !shared && (large || in_place) && moment::keep(data, options())?;
    if !shared && !moment {
        let copied = enough_room(config, size).and_then(|()| copy(&from, &to));
        copied.inspect_err(|_| drop(remove(&dir)))?;
    }
    let from = before.map(|b| b.program.clone()).unwrap_or_default();
    write_note(data, &Note { from, to: env!("CARGO_PKG_VERSION").into(), newest: None, moment })?;
    sync_dir(data)?;
    if moment {
        say!("the store keeps what it is now ({} MiB)", size >> 20);
    } else {
        say!("the store is copied to {} ({} MiB)", dir.display(), size >> 20);
    }
    Ok(())
}

fn enough_room(config: &Config, size: u64) -> Result<()> {
    let (free, need) = (free_bytes(&config.data)?, size + (config.reserve_mib << 20));
    if free >= need {
        return Ok(());
    }
    Err(Error::Operator(format!(
        "an upgrade needs {} MiB free for a copy of the store, and {} has {} MiB. Nothing was changed; make room and try \
         again",
        need >> 20,
        config.data.display(),
        free >> 20
    )))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(Error::path("copying to", to))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(Error::path("making durable", to))
}

/// A copy that shares its blocks, where the file system can (btrfs, xfs): it takes no time and no room.
fn share(from: &Path, to: &Path) -> Result<bool> {
    let source = File::open(from).map_err(Error::path("opening", from))?;
    let copy = File::create(to).map_err(Error::path("making", to))?;
    if rustix::fs::ioctl_ficlone(&copy, &source).is_err() {
        fs::remove_file(to).map_err(Error::path("removing", to))?;
        return Ok(false);
    }
    copy.sync_all().map_err(Error::path("making durable", to))?;
    Ok(true)
}

fn write_note(data: &Path, note: &Note) -> Result<()> {
    let text = serde_json::to_string_pretty(note).map_err(|e| Error::Internal(e.to_string()))?;
    replace(&data.join(KEPT).join(NOTE), text.as_bytes())
}

fn read_note(data: &Path) -> Result<Note> {
    let path = data.join(KEPT).join(NOTE);
    let text = fs::read_to_string(&path).map_err(Error::path("reading", &path))?;
    serde_json::from_str(&text).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))
}

/// Opens the store as a server does, and compares; gives the number of the newest entry.
fn take_over(config: &Config, before: Option<&Held>) -> Result<u64> {
    let app = App::open(config.clone(), Mode::Serve, Clock::system(), Chance::system(), &hooks())?;
    let after = held(&app.db)?;
    if let Some(before) = before {
        compare(&app.db, before, &after)?;
    }
    let file = config.data.join(store::FILE);
    let size = fs::metadata(&file).map_err(Error::path("looking at", &file))?.len();
    if size <= WHOLE_MAX_BYTES {
        let report = verify::verify(&app.db, &mut |_, _| {})?;
        if report.problem_count > 0 {
            return Err(Error::Operator(format!("{} wrong: {}", report.problem_count, report.problems.join("; "))));
        }
    }
    say!("form {}, {} rows, {} entries: all there", app.db.form()?.0, after.rows, after.entries);
    app.db.clone().close();
    Ok(after.head.map_or(0, |(seq, _)| seq))
}

fn compare(db: &Db, before: &Held, after: &Held) -> Result<()> {
    let kept = match before.head {
        Some((seq, hash)) => db.read(|tx| Ok(tx.entry(seq)?.is_some_and(|entry| entry.hash == hash)))?,
        None => true,
    };
    if kept && after.rows >= before.rows && after.entries >= before.entries {
        return Ok(());
    }
    Err(Error::Operator(format!(
        "it held {} rows and {} entries and now holds {} and {}{}",
        before.rows,
        before.entries,
        after.rows,
        after.entries,
        if kept { "" } else { "; its newest entry is another" }
    )))
}

fn undo(config: &Config, anyway: bool) -> Result<()> {
    let data = &config.data;
    if !data.join(KEPT).join(NOTE).exists() {
        say!("nothing is kept from an upgrade in {}: nothing to put back", data.display());
        return Ok(());
    }
    alone(data)?;
    let note = read_note(data)?;
    let newest = Db::open_read_only(data, options()).map(|db| db.head_seq()).unwrap_or_default();
    let since = note.newest.map_or(0, |then| newest.saturating_sub(then));
    if since > 0 && !anyway {
        return Err(Error::Operator(format!(
            "{since} entries were written after the upgrade. Going back leaves them out: give --anyway if you mean it; \
             they are kept in {}",
            data.join(FAILED).display()
        )));
    }
    if since > 0 && note.moment {
        enough_room(config, fs::metadata(data.join(store::FILE)).map_or(0, |meta| meta.len()))?;
        copy(&data.join(store::FILE), &empty(data, FAILED)?.join(store::FILE))?;
    }
    put_back(data, &note)?;
    say!("the store is as it was before the upgrade");
    if data.join(FAILED).exists() {
        say!("the one given up is in {}", data.join(FAILED).display());
    }
    Ok(())
}

/// A new directory in the data directory, in the place of one of that name.
fn empty(data: &Path, name: &str) -> Result<PathBuf> {
    let dir = data.join(name);
    remove(&dir)?;
    DirBuilder::new().mode(0o700).create(&dir).map_err(Error::path("making directory", &dir))?;
    Ok(dir)
}

/// Puts back what was kept. Cut off at any point, it can be done again.
fn put_back(data: &Path, note: &Note) -> Result<()> {
    if !note.moment {
        put_copy_back(data)?;
    } else if !moment::go_back(data, options())? {
        return Err(Error::Operator(format!(
            "csdlgd {} answered already, so the store does not keep what it was before. To go back, restore a backup made \
             before the upgrade into a new directory (csdlgd restore --help)",
            note.to
        )));
    }
    // It may have followed entries that are gone; it is made anew behind the running server.
    Index::discard(&data.join("index"))?;
    remove(&data.join(KEPT))?;
    if note.moment { moment::forget(data, options()) } else { Ok(()) }
}

/// Puts the copy in the store's place, and the store apart.
fn put_copy_back(data: &Path) -> Result<()> {
    let (copy, place) = (data.join(KEPT).join(store::FILE), data.join(store::FILE));
    if !copy.exists() {
        return Ok(()); // done before, and cut off after
    }
    if place.exists() {
        let aside = empty(data, FAILED)?.join(store::FILE);
        // The name stays taken: between two renames there must not be a moment without a store.
        fs::hard_link(&place, &aside).map_err(Error::path("keeping", &aside))?;
    }
    fs::rename(&copy, &place).map_err(Error::path("putting back", &place))?;
    sync_dir(data)?;
    store::closed_in_order(data);
    Ok(())
}

fn finish(config: &Config) -> Result<()> {
    remove(&config.data.join(KEPT))?;
    remove(&config.data.join(FAILED))
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::path("removing", dir)(e)),
        _ => Ok(()),
    }
}
