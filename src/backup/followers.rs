//! Second hosts that pull what is kept here: the credential of each, what each has, and what it is given.
//! They are given sealed files only, piece by piece, and can neither change nor remove anything.

use super::fence;
use super::model::{full_number, segment_range};
use super::sealed::Sealed;
use super::site::DIR;
use super::target::{SEGMENTS, Target};
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::chance::hex;
use crate::error::{Error, Result};
use crate::store::{Class, Read, Table, WriteTx};
use crate::ui::words;
use serde::{Deserialize, Serialize};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// No file is given in larger pieces.
pub const PIECE_BYTES: u64 = 4 << 20;
/// Files named in one answer.
const OFFER_FILES: usize = 500;
const FOLLOWERS_MAX: usize = 16;
const LABEL_MAX: usize = 100;
const PREFIX: &str = "csdlgd_follow_";
/// Silent for so long, a second host is doubted, ms.
pub const QUIET_MS: i64 = 3_600_000;

/// A second host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follower {
    /// What people call it.
    pub label: String,
    /// When it was let in, ms.
    pub made_ms: i64,
    /// By whom.
    pub by: String,
}
crate::stored_value!(Follower, 1);

/// When a second host asked last, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// When, ms.
    pub at_ms: i64,
    /// The last entry it has.
    pub seq: u64,
    /// The newest full backup it has.
    pub number: u64,
    /// What it complains of; see [`Ask::trouble`].
    pub trouble: String,
}
crate::stored_value!(Contact, 1);

/// What a second host asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The last entry it has; 0 for none.
    pub seq: u64,
    /// The newest full backup it has; 0 for none.
    pub number: u64,
    /// The highest epoch it knows of.
    pub epoch: u64,
    /// What it complains of: "space", "chain", "foreign", "damaged", "other"; "" for nothing.
    #[serde(default)]
    pub trouble: String,
}

/// What it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The server's public signing key.
    pub signer: String,
    /// The name of the province's root unit.
    pub province: String,
    /// The server's epoch.
    pub epoch: u64,
    /// The newest entry of the store.
    pub head: u64,
    /// Files it lacks, in the order in which to take them.
    pub files: Vec<Offered>,
    /// Whether there are more.
    pub more: bool,
}

/// A file on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its path in the target.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// blake3 of the credential → whose it is.
static FOLLOWERS: Table<[u8; 32], Follower> = Table::new(Class::Primary, 45, "backup_followers");
/// blake3 of the credential → its last question.
static CONTACTS: Table<[u8; 32], Contact> = Table::new(Class::Ephemeral, 46, "backup_contacts");

/// A second host and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Names it in forms; the credential can't be found from it.
    pub id: String,
    /// What it is.
    pub follower: Follower,
    /// Its last question.
    pub contact: Option<Contact>,
}

impl Known {
    /// Whether it asked within the hour, complains of nothing and has everything up to `seq`.
    pub fn is_good(&self, seq: u64, now_ms: i64) -> bool {
        self.contact.as_ref().is_some_and(|c| now_ms - c.at_ms < QUIET_MS && c.trouble.is_empty() && c.seq >= seq)
    }
}

/// All of them.
pub fn all(tx: &impl Read) -> Result<Vec<Known>> {
    let mut out = Vec::new();
    FOLLOWERS.scan_all(tx, |hash, follower| {
        out.push(Known { id: hex(&hash[..8]), follower, contact: CONTACTS.get(tx, &hash)? });
        Ok(ControlFlow::Continue(()))
    })?;
    out.sort_by_key(|known| known.follower.made_ms);
    Ok(out)
}

/// Ends every credential; gives how many there were.
pub fn end_all(tx: &mut WriteTx<'_>) -> Result<u64> {
    let mut hashes = Vec::new();
    FOLLOWERS.scan_all(tx, |hash, _| {
        hashes.push(hash);
        Ok(ControlFlow::Continue(()))
    })?;
    hashes.iter().try_for_each(|hash| FOLLOWERS.remove(tx, hash))?;
    Ok(hashes.len() as u64)
}

/// Lets a second host in; gives its credential, which is kept nowhere.
pub fn add(app: &App, actor: &Actor, label: &str) -> Result<String> {
    actor.require(Right::ManageBackups)?;
    let label = label.trim().to_owned();
    if label.is_empty() || label.chars().count() > LABEL_MAX {
        return Err(Error::invalid("label", "required", words::FOLLOWER_NEEDS));
    }
    let credential = format!("{PREFIX}{}", app.chance.token::<32>());
    let hash = *blake3::hash(credential.as_bytes()).as_bytes();
    let follower = Follower { label, made_ms: app.clock.now().0, by: actor.login.clone() };
    app.db.write(&actor.who(), "backup.follower", move |tx| {
        if all(tx)?.len() >= FOLLOWERS_MAX {
            return Err(Error::invalid("label", "count", words::FOLLOWER_TOO_MANY));
        }
        FOLLOWERS.put(tx, &hash, &follower)
    })?;
    Ok(credential)
}

/// Withdraws a credential.
pub fn withdraw(app: &App, actor: &Actor, id: &str) -> Result<()> {
    actor.require(Right::ManageBackups)?;
    let id = id.to_owned();
    app.db.write(&actor.who(), "backup.follower_withdrawn", move |tx| {
        let mut found = None;
        FOLLOWERS.scan_all(tx, |hash, _| {
            if hex(&hash[..8]) == id {
                found = Some(hash);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let hash = found.ok_or(Error::NotFound)?;
        CONTACTS.remove(tx, &hash)?;
        FOLLOWERS.remove(tx, &hash)
    })?;
    Ok(())
}

/// Whose credential that is. Compared as hashes, each in constant time.
pub fn by_credential(app: &App, credential: &str) -> Result<[u8; 32]> {
    let given = blake3::hash(credential.as_bytes());
    let mut found = None;
    app.db.read(|tx| {
        FOLLOWERS.scan_all(tx, |hash, _| {
            if given == blake3::Hash::from_bytes(hash) {
                found = Some(hash);
            }
            Ok(ControlFlow::Continue(()))
        })
    })?;
    found.ok_or(Error::NotSignedIn)
}

/// Notes what a second host has, and answers what it lacks. If it knows of a higher epoch, this server
/// stops.
pub fn offer(app: &App, id: [u8; 32], ask: &Ask) -> Result<Offer> {
    let site = super::site::Site::of(app)?;
    let contact = Contact {
        at_ms: app.clock.now().0,
        seq: ask.seq,
        number: ask.number,
        trouble: ask.trouble.chars().filter(char::is_ascii_lowercase).take(16).collect(),
    };
    let saved = app.db.write(&crate::actor::Who::program(), "backup.contact", move |tx| {
        let follower = FOLLOWERS.get(tx, &id)?.ok_or(Error::NotSignedIn)?;
        CONTACTS.put(tx, &id, &contact)?;
        Ok(follower)
    })?;
    if fence::learn(&app.db, ask.epoch, &saved.value.label)? {
        return Err(Error::Denied(words::FENCED.into()));
    }
    let (files, more) = lacking(&Target::look(&site.dir()), ask)?;
    Ok(Offer {
        signer: site.signer.public(),
        province: site.province,
        epoch: app.db.read(fence::epoch)?,
        head: app.db.head_seq(),
        files,
        more,
    })
}

/// What somebody lacks: newer full backups (who has none gets the newest), and the segments after the
/// last entry.
fn lacking(target: &Target, ask: &Ask) -> Result<(Vec<Offered>, bool)> {
    let mut fulls = target.fulls()?;
    let mut seq = ask.seq;
    if ask.number == 0 {
        let newest = fulls.pop();
        if let Some((_, path)) = &newest {
            seq = seq.max(Sealed::open(path)?.manifest.log.last);
        }
        fulls = newest.into_iter().collect();
    } else {
        fulls.retain(|(number, _)| *number > ask.number);
    }
    let segments = if ask.number == 0 && fulls.is_empty() { Vec::new() } else { target.segments_after(seq)? };
    // Segments first: they are what is lost if the server is lost now. Unless they lead on from a full
    // backup only.
    let gap = segments.first().is_some_and(|s| s.first > ask.seq + 1);
    let mut paths: Vec<PathBuf> = segments.into_iter().map(|s| s.path).collect();
    let fulls = fulls.into_iter().map(|(_, path)| path);
    if ask.number == 0 || gap {
        paths.splice(0..0, fulls);
    } else {
        paths.extend(fulls);
    }
    let more = paths.len() > OFFER_FILES;
    paths.truncate(OFFER_FILES);
    let offered = |path: PathBuf| {
        let bytes = std::fs::metadata(&path).ok()?.len();
        let name = path.strip_prefix(target.dir()).ok()?.to_str()?.to_owned();
        Some(Offered { name, bytes })
    };
    // What was thinned meanwhile is left out.
    Ok((paths.into_iter().filter_map(offered).collect(), more))
}

/// Whether a name is one of a full backup or a segment as this program gives them, and nothing else.
pub fn is_name(name: &str) -> bool {
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    match name.split('/').collect::<Vec<_>>()[..] {
        [full] => plain(full) && full_number(full).is_some(),
        [dir, day, segment] => {
            let day_like = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            dir == SEGMENTS && day_like && plain(segment) && segment_range(segment).is_some()
        }
        _ => false,
    }
}

/// A piece of a file from `from` on; empty at its end.
pub fn piece(data: &Path, name: &str, from: u64) -> Result<Vec<u8>> {
    if !is_name(name) {
        return Err(Error::NotFound);
    }
    let path = data.join(DIR).join(name);
    let mut file = match std::fs::File::open(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(Error::NotFound),
        opened => opened.map_err(Error::path("opening", &path))?,
    };
    let mut out = Vec::new();
    file.seek(SeekFrom::Start(from))
        .and_then(|_| file.take(PIECE_BYTES).read_to_end(&mut out))
        .map_err(Error::path("reading", &path))?;
    Ok(out)
}
