//! The first page: what needs this person today, their units at a glance, what they changed last; and
//! the pages that explain. Only what is cheap to know is asked here: nothing scans a whole province.

mod empty;
mod help;
mod recent;

use crate::actor::{Right, Scope};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Routes, blocking, see_other};
use crate::id::UnitId;
use crate::records::store;
use crate::sessions::{Signed, shell};
use crate::tree::{Tree, Unit, date_of};
use crate::ui::{self, Home, Link, Markup, Task, Tile, Tone, html, number, words};
use crate::unit_pages::figures;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Reforms so many days ahead are told on the first page.
const COMING_DAYS: i32 = 60;
/// So many of them.
const COMING_TOLD: usize = 3;

/// The routes of these pages.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/", home)
        .get("/units/without-records", empty::page)
        .get("/help", help::help)
        .get("/help/dictionary", help::dictionary)
        .get("/dictionary", || async { see_other("/help/dictionary") })
        .get("/about", help::about)
}

/// The first page. Who must change their password first is led to where that is done.
async fn home(State(app): State<App>, signed: Option<Extension<Signed>>) -> Result<Response> {
    let Some(Extension(signed)) = signed else { return Err(Error::NotSignedIn) };
    if signed.must_change {
        return Ok(see_other("/account"));
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
    let year = crate::clock::school_year(app.clock.today());
    let school = own_school(app, signed, &tree);
    let mut frame = shell(app, signed, words::HOME);
    frame.lead = Some(html! { (signed.unit) ", " (words::school_year(app.clock.today())) });
    if signed.actor.read_only {
        frame.notices.push(ui::Notice::new(Tone::Info, words::UNIT_CLOSED_READ_ONLY));
    }
    let mut tasks = match school {
        Some(unit) if !signed.actor.read_only => school_tasks(app, signed, unit.id, year)?,
        Some(_) => Vec::new(),
        None => office_tasks(app, signed, &tree, year)?,
    };
    tasks.extend(coming(app, signed, &tree));
    let tiles = tiles(app, signed, &tree, school.map(|u| u.id), year)?;
    let more = html! {
        @if let Some(unit) = school { (ways(signed, unit.id)) }
        (recent::panel(app, signed)?)
    };
    Ok(ui::page(&frame, ui::home(&Home { tasks, tiles, more: Some(more) })))
}

/// Whether a unit has any record of a kind in a year.
fn has_any(app: &App, tx: &crate::store::ReadTx, key: &str, unit: UnitId, year: u16) -> Result<bool> {
    let Some(kind) = app.spec.kind_by_key.get(key).copied() else { return Ok(true) };
    let mut any = false;
    store::list(tx, app.names.kind(kind), unit, year, None, |_| {
        any = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(any)
}

/// What a school has not begun yet this year.
fn school_tasks(app: &App, signed: &Signed, unit: UnitId, year: u16) -> Result<Vec<Task>> {
    if !signed.actor.may(Right::Edit) {
        return Ok(Vec::new());
    }
    let note = words::school_year(app.clock.today());
    let wanted = [
        ("class", words::NO_CLASSES_YET, Tone::Bad),
        ("enrolment", words::NO_ENROLMENTS_YET, Tone::Bad),
        ("school", words::NO_SCHOOL_RECORD_YET, Tone::Warn),
        ("facility", words::NO_FACILITY_RECORD_YET, Tone::Info),
    ];
    app.db.read(|tx| {
        let mut tasks = Vec::new();
        for (key, text, tone) in wanted {
            if !has_any(app, tx, key, unit, year)? {
                let href = Link::to(format!("/records/{key}")).with("unit", unit).with("year", year).to_string();
                tasks.push(Task { text: text.into(), note: note.clone(), tone, href });
            }
        }
        if !has_any(app, tx, "staff", unit, 0)? {
            let href = Link::to("/records/staff").with("unit", unit).to_string();
            tasks.push(Task { text: words::NO_STAFF_YET.into(), note: String::new(), tone: Tone::Warn, href });
        }
        Ok(tasks)
    })
}

/// For an office: how many of its schools have not begun; a whole province is only offered to be looked at.
fn office_tasks(app: &App, signed: &Signed, tree: &Tree, year: u16) -> Result<Vec<Task>> {
    if signed.actor.read_only {
        return Ok(Vec::new());
    }
    let note = words::school_year(app.clock.today());
    let href = "/units/without-records".to_owned();
    match empty::of(app, &signed.actor, tree, year)? {
        None => Ok(vec![Task { text: words::LOOK_FOR_EMPTY.into(), note, tone: Tone::Plain, href }]),
        Some(list) if list.is_empty() => Ok(Vec::new()),
        Some(list) => Ok(vec![Task { text: words::schools_without_records(list.len()), note, tone: Tone::Warn, href }]),
    }
}

/// Reforms of one's units that are about to take effect.
fn coming(app: &App, signed: &Signed, tree: &Tree) -> Vec<Task> {
    let today = app.today();
    let mut coming: Vec<_> = tree
        .all()
        .filter(|u| signed.actor.scope.has(u.id))
        .flat_map(|u| u.events.iter().map(move |e| (e, u)))
        .filter(|(e, _)| e.day > today && e.day <= today + COMING_DAYS)
        .collect();
    coming.sort_by_key(|(e, _)| e.day);
    coming
        .into_iter()
        .take(COMING_TOLD)
        .map(|(event, unit)| Task {
            text: format!("{}: {}", unit.name(today), words::unit_event(&event.kind)),
            note: words::from_day(&ui::date(date_of(event.day))),
            tone: Tone::Info,
            href: format!("/units/{}", unit.id),
        })
        .collect()
}

/// Figures of one's scope: learners, classes, staff; for an office its units by type.
fn tiles(app: &App, signed: &Signed, tree: &Tree, school: Option<UnitId>, year: u16) -> Result<Vec<Tile>> {
    let day = app.today();
    let figures = figures(app, &signed.actor, None, year)?;
    let note = words::school_year(app.clock.today());
    let list = |kind: &str, yearly: bool| match school {
        Some(unit) => Link::to(format!("/records/{kind}")).with("unit", unit).to_string(),
        None => Link::to("/search")
            .with("kind", kind)
            .with("year", if yearly { year.to_string() } else { String::new() })
            .to_string(),
    };
    let tile = |label: &str, value: u64, note: &str, href: String| Tile {
        label: label.into(),
        value: number(value as i64),
        note: note.into(),
        href,
    };
    let mut tiles = vec![
        tile(words::NAV_PUPILS, figures.learners, &note, list("pupil", true)),
        tile(words::CLASSES, figures.classes, &note, list("class", true)),
        tile(words::NAV_STAFF, figures.staff, words::NOW_WORKING, list("staff", false)),
    ];
    if school.is_none() || matches!(&signed.actor.scope, Scope::Units(u) if u.len() > 1) {
        for t in &app.spec.unit_types {
            let count = tree
                .all()
                .filter(|u| {
                    signed.actor.scope.has(u.id)
                        && u.id != signed.actor.unit
                        && u.unit_type(day) == t.key
                        && u.is_active(day)
                })
                .count();
            if count > 0 {
                tiles.push(tile(&t.plural, count as u64, words::ACTIVE_UNITS, "/units#tree".into()));
            }
        }
    }
    Ok(tiles)
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
