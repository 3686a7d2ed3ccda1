//! What changed last in this person's scope, and what they did themselves: the newest entries of the log,
//! read backwards. An entry says who, by name.

use crate::accounts::store as accounts;
use crate::app::App;
use crate::error::Result;
use crate::id::RecordId;
use crate::records::model::RecordKey;
use crate::records::view::{Viewer, address};
use crate::records::{ops, store};
use crate::sessions::Signed;
use crate::store::{Entry, Key, Read, ReadTx};
use crate::ui::{self, Markup, html, words};
use crate::units::store as units;

/// So many entries of the log are looked at.
const LOOKED_AT: u64 = 200;
/// So many are shown.
const SHOWN: usize = 8;
/// Entries with more rows (imports) are told by their number, without opening them.
const ROWS_OPENED: u32 = 5;

/// The panel; nothing if nothing changed lately.
pub(super) fn panel(app: &App, signed: &Signed) -> Result<Markup> {
    app.db.read(|tx| {
        let head = tx.head()?.map_or(0, |e| e.seq);
        let mut items = Vec::new();
        for seq in (head.saturating_sub(LOOKED_AT)..=head).rev().take_while(|s| *s > 0) {
            let Some(entry) = tx.entry(seq)? else { continue };
            let mine = entry.who.account == signed.actor.account;
            let near = entry.unit.0 != 0 && signed.actor.scope.has(entry.unit) && entry.who.account.0 != 0;
            if (mine || near) && !entry.action.starts_with("session.") {
                items.push(item(app, signed, tx, &entry)?);
                if items.len() == SHOWN {
                    break;
                }
            }
        }
        Ok(html! { @if !items.is_empty() {
            (ui::panel("recent", words::RECENT_CHANGES, None, html! { ul.happenings { @for item in &items { (item) } } }))
        } })
    })
}

fn item(app: &App, signed: &Signed, tx: &ReadTx, entry: &Entry) -> Result<Markup> {
    let mine = entry.who.account == signed.actor.account;
    let who = if mine { None } else { accounts::get(tx, entry.who.account)?.map(|a| a.name) };
    let about = if entry.rows <= ROWS_OPENED { subject(app, signed, tx, entry)? } else { None };
    Ok(html! {
        li {
            span.when { (entry.time.display()) } " " (words::action(&entry.action))
            @if let Some((title, href)) = about { ": " a href=(href) { (title) } }
            @else if entry.rows > ROWS_OPENED { " " span.detail { "(" (words::rows_changed(entry.rows)) ")" } }
            " " span.detail { "– " (who.as_deref().unwrap_or(words::MYSELF)) }
        }
    })
}

/// The record or unit an entry is about, if this person may see it: its title and address.
fn subject(app: &App, signed: &Signed, tx: &ReadTx, entry: &Entry) -> Result<Option<(String, String)>> {
    let Some(body) = tx.body(entry.seq)? else { return Ok(None) };
    if let Some(opened) = opened(app, &body.note) {
        return Ok(titled(app, signed, tx, opened.0, opened.1));
    }
    for change in &body.changes {
        if let Some(unit) = units::unit_of(&change.key).filter(|u| signed.actor.scope.has(*u)) {
            let name = app.tree().get(unit).map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
            return Ok(Some((name, format!("/units/{unit}"))));
        }
        if change.key.first() != Some(&store::RECORDS.number) {
            continue;
        }
        let mut rest = &change.key[1..];
        let Some((kind_id, id)) = RecordKey::take(&mut rest) else { continue };
        let Some(kind) = app.names.kind_at(kind_id) else { continue };
        if let Some(found) = titled(app, signed, tx, kind, id) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The record whose masked fields were opened: the entry changes nothing, its note names the record.
fn opened(app: &App, note: &str) -> Option<(usize, RecordId)> {
    let note: serde_json::Value = serde_json::from_str(note).ok()?;
    let kind = app.spec.kind_by_key.get(note.get("kind")?.as_str()?)?;
    Some((*kind, note.get("id")?.as_str()?.parse().ok()?))
}

fn titled(app: &App, signed: &Signed, tx: &ReadTx, kind: usize, id: RecordId) -> Option<(String, String)> {
    let row = ops::visible_row(tx, app, &signed.actor, kind, id).ok()?;
    let title = Viewer::new(tx, app, &signed.actor).row_title(kind, id, &row);
    Some((title, address(app, kind, id)))
}
