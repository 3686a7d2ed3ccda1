//! The first page: what needs this person today, their units at a glance, what changed last; and the
//! pages that explain. Only what is cheap to know is asked here: a province's figures are kept, not
//! counted.

mod empty;
mod help;
mod left;
mod recent;
mod tasks;

use crate::actor::Right;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Routes, blocking, see_other};
use crate::id::UnitId;
use crate::records::counts;
use crate::sessions::{Signed, shell};
use crate::tally::Counts;
use crate::tree::{Tree, Unit};
use crate::ui::{self, Home, Link, Markup, Tile, Tone, html, number, words};
use crate::unit_pages::charts::{self, Whose, list};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The routes of these pages.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/", home)
        .get("/units/without-records", empty::page)
        .get("/help", help::help)
        .get("/help/{topic}", help::topic)
        .get("/help/dictionary", help::dictionary)
        .get("/help/dictionary/fields", help::dictionary_fields)
        .get("/help/dictionary/lists/{list}", help::dictionary_list)
        .get("/help/dictionary/{kind}", help::dictionary_kind)
        .get("/dictionary", || async { see_other("/help/dictionary") })
        .get("/about", help::about)
}

/// The first page. Who must change their password first is led to where that is done.
async fn home(State(app): State<App>, signed: Option<Extension<Signed>>) -> Result<Response> {
    let Some(Extension(signed)) = signed else { return Err(Error::NotSignedIn) };
    if signed.must_change {
        return Ok(see_other("/account"));
    }
    if signed.must_enrol {
        return Ok(see_other("/account/second"));
    }
    blocking(move || Ok(draw(&app, &signed)?.into_response())).await
}

/// The one unit of a person's scope, if it keeps records: a school.
fn own_school<'t>(app: &App, signed: &Signed, tree: &'t Tree) -> Option<&'t Arc<Unit>> {
    let unit = tree.get(signed.actor.unit)?;
    app.spec.unit_type(unit.unit_type(app.today())).is_some_and(|t| t.has_school_record).then_some(unit)
}

fn draw(app: &App, signed: &Signed) -> Result<Markup> {
    let tree = app.tree();
    let school = own_school(app, signed, &tree);
    let mut frame = shell(app, signed, words::HOME);
    frame.lead = Some(html! { (signed.unit) ", " (words::school_year(app.clock.today())) });
    if signed.actor.read_only {
        frame.notices.push(ui::Notice::new(Tone::Info, words::UNIT_CLOSED_READ_ONLY));
    }
    frame.notices.extend(crate::backup_pages::lost_notice(app, signed)?);
    let figures = counts::figures(app, &signed.actor, None)?;
    frame.notices.extend(charts::growing(&figures));
    let whose = school.map_or(Whose::Office(None), |unit| Whose::School(unit.id));
    let tasks = tasks::of(app, signed, &tree, whose, &figures.counts)?;
    let tiles = tiles(app, signed, &tree, &figures.counts, whose);
    let empty = figures.counts.kinds.iter().all(|k| k.current == 0);
    let glance = ui::panel(
        "figures",
        words::AT_A_GLANCE,
        more_figures(whose),
        html! {
            @if empty { (ui::empty(words::NO_FIGURES, words::NO_FIGURES_HINT, None)) } @else {
                div.charts {
                    (charts::learners(app, &figures.counts, whose))
                    (charts::completeness(app, &figures.counts, whose))
                }
            }
        },
    );
    let more = html! {
        (recent::panel(app, signed)?)
        @if let Some(unit) = school { (ways(signed, unit.id)) }
    };
    Ok(ui::page(
        &frame,
        ui::home(&Home { tasks, tiles, glance: Some(glance), broad: school.is_none(), more: Some(more) }),
    ))
}

/// Where the figures are told unit by unit.
fn more_figures(whose: Whose) -> Option<Markup> {
    let (label, href) = match whose {
        Whose::School(unit) => (words::SEE_OWN_UNIT, format!("/units/{unit}")),
        Whose::Office(unit) => (words::SEE_UNIT_FIGURES, Whose::units(unit).to_string()),
    };
    Some(html! { a href=(href) { (label) } })
}

/// Figures of one's scope: learners, classes, staff; for an office its units by type.
fn tiles(app: &App, signed: &Signed, tree: &Tree, counts: &Counts, whose: Whose) -> Vec<Tile> {
    let day = app.today();
    let behind = |kind: &str| match whose {
        Whose::School(unit) if kind == "class" => list(app, kind, unit).to_string(),
        Whose::School(unit) => list(app, kind, unit).with("state", "active").to_string(),
        Whose::Office(unit) => Whose::units(unit).to_string(),
    };
    let mut tiles = vec![
        charts::learners_tile(app, counts, behind("enrolment")),
        charts::classes_tile(counts, behind("class")),
        charts::staff_tile(counts, behind("staff")),
    ];
    if matches!(whose, Whose::Office(_)) {
        for t in &app.spec.unit_types {
            let is_one = |u: &Arc<Unit>| u.unit_type(day) == t.key && u.is_active(day) && u.id != signed.actor.unit;
            let count = tree.all().filter(|u| signed.actor.scope.has(u.id) && is_one(u)).count();
            if count > 0 {
                tiles.push(Tile {
                    label: t.plural.clone(),
                    value: number(count as i64),
                    note: words::ACTIVE_UNITS.into(),
                    href: "/units#tree".into(),
                });
            }
        }
    }
    tiles
}

/// The ways a school's people take most.
fn ways(signed: &Signed, unit: UnitId) -> Markup {
    let list = |kind: &str| Link::to(format!("/records/{kind}")).with("unit", unit).to_string();
    let new = |kind: &str| Link::to(format!("/records/{kind}/new")).with("unit", unit).to_string();
    ui::panel(
        "ways",
        words::OFTEN_USED,
        None,
        html! {
            ul.links {
                li { a href=(list("class")) { (words::SEE_CLASSES) } }
                li { a href=(list("pupil")) { (words::SEE_PUPILS) } }
                li { a href=(list("staff")) { (words::SEE_STAFF) } }
                @if signed.actor.may(Right::Edit) {
                    li { a href=(new("pupil")) { (words::ADD_PUPIL) } }
                    li { a href=(new("class")) { (words::ADD_CLASS) } }
                    li { a href=(new("staff")) { (words::ADD_STAFF) } }
                }
                li { a href={ "/units/" (unit) } { (words::SEE_OWN_UNIT) } }
            }
        },
    )
}
