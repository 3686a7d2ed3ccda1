//! What belongs to a record: the lists of its children on its page, and the ways to add one. Nothing here
//! decides who may see or add: the lists ask for each row, the form asks again.

use super::super::model::Record;
use super::super::view;
use super::list;
use crate::app::App;
use crate::error::Result;
use crate::sessions::Signed;
use crate::ui::{Link, Markup, html, words};

/// Kinds that belong to a record, each with the field that says to which: its children, and for a class
/// its enrolments although they are the pupils' children.
fn belonging(app: &App, parent: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (child, kind) in app.spec.kinds.iter().enumerate() {
        for (at, field) in kind.fields.iter().enumerate().filter(|(_, f)| f.refers == Some(parent)) {
            let is_child = kind.child_of == Some((parent, at));
            let is_member =
                app.spec.kinds[parent].child_of.is_none() && kind.child_of.is_some() && kind.list.contains(&at);
            if !field.hides() && (is_child || is_member) {
                out.push((child, at));
            }
        }
    }
    out
}

/// The child records: (anchor, title, table).
pub(super) fn children(app: &App, signed: &Signed, record: &Record) -> Result<Vec<(String, String, Markup)>> {
    let mut out = Vec::new();
    for (child, at) in belonging(app, record.kind) {
        if let Some(markup) = list::children(app, signed, child, at, record.id)? {
            let kind = &app.spec.kinds[child];
            out.push((format!("c-{}", kind.key), kind.plural.clone(), markup));
        }
    }
    Ok(out)
}

/// Links to the forms of what may be added to a record, with the record filled in.
pub(super) fn adding(app: &App, record: &Record) -> Markup {
    let ways: Vec<(String, &str)> = belonging(app, record.kind)
        .into_iter()
        .map(|(child, at)| {
            let kind = &app.spec.kinds[child];
            let to = Link::to(format!("/records/{}/new", kind.key)).with("unit", record.header.unit);
            // A class's year is its pupils' year; a person's children begin in the current one.
            let year = record.header.year;
            let to = if year != 0 && view::is_yearly(app, child) { to.with("year", year) } else { to };
            (to.with(&kind.fields[at].key, record.id).to_string(), kind.label.as_str())
        })
        .collect();
    html! {
        @if !ways.is_empty() {
            ul.links { @for (href, label) in &ways { li { a href=(href) { (words::ADD) " " (label.to_lowercase()) } } } }
        }
    }
}
