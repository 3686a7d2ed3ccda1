//! What is kept and what may go. The rule is pure; [`prune`] applies it to a target, and removes nothing
//! before the newest backup there has been read through.

use super::sealed::Sealed;
use super::site::Site;
use super::target::Target;
use crate::clock::Millis;
use crate::config::Keep;
use crate::error::{Error, Result};
use jiff::civil::Date;
use std::path::PathBuf;

const DAY_MS: i64 = 86_400_000;

/// A full backup as the rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Rises with each one.
    pub number: u64,
    /// When it was made.
    pub made: Millis,
    /// The last entry it holds.
    pub last: u64,
}

/// Which of `fulls` (oldest first, all good) stay: the last of each of so many days, weeks, months and
/// years that have one, all within the days of which any second can be restored and the one before those,
/// and always the two newest.
pub fn kept(fulls: &[Dated], now: Millis, keep: &Keep) -> Vec<bool> {
    let mut kept = vec![false; fulls.len()];
    let from = now.0 - i64::from(keep.any_second_days) * DAY_MS;
    for (at, full) in fulls.iter().enumerate() {
        let next = fulls.get(at + 1);
        let leads_in = full.made.0 <= from && next.is_none_or(|n| n.made.0 > from);
        kept[at] = at + 2 >= fulls.len() || leads_in;
    }
    let periods: [(u32, fn(Date) -> (i16, i16)); 4] = [
        (keep.daily, |d| (d.year(), d.day_of_year())),
        (keep.weekly, |d| (d.iso_week_date().year(), i16::from(d.iso_week_date().week()))),
        (keep.monthly, |d| (d.year(), i16::from(d.month()))),
        (keep.yearly, |d| (d.year(), 0)),
    ];
    for (count, period) in periods {
        let mut seen = Vec::new();
        for (at, full) in fulls.iter().enumerate().rev() {
            let period = period(full.made.date());
            if seen.contains(&period) {
                continue;
            }
            if seen.len() == count as usize {
                break;
            }
            seen.push(period);
            kept[at] = true;
        }
    }
    kept
}

/// The entry up to which segments may go: those that only lead to moments before the days of which any
/// second is promised, and that two good full backups hold as well. `fulls` as they will be kept.
pub fn segments_until(fulls: &[Dated], now: Millis, keep: &Keep) -> u64 {
    let from = now.0 - i64::from(keep.any_second_days) * DAY_MS;
    let before = fulls.iter().filter(|f| f.made.0 <= from).map(|f| f.last).max().unwrap_or(0);
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
    let stays = kept(&dated, site.now(), keep);
    let left: Vec<Dated> = dated.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(d, _)| *d).collect();
    let until = segments_until(&left, site.now(), keep);
    let old_fulls = fulls.into_iter().zip(stays).filter(|(_, stays)| !stays).map(|((_, sealed), _)| sealed.path);
    let old_segments = target.segments()?.into_iter().filter(|s| s.last <= until).map(|s| s.path);
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
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use crate::clock::start_of_day;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn nightly(nights: i64) -> Vec<Dated> {
        let first = start_of_day(date(2024, 1, 1)).0 + 2 * 3_600_000;
        (0..nights)
            .map(|n| Dated { number: n as u64 + 1, made: Millis(first + n * DAY_MS), last: n as u64 * 10 })
            .collect()
    }

    #[test]
    fn two_years_of_nights_thin_to_days_weeks_months_and_years() {
        let fulls = nightly(731);
        let now = fulls.last().unwrap().made;
        let keep = Keep { any_second_days: 3, daily: 5, weekly: 4, monthly: 3, yearly: 2 };
        let days: Vec<String> = fulls
            .iter()
            .zip(kept(&fulls, now, &keep))
            .filter(|(_, stays)| *stays)
            .map(|(f, _)| f.made.date().to_string())
            .collect();
        assert_eq!(
            days,
            [
                "2024-12-31",
                "2025-10-31",
                "2025-11-30",
                "2025-12-14",
                "2025-12-21",
                "2025-12-27",
                "2025-12-28",
                "2025-12-29",
                "2025-12-30",
                "2025-12-31"
            ]
        );
    }

    proptest! {
        #[test]
        fn the_newest_stay_and_every_second_keeps_its_way(
            gaps in prop::collection::vec(1i64..200, 1..60),
            any_second_days in 0u32..60, daily in 0u32..9, weekly in 0u32..5, monthly in 0u32..4, yearly in 0u32..3,
        ) {
            let mut made = 1_700_000_000_000;
            let fulls: Vec<Dated> = gaps.iter().enumerate().map(|(n, gap)| {
                made += gap * 3_600_000;
                Dated { number: n as u64 + 1, made: Millis(made), last: n as u64 * 7 }
            }).collect();
            let now = Millis(made + 3_600_000);
            let keep = Keep { any_second_days, daily, weekly, monthly, yearly };
            let stays = kept(&fulls, now, &keep);
            prop_assert!(stays[fulls.len() - 1]);
            prop_assert!(fulls.len() < 2 || stays[fulls.len() - 2]);
            let left: Vec<Dated> = fulls.iter().zip(&stays).filter(|(_, s)| **s).map(|(f, _)| *f).collect();
            // Thinning again right away removes nothing.
            prop_assert!(kept(&left, now, &keep).iter().all(|s| *s));
            // From the start of the promised days on, some kept backup and the segments lead everywhere.
            let from = now.0 - i64::from(any_second_days) * DAY_MS;
            let until = segments_until(&left, now, &keep);
            if fulls.iter().any(|f| f.made.0 <= from) {
                let lead = left.iter().rfind(|f| f.made.0 <= from);
                prop_assert!(lead.is_some_and(|f| until <= f.last));
            }
        }
    }
}
