//! Many clients at once, each on a thread of its own. Closed: each asks again when it was answered.
//! Open: requests are due at fixed moments whatever the answers do, and a late start counts as waiting.

use crate::Result;
use crate::table::Times;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// One client.
pub(crate) trait Work: Send {
    /// One request with its answer, checked.
    fn once(&mut self) -> Result<()>;
}

impl<F: FnMut() -> Result<()> + Send> Work for F {
    fn once(&mut self) -> Result<()> {
        self()
    }
}

/// Every client `each` times as fast as it is answered, after a few that don't count.
pub(crate) fn closed<W: Work>(workers: &mut [W], each: usize) -> Result<Times> {
    let failed = AtomicBool::new(false);
    let run = |worker: &mut W, times: usize| -> Result<Vec<Duration>> {
        let mut taken = Vec::with_capacity(times);
        while taken.len() < times && !failed.load(Ordering::Relaxed) {
            let start = Instant::now();
            worker.once().inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            taken.push(start.elapsed());
        }
        Ok(taken)
    };
    for worker in &mut *workers {
        run(worker, 3)?;
    }
    let start = Instant::now();
    let taken = scope(|s| {
        let threads: Vec<_> = workers.iter_mut().map(|w| s.spawn(|| run(w, each))).collect();
        threads.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?;
    let wall = start.elapsed();
    Ok(Times::new(taken.into_iter().flatten(), wall))
}

/// `count` requests, `per_second` of them due each second, given to whichever client is free. A time is
/// from the moment a request was due.
pub(crate) fn open<W: Work>(workers: &mut [W], per_second: f64, count: usize) -> Result<Times> {
    let failed = AtomicBool::new(false);
    let next = AtomicUsize::new(0);
    let start = Instant::now() + Duration::from_millis(50);
    let run = |worker: &mut W| -> Result<Vec<Duration>> {
        let mut taken = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || failed.load(Ordering::Relaxed) {
                return Ok(taken);
            }
            let due = start + Duration::from_secs_f64(number as f64 / per_second);
            sleep(due.saturating_duration_since(Instant::now()));
            worker.once().inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            taken.push(due.elapsed());
        }
    };
    let taken = scope(|s| {
        let threads: Vec<_> = workers.iter_mut().map(|w| s.spawn(|| run(w))).collect();
        threads.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?;
    Ok(Times::new(taken.into_iter().flatten(), start.elapsed()))
}

/// What a thread gave.
pub(crate) fn join<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| crate::err("a client panicked"))
}

/// Choices that are the same in every run.
pub(crate) struct Chance(u64);

impl Chance {
    /// Chance number `seed`.
    pub(crate) const fn new(seed: usize) -> Self {
        Self(0x5851_F42D_4C95_7F2D ^ (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `n` (splitmix64).
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % n.max(1) as u64) as usize
    }

    /// One of a list that is not empty.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
