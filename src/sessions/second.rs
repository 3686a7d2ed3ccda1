//! The second step on the pages: the code after the password, and one's own second step.

use super::signed::{self, Signed};
use super::{ops, shell};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::http::{Arrived, Form, NoCompression, Query, Routes, blocking, see_other, session_cookie};
use crate::outage;
use crate::second_step::{model, ops as steps, store};
use crate::ui::{self, Action, Field, Markup, Notice, Shell, Tone, html, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

/// A recovery code is the longest thing typed.
const CODE_MAX: usize = 24;
/// The code an application reads, pixels.
const SECRET_QR_SIDE: u32 = 180;

/// The routes.
pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .post("/login/second", second)
        .get("/account/second", page)
        .post("/account/second", confirm)
        .post("/account/second/begin", begin)
        .post("/account/second/codes", renew)
        .post("/account/second/end", end)
}

fn code_field(problems: &[Problem]) -> Field {
    Field::text("code", words::SECOND_CODE, CODE_MAX).hint(words::SECOND_CODE_HINT).required(true).problems(problems)
}

/// The page that asks for the code, after the right password.
pub(super) fn ask(app: &App, ticket: &str, next: &str, problems: &[Problem]) -> Response {
    let shell = Shell {
        system: signed::system_name(app),
        title: words::SECOND.into(),
        today: Some(app.clock.today()),
        notices: outage::ops::notice(app).into_iter().collect(),
        ..Shell::default()
    };
    let form = ui::Form {
        action: "/login/second".into(),
        hidden: vec![("ticket".into(), ticket.into()), ("next".into(), next.into())],
        actions: vec![Action::new(words::SIGN_IN)],
        cancel: Some("/login".into()),
        ..ui::Form::default()
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = html! {
        (ui::form(&form, ui::fieldset("", "", &[code_field(problems)])))
        p.hint { (words::SECOND_LOST) }
    };
    let mut response = (status, ui::page(&shell, body)).into_response();
    response.extensions_mut().insert(NoCompression);
    response
}

async fn second(State(app): State<App>, arrived: Arrived, Form(form): Form) -> Result<Response> {
    let (ticket, next) = (form.get("ticket"), form.get("next"));
    match ops::second(&app, ticket, form.get("code")).await {
        Ok(token) => {
            let mut response = see_other(if ui::link::is_inside(next) { next } else { "/" });
            if let Some(cookie) = session_cookie(&token, arrived.secure, None) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(Error::Invalid(problems)) => Ok(ask(&app, ticket, next, &problems)),
        // The ticket has ended: the password again.
        Err(Error::NotSignedIn) => Ok(see_other("/login")),
        Err(e) => Err(e),
    }
}

async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    let said = (query.get("done") == "ended").then_some(words::SECOND_ENDED);
    blocking(move || draw(&app, &signed, &[], said, &[])).await
}

async fn begin(State(app): State<App>, signed: Signed) -> Result<Response> {
    blocking(move || {
        steps::begin(&app, &signed.actor)?;
        Ok(see_other("/account/second"))
    })
    .await
}

async fn confirm(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    blocking(move || {
        let outcome = steps::confirm(&app, &signed.actor, form.get("code"));
        shown(&app, &signed, outcome)
    })
    .await
}

async fn renew(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    blocking(move || {
        let outcome = steps::renew(&app, &signed.actor, form.get("code"));
        shown(&app, &signed, outcome)
    })
    .await
}

/// The recovery codes, once, in the answer itself: a secret must not stand in an address.
fn shown(app: &App, signed: &Signed, outcome: Result<Vec<String>>) -> Result<Response> {
    match outcome {
        Ok(codes) => Ok(draw(app, signed, &[], None, &codes)?.into_response()),
        Err(Error::Invalid(problems)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(app, signed, &problems, None, &[])?).into_response())
        }
        Err(e) => Err(e),
    }
}

async fn end(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    blocking(move || match steps::end(&app, &signed.actor, form.get("code")) {
        Ok(()) => Ok(see_other("/account/second?done=ended")),
        Err(Error::Invalid(problems)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &signed, &problems, None, &[])?).into_response())
        }
        Err(e) => Err(e),
    })
    .await
}

fn draw(app: &App, signed: &Signed, problems: &[Problem], said: Option<&str>, codes: &[String]) -> Result<Markup> {
    let (step, shared) = app.db.read(|tx| Ok((store::get(tx, signed.account)?, store::shared(tx, signed.account)?)))?;
    let mut frame = shell(app, signed, words::SECOND);
    frame.crumbs.push(ui::Crumb::new(words::MY_ACCOUNT, "/account"));
    frame.lead = Some(html! { (words::SECOND_LEAD) });
    frame.notices.extend(said.map(|text| Notice::new(Tone::Good, text)));
    if steps::is_owed(app, &signed.actor)? {
        frame.notices.push(Notice::new(Tone::Warn, words::SECOND_FIRST));
    }
    let form = |action: &str, title: &str, button: &str, problems: &[Problem]| {
        let frame = ui::Form { action: action.into(), actions: vec![Action::new(button)], ..ui::Form::default() };
        ui::form(&frame, ui::fieldset("", title, &[code_field(problems)]))
    };
    let body = match (step, shared) {
        (Some(step), _) => html! {
            @if !codes.is_empty() {
                (ui::notice(Tone::Good, words::SECOND_CODES, html! {
                    p { (words::SECOND_CODES_ONCE) }
                    ul { @for code in codes { li { code { (code) } } } }
                }))
            }
            (ui::panel("state", words::SECOND_ON, None, html! {
                p { (words::second_since(&Millis(step.since_ms).display(), step.codes.len())) }
            }))
            (ui::problems_summary(problems, &|_| None))
            (form("/account/second/codes", words::SECOND_NEW_CODES, words::SECOND_NEW_CODES, &[]))
            @if !steps::is_duty(app, &signed.actor) {
                (form("/account/second/end", words::SECOND_END, words::SECOND_END, &[]))
            }
        },
        (None, Some(secret)) => html! {
            (ui::problems_summary(problems, &|_| None))
            (ui::panel("share", words::SECOND_SHARE, None, html! {
                ol {
                    li { (words::SECOND_APP) }
                    li {
                        (words::SECOND_SCAN)
                        p { (ui::qr(words::SECOND_SCAN, &model::address(&secret, &frame.system, &signed.login), SECRET_QR_SIDE)) }
                        p { (words::SECOND_TYPE) " " code { (model::readable(&secret)) } }
                    }
                    li { (words::SECOND_TYPE_CODE) }
                }
            }))
            (form("/account/second", "", words::SECOND_DO, problems))
        },
        (None, None) => html! {
            form action="/account/second/begin" method="post" { button.primary { (words::SECOND_BEGIN) } }
        },
    };
    Ok(ui::page(&frame, body))
}
