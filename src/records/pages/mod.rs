//! The pages of records: one list, one page, one form for every kind of the spec.

mod class;
mod edit;
mod form;
mod found;
mod list;
mod record;
mod related;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Query, Routes, blocking};
use crate::id::{RecordId, UnitId};
use crate::sessions::{Signed, shell};
use crate::spec::Group;
use crate::ui::{self, Choice, Markup, html, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Json, Response};

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/search", found::search)
        .get("/search/suggest", found::suggest)
        .post("/search/saved", found::save)
        .post("/search/saved/remove", found::remove)
        .get("/records", overview)
        .get("/records/{kind}", list::list)
        .get("/classes/{id}", class::page)
        .get("/records/{kind}/new", edit::new_form)
        .post("/records/{kind}/new", edit::create)
        .get("/records/{kind}/{id}", record::page)
        .post("/records/{kind}/{id}/open", record::open)
        .get("/records/{kind}/{id}/edit", edit::edit_form)
        .post("/records/{kind}/{id}/edit", edit::save)
        .post("/records/{kind}/{id}/state", record::set_state)
        .post("/records/{kind}/{id}/verify", record::verify)
        .post("/records/{kind}/{id}/restore", record::restore)
        .get("/records/{kind}/{id}/history", record::history)
        .get("/options/{kind}", options)
}

/// The kind a path names; an unknown one is not found.
pub fn kind_at(app: &App, key: &str) -> Result<usize> {
    app.spec.kinds.iter().position(|k| k.key == key).ok_or(Error::NotFound)
}

/// The record number in a path; anything else is not found.
pub fn id_at(text: &str) -> Result<RecordId> {
    text.parse().map_err(|_| Error::NotFound)
}

/// The unit a query names, or the person's own.
fn unit_or_own(signed: &Signed, text: &str) -> Result<UnitId> {
    if text.is_empty() { Ok(signed.actor.unit) } else { text.parse().map_err(|_| Error::NotFound) }
}

/// All kinds by group of QĐ 121.
async fn overview(State(app): State<App>, signed: Signed) -> Markup {
    let frame = shell(&app, &signed, words::ALL_KINDS);
    let body = html! {
        div.kinds { @for group in Group::ALL {
            @let kinds: Vec<_> = app.spec.kinds.iter().filter(|k| k.group == group).collect();
            @if !kinds.is_empty() {
                (ui::panel("", group.label(), None, html! {
                    ul.links { @for kind in kinds { li { a href={ "/records/" (kind.key) } { (kind.plural) } } } }
                }))
            }
        } }
    };
    ui::page(&frame, body)
}

/// Records of a kind that a person may refer to while filling a form: by name or code.
async fn options(
    State(app): State<App>,
    signed: Signed,
    Path(kind): Path<String>,
    Query(query): Query,
) -> Result<Response> {
    let kind = kind_at(&app, &kind)?;
    let typed = query.get("q").to_owned();
    let unit = query.get("unit").parse().ok();
    let year = query.get("year").parse().ok();
    blocking(move || {
        let found = candidates(&app, &signed, kind, &typed, unit, year, 12)?;
        Ok(Json(found).into_response())
    })
    .await
}

/// What a person may mean by some letters, among records of a kind in their scope; those of the form's
/// own unit and year first.
fn candidates(
    app: &App,
    signed: &Signed,
    kind: usize,
    typed: &str,
    unit: Option<UnitId>,
    year: Option<u16>,
    limit: usize,
) -> Result<Vec<Choice>> {
    use super::model::State;
    use super::view::Viewer;
    use super::{find, ops, store};
    use crate::search::Query as Question;
    let mut ids: Vec<RecordId> = Vec::new();
    let wanted = crate::text::fold(typed);
    app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        // The unit's own records first: a short list needs no index.
        if let Some(unit) = unit.filter(|u| signed.actor.scope.has(*u)) {
            let year = if super::view::is_yearly(app, kind) { year.unwrap_or(0) } else { 0 };
            store::list(tx, app.names.kind(kind), unit, year, None, |at| {
                if let Some(row) = store::get(tx, app.names.kind(kind), at.id)?
                    && row.header().state == State::Active
                    && crate::text::fold(&viewer.row_title(kind, at.id, &row)).contains(&wanted)
                {
                    ids.push(at.id);
                }
                Ok(if ids.len() < limit {
                    std::ops::ControlFlow::Continue(())
                } else {
                    std::ops::ControlFlow::Break(())
                })
            })?;
        }
        if ids.len() < limit && !wanted.is_empty() {
            let mut question = Question::text(typed, limit);
            question.kind = Some(app.spec.kinds[kind].key.clone());
            question.own_unit = Some(signed.actor.unit);
            question.facets = false;
            for hit in find::search(app, &signed.actor, &question)?.hits {
                if !ids.contains(&RecordId(hit.id)) {
                    ids.push(RecordId(hit.id));
                }
            }
        }
        ids.truncate(limit);
        let mut out = Vec::new();
        for id in ids {
            if let Ok(row) = ops::visible_row(tx, app, &signed.actor, kind, id) {
                let subtitle = viewer.row_subtitle(kind, &row);
                let title = viewer.row_title(kind, id, &row);
                let label = if subtitle.is_empty() { title } else { format!("{title} ({subtitle})") };
                out.push(Choice::new(id.to_string(), label));
            }
        }
        Ok(out)
    })
}
