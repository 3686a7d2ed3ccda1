//! Letters over an encrypted connection: both ways of it, an authority of one's own, and what
//! `csdlgd mail test` says when it does not work. Nothing leaves before the mail server is known.

use super::said;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

/// How a mail server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Tls,
    Starttls,
    /// It offers nothing else.
    Plain,
}

/// A mail server with a certificate of an authority nobody knows.
struct Server {
    port: u16,
    /// What it was told, each line under whether it was encrypted.
    heard: Receiver<(bool, String)>,
    dir: TempDir,
}

const GREETING: &[u8] = b"220 thu.test\r\n";
const PASSWORD: &str = "một mật khẩu";

impl Server {
    fn start(speaks: Speaks) -> Self {
        Self::with(speaks, "127.0.0.1", |_| {})
    }

    fn with(speaks: Speaks, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut wanted = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut wanted);
        let certificate = wanted.signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        fs::write(dir.path().join("password"), PASSWORD).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, heard) = channel();
        let config = Arc::new(config);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Who breaks off has found something wrong: the next may come.
                let _ = serve(stream.unwrap(), speaks, &config, &sender);
            }
        });
        Self { port, heard, dir }
    }

    /// The settings to reach it, and more.
    fn settings(&self, tls: &str, more: &str) -> String {
        let dir = self.dir.path().display();
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"{tls}\"\nfrom = \"a@so.test\"\nto = []\n\
             login = \"csdl\"\npassword_file = \"{dir}/password\"\n{more}",
            self.port
        )
    }

    /// With its authority named.
    fn trusted(&self, tls: &str) -> String {
        self.settings(tls, &format!("ca_file = \"{}/ca.pem\"\n", self.dir.path().display()))
    }

    fn heard(&self) -> Vec<(bool, String)> {
        self.heard.try_iter().collect()
    }
}

fn serve(
    mut stream: TcpStream,
    speaks: Speaks,
    config: &Arc<ServerConfig>,
    heard: &Sender<(bool, String)>,
) -> io::Result<()> {
    let encrypted = |stream| StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
    if speaks == Speaks::Tls {
        let mut stream = encrypted(stream);
        stream.write_all(GREETING)?;
        return talk(stream, true, "", heard).map(drop);
    }
    stream.write_all(GREETING)?;
    let offers = if speaks == Speaks::Starttls { "STARTTLS" } else { "" };
    if talk(&mut stream, false, offers, heard)? {
        talk(encrypted(stream), true, "", heard)?;
    }
    Ok(())
}

/// One talk; true if it is to go on encrypted.
fn talk(stream: impl Read + Write, encrypted: bool, offers: &str, heard: &Sender<(bool, String)>) -> io::Result<bool> {
    // One byte at a time: what comes after STARTTLS is not ours to read.
    let mut stream = BufReader::with_capacity(1, stream);
    let say = |stream: &mut BufReader<_>, text: &str| -> io::Result<()> {
        let out: &mut dyn Write = BufReader::get_mut(stream);
        out.write_all(format!("{text}\r\n").as_bytes())?;
        out.flush()
    };
    let mut letter = false;
    let mut line = String::new();
    while stream.read_line(&mut line)? > 0 {
        let told = std::mem::take(&mut line).trim_end().to_owned();
        let _ = heard.send((encrypted, told.clone())); // the test may be over
        match told.split(' ').next().unwrap().to_uppercase().as_str() {
            "." if letter => {
                letter = false;
                say(&mut stream, "250 da nhan")?;
            }
            _ if letter => {}
            "EHLO" if encrypted => say(&mut stream, "250-thu.test\r\n250 AUTH PLAIN")?,
            "EHLO" if offers.is_empty() => say(&mut stream, "250 thu.test")?,
            "EHLO" => say(&mut stream, &format!("250-thu.test\r\n250 {offers}"))?,
            "STARTTLS" => {
                say(&mut stream, "220 di")?;
                return Ok(true);
            }
            "AUTH" if told.ends_with(&in_base64(format!("\0csdl\0{PASSWORD}").as_bytes())) => {
                say(&mut stream, "235 vao")?;
            }
            "AUTH" => say(&mut stream, "535 sai")?,
            "DATA" => {
                letter = true;
                say(&mut stream, "354 di")?;
            }
            "QUIT" => {
                say(&mut stream, "221 chao")?;
                break;
            }
            _ => say(&mut stream, "250 duoc")?,
        }
    }
    Ok(false)
}

fn in_base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |three: &[u8]| {
        let bits = three.iter().fold(0_u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        let letter = move |at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
        let padded = three.len();
        (0..4).map(move |at| if at <= padded { letter(at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(four).collect()
}

/// What `csdlgd mail test` says with these settings, and whether it went well.
fn test(settings: &str) -> (bool, String) {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("csdlgd.toml");
    fs::write(&config, settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_csdlgd"));
    let output = command.args(["mail", "test", "--to", "mot@so.test", "--config"]).arg(&config).output().unwrap();
    (output.status.success(), said(&output))
}

#[test]
fn letters_go_out_encrypted_to_a_server_whose_authority_is_named() {
    for (speaks, tls) in [(Speaks::Tls, "tls"), (Speaks::Starttls, "starttls")] {
        let server = Server::start(speaks);
        let (good, text) = test(&server.trusted(tls));
        assert!(good && text.contains("took a letter to mot@so.test"), "{text}");
        let heard = server.heard();
        let line = |start: &str| heard.iter().find(|(_, line)| line.starts_with(start)).unwrap();
        for start in ["AUTH PLAIN ", "MAIL FROM:<a@so.test>", "RCPT TO:<mot@so.test>", "DATA", "Subject:"] {
            assert!(line(start).0, "{start} must not be readable on the way: {heard:?}");
        }
    }
}

/// What was said for somebody else's ears only.
fn is_private((_, line): &(bool, String)) -> bool {
    ["AUTH", "MAIL", "RCPT", "DATA"].iter().any(|start| line.starts_with(start))
}

#[track_caller]
fn is_explained(server: &Server, settings: &str, why: &str) {
    let (good, text) = test(settings);
    assert!(!good && text.contains(why), "«{why}» is not in {text}");
    assert!(!text.contains(PASSWORD));
    let heard = server.heard();
    assert!(!heard.iter().any(is_private), "told to somebody we do not know: {heard:?}");
}

#[test]
fn a_server_that_is_not_the_one_meant_is_told_nothing() {
    for (speaks, tls) in [(Speaks::Tls, "tls"), (Speaks::Starttls, "starttls")] {
        let server = Server::start(speaks);
        is_explained(&server, &server.settings(tls, ""), "name that authority's certificate as ca_file");
        let server = Server::with(speaks, "thu.khac.test", |_| {});
        is_explained(&server, &server.trusted(tls), "is for another name");
        let past = |wanted: &mut CertificateParams| wanted.not_after = rcgen::date_time_ymd(2020, 1, 1);
        let server = Server::with(speaks, "127.0.0.1", past);
        is_explained(&server, &server.trusted(tls), "is out of date");
    }
}

#[test]
fn where_no_tls_is_spoken_nothing_is_sent() {
    let server = Server::start(Speaks::Plain);
    is_explained(&server, &server.trusted("starttls"), "offers no TLS on this port");
    is_explained(&server, &server.trusted("tls"), "no TLS is spoken there as asked");
}

#[test]
fn what_is_wrong_with_the_way_there_is_told() {
    let server = Server::start(Speaks::Tls);
    let trusted = server.trusted("tls");
    let nowhere = trusted.replace("127.0.0.1", "không có máy này");
    is_explained(&server, &nowhere, "the name of the mail server is not known here");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed = trusted.replace(&format!("port = {}", server.port), &format!("port = {free}"));
    is_explained(&server, &closed, "nobody listens there");
    fs::write(server.dir.path().join("password"), "sai").unwrap();
    let (good, text) = test(&trusted);
    assert!(!good && text.contains("535") && text.contains("look at login, and at the first line of"), "{text}");
    fs::remove_file(server.dir.path().join("ca.pem")).unwrap();
    let (good, text) = test(&trusted);
    assert!(!good && text.contains("reading ca_file") && text.contains("ca.pem"), "{text}");
}
