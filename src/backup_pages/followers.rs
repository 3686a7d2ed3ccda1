//! Second hosts on the page: how far each is, letting one in, withdrawing its credential.

use super::page::draw;
use crate::actor::Right;
use crate::app::App;
use crate::backup::followers::{self, Known, QUIET_MS};
use crate::backup::state::State as Protection;
use crate::clock::Millis;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, blocking, see_other};
use crate::sessions::{Signed, shell};
use crate::ui::{self, Column, Crumb, Field, Markup, Shape, Tone, html, words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

fn standing(state: &Protection, known: &Known) -> Markup {
    let Some(contact) = &known.contact else { return ui::badge(Tone::Warn, words::FOLLOWER_NEVER) };
    if known.is_good(state.settled_seq, state.now.0) {
        return ui::badge(Tone::Good, words::FOLLOWER_GOOD);
    }
    let (tone, text) = if !contact.trouble.is_empty() {
        (Tone::Bad, words::follower_trouble(&contact.trouble).to_owned())
    } else if state.now.0 - contact.at_ms >= QUIET_MS {
        (Tone::Bad, words::FOLLOWER_QUIET.to_owned())
    } else {
        (Tone::Warn, words::follower_behind(state.settled_seq.saturating_sub(contact.seq)))
    };
    html! { @if tone == Tone::Bad { (ui::badge(tone, words::JOB_BAD)) " " } (text) }
}

/// The second hosts, and the form for one more.
pub(super) fn panel(app: &App, state: &Protection, typed: &Form, problems: &[Problem]) -> Markup {
    let rows: Vec<ui::Row> = state
        .followers
        .iter()
        .map(|known| ui::Row {
            cells: vec![
                html! { (known.follower.label) },
                html! { @if let Some(c) = &known.contact { (Millis(c.at_ms).display()) } },
                standing(state, known),
                html! { (ui::date(Millis(known.follower.made_ms).date())) ", " (known.follower.by) },
                html! {
                    form action="/backup/followers/withdraw" method="post" {
                        input type="hidden" name="id" value=(known.id);
                        button.small { (words::FOLLOWER_WITHDRAW) }
                    }
                },
            ],
            ..ui::Row::default()
        })
        .collect();
    let columns = vec![
        Column::new(words::FOLLOWER_LABEL, Shape::Text),
        Column::new(words::FOLLOWER_LAST, Shape::Text),
        Column::new(words::FOLLOWER_STANDING, Shape::Text),
        Column::new(words::FOLLOWER_SINCE, Shape::Text),
        Column::new(words::ACTIONS, Shape::Tools),
    ];
    let here: &[Problem] = if typed.get("_for") == "follower" { problems } else { &[] };
    let label = Field::text("label", words::FOLLOWER_LABEL, 100).required(true).problems(here);
    let frame = ui::Form {
        action: "/backup/followers".into(),
        key: app.chance.token::<12>(),
        hidden: vec![("_for".into(), "follower".into())],
        actions: vec![ui::Action::new(words::FOLLOWER_ADD)],
        ..ui::Form::default()
    };
    let none = rows.is_empty();
    ui::panel(
        "followers",
        words::FOLLOWERS,
        None,
        html! {
            p.hint { (words::FOLLOWERS_HINT) }
            @if none { p { (words::FOLLOWERS_NONE) } } @else {
                (ui::table(&ui::Table { caption: words::FOLLOWERS.into(), columns, rows, foot: None }))
            }
            (ui::form(&frame, html! { div.fields { (ui::field(&label)) } }))
        },
    )
}

/// Lets one in, and shows its credential once.
pub(super) async fn add(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || match followers::add(&app, &signed.actor, typed.get("label")) {
        Ok(credential) => Ok(shown(&app, &signed, &credential).into_response()),
        Err(Error::Invalid(problems)) => {
            let page = draw(&app, &signed, None, &typed, &problems)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e),
    })
    .await
}

fn shown(app: &App, signed: &Signed, credential: &str) -> Markup {
    let mut frame = shell(app, signed, words::FOLLOWER_CREDENTIAL);
    frame.crumbs.push(Crumb::new(words::BACKUP, "/backup"));
    ui::page(
        &frame,
        html! {
            (ui::secret(words::FOLLOWER_CREDENTIAL, credential))
            p { (words::FOLLOWER_STEPS) }
            pre {
                "csdlgd follow pull --from https://… --pin … --credential /etc/csdlgd/follow.credential --to /srv/csdlgd-backup"
            }
        },
    )
}

/// Withdraws one.
pub(super) async fn withdraw(State(app): State<App>, signed: Signed, typed: Form) -> Result<Response> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || followers::withdraw(&app, &signed.actor, typed.get("id"))).await?;
    Ok(see_other("/backup?done=withdrawn"))
}
