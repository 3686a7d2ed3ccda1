//! Asking the server: two questions, each with the credential.

use super::tls::{self, TlsConnector, Trust};
use crate::backup::followers::{Ask, Offer, PIECE_BYTES};
use crate::error::{Error, Result};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;
use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, TcpConnector};

/// The longest wait for an answer, and for a connection.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// No offer is longer.
const OFFER_MAX_BYTES: u64 = 1 << 20;
const CREDENTIAL_MAX_BYTES: u64 = 4096;

/// A server to pull from.
pub struct Client {
    agent: Agent,
    from: String,
    credential: String,
}

impl Client {
    /// `from`: the server's address; plain http only to this machine. `pin` or `ca`: see [`Trust`].
    pub fn new(from: &str, credential: &Path, pin: Option<&str>, ca: Option<&Path>) -> Result<Self> {
        let from = from.trim_end_matches('/').to_owned();
        let (scheme, rest) = from.split_once("://").unwrap_or(("", &from));
        let host = rest.split('/').next().unwrap_or_default();
        let host = host.strip_prefix('[').map_or_else(
            || host.split(':').next().unwrap_or_default(),
            |six| six.split(']').next().unwrap_or_default(),
        );
        let here = matches!(host, "localhost" | "127.0.0.1" | "::1");
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT_WITHIN))
            .timeout_global(Some(ANSWER_WITHIN))
            .max_redirects(0)
            .proxy(None)
            .http_status_as_error(false)
            .build();
        let agent = match (scheme, pin, ca) {
            ("http", None, None) if here => {
                Agent::with_parts(config, TcpConnector::default(), DefaultResolver::default())
            }
            ("http", ..) => {
                return Err(Error::Operator(format!(
                    "{from}: plain http is for this machine only. Over a network the address begins with https:// and the \
                     server's certificate is named with --pin or --ca"
                )));
            }
            ("https", Some(pin), None) => tls_agent(config, &Trust::Pin(pin))?,
            ("https", None, Some(ca)) => tls_agent(config, &Trust::Roots(ca))?,
            ("https", ..) => {
                return Err(Error::Operator(
                    "name the server's certificate: either --pin SHA256 (the server prints it when it starts: \
                     journalctl -u csdlgd) or --ca FILE with the root that signs it"
                        .into(),
                ));
            }
            _ => {
                return Err(Error::Operator(format!(
                    "--from '{from}' is no address; write https://HOST or https://HOST:PORT"
                )));
            }
        };
        Ok(Self { agent, from, credential: read_credential(credential)? })
    }

    /// Says what is here, hears what is lacking.
    pub fn offer(&self, ask: &Ask) -> Result<Offer> {
        let bytes = self.ask("/follow/offer", ask, OFFER_MAX_BYTES)?;
        serde_json::from_slice(&bytes).map_err(|e| {
            Error::Operator(format!("{} does not answer as csdlgd does ({e}); is the address right?", self.from))
        })
    }

    /// A piece of a file.
    pub fn piece(&self, name: &str, from: u64) -> Result<Vec<u8>> {
        self.ask("/follow/piece", &serde_json::json!({ "name": name, "from": from }), PIECE_BYTES)
    }

    fn ask(&self, path: &str, question: &impl Serialize, max_bytes: u64) -> Result<Vec<u8>> {
        let text = serde_json::to_string(question).map_err(|e| Error::Internal(e.to_string()))?;
        let asked = self
            .agent
            .post(format!("{}{path}", self.from))
            .header("authorization", format!("Bearer {}", self.credential))
            .header("content-type", "application/json")
            .send(text);
        let mut answer = asked.map_err(|e| self.unreachable(&e))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(self.refused(status));
        }
        // One byte more than allowed is an error, not a cut.
        answer.body_mut().with_config().limit(max_bytes + 1).read_to_vec().map_err(|e| self.unreachable(&e))
    }

    fn unreachable(&self, e: &ureq::Error) -> Error {
        let from = &self.from;
        let text = e.to_string();
        if text.contains("ertificate") {
            return Error::Operator(format!(
                "{from} shows another certificate than --pin or --ca names ({text}). Nothing was sent. Was it renewed? Compare \
                 its fingerprint on the server itself, never over this connection"
            ));
        }
        Error::Operator(format!(
            "{from} can't be reached ({text}). It is tried again; look at the network and the server"
        ))
    }

    fn refused(&self, status: u16) -> Error {
        let from = &self.from;
        Error::Operator(match status {
            401 => format!(
                "{from} does not know this credential: it was withdrawn, or the server was restored. Make a new one on its page \
                 «Sao lưu & khôi phục» and put it into the file"
            ),
            403 => format!("{from} has been replaced by a newer master and has stopped"),
            404 => format!("{from} no longer has a file it offered, or is no csdlgd that can be followed"),
            503 => format!("{from} is busy; it is asked again"),
            other => format!("{from} answers {other}; look into its journal"),
        })
    }
}

fn tls_agent(config: ureq::config::Config, trust: &Trust<'_>) -> Result<Agent> {
    let connector = TcpConnector::default().chain(TlsConnector(tls::config(trust)?));
    Ok(Agent::with_parts(config, connector, DefaultResolver::default()))
}

fn read_credential(path: &Path) -> Result<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = path.display();
    let found = std::fs::metadata(path).map_err(|e| {
        Error::Operator(format!(
            "the credential {shown} can't be read ({e}). Make one on the server's page «Sao lưu & khôi phục» and save its text \
             there"
        ))
    })?;
    if found.permissions().mode() & 0o077 != 0 {
        return Err(Error::Operator(format!("others may read the credential {shown}: chmod 600 {shown}")));
    }
    let text = if found.len() > CREDENTIAL_MAX_BYTES {
        String::new()
    } else {
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let credential = text.trim().to_owned();
    if credential.is_empty() || credential.contains(char::is_whitespace) {
        return Err(Error::Operator(format!("{shown} holds no credential: one line, as the server's page showed it")));
    }
    Ok(credential)
}
