//! When too much comes, what matters least waits first. Each sort of request has its own lane: so many at
//! work, so many waiting, for so long; the next is told at once to come back a little later, each at
//! another moment. Saves have the widest lane, exports and figures the narrowest; what the
//! administrators look at in such an hour has one of its own.

use super::crowd::{Crowd, party};
use super::guard::is_secret;
use super::queue::{Queue, Slot};
use super::{Arrived, Pairs, Settings};
use crate::error::Error;
use crate::metrics::Metrics;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;

/// How wide a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneLimits {
    /// So many at work at once.
    pub slots: usize,
    /// So many wait for a slot at most.
    pub waiting: usize,
    /// And only who will have one after so long, as far as can be foreseen from what work took lately.
    pub within: Duration,
}

/// How wide the lanes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSettings {
    /// Pages and lookups.
    pub pages: LaneLimits,
    /// What changes something: it waits longest before it is refused, since somebody typed it.
    pub saves: LaneLimits,
    /// Exports and figures, until their last byte is out.
    pub heavy: LaneLimits,
    /// Health and backups.
    pub care: LaneLimits,
    /// Requests of one address at once (an IPv6 /64 counts as one): a whole school may sit behind it. This
    /// machine itself is not counted: a proxy nobody named would be.
    pub per_address: usize,
}

impl Default for LaneSettings {
    fn default() -> Self {
        let (short, long) = (Duration::from_millis(500), Duration::from_millis(2_500));
        // More only take the cores from each other, and from who says no; fewer stand still while the disk works.
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let slots = (4 * cores).max(8);
        Self {
            pages: LaneLimits { slots, waiting: 200, within: short },
            saves: LaneLimits { slots: 256, waiting: 1_000, within: long },
            heavy: LaneLimits { slots: 2, waiting: 16, within: long },
            care: LaneLimits { slots: 2, waiting: 16, within: long },
            per_address: 128,
        }
    }
}

/// The longest form whose refusal shows it again.
const KEPT_BYTES: usize = 256 * 1024;
/// How long it may still be on its way.
const KEPT_WITHIN: Duration = Duration::from_secs(5);
/// Fields of a form that is shown again.
const KEPT_FIELDS: usize = 2_000;

/// Response extension: what was typed into a form that could not be taken, to be sent again.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) action: String,
    pub(super) pairs: Pairs,
}

struct Lane {
    name: &'static str,
    queue: Queue,
}

impl Lane {
    fn new(name: &'static str, limits: LaneLimits) -> Self {
        Self { name, queue: Queue::new(limits) }
    }
}

/// The lanes of a server.
pub(super) struct Lanes {
    pages: Lane,
    saves: Lane,
    heavy: Lane,
    care: Lane,
    addresses: Crowd<IpAddr>,
    per_address: usize,
    refused: AtomicU32,
    metrics: Metrics,
}

impl Lanes {
    pub(super) fn new(settings: &Settings) -> Self {
        let lanes = settings.lanes;
        Self {
            pages: Lane::new("pages", lanes.pages),
            saves: Lane::new("saves", lanes.saves),
            heavy: Lane::new("heavy", lanes.heavy),
            care: Lane::new("care", lanes.care),
            addresses: Crowd::default(),
            per_address: lanes.per_address,
            refused: AtomicU32::new(settings.run),
            metrics: settings.metrics.clone(),
        }
    }

    /// The lane of a route, by its pattern. Style and script have none; signing in has its own queue, where
    /// passwords are computed.
    fn of(&self, method: &Method, route: &str) -> Option<&Lane> {
        let begins = |starts: &[&str]| starts.iter().any(|start| route.starts_with(start));
        let reads = [Method::GET, Method::HEAD].contains(method);
        if begins(&["/a/", "/favicon.ico", "/login"]) {
            None
        } else if begins(&["/health", "/backup"]) {
            Some(&self.care)
        } else if route.contains("/export") || (reads && begins(&HEAVY)) {
            Some(&self.heavy)
        } else if reads {
            Some(&self.pages)
        } else {
            Some(&self.saves)
        }
    }

    fn refuse(&self, why: &'static str, status: StatusCode) -> Response {
        self.metrics.refused(why);
        let retry_after_s = moment(self.refused.fetch_add(1, Ordering::Relaxed));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Error::Busy { retry_after_s }.into_response();
        }
        (status, [(RETRY_AFTER, HeaderValue::from(retry_after_s))]).into_response()
    }
}

/// What counts over many records each time it is asked.
const HEAVY: [&str; 5] =
    ["/units/figures", "/units/without-records", "/help/dictionary", "/api/v1/changes", "/reports"];

/// When to come back, s: 5 to 30, another for each, so that they do not all come at once.
fn moment(number: u32) -> u32 {
    5 + (number.wrapping_mul(0x9E37_79B1) >> 16) % 26
}

/// Lets a request into its lane.
pub(super) async fn enter(State(lanes): State<Arc<Lanes>>, arrived: Arrived, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let Some(lane) = route.as_ref().and_then(|route| lanes.of(request.method(), route.as_str())) else {
        return next.run(request).await;
    };
    let place = lanes.addresses.take(party(arrived.peer), lanes.per_address);
    if place.is_none() && !arrived.peer.is_loopback() {
        return lanes.refuse("requests_per_address", StatusCode::TOO_MANY_REQUESTS);
    }
    let Some(slot) = lane.queue.enter().await else {
        let mut response = lanes.refuse(lane.name, StatusCode::SERVICE_UNAVAILABLE);
        if let Some(typed) = typed(request).await {
            response.extensions_mut().insert(typed);
        }
        return response;
    };
    let response = next.run(request).await;
    if std::ptr::eq(lane, &raw const lanes.heavy) {
        return response.map(|body| Body::new(Held { body, _slot: slot }));
    }
    response
}

/// What a form carries, if it may be shown again: nothing where passwords are typed.
async fn typed(request: Request) -> Option<Typed> {
    let path = request.uri().path();
    let secret = is_secret(path) || path.starts_with("/api/");
    let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    if secret || request.method() != Method::POST || !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let action = request.uri().path_and_query()?.as_str().to_owned();
    let body = timeout(KEPT_WITHIN, to_bytes(request.into_body(), KEPT_BYTES)).await.ok()?.ok()?;
    Some(Typed { action, pairs: Pairs::parse(&body, KEPT_FIELDS).ok()? })
}

/// A body that holds its slot to its end.
struct Held {
    body: Body,
    _slot: Slot,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// One person asks for too much at once.
pub fn too_many(metrics: &Metrics) -> Response {
    metrics.refused("requests_per_account");
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "5")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_has_its_lane() {
        let lanes = Lanes::new(&Settings::default());
        let of = |method: Method, route: &str| lanes.of(&method, route).map_or("none", |lane| lane.name);
        assert_eq!(of(Method::GET, "/a/{hash}/{*name}"), "none");
        assert_eq!(of(Method::POST, "/login"), "none");
        assert_eq!(of(Method::GET, "/records/{kind}/{id}"), "pages");
        assert_eq!(of(Method::HEAD, "/"), "pages");
        assert_eq!(of(Method::POST, "/records/{kind}/{id}/edit"), "saves");
        assert_eq!(of(Method::PUT, "/api/v1/records/{kind}/{id}"), "saves");
        assert_eq!(of(Method::GET, "/units/figures"), "heavy");
        assert_eq!(of(Method::GET, "/records/{kind}/export"), "heavy");
        assert_eq!(of(Method::POST, "/backup/now"), "care");
        assert_eq!(of(Method::GET, "/health"), "care");
    }

    #[test]
    fn each_is_told_another_moment() {
        let moments: Vec<u32> = (0..200).map(moment).collect();
        assert!(moments.iter().all(|s| (5..=30).contains(s)));
        let all: std::collections::BTreeSet<u32> = moments.into_iter().collect();
        assert!(all.len() > 20, "{all:?}");
    }
}
