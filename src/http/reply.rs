//! The one place where what went wrong becomes a reply, and is logged, once. Pages say what
//! happened, what to do and who can help; `/api/` gets the same as JSON. What is out of scope is
//! answered with exactly the bytes of what does not exist: no id, no time, no name in the body.

use super::lanes::Typed;
use super::{NoCompression, Settings};
use crate::actor::Actor;
use crate::error::{Error, Problem};
use crate::metrics::Answered;
use crate::ui::words::{self, ErrorWords};
use crate::ui::{self, Letters, Link, Nav, Notice, Shell, html};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::Instrument;

/// Request extension: names this request in the log, and in a header of replies that say the server
/// failed.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// Response extension, put by the layer that knows the session: error pages then keep the person's
/// header and menu.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who is signed in.
    pub actor: Actor,
    /// The name of their unit.
    pub unit: String,
    /// Their menu.
    pub nav: Vec<Nav>,
    /// How large they want the letters.
    pub letters: Letters,
}

/// Response extension: what is announced on every page, for those that say what went wrong.
#[derive(Clone, Debug)]
pub struct Announced(pub Notice);

/// Response extension: the words that replace a status's usual ones.
#[derive(Clone, Debug)]
pub(super) struct Said(pub(super) ErrorWords);

/// Redirects a browser after a POST: "see other", always as a GET.
pub fn see_other(to: impl Into<String>) -> Response {
    match HeaderValue::from_str(&to.into()) {
        Ok(to) => (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response(),
        Err(_) => Error::Internal("an address with bytes no header may hold".into()).into_response(),
    }
}

impl IntoResponse for Error {
    /// Carries the error out to [`replies`], which alone draws and logs it.
    fn into_response(self) -> Response {
        let mut response = status_of(&self).into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Denied(_) => StatusCode::FORBIDDEN,
        Error::NotSignedIn => StatusCode::UNAUTHORIZED,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Bad(_) => StatusCode::BAD_REQUEST,
        Error::Stale { .. } => StatusCode::CONFLICT,
        Error::Busy { .. } | Error::StoreStopped(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::NoSpace { .. } => StatusCode::INSUFFICIENT_STORAGE,
        Error::Damaged { .. }
        | Error::Operator(_)
        | Error::Told { .. }
        | Error::Spec(_)
        | Error::Io { .. }
        | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What the API calls it. These words are a promise: they never change.
fn code_of(status: StatusCode, error: Option<&Error>) -> &'static str {
    match (error, status.as_u16()) {
        (Some(Error::StoreStopped(_)), _) => "store_stopped",
        (_, 400) => "bad_request",
        (_, 401) => "not_signed_in",
        (_, 403) => "denied",
        (_, 404) => "not_found",
        (_, 405) => "method_not_allowed",
        (_, 408) => "too_slow",
        (_, 409) => "stale",
        (_, 413) => "too_large",
        (_, 415) => "wrong_type",
        (_, 422) => "invalid",
        (_, 429) => "too_many",
        (Some(_), 503) => "busy",
        (None, 503) => "took_too_long",
        (_, 507) => "no_space",
        (_, 400..=499) => "bad_request",
        _ => "internal",
    }
}

/// How often the log hears of refusals.
const REFUSED_EVERY: Duration = Duration::from_secs(10);

/// What numbers the requests and draws the replies.
pub(super) struct Replies {
    settings: Arc<Settings>,
    count: AtomicU32,
    refused: Refused,
}

/// What the log hears of refusals: how many, once in a while. A line for each would drown all else.
#[derive(Default)]
struct Refused {
    since: AtomicU32,
    told: Mutex<Option<Instant>>,
}

impl Refused {
    fn one(&self) {
        self.since.fetch_add(1, Ordering::Relaxed);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= REFUSED_EVERY) {
            *told = Some(Instant::now());
            let count = self.since.swap(0, Ordering::Relaxed);
            tracing::warn!(count, "too much at once: refused since this was last told");
        }
    }
}

impl Replies {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, count: AtomicU32::new(1), refused: Refused::default() }
    }
}

/// A handler that panicked.
pub(super) fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    Error::Internal(format!("panic: {}", fixed_text(payload.as_ref()))).into_response()
}

/// From now on a panic anywhere is logged by its place, and by its text only if that is fixed in the
/// program: a formatted one may hold a person's data, and the usual hook writes it to the journal.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, text = fixed_text(info.payload()), "panic");
    }));
}

fn fixed_text(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(formatted text, not logged)")
}

/// How a request wants to be answered.
struct Asked {
    api: bool,
    reading: bool,
    whole: String,
}

/// Numbers each request, logs it once, and draws what went wrong.
pub(super) async fn replies(State(replies): State<Arc<Replies>>, mut request: Request, next: Next) -> Response {
    let number = replies.count.fetch_add(1, Ordering::Relaxed);
    let id: Arc<str> = format!("{:08x}-{number:x}", replies.settings.run).into();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = request.uri().path();
    let asked = Asked {
        api: path == "/api" || path.starts_with("/api/"),
        reading: [Method::GET, Method::HEAD].contains(&method),
        whole: request.uri().path_and_query().map_or_else(|| path.to_owned(), |whole| whole.as_str().to_owned()),
    };
    let span = tracing::info_span!("request", id = %id);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let _inside = span.enter();
    let error = response.extensions().get::<Arc<Error>>().cloned();
    // The route's pattern, never the address: addresses hold ids and what people search for.
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let took = started.elapsed();
    let status = response.status().as_u16();
    if status == 429 || matches!(error.as_deref(), Some(Error::Busy { .. })) {
        replies.refused.one();
    } else {
        log(&method, route, response.status(), error.as_deref(), took);
    }
    replies.settings.metrics.answered(Answered { route, method: counted(&method), status, took });
    if error.is_none() && !is_bare(&response) {
        return response;
    }
    draw(&replies.settings, &asked, response, error.as_deref(), &id)
}

/// A method under its name, those nobody serves under one.
fn counted(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "other",
    }
}

/// An error reply nobody has drawn: not a page and not JSON.
fn is_bare(response: &Response) -> bool {
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return false;
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    !kind.starts_with("text/html") && !kind.starts_with("application/json")
}

fn log(method: &Method, route: &str, status: StatusCode, error: Option<&Error>, took: Duration) {
    let (code, took_ms) = (status.as_u16(), took.as_millis() as u64);
    match error {
        // What a person got wrong is theirs: only its sort is logged.
        Some(error) if status.is_server_error() => {
            tracing::error!(%method, route, status = code, took_ms, %error, "request failed");
        }
        _ if status.is_server_error() => tracing::error!(%method, route, status = code, took_ms, "request failed"),
        _ => tracing::info!(%method, route, status = code, took_ms, "request"),
    }
}

fn draw(settings: &Settings, asked: &Asked, old: Response, error: Option<&Error>, id: &str) -> Response {
    let status = old.status();
    if status == StatusCode::UNAUTHORIZED && asked.reading && !asked.api {
        let next = if asked.whole == "/" || !ui::link::is_inside(&asked.whole) { "" } else { &asked.whole };
        return see_other(Link::to("/login").with("next", next));
    }
    let said = match old.extensions().get::<Said>() {
        Some(said) => said.0.clone(),
        None if old.extensions().get::<Typed>().is_some() => words::error(status.as_u16(), Some(words::BUSY_KEPT)),
        None => words_of(status, error),
    };
    let problems: &[Problem] = if let Some(Error::Invalid(problems)) = error { problems } else { &[] };
    let mut response = if asked.api {
        let current_version = if let Some(Error::Stale { current, .. }) = error { Some(*current) } else { None };
        let body = Reply {
            error: ReplyError { code: code_of(status, error), message: &said.what, problems, current_version },
        };
        (status, axum::Json(body)).into_response()
    } else {
        let viewer = old.extensions().get::<Viewer>();
        let shell = Shell {
            actor: viewer.map(|v| &v.actor),
            unit: viewer.map(|v| v.unit.clone()).unwrap_or_default(),
            nav: viewer.map(|v| v.nav.clone()).unwrap_or_default(),
            letters: viewer.map(|v| v.letters).unwrap_or_default(),
            system: settings.system.clone(),
            title: said.title.into(),
            notices: old.extensions().get::<Announced>().map(|a| a.0.clone()).into_iter().collect(),
            ..Shell::default()
        };
        let again = old.extensions().get::<Typed>();
        let body = html! {
            (ui::error_page(&said, problems))
            @if let Some(typed) = again { (ui::send_again(&typed.action, typed.pairs.iter())) }
        };
        (status, ui::page(&shell, body)).into_response()
    };
    for name in [ALLOW, SET_COOKIE, WWW_AUTHENTICATE, RETRY_AFTER] {
        for value in old.headers().get_all(&name) {
            response.headers_mut().append(&name, value.clone());
        }
    }
    if asked.api && status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after(status, error) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
        // Saying no must cost nearly nothing.
        response.extensions_mut().insert(NoCompression);
    }
    if status.is_server_error()
        && let Ok(id) = HeaderValue::from_str(id)
    {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// What people are told; the error says more than its status where it can.
fn words_of(status: StatusCode, error: Option<&Error>) -> ErrorWords {
    match error {
        Some(Error::Denied(text) | Error::Bad(text)) => words::error(status.as_u16(), Some(text)),
        Some(Error::StoreStopped(_)) => words::store_stopped(),
        Some(Error::Damaged { .. }) => words::damaged(),
        _ => words::error(status.as_u16(), None),
    }
}

fn retry_after(status: StatusCode, error: Option<&Error>) -> Option<u32> {
    match error {
        Some(Error::Busy { retry_after_s }) => Some(*retry_after_s),
        _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(10),
        _ => None,
    }
}

#[derive(Serialize)]
struct Reply<'a> {
    error: ReplyError<'a>,
}

#[derive(Serialize)]
struct ReplyError<'a> {
    code: &'static str,
    message: &'a str,
    problems: &'a [Problem],
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u32>,
}
