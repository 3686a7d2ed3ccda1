//! What happened to a record: who, when, and each field before and after.

use super::show::{Tone, badge};
use super::words;
use maud::{Markup, html};

/// One field before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// The field's label.
    pub label: String,
    /// Before; `None` was empty.
    pub before: Option<Markup>,
    /// After; `None` is empty.
    pub after: Option<Markup>,
}

/// One entry of the log, as far as it concerns this record.
#[derive(Clone, Debug)]
pub struct Event {
    /// `dd/mm/yyyy HH:MM`.
    pub when: String,
    /// Who did it.
    pub who: String,
    /// What was done: "Sửa hồ sơ", "Nhập từ Excel".
    pub what: String,
    /// Where more can be seen: words and address.
    pub link: Option<(String, String)>,
    /// A word worth seeing.
    pub badge: Option<(Tone, String)>,
    /// What changed.
    pub changes: Vec<Change>,
}

/// What happened, newest first as given.
pub fn history(events: &[Event]) -> Markup {
    let side = |value: &Option<Markup>| {
        html! { @if let Some(value) = value { (value) } @else { span.none { (words::EMPTY_VALUE) } } }
    };
    html! {
        ol.history { @for event in events {
            li {
                p.act {
                    strong { (event.what) }
                    @if let Some((tone, text)) = &event.badge { " " (badge(*tone, text)) }
                    span.by { (event.who) ", " time { (event.when) } }
                    @if let Some((label, href)) = &event.link { a href=(href) { (label) } }
                }
                @if !event.changes.is_empty() {
                    table.changes {
                        thead.vh { tr {
                            th scope="col" { (words::CONFLICT_FIELD) }
                            th scope="col" { (words::BEFORE) }
                            th scope="col" { (words::AFTER) }
                        } }
                        tbody { @for change in &event.changes {
                            tr {
                                th scope="row" { (change.label) }
                                td.before data-label=(words::BEFORE) { (side(&change.before)) }
                                td.after data-label=(words::AFTER) { (side(&change.after)) }
                            }
                        } }
                    }
                }
            }
        } }
    }
}
