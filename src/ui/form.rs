//! The frame of a form: what went wrong above it, the hidden things it carries, its buttons.

use super::control::field;
use super::fields::{Field, id_of};
use super::words;
use crate::error::{Problem, Severity};
use maud::{Markup, html};

/// How a form is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// It changes something.
    #[default]
    Post,
    /// It asks for a page.
    Get,
}

/// A button of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// As shown.
    pub label: String,
    /// What is posted as `_do` ("" posts nothing: plain saving).
    pub value: String,
    /// Whether it destroys or can't be undone.
    pub danger: bool,
}

impl Action {
    /// A button that just sends the form.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), value: String::new(), danger: false }
    }

    /// A button that sends the form with `_do=value`.
    pub fn with(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::new(label) }
    }
}

/// The frame of a form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// How it goes.
    pub method: Method,
    /// Idempotency key, posted as `_key`: the same form sent twice is saved once ("" for none).
    pub key: String,
    /// The version the form started from, posted as `_version`.
    pub version: Option<u32>,
    /// Other hidden fields.
    pub hidden: Vec<(String, String)>,
    /// Whether it carries a file.
    pub upload: bool,
    /// The buttons; empty gives one, "Lưu". The first is what Enter presses.
    pub actions: Vec<Action>,
    /// Where "Thôi, không lưu" leads.
    pub cancel: Option<String>,
}

/// A form around its fields.
pub fn form(frame: &Form, body: Markup) -> Markup {
    let save = [Action::new(words::SAVE)];
    let actions = if frame.actions.is_empty() { &save[..] } else { &frame.actions };
    let (method, get) = if frame.method == Method::Post { ("post", false) } else { ("get", true) };
    html! {
        form.form action=(frame.action) method=(method) novalidate data-guard[!get]
            enctype=[frame.upload.then_some("multipart/form-data")] {
            // Enter presses a form's first button: it must be this one, not one that redraws a list.
            @if let Some(first) = actions.first() {
                button.vh tabindex="-1" aria-hidden="true" name=[named(first)] value=[valued(first)] { (first.label) }
            }
            @if !frame.key.is_empty() { input type="hidden" name="_key" value=(frame.key); }
            @if let Some(version) = frame.version { input type="hidden" name="_version" value=(version); }
            @for (name, value) in &frame.hidden { input type="hidden" name=(name) value=(value); }
            (body)
            div.actions {
                @for (place, action) in actions.iter().enumerate() {
                    button.primary[place == 0 && !action.danger].danger[action.danger]
                        name=[named(action)] value=[valued(action)] { (action.label) }
                }
                @if let Some(href) = &frame.cancel { a href=(href) { (words::CANCEL) } }
            }
        }
    }
}

fn named(action: &Action) -> Option<&'static str> {
    (!action.value.is_empty()).then_some("_do")
}

fn valued(action: &Action) -> Option<&str> {
    (!action.value.is_empty()).then_some(action.value.as_str())
}

/// A group of fields with its heading; `id` for links to it ("" for none).
pub fn fieldset(id: &str, title: &str, fields: &[Field]) -> Markup {
    html! {
        section.panel id=[(!id.is_empty()).then_some(id)] {
            @if !title.is_empty() { div.head { h2 { (title) } } }
            div.fields { @for item in fields { (field(item)) } }
        }
    }
}

/// What refuses saving, above the form, each leading to its field; `label` names a field. Nothing if
/// nothing does.
pub fn problems_summary(problems: &[Problem], label: &dyn Fn(&str) -> Option<String>) -> Markup {
    let errors: Vec<_> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
    html! { @if !errors.is_empty() {
        div.notice.bad #problems role="alert" tabindex="-1" data-focus {
            h2 { (words::not_saved(errors.len())) }
            ul { @for problem in errors {
                li {
                    @if problem.field.is_empty() { (problem.message) } @else {
                        a href={ "#" (id_of(&problem.field)) } {
                            @if let Some(label) = label(&problem.field) { strong { (label) } ": " } (problem.message)
                        }
                    }
                }
            } }
        }
    } }
}
