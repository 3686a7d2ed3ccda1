//! What waits for this person: what their school has not begun this year, what is lacking or was never
//! compared with the papers, reforms about to take effect.

use super::{empty, left};
use crate::actor::Right;
use crate::app::App;
use crate::error::Result;
use crate::id::UnitId;
use crate::records::{counts, store};
use crate::sessions::Signed;
use crate::tally::Counts;
use crate::tree::{Tree, date_of};
use crate::ui::{self, Link, Task, Tone, words};
use crate::unit_pages::charts::{Whose, asked_and_lacking, list};
use std::ops::ControlFlow;

/// Reforms so many days ahead are told on the first page.
const COMING_DAYS: i32 = 60;
/// So many of them.
const COMING_TOLD: usize = 3;
/// So many lacking fields are told one by one; the charts beside tell the rest.
const LACKING_TOLD: usize = 4;

/// Everything that waits, the most pressing first.
pub(super) fn of(app: &App, signed: &Signed, tree: &Tree, whose: Whose, counts: &Counts) -> Result<Vec<Task>> {
    let year = crate::clock::school_year(app.clock.today());
    let mut tasks = match whose {
        _ if signed.actor.read_only => Vec::new(),
        Whose::School(unit) => {
            let mut tasks = school_tasks(app, signed, unit, year)?;
            tasks.extend(school_waiting(app, signed, unit, counts)?);
            tasks
        }
        Whose::Office(unit) => {
            let mut tasks = office_tasks(app, signed, tree, year)?;
            tasks.extend(office_waiting(unit, counts));
            tasks
        }
    };
    tasks.extend(coming(app, signed, tree));
    let mut left = left::of(app, signed, tree)?;
    left.append(&mut tasks);
    Ok(left)
}

/// What the schools of an office have still to fill in and to compare with the papers.
fn office_waiting(unit: Option<UnitId>, counts: &Counts) -> Vec<Task> {
    let (_, lacking) = asked_and_lacking(&counts.kinds);
    let unverified: u32 = counts.kinds.iter().map(|k| k.unverified).sum();
    let task = |text, tone, order| Task {
        text,
        note: String::new(),
        tone,
        href: Whose::units(unit).with("order", order).to_string(),
    };
    let mut tasks = Vec::new();
    if lacking > 0 {
        tasks.push(task(words::values_lacking(lacking), Tone::Warn, "lacking"));
    }
    if unverified > 0 {
        tasks.push(task(words::to_verify(unverified), Tone::Info, "unverified"));
    }
    tasks
}

/// A school's records that wait: to be looked at again, to be filled in, to be compared with the papers.
fn school_waiting(app: &App, signed: &Signed, unit: UnitId, counts: &Counts) -> Result<Vec<Task>> {
    if !signed.actor.may(Right::Edit) {
        return Ok(Vec::new());
    }
    let task = |text, tone, href: Link| Task { text, note: String::new(), tone, href: href.to_string() };
    let mut tasks = Vec::new();
    for (kind, count) in counts::to_review(app, &signed.actor, unit)?.into_iter().enumerate().filter(|(_, n)| *n > 0) {
        let k = &app.spec.kinds[kind];
        let text = words::records_to_review(count, &k.label);
        tasks.push(task(text, Tone::Warn, list(app, &k.key, unit).with("waiting", "review")));
    }
    let mut lacking: Vec<(u32, Task)> = Vec::new();
    for (kind, count) in counts.kinds.iter().enumerate() {
        let k = &app.spec.kinds[kind];
        for (field, n) in count.lacking.iter().filter(|(_, n)| *n > 0) {
            let field = &k.fields[usize::from(*field)];
            let text = words::records_lacking(*n, &k.label, &field.label);
            lacking.push((*n, task(text, Tone::Warn, list(app, &k.key, unit).with("lacking", &field.key))));
        }
    }
    lacking.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    tasks.extend(lacking.into_iter().take(LACKING_TOLD).map(|(_, task)| task));
    let unverified: u32 = counts.kinds.iter().map(|k| k.unverified).sum();
    if unverified > 0 {
        let (text, note) = (words::to_verify(unverified), words::VERIFY_WHERE.to_owned());
        tasks.push(Task { text, note, tone: Tone::Info, href: "#figures".into() });
    }
    Ok(tasks)
}

/// Whether a unit has any record of a kind in a year.
pub(super) fn has_any(app: &App, tx: &crate::store::ReadTx, key: &str, unit: UnitId, year: u16) -> Result<bool> {
    let Some(kind) = app.spec.kind_by_key.get(key).copied() else { return Ok(true) };
    let mut any = false;
    store::list(tx, app.names.kind(kind), unit, year, None, |_| {
        any = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(any)
}

/// What a school has not begun yet this year.
fn school_tasks(app: &App, signed: &Signed, unit: UnitId, year: u16) -> Result<Vec<Task>> {
    if !signed.actor.may(Right::Edit) {
        return Ok(Vec::new());
    }
    let note = words::school_year(app.clock.today());
    let wanted = [
        ("class", words::NO_CLASSES_YET, Tone::Bad),
        ("enrolment", words::NO_ENROLMENTS_YET, Tone::Bad),
        ("school", words::NO_SCHOOL_RECORD_YET, Tone::Warn),
        ("facility", words::NO_FACILITY_RECORD_YET, Tone::Info),
    ];
    app.db.read(|tx| {
        let mut tasks = Vec::new();
        for (key, text, tone) in wanted {
            if !has_any(app, tx, key, unit, year)? {
                let href = Link::to(format!("/records/{key}")).with("unit", unit).with("year", year).to_string();
                tasks.push(Task { text: text.into(), note: note.clone(), tone, href });
            }
        }
        if !has_any(app, tx, "staff", unit, 0)? {
            let href = Link::to("/records/staff").with("unit", unit).to_string();
            tasks.push(Task { text: words::NO_STAFF_YET.into(), note: String::new(), tone: Tone::Warn, href });
        }
        Ok(tasks)
    })
}

/// For an office: how many of its schools have not begun; a whole province is only offered to be looked at.
fn office_tasks(app: &App, signed: &Signed, tree: &Tree, year: u16) -> Result<Vec<Task>> {
    if signed.actor.read_only {
        return Ok(Vec::new());
    }
    let note = words::school_year(app.clock.today());
    let href = "/units/without-records".to_owned();
    match empty::of(app, &signed.actor, tree, year)? {
        None => Ok(vec![Task { text: words::LOOK_FOR_EMPTY.into(), note, tone: Tone::Plain, href }]),
        Some(list) if list.is_empty() => Ok(Vec::new()),
        Some(list) => Ok(vec![Task { text: words::schools_without_records(list.len()), note, tone: Tone::Warn, href }]),
    }
}

/// Reforms of one's units that are about to take effect.
fn coming(app: &App, signed: &Signed, tree: &Tree) -> Vec<Task> {
    let today = app.today();
    let mut coming: Vec<_> = tree
        .all()
        .filter(|u| signed.actor.scope.has(u.id))
        .flat_map(|u| u.events.iter().map(move |e| (e, u)))
        .filter(|(e, _)| e.day > today && e.day <= today + COMING_DAYS)
        .collect();
    coming.sort_by_key(|(e, _)| e.day);
    coming
        .into_iter()
        .take(COMING_TOLD)
        .map(|(event, unit)| Task {
            text: format!("{}: {}", unit.name(today), words::unit_event(&event.kind)),
            note: words::from_day(&ui::date(date_of(event.day))),
            tone: Tone::Info,
            href: format!("/units/{}", unit.id),
        })
        .collect()
}
