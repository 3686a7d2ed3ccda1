//! What the server and its surroundings are like at this moment, looked up anew each time.

use crate::app::App;
use crate::clock::Millis;
use crate::error::Result;
use crate::jobs::cron::Cron;
use crate::jobs::{self, store as runs};
use crate::metrics::Sample;
use crate::store::{FILE, free_bytes};
use std::fs;

/// A job, its last run and its next.
pub(super) struct JobLook {
    pub(super) name: &'static str,
    pub(super) last: runs::LastRun,
    pub(super) next: Option<Millis>,
}

/// Of what is in memory and on disk.
pub(super) fn sample(app: &App) -> Sample {
    Sample {
        behind: app
            .index
            .as_ref()
            .filter(|index| index.is_open())
            .map_or(0, |index| app.db.head_seq().saturating_sub(index.seq())),
        memory_bytes: memory_bytes(),
        store_bytes: fs::metadata(app.config.data.join(FILE)).map_or(0, |file| file.len()),
        free_bytes: free_bytes(&app.config.data).unwrap_or(0),
    }
}

/// What the process holds in memory; 0 where the system does not say.
fn memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).map_or(0, |kib| kib << 10)
}

/// Why no writing would be done now: for the operator. Nothing if it would.
pub(super) fn not_writing(app: &App, sample: &Sample) -> Option<&'static str> {
    if app.db.is_stopped() {
        return Some("writing stopped after an I/O error");
    }
    (sample.free_bytes < app.config.reserve_mib << 20).then_some("the disk has less free than the reserve")
}

pub(super) fn jobs(app: &App) -> Result<Vec<JobLook>> {
    let now = app.clock.now();
    let look = |job: jobs::Job| {
        let last = runs::last(&app.db, job.name)?;
        Ok(JobLook { name: job.name, last, next: Cron::parse(&job.schedule)?.next_due(now) })
    };
    jobs::jobs(&app.config).into_iter().map(look).collect()
}
