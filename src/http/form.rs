//! What a form or an address carries: ordered pairs of text, counted before they are kept. What the
//! pairs mean is for the feature's `Raw`.

use super::limits::refused;
use crate::error::{Error, Result};
use crate::ui::words;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::ops::Deref;

/// The most fields a form may have.
pub const FIELDS_MOST: usize = 2_000;

/// Names and values, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `application/x-www-form-urlencoded`. Text that is not UTF-8, or more than `most` pairs,
    /// is refused.
    pub fn parse(encoded: &[u8], most: usize) -> Result<Self> {
        let mut pairs = Vec::new();
        for part in encoded.split(|&b| b == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == most {
                return Err(Error::Bad(words::form_too_many(most)));
            }
            let at = part.iter().position(|&b| b == b'=').unwrap_or(part.len());
            let value = part.get(at + 1..).unwrap_or_default();
            pairs.push((decode(&part[..at])?, decode(value)?));
        }
        Ok(Self(pairs))
    }

    /// Adds a pair. Text that is not UTF-8 is refused.
    pub(super) fn put(&mut self, name: String, value: Vec<u8>) -> Result<()> {
        let value = String::from_utf8(value).map_err(|_| Error::Bad(words::FORM_NOT_TEXT.into()))?;
        self.0.push((name, value));
        Ok(())
    }

    /// The first value of that name; "" if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or("")
    }

    /// Whether that name came at all.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Every value of that name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Which button was pressed (`_do`), "" for plain saving: `("remove", "phones.2")`.
    pub fn pressed(&self) -> (&str, &str) {
        self.get("_do").split_once(':').unwrap_or((self.get("_do"), ""))
    }

    /// The idempotency key the form carried.
    pub fn key(&self) -> &str {
        self.get("_key")
    }

    /// The version the form started from.
    pub fn version(&self) -> Option<u32> {
        self.get("_version").parse().ok()
    }
}

fn decode(encoded: &[u8]) -> Result<String> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        out.push(match first {
            b'+' => b' ',
            b'%' => match hex_pair(after) {
                Some(byte) => {
                    rest = &after[2..];
                    byte
                }
                None => b'%',
            },
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| Error::Bad(words::FORM_NOT_TEXT.into()))
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

/// What a posted form carries.
#[derive(Clone, Debug, Default)]
pub struct Form(pub Pairs);

/// What the address carries behind `?`.
#[derive(Clone, Debug, Default)]
pub struct Query(pub Pairs);

impl Deref for Form {
    type Target = Pairs;
    fn deref(&self) -> &Pairs {
        &self.0
    }
}

impl Deref for Query {
    type Target = Pairs;
    fn deref(&self) -> &Pairs {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind =
            request.headers().get(CONTENT_TYPE).map_or(Cow::Borrowed(""), |v| String::from_utf8_lossy(v.as_bytes()));
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, words::FORM_WRONG_TYPE));
        }
        let Ok(body) = Bytes::from_request(request, state).await else {
            // Too large or too slow is known to the limits, which answer with their own status.
            return Err(refused(StatusCode::BAD_REQUEST, words::FORM_CUT));
        };
        Pairs::parse(&body, FIELDS_MOST).map(Self).map_err(IntoResponse::into_response)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let query = parts.uri.query().unwrap_or("");
        Pairs::parse(query.as_bytes(), FIELDS_MOST).map(Self).map_err(IntoResponse::into_response)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use crate::ui::Link;
    use proptest::prelude::*;

    #[test]
    fn pairs_keep_their_order_and_repetition() {
        let p = Pairs::parse("a=1&b=Nguy%E1%BB%85n+An&a=2&&c&=x&d=%zz%".as_bytes(), 10).unwrap();
        let seen: Vec<_> = p.iter().collect();
        assert_eq!(seen, [("a", "1"), ("b", "Nguyễn An"), ("a", "2"), ("c", ""), ("", "x"), ("d", "%zz%")]);
        assert_eq!(p.get("a"), "1");
        assert_eq!(p.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert!(p.has("c") && !p.has("e"));
        let pressed = Pairs::parse(b"_do=remove:phones.2&_version=7&_key=k", 10).unwrap();
        assert_eq!((pressed.pressed(), pressed.version(), pressed.key()), (("remove", "phones.2"), Some(7), "k"));
    }

    #[test]
    fn too_many_and_broken_text_are_refused() {
        assert!(Pairs::parse(b"a&b&c", 3).is_ok());
        assert!(matches!(Pairs::parse(b"a&b&c&d", 3), Err(Error::Bad(_))));
        assert!(matches!(Pairs::parse(b"a=%ff", 3), Err(Error::Bad(_))));
    }

    proptest! {
        #[test]
        fn what_a_link_says_is_read_back(pairs in prop::collection::vec((".+", ".+"), 0..5)) {
            let link = Link::to("/x").with_all(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str()))).to_string();
            let read = Pairs::parse(link.split_once('?').map_or("", |(_, q)| q).as_bytes(), 10).unwrap();
            prop_assert_eq!(read.0, pairs);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
            drop(Pairs::parse(&bytes, 100));
        }
    }
}
