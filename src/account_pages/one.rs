//! Giving an account, and one account: what it is, what was done to it, and its buttons.

use super::{Standing, role_choices};
use crate::accounts::model::Account;
use crate::accounts::ops::{self, CLOSE_REASONS, Granted, NewUse};
use crate::accounts::{grant, store};
use crate::actor::{Right, Role};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, Pairs, Query, blocking, see_other};
use crate::id::{AccountId, UnitId};
use crate::sessions::{Signed, shell};
use crate::store::history;
use crate::ui::{self, Choice, Field, Link, Markup, Notice, Shell, Tone, html, words};
use crate::unit_pages::choose::{self, Chosen};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// So many entries of the log are shown.
const LOG_SHOWN: usize = 20;

/// The account a path names, if it lies in scope.
fn account_at(app: &App, signed: &Signed, text: &str) -> Result<Account> {
    let id: AccountId = text.parse().map_err(|_| Error::NotFound)?;
    let account =
        app.db.read(|tx| store::get(tx, id))?.filter(|a| signed.actor.scope.has(a.unit)).ok_or(Error::NotFound)?;
    signed.actor.require(Right::ManageAccounts)?;
    Ok(account)
}

fn frame<'a>(app: &App, signed: &'a Signed, title: impl Into<String>) -> Shell<'a> {
    let mut frame = shell(app, signed, title);
    frame.crumbs.push(ui::Crumb::new(words::NAV_ACCOUNTS, "/accounts"));
    frame
}

fn unit_name(app: &App, unit: UnitId) -> String {
    app.tree().get(unit).map(|u| u.name(app.today()).to_owned()).unwrap_or_default()
}

fn facts_of(app: &App, account: &Account) -> Markup {
    let made = Millis(account.created_ms).display();
    let closed = account.closed_ms.map(|ms| Millis(ms).display()).unwrap_or_default();
    let unit = html! { a href={ "/units/" (account.unit) } { (unit_name(app, account.unit)) } };
    let mut facts = vec![
        ui::Fact::text(words::LOGIN_NAME, &account.login),
        ui::Fact::text(words::FULL_NAME, &account.name),
        ui::Fact::text(words::ROLE, words::role(account.role)),
        ui::Fact::markup(words::UNIT, unit),
        ui::Fact::text(words::MADE_ON, &made),
    ];
    if !closed.is_empty() {
        facts.push(ui::Fact::text(words::CLOSED_ON, &closed));
    }
    ui::facts(&facts)
}

/// One account.
pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(query): Query,
) -> Result<Markup> {
    blocking(move || {
        let account = account_at(&app, &signed, &id)?;
        let notice = (query.get("done") == "closed").then_some(words::ACCOUNT_CLOSED_NOW);
        draw(&app, &signed, &account, &[], notice)
    })
    .await
}

fn draw(app: &App, signed: &Signed, account: &Account, problems: &[Problem], notice: Option<&str>) -> Result<Markup> {
    let mut frame = frame(app, signed, account.name.clone());
    frame.badges = Some(Standing::of(account).badge());
    frame.notices.extend(notice.map(|text| Notice::new(Tone::Good, text)));
    let own = account.id == signed.actor.account;
    let may = !own && grant::may_grant(&app.spec, &app.tree(), app.today(), &signed.actor, account.role, account.unit);
    let body = html! {
        (ui::panel("facts", words::NAV_ACCOUNTS, None, facts_of(app, account)))
        @if own {
            (ui::panel("actions", words::ACTIONS, None, html! { p { (words::NOT_OWN_ACCOUNT) " " a href="/account" { (words::MY_ACCOUNT) } } }))
        } @else if !may {
            (ui::panel("actions", words::ACTIONS, None, html! { p { (words::ACCOUNT_NOT_YOURS) } }))
        } @else {
            (actions(app, account, problems))
        }
        (log(app, account)?)
    };
    Ok(ui::page(&frame, body))
}

fn actions(app: &App, account: &Account, problems: &[Problem]) -> Markup {
    let key = app.chance.token::<12>();
    let to = |act: &str| format!("/accounts/{}/{act}", account.id);
    let one = |act: &str, label: &str, hint: &str| {
        ui::panel(
            act,
            label,
            None,
            html! {
                p.hint { (hint) }
                (ui::form(&ui::Form { action: to(act), key: key.clone(), actions: vec![ui::Action::new(label)], ..ui::Form::default() }, html! {}))
            },
        )
    };
    if account.closed_ms.is_some() {
        return one("reopen", words::REOPEN_ACCOUNT, words::REOPEN_ACCOUNT_HINT);
    }
    let reasons = CLOSE_REASONS.iter().map(|(k, label)| Choice::new(*k, *label)).collect();
    let reason = Field::select("reason", words::CLOSE_REASON, reasons).required(true).problems(problems);
    html! {
        (one("reset", words::RESET_PASSWORD, words::RESET_PASSWORD_HINT))
        (ui::panel("close", words::CLOSE_ACCOUNT, None, html! {
            p.hint { (words::CLOSE_ACCOUNT_HINT) }
            (ui::form(
                &ui::Form {
                    action: to("close"),
                    key: key.clone(),
                    actions: vec![ui::Action { danger: true, ..ui::Action::new(words::CLOSE_ACCOUNT) }],
                    ..ui::Form::default()
                },
                html! { div.fields { (ui::field(&reason)) } },
            ))
        }))
    }
}

/// What was done to the account, by whom and when.
fn log(app: &App, account: &Account) -> Result<Markup> {
    let versions = app.db.read(|tx| history::versions(tx, &store::key(account.id), LOG_SHOWN))?;
    let reason = |note: &str| {
        let key = serde_json::from_str::<serde_json::Value>(note).ok()?.get("reason")?.as_str()?.to_owned();
        CLOSE_REASONS.iter().find(|(k, _)| *k == key).map(|(_, label)| *label)
    };
    Ok(ui::panel(
        "log",
        words::ACCOUNT_LOG,
        None,
        html! {
            ol.happenings { @for version in &versions {
                li {
                    span.when { (version.entry.time.display()) } " " (words::action(&version.entry.action)) ", " (version.entry.who.login)
                    @if let Some(reason) = reason(&version.note) { " " span.detail { "(" (reason) ")" } }
                }
            } }
        },
    ))
}

/// The form for giving an account.
pub(super) async fn new_form(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageAccounts)?;
    blocking(move || {
        let mut known = query;
        if known.get("unit").is_empty() && known.get("unit.text").is_empty() {
            known = Pairs::parse(format!("unit={}", signed.actor.unit).as_bytes(), 2)?;
        }
        if choose::chosen(&app.tree(), &signed, &known, "unit", app.today()) == Chosen::None {
            return Err(Error::NotFound);
        }
        Ok(new_markup(&app, &signed, &known, "", &app.chance.token::<12>(), &[]))
    })
    .await
}

/// The unit an account is for: in scope, or not chosen yet.
fn unit_of(app: &App, signed: &Signed, typed: &Pairs) -> Chosen {
    choose::chosen(&app.tree(), signed, typed, "unit", app.today())
}

fn new_markup(app: &App, signed: &Signed, typed: &Pairs, look: &str, key: &str, problems: &[Problem]) -> Markup {
    let tree = app.tree();
    let day = app.today();
    let chosen = unit_of(app, signed, typed);
    let roles = match chosen {
        Chosen::Unit(unit) => grant::grantable(&app.spec, &tree, day, &signed.actor, unit),
        Chosen::None | Chosen::Unclear(_) => Vec::new(),
    };
    let fixed = matches!(&signed.actor.scope, crate::actor::Scope::Units(units) if units.len() < 2);
    let unit =
        choose::field(&tree, signed, typed, "unit", words::UNIT, day, look == "unit").required(true).problems(problems);
    let none = matches!(chosen, Chosen::Unit(_)) && roles.is_empty();
    let mut role = Field::select("role", words::ROLE, role_choices(&roles))
        .value(typed.get("role"))
        .required(true)
        .problems(problems);
    if !roles.iter().any(|r| r.key() == role.value) {
        role.value.clear();
    }
    let fields = [
        role.hint(if none { words::NO_ROLE_HERE } else { words::ROLE_HINT }),
        Field::text("name", words::FULL_NAME, 100)
            .value(typed.get("name"))
            .required(true)
            .problems(problems)
            .hint(words::ONE_PERSON_HINT),
        Field::text("login", words::LOGIN_NAME, 64)
            .value(typed.get("login"))
            .required(true)
            .problems(problems)
            .hint(words::LOGIN_PATTERN),
    ];
    let form = ui::Form {
        action: "/accounts/new".into(),
        key: key.to_owned(),
        hidden: if fixed { vec![("unit".into(), signed.actor.unit.to_string())] } else { Vec::new() },
        actions: vec![ui::Action::new(words::GRANT_ACCOUNT)],
        cancel: Some("/accounts".into()),
        ..ui::Form::default()
    };
    let label = |name: &str| {
        Some(match name {
            "login" => words::LOGIN_NAME.into(),
            "name" => words::FULL_NAME.into(),
            "role" => words::ROLE.into(),
            "unit" => words::UNIT.into(),
            _ => return None,
        })
    };
    let body = html! {
        (ui::problems_summary(problems, &label))
        (ui::form(&form, html! {
            @if fixed {
                (ui::panel("place", words::UNIT, None, html! { p { (signed.unit) } }))
            } @else {
                section.panel {
                    div.head { h2 { (words::UNIT) } }
                    div.fields { (ui::field(&unit)) }
                    p { button.small name="_do" value="roles" { (words::SHOW_ROLES) } }
                }
            }
            (ui::fieldset("person", words::THE_PERSON, &fields))
        }))
    };
    let mut frame = frame(app, signed, words::GRANT_ACCOUNT);
    frame.lead = Some(html! { (words::GRANT_LEAD) });
    ui::page(&frame, body)
}

/// Gives an account; the password stands in this one answer.
pub(super) async fn create(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageAccounts)?;
    let (pressed, which) = typed.pressed();
    if !pressed.is_empty() {
        return Ok(new_markup(&app, &signed, &typed, which, typed.key(), &[]).into_response());
    }
    let wrong = |problems: &[Problem]| {
        let page = new_markup(&app, &signed, &typed, "", typed.key(), problems);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let unit = match unit_of(&app, &signed, &typed) {
        Chosen::Unit(unit) => unit,
        Chosen::Unclear(found) if !found.is_empty() => {
            return wrong(&[Problem::error("unit", "ref", words::WHICH_UNIT)]);
        }
        Chosen::Unclear(_) => return wrong(&[Problem::error("unit", "ref", words::NO_UNIT_FITS)]),
        Chosen::None if typed.get("unit").is_empty() => {
            return wrong(&[Problem::error("unit", "required", words::UNIT_NEEDED)]);
        }
        Chosen::None => return Err(Error::NotFound),
    };
    let Some(role) = Role::from_key(typed.get("role")) else {
        return wrong(&[Problem::error("role", "required", words::ROLE_NEEDED)]);
    };
    let new = NewUse { login: typed.get("login").into(), name: typed.get("name").into(), role, unit };
    match ops::grant(&app, &signed.actor, new, typed.key().to_owned()).await {
        Ok(granted) => handed_over(app, signed, granted, words::ACCOUNT_GRANTED).await,
        Err(Error::Invalid(problems)) => wrong(&problems),
        Err(e) => Err(e),
    }
}

/// The page that shows a password once, as a slip to be printed and handed over.
async fn handed_over(app: App, signed: Signed, granted: Granted, title: &'static str) -> Result<Response> {
    blocking(move || {
        let account = app.db.read(|tx| store::get(tx, granted.id))?.ok_or(Error::NotFound)?;
        let mut frame = frame(&app, &signed, title);
        frame.crumbs.push(ui::Crumb::new(account.name.clone(), format!("/accounts/{}", account.id)));
        let body = html! {
            @if let Some(password) = &granted.password {
                (ui::notice(Tone::Warn, words::PASSWORD_ONCE, html! { p { (words::PASSWORD_ONCE_HINT) } }))
                (ui::panel("slip", words::SLIP, None, html! {
                    (ui::facts(&[
                        ui::Fact::text(words::FULL_NAME, &account.name),
                        ui::Fact::text(words::UNIT, &unit_name(&app, account.unit)),
                        ui::Fact::text(words::ROLE, words::role(account.role)),
                        ui::Fact::text(words::GIVEN_BY, &format!("{}, {}", signed.actor.name, app.clock.now().display())),
                    ]))
                    (ui::secret(words::LOGIN_NAME, &account.login))
                    (ui::secret(words::FIRST_PASSWORD, password))
                    ul.hint { li { (words::SLIP_CHANGE) } li { (words::LOGIN_CARE) } li { (words::SLIP_HANDOVER) } }
                }))
            } @else {
                (ui::notice(Tone::Info, words::DONE_BEFORE, html! { p { (words::DONE_BEFORE_HINT) } }))
            }
            p {
                a.button href={ "/accounts/" (account.id) } { (words::SEE_ACCOUNT) } " "
                a.button href=(Link::to("/accounts/new").with("unit", account.unit).to_string()) { (words::GRANT_ANOTHER) }
            }
        };
        Ok(ui::page(&frame, body).into_response())
    })
    .await
}

/// Gives somebody a new password.
pub(super) async fn reset(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    typed: Form,
) -> Result<Response> {
    let account = known(&app, &signed, id).await?;
    let granted = ops::reset(&app, &signed.actor, account.id, typed.key().to_owned()).await?;
    handed_over(app, signed, granted, words::PASSWORD_RESET).await
}

/// Opens a closed account again.
pub(super) async fn reopen(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    typed: Form,
) -> Result<Response> {
    let account = known(&app, &signed, id).await?;
    let granted = ops::reopen(&app, &signed.actor, account.id, typed.key().to_owned()).await?;
    handed_over(app, signed, granted, words::ACCOUNT_REOPENED).await
}

/// Closes an account.
pub(super) async fn close(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    typed: Form,
) -> Result<Response> {
    let account = known(&app, &signed, id).await?;
    match ops::close(&app, &signed.actor, account.id, typed.get("reason"), typed.key().to_owned()).await {
        Ok(()) => Ok(see_other(format!("/accounts/{}?done=closed", account.id))),
        Err(Error::Invalid(problems)) => {
            let page = blocking(move || draw(&app, &signed, &account, &problems, None)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e),
    }
}

async fn known(app: &App, signed: &Signed, id: String) -> Result<Account> {
    let (app, signed) = (app.clone(), signed.clone());
    blocking(move || account_at(&app, &signed, &id)).await
}
