//! Reading a backup through with a key: every entry, body and row, without writing anything.

use super::chained::entry_of;
use super::keys::Identity;
use super::model::{Kind, LOG, ROWS};
use super::piece::{Sums, put};
use super::sealed::Sealed;
use super::signer;
use crate::chance::hex;
use crate::error::{Error, Result};
use crate::store::dump::Piece;

/// Decrypts and reads all of a backup, and checks the chain, each body and each row, without writing
/// anything. Gives the number of entries.
pub fn read_through(sealed: &Sealed, identity: &Identity) -> Result<u64> {
    let m = &sealed.manifest;
    let wrong = |what: String| Error::Operator(format!("{}: {what}", sealed.path.display()));
    if m.kind == Kind::Full {
        let (mut sums, mut bytes) = (Sums::default(), Vec::new());
        for piece in sealed.pieces(ROWS, identity)? {
            let piece = piece?;
            if let Piece::Row(key, _) | Piece::Removed(key, _) = &piece {
                bytes.clear();
                put(&mut bytes, &piece);
                sums.add(matches!(piece, Piece::Removed(..)), key, &bytes);
            }
        }
        if sums.tables() != m.tables {
            return Err(wrong("the tables do not hold what the manifest counts".into()));
        }
    }
    let mut at = (m.log.first - 1, signer::unhex::<32>(&m.log.before).unwrap_or_default());
    for piece in sealed.pieces(LOG, identity)? {
        let piece = piece?;
        let entry = entry_of(&piece)?;
        if entry.seq != at.0 + 1 || entry.hash != entry.expected_hash(&at.1) {
            return Err(wrong(format!("the chain is broken at log entry {}", entry.seq)));
        }
        if let Piece::Entry(_, Some(body)) = &piece {
            crate::store::log::Body::open(body, &entry.body_hash)
                .map_err(|e| e.at(|| format!("log body {}", entry.seq)))?;
        }
        at = (entry.seq, entry.hash);
    }
    if at.0 != m.log.last || hex(&at.1) != m.log.head {
        return Err(wrong("the log does not end where the manifest says".into()));
    }
    Ok(m.log.last + 1 - m.log.first)
}
