//! Packs pages where their other work is done too: in their lane's slot, on a thread that may take its time. The
//! threads that serve everybody stay free to say at once that there is too much. What is streamed or drawn later
//! (errors, exports) is packed on its way out, as it comes.

use super::blocking;
use super::guard::{compressible, is_secret};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Body as HttpBody;
use std::io::Write;
use tower_http::compression::Predicate;

/// Longer ones are packed on their way out.
const WHOLE_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Packs the answer, if it is there whole and worth it.
pub(super) async fn pack(request: Request, next: Next) -> Response {
    let wanted = takes_gzip(request.headers()) && !is_secret(request.uri().path());
    let response = next.run(request).await;
    let whole = response.body().size_hint().exact().is_some_and(|bytes| bytes <= WHOLE_MAX_BYTES);
    let plain = !response.headers().contains_key(CONTENT_ENCODING);
    if !(wanted && whole && plain && compressible().should_compress(&response)) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let packed = async {
        let bytes = to_bytes(body, WHOLE_MAX_BYTES as usize).await.map_err(std::io::Error::other)?;
        blocking(move || Ok(gzip(&bytes))).await.map_err(std::io::Error::other)?
    };
    match packed.await {
        Ok(packed) => {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
            Response::from_parts(parts, Body::from(packed))
        }
        Err(e) => crate::error::Error::Internal(format!("packing a page: {e}")).into_response(),
    }
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    packed.write_all(bytes)?;
    packed.finish()
}

/// Whether the client names gzip, and not to say that it does not want it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    values.flat_map(|v| v.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|q| q > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_gzip_says_so() {
        let takes = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static(""));
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, value)]))
        };
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, GZIP;q=0.1"));
        assert!(!takes("") && !takes("br, identity") && !takes("gzip;q=0") && !takes("gzip;q=0.0, br"));
    }
}
