//! Pulling, round after round: ask, take, apply to the standby, thin. What goes wrong is told once in the
//! journal and at the next question to the server, whose page shows it.

use super::client::Client;
use super::keep::{Failed, Kept, Trouble};
use super::standby::Standby;
use crate::config::Keep;
use crate::error::{Error, Result};
use crate::terminal::say;
use std::time::Duration;

/// Rounds between two thinnings: an hour at the usual pace.
const THIN_EVERY: u64 = 720;

/// A second host at work.
pub struct Puller<'p> {
    /// The server.
    pub client: &'p Client,
    /// The directory.
    pub kept: &'p Kept,
    /// The key the server must sign with, as on the recovery sheet.
    pub signer: Option<&'p str>,
    /// The standby store, if there is one.
    pub standby: Option<Standby<'p>>,
    /// The rule for what stays.
    pub keep: Keep,
}

/// What one round brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// New files.
    pub taken: usize,
    /// The last entry here now.
    pub seq: u64,
    /// The server's newest entry.
    pub head: u64,
}

impl Puller<'_> {
    /// Asks until nothing is lacking. `trouble`: what the last round ended with.
    pub fn round(&mut self, trouble: &str) -> Result<Round, Failed> {
        let other = |e| (Trouble::Other, e);
        let mut taken = 0;
        let mut complaint = trouble;
        loop {
            let ask = self.kept.ask(complaint).map_err(other)?;
            let offer = self.client.offer(&ask).map_err(other)?;
            taken += self.kept.take(self.client, &offer, self.signer)?;
            complaint = "";
            if !offer.files.is_empty() {
                continue; // also tells the server how far this host is now
            }
            if let Some(standby) = &mut self.standby {
                standby.catch_up().map_err(other)?;
            }
            return Ok(Round { taken, seq: ask.seq, head: offer.head });
        }
    }

    /// Pulls for ever.
    pub fn run(&mut self, every: Duration) -> ! {
        let mut trouble = String::new();
        let mut told = String::new();
        for round in 0u64.. {
            let said = match self.round(&trouble) {
                Ok(done) => {
                    if done.taken > 0 {
                        tracing::info!(files = done.taken, seq = done.seq, head = done.head, "taken");
                    }
                    trouble.clear();
                    String::new()
                }
                Err((key, e)) => {
                    trouble = key.key().to_owned();
                    e.to_string()
                }
            };
            self.tell(&mut told, said);
            if round % THIN_EVERY == THIN_EVERY - 1
                && let Err(e) = self.kept.thin(&self.keep)
            {
                tracing::error!("ALARM: not thinned: {e}");
            }
            std::thread::sleep(every);
        }
        unreachable!("so many rounds take longer than the machine lasts")
    }

    fn tell(&self, told: &mut String, said: String) {
        if said == *told {
            return;
        }
        if said.is_empty() {
            tracing::info!("following again");
        } else {
            tracing::error!("ALARM: not following: {said}");
        }
        *told = said;
    }

    /// One round for the command line.
    pub fn once(&mut self) -> Result<()> {
        match self.round("") {
            Ok(done) => {
                self.kept.thin(&self.keep)?;
                say!("{} new files; up to entry {} of {}", done.taken, done.seq, done.head);
                say!("{}", self.kept.dir().display());
                Ok(())
            }
            Err((key, e)) => {
                // So that the server's page shows it although nobody reads this terminal.
                let _ = self.kept.ask(key.key()).and_then(|ask| self.client.offer(&ask));
                Err(match e {
                    Error::Operator(text) => Error::Operator(text),
                    e => e,
                })
            }
        }
    }
}
