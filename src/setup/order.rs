//! What a new installation is told, by the first page or by a file; checked as a whole, then carried out.
//! Carried out again it changes nothing that is as it should be.

use super::wrong::Wrong;
use crate::app::App;
use crate::backup::keys::{self, Recipients};
use crate::backup::signer::Signer;
use crate::backup::site::{self, Site};
use crate::backup::target::Target;
use crate::config::{Asked, Config};
use crate::error::{Error, Result};
use crate::exchange::{self, Report};
use crate::install::{self, Draft, FirstAdmin, Made};
use crate::sessions::ops::by_login;
use crate::spec::Spec;
use crate::{accounts, server, store, text};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Longest name of an administrator.
pub(super) const NAME_MAX: usize = 100;
/// The file with the mail server's password, in the data directory.
const MAIL_PASSWORD: &str = "mail-password";
/// A file put here can be imported from the first page.
pub(super) const IMPORT: &str = "import";
/// The layout of the list.
pub(super) const SHEET: &str = "schools";
/// What can be imported.
const ENDINGS: [&str; 4] = ["xlsx", "xls", "ods", "csv"];

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// Code of the province.
    pub(super) province: String,
    /// Login of the first administrator.
    pub(super) login: String,
    /// Their name.
    pub(super) name: String,
    /// Their password; one is made if there is none.
    pub(super) password: Option<String>,
    /// A file with the list of schools.
    pub(super) units: Option<PathBuf>,
    /// Whether the rest of the list is wanted where cells or rows of it can't be taken.
    pub(super) take_rest: bool,
    /// The school year the list is of.
    pub(super) year: Option<u16>,
    /// Settings that are kept beside the data.
    pub(super) asked: Asked,
    /// The mail server's password, to be kept in a file of its own.
    pub(super) mail_password: String,
}

/// What was done, and what went wrong after the province was there.
pub(super) struct Done {
    /// The province; nothing if it was there already.
    pub(super) made: Option<Made>,
    /// What the list of schools came to, or why a province that was there already did not take it.
    pub(super) units: Option<Result<Report, String>>,
    /// Targets that could not be set up, and why.
    pub(super) targets: Vec<(PathBuf, String)>,
}

impl Order {
    /// Everything that is wrong with it. A password is not looked at here.
    pub(super) fn wrong(&self, config: &Config, spec: &Spec) -> Vec<Wrong> {
        let mut out = Vec::new();
        if !install::provinces(spec).iter().any(|(code, _)| *code == self.province) {
            out.push(Wrong::Province);
        }
        if !accounts::model::is_login(&accounts::model::clean_login(&self.login)) {
            out.push(Wrong::Login);
        }
        let name = text::clean(&self.name);
        if name.is_empty() || name.chars().count() > NAME_MAX {
            out.push(Wrong::Name);
        }
        if let Some(file) = &self.units
            && !file.is_file()
        {
            out.push(Wrong::Units(file.clone()));
        }
        out.extend(self.wrong_backup(config));
        out.extend(self.wrong_mail());
        out
    }

    fn wrong_backup(&self, config: &Config) -> Vec<Wrong> {
        let recipients = &self.asked.backup.recipients;
        let mut out: Vec<Wrong> = recipients
            .iter()
            .filter(|typed| Recipients::parse(&[(*typed).clone()]).is_err())
            // A secret typed by mistake is not said back.
            .map(|typed| Wrong::Recipient(if typed.starts_with("age1") { typed.clone() } else { String::new() }))
            .collect();
        if out.is_empty() && Recipients::parse(recipients).is_ok_and(|r| r.texts().len() == 1) {
            out.push(Wrong::OneRecipient);
        }
        out.extend(self.asked.backup.targets.iter().filter_map(|dir| wrong_target(dir, &config.data)));
        out
    }

    fn wrong_mail(&self) -> Vec<Wrong> {
        let Some(mail) = &self.asked.mail else { return Vec::new() };
        let is_address = |text: &str| {
            let halves = text.split_once('@');
            halves.is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
            })
        };
        let mut out = Vec::new();
        if mail.host.is_empty() {
            out.push(Wrong::MailHost);
        }
        if !is_address(&mail.from) {
            out.push(Wrong::MailFrom);
        }
        if mail.to.is_empty() || !mail.to.iter().all(|to| is_address(to)) {
            out.push(Wrong::MailTo);
        }
        out
    }
}

fn wrong_target(dir: &Path, data: &Path) -> Option<Wrong> {
    let at = dir.to_owned();
    if !dir.is_absolute() || dir.starts_with(data) {
        return Some(Wrong::TargetPlace(at));
    }
    // Only the last directory is made: of a mistyped path or a missing mount nothing is there.
    let there = if dir.is_dir() { dir } else { dir.parent().unwrap_or(dir) };
    if !there.is_dir() {
        return Some(Wrong::TargetMissing(at));
    }
    let trial = there.join(".csdlgd-trial");
    let written = fs::write(&trial, b"");
    let _ = fs::remove_file(&trial); // it may never have been made
    written.is_err().then_some(Wrong::TargetClosed(at))
}

/// What became of an order.
pub(super) enum Outcome {
    /// The province is there.
    Done(Done),
    /// Nothing was made: this is wrong.
    Wrong(Wrong),
    /// Nothing was made: these cells and rows of the list can't be taken, and the rest alone was not wanted.
    Refused(Report),
}

/// Makes the province with everything that was ordered, or nothing. Where one is already, completes it with
/// what is missing: what fails then is told, and undoes nothing.
pub(super) fn carry_out(config: &Config, order: &Order) -> Result<Outcome> {
    if config.data.join(store::FILE).exists() {
        return complete(config, order).map(Outcome::Done);
    }
    let admin =
        FirstAdmin { login: order.login.clone(), name: text::clean(&order.name), password: order.password.clone() };
    let draft = Draft::begin(&config.data, config.spec_overlay.clone(), &order.province, admin)?;
    match fill(&draft, config, order) {
        Ok(Ok(units)) => {
            let made = draft.stand(&[crate::config::ASKED, MAIL_PASSWORD])?;
            Ok(Outcome::Done(Done { made: Some(made), units: units.map(Ok), targets: Vec::new() }))
        }
        Ok(Err(refused)) => draft.discard().map(|()| refused),
        Err(e) => {
            let _ = draft.discard(); // why it failed says more; the next attempt tidies up
            Err(e)
        }
    }
}

/// The settings, the list and the targets of a province on its way; `Err` if the order can't be carried out.
fn fill(draft: &Draft, config: &Config, order: &Order) -> Result<Result<Option<Report>, Outcome>> {
    keep(draft.dir(), &config.data, order)?;
    let report = match &order.units {
        None => None,
        Some(file) => match import(&draft.app, order, file) {
            Ok(report) if report.refusals.is_empty() || order.take_rest => Some(report),
            Ok(report) => return Ok(Err(Outcome::Refused(report))),
            Err(e) => return Ok(Err(Outcome::Wrong(Wrong::List(told(e)?)))),
        },
    };
    if order.asked.backup.targets.is_empty() {
        return Ok(Ok(report));
    }
    // The key is the data directory's: an attempt that is cut off from here leaves a target that is ours.
    let app = &draft.app;
    let signer = Signer::of(&config.data, &app.chance)?;
    let site = Site {
        db: app.db.clone(),
        data: config.data.clone(),
        signer,
        province: draft.made.name.clone(),
        clock: app.clock.clone(),
        chance: app.chance.clone(),
    };
    for dir in &order.asked.backup.targets {
        if let Err(e) = Target::set_up(dir, &site) {
            return Ok(Err(Outcome::Wrong(Wrong::TargetTaken(dir.clone(), e.to_string()))));
        }
    }
    Ok(Ok(report))
}

/// What is wrong with a list, as its reader says it.
fn told(error: Error) -> Result<String> {
    match error {
        Error::Bad(why) | Error::Denied(why) => Ok(why),
        Error::Invalid(problems) => Ok(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join(" ")),
        other => Err(other),
    }
}

fn complete(config: &Config, order: &Order) -> Result<Done> {
    let data = &config.data;
    if order.asked != Asked::default() {
        keep(data, data, order)?;
    }
    let mut done = Done { made: None, units: None, targets: Vec::new() };
    if let Some(file) = &order.units {
        let app = install::open(data.clone(), config.spec_overlay.clone(), crate::app::Mode::Serve)?;
        done.units = Some(match import(&app, order, file) {
            Ok(report) => Ok(report),
            Err(e) => Err(told(e)?),
        });
        server::finish_index(&app)?;
        app.db.clone().close();
    }
    if !order.asked.backup.targets.is_empty() {
        let site = Site::open(data)?;
        for dir in &order.asked.backup.targets {
            if let Err(e) = Target::set_up(dir, &site) {
                done.targets.push((dir.clone(), e.to_string()));
            }
        }
    }
    Ok(done)
}

/// Writes the settings into `dir`, to be read in `data`.
fn keep(dir: &Path, data: &Path, order: &Order) -> Result<()> {
    let mut asked = order.asked.clone();
    if !order.mail_password.is_empty()
        && let Some(mail) = &mut asked.mail
    {
        site::replace(&dir.join(MAIL_PASSWORD), order.mail_password.as_bytes())?;
        mail.password_file = Some(data.join(MAIL_PASSWORD));
    }
    site::replace(&dir.join(crate::config::ASKED), asked.to_text()?.as_bytes())
}

fn import(app: &App, order: &Order, file: &Path) -> Result<Report> {
    let actor = by_login(app, &order.login)?;
    exchange::import(app, &actor, &exchange::Import { sheet: SHEET, year: order.year, unit: None }, file)
}

/// What is wrong with a list of schools as a whole; nothing if its rows can be looked at.
pub(super) fn wrong_list(spec: &Spec, file: &Path) -> Result<Option<Wrong>> {
    match exchange::check(spec, SHEET, file) {
        Ok(()) => Ok(None),
        Err(e) => told(e).map(|why| Some(Wrong::List(why))),
    }
}

/// Makes the directory for files to import, and lists what lies in it.
pub(super) fn files(data: &Path) -> Result<Vec<PathBuf>> {
    let dir = data.join(IMPORT);
    match fs::create_dir(&dir) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(Error::path("making directory", &dir)(e)),
        _ => {}
    }
    let all = fs::read_dir(&dir).map_err(Error::path("reading", &dir))?.flatten().map(|e| e.path());
    let is_list = |path: &PathBuf| {
        path.extension().and_then(|e| e.to_str()).is_some_and(|e| ENDINGS.contains(&e.to_lowercase().as_str()))
    };
    let mut out: Vec<PathBuf> = all.filter(is_list).collect();
    out.sort();
    Ok(out)
}

/// The four words of each recipient, to be compared with the paper.
pub(super) fn words_of(recipients: &[String]) -> Vec<String> {
    recipients.iter().map(|r| keys::check_words(r.trim().as_bytes())).collect()
}
