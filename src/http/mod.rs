//! What stands between the socket and the handlers: limits, the same-origin check, headers, and the
//! one place where an [`Error`](crate::error::Error) becomes a reply. It knows no feature.

mod arrived;
pub mod assets;
mod blocking;
mod cookie;
mod crowd;
mod form;
mod guard;
mod https;
mod json;
mod lanes;
mod limits;
mod packing;
mod queue;
mod reply;
mod routes;
mod upload;

pub use arrived::{Arrived, Proxies};
pub use blocking::blocking;
pub use cookie::{end_session_cookie, letters_cookie, letters_wanted, session_cookie, session_token};
pub use crowd::{Crowd, Place, party};
pub use form::{FIELDS_MOST, Form, Pairs, Query};
pub use guard::{CONTENT_SECURITY_POLICY, NoCompression};
pub use https::to_https;
pub use json::{IdempotencyKey, JsonBody, KEY_MAX};
pub use lanes::{LaneLimits, LaneSettings, too_many};
pub use limits::{Limits, RATE_BYTES_PER_S, RouteLimits};
pub use queue::{Queue, Slot};
pub use reply::{Announced, RequestId, Viewer, log_panics, see_other};
pub use routes::{RouteInfo, Routes};
pub use upload::{Sending, SentFile, Upload};

use crate::metrics::Metrics;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::CsrfLayer;

/// What the layers need to know.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The system's name on error pages.
    pub system: String,
    /// How much and how long each route may take.
    pub limits: RouteLimits,
    /// How much may be at work at once.
    pub lanes: LaneSettings,
    /// Counts what is answered and refused.
    pub metrics: Metrics,
    /// Makes request ids of this run differ from those of the last: from the rng of the caller.
    pub run: u32,
}

/// Puts the whole stack around the routes: assets are added, and every reply of every route (also of
/// none) goes through `reply`, the limits and the headers. The layer that knows the session goes
/// around `router` before, so that error pages can show whose they are.
pub fn layers(router: Router, settings: Settings) -> Router {
    let settings = Arc::new(settings);
    router
        .merge(assets::routes().into_router())
        .layer(CatchPanicLayer::custom(reply::panicked))
        .layer(from_fn(packing::pack))
        .layer(from_fn_with_state(settings.clone(), limits::enforce))
        .layer(from_fn_with_state(Arc::new(lanes::Lanes::new(&settings)), lanes::enter))
        .layer(CsrfLayer::new().with_rejection_response(guard::cross_site))
        .layer(from_fn(guard::refuse_unmarked_posts))
        .layer(from_fn_with_state(Arc::new(reply::Replies::new(settings)), reply::replies))
        .layer(from_fn(guard::mark_secrets))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(guard::compressible()))
        .layer(from_fn(guard::headers))
}
