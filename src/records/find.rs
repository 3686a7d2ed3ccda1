//! Searching as a person: in their scope, on an index that has seen what they saved themselves. It must
//! never wait long: an index that is far behind is said to be incomplete.

use super::follow;
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;
use crate::search::{Hit, Hits, Query};
use crate::store::Read;
use std::thread::sleep;
use std::time::Duration;

/// One's own saves are looked for among so many newest entries, with at most so many rows: more is an
/// import, which the follower works through.
const ENTRIES_LOOKED_AT: u64 = 500;
const ROWS_WAITED_FOR: u64 = 5_000;
/// While another follows, it is asked again after so long, so often.
const PAUSE: Duration = Duration::from_millis(5);
const PAUSES: u32 = 200;

/// Searches in a person's scope; what they saved themselves is found at once.
pub fn search(app: &App, actor: &Actor, query: &Query) -> Result<Hits> {
    settle(app, actor);
    app.index()?.search(&actor.scope, query)
}

/// The best few hits while a person types.
pub fn suggest(app: &App, actor: &Actor, text: &str, limit: usize) -> Result<Vec<Hit>> {
    settle(app, actor);
    app.index()?.suggest(&actor.scope, text, Some(actor.unit), limit)
}

/// While the index is made anew: documents in it, and how many there will be. Then search finds only a
/// part.
pub fn incomplete(app: &App) -> Result<Option<(u64, u64)>> {
    let index = app.index()?;
    index.ensure_open()?;
    let begun = index.filling().now().filter(|_| index.seq() == 0 || index.seq() > app.db.head_seq());
    // Between losing the index and beginning to fill it.
    Ok(begun.or_else(|| (index.seq() == 0 && app.db.head_seq() > 0).then_some((0, 0))))
}

/// Waits, shortly, until the index has seen this person's own saves.
fn settle(app: &App, actor: &Actor) {
    // A failure here is the follower's to tell and to mend.
    let Ok(Some(own)) = unseen(app, actor) else { return };
    for _ in 0..PAUSES {
        match follow::now(app) {
            Ok(seen) if seen < own => sleep(PAUSE),
            _ => return,
        }
    }
}

/// The newest entry of a person that the index has not seen, if it is worth waiting for.
fn unseen(app: &App, actor: &Actor) -> Result<Option<u64>> {
    let index = app.index()?;
    index.ensure_open()?;
    let (seen, head) = (index.seq(), app.db.head_seq());
    if seen == 0 || seen >= head || head - seen > ENTRIES_LOOKED_AT {
        return Ok(None);
    }
    app.db.read(|tx| {
        let (mut own, mut rows) = (None, 0);
        for seq in seen + 1..=head {
            let Some(entry) = tx.entry(seq)? else { continue };
            rows += u64::from(entry.rows);
            if entry.who.account == actor.account && entry.rows > 0 {
                own = Some(seq);
            }
        }
        Ok(own.filter(|_| rows <= ROWS_WAITED_FOR))
    })
}
