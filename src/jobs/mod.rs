//! Jobs: what runs by the clock. A job takes no input but the installation, may run twice, runs alone,
//! and leaves its outcome in the store. The button and the command line call the same functions.

pub mod cron;
pub mod run;
pub mod schedule;
pub mod ship;
pub mod store;
pub mod watch;

use crate::app::App;
use crate::backup::nightly;
use crate::config::Config;
use crate::error::Result;

/// The nightly full backup, with its rehearsal.
pub const FULL: &str = "backup.full";
/// Reading every copy through.
pub const CHECK: &str = "backup.check";

const HOUR_MS: i64 = 3_600_000;
/// A quarter of a day: many times what the largest province needs.
const HARD_MS: u64 = 6 * 3_600_000;

/// One job.
pub struct Job {
    /// Its name in the store and in the log.
    pub name: &'static str,
    /// When: see `cron.rs`.
    pub schedule: String,
    /// Longer than this is worth a warning, ms.
    pub slow_ms: i64,
    /// After so long a run is given up: a disk that never answers must not hold up every other job, ms.
    pub hard_ms: u64,
    /// A run that failed is repeated after so long, ms.
    pub again_ms: i64,
    /// Whether a server that is started runs it at once: somebody may have mended what was wrong.
    pub at_start: bool,
    /// What it does; gives a sentence for the log and the page, "" if there was nothing to do.
    pub run: fn(&App) -> Result<String>,
}

/// The jobs of an installation.
pub fn jobs(config: &Config) -> Vec<Job> {
    let mail = config.mail.is_some().then(watch::job);
    if config.backup.recipients.is_empty() {
        return mail.into_iter().collect();
    }
    let backups = vec![
        Job {
            name: FULL,
            schedule: config.backup.schedule.clone(),
            slow_ms: HOUR_MS,
            hard_ms: HARD_MS,
            // Each try leaves a full backup: a target that is away for a week must not fill the others.
            again_ms: 6 * HOUR_MS,
            at_start: false,
            run: nightly::full,
        },
        Job {
            name: CHECK,
            schedule: "0 30 4 * * 0".into(),
            slow_ms: HOUR_MS,
            hard_ms: HARD_MS,
            again_ms: 6 * HOUR_MS,
            at_start: false,
            run: nightly::check,
        },
    ];
    backups.into_iter().chain(mail).collect()
}
