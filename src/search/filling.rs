//! How far an index that is made anew is. It must never say that all is done while it is not.

use std::sync::atomic::{AtomicU64, Ordering};

/// Docs put so far, of how many; nothing while the index is not being filled.
#[derive(Debug, Default)]
pub struct Filling {
    done: AtomicU64,
    of: AtomicU64,
}

impl Filling {
    /// Filling begins; `of` docs are expected.
    pub fn begin(&self, of: u64) {
        self.done.store(0, Ordering::Release);
        self.of.store(of.max(1), Ordering::Release);
    }

    /// So many docs are put.
    pub fn put(&self, done: u64) {
        self.done.store(done, Ordering::Release);
    }

    /// Filling has ended.
    pub fn end(&self) {
        self.of.store(0, Ordering::Release);
    }

    /// Docs put, and how many are expected, if it is being filled.
    pub fn now(&self) -> Option<(u64, u64)> {
        let of = self.of.load(Ordering::Acquire);
        (of > 0).then(|| (self.done.load(Ordering::Acquire).min(of), of))
    }
}
