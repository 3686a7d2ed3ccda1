//! Runs jobs that are due: once for however many times were missed, one at a time, with a guard against
//! panics, a mark on those that take too long, and the outcome kept. A failed job is tried again.

use super::cron::Cron;
use super::store::{self, LastRun};
use super::{Job, jobs};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::store::panic_text;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, TryLockError};

/// Runs the jobs of one installation.
pub struct Runner {
    app: App,
    jobs: Vec<(Job, Cron)>,
    /// Held while jobs run: none overlaps itself or another.
    turn: Mutex<()>,
}

impl Runner {
    /// Of the configured jobs. A schedule that can't be read is an error at start.
    pub fn new(app: &App) -> Result<Self> {
        Self::of(app, jobs(&app.config))
    }

    /// Of these jobs.
    pub fn of(app: &App, jobs: Vec<Job>) -> Result<Self> {
        let read = |job: Job| Cron::parse(&job.schedule).map(|cron| (job, cron));
        Ok(Self { app: app.clone(), jobs: jobs.into_iter().map(read).collect::<Result<_>>()?, turn: Mutex::new(()) })
    }

    /// Runs what is due now, one after another. Does nothing while an earlier call still runs.
    pub fn tick(&self) {
        let _turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        for (job, cron) in &self.jobs {
            match self.due(job, cron) {
                Ok(Some((due, last))) => self.run(job, due, last),
                Ok(None) => {}
                Err(e) => tracing::error!(job = job.name, error = %e, "could not find out whether it is due"),
            }
        }
    }

    /// The time a job is due for, if it is, and its last run.
    fn due(&self, job: &Job, cron: &Cron) -> Result<Option<(Millis, LastRun)>> {
        let now = self.app.clock.now();
        let last = store::last(&self.app.db, job.name)?;
        let Some(due) = cron.last_due(now) else { return Ok(None) };
        // After the clock was put back, what the last run was due for lies ahead.
        let missed = due.0 > last.due_ms || last.due_ms > now.0;
        let cut_off = last.started_ms > 0 && last.finished_ms.is_none();
        let again = !last.good && now.0 - last.started_ms >= job.again_ms;
        Ok((missed || cut_off || again).then_some((due, last)))
    }

    fn run(&self, job: &Job, due: Millis, last: LastRun) {
        let started = self.app.clock.now();
        let mut run = LastRun {
            due_ms: due.0,
            started_ms: started.0,
            finished_ms: None,
            good: false,
            outcome: "began, and did not come to its end".into(),
            last_good_ms: last.last_good_ms,
        };
        if let Err(e) = store::keep(&self.app.db, job.name, &run) {
            tracing::error!(job = job.name, error = %e, "not begun: its run could not be noted");
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| (job.run)(&self.app)))
            .unwrap_or_else(|panic| Err(Error::Internal(format!("panic: {}", panic_text(&*panic)))));
        let finished = self.app.clock.now();
        let took_ms = finished.0 - started.0;
        run.finished_ms = Some(finished.0);
        match outcome {
            Ok(said) => {
                if said.is_empty() {
                    tracing::debug!(job = job.name, took_ms, "nothing to do");
                } else {
                    tracing::info!(job = job.name, took_ms, said, "done");
                }
                run.good = true;
                run.last_good_ms = Some(finished.0);
                run.outcome = said;
            }
            Err(e) => {
                tracing::error!(job = job.name, took_ms, error = %e, "failed; it is tried again");
                run.outcome = e.to_string();
            }
        }
        if took_ms > job.slow_ms {
            tracing::warn!(job = job.name, took_ms, "took longer than it should");
        }
        if let Err(e) = store::keep(&self.app.db, job.name, &run) {
            tracing::error!(job = job.name, error = %e, "its outcome could not be noted");
        }
    }
}
