//! One field of a form: its label, hint, control and messages, tied together for every reader.
//!
//! Names and values are what the form posts; a field that comes back after a mistake is drawn again
//! with exactly what was typed. All controls work without script: buttons named `_do` post the same
//! form, and the handler draws it again (`refresh`, `find:<field>`, `add:<field>`,
//! `remove:<field>.<row>`, `open:<field>`). With script only the touched part is replaced.

use super::rows::{Rows, rows};
use super::words;
use crate::error::{Problem, Severity};
use maud::{Markup, html};

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A value and its name.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Something said at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether it refuses saving.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub text: String,
}

/// How a value is entered.
#[derive(Clone, Debug)]
pub enum Control {
    /// One line of text.
    Text {
        /// The longest allowed, in characters.
        max: Option<usize>,
        /// The keyboard to offer: "text", "numeric", "tel", "email".
        keyboard: &'static str,
    },
    /// Several lines of text.
    LongText {
        /// The longest allowed, in characters.
        max: Option<usize>,
    },
    /// A number, typed as text (`1.234,5`).
    Number {
        /// Shown behind it: "m²".
        unit: String,
    },
    /// `dd/mm/yyyy`, `mm/yyyy` or `yyyy`.
    Date,
    /// A school year's or calendar year's number.
    Year,
    /// One of a list.
    Select {
        /// What can be chosen.
        options: Vec<Choice>,
        /// Names of the fields whose lists depend on this one: a button draws the form again.
        refreshes: Vec<String>,
    },
    /// Several of a list. The name is posted once for each chosen value; `Field::value` is not used.
    Many {
        /// What can be chosen.
        options: Vec<Choice>,
        /// What is chosen.
        chosen: Vec<String>,
    },
    /// Yes (`true`), no (`false`), or not said (empty).
    YesNo,
    /// Another record. Posts `<name>` (the id) and `<name>.text` (what was typed; cleared = no record).
    Ref {
        /// The label of the record whose id is the field's value, or what was typed instead.
        text: String,
        /// What the last search found; the person picks one.
        found: Vec<Choice>,
        /// Address that answers `?q=` with `[{"value":…,"label":…}]` while typing ("" for none).
        source: String,
    },
    /// A password.
    Password {
        /// Whether it is a new one (password managers offer to make one).
        new: bool,
    },
    /// A sensitive value that is kept as it is unless opened.
    Masked {
        /// Whether there is a value.
        present: bool,
        /// Whether this person may open it.
        may_open: bool,
    },
    /// A table inside a record.
    Rows(Rows),
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it posts as: the key, or `field.row.column` inside a table.
    pub name: String,
    /// As shown.
    pub label: String,
    /// Help under the label.
    pub hint: String,
    /// Whether it must be filled.
    pub required: bool,
    /// What was typed or is kept.
    pub value: String,
    /// What is wrong with it.
    pub messages: Vec<Message>,
    /// How it is entered.
    pub control: Control,
    /// Whether it takes the whole width of a form.
    pub wide: bool,
}

impl Field {
    /// An empty field.
    pub fn new(name: impl Into<String>, label: impl Into<String>, control: Control) -> Self {
        let wide = matches!(control, Control::LongText { .. } | Control::Rows(_) | Control::Many { .. });
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            required: false,
            value: String::new(),
            messages: Vec::new(),
            control,
            wide,
        }
    }

    /// One line of text of at most `max` characters.
    pub fn text(name: impl Into<String>, label: impl Into<String>, max: usize) -> Self {
        Self::new(name, label, Control::Text { max: Some(max), keyboard: "text" })
    }

    /// One of a list.
    pub fn select(name: impl Into<String>, label: impl Into<String>, options: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Select { options, refreshes: Vec::new() })
    }

    /// With what was typed or is kept.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// With help under the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Must be filled.
    #[must_use]
    pub fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// Over the whole width of the form.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// With the messages that are about it.
    #[must_use]
    pub fn problems(mut self, problems: &[Problem]) -> Self {
        self.messages = messages(problems, &self.name);
        self
    }

    fn refused(&self) -> bool {
        self.messages.iter().any(|m| m.severity == Severity::Error)
    }
}

/// The messages about the field of that name.
pub(super) fn messages(problems: &[Problem], name: &str) -> Vec<Message> {
    let about = problems.iter().filter(|p| p.field == name);
    about.map(|p| Message { severity: p.severity, text: p.message.clone() }).collect()
}

/// The id of a field's control: what an error summary leads to.
pub(super) fn id_of(name: &str) -> String {
    format!("f-{name}")
}

/// The id of a field with everything around it: what a script replaces.
pub(super) fn part_of(name: &str) -> String {
    format!("w-{name}")
}

/// A field with its label, hint and messages.
pub fn field(field: &Field) -> Markup {
    let id = id_of(&field.name);
    let group = matches!(field.control, Control::Many { .. } | Control::YesNo | Control::Rows(_));
    html! {
        div.field.wide[field.wide].wrong[field.refused()] id=(part_of(&field.name)) {
            @if group {
                fieldset id=(id) aria-describedby=[described_by(field)] tabindex="-1" {
                    legend { (caption(field)) }
                    (control(field, None))
                    (around(field))
                }
            } @else {
                label for=(id) { (caption(field)) }
                (control(field, None))
                (around(field))
            }
        }
    }
}

/// A field inside a table's cell: the column's heading is its label.
pub(super) fn cell(field: &Field) -> Markup {
    html! {
        div.field.wrong[field.refused()] {
            (control(field, Some(&field.label)))
            (said(field))
        }
    }
}

fn caption(field: &Field) -> Markup {
    html! { (field.label) @if field.required { " " span.must { "(" (words::REQUIRED) ")" } } }
}

fn around(field: &Field) -> Markup {
    // Below the control, so that controls of one line stand on one line.
    html! {
        (said(field))
        @if let Some(hint) = hint_of(field) { p.hint id={ (id_of(&field.name)) "-hint" } { (hint) } }
    }
}

fn said(field: &Field) -> Markup {
    html! { @if !field.messages.is_empty() {
        div.said id={ (id_of(&field.name)) "-said" } { @for message in &field.messages {
            @let (class, word) = match message.severity {
                Severity::Error => ("bad", words::MISTAKE),
                Severity::Warning => ("warn", words::WARNING),
            };
            p.(class) { span.vh { (word) ": " } (message.text) }
        } }
    } }
}

fn hint_of(field: &Field) -> Option<&str> {
    match &field.control {
        _ if !field.hint.is_empty() => Some(&field.hint),
        Control::Date => Some(words::DATE_HINT),
        Control::Ref { .. } => Some(words::FIND_HINT),
        Control::Masked { present: true, .. } => Some(words::MASKED_IN_FORM),
        _ => None,
    }
}

fn described_by(field: &Field) -> Option<String> {
    let id = id_of(&field.name);
    let hint = hint_of(field).map(|_| format!("{id}-hint"));
    let said = (!field.messages.is_empty()).then(|| format!("{id}-said"));
    match (hint, said) {
        (Some(hint), Some(said)) => Some(format!("{hint} {said}")),
        (hint, said) => hint.or(said),
    }
}

/// The control alone; in a table's cell `label` names it and there is no hint.
fn control(field: &Field, label: Option<&str>) -> Markup {
    let id = id_of(&field.name);
    let described = match label {
        None => described_by(field),
        Some(_) => (!field.messages.is_empty()).then(|| format!("{id}-said")),
    };
    let wrong = field.refused().then_some("true");
    let required = field.required.then_some("true");
    let line = |class: &str, keyboard: &str, max: Option<usize>| {
        html! {
            input id=(id) class=(class) type="text" name=(field.name) value=(field.value) inputmode=(keyboard)
                maxlength=[max] autocomplete="off" aria-label=[label] aria-describedby=[&described]
                aria-invalid=[wrong] aria-required=[required];
        }
    };
    match &field.control {
        Control::Text { max, keyboard } => line(if max.is_some_and(|m| m <= 20) { "short" } else { "" }, keyboard, *max),
        Control::Number { unit } => html! {
            span.measure { (line("short num", "decimal", Some(30))) @if !unit.is_empty() { span.unit { (unit) } } }
        },
        Control::Date => line("short date", "numeric", Some(10)),
        Control::Year => line("short", "numeric", Some(9)),
        Control::LongText { max } => html! {
            textarea id=(id) name=(field.name) rows="4" maxlength=[max] aria-label=[label]
                aria-describedby=[&described] aria-invalid=[wrong] aria-required=[required] { "\n" (field.value) }
        },
        Control::Password { new } => html! {
            input id=(id) type="password" name=(field.name) value="" maxlength="200" aria-label=[label]
                autocomplete=(if *new { "new-password" } else { "current-password" })
                aria-describedby=[&described] aria-invalid=[wrong] aria-required=[required];
        },
        Control::Select { options, refreshes } => html! {
            span.pair {
                select id=(id) name=(field.name) aria-label=[label] aria-describedby=[&described] aria-invalid=[wrong]
                    aria-required=[required] data-refreshes=[parts(refreshes)] {
                    option value="" { (if field.required { words::CHOOSE } else { words::NOT_SAID }) }
                    @for choice in options {
                        option value=(choice.value) selected[choice.value == field.value] { (choice.label) }
                    }
                    @if !field.value.is_empty() && !options.iter().any(|o| o.value == field.value) {
                        option value=(field.value) selected { (field.value) }
                    }
                }
                @if !refreshes.is_empty() { button.small.no-script name="_do" value="refresh" { (words::REFRESH) } }
            }
        },
        Control::Many { options, chosen } => html! {
            // Posted also where nothing is chosen, so that clearing all differs from not being asked.
            input type="hidden" name=(field.name) value="";
            div.choices { @for choice in options {
                label { input type="checkbox" name=(field.name) value=(choice.value)
                    checked[chosen.contains(&choice.value)]; span { (choice.label) } }
            } }
        },
        Control::YesNo => yes_no(field, label),
        Control::Ref { text, found, source } => {
            reference(field, label, described.as_deref(), &Reference { text, found, source })
        }
        Control::Masked { present, may_open } => html! {
            span.masked id=(id) tabindex="-1" {
                span aria-hidden="true" { @if *present { "••••••" } @else { "–" } }
                span.vh { (if *present { words::MASKED } else { words::NOT_SAID }) }
                @if *may_open {
                    button.small name="_do" value={ "open:" (field.name) } data-part=(part_of(&field.name)) {
                        (words::OPEN) span.vh { " " (field.label) }
                    }
                }
            }
        },
        Control::Rows(table) => rows(&field.name, table),
    }
}

fn parts(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.iter().map(|n| part_of(n)).collect::<Vec<_>>().join(" "))
}

fn yes_no(field: &Field, label: Option<&str>) -> Markup {
    let ways = [("true", words::YES), ("false", words::NO), ("", words::NOT_SAID)];
    html! {
        div.choices.inline role=[label.map(|_| "group")] aria-label=[label] {
            @for (value, name) in ways {
                @if !(field.required && value.is_empty() && !field.value.is_empty()) {
                    label { input type="radio" name=(field.name) value=(value) checked[field.value == value]; span { (name) } }
                }
            }
        }
    }
}

struct Reference<'a> {
    text: &'a str,
    found: &'a [Choice],
    source: &'a str,
}

fn reference(field: &Field, label: Option<&str>, described: Option<&str>, to: &Reference<'_>) -> Markup {
    let part = part_of(&field.name);
    html! {
        div.ref data-source=[(!to.source.is_empty()).then_some(to.source)] data-name=(field.name) {
            span.pair {
                input id=(id_of(&field.name)) type="text" name={ (field.name) ".text" } value=(to.text)
                    autocomplete="off" spellcheck="false" maxlength="200" aria-label=[label] aria-describedby=[described]
                    aria-invalid=[field.refused().then_some("true")] aria-required=[field.required.then_some("true")];
                button.small name="_do" value={ "find:" (field.name) } data-part=(part) { (words::FIND) }
            }
            @if to.found.is_empty() {
                input type="hidden" name=(field.name) value=(field.value);
            } @else {
                div.choices { @for choice in to.found {
                    label { input type="radio" name=(field.name) value=(choice.value)
                        checked[choice.value == field.value]; span { (choice.label) } }
                }
                    label { input type="radio" name=(field.name) value="" checked[field.value.is_empty()];
                        span { (words::NONE_OF_THESE) } }
                }
            }
        }
    }
}
