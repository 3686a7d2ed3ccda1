//! Serving `/a/<hash>/<name>`: bytes that never change under an address that names their content.

use super::Routes;
use crate::ui::assets;
use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The routes of assets: public, with nothing of anybody in them.
pub fn routes() -> Routes<()> {
    assets::prepare();
    Routes::new().get("/a/{hash}/{*name}", serve).get("/favicon.ico", icon)
}

/// Browsers ask for it by this name on replies that are no page.
async fn icon() -> Response {
    ([("location", assets::url("mark.svg"))], StatusCode::MOVED_PERMANENTLY).into_response()
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    // Another hash is another release's file: not found, so that nobody keeps the wrong one for ever.
    let Some(asset) = assets::get(&name).filter(|asset| asset.hash == hash) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, FOR_EVER), (VARY, "accept-encoding")];
    match asset.gzip() {
        Some(packed) if takes_gzip(&headers) => (kept, [(CONTENT_ENCODING, "gzip")], packed).into_response(),
        _ => (kept, asset.plain.as_slice()).into_response(),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).map(HeaderValue::to_str).and_then(Result::ok).unwrap_or("");
    accepted.split(',').map(str::trim).any(|way| {
        let (name, rest) = way.split_once(';').unwrap_or((way, ""));
        name.trim().eq_ignore_ascii_case("gzip")
            && !matches!(rest.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
