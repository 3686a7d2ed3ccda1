//! The change feed: what happened to the records a program may see, in order of the log.

use super::{Pairs, feed, limit_of, parameter};
use crate::app::App;
use crate::error::Result;
use crate::http::{Query, blocking};
use crate::sessions::Signed;
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};

fn after_of(query: &Pairs) -> Result<u64> {
    Ok(parameter(query, "after", "số thứ tự (next của lần đọc trước)")?.unwrap_or(0))
}

/// The entries after one, at most so many.
pub(super) async fn changes(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    let (after, limit) = (after_of(&query)?, limit_of(&query)?);
    blocking(move || {
        let page = feed::read(&app, &signed.actor, after, limit)?;
        let entries: Vec<Value> = page.entries.iter().map(|e| entry_json(&app, e)).collect();
        Ok(Json(json!({ "entries": entries, "next": page.next, "more": page.more })).into_response())
    })
    .await
}

fn entry_json(app: &App, entry: &feed::Entry) -> Value {
    let records: Vec<Value> = entry
        .records
        .iter()
        .map(|r| {
            json!({
                "kind": app.spec.kinds[r.kind].key,
                "id": r.id.to_string(),
                "version": r.now.map(|h| h.version),
                "unit": r.unit.to_string(),
                "year": (r.year != 0).then_some(r.year),
                "state": r.now.map(|h| h.state.key()),
            })
        })
        .collect();
    json!({
        "seq": entry.seq,
        "time": entry.time.rfc3339(),
        "action": entry.action,
        "login": entry.login,
        "unit": entry.unit.map(|u| u.to_string()),
        "batch": (entry.batch != 0).then_some(entry.batch),
        "records": records,
        "units": entry.units.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
