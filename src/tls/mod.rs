//! The certificate the server shows: read from files, made here or fetched, kept fresh while the server
//! runs, and known in what state it is. It opens no socket. A private key never leaves this module but
//! into its file, which nobody else may read.

mod acme;
mod files;
mod pair;
mod self_made;

pub use pair::{Facts, Origin, fingerprint};

use crate::clock::{Clock, Millis};
use crate::config::{Config, TlsMode};
use crate::error::{Error, Result};
use acme::Acme;
use arc_swap::{ArcSwap, ArcSwapOption};
use files::{Files, Looked};
use pair::Pair;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Where keys and certificates are kept, in the data directory.
pub const DIR: &str = "tls";
/// A certificate is looked at again so often.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// A certificate that ends so soon is an alarm: whoever renews it has had their time.
const ENDS_SOON_MS: i64 = 14 * 86_400_000;
/// A certificate may have been made while we waited for it, by a clock a little ahead of ours.
const CLOCKS_APART_MS: i64 = 5 * 60_000;
const ALPN_HTTP2: &[u8] = b"h2";
const ALPN_HTTP1: &[u8] = b"http/1.1";
const ALPN_CHALLENGE: &[u8] = b"acme-tls/1";

/// What is shown to who connects. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Arc<ServerConfig>,
    shown: Arc<Shown>,
    source: Source,
    /// Why the newest certificate is not shown.
    broken: ArcSwapOption<String>,
    /// What is wrong, as last told.
    trouble: ArcSwapOption<String>,
}

#[derive(Debug)]
enum Source {
    Files(Files),
    SelfMade { dir: PathBuf, names: Vec<String> },
    Acme(Acme),
}

/// The certificate of the moment.
#[derive(Debug)]
struct Shown {
    pair: ArcSwap<Pair>,
    /// What an authority that comes to look is shown, by name.
    challenges: ArcSwap<HashMap<String, Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut speaks| speaks.any(|protocol| protocol == ALPN_CHALLENGE)) {
            return self.challenges.load().get(hello.server_name()?).cloned();
        }
        Some(self.pair.load().key.clone())
    }
}

impl Tls {
    /// As configured; nothing where TLS does not begin here. A certificate that can't be shown is the
    /// operator's to mend.
    pub fn open(config: &Config, clock: &Clock) -> Result<Option<Self>> {
        let now = clock.now();
        let (source, pair) = match config.tls.mode {
            TlsMode::Off | TlsMode::Proxy => return Ok(None),
            TlsMode::Files => {
                let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
                let (files, pair) = Files::open(&path(&config.tls.certificate), &path(&config.tls.key))?;
                (Source::Files(files), pair)
            }
            TlsMode::SelfMade | TlsMode::Acme => {
                let dir = config.data.join(DIR);
                let names = match config.tls.names.as_slice() {
                    [] => self_made::usual_names(config.listen),
                    names => names.iter().map(|name| self_made::plain(name)).collect(),
                };
                let made = self_made::open(&dir, &names, now)?;
                if config.tls.mode == TlsMode::SelfMade {
                    (Source::SelfMade { dir, names }, made)
                } else {
                    let acme = Acme::new(dir, names, config.tls.acme.clone());
                    let pair = acme.kept()?.unwrap_or(made);
                    (Source::Acme(acme), pair)
                }
            }
        };
        let shown = Arc::new(Shown { pair: ArcSwap::from_pointee(pair), challenges: ArcSwap::default() });
        let server = Arc::new(server(&shown)?);
        let (broken, trouble) = (ArcSwapOption::empty(), ArcSwapOption::empty());
        let tls = Self(Arc::new(Inner { server, shown, source, broken, trouble }));
        tls.tell(now);
        Ok(Some(tls))
    }

    /// How connections are encrypted.
    pub fn server(&self) -> Arc<ServerConfig> {
        self.0.server.clone()
    }

    /// What is shown now.
    pub fn facts(&self) -> Facts {
        self.0.shown.pair.load().facts.clone()
    }

    /// What is wrong with it, if anything: for the operator.
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.load().as_deref().cloned()
    }

    /// Looks again: a new pair in the files is shown from now on, a broken one is not; one made here is
    /// made anew when it is due. What is wrong is told once.
    pub fn look(&self, now: Millis) {
        let outcome = match &self.0.source {
            Source::Files(files) => match files.look() {
                Looked::Same => None,
                Looked::New(pair) => Some(Ok(*pair)),
                Looked::Broken(why) => Some(Err(format!("the new certificate is not used, the old one stays: {why}"))),
            },
            Source::SelfMade { .. } if self_made::is_good(&self.0.shown.pair.load(), now) => None,
            Source::SelfMade { dir, names } => Some(self_made::open(dir, names, now).map_err(|e| e.to_string())),
            Source::Acme(_) => None,
        };
        self.take(outcome, now);
    }

    /// Asks the authority for another certificate, if one is needed and it is time to ask.
    pub async fn fetch(&self, now: Millis) {
        if let Source::Acme(acme) = &self.0.source {
            let outcome = acme.renew(&self.0.shown, now).await;
            self.take(outcome, now);
        }
    }

    /// What a look or a fetch gave is shown from now on, or told.
    fn take(&self, outcome: Option<Result<Pair, String>>, now: Millis) {
        match outcome {
            Some(Ok(pair)) => {
                tracing::info!(until = %pair.facts.until.display(), sha256 = pair.facts.fingerprint, "certificate");
                self.0.shown.pair.store(Arc::new(pair));
                self.0.broken.store(None);
            }
            Some(Err(why)) => self.0.broken.store(Some(Arc::new(why))),
            None => {}
        }
        self.tell(now);
    }

    fn ends_soon(&self, now: Millis) -> Option<String> {
        let facts = self.facts();
        let until = facts.until.display();
        match facts.until.0 - now.0 {
            _ if now.0 + CLOCKS_APART_MS < facts.from.0 => {
                Some(format!("the certificate is only good from {}", facts.from.display()))
            }
            left if left <= 0 => Some(format!("the certificate ended on {until}: browsers refuse it")),
            left if left < ENDS_SOON_MS && facts.origin != Origin::SelfMade => {
                Some(format!("the certificate ends on {until}"))
            }
            _ => None,
        }
    }

    fn tell(&self, now: Millis) {
        let trouble = self.0.broken.load().as_deref().cloned().or_else(|| self.ends_soon(now));
        if trouble != self.trouble() {
            match &trouble {
                Some(why) => tracing::error!("ALARM: TLS: {why}"),
                None => tracing::info!("TLS: the certificate is in order again"),
            }
            self.0.trouble.store(trouble.map(Arc::new));
        }
    }

    /// Looks again and again until told to stop.
    pub async fn keep(self, clock: Clock, mut stop: watch::Receiver<bool>) {
        loop {
            let (tls, now) = (self.clone(), clock.now());
            // A panic there is logged by its place; the certificate of the moment stays.
            let _ = tokio::task::spawn_blocking(move || tls.look(now)).await;
            tokio::select! {
                () = self.fetch(now) => {}
                _ = stop.changed() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stop.changed() => return,
            }
        }
    }
}

/// TLS 1.2 and 1.3 with forward secrecy; HTTP/2 where the other side speaks it.
fn server(shown: &Arc<Shown>) -> Result<ServerConfig> {
    let wrong = |e: rustls::Error| Error::Internal(format!("TLS: {e}"));
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_no_client_auth()
        .with_cert_resolver(shown.clone());
    server.alpn_protocols = [ALPN_HTTP2, ALPN_HTTP1, ALPN_CHALLENGE].map(<[u8]>::to_vec).into();
    server.ticketer = ring::Ticketer::new().map_err(wrong)?;
    Ok(server)
}

/// Whether the two sides agreed on HTTP/2.
pub fn is_http2(agreed: Option<&[u8]>) -> bool {
    agreed == Some(ALPN_HTTP2)
}

/// Whether an authority only came to look.
pub fn is_challenge(agreed: Option<&[u8]>) -> bool {
    agreed == Some(ALPN_CHALLENGE)
}

/// A text file, if it is there.
fn read_text(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::path("reading", path)(e)),
    }
}

/// Puts a secret into a file of `dir` that only we may read: all of it or nothing, and on disk.
fn put(dir: &Path, name: &str, secret: &[u8]) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::path("make directory", dir))?;
    let (path, beside) = (dir.join(name), dir.join(format!("{name}.new")));
    let write = || {
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(secret)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(Error::path("writing", &path))
}
