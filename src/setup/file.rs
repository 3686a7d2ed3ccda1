//! `csdlgd init --config FILE`: everything the first page asks, from a file, without anybody there.

use super::order::{Order, Outcome, carry_out};
use crate::config::{Asked, AskedBackup, Config, Mail};
use crate::error::{Error, Result};
use crate::password;
use crate::spec::Spec;
use crate::terminal::say;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The service's configuration: where the data go, and the overlay.
    settings: Option<PathBuf>,
    data: Option<PathBuf>,
    province: String,
    administrator: Administrator,
    units: Option<Units>,
    #[serde(default)]
    backup: AskedBackup,
    mail: Option<Mail>,
    #[serde(default)]
    no_mail: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Administrator {
    login: String,
    name: String,
    password_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    file: PathBuf,
    year: Option<u16>,
}

/// The directories [`init`] writes into, the data's first; none if the file can't be read, as then nothing is made.
pub fn writes(path: &Path) -> Vec<PathBuf> {
    let read = || {
        let wanted = read(path)?;
        let config = Config::of(wanted.settings.as_deref(), wanted.data.as_deref())?;
        Ok::<_, Error>([config.data].into_iter().chain(wanted.backup.targets).chain(config.backup.targets).collect())
    };
    read().unwrap_or_default()
}

fn read(path: &Path) -> Result<Wanted> {
    let text = fs::read_to_string(path).map_err(Error::path("reading", path))?;
    toml::from_str(&text).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))
}

/// Makes what the file wants. Told again, it changes nothing. Exit 2 if the province is there and
/// something beside it is not.
pub fn init(path: &Path) -> Result<ExitCode> {
    let wanted = read(path)?;
    let config = Config::of(wanted.settings.as_deref(), wanted.data.as_deref())?;
    let order = Order {
        province: wanted.province,
        login: wanted.administrator.login,
        name: wanted.administrator.name,
        password: wanted.administrator.password_file.as_deref().map(first_line).transpose()?,
        year: wanted.units.as_ref().and_then(|u| u.year),
        units: wanted.units.map(|u| u.file),
        take_rest: true,
        asked: Asked { no_mail: wanted.no_mail, backup: wanted.backup, mail: wanted.mail },
        mail_password: String::new(),
    };
    let spec = Spec::load(config.spec_overlay.as_deref())?;
    let mut wrong: Vec<String> = order.wrong(&config, &spec).iter().map(ToString::to_string).collect();
    if let Some(password) = &order.password
        && let Err(Error::Invalid(problems)) = password::check_new(password, &order.login, &order.name)
    {
        wrong.extend(problems.into_iter().map(|p| format!("administrator.password_file: {}", p.message)));
    }
    let nothing = |wrong: &[String]| {
        Err(Error::Operator(format!("{}: nothing was made:\n  {}", path.display(), wrong.join("\n  "))))
    };
    if !wrong.is_empty() {
        return nothing(&wrong);
    }
    let done = match carry_out(&config, &order)? {
        Outcome::Done(done) => done,
        Outcome::Wrong(wrong) => return nothing(&[wrong.to_string()]),
        Outcome::Refused(_) => return Err(Error::Internal("the rest of the list was wanted".into())),
    };
    match &done.made {
        Some(made) => {
            say!("{}: {} units made", made.name, made.units);
            say!("administrator: {}", made.login);
            if let Some(secret) = &made.secret {
                say!("first password (shown this once, to be changed at the first sign-in): {secret}");
            }
        }
        None => say!("{} holds a province already: it is as it was", config.data.display()),
    }
    let mut whole = done.targets.is_empty();
    match done.units {
        Some(Ok(report)) => {
            for (label, count) in &report.counts {
                say!("{label}: thêm {}, sửa {}, giữ nguyên {}", count.added, count.changed, count.same);
            }
            for refusal in &report.refusals {
                say!("dòng {}: {} = «{}»: {}", refusal.row, refusal.header, refusal.value, refusal.reason);
            }
            whole &= report.refusals.is_empty();
        }
        Some(Err(why)) => {
            eprintln!("csdlgd: units.file: {why}");
            whole = false;
        }
        None => {}
    }
    for (dir, why) in &done.targets {
        eprintln!("csdlgd: {}: {why}", dir.display());
    }
    if done.made.is_none() {
        say!("a server that runs reads its settings when it is started anew: systemctl restart csdlgd");
    }
    say!(
        "next: csdlgd doctor --data {}; a server that shows its first page serves the province now",
        config.data.display()
    );
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn first_line(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).map_err(Error::path("reading", path))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
