//! Reforming units: form → what will change → confirmed → done. A wrong form comes back whole. Only the
//! Sở's administrators get here; others who may see the unit are told who can.

use super::form::{self, Act, Drawing};
use super::{confirm, page, shown, type_label, unit_at};
use crate::actor::Right;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, Pairs, Query, blocking, see_other};
use crate::sessions::{Signed, shell};
use crate::tree::Unit;
use crate::ui::{self, Markup, Shell, html, words};
use crate::units::{ops, plan};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The form and its unit: the act and the unit, or founding one.
type About = Option<(Act, Arc<Unit>)>;

fn about(app: &App, signed: &Signed, id: &str, act: &str) -> Result<About> {
    let act = Act::from_key(act).ok_or(Error::NotFound)?;
    let unit = unit_at(&app.tree(), signed, id)?;
    signed.actor.require(Right::ManageUnits)?;
    Ok(Some((act, unit)))
}

fn frame<'a>(app: &App, signed: &'a Signed, about: &About) -> Shell<'a> {
    let day = app.today();
    match about {
        None => {
            let mut frame = shell(app, signed, words::FOUND_UNIT);
            frame.crumbs.push(ui::Crumb::new(words::UNITS, "/units"));
            frame
        }
        Some((act, unit)) => {
            let mut frame = shell(app, signed, act.label());
            frame.lead =
                Some(html! { (unit.name(day)) ", " (type_label(app, unit, day)) " · " (unit.state(day).label()) });
            frame.crumbs = page::crumbs(signed, &app.tree(), unit, day);
            frame.crumbs.push(ui::Crumb::new(unit.name(day), format!("/units/{}", unit.id)));
            frame
        }
    }
}

fn action_of(about: &About) -> String {
    about.as_ref().map_or_else(|| "/units/new".to_owned(), |(act, unit)| format!("/units/{}/{}", unit.id, act.key()))
}

fn drawn(
    app: &App,
    signed: &Signed,
    about: &About,
    typed: &Pairs,
    look: &str,
    key: &str,
    problems: &[Problem],
) -> Markup {
    let drawing = Drawing { app, signed, tree: app.tree(), unit: about.clone(), form: typed, look, problems };
    let form = ui::Form {
        action: action_of(about),
        key: key.to_owned(),
        actions: vec![ui::Action::with(words::SEE_CONSEQUENCES, "look")],
        cancel: Some(about.as_ref().map_or_else(|| "/units".to_owned(), |(_, u)| format!("/units/{}", u.id))),
        ..ui::Form::default()
    };
    // What is wrong with a field this form does not have is said above it.
    let seen: Vec<Problem> = problems
        .iter()
        .map(|p| if has_field(about, &p.field) { p.clone() } else { Problem { field: String::new(), ..p.clone() } })
        .collect();
    let body = html! {
        (ui::problems_summary(&seen, &|name| form::label_of(app, name)))
        (ui::form(&form, html! { (drawing.fields()) (drawing.basis()) }))
    };
    ui::page(&frame(app, signed, about), body)
}

fn has_field(about: &About, name: &str) -> bool {
    let own: &[&str] = match about.as_ref().map(|(act, _)| act) {
        None => &["name", "type", "code", "levels", "administrative", "professional", "from"],
        Some(Act::Rename) => &["name"],
        Some(Act::Levels) => &["levels"],
        Some(Act::Recode) => &["scheme", "code"],
        Some(Act::Move) => &["role", "parent"],
        Some(Act::Merge) => &["into", "also1", "also2", "also3", "also4"],
        Some(Act::Suspend | Act::Reopen | Act::Dissolve) => &[],
    };
    name == "day" || name == "decision" || own.contains(&name)
}

/// An empty form about a unit.
pub(super) async fn form(
    State(app): State<App>,
    signed: Signed,
    Path((id, act)): Path<(String, String)>,
) -> Result<Markup> {
    blocking(move || {
        let about = about(&app, &signed, &id, &act)?;
        Ok(drawn(&app, &signed, &about, &Pairs::default(), "", &app.chance.token::<12>(), &[]))
    })
    .await
}

/// An empty form for a new unit; the address may know under which (`under`), or out of which (`from`).
pub(super) async fn found_form(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageUnits)?;
    blocking(move || {
        let known = prefilled(&app, &signed, &query)?;
        Ok(drawn(&app, &signed, &None, &known, "", &app.chance.token::<12>(), &[]))
    })
    .await
}

/// What a link to the form of a new unit knows, as if it had been typed.
fn prefilled(app: &App, signed: &Signed, query: &Pairs) -> Result<Pairs> {
    let tree = app.tree();
    let day = app.today();
    let mut link = ui::Link::default();
    for (from, to) in [("under", "administrative"), ("from", "from")] {
        if !query.get(from).is_empty() {
            let unit = unit_at(&tree, signed, query.get(from))?;
            link = link.with(to, unit.id);
            if to == "from" {
                // What splits off begins like what it splits from.
                link = link.with("type", unit.unit_type(day));
                for (role, name) in [
                    (crate::tree::ParentRole::Administrative, "administrative"),
                    (crate::tree::ParentRole::Professional, "professional"),
                ] {
                    link = link.with(name, unit.parent(role, day).map_or(String::new(), |p| p.to_string()));
                }
                for level in unit.levels(day) {
                    link = link.with("levels", level);
                }
            }
        }
    }
    let text = link.to_string();
    Pairs::parse(text.trim_start_matches('?').as_bytes(), 50)
}

/// A form about a unit.
pub(super) async fn send(
    State(app): State<App>,
    signed: Signed,
    Path((id, act)): Path<(String, String)>,
    typed: Form,
) -> Result<Response> {
    let about = about(&app, &signed, &id, &act)?;
    carry_out(app, signed, about, typed).await
}

/// A form for a new unit.
pub(super) async fn found(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageUnits)?;
    carry_out(app, signed, None, typed).await
}

async fn carry_out(app: App, signed: Signed, about: About, typed: Form) -> Result<Response> {
    let (pressed, which) = typed.pressed();
    if pressed == "find" || pressed == "edit" {
        let page = drawn(&app, &signed, &about, &typed, which, typed.key(), &[]);
        return Ok(page.into_response());
    }
    let wrong = |problems: &[Problem]| {
        let page = drawn(&app, &signed, &about, &typed, "", typed.key(), problems);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let tree = app.tree();
    let unit = about.as_ref().map(|(act, unit)| (*act, unit.id));
    let reform = match form::read(&app, &signed, &tree, unit, &typed) {
        Ok(reform) => reform,
        Err(problems) => return wrong(&problems),
    };
    if pressed == "confirm" {
        let main = match ops::reform(&app, &signed.actor, reform, typed.key().to_owned()).await {
            Ok(main) => main,
            Err(Error::Invalid(problems)) => return wrong(&problems),
            Err(e) => return Err(e),
        };
        return Ok(see_other(format!("/units/{main}?done=reform")));
    }
    let units = match plan::plan(&app.spec, &tree, &reform, app.today()) {
        Ok(units) => units,
        Err(problems) => return wrong(&problems),
    };
    blocking(move || {
        let mut frame = frame(&app, &signed, &about);
        frame.title = words::confirm_title(&frame.title, &shown(reform.day));
        let act = about.as_ref().map(|(act, _)| *act);
        let asked = confirm::Asked { reform: &reform, units: &units, action: action_of(&about), act, typed: &typed };
        let body = confirm::body(&app, &signed, &tree, asked)?;
        Ok(ui::page(&frame, body).into_response())
    })
    .await
}

/// Takes back the newest reform of a unit.
pub(super) async fn undo(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageUnits)?;
    let unit = unit_at(&app.tree(), &signed, typed.get("unit"))?;
    let entry = typed.get("entry").parse().map_err(|_| Error::NotFound)?;
    ops::undo(&app, &signed.actor, entry, typed.key().to_owned()).await?;
    Ok(see_other(format!("/units/{}?done=undo", unit.id)))
}
