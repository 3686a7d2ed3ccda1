//! Why something was found, on demand: the link, and behind it each thing typed with what it met.

use super::super::super::docs;
use super::with;
use crate::app::App;
use crate::error::Result;
use crate::http::Pairs;
use crate::id::RecordId;
use crate::records::model::Row;
use crate::search::{self, Doc};
use crate::store::ReadTx;
use crate::tree::{Tree, Unit};
use crate::ui::{Markup, html, words};

/// Of a record.
pub(super) fn of_record(
    tx: &ReadTx,
    app: &App,
    kind: usize,
    id: RecordId,
    row: &Row,
    query: &Pairs,
) -> Result<Option<Markup>> {
    let name = format!("{}-{id}", app.spec.kinds[kind].key);
    if query.get("why") != name {
        return Ok(link(query, &name));
    }
    Ok(Some(reasons(query, &docs::document(tx, app, kind, id, row)?)))
}

/// Of a unit.
pub(super) fn of_unit(app: &App, tree: &Tree, unit: &Unit, query: &Pairs) -> Option<Markup> {
    let name = format!("{}-{}", docs::UNIT_KIND, unit.id);
    if query.get("why") != name {
        return link(query, &name);
    }
    Some(reasons(query, &docs::unit_doc(app, tree, unit)))
}

/// Where the answer is; nothing without a typed text, where nothing need be explained.
fn link(query: &Pairs, name: &str) -> Option<Markup> {
    let href = format!("{}#why", with(query, &[("why", name.to_owned())], &["why"]));
    (!query.get("q").trim().is_empty()).then(|| html! { a.why href=(href) title=(words::WHY_TITLE) { (words::WHY) } })
}

fn reasons(query: &Pairs, doc: &Doc) -> Markup {
    html! {
        div.reasons #why {
            p { strong { (words::WHY_TITLE) } " " a href=(with(query, &[], &["why"])) { (words::WHY_CLOSE) } }
            dl { @for why in search::explain(doc, query.get("q")) {
                div {
                    dt { (why.typed) }
                    @match &why.found {
                        Some(found) => dd {
                            (words::place(found.place, doc.person)) ": " (super::marked(&found.text, &why.typed))
                            " " span.detail { "(" (words::fit(found.fit)) ")" }
                        },
                        None => dd { span.detail { (words::WHY_LEFT_OUT) } },
                    }
                }
            } }
        }
    }
}
