//! Certificates from an authority: Debian's `pebble`, on this machine.

use super::encrypted::{GET, Kept, told};
use super::{Reply, Served, TOO_LONG};
use csdlgd::clock::{Clock, Millis};
use csdlgd::config::{Config, TlsMode};
use csdlgd::server_loop::LoopLimits;
use csdlgd::tls::{Origin, Tls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// An authority that looks at one port of this machine.
struct Authority(Child);

impl Authority {
    /// Starts one; what a server needs to trust and find it is put into `config`.
    async fn start(dir: &Path, looks_at: u16, config: &mut Config) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (port, manage) = (free(), free());
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (dir.join("authority.pem"), dir.join("authority.key"));
        fs::write(&certificate, own.cert.pem()).unwrap();
        fs::write(&key, own.signing_key.serialize_pem()).unwrap();
        let settings = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{manage}"),
            "certificate": certificate, "privateKey": key,
            "httpPort": looks_at, "tlsPort": looks_at,
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
            "certificateValidityPeriod": 90 * 86_400,
        }});
        let file = dir.join("authority.json");
        fs::write(&file, settings.to_string()).unwrap();
        let child = Command::new("pebble")
            .arg("-config")
            .arg(&file)
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pebble: apt-get install pebble");
        let up = async { while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {} };
        timeout(TOO_LONG, up).await.unwrap();
        config.tls.acme.directory = format!("https://localhost:{port}/dir");
        config.tls.acme.root = Some(certificate);
        Self(child)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_certificate_is_fetched_kept_and_renewed() {
    // The authority's time is that of the machine.
    let kept = Kept::at(Millis(Clock::system().now().0 + 3_600_000));
    let mut config = kept.config(TlsMode::Acme);
    config.tls.names = vec!["localhost".into()];
    // The authority must know our port before we know where it is.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _authority = Authority::start(kept.dir.path(), port, &mut config).await;
    let tls = Tls::open(&config, &kept.clock).unwrap().unwrap();
    let server = serve_at(port, tls.clone()).await;
    assert_eq!(tls.facts().origin, Origin::SelfMade, "until there is one");
    tls.fetch(kept.clock.now()).await;
    assert_eq!((tls.trouble(), tls.facts().origin), (None, Origin::Acme));
    assert_eq!(tls.facts().names, ["localhost"]);

    let file = kept.path("data/tls/acme.pem");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&fs::read(&file).unwrap()).collect::<Result<_, _>>().unwrap();
    let mut stream = server.shake(chain.last().unwrap(), &["http/1.1"]).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let reply = Reply::parse(&bytes);
    assert!(reply.status == 200 && !reply.header("strict-transport-security").is_empty());

    // The next start shows the same; it is not asked for again before it is due.
    let again = Tls::open(&config, &kept.clock).unwrap().unwrap();
    let first = tls.facts();
    assert_eq!(again.facts(), first);
    kept.clock.advance(59 * 86_400_000);
    tls.fetch(kept.clock.now()).await;
    assert_eq!(tls.facts(), first);
    kept.clock.advance(3 * 86_400_000);
    tls.fetch(kept.clock.now()).await;
    assert!(tls.trouble().is_none() && tls.facts().fingerprint != first.fingerprint, "{:?}", tls.trouble());
}

#[tokio::test]
async fn an_authority_that_does_not_answer_is_asked_again_later() {
    // The authority's time is that of the machine.
    let kept = Kept::at(Millis(Clock::system().now().0 + 3_600_000));
    let mut config = kept.config(TlsMode::Acme);
    config.tls.names = vec!["localhost".into()];
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _authority = Authority::start(kept.dir.path(), nobody.port(), &mut config).await;
    let there = std::mem::replace(&mut config.tls.acme.directory, format!("https://{nobody}/dir"));
    let tls = Tls::open(&config, &kept.clock).unwrap().unwrap();
    tls.fetch(kept.clock.now()).await;
    let why = tls.trouble().unwrap();
    assert!(why.contains("no certificate from") && tls.facts().origin == Origin::SelfMade, "{why}");

    // The authority is there, but finds nobody where the name leads.
    config.tls.acme.directory = there;
    let tls = Tls::open(&config, &kept.clock).unwrap().unwrap();
    tls.fetch(kept.clock.now()).await;
    assert!(tls.trouble().is_some());
    let server = serve_at(nobody.port(), tls.clone()).await;
    kept.clock.advance(59_000);
    tls.fetch(kept.clock.now()).await;
    assert_eq!(tls.facts().origin, Origin::SelfMade, "too early to ask again");
    kept.clock.advance(1_000);
    tls.fetch(kept.clock.now()).await;
    assert_eq!((tls.trouble(), tls.facts().origin), (None, Origin::Acme));
    server.stop().await;
}

async fn serve_at(port: u16, tls: Tls) -> Served {
    let listener = csdlgd::server_loop::listen(([127, 0, 0, 1], port).into()).await.unwrap();
    super::serve_on(listener, Some(tls), told(), LoopLimits::default())
}
