//! One connection, to its end: requests in, answers out, in HTTP/1.1 or HTTP/2.

use super::bodies::{Answer, Sent};
use super::watched::{State, Watched, Working};
use super::{LoopLimits, stopped};
use axum::Router;
use axum::body::Body;
use axum::http::header::HOST;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// Streams a client of HTTP/2 may open and give up before we have looked at them.
const GIVEN_UP_MAX: usize = 20;
/// And those it made us give up, in the life of a connection.
const BROKEN_MAX: usize = 100;
/// How often to look whether who came last asks for something.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// What of one answer waits for a slow client of HTTP/2.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// Who is connected, and what binds them.
pub(super) struct Connection {
    /// Their address.
    pub(super) peer: IpAddr,
    /// Nothing without TLS; with it, whether browsers know the certificate.
    pub(super) strict: Option<bool>,
    pub(super) limits: Arc<LoopLimits>,
    /// Places for connections.
    pub(super) all: Arc<Semaphore>,
    pub(super) stop: watch::Receiver<bool>,
}

impl Connection {
    /// Serves one request.
    async fn answer(
        router: Router,
        limits: Arc<LoopLimits>,
        (peer, strict): (IpAddr, Option<bool>),
        state: Arc<State>,
        request: Request<Incoming>,
    ) -> Result<Response<Answer>, Infallible> {
        let mut working = Working::new(state.clone());
        if request.headers().len() > limits.headers {
            let body = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response();
            return Ok(body.map(|body| Answer { body, working }));
        }
        let mut arrived = limits.proxies.arrived(peer, strict.is_some(), request.headers());
        arrived.strict &= strict.unwrap_or(true);
        let mut request = request.map(|body| Body::new(Sent::new(body, state)));
        as_first(&mut request);
        request.extensions_mut().insert(arrived);
        let response = router.oneshot(request).await?;
        working.answers();
        Ok(response.map(|body| Answer { body, working }))
    }

    /// HTTP/1.1.
    pub(super) async fn one<S>(self, stream: S, router: Router)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { peer, strict, limits, all, mut stop } = self;
        let state = Arc::new(State::new(false, limits.pace_bytes_per_s));
        let service = service_fn(|request| {
            Box::pin(Self::answer(router.clone(), limits.clone(), (peer, strict), state.clone(), request))
        });
        let watched = Watched::new(stream, state.clone(), limits.clone(), all);
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // A second wall: `Watched` is stricter, but hyper alone knows where a header ends.
            .header_read_timeout(limits.idle_within + limits.header_within)
            .max_headers(limits.headers)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.header_bytes.max(64 * 1024))
            .serve_connection(TokioIo::new(watched), service);
        let mut stopping = false;
        let ended = loop {
            tokio::select! {
                ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
                () = stopped_and_asked(&mut stop, &state, limits.unasked_within), if !stopping => {
                    stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let refused = ended.as_ref().is_err_and(hyper::Error::is_parse);
        if refused || (ended.is_ok() && state.unread.load(Ordering::Relaxed)) {
            let mut stream = connection.into_parts().io.into_inner();
            // Closing with bytes unread resets the connection, and the refusal is lost on the way.
            drop(timeout(limits.linger_within, read_on(&mut stream)).await);
        } else if ended.is_ok() {
            // Over TLS the other side is told that nothing was cut off.
            let mut stream = connection.into_parts().io.into_inner();
            drop(timeout(limits.linger_within, stream.shutdown()).await);
        }
    }

    /// HTTP/2.
    pub(super) async fn two<S>(self, stream: S, router: Router)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { peer, strict, limits, all, mut stop } = self;
        let state = Arc::new(State::new(true, limits.pace_bytes_per_s));
        let watched = Watched::new(stream, state.clone(), limits.clone(), all);
        let (held, asked) = (limits.clone(), state.clone());
        let service = service_fn(move |request| {
            Box::pin(Self::answer(router.clone(), held.clone(), (peer, strict), state.clone(), request))
        });
        let mut connection = pin!(
            http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(limits.streams)
                .max_pending_accept_reset_streams(GIVEN_UP_MAX)
                .max_local_error_reset_streams(BROKEN_MAX)
                .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
                .max_send_buf_size(SEND_BUFFER_BYTES)
                .serve_connection(TokioIo::new(watched), service)
        );
        let mut stopping = false;
        loop {
            tokio::select! {
                // What went wrong on the way is the other side's, and they are gone.
                _ = connection.as_mut() => return,
                () = stopped_and_asked(&mut stop, &asked, limits.unasked_within), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Told to stop, when it was asked for something: who came just before is not closed on unheard, as hyper does.
async fn stopped_and_asked(stop: &mut watch::Receiver<bool>, state: &State, within: Duration) {
    stopped(stop).await;
    let asked = async {
        while !state.is_asked() {
            sleep(LOOK_EVERY).await;
        }
    };
    drop(timeout(within, asked).await);
}

/// HTTP/2 says in one line what HTTP/1 says in the path and `Host`: from here on there is one way.
fn as_first(request: &mut Request<Body>) {
    let Some(host) = request.uri().authority().map(|a| HeaderValue::from_str(a.as_str())) else { return };
    if let Ok(host) = host {
        request.headers_mut().entry(HOST).or_insert(host);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
}

async fn read_on<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unwanted = vec![0; 64 * 1024];
    while stream.read(&mut unwanted).await? > 0 {}
    Ok(())
}
