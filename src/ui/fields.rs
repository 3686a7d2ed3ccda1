//! What one field of a form is: its name, label, hint, control, value and messages.
//!
//! Names and values are what the form posts; a field that comes back after a mistake is drawn again
//! with exactly what was typed. All controls work without script: buttons named `_do` post the same
//! form, and the handler draws it again (`refresh`, `find:<field>`, `add:<field>`,
//! `remove:<field>.<row>`, `open:<field>`). With script only the touched part is replaced.

use super::rows::Rows;
use crate::error::{Problem, Severity};
use serde::Serialize;

/// A value that can be chosen. As JSON it is what the address in [`Control::Ref`] answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
        /// Address that answers `?q=` with a JSON list of [`Choice`] while typing ("" for none).
        source: String,
    },
    /// A password.
    Password {
        /// Whether it is a new one (password managers offer to make one).
        new: bool,
    },
    /// A file, in a form with `upload`.
    File {
        /// What the browser offers: ".xlsx".
        accept: &'static str,
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

    pub(super) fn refused(&self) -> bool {
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
