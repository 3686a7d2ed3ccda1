//! What was measured, as one table for people. It only prints: it never measures, and never judges a time.

use std::fmt::Write as _;
use std::time::Duration;

/// Width of the first column.
const NAME: usize = 52;
/// Width of each further column.
const CELL: usize = 13;

/// How long many requests took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    sorted_us: Vec<u64>,
    /// From the first request's start to the last one's end.
    pub(crate) wall: Duration,
}

impl Times {
    /// Of single times in any order.
    pub(crate) fn new(times: impl IntoIterator<Item = Duration>, wall: Duration) -> Self {
        let mut sorted_us: Vec<u64> = times.into_iter().map(|t| t.as_micros() as u64).collect();
        sorted_us.sort_unstable();
        Self { sorted_us, wall }
    }

    /// Of single times done one after the other.
    pub(crate) fn one_by_one(times: Vec<Duration>) -> Self {
        let wall = times.iter().sum();
        Self::new(times, wall)
    }

    /// Both together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut sorted_us = [self.sorted_us.as_slice(), &other.sorted_us].concat();
        sorted_us.sort_unstable();
        Self { sorted_us, wall: self.wall + other.wall }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.sorted_us.len() as u64
    }

    /// The time that `share` (0 to 1) of them did not pass, in milliseconds; the nearest rank.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let rank = (share * self.sorted_us.len() as f64).ceil() as usize;
        let at = rank.clamp(1, self.sorted_us.len().max(1)) - 1;
        self.sorted_us.get(at).map_or(f64::NAN, |us| *us as f64 / 1000.0)
    }

    /// How many a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count() as f64 / self.wall.as_secs_f64()
    }
}

/// `1 234 567`.
pub(crate) fn whole(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Three digits that count: `0.412`, `4.12`, `41.2`, `4 120`.
pub(crate) fn number(x: f64) -> String {
    match x {
        _ if !x.is_finite() => "–".into(),
        _ if x >= 99.95 => whole(x.round() as u64),
        _ if x >= 9.995 => format!("{x:.1}"),
        _ if x >= 0.9995 => format!("{x:.2}"),
        _ => format!("{x:.3}"),
    }
}

/// Bytes as MiB.
pub(crate) fn mib(bytes: u64) -> String {
    number(bytes as f64 / f64::from(1 << 20))
}

/// The table as it grows.
#[derive(Default)]
pub(crate) struct Table {
    text: String,
}

impl Table {
    /// A line over everything.
    pub(crate) fn head(&mut self, name: &str, what: &str) {
        let _ = writeln!(self.text, "{name:<10} {what}");
    }

    /// A new part with its columns.
    pub(crate) fn part(&mut self, name: &str, columns: &[&str]) {
        let _ = write!(self.text, "\n{name:<NAME$}");
        for column in columns {
            let _ = write!(self.text, "{column:>CELL$}");
        }
        let _ = writeln!(self.text, "\n{}", "-".repeat(NAME + CELL * columns.len()));
    }

    /// A row of a part.
    pub(crate) fn row(&mut self, name: &str, cells: &[String]) {
        let _ = write!(self.text, "{name:<NAME$}");
        for cell in cells {
            let _ = write!(self.text, "{cell:>CELL$}");
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// A part about requests.
    pub(crate) fn requests(&mut self, name: &str) {
        self.part(name, &["clients", "requests", "per second", "p50 ms", "p99 ms", "worst ms"]);
    }

    /// A row of such a part.
    pub(crate) fn times(&mut self, name: &str, clients: usize, times: &Times) {
        self.row(
            name,
            &[
                whole(clients as u64),
                whole(times.count()),
                number(times.rate()),
                number(times.ms(0.5)),
                number(times.ms(0.99)),
                number(times.ms(1.0)),
            ],
        );
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
