//! What holds of a unit on a day, and all that ever held, as labels and texts: the unit's page and the
//! page that asks for confirmation say it alike.

use super::{shown, unit_link};
use crate::app::App;
use crate::sessions::Signed;
use crate::tree::{Dated, Day, ParentRole, Tree, Unit};
use crate::ui::{self, Column, Markup, Shape, Tone, html, words};

/// The names of schemes of codes.
pub(super) fn scheme_label(scheme: &str) -> &str {
    words::CODE_SCHEMES.iter().find(|(k, _)| *k == scheme).map_or(scheme, |(_, label)| label)
}

/// Levels as words.
pub(super) fn levels_text(app: &App, keys: &[String]) -> String {
    let label =
        |key: &String| app.spec.levels.iter().find(|l| l.key == *key).map_or_else(|| key.clone(), |l| l.label.clone());
    keys.iter().map(label).collect::<Vec<_>>().join(", ")
}

/// The label of a parent's role.
pub(super) fn role_label(app: &App, role: ParentRole) -> String {
    let key = match role {
        ParentRole::Administrative => "administrative",
        ParentRole::Professional => "professional",
    };
    app.spec.parent_roles.iter().find(|r| r.key == key).map_or_else(|| key.to_owned(), |r| r.label.clone())
}

fn type_text(app: &App, key: &str) -> String {
    app.spec.unit_type(key).map_or_else(|| key.to_owned(), |t| t.label.clone())
}

/// What holds on a day: label and text, in a fixed order.
pub(super) fn on_day(app: &App, tree: &Tree, unit: &Unit, day: Day) -> Vec<(String, String)> {
    let parent =
        |role| unit.parent(role, day).and_then(|p| tree.get(p)).map_or(String::new(), |p| p.name(day).to_owned());
    let mut out = vec![
        (words::UNIT_NAME.to_owned(), unit.name(day).to_owned()),
        (words::UNIT_TYPE.to_owned(), type_text(app, unit.unit_type(day))),
        (words::STATE.to_owned(), unit.state(day).label().to_owned()),
        (role_label(app, ParentRole::Administrative), parent(ParentRole::Administrative)),
        (role_label(app, ParentRole::Professional), parent(ParentRole::Professional)),
        (words::LEVELS.to_owned(), levels_text(app, unit.levels(day))),
    ];
    for (scheme, label) in words::CODE_SCHEMES {
        let code = unit.codes.iter().rev().find(|c| c.value.scheme == scheme && c.holds_on(day));
        out.push((label.to_owned(), code.map_or(String::new(), |c| c.value.value.clone())));
    }
    out
}

/// What holds on a day, as a description list with links.
pub(super) fn list(app: &App, signed: &Signed, tree: &Tree, unit: &Unit, day: Day) -> Markup {
    let facts: Vec<ui::Fact> = on_day(app, tree, unit, day)
        .into_iter()
        .filter(|(label, text)| !text.is_empty() || *label == role_label(app, ParentRole::Administrative))
        .map(|(label, text)| {
            let role = [ParentRole::Administrative, ParentRole::Professional]
                .into_iter()
                .find(|r| role_label(app, *r) == label);
            match role.and_then(|r| unit.parent(r, day)) {
                Some(parent) => ui::Fact::markup(label, unit_link(signed, tree, parent, day)),
                None if role.is_some() && text.is_empty() => ui::Fact::text(label, words::NO_PARENT),
                None => ui::Fact::text(label, &text),
            }
        })
        .collect();
    ui::facts(&facts)
}

/// Everything that ever held, with its first and last day and the decision.
pub(super) fn history(app: &App, signed: &Signed, tree: &Tree, unit: &Unit, day: Day) -> Markup {
    let mut rows: Vec<(String, Markup, Span)> = Vec::new();
    rows.extend(unit.names.iter().map(|f| (words::UNIT_NAME.into(), html! { (f.value) }, Span::of(f))));
    rows.extend(
        unit.types.iter().map(|f| (words::UNIT_TYPE.into(), html! { (type_text(app, &f.value)) }, Span::of(f))),
    );
    rows.extend(unit.states.iter().map(|f| (words::STATE.into(), html! { (f.value.label()) }, Span::of(f))));
    for role in [ParentRole::Administrative, ParentRole::Professional] {
        rows.extend(unit.parents(role).iter().map(|f| {
            let seen = f.to.unwrap_or(day).max(f.from.unwrap_or(day));
            (role_label(app, role), unit_link(signed, tree, f.value, seen), Span::of(f))
        }));
    }
    rows.extend(
        unit.levels.iter().map(|f| (words::LEVELS.into(), html! { (levels_text(app, &f.value)) }, Span::of(f))),
    );
    rows.extend(
        unit.codes.iter().map(|f| (scheme_label(&f.value.scheme).to_owned(), html! { (f.value.value) }, Span::of(f))),
    );
    let rows = rows
        .into_iter()
        .map(|(label, value, span)| {
            let now = span.from.is_none_or(|f| f <= day) && span.to.is_none_or(|t| day <= t);
            let from = span.from.map_or_else(|| words::FROM_THE_BEGINNING.to_owned(), shown);
            let to = span.to.map_or_else(|| words::UNTIL_NOW.to_owned(), shown);
            ui::Row {
                cells: vec![
                    html! { (label) @if now { " " (ui::badge(Tone::Good, words::HOLDS)) } },
                    value,
                    html! { (from) },
                    html! { (to) },
                    html! { (span.decision) },
                ],
                ..ui::Row::default()
            }
        })
        .collect();
    ui::table(&ui::Table {
        caption: words::ALL_FACTS.into(),
        columns: vec![
            Column::new(words::FACT, Shape::Text),
            Column::new(words::FACT_VALUE, Shape::Text),
            Column::new(words::FROM_DAY, Shape::Code),
            Column::new(words::TO_DAY, Shape::Code),
            Column::new(words::DECISION, Shape::Text),
        ],
        rows,
        foot: None,
    })
}

/// How long a fact holds, and by what.
struct Span {
    from: Option<Day>,
    to: Option<Day>,
    decision: String,
}

impl Span {
    fn of<T>(fact: &Dated<T>) -> Self {
        Self { from: fact.from, to: fact.to, decision: fact.decision.clone() }
    }
}
