//! The standby: a store that takes in every sealed entry soon after it came, and that one command makes
//! the master. It is no store anybody could serve until then: it lies in `.standby` and has no derived rows.

use super::keep::{Follows, Kept};
use crate::backup::keys::Identity;
use crate::backup::model::{LOG, Manifest, ROWS};
use crate::backup::plan::{Moment, follow_on};
use crate::backup::protocol;
use crate::backup::restore::{Order, Restored, finish, settle};
use crate::backup::sealed::Sealed;
use crate::backup::security::Later;
use crate::backup::site;
use crate::backup::target::Target;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::dump::{Load, Piece};
use crate::store::log::Entry;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Where it lies in the directory that will be the data directory.
const UNFINISHED: &str = ".standby";
/// The manifest of the full backup it began with; there when that is in as a whole.
const BEGAN: &str = "began.json";

/// A standby store being fed.
pub struct Standby<'s> {
    from: PathBuf,
    work: PathBuf,
    identity: &'s Identity,
    load: Option<Load>,
}

impl<'s> Standby<'s> {
    /// Of the files in `from`, in `dir`. Nothing is read yet.
    pub fn new(from: &Path, dir: &Path, identity: &'s Identity) -> Result<Self> {
        if dir.join(crate::store::FILE).exists() {
            return Err(Error::Operator(format!(
                "{} holds a store that people may use; a standby needs a directory of its own",
                dir.display()
            )));
        }
        let work = dir.join(UNFINISHED);
        DirBuilder::new().recursive(true).mode(0o700).create(&work).map_err(Error::path("making directory", &work))?;
        Ok(Self { from: from.to_owned(), work, identity, load: None })
    }

    /// Takes in what is there and not yet in it; gives the last entry.
    pub fn catch_up(&mut self) -> Result<u64> {
        let mut load = match self.load.take() {
            Some(load) => load,
            None => self.begin()?,
        };
        let at = load.at().seq;
        let (segments, gap) = follow_on(at, &Target::look(&self.from).segments_after(at)?);
        for file in &segments {
            let sealed = Sealed::open(&file.path)?;
            let mut pieces = sealed.pieces(LOG, self.identity)?.filter(|piece| is_after(piece, at));
            load.put(&mut pieces)?;
        }
        let reached = load.at().seq;
        self.load = Some(load);
        match gap {
            Some(gap) if segments.is_empty() => Err(Error::Operator(format!(
                "the standby lacks entries {} to {}; a full backup newer than them is needed: remove {} and it begins anew \
                 with the newest",
                gap.first,
                gap.last,
                self.work.display()
            ))),
            _ => Ok(reached),
        }
    }

    /// Goes on with the store there is, or begins with the newest full backup.
    fn begin(&self) -> Result<Load> {
        if self.work.join(BEGAN).is_file() {
            return Load::resume(&self.work);
        }
        // Cut off while the full backup was taken in: begun anew.
        std::fs::remove_dir_all(&self.work).map_err(Error::path("removing", &self.work))?;
        DirBuilder::new().mode(0o700).create(&self.work).map_err(Error::path("making directory", &self.work))?;
        let (_, path) = Target::look(&self.from).fulls()?.pop().ok_or_else(|| {
            Error::Operator(format!(
                "{} keeps no full backup yet; make one on the server with 'csdlgd backup now'",
                self.from.display()
            ))
        })?;
        let full = Sealed::open(&path)?;
        let mut load = Load::create(&self.work, full.manifest.log.last)?;
        load.put(&mut full.pieces(ROWS, self.identity)?)?;
        load.put(&mut full.pieces(LOG, self.identity)?)?;
        let text = serde_json::to_string(&full.manifest).map_err(|e| Error::Internal(e.to_string()))?;
        site::replace(&self.work.join(BEGAN), text.as_bytes())?;
        Ok(load)
    }

    fn began(&self) -> Result<Manifest> {
        let path = self.work.join(BEGAN);
        let text = std::fs::read_to_string(&path).map_err(Error::path("reading", &path))?;
        serde_json::from_str(&text).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))
    }

    /// Makes it the master: everything that came is in it, old security is ended, it is verified, and its
    /// epoch is higher than that of the server it replaces.
    pub fn promote(mut self, kept: &Kept, into: &Path, clock: &Clock) -> Result<(Restored, u64)> {
        self.catch_up()?;
        let (at, at_ms) = match self.load.take() {
            Some(load) => {
                let at_ms = load.at_ms()?;
                (load.finish()?, at_ms)
            }
            None => return Err(Error::Internal("the standby is not open".into())),
        };
        let follows = kept
            .follows()?
            .ok_or_else(|| Error::Operator(format!("{} has never followed a server", kept.dir().display())))?;
        let epoch = follows.epoch.max(crate::backup::fence::FIRST) + 1;
        let order = Order {
            from: kept.dir(),
            to: Moment::Newest,
            identity: self.identity,
            into,
            signer: None,
            phrases: &[],
            alone: false,
            epoch: Some(epoch),
            clock: clock.clone(),
        };
        let restored = settle(&order, &self.began()?, &self.work, at, at_ms, &Later::default())?;
        // Whoever asks with this directory's epoch from now on stops the old master.
        kept.set_follows(&Follows { epoch, ..follows })?;
        finish(&order, &self.work, &restored)?;
        Ok((restored, epoch))
    }
}

/// What a promotion did, for the terminal.
pub fn told(order_into: &Path, restored: &Restored, epoch: u64) -> String {
    format!(
        "{}epoch     {epoch}: the server that was followed stops when it learns of it\nnext: csdlgd serve --data {}",
        protocol::of("promoted", restored),
        order_into.display()
    )
}

/// Whether an entry comes after that one; errors are passed on.
fn is_after(piece: &Result<Piece>, seq: u64) -> bool {
    match piece {
        Ok(Piece::Entry(header, _)) => Entry::from_bytes(header).map_or(true, |entry| entry.seq > seq),
        _ => true,
    }
}
