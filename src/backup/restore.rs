//! Restoring: a full backup and the segments after it, up to a moment, into a new directory. Everything
//! is built and verified under `.restoring` inside that directory; giving the store its name is the last
//! step, so that a directory is a whole store or none. Works in a mount point, which can't be renamed.

use super::ahead::ahead;
use super::chained::{Segments, entry_of};
use super::keys::Identity;
use super::lost::Restored as Remembered;
use super::model::{Kind, LOG, Manifest, ROWS, moment};
use super::piece::{Sums, put};
use super::plan::{Gap, Moment, follow_on};
use super::protocol;
use super::sealed::{NOT_SIGNED, Sealed, Trust};
use super::security::{Later, Secured, secure};
use super::site::{self};
use super::target::{SegmentFile, Target};
use super::{model, signer};
use crate::app::{App, Mode};
use crate::chance::{Chance, hex};
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::records::{check, follow};
use crate::store::dump::{Load, Loaded, Piece};
use crate::store::{free_bytes, panic_text, verify};
use crate::wiring::hooks;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Where a restore is built.
const UNFINISHED: &str = ".restoring";
const INDEX: &str = "index";
const PROTOCOL: &str = "restored-";
/// What a disk brings with it.
const NOT_OURS: [&str; 1] = ["lost+found"];
/// A restored store with its derived rows is larger than what was unpacked; measured 1.6 to 2.1.
const GROWS_TENTHS: u64 = 22;
const RESERVE_BYTES: u64 = 64 << 20;

/// The phrase that lets an older backup be restored though a newer one lies beside it.
pub const OLDER_PHRASE: &str = "restore the older backup";
/// The phrase that lets a backup be restored though its signature is not good.
pub const UNSIGNED_PHRASE: &str = "restore without a signature";
/// The phrase that lets a backup be restored that another server signed than the sheet says.
pub const STRANGER_PHRASE: &str = "restore the backup of another server";

/// What is to be restored.
pub struct Order<'o> {
    /// A full backup, or a directory that keeps some.
    pub from: &'o Path,
    /// How far.
    pub to: Moment,
    /// What opens it.
    pub identity: &'o Identity,
    /// The directory to make.
    pub into: &'o Path,
    /// The key the backup must be signed with, as on the recovery sheet: hexadecimal or its four words.
    pub signer: Option<&'o str>,
    /// The phrases typed by who knows what they do: each lets one refusal pass.
    pub phrases: &'o [String],
    /// Leave the segments beside it alone: they may be closed to others than this backup.
    pub alone: bool,
    /// The epoch the new store begins: of a standby that becomes the master.
    pub epoch: Option<u64>,
    /// Now.
    pub clock: Clock,
}

/// What came of it.
pub struct Restored {
    /// The full backup it began with.
    pub full: Manifest,
    /// Whether its signature is good.
    pub signed: bool,
    /// Whether it is the signature whoever restored said it must be.
    pub compared: bool,
    /// Segments added.
    pub segments: usize,
    /// The newest entry that was taken from the files, and the chain's head there.
    pub at: Loaded,
    /// When that entry was made.
    pub at_ms: i64,
    /// What was said after the moment.
    pub lost: Vec<String>,
    /// What was done so that no old security comes back.
    pub secured: Secured,
    /// What the check of the whole new store counted.
    pub report: verify::Report,
    /// Records of each kind.
    pub counts: Vec<(String, u64)>,
}

impl Order<'_> {
    fn says(&self, phrase: &str) -> bool {
        self.phrases.iter().any(|said| said.trim() == phrase)
    }

    /// Whether that is the key the person named.
    fn names(&self, public: &str) -> bool {
        let said = self.signer.map(|said| said.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
        said.is_some_and(|said| said == public || said == signer::words(public))
    }

    fn open(&self, path: &Path) -> Result<Sealed> {
        let trust = if self.says(UNSIGNED_PHRASE) { Trust::Anything } else { Trust::Signed };
        Sealed::open_with(path, trust).map_err(|e| match e {
            Error::Operator(text) if text.contains(NOT_SIGNED) => Error::Operator(format!(
                "{text}. If there is no other copy and you mean this one, add --phrase \"{UNSIGNED_PHRASE}\""
            )),
            e => e,
        })
    }
}

/// The public key that signed what would be restored, if nobody said whose it must be.
pub fn not_compared(order: &Order<'_>) -> Result<Option<String>> {
    if order.signer.is_some() {
        return Ok(None);
    }
    let full = choose(order)?;
    Ok(full.signed.then_some(full.manifest.signer))
}

/// Restores. Existing data is never touched; cut off anywhere, it may be run again.
pub fn run(order: &Order<'_>) -> Result<Restored> {
    let full = choose(order)?;
    trust(order, &full)?;
    let beside = full.path.parent().unwrap_or(Path::new(".")).to_owned();
    let segments = if order.alone { Vec::new() } else { Target::look(&beside).segments()? };
    let (chosen, gap) = follow_on(full.manifest.log.last, &segments);
    within(order, &full.manifest, &chosen, gap)?;
    full.check()?;
    let work = prepare(order.into, full.manifest.plain_bytes())?;
    let built = build(order, &full, &chosen, gap, &work);
    let restored = built.and_then(|(at, at_ms, later)| settle(order, &full.manifest, &work, at, at_ms, &later));
    match restored {
        Ok(mut restored) => {
            restored.segments = chosen.len();
            restored.signed = full.signed;
            finish(order, &work, &restored)?;
            Ok(restored)
        }
        Err(e) => {
            let _ = std::fs::remove_dir_all(&work); // the trouble itself is reported
            Err(e)
        }
    }
}

/// The full backup to begin with: the file given, or the best of a directory.
fn choose(order: &Order<'_>) -> Result<Sealed> {
    if !order.from.is_dir() {
        let sealed = order.open(order.from)?;
        if sealed.manifest.kind == Kind::Segment {
            return Err(Error::Operator(format!(
                "{} is a segment: a piece of the log. Give a full backup (csdlgd-full-….tar); the segments beside it are \
                 found by themselves",
                order.from.display()
            )));
        }
        return not_older(order, sealed);
    }
    let mut fulls = Target::look(order.from).fulls()?;
    fulls.reverse();
    let mut oldest = None;
    for (_, path) in fulls {
        let sealed = order.open(&path).map_err(|e| match e {
            Error::Operator(text) => {
                Error::Operator(format!("{text}. An older one may be good: name its file instead of the directory"))
            }
            e => e,
        })?;
        let log = &sealed.manifest.log;
        if order.to.has(log.last, Millis(log.last_ms)) {
            return Ok(sealed);
        }
        oldest = Some(sealed);
    }
    oldest.ok_or_else(|| Error::Operator(format!("{} holds no full backup (csdlgd-full-….tar)", order.from.display())))
}

/// Refuses the file if a newer one lies beside it and nobody said that the older is meant.
fn not_older(order: &Order<'_>, sealed: Sealed) -> Result<Sealed> {
    if order.to != Moment::Newest || order.says(OLDER_PHRASE) {
        return Ok(sealed);
    }
    let beside = Target::look(sealed.path.parent().unwrap_or(Path::new(".")));
    let segments = beside.segments()?;
    let (chosen, _) = follow_on(sealed.manifest.log.last, &segments);
    let reach = chosen.last().map_or(sealed.manifest.log.last, |s| s.last);
    for (number, path) in beside.fulls()?.into_iter().rev() {
        if number <= sealed.manifest.number {
            break;
        }
        let newer = Sealed::open(&path).map_err(|e| {
            Error::Operator(format!(
                "a newer backup lies beside this one and can't be read: {e}. Take that file from another target; or, if you \
                 mean the older one, add --phrase \"{OLDER_PHRASE}\""
            ))
        })?;
        if newer.manifest.server == sealed.manifest.server && newer.manifest.log.last > reach {
            return Err(Error::Operator(format!(
                "a newer backup lies beside this one: {} (number {number}, up to {}). Restore that one; or say how far with \
                 --to; or, if you mean the older one, add --phrase \"{OLDER_PHRASE}\"",
                path.display(),
                moment(Millis(newer.manifest.log.last_ms))
            )));
        }
    }
    Ok(sealed)
}

fn trust(order: &Order<'_>, full: &Sealed) -> Result<()> {
    let public = &full.manifest.signer;
    if order.signer.is_none() || order.names(public) || order.says(STRANGER_PHRASE) {
        return Ok(());
    }
    Err(Error::Operator(format!(
        "this backup is signed with another key ({}) than --signer says. Compare the four words letter by letter: if you \
         only mistyped one, type it again. If they are others, it is not from the server whose recovery sheet you hold: look \
         for the right backup, or the newer sheet. Only if you know that server and mean its backup: --phrase \
         \"{STRANGER_PHRASE}\"",
        signer::words(public)
    )))
}

/// Whether the moment lies in what the files hold.
fn within(order: &Order<'_>, full: &Manifest, chosen: &[SegmentFile], gap: Option<Gap>) -> Result<()> {
    let reach = chosen.last().map_or(full.log.last, |s| s.last);
    let range = || {
        format!(
            "these files hold entries 1 to {reach}; the first is of {}, the full backup was made {}",
            moment(Millis(full.log.first_ms)),
            moment(full.made())
        )
    };
    let refuse = |what: String| Err(Error::Operator(format!("{what}: {}", range())));
    match order.to {
        Moment::Seq(0) => refuse("there is no entry 0".into()),
        Moment::Seq(seq) if seq > reach && gap.is_none() => refuse(format!("entry {seq} is not in these files")),
        Moment::Time(at) if at.0 < full.log.first_ms => refuse(format!(
            "{} lies before everything; name a later time, or leave --to out for the newest",
            moment(at)
        )),
        Moment::Time(at) if at > order.clock.now() => refuse(format!("{} has not come yet", moment(at))),
        _ => Ok(()),
    }
}

/// Makes the directory to build in. What an attempt that was cut off left is removed first.
fn prepare(into: &Path, plain_bytes: u64) -> Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(into).map_err(Error::path("making directory", into))?;
    let work = into.join(UNFINISHED);
    let resumed = work.is_dir() && !into.join(crate::store::FILE).exists();
    for entry in std::fs::read_dir(into).map_err(Error::path("looking into", into))? {
        let name = entry.map_err(Error::path("looking into", into))?.file_name();
        let ours = name == UNFINISHED || name == INDEX || name.to_string_lossy().starts_with(PROTOCOL);
        let left = resumed && ours;
        if !left && !NOT_OURS.iter().any(|known| name == *known) {
            return Err(Error::Operator(format!(
                "{} is in use: it holds {}. A restore never writes over anything: name a directory that is empty or not \
                 there yet",
                into.display(),
                name.to_string_lossy()
            )));
        }
    }
    for left in [&work, &into.join(INDEX)] {
        if left.exists() {
            std::fs::remove_dir_all(left).map_err(Error::path("removing", left))?;
        }
    }
    let (free, need) = (free_bytes(into)?, plain_bytes / 10 * GROWS_TENTHS + RESERVE_BYTES);
    if free < need {
        return Err(Error::Operator(format!(
            "{} has too little space: {} MiB free, about {} MiB are needed. Nothing was written; choose a larger disk with \
             --data",
            into.display(),
            free >> 20,
            need >> 20
        )));
    }
    DirBuilder::new().mode(0o700).create(&work).map_err(Error::path("making directory", &work))?;
    Ok(work)
}

/// Builds the store up to the moment; gives where it stands and what comes after.
fn build(
    order: &Order<'_>,
    full: &Sealed,
    chosen: &[SegmentFile],
    gap: Option<Gap>,
    work: &Path,
) -> Result<(Loaded, i64, Later)> {
    let log = &full.manifest.log;
    // Rows can only be taken as they are if the moment is not before them; else the log makes them.
    let rows_at = if order.to.has(log.last, Millis(log.last_ms)) { log.last } else { 0 };
    let mut load = Load::create(work, rows_at)?;
    if rows_at > 0 {
        let mut sums = Sums::default();
        let summed = &mut sums;
        let read = move || {
            let mut bytes = Vec::new();
            Ok(full.pieces(ROWS, order.identity)?.inspect(move |piece| {
                if let Ok(piece @ (Piece::Row(key, _) | Piece::Removed(key, _))) = piece {
                    bytes.clear();
                    put(&mut bytes, piece);
                    summed.add(matches!(piece, Piece::Removed(..)), key, &bytes);
                }
            }))
        };
        ahead(read, |pieces| load.put(pieces))?;
        if sums.tables() != full.manifest.tables {
            return Err(Error::Operator(format!(
                "{}: the tables do not hold what the manifest counts. Take the same file from another target",
                full.path.display()
            )));
        }
    }
    let read = || Ok(full.pieces(LOG, order.identity)?.chain(Segments::new(order.identity, full, chosen)));
    let (at_ms, later) = ahead(read, |entries| take_log(order, full, chosen, gap, &mut load, entries))?;
    Ok((load.finish()?, at_ms, later))
}

/// Takes the log in up to the moment; gives the newest entry's time and what comes after.
fn take_log(
    order: &Order<'_>,
    full: &Sealed,
    chosen: &[SegmentFile],
    gap: Option<Gap>,
    load: &mut Load,
    entries: &mut dyn Iterator<Item = Result<Piece>>,
) -> Result<(i64, Later)> {
    let log = &full.manifest.log;
    let mut beyond = None;
    let mut at_ms = 0;
    load.put(&mut std::iter::from_fn(|| match entries.next()? {
        Err(e) => Some(Err(e)),
        Ok(piece) => match entry_of(&piece) {
            Err(e) => Some(Err(e)),
            Ok(entry) if order.to.has(entry.seq, entry.time) => {
                at_ms = entry.time.0;
                Some(Ok(piece))
            }
            Ok(_) => {
                beyond = Some(piece);
                None
            }
        },
    }))?;
    let reached = load.at();
    if beyond.is_none()
        && let Some(gap) = gap
        && order.to != Moment::Seq(reached.seq)
    {
        return Err(missing_link(gap, reached));
    }
    if reached.seq >= log.last && beyond.is_none() && chosen.is_empty() && hex(&reached.head) != log.head {
        return Err(Error::Operator(format!("{}: the log does not end where the manifest says", full.path.display())));
    }
    let mut later = Later::default();
    for piece in beyond.into_iter().map(Ok).chain(entries) {
        later.take(&piece?)?;
    }
    Ok((at_ms, later))
}

fn missing_link(gap: Gap, reached: Loaded) -> Error {
    Error::Operator(format!(
        "a link is missing: no segment holds entries {} to {}, though there are some up to {}. Look for the missing file on \
         another target; or restore up to the gap with --to {}. Nothing was restored",
        gap.first, gap.last, gap.then, reached.seq
    ))
}

/// Opens the new store, ends old security, checks every byte, makes the index.
pub(crate) fn settle(
    order: &Order<'_>,
    full: &Manifest,
    work: &Path,
    at: Loaded,
    at_ms: i64,
    later: &Later,
) -> Result<Restored> {
    let config = Config { data: work.to_owned(), ..Config::default() };
    let app = App::open(config, Mode::Serve, order.clock.clone(), Chance::system(), &hooks())?;
    let note = serde_json::json!({
        "backup": full.number, "server": full.server, "to": at.seq, "head": hex(&at.head),
    });
    let remembered = Remembered {
        backup: full.number,
        seq: at.seq,
        saved_ms: at_ms,
        done_ms: order.clock.now().0,
        beyond: later.span(),
        seen: None,
    };
    let secured = secure(&app, later, remembered, order.epoch, note.to_string())?;
    // Both only read the store: the index is made while the check goes on.
    let (checked, indexed) = std::thread::scope(|scope| {
        let index = scope.spawn(|| follow::round(&app, &|| false).and_then(|()| app.index()?.settle()));
        let checked = verify::verify(&app.db, &mut |_, _| {}).and_then(|mut report| {
            let whole = check::whole(&app, &mut |problem| report.add(problem))?;
            Ok((report, whole.counts))
        });
        (checked, index.join())
    });
    let (report, counts) = checked?;
    if report.problem_count > 0 {
        return Err(Error::Operator(format!(
            "what was restored is not as it was written, {} places, the first: {}. Nothing was kept; take another copy of \
             the backup",
            report.problem_count, report.problems[0]
        )));
    }
    indexed.map_err(|panic| Error::Internal(format!("indexing: {}", panic_text(&*panic))))??;
    let lost = later.lines(&app);
    app.db.clone().close();
    let (full, compared) = (full.clone(), order.names(&full.signer));
    Ok(Restored { full, signed: true, compared, segments: 0, at, at_ms, lost, secured, report, counts })
}

/// Gives everything its place; the store last.
pub(crate) fn finish(order: &Order<'_>, work: &Path, restored: &Restored) -> Result<()> {
    let into = order.into;
    let place = into.join(format!("{PROTOCOL}{}.txt", model::stamp(order.clock.now())));
    site::replace(&place, protocol::text(order, restored).as_bytes())?;
    site::rename(&work.join(INDEX), &into.join(INDEX))?;
    site::rename(&work.join(crate::store::FILE), &into.join(crate::store::FILE))?;
    std::fs::remove_dir_all(work).map_err(Error::path("removing", work))?;
    site::sync_dir(into)
}
