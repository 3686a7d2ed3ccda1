//! The page «Lịch bảo trì» and its JSON twin.

pub mod api;

use crate::actor::Right;
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, Pairs, Query, Routes, blocking, see_other};
use crate::outage::model::{TEXT_MAX, in_time};
use crate::outage::ops::{self, Typed};
use crate::sessions::{Signed, shell};
use crate::ui::{self, Action, Choice, Control, Field, Markup, Notice, Tone, html, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Posted where an outage is announced later than the law wants.
const SOONER: &str = "sooner";

/// The routes.
pub fn routes() -> Routes<App> {
    Routes::new().get("/outage", page).post("/outage", announce).post("/outage/withdraw", withdraw)
}

async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageSystem)?;
    let said = match query.get("done") {
        "announced" => Some(words::OUTAGE_ANNOUNCED),
        "withdrawn" => Some(words::OUTAGE_WITHDRAWN),
        _ => None,
    };
    blocking(move || draw(&app, &signed, said, None, &[])).await
}

async fn announce(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    blocking(move || {
        let at = |name: &str| (form.get(&format!("{name}_day")), form.get(&format!("{name}_time")));
        let typed = Typed::of_form(form.get("text"), at("from"), at("to"), form.get(SOONER) == "true");
        match ops::announce(&app, &signed.actor, &typed) {
            Ok(()) => Ok(see_other("/outage?done=announced")),
            Err(Error::Invalid(problems)) => {
                let page = draw(&app, &signed, None, Some(&form), &problems)?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            Err(e) => Err(e),
        }
    })
    .await
}

async fn withdraw(State(app): State<App>, signed: Signed) -> Result<Response> {
    blocking(move || {
        ops::withdraw(&app, &signed.actor)?;
        Ok(see_other("/outage?done=withdrawn"))
    })
    .await
}

/// The form with what was typed, or with what is announced.
fn draw(app: &App, signed: &Signed, said: Option<&str>, typed: Option<&Pairs>, problems: &[Problem]) -> Result<Markup> {
    let current = ops::current(app)?;
    let mut frame = shell(app, signed, words::OUTAGE);
    frame.lead = Some(html! { (words::outage_lead(&ui::date(in_time(app.clock.today())))) });
    frame.notices.extend(said.map(|text| Notice::new(Tone::Good, text)));
    let value = |name: &str| match (typed, &current) {
        (Some(form), _) => form.get(name).to_owned(),
        (None, Some(outage)) => {
            let ms = if name.starts_with("from") { outage.from_ms } else { outage.to_ms };
            let shown = Millis(ms).display();
            let (day, time) = shown.split_once(' ').unwrap_or_default();
            match name {
                "text" => outage.text.clone(),
                _ if name.ends_with("_day") => day.to_owned(),
                _ if name.ends_with("_time") => time.to_owned(),
                _ => String::new(),
            }
        }
        (None, None) => String::new(),
    };
    let time = |name: &str, label: &str| Field::text(name, label, 5).hint(words::OUTAGE_TIME_HINT);
    let day = |name: &str, label: &str| Field::new(name, label, Control::Date);
    let mut fields = vec![
        Field::new("text", words::OUTAGE_TEXT, Control::LongText { max: Some(TEXT_MAX) }).hint(words::OUTAGE_TEXT_HINT),
        day("from_day", words::OUTAGE_FROM_DAY),
        time("from_time", words::OUTAGE_FROM_TIME),
        day("to_day", words::OUTAGE_TO_DAY),
        time("to_time", words::OUTAGE_TO_TIME),
    ];
    for field in &mut fields {
        *field = field.clone().required(true).value(value(&field.name)).problems(problems);
    }
    if problems.iter().any(|p| p.rule == "seven_working_days") {
        let choices = vec![Choice::new("", words::OUTAGE_CHANGE_DAY), Choice::new("true", words::OUTAGE_SOONER)];
        fields.push(Field::select(SOONER, words::OUTAGE_SOONER_LABEL, choices));
    }
    let label = |name: &str| fields.iter().find(|f| f.name == name).map(|f| f.label.clone());
    let summary = ui::problems_summary(problems, &label);
    let form = ui::Form {
        action: "/outage".into(),
        actions: vec![Action::new(words::OUTAGE_DO)],
        cancel: Some("/".into()),
        ..ui::Form::default()
    };
    let body = html! {
        (summary)
        (ui::form(&form, ui::fieldset("", "", &fields)))
        @if current.is_some() {
            section.panel {
                h2 { (words::OUTAGE_WITHDRAW) }
                p { (words::OUTAGE_WITHDRAW_HINT) }
                form action="/outage/withdraw" method="post" { button { (words::OUTAGE_WITHDRAW) } }
            }
        }
    };
    Ok(ui::page(&frame, body))
}
