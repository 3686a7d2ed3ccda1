//! When a job is due: six fields (second minute hour day month weekday) on the clock of Việt Nam. Looks
//! back as well as ahead, so that what fell into a downtime is made up for. Pure.

use crate::clock::Millis;
use crate::error::{Error, Result};

const MINUTE_MS: i64 = 60_000;
/// How far back a missed run is looked for.
const BACK_MINUTES: i64 = 40 * 24 * 60;

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether day or weekday is left open: then both must hold; if both are named, either is enough.
    either_day: bool,
}

impl Cron {
    /// Reads `*`, `5`, `1-5`, `*/10`, `10-50/20` and lists of them. Weekdays are 0 (Sunday) to 7 (Sunday).
    pub fn parse(text: &str) -> Result<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [second, minute, hour, day, month, weekday] = fields[..] else {
            return Err(Error::Operator(format!(
                "schedule '{text}': six fields are needed (second minute hour day month weekday), here are {}. Each night at \
                 two is 0 0 2 * * *",
                fields.len()
            )));
        };
        let read = |name: &str, field: &str, from: u32, to: u32| {
            set(field, from, to).ok_or_else(|| {
                Error::Operator(format!("schedule '{text}': {name} '{field}' is not within {from} to {to}"))
            })
        };
        let weekdays = read("weekday", weekday, 0, 7)?;
        Ok(Self {
            seconds: read("second", second, 0, 59)?,
            minutes: read("minute", minute, 0, 59)?,
            hours: read("hour", hour, 0, 23)?,
            days: read("day", day, 1, 31)?,
            months: read("month", month, 1, 12)?,
            weekdays: weekdays | weekdays >> 7 & 1,
            either_day: day != "*" && weekday != "*",
        })
    }

    /// The last time it was due, not after `now`; nothing if that is more than forty days ago.
    pub fn last_due(&self, now: Millis) -> Option<Millis> {
        let this = now.0 - now.0.rem_euclid(MINUTE_MS);
        (0..BACK_MINUTES).find_map(|back| {
            let minute = this - back * MINUTE_MS;
            if !self.has_minute(Millis(minute)) {
                return None;
            }
            let upto = ((now.0 - minute) / 1000).min(59);
            (0..=upto).rev().find(|s| self.seconds >> s & 1 == 1).map(|s| Millis(minute + s * 1000))
        })
    }

    /// The next time it is due, after `now`; nothing if that is more than forty days ahead.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        let this = now.0 - now.0.rem_euclid(MINUTE_MS);
        (0..BACK_MINUTES).find_map(|ahead| {
            let minute = this + ahead * MINUTE_MS;
            if !self.has_minute(Millis(minute)) {
                return None;
            }
            let mut due = (0..60).filter(|s| self.seconds >> s & 1 == 1).map(|s| Millis(minute + s * 1000));
            due.find(|due| *due > now)
        })
    }

    fn has_minute(&self, at: Millis) -> bool {
        let z = at.local();
        let has = |set: u64, n: i8| set >> n & 1 == 1;
        let (day, weekday) = (has(self.days, z.day()), has(self.weekdays, z.weekday().to_sunday_zero_offset()));
        let right_day = if self.either_day { day || weekday } else { day && weekday };
        right_day && has(self.months, z.month()) && has(self.hours, z.hour()) && has(self.minutes, z.minute())
    }
}

/// The numbers a field names, a bit each.
fn set(field: &str, from: u32, to: u32) -> Option<u64> {
    field.split(',').try_fold(0u64, |all, item| {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|s| *s > 0)?),
            None => (item, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (from, to),
            Some((a, b)) => (a.parse().ok()?, b.parse().ok()?),
            None => {
                let n: u32 = range.parse().ok()?;
                (n, if item.contains('/') { to } else { n })
            }
        };
        let good = from <= first && first <= last && last <= to;
        good.then(|| (first..=last).step_by(step as usize).fold(all, |set, n| set | 1 << n))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    fn last(schedule: &str, now: &str) -> String {
        let at: jiff::Timestamp = format!("{now}+07:00").parse().unwrap();
        let due = Cron::parse(schedule).unwrap().last_due(Millis(at.as_millisecond()));
        due.map_or_else(|| "never".into(), |d| d.local().strftime("%F %T").to_string())
    }

    #[test]
    fn looks_back_to_what_was_due() {
        assert_eq!(last("0 0 2 * * *", "2026-11-22 02:00:00"), "2026-11-22 02:00:00");
        assert_eq!(last("0 0 2 * * *", "2026-11-22 01:59:59"), "2026-11-21 02:00:00");
        assert_eq!(last("0 0 2 * * *", "2026-03-01 01:00:00"), "2026-02-28 02:00:00");
        assert_eq!(last("30 */15 7-17 * * 1-5", "2026-11-22 12:00:00"), "2026-11-20 17:45:30");
        assert_eq!(last("0 0 3 * * 7", "2026-11-22 12:00:00"), "2026-11-22 03:00:00");
        assert_eq!(last("0 0 3 1 * 0", "2026-11-21 12:00:00"), "2026-11-15 03:00:00");
        assert_eq!(last("0 0 3 31 2 *", "2026-11-21 12:00:00"), "never");
    }

    #[test]
    fn looks_ahead_to_what_will_be_due() {
        let next = |schedule: &str, now: &str| {
            let at: jiff::Timestamp = format!("{now}+07:00").parse().unwrap();
            let due = Cron::parse(schedule).unwrap().next_due(Millis(at.as_millisecond()));
            due.map_or_else(|| "never".into(), |d| d.local().strftime("%F %T").to_string())
        };
        assert_eq!(next("0 0 2 * * *", "2026-11-22 01:59:59"), "2026-11-22 02:00:00");
        assert_eq!(next("0 0 2 * * *", "2026-11-22 02:00:00"), "2026-11-23 02:00:00");
        assert_eq!(next("30,45 0 2 * * *", "2026-11-22 02:00:30"), "2026-11-22 02:00:45");
        assert_eq!(next("0 30 4 * * 0", "2026-11-22 12:00:00"), "2026-11-29 04:30:00");
        assert_eq!(next("0 0 3 31 2 *", "2026-11-21 12:00:00"), "never");
    }

    #[test]
    fn a_mistake_is_named() {
        for (schedule, why) in [
            ("0 2 * * *", "six fields are needed"),
            ("0 60 2 * * *", "minute '60' is not within 0 to 59"),
            ("0 0 5-2 * * *", "hour '5-2'"),
            ("0 0 2 */0 * *", "day '*/0'"),
            ("0 0 2 * * mon", "weekday 'mon'"),
        ] {
            let said = Cron::parse(schedule).unwrap_err().to_string();
            assert!(said.contains(why), "{schedule}: {said}");
        }
    }
}
