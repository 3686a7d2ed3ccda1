//! The first page of a new installation: a server started on an empty data directory asks for the
//! province and its first administrator, once, of whoever has the code it printed. Then it serves.

use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::http::{self, Form, Query, Routes, Settings, blocking, see_other};
use crate::install::{self, FirstAdmin, Made};
use crate::metrics::Metrics;
use crate::server::{Entrances, Place, Signals};
use crate::service_manager;
use crate::spec::Spec;
use crate::ui::{self, Action, Choice, Control, Field, Markup, Shell, html, words};
use crate::{accounts, password, text};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// After the province is made, so long until the listener closes: the page that says so must arrive.
const FAREWELL: Duration = Duration::from_millis(500);

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

/// Serves the first page until a province is made (true), or the process is told to stop. `ready` hears
/// where, and the code.
pub fn serve(config: &Config, ready: &mut dyn FnMut(&Place, &str)) -> Result<bool> {
    let (clock, chance) = (Clock::system(), Chance::system());
    let code = chance.password();
    let (made, mut hears) = watch::channel(false);
    let spec = Spec::load(config.spec_overlay.as_deref())?;
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

fn routes() -> Routes<Setup> {
    Routes::new().get("/", to_page).get("/login", to_page).get("/setup", page).post("/setup", send)
}

async fn to_page() -> Response {
    see_other("/setup")
}

async fn page(State(setup): State<Setup>, Query(query): Query) -> Markup {
    let typed = |name: &str| if name == "code" { query.get("code").to_owned() } else { String::new() };
    markup(&setup, &typed, &[])
}

async fn send(State(setup): State<Setup>, Form(form): Form) -> Result<Response> {
    let typed = |name: &str| form.get(name).to_owned();
    let problems = problems(&setup, &typed);
    let again =
        |problems: &[Problem]| Ok((StatusCode::UNPROCESSABLE_ENTITY, markup(&setup, &typed, problems)).into_response());
    if !problems.is_empty() {
        return again(&problems);
    }
    let sender = setup.0.made.lock().await;
    let admin = FirstAdmin {
        login: typed("login"),
        name: text::clean(form.get("name")),
        password: Some(typed("new_password")),
    };
    let (config, province) = (setup.0.config.clone(), typed("province"));
    let made = blocking(move || install::make(&config.data, config.spec_overlay, &province, admin)).await;
    match made {
        Ok(made) => {
            let _ = sender.send(true);
            Ok(done(&made).into_response())
        }
        Err(Error::Invalid(problems)) => again(&problems),
        Err(e) => Err(e),
    }
}

fn problems(setup: &Setup, typed: &dyn Fn(&str) -> String) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut wrong = |field: &str, text: &str| out.push(Problem::error(field, "setup", text));
    if blake3::hash(typed("code").trim().to_lowercase().as_bytes()) != setup.0.code {
        wrong("code", words::SETUP_CODE_WRONG);
    }
    if !install::provinces(&setup.0.spec).iter().any(|(code, _)| *code == typed("province")) {
        wrong("province", words::SETUP_PROVINCE_WRONG);
    }
    if !accounts::model::is_login(&accounts::model::clean_login(&typed("login"))) {
        wrong("login", words::SETUP_LOGIN);
    }
    let name = text::clean(&typed("name"));
    if name.is_empty() || name.chars().count() > NAME_MAX {
        wrong("name", words::SETUP_NAME_MISSING);
    }
    if typed("again") != typed("new_password") {
        wrong("again", words::SETUP_AGAIN_WRONG);
    }
    if let Err(Error::Invalid(more)) = password::check_new(&typed("new_password"), &typed("login"), &name) {
        out.extend(more);
    }
    out
}

/// Longest name of an administrator.
const NAME_MAX: usize = 100;

fn markup(setup: &Setup, typed: &dyn Fn(&str) -> String, problems: &[Problem]) -> Markup {
    let provinces = install::provinces(&setup.0.spec).into_iter().map(|(code, name)| Choice::new(code, name));
    let secret = |name: &str, label: &str| Field::new(name, label, Control::Password { new: true });
    let fields = [
        Field::text("code", words::SETUP_CODE, 40).hint(words::SETUP_CODE_HINT).value(typed("code")),
        Field::select("province", words::SETUP_PROVINCE, provinces.collect())
            .hint(words::SETUP_PROVINCE_HINT)
            .value(typed("province")),
        Field::text("name", words::SETUP_NAME, NAME_MAX).value(typed("name")),
        Field::text("login", words::SETUP_LOGIN_LABEL, 64).hint(words::SETUP_LOGIN).value(typed("login")),
        secret("new_password", words::SETUP_PASSWORD).hint(words::SETUP_PASSWORD_HINT),
        secret("again", words::SETUP_AGAIN),
    ]
    .map(|field| field.required(true).problems(problems));
    let label = |name: &str| fields.iter().find(|f| f.name == name).map(|f| f.label.clone());
    let frame =
        ui::Form { action: "/setup".into(), actions: vec![Action::new(words::SETUP_DO)], ..ui::Form::default() };
    let body = html! {
        (ui::problems_summary(problems, &label))
        (ui::form(&frame, ui::fieldset("", "", &fields)))
    };
    ui::page(&shell(words::SETUP_TITLE, Some(words::SETUP_LEAD.into())), body)
}

fn done(made: &Made) -> Markup {
    let body = html! {
        h2 { (words::SETUP_NEXT) }
        ol {
            @for step in [words::SETUP_NEXT_BACKUP, words::SETUP_NEXT_UNITS, words::SETUP_NEXT_ACCOUNTS] { li { (step) } }
        }
        p { a.button.primary href="/login" { (words::SETUP_SIGN_IN) } }
    };
    ui::page(&shell(words::SETUP_DONE_TITLE, Some(words::setup_done(&made.name, made.units))), body)
}

fn shell(title: &str, lead: Option<String>) -> Shell<'static> {
    Shell {
        system: words::SYSTEM.into(),
        title: title.into(),
        lead: lead.map(|text| html! { (text) }),
        today: Some(Clock::system().today()),
        ..Shell::default()
    }
}
