//! The tree of units on any day, from the top of one's scope down: counts by type, then the units,
//! opened branch by branch without script. A large tree is shown in two levels; the rest is a link away.

use super::{day_asked, role_choices, shown, state_badge};
use crate::actor::Right;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Pairs, Query, blocking};
use crate::id::UnitId;
use crate::sessions::{Signed, shell};
use crate::tree::{Day, ParentRole, Tree, Unit, UnitState};
use crate::ui::{self, Choice, Column, Control, Field, Link, Markup, Notice, Shape, Tone, html, number, words};
use axum::extract::State;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A tree with more units is shown in two levels only.
const WHOLE_MOST: usize = 400;
/// So many coming and past events are told.
const EVENTS_TOLD: usize = 8;

/// What the address asks for.
struct Asked<'a> {
    app: &'a App,
    signed: &'a Signed,
    tree: Arc<Tree>,
    day: Day,
    role: ParentRole,
    /// Also units that have ended.
    ended: bool,
    /// The whole tree, all branches open (for printing).
    all: bool,
    query: &'a Pairs,
}

/// The page.
pub(super) async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    blocking(move || {
        let role =
            if query.get("role") == "professional" { ParentRole::Professional } else { ParentRole::Administrative };
        let asked = Asked {
            app: &app,
            signed: &signed,
            tree: app.tree(),
            day: day_asked(&app, &signed, &query)?,
            role,
            ended: query.get("ended") == "true",
            all: query.get("all") == "true",
            query: &query,
        };
        let top = match query.get("under") {
            "" => None,
            text => Some(super::unit_at(&asked.tree, &signed, text)?),
        };
        draw(&asked, top.as_deref())
    })
    .await
}

fn draw(asked: &Asked<'_>, top: Option<&Unit>) -> Result<Markup> {
    let (app, day) = (asked.app, asked.day);
    let mut frame = shell(app, asked.signed, words::UNITS);
    frame.lead = Some(html! {
        (words::ON_DAY) " " (shown(day)) @if let Some(top) = top { ", " (words::STANDS_UNDER) " " (top.name(day)) }
    });
    if let Some(top) = top {
        frame.crumbs.push(ui::Crumb::new(words::UNITS, link(asked, &["under"]).to_string()));
        top.name(day).clone_into(&mut frame.title);
    }
    if day != app.today() {
        let now = link(asked, &["at"]).to_string();
        frame.notices.push(Notice::new(Tone::Info, words::tree_on(&shown(day))).link(words::SEE_TODAY, now));
    }
    if asked.signed.actor.may(Right::ManageUnits) {
        let under = top.map_or(String::new(), |t| t.id.to_string());
        let href = Link::to("/units/new").with("under", under).to_string();
        frame.tools = Some(html! { a.button.primary href=(href) { (words::FOUND_UNIT) } });
    }
    let shown_units = visible(asked, top);
    if shown_units.is_empty() {
        let body = html! { (filter(asked)) (ui::empty(words::NO_UNITS_ON_DAY, words::NO_UNITS_ON_DAY_HINT, None)) };
        return Ok(ui::page(&frame, body));
    }
    let branches = Branches::new(asked, &shown_units);
    let large = shown_units.len() > WHOLE_MOST && !asked.all;
    let body = html! {
        (filter(asked))
        (counts(asked, &shown_units))
        (ui::panel("tree", words::TREE, Some(tree_tools(asked)), html! {
            @if large { p.hint { (words::LARGE_TREE) } }
            (ui::branches(&branches.roots.iter().map(|root| branch(asked, &branches, root, 0, large)).collect::<Vec<_>>()))
        }))
        (events(asked, &shown_units))
    };
    if branches.roots.is_empty() {
        return Err(Error::Internal("a tree without a top".into()));
    }
    Ok(ui::page(&frame, body))
}

fn link(asked: &Asked<'_>, without: &[&str]) -> Link {
    let kept = asked.query.iter().filter(|(name, text)| !text.is_empty() && !without.contains(name));
    Link::to("/units").with_all(kept)
}

/// The units to show: in scope, there on the day (or ended, if asked for), below `top` if there is one.
fn visible(asked: &Asked<'_>, top: Option<&Unit>) -> Vec<Arc<Unit>> {
    let below = top.map(|t| asked.tree.below(t.id, asked.day));
    let inside = |id: UnitId| below.as_ref().is_none_or(|b| b.binary_search(&id).is_ok());
    asked
        .tree
        .all()
        .filter(|u| asked.signed.actor.scope.has(u.id) && inside(u.id))
        .filter(|u| match u.state(asked.day) {
            UnitState::Active | UnitState::Suspended => true,
            UnitState::Merged | UnitState::Dissolved => asked.ended,
            UnitState::Planned => false,
        })
        .cloned()
        .collect()
}

/// Who stands under whom among the units shown.
struct Branches {
    roots: Vec<Arc<Unit>>,
    children: HashMap<UnitId, Vec<Arc<Unit>>>,
    /// How many stand below, at any depth.
    below: HashMap<UnitId, usize>,
}

impl Branches {
    fn new(asked: &Asked<'_>, units: &[Arc<Unit>]) -> Self {
        let there: HashSet<UnitId> = units.iter().map(|u| u.id).collect();
        // A unit without a parent in this role stands under its other one: nobody is lost.
        let parent = |u: &Unit| {
            let other = if asked.role == ParentRole::Administrative {
                ParentRole::Professional
            } else {
                ParentRole::Administrative
            };
            u.parent(asked.role, asked.day).or_else(|| u.parent(other, asked.day)).filter(|p| there.contains(p))
        };
        let mut out = Self { roots: Vec::new(), children: HashMap::new(), below: HashMap::new() };
        for unit in units {
            match parent(unit) {
                Some(p) => out.children.entry(p).or_default().push(unit.clone()),
                None => out.roots.push(unit.clone()),
            }
            let mut at = parent(unit);
            let mut steps = 0;
            while let Some(p) = at.filter(|_| steps < 20) {
                *out.below.entry(p).or_default() += 1;
                at = asked.tree.get(p).and_then(|u| parent(u));
                steps += 1;
            }
        }
        let type_order = |u: &Unit| asked.app.spec.unit_type_by_key.get(u.unit_type(asked.day)).copied();
        let order = |list: &mut Vec<Arc<Unit>>| {
            list.sort_by_cached_key(|u| (type_order(u), crate::text::sort_key(u.name(asked.day))))
        };
        order(&mut out.roots);
        out.children.values_mut().for_each(order);
        out
    }
}

fn branch(asked: &Asked<'_>, all: &Branches, unit: &Unit, depth: usize, large: bool) -> ui::Branch {
    let day = asked.day;
    let children = all.children.get(&unit.id).map_or(&[][..], Vec::as_slice);
    let below = all.below.get(&unit.id).copied().unwrap_or(0);
    // Of a large tree the second level's children are a page of their own.
    let elsewhere = large && depth >= 1 && !children.is_empty();
    let code = unit.main_code(day);
    let at = if day == asked.app.today() { String::new() } else { shown(day) };
    let more = link(asked, &["under", "all"]).with("under", unit.id).to_string();
    ui::Branch {
        label: unit.name(day).to_owned(),
        href: Link::to(format!("/units/{}", unit.id)).with("at", at).to_string(),
        note: Some(html! {
            (code)
            @if let Some(badge) = state_badge(unit, day) { " " (badge) }
            @if elsewhere { " · " a href=(more) { (words::units_below(below)) } } @else if below > 0 { " · " (words::units_below(below)) }
        }),
        open: asked.all || depth == 0,
        here: false,
        under: if elsewhere {
            Vec::new()
        } else {
            children.iter().map(|c| branch(asked, all, c, depth + 1, large)).collect()
        },
    }
}

fn filter(asked: &Asked<'_>) -> Markup {
    let ended = vec![Choice::new("false", words::WITHOUT_ENDED), Choice::new("true", words::WITH_ENDED)];
    let fields = [
        Field::new("at", words::ON_THE_DAY, Control::Date).value(shown(asked.day)),
        Field::select("role", words::TREE_BY, role_choices(asked.app))
            .value(if asked.role == ParentRole::Professional { "professional" } else { "administrative" })
            .required(true),
        Field::select("ended", words::STATE, ended).value(if asked.ended { "true" } else { "false" }).required(true),
    ];
    let under = asked.query.get("under");
    let hidden = if under.is_empty() { Vec::new() } else { vec![("under".to_owned(), under.to_owned())] };
    let find = [("kind".to_owned(), crate::records::docs::UNIT_KIND.to_owned())];
    html! {
        div.narrows {
            (ui::narrow("/units", &hidden, &fields))
            (ui::find("/search", &find, Field::text("q", words::FIND_UNIT, 200)))
        }
    }
}

fn tree_tools(asked: &Asked<'_>) -> Markup {
    let href = if asked.all { link(asked, &["all"]) } else { link(asked, &["all"]).with("all", "true") };
    html! { a href=(href.to_string()) { (if asked.all { words::FOLD_TREE } else { words::WHOLE_TREE }) } }
}

/// How many of each type there are, by state and level.
fn counts(asked: &Asked<'_>, units: &[Arc<Unit>]) -> Markup {
    let levels = &asked.app.spec.levels;
    let mut columns = vec![
        Column::new(words::UNIT_TYPE, Shape::Text),
        Column::new(words::COLUMN_ACTIVE, Shape::Number),
        Column::new(words::COLUMN_SUSPENDED, Shape::Number),
    ];
    if asked.ended {
        columns.push(Column::new(words::COLUMN_ENDED, Shape::Number));
    }
    columns.extend(levels.iter().map(|l| Column::new(l.short.clone(), Shape::Number)));
    let dash = |n: usize| html! { @if n == 0 { "–" } @else { (number(n as i64)) } };
    let mut rows = Vec::new();
    for t in &asked.app.spec.unit_types {
        let of_type: Vec<&Arc<Unit>> = units.iter().filter(|u| u.unit_type(asked.day) == t.key).collect();
        if of_type.is_empty() {
            continue;
        }
        let count =
            |states: &[UnitState]| dash(of_type.iter().filter(|u| states.contains(&u.state(asked.day))).count());
        let mut cells = vec![html! { (t.plural) }, count(&[UnitState::Active]), count(&[UnitState::Suspended])];
        if asked.ended {
            cells.push(count(&[UnitState::Merged, UnitState::Dissolved]));
        }
        cells.extend(levels.iter().map(|l| {
            dash(of_type.iter().filter(|u| u.is_active(asked.day) && u.levels(asked.day).contains(&l.key)).count())
        }));
        rows.push(ui::Row { cells, ..ui::Row::default() });
    }
    let table = ui::Table { caption: words::UNITS_BY_TYPE.into(), columns, rows, foot: None };
    ui::panel(
        "counts",
        words::UNITS_BY_TYPE,
        None,
        html! {
            p.hint { (words::LEVELS_COUNTED) }
            (ui::table(&table))
        },
    )
}

/// What is coming, and what happened last, as of the day shown.
fn events(asked: &Asked<'_>, shown_units: &[Arc<Unit>]) -> Markup {
    let mut coming = Vec::new();
    let mut past = Vec::new();
    for unit in asked.tree.all().filter(|u| asked.signed.actor.scope.has(u.id)) {
        for event in &unit.events {
            let told = (event.day, unit, event);
            if event.day > asked.day {
                coming.push(told);
            } else if shown_units.len() <= WHOLE_MOST || event.day > asked.day - 400 {
                past.push(told);
            }
        }
    }
    coming.sort_by_key(|e| e.0);
    past.sort_by_key(|e| std::cmp::Reverse(e.0));
    let list = |title: &str, events: &[(Day, &Arc<Unit>, &crate::tree::Event)]| {
        html! { @if !events.is_empty() {
            (ui::panel("", title, None, html! {
                ul.happenings { @for (day, unit, event) in events.iter().take(EVENTS_TOLD) {
                    li {
                        span.when { (shown(*day)) } " "
                        (super::unit_link(asked.signed, &asked.tree, unit.id, *day)) ": "
                        (words::unit_event(&event.kind))
                        @for (at, other) in event.others.iter().enumerate() {
                            (if at == 0 { " " } else { ", " }) (super::unit_link(asked.signed, &asked.tree, *other, *day))
                        }
                        @if !event.decision.is_empty() { " " span.detail { "(" (event.decision) ")" } }
                    }
                } }
                @if events.len() > EVENTS_TOLD { p.hint { (words::more_events(events.len() - EVENTS_TOLD)) } }
            }))
        } }
    };
    html! { (list(words::COMING_CHANGES, &coming)) (list(words::LAST_CHANGES, &past)) }
}
