//! The planned outage as JSON.

use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::http::{JsonBody, Routes, blocking};
use crate::outage::ops::{self, Typed};
use crate::sessions::Signed;
use crate::ui::words;
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// The routes of the twin.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/api/v1/outage", current)
        .put("/api/v1/outage", announce)
        .post("/api/v1/outage/withdraw", withdraw)
}

/// An outage to announce: times in RFC 3339.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    text: String,
    from: String,
    to: String,
    /// Although it is later than the law wants.
    #[serde(default)]
    sooner: bool,
}

/// Public, as the sign-in page is.
async fn current(State(app): State<App>) -> Result<Response> {
    blocking(move || Ok(Json(told(&app)?).into_response())).await
}

fn told(app: &App) -> Result<Value> {
    let outage = ops::current(app)?.map(|outage| {
        json!({
            "text": outage.text,
            "from": Millis(outage.from_ms).rfc3339(),
            "to": Millis(outage.to_ms).rfc3339(),
            "begun": outage.has_begun(app.clock.now()),
        })
    });
    Ok(json!({ "outage": outage }))
}

async fn announce(State(app): State<App>, signed: Signed, JsonBody(body): JsonBody<Body>) -> Result<Response> {
    let moment = |name: &str, text: &str| {
        let read = text.parse::<jiff::Timestamp>().map(|at| Millis(at.as_millisecond()));
        read.map_err(|_| Error::Bad(words::bad_parameter(name, "thời điểm, ví dụ 2026-12-05T20:00:00+07:00")))
    };
    let typed = Typed {
        text: body.text,
        from: Some(moment("from", &body.from)?),
        to: Some(moment("to", &body.to)?),
        sooner: body.sooner,
    };
    blocking(move || {
        ops::announce(&app, &signed.actor, &typed)?;
        Ok(Json(told(&app)?).into_response())
    })
    .await
}

async fn withdraw(State(app): State<App>, signed: Signed) -> Result<Response> {
    blocking(move || {
        ops::withdraw(&app, &signed.actor)?;
        Ok(Json(told(&app)?).into_response())
    })
    .await
}
