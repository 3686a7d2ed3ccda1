//! Bodies of the few pages that belong to no feature: signing in, errors, the first page.

use super::control::field;
use super::fields::{Control, Field};
use super::show::{Tone, empty, panel};
use super::words::{self, ErrorWords};
use crate::error::Problem;
use maud::{Markup, html};

/// The form to sign in.
#[derive(Clone, Debug, Default)]
pub struct LoginForm {
    /// What was typed as login name.
    pub login: String,
    /// Where to go afterwards: an address inside, checked by the handler.
    pub next: String,
    /// Why it did not work: the same sentence for every reason.
    pub problem: Option<String>,
}

/// The body of the page to sign in; posts `login`, `password`, `next` to `/login`.
pub fn login(form: &LoginForm) -> Markup {
    html! {
        section.panel.login {
            @if let Some(problem) = &form.problem { div.notice.bad role="alert" { p { (problem) } } }
            form action="/login" method="post" {
                div.field {
                    label for="f-login" { (words::LOGIN_NAME) }
                    input #f-login type="text" name="login" value=(form.login) maxlength="100" autocomplete="username"
                        autocapitalize="none" spellcheck="false" autofocus[form.login.is_empty()] required;
                }
                (field(&Field::new("password", words::PASSWORD, Control::Password { new: false })))
                @if !form.next.is_empty() { input type="hidden" name="next" value=(form.next); }
                div.actions { button.primary { (words::SIGN_IN) } }
            }
            p.hint { (words::LOGIN_HELP) }
            p.hint { (words::LOGIN_CARE) }
        }
    }
}

/// The body of an error page: what happened, what to do, who can help; with each problem, if any.
pub fn error_page(said: &ErrorWords, problems: &[Problem]) -> Markup {
    html! {
        section.panel.error {
            p.what { (said.what) }
            @if !problems.is_empty() { ul { @for problem in problems { li { (problem.message) } } } }
            p { (said.todo) }
            p.who { (said.who) }
            p { a.button href="/" { (words::HOME) } }
        }
    }
}

/// Under the error page of a form that could not be taken: all that was typed, to be sent again as it is.
pub fn send_again<'a>(action: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Markup {
    html! {
        form.again action=(action) method="post" {
            @for (name, value) in pairs { input type="hidden" name=(name) value=(value); }
            button.primary { (words::SEND_AGAIN) }
        }
    }
}

/// A figure on the first page.
#[derive(Clone, Debug)]
pub struct Tile {
    /// What is counted.
    pub label: String,
    /// The figure, as shown.
    pub value: String,
    /// Under it: a comparison, a date.
    pub note: String,
    /// Where it leads.
    pub href: String,
}

/// Something that waits for this person.
#[derive(Clone, Debug)]
pub struct Task {
    /// What to do, and where.
    pub text: String,
    /// By when, how much.
    pub note: String,
    /// How pressing.
    pub tone: Tone,
    /// Where it is done.
    pub href: String,
}

/// The first page after signing in.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// What waits.
    pub tasks: Vec<Task>,
    /// Figures.
    pub tiles: Vec<Tile>,
    /// Charts.
    pub glance: Option<Markup>,
    /// Whether there are many charts: they take the whole width, beneath what waits.
    pub broad: bool,
    /// Anything more, below what waits.
    pub more: Option<Markup>,
}

/// The body of the first page.
pub fn home(home: &Home) -> Markup {
    let more = html! { @if let Some(more) = &home.more { (more) } };
    html! {
        @if !home.tiles.is_empty() {
            section aria-label=(words::AT_A_GLANCE) { ul.tiles { @for item in &home.tiles { (tile(item)) } } }
        }
        div.desk.broad[home.broad] {
            div { (tasks(&home.tasks)) @if !home.broad { (more) } }
            @if home.broad { div { (more) } }
            @if let Some(glance) = &home.glance { div.glance { (glance) } }
        }
    }
}

/// A figure, linked to what stands behind it: an item of `ul.tiles`.
pub fn tile(tile: &Tile) -> Markup {
    html! {
        li { a href=(tile.href) {
            span.label { (tile.label) }
            span.value { (tile.value) }
            @if !tile.note.is_empty() { span.note { (tile.note) } }
        } }
    }
}

fn tasks(tasks: &[Task]) -> Markup {
    html! {
        (panel("", words::WORK_TO_DO, None, html! {
            @if tasks.is_empty() { (empty(words::NOTHING_TO_DO, "", None)) } @else {
                ul.tasks { @for task in tasks {
                    li.(task.tone.class()) {
                        a href=(task.href) { (task.text) }
                        @if !task.note.is_empty() { span.detail { (task.note) } }
                    }
                } }
            }
        }))
    }
}
