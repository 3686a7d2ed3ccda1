//! Ways to narrow a search, with counts inside one's scope; what was chosen, as chips that lift it.

use super::super::super::docs::UNIT_KIND;
use super::super::super::{model, view};
use super::{FILTERS, with};
use crate::actor::Scope;
use crate::app::App;
use crate::http::Pairs;
use crate::id::UnitId;
use crate::search::Hits;
use crate::sessions::Signed;
use crate::tree::UnitState;
use crate::ui::{Facet, FacetItem, Markup, html, words};

const FACETS_SHOWN: usize = 12;

/// The filters an address names: name and value.
pub(super) fn chosen(query: &Pairs) -> impl Iterator<Item = (&'static str, &str)> {
    FILTERS.iter().flat_map(|name| query.all(name).filter(|v| !v.is_empty()).map(|value| (*name, value)))
}

/// What was chosen, each with the link that lifts it.
pub(super) fn chips(app: &App, signed: &Signed, query: &Pairs) -> Markup {
    let all: Vec<(&str, &str)> = chosen(query).collect();
    html! { @if !all.is_empty() {
        div.chips {
            span #chosen { (words::CHOSEN) ":" }
            ul aria-labelledby="chosen" { @for (name, value) in &all {
                @let label = value_label(app, signed, name, value);
                li { a href=(without(query, name, value)) title=(words::lift(name_label(name), &label)) {
                    (label) " " span aria-hidden="true" { "×" } span.vh { (words::LIFT) }
                } }
            } }
            @if all.len() > 1 { a.clear href=(with(query, &[], &[&FILTERS[..], &["from", "why"]].concat())) { (words::CLEAR_FILTER) } }
        }
    } }
}

/// The address without one value of a filter; its other values stay.
fn without(query: &Pairs, name: &'static str, value: &str) -> String {
    let others = query.all(name).filter(|v| *v != value && !v.is_empty()).map(|v| (name, v.to_owned()));
    with(query, &others.collect::<Vec<_>>(), &[name, "from", "why"])
}

fn name_label(name: &str) -> &'static str {
    match name {
        "kind" => words::KIND,
        "level" => words::LEVEL,
        "grade" => words::GRADE,
        "year" => words::SCHOOL_YEAR_LABEL,
        "sex" => words::SEX,
        "state" => words::STATE,
        _ => words::UNIT,
    }
}

/// A filter's value as people say it. A unit out of scope stays the number that was asked for.
fn value_label(app: &App, signed: &Signed, name: &str, value: &str) -> String {
    let code = |list: &str| app.spec.codes.get(list).map(|l| l.label(value, app.clock.today()).to_owned());
    let known = match name {
        "kind" if value == UNIT_KIND => Some(words::UNITS.to_owned()),
        "kind" => app.spec.kind(value).map(|k| k.plural.clone()),
        "level" => app.spec.levels.iter().find(|l| l.key == value).map(|l| l.label.clone()),
        "year" => value.parse().ok().map(view::school_year),
        "state" => {
            let of_unit = UnitState::ALL.into_iter().find(|s| s.key() == value).map(UnitState::label);
            model::State::from_key(value).map(model::State::label).or(of_unit).map(str::to_owned)
        }
        "unit" => {
            let unit = value.parse::<UnitId>().ok().filter(|unit| signed.actor.scope.has(*unit));
            unit.and_then(|unit| app.tree().get(unit).map(|u| u.name(app.today()).to_owned()))
        }
        list => code(list),
    };
    known.unwrap_or_else(|| value.to_owned())
}

/// Counts by value, each value a link that narrows by it, or lifts it.
pub(super) fn facets(app: &App, signed: &Signed, hits: &Hits, query: &Pairs) -> Vec<Facet> {
    let mut out = Vec::new();
    let mut add = |name: &'static str, counts: Vec<(String, u64)>| {
        let items: Vec<FacetItem> = counts
            .into_iter()
            .take(FACETS_SHOWN)
            .map(|(value, count)| {
                let label = value_label(app, signed, name, &value);
                let on = query.all(name).any(|v| v == value);
                let href = if on {
                    with(query, &[], &[name, "from", "why"])
                } else {
                    with(query, &[(name, value)], &[name, "from", "why"])
                };
                FacetItem { label, count: Some(count), href, on }
            })
            .collect();
        if items.len() > 1 || items.iter().any(|i| i.on) {
            out.push(Facet { label: name_label(name).to_owned(), items });
        }
    };
    let f = &hits.facets;
    let texts = |counts: &[(String, u64)]| counts.to_vec();
    add("kind", texts(&f.kinds));
    add("level", in_order(&f.levels, |key| app.spec.levels.iter().position(|l| l.key == *key)));
    let mut grades = f.grades.clone();
    grades.sort();
    add("grade", grades);
    let mut years = f.years.clone();
    years.sort_by_key(|(year, _)| std::cmp::Reverse(*year));
    add("year", years.iter().map(|(year, n)| (year.to_string(), *n)).collect());
    add("sex", texts(&f.sexes));
    add("state", texts(&f.states));
    // A school's people see one unit, their own: nothing to choose.
    if !matches!(&signed.actor.scope, Scope::Units(units) if units.len() == 1) {
        add("unit", f.units.iter().map(|(unit, n)| (unit.to_string(), *n)).collect());
    }
    out
}

/// Counts in the order of a list.
fn in_order(counts: &[(String, u64)], place: impl Fn(&String) -> Option<usize>) -> Vec<(String, u64)> {
    let mut out = counts.to_vec();
    out.sort_by_key(|(key, _)| place(key).unwrap_or(usize::MAX));
    out
}
