//! Reading ahead: what is decrypted and unpacked on one thread is put into the store on another.

use crate::error::{Error, Result};
use crate::store::dump::Piece;
use crate::store::panic_text;
use std::sync::mpsc::sync_channel;

/// Pieces handed over at once, and such handfuls under way: some megabytes of rows, 64 MiB of the largest
/// log bodies at most for each.
const HANDFUL: usize = 256;
const UNDER_WAY: usize = 8;

/// Gives `take` the pieces that `open` gives, read on a thread of their own. They end with the first error.
pub(super) fn ahead<I, T>(
    open: impl FnOnce() -> Result<I> + Send,
    take: impl FnOnce(&mut dyn Iterator<Item = Result<Piece>>) -> Result<T>,
) -> Result<T>
where
    I: Iterator<Item = Result<Piece>>,
{
    let (send, receive) = sync_channel::<Result<Vec<Piece>>>(UNDER_WAY);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut pieces = match open() {
                Ok(pieces) => pieces,
                Err(e) => {
                    let _ = send.send(Err(e)); // nobody waits any more
                    return;
                }
            };
            loop {
                let handful: Result<Vec<Piece>> = pieces.by_ref().take(HANDFUL).collect();
                let last = handful.as_ref().map_or(true, |h| h.len() < HANDFUL);
                if send.send(handful).is_err() || last {
                    return;
                }
            }
        });
        let taken = take(&mut receive.into_iter().flat_map(|handful| match handful {
            Ok(pieces) => pieces.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(e) => vec![Err(e)],
        }));
        reading.join().map_err(|panic| Error::Internal(format!("reading ahead: {}", panic_text(&*panic))))?;
        taken
    })
}
