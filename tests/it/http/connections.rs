//! How long and how many connections may be held, and how it all ends.

use super::{Reply, SHORT, Served, TOO_LONG, failing, settings, start, start_with};
use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use csdlgd::error::Error;
use csdlgd::http::{self, Arrived, Proxies};
use csdlgd::server_loop::{LoopLimits, listen};
use hyper::body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// The other side closes without a word.
async fn closes(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let read = timeout(TOO_LONG, stream.read_to_end(&mut rest)).await.expect("the server should close");
    assert!(read.is_err() || rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
}

/// One answer on a connection that stays open.
async fn one_answer(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    while !all.ends_with(b"</html>") {
        assert_ne!(timeout(TOO_LONG, stream.read_buf(&mut all)).await.unwrap().unwrap(), 0);
    }
    String::from_utf8(all).unwrap()
}

/// Tells when it is dropped.
pub(super) struct Told(pub(super) mpsc::UnboundedSender<()>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// A body without end.
pub(super) struct Endless {
    pub(super) _told: Told,
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16_384])))))
    }
}

#[tokio::test]
async fn who_says_nothing_or_half_is_sent_away() {
    let long = LoopLimits {
        first_byte_within: TOO_LONG,
        header_within: TOO_LONG,
        idle_within: TOO_LONG,
        ..LoopLimits::default()
    };
    let router = || http::layers(failing(), settings());
    let asked = b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n";

    let server = start_with(router(), LoopLimits { first_byte_within: SHORT, ..long.clone() }).await;
    closes(&mut server.connect().await).await;

    let server = start_with(router(), LoopLimits { header_within: SHORT, ..long.clone() }).await;
    let mut half = server.connect().await;
    half.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\nX-Slow: ").await.unwrap();
    closes(&mut half).await;
    // Also on a connection that was good before, and however busily it drips.
    let mut dripping = server.connect().await;
    dripping.write_all(asked).await.unwrap();
    one_answer(&mut dripping).await;
    let drip = async {
        while dripping.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TOO_LONG, drip).await.expect("the server should close");

    let server = start_with(router(), LoopLimits { idle_within: SHORT, ..long.clone() }).await;
    let mut idle = server.connect().await;
    for _ in 0..2 {
        idle.write_all(asked).await.unwrap();
        assert!(one_answer(&mut idle).await.starts_with("HTTP/1.1 200"));
    }
    closes(&mut idle).await;
}

#[tokio::test]
async fn working_long_is_not_idling() {
    let slow = Router::new().route(
        "/slow",
        get(async || {
            tokio::time::sleep(SHORT * 3).await;
            "done"
        }),
    );
    let limits =
        LoopLimits { first_byte_within: SHORT, header_within: SHORT, idle_within: SHORT, ..LoopLimits::default() };
    let server = start_with(http::layers(slow, settings()), limits).await;
    assert_eq!(server.get("/slow").await.text(), "done");
}

#[tokio::test]
async fn an_answer_nobody_takes_is_given_up() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let endless = Router::new()
        .route("/endless", get(async move || axum::body::Body::new(Endless { _told: Told(tell.clone()) })));
    let server =
        start_with(http::layers(endless, settings()), LoopLimits { stall_within: SHORT, ..LoopLimits::default() })
            .await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    timeout(TOO_LONG, told.recv()).await.expect("the body should be dropped").unwrap();
}

#[tokio::test]
async fn an_answer_already_with_the_kernel_is_given_up_too() {
    // Small enough for the kernel to take all of it at once: the program itself is done with it.
    let page = Router::new().route("/page", get(async || "chữ ".repeat(10_000)));
    let limits = LoopLimits {
        stall_within: SHORT,
        idle_within: TOO_LONG * 10,
        header_within: TOO_LONG * 10,
        ..LoopLimits::default()
    };
    let server = start_with(http::layers(page, settings()), limits).await;
    let mut stream = server.connect_narrow().await;
    stream.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Nothing is read. A kernel says that a connection is gone only to who sends something.
    let knock = async {
        while stream.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TOO_LONG, knock).await.expect("the server should close");
}

#[tokio::test]
async fn who_takes_it_slowly_gets_it_all() {
    const LONG: usize = 3_000_000;
    let long = Router::new().route("/long", get(async || vec![b'x'; LONG]));
    let limits =
        LoopLimits { stall_within: SHORT * 4, pace_bytes_per_s: 100_000, idle_within: SHORT, ..LoopLimits::default() };
    let server = start_with(http::layers(long, settings()), limits).await;
    let mut stream = server.connect_narrow().await;
    stream.write_all(b"GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let (mut taken, mut piece) = (0, vec![0; 10_000]);
    loop {
        match timeout(TOO_LONG, stream.read(&mut piece)).await.unwrap().unwrap() {
            0 => break,
            bytes => taken += bytes,
        }
        // A line that takes time: longer in all than nothing may be taken for.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(taken > LONG, "{taken}");
}

#[tokio::test]
async fn headers_may_only_be_so_long() {
    let server = start(failing()).await;
    let long = format!("X-Long: {}", "x".repeat(40_000));
    assert_eq!(server.ask("GET", "/page", &[&long]).await.status, 431);
    let many: Vec<String> = (0..200).map(|i| format!("X-{i}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(server.ask("GET", "/page", &many).await.status, 431);
    assert_eq!(server.send(b"rubbish\r\n\r\n").await.status, 400);
}

#[tokio::test]
async fn one_address_holds_only_so_many_connections() {
    let limits = LoopLimits { connections_per_address: 2, ..LoopLimits::default() };
    let server = start_with(http::layers(failing(), settings()), limits.clone()).await;
    let mut held = keep_open(&server, 2).await;
    closes(&mut server.connect().await).await;
    held.pop();
    // The place is free once the server has seen the other end close.
    let again = async { while server.connect_and_get().await.is_none() {} };
    timeout(TOO_LONG, again).await.unwrap();

    let trusted = LoopLimits { proxies: Proxies(vec!["127.0.0.1".parse().unwrap()]), ..limits };
    let server = start_with(http::layers(failing(), settings()), trusted).await;
    let _held = keep_open(&server, 5).await;
}

/// So many connections, each with one answer on it, kept.
async fn keep_open(server: &Served, count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        one_answer(&mut stream).await;
        held.push(stream);
    }
    held
}

#[tokio::test]
async fn all_together_hold_only_so_many_connections_and_the_next_waits() {
    let limits = LoopLimits { connections: 1, ..LoopLimits::default() };
    let server = start_with(http::layers(failing(), settings()), limits).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    one_answer(&mut first).await;
    let mut second = server.connect().await;
    second.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    drop(first);
    assert_eq!(Reply::read(&mut second).await.status, 200);
}

#[tokio::test]
async fn who_only_keeps_a_place_gives_it_to_who_comes() {
    let limits = LoopLimits {
        connections: 4,
        idle_within: TOO_LONG * 10,
        idle_crowded_within: SHORT,
        first_byte_within: TOO_LONG * 10,
        ..LoopLimits::default()
    };
    let server = start_with(http::layers(failing(), settings()), limits).await;
    let _held = keep_open(&server, 4).await;
    assert_eq!(server.get("/page").await.status, 200);
}

#[tokio::test]
async fn stopping_lets_requests_end_and_cuts_the_rest() {
    let (arrived, mut arriving) = mpsc::unbounded_channel();
    let (go, going) = watch::channel(false);
    let router = Router::new().route(
        "/work",
        get(async move || {
            arrived.send(()).unwrap();
            going.clone().wait_for(|go| *go).await.unwrap();
            "finished"
        }),
    );
    let server = start_with(http::layers(router, settings()), LoopLimits::default()).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    one_answer(&mut idle).await;
    let mut working = server.connect().await;
    working.write_all(b"GET /work HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    arriving.recv().await.unwrap();
    let address = server.address;
    server.stop.send(true).unwrap();
    closes(&mut idle).await;
    go.send(true).unwrap();
    assert_eq!(Reply::read(&mut working).await.text(), "finished");
    assert_eq!(timeout(TOO_LONG, server.ended).await.unwrap().unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");

    let limits = LoopLimits { stop_within: SHORT, ..LoopLimits::default() };
    let router = http::layers(Router::new().route("/never", get(std::future::pending::<()>)), settings());
    let server = start_with(router, limits).await;
    let mut stuck = server.connect().await;
    stuck.write_all(b"GET /never HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Accepted for sure once a later connection on the same queue was answered.
    server.get("/none").await;
    assert_eq!(server.stop().await, 1);
    closes(&mut stuck).await;
}

#[tokio::test]
async fn who_came_just_before_the_stop_is_heard() {
    let patient = LoopLimits { unasked_within: TOO_LONG, stop_within: TOO_LONG, ..LoopLimits::default() };
    let server = start_with(http::layers(Router::new(), settings()), patient).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    one_answer(&mut idle).await;
    let (mut silent, mut half) = (server.connect().await, server.connect().await);
    half.write_all(b"GET /none HTTP/1.1\r\n").await.unwrap();
    // Accepted for sure once a later connection on the same queue was answered.
    server.get("/none").await;
    server.stop.send(true).unwrap();
    closes(&mut idle).await;
    silent.write_all(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    half.write_all(b"Host: a\r\n\r\n").await.unwrap();
    assert_eq!((Reply::read(&mut silent).await.status, Reply::read(&mut half).await.status), (404, 404));
    assert_eq!(timeout(TOO_LONG, server.ended).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_taken_port_is_explained() {
    let holder = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = holder.local_addr().unwrap();
    let Err(Error::Operator(text)) = listen(address).await else { panic!("the port is taken") };
    assert!(text.contains(&address.to_string()) && text.contains("ss -ltnp") && text.contains("`listen`"), "{text}");
    let Err(Error::Operator(text)) = listen("192.0.2.1:80".parse().unwrap()).await else { panic!("not ours") };
    assert!(text.contains("not an address of this machine"), "{text}");
}

#[tokio::test]
async fn where_a_request_came_from_is_known() {
    let router = Router::new().route("/", get(async |from: Arrived| format!("{} {}", from.peer, from.secure)));
    let forwarded = ["X-Forwarded-For: 6.6.6.6, 198.51.100.1", "X-Forwarded-Proto: https"];
    let server = start(router.clone()).await;
    assert_eq!(server.ask("GET", "/", &forwarded).await.text(), "127.0.0.1 false");
    let limits = LoopLimits { proxies: Proxies(vec!["127.0.0.1".parse().unwrap()]), ..LoopLimits::default() };
    let server = start_with(http::layers(router, settings()), limits).await;
    let reply = server.ask("GET", "/", &forwarded).await;
    assert_eq!(reply.text(), "198.51.100.1 true");
    assert!(reply.header("strict-transport-security").starts_with("max-age=63072000"));
}

impl Served {
    /// A client whose kernel takes a few kilobytes of what it does not read.
    async fn connect_narrow(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn connect_and_get(&self) -> Option<Reply> {
        let mut stream = self.connect().await;
        stream.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        (!bytes.is_empty()).then(|| Reply::parse(&bytes))
    }
}
