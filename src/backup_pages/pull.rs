//! What second hosts ask: no person, no session, a credential of their own. Sealed files only, in pieces, a
//! few at a time, so that no second host slows the pages down.

use crate::app::App;
use crate::backup::followers::{self, Ask, Offer};
use crate::error::{Error, Result};
use crate::http::{JsonBody, blocking};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Answered at once.
static TURNS: Semaphore = Semaphore::const_new(4);
/// Who comes too many asks again after so long.
const AGAIN_S: u32 = 1;

/// Which piece of which file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    name: String,
    from: u64,
}

fn credential(headers: &HeaderMap) -> Result<String> {
    let value = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (scheme, token) = value.split_once(' ').ok_or(Error::NotSignedIn)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim().to_owned()) } else { Err(Error::NotSignedIn) }
}

fn turn() -> Result<SemaphorePermit<'static>> {
    TURNS.try_acquire().map_err(|_| Error::Busy { retry_after_s: AGAIN_S })
}

/// Hears how far a second host is, and names what it lacks.
pub(super) async fn offer(
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Json<Offer>> {
    let _turn = turn()?;
    let credential = credential(&headers)?;
    blocking(move || followers::offer(&app, followers::by_credential(&app, &credential)?, &ask)).await.map(Json)
}

/// Gives a piece of a file.
pub(super) async fn piece(
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Response> {
    let _turn = turn()?;
    let credential = credential(&headers)?;
    let bytes = blocking(move || {
        followers::by_credential(&app, &credential)?;
        followers::piece(&app.config.data, &wanted.name, wanted.from)
    })
    .await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
