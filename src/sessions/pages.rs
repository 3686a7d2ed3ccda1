//! Sign in, sign out, one's own account: password and access tokens.

use super::signed::{self, Signed};
use super::{ops, second, shell};
use crate::accounts::{ops as accounts, store as accounts_store};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::http::{
    Arrived, Form, NoCompression, Query, Routes, blocking, end_session_cookie, letters_cookie, see_other,
    session_cookie,
};
use crate::outage;
use crate::ui::{self, Control, Field, Letters, LoginForm, Markup, Notice, Shell, Tone, html, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/login", login_page)
        .post("/login", login)
        .get("/setup", made_already)
        .post("/setup", made_already)
        .post("/logout", logout)
        .post("/letters", set_letters)
        .get("/account", account_page)
        .post("/account/password", change_password)
        .post("/account/tokens", create_token)
        .post("/account/tokens/revoke", revoke_token)
        .merge(second::routes())
}

/// Where the first page was, until there was a province.
async fn made_already() -> Response {
    see_other("/login?from=setup")
}

fn login_response(app: &App, form: &LoginForm, status: StatusCode, notice: Option<Notice>) -> Response {
    let shell = Shell {
        system: signed::system_name(app),
        title: words::SIGN_IN.into(),
        today: Some(app.clock.today()),
        notices: notice.into_iter().chain(outage::ops::notice(app)).collect(),
        ..Shell::default()
    };
    let mut response = (status, ui::page(&shell, ui::login(form))).into_response();
    response.extensions_mut().insert(NoCompression);
    response
}

async fn login_page(State(app): State<App>, Query(query): Query) -> Response {
    let next = query.get("next").to_owned();
    let notice = (query.get("from") == "setup").then(|| Notice::new(Tone::Info, words::SETUP_OVER));
    login_response(&app, &LoginForm { next, ..LoginForm::default() }, StatusCode::OK, notice)
}

async fn login(State(app): State<App>, arrived: Arrived, Form(form): Form) -> Result<Response> {
    let next = form.get("next").to_owned();
    match ops::sign_in(&app, form.get("login"), form.get("password")).await {
        Ok(ops::SignedIn::Second(ticket)) => Ok(second::ask(&app, &ticket, &next, &[])),
        Ok(ops::SignedIn::Session(token)) => {
            let to = if ui::link::is_inside(&next) { next } else { "/".into() };
            let mut response = see_other(to);
            if let Some(cookie) = session_cookie(&token, arrived.secure, None) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(Error::Invalid(problems)) => {
            let problem = problems.into_iter().next().map(|p| p.message);
            let login = crate::text::clean(form.get("login")).chars().take(100).collect();
            Ok(login_response(&app, &LoginForm { login, next, problem }, StatusCode::UNPROCESSABLE_ENTITY, None))
        }
        Err(e) => Err(e),
    }
}

/// Whose session has ended already, or who clicks twice, is signed out all the same.
async fn logout(State(app): State<App>, arrived: Arrived, signed: Result<Signed>) -> Result<Response> {
    match signed {
        Ok(signed) => ops::sign_out(&app, &signed.actor, &signed.token).await?,
        Err(Error::NotSignedIn) => {}
        Err(e) => return Err(e),
    }
    let mut response = see_other("/login");
    response.headers_mut().append(SET_COOKIE, end_session_cookie(arrived.secure));
    response.headers_mut().append("clear-site-data", axum::http::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Remembers how large the letters shall be, and goes back to the page that asked.
async fn set_letters(_: Signed, arrived: Arrived, Form(form): Form) -> Response {
    let next = form.get("next");
    let mut response = see_other(if ui::link::is_inside(next) { next } else { "/" });
    if let Some(cookie) = letters_cookie(Letters::from_key(form.get("size")), arrived.secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

async fn account_page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    let notice = match query.get("done") {
        "password" => Some(words::PASSWORD_CHANGED),
        "revoked" => Some(words::TOKEN_REVOKED),
        _ => None,
    };
    blocking(move || account_markup(&app, &signed, &[], notice, None)).await
}

fn account_markup(
    app: &App,
    signed: &Signed,
    problems: &[Problem],
    notice: Option<&str>,
    token: Option<&str>,
) -> Result<Markup> {
    let tokens = app.db.read(|tx| accounts_store::tokens_of(tx, signed.account))?;
    let mut frame = shell(app, signed, words::MY_ACCOUNT);
    if let Some(text) = notice {
        frame.notices.push(Notice::new(Tone::Good, text));
    }
    if signed.must_change {
        frame.notices.push(Notice::new(Tone::Warn, words::CHANGE_PASSWORD_FIRST));
    }
    let facts = ui::facts(&[
        ui::Fact::text(words::LOGIN_NAME, &signed.login),
        ui::Fact::text(words::FULL_NAME, &signed.name),
        ui::Fact::text(words::UNIT, &signed.unit),
        ui::Fact::text(words::ROLE, words::role(signed.role)),
    ]);
    let key = app.chance.token::<12>();
    let password_form = ui::form(
        &ui::Form {
            action: "/account/password".into(),
            key: key.clone(),
            actions: vec![ui::Action::new(words::CHANGE_PASSWORD)],
            ..ui::Form::default()
        },
        ui::fieldset(
            "password",
            words::CHANGE_PASSWORD,
            &[
                Field::new("old_password", words::OLD_PASSWORD, Control::Password { new: false })
                    .required(true)
                    .problems(problems),
                Field::new("new_password", words::NEW_PASSWORD, Control::Password { new: true })
                    .hint(words::PASSWORD_HINT)
                    .required(true)
                    .problems(problems),
                Field::new("again", words::PASSWORD_AGAIN, Control::Password { new: true })
                    .required(true)
                    .problems(problems),
            ],
        ),
    );
    let token_form = ui::form(
        &ui::Form {
            action: "/account/tokens".into(),
            key,
            actions: vec![ui::Action::new(words::MAKE_TOKEN)],
            ..ui::Form::default()
        },
        ui::fieldset(
            "tokens",
            words::MAKE_TOKEN,
            &[
                Field::text("label", words::TOKEN_LABEL, 100)
                    .hint(words::TOKEN_LABEL_HINT)
                    .required(true)
                    .problems(problems),
                Field::new("days", words::TOKEN_DAYS, Control::Number { unit: words::DAYS.into() })
                    .value("90")
                    .problems(problems),
            ],
        ),
    );
    let rows = tokens
        .iter()
        .map(|(hash, token)| ui::Row {
            cells: vec![
                html! { (token.label) },
                html! { (Millis(token.created_ms).display()) },
                html! { (Millis(token.expires_ms).display()) },
                html! {
                    form action="/account/tokens/revoke" method="post" {
                        input type="hidden" name="token" value=(accounts::token_name(hash));
                        button.small { (words::REVOKE) }
                    }
                },
            ],
            ..ui::Row::default()
        })
        .collect();
    let table = ui::Table {
        caption: words::TOKENS.into(),
        columns: vec![
            ui::Column::new(words::TOKEN_LABEL, ui::Shape::Text),
            ui::Column::new(words::MADE_ON, ui::Shape::Code),
            ui::Column::new(words::EXPIRES_ON, ui::Shape::Code),
            ui::Column::new("", ui::Shape::Tools),
        ],
        rows,
        foot: None,
    };
    let body = html! {
        (ui::problems_summary(problems, &|_| None))
        (ui::panel("me", words::MY_ACCOUNT, None, facts))
        (password_form)
        @if !signed.must_change {
            (ui::panel("second", words::SECOND, None, html! {
                p { (words::SECOND_LEAD) }
                p { a href="/account/second" { (words::SECOND_OPEN) } }
            }))
            @if let Some(token) = token {
                (ui::notice(Tone::Good, words::TOKEN_MADE, html! {
                    p { (words::TOKEN_ONCE) }
                    p { code { (token) } }
                }))
            }
            (ui::panel("my-tokens", words::TOKENS, None, html! {
                p.hint { (words::TOKENS_EXPLAINED) " " a href="/api/v1/" { (words::API_PAGE) } }
                @if tokens.is_empty() { (ui::empty(words::NO_TOKENS, "", None)) } @else { (ui::table(&table)) }
            }))
            (token_form)
        }
    };
    Ok(ui::page(&frame, body))
}

async fn change_password(
    State(app): State<App>,
    arrived: Arrived,
    signed: Signed,
    Form(form): Form,
) -> Result<Response> {
    let outcome = if form.get("new_password") == form.get("again") {
        accounts::change_password(&app, &signed.actor, form.get("old_password"), form.get("new_password")).await
    } else {
        Err(Error::invalid("again", "password", words::PASSWORDS_DIFFER))
    };
    match outcome {
        Ok(()) => {
            // All sessions ended with the old password; this person goes on with a new one.
            let token = ops::go_on(&app, &signed.actor).await?;
            let mut response = see_other("/account?done=password");
            if let Some(cookie) = session_cookie(&token, arrived.secure, None) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(Error::Invalid(problems)) => {
            let page = blocking(move || account_markup(&app, &signed, &problems, None, None)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e),
    }
}

async fn create_token(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    let days = form.get("days").trim().parse().unwrap_or(90);
    let label = form.get("label").to_owned();
    blocking(move || match accounts::create_token(&app, &signed.actor, &label, days) {
        // Shown in the answer itself: a secret must not stand in an address.
        Ok(token) => Ok(account_markup(&app, &signed, &[], None, Some(&token))?.into_response()),
        Err(Error::Invalid(problems)) => {
            let page = account_markup(&app, &signed, &problems, None, None)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e),
    })
    .await
}

async fn revoke_token(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    let name = form.get("token").to_owned();
    blocking(move || {
        accounts::revoke_token(&app, &signed.actor, &name)?;
        Ok(see_other("/account?done=revoked"))
    })
    .await
}
