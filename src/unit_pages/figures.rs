//! The figures of many units side by side: what stands behind every figure of an office. A page of
//! units at a time, the whole scope summed beneath.

use super::charts::{asked_and_lacking, grades, of_level};
use super::shown;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Pairs, Query, blocking};
use crate::id::UnitId;
use crate::records::counts;
use crate::sessions::{Signed, shell};
use crate::tally::{BySex, Counts};
use crate::ui::chart::percent;
use crate::ui::{self, Choice, Column, Field, Link, Markup, Row, Shape, Table, html, number, words};
use axum::extract::State;
use std::sync::Arc;

/// Units on one page.
const ROWS: usize = 100;

/// What is counted in the first column of figures.
#[derive(Clone, Copy)]
enum Which {
    All,
    Grade(u16),
    Level(usize),
}

struct One {
    unit: UnitId,
    name: String,
    counts: Arc<Counts>,
    now: u64,
    before: u64,
}

fn total(by_sex: BySex) -> u64 {
    by_sex.iter().map(|n| u64::from(*n)).sum()
}

fn counted(app: &App, which: Which, counts: &Counts, year: usize) -> u64 {
    match which {
        Which::All => counts.learners_in(year),
        Which::Grade(grade) => total(counts.of_grade(year, grade)),
        Which::Level(level) => total(of_level(app, counts, level, year)),
    }
}

fn which(app: &App, query: &Pairs) -> Which {
    let grade = grades(app).and_then(|list| list.codes.iter().position(|c| c.code == query.get("grade")));
    let level = app.spec.levels.iter().position(|l| l.key == query.get("level"));
    match (grade, level) {
        (Some(grade), _) => Which::Grade(grade as u16),
        (None, Some(level)) => Which::Level(level),
        (None, None) => Which::All,
    }
}

/// The page.
pub(super) async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    blocking(move || draw(&app, &signed, &query)).await
}

fn draw(app: &App, signed: &Signed, query: &Pairs) -> Result<Markup> {
    let tree = app.tree();
    let day = app.today();
    let under: Option<UnitId> = match query.get("under") {
        "" => None,
        text => Some(text.parse().ok().filter(|u| signed.actor.scope.has(*u)).ok_or(Error::NotFound)?),
    };
    let below = under.filter(|u| tree.root().is_none_or(|r| r.id != *u)).map(|u| tree.below(u, day));
    let which = which(app, query);
    let (all, missing) = counts::by_unit(app, &signed.actor, below.as_deref())?;
    let mut rows: Vec<One> = all
        .into_iter()
        .map(|(unit, counts)| One {
            unit,
            name: tree.get(unit).map(|u| u.name(day).to_owned()).unwrap_or_default(),
            now: counted(app, which, &counts, 0),
            before: counted(app, which, &counts, 1),
            counts,
        })
        .filter(|one| one.now + one.before > 0 || matches!(which, Which::All))
        .collect();
    let unverified = |one: &One| one.counts.kinds.iter().map(|k| u64::from(k.unverified)).sum::<u64>();
    rows.sort_by_cached_key(|one| crate::text::sort_key(&one.name));
    match query.get("order") {
        "largest" => rows.sort_by_key(|one| std::cmp::Reverse(one.now)),
        "lacking" => rows.sort_by_key(|one| std::cmp::Reverse(asked_and_lacking(&one.counts.kinds).1)),
        "unverified" => rows.sort_by_key(|one| std::cmp::Reverse(unverified(one))),
        _ => {}
    }
    let mut frame = shell(app, signed, words::UNIT_FIGURES);
    frame.crumbs.push(ui::Crumb::new(words::UNITS, "/units"));
    let place = under.or_else(|| tree.root().map(|r| r.id).filter(|r| signed.actor.scope.has(*r)));
    let place = place.and_then(|u| tree.get(u)).map_or(signed.unit.as_str(), |u| u.name(day));
    frame.lead =
        Some(html! { (place) ", " (words::school_year(app.clock.today())) ", " (words::units_count(rows.len())) });
    if missing > 0 {
        let text = words::still_counting(missing, missing + rows.len());
        frame.notices.push(ui::Notice::new(ui::Tone::Info, text));
    }
    let offset: usize = query.get("offset").parse().unwrap_or(0).min(rows.len().saturating_sub(1));
    let shown_rows = &rows[offset..rows.len().min(offset + ROWS)];
    let link = |offset: usize| {
        let kept = query.iter().filter(|(name, _)| *name != "offset");
        let to = Link::to("/units/figures").with_all(kept);
        if offset == 0 { to.to_string() } else { to.with("offset", offset).to_string() }
    };
    let pager = ui::Pager {
        from: offset as u64 + 1,
        to: (offset + shown_rows.len()) as u64,
        total: ui::Total::Exactly(rows.len() as u64),
        previous: (offset > 0).then(|| link(offset.saturating_sub(ROWS))),
        next: (offset + ROWS < rows.len()).then(|| link(offset + ROWS)),
    };
    let body = html! {
        (narrowing(app, query))
        @if rows.is_empty() { (ui::empty(words::NO_FIGURES, words::NO_FIGURES_HINT, None)) } @else {
            (table(app, which, &rows, shown_rows))
            (ui::pager(&pager))
        }
    };
    Ok(ui::page(&frame, body))
}

fn narrowing(app: &App, query: &Pairs) -> Markup {
    let today = app.clock.today();
    let any = || std::iter::once(Choice::new("", words::ANY));
    let levels = any().chain(app.spec.levels.iter().map(|l| Choice::new(&l.key, &l.label))).collect();
    let grades = grades(app).into_iter().flat_map(|list| list.codes.iter().filter(|c| c.valid_on(today)));
    let levels_of = |c: &crate::spec::Code| {
        let names: Vec<&str> = app.spec.levels_in(c.levels).map(|l| l.short.as_str()).collect();
        names.join(", ")
    };
    let grades = any().chain(grades.map(|c| Choice::new(&c.code, format!("{} ({})", c.name, levels_of(c))))).collect();
    let orders = vec![
        Choice::new("", words::BY_NAME),
        Choice::new("largest", words::LARGEST_FIRST),
        Choice::new("lacking", words::LEAST_COMPLETE_FIRST),
        Choice::new("unverified", words::LEAST_VERIFIED_FIRST),
    ];
    let hidden = [("under".to_owned(), query.get("under").to_owned())];
    ui::narrow(
        "/units/figures",
        &hidden,
        &[
            Field::select("level", words::LEVEL, levels).value(query.get("level")),
            Field::select("grade", words::GRADE, grades).value(query.get("grade")),
            Field::select("order", words::ORDER, orders).value(query.get("order")),
        ],
    )
}

fn table(app: &App, which: Which, all: &[One], rows: &[One]) -> Markup {
    let learners = match which {
        Which::All => words::LEARNERS.to_owned(),
        Which::Grade(grade) => grades(app).map(|l| l.codes[usize::from(grade)].name.clone()).unwrap_or_default(),
        Which::Level(level) => app.spec.levels[level].label.clone(),
    };
    let heading = |label: &str| Column::new(label, Shape::Number);
    let columns = vec![
        Column::new(words::UNIT_NAME, Shape::Text),
        heading(&learners),
        heading(words::CHANGE),
        heading(words::CLASSES),
        heading(words::NAV_STAFF),
        heading(words::COMPLETE),
        heading(words::LACKING),
        heading(words::UNVERIFIED),
    ];
    let figures = |counts: &Counts, now: u64, before: u64| {
        let (asked, lacking) = asked_and_lacking(&counts.kinds);
        let unverified: u64 = counts.kinds.iter().map(|k| u64::from(k.unverified)).sum();
        let count = |n: u64| html! { (number(n as i64)) };
        vec![
            count(now),
            html! { (ui::chart::change(now, before)) },
            count(u64::from(counts.classes[0])),
            count(total(counts.staff)),
            html! { (percent(asked.saturating_sub(lacking), asked)) },
            count(lacking),
            count(unverified),
        ]
    };
    let lines = rows
        .iter()
        .map(|one| {
            let mut cells = vec![html! { (one.name) }];
            cells.extend(figures(&one.counts, one.now, one.before));
            Row { href: Some(format!("/units/{}", one.unit)), cells, ..Row::default() }
        })
        .collect();
    let mut sum = Counts::default();
    for one in all {
        sum.add(&one.counts);
    }
    let mut foot = vec![html! { (words::TOTAL) }];
    foot.extend(figures(&sum, all.iter().map(|o| o.now).sum(), all.iter().map(|o| o.before).sum()));
    let caption = format!("{}, {}", words::UNIT_FIGURES, shown(app.today()));
    ui::table(&Table { caption, columns, rows: lines, foot: Some(foot) })
}
