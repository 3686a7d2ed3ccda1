//! HTTP/2: the same pages, the same times, the same counts.

use super::connections::{Endless, Told};
use super::encrypted::{Kept, pair};
use super::{SHORT, Served, TOO_LONG, failing, settings, start_at};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};
use axum::routing::get;
use csdlgd::config::TlsMode;
use csdlgd::http;
use csdlgd::server_loop::LoopLimits;
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A connection, and its end.
struct Second {
    send: SendRequest<Body>,
    ended: JoinHandle<hyper::Result<()>>,
}

/// A server with its certificate.
struct Bed {
    server: Served,
    trusted: Vec<u8>,
}

impl Bed {
    async fn new(router: Router, limits: LoopLimits) -> Self {
        let (kept, pair) = (Kept::new(), pair());
        kept.put(&pair);
        let server = start_at(Some(kept.open(TlsMode::Files)), router, limits).await;
        Self { server, trusted: pair.cert.der().to_vec() }
    }

    /// A stream on which HTTP/2 is agreed.
    async fn agreed(&self) -> tokio_rustls::client::TlsStream<tokio::net::TcpStream> {
        let stream = self.server.shake(&self.trusted, &["h2", "http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        stream
    }

    async fn connect(&self) -> Second {
        let (send, connection) = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(1024)
            .handshake(TokioIo::new(self.agreed().await))
            .await
            .unwrap();
        Second { send, ended: tokio::spawn(connection) }
    }
}

impl Second {
    async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(format!("https://localhost{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.send.send_request(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        let status = response.status();
        let body = to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

/// What a client says first, with empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

/// Which frames came, until the other side closed.
async fn frames(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = timeout(TOO_LONG, stream.read_to_end(&mut bytes)).await.expect("the server should close");
    let (mut kinds, mut rest) = (Vec::new(), &bytes[..]);
    while rest.len() >= 9 {
        let length = u32::from_be_bytes([0, rest[0], rest[1], rest[2]]) as usize;
        kinds.push(rest[3]);
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    kinds
}

#[tokio::test]
async fn the_same_pages_come_many_at_once() {
    let how = async |request: Request| format!("{:?} {}", request.headers()[HOST], request.uri());
    let router = http::layers(failing().route("/how", get(how)), settings());
    let bed = Bed::new(router, LoopLimits::default()).await;
    let mut second = bed.connect().await;
    assert_eq!(second.ask("GET", "/how?a=1", &[]).await, (StatusCode::OK, "\"localhost\" /how?a=1".into()));
    let asks = (0..50).map(|_| {
        let request = Request::builder().uri("https://localhost/page").body(Body::empty()).unwrap();
        second.send.send_request(request)
    });
    for asked in asks.collect::<Vec<_>>() {
        let body = to_bytes(Body::new(asked.await.unwrap().into_body()), 1 << 20).await.unwrap();
        assert!(body.ends_with(b"</html>"));
    }
    // The same-origin check sees the host as in HTTP/1.
    let cookie = ("cookie", "__Host-session=x");
    let posted = async |second: &mut Second, origin| second.ask("POST", "/post", &[cookie, ("origin", origin)]).await.0;
    assert_eq!(posted(&mut second, "https://evil.example").await, 403);
    assert_eq!(posted(&mut second, "https://localhost").await, 415);
    let many: Vec<(String, &str)> = (0..120).map(|i| (format!("x-{i}"), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(second.ask("GET", "/page", &many).await.0, 431);
    let long = "x".repeat(40_000);
    assert_eq!(second.ask("GET", "/page", &[("x-long", &long)]).await.0, 431);
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
    let bed = Bed::new(router(), LoopLimits { first_byte_within: SHORT, ..long.clone() }).await;
    frames(&mut bed.agreed().await).await;
    let bed = Bed::new(router(), LoopLimits { header_within: SHORT, ..long.clone() }).await;
    let mut greeted = bed.agreed().await;
    greeted.write_all(PREFACE).await.unwrap();
    frames(&mut greeted).await;
    let bed = Bed::new(router(), LoopLimits { idle_within: SHORT, ..long }).await;
    let mut second = bed.connect().await;
    assert_eq!(second.ask("GET", "/page", &[]).await.0, 200);
    let _how = timeout(TOO_LONG, second.ended).await.expect("the server should close");
}

#[tokio::test]
async fn working_long_is_not_idling() {
    let slow = async || {
        tokio::time::sleep(SHORT * 3).await;
        "done"
    };
    let limits = LoopLimits { header_within: SHORT, idle_within: SHORT, stall_within: SHORT, ..LoopLimits::default() };
    let bed = Bed::new(http::layers(Router::new().route("/slow", get(slow)), settings()), limits).await;
    assert_eq!(bed.connect().await.ask("GET", "/slow", &[]).await.1, "done");
}

#[tokio::test]
async fn an_answer_nobody_takes_is_given_up() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let endless = get(async move || Body::new(Endless { _told: Told(tell.clone()) }));
    let router = http::layers(Router::new().route("/endless", endless), settings());
    let limits = LoopLimits { stall_within: SHORT, pace_bytes_per_s: 1 << 20, ..LoopLimits::default() };
    let bed = Bed::new(router, limits).await;
    let mut second = bed.connect().await;
    let request = Request::builder().uri("https://localhost/endless").body(Body::empty()).unwrap();
    // The connection is read all the while; only this answer is not taken.
    let _held = second.send.send_request(request).await.unwrap();
    timeout(TOO_LONG, told.recv()).await.expect("the body should be dropped").unwrap();
    let _how = timeout(TOO_LONG, second.ended).await.expect("the server should close");
}

#[tokio::test]
async fn a_window_that_never_opens_ends_the_connection() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let endless = get(async move || Body::new(Endless { _told: Told(tell.clone()) }));
    let router = http::layers(Router::new().route("/e", endless), settings());
    let bed = Bed::new(router, LoopLimits { stall_within: SHORT, ..LoopLimits::default() }).await;
    let mut stream = bed.agreed().await;
    // SETTINGS: no byte of any answer is wanted. HEADERS of `GET https://a/e`, all there.
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0".to_vec();
    bytes.extend_from_slice(b"\0\0\x09\x01\x05\0\0\0\x01\x82\x87\x44\x02/e\x41\x01a");
    stream.write_all(&bytes).await.unwrap();
    // However lively it is besides: PING, over and over, each answered.
    let (mut reads, mut writes) = tokio::io::split(stream);
    let lively = tokio::spawn(async move {
        while writes.write_all(b"\0\0\x08\x06\0\0\0\0\0onlylook").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let kinds = frames(&mut reads).await;
    assert!(kinds.contains(&HEADERS) && kinds.contains(&PING) && !kinds.contains(&DATA), "{kinds:?}");
    timeout(TOO_LONG, told.recv()).await.expect("the body should be dropped").unwrap();
    timeout(TOO_LONG, lively).await.expect("the server should close").unwrap();
}

#[tokio::test]
async fn an_answer_we_make_slowly_is_not_given_up() {
    let slow = get(async || {
        let (mut pieces, body) = tokio::io::duplex(64);
        tokio::spawn(async move {
            for piece in ["a", "b", "c"] {
                tokio::time::sleep(SHORT * 2).await;
                pieces.write_all(piece.as_bytes()).await.unwrap();
            }
        });
        Body::new(Pieces(body))
    });
    let limits = LoopLimits { stall_within: SHORT, ..LoopLimits::default() };
    let bed = Bed::new(http::layers(Router::new().route("/slow", slow), settings()), limits).await;
    assert_eq!(bed.connect().await.ask("GET", "/slow", &[]).await.1, "abc");
}

/// What is written at the other end, as it comes.
struct Pieces(tokio::io::DuplexStream);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let (mut space, stream) = ([0; 64], Pin::new(&mut self.0));
        let mut buf = ReadBuf::new(&mut space);
        ready!(stream.poll_read(cx, &mut buf))?;
        let piece = Bytes::copy_from_slice(buf.filled());
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }
}

#[tokio::test]
async fn who_asks_and_takes_back_over_and_over_is_sent_away() {
    let bed = Bed::new(http::layers(failing(), settings()), LoopLimits::default()).await;
    let mut stream = bed.agreed().await;
    let mut bytes = PREFACE.to_vec();
    for stream in (1..=401u32).step_by(2) {
        // HEADERS of `GET https://a/`, all there; RST_STREAM: cancel.
        bytes.extend_from_slice(b"\0\0\x06\x01\x05");
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(b"\x82\x84\x87\x41\x01a");
        bytes.extend_from_slice(b"\0\0\x04\x03\0");
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(&8u32.to_be_bytes());
    }
    stream.write_all(&bytes).await.unwrap();
    assert_eq!(frames(&mut stream).await.last(), Some(&GOAWAY));
}

#[tokio::test]
async fn stopping_lets_requests_end() {
    let (arrived, mut arriving) = mpsc::unbounded_channel();
    let (go, going) = watch::channel(false);
    let work = get(async move || {
        arrived.send(()).unwrap();
        going.clone().wait_for(|go| *go).await.unwrap();
        "finished"
    });
    let bed = Bed::new(http::layers(Router::new().route("/work", work), settings()), LoopLimits::default()).await;
    let mut second = bed.connect().await;
    let mut idle = bed.connect().await;
    assert_eq!(idle.ask("GET", "/none", &[]).await.0, 404);
    let asked = tokio::spawn(async move { second.ask("GET", "/work", &[]).await.1 });
    arriving.recv().await.unwrap();
    bed.server.stop.send(true).unwrap();
    let _how = timeout(TOO_LONG, idle.ended).await.expect("the server should close");
    go.send(true).unwrap();
    assert_eq!(timeout(TOO_LONG, asked).await.unwrap().unwrap(), "finished");
    assert_eq!(timeout(TOO_LONG, bed.server.ended).await.unwrap().unwrap(), 0);
}
