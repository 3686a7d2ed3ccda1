//! What the data directory holds: does the store open, is the index near, are there backups?

use super::Finding;
use crate::app::{App, Mode};
use crate::backup::state::{Standing, State, TargetState};
use crate::backup::target::Target;
use crate::backup::{signer, site};
use crate::chance::Chance;
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::search::Index;
use crate::store::{Read, was_left_open};
use crate::wiring::hooks;
use jiff::civil::Date;

const HOUR_MS: i64 = 3_600_000;
/// A full backup is made each night.
const LATE_MS: i64 = 26 * HOUR_MS;
/// Two nights without one.
const MISSING_MS: i64 = 50 * HOUR_MS;
/// The index follows within seconds.
const INDEX_LAG: u64 = 1000;
/// A clock may be put back a little.
const CLOCK_BEHIND_MS: i64 = 5_000;
/// So many days a province may save nothing; and so long it is said that it was more.
const IDLE_DAYS: i32 = 10;
const LEAP_TOLD_DAYS: i32 = 7;

/// The store, the index, the backups.
pub(super) fn look(config: &Config, server: Option<u32>) -> Vec<Finding> {
    if !config.data.join(crate::store::FILE).exists() {
        let found = format!("{} holds no province yet", config.data.display());
        let remedy = "open the address the service prints at its start (journalctl -u csdlgd), or 'csdlgd init'";
        return vec![Finding::look("store", found, remedy)];
    }
    let opened = App::open(config.clone(), Mode::ReadOnly, Clock::system(), Chance::system(), &hooks());
    match opened {
        Ok(app) => of(&app, server),
        Err(e) if server.is_none() && was_left_open(&config.data) => {
            let remedy = "nothing is lost: the next start recovers it (systemctl start csdlgd); then ask doctor again";
            vec![Finding::look("store", e.to_string(), remedy)]
        }
        Err(e) => {
            let remedy = "keep it as it is; what the message says, or 'csdlgd restore' into a new directory";
            vec![Finding::broken("store", e.to_string(), remedy)]
        }
    }
}

/// The same of an open installation.
pub(super) fn of(app: &App, server: Option<u32>) -> Vec<Finding> {
    let mut out = vec![store(app), time(app), index(app, server)];
    out.extend(backups(app));
    out.extend(mail(app));
    out
}

/// Letters nobody took.
fn mail(app: &App) -> Option<Finding> {
    let host = &app.config.mail.as_ref()?.host;
    let waiting = match app.db.read(crate::mail::store::waiting) {
        Ok(waiting) => waiting,
        Err(e) => return Some(Finding::broken("mail", e.to_string(), "csdlgd verify")),
    };
    let stuck = waiting.iter().rfind(|(_, letter)| letter.tries > 0);
    Some(match stuck {
        Some((_, letter)) => {
            let found = format!("{} letters wait; {host} did not take the last: {}", waiting.len(), letter.error);
            Finding::look("mail", found, "csdlgd mail test --to ADDRESS --config FILE")
        }
        None => Finding::ok("mail", format!("through {host}; {} letters wait", waiting.len())),
    })
}

fn store(app: &App) -> Finding {
    let read = app.db.form().and_then(|form| Ok((form, app.db.counts()?)));
    match read {
        Ok(((form, program), [primary, _, _, entries])) => {
            let by = if program.is_empty() { String::new() } else { format!(", last written by csdlgd {program}") };
            Finding::ok("store", format!("opens; form {form}{by}; {primary} rows, {entries} entries"))
        }
        Err(e) => Finding::broken("store", e.to_string(), "csdlgd verify says exactly where"),
    }
}

/// The machine's clock against the newest entry, and whether it seems to have leapt ahead.
fn time(app: &App) -> Finding {
    let check = "clock and log";
    let newest = app.db.read(|tx| Ok(tx.head()?.map(|entry| entry.time)));
    let Ok(Some(newest)) = newest else { return Finding::not_checked(check, "no entry yet") };
    let behind_ms = newest.0 - app.clock.now().0;
    if behind_ms > CLOCK_BEHIND_MS {
        let found = format!("the clock is {} s behind the newest entry ({})", behind_ms / 1000, newest.display());
        return Finding::broken(check, found, "set the clock: until it has caught up all new entries carry that time");
    }
    let leapt = Target::look(&app.config.data.join(site::DIR)).days().ok().and_then(|days| leap(&days));
    if let Some((from, to)) = leapt {
        let found = format!("nothing is dated between {from} and {to}: was the clock set ahead?");
        let remedy = "compare the clock with a watch and set it (no backup is removed early for it). If the server was off or \
                      idle then, all is well: this goes within days";
        return Finding::look(check, found, remedy);
    }
    Finding::ok(check, format!("newest entry {}", newest.display()))
}

/// The newest stretch of days without an entry that is longer than any holiday, if it ended within days.
fn leap(days: &[Date]) -> Option<(Date, Date)> {
    let since = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
    let newest = *days.last()?;
    let mut steps = days.windows(2).rev().take_while(|two| since(two[1], newest) <= LEAP_TOLD_DAYS);
    steps.find(|two| since(two[0], two[1]) > IDLE_DAYS).map(|two| (two[0], two[1]))
}

fn index(app: &App, server: Option<u32>) -> Finding {
    let head = app.db.head_seq();
    let stats = match &app.index {
        Some(index) => index.stats(),
        None => Index::open_read_only(&app.config.data.join("index"), &app.spec.fingerprint_hex())
            .and_then(|index| index.stats()),
    };
    match stats {
        Ok(stats) if stats.seq == 0 && head > 0 => {
            Finding::look("index", format!("being made anew: {} documents so far", stats.docs), "wait; then ask again")
        }
        Ok(stats) => {
            let lag = head.saturating_sub(stats.seq);
            let found = format!("{} documents, at entry {} of {head}", stats.docs, stats.seq);
            match server {
                Some(_) if lag > INDEX_LAG => {
                    Finding::look("index", found, "if it does not catch up within minutes: csdlgd index rebuild")
                }
                _ => Finding::ok("index", found),
            }
        }
        Err(e) => {
            let remedy = "the server makes it anew by itself; if it does not: csdlgd index rebuild";
            Finding::look("index", format!("can't be read ({e})"), remedy)
        }
    }
}

fn backups(app: &App) -> Vec<Finding> {
    if app.config.backup.recipients.is_empty() {
        return Vec::new(); // `configured` says so
    }
    // Looking must not make the key.
    if !app.config.data.join(signer::FILE).exists() {
        return vec![Finding::look("backups", "none was made yet", "csdlgd backup now, or wait for the night")];
    }
    match State::of(app) {
        Ok(state) => {
            let mut out: Vec<Finding> = state.targets.iter().map(|t| target(t, state.now)).collect();
            out.extend(keys(&state));
            out
        }
        Err(e) => vec![Finding::broken("backups", e.to_string(), "correct [backup] in the configuration")],
    }
}

fn target(target: &TargetState, now: Millis) -> Finding {
    let dir = target.dir.display();
    let wrong = |what: &str, remedy: &str| Finding::broken("backups", format!("{dir}: {what}"), remedy);
    match &target.standing {
        Standing::Missing => wrong("is not there", "plug the disk in, or mount the share"),
        Standing::Unmarked => wrong("is not set up", "mount the disk; a new one: csdlgd backup target DIR --data DATA"),
        Standing::Foreign(whose) => wrong(&format!("is another server's ({whose})"), "choose another directory"),
        Standing::Damaged => {
            wrong("its newest file can't be read", "csdlgd backup verify FILE; then csdlgd backup now")
        }
        Standing::Parted => wrong("does not lead to this store", "csdlgd backup now: a full backup begins anew"),
        Standing::ReadOnly => {
            wrong("can't be written", "name it under ReadWritePaths= of the service, or mount the disk for writing")
        }
        Standing::NotAllowed => wrong("may not be written to by this user", "give the directory to the user csdlgd"),
        Standing::Full(free_mib) => wrong(
            &format!("the next full backup would not fit, {free_mib} MiB are free"),
            "csdlgd backup prune, a larger disk, or fewer kept: [backup.keep]",
        ),
        Standing::Empty => Finding::look("backups", format!("{dir}: no full backup yet"), "csdlgd backup now"),
        Standing::Behind(entries, _) => {
            Finding::look("backups", format!("{dir}: {entries} entries wait"), "journalctl -u csdlgd says why")
        }
        Standing::Good => age(target, now),
    }
}

fn age(target: &TargetState, now: Millis) -> Finding {
    let dir = target.dir.display();
    let Some(full) = &target.full else { return Finding::look("backups", format!("{dir}: none"), "csdlgd backup now") };
    let age_ms = now.0 - full.made().0;
    let found = format!("{dir}: every entry is there; full backup {} is {} h old", full.number, age_ms / HOUR_MS);
    let remedy =
        "the nightly backup fails or does not run: the page «Sao lưu & khôi phục» and journalctl -u csdlgd say why";
    match age_ms {
        _ if age_ms > MISSING_MS => Finding::broken("backups", found, remedy),
        _ if age_ms > LATE_MS => Finding::look("backups", found, remedy),
        _ => Finding::ok("backups", found),
    }
}

/// Keys on the server that must not be there, keys nobody has shown, a disk of its own, the drill.
fn keys(state: &State) -> Vec<Finding> {
    let mut out = Vec::new();
    for path in &state.exposed {
        let found = format!("a secret key lies on the server: {}", path.display());
        out.push(Finding::broken(
            "backup keys",
            found,
            "move it to a USB stick, and make new keys: somebody may have it",
        ));
    }
    if state.targets.iter().all(|t| t.same_disk) {
        let remedy = "add a directory on another disk or share under targets in [backup]";
        out.push(Finding::look("backup disks", "all backups lie on the disk of the data", remedy));
    }
    let unproved = state.keys.iter().filter(|k| !k.is_proved(state.now)).count();
    if unproved > 0 {
        let remedy = "each holder answers the challenge on the page «Sao lưu & khôi phục»";
        let found = format!("{unproved} keys nobody has shown to be at hand within 90 days");
        out.push(Finding::look("backup keys", found, remedy));
    }
    out
}
