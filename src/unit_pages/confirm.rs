//! What a reform will change, shown before it is carried out: every unit it touches, each fact before
//! and after, and what follows for accounts and records.

use super::form::{self, Act};
use super::{facts, unit_link};
use crate::accounts::store as accounts;
use crate::app::App;
use crate::error::Result;
use crate::http::Pairs;
use crate::sessions::Signed;
use crate::tree::{Tree, Unit, UnitState};
use crate::ui::{self, Column, Markup, Shape, Tone, html, words};
use crate::units::plan::{self, Reform};

/// A reform somebody is asked about.
pub(super) struct Asked<'a> {
    /// What would happen.
    pub reform: &'a Reform,
    /// The units as they would be.
    pub units: &'a [Unit],
    /// Where the form goes.
    pub action: String,
    /// What is done to a unit; none when founding.
    pub act: Option<Act>,
    /// What was typed, to be sent again.
    pub typed: &'a Pairs,
}

/// The body of the page that asks "is this meant?".
pub(super) fn body(app: &App, signed: &Signed, tree: &Tree, asked: Asked<'_>) -> Result<Markup> {
    let Asked { reform, units, action, act, typed } = asked;
    let after = plan::with(tree, units);
    let mut rows = Vec::new();
    for unit in units {
        let now = facts::on_day(app, &after, unit, reform.day);
        let before = tree.get(unit.id).map(|u| facts::on_day(app, tree, u, reform.day)).unwrap_or_default();
        for (at, (label, text)) in now.iter().enumerate() {
            let was = before.get(at).map_or("", |(_, was)| was.as_str());
            if was != text {
                let name = if before.is_empty() {
                    html! { (unit.name(reform.day)) }
                } else {
                    unit_link(signed, tree, unit.id, reform.day - 1)
                };
                rows.push(ui::Row {
                    cells: vec![name, html! { (label) }, html! { (dash(was)) }, html! { (dash(text)) }],
                    ..ui::Row::default()
                });
            }
        }
    }
    let table = ui::Table {
        caption: words::WILL_CHANGE.into(),
        columns: vec![
            Column::new(words::UNIT, Shape::Text),
            Column::new(words::FACT, Shape::Text),
            Column::new(words::BEFORE, Shape::Text),
            Column::new(words::AFTER, Shape::Text),
        ],
        rows,
        foot: None,
    };
    let mut consequences = vec![if form::is_later(app, reform) {
        words::takes_effect_later(&form::when(reform))
    } else {
        words::takes_effect_from(&form::when(reform))
    }];
    let ending: Vec<&Unit> =
        units.iter().filter(|u| matches!(u.state(reform.day), UnitState::Merged | UnitState::Dissolved)).collect();
    if !ending.is_empty() {
        let count =
            app.db.read(|tx| ending.iter().map(|u| Ok(accounts::of_unit(tx, u.id)?.len())).sum::<Result<usize>>())?;
        consequences.push(words::RECORDS_STAY.into());
        if count > 0 {
            consequences.push(words::accounts_read_only(count));
        }
    }
    let hidden =
        typed.iter().filter(|(name, _)| !name.starts_with('_')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let frame = ui::Form {
        action,
        key: typed.key().to_owned(),
        hidden,
        actions: vec![
            ui::Action { danger: act.is_some_and(Act::ends), ..ui::Action::with(words::CONFIRM_REFORM, "confirm") },
            ui::Action::with(words::EDIT_AGAIN, "edit"),
        ],
        cancel: None,
        ..ui::Form::default()
    };
    Ok(html! {
        (ui::notice(Tone::Warn, words::NOT_YET_DONE, html! { ul { @for line in &consequences { li { (line) } } } }))
        (ui::panel("changes", words::WILL_CHANGE, None, html! {
            @if table.rows.is_empty() { p { (words::ONLY_STORY) } } @else { (ui::table(&table)) }
            p.hint { (words::DECISION) ": " (reform.decision) }
        }))
        (ui::form(&frame, html! {}))
    })
}

fn dash(text: &str) -> &str {
    if text.is_empty() { words::NONE_SUCH } else { text }
}
