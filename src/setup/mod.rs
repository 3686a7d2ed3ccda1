//! The first page of a new installation: a server started on an empty data directory asks for the
//! province and its first administrator, and what else is known already, once, of whoever has the code
//! it printed. Then it serves. So it does if `csdlgd init` puts a province there.

mod file;
mod order;
mod page;
mod wrong;

pub use file::{init, writes};

use self::order::Outcome;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::exchange::{self, Report, reader};
use crate::http::{
    self, Limits, Pairs, Query, RouteLimits, Routes, Sending, SentFile, Settings, Upload, blocking, see_other,
};
use crate::install;
use crate::metrics::Metrics;
use crate::server::{Entrances, Place, Signals};
use crate::service_manager;
use crate::spec::Spec;
use crate::ui::{Markup, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// After the province is made, so long until the listener closes: the page that says so must arrive.
const FAREWELL: Duration = Duration::from_millis(500);
/// How often it looks whether somebody else has made a province.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Longer than any list the reader takes, so that it is the reader who says so.
const BODY_SPARE_BYTES: u64 = 16 << 20;

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
    // One we may not look into is no empty one.
    config.data.is_dir() && matches!(config.data.join(crate::store::FILE).try_exists(), Ok(false))
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
            Settings { system: words::SYSTEM.into(), limits: limits(), run, ..Settings::default() },
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
    let pages = Routes::new().get("/", to_page).get("/login", to_page);
    pages.get("/setup", page).post("/setup", send).get("/setup/template", template)
}

fn limits() -> RouteLimits {
    let list = Limits::upload((reader::Limits::default().file_bytes + BODY_SPARE_BYTES) as usize);
    RouteLimits { special: vec![("/setup".into(), list)], ..RouteLimits::default() }
}

async fn to_page() -> Response {
    see_other("/setup")
}

async fn page(State(setup): State<Setup>, Query(query): Query) -> Result<Markup> {
    let typed = |name: &str| if name == "code" { query.get("code").to_owned() } else { String::new() };
    page::markup(&setup, &typed, &[], None)
}

/// An empty list of schools, to be filled in.
async fn template(State(setup): State<Setup>) -> Result<Response> {
    let file = exchange::blank(&setup.0.spec, order::SHEET)?;
    let named = format!("attachment; filename=\"{}\"", words::SETUP_TEMPLATE_NAME);
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, named.as_str())], file).into_response())
}

async fn send(State(setup): State<Setup>, sending: Sending) -> Result<Response> {
    let dir = setup.0.config.data.join(order::IMPORT);
    // Whoever has not the code leaves nothing on the disk.
    let Upload { fields, file, unwanted } = sending.receive(&dir, |fields| setup.has_code(fields)).await?;
    let made = setup.0.made.lock().await;
    if *made.borrow() {
        return Ok(page::made_already().into_response());
    }
    let given = setup.clone();
    let (page, is_made) = blocking(move || answer(&given, &fields, file.as_ref(), unwanted)).await?;
    let _ = made.send(is_made);
    Ok(page)
}

/// Carries a form out; the page that answers it, and whether the province is made.
fn answer(setup: &Setup, form: &Pairs, file: Option<&SentFile>, unwanted: bool) -> Result<(Response, bool)> {
    let again = |problems: Vec<Problem>, refused: Option<&Report>| {
        let typed = |name: &str| form.get(name).to_owned();
        let problems = page::with_what_is_typed_anew(problems, form, file.is_some() || unwanted);
        let page = page::markup(setup, &typed, &problems, refused)?;
        Ok(((StatusCode::UNPROCESSABLE_ENTITY, page).into_response(), false))
    };
    let order = page::order(setup, form, file);
    let problems = page::problems(setup, form, &order, file.is_some())?;
    if !problems.is_empty() {
        return again(problems, None);
    }
    match order::carry_out(&setup.0.config, &order)? {
        Outcome::Done(done) => Ok((page::done(&setup.0.config, &order, &done).into_response(), true)),
        Outcome::Wrong(wrong) => again(vec![page::at_its_field(&wrong, file.is_some())], None),
        Outcome::Refused(report) => again(vec![page::refused(&report, file.is_some())], Some(&report)),
    }
}

impl Setup {
    fn has_code(&self, form: &Pairs) -> bool {
        blake3::hash(form.get("code").trim().to_lowercase().as_bytes()) == self.0.code
    }
}
