//! Announcing an outage, taking it back, telling it.

use super::model::{AHEAD_DAYS, Outage, TEXT_MAX, in_time, moment};
use super::store;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::text;
use crate::ui::{Notice, Tone, words};

const DAY_MS: i64 = 86_400_000;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What happens, what people do meanwhile.
    pub text: String,
    /// When it begins, if it could be read.
    pub from: Option<Millis>,
    /// When it is back, if it could be read.
    pub to: Option<Millis>,
    /// Whether it is announced although it is later than the law wants.
    pub sooner: bool,
}

impl Typed {
    /// From day and time as a form has them.
    pub fn of_form(text: &str, from: (&str, &str), to: (&str, &str), sooner: bool) -> Self {
        Self { text: text.into(), from: moment(from.0, from.1), to: moment(to.0, to.1), sooner }
    }
}

/// What is announced and not over yet.
pub fn current(app: &App) -> Result<Option<Outage>> {
    Ok(app.db.read(store::get)?.filter(|outage| outage.is_told(app.clock.now())))
}

/// What stands above every page while something is announced.
pub fn notice(app: &App) -> Option<Notice> {
    let outage = current(app).unwrap_or_else(|e| {
        tracing::warn!(error = %e, "the announcement can't be read");
        None
    })?;
    let (from, to) = (Millis(outage.from_ms).display(), Millis(outage.to_ms).display());
    let begun = outage.has_begun(app.clock.now());
    Some(Notice::new(Tone::Warn, words::outage_told(&outage.text, &from, &to, begun)))
}

/// Announces an outage, in place of one announced before.
pub fn announce(app: &App, actor: &Actor, typed: &Typed) -> Result<()> {
    actor.require(Right::ManageSystem)?;
    let outage = check(app, typed)?;
    let unit = actor.unit;
    app.db.write(&actor.who(), "outage.announce", move |tx| {
        tx.set_unit(unit);
        store::put(tx, &outage)
    })?;
    Ok(())
}

fn check(app: &App, typed: &Typed) -> Result<Outage> {
    let (now, clean) = (app.clock.now(), text::clean(&typed.text));
    let mut problems = Vec::new();
    let mut wrong = |field: &str, rule: &str, text: &str| problems.push(Problem::error(field, rule, text));
    match clean.chars().count() {
        0 => wrong("text", "required", words::OUTAGE_TEXT_MISSING),
        n if n > TEXT_MAX => wrong("text", "length", words::OUTAGE_TEXT_LONG),
        _ => {}
    }
    let (from, to) = (typed.from.unwrap_or(now), typed.to.unwrap_or(now));
    if typed.from.is_none() {
        wrong("from_day", "date", words::OUTAGE_WHEN);
    }
    match typed.to {
        None => wrong("to_day", "date", words::OUTAGE_WHEN),
        Some(_) if to <= from || to <= now => wrong("to_day", "order", words::OUTAGE_ORDER),
        Some(_) if to.0 - now.0 > AHEAD_DAYS * DAY_MS => wrong("to_day", "far", words::OUTAGE_FAR),
        Some(_) => {}
    }
    let first = in_time(app.clock.today());
    if problems.is_empty() && from.date() < first && !typed.sooner {
        let text = words::outage_too_soon(&crate::ui::date(first));
        problems.push(Problem::error("from_day", "seven_working_days", text));
    }
    if problems.is_empty() {
        Ok(Outage { text: clean, from_ms: from.0, to_ms: to.0 })
    } else {
        Err(Error::Invalid(problems))
    }
}

/// Takes the announcement back. Nothing happens if there is none.
pub fn withdraw(app: &App, actor: &Actor) -> Result<()> {
    actor.require(Right::ManageSystem)?;
    let unit = actor.unit;
    app.db.write(&actor.who(), "outage.withdraw", move |tx| {
        tx.set_unit(unit);
        store::remove(tx)
    })?;
    Ok(())
}
