//! The configuration and the data directory: may those read them who must, and nobody else?

use super::Finding;
use crate::backup::keys::Recipients;
use crate::clock::{Clock, Millis};
use crate::config::{Config, TlsMode};
use crate::tls::{Origin, Tls};
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Owner of the system.
const ROOT: u32 = 0;
const DAY_MS: i64 = 86_400_000;
/// Whoever renews a certificate needs this long.
const CERTIFICATE_SOON_DAYS: i64 = 21;
/// So many files of a wrong owner are named.
const NAMED_MAX: usize = 3;

/// The configuration file: the service reads it, others don't, and only root writes it.
pub(super) fn file(path: Option<&Path>, config: &Config) -> Finding {
    let check = "configuration";
    let Some(path) = path else { return Finding::ok(check, "none given: the defaults") };
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) => return Finding::broken(check, format!("{}: {e}", path.display()), "see whether the path is right"),
    };
    let (shown, mode) = (path.display(), meta.permissions().mode() & 0o777);
    let remedy = format!("chown root:csdlgd {shown}; chmod 640 {shown}");
    if mode & 0o022 != 0 {
        return Finding::broken(check, format!("{shown} can be changed by others (mode {mode:o})"), remedy);
    }
    if let Ok(data) = fs::metadata(&config.data)
        && !may_read(&data, &meta)
    {
        let found = format!("{shown} can't be read by the service (user {}; mode {mode:o})", data.uid());
        return Finding::broken(check, found, remedy);
    }
    if mode & 0o004 != 0 {
        return Finding::look(check, format!("{shown} can be read by everybody (mode {mode:o})"), remedy);
    }
    Finding::ok(check, format!("{shown} (mode {mode:o})"))
}

/// Whether the owner of one file may read another.
fn may_read(owner: &Metadata, file: &Metadata) -> bool {
    let mode = file.permissions().mode();
    match () {
        () if owner.uid() == ROOT => true,
        () if owner.uid() == file.uid() => mode & 0o400 != 0,
        () if owner.gid() == file.gid() => mode & 0o040 != 0,
        () => mode & 0o004 != 0,
    }
}

/// Who could open a backup, as the configuration says.
pub(super) fn recipients(config: &Config) -> Vec<Finding> {
    let check = "backup keys";
    let typed = &config.backup.recipients;
    let how = "'csdlgd keygen --out FILE' on another machine, once for each of two people; their last lines go under \
               recipients in [backup]";
    if typed.is_empty() {
        return vec![Finding::broken(check, "NO BACKUPS are made: no recipients are set", how)];
    }
    match Recipients::parse(typed) {
        Err(e) => vec![Finding::broken(check, e.to_string(), "correct recipients in [backup]")],
        Ok(good) if good.texts().len() < 2 => {
            vec![Finding::look(check, "one recipient only: if that key is lost, so is every backup", how)]
        }
        Ok(good) => vec![Finding::ok(check, format!("{} recipients", good.texts().len()))],
    }
}

/// Whether what people send is encrypted, and how long the certificate is good.
pub(super) fn certificate(config: &Config) -> Finding {
    let check = "certificate";
    let how =
        "mode = \"files\" under [tls] with a certificate of one's own, or mode = \"proxy\" behind one that adds TLS";
    match config.tls.mode {
        TlsMode::Proxy => Finding::ok(check, "a reverse proxy adds TLS"),
        TlsMode::Off if config.listen.ip().is_loopback() => {
            Finding::look(check, "no TLS: only this machine reaches it", format!("before people use it: {how}"))
        }
        TlsMode::Off => Finding::broken(check, "passwords and records cross the network for all to read", how),
        TlsMode::SelfMade => Finding::look(check, "made here: every browser warns of it", how),
        // Looking must make nothing.
        TlsMode::Acme if !config.data.join(crate::tls::DIR).is_dir() => {
            Finding::not_checked(check, "none was fetched yet: the server does at its start")
        }
        TlsMode::Files | TlsMode::Acme => match Tls::open(config, &Clock::system()) {
            Ok(Some(tls)) if tls.facts().origin == Origin::SelfMade => {
                Finding::look(check, "the authority has given none yet", "journalctl -u csdlgd says why")
            }
            Ok(Some(tls)) => until(tls.facts().until.0, Clock::system().now().0),
            Ok(None) => Finding::not_checked(check, "none is configured"),
            Err(e) => Finding::broken(check, e.to_string(), "correct [tls]; the server does not start with it"),
        },
    }
}

fn until(until_ms: i64, now_ms: i64) -> Finding {
    let (check, days) = ("certificate", (until_ms - now_ms).div_euclid(DAY_MS));
    let found = format!("good until {}, {days} days", Millis(until_ms).display());
    let remedy = "put the new certificate and key in place of the old files: they are read again by themselves";
    match days {
        _ if days < 0 => Finding::broken(check, format!("ended on {}", Millis(until_ms).display()), remedy),
        _ if days < CERTIFICATE_SOON_DAYS => Finding::look(check, found, remedy),
        _ => Finding::ok(check, found),
    }
}

/// The data directory: there, closed to others, all of one owner. `Err` if there is none to look into.
pub(super) fn data(config: &Config) -> Result<Vec<Finding>, Finding> {
    let check = "data directory";
    let shown = config.data.display();
    let meta = match fs::metadata(&config.data) {
        Ok(meta) if meta.is_dir() => meta,
        Ok(_) => return Err(Finding::broken(check, format!("{shown} is no directory"), "correct 'data'")),
        Err(e) => {
            let remedy = "correct 'data' in the configuration, mount the disk, or make a province with 'csdlgd init'";
            return Err(Finding::broken(check, format!("{shown}: {e}"), remedy));
        }
    };
    let mode = meta.permissions().mode() & 0o777;
    if fs::read_dir(&config.data).is_err() {
        return Err(Finding::not_checked(check, format!("{shown} is not open to this user: run doctor as root")));
    }
    if mode & 0o077 != 0 {
        let found = format!("{shown} is open to other users of this machine (mode {mode:o})");
        return Ok(vec![Finding::broken(check, found, format!("chmod 700 {shown}"))]);
    }
    let foreign = foreign(&config.data, meta.uid());
    if foreign.is_empty() {
        return Ok(vec![Finding::ok(check, format!("{shown} (mode {mode:o}, user {})", meta.uid()))]);
    }
    let named: Vec<String> = foreign.iter().take(NAMED_MAX).map(|p| p.display().to_string()).collect();
    let found = format!("{} of another owner, as after a command run as root: {}", foreign.len(), named.join(", "));
    let remedy = format!("chown -R --reference={shown} {shown}; run commands on it as its owner (setpriv, sudo -u)");
    Ok(vec![Finding::broken(check, found, remedy)])
}

/// Files in a directory and in those directly under it that are not its owner's.
fn foreign(dir: &Path, owner: u32) -> Vec<PathBuf> {
    let list = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect::<Vec<_>>();
    let top = list(dir);
    let under = top.iter().filter(|path| path.is_dir()).flat_map(|path| list(path)).collect::<Vec<_>>();
    let is_foreign = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|meta| meta.uid() != owner);
    let mut out: Vec<PathBuf> = top.into_iter().chain(under).filter(is_foreign).collect();
    out.sort();
    out
}
