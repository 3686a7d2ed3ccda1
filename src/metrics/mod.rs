//! What the server does, counted: for Prometheus since the start, for the page «Sức khoẻ hệ thống» minute
//! by minute of the last day. Only patterns of routes and sorts of outcomes are kept, never an address
//! or anything of a person.

mod minutes;

pub use minutes::{Minute, Sample};

use crate::clock::Millis;
use minutes::Minutes;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Names of labels and their values.
type Labels = Vec<(&'static str, String)>;

/// Upper bounds of what an answer may take, s.
const TOOK_S: [f64; 13] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The counts. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<Labels, Counter>,
    took: Family<Labels, Histogram, fn() -> Histogram>,
    saves: Counter,
    sign_ins: Family<Labels, Counter>,
    refusals: Family<Labels, Counter>,
    connections: Gauge,
    minutes: Mutex<Minutes>,
}

impl Default for Inner {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("csdlgd");
        let requests = Family::default();
        registry.register("requests", "Requests by route, method and class of status", requests.clone());
        let took = Family::new_with_constructor((|| Histogram::new(TOOK_S)) as fn() -> Histogram);
        registry.register("request_seconds", "From a request's header to its answer's, by route", took.clone());
        let saves = Counter::default();
        registry.register("saves", "Requests that changed records or units", saves.clone());
        let sign_ins = Family::default();
        registry.register("sign_ins", "Sign-ins by outcome", sign_ins.clone());
        let refusals = Family::default();
        registry.register("refusals", "What was refused because there was too much of it", refusals.clone());
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        Self { registry, requests, took, saves, sign_ins, refusals, connections, minutes: Mutex::default() }
    }
}

/// What a request came to.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The route's pattern, never the address.
    pub route: &'a str,
    /// The method.
    pub method: &'a str,
    /// The status.
    pub status: u16,
    /// From the header of the request to that of the answer.
    pub took: Duration,
}

impl Answered<'_> {
    /// A part of a page, or its look: counted, but no page.
    fn is_asset(&self) -> bool {
        self.route.starts_with("/a/") || self.route == "/favicon.ico"
    }

    /// Whether records or units were changed: a form leads on, the API says so.
    fn is_save(&self) -> bool {
        let done = match self.route.strip_prefix("/api/v1") {
            Some(_) => matches!(self.status, 200 | 201),
            None => self.status == 303,
        };
        let path = self.route.strip_prefix("/api/v1").unwrap_or(self.route);
        done && self.method != "GET" && (path.starts_with("/records/") || path.starts_with("/units/"))
    }

    /// How a sign-in ended, if it is one.
    fn sign_in(&self) -> Option<bool> {
        (self.route == "/login" && self.method == "POST").then_some(self.status == 303)
    }
}

/// A connection, while it lives.
#[derive(Debug)]
pub struct Connected(Metrics);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.0.connections.dec();
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, what: Answered<'_>) {
        let inner = &self.0;
        let class = format!("{}xx", what.status / 100);
        let labels = vec![("route", what.route.to_owned()), ("method", what.method.to_owned()), ("status", class)];
        inner.requests.get_or_create(&labels).inc();
        inner.took.get_or_create(&vec![("route", what.route.to_owned())]).observe(what.took.as_secs_f64());
        let save = what.is_save();
        if save {
            inner.saves.inc();
        }
        let sign_in = what.sign_in();
        if let Some(good) = sign_in {
            let outcome = if good { "good" } else { "refused" };
            inner.sign_ins.get_or_create(&vec![("outcome", outcome.to_owned())]).inc();
        }
        if !what.is_asset() {
            self.minutes().now.add(&what, save, sign_in);
        }
    }

    /// Counts what was refused because there was too much of it: a fixed word.
    pub fn refused(&self, why: &'static str) {
        self.0.refusals.get_or_create(&vec![("why", why.to_owned())]).inc();
    }

    /// Counts a connection until what is given is dropped.
    pub fn connected(&self) -> Connected {
        self.0.connections.inc();
        Connected(self.clone())
    }

    /// Ends the minute: what was counted in it is kept with what was found at its end.
    pub fn turn(&self, at: Millis, sample: Sample) {
        self.minutes().turn(at, sample);
    }

    /// The minutes of the last day, oldest first.
    pub fn past(&self) -> Vec<Minute> {
        self.minutes().past.iter().cloned().collect()
    }

    /// Writes everything counted since the start in the text form of Prometheus, without its end.
    pub fn write(&self, out: &mut String) {
        // Writing into a string does not fail.
        let _ = encode_registry(out, &self.0.registry);
    }

    fn minutes(&self) -> std::sync::MutexGuard<'_, Minutes> {
        self.0.minutes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Values of the moment, as Prometheus reads them.
#[derive(Debug)]
pub struct Moment(Registry);

impl Default for Moment {
    fn default() -> Self {
        Self(Registry::with_prefix("csdlgd"))
    }
}

impl Moment {
    /// A value under a fixed name.
    pub fn value(&mut self, name: &str, help: &str, value: f64) {
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(value);
        self.0.register(name, help, gauge);
    }

    /// A value for each of several things.
    pub fn values(&mut self, name: &str, help: &str, label: &'static str, values: &[(String, f64)]) {
        let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
        for (of, value) in values {
            family.get_or_create(&vec![(label, of.clone())]).set(*value);
        }
        self.0.register(name, help, family);
    }

    /// Writes them, and the end of the whole.
    pub fn write(&self, out: &mut String) {
        let _ = encode_registry(out, &self.0);
        let _ = prometheus_client::encoding::text::encode_eof(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(method: &str, route: &str, status: u16) -> (bool, Option<bool>) {
        let what = Answered { route, method, status, took: Duration::ZERO };
        (what.is_save(), what.sign_in())
    }

    #[test]
    fn saves_and_sign_ins_are_told_by_their_routes() {
        assert_eq!(answered("POST", "/records/{kind}/{id}/edit", 303), (true, None));
        assert_eq!(answered("POST", "/records/{kind}/{id}/edit", 422), (false, None));
        assert_eq!(answered("GET", "/records/{kind}/{id}/edit", 200), (false, None));
        assert_eq!(answered("PUT", "/api/v1/records/{kind}/{id}", 200), (true, None));
        assert_eq!(answered("POST", "/api/v1/records/{kind}", 201), (true, None));
        assert_eq!(answered("POST", "/letters", 303), (false, None));
        assert_eq!(answered("POST", "/login", 303), (false, Some(true)));
        assert_eq!(answered("POST", "/login", 422), (false, Some(false)));
        assert_eq!(answered("GET", "/login", 200), (false, None));
    }
}
