//! Pieces that show things: badges, facts, panels, masked values, lists of what was found.

use super::words;
use crate::error::{Problem, Severity};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Serialize;

/// How something is meant; never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Worth knowing.
    Info,
    /// Done, right.
    Good,
    /// Look again.
    Warn,
    /// Wrong, refused, irreversible.
    Bad,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A whole number as Vietnamese write it: `1.234.567`.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// `dd/mm/yyyy`.
pub fn date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// A small coloured word: a state.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span.badge.(tone.class()) { (text) } }
}

/// A message inside the body, with a title and any markup.
pub fn notice(tone: Tone, title: &str, body: Markup) -> Markup {
    html! { div.notice.(tone.class()) { h2 { (title) } (body) } }
}

/// A part of a page with its own heading; `id` is what [`anchors`] leads to ("" for none).
pub fn panel(id: &str, title: &str, tools: Option<Markup>, body: Markup) -> Markup {
    let id = (!id.is_empty()).then_some(id);
    html! {
        section.panel id=[id] {
            div.head { h2 { (title) } @if let Some(tools) = tools { div.tools { (tools) } } }
            (body)
        }
    }
}

/// One line of a description: a label and what stands there.
#[derive(Clone, Debug)]
pub struct Fact {
    /// As shown.
    pub label: String,
    /// The value; `None` shows that nothing was entered.
    pub value: Option<Markup>,
    /// Whether it takes the whole width.
    pub wide: bool,
}

impl Fact {
    /// A fact with a text; an empty one counts as not entered.
    pub fn text(label: impl Into<String>, value: &str) -> Self {
        Self { label: label.into(), value: (!value.is_empty()).then(|| html! { (value) }), wide: false }
    }

    /// A fact with markup.
    pub fn markup(label: impl Into<String>, value: Markup) -> Self {
        Self { label: label.into(), value: Some(value), wide: false }
    }

    /// Over the whole width: long text, tables.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// A description list, in as many columns as fit.
pub fn facts(items: &[Fact]) -> Markup {
    html! {
        dl.facts { @for item in items {
            div.wide[item.wide] {
                dt { (item.label) }
                dd { @if let Some(value) = &item.value { (value) } @else { span.none { (words::NO_VALUE) } } }
            }
        } }
    }
}

/// A sensitive value that stays hidden until asked for; asking is a POST, because it is logged.
#[derive(Clone, Debug)]
pub struct Masked {
    /// Where the request to open goes.
    pub action: String,
    /// The field's key, posted as `field`.
    pub field: String,
    /// The field's label, for people who don't see the page.
    pub label: String,
    /// Whether this person may open it; otherwise there is no button.
    pub may_open: bool,
}

/// A hidden value with its button.
pub fn masked(item: &Masked) -> Markup {
    html! {
        span.masked {
            span aria-hidden="true" { "••••••" }
            span.vh { (words::MASKED) }
            @if item.may_open {
                form action=(item.action) method="post" {
                    input type="hidden" name="field" value=(item.field);
                    button.small { (words::OPEN) span.vh { " " (item.label) } }
                }
            }
        }
    }
}

/// A view of the same thing.
#[derive(Clone, Debug)]
pub struct Tab {
    /// As shown.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub here: bool,
    /// How many things are in it.
    pub count: Option<u64>,
}

/// Views of the same thing, as links.
pub fn tabs(items: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(words::VIEWS) { ul { @for item in items {
            li { a href=(item.href) aria-current=[item.here.then_some("page")] {
                (item.label) @if let Some(count) = item.count { " " span.count { (number(count as i64)) } }
            } }
        } } }
    }
}

/// Something narrow (anchors, facets) beside the body; above it where there is no room.
pub fn beside(side: Markup, body: Markup) -> Markup {
    html! { div.beside { div.side { (side) } div { (body) } } }
}

/// Links to the parts of a long page: `(id, label)`.
pub fn anchors(items: &[(String, String)]) -> Markup {
    html! {
        nav.anchors aria-label=(words::ON_THIS_PAGE) { ul { @for (id, label) in items {
            li { a href={ "#" (id) } { (label) } }
        } } }
    }
}

/// What to say where there is nothing: why, and what can be done (`action`: words and address).
pub fn empty(title: &str, text: &str, action: Option<(&str, &str)>) -> Markup {
    html! {
        div.empty {
            p.title { (title) }
            @if !text.is_empty() { p { (text) } }
            @if let Some((label, href)) = action { p { a.button href=(href) { (label) } } }
        }
    }
}

/// One thing a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it leads.
    pub href: String,
    /// Its name, parts that match the query wrapped by the caller in `mark`.
    pub title: Markup,
    /// What sort of thing: "Học sinh".
    pub kind: String,
    /// Birth date, code.
    pub detail: String,
    /// Class, school, commune.
    pub place: String,
    /// A state worth seeing.
    pub badge: Option<(Tone, String)>,
    /// Why it was found, or the way to it.
    pub why: Option<Markup>,
}

/// What is offered while somebody types in the search box: `/search/suggest?q=` answers with a JSON
/// list of these. All of it is text, never markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub label: String,
    /// What sort of thing, birth date, school.
    pub detail: String,
}

/// Something shown once: a first password, a token. A script adds a button that copies it.
pub fn secret(label: &str, value: &str) -> Markup {
    html! { p.secret { span { (label) } code data-copy=(words::COPY) data-copied=(words::COPIED) { (value) } } }
}

/// How much of something is done.
pub fn meter(label: &str, done: u64, total: u64) -> Markup {
    let share = (done * 100).checked_div(total).unwrap_or(100);
    html! {
        p.meter {
            span { (label) }
            progress max=(total.max(1)) value=(if total == 0 { 1 } else { done }) aria-label=(label) {}
            span.count { (number(done as i64)) "/" (number(total as i64)) " (" (share) "%)" }
        }
    }
}

/// What a search found, in order.
pub fn found_list(items: &[Found]) -> Markup {
    html! {
        ol.found { @for item in items {
            li {
                span.kind { (item.kind) }
                span.name {
                    a href=(item.href) { (item.title) }
                    @if let Some((tone, text)) = &item.badge { " " (badge(*tone, text)) }
                }
                span.detail { (item.detail) }
                span.place { (item.place) }
                @if let Some(why) = &item.why { (why) }
            }
        } }
    }
}

/// A record's warnings, each leading to its field; `label` names a field.
pub fn warnings(problems: &[Problem], label: &dyn Fn(&str) -> Option<String>) -> Markup {
    let warnings: Vec<_> = problems.iter().filter(|p| p.severity == Severity::Warning).collect();
    html! { @if !warnings.is_empty() {
        div.notice.warn {
            h2 { (words::to_review(warnings.len())) }
            ul { @for problem in warnings {
                li { @if let Some(label) = label(&problem.field) { strong { (label) ": " } } (problem.message) }
            } }
        }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (value, shown) in [(0, "0"), (999, "999"), (1000, "1.000"), (1_234_567, "1.234.567"), (-45_000, "−45.000")]
        {
            assert_eq!(number(value), shown);
        }
        assert_eq!(number(i64::MIN), "−9.223.372.036.854.775.808");
    }
}
