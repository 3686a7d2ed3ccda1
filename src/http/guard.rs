//! What browsers are told and what is asked of them: the security headers, the same-origin check on
//! everything that changes something, and which replies are compressed.

use super::Arrived;
use super::cookie::has_session;
use super::limits::refused;
use crate::ui::words;
use axum::extract::Request;
use axum::http::header::{self, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, ORIGIN};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::compression::Predicate;
use tower_http::compression::predicate::SizeAbove;
use tower_http::csrf::ProtectionError;

/// Nothing inline, nothing from elsewhere, no frames.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'; object-src 'none'";

const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: with it browsers send `Origin: null`, which the same-origin check refuses.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Two years, as browsers ask of sites that are always encrypted.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Response extension: this reply holds a secret beside text a stranger may choose, so it is not
/// compressed (its length would tell).
#[derive(Clone, Copy, Debug)]
pub struct NoCompression;

/// Writes the security headers onto every reply.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let strict = request.extensions().get::<Arrived>().is_some_and(|a| a.strict);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if strict {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Marks the pages where passwords are typed and shown.
pub(super) async fn mark_secrets(request: Request, next: Next) -> Response {
    let secret = is_secret(request.uri().path());
    let mut response = next.run(request).await;
    if secret {
        response.extensions_mut().insert(NoCompression);
    }
    response
}

/// Whether passwords are typed or shown there.
pub(super) fn is_secret(path: &str) -> bool {
    ["/login", "/account", "/setup"].iter().any(|start| path.starts_with(start))
}

/// What the same-origin layer answers.
pub(super) fn cross_site(_: ProtectionError) -> Response {
    refused(StatusCode::FORBIDDEN, words::CROSS_SITE)
}

/// The same-origin layer lets requests pass that carry neither `Origin` nor `Sec-Fetch-Site`, for
/// programs; no program signs in by cookie, so with a cookie they are refused. A bearer token is no
/// cookie: no other site can make a browser send one.
pub(super) async fn refuse_unmarked_posts(request: Request, next: Next) -> Response {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let headers = request.headers();
    let marked = headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site");
    if !safe && !marked && has_session(headers) && !has_bearer(headers) {
        return refused(StatusCode::FORBIDDEN, words::CROSS_SITE);
    }
    next.run(request).await
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    value.and_then(|v| v.get(..7)).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
}

/// Text that is worth it; never a reply that is packed already or marked [`NoCompression`].
pub(super) fn compressible() -> impl Predicate {
    SizeAbove::new(1024).and(|_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions| {
        let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let text = kind.starts_with("text/") || kind.starts_with("application/json") || kind == "image/svg+xml";
        text && extensions.get::<NoCompression>().is_none()
    })
}
