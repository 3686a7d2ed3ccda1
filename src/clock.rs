//! Time as an argument. Nothing else in the program asks the operating system what time it is.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A point in time: milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Millis(pub i64);

impl Millis {
    /// The moment on the clock of Việt Nam (UTC+7, no summer time, so no table is needed).
    pub fn local(self) -> Zoned {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(vietnam())
    }

    /// The day in Việt Nam.
    pub fn date(self) -> Date {
        self.local().date()
    }

    /// `dd/mm/yyyy HH:MM`, as pages show it.
    pub fn display(self) -> String {
        let z = self.local();
        format!("{:02}/{:02}/{} {:02}:{:02}", z.day(), z.month(), z.year(), z.hour(), z.minute())
    }

    /// RFC 3339 in UTC, as the API shows it.
    pub fn rfc3339(self) -> String {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }
}

fn vietnam() -> TimeZone {
    TimeZone::fixed(Offset::constant(7))
}

/// Midnight in Việt Nam at the start of `date`.
pub fn start_of_day(date: Date) -> Millis {
    date.to_zoned(vietnam()).map_or(Millis(0), |z| Millis(z.timestamp().as_millisecond()))
}

/// Where "now" comes from: the machine, or a test that sets it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn fixed(at: Millis) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// Moves a fixed clock; the machine's clock can't be moved and stays.
    pub fn advance(&self, by_ms: i64) {
        if let Source::Fixed(at) = &self.0 {
            at.fetch_add(by_ms, Ordering::SeqCst);
        }
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System => Millis(Timestamp::now().as_millisecond()),
            Source::Fixed(at) => Millis(at.load(Ordering::SeqCst)),
        }
    }

    /// Today in Việt Nam.
    pub fn today(&self) -> Date {
        self.now().date()
    }
}

/// The school year a day belongs to, by its first calendar year: 2024 is 2024–2025. Years turn on
/// 1 August, when classes of the new year are entered.
pub fn school_year(date: Date) -> u16 {
    let year = if date.month() >= 8 { date.year() } else { date.year() - 1 };
    year.max(0) as u16
}
