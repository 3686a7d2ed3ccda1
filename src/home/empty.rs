//! Schools of one's scope that have entered no class or no learner this year. Asked of each school by
//! one look at the start of its list, so that the cost is the number of schools.

use super::tasks::has_any;
use crate::actor::{Actor, Scope};
use crate::app::App;
use crate::error::Result;
use crate::http::blocking;
use crate::id::UnitId;
use crate::sessions::{Signed, shell};
use crate::tree::{ParentRole, Tree};
use crate::ui::{self, Link, Markup, html, words};
use axum::extract::State;

/// With more units than this the first page does not ask; the page of its own does.
const ASKED_ON_HOME: usize = 400;

/// A school that lacks something.
pub(super) struct Lacking {
    unit: UnitId,
    classes: bool,
    learners: bool,
}

/// The schools of a scope without classes or learners of a year; nothing if the scope is too large to
/// ask in passing.
pub(super) fn of(app: &App, actor: &Actor, tree: &Tree, year: u16) -> Result<Option<Vec<Lacking>>> {
    match &actor.scope {
        Scope::Units(units) if units.len() <= ASKED_ON_HOME => lacking(app, actor, tree, year).map(Some),
        Scope::All if tree.len() <= ASKED_ON_HOME => lacking(app, actor, tree, year).map(Some),
        _ => Ok(None),
    }
}

fn lacking(app: &App, actor: &Actor, tree: &Tree, year: u16) -> Result<Vec<Lacking>> {
    let day = app.today();
    let schools: Vec<UnitId> = tree
        .all()
        .filter(|u| actor.scope.has(u.id) && u.is_active(day))
        .filter(|u| app.spec.unit_type(u.unit_type(day)).is_some_and(|t| t.has_school_record))
        .map(|u| u.id)
        .collect();
    let mut out = Vec::new();
    // Short snapshots: a province's schools are not read in one.
    for part in schools.chunks(200) {
        app.db.read(|tx| {
            for unit in part {
                let classes = !has_any(app, tx, "class", *unit, year)?;
                let learners = !has_any(app, tx, "enrolment", *unit, year)?;
                if classes || learners {
                    out.push(Lacking { unit: *unit, classes, learners });
                }
            }
            Ok(())
        })?;
    }
    Ok(out)
}

/// The page that lists them.
pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Markup> {
    blocking(move || {
        let tree = app.tree();
        let day = app.today();
        let year = crate::clock::school_year(app.clock.today());
        let mut list = lacking(&app, &signed.actor, &tree, year)?;
        list.sort_by_cached_key(|l| tree.get(l.unit).map(|u| crate::text::sort_key(u.name(day))));
        let rows = list
            .iter()
            .map(|l| {
                let parent = tree.get(l.unit).and_then(|u| u.parent(ParentRole::Administrative, day)).and_then(|p| tree.get(p));
                let lists = |kind: &str| Link::to(format!("/records/{kind}")).with("unit", l.unit).with("year", year).to_string();
                let cell = |missing: bool, kind: &str| html! { @if missing { a href=(lists(kind)) { (words::NOT_ENTERED) } } @else { (words::ENTERED) } };
                ui::Row {
                    href: Some(format!("/units/{}", l.unit)),
                    cells: vec![
                        html! { (tree.get(l.unit).map_or("", |u| u.name(day))) },
                        html! { (parent.map_or("", |p| p.name(day))) },
                        cell(l.classes, "class"),
                        cell(l.learners, "enrolment"),
                    ],
                    ..ui::Row::default()
                }
            })
            .collect();
        let mut frame = shell(&app, &signed, words::WITHOUT_RECORDS);
        frame.lead = Some(html! { (words::school_year(app.clock.today())) ", " (words::units_count(list.len())) });
        frame.crumbs.push(ui::Crumb::new(words::UNITS, "/units"));
        let table = ui::Table {
            caption: words::WITHOUT_RECORDS.into(),
            columns: vec![
                ui::Column::new(words::UNIT_NAME, ui::Shape::Text),
                ui::Column::new(words::MANAGED_BY, ui::Shape::Text),
                ui::Column::new(words::CLASSES, ui::Shape::Text),
                ui::Column::new(words::NAV_PUPILS, ui::Shape::Text),
            ],
            rows,
            foot: None,
        };
        let body = html! { @if list.is_empty() { (ui::empty(words::ALL_HAVE_RECORDS, "", None)) } @else { (ui::table(&table)) } };
        Ok(ui::page(&frame, body))
    })
    .await
}
