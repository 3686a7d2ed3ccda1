//! Looks for what an administrator should know, writes letters about it, and sends what waits. Runs every
//! few minutes where `[mail]` is configured.

use super::{Job, jobs, store};
use crate::app::App;
use crate::doctor::{self, Finding, Standing};
use crate::error::Result;
use crate::mail::model::Alarm;
use crate::mail::ops;
use crate::sessions::system_name;
use crate::ui::words;

/// The job's name.
pub const MAIL: &str = "mail";

/// The job.
pub(super) fn job() -> Job {
    Job {
        name: MAIL,
        schedule: "0 */5 * * * *".into(),
        slow_ms: 120_000,
        hard_ms: 600_000,
        // What waits has its own time; the next round looks again anyway.
        again_ms: 300_000,
        at_start: true,
        run,
    }
}

fn run(app: &App) -> Result<String> {
    let alarms = alarms(app)?;
    let written = ops::tell(app, &system_name(app), &alarms)?;
    let sent = ops::send(app)?;
    Ok(if written + sent == 0 { String::new() } else { words::letters_told(written, sent) })
}

/// What is wrong now.
pub fn alarms(app: &App) -> Result<Vec<Alarm>> {
    let mut out: Vec<Alarm> = Vec::new();
    for finding in doctor::watch(app).into_iter().filter(|f| f.state >= Standing::Look) {
        // Several findings of one check are one matter.
        match out.iter_mut().find(|a| a.key == finding.check) {
            Some(alarm) => {
                alarm.urgent |= finding.state == Standing::Broken;
                alarm.detail = format!("{}\n{}", alarm.detail, detail(&finding));
            }
            None => out.push(Alarm {
                key: finding.check.into(),
                urgent: finding.state == Standing::Broken,
                text: words::alarm(finding.check).into(),
                detail: detail(&finding),
            }),
        }
    }
    for job in jobs(&app.config).into_iter().filter(|job| job.name != MAIL) {
        let last = store::last(&app.db, job.name)?;
        if last.finished_ms.is_some() && !last.good {
            out.push(Alarm {
                key: format!("job:{}", job.name),
                urgent: true,
                text: words::alarm_job(job.name),
                detail: last.outcome,
            });
        }
    }
    Ok(out)
}

fn detail(finding: &Finding) -> String {
    if finding.remedy.is_empty() { finding.found.clone() } else { format!("{} → {}", finding.found, finding.remedy) }
}
