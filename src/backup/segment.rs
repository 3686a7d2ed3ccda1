//! Shipping the log: entries no target has yet leave as segments, each beginning where the one before it
//! ended. Never past a gap: if what a target holds does not lead to this store, that is an alarm and not a
//! new beginning.

use super::keys::Recipients;
use super::model::{FORMAT, Kind, LOG, LogRange, Manifest, moment};
use super::piece::put_entry;
use super::sealed::{Sealed, Sealer};
use super::site::Site;
use super::target::{Tail, Target, trouble};
use crate::chance::hex;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::store::{Hash, Read as _};
use std::io::{Cursor, Write};

/// A segment is closed when it holds so much.
const SEGMENT_BYTES: usize = 1 << 20;

/// How far a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The last entry it holds without a gap.
    pub seq: u64,
    /// The chain's hash there.
    pub head: Hash,
}

/// What shipping to one target did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// No full backup is there yet: segments have nothing to follow.
    NoFull,
    /// It is up to this entry now, after so many new segments.
    UpTo(u64, usize),
}

/// Entries of one segment, gathered.
struct Batch {
    before: Position,
    last: Position,
    pieces: Vec<Vec<u8>>,
    bytes: usize,
    first_ms: i64,
    last_ms: i64,
}

/// Brings one target up to the newest entry. `known` is kept between calls, so that the target's files
/// are looked at once; whoever gets an error clears it.
pub fn ship(site: &Site, recipients: &Recipients, target: &Target, known: &mut Option<Position>) -> Result<Shipped> {
    Target::open(target.dir(), site)?;
    // Somebody else wrote here since: look again how far it is, and whether it still leads to this store.
    let untouched = |at: &Position| target.tail().is_none_or(|tail| tail.head == hex(&at.head));
    let at = match known.filter(untouched) {
        Some(at) => at,
        None => match position(target)? {
            Some(at) => checked(site, target, at)?,
            None => return Ok(Shipped::NoFull),
        },
    };
    *known = None;
    let head = site.db.head_seq();
    let (mut made, mut batch) = (0, Batch::after(at));
    site.db.dump_log(at.seq + 1, head, &mut |entry, header, body| {
        let mut piece = Vec::with_capacity(header.len() + body.map_or(0, <[u8]>::len) + 16);
        put_entry(&mut piece, header, body);
        batch.take(piece, Position { seq: entry.seq, head: entry.hash }, entry.time);
        if batch.bytes >= SEGMENT_BYTES {
            let full = std::mem::replace(&mut batch, Batch::after(Position { seq: entry.seq, head: entry.hash }));
            write(site, recipients, target, full)?;
            made += 1;
        }
        Ok(())
    })?;
    let last = batch.last;
    if !batch.pieces.is_empty() {
        write(site, recipients, target, batch)?;
        made += 1;
    }
    if made > 0 || known.is_none() {
        target.set_tail(&Tail { head: hex(&last.head) })?;
    }
    *known = Some(last);
    Ok(Shipped::UpTo(last.seq, made))
}

/// How far a target is, by its newest segment or, without one, its newest full backup.
pub fn position(target: &Target) -> Result<Option<Position>> {
    let newest = match target.newest_segment()? {
        Some(segment) => Some(segment.path),
        None => target.fulls()?.pop().map(|(_, path)| path),
    };
    let Some(path) = newest else { return Ok(None) };
    let log = Sealed::open(&path)?.manifest.log;
    let head = super::signer::unhex(&log.head)
        .ok_or_else(|| Error::Operator(format!("{} names no chain head", path.display())))?;
    Ok(Some(Position { seq: log.last, head }))
}

/// Refuses a target whose entries are not those of this store.
fn checked(site: &Site, target: &Target, at: Position) -> Result<Position> {
    let shown = target.dir().display();
    let ours = site.db.read(|tx| if at.seq == 0 { Ok(None) } else { tx.entry(at.seq) })?;
    match ours {
        _ if at.seq == 0 => Ok(at),
        Some(entry) if entry.hash == at.head => Ok(at),
        Some(entry) => Err(Error::Operator(format!(
            "the target {shown} holds another entry {} than this store (here it is of {}): the two have parted ways. Nothing \
             is shipped there. Keep that target as it is, and set up a new directory",
            at.seq,
            moment(entry.time)
        ))),
        None => Err(Error::Operator(format!(
            "the target {shown} is ahead of this store: it holds entries up to {}, the store ends at {}. Was an older store \
             put back? Restore the target's newest backup instead: 'csdlgd restore {shown} --identity KEY --data NEW'",
            at.seq,
            site.db.head_seq()
        ))),
    }
}

impl Batch {
    fn after(before: Position) -> Self {
        Self { before, last: before, pieces: Vec::new(), bytes: 0, first_ms: 0, last_ms: 0 }
    }

    fn take(&mut self, piece: Vec<u8>, at: Position, time: Millis) {
        if self.pieces.is_empty() {
            self.first_ms = time.0;
        }
        self.last_ms = time.0;
        self.last = at;
        self.bytes += piece.len();
        self.pieces.push(piece);
    }
}

fn write(site: &Site, recipients: &Recipients, target: &Target, batch: Batch) -> Result<()> {
    let draft = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        kind: Kind::Segment,
        number: batch.last.seq,
        server: site.signer.server(),
        signer: site.signer.public(),
        province: site.province.clone(),
        made_ms: site.now().0,
        log: LogRange {
            first: batch.before.seq + 1,
            last: batch.last.seq,
            before: hex(&batch.before.head),
            head: hex(&batch.last.head),
            first_ms: batch.first_ms,
            last_ms: batch.last_ms,
        },
        tables: Vec::new(),
        recipients: recipients.texts(),
        parts: Vec::new(),
    };
    let mut sealer = Sealer::new(Cursor::new(Vec::with_capacity(batch.bytes / 2 + 4096)), recipients.iter());
    sealer.part(LOG, |part| {
        for piece in &batch.pieces {
            part.piece(|out| out.extend_from_slice(piece))?;
        }
        Ok(())
    })?;
    let (sealed, manifest) = sealer.finish(draft, &site.signer)?;
    let place = target.place_of(&manifest);
    let (mut file, unfinished) = target.begin(&place)?;
    if let Err(e) = file.write_all(sealed.get_ref()) {
        let _ = std::fs::remove_file(&unfinished); // the trouble itself is reported
        return Err(trouble(target.dir(), e));
    }
    target.end(&file, &unfinished, &place)
}
