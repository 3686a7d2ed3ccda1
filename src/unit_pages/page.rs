//! One unit: what holds on a day, its records, its children, its story, and every fact it ever had.

use super::charts::{self, Whose};
use super::{day_asked, facts, records, school, shown, state_badge, type_label, unit_at, unit_link};
use crate::accounts::store as accounts;
use crate::actor::Right;
use crate::app::App;
use crate::error::Result;
use crate::http::{Query, blocking};
use crate::records::counts;
use crate::sessions::{Signed, shell};
use crate::store::history;
use crate::tree::{Day, ParentRole, Tree, Unit, UnitState};
use crate::ui::{self, Control, Field, Link, Markup, Notice, Shell, Tone, html, words};
use crate::units::{ops, store};
use axum::extract::{Path, State};
use std::sync::Arc;

/// With more children than this the list is folded away.
const CHILDREN_OPEN: usize = 30;
/// So many children are listed; the rest is in the tree.
const CHILDREN_SHOWN: usize = 200;
/// So many entries of the log are shown to administrators.
const LOG_SHOWN: usize = 20;

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(query): Query,
) -> Result<Markup> {
    blocking(move || {
        let tree = app.tree();
        let unit = unit_at(&tree, &signed, &id)?;
        let day = day_asked(&app, &signed, &query)?;
        let today = app.today();
        let mut frame = shell(&app, &signed, unit.name(day));
        frame.badges =
            Some(state_badge(&unit, day).unwrap_or_else(|| ui::badge(Tone::Good, UnitState::Active.label())));
        frame.crumbs = crumbs(&signed, &tree, &unit, day);
        let code = unit.main_code(day);
        frame.lead = Some(html! { (type_label(&app, &unit, day)) @if !code.is_empty() { " · " (code) } });
        notices(&mut frame, query.get("done"), &unit, day, today);
        frame.tools = tools(&app, &signed, &unit, day);
        let figures = office_figures(&app, &signed, &mut frame, &tree, &unit, day)?;
        let is_school = app.spec.unit_type(unit.unit_type(day)).is_some_and(|t| t.has_school_record);
        let school =
            if is_school && day == today { school::panels(&app, &signed, &tree, &unit, day)? } else { Vec::new() };
        let body = html! {
            @for (id, title, panel) in &school { (ui::panel(id, title, None, panel.clone())) }
            (ui::panel("facts", &words::facts_on(&shown(day)), None, html! {
                (facts::list(&app, &signed, &tree, &unit, day))
                (as_of_form(&unit, day))
            }))
            @if let Some(figures) = figures { (figures) }
            @if let Some(lists) = records::lists(&app, &signed, &unit, day)? { (lists) }
            (children(&app, &signed, &tree, &unit, day))
            (story(&signed, &tree, &unit))
            (ui::panel("history", words::ALL_FACTS, None, facts::history(&app, &signed, &tree, &unit, day)))
            @if signed.actor.may(Right::ManageUnits) {
                (reforms(&app, &unit))
                (log(&app, &unit)?)
            }
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// The way from the top, as far as this person may see it.
pub(super) fn crumbs(signed: &Signed, tree: &Tree, unit: &Unit, day: Day) -> Vec<ui::Crumb> {
    let above = tree.above(unit.id, ParentRole::Administrative, day);
    let seen = above.into_iter().rev().filter(|u| signed.actor.scope.has(u.id));
    let steps = seen.map(|u| ui::Crumb::new(u.name(day), format!("/units/{}", u.id)));
    [ui::Crumb::new(words::UNITS, "/units")].into_iter().chain(steps).collect()
}

fn notices(frame: &mut Shell<'_>, done: &str, unit: &Unit, day: Day, today: Day) {
    match done {
        "reform" => frame.notices.push(Notice::new(Tone::Good, words::REFORM_DONE)),
        "undo" => frame.notices.push(Notice::new(Tone::Good, words::REFORM_UNDONE)),
        _ => {}
    }
    if day != today {
        let text = words::unit_on(&shown(day));
        frame.notices.push(Notice::new(Tone::Info, text).link(words::SEE_TODAY, format!("/units/{}", unit.id)));
    }
    for event in unit.events.iter().filter(|e| e.day > today) {
        frame.notices.push(Notice::new(
            Tone::Warn,
            words::coming(&shown(event.day), words::unit_event(&event.kind), &event.decision),
        ));
    }
}

fn tools(app: &App, signed: &Signed, unit: &Unit, day: Day) -> Option<Markup> {
    let accounts = Link::to("/accounts").with("unit", unit.id).to_string();
    let tree = Link::to("/units").with("under", unit.id).to_string();
    let below = !app.tree().children(unit.id, ParentRole::Administrative, day).is_empty();
    Some(html! {
        @if below { a.button href=(tree) { (words::SEE_TREE) } }
        @if signed.actor.may(Right::ManageAccounts) { a.button href=(accounts) { (words::NAV_ACCOUNTS) } }
    })
}

fn as_of_form(unit: &Unit, day: Day) -> Markup {
    ui::narrow(
        &format!("/units/{}", unit.id),
        &[],
        &[Field::new("at", words::ON_THE_DAY, Control::Date).value(shown(day))],
    )
}

/// For an office: how many learners, classes and staff its units have.
fn office_figures(
    app: &App,
    signed: &Signed,
    frame: &mut Shell<'_>,
    tree: &Tree,
    unit: &Unit,
    day: Day,
) -> Result<Option<Markup>> {
    let office =
        app.spec.unit_type(unit.unit_type(day)).is_some_and(|t| !t.has_school_record && !t.manages_levels.is_empty());
    if !office || day != app.today() {
        return Ok(None);
    }
    let root = tree.root().is_some_and(|r| r.id == unit.id);
    let below = (!root).then(|| tree.below(unit.id, day));
    let figures = counts::figures(app, &signed.actor, below.as_deref())?;
    frame.notices.extend(charts::growing(&figures));
    let counts = &figures.counts;
    let whose = Whose::Office(Some(unit.id));
    let list = Whose::units(Some(unit.id)).to_string();
    let tools = html! { a href=(list) { (words::SEE_UNIT_FIGURES) } };
    Ok(Some(ui::panel(
        "figures",
        words::FIGURES_BELOW,
        Some(tools),
        html! {
            ul.tiles.plain {
                (ui::tile(&charts::learners_tile(app, counts, list.clone())))
                (ui::tile(&charts::classes_tile(counts, list.clone())))
                (ui::tile(&charts::staff_tile(counts, list.clone())))
            }
            div.charts { (charts::learners(app, counts, whose)) (charts::completeness(app, counts, whose)) }
        },
    )))
}

fn children(app: &App, signed: &Signed, tree: &Tree, unit: &Unit, day: Day) -> Markup {
    let of = |role| {
        let ended = |u: &Unit| matches!(u.state(day), UnitState::Merged | UnitState::Dissolved);
        tree.children(unit.id, role, day)
            .into_iter()
            .filter(|u| signed.actor.scope.has(u.id) && !ended(u))
            .cloned()
            .collect::<Vec<_>>()
    };
    let (administrative, professional) = (of(ParentRole::Administrative), of(ParentRole::Professional));
    let ids = |list: &[Arc<Unit>]| list.iter().map(|u| u.id).collect::<Vec<_>>();
    let same = ids(&administrative) == ids(&professional);
    let table = |caption: &str, list: &[Arc<Unit>]| {
        let rows = list
            .iter()
            .take(CHILDREN_SHOWN)
            .map(|u| ui::Row {
                href: Some(format!("/units/{}", u.id)),
                cells: vec![
                    html! { (u.name(day)) },
                    html! { (u.main_code(day)) },
                    html! { (type_label(app, u, day)) },
                    html! { (facts::levels_text(app, u.levels(day))) },
                    html! { (state_badge(u, day).unwrap_or_default()) },
                ],
                ..ui::Row::default()
            })
            .collect();
        ui::table(&ui::Table {
            caption: caption.into(),
            columns: vec![
                ui::Column::new(words::UNIT_NAME, ui::Shape::Text),
                ui::Column::new(words::CODE, ui::Shape::Code),
                ui::Column::new(words::UNIT_TYPE, ui::Shape::Text),
                ui::Column::new(words::LEVELS, ui::Shape::Text),
                ui::Column::new(words::STATE, ui::Shape::Text),
            ],
            rows,
            foot: None,
        })
    };
    let panel = |id: &str, title: String, list: &[Arc<Unit>]| {
        html! { @if !list.is_empty() {
            (ui::panel(id, &title, None, html! {
                @if list.len() > CHILDREN_SHOWN {
                    p.hint { (words::more_rows(list.len() - CHILDREN_SHOWN)) " " a href=(Link::to("/units").with("under", unit.id).to_string()) { (words::SEE_TREE) } }
                }
                @if list.len() > CHILDREN_OPEN {
                    details { summary { (words::SHOW_LIST) } (table(&title, list)) }
                } @else { (table(&title, list)) }
            }))
        } }
    };
    html! {
        (panel("children", words::children_title(administrative.len()), &administrative))
        @if !same { (panel("guided", words::guided_title(professional.len()), &professional)) }
    }
}

/// What happened to it, newest first.
fn story(signed: &Signed, tree: &Tree, unit: &Unit) -> Markup {
    ui::panel(
        "story",
        words::STORY,
        None,
        html! {
            @if unit.events.is_empty() { (ui::empty(words::NO_STORY, "", None)) } @else {
                ul.happenings { @for event in unit.events.iter().rev() {
                    li {
                        span.when { (shown(event.day)) } " " (words::unit_event(&event.kind))
                        @for (at, other) in event.others.iter().enumerate() {
                            (if at == 0 { " " } else { ", " }) (unit_link(signed, tree, *other, event.day))
                        }
                        @if !event.decision.is_empty() { " " span.detail { "(" (event.decision) ")" } }
                    }
                } }
            }
        },
    )
}

/// The ways to change a unit, for the Sở's administrators.
fn reforms(app: &App, unit: &Unit) -> Markup {
    let day = app.today();
    let root = app.tree().root().is_some_and(|r| r.id == unit.id);
    let ended = matches!(unit.state(day), UnitState::Merged | UnitState::Dissolved);
    let taught = app.spec.unit_type(unit.unit_type(day)).is_some_and(|t| !t.levels.is_empty());
    let ways = super::form::Act::ALL.into_iter().filter(|act| {
        use super::form::Act;
        match act {
            Act::Rename | Act::Recode => true,
            Act::Levels => taught,
            Act::Suspend => !root && unit.state(day) != UnitState::Suspended,
            Act::Reopen => unit.state(day) == UnitState::Suspended,
            Act::Move | Act::Merge | Act::Dissolve => !root,
        }
    });
    ui::panel(
        "reforms",
        words::REFORM_UNIT,
        None,
        html! {
            @if ended { p { (words::UNIT_ENDED_HINT) } } @else {
                p.hint { (words::REFORM_HINT) }
                ul.links {
                    @for act in ways { li { a href={ "/units/" (unit.id) "/" (act.key()) } { (act.label()) } } }
                    @if !root { li { a href=(Link::to("/units/new").with("from", unit.id).to_string()) { (words::SPLIT_UNIT) } } }
                    li { a href=(Link::to("/units/new").with("under", unit.id).to_string()) { (words::FOUND_UNDER) } }
                }
            }
        },
    )
}

/// What was written of this unit, by whom and when; the newest reform can be taken back.
fn log(app: &App, unit: &Unit) -> Result<Markup> {
    let versions = app.db.read(|tx| history::versions(tx, &store::key(unit.id), LOG_SHOWN))?;
    let names = app.db.read(|tx| {
        versions
            .iter()
            .map(|v| Ok(accounts::get(tx, v.entry.who.account)?.map_or_else(|| v.entry.who.login.clone(), |a| a.name)))
            .collect::<Result<Vec<_>>>()
    })?;
    let founding = versions.len() < 2;
    Ok(ui::panel(
        "log",
        words::UNIT_LOG,
        None,
        html! {
            ol.happenings { @for (at, (version, name)) in versions.iter().zip(&names).enumerate() {
                li {
                    span.when { (version.entry.time.display()) } " " (words::action(&version.entry.action)) ", " (name)
                    @if at == 0 && version.entry.action == ops::REFORM && !founding {
                        details {
                            summary { (words::UNDO_REFORM) "…" }
                            p.hint { (words::UNDO_HINT) }
                            form action="/units/undo" method="post" {
                                input type="hidden" name="_key" value=(app.chance.token::<12>());
                                input type="hidden" name="entry" value=(version.entry.seq);
                                input type="hidden" name="unit" value=(unit.id);
                                button.small.danger { (words::UNDO_REFORM) }
                            }
                        }
                    }
                }
            } }
        },
    ))
}
