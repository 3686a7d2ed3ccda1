//! Naming a unit in a form: by letters of its name or code, without script by a button that lists what
//! was found, with script while typing. Only units in the person's scope are ever offered.

use crate::app::App;
use crate::error::Result;
use crate::http::{Pairs, Query, blocking};
use crate::id::UnitId;
use crate::sessions::Signed;
use crate::text;
use crate::tree::{Day, Tree, Unit, UnitState};
use crate::ui::{Choice, Control, Field, words};
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};

/// So many units are offered.
const OFFERED: usize = 12;
/// Where the script asks.
const SOURCE: &str = "/units/options";

/// How a unit is named in a form.
pub(crate) fn label(unit: &Unit, day: Day) -> String {
    match unit.main_code(day) {
        "" => unit.name(day).to_owned(),
        code => format!("{} ({code})", unit.name(day)),
    }
}

fn words_of(typed: &str) -> Vec<String> {
    text::fold(typed).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn fits(unit: &Unit, day: Day, wanted: &[String]) -> bool {
    let names = text::fold(&label(unit, day));
    wanted.iter().all(|w| names.contains(w.as_str()))
}

/// The units somebody may mean: in scope, not ended; those that begin so come first.
fn candidates(tree: &Tree, signed: &Signed, typed: &str, day: Day) -> Vec<Choice> {
    let wanted = words_of(typed);
    let exact = typed.trim();
    let mut found: Vec<&std::sync::Arc<Unit>> = tree
        .all()
        .filter(|u| signed.actor.scope.has(u.id) && !matches!(u.state(day), UnitState::Merged | UnitState::Dissolved))
        .filter(|u| fits(u, day, &wanted))
        .collect();
    found.sort_by_cached_key(|u| {
        let hit = u.codes.iter().any(|c| c.value.value == exact) || text::fold(u.name(day)) == text::fold(exact);
        (!hit, text::sort_key(u.name(day)))
    });
    found.into_iter().take(OFFERED).map(|u| Choice::new(u.id.to_string(), label(u, day))).collect()
}

/// What a form says of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// Nothing.
    None,
    /// This one.
    Unit(UnitId),
    /// One of these, or none that fits.
    Unclear(Vec<Choice>),
}

/// Reads what a form says in `name` and `name.text`.
pub(crate) fn chosen(tree: &Tree, signed: &Signed, form: &Pairs, name: &str, day: Day) -> Chosen {
    let typed = form.get(&format!("{name}.text")).trim();
    let id = form.get(name).parse::<UnitId>().ok().filter(|id| signed.actor.scope.has(*id));
    let unit = id.and_then(|id| tree.get(id));
    if let Some(unit) = unit
        && (!form.has(&format!("{name}.text")) || fits(unit, day, &words_of(typed)) && !typed.is_empty())
    {
        return Chosen::Unit(unit.id);
    }
    if typed.is_empty() {
        return Chosen::None;
    }
    let found = candidates(tree, signed, typed, day);
    let exact: Vec<&Choice> = found
        .iter()
        .filter(|c| {
            let unit = c.value.parse().ok().and_then(|id| tree.get(id));
            unit.is_some_and(|u| {
                u.codes.iter().any(|k| k.value.value == typed) || text::fold(u.name(day)) == text::fold(typed)
            })
        })
        .collect();
    let one = match (&exact[..], &found[..]) {
        ([one], _) => Some(*one),
        ([], [one]) => Some(one),
        _ => None,
    };
    match one.and_then(|c| c.value.parse().ok()) {
        Some(unit) => Chosen::Unit(unit),
        None => Chosen::Unclear(found),
    }
}

/// The field for naming a unit, with what was typed; `look` lists what was found (its button was pressed).
pub(crate) fn field(
    tree: &Tree,
    signed: &Signed,
    form: &Pairs,
    name: &str,
    label_text: &str,
    day: Day,
    look: bool,
) -> Field {
    let chosen = chosen(tree, signed, form, name, day);
    let typed = form.get(&format!("{name}.text")).trim().to_owned();
    let (value, text, found) = match chosen {
        Chosen::Unit(id) if look => (id.to_string(), typed.clone(), candidates(tree, signed, &typed, day)),
        Chosen::Unit(id) => (id.to_string(), tree.get(id).map_or(String::new(), |u| label(u, day)), Vec::new()),
        Chosen::None if look => (String::new(), String::new(), candidates(tree, signed, "", day)),
        Chosen::None => (String::new(), String::new(), Vec::new()),
        Chosen::Unclear(found) => (String::new(), typed, found),
    };
    Field::new(name, label_text, Control::Ref { text, found, source: SOURCE.into() })
        .value(value)
        .hint(words::UNIT_FIND_HINT)
}

/// Units for the script: by name or code.
pub(super) async fn options(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Response> {
    blocking(move || {
        let found = candidates(&app.tree(), &signed, query.get("q"), app.today());
        let list: Vec<_> =
            found.into_iter().map(|c| serde_json::json!({ "value": c.value, "label": c.label })).collect();
        Ok(Json(list).into_response())
    })
    .await
}
