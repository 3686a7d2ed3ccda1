//! The log after a full backup: the entries of its segments, read as one.

use super::keys::Identity;
use super::model::{Kind, LOG};
use super::sealed::{Pieces, Sealed};
use super::target::SegmentFile;
use crate::error::{Error, Result};
use crate::store::dump::Piece;
use crate::store::log::Entry;

/// The entries of segments, one segment after another, without those that came already.
pub(super) struct Segments<'s> {
    identity: &'s Identity,
    full: &'s Sealed,
    left: std::slice::Iter<'s, SegmentFile>,
    open: Option<Pieces>,
    seq: u64,
}

impl<'s> Segments<'s> {
    pub(super) fn new(identity: &'s Identity, full: &'s Sealed, chosen: &'s [SegmentFile]) -> Self {
        Self { identity, full, left: chosen.iter(), open: None, seq: full.manifest.log.last }
    }

    fn open(&self, file: &SegmentFile) -> Result<Pieces> {
        let sealed = Sealed::open(&file.path)?;
        let (m, path) = (&sealed.manifest, file.path.display());
        if m.signer != self.full.manifest.signer {
            return Err(Error::Operator(format!(
                "{path} was made by another server ({}) than the full backup ({}); it does not belong here",
                m.server, self.full.manifest.server
            )));
        }
        if m.kind != Kind::Segment || (m.log.first, m.log.last) != (file.first, file.last) {
            return Err(Error::Operator(format!(
                "{path} holds entries {} to {}, which is not what its name says: it was renamed or exchanged",
                m.log.first, m.log.last
            )));
        }
        sealed.check()?;
        sealed.pieces(LOG, self.identity)
    }
}

impl Iterator for Segments<'_> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Result<Piece>> {
        loop {
            let Some(pieces) = &mut self.open else {
                let next = self.left.next()?;
                match self.open(next) {
                    Ok(pieces) => self.open = Some(pieces),
                    Err(e) => return Some(Err(e)),
                }
                continue;
            };
            match pieces.next() {
                None => self.open = None,
                Some(Ok(piece)) => match entry_of(&piece) {
                    Ok(entry) if entry.seq <= self.seq => {}
                    Ok(entry) => {
                        self.seq = entry.seq;
                        return Some(Ok(piece));
                    }
                    Err(e) => return Some(Err(e)),
                },
                Some(e) => return Some(e),
            }
        }
    }
}

pub(super) fn entry_of(piece: &Piece) -> Result<Entry> {
    match piece {
        Piece::Entry(header, _) => Entry::from_bytes(header),
        _ => Err(Error::damaged("a row where a log entry is expected")),
    }
}
