//! Making an installation, and an administrator's help on the server itself.

use crate::accounts::ops::{NewAccount, create};
use crate::accounts::{model, store as accounts};
use crate::actor::{Role, Who};
use crate::app::{App, Mode};
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::id::UnitId;
use crate::password;
use crate::second_step;
use crate::sessions::ops::{by_login, program_actor};
use crate::spec::Spec;
use crate::terminal::say;
use crate::ui::words;
use crate::units::{admin, ops as units, store as unit_store};
use crate::wiring::hooks;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where a province is made before it stands in the data directory.
const BEING_MADE: &str = "being-made";

/// Opens an installation with the machine's clock and chance.
pub fn open(data: PathBuf, overlay: Option<PathBuf>, mode: Mode) -> Result<App> {
    let config = Config { data, spec_overlay: overlay, ..Config::default() };
    App::open(config, mode, Clock::system(), Chance::system(), &hooks())
}

/// Held while a store is put into a data directory, until all that belongs to it is there and its owner's: a server
/// that waits on the empty directory serves it then ([`is_whole`]). Waits for another that holds it; nothing where
/// there is no directory yet, as nobody waits on it then.
pub fn hold(data: &Path) -> Option<fs::File> {
    let dir = fs::File::open(data).ok()?;
    dir.lock().ok().map(|()| dir)
}

/// Whether a store is in the data directory, and nobody still works on it ([`hold`]).
pub fn is_whole(data: &Path) -> bool {
    let is_free = || fs::File::open(data).is_ok_and(|dir| dir.try_lock_shared().is_ok());
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

/// Makes an empty province: its Sở, the offices of its administrative units with their dates, one
/// administrator. All of it or nothing: it is made beside its place and moved there when it is whole.
pub fn make(data: &Path, overlay: Option<PathBuf>, province: &str, admin: FirstAdmin) -> Result<Made> {
    let login = model::clean_login(&admin.login);
    if !model::is_login(&login) {
        return Err(Error::invalid("login", "login", words::SETUP_LOGIN));
    }
    if data.join(crate::store::FILE).exists() {
        return Err(Error::Operator(format!("{} holds a province already; nothing was changed", data.display())));
    }
    let beside = data.join(BEING_MADE);
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(Error::path("remove", &beside))?;
    }
    let app = open(beside.clone(), overlay, Mode::Create)?;
    let units = admin::skeleton(&app.spec, province);
    let count = units.len();
    app.db.write(&Who::program(), "unit.init", move |tx| {
        for unit in &units {
            unit_store::put(tx, unit)?;
        }
        tx.set_unit(UnitId(1));
        Ok(())
    })?;
    units::reload(&app)?;
    let secret = admin.password.is_none().then(|| app.chance.password());
    let password = admin.password.or_else(|| secret.clone()).unwrap_or_default();
    let account = NewAccount {
        login: login.clone(),
        name: admin.name,
        role: Role::SystemAdmin,
        unit: UnitId(1),
        password: password::hash(&password, &app.chance, password::Cost::Full, &mut password::Memory::default())?,
        must_change: secret.is_some(),
    };
    create(&app, &program_actor(), vec![account])?;
    crate::server::finish_index(&app)?;
    let name = app.tree().root().map(|r| r.name(app.today()).to_owned()).unwrap_or_default();
    app.db.clone().close();
    drop(app);
    // The store last: with it in its place the province is there.
    for part in ["index", crate::store::FILE] {
        fs::rename(beside.join(part), data.join(part)).map_err(Error::path("move", data.join(part)))?;
    }
    fs::remove_dir_all(&beside).map_err(Error::path("remove", &beside))?;
    Ok(Made { name, units: count, login, secret })
}

/// `csdlgd init`: [`make`] from the command line; prints the first password once.
pub fn init(data: PathBuf, overlay: Option<PathBuf>, province: &str, login: &str) -> Result<ExitCode> {
    if !model::is_login(&model::clean_login(login)) {
        return Err(Error::Operator(
            "--admin: a login has 3 to 64 characters of a–z, 0–9, dot, dash, underscore".into(),
        ));
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
    let made = make(&data, overlay, province, admin)?;
    say!("{}: {} units made", made.name, made.units);
    say!("administrator: {}", made.login);
    if let Some(secret) = made.secret {
        say!("first password (shown this once, to be changed at the first sign-in): {secret}");
    }
    say!("next: csdlgd serve --data {}", data.display());
    Ok(ExitCode::SUCCESS)
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
