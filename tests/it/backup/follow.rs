//! The second host: takes everything, loses nothing the server removes, believes only what is signed and
//! only the server it knows; and the standby that becomes the master while the old one stops.

use super::{Kept, refused, stranger};
use crate::support::Province;
use csdlgd::actor::Role;
use csdlgd::backup::plan::Moment;
use csdlgd::backup::{fence, followers};
use csdlgd::config::Keep;
use csdlgd::error::{Error, Result};
use csdlgd::follow::client::Client;
use csdlgd::follow::keep::Kept as Followed;
use csdlgd::follow::pull::{Puller, Round};
use csdlgd::follow::standby::Standby;
use csdlgd::server_loop::{Entrance, LoopLimits, listen, serve};
use csdlgd::store::history::primary_rows;
use csdlgd::store::{Db, Options};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// A province with a full backup in its own target, served on a loopback port.
struct Served {
    p: Province,
    kept: Kept,
    dir: tempfile::TempDir,
    address: String,
    credential: PathBuf,
    _stop: watch::Sender<bool>,
}

impl Served {
    fn of(p: Province) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::of(&p.app, &p.clock, &p.data().join("backups"));
        kept.full();
        let router = csdlgd::server::router(&p.app);
        let (stop, stopping) = watch::channel(false);
        let address = p.run(async {
            let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            tokio::spawn(serve(Entrance::plain(listener), router, LoopLimits::default(), stopping));
            address
        });
        let secret = followers::add(&p.app, &p.actor("so.admin"), "Máy ở kho").unwrap();
        let credential = write_credential(dir.path(), "credential", &secret);
        Self { p, kept, dir, address, credential, _stop: stop }
    }

    fn new() -> Self {
        Self::of(Province::new())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address), &self.credential, None, None).unwrap()
    }

    fn followed(&self) -> Followed {
        Followed::open(&self.at("second"), self.p.clock.clone()).unwrap()
    }

    fn pull_with(&self, client: &Client, followed: &Followed) -> Result<Round> {
        let mut puller = Puller { client, kept: followed, signer: None, standby: None, keep: Keep::default() };
        puller.round("").map_err(|(_, e)| e)
    }

    fn pull(&self, followed: &Followed) -> Result<Round> {
        self.pull_with(&self.client(), followed)
    }

    /// One more save, shipped to the server's own target.
    fn save(&self, login: &str) {
        self.p.account(login, Role::SchoolClerk, self.p.school);
        self.kept.ship();
    }
}

fn write_credential(dir: &Path, name: &str, secret: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, format!("{secret}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Every sealed file under a directory: its path there, its bytes.
fn sealed(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let target = csdlgd::backup::target::Target::look(dir);
    let fulls = target.fulls().unwrap().into_iter().map(|(_, path)| path);
    let segments = target.segments().unwrap().into_iter().map(|s| s.path);
    let name = |path: &Path| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
    fulls.chain(segments).map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn everything_is_taken_and_nothing_is_lost_again() {
    let s = Served::new();
    s.save("mot.vt");
    s.save("hai.vt");
    let followed = s.followed();
    let admin = s.p.sign_in("so.admin");
    s.p.get(&admin, "/backup").is(200).says("Máy ở kho").says("Chưa lấy lần nào");
    s.kept.ship();
    let head = s.p.app.db.head_seq();
    let round = s.pull(&followed).unwrap();
    assert_eq!((round.taken, round.seq), (4, head), "a full backup and three segments");
    assert_eq!(sealed(followed.dir()), sealed(s.kept.target.dir()));
    s.p.get(&admin, "/backup").is(200).says("Đủ đến lần lưu cuối").hides("Chưa lấy lần nào");
    assert_eq!(s.pull(&followed).unwrap().taken, 0);
    // Whoever takes the server removes what is there; here it stays, and comes back from here alone.
    s.save("ba.vt");
    s.pull(&followed).unwrap();
    let before = sealed(followed.dir());
    for (name, _) in sealed(s.kept.target.dir()) {
        std::fs::remove_file(s.kept.target.dir().join(name)).unwrap();
    }
    s.pull(&followed).unwrap();
    assert_eq!(sealed(followed.dir()), before);
    let restored = s.kept.restore(followed.dir(), Moment::Newest, &s.at("again")).unwrap();
    assert_eq!(restored.at.seq, s.p.app.db.head_seq());
    // Thinned by this host's own clock: nothing that came within the promised days goes.
    assert_eq!(followed.thin(&Keep::default()).unwrap(), 0);
}

#[test]
fn what_was_cut_off_goes_on_and_what_was_spoilt_begins_anew() {
    let s = Served::new();
    let followed = s.followed();
    let (name, bytes) = sealed(s.kept.target.dir()).remove(0);
    let part = followed.dir().join(&name).with_extension("part");
    std::fs::write(&part, &bytes[..bytes.len() / 3]).unwrap();
    s.pull(&followed).unwrap();
    assert_eq!(sealed(followed.dir()), sealed(s.kept.target.dir()));
    assert!(!part.exists());
    // Another beginning than the server's: noticed at the end, thrown away, fetched whole.
    let other = Followed::open(&s.at("third"), s.p.clock.clone()).unwrap();
    let mut spoilt = bytes[..bytes.len() / 3].to_vec();
    spoilt[600] ^= 1;
    std::fs::write(other.dir().join(&name).with_extension("part"), spoilt).unwrap();
    assert!(refused(s.pull(&other)).contains("is not what was written"));
    assert_eq!(sealed(other.dir()), []);
    s.pull(&other).unwrap();
    assert_eq!(sealed(other.dir()), sealed(s.kept.target.dir()));
    // A file the server has exchanged on its disk never gets a name here.
    s.save("mot.vt");
    let segment = s.kept.segments().pop().unwrap();
    let mut bad = std::fs::read(&segment).unwrap();
    let at = bad.len() / 2;
    bad[at] ^= 1;
    std::fs::write(&segment, &bad).unwrap();
    let had = sealed(followed.dir());
    refused(s.pull(&followed));
    assert_eq!(sealed(followed.dir()), had);
}

#[test]
fn only_who_holds_the_credential_is_answered_and_only_about_backups() {
    let s = Served::new();
    let followed = s.followed();
    s.pull(&followed).unwrap();
    let guessed = write_credential(s.dir.path(), "guessed", &format!("csdlgd_follow_{}", "0".repeat(64)));
    let from = format!("http://{}", s.address);
    let client = Client::new(&from, &guessed, None, None).unwrap();
    assert!(refused(s.pull_with(&client, &followed)).contains("does not know this credential"));
    // A person's API token is none either.
    let token = write_credential(s.dir.path(), "token", &s.p.token("so.admin"));
    let client = Client::new(&from, &token, None, None).unwrap();
    assert!(refused(s.pull_with(&client, &followed)).contains("does not know this credential"));
    for name in [
        "../store.redb",
        "number",
        "csdlgd-target.json",
        "csdlgd-full-1-/../../store.tar",
        "segments/2026-11-05/../../../x.tar",
        "/etc/passwd",
        "",
    ] {
        assert!(!followers::is_name(name), "{name}");
        assert!(matches!(followers::piece(&s.p.data(), name, 0), Err(Error::NotFound)), "{name}");
    }
    let admin = s.p.sign_in("so.admin");
    let page = s.p.get(&admin, "/backup").is(200);
    let id = page.body.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    s.p.post(&admin, "/backup/followers/withdraw", &[("id", &id)]).is(303);
    assert!(refused(s.pull(&followed)).contains("it was withdrawn"));
    s.p.post(&admin, "/backup/followers", &[("_key", "f"), ("_for", "follower"), ("label", " ")])
        .is(422)
        .says("ghi tên máy");
    let shown = s.p.post(&admin, "/backup/followers", &[("_key", "g"), ("label", "Máy mới")]).is(200);
    assert!(shown.body.contains("csdlgd_follow_"));
    s.p.get(&admin, "/backup").is(200).says("Máy mới").hides("csdlgd_follow_");
}

#[test]
fn what_can_not_be_trusted_is_refused_with_the_next_step() {
    let s = Served::new();
    let new = |from: &str, pin: Option<&str>| Client::new(from, &s.credential, pin, None).map(|_| ());
    assert!(refused(new("http://csdl.example", None)).contains("plain http is for this machine only"));
    assert!(refused(new("http://127.0.0.1.example:80", None)).contains("plain http is for this machine only"));
    assert!(refused(new("https://csdl.example", None)).contains("either --pin SHA256"));
    assert!(refused(new("https://csdl.example", Some("12:34"))).contains("64 hexadecimal digits"));
    assert!(refused(new("csdl.example", None)).contains("is no address"));
    std::fs::set_permissions(&s.credential, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused(new("http://127.0.0.1:1", None)).contains("others may read the credential"));
    std::fs::set_permissions(&s.credential, std::fs::Permissions::from_mode(0o600)).unwrap();
    let followed = s.followed();
    let nobody = Client::new("http://127.0.0.1:1", &s.credential, None, None).unwrap();
    assert!(refused(s.pull_with(&nobody, &followed)).contains("can't be reached"));
    s.pull(&followed).unwrap();
    assert!(refused(Followed::open(followed.dir(), s.p.clock.clone())).contains("another csdlgd follows into"));

    // Another server under the same address.
    let other = Served::of(stranger());
    assert!(refused(s.pull_with(&other.client(), &followed)).contains("this server signs with another key"));
    // A link that is missing on the server: told here and on its page; a full backup mends it.
    s.save("mot.vt");
    let gone = s.kept.segments().pop().unwrap();
    s.save("hai.vt");
    std::fs::remove_file(gone).unwrap();
    let client = s.client();
    let mut puller = Puller { client: &client, kept: &followed, signer: None, standby: None, keep: Keep::default() };
    assert!(refused(puller.once()).contains("a link is missing"));
    let admin = s.p.sign_in("so.admin");
    s.p.get(&admin, "/backup").is(200).says("Chuỗi bản sao bị đứt");
    s.kept.full();
    assert_eq!(s.pull(&followed).unwrap().seq, s.p.app.db.head_seq());
}

/// TLS in front of the server, as it or a proxy has it: one connection after another.
fn tls_in_front(to: String) -> (String, String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (pem, der) = (made.cert.pem(), made.cert.der().clone());
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::StreamOwned::new(session, stream.unwrap());
            // One question, one answer: the head says how long the body is.
            let mut question = Vec::new();
            let mut buffer = [0; 4096];
            let whole = |q: &[u8]| {
                let text = String::from_utf8_lossy(q).to_ascii_lowercase();
                let head = text.find("\r\n\r\n").map(|at| at + 4)?;
                let length: usize = text.split("content-length: ").nth(1)?.split("\r\n").next()?.parse().ok()?;
                (q.len() >= head + length).then_some(())
            };
            while whole(&question).is_none() {
                match tls.read(&mut buffer) {
                    Ok(n) if n > 0 => question.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
            if question.is_empty() {
                continue; // the certificate did not please
            }
            let text = String::from_utf8(question).unwrap().replacen("\r\n", "\r\nConnection: close\r\n", 1);
            let mut server = TcpStream::connect(&to).unwrap();
            server.write_all(text.as_bytes()).unwrap();
            let mut answer = Vec::new();
            server.read_to_end(&mut answer).unwrap();
            tls.write_all(&answer).unwrap();
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    });
    let pin = csdlgd::tls::fingerprint(&der);
    (format!("https://localhost:{port}"), pem, pin)
}

#[test]
fn over_tls_one_certificate_is_believed() {
    let s = Served::new();
    let (from, pem, pin) = tls_in_front(s.address.clone());
    let ca = s.at("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    let followed = s.followed();
    let pull =
        |pin: Option<&str>, ca: Option<&Path>| s.pull_with(&Client::new(&from, &s.credential, pin, ca)?, &followed);
    let wrong = pin.replace('A', "B").replace('1', "2");
    assert!(refused(pull(Some(&wrong), None)).contains("shows another certificate"));
    let (_, other_pem, _) = tls_in_front(s.address.clone());
    let other_ca = s.at("other.pem");
    std::fs::write(&other_ca, other_pem).unwrap();
    assert!(refused(pull(None, Some(&other_ca))).contains("shows another certificate"));
    std::fs::write(&other_ca, "nothing").unwrap();
    assert!(refused(pull(None, Some(&other_ca))).contains("holds no certificate"));
    assert_eq!(sealed(followed.dir()), []);
    pull(Some(&pin), None).unwrap();
    assert_eq!(sealed(followed.dir()), sealed(s.kept.target.dir()));
    s.save("mot.vt");
    assert_eq!(pull(None, Some(&ca)).unwrap().taken, 1);
}

#[test]
fn the_standby_becomes_the_master_and_the_old_one_stops() {
    let s = Served::new();
    let followed = s.followed();
    let into = s.at("standby");
    let disk = s.at("disk");
    let target = csdlgd::backup::target::Target::set_up(&disk, &s.kept.site).unwrap();
    let round = |save: &str| {
        s.save(save);
        let client = s.client();
        let standby = Standby::new(followed.dir(), &into, &s.kept.keys[0]).unwrap();
        let (kept, keep) = (&followed, Keep::default());
        Puller { client: &client, kept, signer: None, standby: Some(standby), keep }
            .round("")
            .map_err(|(_, e)| e)
            .unwrap()
    };
    round("mot.vt");
    // Begun anew by another process, it goes on where it was.
    let done = round("hai.vt");
    assert_eq!(done.seq, s.p.app.db.head_seq());
    assert!(!into.join("store.redb").exists(), "nobody can serve a standby");
    let rows = primary_rows(&s.p.app.db).unwrap();

    let standby = Standby::new(followed.dir(), &into, &s.kept.keys[0]).unwrap();
    let (restored, epoch) = standby.promote(&followed, &into, &s.p.clock).unwrap();
    assert_eq!((restored.at.seq, epoch), (done.seq, 2));
    let new = Db::open(&into, Options::default()).unwrap();
    let mut now = primary_rows(&new).unwrap();
    // Its own: what a restore says of itself, its epoch; credentials and tokens have ended.
    now.retain(|key, _| ![42, 43, 44].contains(&key[0]));
    let mut then = rows;
    then.retain(|key, _| ![11, 45].contains(&key[0]));
    assert_eq!(now, then);
    assert_eq!(new.read(fence::epoch).unwrap(), 2);
    drop(new);
    assert!(refused(Standby::new(followed.dir(), &into, &s.kept.keys[0])).contains("a store that people may use"));
    let p = s.p.restored(&into);
    p.sign_in("so.admin");

    // The old master learns of it at a target, stops, and does not run again.
    csdlgd::backup::target::Target::fence(&disk, epoch).unwrap();
    let ship = csdlgd::backup::segment::ship(&s.kept.site, &s.kept.recipients, &target, &mut None);
    assert!(refused(ship).contains("another server has taken over"));
    assert!(refused(fence::refuse(&s.p.app.db)).contains("does not run. Use the new one"));
    let late = s.p.app.db.write(&csdlgd::actor::Who::program(), "late", |tx| {
        tx.note("{}".into());
        Ok(())
    });
    assert!(late.is_err(), "a replaced master still takes what people save");
}

#[test]
fn a_second_host_s_question_stops_a_replaced_master() {
    let s = Served::new();
    let followed = s.followed();
    s.pull(&followed).unwrap();
    let follows = followed.follows().unwrap().unwrap();
    assert_eq!(follows.epoch, 1);
    followed.set_follows(&csdlgd::follow::keep::Follows { epoch: 2, ..follows }).unwrap();
    assert!(refused(s.pull(&followed)).contains("has been replaced by a newer master"));
    assert!(refused(fence::refuse(&s.p.app.db)).contains("learned from Máy ở kho"));
    let answer = s.p.post("", "/login", &[("login", "so.admin"), ("password", crate::support::PASSWORD)]);
    assert_eq!(answer.status.as_u16(), 503);
}

/// Two servers with one key, as when a data directory was copied, write to one target.
#[test]
fn two_masters_at_one_target_are_noticed() {
    let (one, two) = (Province::new(), Province::new());
    let dir = tempfile::tempdir().unwrap();
    let first = Kept::of(&one.app, &one.clock, &dir.path().join("disk"));
    let second = Kept::of(&two.app, &two.clock, &dir.path().join("disk"));
    first.full();
    let ship =
        |kept: &Kept, known: &mut _| csdlgd::backup::segment::ship(&kept.site, &kept.recipients, &kept.target, known);
    let (mut a, mut b) = (None, None);
    ship(&first, &mut a).unwrap();
    ship(&second, &mut b).unwrap();
    one.account("mot.vt", Role::SchoolClerk, one.school);
    ship(&first, &mut a).unwrap();
    // The second believes to know where the target stands; it does not write over what the first wrote.
    two.account("hai.vt", Role::SchoolClerk, two.school);
    let said = refused(ship(&second, &mut b));
    assert!(said.contains("the two have parted ways"), "{said}");
    assert_eq!(first.segments().len(), 1);
}
