//! More than the server can do falls due: what it still answers, how soon it refuses the rest, and how it
//! is afterwards. Only 503 and 429 are refusals; anything else is wrong.

use crate::http::Refused;
use crate::load::{Work, join};
use crate::table::Times;
use crate::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// What became of a wave.
#[derive(Debug, Default)]
pub(crate) struct Wave {
    /// What was answered: from the moment it was due.
    pub(crate) good: Times,
    /// What was refused: from the moment it was sent.
    pub(crate) refused: Times,
}

/// `count` requests, `per_second` of them due each second, given to whichever client is free.
pub(crate) fn wave<W: Work>(workers: &mut [W], per_second: f64, count: usize) -> Result<Wave> {
    let failed = AtomicBool::new(false);
    let next = AtomicUsize::new(0);
    let start = Instant::now() + Duration::from_millis(50);
    let run = |worker: &mut W| -> Result<(Vec<Duration>, Vec<Duration>)> {
        let (mut good, mut refused) = (Vec::new(), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || failed.load(Ordering::Relaxed) {
                return Ok((good, refused));
            }
            let due = start + Duration::from_secs_f64(number as f64 / per_second);
            sleep(due.saturating_duration_since(Instant::now()));
            let sent = Instant::now();
            match worker.once() {
                Ok(()) => good.push(due.elapsed()),
                Err(e) if is_refusal(&e) => refused.push(sent.elapsed()),
                Err(e) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err(e);
                }
            }
        }
    };
    let taken = scope(|s| {
        let threads: Vec<_> = workers.iter_mut().map(|w| s.spawn(|| run(w))).collect();
        threads.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?;
    let wall = start.elapsed();
    let (good, refused): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
    Ok(Wave {
        good: Times::new(good.into_iter().flatten(), wall),
        refused: Times::new(refused.into_iter().flatten(), wall),
    })
}

fn is_refusal(e: &Error) -> bool {
    e.is::<Refused>()
}
