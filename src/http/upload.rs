//! A form that may carry a file. The file goes straight to the disk, into a file without a name: nothing
//! is left of it, however the request ends. Must never keep a file in memory, and never believe its name.

use super::form::{FIELDS_MOST, Pairs};
use super::limits::refused;
use crate::error::{Error, Result};
use crate::ui::words;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use hyper::body::Body as HttpBody;
use std::fs::File;
use std::future::poll_fn;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use tokio::io::AsyncWriteExt;

/// All texts of a form together, bytes.
const TEXTS_MOST: usize = 1 << 20;
/// What stands before a part, bytes.
const HEAD_MOST: usize = 8 << 10;
/// The longest boundary (RFC 2046).
const BOUNDARY_MOST: usize = 70;

/// A form on its way: `multipart/form-data`, or `application/x-www-form-urlencoded`, which carries no file.
#[derive(Debug)]
pub struct Sending {
    /// Nothing for a form without files.
    boundary: Option<String>,
    body: Body,
}

/// A form that has arrived.
#[derive(Debug)]
pub struct Upload {
    /// Its texts.
    pub fields: Pairs,
    /// The file, if one was chosen and wanted.
    pub file: Option<SentFile>,
    /// Whether one was chosen and not wanted.
    pub unwanted: bool,
}

/// A file that was sent. Dropping it removes it.
#[derive(Debug)]
pub struct SentFile(File);

impl SentFile {
    /// Where it can be opened, while this is kept.
    pub fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}

impl<S: Send + Sync> FromRequest<S> for Sending {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        let kind = kind.unwrap_or_default();
        let boundary = match kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => None,
            "multipart/form-data" => match parameter(&kind, "boundary") {
                Some(boundary) if (1..=BOUNDARY_MOST).contains(&boundary.len()) => Some(boundary.to_owned()),
                _ => return Err(refused(StatusCode::BAD_REQUEST, words::FORM_CUT)),
            },
            _ => return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, words::FORM_WRONG_TYPE)),
        };
        Ok(Self { boundary, body: request.into_body() })
    }
}

impl Sending {
    /// Takes the form; a file is written into `dir` if the fields that stand before it make it `wanted`.
    ///
    /// # Errors
    /// `Error::Bad` for what is no form, is cut off, or has too many or too long texts; `Error::Io` of the
    /// disk.
    pub async fn receive(mut self, dir: &Path, wanted: impl Fn(&Pairs) -> bool) -> Result<Upload> {
        let Some(boundary) = self.boundary.take() else { return self.texts().await };
        let mut splitter = Splitter::new(&boundary);
        let (mut fields, mut file, mut part) = (Pairs::default(), None, Part::Passed);
        let (mut texts_bytes, mut unwanted) = (0, false);
        while let Some(chunk) = self.chunk().await? {
            for piece in splitter.push(&chunk)? {
                match piece {
                    Piece::Head(head) => {
                        part = match named(&head)? {
                            Named::Text(name) => Part::Text(name, Vec::new()),
                            Named::File if file.is_none() && wanted(&fields) => Part::File(new_file(dir)?),
                            Named::File => {
                                unwanted = true;
                                Part::Passed
                            }
                            Named::NoFile => Part::Passed,
                        };
                    }
                    Piece::Bytes(bytes) => match &mut part {
                        Part::Passed => {}
                        Part::Text(_, text) => {
                            texts_bytes += bytes.len();
                            if texts_bytes > TEXTS_MOST {
                                return Err(Error::Bad(words::FORM_TOO_LONG.into()));
                            }
                            text.extend_from_slice(&bytes);
                        }
                        Part::File(to) => {
                            to.write_all(&bytes).await.map_err(Error::path("writing a file into", dir))?;
                        }
                    },
                    Piece::End => match std::mem::replace(&mut part, Part::Passed) {
                        Part::Passed => {}
                        Part::Text(name, text) => {
                            fields.put(name, text)?;
                            if fields.iter().count() > FIELDS_MOST {
                                return Err(Error::Bad(words::form_too_many(FIELDS_MOST)));
                            }
                        }
                        Part::File(mut written) => {
                            written.flush().await.map_err(Error::path("writing a file into", dir))?;
                            file = Some(SentFile(written.into_std().await));
                        }
                    },
                }
            }
        }
        if splitter.at == At::Over {
            Ok(Upload { fields, file, unwanted })
        } else {
            Err(Error::Bad(words::FORM_CUT.into()))
        }
    }

    async fn texts(mut self) -> Result<Upload> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
            if all.len() > TEXTS_MOST {
                return Err(Error::Bad(words::FORM_TOO_LONG.into()));
            }
        }
        Ok(Upload { fields: Pairs::parse(&all, FIELDS_MOST)?, file: None, unwanted: false })
    }

    /// The next bytes. Too large or too slow is known to the limits, which answer with their own status.
    async fn chunk(&mut self) -> Result<Option<axum::body::Bytes>> {
        loop {
            match poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await {
                None => return Ok(None),
                Some(Err(_)) => return Err(Error::Bad(words::FORM_CUT.into())),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }
}

fn new_file(dir: &Path) -> Result<tokio::fs::File> {
    tempfile::tempfile_in(dir).map(tokio::fs::File::from_std).map_err(Error::path("making a file in", dir))
}

/// What a part is, and what of it has come.
enum Part {
    /// Nothing to keep.
    Passed,
    /// A text: name, bytes.
    Text(String, Vec<u8>),
    /// A file.
    File(tokio::fs::File),
}

/// What the lines before a part say of it.
enum Named {
    Text(String),
    File,
    /// Where a file could have been chosen.
    NoFile,
}

fn named(head: &[u8]) -> Result<Named> {
    let head = std::str::from_utf8(head).map_err(|_| Error::Bad(words::FORM_NOT_TEXT.into()))?;
    let says = |line: &&str| {
        line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
    };
    let line = head.split("\r\n").find(says).unwrap_or_default();
    match (parameter(line, "filename"), parameter(line, "name")) {
        (Some(""), _) => Ok(Named::NoFile),
        (Some(_), _) => Ok(Named::File),
        (None, Some(name)) => Ok(Named::Text(name.to_owned())),
        (None, None) => Err(Error::Bad(words::FORM_WRONG_TYPE.into())),
    }
}

/// `name="value"` of a header's line. A quotation mark inside a value is sent as `%22`.
fn parameter<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut quoted = false;
    let parts = line.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    let mut pairs = parts.filter_map(|part| part.split_once('='));
    pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().trim_matches('"'))
}

/// A piece of a form.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// The lines before a part.
    Head(Vec<u8>),
    /// Bytes of it.
    Bytes(Vec<u8>),
    /// It has come to its end.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first part, or in one.
    Bytes,
    /// Behind a boundary, where `--` says that it was the last.
    Line,
    Head,
    Over,
}

/// Cuts a body at its boundaries, however the bytes come.
struct Splitter {
    /// `\r\n--boundary`.
    mark: Vec<u8>,
    held: Vec<u8>,
    at: At,
}

impl Splitter {
    fn new(boundary: &str) -> Self {
        // The first boundary has no line before it.
        Self { mark: format!("\r\n--{boundary}").into_bytes(), held: b"\r\n".to_vec(), at: At::Bytes }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Piece>> {
        self.held.extend_from_slice(chunk);
        let mut out = Vec::new();
        loop {
            match self.at {
                At::Bytes => {
                    let found = find(&self.held, &self.mark);
                    // A boundary may have begun in the last bytes.
                    let sure = found.unwrap_or((self.held.len() + 1).saturating_sub(self.mark.len()));
                    if sure > 0 {
                        out.push(Piece::Bytes(self.held.drain(..sure).collect()));
                    }
                    if found.is_none() {
                        return Ok(out);
                    }
                    self.held.drain(..self.mark.len());
                    out.push(Piece::End);
                    self.at = At::Line;
                }
                At::Line if self.held.starts_with(b"--") => self.at = At::Over,
                At::Line => match self.up_to(b"\r\n")? {
                    None => return Ok(out),
                    Some(_) => self.at = At::Head,
                },
                At::Head => match self.up_to(b"\r\n\r\n")? {
                    None => return Ok(out),
                    Some(head) => {
                        out.push(Piece::Head(head));
                        self.at = At::Bytes;
                    }
                },
                At::Over => {
                    self.held.clear();
                    return Ok(out);
                }
            }
        }
    }

    /// What stands before `end`, which is taken away too; nothing if it has not come yet.
    fn up_to(&mut self, end: &[u8]) -> Result<Option<Vec<u8>>> {
        match find(&self.held, end) {
            Some(at) => {
                let before = self.held.drain(..at).collect();
                self.held.drain(..end.len());
                Ok(Some(before))
            }
            None if self.held.len() > HEAD_MOST => Err(Error::Bad(words::FORM_CUT.into())),
            None => Ok(None),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fields and the file's bytes of a body that comes in pieces of `step` bytes.
    fn received(body: &[u8], step: usize, wanted: bool) -> Result<(Vec<(String, String)>, Option<Vec<u8>>)> {
        let dir = tempfile::tempdir().unwrap();
        let chunks: Vec<Vec<u8>> = body.chunks(step).map(<[u8]>::to_vec).collect();
        let sending = Sending { boundary: Some("b-1".into()), body: Body::new(Chunks(chunks.into())) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let upload = runtime.block_on(sending.receive(dir.path(), |_| wanted))?;
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the file has a name");
        let pairs = upload.fields.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Ok((pairs, upload.file.map(|file| std::fs::read(file.path()).unwrap())))
    }

    struct Chunks(std::collections::VecDeque<Vec<u8>>);

    impl HttpBody for Chunks {
        type Data = axum::body::Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Ready(self.0.pop_front().map(|bytes| Ok(hyper::body::Frame::data(bytes.into()))))
        }
    }

    fn body(file: &[u8]) -> Vec<u8> {
        let before = "--b-1\r\nContent-Disposition: form-data; name=\"ten\"\r\n\r\nNguyễn An\r\n\
            --b-1\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a; name=%22b%22.csv\"\r\n\
            Content-Type: text/csv\r\n\r\n";
        let after = "\r\n--b-1\r\nContent-Disposition: form-data; name=\"g\"; filename=\"\"\r\n\r\n\
            \r\n--b-1\r\nContent-Disposition: form-data; name=\"sau\"\r\n\r\n\r\n--b-1--\r\n";
        [before.as_bytes(), file, after.as_bytes()].concat()
    }

    #[test]
    fn what_is_cut_off_or_no_form_is_refused() {
        let whole = body(b"1,2");
        for end in 0..whole.len() - 4 {
            assert!(matches!(received(&whole[..end], 64, true), Err(Error::Bad(_))), "cut at {end}");
        }
        assert!(matches!(received(b"--b-1\r\nX: y\r\n\r\nz\r\n--b-1--", 9, true), Err(Error::Bad(_))));
        let endless = [b"--b-1\r\nContent-Disposition: ".to_vec(), vec![b'a'; HEAD_MOST]].concat();
        assert!(matches!(received(&endless, 512, true), Err(Error::Bad(_))));
        let long = [b"--b-1\r\nContent-Disposition: form-data; name=a\r\n\r\n".to_vec(), vec![b'a'; TEXTS_MOST + 1]];
        assert!(matches!(received(&long.concat(), 65_536, true), Err(Error::Bad(_))));
    }

    #[test]
    fn a_file_nobody_wants_is_not_kept() {
        assert_eq!(received(&body(b"1,2"), 10, false).unwrap().1, None);
    }

    proptest! {
        #[test]
        fn it_comes_as_it_was_sent_in_pieces_of_any_size(
            file in prop_oneof![any::<Vec<u8>>(), "(\r|\n|-|b|1|--b-|\r\n--b){0,40}".prop_map(String::into_bytes)],
            step in 1usize..100,
        ) {
            prop_assume!(find(&file, b"\r\n--b-1").is_none());
            let (fields, kept) = received(&body(&file), step, true).unwrap();
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            prop_assert_eq!(fields, vec![pair("ten", "Nguyễn An"), pair("sau", "")]);
            prop_assert_eq!(kept, Some(file));
        }
    }
}
