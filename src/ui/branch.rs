//! A tree of things under things, opened and closed without script.

use super::words;
use maud::{Markup, html};

/// One thing and what stands under it.
#[derive(Clone, Debug, Default)]
pub struct Branch {
    /// As shown.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// After it: a count, a state.
    pub note: Option<Markup>,
    /// Whether what stands under it is shown.
    pub open: bool,
    /// Whether it is the one the page is about.
    pub here: bool,
    /// What stands under it.
    pub under: Vec<Branch>,
}

/// A tree.
pub fn branches(items: &[Branch]) -> Markup {
    html! {
        ul.branches { @for item in items {
            li {
                p { (name(item)) }
                @if !item.under.is_empty() {
                    // The link stands outside: a summary may hold nothing else that is pressed.
                    details open[item.open] {
                        summary { span.vh { (words::UNDER) " " (item.label) } }
                        (branches(&item.under))
                    }
                }
            }
        } }
    }
}

fn name(item: &Branch) -> Markup {
    html! {
        a href=(item.href) aria-current=[item.here.then_some("page")] { (item.label) }
        @if let Some(note) = &item.note { " " span.detail { (note) } }
    }
}
