//! The last day, minute by minute: a ring that never grows.

use super::Answered;
use crate::clock::Millis;
use std::collections::VecDeque;

/// A day.
const KEPT: usize = 24 * 60;
/// Upper bounds of what an answer may take, ms; longer ones count as the last.
const TOOK_MS: [f64; 18] = [
    0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 35.0, 60.0, 100.0, 200.0, 400.0, 800.0, 1_600.0, 4_000.0, 10_000.0,
    30_000.0,
];

/// What was found at the end of a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Entries the index has not read yet.
    pub behind: u64,
    /// The memory of the process, bytes.
    pub memory_bytes: u64,
    /// The store's file, bytes.
    pub store_bytes: u64,
    /// What is left on its disk, bytes.
    pub free_bytes: u64,
}

/// What one minute, or several together, came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Minute {
    /// Its end.
    pub at: Millis,
    /// Pages and calls answered.
    pub requests: u64,
    /// Of those, with an error of ours.
    pub failed: u64,
    /// Of those, refused because there was too much.
    pub refused: u64,
    /// Records and units changed.
    pub saves: u64,
    /// Sign-ins that went well.
    pub signed_in: u64,
    /// Sign-ins that did not.
    pub sign_in_refused: u64,
    /// How many took how long: one for each of [`TOOK_MS`].
    took: [u64; TOOK_MS.len()],
    /// Found at its end; of several minutes the last.
    pub sample: Sample,
}

impl Minute {
    pub(super) fn add(&mut self, what: &Answered<'_>, save: bool, sign_in: Option<bool>) {
        self.requests += 1;
        match what.status {
            429 | 503 => self.refused += 1,
            500.. => self.failed += 1,
            _ => {}
        }
        self.saves += u64::from(save);
        self.signed_in += u64::from(sign_in == Some(true));
        self.sign_in_refused += u64::from(sign_in == Some(false));
        let took_ms = what.took.as_secs_f64() * 1000.0;
        self.took[TOOK_MS.iter().position(|most| took_ms <= *most).unwrap_or(TOOK_MS.len() - 1)] += 1;
    }

    /// With the minute after it.
    #[must_use]
    pub fn and(mut self, next: &Self) -> Self {
        self.at = next.at;
        self.requests += next.requests;
        self.failed += next.failed;
        self.refused += next.refused;
        self.saves += next.saves;
        self.signed_in += next.signed_in;
        self.sign_in_refused += next.sign_in_refused;
        self.took.iter_mut().zip(next.took).for_each(|(mine, theirs)| *mine += theirs);
        self.sample = next.sample;
        self
    }

    /// What so many of a hundred answers took at most, ms; nothing where nothing was answered.
    pub fn took_ms(&self, percent: u64) -> Option<f64> {
        let total: u64 = self.took.iter().sum();
        let wanted = (total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let reached = self.took.iter().position(|n| {
            seen += n;
            seen >= wanted
        })?;
        (total > 0).then_some(TOOK_MS[reached])
    }
}

/// The minutes.
#[derive(Debug, Default)]
pub(super) struct Minutes {
    pub(super) now: Minute,
    pub(super) past: VecDeque<Minute>,
}

impl Minutes {
    pub(super) fn turn(&mut self, at: Millis, sample: Sample) {
        let ended = Minute { at, sample, ..std::mem::take(&mut self.now) };
        if self.past.len() == KEPT {
            self.past.pop_front();
        }
        self.past.push_back(ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn minute(answers: &[(u16, u64)]) -> Minute {
        let mut minute = Minute::default();
        for (status, took_ms) in answers {
            let took = Duration::from_millis(*took_ms);
            minute.add(&Answered { route: "/", method: "GET", status: *status, took }, false, None);
        }
        minute
    }

    #[test]
    fn what_answers_took_is_read_from_the_bounds() {
        assert_eq!(minute(&[]).took_ms(50), None);
        assert_eq!(minute(&[(200, 0)]).took_ms(99), Some(0.5));
        let mut answers = vec![(200, 4); 98];
        answers.extend([(200, 700), (200, 90_000)]);
        let minute = minute(&answers);
        assert_eq!([50, 98, 99, 100].map(|p| minute.took_ms(p)), [5.0, 5.0, 800.0, 30_000.0].map(Some));
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let mut minutes = Minutes::default();
        for n in 0..2000 {
            minutes.now = minute(&[(200, 1), (503, 1), (500, 1)]);
            minutes.turn(Millis(n), Sample { behind: n as u64, ..Sample::default() });
        }
        assert_eq!((minutes.past.len(), minutes.past.front().map(|m| m.at)), (1440, Some(Millis(560))));
        let day = minutes.past.iter().skip(1).fold(minutes.past[0].clone(), Minute::and);
        assert_eq!((day.requests, day.refused, day.failed), (4320, 1440, 1440));
        assert_eq!((day.at, day.sample.behind), (Millis(1999), 1999));
    }
}
