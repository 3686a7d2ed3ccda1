//! The listener for what watches servers: does the process live, would it serve, and all its figures.
//! It asks nobody who they are, so it belongs on loopback or into a network of its own.

use super::look;
use crate::app::App;
use crate::backup::state::{Standing, State as Protection};
use crate::clock::Millis;
use crate::http::{Routes, blocking};
use crate::metrics::Moment;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the listener knows.
#[derive(Clone)]
pub(crate) struct Ops {
    app: App,
    /// True once the server lets nobody in any more.
    draining: watch::Receiver<bool>,
    /// Held while figures are gathered: a disk that hangs must not be asked twice.
    gathering: Arc<Mutex<()>>,
    began: Millis,
}

impl Ops {
    pub(crate) fn new(app: &App, draining: watch::Receiver<bool>) -> Self {
        Self { app: app.clone(), draining, gathering: Arc::default(), began: app.clock.now() }
    }
}

pub(crate) fn routes() -> Routes<Ops> {
    Routes::new().get("/healthz", async || "lives\n").get("/readyz", ready).get("/metrics", metrics)
}

/// 200 if a request for a page or a save would be served, 503 with the reason if not.
async fn ready(State(ops): State<Ops>) -> Response {
    let draining = *ops.draining.borrow();
    let app = ops.app.clone();
    let looked = blocking(move || {
        let sample = look::sample(&app);
        let head = app.db.read(|tx| Ok(crate::store::Read::head(tx)?.map_or(0, |entry| entry.seq)));
        Ok((head, look::not_writing(&app, &sample), sample))
    })
    .await;
    let Ok((head, not_writing, sample)) = looked else { return (StatusCode::SERVICE_UNAVAILABLE, "").into_response() };
    let good = !draining && head.is_ok() && not_writing.is_none();
    let store = match (head, not_writing) {
        (Err(_), _) => "cannot be read".to_owned(),
        (_, Some(why)) => why.to_owned(),
        (Ok(head), None) => format!("readable, writable, at entry {head}"),
    };
    let text = format!(
        "{}{}\nstore: {store}\nindex: {} entries behind\n",
        if good { "ready" } else { "not ready" },
        if draining { ": draining" } else { "" },
        sample.behind
    );
    (if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text).into_response()
}

async fn metrics(State(ops): State<Ops>) -> Response {
    let Ok(turn) = ops.gathering.clone().try_lock_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "being gathered\n").into_response();
    };
    let began = ops.began;
    let app = ops.app.clone();
    let written = blocking(move || {
        let mut out = String::new();
        app.metrics.write(&mut out);
        gather(&app, began).write(&mut out);
        Ok((turn, out))
    })
    .await;
    match written {
        Ok((_turn, text)) => ([(CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Values of the moment. What can't be found out is left out.
fn gather(app: &App, began: Millis) -> Moment {
    let (now, sample) = (app.clock.now(), look::sample(app));
    let seconds = |ms: i64| ms as f64 / 1000.0;
    let mut out = Moment::default();
    out.values("build", "The version that runs", "version", &[(env!("CARGO_PKG_VERSION").into(), 1.0)]);
    out.value("uptime_seconds", "Since the start", seconds(now.0 - began.0));
    out.value("memory_bytes", "Memory of the process", sample.memory_bytes as f64);
    out.value("store_bytes", "The store's file", sample.store_bytes as f64);
    out.value("store_entries", "Entries of the log", app.db.head_seq() as f64);
    out.value("store_writing", "1 while writing goes on", f64::from(look::not_writing(app, &sample).is_none()));
    out.value("disk_free_bytes", "Free where the data is", sample.free_bytes as f64);
    out.value("index_behind_entries", "Entries the index has not read yet", sample.behind as f64);
    if let Some(stats) = app.index.as_ref().and_then(|index| index.stats().ok()) {
        out.value("index_bytes", "The search index", stats.bytes as f64);
        out.value("index_documents", "What can be found", stats.docs as f64);
    }
    if let Some(tls) = app.tls.get() {
        out.value("tls_ends_seconds", "Until the certificate ends", seconds(tls.facts().until.0 - now.0));
        out.value("tls_good", "0 if something is wrong with the certificate", f64::from(tls.trouble().is_none()));
    }
    jobs(app, &mut out);
    backups(app, &mut out);
    out
}

fn jobs(app: &App, out: &mut Moment) {
    let Ok(jobs) = look::jobs(app) else { return };
    let now = app.clock.now();
    let good = jobs.iter().map(|job| (job.name.to_owned(), f64::from(job.last.good))).collect::<Vec<_>>();
    let age = |job: &look::JobLook| Some((job.name.to_owned(), (now.0 - job.last.last_good_ms?) as f64 / 1000.0));
    out.values("job_good", "1 if the last run did what it should", "job", &good);
    out.values(
        "job_good_age_seconds",
        "Since a run ended well",
        "job",
        &jobs.iter().filter_map(age).collect::<Vec<_>>(),
    );
}

fn backups(app: &App, out: &mut Moment) {
    if app.config.backup.recipients.is_empty() {
        return;
    }
    let Ok(state) = Protection::of(app) else { return };
    let mut good = Vec::new();
    let (mut ages, mut delays) = (Vec::new(), Vec::new());
    for target in &state.targets {
        let name = target.dir.display().to_string();
        good.push((name.clone(), f64::from(target.standing == Standing::Good)));
        if let Standing::Behind(_, since) = target.standing {
            delays.push((name.clone(), (state.now.0 - since) as f64 / 1000.0));
        }
        if let Some(full) = &target.full {
            ages.push((name, (state.now.0 - full.made().0) as f64 / 1000.0));
        }
    }
    out.values("backup_target_good", "1 if everything saved is there", "target", &good);
    out.values("backup_target_delay_seconds", "How long entries wait for it", "target", &delays);
    out.values("backup_full_age_seconds", "Since its newest full backup", "target", &ages);
    out.value("backup_protected", "1 if the page of backups is green", f64::from(state.is_protected()));
}
