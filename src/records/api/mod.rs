//! The JSON twins of the pages of records, over the same operations. Programs come with a bearer
//! token and see exactly what its owner sees: out of scope is not found, sensitive values are masked
//! until opened, and each opening is logged.

mod changes;
mod search;

use super::feed;
use super::model::{Record, State};
use super::ops::{self, ListQuery, Next, Outcome, Version};
use super::pages::{id_at, kind_at};
use super::view::{self, Mask, Viewer};
use crate::app::App;
use crate::clock::{Millis, start_of_day};
use crate::error::{Error, Problem, Result};
use crate::http::{IdempotencyKey, JsonBody, Pairs, Query, Routes, blocking};
use crate::id::{RecordId, UnitId};
use crate::sessions::Signed;
use crate::spec::{Kind, Raw, json as value_json};
use crate::ui::words;
use axum::extract::{Path, State as AppState};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Json, Response};
use serde::Deserialize;
use serde_json::{Map, Value as JsonValue, json};
use std::str::FromStr;

/// The most rows, hits or entries one answer gives.
pub const LIMIT_MAX: usize = 200;
const LIMIT_USUAL: usize = 50;

type At = Path<(String, String)>;

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/api/v1/search", search::search)
        .get("/api/v1/changes", changes::changes)
        .get("/api/v1/records/{kind}", list)
        .post("/api/v1/records/{kind}", create)
        .get("/api/v1/records/{kind}/{id}", one)
        .put("/api/v1/records/{kind}/{id}", save)
        .get("/api/v1/records/{kind}/{id}/history", history)
        .post("/api/v1/records/{kind}/{id}/open", open)
        .post("/api/v1/records/{kind}/{id}/state", set_state)
        .post("/api/v1/records/{kind}/{id}/verify", verify)
        .post("/api/v1/records/{kind}/{id}/restore", restore)
}

/// A query parameter, if it came and is not empty.
fn parameter<T: FromStr>(query: &Pairs, name: &str, wanted: &str) -> Result<Option<T>> {
    match query.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::Bad(words::bad_parameter(name, wanted))),
    }
}

/// `limit`: 1 to [`LIMIT_MAX`].
fn limit_of(query: &Pairs) -> Result<usize> {
    let limit = parameter(query, "limit", "số từ 1 đến 200")?.unwrap_or(LIMIT_USUAL);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(Error::Bad(words::bad_parameter("limit", "số từ 1 đến 200")))
    }
}

/// A record with its title.
fn titled(app: &App, signed: &Signed, record: &Record, mask: Mask) -> Result<JsonValue> {
    let row = super::model::Row::encode(record, &app.names);
    let title = app.db.read(|tx| Ok(Viewer::new(tx, app, &signed.actor).row_title(record.kind, record.id, &row)))?;
    let mut out = view::json(app, record, mask);
    out["title"] = title.into();
    Ok(out)
}

/// A page of one unit's records.
async fn list(
    AppState(app): AppState<App>,
    signed: Signed,
    Path(kind): Path<String>,
    Query(query): Query,
) -> Result<Response> {
    let kind = kind_at(&app, &kind)?;
    let unit = match query.get("unit") {
        "" => signed.actor.unit,
        text => text.parse().map_err(|_| Error::NotFound)?,
    };
    let year = parameter(&query, "year", "năm đầu của năm học, ví dụ 2026")?;
    let mut states = Vec::new();
    for key in query.all("state").filter(|s| !s.is_empty()) {
        states.push(State::from_key(key).ok_or_else(|| Error::Bad(words::UNKNOWN_STATE.into()))?);
    }
    let asked = ListQuery {
        kind,
        unit,
        year: year.unwrap_or_else(|| crate::clock::school_year(app.clock.today())),
        refers: None,
        states,
        waiting: None,
        filters: Vec::new(),
        sort: None,
        after: parameter(&query, "after", "giá trị next của trang trước")?,
        offset: 0,
        limit: limit_of(&query)?,
    };
    blocking(move || {
        let page = ops::list(&app, &signed.actor, &asked)?;
        let records = app.db.read(|tx| {
            let mut viewer = Viewer::new(tx, &app, &signed.actor);
            page.rows
                .iter()
                .map(|(id, row)| {
                    let mut out = view::json(&app, &row.decode(&app.names, kind, *id)?, Mask::On);
                    out["title"] = viewer.row_title(kind, *id, row).into();
                    Ok(out)
                })
                .collect::<Result<Vec<_>>>()
        })?;
        let next = match page.next {
            Some(Next::After(position)) => Some(position.to_string()),
            Some(Next::Offset(_)) | None => None,
        };
        Ok(Json(json!({ "records": records, "next": next })).into_response())
    })
    .await
}

/// One record, now or (`at`) at the end of a day.
async fn one(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    Query(query): Query,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    blocking(move || {
        let at = query.get("at");
        if !at.is_empty() {
            let day = crate::spec::date_of(at).map_err(Error::Bad)?.last_day();
            let moment = Millis(start_of_day(day.tomorrow().unwrap_or(day)).0 - 1);
            let record = ops::as_of(&app, &signed.actor, kind, id, moment)?;
            return Ok(Json(titled(&app, &signed, &record, Mask::On)?).into_response());
        }
        let record = ops::get(&app, &signed.actor, kind, id)?;
        let mut out = titled(&app, &signed, &record, Mask::On)?;
        out["problems"] = standing(&app, &record, Mask::On)?;
        Ok(Json(out).into_response())
    })
    .await
}

/// What a record has to complain of now; not of what is masked.
fn standing(app: &App, record: &Record, mask: Mask) -> Result<JsonValue> {
    let kind = &app.spec.kinds[record.kind];
    let hidden =
        |p: &Problem| kind.field_at(&p.field).is_some_and(|(f, c)| f.sensitive || c.is_some_and(|c| c.sensitive));
    let shown: Vec<Problem> =
        ops::problems(app, record)?.into_iter().filter(|p| mask == Mask::Off || !hidden(p)).collect();
    Ok(json!(shown))
}

/// A unit as programs write it: `"12"` or `12`.
#[derive(Clone, Copy, Debug)]
struct UnitGiven(UnitId);

impl<'de> Deserialize<'de> for UnitGiven {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Number(u32),
            Text(String),
        }
        match Given::deserialize(d)? {
            Given::Number(n) => Ok(Self(UnitId(n))),
            Given::Text(text) => text.parse().map(Self).map_err(|_| serde::de::Error::custom("unit: digits")),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    unit: Option<UnitGiven>,
    year: Option<u16>,
    fields: Map<String, JsonValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveBody {
    version: u32,
    fields: Map<String, JsonValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateBody {
    version: u32,
    state: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionBody {
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoreBody {
    version: u32,
    restore: u32,
}

fn raw_of(fields: &Map<String, JsonValue>) -> Result<Raw> {
    Raw::from_json(fields).map_err(|key| Error::invalid(&key, "type", words::NO_SUCH_FIELD_VALUE))
}

/// What a change left: enough to go on with, and the same when the request is repeated.
fn saved(kind: &Kind, outcome: &Outcome) -> Json<JsonValue> {
    Json(json!({ "kind": kind.key, "id": outcome.id.to_string(), "version": outcome.version }))
}

/// Makes a record.
async fn create(
    AppState(app): AppState<App>,
    signed: Signed,
    Path(kind): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<NewBody>,
) -> Result<Response> {
    let kind = kind_at(&app, &kind)?;
    let unit = body.unit.map_or(signed.actor.unit, |u| u.0);
    let year = body.year.unwrap_or_else(|| crate::clock::school_year(app.clock.today()));
    let outcome = ops::create(&app, &signed.actor, kind, unit, year, raw_of(&body.fields)?, key).await?;
    let kind = &app.spec.kinds[kind];
    let address = format!("/api/v1/records/{}/{}", kind.key, outcome.id);
    Ok((StatusCode::CREATED, [(LOCATION, address)], saved(kind, &outcome)).into_response())
}

/// Answers a change of a record; a stale one with the record as it is now.
async fn answer(app: App, signed: Signed, kind: usize, id: RecordId, outcome: Result<Outcome>) -> Result<Response> {
    match outcome {
        Ok(outcome) => Ok(saved(&app.spec.kinds[kind], &outcome).into_response()),
        Err(Error::Stale { current, .. }) => {
            blocking(move || {
                let record = titled(&app, &signed, &ops::get(&app, &signed.actor, kind, id)?, Mask::On)?;
                let message = words::error(StatusCode::CONFLICT.as_u16(), None).what;
                let error = json!({ "code": "stale", "message": message, "problems": [], "current_version": current });
                Ok((StatusCode::CONFLICT, Json(json!({ "error": error, "record": record }))).into_response())
            })
            .await
        }
        Err(e) => Err(e),
    }
}

/// Saves the given fields; the others stay.
async fn save(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<SaveBody>,
) -> Result<Response> {
    let (kind, id) = seen(&app, &signed, &kind, &id).await?;
    let outcome = ops::save(&app, &signed.actor, kind, id, body.version, raw_of(&body.fields)?, key).await;
    answer(app, signed, kind, id, outcome).await
}

/// Changes where a record stands.
async fn set_state(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<StateBody>,
) -> Result<Response> {
    let (kind, id) = seen(&app, &signed, &kind, &id).await?;
    let state = State::from_key(&body.state).ok_or_else(|| Error::invalid("state", "code", words::UNKNOWN_STATE))?;
    let outcome = ops::set_state(&app, &signed.actor, kind, id, body.version, state, key).await;
    answer(app, signed, kind, id, outcome).await
}

/// Marks a record as compared with the papers.
async fn verify(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<VersionBody>,
) -> Result<Response> {
    let (kind, id) = seen(&app, &signed, &kind, &id).await?;
    let outcome = ops::verify(&app, &signed.actor, kind, id, body.version, key).await;
    answer(app, signed, kind, id, outcome).await
}

/// Brings back an earlier version as a new one.
async fn restore(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<RestoreBody>,
) -> Result<Response> {
    let (kind, id) = seen(&app, &signed, &kind, &id).await?;
    let outcome = ops::restore(&app, &signed.actor, kind, id, body.version, body.restore, key).await;
    answer(app, signed, kind, id, outcome).await
}

/// The record a path names, if it may be seen: asked before anything else, so that what a body says
/// makes no difference between what is out of scope and what is not there.
async fn seen(app: &App, signed: &Signed, kind: &str, id: &str) -> Result<(usize, RecordId)> {
    let (kind, id) = (kind_at(app, kind)?, id_at(id)?);
    let (app, actor) = (app.clone(), signed.actor.clone());
    blocking(move || app.db.read(|tx| ops::visible_row(tx, &app, &actor, kind, id).map(drop))).await?;
    Ok((kind, id))
}

/// The masked fields as well; the opening is in the log before they are given.
async fn open(AppState(app): AppState<App>, signed: Signed, Path((kind, id)): At) -> Result<Response> {
    let (kind, id) = seen(&app, &signed, &kind, &id).await?;
    let record = ops::open_sensitive(&app, &signed.actor, kind, id).await?;
    blocking(move || {
        let mut out = titled(&app, &signed, &record, Mask::Off)?;
        out["problems"] = standing(&app, &record, Mask::Off)?;
        Ok(Json(out).into_response())
    })
    .await
}

/// The versions of a record, newest first.
async fn history(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    Query(query): Query,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    let limit = limit_of(&query)?;
    blocking(move || {
        let versions = ops::history_of(&app, &signed.actor, kind, id, limit)?;
        let list: Vec<JsonValue> = versions.iter().map(|v| version_json(&app.spec.kinds[kind], v)).collect();
        Ok(Json(json!({ "versions": list })).into_response())
    })
    .await
}

fn version_json(kind: &Kind, version: &Version) -> JsonValue {
    let changes: Vec<JsonValue> = version
        .changes
        .iter()
        .map(|(at, before, now)| {
            let field = &kind.fields[*at];
            if field.hides() {
                return json!({ "field": field.key, "masked": true });
            }
            let text = |value: &Option<_>| value.as_ref().map(|v| value_json(field, v));
            json!({ "field": field.key, "before": text(before), "after": text(now) })
        })
        .collect();
    json!({
        "seq": version.seq,
        "time": version.time.rfc3339(),
        "login": version.login,
        "action": version.action,
        "batch": (version.batch != 0).then_some(version.batch),
        "version": version.record.header.version,
        "state": version.record.header.state.key(),
        "changes": changes,
    })
}
