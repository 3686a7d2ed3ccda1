//! Two people saved the same record: both versions side by side, and a choice for each difference.
//! Nothing is overwritten unseen.

use super::form::{Action, Form, form};
use super::{show, words};
use crate::ui::Tone;
use maud::{Markup, html};

/// One field on which two versions differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's key; the choice posts as `_choose.<field>` = `theirs` or `mine`.
    pub field: String,
    /// Its label.
    pub label: String,
    /// As saved by the other person ("" if empty).
    pub theirs: String,
    /// As typed here ("" if empty).
    pub mine: String,
    /// Whether only this person changed it: then `mine` is preselected.
    pub only_mine: bool,
}

/// A stale save.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Who saved in between.
    pub who: String,
    /// When, as shown.
    pub when: String,
    /// Where they differ.
    pub differences: Vec<Difference>,
    /// Where the choice is posted; with `version` the one now, and everything typed in `hidden`.
    pub frame: Form,
    /// Where the saved version can be seen.
    pub record: String,
}

/// Both versions side by side.
pub fn conflict(conflict: &Conflict) -> Markup {
    let mut frame = conflict.frame.clone();
    if frame.actions.is_empty() {
        frame.actions = vec![Action::new(words::CONFLICT_SAVE)];
    }
    let way = |d: &Difference, value: &str, name: &str, shown: &str, checked: bool| {
        html! {
            label {
                input type="radio" name={ "_choose." (d.field) } value=(value) checked[checked]
                    aria-label={ (d.label) ": " (name) };
                @if shown.is_empty() { span.none { (words::EMPTY_VALUE) } } @else { span { (shown) } }
            }
        }
    };
    html! {
        (show::notice(Tone::Warn, words::CONFLICT, html! {
            p { (words::conflict_explained(&conflict.who, &conflict.when)) }
            p { a href=(conflict.record) { (words::CONFLICT_DROP) } }
        }))
        (form(&frame, html! {
            div.scroll { table.list.conflict {
                thead { tr {
                    th scope="col" { (words::CONFLICT_FIELD) }
                    th scope="col" { (words::CONFLICT_THEIRS) span.detail { (conflict.who) ", " (conflict.when) } }
                    th scope="col" { (words::CONFLICT_MINE) }
                } }
                tbody { @for d in &conflict.differences {
                    tr {
                        th scope="row" { (d.label) }
                        td data-label=(words::CONFLICT_THEIRS) {
                            (way(d, "theirs", words::CONFLICT_THEIRS, &d.theirs, !d.only_mine))
                        }
                        td data-label=(words::CONFLICT_MINE) {
                            (way(d, "mine", words::CONFLICT_MINE, &d.mine, d.only_mine))
                        }
                    }
                } }
            } }
        }))
    }
}
