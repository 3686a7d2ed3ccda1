//! What a program sends: a JSON body, and the key that makes a repeated request find its first answer.
//! What the JSON means is for the feature. Nothing of a body ever goes into the log.

use super::limits::refused;
use crate::error::Error;
use crate::ui::words;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// The longest idempotency key, in bytes.
pub const KEY_MAX: usize = 128;

/// A JSON body of a shape. Another content type is 415, another shape 400 with the place.
#[derive(Clone, Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, words::JSON_WRONG_TYPE));
        }
        let Ok(body) = Bytes::from_request(request, state).await else {
            // Too large or too slow is known to the limits, which answer with their own status.
            return Err(refused(StatusCode::BAD_REQUEST, words::JSON_CUT));
        };
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(Self(value)),
            Err(e) => Err(Error::Bad(words::json_wrong(e.line(), e.column(), &e.to_string())).into_response()),
        }
    }
}

/// The header `Idempotency-Key`; empty if none came.
#[derive(Clone, Debug, Default)]
pub struct IdempotencyKey(pub String);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(Self::default()) };
        let fits = |b: &u8| b.is_ascii_graphic();
        match value.to_str() {
            Ok(key)
                if values.next().is_none() && (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| fits(&b)) =>
            {
                Ok(Self(key.to_owned()))
            }
            _ => Err(Error::Bad(words::BAD_KEY.into())),
        }
    }
}
