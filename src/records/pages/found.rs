//! The search page: one box over everything in one's scope.

use super::super::docs::UNIT_KIND;
use super::super::view::{self, Viewer};
use super::super::{find, ops};
use crate::app::App;
use crate::error::Result;
use crate::http::{Pairs, Query, blocking};
use crate::id::{RecordId, UnitId};
use crate::search::{self, Hit, Hits, Order, Query as Question};
use crate::sessions::{Signed, shell};
use crate::ui::{self, Facet, FacetItem, Found, Link, Markup, Tone, html, words};
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};

const PAGE: usize = 20;
/// Nobody pages further; a narrower question is better.
const DEEPEST: usize = 2_000;
const FACETS_SHOWN: usize = 12;

fn question(signed: &Signed, query: &Pairs) -> Question {
    let several = |name: &str| query.all(name).filter(|v| !v.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut question = Question::text(query.get("q"), PAGE);
    question.kind = Some(query.get("kind").to_owned()).filter(|k| !k.is_empty());
    question.filters.levels = several("level");
    question.filters.grades = several("grade");
    question.filters.sexes = several("sex");
    question.filters.states = several("state");
    question.filters.years = query.all("year").filter_map(|y| y.parse().ok()).collect();
    question.filters.units = query.all("unit").filter_map(|u| u.parse().ok()).collect();
    question.own_unit = Some(signed.actor.unit);
    question.offset = query.get("from").parse().unwrap_or(0).min(DEEPEST);
    question.order = if query.get("order") == "name" { Order::Name } else { Order::Best };
    question
}

/// The page.
pub(super) async fn search(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    blocking(move || {
        let typed = query.get("q").to_owned();
        let mut frame = shell(&app, &signed, words::SEARCH_TITLE);
        frame.query.clone_from(&typed);
        if let Some((done, of)) = find::incomplete(&app)? {
            frame.notices.push(ui::Notice::new(Tone::Warn, words::index_incomplete(done, of)));
        }
        let question = question(&signed, &query);
        let filtered = question.kind.is_some() || question.filters != search::Filters::default();
        if typed.trim().is_empty() && !filtered {
            return Ok(ui::page(&frame, ui::empty(words::SEARCH_EMPTY, words::SEARCH_HELP, None)));
        }
        let hits = find::search(&app, &signed.actor, &question)?;
        let items: Vec<Found> = items(&app, &signed, &hits.hits, &typed)?.into_iter().map(|(_, found)| found).collect();
        let next = (question.offset + PAGE) as u64;
        let pager = ui::Pager {
            from: question.offset as u64 + 1,
            to: (question.offset + items.len()) as u64,
            total: ui::Total::Exactly(hits.total),
            previous: (question.offset > 0)
                .then(|| with(&query, &[("from", question.offset.saturating_sub(PAGE).to_string())], &["from"])),
            next: (next < hits.total.min(DEEPEST as u64)).then(|| with(&query, &[("from", next.to_string())], &["from"])),
        };
        let facets = facets(&app, &hits, &query);
        let clear = filtered.then(|| Link::to("/search").with("q", &typed).to_string());
        let body = html! {
            p.summary role="status" {
                (words::found(hits.total))
                @if hits.near > 0 { ", " (words::near(hits.near)) }
                @if hits.reading == search::Reading::RawKeys { " " (words::READ_AS_TYPING) }
            }
            @if items.is_empty() {
                (ui::empty(words::NOTHING_FOUND, words::NOTHING_FOUND_HINT, clear.as_deref().map(|c| (words::CLEAR_FILTER, c))))
            } @else {
                div.beside {
                    (ui::facets(&facets, clear.as_deref()))
                    div { (ui::found_list(&items)) (ui::pager(&pager)) }
                }
            }
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// A few hits while typing.
pub(super) async fn suggest(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    blocking(move || {
        let typed = query.get("q");
        let hits = find::suggest(&app, &signed.actor, typed, 8)?;
        let list: Vec<ui::Suggestion> = items(&app, &signed, &hits, "")?
            .into_iter()
            .map(|(label, f)| ui::Suggestion {
                href: f.href,
                label,
                detail: [f.kind, f.detail, f.place]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
            })
            .collect();
        Ok(Json(list).into_response())
    })
    .await
}

fn with(query: &Pairs, add: &[(&str, String)], without: &[&str]) -> String {
    let kept = query.iter().filter(|(n, v)| !without.contains(n) && !v.is_empty());
    let mut link = Link::to("/search").with_all(kept);
    for (name, value) in add {
        link = link.with(name, value);
    }
    link.to_string()
}

fn marked(text: &str, typed: &str) -> Markup {
    let ranges = if typed.is_empty() { Vec::new() } else { search::highlight(text, typed) };
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    for range in ranges {
        pieces.push((text.get(at..range.start).unwrap_or_default(), false));
        pieces.push((text.get(range.clone()).unwrap_or_default(), true));
        at = range.end;
    }
    pieces.push((text.get(at..).unwrap_or_default(), false));
    html! { @for (piece, hit) in pieces { @if hit { mark { (piece) } } @else { (piece) } } }
}

/// Title and what is shown of each hit, read from the store: scope is asked again there, and masking applies.
fn items(app: &App, signed: &Signed, hits: &[Hit], typed: &str) -> Result<Vec<(String, Found)>> {
    let tree = app.tree();
    let day = app.today();
    app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut out = Vec::new();
        for hit in hits {
            if hit.kind == UNIT_KIND {
                if let Some(unit) = tree.get(UnitId(hit.id as u32)).filter(|u| signed.actor.scope.has(u.id)) {
                    let parent = unit.parent(crate::tree::ParentRole::Administrative, day).and_then(|p| tree.get(p));
                    let found = Found {
                        href: format!("/units/{}", unit.id),
                        title: marked(unit.name(day), typed),
                        kind: app.spec.unit_type(unit.unit_type(day)).map(|t| t.label.clone()).unwrap_or_default(),
                        detail: unit.main_code(day).to_owned(),
                        place: parent.map(|p| p.name(day).to_owned()).unwrap_or_default(),
                        badge: (!unit.is_active(day)).then(|| (Tone::Warn, unit.state(day).label().to_owned())),
                    };
                    out.push((unit.name(day).to_owned(), found));
                }
                continue;
            }
            let Some(kind) = app.spec.kind_by_key.get(&hit.kind).copied() else { continue };
            let id = RecordId(hit.id);
            let Ok(row) = ops::visible_row(tx, app, &signed.actor, kind, id) else { continue };
            let h = row.header();
            let unit = tree.get(h.unit).map(|u| u.name(day).to_owned()).unwrap_or_default();
            let title = viewer.row_title(kind, id, &row);
            let found = Found {
                href: view::address(app, kind, id),
                title: marked(&title, typed),
                kind: app.spec.kinds[kind].label.clone(),
                detail: viewer.row_subtitle(kind, &row),
                place: if h.year == 0 { unit } else { format!("{unit}, {}", view::school_year(h.year)) },
                badge: view::state_label(h.state).map(|s| (Tone::Warn, s.to_owned())),
            };
            out.push((title, found));
        }
        Ok(out)
    })
}

fn facets(app: &App, hits: &Hits, query: &Pairs) -> Vec<Facet> {
    let tree = app.tree();
    let day = app.today();
    let mut out = Vec::new();
    let mut add = |label: &str, name: &'static str, items: Vec<(String, String, u64)>| {
        let items: Vec<FacetItem> = items
            .into_iter()
            .take(FACETS_SHOWN)
            .map(|(value, label, count)| {
                let on = query.all(name).any(|v| v == value);
                let href =
                    if on { with(query, &[], &[name, "from"]) } else { with(query, &[(name, value)], &[name, "from"]) };
                FacetItem { label, count: Some(count), href, on }
            })
            .collect();
        if items.len() > 1 || items.iter().any(|i| i.on) {
            out.push(Facet { label: label.to_owned(), items });
        }
    };
    let kind_label = |key: &str| {
        if key == UNIT_KIND {
            words::UNITS.to_owned()
        } else {
            app.spec.kind(key).map_or_else(|| key.to_owned(), |k| k.plural.clone())
        }
    };
    let code = |list: &str, code: &str| {
        app.spec.codes.get(list).map_or_else(|| code.to_owned(), |l| l.label(code, app.clock.today()).to_owned())
    };
    let f = &hits.facets;
    add(words::KIND, "kind", f.kinds.iter().map(|(k, n)| (k.clone(), kind_label(k), *n)).collect());
    add(
        words::LEVEL,
        "level",
        f.levels
            .iter()
            .map(|(k, n)| {
                (
                    k.clone(),
                    app.spec.levels.iter().find(|l| l.key == *k).map_or_else(|| k.clone(), |l| l.label.clone()),
                    *n,
                )
            })
            .collect(),
    );
    let mut grades = f.grades.clone();
    grades.sort();
    add(words::GRADE, "grade", grades.iter().map(|(k, n)| (k.clone(), code("grade", k), *n)).collect());
    let mut years = f.years.clone();
    years.sort_by_key(|(year, _)| std::cmp::Reverse(*year));
    add(
        words::SCHOOL_YEAR_LABEL,
        "year",
        years.iter().map(|(k, n)| (k.to_string(), view::school_year(*k), *n)).collect(),
    );
    add(words::SEX, "sex", f.sexes.iter().map(|(k, n)| (k.clone(), code("sex", k), *n)).collect());
    add(
        words::STATE,
        "state",
        f.states
            .iter()
            .map(|(k, n)| {
                let label = super::super::model::State::from_key(k).map_or_else(|| k.clone(), |s| s.label().to_owned());
                (k.clone(), label, *n)
            })
            .collect(),
    );
    add(
        words::UNIT,
        "unit",
        f.units
            .iter()
            .map(|(u, n)| (u.to_string(), tree.get(*u).map_or_else(|| u.to_string(), |t| t.name(day).to_owned()), *n))
            .collect(),
    );
    out
}
