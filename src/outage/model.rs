//! An announcement, and which day is in time for it.

use crate::clock::{Millis, start_of_day};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// So many whole working days lie between an announcement and an outage.
pub const WORKING_DAYS: u32 = 7;
/// The longest text, in characters.
pub const TEXT_MAX: usize = 300;
/// Nobody plans further ahead.
pub const AHEAD_DAYS: i64 = 400;
/// Public holidays that stand in the calendar of the sun: month, day. Tết and Giỗ Tổ follow the moon and are for
/// the person who plans.
const HOLIDAYS: [(i8, i8); 4] = [(1, 1), (4, 30), (5, 1), (9, 2)];
const MINUTE_MS: i64 = 60_000;

/// What is announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// What happens and what people do meanwhile.
    pub text: String,
    /// From when, ms.
    pub from_ms: i64,
    /// When it is back, ms.
    pub to_ms: i64,
}
crate::stored_value!(Outage, 1);

impl Outage {
    /// Whether it still has to be told.
    pub fn is_told(&self, now: Millis) -> bool {
        now.0 < self.to_ms
    }

    /// Whether it has begun.
    pub fn has_begun(&self, now: Millis) -> bool {
        now.0 >= self.from_ms
    }
}

/// The first day of an outage announced on `day` in time.
pub fn in_time(day: Date) -> Date {
    let (mut at, mut whole) = (day, 0);
    loop {
        at = at.saturating_add(1.day());
        if whole == WORKING_DAYS || at == Date::MAX {
            return at;
        }
        whole += u32::from(is_working_day(at));
    }
}

fn is_working_day(day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && !HOLIDAYS.contains(&(day.month(), day.day()))
}

/// A moment from `dd/mm/yyyy` and `HH:MM` (also `8:30`, `20h`, `20h30`), on the clock of Việt Nam.
pub fn moment(day: &str, time: &str) -> Option<Millis> {
    let mut parts = day.trim().split(['/', '-', '.']).map(str::parse::<i16>);
    let (Some(Ok(d)), Some(Ok(m)), Some(Ok(y)), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let date = Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()?;
    let (hour, minute) = time.trim().split_once([':', 'h', 'H', '.']).unwrap_or((time.trim(), "0"));
    let number = |text: &str, most: i64| {
        let text = if text.is_empty() { "0" } else { text };
        text.parse::<i64>().ok().filter(|n| (0..=most).contains(n))
    };
    if hour.is_empty() {
        return None;
    }
    Some(Millis(start_of_day(date).0 + (number(hour, 23)? * 60 + number(minute, 59)?) * MINUTE_MS))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn seven_whole_working_days_lie_between() {
        // A Thursday: Fri 6, Mon 9 … Mon 16 are seven.
        assert_eq!(in_time(date(2026, 11, 5)), date(2026, 11, 17));
        // Over a weekend of holidays: 30/4/2027 is a Friday, 1/5 a Saturday.
        assert_eq!(in_time(date(2027, 4, 22)), date(2027, 5, 5));
        assert_eq!(in_time(date(2026, 12, 31)), date(2027, 1, 13));
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        let at = |day, time| moment(day, time).map(Millis::display);
        for (day, time, read) in [
            ("05/12/2026", "20:00", "05/12/2026 20:00"),
            (" 5/12/2026 ", "8h30", "05/12/2026 08:30"),
            ("5-12-2026", "20h", "05/12/2026 20:00"),
            ("5.12.2026", "6", "05/12/2026 06:00"),
        ] {
            assert_eq!(at(day, time).unwrap(), read);
        }
        for (day, time) in [("31/02/2026", "20:00"), ("5/12", "20:00"), ("05/12/2026", "24:00"), ("05/12/2026", "")] {
            assert_eq!(at(day, time), None, "{day} {time}");
        }
    }
}
