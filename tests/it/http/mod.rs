//! The accept loop and the layers around the routes, through a real socket. Time limits are
//! arguments: a test that waits for one uses a short one and waits for the socket to close.

mod acme;
mod connections;
mod encrypted;
mod lanes;
mod limits;
mod replies;
mod second;

use axum::Router;
use axum::extract::Query as AnyQuery;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use csdlgd::error::{Error, Problem, Result};
use csdlgd::http::{self, Form, Settings};
use csdlgd::server_loop::{Entrance, LoopLimits, listen, serve};
use csdlgd::tls::Tls;
use csdlgd::ui::{Shell, html, page};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here may take; reaching it is a failure.
const TOO_LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(150);

struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    ended: JoinHandle<usize>,
}

async fn start_with(router: Router, limits: LoopLimits) -> Served {
    start_at(None, router, limits).await
}

async fn start_at(tls: Option<Tls>, router: Router, limits: LoopLimits) -> Served {
    serve_on(listen("127.0.0.1:0".parse().unwrap()).await.unwrap(), tls, router, limits)
}

fn serve_on(listener: TcpListener, tls: Option<Tls>, router: Router, limits: LoopLimits) -> Served {
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let entrance = Entrance { tls, ..Entrance::plain(listener) };
    Served { address, stop, ended: tokio::spawn(serve(entrance, router, limits, stopping)) }
}

async fn start(router: Router) -> Served {
    start_with(http::layers(router, settings()), LoopLimits::default()).await
}

fn settings() -> Settings {
    Settings { system: "CSDL giáo dục Hải Phòng".into(), run: 0xabcd, ..Settings::default() }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes and reads until the other side closes.
    async fn send(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        Reply::read(&mut stream).await
    }

    /// A request without a body.
    async fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Reply {
        let lines = headers.iter().fold(String::new(), |all, line| all + line + "\r\n");
        self.send(
            format!("{method} {path} HTTP/1.1\r\nHost: truong.test\r\nConnection: close\r\n{lines}\r\n").as_bytes(),
        )
        .await
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[]).await
    }

    async fn post(&self, path: &str, headers: &[&str], body: &str) -> Reply {
        let lines = headers.iter().fold(String::new(), |all, line| all + line + "\r\n");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: truong.test\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{lines}\r\n{body}",
            body.len()
        );
        self.send(head.as_bytes()).await
    }

    async fn stop(self) -> usize {
        self.stop.send(true).unwrap();
        timeout(TOO_LONG, self.ended).await.unwrap().unwrap()
    }
}

struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        timeout(TOO_LONG, stream.read_to_end(&mut bytes)).await.expect("the server should close").unwrap();
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("no header in {bytes:?}"));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pair = |line: &str| line.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
        Self { status, headers: lines.map(pair).collect(), body: bytes[end + 4..].to_vec() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// All of it but the clock: what a stranger could compare.
    fn without_date(&self) -> String {
        let kept: Vec<_> = self.headers.iter().filter(|(k, _)| k != "date").collect();
        format!("{}\n{kept:?}\n{}", self.status, self.text())
    }
}

async fn fail(AnyQuery(how): AnyQuery<HashMap<String, String>>) -> Result<&'static str> {
    Err(match how["how"].as_str() {
        "denied" => Error::Denied("Tài khoản này chỉ được xem.".into()),
        "not_signed_in" => Error::NotSignedIn,
        "invalid" => Error::Invalid(vec![
            Problem::error("full_name", "required", "Thầy/cô nhập họ và tên."),
            Problem::warning("phone", "pattern", "Số điện thoại cần 10 chữ số."),
        ]),
        "bad" => Error::Bad("Con trỏ trang không còn dùng được. Thầy/cô mở lại danh sách.".into()),
        "stale" => Error::Stale { based_on: 3, current: 5 },
        "busy" => Error::Busy { retry_after_s: 7 },
        "no_space" => Error::NoSpace { free_mib: 12 },
        "store_stopped" => Error::StoreStopped("I/O error 5".into()),
        "damaged" => Error::Damaged { place: "rows/00ff".into(), detail: "checksum".into() },
        "internal" => Error::Internal("secret detail".into()),
        _ => Error::NotFound,
    })
}

fn failing() -> Router {
    Router::new()
        .route("/fail", get(fail))
        .route("/api/v1/fail", get(fail))
        .route("/records/{kind}/{id}", get(async || Err::<(), _>(Error::NotFound)))
        .route("/panic", get(async || -> () { panic!("{}", String::from("Nguyễn Văn An, 0912345678")) }))
        .route("/post", post(async |Form(form): Form| form.get("name").to_owned()))
        .route("/api/v1/post", post(async |Form(form): Form| form.get("name").to_owned()))
        .route("/page", get(sample))
        .route("/login", get(sample))
}

async fn sample() -> Response {
    page(&Shell { title: "Thử".into(), ..Shell::default() }, html! { p { (" chữ ".repeat(500)) } }).into_response()
}
