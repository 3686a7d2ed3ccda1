//! What a reply says, what it carries, and who may ask.

use super::{failing, start};
use csdlgd::http;
use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex};

/// Compares with a kept file; `UPDATE=1` writes it anew.
fn snapshot(name: &str, text: &str) {
    let path = format!("{}/tests/it/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs; look at it and run with UPDATE=1.\n--- now ---\n{text}");
}

/// What is left of a page's main part without its tags, one line for each.
fn readable(html: &str) -> String {
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(html);
    let texts = main.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    texts.filter(|text| !text.is_empty()).fold(String::new(), |all, text| all + "  " + text + "\n")
}

#[tokio::test]
async fn every_error_has_one_reply() {
    let server = start(failing()).await;
    let ways = [
        "not_found",
        "denied",
        "not_signed_in",
        "invalid",
        "bad",
        "stale",
        "busy",
        "no_space",
        "store_stopped",
        "damaged",
        "internal",
    ];
    let mut seen = String::new();
    for way in ways {
        for path in ["/fail", "/api/v1/fail"] {
            let reply = server.get(&format!("{path}?how={way}")).await;
            writeln!(seen, "{path}?how={way}\n  {}", reply.status).unwrap();
            for name in ["location", "retry-after", "content-type", "x-request-id"] {
                // Which request it was depends on nothing but the order here.
                let value = reply.header(name);
                if !value.is_empty() {
                    writeln!(seen, "  {name}: {value}").unwrap();
                }
            }
            let text = if path == "/fail" { readable(reply.text()) } else { format!("  {}\n", reply.text()) };
            seen += &text;
            assert!(!reply.text().contains("secret"), "details stay in the log");
        }
    }
    snapshot("errors.txt", &seen);
}

#[tokio::test]
async fn what_is_out_of_scope_looks_exactly_like_what_does_not_exist() {
    let server = start(failing()).await;
    let first = server.get("/records/pupil/1").await;
    assert_eq!(first.status, 404);
    assert_eq!(first.header("x-request-id"), "");
    for path in ["/records/pupil/2", "/records/pupil/1?x=1", "/records/staff/1"] {
        assert_eq!(first.without_date(), server.get(path).await.without_date(), "{path}");
    }
    let unknown = server.get("/no/such/page").await;
    assert_eq!((unknown.status, unknown.text()), (404, first.text()));
    let wrong_method = server.ask("DELETE", "/page", &[]).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "GET,HEAD"));
    assert!(wrong_method.text().contains("<h1>Địa chỉ này không nhận cách gửi đó</h1>"));
    assert!(server.ask("DELETE", "/api/v1/fail", &[]).await.text().contains("\"method_not_allowed\""));
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_was() {
    let server = start(failing()).await;
    let to = server.get("/fail?how=not_signed_in").await;
    assert_eq!((to.status, to.header("location")), (303, "/login?next=%2Ffail%3Fhow%3Dnot_signed_in"));
    // `//evil.test/fail` is a path here, but would be another site in a browser.
    let evil = server.get("//evil.test/..//fail?how=not_signed_in").await;
    assert!(!evil.header("location").contains("evil"));
}

#[tokio::test]
async fn a_panic_is_a_page_and_the_next_request_is_served() {
    let server = start(failing()).await;
    let reply = server.get("/panic").await;
    assert_eq!(reply.status, 500);
    assert!(reply.text().contains("Máy chủ gặp sự cố") && reply.header("x-request-id").starts_with("0000abcd-"));
    assert_eq!(server.get("/page").await.status, 200);
}

#[tokio::test]
async fn every_reply_carries_the_headers() {
    let server = start(failing()).await;
    for path in ["/page", "/no/such/page", "/panic", "/api/v1/fail?how=x", csdlgd::ui::assets::url("app.css")] {
        let reply = server.get(path).await;
        for (name, value) in [
            ("content-security-policy", http::CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{path}");
        }
        assert!(reply.header("permissions-policy").contains("camera=()"));
        assert_eq!(reply.header("strict-transport-security"), "", "not over plain HTTP");
        let kept = if path.starts_with("/a/") { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(reply.header("cache-control"), kept, "{path}");
        assert!(!reply.header("content-type").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn pages_are_packed_but_not_where_a_secret_is() {
    let server = start(failing()).await;
    let gzip = ["Accept-Encoding: gzip"];
    assert_eq!(server.ask("GET", "/page", &gzip).await.header("content-encoding"), "gzip");
    assert_eq!(server.ask("GET", "/page", &[]).await.header("content-encoding"), "");
    assert_eq!(server.ask("GET", "/login", &gzip).await.header("content-encoding"), "");
    let css = csdlgd::ui::assets::url("app.css");
    let packed = server.ask("GET", css, &gzip).await;
    assert_eq!((packed.header("content-encoding"), packed.header("content-type")), ("gzip", "text/css; charset=utf-8"));
    assert!(packed.body.len() < server.ask("GET", css, &["Accept-Encoding: gzip;q=0"]).await.body.len());
    assert_eq!(server.get("/a/0000000000000000/app.css").await.status, 404, "another release's file");
}

#[tokio::test]
async fn only_pages_of_this_site_may_post() {
    let server = start(failing()).await;
    let sites = ["", "same-origin", "none", "same-site", "cross-site"];
    let origins = ["", "http://truong.test", "http://evil.test", "null"];
    let mut passed = Vec::new();
    for cookie in [false, true] {
        for site in sites {
            for origin in origins {
                let mut headers = Vec::new();
                let lines = [format!("Sec-Fetch-Site: {site}"), format!("Origin: {origin}")];
                if !site.is_empty() {
                    headers.push(lines[0].as_str());
                }
                if !origin.is_empty() {
                    headers.push(lines[1].as_str());
                }
                if cookie {
                    headers.push("Cookie: session=abc");
                }
                let reply = server.post("/post", &headers, "name=An").await;
                assert!(matches!(reply.status, 200 | 403));
                if reply.status == 200 {
                    passed.push((cookie, site, origin));
                } else {
                    assert!(reply.text().contains("không được gửi từ trang của hệ thống"));
                }
            }
        }
    }
    // Browsers say where a request comes from; old ones say at least the origin; programs say nothing,
    // and have no cookie.
    let told = |site| origins.map(|origin| (site, origin));
    let mut expected = vec![("", ""), ("", "http://truong.test")];
    expected.extend(told("same-origin"));
    expected.extend(told("none"));
    let mut expected: Vec<_> =
        [false, true].iter().flat_map(|&c| expected.iter().map(move |&(s, o)| (c, s, o))).collect();
    expected.retain(|case| *case != (true, "", ""));
    assert_eq!(passed, expected);

    let bearer = ["Cookie: session=abc", "Authorization: Bearer t"];
    assert_eq!(server.post("/api/v1/post", &bearer, "name=An").await.text(), "An");
    let refused = server.post("/api/v1/post", &["Cookie: session=abc"], "name=An").await;
    assert!(refused.status == 403 && refused.text().contains("\"denied\""));
    // Reading needs no such proof.
    assert_eq!(server.ask("GET", "/page", &["Cookie: session=abc", "Sec-Fetch-Site: cross-site"]).await.status, 200);
}

#[tokio::test]
async fn forms_are_read_and_wrong_ones_refused_in_words() {
    let server = start(failing()).await;
    let good = server.post("/post", &[], "name=Nguy%E1%BB%85n+An").await;
    assert_eq!((good.status, good.text()), (200, "Nguyễn An"));
    for (body, status, said) in
        [("name=%ff".to_owned(), 400, "ký tự không đọc được"), ("a&".repeat(2_001), 400, "quá nhiều ô (tối đa 2000)")]
    {
        let reply = server.post("/post", &[], &body).await;
        assert_eq!(reply.status, status);
        assert!(reply.text().contains(said), "{}", reply.text());
    }
    let json = "POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(server.send(json.as_bytes()).await.status, 415);
}

/// Collects what is logged on this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_request_is_logged_once_and_nothing_personal_is() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let server = start(failing()).await;
    server.get("/records/pupil/0912345678?q=Nguyen").await;
    server.get("/panic").await;
    server.get("/fail?how=internal").await;
    server.get("/fail?how=bad").await;
    server.post("/post", &["Cookie: session=abcdef"], "name=Nguyen").await;
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let mut requests = logged.lines();
    for (level, parts) in [
        (" INFO", "route=\"/records/{kind}/{id}\" status=404"),
        ("ERROR", "route=\"/panic\" status=500 took_ms="),
        ("ERROR", "error=internal: secret detail"),
        (" INFO", "route=\"/fail\" status=400"),
        (" INFO", "route=\"/post\" status=403"),
    ] {
        let line = requests.next().unwrap();
        assert!(line.contains(level) && line.contains(parts) && line.contains("id=0000abcd-"), "{line}");
    }
    assert_eq!(requests.next(), None);
    for personal in ["0912345678", "Nguy", "abcdef", "Con trỏ", "127.0.0.1"] {
        assert!(!logged.contains(personal), "{personal} in\n{logged}");
    }
}
