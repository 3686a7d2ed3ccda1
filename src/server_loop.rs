//! The accept loop: sockets in, requests out. It holds everyone to their time (the first byte, a
//! whole header, silence between requests, an answer nobody reads) and to a number of connections,
//! and ends within a fixed time when told to stop. It knows no route.
//!
//! HTTP/1.1, and over TLS also HTTP/2: both are held to the same times and counts.

mod bodies;
mod connection;
mod entrance;
mod watched;

pub use entrance::{Entrance, listen};

use crate::http::{Crowd, Place, Proxies, party, to_https};
use crate::metrics::Connected;
use crate::tls;
use axum::Router;
use connection::Connection;
use socket2::SockRef;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// How much and how long a connection may take.
#[derive(Clone, Debug)]
pub struct LoopLimits {
    /// From connecting to the end of the TLS handshake.
    pub handshake_within: Duration,
    /// From then (without TLS from connecting) to the first byte.
    pub first_byte_within: Duration,
    /// From the first byte of a request to the end of its header.
    pub header_within: Duration,
    /// Silence after an answer.
    pub idle_within: Duration,
    /// The same once three quarters of all connections are taken: the places of those who only keep one open
    /// go to who comes.
    pub idle_crowded_within: Duration,
    /// Longest time the other side may take nothing of what is ready for it. Counted by progress: a poor line gets a
    /// large export, however long it takes.
    pub stall_within: Duration,
    /// And the slowest pace at which it may take, on the average of what waits for it; bytes a second.
    pub pace_bytes_per_s: u32,
    /// After the signal to stop, who has just come may ask so long.
    pub unasked_within: Duration,
    /// How long open requests may run on after the signal to stop.
    pub stop_within: Duration,
    /// How long to go on reading what nobody wants, so that the refusal can be read.
    pub linger_within: Duration,
    /// All connections together; the next wait in the kernel's queue.
    pub connections: usize,
    /// From one address (an IPv6 /64 counts as one): a whole school may sit behind it.
    pub connections_per_address: usize,
    /// Requests at once on one connection of HTTP/2.
    pub streams: u32,
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
            handshake_within: Duration::from_secs(10),
            first_byte_within: Duration::from_secs(10),
            header_within: Duration::from_secs(10),
            idle_within: Duration::from_secs(75),
            idle_crowded_within: Duration::from_secs(5),
            // Nobody stays for 15 s, what came before on a crowded server included.
            stall_within: Duration::from_secs(12),
            pace_bytes_per_s: 2 * 1024,
            unasked_within: Duration::from_secs(1),
            stop_within: Duration::from_secs(10),
            linger_within: Duration::from_secs(5),
            connections: 4096,
            connections_per_address: 512,
            streams: 100,
            header_bytes: 32 * 1024,
            headers: 100,
            proxies: Proxies::default(),
        }
    }
}

/// Serves until `stop` turns true (or its sender is gone), then lets open requests end. Gives the
/// number of connections that had to be cut off.
pub async fn serve(entrance: Entrance, router: Router, limits: LoopLimits, mut stop: watch::Receiver<bool>) -> usize {
    let Entrance { listener, tls, metrics } = entrance;
    let limits = Arc::new(limits);
    let all = Arc::new(Semaphore::new(limits.connections));
    let addresses = Crowd::default();
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
        let place = addresses.take(party(peer.ip()), limits.connections_per_address);
        if place.is_none() && !limits.proxies.has(peer.ip()) {
            tracing::warn!(limit = limits.connections_per_address, "too many connections from one address");
            metrics.refused("connections_per_address");
            continue;
        }
        let router = router.clone();
        let connection =
            Connection { peer: peer.ip(), strict: None, limits: limits.clone(), all: all.clone(), stop: stop.clone() };
        let (tls, counted) = (tls.clone(), metrics.connected());
        tasks.spawn(async move {
            let _held: (OwnedSemaphorePermit, Option<Place<IpAddr>>, Connected) = (permit, place, counted);
            hold_to(&stream, &connection);
            match tls {
                Some(tls) => encrypted(stream, &tls, router, connection).await,
                None => connection.one(stream, router).await,
            }
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

/// What the kernel keeps of an answer that is not on its way yet: it would keep megabytes, and a poor line would look
/// for minutes as if it took nothing.
const UNSENT_BYTES: u32 = 64 * 1024;

/// Has the kernel see to what only it knows: whether what it keeps for the other side is taken. A proxy that waits
/// for its own slow readers may take nothing for long. A kernel that can't leaves us the coarser measure.
fn hold_to(stream: &TcpStream, connection: &Connection) {
    let limits = &connection.limits;
    drop(stream.set_nodelay(true));
    let socket = SockRef::from(stream);
    drop(socket.set_tcp_notsent_lowat(UNSENT_BYTES));
    if !limits.proxies.has(connection.peer) {
        drop(socket.set_tcp_user_timeout(Some(limits.stall_within)));
    }
}

/// The first byte of every TLS connection.
const HANDSHAKE: u8 = 22;

/// A connection to an entrance with TLS. Who speaks plain HTTP there is told where to go.
async fn encrypted(stream: TcpStream, tls: &tls::Tls, router: Router, mut connection: Connection) {
    let mut stop = connection.stop.clone();
    let server = tls.server();
    let shake = async {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            return Ok(Err(stream));
        }
        TlsAcceptor::from(server).accept(stream).await.map(Ok)
    };
    let late = async {
        stopped(&mut stop).await;
        sleep(connection.limits.unasked_within).await;
    };
    let shaken = tokio::select! {
        shaken = timeout(connection.limits.handshake_within, shake) => shaken,
        () = late => return,
    };
    // Nobody is owed an answer who does not get so far.
    let Ok(Ok(shaken)) = shaken else { return };
    match shaken {
        Err(plain) => {
            let port = plain.local_addr().map_or(443, |here| here.port());
            connection.one(plain, to_https(port)).await;
        }
        Ok(stream) => {
            connection.strict = Some(tls.facts().origin != tls::Origin::SelfMade);
            let speaks = stream.get_ref().1.alpn_protocol();
            if tls::is_challenge(speaks) {
                // It has seen what it came for.
            } else if tls::is_http2(speaks) {
                connection.two(stream, router).await;
            } else {
                connection.one(stream, router).await;
            }
        }
    }
}
