//! Who comes without encryption is led to where there is some.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// The port that addresses leave out.
const USUAL: u16 = 443;

/// Answers everything with the same address under `https`, at that port.
pub fn to_https(port: u16) -> Router {
    Router::new().fallback(async move |request: Request| redirect(&request, port))
}

fn redirect(request: &Request, port: u16) -> Response {
    let host = request.headers().get(HOST).and_then(|host| name(host.to_str().ok()?));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let to = host.filter(|_| path.starts_with('/')).and_then(|host| {
        let port = if port == USUAL { String::new() } else { format!(":{port}") };
        HeaderValue::from_str(&format!("https://{host}{port}{path}")).ok()
    });
    match to {
        Some(to) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The host without its port, if it looks like one.
fn name(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let fits = |b: u8| b.is_ascii_alphanumeric() || b".-[]:".contains(&b);
    (!name.is_empty() && name.bytes().all(fits)).then_some(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use axum::body::Body;

    fn led(host: &str, path: &str, port: u16) -> String {
        let request = Request::builder().uri(path).header(HOST, host).body(Body::empty()).unwrap();
        let response = redirect(&request, port);
        let to = response.headers().get(LOCATION).map_or("", |to| to.to_str().unwrap());
        format!("{} {to}", response.status().as_u16())
    }

    #[test]
    fn the_same_page_is_found_under_https() {
        assert_eq!(led("csdl.vn", "/units?year=2026", 443), "308 https://csdl.vn/units?year=2026");
        assert_eq!(led("csdl.vn:80", "/", 8443), "308 https://csdl.vn:8443/");
        assert_eq!(led("[2001:db8::1]:80", "/", 443), "308 https://[2001:db8::1]/");
        assert_eq!(led("csdl.vn@evil.example", "/", 443), "400 ");
        assert_eq!(led("", "/", 443), "400 ");
    }
}
