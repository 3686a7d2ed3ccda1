//! A small HTTP/1.1 client: one kept connection to loopback, one request at a time, everything bounded.
//! It never retries: a broken connection is an error the caller hears of.

use crate::{Result, err};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const WAIT: Duration = Duration::from_mins(2);
const LINE_MAX: u64 = 16 * 1024;
const LINES_MAX: usize = 100;
const BODY_MAX: usize = 16 << 20;

/// Whose connection it is.
#[derive(Clone, Debug)]
pub(crate) enum Pass {
    /// Nobody's.
    None,
    /// A person's, by the session in the cookie.
    Session(String),
    /// A program's, by token.
    Bearer(String),
}

/// One connection.
pub(crate) struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    /// Header lines every request has.
    fixed: String,
    out: Vec<u8>,
    answer: Answer,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The value of `set-cookie`.
    pub(crate) set_cookie: String,
    /// The body as sent, perhaps packed.
    pub(crate) body: Vec<u8>,
    packed: bool,
}

/// There was too much, and the server said so: an error of its own kind, for who counts them.
#[derive(Debug)]
pub(crate) struct Refused(u16);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with {}: too much at once", self.0)
    }
}

impl std::error::Error for Refused {}

impl Answer {
    /// The body as text, unpacked.
    pub(crate) fn text(&self) -> Result<String> {
        let mut bytes = Vec::new();
        if self.packed {
            flate2::read::MultiGzDecoder::new(&*self.body).take(BODY_MAX as u64).read_to_end(&mut bytes)?;
        } else {
            bytes.clone_from(&self.body);
        }
        Ok(String::from_utf8(bytes)?)
    }
}

impl Client {
    /// Connects. As a person it asks for packed answers, as browsers do.
    pub(crate) fn connect(address: SocketAddr, pass: &Pass) -> Result<Self> {
        let who = match pass {
            Pass::None => String::new(),
            Pass::Session(token) => format!("cookie: session={token}\r\naccept-encoding: gzip\r\n"),
            Pass::Bearer(token) => format!("authorization: Bearer {token}\r\n"),
        };
        let fixed = format!("host: {address}\r\norigin: http://{address}\r\n{who}");
        Ok(Self { address, stream: stream(address)?, fixed, out: Vec::new(), answer: Answer::default() })
    }

    /// Ends the connection.
    pub(crate) fn close(&self) {
        let _ = self.stream.get_ref().shutdown(std::net::Shutdown::Both); // the other side may have done it
    }

    /// Connects anew, as the same person.
    pub(crate) fn reconnect(&mut self) -> Result<()> {
        self.stream = stream(self.address)?;
        Ok(())
    }

    /// Gets a page that must be there.
    pub(crate) fn get(&mut self, path: &str) -> Result<&Answer> {
        self.ask("GET", path, "", "", 200)
    }

    /// Sends a request whose answer must have this status. `more` is whole header lines.
    pub(crate) fn ask(&mut self, method: &str, path: &str, more: &str, body: &str, status: u16) -> Result<&Answer> {
        self.out.clear();
        write!(self.out, "{method} {path} HTTP/1.1\r\n{}{more}", self.fixed)?;
        if method != "GET" {
            write!(self.out, "content-length: {}\r\n", body.len())?;
        }
        write!(self.out, "\r\n{body}")?;
        self.stream.get_mut().write_all(&self.out)?;
        self.read()?;
        if self.answer.status == status {
            return Ok(&self.answer);
        }
        if matches!(self.answer.status, 429 | 503) {
            return Err(Refused(self.answer.status).into());
        }
        let said: String = self.answer.text().unwrap_or_default().chars().take(2000).collect();
        err(format!("{method} {path}: status {}, not {status}: {said}", self.answer.status))
    }

    fn read(&mut self) -> Result<()> {
        let answer = &mut self.answer;
        answer.body.clear();
        answer.set_cookie.clear();
        answer.packed = false;
        let first = line(&mut self.stream)?;
        let Some(status) = first.strip_prefix("HTTP/1.1 ").and_then(|s| s.get(..3)?.parse().ok()) else {
            return err(format!("no HTTP answer: {first:?}"));
        };
        answer.status = status;
        let mut length = None;
        let mut chunked = false;
        for count in 0.. {
            let header = line(&mut self.stream)?;
            if header.is_empty() {
                break;
            }
            let Some((name, value)) = header.split_once(':').filter(|_| count < LINES_MAX) else {
                return err(format!("a header I can't read: {header:?}"));
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.parse::<usize>()?),
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                "content-encoding" => answer.packed = value.eq_ignore_ascii_case("gzip"),
                "set-cookie" => value.clone_into(&mut answer.set_cookie),
                _ => {}
            }
        }
        if !chunked {
            return take(&mut self.stream, length.unwrap_or(0), &mut answer.body);
        }
        loop {
            let size = usize::from_str_radix(line(&mut self.stream)?.trim(), 16)?;
            take(&mut self.stream, size, &mut answer.body)?;
            if !line(&mut self.stream)?.is_empty() {
                return err("a chunk longer than it says");
            }
            if size == 0 {
                return Ok(());
            }
        }
    }
}

fn stream(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, WAIT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    Ok(BufReader::with_capacity(64 * 1024, stream))
}

/// A line without its end.
fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut bytes = Vec::new();
    stream.take(LINE_MAX).read_until(b'\n', &mut bytes)?;
    match bytes.strip_suffix(b"\r\n") {
        Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
        None => Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
    }
}

fn take(stream: &mut BufReader<TcpStream>, size: usize, body: &mut Vec<u8>) -> Result<()> {
    let from = body.len();
    if from + size > BODY_MAX {
        return err(format!("an answer of more than {BODY_MAX} bytes"));
    }
    body.resize(from + size, 0);
    Ok(stream.read_exact(&mut body[from..])?)
}

/// For queries and forms.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = std::fmt::Write::write_fmt(&mut out, format_args!("%{byte:02X}"));
        }
    }
    out
}
