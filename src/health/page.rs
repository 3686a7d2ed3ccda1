//! The page «Sức khoẻ hệ thống».

use super::look::{self, JobLook};
use crate::actor::Right;
use crate::app::App;
use crate::backup::state::{Standing, State as Protection};
use crate::backup_pages::standing;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::http::{Form, Query, blocking, see_other};
use crate::jobs::{self, store as runs};
use crate::metrics::{Minute, Sample};
use crate::sessions::{Signed, shell};
use crate::tls::Origin;
use crate::ui::chart::{Lines, lines};
use crate::ui::{self, Column, Fact, Markup, Notice, Shape, Tab, Tone, html, number, words};
use axum::extract::State;
use axum::response::Response;

/// Entries the index may be behind before somebody should know.
const BEHIND_MOST: u64 = 1_000;
/// Free space that is worth a word, in reserves: at one reserve writing stops.
const RESERVES_LEAST: u64 = 4;
/// Trouble with requests is told for so many minutes.
const RECENT: usize = 10;
/// A day is drawn in half hours.
const HALF_HOUR: usize = 30;
const HOUR: usize = 60;

/// The page.
pub(super) async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageSystem)?;
    let asked = query.get("done") == "asked";
    let day = query.get("for") == "day";
    blocking(move || draw(&app, &signed, asked, day)).await
}

/// Asks for a job to run now.
pub(super) async fn run(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageSystem)?;
    let name = typed.get("job").to_owned();
    blocking(move || {
        let known = jobs::jobs(&app.config).into_iter().find(|job| job.name == name).ok_or(Error::NotFound)?;
        runs::ask(&app.db, known.name)
    })
    .await?;
    Ok(see_other("/health?done=asked"))
}

fn draw(app: &App, signed: &Signed, asked: bool, day: bool) -> Result<Markup> {
    let (sample, minutes, jobs) = (look::sample(app), app.metrics.past(), look::jobs(app)?);
    let protection = if app.config.backup.recipients.is_empty() { None } else { Some(Protection::of(app)?) };
    let mut frame = shell(app, signed, words::HEALTH);
    frame.lead = Some(html! { (words::HEALTH_LEAD) });
    let goes_on = jobs.iter().any(|job| job.last.runs() || job.last.waits());
    frame.notices.extend((asked && goes_on).then(|| Notice::new(Tone::Good, words::JOB_ASKED)));
    let care = care(app, &sample, &minutes, &jobs, protection.as_ref());
    let body = html! {
        (verdict(&care))
        (ui::panel("now", words::HEALTH_NOW, None, ui::facts(&facts(app, &sample))))
        (ui::panel("charts", words::HEALTH_CHARTS, None, charts(&minutes, day)))
        (backups_panel(protection.as_ref()))
        (jobs_panel(&jobs))
    };
    Ok(ui::page(&frame, body))
}

/// What somebody should see to, in sentences.
fn care(
    app: &App,
    sample: &Sample,
    minutes: &[Minute],
    jobs: &[JobLook],
    protection: Option<&Protection>,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut add = |needed: bool, what: &dyn Fn() -> String| out.extend(needed.then(what));
    let recent = &minutes[minutes.len().saturating_sub(RECENT)..];
    add(app.db.is_stopped(), &|| words::CARE_STOPPED.into());
    let little = sample.free_bytes < (app.config.reserve_mib << 20) * RESERVES_LEAST;
    add(little, &|| words::care_disk(&words::bytes(sample.free_bytes)));
    add(sample.behind > BEHIND_MOST, &|| words::CARE_BEHIND.into());
    let trouble = app.tls.get().and_then(crate::tls::Tls::trouble);
    add(trouble.is_some(), &|| words::care_tls(trouble.as_deref().unwrap_or_default()));
    add(!protection.is_some_and(Protection::is_protected), &|| words::CARE_BACKUPS.into());
    let behind = protection.is_some_and(|p| p.targets.iter().any(|t| t.standing != Standing::Good));
    add(behind, &|| words::CARE_TARGET.into());
    for job in jobs.iter().filter(|job| job.last.finished_ms.is_some() && !job.last.good) {
        add(true, &|| words::care_job(label(job.name)));
    }
    add(recent.iter().any(|m| m.failed > 0), &|| words::CARE_FAILED.into());
    add(recent.iter().any(|m| m.refused > 0), &|| words::CARE_REFUSED.into());
    out
}

fn verdict(care: &[String]) -> Markup {
    if care.is_empty() {
        return ui::notice(Tone::Good, words::HEALTH_GOOD, html! {});
    }
    ui::notice(Tone::Warn, words::HEALTH_CARE, html! { ul { @for what in care { li { (what) } } } })
}

fn facts(app: &App, sample: &Sample) -> Vec<Fact> {
    let index = match sample.behind {
        0 => words::HEALTH_INDEX_GOOD.to_owned(),
        behind => words::entries_behind(behind),
    };
    let mut out = vec![
        Fact::text(words::HEALTH_VERSION, env!("CARGO_PKG_VERSION")),
        Fact::text(words::HEALTH_MEMORY, &words::bytes(sample.memory_bytes)),
        Fact::text(words::HEALTH_STORE, &words::bytes(sample.store_bytes)),
        Fact::text(words::HEALTH_FREE, &words::bytes(sample.free_bytes)),
        Fact::text(words::HEALTH_INDEX, &index),
    ];
    out.push(match app.tls.get().map(crate::tls::Tls::facts) {
        None => Fact::text(words::HEALTH_TLS, words::HEALTH_TLS_OFF).wide(),
        Some(facts) => {
            let value = html! {
                (words::certificate_until(&facts.until.display())) ", " (facts.names.join(", "))
                @if facts.origin == Origin::SelfMade { br; (words::HEALTH_TLS_SELF) }
                br; code { "SHA-256 " (facts.fingerprint) }
            };
            Fact::markup(words::HEALTH_TLS, value).wide()
        }
    });
    out
}

/// The last hour minute by minute, or the last day in half hours.
fn charts(minutes: &[Minute], day: bool) -> Markup {
    let tab = |label: &str, href: &str, here| Tab { label: label.into(), href: href.into(), here, count: None };
    let tabs = ui::tabs(&[
        tab(words::HEALTH_HOUR, "/health#charts", !day),
        tab(words::HEALTH_DAY, "/health?for=day#charts", day),
    ]);
    let points: Vec<Minute> = if day {
        let sum = |some: &[Minute]| some.iter().skip(1).fold(some[0].clone(), Minute::and);
        // From the newest back, so that only the oldest half hour may be a part of one.
        let mut halves: Vec<Minute> = minutes.rchunks(HALF_HOUR).map(sum).collect();
        halves.reverse();
        halves
    } else {
        minutes[minutes.len().saturating_sub(HOUR)..].to_vec()
    };
    if points.len() < 2 {
        return html! { (tabs) (ui::empty(words::HEALTH_YOUNG, words::HEALTH_YOUNG_HINT, None)) };
    }
    let draw = |title: &str, show: fn(f64) -> String, series: &[(&str, &dyn Fn(&Minute) -> Option<f64>)]| {
        let at = |m: &Minute| m.at.local().strftime("%H:%M").to_string();
        let figures = |m: &Minute| series.iter().map(|(_, of)| of(m)).collect();
        lines(&Lines {
            title: title.into(),
            series: series.iter().map(|(label, _)| (*label).to_owned()).collect(),
            points: points.iter().map(|m| (at(m), figures(m))).collect(),
            show,
        })
    };
    let count: fn(f64) -> String = |n| number(n as i64);
    let size: fn(f64) -> String = |n| words::bytes(n as u64);
    html! {
        (tabs)
        p.hint { (if day { words::HEALTH_EACH_HALF_HOUR } else { words::HEALTH_EACH_MINUTE }) }
        div.charts {
            (draw(words::CHART_REQUESTS, count, &[
                (words::CHART_ANSWERED, &|m| Some((m.requests - m.refused) as f64)),
                (words::CHART_REFUSED, &|m| Some(m.refused as f64)),
            ]))
            (draw(words::CHART_TOOK, words::milliseconds, &[
                (words::CHART_HALF, &|m| m.took_ms(50)),
                (words::CHART_MOST, &|m| m.took_ms(99)),
            ]))
            (draw(words::CHART_SAVES, count, &[(words::CHART_SAVED, &|m| Some(m.saves as f64))]))
            (draw(words::CHART_SIGN_INS, count, &[
                (words::CHART_SIGNED_IN, &|m| Some(m.signed_in as f64)),
                (words::CHART_NOT_SIGNED_IN, &|m| Some(m.sign_in_refused as f64)),
            ]))
            (draw(words::CHART_BEHIND, count, &[(words::CHART_ENTRIES, &|m| Some(m.sample.behind as f64))]))
            (draw(words::CHART_MEMORY, size, &[(words::HEALTH_MEMORY, &|m| Some(m.sample.memory_bytes as f64))]))
            (draw(words::CHART_DISK, size, &[
                (words::HEALTH_STORE, &|m| Some(m.sample.store_bytes as f64)),
                (words::HEALTH_FREE, &|m| Some(m.sample.free_bytes as f64)),
            ]))
        }
    }
}

fn backups_panel(protection: Option<&Protection>) -> Markup {
    let more = html! { a href="/backup" { (words::HEALTH_BACKUPS_MORE) } };
    let Some(state) = protection else {
        let body = ui::empty(words::HEALTH_NO_BACKUPS, words::HEALTH_NO_BACKUPS_HINT, None);
        return ui::panel("backups", words::HEALTH_BACKUPS, Some(more), body);
    };
    let rows = state.targets.iter().map(|target| {
        let newest = target.full.as_ref().map(|full| full.made().display()).unwrap_or_default();
        let cells = vec![
            html! { div { code { (target.dir.display()) } @if target.same_disk { " (" (words::SAME_DISK) ")" } } },
            html! { div { (standing(target)) } },
            html! { (newest) },
        ];
        ui::Row { cells, ..ui::Row::default() }
    });
    let table = ui::Table {
        caption: words::HEALTH_BACKUPS.into(),
        columns: vec![
            Column::new(words::TARGET_PLACE, Shape::Text),
            Column::new(words::TARGET_STANDING, Shape::Text),
            Column::new(words::TARGET_NEWEST, Shape::Text),
        ],
        rows: rows.collect(),
        foot: None,
    };
    ui::panel("backups", words::HEALTH_BACKUPS, Some(more), ui::table(&table))
}

/// What people call a job.
fn label(name: &str) -> &str {
    match name {
        jobs::FULL => words::JOB_FULL,
        jobs::CHECK => words::JOB_CHECK,
        jobs::watch::MAIL => words::JOB_MAIL,
        other => other,
    }
}

fn jobs_panel(jobs: &[JobLook]) -> Markup {
    if jobs.is_empty() {
        return ui::panel("jobs", words::HEALTH_JOBS, None, html! { p { (words::HEALTH_NO_JOBS) } });
    }
    let last = |job: &JobLook| match job.last.finished_ms {
        _ if job.last.started_ms == 0 => html! { (words::JOB_NEVER) },
        None => html! {
            div { (ui::badge(Tone::Info, words::JOB_RUNS)) " " (words::since(&Millis(job.last.started_ms).display())) }
        },
        Some(_) if job.last.waits() => html! { (ui::badge(Tone::Info, words::JOB_WAITS)) },
        Some(ended) => {
            let (tone, word) = if job.last.good { (Tone::Good, words::JOB_GOOD) } else { (Tone::Bad, words::JOB_BAD) };
            html! {
                div {
                    (ui::badge(tone, word)) " " (Millis(ended).display()) br;
                    span.detail { (job.last.outcome) }
                }
            }
        }
    };
    let rows = jobs.iter().map(|job| {
        let cells = vec![
            html! { (label(job.name)) },
            last(job),
            html! { @if let Some(next) = job.next { (next.display()) } },
            html! {
                @if job.last.runs() || job.last.waits() {
                    a href="/health?done=asked#jobs" { (words::JOB_LOOK_AGAIN) span.vh { ": " (label(job.name)) } }
                } @else {
                    form action="/health/run" method="post" {
                        input type="hidden" name="job" value=(job.name);
                        button.small { (words::JOB_RUN) span.vh { ": " (label(job.name)) } }
                    }
                }
            },
        ];
        ui::Row { cells, ..ui::Row::default() }
    });
    let table = ui::Table {
        caption: words::HEALTH_JOBS.into(),
        columns: vec![
            Column::new(words::JOB_NAME, Shape::Text),
            Column::new(words::JOB_LAST, Shape::Text),
            Column::new(words::JOB_NEXT, Shape::Text),
            Column::new(words::ACTIONS, Shape::Tools),
        ],
        rows: rows.collect(),
        foot: None,
    };
    ui::panel("jobs", words::HEALTH_JOBS, None, ui::table(&table))
}
