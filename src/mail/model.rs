//! A letter, when it is tried again, and what is worth one.

use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// A letter that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To one person.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// When it was written, ms.
    pub made_ms: i64,
    /// How often it was tried.
    pub tries: u32,
    /// Not tried before, ms.
    pub next_ms: i64,
    /// Why the last try failed; "" before one.
    pub error: String,
}
crate::stored_value!(Letter, 1);

impl Letter {
    /// After a try that failed.
    #[must_use]
    pub fn failed(mut self, now_ms: i64, error: String) -> Self {
        self.tries += 1;
        self.next_ms = now_ms + wait_ms(self.tries);
        self.error = error;
        self
    }

    /// Whether it is not tried any more.
    pub fn is_given_up(&self, now_ms: i64, days: u32) -> bool {
        now_ms - self.made_ms >= i64::from(days) * DAY_MS
    }
}

/// How long after so many tries: the next round (each five minutes, by the clock), then longer and longer, six hours at
/// most.
const fn wait_ms(tries: u32) -> i64 {
    match tries {
        0 | 1 => 4 * MINUTE_MS,
        2 => 15 * MINUTE_MS,
        3 => 60 * MINUTE_MS,
        4 => 180 * MINUTE_MS,
        _ => 360 * MINUTE_MS,
    }
}

/// Something an administrator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What it is about: the same as long as it lasts.
    pub key: String,
    /// Whether it can't wait for the daily letter.
    pub urgent: bool,
    /// A sentence for people.
    pub text: String,
    /// What exactly was found and the remedy, as the program tells an operator.
    pub detail: String,
}

impl Alarm {
    /// Under what is kept that it was told: what becomes urgent is told anew.
    pub(super) fn mark(&self) -> String {
        if self.urgent { format!("{}!", self.key) } else { self.key.clone() }
    }
}
