//! A queue that knows how long it takes: so many at work, and only so many waiting as will be served in
//! time. Who would wait too long hears it at once, while it still helps; nobody waits in vain.

use super::LaneLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// What is foreseen may be wrong: who was let wait does so up to this many times as long.
const PATIENCE: u32 = 4;
/// Of what work takes on the average, the newest is one part in so many.
const NEWEST: u64 = 8;

/// The queue.
pub struct Queue {
    limits: LaneLimits,
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// What one at work takes on the average, µs; 0 before the first has ended.
    work_us: Arc<AtomicU64>,
}

/// A place at work; free again when dropped.
pub struct Slot {
    _permit: OwnedSemaphorePermit,
    since: Instant,
    work_us: Arc<AtomicU64>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let took = self.since.elapsed().as_micros() as u64;
        let average = |was: u64| if was == 0 { took } else { was - was / NEWEST + took / NEWEST };
        let _ = self.work_us.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |was| Some(average(was)));
    }
}

impl Queue {
    /// An empty one.
    pub fn new(limits: LaneLimits) -> Self {
        let slots = Arc::new(Semaphore::new(limits.slots));
        Self { limits, slots, waiting: AtomicUsize::new(0), work_us: Arc::default() }
    }

    /// A slot; nothing, at once, if too many wait or it would take too long, and after waiting in vain.
    pub async fn enter(&self) -> Option<Slot> {
        if let Ok(permit) = self.slots.clone().try_acquire_owned() {
            return Some(self.slot(permit));
        }
        let (_waits, ahead) = Waits::begin(&self.waiting);
        if ahead >= self.limits.waiting || self.foreseen(ahead) > self.limits.within {
            return None;
        }
        let permit = timeout(self.limits.within * PATIENCE, self.slots.clone().acquire_owned()).await.ok()?.ok()?;
        Some(self.slot(permit))
    }

    /// Whether anybody waits for a slot.
    pub fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// How long one waits behind so many that wait.
    fn foreseen(&self, ahead: usize) -> Duration {
        let work_us = self.work_us.load(Ordering::Relaxed);
        Duration::from_micros(work_us.saturating_mul(ahead as u64 + 1) / self.limits.slots.max(1) as u64)
    }

    fn slot(&self, permit: OwnedSemaphorePermit) -> Slot {
        Slot { _permit: permit, since: Instant::now(), work_us: self.work_us.clone() }
    }
}

/// One that waits; also one whose client has gone meanwhile.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    /// With how many wait before it.
    fn begin(count: &'a AtomicUsize) -> (Self, usize) {
        (Self(count), count.fetch_add(1, Ordering::SeqCst))
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    const LIMITS: LaneLimits = LaneLimits { slots: 2, waiting: 10, within: Duration::from_millis(100) };

    #[tokio::test]
    async fn who_would_wait_too_long_hears_it_at_once() {
        let queue = Arc::new(Queue::new(LIMITS));
        let held = (queue.enter().await.unwrap(), queue.enter().await.unwrap());
        // Work of 30 ms in two slots: one is free each 15 ms, so that six wait in time.
        queue.work_us.store(30_000, Ordering::Relaxed);
        let wait = |_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.enter().await.is_some() })
        };
        let waiting: Vec<_> = (0..6).map(wait).collect();
        while queue.waiting.load(Ordering::SeqCst) < 6 {
            tokio::task::yield_now().await;
        }
        assert!(queue.enter().await.is_none());
        drop(held);
        for one in waiting {
            assert!(one.await.unwrap());
        }
        assert_eq!(queue.waiting.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn what_work_takes_is_learnt_and_forgotten() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.foreseen(9), Duration::ZERO, "nothing is known yet");
        queue.work_us.store(8_000_000, Ordering::Relaxed);
        for _ in 0..100 {
            drop(queue.enter().await.unwrap());
        }
        assert!(queue.foreseen(9) < Duration::from_secs(1), "{:?}", queue.foreseen(9));
    }
}
