//! Backups: the round on the command line, any moment back, and everything that can be wrong with a file,
//! a key, a target or a directory.

mod clockwork;
mod damage;
mod faults;
mod follow;
mod moments;
mod page;
mod round;
mod syscalls;

use csdlgd::backup::full::{Made, make};
use csdlgd::backup::keys::{Identity, Recipients};
use csdlgd::backup::plan::Moment;
use csdlgd::backup::restore::{self, Order, Restored};
use csdlgd::backup::segment::{self, Shipped};
use csdlgd::backup::site::Site;
use csdlgd::backup::target::Target;
use csdlgd::clock::Clock;
use csdlgd::error::{Error, Result};
use std::path::{Path, PathBuf};

/// An installation with two keys and a second disk.
pub(crate) struct Kept {
    pub(crate) site: Site,
    pub(crate) keys: [Identity; 2],
    pub(crate) recipients: Recipients,
    pub(crate) target: Target,
    pub(crate) clock: Clock,
}

impl Kept {
    pub(crate) fn of(app: &csdlgd::app::App, clock: &Clock, disk: &Path) -> Self {
        let site = Site::of(app).unwrap();
        let keys = [Identity::fleeting(), Identity::fleeting()];
        let recipients = Recipients::parse(&[keys[0].recipient(), keys[1].recipient()]).unwrap();
        let target = Target::set_up(disk, &site).unwrap();
        Self { site, keys, recipients, target, clock: clock.clone() }
    }

    pub(crate) fn full(&self) -> Made {
        make(&self.site, &self.recipients, None, std::slice::from_ref(&self.target)).unwrap()
    }

    pub(crate) fn ship(&self) -> Shipped {
        segment::ship(&self.site, &self.recipients, &self.target, &mut None).unwrap()
    }

    pub(crate) fn restore(&self, from: &Path, to: Moment, into: &Path) -> Result<Restored> {
        let order = Order {
            from,
            to,
            identity: &self.keys[1],
            into,
            signer: None,
            phrases: &[],
            alone: false,
            epoch: None,
            clock: self.clock.clone(),
        };
        restore::run(&order)
    }

    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        self.target.segments().unwrap().into_iter().map(|s| s.path).collect()
    }
}

/// The sentence an operation refused with.
#[track_caller]
pub(crate) fn refused<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("this should have been refused"),
        Err(Error::Operator(text)) => text,
        Err(e) => panic!("no sentence for the operator: {e:?}"),
    }
}

/// A province whose server has a key of its own: those of tests have the same chance, and so the same key.
pub(crate) fn stranger() -> crate::support::Province {
    let province = crate::support::Province::new();
    std::fs::write(province.data().join("server.key"), "5a".repeat(32)).unwrap();
    province
}
