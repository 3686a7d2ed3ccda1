//! What can be done with kept searches: only ever with one's own.

use super::model::{Checked, MOST, SavedSearch};
use super::store;
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::receipt;
use crate::text;
use crate::ui::words;

/// One's searches by name, with their numbers.
pub fn list(app: &App, actor: &Actor) -> Result<Vec<(u32, SavedSearch)>> {
    let mut list = app.db.read(|tx| store::of(tx, actor.account))?;
    list.sort_by_cached_key(|(number, saved)| (text::sort_key(&saved.name), *number));
    Ok(list)
}

/// Keeps a search; one of the same name gives way to it.
pub async fn save(app: &App, actor: &Actor, new: Checked, key: String) -> Result<()> {
    let account = actor.account;
    let kept = app.db.submit(&actor.who(), "search.save", move |tx| {
        let operation = format!("search.save {}", new.name());
        receipt::once(tx, &operation, &key, |tx| {
            let list = store::of(tx, account)?;
            let same = list.iter().find(|(_, saved)| saved.name == new.name()).map(|(number, _)| *number);
            if same.is_none() && list.len() >= MOST {
                return Err(Error::invalid("name", "count", words::SAVED_TOO_MANY));
            }
            let number = same.unwrap_or_else(|| list.last().map_or(1, |(number, _)| number + 1));
            let saved = new.at(tx.now().0);
            store::put(tx, account, number, &saved)?;
            Ok(number.to_string())
        })
    });
    kept.done().await.map(drop)
}

/// Removes one of one's searches; one that is not there is not found.
pub async fn remove(app: &App, actor: &Actor, number: u32) -> Result<()> {
    let account = actor.account;
    let removed = app.db.submit(&actor.who(), "search.remove", move |tx| {
        if !store::of(tx, account)?.iter().any(|(n, _)| *n == number) {
            return Err(Error::NotFound);
        }
        store::remove(tx, account, number)
    });
    removed.done().await.map(drop)
}
