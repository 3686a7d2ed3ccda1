//! Runs jobs that are due: once for however many times were missed, one at a time, with a guard against
//! panics, a mark on those that take too long, an end to waiting for those that hang, and the outcome
//! kept. A failed job is tried again.

use super::cron::Cron;
use super::store::{self, LastRun};
use super::{Job, jobs};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::priority::{Behind, step_back};
use crate::store::panic_text;
use crate::ui::words;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, TryLockError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// Runs the jobs of one installation.
pub struct Runner {
    app: App,
    jobs: Vec<(Job, Cron)>,
    /// When this server was started.
    began: Millis,
    /// Held while jobs run: none overlaps itself or another.
    turn: Mutex<()>,
    /// Runs that were given up and have not ended: a thread can't be ended from outside, but the job is
    /// not begun again beside it.
    hanging: Mutex<HashMap<&'static str, JoinHandle<()>>>,
}

impl Runner {
    /// Of the configured jobs. A schedule that can't be read is an error at start.
    pub fn new(app: &App) -> Result<Self> {
        Self::of(app, jobs(&app.config))
    }

    /// Of these jobs.
    pub fn of(app: &App, jobs: Vec<Job>) -> Result<Self> {
        let read = |job: Job| Cron::parse(&job.schedule).map(|cron| (job, cron));
        Ok(Self {
            app: app.clone(),
            jobs: jobs.into_iter().map(read).collect::<Result<_>>()?,
            began: app.clock.now(),
            turn: Mutex::new(()),
            hanging: Mutex::default(),
        })
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
        if self.hangs(job) {
            return Ok(None);
        }
        let now = self.app.clock.now();
        let last = store::last(&self.app.db, job.name)?;
        let Some(due) = cron.last_due(now) else { return Ok(None) };
        // After the clock was put back, what the last run was due for lies ahead.
        let missed = due.0 > last.due_ms || last.due_ms > now.0;
        let cut_off = last.started_ms > 0 && last.finished_ms.is_none();
        let again = !last.good && now.0 - last.started_ms >= job.again_ms;
        let anew = job.at_start && last.started_ms < self.began.0;
        Ok((missed || cut_off || again || anew).then_some((due, last)))
    }

    fn run(&self, job: &Job, due: Millis, last: LastRun) {
        let started = self.app.clock.now();
        let mut run = LastRun {
            due_ms: due.0,
            started_ms: started.0,
            finished_ms: None,
            good: false,
            outcome: words::JOB_CUT_OFF.into(),
            last_good_ms: last.last_good_ms,
        };
        if let Err(e) = store::keep(&self.app.db, job.name, &run) {
            tracing::error!(job = job.name, error = %e, "not begun: its run could not be noted");
            return;
        }
        let outcome = self.within_its_time(job);
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
                run.outcome = match e {
                    Error::Told { page, .. } => page,
                    other => words::job_failed(&other),
                };
            }
        }
        if took_ms > job.slow_ms {
            tracing::warn!(job = job.name, took_ms, "took longer than it should");
        }
        if let Err(e) = store::keep(&self.app.db, job.name, &run) {
            tracing::error!(job = job.name, error = %e, "its outcome could not be noted");
        }
    }

    /// Runs it on a thread of its own and waits no longer than it may take.
    fn within_its_time(&self, job: &Job) -> Result<String> {
        let (send, receive) = mpsc::channel();
        let (app, run) = (self.app.clone(), job.run);
        let begun = std::thread::Builder::new().name(job.name.into()).spawn(move || {
            step_back(Behind::Last);
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&app)))
                .unwrap_or_else(|panic| Err(Error::Internal(format!("panic: {}", panic_text(&*panic)))));
            let _ = send.send(outcome); // nobody waits any more for what was given up
        });
        let thread = begun.map_err(Error::io("starting a job"))?;
        receive.recv_timeout(Duration::from_millis(job.hard_ms)).unwrap_or_else(|_| {
            self.hanging.lock().unwrap_or_else(PoisonError::into_inner).insert(job.name, thread);
            Err(Error::Told {
                page: words::JOB_GIVEN_UP.into(),
                log: format!("given up after {} s; it is not begun again before it ends", job.hard_ms / 1000),
            })
        })
    }

    /// Whether a run that was given up still goes on.
    fn hangs(&self, job: &Job) -> bool {
        let mut hanging = self.hanging.lock().unwrap_or_else(PoisonError::into_inner);
        hanging.retain(|_, thread| !thread.is_finished());
        hanging.contains_key(job.name)
    }
}
