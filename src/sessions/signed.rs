//! From request to [`Actor`]: once per request, before any handler.

use super::ops::{self, MustChange};
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Announced, Arrived, Viewer, blocking, letters_wanted, session_token, too_many};
use crate::outage;
use crate::second_step;
use crate::ui::{Icon, Letters, Nav, Shell, words};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use std::ops::Deref;
use std::sync::Arc;

/// A signed-in person; a handler that takes it is never reached by anybody else.
#[derive(Clone)]
pub struct Signed {
    /// Who.
    pub actor: Actor,
    /// The name of their unit.
    pub unit: String,
    /// The session's token, to end it.
    pub token: Arc<str>,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// Whether a second step must be set up before anything else.
    pub must_enrol: bool,
    /// The path asked for, for the menu.
    pub path: String,
    /// How large they want the letters.
    pub letters: Letters,
}

impl Deref for Signed {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

/// Requests of one account at once: a browser opens six connections, a program perhaps some more.
const ACCOUNT_MOST: usize = 32;

/// The layer that finds out who asks.
pub async fn identify(State(app): State<App>, arrived: Arrived, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/a/") {
        return next.run(request).await;
    }
    let api = path.starts_with("/api/");
    let token =
        if api { bearer(&request) } else { session_token(request.headers(), arrived.secure).map(str::to_owned) };
    let letters = letters_wanted(request.headers());
    let mut viewer = None;
    let mut place = None;
    if let Some(token) = token {
        let parts = app.clone();
        let found = blocking(move || {
            let (actor, must_change) =
                if api { (ops::by_bearer(&parts, &token)?, MustChange::No) } else { ops::by_session(&parts, &token)? };
            let must_enrol = !api && second_step::ops::is_owed(&parts, &actor)?;
            let unit = parts.tree().get(actor.unit).map(|u| u.name(parts.today()).to_owned()).unwrap_or_default();
            let must_change = must_change == MustChange::Yes;
            Ok(Signed { actor, unit, token: token.into(), must_change, must_enrol, path, letters })
        })
        .await;
        match found {
            Ok(signed) => {
                let Some(one) = app.crowd.take(signed.account, ACCOUNT_MOST) else {
                    return too_many(&app.metrics);
                };
                place = Some(one);
                viewer = Some(Viewer {
                    actor: signed.actor.clone(),
                    unit: signed.unit.clone(),
                    nav: nav(&signed.actor, &signed.path),
                    letters,
                });
                request.extensions_mut().insert(signed);
            }
            Err(Error::NotSignedIn) => {}
            Err(e) => return axum::response::IntoResponse::into_response(e),
        }
    }
    let mut response = next.run(request).await;
    drop(place);
    // A page that says what went wrong tells it too; it is drawn later, by who knows no feature.
    if !response.status().is_success()
        && let Ok(Some(notice)) = blocking(move || Ok(outage::ops::notice(&app))).await
    {
        response.extensions_mut().insert(Announced(notice));
    }
    if let Some(viewer) = viewer {
        response.extensions_mut().insert(viewer);
    }
    response
}

fn bearer(request: &Request) -> Option<String> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let signed = parts.extensions.get::<Self>().cloned().ok_or(Error::NotSignedIn)?;
        if signed.must_change && !matches!(parts.uri.path(), "/account" | "/account/password" | "/logout") {
            return Err(Error::Denied(words::CHANGE_PASSWORD_FIRST.into()));
        }
        let about_it = parts.uri.path().starts_with("/account") || parts.uri.path() == "/logout";
        if signed.must_enrol && !about_it {
            return Err(Error::Denied(words::SECOND_FIRST.into()));
        }
        Ok(signed)
    }
}

/// The main menu.
pub(super) fn nav(actor: &Actor, path: &str) -> Vec<Nav> {
    let mut nav = vec![
        Nav::new(words::HOME, "/", path).with(Icon::Home),
        Nav::new(words::NAV_PUPILS, "/records/pupil", path).with(Icon::Learners),
        Nav::new(words::NAV_CLASSES, "/records/class", path).with(Icon::Classes),
        Nav::new(words::NAV_STAFF, "/records/staff", path).with(Icon::Staff),
        Nav::new(words::NAV_ALL_KINDS, "/records", path).with(Icon::Records),
        Nav::new(words::NAV_UNITS, "/units", path).with(Icon::Units),
    ];
    if let Some(all) = nav.iter_mut().find(|n| n.href == "/records") {
        all.here = path == "/records";
    }
    if actor.may(Right::ManageAccounts) {
        nav.push(Nav::new(words::NAV_ACCOUNTS, "/accounts", path).with(Icon::Accounts));
    }
    if actor.may(Right::ManageBackups) {
        nav.push(Nav::new(words::BACKUP, "/backup", path).with(Icon::Backup));
    }
    if actor.may(Right::ManageSystem) {
        nav.push(Nav::new(words::HEALTH, "/health", path).with(Icon::Health));
        nav.push(Nav::new(words::OUTAGE, "/outage", path).with(Icon::Info));
    }
    nav
}

/// The frame of a page for this person.
pub fn shell<'a>(app: &App, signed: &'a Signed, title: impl Into<String>) -> Shell<'a> {
    Shell {
        actor: Some(&signed.actor),
        unit: signed.unit.clone(),
        system: system_name(app),
        title: title.into(),
        nav: nav(&signed.actor, &signed.path),
        today: Some(app.clock.today()),
        letters: signed.letters,
        path: signed.path.clone(),
        notices: outage::ops::notice(app).into_iter().collect(),
        ..Shell::default()
    }
}

/// The product's name on pages: "CSDL giáo dục" and the province.
pub fn system_name(app: &App) -> String {
    let tree = app.tree();
    let province = tree.root().map(|r| r.name(app.today()).to_owned()).unwrap_or_default();
    let province = province.strip_prefix("Sở Giáo dục và Đào tạo ").unwrap_or(&province);
    format!("{} {province}", words::SYSTEM).trim().to_owned()
}
