//! Many people at once, each due at a fixed moment whatever the answers do, and what became of every one of
//! them: for the deadline day. Who is refused is not sent again; whose connection breaks because the
//! server was killed comes again until it is back.

use crate::http::{Client, Pass, Refused};
use crate::load::{Work, join};
use crate::people::{Person, sign_in};
use crate::reads::Looker;
use crate::saves::Saver;
use crate::{Error, Result};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Between two tries to connect to a server that is away.
const KNOCK: Duration = Duration::from_millis(10);
/// Longer no server may be away.
const AWAY_MOST: Duration = Duration::from_mins(1);

/// Somebody who comes again when the connection was lost.
pub(crate) trait Visitor: Work {
    /// Connects anew.
    fn again(&mut self) -> Result<()>;
}

impl Visitor for Saver {
    fn again(&mut self) -> Result<()> {
        self.reconnect()
    }
}

impl Visitor for Looker {
    fn again(&mut self) -> Result<()> {
        self.reconnect()
    }
}

/// Somebody who signs in, over a connection of their own each time.
pub(crate) struct Comer {
    person: Person,
    address: SocketAddr,
}

impl Comer {
    /// One for each person.
    pub(crate) fn all<'a>(people: impl Iterator<Item = &'a Person>, address: SocketAddr) -> Vec<Self> {
        people.map(|person| Self { person: person.clone(), address }).collect()
    }
}

impl Work for Comer {
    fn once(&mut self) -> Result<()> {
        sign_in(&self.person, self.address).map(drop)
    }
}

impl Visitor for Comer {
    fn again(&mut self) -> Result<()> {
        Client::connect(self.address, &Pass::None).map(drop)
    }
}

/// What became of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// When it was due, from the start.
    pub(crate) due: Duration,
    /// From when it was due to the answer; of a refusal from when it was sent.
    pub(crate) took: Duration,
    /// There was too much.
    pub(crate) refused: bool,
}

/// When all began, whether the server went away, and whether somebody found something wrong.
pub(crate) struct Clockwork {
    /// When all began.
    pub(crate) start: Instant,
    /// The server goes away, or went: from then on connections may break.
    pub(crate) away: AtomicBool,
    failed: AtomicBool,
}

impl Clockwork {
    /// Begins a moment from now.
    pub(crate) fn new() -> Self {
        let start = Instant::now() + Duration::from_millis(50);
        Self { start, away: AtomicBool::new(false), failed: AtomicBool::new(false) }
    }

    /// Waits for a moment from the start; false if there is no point any more.
    pub(crate) fn wait(&self, moment: Duration) -> bool {
        while let Some(left) = moment.checked_sub(self.start.elapsed()).filter(|left| !left.is_zero()) {
            if self.failed.load(Ordering::Relaxed) {
                return false;
            }
            sleep(left.min(Duration::from_millis(200)));
        }
        !self.failed.load(Ordering::Relaxed)
    }

    /// `per_second` requests due for so long, each given to whichever visitor is free.
    pub(crate) fn visits<V: Visitor>(&self, visitors: &mut [V], per_second: f64, long: Duration) -> Result<Vec<Seen>> {
        let next = AtomicUsize::new(0);
        let run = |visitor: &mut V| -> Result<Vec<Seen>> {
            let mut seen = Vec::new();
            loop {
                let due = Duration::from_secs_f64(next.fetch_add(1, Ordering::Relaxed) as f64 / per_second);
                if due >= long || !self.wait(due) {
                    return Ok(seen);
                }
                seen.push(self.one(visitor, due).inspect_err(|_| self.failed.store(true, Ordering::Relaxed))?);
            }
        };
        let all = scope(|s| {
            let threads: Vec<_> = visitors.iter_mut().map(|v| s.spawn(|| run(v))).collect();
            threads.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        Ok(all.into_iter().flatten().collect())
    }

    fn one(&self, visitor: &mut impl Visitor, due: Duration) -> Result<Seen> {
        loop {
            let sent = self.start.elapsed();
            match visitor.once() {
                Ok(()) => return Ok(Seen { due, took: self.start.elapsed().saturating_sub(due), refused: false }),
                Err(e) if e.is::<Refused>() => {
                    return Ok(Seen { due, took: self.start.elapsed().saturating_sub(sent), refused: true });
                }
                Err(e) if e.is::<std::io::Error>() && self.away.load(Ordering::SeqCst) => self.knock(visitor, e)?,
                Err(e) => return Err(e),
            }
        }
    }

    fn knock(&self, visitor: &mut impl Visitor, why: Error) -> Result<()> {
        let since = Instant::now();
        while visitor.again().is_err() {
            if since.elapsed() > AWAY_MOST {
                return Err(why);
            }
            sleep(KNOCK);
        }
        Ok(())
    }
}
