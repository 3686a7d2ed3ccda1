//! A wave of far more than is worked on at once, through the whole router: pages are refused at once,
//! saves are not, and nothing that was acknowledged is missing afterwards.

use crate::support::Province;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, RETRY_AFTER};
use axum::http::{Method, Request, StatusCode};
use csdlgd::actor::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

/// More than work and wait at once: 32 and 200.
const PAGES: usize = 1_000;
const CLERKS: usize = 10;
/// Of each clerk, fewer than an account may have at once.
const SAVES: usize = 20;

fn page(cookie: &str) -> Request<Body> {
    let request = Request::builder().uri("/units").header(HOST, "csdl.test").header(COOKIE, cookie);
    request.body(Body::empty()).unwrap()
}

fn save(token: &str, name: &str) -> Request<Body> {
    let fields = json!({ "full_name": name, "birth_date": "2014-03-08", "sex": "02", "ethnicity": "02" });
    Request::builder()
        .method(Method::POST)
        .uri("/api/v1/records/pupil")
        .header(HOST, "csdl.test")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(json!({ "fields": fields }).to_string()))
        .unwrap()
}

#[test]
fn in_a_wave_pages_are_refused_and_saves_are_kept() {
    let p = Province::new();
    let router = csdlgd::server::router(&p.app);
    let cookie = p.sign_in("so.admin");
    let tokens: Vec<String> = (0..CLERKS)
        .map(|n| {
            let login = format!("vanthu{n}");
            p.account(&login, Role::SchoolClerk, p.school);
            p.token(&login)
        })
        .collect();
    let (pages, saves) = p.run(async {
        let ask = |request: Request<Body>| {
            let router = router.clone();
            tokio::spawn(async move {
                let response = router.oneshot(request).await.unwrap();
                let later = response.headers().get(RETRY_AFTER).map(|v| v.to_str().unwrap().parse::<u32>().unwrap());
                let (status, body) = (response.status(), to_bytes(response.into_body(), 1 << 24).await.unwrap());
                (status, later, body)
            })
        };
        let pages: Vec<_> = (0..PAGES).map(|_| ask(page(&cookie))).collect();
        let saves: Vec<_> = (0..CLERKS * SAVES).map(|n| ask(save(&tokens[n % CLERKS], &name(n)))).collect();
        let mut answers = (Vec::new(), Vec::new());
        for page in pages {
            answers.0.push(page.await.unwrap());
        }
        for save in saves {
            answers.1.push(save.await.unwrap());
        }
        answers
    });
    let refused = pages.iter().filter(|(status, ..)| *status == StatusCode::SERVICE_UNAVAILABLE).count();
    let good = pages.iter().filter(|(status, ..)| *status == StatusCode::OK).count();
    assert_eq!(refused + good, PAGES);
    assert!(refused > 0 && good >= 32, "{good} of {PAGES} answered");
    for (status, later, body) in &pages {
        if *status != StatusCode::OK {
            assert!(later.is_some_and(|s| (5..=30).contains(&s)), "{later:?}");
            assert!(String::from_utf8_lossy(body).contains("Máy chủ đang bận"));
        }
    }
    for (n, (status, _, body)) in saves.iter().enumerate() {
        assert_eq!(*status, StatusCode::CREATED, "{}", String::from_utf8_lossy(body));
        let made: Value = serde_json::from_slice(body).unwrap();
        let path = format!("/api/v1/records/pupil/{}", made["id"].as_str().unwrap());
        let found: Value = serde_json::from_str(&p.api(&tokens[0], Method::GET, &path, "").is(200).body).unwrap();
        assert_eq!(found["fields"]["full_name"], name(n));
    }
    p.get(&cookie, "/units").is(200);
    let mut figures = String::new();
    p.app.metrics.write(&mut figures);
    assert!(figures.contains(&format!("csdlgd_refusals_total{{why=\"pages\"}} {refused}\n")));
}

/// Pupil number `n`: a name has letters only.
fn name(n: usize) -> String {
    const DIGITS: [&str; 10] = ["Không", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín"];
    let digits = n.to_string();
    let words: Vec<&str> = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    format!("Nguyễn Thị {}", words.join(" "))
}
