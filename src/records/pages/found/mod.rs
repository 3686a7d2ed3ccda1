//! The search page: one box over everything in one's scope. The whole state stands in the address.

mod facets;
mod hints;
mod saved;
mod why;

pub(super) use saved::{remove, save};

use super::super::docs::UNIT_KIND;
use super::super::view::{self, Viewer};
use super::super::{find, ops};
use crate::app::App;
use crate::error::Result;
use crate::http::{Pairs, Query, blocking};
use crate::id::{RecordId, UnitId};
use crate::search::{self, Hit, Hits, Order, Query as Question};
use crate::sessions::{Signed, shell};
use crate::ui::{self, Found, Link, Markup, Tone, html, words};
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};

const PAGE: usize = 20;
/// Nobody pages further; a narrower question is better.
const DEEPEST: usize = 2_000;
/// The filters an address may name.
const FILTERS: [&str; 7] = ["kind", "level", "grade", "year", "sex", "state", "unit"];

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
        let mut frame = shell(&app, &signed, words::SEARCH_TITLE);
        frame.query = query.get("q").to_owned();
        if let Some((done, of)) = find::incomplete(&app)? {
            frame.notices.push(ui::Notice::new(Tone::Warn, words::index_incomplete(done, of)));
        }
        frame.notices.extend(saved::told(&query));
        let question = question(&signed, &query);
        let kept = saved::panel(&app, &signed)?;
        if question.text.trim().is_empty() && facets::chosen(&query).next().is_none() {
            return Ok(ui::page(
                &frame,
                html! { (ui::empty(words::SEARCH_EMPTY, words::SEARCH_HELP, None)) (kept.panel) },
            ));
        }
        let hits = find::search(&app, &signed.actor, &question)?;
        let list = items(&app, &signed, &hits.hits, &query)?;
        let shown = Shown { app: &app, signed: &signed, query: &query, question: &question, hits: &hits };
        let body = html! {
            (shown.summary())
            (facets::chips(&app, &signed, &query))
            @if list.is_empty() {
                (hints::nothing(&app, &signed.actor, &question, &query)?)
            } @else {
                (ui::beside(shown.facets(), shown.list(list)))
            }
            (saved::form(&app, &query))
            @if kept.any { (kept.panel) }
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// What a search found, on its way to the page.
struct Shown<'a> {
    app: &'a App,
    signed: &'a Signed,
    query: &'a Pairs,
    question: &'a Question,
    hits: &'a Hits,
}

impl Shown<'_> {
    fn summary(&self) -> Markup {
        let sorted = |order: &str, label: &str, here: bool| {
            let href = with(self.query, &[("order", order.to_owned())], &["order", "from", "why"]);
            html! { a href=(href) aria-current=[here.then_some("true")] { (label) } }
        };
        let by_name = self.question.order == Order::Name;
        html! {
            div.summary {
                p role="status" {
                    strong { (words::found(self.hits.total)) }
                    @if self.hits.near > 0 { ", " (words::near(self.hits.near)) }
                    @if self.hits.reading == search::Reading::RawKeys { " " (words::READ_AS_TYPING) }
                }
                @if self.hits.total > 1 {
                    p.sort {
                        span { (words::SORT_BY) ":" } " "
                        (sorted("", words::SORT_BEST, !by_name)) " "
                        (sorted("name", words::SORT_NAME, by_name))
                    }
                }
            }
        }
    }

    fn facets(&self) -> Markup {
        ui::facets(&facets::facets(self.app, self.signed, self.hits, self.query), None)
    }

    fn list(&self, items: Vec<(String, Found)>) -> Markup {
        let found: Vec<Found> = items.into_iter().map(|(_, found)| found).collect();
        let (from, total) = (self.question.offset, self.hits.total);
        let next = (from + PAGE) as u64;
        let to = |from: usize| with(self.query, &[("from", from.to_string())], &["from", "why"]);
        let pager = ui::Pager {
            from: from as u64 + 1,
            to: (from + found.len()) as u64,
            total: ui::Total::Exactly(total),
            previous: (from > 0).then(|| to(from.saturating_sub(PAGE))),
            next: (next < total.min(DEEPEST as u64)).then(|| to(from + PAGE)),
        };
        html! {
            (ui::found_list(&found))
            (ui::pager(&pager))
            @if next >= DEEPEST as u64 && next < total { p.hint { (words::DEEPER) } }
        }
    }
}

/// A few hits while typing; one's kept searches before anything is typed.
pub(super) async fn suggest(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    blocking(move || {
        let typed = query.get("q");
        if typed.trim().is_empty() {
            return Ok(Json(saved::suggestions(&app, &signed)?).into_response());
        }
        let hits = find::suggest(&app, &signed.actor, typed, 8)?;
        let list: Vec<ui::Suggestion> = items(&app, &signed, &hits, &Pairs::default())?
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

/// The address of this page with some parameters more, and without others.
fn with(query: &Pairs, add: &[(&str, String)], without: &[&str]) -> String {
    let known = |name: &str| FILTERS.contains(&name) || ["q", "order", "from"].contains(&name);
    let kept = query.iter().filter(|(n, v)| known(n) && !without.contains(n) && !v.is_empty());
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
fn items(app: &App, signed: &Signed, hits: &[Hit], query: &Pairs) -> Result<Vec<(String, Found)>> {
    let typed = query.get("q");
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
                        why: why::of_unit(app, &tree, unit, query),
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
                why: why::of_record(tx, app, kind, id, &row, query)?,
            };
            out.push((title, found));
        }
        Ok(out)
    })
}
