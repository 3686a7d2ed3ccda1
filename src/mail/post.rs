//! Handing a letter to the mail server. The only file that names the mail library.

use super::model::Letter;
use crate::config::{Mail, MailTls};
use crate::error::{Error, Result};
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use std::fs;
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
    let mut text = e.to_string();
    let mut cause = std::error::Error::source(e);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    let look = match () {
        () if e.is_tls() => {
            "; is 'tls' right (tls: 465, starttls: 587), and is the server's certificate for this host?"
        }
        () if e.is_timeout() => "; is the host right, and does a firewall let the port through?",
        () if e.is_permanent() => "; the mail server refuses: look at login, password_file, from and the address",
        () if e.is_transient() => "; the mail server asks to come back later",
        () => "; are host and port right, and does a firewall let them through?",
    };
    format!("{text}{look}")
}
