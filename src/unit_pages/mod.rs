//! The pages of units: the tree on any day, one unit with its story, and the forms by which the Sở's
//! administrators reform it. A unit out of scope is not found, exactly as one that never was. No page
//! changes a unit but through [`crate::units::ops`].

pub mod charts;
pub(crate) mod choose;
mod confirm;
mod facts;
mod figures;
mod form;
mod page;
mod records;
mod reform;
mod school;
mod tree;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Pairs;
use crate::http::Routes;
use crate::id::UnitId;
use crate::sessions::Signed;
use crate::spec::PartialDate;
use crate::tree::{Day, Tree, Unit, UnitState, date_of, day_of};
use crate::ui::{self, Choice, Markup, Tone, html, words};
use std::sync::Arc;

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/units", tree::page)
        .get("/units/new", reform::found_form)
        .post("/units/new", reform::found)
        .get("/units/figures", figures::page)
        .get("/units/options", choose::options)
        .post("/units/undo", reform::undo)
        .get("/units/{id}", page::page)
        .get("/units/{id}/{act}", reform::form)
        .post("/units/{id}/{act}", reform::send)
}

/// The unit a path names, if this person may see it.
fn unit_at(tree: &Tree, signed: &Signed, text: &str) -> Result<Arc<Unit>> {
    let id: UnitId = text.parse().map_err(|_| Error::NotFound)?;
    tree.get(id).filter(|u| signed.actor.scope.has(u.id)).cloned().ok_or(Error::NotFound)
}

/// The day a page shows: `?at=`, else today; for a person whose unit has ended, its last day.
fn day_asked(app: &App, signed: &Signed, query: &Pairs) -> Result<Day> {
    match query.get("at").trim() {
        "" => {
            let own = app.tree().get(signed.actor.unit).and_then(|u| u.closed_on());
            Ok(own.filter(|_| signed.actor.read_only).unwrap_or_else(|| app.today()))
        }
        text => day_typed(text).ok_or_else(|| Error::Bad(words::BAD_DAY.into())),
    }
}

/// A whole day as people type it; nothing if it is not one.
fn day_typed(text: &str) -> Option<Day> {
    let date: PartialDate = crate::spec::date_of(text).ok()?;
    (date.day > 0).then(|| day_of(date.first_day()))
}

/// `dd/mm/yyyy`.
fn shown(day: Day) -> String {
    ui::date(date_of(day))
}

/// The label of a unit type.
fn type_label<'a>(app: &'a App, unit: &'a Unit, day: Day) -> &'a str {
    app.spec.unit_type(unit.unit_type(day)).map_or(unit.unit_type(day), |t| &t.label)
}

/// A badge for a state worth seeing.
fn state_badge(unit: &Unit, day: Day) -> Option<Markup> {
    let state = unit.state(day);
    let tone = match state {
        UnitState::Active => return None,
        UnitState::Planned => Tone::Info,
        UnitState::Suspended => Tone::Warn,
        UnitState::Merged | UnitState::Dissolved => Tone::Plain,
    };
    Some(ui::badge(tone, state.label()))
}

/// A unit's name as a link, if this person may open it.
fn unit_link(signed: &Signed, tree: &Tree, id: UnitId, day: Day) -> Markup {
    let name = tree.get(id).map_or("", |u| u.name(day));
    html! { @if signed.actor.scope.has(id) { a href={ "/units/" (id) } { (name) } } @else { (name) } }
}

/// The two views of the tree.
fn role_choices(app: &App) -> Vec<Choice> {
    app.spec.parent_roles.iter().map(|r| Choice::new(r.key.clone(), r.label.clone())).collect()
}
