//! Asking before something that can't be taken back, and asking for a narrower list.

use super::control::field;
use super::fields::Field;
use super::form::{Action, Form, form};
use super::show::{Tone, notice};
use super::words;
use maud::{Markup, html};

/// A question before something serious.
#[derive(Clone, Debug, Default)]
pub struct Confirm {
    /// What will be done: "Giải thể Trường THCS An Lâm".
    pub title: String,
    /// What follows from it, each a sentence.
    pub effects: Vec<String>,
    /// More to fill in: the decision's number, the day, the reason.
    pub fields: Vec<Field>,
    /// Where the answer goes; its actions are replaced by one, `yes`.
    pub frame: Form,
    /// The words on the button: what is done, never "Đồng ý".
    pub yes: String,
}

/// The question, what follows, and the two ways out.
pub fn confirm(ask: &Confirm) -> Markup {
    let frame = Form { actions: vec![Action { danger: true, ..Action::new(&ask.yes) }], ..ask.frame.clone() };
    html! {
        (notice(Tone::Warn, &ask.title, html! { ul { @for effect in &ask.effects { li { (effect) } } } }))
        (form(&frame, html! {
            @if !ask.fields.is_empty() {
                section.panel { div.fields { @for item in &ask.fields { (field(item)) } } }
            }
        }))
    }
}

/// One line of fields that narrow a list, sent by GET. `hidden` keeps what else the address says.
pub fn narrow(action: &str, hidden: &[(String, String)], fields: &[Field]) -> Markup {
    asking(action, hidden, fields, words::APPLY)
}

/// The same, where a word is looked for rather than a list narrowed.
pub fn find(action: &str, hidden: &[(String, String)], field: Field) -> Markup {
    asking(action, hidden, &[field], words::FIND)
}

fn asking(action: &str, hidden: &[(String, String)], fields: &[Field], verb: &str) -> Markup {
    html! {
        form.narrow action=(action) method="get" role="search" aria-label=(words::FILTERS) {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            @for item in fields { (field(item)) }
            button { (verb) }
        }
    }
}
