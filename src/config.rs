//! Configuration: a TOML file, flags over it. Unknown keys are refused, so that a misspelt setting is
//! never silently ignored.

use crate::error::{Error, Result};
use crate::subnet::Subnet;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// What `/etc/csdlgd/csdlgd.toml` may say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The data directory: the whole installation.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// A directory laid over the embedded data-spec.
    pub spec_overlay: Option<PathBuf>,
    /// The page cache of the store, MiB.
    pub cache_mib: usize,
    /// Writing stops while the disk has less than this free, MiB.
    pub reserve_mib: u64,
    /// Reverse proxies (addresses or ranges): what they say of where a request came from, and whether
    /// it was encrypted, is believed.
    pub proxies: Vec<Subnet>,
    /// Whether and how the way to the people is encrypted.
    #[serde(deserialize_with = "tls")]
    pub tls: Tls,
    /// Administrators of the Sở must have a second step (a code from their telephone).
    pub second_step_for_admins: bool,
    /// For what watches servers.
    pub ops: Ops,
    /// Backups.
    pub backup: Backup,
    /// Mail to those who look after the server; without it nobody is told by mail.
    pub mail: Option<Mail>,
    /// Nobody wants to be told by mail, and nobody is reminded of it.
    pub no_mail: bool,
}

/// The file in the data directory with what the first page asked.
pub const ASKED: &str = "settings.toml";

/// What the first page asked: kept beside the data, since the service may not write its configuration.
/// What the configuration says itself comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// No mail is wanted.
    pub no_mail: bool,
    /// Recipients and targets.
    pub backup: AskedBackup,
    /// Mail.
    pub mail: Option<Mail>,
}

/// The part of `[backup]` the first page asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskedBackup {
    /// See [`Backup::recipients`].
    pub recipients: Vec<String>,
    /// See [`Backup::targets`].
    pub targets: Vec<PathBuf>,
}

impl Asked {
    /// As the file holds it.
    pub fn to_text(&self) -> Result<String> {
        let text = toml::to_string(self).map_err(|e| Error::Internal(format!("settings: {e}")))?;
        Ok(format!("# What the first page asked. What csdlgd.toml says itself comes first.\n{text}"))
    }
}

/// `[mail]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server.
    pub host: String,
    /// Its port; that of the way of TLS if left out.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: MailTls,
    /// A certificate authority of one's own, PEM.
    pub ca_file: Option<PathBuf>,
    /// The sender's address.
    pub from: String,
    /// Who is told.
    pub to: Vec<String>,
    /// The name to sign in with; "" for none.
    #[serde(default)]
    pub login: String,
    /// The file with the password; a bare name is one of systemd's credentials.
    pub password_file: Option<PathBuf>,
    /// The system's address, for the letters.
    pub url: Option<String>,
    /// A letter nobody takes is given up after so many days.
    #[serde(default = "three")]
    pub give_up_days: u32,
}

const fn three() -> u32 {
    3
}

/// How a connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// From the first byte.
    #[default]
    Tls,
    /// After asking for it; without it nothing is sent.
    Starttls,
    /// Not at all: only for a mail server on the same machine.
    None,
}

impl Mail {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Tls => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        })
    }
}

/// The first of the keys a demo makes for trying out.
pub const TRIAL_KEY: &str = "demo-1.key";

/// `[ops]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ops {
    /// Where `/healthz`, `/readyz` and `/metrics` are answered, to everybody; nowhere if not set.
    pub listen: Option<SocketAddr>,
}

/// `[tls]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// See [`TlsMode`].
    pub mode: TlsMode,
    /// With `files`: the certificate and those above it, PEM.
    pub certificate: Option<PathBuf>,
    /// With `files`: its private key, PEM.
    pub key: Option<PathBuf>,
    /// With `self-made` and `acme`: the names (and addresses) people type to get here.
    pub names: Vec<String>,
    /// Another address to listen on without TLS, which only leads to the encrypted one.
    pub redirect: Option<SocketAddr>,
    /// With `acme`: where certificates come from.
    pub acme: Acme,
}

/// Where encryption begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Nowhere: for one machine, or for looking.
    #[default]
    Off,
    /// Here, with the operator's certificate.
    Files,
    /// Here, with a certificate made here, which no browser knows.
    SelfMade,
    /// Here, with a certificate fetched from an authority.
    Acme,
    /// At a reverse proxy in front.
    Proxy,
}

/// `[tls.acme]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Acme {
    /// The authority's directory.
    pub directory: String,
    /// Who hears of trouble: `mailto:…`.
    pub contact: Option<String>,
    /// The certificate of an authority of one's own, PEM; else those the system knows.
    pub root: Option<PathBuf>,
}

impl Default for Acme {
    fn default() -> Self {
        Self { directory: "https://acme-v02.api.letsencrypt.org/directory".into(), contact: None, root: None }
    }
}

/// A table; or, as files of the first version say it, `true` for a proxy that adds TLS.
fn tls<'de, D: Deserializer<'de>>(from: D) -> Result<Tls, D::Error> {
    struct Either;
    impl<'de> Visitor<'de> for Either {
        type Value = Tls;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table [tls] with a mode, or true or false")
        }

        fn visit_bool<E>(self, by_proxy: bool) -> Result<Tls, E> {
            Ok(Tls { mode: if by_proxy { TlsMode::Proxy } else { TlsMode::Off }, ..Tls::default() })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tls, A::Error> {
            Tls::deserialize(MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_any(Either)
}

/// `[backup]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Public keys that can open backups (age1…): two at least, kept by two people.
    pub recipients: Vec<String>,
    /// Directories on other disks, each set up once with `csdlgd backup target`.
    pub targets: Vec<PathBuf>,
    /// When a full backup is made: second minute hour day month weekday, in Việt Nam.
    pub schedule: String,
    /// What is kept.
    pub keep: Keep,
    /// Of a demo: the directory with the secret keys made for trying out. The page says so and is never
    /// green.
    pub trial_keys: Option<PathBuf>,
}

/// `[backup.keep]`: how long backups are kept. The newest good one is kept whatever this says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// So many days every second can be restored.
    pub any_second_days: u32,
    /// The last full backup of each of so many days.
    pub daily: u32,
    /// The last of each of so many weeks.
    pub weekly: u32,
    /// The last of each of so many months.
    pub monthly: u32,
    /// The last of each of so many years.
    pub yearly: u32,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            recipients: Vec::new(),
            targets: Vec::new(),
            schedule: "0 0 2 * * *".into(),
            keep: Keep::default(),
            trial_keys: None,
        }
    }
}

impl Default for Keep {
    fn default() -> Self {
        Self { any_second_days: 35, daily: 35, weekly: 10, monthly: 13, yearly: 5 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("/var/lib/csdlgd"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            spec_overlay: None,
            cache_mib: 96,
            reserve_mib: 256,
            proxies: Vec::new(),
            tls: Tls::default(),
            ops: Ops::default(),
            backup: Backup::default(),
            second_step_for_admins: false,
            mail: None,
            no_mail: false,
        }
    }
}

impl Config {
    /// The settings of an installation: the file's or the defaults, with another data directory if one is
    /// given, and with what the first page asked where the file says nothing.
    pub fn of(path: Option<&Path>, data: Option<&Path>) -> Result<Self> {
        let mut config = path.map_or_else(|| Ok(Self::default()), Self::read)?;
        if let Some(data) = data {
            data.clone_into(&mut config.data);
        }
        let file = config.data.join(ASKED);
        // A directory that is not there, or not ours, is told by whoever opens the store.
        let Ok(text) = std::fs::read_to_string(&file) else { return Ok(config) };
        let asked: Asked = toml::from_str(&text).map_err(|e| Error::Operator(format!("{}: {e}", file.display())))?;
        if config.backup.recipients.is_empty() {
            config.backup.recipients = asked.backup.recipients;
        }
        if config.backup.targets.is_empty() {
            config.backup.targets = asked.backup.targets;
        }
        config.mail = config.mail.or(asked.mail);
        config.no_mail |= asked.no_mail;
        Ok(config)
    }

    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
            ErrorKind::InvalidData => Error::Operator(format!("{}: save it as UTF-8 text", path.display())),
            _ => Error::path("reading configuration", path)(e),
        })?;
        Self::parse(&text).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))
    }

    /// As [`Config::read`], from text. What contradicts itself is refused.
    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let files = config.tls.certificate.is_some() && config.tls.key.is_some();
        match config.tls.mode {
            TlsMode::Files if !files => Err("[tls] mode = \"files\" needs `certificate` and `key`".into()),
            TlsMode::Acme if config.tls.names.is_empty() => {
                Err("[tls] mode = \"acme\" needs `names`: the names people type to get here".into())
            }
            TlsMode::Off | TlsMode::Proxy if config.tls.redirect.is_some() => {
                Err("[tls] `redirect` leads to TLS served here; there is none in this mode".into())
            }
            mode if mode != TlsMode::Files && (config.tls.certificate.is_some() || config.tls.key.is_some()) => {
                Err("[tls] `certificate` and `key` are only read with mode = \"files\"".into())
            }
            _ => Ok(config),
        }
    }

    /// The proxies that are believed: those named, or, with TLS at a proxy and none named, this machine.
    pub fn believed_proxies(&self) -> Vec<Subnet> {
        if self.tls.mode == TlsMode::Proxy && self.proxies.is_empty() {
            let here: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            return here.map(Subnet::from).into();
        }
        self.proxies.clone()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_speak_of_tls_are_read() {
        let mode = |text: &str| Config::parse(text).unwrap().tls.mode;
        assert_eq!([mode(""), mode("tls = false"), mode("tls = true")], [TlsMode::Off, TlsMode::Off, TlsMode::Proxy]);
        assert_eq!(mode("[tls]\nmode = \"self-made\"\nredirect = \"0.0.0.0:80\""), TlsMode::SelfMade);
        let proxies = |text: &str| Config::parse(text).unwrap().believed_proxies();
        assert!(proxies("").is_empty() && proxies("tls = true").len() == 2);
        assert_eq!(proxies("tls = true\nproxies = [\"10.0.0.0/24\"]"), ["10.0.0.0/24".parse().unwrap()]);
    }

    #[test]
    fn what_can_not_be_meant_is_refused() {
        for (text, why) in [
            ("tls = \"yes\"", "a table [tls]"),
            ("[tls]\nmode = \"files\"", "needs `certificate` and `key`"),
            ("[tls]\nmode = \"acme\"", "needs `names`"),
            ("[tls]\nredirect = \"0.0.0.0:80\"", "there is none in this mode"),
            ("[tls]\nkey = \"k\"", "only read with mode"),
            ("[tls]\nmode = \"filse\"", "unknown variant"),
            ("[tls]\nmod = \"files\"", "unknown field"),
            ("proxies = [\"10.0.0.1/8\"]", "10.0.0.0/8 may be meant"),
        ] {
            let said = Config::parse(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
