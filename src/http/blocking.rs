//! Store reads may wait for the disk; they run on threads that may wait, never on those that serve
//! everybody.

use crate::error::{Error, Result};
use crate::priority::{Behind, step_back};

/// Runs `work` on a thread that may block.
pub async fn blocking<R: Send + 'static>(work: impl FnOnce() -> Result<R> + Send + 'static) -> Result<R> {
    let behind = || {
        step_back(Behind::Work);
        work()
    };
    match tokio::task::spawn_blocking(behind).await {
        Ok(done) => done,
        Err(e) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
        Err(e) => Err(Error::Internal(format!("a blocking task was cancelled: {e}"))),
    }
}
