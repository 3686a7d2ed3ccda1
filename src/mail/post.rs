//! Handing a letter to the mail server. The only file that names the mail library.

use super::model::Letter;
use crate::config::{Mail, MailTls};
use crate::error::{Error, Result, with_causes};
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use std::error::Error as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A mail server that says nothing for so long is not there.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The way to the mail server.
pub(super) struct Post {
    transport: SmtpTransport,
    from: String,
}

impl Post {
    /// As configured. What can't be used is told with the remedy.
    pub(super) fn of(mail: &Mail) -> Result<Self> {
        let wrong = |e: lettre::transport::smtp::Error| Error::Operator(format!("[mail] tls: {e}"));
        let parameters = || -> Result<TlsParameters> {
            let mut builder = TlsParameters::builder(mail.host.clone());
            if let Some(path) = &mail.ca_file {
                let pem = fs::read(path).map_err(Error::path("reading ca_file", path))?;
                builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(wrong)?);
            }
            builder.build_rustls().map_err(wrong)
        };
        let tls = match mail.tls {
            MailTls::None => Tls::None,
            MailTls::Starttls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder =
            SmtpTransport::builder_dangerous(&mail.host).port(mail.port()).tls(tls).timeout(Some(TIMEOUT));
        if !mail.login.is_empty() {
            builder = builder.credentials(Credentials::new(mail.login.clone(), password(mail)?));
        }
        Ok(Self { transport: builder.build(), from: mail.from.clone() })
    }

    /// Hands one letter over; the mail server has taken it when this is good.
    pub(super) fn send(&self, letter: &Letter) -> Result<()> {
        let address = |text: &str| {
            text.parse().map_err(|e| Error::Operator(format!("[mail] '{text}' is no address for mail: {e}")))
        };
        let message = Message::builder()
            .from(address(&self.from)?)
            .to(address(&letter.to)?)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|e| Error::Internal(format!("a letter: {e}")))?;
        self.transport.send(&message).map(drop).map_err(|e| Error::Operator(explained(&e)))
    }
}

/// The first line of the password's file. A name without a directory is one of systemd's credentials.
fn password(mail: &Mail) -> Result<String> {
    let Some(file) = &mail.password_file else {
        return Err(Error::Operator("[mail] login needs password_file: a file with the password, mode 600".into()));
    };
    let path = match std::env::var_os("CREDENTIALS_DIRECTORY") {
        Some(dir) if file.components().count() == 1 => PathBuf::from(dir).join(file),
        _ => file.clone(),
    };
    let text = fs::read_to_string(&path).map_err(Error::path("reading password_file", &path))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// What went wrong, and where to look. Holds no password and no letter.
fn explained(e: &lettre::transport::smtp::Error) -> String {
    format!("{}; {}", with_causes(e), look(e))
}

/// Where to look.
fn look(e: &lettre::transport::smtp::Error) -> &'static str {
    let mut cause = e.source();
    while let Some(inner) = cause {
        // What an I/O error carries is not what it names as its source.
        let carried = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = inner.downcast_ref().or_else(|| carried.and_then(|c| c.downcast_ref::<rustls::Error>()));
        if let Some(tls) = tls {
            return look_at_tls(tls);
        }
        if inner.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return "nobody listens there: is the port right, and is the mail server running?";
        }
        let text = inner.to_string();
        if text.contains("lookup address") {
            return "the name of the mail server is not known here: is 'host' right, and does this machine resolve names?";
        }
        if text.contains("STARTTLS") {
            return "the mail server offers no TLS on this port, and without it nothing is sent: try tls = \"tls\" \
                    (port 465), or have STARTTLS switched on there";
        }
        cause = inner.source();
    }
    let code = e.status().map(|code| code.to_string());
    match code.as_deref() {
        Some("530" | "534" | "535" | "538") => {
            "the mail server does not let us in: look at login, and at the first line of password_file"
        }
        _ if e.is_timeout() => "is the host right, and does a firewall let the port through?",
        _ if e.is_permanent() => "the mail server refuses: look at login, password_file, from and the address",
        _ if e.is_transient() => "the mail server asks to come back later",
        _ if e.is_tls() => "is 'tls' right (tls: 465, starttls: 587)?",
        _ => "are host and port right, and does a firewall let them through?",
    }
}

fn look_at_tls(e: &rustls::Error) -> &'static str {
    use rustls::CertificateError as Certificate;
    let rustls::Error::InvalidCertificate(certificate) = e else {
        return "no TLS is spoken there as asked: is 'tls' right (tls: 465, starttls: 587)?";
    };
    match certificate {
        Certificate::UnknownIssuer => {
            "nobody this machine trusts made the mail server's certificate: if it is from an authority of one's own, \
             name that authority's certificate as ca_file"
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            "the mail server's certificate is for another name: set 'host' to a name that stands in it"
        }
        Certificate::Expired | Certificate::ExpiredContext { .. } => {
            "the mail server's certificate is out of date, or this machine's clock is wrong: see 'csdlgd doctor'"
        }
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
            "the mail server's certificate is not valid yet, or this machine's clock is wrong: see 'csdlgd doctor'"
        }
        _ => "the mail server's certificate is not good: whoever looks after it can say why",
    }
}
