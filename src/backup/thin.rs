//! What is kept and what may go. The rule is pure; [`prune`] applies it to a target, and removes nothing
//! before the newest backup there has been read through.
//!
//! The machine's clock is not asked how old anything is: set ahead by a month, it would make everything a month old.
//! A day counts as gone by only if it shows: something was saved or backed up on it and on the day before. What shows less
//! than was is kept longer, never shorter.

use super::sealed::Sealed;
use super::site::Site;
use super::target::{SegmentFile, Target};
use crate::clock::Millis;
use crate::config::Keep;
use crate::error::{Error, Result};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Kept beyond what is promised: for the day that is not over, and a clock that was moved by less than a day.
const SPARE_DAYS: u32 = 2;

/// A full backup as the rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Rises with each one.
    pub number: u64,
    /// When it was made, by the clock of then.
    pub made: Millis,
    /// The last entry it holds.
    pub last: u64,
}

/// A day of which a target keeps segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// The first entry kept of it.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

/// The days of which there are segments, in order of entries; each segment with the day it counts for.
pub fn days<'s>(segments: impl Iterator<Item = (Date, &'s SegmentFile)>) -> Vec<Day> {
    let mut by_date: BTreeMap<Date, Day> = BTreeMap::new();
    for (date, segment) in segments {
        let day = by_date.entry(date).or_insert(Day { date, first: segment.first, last: segment.last });
        (day.first, day.last) = (day.first.min(segment.first), day.last.max(segment.last));
    }
    let mut out: Vec<Day> = by_date.into_values().collect();
    out.sort_by_key(|day| day.last);
    out
}

/// Something that shows which day it was: after which entry, by which full backup (0: a segment), and the date.
type Sign = (u64, u64, Date);

/// How time went by, as it shows: segments and full backups in the order in which they were made.
fn signs(fulls: &[Dated], days: &[Day]) -> Vec<Sign> {
    let mut out: Vec<Sign> = days.iter().map(|day| (day.last, 0, day.date)).collect();
    out.extend(fulls.iter().map(|full| (full.last, full.number, full.made.date())));
    out.sort_by_key(|(last, number, _)| (*last, *number));
    out
}

fn step(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The days that certainly went by after each full backup. A step of more than one day may be a clock set ahead, one
/// back is a clock set back: neither counts.
fn ages(fulls: &[Dated], days: &[Day]) -> Vec<u32> {
    let signs = signs(fulls, days);
    let since = |full: &Dated| {
        let after = signs.iter().skip_while(|(last, number, _)| (*last, *number) < (full.last, full.number));
        let dates: Vec<Date> = after.map(|(_, _, date)| *date).collect();
        dates.windows(2).filter(|two| step(two[0], two[1]) == 1).count() as u32
    };
    fulls.iter().map(since).collect()
}

/// How many periods may be none because a clock was wrong: one for leaps ahead among the days of which there are segments
/// (they may be idle days as well), two for each backup that is dated before an older one, there and back.
fn doubts(fulls: &[Dated], days: &[Day]) -> u32 {
    let begin = days.first().map_or(u64::MAX, |day| day.first);
    let leaps = signs(fulls, days).windows(2).any(|two| two[0].0 >= begin && step(two[0].2, two[1].2) > 1);
    let back = fulls.windows(2).filter(|two| two[1].made < two[0].made).count();
    u32::from(leaps) + 2 * back as u32
}

/// The full backup from which the promised days are reached: the newest that is certainly older than they are or that
/// the oldest segment goes on from; else the oldest.
fn lead(fulls: &[Dated], days: &[Day], keep: &Keep) -> usize {
    let old = ages(fulls, days).iter().rposition(|age| *age >= keep.any_second_days + SPARE_DAYS);
    let begin = days.first().and_then(|day| fulls.iter().rposition(|full| full.last < day.first));
    old.max(begin).unwrap_or(0)
}

/// Which of `fulls` (oldest first, all good) stay: the last of each of so many days, weeks, months and
/// years that have one, the one before the days of which any second can be restored, and always the two newest.
pub fn kept(fulls: &[Dated], days: &[Day], keep: &Keep) -> Vec<bool> {
    let mut kept: Vec<bool> = (0..fulls.len()).map(|at| at + 2 >= fulls.len()).collect();
    if let Some(lead) = kept.get_mut(lead(fulls, days, keep)) {
        *lead = true;
    }
    let spare = doubts(fulls, days);
    let periods: [(u32, fn(Date) -> (i16, i16)); 4] = [
        (keep.daily, |d| (d.year(), d.day_of_year())),
        (keep.weekly, |d| (d.iso_week_date().year(), i16::from(d.iso_week_date().week()))),
        (keep.monthly, |d| (d.year(), i16::from(d.month()))),
        (keep.yearly, |d| (d.year(), 0)),
    ];
    for (count, period) in periods {
        let count = if count == 0 { 0 } else { count + spare };
        let (mut runs, mut at_period) = (0, None);
        for (at, full) in fulls.iter().enumerate().rev() {
            let period = Some(period(full.made.date()));
            // Compared with the next younger one only: a wrong date far away does not stand for a right one.
            if period == at_period {
                continue;
            }
            if runs == count {
                break;
            }
            (runs, at_period) = (runs + 1, period);
            kept[at] = true;
        }
    }
    kept
}

/// The entry up to which segments may go: those that only lead to moments before the days of which any
/// second is promised, and that two good full backups hold as well. `fulls` as they will be kept.
pub fn segments_until(fulls: &[Dated], days: &[Day], keep: &Keep) -> u64 {
    let ages = ages(fulls, days);
    let old = fulls.iter().zip(ages).filter(|(_, age)| *age >= keep.any_second_days + SPARE_DAYS);
    let before = old.map(|(full, _)| full.last).max().unwrap_or(0);
    let held_twice = fulls.len().checked_sub(2).map_or(0, |at| fulls[at].last);
    before.min(held_twice)
}

/// Removes from a target what need not stay; gives what was removed. Refuses while the newest full backup
/// there is not good. A file that can't be read stays: it is for a person to look at.
pub fn prune(site: &Site, target: &Target, keep: &Keep) -> Result<Vec<PathBuf>> {
    Target::open(target.dir(), site)?;
    let _lock = site.lock()?;
    let mut fulls = Vec::new();
    for (number, path) in target.fulls()? {
        if let Ok(sealed) = Sealed::open(&path) {
            let dated = Dated { number, made: sealed.manifest.made(), last: sealed.manifest.log.last };
            fulls.push((dated, sealed));
        }
    }
    let Some((_, newest)) = fulls.last() else { return Ok(Vec::new()) };
    newest
        .check()
        .map_err(|e| Error::Operator(format!("nothing is removed while the newest backup is not good: {e}")))?;
    let dated: Vec<Dated> = fulls.iter().map(|(d, _)| *d).collect();
    let segments = target.segments()?;
    let days = days(segments.iter().filter_map(|s| Some((s.day()?, s))));
    let stays = kept(&dated, &days, keep);
    let left: Vec<Dated> = dated.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(d, _)| *d).collect();
    let until = segments_until(&left, &days, keep);
    let old_fulls = fulls.into_iter().zip(stays).filter(|(_, stays)| !stays).map(|((_, sealed), _)| sealed.path);
    let old_segments = segments.into_iter().filter(|s| s.last <= until).map(|s| s.path);
    let mut removed = Vec::new();
    for path in old_fulls.chain(old_segments) {
        std::fs::remove_file(&path).map_err(Error::path("removing", &path))?;
        if let Some(day) = path.parent().filter(|day| *day != target.dir()) {
            let _ = std::fs::remove_dir(day); // goes when it is empty
        }
        removed.push(path);
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::start_of_day;
    use jiff::civil::date;
    use proptest::prelude::*;

    const DAY_MS: i64 = 86_400_000;

    fn nightly(nights: i64) -> Vec<Dated> {
        let first = start_of_day(date(2024, 1, 1)).0 + 2 * 3_600_000;
        (0..nights)
            .map(|n| Dated { number: n as u64 + 1, made: Millis(first + n * DAY_MS), last: n as u64 * 10 })
            .collect()
    }

    fn thinned(fulls: &[Dated], days: &[Day], keep: &Keep) -> Vec<Dated> {
        let stays = kept(fulls, days, keep);
        fulls.iter().zip(stays).filter(|(_, stays)| *stays).map(|(full, _)| *full).collect()
    }

    #[test]
    fn two_years_of_nights_thin_to_days_weeks_months_and_years() {
        let keep = Keep { any_second_days: 3, daily: 5, weekly: 4, monthly: 3, yearly: 2 };
        let left = thinned(&nightly(731), &[], &keep);
        let days: Vec<String> = left.iter().map(|full| full.made.date().to_string()).collect();
        assert_eq!(
            days,
            [
                "2024-12-31",
                "2025-10-31",
                "2025-11-30",
                "2025-12-14",
                "2025-12-21",
                "2025-12-26",
                "2025-12-27",
                "2025-12-28",
                "2025-12-29",
                "2025-12-30",
                "2025-12-31"
            ]
        );
    }

    /// A server that saves at noon and backs up and thins at night, with a clock that may be wrong.
    #[derive(Default)]
    struct Server {
        fulls: Vec<Dated>,
        days: Vec<Day>,
        /// Of each full backup ever made: the true night and its last entry.
        made: Vec<(i64, u64)>,
        seq: u64,
        newest: i64,
        until: u64,
    }

    impl Server {
        fn day(&mut self, night: i64, wrong_ms: i64, saves: bool, keep: &Keep) {
            let noon = start_of_day(date(2024, 1, 1)).0 + night * DAY_MS + DAY_MS / 2;
            if saves {
                self.seq += 1;
                // As the write door does: the log's time never goes back.
                self.newest = self.newest.max(noon + wrong_ms);
                let date = Millis(self.newest).date();
                match self.days.last_mut() {
                    Some(day) if day.date == date => day.last = self.seq,
                    _ => self.days.push(Day { date, first: self.seq, last: self.seq }),
                }
            }
            let number = self.made.len() as u64 + 1;
            self.made.push((night, self.seq));
            self.fulls.push(Dated { number, made: Millis(noon + DAY_MS / 2 + wrong_ms), last: self.seq });
            self.fulls = thinned(&self.fulls, &self.days, keep);
            self.until = self.until.max(segments_until(&self.fulls, &self.days, keep));
            let until = self.until;
            self.days.retain(|day| day.last > until);
            for day in &mut self.days {
                day.first = day.first.max(until + 1);
            }
        }
    }

    proptest! {
        /// However the clock is set ahead and back, all that a right one would keep for the promised days is there.
        #[test]
        fn a_wrong_clock_shortens_no_promise(
            days in prop::collection::vec(prop::bool::weighted(0.8), 30..120),
            set in prop::collection::vec((0usize..120, -400 * DAY_MS..400 * DAY_MS), 0..4),
            any_second_days in 1u32..20, daily in 0u32..9, weekly in 0u32..5, monthly in 0u32..4, yearly in 0u32..3,
        ) {
            let keep = Keep { any_second_days, daily, weekly, monthly, yearly };
            let mut server = Server::default();
            let mut wrong_ms = 0;
            for (night, saves) in days.iter().enumerate() {
                wrong_ms = set.iter().rfind(|(at, _)| *at == night).map_or(wrong_ms, |(_, by)| *by);
                server.day(night as i64, wrong_ms, *saves, &keep);
                let from = night as i64 - i64::from(any_second_days);
                let then = server.made.iter().rfind(|(night, _)| *night <= from).map_or(0, |(_, last)| *last);
                prop_assert!(server.until <= then, "night {night}: segments up to {} of {then} are gone", server.until);
                let first = server.made[0].1;
                prop_assert!(server.fulls.iter().any(|full| full.last <= then.max(first)), "night {night}: no way in");
            }
        }

        /// One wrong clock takes no week, month or year that was there away.
        #[test]
        fn a_leap_takes_no_old_backup_away(
            nights in 40i64..400, by_days in 2i64..4000, back in any::<bool>(),
            weekly in 0u32..6, monthly in 0u32..6, yearly in 0u32..3,
        ) {
            let keep = Keep { any_second_days: 10, daily: 3, weekly, monthly, yearly };
            let mut server = Server::default();
            for night in 0..nights {
                server.day(night, 0, true, &keep);
            }
            let mut right = Server { fulls: server.fulls.clone(), days: server.days.clone(), ..Server::default() };
            (right.made, right.seq, right.newest, right.until) =
                (server.made.clone(), server.seq, server.newest, server.until);
            right.day(nights, 0, true, &keep);
            server.day(nights, if back { -by_days } else { by_days } * DAY_MS, true, &keep);
            let numbers = |s: &Server| s.fulls.iter().map(|full| full.number).collect::<Vec<_>>();
            let (left, should) = (numbers(&server), numbers(&right));
            prop_assert!(should.iter().all(|number| left.contains(number)), "{should:?} became {left:?}");
        }

        #[test]
        fn the_newest_stay_and_thinning_again_removes_nothing(
            gaps in prop::collection::vec(1i64..200, 1..60),
            any_second_days in 0u32..60, daily in 0u32..9, weekly in 0u32..5, monthly in 0u32..4, yearly in 0u32..3,
        ) {
            let mut made = 1_700_000_000_000;
            let fulls: Vec<Dated> = gaps.iter().enumerate().map(|(n, gap)| {
                made += gap * 3_600_000;
                Dated { number: n as u64 + 1, made: Millis(made), last: n as u64 * 7 }
            }).collect();
            let days: Vec<Day> = fulls.iter().map(|f| Day { date: f.made.date(), first: f.last, last: f.last + 6 }).collect();
            let keep = Keep { any_second_days, daily, weekly, monthly, yearly };
            let left = thinned(&fulls, &days, &keep);
            prop_assert_eq!(left.last(), fulls.last());
            prop_assert!(fulls.len() < 2 || left.contains(&fulls[fulls.len() - 2]));
            prop_assert_eq!(thinned(&left, &days, &keep), left);
        }
    }
}
