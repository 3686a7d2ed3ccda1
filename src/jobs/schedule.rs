//! The only file that names the scheduler crate. It ticks; what is due, and what was missed, `run.rs`
//! knows.

use super::run::Runner;
use crate::error::{Error, Result};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_cron_scheduler::{Job, JobScheduler};

/// Looks for due jobs now and then each ten seconds, until told to stop. A job that runs then is not
/// waited for: everything it writes gets its name last.
pub async fn run(runner: Arc<Runner>, mut stop: watch::Receiver<bool>) -> Result<()> {
    let wrong = |e: tokio_cron_scheduler::JobSchedulerError| Error::Internal(format!("scheduler: {e}"));
    let mut scheduler = JobScheduler::new().await.map_err(wrong)?;
    let ticking = Arc::clone(&runner);
    let job = Job::new_async("*/10 * * * * *", move |_, _| {
        let runner = Arc::clone(&ticking);
        Box::pin(async move {
            // A panic is caught in the runner; joining can only fail when the runtime ends.
            let _ = tokio::task::spawn_blocking(move || runner.tick()).await;
        })
    });
    scheduler.add(job.map_err(wrong)?).await.map_err(wrong)?;
    scheduler.start().await.map_err(wrong)?;
    let first = tokio::task::spawn_blocking(move || runner.tick());
    let _ = stop.changed().await; // an error says that the server is gone
    scheduler.shutdown().await.map_err(wrong)?;
    drop(first);
    Ok(())
}
