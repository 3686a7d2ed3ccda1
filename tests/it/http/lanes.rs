//! When too much comes: who waits, who is refused, and what becomes of what was typed.

use super::{Reply, SHORT, Served, TOO_LONG, settings, start_with};
use axum::Router;
use axum::routing::{get, post};
use csdlgd::http::{self, Form, LaneLimits, LaneSettings, Proxies, Settings};
use csdlgd::metrics::Metrics;
use csdlgd::server_loop::LoopLimits;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// A server whose pages end when they are let.
struct Gate {
    server: std::sync::Arc<Served>,
    arrived: mpsc::UnboundedReceiver<()>,
    go: watch::Sender<bool>,
    metrics: Metrics,
}

const NARROW: LaneLimits = LaneLimits { slots: 1, waiting: 0, within: TOO_LONG };

impl Gate {
    async fn new(lanes: LaneSettings) -> Self {
        let (tell, arrived) = mpsc::unbounded_channel();
        let (go, going) = watch::channel(false);
        let hold = async move || {
            tell.send(()).unwrap();
            going.clone().wait_for(|go| *go).await.unwrap();
            "held"
        };
        let router = Router::new()
            .route("/hold", get(hold.clone()).post(hold.clone()))
            .route("/units/figures", get(hold))
            .route("/page", get(async || "page"))
            .route("/backup", get(async || "cared for"))
            .route("/login", post(async |Form(form): Form| form.get("login").to_owned()))
            .route("/api/v1/page", get(async || "called"))
            .route("/save", post(async |Form(form): Form| form.get("name").to_owned()));
        let metrics = Metrics::default();
        let settings = Settings { lanes, metrics: metrics.clone(), ..settings() };
        let proxies = Proxies(vec!["127.0.0.1".parse().unwrap()]);
        let limits = LoopLimits { proxies, ..LoopLimits::default() };
        let server = start_with(http::layers(router, settings), limits).await;
        Self { server: server.into(), arrived, go, metrics }
    }

    /// Asks, and waits until it is at work.
    async fn hold(&mut self, method: &'static str, path: &'static str, from: &str) -> JoinHandle<Reply> {
        let (server, from) = (self.server.clone(), format!("X-Forwarded-For: {from}"));
        let held = tokio::spawn(async move { server.ask(method, path, &[&from, "Sec-Fetch-Site: same-origin"]).await });
        self.arrived.recv().await.unwrap();
        held
    }

    async fn end(self, held: JoinHandle<Reply>) {
        self.go.send(true).unwrap();
        assert_eq!(held.await.unwrap().text(), "held");
    }

    fn counted(&self, why: &str) -> bool {
        let mut text = String::new();
        self.metrics.write(&mut text);
        text.contains(&format!("csdlgd_refusals_total{{why=\"{why}\"}} 1\n"))
    }
}

fn is_later(reply: &Reply) -> bool {
    (5..=30).contains(&reply.header("retry-after").parse::<u32>().unwrap())
}

#[tokio::test]
async fn too_many_pages_are_refused_at_once_and_the_other_lanes_go_on() {
    let mut gate = Gate::new(LaneSettings { pages: NARROW, ..LaneSettings::default() }).await;
    let held = gate.hold("GET", "/hold", "198.51.100.1").await;
    let refused = gate.server.get("/page").await;
    assert!(refused.status == 503 && is_later(&refused));
    assert!(refused.text().contains("<h1>Máy chủ đang bận</h1>"), "{}", refused.text());
    assert!(gate.counted("pages"));
    let called = gate.server.get("/api/v1/page").await;
    assert!(called.status == 503 && is_later(&called) && called.text().contains("\"code\":\"busy\""));
    assert_eq!(gate.server.get("/backup").await.text(), "cared for");
    assert_eq!(gate.server.post("/save", &[], "name=An").await.text(), "An");
    assert_eq!(gate.server.post("/login", &[], "login=an").await.text(), "an");
    gate.end(held).await;
}

#[tokio::test]
async fn figures_wait_before_pages_do() {
    let mut gate = Gate::new(LaneSettings { heavy: NARROW, ..LaneSettings::default() }).await;
    let held = gate.hold("GET", "/units/figures", "198.51.100.1").await;
    assert_eq!(gate.server.get("/units/figures").await.status, 503);
    assert!(gate.counted("heavy"));
    assert_eq!(gate.server.get("/page").await.status, 200);
    gate.end(held).await;
}

#[tokio::test]
async fn what_was_typed_stays_on_the_page_of_a_refused_save() {
    let mut gate = Gate::new(LaneSettings { saves: NARROW, ..LaneSettings::default() }).await;
    let held = gate.hold("POST", "/hold", "198.51.100.1").await;
    let refused = gate.server.post("/save?year=2026", &[], "_key=k1&name=B%C3%ACnh+%3Cb%3E&name=x").await;
    assert!(refused.status == 503 && is_later(&refused));
    let page = refused.text();
    for part in [
        "vẫn còn ở trang này",
        "action=\"/save?year=2026\" method=\"post\"",
        "name=\"_key\" value=\"k1\"",
        "name=\"name\" value=\"Bình &lt;b&gt;\"",
        "name=\"name\" value=\"x\"",
        "Gửi lại",
    ] {
        assert!(page.contains(part), "«{part}» is not in {page}");
    }
    gate.end(held).await;
}

#[tokio::test]
async fn who_waits_is_let_in_or_told_in_time() {
    let lane = LaneLimits { slots: 1, waiting: 1, within: TOO_LONG };
    let mut gate = Gate::new(LaneSettings { pages: lane, ..LaneSettings::default() }).await;
    let held = gate.hold("GET", "/hold", "198.51.100.1").await;
    // Of two that come now one waits and the other is refused.
    let (first, second) = (gate.server.clone(), gate.server.clone());
    let (one, other) = (tokio::spawn(async move { first.get("/page").await }), second.get("/page"));
    let server = gate.server.clone();
    let early = tokio::select! {
        reply = other => reply,
        reply = async { one.await.unwrap() } => reply,
    };
    assert_eq!(early.status, 503);
    gate.go.send(true).unwrap();
    assert_eq!(held.await.unwrap().text(), "held");
    assert_eq!(server.get("/page").await.text(), "page");

    let lane = LaneLimits { slots: 1, waiting: 1, within: SHORT };
    let mut gate = Gate::new(LaneSettings { pages: lane, ..LaneSettings::default() }).await;
    let held = gate.hold("GET", "/hold", "198.51.100.1").await;
    assert_eq!(gate.server.get("/page").await.status, 503, "after waiting in vain");
    gate.end(held).await;
}

#[tokio::test]
async fn one_address_is_not_everybody() {
    let mut gate = Gate::new(LaneSettings { per_address: 1, ..LaneSettings::default() }).await;
    let held = gate.hold("GET", "/hold", "2001:db8::1").await;
    let neighbour = gate.server.ask("GET", "/page", &["X-Forwarded-For: 2001:db8::2"]).await;
    assert!(neighbour.status == 429 && is_later(&neighbour));
    assert!(neighbour.text().contains("<h1>Gửi quá nhiều lần</h1>"));
    assert_eq!(gate.server.ask("GET", "/page", &["X-Forwarded-For: 198.51.100.1"]).await.text(), "page");
    assert_eq!(gate.server.get("/page").await.text(), "page", "this machine is not counted");
    gate.end(held).await;
}
