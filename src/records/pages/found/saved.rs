//! Kept searches: the list, the form that keeps one, and what both do.

use super::FILTERS;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Form, Pairs, see_other};
use crate::saved_searches::model::{Checked, NAME_MAX};
use crate::saved_searches::ops;
use crate::sessions::Signed;
use crate::ui::{self, Link, Markup, Notice, Tone, html, words};
use axum::extract::State;
use axum::response::Response;

/// Parameters a kept search may have.
const KEPT_MOST: usize = 40;

/// The part of an address that is kept: what was asked, not which page of it was looked at.
fn kept(query: &Pairs) -> String {
    let asked = query.iter().filter(|(n, _)| FILTERS.contains(n) || ["q", "order"].contains(n));
    let link = Link::to("").with_all(asked).to_string();
    link.strip_prefix('?').unwrap_or_default().to_owned()
}

/// What was done, told once.
pub(super) fn told(query: &Pairs) -> Option<Notice> {
    match query.get("done") {
        "saved" => Some(Notice::new(Tone::Good, words::SAVED_DONE)),
        "removed" => Some(Notice::new(Tone::Good, words::SAVED_REMOVED)),
        _ => None,
    }
}

/// One's kept searches as a part of the page.
pub(super) struct Kept {
    /// Whether there are any.
    pub any: bool,
    pub panel: Markup,
}

/// One's kept searches, each with the button that removes it.
pub(super) fn panel(app: &App, signed: &Signed) -> Result<Kept> {
    let list = ops::list(app, &signed.actor)?;
    let panel = ui::panel(
        "saved",
        words::SAVED_SEARCHES,
        None,
        html! {
            @if list.is_empty() { p.hint { (words::SAVED_NONE) } }
            @else {
                ul.saved { @for (number, saved) in &list {
                    li {
                        a href={ "/search?" (saved.query) } { (saved.name) }
                        form action="/search/saved/remove" method="post" {
                            input type="hidden" name="number" value=(number);
                            button.small { (words::REMOVE) span.vh { ": " (saved.name) } }
                        }
                    }
                } }
            }
        },
    );
    Ok(Kept { any: !list.is_empty(), panel })
}

/// The form that keeps this search.
pub(super) fn form(app: &App, query: &Pairs) -> Markup {
    html! {
        details.keep {
            summary { (words::SAVE_SEARCH) }
            form action="/search/saved" method="post" {
                input type="hidden" name="_key" value=(app.chance.token::<12>());
                input type="hidden" name="query" value=(kept(query));
                label for="saved-name" { (words::SAVED_NAME) }
                input #saved-name type="text" name="name" value=(query.get("q")) maxlength=(NAME_MAX) required;
                button { (words::SAVE) }
            }
        }
    }
}

/// One's kept searches, before anything is typed.
pub(super) fn suggestions(app: &App, signed: &Signed) -> Result<Vec<ui::Suggestion>> {
    let list = ops::list(app, &signed.actor)?.into_iter().take(8);
    let suggestion = |saved: crate::saved_searches::model::SavedSearch| ui::Suggestion {
        href: format!("/search?{}", saved.query),
        label: saved.name,
        detail: words::SAVED_SEARCHES.into(),
    };
    Ok(list.map(|(_, saved)| suggestion(saved)).collect())
}

/// Keeps a search, and shows it again.
pub(in super::super) async fn save(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    let query = kept(&Pairs::parse(form.get("query").as_bytes(), KEPT_MOST)?);
    let checked = match Checked::new(form.get("name"), &query) {
        Err(Error::Invalid(_)) => return Err(Error::Bad(words::SAVED_NAME_WRONG.into())),
        other => other?,
    };
    match ops::save(&app, &signed.actor, checked, form.key().to_owned()).await {
        Err(Error::Invalid(_)) => Err(Error::Bad(words::SAVED_TOO_MANY.into())),
        other => other.map(|()| see_other(format!("/search?{query}&done=saved"))),
    }
}

/// Removes one of one's kept searches.
pub(in super::super) async fn remove(State(app): State<App>, signed: Signed, Form(form): Form) -> Result<Response> {
    let number = form.get("number").parse().map_err(|_| Error::NotFound)?;
    ops::remove(&app, &signed.actor, number).await?;
    Ok(see_other("/search?done=removed"))
}
