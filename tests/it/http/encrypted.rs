//! TLS in the program: which certificate is shown, and who is sent away.

use super::{Reply, SHORT, Served, TOO_LONG, failing, settings, start_at};
use crate::support::{PASSWORD, Province};
use axum::Router;
use axum::routing::get;
use csdlgd::clock::{Clock, Millis, start_of_day};
use csdlgd::config::{Config, Tls as Setting, TlsMode};
use csdlgd::error::Error;
use csdlgd::http::{self, Arrived};
use csdlgd::server_loop::LoopLimits;
use csdlgd::tls::{Origin, Tls, fingerprint};
use jiff::civil::date;
use rcgen::{CertificateParams, CertifiedKey, KeyPair};
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const DAY_MS: i64 = 86_400_000;

/// The operator's files, in a directory of their own.
pub(super) struct Kept {
    pub(super) dir: TempDir,
    pub(super) clock: Clock,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self::at(start_of_day(date(2026, 11, 22)))
    }

    pub(super) fn at(now: Millis) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: Clock::fixed(now) }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a certificate for `localhost` and its key there.
    pub(super) fn put(&self, CertifiedKey { cert, signing_key }: &CertifiedKey<KeyPair>) {
        fs::write(self.path("cert.pem"), cert.pem()).unwrap();
        self.put_key(&signing_key.serialize_pem(), 0o640);
    }

    fn put_key(&self, pem: &str, mode: u32) {
        fs::write(self.path("key.pem"), pem).unwrap();
        fs::set_permissions(self.path("key.pem"), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn config(&self, mode: TlsMode) -> Config {
        let mut tls = Setting { mode, ..Setting::default() };
        if mode == TlsMode::Files {
            (tls.certificate, tls.key) = (Some(self.path("cert.pem")), Some(self.path("key.pem")));
        }
        Config { data: self.path("data"), tls, ..Config::default() }
    }

    pub(super) fn open(&self, mode: TlsMode) -> Tls {
        Tls::open(&self.config(mode), &self.clock).unwrap().unwrap()
    }

    fn refused(&self) -> String {
        match Tls::open(&self.config(TlsMode::Files), &self.clock) {
            Err(Error::Operator(why)) => why,
            other => panic!("{other:?}"),
        }
    }
}

/// A new certificate for `localhost`, with its key.
pub(super) fn pair() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// One that ends on a day.
fn pair_until(year: i32, month: u8, day: u8) -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(["localhost".to_owned()]).unwrap();
    wanted.not_after = rcgen::date_time_ymd(year, month, day);
    CertifiedKey { cert: wanted.self_signed(&signing_key).unwrap(), signing_key }
}

/// A client that trusts that certificate only.
pub(super) fn client(
    trusted: CertificateDer<'static>,
    speaks: &[&str],
    versions: &[&'static SupportedProtocolVersion],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = speaks.iter().map(|p| p.as_bytes().to_vec()).collect();
    config.resumption = Resumption::disabled();
    Arc::new(config).into()
}

impl Served {
    pub(super) async fn shake(&self, trusted: &[u8], speaks: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        let trusted = CertificateDer::from(trusted.to_vec());
        let name = ServerName::try_from("localhost").unwrap();
        client(trusted, speaks, rustls::ALL_VERSIONS).connect(name, self.connect().await).await
    }

    async fn ask_encrypted(&self, trusted: &[u8], request: &str) -> Reply {
        let mut stream = self.shake(trusted, &["http/1.1"]).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // An end without close_notify would be an error here.
        timeout(TOO_LONG, stream.read_to_end(&mut bytes)).await.unwrap().unwrap();
        Reply::parse(&bytes)
    }
}

pub(super) const GET: &str = "GET /from HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

pub(super) fn told() -> Router {
    let from = async |from: Arrived| format!("{} {}", from.peer, from.secure);
    http::layers(Router::new().route("/from", get(from)), settings())
}

#[tokio::test]
async fn who_came_just_before_the_stop_is_heard() {
    let (kept, pair) = (Kept::new(), pair());
    kept.put(&pair);
    let patient = LoopLimits { unasked_within: TOO_LONG, stop_within: TOO_LONG, ..LoopLimits::default() };
    let server = start_at(Some(kept.open(TlsMode::Files)), told(), patient).await;
    let early = server.connect().await;
    // Accepted for sure once a later connection on the same queue was answered.
    server.ask_encrypted(pair.cert.der(), GET).await;
    server.stop.send(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let client = client(pair.cert.der().clone(), &[], rustls::ALL_VERSIONS);
    let mut stream = client.connect(name, early).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    timeout(TOO_LONG, stream.read_to_end(&mut bytes)).await.unwrap().unwrap();
    assert_eq!(Reply::parse(&bytes).text(), "127.0.0.1 true");
    assert_eq!(timeout(TOO_LONG, server.ended).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn pages_come_over_both_versions_and_browsers_are_told_to_stay() {
    let (kept, pair) = (Kept::new(), pair());
    kept.put(&pair);
    let server = start_at(Some(kept.open(TlsMode::Files)), told(), LoopLimits::default()).await;
    for version in rustls::ALL_VERSIONS {
        let name = ServerName::try_from("localhost").unwrap();
        let client = client(pair.cert.der().clone(), &[], &[version]);
        let mut stream = client.connect(name, server.connect().await).await.unwrap();
        let spoken = stream.get_ref().1.protocol_version().unwrap();
        assert!([ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3].contains(&spoken), "{spoken:?}");
        stream.write_all(GET.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let reply = Reply::parse(&bytes);
        assert_eq!((reply.status, reply.text()), (200, "127.0.0.1 true"));
        assert!(reply.header("strict-transport-security").starts_with("max-age=63072000"));
    }
    assert_eq!(server.stop().await, 0);

    // Made here: encrypted as well, but nobody is told to insist on it.
    let tls = kept.open(TlsMode::SelfMade);
    let der = shown(&kept);
    let server = start_at(Some(tls), told(), LoopLimits::default()).await;
    let reply = server.ask_encrypted(&der, GET).await;
    assert_eq!((reply.text(), reply.header("strict-transport-security")), ("127.0.0.1 true", ""));
}

/// The certificate made there.
fn shown(kept: &Kept) -> Vec<u8> {
    CertificateDer::from_pem_slice(&fs::read(kept.path("data/tls/self-made.pem")).unwrap()).unwrap().to_vec()
}

#[tokio::test]
async fn who_speaks_plainly_there_is_led_to_https() {
    let kept = Kept::new();
    let server = start_at(Some(kept.open(TlsMode::SelfMade)), told(), LoopLimits::default()).await;
    let reply = server.ask("GET", "/from?a=1", &[]).await;
    let to = format!("https://truong.test:{}/from?a=1", server.address.port());
    assert_eq!((reply.status, reply.header("location")), (308, to.as_str()));
}

#[tokio::test]
async fn who_begins_a_handshake_must_end_it() {
    let kept = Kept::new();
    let limits = LoopLimits { handshake_within: SHORT, first_byte_within: TOO_LONG, ..LoopLimits::default() };
    let server = start_at(Some(kept.open(TlsMode::SelfMade)), told(), limits).await;
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stream = server.connect().await;
        stream.write_all(begun).await.unwrap();
        let mut rest = Vec::new();
        let read = timeout(TOO_LONG, stream.read_to_end(&mut rest)).await.expect("the server should close");
        assert!(read.is_err() || rest.is_empty());
    }
    let limits = LoopLimits { first_byte_within: SHORT, ..LoopLimits::default() };
    let server = start_at(Some(kept.open(TlsMode::SelfMade)), told(), limits).await;
    let mut silent = server.shake(&shown(&kept), &[]).await.unwrap();
    let mut rest = Vec::new();
    let _ = timeout(TOO_LONG, silent.read_to_end(&mut rest)).await.expect("the server should close");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn a_new_pair_is_shown_from_the_next_connection_on_and_a_broken_one_never() {
    let (kept, old, new) = (Kept::new(), pair(), pair());
    kept.put(&old);
    let tls = kept.open(TlsMode::Files);
    let now = kept.clock.now();
    let server = start_at(Some(tls.clone()), told(), LoopLimits::default()).await;
    let shows = async |pair: &CertifiedKey<KeyPair>| server.shake(pair.cert.der(), &[]).await.is_ok();
    assert!(shows(&old).await && !shows(&new).await);

    // Half replaced: the old pair stays, and only the second look calls it broken.
    fs::write(kept.path("cert.pem"), new.cert.pem()).unwrap();
    tls.look(now);
    assert_eq!(tls.trouble(), None);
    tls.look(now);
    assert!(tls.trouble().unwrap().contains("does not belong to the certificate"), "{:?}", tls.trouble());
    assert!(shows(&old).await);

    kept.put(&new);
    tls.look(now);
    assert_eq!((tls.trouble(), tls.facts().fingerprint), (None, fingerprint(new.cert.der())));
    assert!(shows(&new).await && !shows(&old).await);

    for (name, broken) in [("cert.pem", "rubbish"), ("key.pem", "")] {
        fs::write(kept.path(name), broken).unwrap();
        tls.look(now);
        tls.look(now);
        assert!(tls.trouble().is_some(), "{name}");
        assert!(shows(&new).await, "{name}");
        kept.put(&new);
        tls.look(now);
        assert_eq!(tls.trouble(), None, "{name}");
    }
    fs::remove_file(kept.path("key.pem")).unwrap();
    tls.look(now);
    tls.look(now);
    assert!(tls.trouble().unwrap().contains("key.pem"));
    assert!(shows(&new).await);
}

#[test]
fn what_is_wrong_with_the_files_is_said_before_the_start() {
    let kept = Kept::new();
    assert!(kept.refused().contains("No such file"), "{}", kept.refused());
    kept.put(&pair());
    kept.put_key(&pair().signing_key.serialize_pem(), 0o600);
    assert!(kept.refused().contains("does not belong"), "{}", kept.refused());
    kept.put_key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", 0o600);
    assert!(kept.refused().contains("without a password"), "{}", kept.refused());
    let good = pair();
    kept.put(&good);
    kept.put_key(&good.signing_key.serialize_pem(), 0o644);
    assert!(kept.refused().contains("chmod 640"), "{}", kept.refused());
    kept.put(&good);
    assert_eq!(kept.open(TlsMode::Files).facts().names, ["localhost"]);
}

#[test]
fn a_certificate_near_its_end_is_an_alarm() {
    let kept = Kept::new();
    kept.put(&pair_until(2026, 12, 31));
    let tls = kept.open(TlsMode::Files);
    assert_eq!((tls.facts().origin, tls.trouble()), (Origin::Files, None));
    kept.clock.advance(30 * DAY_MS);
    tls.look(kept.clock.now());
    assert!(tls.trouble().unwrap().contains("ends on 31/12/2026"), "{:?}", tls.trouble());
    kept.clock.advance(10 * DAY_MS);
    tls.look(kept.clock.now());
    assert!(tls.trouble().unwrap().contains("browsers refuse it"), "{:?}", tls.trouble());
    kept.put(&pair_until(2027, 12, 31));
    tls.look(kept.clock.now());
    assert_eq!(tls.trouble(), None);
}

#[test]
fn one_made_here_is_kept_and_made_anew_in_time() {
    let kept = Kept::new();
    let first = kept.open(TlsMode::SelfMade);
    let facts = first.facts();
    assert_eq!(facts.fingerprint, fingerprint(&shown(&kept)));
    assert!(facts.names.iter().any(|n| n == "127.0.0.1") && facts.names.iter().any(|n| n == "localhost"));
    let file = kept.path("data/tls/self-made.pem");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(kept.open(TlsMode::SelfMade).facts(), facts, "the next start shows the same");

    let key = |path: &Path| KeyPair::from_pem(&fs::read_to_string(path).unwrap()).unwrap().public_key_pem();
    let old_key = key(&file);
    kept.clock.advance(500 * DAY_MS);
    first.look(kept.clock.now());
    assert_eq!(first.facts(), facts, "not due yet");
    kept.clock.advance(60 * DAY_MS);
    first.look(kept.clock.now());
    assert!(first.facts().until > facts.until && first.facts().fingerprint == fingerprint(&shown(&kept)));
    assert_eq!(key(&file), old_key, "whoever pinned the key can follow");

    // Of other names, or of rubbish, another one is made.
    let mut config = kept.config(TlsMode::SelfMade);
    config.tls.names = vec!["CSDL.Truong.test".into(), "192.0.2.7".into()];
    assert_eq!(Tls::open(&config, &kept.clock).unwrap().unwrap().facts().names, ["csdl.truong.test", "192.0.2.7"]);
    fs::write(&file, "rubbish").unwrap();
    assert_ne!(kept.open(TlsMode::SelfMade).facts(), facts);
}

#[test]
fn the_session_belongs_to_this_host_alone() {
    let p = Province::new();
    let kept = Kept::new();
    let tls = kept.open(TlsMode::SelfMade);
    let router = csdlgd::server::router(&p.app);
    p.run(async {
        let server = start_at(Some(tls), router, LoopLimits::default()).await;
        let body = format!("login=so.admin&password={}", csdlgd::ui::link::escape(PASSWORD));
        let login = format!(
            "POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = server.ask_encrypted(&shown(&kept), &login).await;
        let cookie = reply.header("set-cookie");
        assert!(
            reply.status == 303 && cookie.starts_with("__Host-session=") && cookie.contains("; Secure"),
            "{cookie}"
        );
        let token = cookie.split(';').next().unwrap();
        let home = format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {token}\r\nConnection: close\r\n\r\n");
        assert_eq!(server.ask_encrypted(&shown(&kept), &home).await.status, 200);
    });
}

#[test]
fn the_program_says_which_certificate_it_shows() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("csdlgd.toml"));
    fs::create_dir(&data).unwrap();
    fs::write(
        &file,
        format!("data = \"{}\"\n[tls]\nmode = \"self-made\"\nredirect = \"127.0.0.1:0\"\n", data.display()),
    )
    .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take(4).collect();
    let pem = fs::read(data.join("tls/self-made.pem")).unwrap();
    let print = fingerprint(&CertificateDer::from_pem_slice(&pem).unwrap());
    assert!(said[0].contains("open https://127.0.0.1:") && said[2].contains("no browser knows"), "{said:?}");
    assert!(said[3].ends_with(&format!("SHA-256 {print}")), "{said:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn pages_without_tls_stay_as_they_were() {
    let server = start_at(None, http::layers(failing(), settings()), LoopLimits::default()).await;
    let reply = server.get("/page").await;
    assert_eq!((reply.status, reply.header("strict-transport-security")), (200, ""));
}
