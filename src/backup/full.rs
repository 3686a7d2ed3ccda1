//! Making a full backup: rows out of one snapshot, then the log up to that snapshot, sealed as it is
//! read; written under a temporary name, read back, and only then named.

use super::keys::Recipients;
use super::model::{FORMAT, Kind, LOG, LogRange, Manifest, ROWS};
use super::piece::{Sums, put_entry, put_row};
use super::sealed::{PartWriter, Sealed, Sealer};
use super::site::Site;
use super::target::{Target, trouble};
use crate::chance::hex;
use crate::error::{Error, Result};
use crate::store::{GENESIS, Read as _, free_bytes};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Left free on a target, and on the disk of the data, where saves need room.
const RESERVE_BYTES: u64 = 64 << 20;
const RESERVE_BESIDE_DATA_BYTES: u64 = 512 << 20;

/// A full backup that was made.
#[derive(Debug)]
pub struct Made {
    /// Its first copy.
    pub sealed: Sealed,
    /// All its copies.
    pub copies: Vec<PathBuf>,
    /// Targets that did not get one, and why.
    pub failed: Vec<(PathBuf, Error)>,
}

/// Makes a full backup on the first target that takes it and copies it to the others. `also` can open it
/// too and is not named in the manifest: a key that lives only as long as the backup is tried out.
pub fn make(site: &Site, recipients: &Recipients, also: Option<&Recipients>, targets: &[Target]) -> Result<Made> {
    let _lock = site.lock()?;
    let mut failed = Vec::new();
    let mut made: Option<Sealed> = None;
    let mut copies = Vec::new();
    for target in targets {
        let outcome = target.sweep().and_then(|()| match &made {
            None => first(site, recipients, also, target, targets).map(|sealed| {
                let place = sealed.path.clone();
                made = Some(sealed);
                place
            }),
            Some(sealed) => room(site, target, sealed.manifest.parts.iter().map(|p| p.bytes).sum())
                .and_then(|()| target.copy_in(sealed)),
        });
        match outcome {
            Ok(place) => copies.push(place),
            Err(e) => failed.push((target.dir().to_owned(), e)),
        }
    }
    match made {
        Some(sealed) => Ok(Made { sealed, copies, failed }),
        None => Err(failed.pop().map_or_else(|| Error::Operator("no target is set up".into()), |(_, e)| e)),
    }
}

fn first(
    site: &Site,
    recipients: &Recipients,
    also: Option<&Recipients>,
    target: &Target,
    all: &[Target],
) -> Result<Sealed> {
    room(site, target, expected_bytes(site, target)?)?;
    let seen = all.iter().filter_map(|t| t.fulls().ok()).flatten().map(|(number, _)| number).max().unwrap_or(0);
    let number = site.next_number(seen)?;
    let draft = draft(site, recipients, number);
    let place = target.place_of(&draft);
    let (file, unfinished) = target.begin(&place)?;
    let written = write(site, recipients, also, draft, &file).map_err(|e| match e {
        Error::Io { source, .. } => trouble(target.dir(), source),
        other => other,
    });
    // Proven by reading back before it gets its name.
    let proven = written.and_then(|_| {
        file.sync_all().map_err(|e| trouble(target.dir(), e))?;
        let sealed = Sealed::open(&unfinished)?;
        sealed.check()?;
        Ok(sealed)
    });
    match proven {
        Ok(sealed) => {
            target.end(&file, &unfinished, &place)?;
            Ok(sealed.moved_to(place))
        }
        Err(e) => {
            let _ = std::fs::remove_file(&unfinished); // the trouble itself is reported
            Err(e)
        }
    }
}

fn draft(site: &Site, recipients: &Recipients, number: u64) -> Manifest {
    Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        kind: Kind::Full,
        number,
        server: site.signer.server(),
        signer: site.signer.public(),
        province: site.province.clone(),
        made_ms: site.now().0,
        log: LogRange { first: 1, last: 0, before: hex(&GENESIS), head: hex(&GENESIS), first_ms: 0, last_ms: 0 },
        tables: Vec::new(),
        recipients: recipients.texts(),
        parts: Vec::new(),
    }
}

fn write(
    site: &Site,
    recipients: &Recipients,
    also: Option<&Recipients>,
    mut manifest: Manifest,
    file: &File,
) -> Result<Manifest> {
    let out = BufWriter::with_capacity(1 << 20, Stepped { file, unsynced: 0 });
    let mut sealer = Sealer::new(out, recipients.iter().chain(also.into_iter().flat_map(Recipients::iter)));
    let mut sums = Sums::default();
    sealer.part(ROWS, |part| {
        let head = rows(site, part, &mut sums)?;
        if let Some(head) = head {
            manifest.log.last = head.seq;
            manifest.log.head = hex(&head.hash);
            manifest.log.last_ms = head.time.0;
        }
        Ok(())
    })?;
    manifest.tables = sums.tables();
    manifest.log.first_ms = site.db.read(|tx| tx.entry(1))?.map_or(0, |e| e.time.0);
    sealer.part(LOG, |part| log(site, part, 1, manifest.log.last).map(|_| ()))?;
    let (mut out, manifest) = sealer.finish(manifest, &site.signer)?;
    out.flush().map_err(Error::io("writing the backup"))?;
    Ok(manifest)
}

/// A save waits for all that the disk was given before it: so much of a backup at most.
const STEP_BYTES: usize = 4 << 20;

/// A file brought to the disk in small steps.
struct Stepped<'f> {
    file: &'f File,
    unsynced: usize,
}

impl Write for Stepped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written;
        if self.unsynced >= STEP_BYTES {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Stepped<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Writes all rows; gives the entry they are of.
fn rows(site: &Site, part: &mut PartWriter, sums: &mut Sums) -> Result<Option<crate::store::Entry>> {
    let both = RefCell::new((part, sums));
    let put = |removed: bool, key: &[u8], kept: &[u8]| {
        let (part, sums) = &mut *both.borrow_mut();
        let bytes = part.piece(|out| put_row(out, removed, key, kept))?;
        sums.add(removed, key, bytes);
        Ok(())
    };
    site.db.dump_rows(&mut |key, kept| put(false, key, kept), &mut |key, kept| put(true, key, kept))
}

/// Writes the entries `from..=to`; gives the chain's head and the first and last time.
fn log(site: &Site, part: &mut PartWriter, from: u64, to: u64) -> Result<Option<(crate::store::Hash, i64, i64)>> {
    let mut span: Option<(crate::store::Hash, i64, i64)> = None;
    site.db.dump_log(from, to, &mut |entry, header, body| {
        part.piece(|out| put_entry(out, header, body))?;
        span = Some((entry.hash, span.map_or(entry.time.0, |s| s.1), entry.time.0));
        Ok(())
    })?;
    Ok(span)
}

/// What the next full backup is likely to need: the last one and a quarter, or half the store.
fn expected_bytes(site: &Site, target: &Target) -> Result<u64> {
    let last = target.fulls()?.pop().and_then(|(_, path)| std::fs::metadata(path).ok()).map(|m| m.len());
    let store = std::fs::metadata(site.data.join(crate::store::FILE)).map_or(0, |m| m.len());
    Ok(last.map_or(store / 2, |bytes| bytes + bytes / 4))
}

fn room(site: &Site, target: &Target, bytes: u64) -> Result<()> {
    let reserve = if target.dir() == site.dir() { RESERVE_BESIDE_DATA_BYTES } else { RESERVE_BYTES };
    let free = free_bytes(target.dir())?;
    if free >= bytes + reserve {
        return Ok(());
    }
    Err(Error::Operator(format!(
        "the target {} has too little space: {} MiB free, about {} MiB are needed. Nothing was written. Make room \
         ('csdlgd backup prune'), or set up a larger target",
        target.dir().display(),
        free >> 20,
        (bytes + reserve) >> 20
    )))
}
