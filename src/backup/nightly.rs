//! What runs by the clock: a full backup that is at once restored on trial, then thinning; and reading
//! every copy through. The trial needs no key of anybody's: the backup is closed to one more key, made
//! for it, kept in memory only and dropped.

use super::full;
use super::keys::{Identity, Recipients};
use super::plan::Moment;
use super::restore::{self, Order};
use super::sealed::Sealed;
use super::site::Site;
use super::thin;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ui::words;

/// Where a backup is restored on trial; emptied before and after.
const TRIAL: &str = "trial";

/// Makes a full backup on all targets, restores it on trial, thins. Gives a sentence.
pub fn full(app: &App) -> Result<String> {
    let config = &app.config.backup;
    let recipients = Recipients::parse(&config.recipients)?;
    let site = Site::of(app)?;
    let (targets, mut failed) = site.targets(config)?;
    let fleeting = Identity::fleeting();
    let made = full::make(&site, &recipients, Some(&fleeting.public()), &targets).map_err(|e| match e {
        Error::NoSpace { .. } | Error::StoreStopped(_) => e,
        e => Error::Told { page: words::BACKUP_NOWHERE.into(), log: e.to_string() },
    })?;
    failed.extend(made.failed);
    let number = made.sealed.manifest.number;
    let rows = trial(&site, &made.sealed, &fleeting).map_err(|e| Error::Told {
        page: words::backup_not_proven(number),
        log: format!("number {number} could not be restored on trial: {e}"),
    })?;
    let mut removed = 0;
    for target in &targets {
        removed += thin::prune(&site, target, &config.keep)?.len();
    }
    if !failed.is_empty() {
        let dirs: Vec<String> = failed.iter().map(|(dir, _)| dir.display().to_string()).collect();
        let log: Vec<String> = failed.iter().map(|(_, e)| e.to_string()).collect();
        return Err(Error::Told {
            page: words::backup_not_everywhere(number, &dirs),
            log: format!("number {number} is made and proven, but not on every target: {}", log.join("; ")),
        });
    }
    Ok(words::backup_made(number, made.copies.len(), rows, removed))
}

/// Restores a backup into a directory that is thrown away; gives the number of rows.
fn trial(site: &Site, sealed: &Sealed, identity: &Identity) -> Result<u64> {
    let into = site.data.join(TRIAL);
    let clear = || match std::fs::remove_dir_all(&into) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::path("removing", &into)(e)),
        _ => Ok(()),
    };
    clear()?;
    let order = Order {
        from: &sealed.path,
        to: Moment::Seq(sealed.manifest.log.last),
        identity,
        into: &into,
        signer: Some(&site.signer.public()),
        phrases: &[],
        alone: true,
        epoch: None,
        clock: site.clock.clone(),
    };
    let outcome = restore::run(&order);
    clear()?;
    Ok(outcome?.report.rows)
}

/// Reads every full backup on every target through. Gives a sentence, or an error that names what is
/// damaged.
pub fn check(app: &App) -> Result<String> {
    let site = Site::of(app)?;
    let (targets, unusable) = site.targets(&app.config.backup)?;
    let mut good = 0;
    let mut wrong = Vec::new();
    let mut log: Vec<String> = unusable.iter().map(|(_, e)| e.to_string()).collect();
    for target in &targets {
        for (_, path) in target.fulls()? {
            match Sealed::open(&path).and_then(|sealed| sealed.check()) {
                Ok(()) => good += 1,
                Err(e) => {
                    log.push(e.to_string());
                    wrong.push(path.display().to_string());
                }
            }
        }
    }
    if log.is_empty() {
        return Ok(words::backups_read(good));
    }
    let away: Vec<String> = unusable.iter().map(|(dir, _)| dir.display().to_string()).collect();
    Err(Error::Told { page: words::backups_not_read(good, &wrong, &away), log: log.join("; ") })
}
