//! A form that may carry a file. The file goes straight to the disk, into a file without a name: nothing
//! is left of it, however the request ends. Must never keep a file in memory, and never believe its name.

use super::form::{FIELDS_MOST, Pairs};
use super::limits::refused;
use crate::error::{Error, Result};
use crate::ui::words;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;

/// All texts of a form together, bytes.
const TEXTS_MOST: usize = 1 << 20;

/// A form on its way.
#[derive(Debug)]
pub enum Sending {
    /// `multipart/form-data`.
    Parts(Multipart),
    /// `application/x-www-form-urlencoded`, which carries no file.
    Texts(Body),
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

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        match kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Ok(Self::Texts(request.into_body())),
            "multipart/form-data" => {
                let parts = Multipart::from_request(request, state).await;
                parts.map(Self::Parts).map_err(|_| refused(StatusCode::BAD_REQUEST, words::FORM_CUT))
            }
            _ => Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, words::FORM_WRONG_TYPE)),
        }
    }
}

impl Sending {
    /// Takes the form; a file is written into `dir` if the fields that stand before it make it `wanted`.
    ///
    /// # Errors
    /// `Error::Bad` for what is no form, is cut off, or has too many or too long texts; `Error::Io` of the
    /// disk.
    pub async fn receive(self, dir: &Path, wanted: impl Fn(&Pairs) -> bool) -> Result<Upload> {
        let mut parts = match self {
            Self::Parts(parts) => parts,
            Self::Texts(body) => return texts(body).await,
        };
        let (mut fields, mut file, mut unwanted) = (Pairs::default(), None, false);
        let (mut count, mut left) = (0, TEXTS_MOST);
        while let Some(part) = parts.next_field().await.map_err(cut)? {
            match (part.file_name(), part.name().map(str::to_owned)) {
                // Where a file could have been chosen.
                (Some(""), _) => {}
                (Some(_), _) if file.is_none() && wanted(&fields) => file = Some(kept(part, dir).await?),
                (Some(_), _) => unwanted = true,
                (None, Some(name)) => {
                    let text = text(part, left).await?;
                    left -= text.len();
                    count += 1;
                    if count > FIELDS_MOST {
                        return Err(Error::Bad(words::form_too_many(FIELDS_MOST)));
                    }
                    fields.put(name, text)?;
                }
                (None, None) => return Err(Error::Bad(words::FORM_WRONG_TYPE.into())),
            }
        }
        Ok(Upload { fields, file, unwanted })
    }
}

/// Too large or too slow is known to the limits, which answer with their own status.
fn cut(_: impl std::error::Error) -> Error {
    Error::Bad(words::FORM_CUT.into())
}

async fn texts(body: Body) -> Result<Upload> {
    let all = to_bytes(body, TEXTS_MOST).await.map_err(cut)?;
    Ok(Upload { fields: Pairs::parse(&all, FIELDS_MOST)?, file: None, unwanted: false })
}

async fn text(mut part: Field<'_>, most: usize) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    while let Some(bytes) = part.chunk().await.map_err(cut)? {
        text.extend_from_slice(&bytes);
        if text.len() > most {
            return Err(Error::Bad(words::FORM_TOO_LONG.into()));
        }
    }
    Ok(text)
}

async fn kept(mut part: Field<'_>, dir: &Path) -> Result<SentFile> {
    let file = tempfile::tempfile_in(dir).map_err(Error::path("making a file in", dir))?;
    let mut file = tokio::fs::File::from_std(file);
    while let Some(bytes) = part.chunk().await.map_err(cut)? {
        file.write_all(&bytes).await.map_err(Error::path("writing a file into", dir))?;
    }
    file.flush().await.map_err(Error::path("writing a file into", dir))?;
    Ok(SentFile(file.into_std().await))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use hyper::body::Body as HttpBody;
    use proptest::prelude::*;
    use std::pin::Pin;

    /// Fields and the file's bytes of a body that comes in pieces of `step` bytes.
    fn received(body: &[u8], step: usize, wanted: bool) -> Result<(Vec<(String, String)>, Option<Vec<u8>>)> {
        let dir = tempfile::tempdir().unwrap();
        let chunks: Vec<Vec<u8>> = body.chunks(step).map(<[u8]>::to_vec).collect();
        let request = Request::builder()
            .header(CONTENT_TYPE, "multipart/form-data; boundary=b-1")
            .body(Body::new(Chunks(chunks.into())))
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let upload = runtime.block_on(async {
            let sending = Sending::from_request(request, &()).await.unwrap();
            sending.receive(dir.path(), |_| wanted).await
        })?;
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
            prop_assume!(!file.windows(7).any(|bytes| bytes == b"\r\n--b-1"));
            let (fields, kept) = received(&body(&file), step, true).unwrap();
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            prop_assert_eq!(fields, vec![pair("ten", "Nguyễn An"), pair("sau", "")]);
            prop_assert_eq!(kept, Some(file));
        }
    }
}
