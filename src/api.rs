//! The API's front: who am I, the schema as data, one OpenAPI document and one readable page about all
//! of it. What can be done with records and units stands in their features; here it is only described,
//! and a test compares the description with the routes.

mod kinds;
mod openapi;
mod page;
mod table;

pub use openapi::document;
pub use table::{OPERATIONS, Operation};

use crate::actor::{Right, Scope};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Routes;
use crate::sessions::Signed;
use crate::{outage, outage_pages, records, sessions, units};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;

/// The routes of the whole API.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/api/v1", about)
        .get("/api/v1/", about)
        .get("/api/v1/openapi.json", openapi_json)
        .get("/api/v1/me", me)
        .get("/api/v1/spec", spec)
        .get("/api/v1/spec/codes/{list}", codes)
        .merge(records::api::routes())
        .merge(units::api::routes())
        .merge(outage_pages::api::routes())
}

/// The page about the API. Public: it says nothing but what the schema says.
async fn about(State(app): State<App>) -> Response {
    page::page(&app.spec, &sessions::system_name(&app), app.clock.today(), outage::ops::notice(&app)).into_response()
}

/// The OpenAPI document. Public, as the page.
async fn openapi_json(State(app): State<App>) -> Response {
    let text = app.drawn.openapi.get_or_init(|| document(&app.spec).to_string());
    ([(CONTENT_TYPE, "application/json")], text.clone()).into_response()
}

/// Whose token this is and what it may do.
async fn me(State(app): State<App>, signed: Signed) -> Response {
    let actor = &signed.actor;
    let rights = [
        (Right::Edit, "edit"),
        (Right::OpenSensitive, "open_sensitive"),
        (Right::ManageAccounts, "manage_accounts"),
        (Right::ManageUnits, "manage_units"),
        (Right::ReadChanges, "read_changes"),
        (Right::ManageSystem, "manage_system"),
    ];
    let rights: Vec<&str> = rights.into_iter().filter(|(right, _)| actor.may(*right)).map(|(_, key)| key).collect();
    let scope = match &actor.scope {
        Scope::All => json!("all"),
        Scope::Units(units) => units.iter().map(ToString::to_string).collect(),
    };
    Json(json!({
        "login": actor.login,
        "name": actor.name,
        "role": actor.role.key(),
        "unit": actor.unit.to_string(),
        "unit_name": signed.unit,
        "scope": scope,
        "read_only": actor.read_only,
        "rights": rights,
        "today": app.clock.today().to_string(),
        "school_year": crate::clock::school_year(app.clock.today()),
    }))
    .into_response()
}

/// Kinds and fields as data.
async fn spec(State(app): State<App>, _: Signed) -> Response {
    Json(kinds::spec_json(&app.spec)).into_response()
}

/// One code list, with the days each code is in use.
async fn codes(State(app): State<App>, _: Signed, Path(list): Path<String>) -> Result<Response> {
    let list = app.spec.codes.get(&list).ok_or(Error::NotFound)?;
    Ok(Json(kinds::codes_json(&app.spec, list)).into_response())
}
