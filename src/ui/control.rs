//! Drawing a field: label, control, hint and messages, tied together for every reader.

use super::fields::{Choice, Control, Field, id_of, part_of};
use super::rows::rows;
use super::words;
use crate::error::Severity;
use maud::{Markup, html};

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
        div.field.wrong[field.refused()] id=(part_of(&field.name)) {
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
        Control::Text { max, keyboard } => {
            line(if max.is_some_and(|m| m <= 20) { "short" } else { "" }, keyboard, *max)
        }
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
                    // A list may say itself what choosing nothing means ("all of them").
                    @if !options.iter().any(|o| o.value.is_empty()) {
                        option value="" { (if field.required { words::CHOOSE } else { words::NOT_SAID }) }
                    }
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
        Control::File { accept } => html! {
            input id=(id) type="file" name=(field.name) accept=(accept) aria-label=[label]
                aria-describedby=[&described] aria-invalid=[wrong] aria-required=[required];
        },
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
                // From here on the choice counts, not the letters that were searched for.
                input type="hidden" name="_picked" value=(field.name);
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
