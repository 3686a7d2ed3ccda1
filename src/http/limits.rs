//! How much a request may send, how slowly, and how long its answer may take.

use super::Settings;
use super::reply::Said;
use crate::ui::words;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// The slowest line: a hundredth of what an old telephone gave.
pub const RATE_BYTES_PER_S: u64 = 1024;
/// A body's first seconds.
const GRACE: Duration = Duration::from_secs(10);

/// What one request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body.
    pub body_bytes: usize,
    /// How long the whole body may be on its way.
    pub body_within: Duration,
    /// After so long it must have come at [`RATE_BYTES_PER_S`] on the average: who drips is sent away early.
    pub body_grace: Duration,
    /// How long until the answer begins, the body included.
    pub answer_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            body_within: Duration::from_secs(30),
            body_grace: GRACE,
            answer_within: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// For files: so many bytes, at 64 kB a second at least, and a minute to work on them.
    pub fn upload(body_bytes: usize) -> Self {
        let body_within = Duration::from_secs(30 + body_bytes as u64 / 65_536);
        let answer_within = body_within + Duration::from_mins(1);
        Self { body_bytes, body_within, body_grace: GRACE, answer_within }
    }
}

/// The limits of every route: the usual ones, and others for paths that begin so.
#[derive(Clone, Debug, Default)]
pub struct RouteLimits {
    /// Where nothing else is said.
    pub usual: Limits,
    /// `("/import/", …)`; the first that fits counts.
    pub special: Vec<(String, Limits)>,
}

impl RouteLimits {
    /// The limits for that path.
    pub fn of(&self, path: &str) -> Limits {
        let special = self.special.iter().find(|(start, _)| path.starts_with(start.as_str()));
        special.map_or(self.usual, |(_, limits)| *limits)
    }
}

/// A reply of that status with its own sentence, drawn like every other.
pub(super) fn refused(status: StatusCode, what: &str) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Said(words::error(status.as_u16(), Some(what))));
    response
}

fn too_long() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.extensions_mut().insert(Said(words::too_long()));
    response
}

/// Holds a request to the limits of its route.
pub(super) async fn enforce(State(settings): State<Arc<Settings>>, mut request: Request, next: Next) -> Response {
    let limits = settings.limits.of(request.uri().path());
    let length = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limits.body_bytes as u64) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    // Our own body counts; the extractors' default must not cut in before it.
    DefaultBodyLimit::max(limits.body_bytes).apply(&mut request);
    let broke = Broke::default();
    let request = request.map(|body| Body::new(Measured::new(body, limits, broke.clone())));
    match timeout(limits.answer_within, next.run(request)).await {
        Ok(response) => match broke.status() {
            // A handler sees a body that ends in an error; what error is known only here.
            Some(status) if response.status().is_client_error() || response.status().is_server_error() => {
                status.into_response()
            }
            _ => response,
        },
        Err(_) => broke.status().map_or_else(too_long, IntoResponse::into_response),
    }
}

/// Which limit a body broke, as a status; 0 for none.
#[derive(Clone, Debug, Default)]
struct Broke(Arc<AtomicU16>);

impl Broke {
    fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.0.load(Ordering::Relaxed)).ok()
    }

    fn set(&self, status: StatusCode) -> axum::Error {
        self.0.store(status.as_u16(), Ordering::Relaxed);
        axum::Error::new(OverLimit(status))
    }
}

/// What a handler's extractor meets at the end of a body that broke a limit.
#[derive(Debug)]
struct OverLimit(StatusCode);

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "body over its limit ({})", self.0)
    }
}

impl std::error::Error for OverLimit {}

/// A body that ends in an error once it is too long or too slow.
struct Measured {
    body: Body,
    began: Instant,
    limits: Limits,
    came: usize,
    deadline: Pin<Box<Sleep>>,
    broke: Broke,
}

impl Measured {
    fn new(body: Body, limits: Limits, broke: Broke) -> Self {
        let deadline = Box::pin(sleep(limits.body_within.min(limits.body_grace)));
        Self { body, began: Instant::now(), limits, came: 0, deadline, broke }
    }

    /// When what came so far is too little.
    fn until(&self) -> Instant {
        let at_rate = Duration::from_millis(self.came as u64 * 1000 / RATE_BYTES_PER_S);
        self.began + self.limits.body_within.min(self.limits.body_grace + at_rate)
    }
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(this.broke.set(StatusCode::REQUEST_TIMEOUT))));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        let size = frame.as_ref().and_then(|f| f.as_ref().ok()?.data_ref().map(Bytes::len)).unwrap_or(0);
        this.came += size;
        if this.came > this.limits.body_bytes {
            return Poll::Ready(Some(Err(this.broke.set(StatusCode::PAYLOAD_TOO_LARGE))));
        }
        let until = this.until();
        this.deadline.as_mut().reset(until);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
