//! The accept loop: sockets in, requests out. It holds everyone to their time (the first byte, a
//! whole header, silence between requests, an answer nobody reads) and to a number of connections,
//! and ends within a fixed time when told to stop. It knows no route.
//!
//! HTTP/1.1 only: there is no TLS here yet, and browsers speak HTTP/2 over TLS only. TLS goes
//! between `accept` and [`connection`], which takes any stream.

mod addresses;
mod bodies;
mod watched;

use crate::error::{Error, Result};
use crate::http::Proxies;
use addresses::{Addresses, Place};
use axum::Router;
use axum::body::Body;
use bodies::{Answer, Sent};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use watched::{State, Watched, Working};

/// How much and how long a connection may take.
#[derive(Clone, Debug)]
pub struct LoopLimits {
    /// From connecting to the first byte.
    pub first_byte_within: Duration,
    /// From the first byte of a request to the end of its header.
    pub header_within: Duration,
    /// Silence after an answer.
    pub idle_within: Duration,
    /// Longest time the other side may take nothing of an answer.
    pub stall_within: Duration,
    /// How long open requests may run on after the signal to stop.
    pub stop_within: Duration,
    /// How long to go on reading what nobody wants, so that the refusal can be read.
    pub linger_within: Duration,
    /// All connections together; the next wait in the kernel's queue.
    pub connections: usize,
    /// From one address (an IPv6 /64 counts as one): a whole school may sit behind it.
    pub connections_per_address: usize,
    /// The longest header, all lines together.
    pub header_bytes: usize,
    /// The most header lines.
    pub headers: usize,
    /// Reverse proxies: believed about where a request came from, and not counted per address.
    pub proxies: Proxies,
}

impl Default for LoopLimits {
    fn default() -> Self {
        Self {
            first_byte_within: Duration::from_secs(10),
            header_within: Duration::from_secs(10),
            idle_within: Duration::from_secs(75),
            stall_within: Duration::from_secs(30),
            stop_within: Duration::from_secs(10),
            linger_within: Duration::from_secs(5),
            connections: 4096,
            connections_per_address: 512,
            header_bytes: 32 * 1024,
            headers: 100,
            proxies: Proxies::default(),
        }
    }
}

/// Takes the address, or says in plain words why not and what to do.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        let port = address.port();
        match e.kind() {
            io::ErrorKind::AddrInUse => Error::Operator(format!(
                "{address} is taken: another program (perhaps csdlgd itself, already running) listens on port {port}. \
                 See which one with `ss -ltnp 'sport = :{port}'`, stop it, or set another address as `listen` in the \
                 configuration."
            )),
            io::ErrorKind::PermissionDenied => Error::Operator(format!(
                "not allowed to listen on {address}: ports below 1024 need a right that the service has and a plain \
                 user has not. Start it with `systemctl start csdlgd`, or set a higher port as `listen` in the \
                 configuration."
            )),
            io::ErrorKind::AddrNotAvailable => Error::Operator(format!(
                "{address} is not an address of this machine (`ip address` lists them). Set `listen` in the \
                 configuration to one of them, or to 0.0.0.0:{port} for all."
            )),
            _ => Error::Io { what: format!("listening on {address}"), source: e },
        }
    })
}

/// Serves until `stop` turns true (or its sender is gone), then lets open requests end. Gives the
/// number of connections that had to be cut off.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: LoopLimits,
    mut stop: watch::Receiver<bool>,
) -> usize {
    let limits = Arc::new(limits);
    let all = Arc::new(Semaphore::new(limits.connections));
    let addresses = Addresses::default();
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
            accepted = accept(&listener, &all) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, or the other side was gone already: neither ends the service.
                tracing::warn!(%error, "accept failed");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let place = addresses.take(peer.ip(), limits.connections_per_address);
        if place.is_none() && !limits.proxies.has(peer.ip()) {
            tracing::warn!(limit = limits.connections_per_address, "too many connections from one address");
            continue;
        }
        let (router, limits, stop) = (router.clone(), limits.clone(), stop.clone());
        tasks.spawn(async move {
            let _held: (OwnedSemaphorePermit, Option<Place>) = (permit, place);
            drop(stream.set_nodelay(true));
            connection(stream, peer.ip(), false, router, &limits, stop).await;
        });
    }
    drop(listener);
    if timeout(limits.stop_within, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
        let cut = tasks.len();
        tracing::warn!(cut, "connections cut off at the end");
        return cut;
    }
    0
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone can never say stop: that is one.
    drop(stop.wait_for(|stop| *stop).await);
}

async fn accept(
    listener: &TcpListener,
    all: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = all.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

/// One connection, to its end.
async fn connection<S>(
    stream: S,
    peer: IpAddr,
    secure: bool,
    router: Router,
    limits: &LoopLimits,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let state = Arc::new(State::default());
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let working = Working::new(state.clone());
        let arrived = limits.proxies.arrived(peer, secure, request.headers());
        let sent = state.clone();
        let router = router.clone();
        Box::pin(async move {
            let mut request = request.map(|body| Body::new(Sent::new(body, sent)));
            request.extensions_mut().insert(arrived);
            let response = router.oneshot(request).await?;
            Ok::<_, Infallible>(response.map(|body| Answer { body, working }))
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // A second wall: `Watched` is stricter, but hyper alone knows where a header ends.
        .header_read_timeout(limits.idle_within + limits.header_within)
        .max_headers(limits.headers)
        .max_header_size(limits.header_bytes)
        .max_buf_size(limits.header_bytes.max(64 * 1024))
        .serve_connection(TokioIo::new(Watched::new(stream, state.clone(), limits)), service);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
            () = stopped(&mut stop), if !stopping => {
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
    }
}

async fn read_on<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unwanted = vec![0; 64 * 1024];
    while stream.read(&mut unwanted).await? > 0 {}
    Ok(())
}
