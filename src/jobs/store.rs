//! When each job ran last, and with what outcome. Durable, in no log.

use crate::actor::Who;
use crate::error::Result;
use crate::store::{Class, Db, Table};
use serde::{Deserialize, Serialize};

/// A job's last run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The time it was due, ms.
    pub due_ms: i64,
    /// When it began, ms.
    pub started_ms: i64,
    /// When it ended, ms; nothing while it runs, or if it was cut off.
    pub finished_ms: Option<i64>,
    /// Whether it did what it should.
    pub good: bool,
    /// What it did, or why it did not.
    pub outcome: String,
    /// When it last ended well, ms.
    pub last_good_ms: Option<i64>,
}
crate::stored_value!(LastRun, 1);

impl LastRun {
    /// Whether it has begun and not ended, or was cut off: then the next tick begins it again.
    pub fn runs(&self) -> bool {
        self.started_ms > 0 && self.finished_ms.is_none()
    }

    /// Whether it was asked for and has not begun.
    pub fn waits(&self) -> bool {
        self.due_ms == 0 && self.finished_ms.is_some()
    }
}

/// Name of the job → its last run.
static RUNS: Table<String, LastRun> = Table::new(Class::Ephemeral, 20, "job_runs");

/// A job's last run.
pub fn last(db: &Db, job: &str) -> Result<LastRun> {
    db.read(|tx| Ok(RUNS.get(tx, &job.to_owned())?.unwrap_or_default()))
}

/// Keeps a job's last run.
pub fn keep(db: &Db, job: &'static str, run: &LastRun) -> Result<()> {
    let run = run.clone();
    db.write(&Who::program(), "job", move |tx| RUNS.put(tx, &job.to_owned(), &run)).map(|_| ())
}

/// Asks for a job to run at the next tick, whatever its schedule says. One that runs, or was asked for
/// already, is left as it is: asking twice runs it once.
pub fn ask(db: &Db, job: &'static str) -> Result<()> {
    let asked = db.write(&Who::program(), "job", move |tx| {
        let last = RUNS.get(tx, &job.to_owned())?.unwrap_or_default();
        if last.runs() {
            return Ok(());
        }
        RUNS.put(tx, &job.to_owned(), &LastRun { due_ms: 0, ..last })
    });
    asked.map(|_| ())
}
