//! Search as JSON: the same engine, scope and masks as the page.

use super::super::docs::UNIT_KIND;
use super::super::view::{self, Viewer};
use super::super::{find, ops};
use super::{limit_of, parameter};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Pairs, Query, blocking};
use crate::id::{RecordId, UnitId};
use crate::search::{Hit, Hits, Order, Query as Question};
use crate::sessions::Signed;
use crate::ui::words;
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};
use std::str::FromStr;

/// Nobody pages further; a narrower question is better.
const DEEPEST: usize = 2_000;

fn all<T: FromStr>(query: &Pairs, name: &str, wanted: &str) -> Result<Vec<T>> {
    let given = query.all(name).filter(|v| !v.is_empty());
    given.map(|v| v.parse().map_err(|_| Error::Bad(words::bad_parameter(name, wanted)))).collect()
}

fn question(signed: &Signed, query: &Pairs) -> Result<Question> {
    let mut question = Question::text(query.get("q"), limit_of(query)?);
    question.kind = Some(query.get("kind").to_owned()).filter(|k| !k.is_empty());
    question.filters.levels = all(query, "level", "mã cấp học")?;
    question.filters.grades = all(query, "grade", "mã khối")?;
    question.filters.sexes = all(query, "sex", "mã giới tính")?;
    question.filters.states = all(query, "state", "mã trạng thái")?;
    question.filters.years = all(query, "year", "năm đầu của năm học, ví dụ 2026")?;
    question.filters.units = all(query, "unit", "số của đơn vị")?;
    question.own_unit = Some(signed.actor.unit);
    question.offset = parameter(query, "offset", "số từ 0 đến 2000")?.unwrap_or(0);
    if question.offset > DEEPEST {
        return Err(Error::Bad(words::bad_parameter("offset", "số từ 0 đến 2000")));
    }
    question.order = match query.get("order") {
        "" | "best" => Order::Best,
        "name" => Order::Name,
        _ => return Err(Error::Bad(words::bad_parameter("order", "best hoặc name"))),
    };
    Ok(question)
}

/// A page of hits, their number and the facets.
pub(super) async fn search(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    let question = question(&signed, &query)?;
    blocking(move || {
        let found = find::search(&app, &signed.actor, &question)?;
        let hits = hits(&app, &signed, &found.hits)?;
        let complete = find::incomplete(&app)?.is_none();
        let answer = json!({ "total": found.total, "complete": complete, "hits": hits, "facets": facets(&found) });
        Ok(Json(answer).into_response())
    })
    .await
}

/// What is shown of each hit, read from the store: scope is asked again there, and masking applies.
fn hits(app: &App, signed: &Signed, hits: &[Hit]) -> Result<Vec<Value>> {
    let tree = app.tree();
    let day = app.today();
    app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut out = Vec::with_capacity(hits.len());
        for hit in hits {
            if hit.kind == UNIT_KIND {
                let unit = u32::try_from(hit.id).ok().and_then(|id| tree.get(UnitId(id)));
                if let Some(unit) = unit.filter(|u| signed.actor.scope.has(u.id)) {
                    out.push(json!({
                        "kind": UNIT_KIND,
                        "id": unit.id.to_string(),
                        "title": unit.name(day),
                        "subtitle": unit.main_code(day),
                        "unit": unit.id.to_string(),
                        "year": null,
                        "state": unit.state(day).key(),
                    }));
                }
                continue;
            }
            let Some(kind) = app.spec.kind_by_key.get(&hit.kind).copied() else { continue };
            let id = RecordId(hit.id);
            let Ok(row) = ops::visible_row(tx, app, &signed.actor, kind, id) else { continue };
            let h = row.header();
            out.push(json!({
                "kind": hit.kind,
                "id": id.to_string(),
                "title": viewer.row_title(kind, id, &row),
                "subtitle": viewer.row_subtitle(kind, &row),
                "unit": h.unit.to_string(),
                "year": view::is_yearly(app, kind).then_some(h.year),
                "state": h.state.key(),
            }));
        }
        Ok(out)
    })
}

fn facets(hits: &Hits) -> Value {
    fn list<T: ToString>(counts: &[(T, u64)]) -> Vec<Value> {
        counts.iter().map(|(value, count)| json!({ "value": value.to_string(), "count": count })).collect()
    }
    let f = &hits.facets;
    json!({
        "kind": list(&f.kinds),
        "level": list(&f.levels),
        "grade": list(&f.grades),
        "year": list(&f.years),
        "state": list(&f.states),
        "sex": list(&f.sexes),
        "unit": list(&f.units),
    })
}
