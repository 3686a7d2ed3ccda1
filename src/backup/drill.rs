//! A drill: the newest backup restored in earnest with a person's key, used, thrown away; what is left is
//! a dated certificate signed by the server. Only this proves that the keys open what is kept.

use super::keys::Identity;
use super::model::{moment, stamp};
use super::plan::Moment;
use super::restore::{self, Order};
use super::signer::{Signer, is_signed, unhex};
use super::site::{self, Site};
use super::target::Target;
use crate::accounts::store as accounts;
use crate::actor::{Role, Who};
use crate::app::{App, Mode};
use crate::clock::Millis;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::password;
use crate::records::{check, follow};
use crate::search::Query;
use crate::sessions::{self, ops::SignedIn};
use crate::wiring::hooks;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where certificates lie in `backups/`.
const DIR: &str = "drills";
/// Where a drill works: a directory of this name, which is its own to throw away.
const WORK: &str = "csdlgd-drill";

/// What a drill found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// When it ended, ms.
    pub done_ms: i64,
    /// How long it took, ms.
    pub took_ms: i64,
    /// The full backup it began with.
    pub number: u64,
    /// Whose backup.
    pub server: String,
    /// Of which province.
    pub province: String,
    /// The public key of the identity that opened it.
    pub recipient: String,
    /// The newest entry that came back.
    pub seq: u64,
    /// The chain's head there.
    pub head: String,
    /// Entries the live store had more when the drill ended.
    pub behind: u64,
    /// Rows that came back.
    pub rows: u64,
    /// Records of each kind that came back.
    pub counts: Vec<(String, u64)>,
    /// Documents in the index that was made anew.
    pub documents: u64,
    /// The account a sign-in was tried with.
    pub signed_in: String,
    /// What a search for the province's own name found.
    pub found: usize,
}

/// A certificate with its signature.
#[derive(Serialize, Deserialize)]
struct Signed {
    certificate: Certificate,
    signature: String,
}

/// Restores the newest backup of `from` into a throw-away directory inside `work` (the data directory if
/// left out), checks and uses it.
/// Gives the certificate and where it was put.
pub fn run(
    site: &Site,
    identity: &Identity,
    from: Option<&Path>,
    work: Option<&Path>,
) -> Result<(Certificate, PathBuf)> {
    let began = site.now();
    let from = from.map_or_else(|| site.dir(), Path::to_owned);
    Target::open(&from, site)?;
    let work = work.unwrap_or(&site.data).join(WORK);
    let clear = || match std::fs::remove_dir_all(&work) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::path("removing", &work)(e)),
        _ => Ok(()),
    };
    clear()?;
    let order = Order {
        from: &from,
        to: Moment::Newest,
        identity,
        into: &work,
        signer: Some(&site.signer.public()),
        phrases: &[],
        alone: false,
        epoch: None,
        clock: site.clock.clone(),
    };
    let outcome = restore::run(&order).and_then(|restored| {
        let used = use_it(site, &work)?;
        let done = site.now();
        Ok(Certificate {
            done_ms: done.0,
            took_ms: done.0 - began.0,
            number: restored.full.number,
            server: restored.full.server.clone(),
            province: restored.full.province.clone(),
            recipient: identity.recipient(),
            seq: restored.at.seq,
            head: crate::chance::hex(&restored.at.head),
            behind: site.db.head_seq().saturating_sub(restored.at.seq),
            rows: restored.report.rows,
            counts: restored.counts,
            documents: used.documents,
            signed_in: used.signed_in,
            found: used.found,
        })
    });
    clear()?;
    let certificate = outcome?;
    let path = keep(site, &certificate)?;
    Ok((certificate, path))
}

struct Used {
    documents: u64,
    signed_in: String,
    found: usize,
}

/// Makes the index anew, signs in, searches.
fn use_it(site: &Site, work: &Path) -> Result<Used> {
    let wrong =
        |what: &str| Error::Operator(format!("the drill failed: {what}. The backup is kept as it is; ask for help"));
    let config = Config { data: work.to_owned(), ..Config::default() };
    let app = App::open(config, Mode::Serve, site.clock.clone(), site.chance.clone(), &hooks())?;
    follow::rebuild(&app)?;
    app.index()?.settle()?;
    let documents = app.index()?.stats()?.docs;
    if documents != check::documents(&app)? {
        return Err(wrong("the index made anew does not hold what the store has to find"));
    }
    // An administrator of the restored store, with a password for this drill only.
    let all = app.db.read(accounts::all)?;
    let account = all.into_iter().find(|a| a.role == Role::SystemAdmin && a.closed_ms.is_none());
    let mut account = account.ok_or_else(|| wrong("no administrator's account came back"))?;
    let (login, secret) = (account.login.clone(), app.chance.password());
    account.password = password::hash(&secret, &app.chance, password::Cost::Full, &mut password::Memory::default())?;
    app.db.write(&Who::program(), "backup.drill", move |tx| {
        crate::second_step::store::remove(tx, account.id)?;
        accounts::put(tx, &account)
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::io("starting the runtime"))?;
    let SignedIn::Session(token) = runtime.block_on(sessions::ops::sign_in(&app, &login, &secret))? else {
        return Err(wrong("the administrator was asked for a second step"));
    };
    let (actor, _) = sessions::ops::by_session(&app, &token)?;
    let name = app.tree().root().map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
    let found = app.index()?.search(&actor.scope, &Query::text(&name, 10))?.hits.len();
    if found == 0 {
        return Err(wrong("a search found nothing"));
    }
    Ok(Used { documents, signed_in: login, found })
}

fn keep(site: &Site, certificate: &Certificate) -> Result<PathBuf> {
    let dir = site.dir().join(DIR);
    std::fs::create_dir_all(&dir).map_err(Error::path("making directory", &dir))?;
    let text = serde_json::to_string(certificate).map_err(|e| Error::Internal(e.to_string()))?;
    let signature = crate::chance::hex(&site.signer.sign(text.as_bytes()));
    let signed = Signed { certificate: certificate.clone(), signature };
    let text = serde_json::to_string_pretty(&signed).map_err(|e| Error::Internal(e.to_string()))?;
    let path = dir.join(format!("drill-{}.json", stamp(Millis(certificate.done_ms))));
    site::replace(&path, text.as_bytes())?;
    Ok(path)
}

/// The newest certificate whose signature is good.
pub fn last(data: &Path, signer: &Signer) -> Option<Certificate> {
    let dir = data.join(super::site::DIR).join(DIR);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths.into_iter().rev().find_map(|path| {
        let signed: Signed = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
        let text = serde_json::to_string(&signed.certificate).ok()?;
        let signature = unhex::<64>(&signed.signature)?;
        is_signed(&signer.public(), text.as_bytes(), &signature).then_some(signed.certificate)
    })
}

/// What a certificate says, for the terminal.
pub fn describe(c: &Certificate) -> String {
    format!(
        "restored  number {} and what followed, up to entry {} ({} behind the live store)\nrows      {}\nindex     {} \
         documents\nsigned in {}\nfound     {} by the province's name\nminutes   {}\ndone      {}",
        c.number,
        c.seq,
        c.behind,
        c.rows,
        c.documents,
        c.signed_in,
        c.found,
        c.took_ms / 60_000,
        moment(Millis(c.done_ms))
    )
}
