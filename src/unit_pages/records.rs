//! What records a unit has: lists by kind with counts by year, counted in the store.

use crate::app::App;
use crate::error::Result;
use crate::id::UnitId;
use crate::records::store;
use crate::records::view::{is_yearly, school_year};
use crate::sessions::Signed;
use crate::tree::{Day, Unit, date_of};
use crate::ui::{self, Column, Link, Markup, Shape, html, number, words};
use std::ops::ControlFlow;

/// So many years are shown side by side.
const YEARS_SHOWN: usize = 5;
/// Counting a list stops here: it is shown as "more than".
const COUNT_MOST: u64 = 5_000;

/// How many records of a kind a unit has in a year, counted up to [`COUNT_MOST`].
fn counted(app: &App, kind: usize, unit: UnitId, year: u16) -> Result<u64> {
    app.db.read(|tx| {
        let mut n = 0;
        store::list(tx, app.names.kind(kind), unit, year, None, |_| {
            n += 1;
            Ok(if n <= COUNT_MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(n)
    })
}

/// A count, "–" for none, "hơn 5.000" where counting stopped.
fn count_text(n: u64) -> String {
    match n {
        0 => "–".into(),
        n if n > COUNT_MOST => words::more_than(COUNT_MOST),
        n => number(n as i64),
    }
}

/// The lists of a unit's own records: a row for each kind, a column for each of the newest years.
pub(super) fn lists(app: &App, signed: &Signed, unit: &Unit, day: Day) -> Result<Option<Markup>> {
    let Some(unit_type) = app.spec.unit_type(unit.unit_type(day)).filter(|t| t.has_records && t.has_school_record)
    else {
        return Ok(None);
    };
    let _ = (unit_type, signed);
    let current = crate::clock::school_year(date_of(day));
    let kinds: Vec<usize> = (0..app.spec.kinds.len())
        .filter(|k| app.spec.kinds[*k].child_of.is_none() || app.spec.kinds[*k].key == "enrolment")
        .collect();
    let mut years = vec![current];
    app.db.read(|tx| {
        for kind in kinds.iter().filter(|k| is_yearly(app, **k)) {
            years.extend(store::years(tx, app.names.kind(*kind), unit.id)?);
        }
        Ok(())
    })?;
    years.sort_unstable();
    years.dedup();
    years.reverse();
    years.truncate(YEARS_SHOWN);
    let mut columns = vec![Column::new(words::KIND, Shape::Text), Column::new(words::ALL_YEARS, Shape::Number)];
    columns.extend(years.iter().map(|y| Column::new(school_year(*y), Shape::Number)));
    let mut rows = Vec::new();
    for kind in kinds {
        let k = &app.spec.kinds[kind];
        let list = |year: Option<u16>| {
            Link::to(format!("/records/{}", k.key))
                .with("unit", unit.id)
                .with("year", year.map_or(String::new(), |y| y.to_string()))
                .to_string()
        };
        let cell = |n: u64, href: String| html! { @if n == 0 { "–" } @else { a href=(href) { (count_text(n)) } } };
        let mut cells = vec![html! { (k.plural) }];
        if is_yearly(app, kind) {
            cells.push(html! {});
            for year in &years {
                cells.push(cell(counted(app, kind, unit.id, *year)?, list(Some(*year))));
            }
        } else {
            cells.push(cell(counted(app, kind, unit.id, 0)?, list(None)));
            cells.extend(years.iter().map(|_| html! {}));
        }
        let href = list(is_yearly(app, kind).then_some(current));
        rows.push(ui::Row { href: Some(href), cells, ..ui::Row::default() });
    }
    let table = ui::Table { caption: words::RECORDS_OF_UNIT.into(), columns, rows, foot: None };
    Ok(Some(ui::panel("records", words::RECORDS_OF_UNIT, None, ui::table(&table))))
}
