//! Which moment is wanted, and which segments lead there. Pure.

use super::model::moment;
use super::target::SegmentFile;
use crate::clock::Millis;
use crate::error::{Error, Result};
use jiff::civil::DateTime;

/// How far a restore goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As far as there is anything.
    Newest,
    /// Up to and with this entry.
    Seq(u64),
    /// All that was saved until then.
    Time(Millis),
}

impl Moment {
    /// Reads an entry's number, or a time: `2026-11-22 14:05:09`, `22/11/2026 14:05`, both in Việt Nam, or
    /// RFC 3339 with its own offset.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Ok(seq) = text.parse() {
            return Ok(Self::Seq(seq));
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::Time(Millis(at.as_millisecond())));
        }
        let local = text.parse::<DateTime>().ok().or_else(|| {
            let with = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"];
            with.iter().find_map(|form| DateTime::strptime(form, text).ok())
        });
        let at = local.filter(|_| text.contains(':')).ok_or_else(|| {
            Error::Operator(format!(
                "--to '{text}' is neither an entry's number nor a time. Write it as 2026-11-22 14:05:09 (Vietnam time), \
                 22/11/2026 14:05, or with an offset as 2026-11-22T07:05:09Z"
            ))
        })?;
        let midnight = crate::clock::start_of_day(at.date());
        let time = at.time();
        let in_day = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
        Ok(Self::Time(Millis(midnight.0 + in_day * 1000 + i64::from(time.millisecond()))))
    }

    /// Whether an entry is still within.
    pub fn has(self, seq: u64, time: Millis) -> bool {
        match self {
            Self::Newest => true,
            Self::Seq(last) => seq <= last,
            Self::Time(at) => time <= at,
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newest => f.write_str("the newest state"),
            Self::Seq(seq) => write!(f, "entry {seq}"),
            Self::Time(at) => f.write_str(&moment(*at)),
        }
    }
}

/// The segments that go on from entry `after`, without a gap, and what is missing if they end before the
/// last one there is. `segments` in order.
pub fn follow_on(after: u64, segments: &[SegmentFile]) -> (Vec<SegmentFile>, Option<Gap>) {
    let mut at = after;
    let mut chosen = Vec::new();
    for segment in segments {
        if segment.last <= at {
            continue;
        }
        if segment.first > at + 1 {
            return (chosen, Some(Gap { first: at + 1, last: segment.first - 1, then: segment.last }));
        }
        at = segment.last;
        chosen.push(segment.clone());
    }
    (chosen, None)
}

/// Entries no segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// First missing entry.
    pub first: u64,
    /// Last missing entry.
    pub last: u64,
    /// There are entries up to here at least.
    pub then: u64,
}
