//! How much a request may send and how long it may take.

use super::{SHORT, TOO_LONG, failing, settings, start_with};
use axum::Router;
use axum::routing::{get, post};
use csdlgd::http::{self, Form, Limits, RouteLimits, Settings};
use csdlgd::server_loop::LoopLimits;
use std::time::Duration;

fn bounded(body_within: Duration, answer_within: Duration) -> Router {
    let usual = Limits { body_bytes: 1_000, body_within, answer_within, ..Limits::default() };
    let limits = RouteLimits { usual, special: vec![("/import".into(), Limits { body_bytes: 5_000, ..usual })] };
    let router = failing()
        .route("/import", post(async |Form(form): Form| form.get("name").len().to_string()))
        .route("/never", get(std::future::pending::<()>));
    http::layers(router, Settings { limits, ..settings() })
}

#[tokio::test]
async fn bodies_may_only_be_so_long() {
    let server = start_with(bounded(TOO_LONG, TOO_LONG), LoopLimits::default()).await;
    let long = format!("name={}", "x".repeat(2_000));
    let reply = server.post("/post", &[], &long).await;
    assert_eq!(reply.status, 413);
    assert!(reply.text().contains("<h1>Dữ liệu gửi lên quá lớn</h1>"));
    assert_eq!(server.post("/import", &[], &long).await.text(), "2000", "this route takes more");
    assert!(server.post("/api/v1/post", &[], &long).await.text().contains("\"too_large\""));
    // Nothing says beforehand how long it is.
    let chunked = format!(
        "POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n",
        long.len()
    );
    assert_eq!(server.send(chunked.as_bytes()).await.status, 413);
    // Far more than is ever read: the refusal still arrives.
    let huge = "x".repeat(8_000_000);
    assert_eq!(server.post("/post", &[], &huge).await.status, 413);
}

#[tokio::test]
async fn slow_bodies_and_slow_answers_end() {
    let server = start_with(bounded(SHORT, TOO_LONG), LoopLimits::default()).await;
    let begun = "POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 100\r\n\r\nname=";
    let reply = server.send(begun.as_bytes()).await;
    assert_eq!(reply.status, 408);
    assert!(reply.text().contains("Đường truyền chậm"));

    // Not the whole time for who only drips: after a moment the pace counts.
    let usual = Limits { body_within: TOO_LONG * 10, body_grace: SHORT, ..Limits::default() };
    let limits = RouteLimits { usual, special: Vec::new() };
    let server = start_with(http::layers(failing(), Settings { limits, ..settings() }), LoopLimits::default()).await;
    assert_eq!(server.send(begun.as_bytes()).await.status, 408);

    let server = start_with(bounded(TOO_LONG, SHORT), LoopLimits::default()).await;
    let reply = server.get("/never").await;
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("chưa chắc điều vừa nhập đã được lưu") && reply.header("retry-after") == "10");
}
