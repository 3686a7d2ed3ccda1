//! Where a request came from: the address of the person's machine and whether the way was encrypted.
//! What a proxy says counts only if the proxy is one the operator named.

use crate::subnet::Subnet;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

/// Where a request came from. Handlers take it as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The person's machine (or their school's shared address).
    pub peer: IpAddr,
    /// Whether it came over TLS, to us or to a proxy we trust.
    pub secure: bool,
    /// Whether the browser may be told to come no other way from now on: it knows the certificate.
    pub strict: bool,
}

/// The reverse proxies whose `X-Forwarded-*` headers are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies(pub Vec<Subnet>);

impl Proxies {
    /// Whether that address is one of them.
    pub fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.has(address))
    }

    /// Where a request really came from, given who connected.
    pub fn arrived(&self, connected: IpAddr, secure: bool, headers: &HeaderMap) -> Arrived {
        let connected = connected.to_canonical();
        if !self.has(connected) {
            return Arrived { peer: connected, secure, strict: secure };
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let chain: Vec<&str> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
        // From the right: what the proxies we trust wrote themselves; the rest anybody can invent.
        let mut peer = connected;
        for step in chain.into_iter().rev() {
            let Ok(address) = step.parse::<IpAddr>() else { break };
            peer = address.to_canonical();
            if !self.has(peer) {
                break;
            }
        }
        let proto = headers.get("x-forwarded-proto").and_then(|v| v.to_str().ok());
        let secure = secure || proto == Some("https");
        Arrived { peer, secure, strict: secure }
    }
}

impl<S: Sync> FromRequestParts<S> for Arrived {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(of(parts.extensions.get()))
    }
}

/// What the accept loop wrote down; without it (in tests of a bare router) the machine itself.
fn of(written: Option<&Arrived>) -> Arrived {
    written.copied().unwrap_or(Arrived { peer: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false, strict: false })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    fn headers(forwarded: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        headers
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let proxies = Proxies(vec!["10.0.0.0/30".parse().unwrap()]);
        let from = |connected: &str, forwarded: &str| {
            let a = proxies.arrived(connected.parse().unwrap(), false, &headers(forwarded));
            (a.peer.to_string(), a.secure)
        };
        assert_eq!(from("203.0.113.5", "198.51.100.1"), ("203.0.113.5".into(), false));
        assert_eq!(from("10.0.0.1", "198.51.100.1"), ("198.51.100.1".into(), true));
        assert_eq!(from("::ffff:10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2"), ("198.51.100.1".into(), true));
        assert_eq!(from("10.0.0.1", "6.6.6.6, rubbish"), ("10.0.0.1".into(), true));
    }
}
