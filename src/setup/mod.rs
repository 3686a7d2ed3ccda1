//! The first page of a new installation: a server started on an empty data directory asks for the
//! province and its first administrator, and what else is known already, once, of whoever has the code
//! it printed. Then it serves. So it does if `csdlgd init` puts a
//! province there.

mod file;
mod order;
mod page;
mod wrong;

pub use file::{init, writes};

use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::http::{self, Form, Query, Routes, Settings, blocking, see_other};
use crate::install;
use crate::metrics::Metrics;
use crate::server::{Entrances, Place, Signals};
use crate::service_manager;
use crate::spec::Spec;
use crate::ui::{Markup, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// After the province is made, so long until the listener closes: the page that says so must arrive.
const FAREWELL: Duration = Duration::from_millis(500);
/// How often it looks whether somebody else has made a province.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone)]
struct Setup(Arc<Parts>);

struct Parts {
    config: Config,
    spec: Spec,
    /// Only the hash, so that comparing tells nothing by the time it takes.
    code: blake3::Hash,
    /// Held while a province is made; the sender says that it is.
    made: Mutex<watch::Sender<bool>>,
}

/// Whether there is nothing to serve yet: a data directory is there, and no store in it.
pub fn is_needed(config: &Config) -> bool {
    config.data.is_dir() && !config.data.join(crate::store::FILE).exists()
}

/// Serves the first page until a province is there (true), or the process is told to stop. `ready` hears
/// where, and the code.
pub fn serve(config: &Config, ready: &mut dyn FnMut(&Place, &str)) -> Result<bool> {
    let (clock, chance) = (Clock::system(), Chance::system());
    let code = chance.password();
    let (made, mut hears) = watch::channel(false);
    let spec = Spec::load(config.spec_overlay.as_deref())?;
    // Where a list of schools is put, to be chosen on the page.
    order::files(&config.data)?;
    let run = u32::from_be_bytes(chance.bytes::<4>());
    let state = Setup(Arc::new(Parts {
        config: config.clone(),
        spec,
        code: blake3::hash(code.as_bytes()),
        made: Mutex::new(made),
    }));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::io("starting the runtime"))?;
    runtime.block_on(async {
        let mut signals = Signals::install()?;
        let entrances = Entrances::open(config, &clock, &Metrics::default()).await?;
        let place = entrances.place.clone();
        let router = http::layers(
            routes().into_router().with_state(state),
            Settings { system: words::SYSTEM.into(), run, ..Settings::default() },
        );
        let (stop, stopped) = watch::channel(false);
        let stopping = stopped.clone();
        let served = tokio::spawn(async move { entrances.serve(router, &clock, stopping).await });
        ready(&place, &code);
        service_manager::tell(service_manager::Ready);
        tokio::spawn(service_manager::watchdog(None, stopped.clone()));
        let done = tokio::select! {
            () = signals.any() => false,
            made = hears.wait_for(|made| *made) => made.is_ok(),
            () = appears(&config.data) => true,
        };
        if done {
            tokio::time::sleep(FAREWELL).await;
        } else {
            service_manager::tell(service_manager::Stopping);
        }
        let _ = stop.send(true);
        let _ = served.await;
        Ok(done)
    })
}

/// Until a store that is whole is there.
async fn appears(data: &Path) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    while !install::is_whole(data) {
        looks.tick().await;
    }
}

fn routes() -> Routes<Setup> {
    Routes::new().get("/", to_page).get("/login", to_page).get("/setup", page).post("/setup", send)
}

async fn to_page() -> Response {
    see_other("/setup")
}

async fn page(State(setup): State<Setup>, Query(query): Query) -> Result<Markup> {
    let typed = |name: &str| if name == "code" { query.get("code").to_owned() } else { String::new() };
    page::markup(&setup, &typed, &[])
}

async fn send(State(setup): State<Setup>, Form(form): Form) -> Result<Response> {
    let order = page::order(&setup, &form);
    let typed = |name: &str| form.get(name).to_owned();
    let again = |problems: &[Problem]| {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page::markup(&setup, &typed, problems)?).into_response())
    };
    let problems = page::problems(&setup, &form, &order);
    if !problems.is_empty() {
        return again(&problems);
    }
    let sender = setup.0.made.lock().await;
    let (config, asked) = (setup.0.config.clone(), order.clone());
    let work = move || {
        let _held = install::hold(&config.data);
        order::carry_out(&config, &asked)
    };
    match blocking(work).await {
        Ok(done) => {
            let _ = sender.send(true);
            Ok(page::done(&setup.0.config, &order, &done).into_response())
        }
        Err(Error::Invalid(problems)) => again(&problems),
        Err(e) => Err(e),
    }
}
