//! Units as JSON, on any day; a unit with all its dated facts and its story.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Query, Routes, blocking};
use crate::id::UnitId;
use crate::sessions::Signed;
use crate::tree::{Dated, Day, ParentRole, Unit, date_of, day_of};
use crate::ui::words;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Map, Value, json};

/// The most units one answer gives.
const LIMIT_MAX: usize = 200;

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new().get("/api/v1/units", list).get("/api/v1/units/{id}", one)
}

/// The day a query names; today without.
fn day(app: &App, text: &str) -> Result<Day> {
    if text.is_empty() {
        Ok(app.today())
    } else {
        Ok(day_of(crate::spec::date_of(text).map_err(Error::Bad)?.last_day()))
    }
}

/// The units of the scope in order of number.
async fn list(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    let number = |name: &str| match query.get(name) {
        "" => Ok(None),
        text => text.parse::<u32>().map(Some).map_err(|_| Error::Bad(words::bad_parameter(name, "một số"))),
    };
    let day = day(&app, query.get("at"))?;
    let after = UnitId(number("after")?.unwrap_or(0));
    let limit = number("limit")?.map_or(LIMIT_MAX, |n| n as usize);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Error::Bad(words::bad_parameter("limit", "số từ 1 đến 200")));
    }
    blocking(move || {
        let tree = app.tree();
        let mut found: Vec<&Unit> = tree
            .all()
            .map(AsRef::as_ref)
            .filter(|u: &&Unit| u.id > after && signed.scope.has(u.id))
            .take(limit + 1)
            .collect();
        let next = (found.len() > limit).then(|| found[limit - 1].id.to_string());
        found.truncate(limit);
        let units: Vec<Value> = found.into_iter().map(|u| short(u, day)).collect();
        Ok(Json(json!({ "units": units, "next": next })).into_response())
    })
    .await
}

/// One unit on a day, and all its facts.
async fn one(State(app): State<App>, signed: Signed, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let id: UnitId = id.parse().map_err(|_| Error::NotFound)?;
    let tree = app.tree();
    let unit = tree.get(id).filter(|u| signed.scope.has(u.id)).ok_or(Error::NotFound)?;
    let mut out = short(unit, day(&app, query.get("at"))?);
    out["facts"] = json!({
        "names": dated(&unit.names, Value::from),
        "types": dated(&unit.types, Value::from),
        "levels": dated(&unit.levels, Value::from),
        "codes": dated(&unit.codes, |c| json!({ "scheme": c.scheme, "code": c.value })),
        "administrative": dated(&unit.administrative, |id| id.to_string().into()),
        "professional": dated(&unit.professional, |id| id.to_string().into()),
        "states": dated(&unit.states, |s| s.key().into()),
    });
    out["events"] = unit
        .events
        .iter()
        .map(|e| {
            let others: Vec<String> = e.others.iter().map(ToString::to_string).collect();
            json!({ "day": date_of(e.day).to_string(), "kind": e.kind, "decision": e.decision, "others": others })
        })
        .collect();
    Ok(Json(out).into_response())
}

fn short(unit: &Unit, day: Day) -> Value {
    let mut codes = Map::new();
    for code in &unit.codes {
        if let Some(now) = unit.code(&code.value.scheme, day) {
            codes.insert(code.value.scheme.clone(), now.into());
        }
    }
    let parent = |role| unit.parent(role, day).map(|id| id.to_string());
    json!({
        "id": unit.id.to_string(),
        "name": unit.name(day),
        "type": unit.unit_type(day),
        "levels": unit.levels(day),
        "codes": codes,
        "administrative": parent(ParentRole::Administrative),
        "professional": parent(ParentRole::Professional),
        "state": unit.state(day).key(),
    })
}

fn dated<T: Clone>(facts: &[Dated<T>], show: impl Fn(T) -> Value) -> Vec<Value> {
    let date = |day: Option<Day>| day.map(|d| date_of(d).to_string());
    facts
        .iter()
        .map(|f| json!({ "from": date(f.from), "to": date(f.to), "decision": f.decision, "value": show(f.value.clone()) }))
        .collect()
}
