//! The server: routes, followers, ordered shutdown.

use crate::actor::Who;
use crate::app::App;
use crate::backup::fence;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::{self, Proxies, RouteInfo, Routes, Settings};
use crate::metrics::Metrics;
use crate::priority::{Behind, step_back};
use crate::records::follow;
use crate::server_loop::{self, Entrance, LoopLimits};
use crate::service_manager;
use crate::store::receipt;
use crate::tls::{Facts, Tls};
use crate::{
    account_pages, api, backup_pages, health, home, jobs, mail, outage_pages, records, second_step, sessions,
    unit_pages,
};
use axum::middleware::from_fn_with_state;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Exit code that asks the service manager for a restart (EX_TEMPFAIL).
const RESTART: u8 = 75;

/// How much of the store's file is read at start.
const WARM_MAX_BYTES: u64 = 2 << 30;
/// Exit code of a server that was replaced: no restart helps (EX_CONFIG).
const FENCED: u8 = 78;
const FENCE_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// Rows swept in one change.
const SWEEP_MAX: usize = 5_000;

/// All routes of all features.
fn routes() -> Routes<App> {
    home::routes()
        .merge(sessions::pages::routes())
        .merge(account_pages::routes())
        .merge(unit_pages::routes())
        .merge(backup_pages::routes())
        .merge(outage_pages::routes())
        .merge(health::routes())
        .merge(records::pages::routes())
        .merge(api::routes())
}

/// Every route the server answers, for the test that asks each of them as everybody.
pub fn list_routes() -> Vec<RouteInfo> {
    let mut list = routes().list().to_vec();
    list.extend_from_slice(http::assets::routes().list());
    list
}

/// All routes, with who asks found out, and the whole stack around them.
pub fn router(app: &App) -> axum::Router {
    let routes = routes()
        .into_router()
        // Whoever asks for what is not there is known all the same, and keeps their menu.
        .fallback(|| async { Error::NotFound })
        .layer(from_fn_with_state(app.clone(), sessions::identify))
        .with_state(app.clone());
    let run = u32::from_be_bytes(app.chance.bytes::<4>());
    let settings =
        Settings { system: sessions::system_name(app), run, metrics: app.metrics.clone(), ..Settings::default() };
    http::layers(routes, settings)
}

/// Brings the index up to the newest entry; for commands that change the store without a server.
pub fn finish_index(app: &App) -> Result<()> {
    follow::round(app, &|| false)
}

/// Where a server answers.
#[derive(Clone, Debug)]
pub struct Place {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The certificate it shows, if TLS begins there.
    pub certificate: Option<Facts>,
    /// Where health and figures are answered, if anywhere.
    pub ops: Option<SocketAddr>,
}

impl Place {
    /// Its address for a browser, without a path.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }
}

/// The entrances of a server.
pub(crate) struct Entrances {
    main: Entrance,
    /// Only leads to `main`.
    redirect: Option<Entrance>,
    limits: LoopLimits,
    /// Where `main` is.
    pub(crate) place: Place,
}

impl Entrances {
    /// Takes the addresses of the configuration and opens its certificate.
    pub(crate) async fn open(config: &Config, clock: &Clock, metrics: &Metrics) -> Result<Self> {
        let tls = Tls::open(config, clock)?;
        let listener = match service_manager::handed_over() {
            Some(held) => TcpListener::from_std(held).map_err(Error::io("taking the address systemd holds"))?,
            None => server_loop::listen(config.listen).await?,
        };
        let address = listener.local_addr().map_err(Error::io("asking for the address"))?;
        let place = Place { address, certificate: tls.as_ref().map(Tls::facts), ops: None };
        let redirect = match config.tls.redirect {
            Some(address) => Some(Entrance::plain(server_loop::listen(address).await?)),
            None => None,
        };
        let limits = LoopLimits { proxies: Proxies(config.believed_proxies()), ..LoopLimits::default() };
        Ok(Self { main: Entrance { listener, tls, metrics: metrics.clone() }, redirect, limits, place })
    }

    /// Lets people in until told to stop. Gives the number of connections that had to be cut off.
    pub(crate) async fn serve(self, router: axum::Router, clock: &Clock, stop: watch::Receiver<bool>) -> usize {
        if let Some(tls) = self.main.tls.clone() {
            tokio::spawn(tls.keep(clock.clone(), stop.clone()));
        }
        let main = server_loop::serve(self.main, router, self.limits.clone(), stop.clone());
        let Some(redirect) = self.redirect else { return main.await };
        let led = http::to_https(self.place.address.port());
        let (main, redirect) = tokio::join!(main, server_loop::serve(redirect, led, self.limits, stop));
        main + redirect
    }
}

/// Serves until told to stop. `ready` hears where once it answers.
pub fn serve(app: &App, ready: &mut dyn FnMut(&Place)) -> Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::io("starting the runtime"))?;
    if let Err(e) = fence::refuse(&app.db) {
        tracing::error!("{e}");
        return Ok(ExitCode::from(FENCED));
    }
    mail::ops::hurry(app)?;
    let runner = Arc::new(jobs::run::Runner::new(app)?);
    let (stop_sender, stop) = watch::channel(false);
    let follower = {
        let (app, stop, handle) = (app.clone(), stop.clone(), runtime.handle().clone());
        std::thread::Builder::new()
            .name("index-follower".into())
            .spawn(move || {
                step_back(Behind::Following);
                follow::run(&app, &stop, &handle)
            })
            .map_err(Error::io("starting the index follower"))?
    };
    // Ends last: requests that are being answered still save.
    let (ship_sender, ship_stop) = watch::channel(false);
    let shipper = start_shipper(app, ship_stop, runtime.handle())?;
    warm(app);
    crate::records::counts::prepare(app)?;
    let outcome = runtime.block_on(async {
        tokio::spawn(sweep(app.clone(), stop.clone()));
        tokio::spawn(jobs::schedule::run(runner, stop.clone()));
        // Before anybody is told that it runs: a signal that comes at once must stop it in order.
        let mut signals = Signals::install()?;
        let entrances = Entrances::open(&app.config, &app.clock, &app.metrics).await?;
        let mut place = entrances.place.clone();
        if let Some(tls) = &entrances.main.tls {
            // The first: nobody else sets it.
            let _ = app.tls.set(tls.clone());
        }
        let ops = watched(app, stop.clone()).await?;
        place.ops = ops.as_ref().map(|(address, _)| *address);
        tokio::spawn(health::watch(app.clone(), stop.clone()));
        let (router, clock, stopping) = (router(app), app.clock.clone(), stop.clone());
        let served = tokio::spawn(async move { entrances.serve(router, &clock, stopping).await });
        ready(&place);
        service_manager::tell(service_manager::Ready);
        tokio::spawn(service_manager::watchdog(Some(app.clone()), stop.clone()));
        settle(app.clone()).await;
        let why = wait_for_end(app, &mut signals).await;
        service_manager::tell(service_manager::Stopping);
        let _ = stop_sender.send(true);
        let cut = served.await.unwrap_or(0);
        // Until the last page is out, whoever asks hears that we are ending.
        drop(ops);
        tracing::info!(cut, "stopped");
        Ok::<_, Error>(why)
    });
    let _ = stop_sender.send(true);
    let _ = follower.join();
    // What a job still wrote after the last segment would not leave the server.
    app.db.clone().close();
    let _ = ship_sender.send(true);
    if let Some(shipper) = shipper {
        let _ = shipper.join(); // what went wrong is in the log
    }
    app.tally.close();
    let index_done = follow::finish(app);
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    // A job may go on reading: the store is closed in order all the same.
    app.db.shut();
    match outcome? {
        End::Asked => {
            index_done?;
            Ok(ExitCode::SUCCESS)
        }
        End::StoreStopped => Ok(ExitCode::from(RESTART)),
        End::Fenced => Ok(ExitCode::from(FENCED)),
    }
}

/// The listener for what watches servers, until what is given is dropped.
async fn watched(app: &App, draining: watch::Receiver<bool>) -> Result<Option<(SocketAddr, watch::Sender<bool>)>> {
    let Some(address) = app.config.ops.listen else { return Ok(None) };
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "[ops] figures can be read by everybody who reaches this address");
    }
    let listener = server_loop::listen(address).await?;
    let address = listener.local_addr().map_err(Error::io("asking for the address"))?;
    let (end, ended) = watch::channel(false);
    let router = health::ops_routes().into_router().with_state(health::Ops::new(app, draining));
    let limits = LoopLimits { connections: 64, stop_within: Duration::from_secs(1), ..LoopLimits::default() };
    tokio::spawn(server_loop::serve(Entrance::plain(listener), router, limits, ended));
    Ok(Some((address, end)))
}

/// Starts shipping the log to the targets, if anybody could open what is shipped.
fn start_shipper(
    app: &App,
    stop: watch::Receiver<bool>,
    runtime: &tokio::runtime::Handle,
) -> Result<Option<std::thread::JoinHandle<()>>> {
    if app.config.backup.recipients.is_empty() {
        tracing::warn!(
            "NO BACKUPS: no recipients are configured; see 'csdlgd keygen' and [backup] in the configuration"
        );
        return Ok(None);
    }
    let (app, runtime) = (app.clone(), runtime.clone());
    let run = move || {
        if let Err(e) = jobs::ship::run(&app, stop, &runtime) {
            tracing::error!(error = %e, "ALARM: the log is not shipped");
        }
    };
    std::thread::Builder::new().name("shipper".into()).spawn(run).map(Some).map_err(Error::io("starting the shipper"))
}

/// Reads the store's file once, so that the first hundred pages do not each wait for the disk. On a
/// thread of its own; nobody waits for it.
fn warm(app: &App) {
    let path = app.config.data.join(crate::store::FILE);
    let read = move || {
        let Ok(mut file) = std::fs::File::open(path) else { return };
        let mut buffer = vec![0u8; 1 << 20];
        let mut left = WARM_MAX_BYTES;
        while left > 0 {
            match std::io::Read::read(&mut file, &mut buffer) {
                Ok(n) if n > 0 => left = left.saturating_sub(n as u64),
                _ => return,
            }
        }
    };
    let _ = std::thread::Builder::new().name("warm".into()).spawn(read);
}

/// This version answers: the store need not go back to what it was before an upgrade, and uses its room again.
async fn settle(app: App) {
    if let Err(e) = http::blocking(move || app.db.forget_moment()).await {
        tracing::warn!(error = %e, "the moment before the upgrade is not forgotten: the store grows");
    }
}

/// Sweeps what is short-lived: ended sessions, old receipts. Each hour; a little at a time.
async fn sweep(app: App, mut stop: watch::Receiver<bool>) {
    let mut hours = tokio::time::interval(SWEEP_EVERY);
    loop {
        tokio::select! {
            _ = hours.tick() => {}
            _ = stop.changed() => return,
        }
        let oldest = app.clock.now().0 - sessions::ops::ABSOLUTE_MS;
        let swept = app.db.submit(&Who::program(), "sweep", move |tx| {
            let sessions = sessions::store::sweep(tx, oldest, SWEEP_MAX)?;
            second_step::store::sweep(tx, oldest, SWEEP_MAX)?;
            Ok((sessions, receipt::sweep(tx, SWEEP_MAX)?))
        });
        match swept.done().await {
            Ok(done) => tracing::debug!(sessions = done.value.0, receipts = done.value.1, "swept"),
            Err(e) => tracing::warn!(error = %e, "sweeping failed"),
        }
    }
}

enum End {
    Asked,
    StoreStopped,
    Fenced,
}

/// The signals that ask the server to stop.
pub(crate) struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    pub(crate) fn install() -> Result<Self> {
        let on = |kind| signal(kind).map_err(Error::io("listening for the signal to stop"));
        Ok(Self { term: on(SignalKind::terminate())?, int: on(SignalKind::interrupt())? })
    }

    /// Waits for either.
    pub(crate) async fn any(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// Waits for a signal, or for the store to stop writing.
async fn wait_for_end(app: &App, signals: &mut Signals) -> End {
    let mut head = app.db.follow();
    let mut seconds = tokio::time::interval(FENCE_EVERY);
    loop {
        tokio::select! {
            _ = seconds.tick() => {
                let db = app.db.clone();
                if http::blocking(move || fence::refuse(&db)).await.is_err_and(|e| matches!(e, Error::Operator(_))) {
                    return End::Fenced;
                }
            }
            () = signals.any() => return End::Asked,
            changed = head.changed() => {
                if app.db.is_stopped() {
                    return End::StoreStopped;
                }
                if changed.is_err() {
                    return End::Asked;
                }
            }
        }
    }
}
