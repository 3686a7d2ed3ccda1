//! The page and its buttons.

use super::{followers, lost};
use crate::actor::Right;
use crate::app::App;
use crate::backup::state::{HALF_YEAR_MS, KeyState, QUARTER_MS, Standing, State as Protection, TargetState};
use crate::backup::{keys, ops};
use crate::clock::Millis;
use crate::config::TRIAL_KEY;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, Query, blocking, see_other};
use crate::jobs::{self, store as runs};
use crate::sessions::{Signed, shell};
use crate::ui::{self, Column, Crumb, Fact, Field, Markup, Notice, Shape, Tone, html, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

const DAY_MS: i64 = 86_400_000;

/// The page.
pub(super) async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageBackups)?;
    let said = match query.get("done") {
        "asked" => Some(words::BACKUP_ASKED),
        "proved" => Some(words::KEY_PROVED_NOW),
        "medium" => Some(words::MEDIUM_ADDED),
        "withdrawn" => Some(words::FOLLOWER_WITHDRAWN),
        "seen" => Some(words::LOST_SEEN_NOW),
        _ => None,
    };
    blocking(move || draw(&app, &signed, said, &Form::default(), &[])).await
}

pub(super) fn draw(
    app: &App,
    signed: &Signed,
    said: Option<&str>,
    typed: &Form,
    problems: &[Problem],
) -> Result<Markup> {
    let state = Protection::of(app)?;
    let mut frame = shell(app, signed, words::BACKUP);
    frame.lead = Some(html! { (words::BACKUP_LEAD) });
    frame.tools = Some(html! { a.button href="/backup/sheet" { (words::BACKUP_SHEET) } });
    frame.notices.extend(said.map(|text| Notice::new(Tone::Good, text)));
    if state.trial.is_some() {
        frame.notices.push(Notice::new(Tone::Info, words::BACKUP_TRIAL));
    }
    let body = html! {
        @if let Some((restored, lost)) = &state.lost { (lost::panel(app, restored, lost)) }
        (verdict(&state))
        (keys_panel(&state))
        (targets_panel(&state))
        (followers::panel(app, &state, typed, problems))
        (jobs_panel(app)?)
        (drill_panel(app, &state))
        (media_panel(app, &state, typed, problems))
    };
    Ok(ui::page(&frame, body))
}

/// Green or not, and what to do next.
fn verdict(state: &Protection) -> Markup {
    let next = state.next_steps();
    let (tone, title) = match (state.is_protected(), next.is_empty()) {
        (true, true) => (Tone::Good, words::PROTECTED),
        (true, false) => (Tone::Info, words::PROTECTED),
        (false, _) => (Tone::Warn, words::NOT_PROTECTED),
    };
    let exposed = &state.exposed;
    ui::notice(
        tone,
        title,
        html! {
            @if !next.is_empty() {
                p { (words::BACKUP_NEXT) ":" }
                ol { @for what in &next {
                    li {
                        (what)
                        @if *what == words::NEXT_EXPOSED { @for path in exposed { " " code { (path.display()) } } }
                    }
                } }
            }
        },
    )
}

fn keys_panel(state: &Protection) -> Markup {
    if state.keys.is_empty() {
        let body = ui::empty(words::BACKUP_NO_KEYS, words::BACKUP_NO_KEYS_HINT, None);
        return ui::panel("keys", words::BACKUP_KEYS, None, body);
    }
    let standing = |key: &KeyState| match &key.proof {
        Some(proof) if key.is_proved(state.now) => html! {
            (ui::badge(Tone::Good, words::KEY_PROVED)) " " (Millis(proof.proved_ms).display()) ", " (proof.by) ", "
            (words::days_left((proof.proved_ms + QUARTER_MS - state.now.0) / DAY_MS))
        },
        Some(proof) => html! { (ui::badge(Tone::Warn, words::KEY_PROOF_OLD)) " " (Millis(proof.proved_ms).display()) },
        None => ui::badge(Tone::Warn, words::KEY_NOT_PROVED),
    };
    let rows = state
        .keys
        .iter()
        .map(|key| ui::Row {
            cells: vec![
                html! { code { (keys::check_words(key.recipient.as_bytes())) } },
                html! { code { (key.recipient) } },
                standing(key),
                html! {
                    form action="/backup/challenge" method="post" {
                        input type="hidden" name="recipient" value=(key.recipient);
                        button.small { (words::PROVE_KEY) }
                    }
                },
            ],
            ..ui::Row::default()
        })
        .collect();
    let table = ui::table(&ui::Table {
        caption: words::BACKUP_KEYS.into(),
        columns: vec![
            Column::new(words::KEY_WORDS, Shape::Text),
            Column::new(words::KEY_PUBLIC, Shape::Text),
            Column::new(words::KEY_STANDING, Shape::Text),
            Column::new(words::ACTIONS, Shape::Tools),
        ],
        rows,
        foot: None,
    });
    ui::panel("keys", words::BACKUP_KEYS, None, html! { p.hint { (words::BACKUP_KEYS_HINT) } (table) })
}

/// How a target stands, in a sentence.
pub(crate) fn standing(target: &TargetState) -> Markup {
    let (tone, text) = match &target.standing {
        Standing::Good => return ui::badge(Tone::Good, words::TARGET_GOOD),
        Standing::Behind(entries, since) => (Tone::Warn, words::target_behind(*entries, &Millis(*since).display())),
        Standing::Empty => (Tone::Warn, words::TARGET_EMPTY.to_owned()),
        Standing::Missing => (Tone::Bad, words::TARGET_MISSING.to_owned()),
        Standing::Unmarked => (Tone::Bad, words::TARGET_UNMARKED.to_owned()),
        Standing::Foreign(province) => (Tone::Bad, words::target_foreign(province)),
        Standing::ReadOnly => (Tone::Bad, words::TARGET_READ_ONLY.to_owned()),
        Standing::NotAllowed => (Tone::Bad, words::TARGET_NOT_ALLOWED.to_owned()),
        Standing::Full(free_mib) => (Tone::Bad, words::target_full(*free_mib)),
        Standing::Damaged => (Tone::Bad, words::TARGET_DAMAGED.to_owned()),
        Standing::Parted => (Tone::Bad, words::TARGET_PARTED.to_owned()),
    };
    let sign = if tone == Tone::Bad { words::JOB_BAD } else { words::STATE };
    html! { @if tone == Tone::Bad { (ui::badge(tone, sign)) " " } (text) }
}

fn targets_panel(state: &Protection) -> Markup {
    let rows = state
        .targets
        .iter()
        .map(|target| ui::Row {
            cells: vec![
                html! { code { (target.dir.display()) } @if target.same_disk { " (" (words::SAME_DISK) ")" } },
                standing(target),
                html! { @if let Some(full) = &target.full { (full.number) ", " (full.made().display()) } },
                html! { (target.fulls) },
            ],
            ..ui::Row::default()
        })
        .collect();
    let table = ui::table(&ui::Table {
        caption: words::BACKUP_TARGETS.into(),
        columns: vec![
            Column::new(words::TARGET_PLACE, Shape::Text),
            Column::new(words::TARGET_STANDING, Shape::Text),
            Column::new(words::TARGET_NEWEST, Shape::Text),
            Column::new(words::TARGET_COUNT, Shape::Number),
        ],
        rows,
        foot: None,
    });
    ui::panel("targets", words::BACKUP_TARGETS, None, table)
}

fn jobs_panel(app: &App) -> Result<Markup> {
    let mut facts = Vec::new();
    for (job, label) in [(jobs::FULL, words::JOB_FULL), (jobs::CHECK, words::JOB_CHECK)] {
        let run = runs::last(&app.db, job)?;
        let value = if run.started_ms == 0 {
            html! { (words::JOB_NEVER) }
        } else {
            let (tone, word) = if run.good { (Tone::Good, words::JOB_GOOD) } else { (Tone::Bad, words::JOB_BAD) };
            html! { (ui::badge(tone, word)) " " (Millis(run.finished_ms.unwrap_or(run.started_ms)).display()) br; span.detail { (run.outcome) } }
        };
        facts.push(Fact::markup(label, value).wide());
    }
    let key = app.chance.token::<12>();
    let form = ui::Form {
        action: "/backup/now".into(),
        key,
        actions: vec![ui::Action::new(words::BACKUP_NOW)],
        ..ui::Form::default()
    };
    let may = !app.config.backup.recipients.is_empty();
    Ok(ui::panel(
        "jobs",
        words::BACKUP_JOBS,
        None,
        html! { (ui::facts(&facts)) @if may { (ui::form(&form, html! {})) } },
    ))
}

fn drill_panel(app: &App, state: &Protection) -> Markup {
    let key = state.trial.as_ref().map_or_else(|| "/media/usb/khoa-1.key".into(), |dir| dir.join(TRIAL_KEY));
    let command = format!("csdlgd backup drill --data {} --identity {}", app.config.data.display(), key.display());
    ui::panel(
        "drill",
        words::DRILL,
        None,
        html! {
            @match &state.drill {
                Some(drill) => (ui::facts(&[
                    Fact::text(words::DRILL_DONE, &Millis(drill.done_ms).display()),
                    Fact::text(words::DRILL_NEXT, &words::days_left((drill.done_ms + QUARTER_MS - state.now.0).div_euclid(DAY_MS))),
                    Fact::text(words::DRILL_UPTO, &ui::number(drill.seq as i64)),
                    Fact::text(words::DRILL_ROWS, &ui::number(drill.rows as i64)),
                    Fact::text(words::DRILL_TOOK, &words::took(drill.took_ms)),
                ])),
                None => p { (words::DRILL_NEVER) },
            }
            p.hint { (words::DRILL_HINT) }
            pre { (command) }
        },
    )
}

fn media_panel(app: &App, state: &Protection, typed: &Form, problems: &[Problem]) -> Markup {
    let rows = state
        .media
        .iter()
        .map(|m| ui::Row {
            cells: vec![
                html! { (m.label) },
                html! { (m.number) },
                html! { (m.keeper) },
                html! { (m.place) },
                html! { (ui::date(Millis(m.made_ms).date())) ", " (m.by) },
            ],
            ..ui::Row::default()
        })
        .collect::<Vec<_>>();
    let columns = vec![
        Column::new(words::MEDIUM_LABEL, Shape::Text),
        Column::new(words::MEDIUM_BACKUP, Shape::Number),
        Column::new(words::MEDIUM_KEEPER, Shape::Text),
        Column::new(words::MEDIUM_PLACE, Shape::Text),
        Column::new(words::MEDIUM_SINCE, Shape::Text),
    ];
    let none = rows.is_empty();
    let due = state.media.first().map(|m| (m.made_ms + HALF_YEAR_MS - state.now.0).div_euclid(DAY_MS));
    let field = |name: &str, label: &str, max: usize| {
        Field::text(name, label, max).value(typed.get(name)).required(true).problems(problems)
    };
    let frame = ui::Form {
        action: "/backup/media".into(),
        key: app.chance.token::<12>(),
        actions: vec![ui::Action::new(words::MEDIUM_ADD)],
        ..ui::Form::default()
    };
    ui::panel(
        "media",
        words::MEDIA,
        None,
        html! {
            p.hint { (words::MEDIA_HINT) }
            @if let Some(days) = due { p { (words::DRILL_NEXT) ": " strong { (words::days_left(days)) } } }
            @if none { p { (words::MEDIA_NONE) } } @else {
                (ui::table(&ui::Table { caption: words::MEDIA.into(), columns, rows, foot: None }))
            }
            (ui::problems_summary(problems, &|_| None))
            (ui::form(&frame, html! { div.fields {
                (ui::field(&field("label", words::MEDIUM_LABEL, 100)))
                (ui::field(&field("number", words::MEDIUM_BACKUP, 9)))
                (ui::field(&field("keeper", words::MEDIUM_KEEPER, 100)))
                (ui::field(&field("place", words::MEDIUM_PLACE, 100)))
            } }))
        },
    )
}

/// Asks for a full backup.
pub(super) async fn now(State(app): State<App>, signed: Signed) -> Result<Response> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || runs::ask(&app.db, jobs::FULL)).await?;
    Ok(see_other("/backup?done=asked"))
}

/// Shows a challenge for a key.
pub(super) async fn challenge(State(app): State<App>, signed: Signed, typed: Form) -> Result<Markup> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let recipient = typed.get("recipient");
        let text = ops::challenge(&app, &signed.actor, recipient)?;
        Ok(challenge_markup(&app, &signed, recipient, Some(&text), &[]))
    })
    .await
}

fn challenge_markup(app: &App, signed: &Signed, recipient: &str, text: Option<&str>, problems: &[Problem]) -> Markup {
    let mut frame = shell(app, signed, words::PROVE_KEY);
    frame.crumbs.push(Crumb::new(words::BACKUP, "/backup"));
    let answer = Field::text("answer", words::PROVE_ANSWER, 64).required(true).problems(problems);
    let form = ui::Form {
        action: "/backup/answer".into(),
        hidden: vec![("recipient".into(), recipient.into())],
        actions: vec![ui::Action::new(words::PROVE_SEND)],
        cancel: Some("/backup".into()),
        ..ui::Form::default()
    };
    let body = html! {
        (ui::facts(&[
            Fact::text(words::KEY_WORDS, &keys::check_words(recipient.as_bytes())),
            Fact::text(words::KEY_PUBLIC, recipient),
        ]))
        @if let Some(text) = text {
            (ui::panel("challenge", words::PROVE_KEY, None, html! {
                p { (words::PROVE_STEPS) }
                pre { (text) }
                pre { "csdlgd backup answer cau-do.age --identity khoa-1.key\nage -d -i khoa-1.key cau-do.age" }
            }))
        }
        (ui::problems_summary(problems, &|_| None))
        (ui::form(&form, html! { div.fields { (ui::field(&answer)) } }))
    };
    ui::page(&frame, body)
}

/// Takes the answer.
pub(super) async fn answer(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let recipient = typed.get("recipient");
        match ops::answer(&app, &signed.actor, recipient, typed.get("answer")) {
            Ok(()) => Ok(see_other("/backup?done=proved")),
            Err(Error::Invalid(problems)) => {
                let page = challenge_markup(&app, &signed, recipient, None, &problems);
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            Err(e) => Err(e),
        }
    })
    .await
}

/// Adds a medium to the register.
pub(super) async fn register(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let field = |name: &str| typed.get(name).to_owned();
        match ops::register(&app, &signed.actor, &field("label"), &field("number"), &field("keeper"), &field("place")) {
            Ok(()) => Ok(see_other("/backup?done=medium")),
            Err(Error::Invalid(problems)) => {
                let page = draw(&app, &signed, None, &typed, &problems)?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            Err(e) => Err(e),
        }
    })
    .await
}
