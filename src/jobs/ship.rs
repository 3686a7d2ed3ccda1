//! Ships the log to every target, within a second of each save. A target that fails is tried again and
//! catches up; a gap is an alarm that stays until somebody acts.

use crate::app::App;
use crate::backup::keys::Recipients;
use crate::backup::segment::{self, Position, Shipped};
use crate::backup::site::{DIR, Site};
use crate::backup::target::Target;
use crate::error::Result;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Saves gathered into one segment.
const GATHER: Duration = Duration::from_secs(1);
/// A target that failed, or has no full backup yet, is tried again after so long.
const AGAIN: Duration = Duration::from_secs(5);

/// Without a save, the targets are looked at so often: one of them may say that another server took over.
const LOOK: Duration = Duration::from_secs(10);

/// One target and how far it is.
struct Lane {
    dir: PathBuf,
    /// In the data directory: it is made when it is not there.
    own: bool,
    at: Option<Position>,
    /// The trouble last told, so that it is told once and not each second.
    told: String,
}

/// Ships until told to stop, and once more then. Blocks: on a thread of its own.
pub fn run(app: &App, mut stop: watch::Receiver<bool>, runtime: &Handle) -> Result<()> {
    let recipients = Recipients::parse(&app.config.backup.recipients)?;
    let site = Site::of(app)?;
    let dirs = std::iter::once(app.config.data.join(DIR)).chain(app.config.backup.targets.iter().cloned());
    let mut lanes: Vec<Lane> =
        dirs.map(|dir| Lane { own: dir == site.dir(), dir, at: None, told: String::new() }).collect();
    let mut head = app.db.follow();
    loop {
        // Asked before: what is saved while this round ships must not be left behind by the last one.
        let last = *stop.borrow();
        head.borrow_and_update();
        let behind = lanes.iter_mut().map(|lane| !lane.ship(&site, &recipients)).fold(false, |a, b| a | b);
        if last || app.db.is_stopped() {
            return Ok(());
        }
        runtime.block_on(async {
            let again = if behind { AGAIN } else { LOOK };
            tokio::select! {
                _ = head.changed() => {}
                () = tokio::time::sleep(again) => {}
                _ = stop.changed() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(GATHER) => {}
                _ = stop.changed() => {}
            }
        });
    }
}

impl Lane {
    /// Ships; says whether the target is up to date.
    fn ship(&mut self, site: &Site, recipients: &Recipients) -> bool {
        let ready = if self.own { Target::set_up(&self.dir, site).map(|_| ()) } else { Ok(()) };
        let target = Target::look(&self.dir);
        let outcome = ready.and_then(|()| segment::ship(site, recipients, &target, &mut self.at));
        let said = match &outcome {
            Err(e) => e.to_string(),
            Ok(_) => String::new(),
        };
        if said != self.told {
            if said.is_empty() {
                tracing::info!(target = %self.dir.display(), "segments are shipped again");
            } else {
                tracing::error!("ALARM: no segments: {said}");
            }
            self.told = said;
        }
        matches!(outcome, Ok(Shipped::UpTo(..)))
    }
}
