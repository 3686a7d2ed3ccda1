//! Making an installation, and an administrator's help on the server itself.

use crate::accounts::ops::{NewAccount, create};
use crate::accounts::{model, store as accounts};
use crate::actor::{Role, Who};
use crate::app::{App, Mode};
use crate::backup::site::sync_dir;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::id::UnitId;
use crate::owner;
use crate::password;
use crate::second_step;
use crate::sessions::ops::{by_login, program_actor};
use crate::spec::Spec;
use crate::terminal::say;
use crate::ui::words;
use crate::units::{admin, ops as units, store as unit_store};
use crate::wiring::hooks;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where a province is made before it stands in the data directory.
const BEING_MADE: &str = "being-made";
const INDEX: &str = "index";

/// Opens an installation with the machine's clock and chance.
pub fn open(data: PathBuf, overlay: Option<PathBuf>, mode: Mode) -> Result<App> {
    let config = Config { data, spec_overlay: overlay, ..Config::default() };
    App::open(config, mode, Clock::system(), Chance::system(), &hooks())
}

/// Whether a province stands in the data directory, and nobody is at work on it ([`Draft`]).
pub fn is_whole(data: &Path) -> bool {
    let is_free = || File::open(data).is_ok_and(|dir| dir.try_lock_shared().is_ok());
    data.join(crate::store::FILE).exists() && is_free()
}

/// Who administers a new province first.
pub struct FirstAdmin {
    /// As typed at the sign-in; see [`model::clean_login`].
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password; one made here, to be changed at the first sign-in, if there is none.
    pub password: Option<String>,
}

/// A province just made.
pub struct Made {
    /// The Sở's name.
    pub name: String,
    /// Units made.
    pub units: usize,
    /// The administrator's login.
    pub login: String,
    /// The password made here.
    pub secret: Option<String>,
}

/// A province on its way: made beside its place, and moved there when it is whole. Whatever happens before
/// leaves no province.
pub struct Draft {
    /// The installation as it is so far.
    pub app: App,
    /// What was made.
    pub made: Made,
    data: PathBuf,
    /// Held, so that nobody else makes one here meanwhile.
    _alone: File,
}

impl Draft {
    /// Begins with an empty province: its Sở, the offices of its administrative units with their dates, one
    /// administrator.
    pub fn begin(data: &Path, overlay: Option<PathBuf>, province: &str, admin: FirstAdmin) -> Result<Self> {
        let login = model::clean_login(&admin.login);
        if !model::is_login(&login) {
            return Err(Error::invalid("login", "login", words::SETUP_LOGIN));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(Error::path("making directory", data))?;
        let alone = File::open(data).map_err(Error::path("opening", data))?;
        match alone.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Operator(format!("another process makes a province in {}", data.display())));
            }
            Err(TryLockError::Error(e)) => return Err(Error::path("locking", data)(e)),
            Ok(()) => {}
        }
        if data.join(crate::store::FILE).exists() {
            return Err(Error::Operator(format!("{} holds a province already; nothing was changed", data.display())));
        }
        // What an attempt left that was cut off.
        remove(&data.join(BEING_MADE))?;
        let app = open(data.join(BEING_MADE), overlay, Mode::Create)?;
        let made = fill(&app, province, &login, admin)?;
        Ok(Self { app, made, data: data.to_owned(), _alone: alone })
    }

    /// Where it is made.
    pub fn dir(&self) -> &Path {
        &self.app.config.data
    }

    /// Moves it to its place, and with it the files of these names that lie beside its store.
    pub fn stand(self, files: &[&str]) -> Result<Made> {
        crate::server::finish_index(&self.app)?;
        let (beside, data) = (self.dir().to_owned(), self.data);
        self.app.db.clone().close();
        drop(self.app);
        for part in [INDEX].iter().chain(files) {
            let (from, to) = (beside.join(part), data.join(part));
            if from.exists() {
                // An attempt that was cut off may have come as far as this.
                remove(&to)?;
                fs::rename(from, &to).map_err(Error::path("moving", to))?;
            }
        }
        sync_dir(&data)?;
        // A service that waits for it serves it at once: it must be able to read it.
        owner::hand_over(&data)?;
        // The store last: with it in its place the province is there.
        let to = data.join(crate::store::FILE);
        fs::rename(beside.join(crate::store::FILE), &to).map_err(Error::path("moving", to))?;
        sync_dir(&data)?;
        remove(&beside)?;
        Ok(self.made)
    }

    /// Takes it back: nothing was made.
    pub fn discard(self) -> Result<()> {
        let beside = self.dir().to_owned();
        self.app.db.clone().close();
        drop(self.app);
        remove(&beside)
    }
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::path("removing", path)(e)),
        _ => Ok(()),
    }
}

fn fill(app: &App, province: &str, login: &str, admin: FirstAdmin) -> Result<Made> {
    let units = admin::skeleton(&app.spec, province);
    let count = units.len();
    app.db.write(&Who::program(), "unit.init", move |tx| {
        for unit in &units {
            unit_store::put(tx, unit)?;
        }
        tx.set_unit(UnitId(1));
        Ok(())
    })?;
    units::reload(app)?;
    let secret = admin.password.is_none().then(|| app.chance.password());
    let password = admin.password.or_else(|| secret.clone()).unwrap_or_default();
    let account = NewAccount {
        login: login.to_owned(),
        name: admin.name,
        role: Role::SystemAdmin,
        unit: UnitId(1),
        password: password::hash(&password, &app.chance, password::Cost::Full, &mut password::Memory::default())?,
        must_change: secret.is_some(),
    };
    create(app, &program_actor(), vec![account])?;
    let name = app.tree().root().map(|r| r.name(app.today()).to_owned()).unwrap_or_default();
    Ok(Made { name, units: count, login: login.to_owned(), secret })
}

/// `csdlgd init`: an empty province from the command line; prints the first password once.
pub fn init(data: PathBuf, overlay: Option<PathBuf>, province: &str, login: &str) -> Result<ExitCode> {
    if !model::is_login(&model::clean_login(login)) {
        return Err(wrong_login("--admin"));
    }
    let known = crate::spec::Spec::load(overlay.as_deref())?;
    if admin::skeleton(&known, province).is_empty() {
        let names: Vec<String> = provinces(&known).into_iter().map(|(code, name)| format!("{code} {name}")).collect();
        return Err(Error::Operator(format!(
            "--province: no province has code '{province}' in the list; known are: {}",
            names.join(", ")
        )));
    }
    let admin = FirstAdmin { login: login.to_owned(), name: "Quản trị hệ thống".into(), password: None };
    let made = Draft::begin(&data, overlay, province, admin)?.stand(&[])?;
    say!("{}: {} units made", made.name, made.units);
    say!("administrator: {}", made.login);
    if let Some(secret) = made.secret {
        say!("first password (shown this once, to be changed at the first sign-in): {secret}");
    }
    say!("next: csdlgd serve --data {}", data.display());
    Ok(ExitCode::SUCCESS)
}

fn wrong_login(place: &str) -> Error {
    Error::Operator(format!("{place}: a login has 3 to 64 characters of a–z, 0–9, dot, dash, underscore"))
}

/// Provinces a system can be made for: code and name, in order of code.
pub fn provinces(spec: &Spec) -> Vec<(String, String)> {
    let list = spec.codes.get("province");
    let mut out: Vec<(String, String)> =
        list.map(|l| l.codes.iter().map(|c| (c.code.clone(), c.name.clone())).collect()).unwrap_or_default();
    out.retain(|(code, _)| !admin::skeleton(spec, code).is_empty());
    out.sort();
    out.dedup_by(|a, b| a.0 == b.0);
    out
}

/// Gives an account a new password; all its sessions end.
pub fn reset(data: PathBuf, login: &str) -> Result<ExitCode> {
    let app = open(data, None, Mode::Serve)?;
    let actor = by_login(&app, login)?;
    let secret = app.chance.password();
    let hash = password::hash(&secret, &app.chance, password::Cost::Full, &mut password::Memory::default())?;
    app.db.write(&Who::program(), "account.reset", move |tx| {
        let mut account = accounts::get(tx, actor.account)?.ok_or(Error::NotFound)?;
        account.password = hash;
        account.must_change = true;
        account.epoch += 1;
        tx.set_unit(account.unit);
        second_step::store::remove(tx, account.id)?;
        accounts::put(tx, &account)
    })?;
    say!("new password for {login} (shown this once, to be changed at the first sign-in): {secret}");
    Ok(ExitCode::SUCCESS)
}

/// Makes an account.
pub fn add_account(data: PathBuf, login: &str, role: &str, unit: Option<&str>, name: Option<&str>) -> Result<ExitCode> {
    let app = open(data, None, Mode::Serve)?;
    let role = Role::from_key(role).ok_or_else(|| {
        let keys: Vec<&str> = crate::actor::ROLES.iter().map(|r| r.key()).collect();
        Error::Operator(format!("--role: one of {}", keys.join(", ")))
    })?;
    if !model::is_login(&model::clean_login(login)) {
        return Err(wrong_login("the login"));
    }
    let unit = match unit {
        Some(text) => find_unit(&app, text)?,
        None => app.tree().root().map(|r| r.id).ok_or_else(|| Error::Operator("the store has no units".into()))?,
    };
    let secret = app.chance.password();
    let new = NewAccount {
        login: model::clean_login(login),
        name: name.unwrap_or(login).to_owned(),
        role,
        unit,
        password: password::hash(&secret, &app.chance, password::Cost::Full, &mut password::Memory::default())?,
        must_change: true,
    };
    create(&app, &program_actor(), vec![new]).map_err(|e| match e {
        Error::Invalid(problems) => {
            Error::Operator(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join("; "))
        }
        other => other,
    })?;
    say!("account {login} made; first password (shown this once): {secret}");
    Ok(ExitCode::SUCCESS)
}

/// The unit an operator means by a code, `#number` or name.
pub fn find_unit(app: &App, text: &str) -> Result<UnitId> {
    let tree = app.tree();
    crate::records::world::resolve_unit(&tree, text)
        .or_else(|| tree.by_code(admin::GSO, text).first().copied())
        .ok_or_else(|| Error::Operator(format!("no unit has code or name '{text}'")))
}
