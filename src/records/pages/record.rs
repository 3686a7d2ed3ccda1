//! One record: its sections from the spec, its children, what to review, what was done to it.

use super::super::model::{Record, State};
use super::super::ops::{self, Version};
use super::super::view::{self, Mask, Shown, Viewer};
use super::{id_at, kind_at, list, related};
use crate::accounts::store as accounts;
use crate::actor::Right;
use crate::app::App;
use crate::clock::start_of_day;
use crate::error::{Error, Problem, Result, Severity};
use crate::http::{Form, Query, blocking, see_other};
use crate::id::RecordId;
use crate::sessions::{Signed, shell};
use crate::store::Read;
use crate::ui::{self, Fact, Markup, Notice, Tone, html, words};
use axum::extract::{Path, State as AppState};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// How many entries of history a record's own page shows.
const HISTORY_SHORT: usize = 5;
const HISTORY_LONG: usize = 500;

type At = Path<(String, String)>;

/// A record's page, now or as of a day.
pub(super) async fn page(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    Query(query): Query,
) -> Result<Markup> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    blocking(move || {
        let mut notices = Vec::new();
        match query.get("done") {
            "saved" => notices.push(Notice::new(Tone::Good, words::SAVED)),
            "created" => notices.push(Notice::new(Tone::Good, words::CREATED)),
            "state" => notices.push(Notice::new(Tone::Good, words::STATE_CHANGED)),
            "verified" => notices.push(Notice::new(Tone::Good, words::VERIFIED_NOW)),
            "restored" => notices.push(Notice::new(Tone::Good, words::RESTORED)),
            _ => {}
        }
        let at = query.get("at");
        if at.is_empty() {
            let record = ops::get(&app, &signed.actor, kind, id)?;
            return markup(&app, &signed, &record, Mask::On, notices, &[]);
        }
        let day = crate::spec::date_of(at).map_err(Error::Bad)?.last_day();
        let moment = crate::clock::Millis(start_of_day(day.tomorrow().unwrap_or(day)).0 - 1);
        let record = ops::as_of(&app, &signed.actor, kind, id, moment)?;
        notices.push(
            Notice::new(Tone::Info, words::as_of(&ui::date(day))).link(words::SEE_NOW, view::address(&app, kind, id)),
        );
        past_markup(&app, &signed, &record, notices)
    })
    .await
}

/// Opens the masked fields; the opening is in the log before they are shown.
pub(super) async fn open(AppState(app): AppState<App>, signed: Signed, Path((kind, id)): At) -> Result<Markup> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    let record = ops::open_sensitive(&app, &signed.actor, kind, id).await?;
    blocking(move || {
        let notice = Notice::new(Tone::Info, words::OPENED_NOTE);
        markup(&app, &signed, &record, Mask::Off, vec![notice], &[])
    })
    .await
}

fn value_markup(shown: Shown) -> Option<Markup> {
    match shown {
        Shown::Empty => None,
        Shown::Masked => {
            Some(html! { span.masked { span aria-hidden="true" { "••••••" } span.vh { (words::MASKED) } } })
        }
        Shown::Text(text) => Some(html! { (text) }),
        Shown::Link(text, href) => Some(html! { a href=(href) { (text) } }),
        Shown::Rows(_, rows) if rows.is_empty() => None,
        Shown::Rows(headings, rows) => {
            let filled: Vec<usize> = (0..headings.len())
                .filter(|c| rows.iter().any(|r| r.get(*c).is_some_and(|s| *s != Shown::Empty)))
                .collect();
            Some(html! {
                // Wider than the screen it is moved with the arrow keys: it must be reachable.
                div.scroll tabindex="0" { table.list.inner {
                    thead { tr { @for c in &filled { th scope="col" { (headings[*c]) } } } }
                    tbody { @for row in rows { tr { @for c in &filled { td data-label=(headings[*c]) { (row[*c].text()) } } } } }
                } }
            })
        }
    }
}

/// The sections of a record; empty fields stand together, folded away.
fn sections(app: &App, signed: &Signed, record: &Record, mask: Mask) -> Result<(Markup, Vec<(String, String)>)> {
    let k = &app.spec.kinds[record.kind];
    let day = view::day_of(app, record.header.year);
    let tree = app.tree();
    let facts = ops::facts(app, &tree, record.kind, record.id, record.header.unit, record.header.year);
    let year = facts.school_year();
    let mut anchors = Vec::new();
    let markup = app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut parts = Vec::new();
        for (s, section) in k.sections.iter().enumerate() {
            let (mut filled, mut empty) = (Vec::new(), Vec::new());
            for (at, field) in k.fields.iter().enumerate().filter(|(_, f)| f.section == s) {
                let value = record.field(at);
                if value.is_none() {
                    if field.applies(facts.unit_levels, year) {
                        empty.push(field.label.clone());
                    }
                    continue;
                }
                let shown = viewer.show(field, value, mask, day);
                let wide = matches!(shown, Shown::Rows(..));
                if let Some(value) = value_markup(shown) {
                    let fact = Fact::markup(field.label.clone(), value);
                    filled.push(if wide { fact.wide() } else { fact });
                }
            }
            if filled.is_empty() && empty.is_empty() {
                continue;
            }
            if !filled.is_empty() {
                anchors.push((format!("s-{}", section.key), section.label.clone()));
            }
            parts.push(ui::panel(
                &format!("s-{}", section.key),
                &section.label,
                None,
                html! {
                    @if !filled.is_empty() { (ui::facts(&filled)) }
                    @if !empty.is_empty() {
                        details.unsaid { summary { (words::empty_fields(empty.len())) } p { (empty.join(", ")) } }
                    }
                },
            ));
        }
        Ok(html! { @for part in parts { (part) } })
    })?;
    Ok((markup, anchors))
}

fn label_of(app: &App, kind: usize, place: &str) -> Option<String> {
    let (field, column) = app.spec.kinds[kind].field_at(place)?;
    Some(column.map_or_else(|| field.label.clone(), |c| format!("{}, {}", field.label, c.label)))
}

fn heading<'a>(app: &App, signed: &'a Signed, record: &Record) -> Result<ui::Shell<'a>> {
    let (title, subtitle) = list::title(app, signed, record)?;
    let k = &app.spec.kinds[record.kind];
    let tree = app.tree();
    let unit = tree.get(record.header.unit);
    let unit_name = unit.map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
    let mut frame = shell(app, signed, title);
    frame.lead = Some(html! {
        (k.label) @if !subtitle.is_empty() { " · " (subtitle) }
        @if !unit_name.is_empty() { " · " (unit_name) }
        @if record.header.year != 0 { " · " (words::SCHOOL_YEAR) " " (view::school_year(record.header.year)) }
    });
    if signed.actor.scope.has(record.header.unit) {
        frame.crumbs.push(ui::Crumb::new(unit_name, format!("/units/{}", record.header.unit)));
        let to = ui::Link::to(format!("/records/{}", k.key)).with("unit", record.header.unit);
        let to = if record.header.year == 0 { to } else { to.with("year", record.header.year) };
        frame.crumbs.push(ui::Crumb::new(k.plural.clone(), to.to_string()));
    }
    let state = view::state_label(record.header.state).map(|s| ui::badge(Tone::Warn, s));
    let verified = record.header.verified.then(|| ui::badge(Tone::Good, words::VERIFIED));
    frame.badges = Some(html! { @if let Some(b) = state { (b) " " } @if let Some(b) = verified { (b) } });
    Ok(frame)
}

/// The whole page.
pub(super) fn markup(
    app: &App,
    signed: &Signed,
    record: &Record,
    mask: Mask,
    notices: Vec<Notice>,
    refused: &[Problem],
) -> Result<Markup> {
    let k = &app.spec.kinds[record.kind];
    let own = signed.actor.scope.has(record.header.unit);
    let may_edit = own && signed.actor.may(Right::Edit);
    let address = view::address(app, record.kind, record.id);
    let mut frame = heading(app, signed, record)?;
    frame.notices = notices;
    let hides = record.fields.iter().any(|(at, _)| k.fields[*at].hides());
    frame.tools = Some(html! {
        @if hides && mask == Mask::On && signed.actor.may(Right::OpenSensitive) {
            form action={ (address) "/open" } method="post" { button { (words::OPEN_SENSITIVE) } }
        }
        @if k.key == "class" { a.button href={ "/classes/" (record.id) } { (words::CLASS_ROLL) } }
        @if may_edit { a.button.primary href={ (address) "/edit" } { (words::EDIT) } }
    });
    let (sections, mut anchors) = sections(app, signed, record, mask)?;
    let problems = ops::problems(app, record)?;
    let label = |place: &str| label_of(app, record.kind, place);
    let standing: Vec<Problem> = problems
        .into_iter()
        .map(|p| Problem { severity: Severity::Warning, ..p })
        .filter(|p| mask == Mask::Off || !label_hidden(app, record.kind, &p.field))
        .collect();
    let children = related::children(app, signed, record)?;
    for (id, title, _) in &children {
        anchors.push((id.clone(), title.clone()));
    }
    anchors.push(("history".into(), words::HISTORY.into()));
    let versions = ops::history_of(app, &signed.actor, record.kind, record.id, HISTORY_SHORT)?;
    let body = html! {
        @if !own { (ui::notice(Tone::Info, words::READ_ONLY, html! { p { (crate::actor::NOT_OWN_UNIT) } })) }
        (ui::problems_summary(refused, &label))
        (ui::warnings(&standing, &label))
        div.with-anchors {
            (ui::anchors(&anchors))
            div {
                (sections)
                @for (id, title, markup) in &children { (ui::panel(id, title, None, markup.clone())) }
                (ui::panel("history", words::HISTORY, Some(html! { a href={ (address) "/history" } { (words::WHOLE_HISTORY) } }),
                    history_markup(app, signed, record, &versions, mask, false)?))
                @if may_edit { (actions(app, record, &address)) }
            }
        }
    };
    Ok(ui::page(&frame, body))
}

fn label_hidden(app: &App, kind: usize, place: &str) -> bool {
    app.spec.kinds[kind].field_at(place).is_some_and(|(f, c)| f.sensitive || c.is_some_and(|c| c.sensitive))
}

fn past_markup(app: &App, signed: &Signed, record: &Record, notices: Vec<Notice>) -> Result<Markup> {
    let mut frame = heading(app, signed, record)?;
    frame.notices = notices;
    let (sections, _) = sections(app, signed, record, Mask::On)?;
    Ok(ui::page(&frame, sections))
}

/// Verify, change the state.
fn actions(app: &App, record: &Record, address: &str) -> Markup {
    let version = record.header.version;
    let key = app.chance.token::<12>();
    let others = State::ALL.into_iter().filter(|s| *s != record.header.state);
    ui::panel(
        "actions",
        words::ACTIONS,
        None,
        html! {
            @if record.header.state != State::Erroneous { (related::adding(app, record)) }
            div.tools {
                @if !record.header.verified && record.header.state == State::Active {
                    form action={ (address) "/verify" } method="post" {
                        input type="hidden" name="_key" value=(key);
                        input type="hidden" name="_version" value=(version);
                        button { (words::VERIFY) }
                    }
                }
                @for state in others {
                    form action={ (address) "/state" } method="post" {
                        input type="hidden" name="_key" value=(key);
                        input type="hidden" name="_version" value=(version);
                        input type="hidden" name="state" value=(state.key());
                        button { (words::mark(state.label())) }
                    }
                }
            }
            p.hint { (words::NEVER_DELETED) }
        },
    )
}

/// What a log action is called on pages.
pub(super) fn action_label(action: &str) -> &'static str {
    match action {
        "record.create" => words::ACT_CREATE,
        "record.save" => words::ACT_SAVE,
        "record.state" => words::ACT_STATE,
        "record.verify" => words::ACT_VERIFY,
        "record.restore" => words::ACT_RESTORE,
        "import.rows" => words::ACT_IMPORT,
        "batch.undo" => words::ACT_UNDO,
        "demo.school" => words::ACT_DEMO,
        _ => words::ACT_OTHER,
    }
}

/// The name of who has a login; the program has none.
fn name_of(tx: &impl Read, login: &str) -> Result<String> {
    Ok(accounts::by_login(tx, login)?.map_or_else(|| login.to_owned(), |a| a.name))
}

fn history_markup(
    app: &App,
    signed: &Signed,
    record: &Record,
    versions: &[Version],
    mask: Mask,
    all: bool,
) -> Result<Markup> {
    let k = &app.spec.kinds[record.kind];
    let address = view::address(app, record.kind, record.id);
    let may_restore = all && signed.actor.scope.has(record.header.unit) && signed.actor.may(Right::Edit);
    let day = view::day_of(app, record.header.year);
    app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut events = Vec::new();
        let mut restores = Vec::new();
        for (n, version) in versions.iter().enumerate() {
            let first = version.record.header.version == 1;
            let mut changes = Vec::new();
            // The first version is the whole record: naming every field of it says nothing.
            if !first || all {
                for (at, before, after) in &version.changes {
                    let field = &k.fields[*at];
                    changes.push(ui::Change {
                        label: field.label.clone(),
                        before: value_markup(viewer.show(field, before.as_ref(), mask, day)),
                        after: value_markup(viewer.show(field, after.as_ref(), mask, day)),
                    });
                }
            }
            let state = version.record.header.state;
            let badge = (version.action == "record.state").then(|| (Tone::Info, state.label().to_owned()));
            events.push(ui::Event {
                when: version.time.display(),
                who: name_of(tx, &version.login)?,
                what: action_label(&version.action).to_owned(),
                link: None,
                badge,
                changes,
            });
            if may_restore && n > 0 {
                restores.push(version);
            }
        }
        let key = app.chance.token::<12>();
        Ok(html! {
            (ui::history(&events))
            @if !restores.is_empty() {
                details { summary { (words::RESTORE_EARLIER) }
                    p.hint { (words::RESTORE_HINT) }
                    ul.links { @for version in restores { li {
                        form action={ (address) "/restore" } method="post" {
                            input type="hidden" name="_key" value={ (key) "-" (version.record.header.version) };
                            input type="hidden" name="_version" value=(record.header.version);
                            input type="hidden" name="version" value=(version.record.header.version);
                            button.small { (words::restore_version(version.record.header.version, &version.time.display())) }
                        }
                    } } }
                }
            }
        })
    })
}

/// The whole history.
pub(super) async fn history(AppState(app): AppState<App>, signed: Signed, Path((kind, id)): At) -> Result<Markup> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    blocking(move || {
        let record = ops::get(&app, &signed.actor, kind, id)?;
        let versions = ops::history_of(&app, &signed.actor, kind, id, HISTORY_LONG)?;
        let mut frame = heading(&app, &signed, &record)?;
        frame.crumbs.push(ui::Crumb::new(frame.title.clone(), view::address(&app, kind, id)));
        frame.title = format!("{}: {}", words::HISTORY, frame.title);
        let at = ui::form(
            &ui::Form {
                action: view::address(&app, kind, id),
                method: ui::Method::Get,
                actions: vec![ui::Action::new(words::SHOW)],
                ..ui::Form::default()
            },
            ui::field(&ui::Field::new("at", words::AS_OF_DAY, ui::Control::Date)),
        );
        let body = html! {
            (ui::panel("", words::HISTORY, None, history_markup(&app, &signed, &record, &versions, Mask::On, true)?))
            (ui::panel("", words::AS_OF_TITLE, None, at))
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// Answers an action on a record: back to it, or its page with what refused.
async fn answer(
    app: App,
    signed: Signed,
    kind: usize,
    id: RecordId,
    outcome: Result<ops::Outcome>,
    done: &'static str,
) -> Result<Response> {
    match outcome {
        Ok(_) => Ok(see_other(format!("{}?done={done}", view::address(&app, kind, id)))),
        Err(Error::Invalid(problems)) => {
            blocking(move || {
                let record = ops::get(&app, &signed.actor, kind, id)?;
                let problems: Vec<Problem> =
                    problems.into_iter().map(|p| Problem { severity: Severity::Error, ..p }).collect();
                let page = markup(&app, &signed, &record, Mask::On, Vec::new(), &problems)?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            })
            .await
        }
        Err(Error::Stale { .. }) => {
            blocking(move || {
                let record = ops::get(&app, &signed.actor, kind, id)?;
                let notice = Notice::new(Tone::Warn, words::CHANGED_MEANWHILE);
                let page = markup(&app, &signed, &record, Mask::On, vec![notice], &[])?;
                Ok((StatusCode::CONFLICT, page).into_response())
            })
            .await
        }
        Err(e) => Err(e),
    }
}

fn version_of(form: &Form) -> Result<u32> {
    form.version().ok_or_else(|| Error::Bad(words::FORM_WITHOUT_VERSION.into()))
}

/// Changes the state.
pub(super) async fn set_state(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    form: Form,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    // Whether the record may be seen is asked before anything else, so that nothing is told about others.
    visible(&app, &signed, kind, id).await?;
    let state = State::from_key(form.get("state")).ok_or_else(|| Error::Bad(words::UNKNOWN_STATE.into()))?;
    let outcome = ops::set_state(&app, &signed.actor, kind, id, version_of(&form)?, state, form.key().to_owned()).await;
    answer(app, signed, kind, id, outcome, "state").await
}

/// Marks as compared with the papers.
pub(super) async fn verify(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    form: Form,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    visible(&app, &signed, kind, id).await?;
    let outcome = ops::verify(&app, &signed.actor, kind, id, version_of(&form)?, form.key().to_owned()).await;
    answer(app, signed, kind, id, outcome, "verified").await
}

/// Brings back an earlier version.
pub(super) async fn restore(
    AppState(app): AppState<App>,
    signed: Signed,
    Path((kind, id)): At,
    form: Form,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    visible(&app, &signed, kind, id).await?;
    let version = form.get("version").parse().map_err(|_| Error::NotFound)?;
    let outcome = ops::restore(&app, &signed.actor, kind, id, version_of(&form)?, version, form.key().to_owned()).await;
    answer(app, signed, kind, id, outcome, "restored").await
}

/// Not found unless the record may be seen.
pub(super) async fn visible(app: &App, signed: &Signed, kind: usize, id: RecordId) -> Result<()> {
    let (app, actor) = (app.clone(), signed.actor.clone());
    blocking(move || app.db.read(|tx| ops::visible_row(tx, &app, &actor, kind, id).map(drop))).await
}
