//! What each unit's records come to, kept in memory: every page may show figures, none may count a
//! province for them. Counting is the records' affair; this only keeps what was counted, and knows of
//! which state of the log it is true.

use crate::id::UnitId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Male, female, not said.
pub type BySex = [u32; 3];

/// Learners of one grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeCount {
    /// Position of the grade in its code list.
    pub grade: u16,
    /// How many.
    pub learners: BySex,
}

/// The records of one kind that are in use now (of this school year, for kinds that have one).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindCount {
    /// How many.
    pub current: u32,
    /// How many nobody compared with the papers since their last change.
    pub unverified: u32,
    /// Needed values: asked for in these records.
    pub asked: u64,
    /// For each needed field (its position in the kind), in how many records it is empty.
    pub lacking: Vec<(u16, u32)>,
}

/// What the records of one unit, or of many together, come to.
#[derive(Debug, Default)]
pub struct Counts {
    /// Learners in class, this school year and the year before, in the order of the code list.
    pub learners: [Vec<GradeCount>; 2],
    /// Classes, this school year and the year before.
    pub classes: [u32; 2],
    /// Staff now.
    pub staff: BySex,
    /// By position of the kind in the spec.
    pub kinds: Vec<KindCount>,
    /// For each kind, records with something to look at again: asked of single units only, when needed.
    pub to_review: OnceLock<Vec<u32>>,
}

impl Counts {
    /// All learners, this year (0) or the year before (1).
    pub fn learners_in(&self, year: usize) -> u64 {
        self.learners[year].iter().flat_map(|g| g.learners).map(u64::from).sum()
    }

    /// Learners of a grade, this year (0) or the year before (1).
    pub fn of_grade(&self, year: usize, grade: u16) -> BySex {
        self.learners[year].iter().find(|g| g.grade == grade).map_or([0; 3], |g| g.learners)
    }

    /// Adds another unit's counts.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.learners.iter_mut().zip(&other.learners) {
            for count in theirs {
                add_grade(mine, *count);
            }
        }
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            *mine += theirs;
        }
        add_sexes(&mut self.staff, other.staff);
        self.kinds.resize_with(self.kinds.len().max(other.kinds.len()), KindCount::default);
        for (mine, theirs) in self.kinds.iter_mut().zip(&other.kinds) {
            mine.current += theirs.current;
            mine.unverified += theirs.unverified;
            mine.asked += theirs.asked;
            for (field, count) in &theirs.lacking {
                match mine.lacking.iter_mut().find(|(f, _)| f == field) {
                    Some((_, sum)) => *sum += count,
                    None => mine.lacking.push((*field, *count)),
                }
            }
        }
    }
}

/// Adds learners to their grade, keeping the order.
pub fn add_grade(list: &mut Vec<GradeCount>, count: GradeCount) {
    match list.binary_search_by_key(&count.grade, |g| g.grade) {
        Ok(at) => add_sexes(&mut list[at].learners, count.learners),
        Err(at) => list.insert(at, count),
    }
}

fn add_sexes(sum: &mut BySex, more: BySex) {
    for (mine, theirs) in sum.iter_mut().zip(more) {
        *mine += theirs;
    }
}

/// The counts of all units that were counted.
#[derive(Debug, Default)]
pub struct Tally {
    kept: Mutex<Kept>,
    /// Whether somebody is counting what is missing.
    busy: AtomicBool,
    /// Whoever counts shall end: the store is about to be closed.
    ending: AtomicBool,
    counter: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The log was looked at so far.
    seq: u64,
    /// The school year that is "this year".
    year: u16,
    units: HashMap<UnitId, Arc<Counts>>,
    /// The last entry that touched a unit, for those touched since the first look.
    touched: HashMap<UnitId, u64>,
}

impl Tally {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the log was looked at; 0 before the first look.
    pub fn seq(&self) -> u64 {
        self.kept().seq
    }

    /// The log was looked at up to `seq` and touches these units: what was counted of them is no more
    /// true. In another school year nothing is.
    pub fn note(&self, seq: u64, year: u16, touched: impl IntoIterator<Item = (UnitId, u64)>) {
        let mut kept = self.kept();
        if kept.year != year {
            kept.units.clear();
            kept.year = year;
        }
        for (unit, at) in touched {
            let last = kept.touched.entry(unit).or_default();
            *last = at.max(*last);
            kept.units.remove(&unit);
        }
        kept.seq = seq.max(kept.seq);
    }

    /// What a unit's records come to, if that was counted.
    pub fn get(&self, unit: UnitId) -> Option<Arc<Counts>> {
        self.kept().units.get(&unit).cloned()
    }

    /// Keeps what was counted in the state of the log after `seq`; not if the unit was touched since.
    pub fn put(&self, unit: UnitId, seq: u64, year: u16, counts: &Arc<Counts>) {
        let mut kept = self.kept();
        if kept.year == year && kept.touched.get(&unit).is_none_or(|at| *at <= seq) {
            kept.units.insert(unit, Arc::clone(counts));
        }
    }

    /// The sum over some units, and those of them that were not counted yet.
    pub fn sum(&self, units: &[UnitId]) -> (Counts, Vec<UnitId>) {
        let kept = self.kept();
        let (mut sum, mut missing) = (Counts::default(), Vec::new());
        for unit in units {
            match kept.units.get(unit) {
                Some(counts) => sum.add(counts),
                None => missing.push(*unit),
            }
        }
        (sum, missing)
    }

    /// Takes the one place of whoever counts what is missing; `false` if it is taken.
    pub fn begin(&self) -> bool {
        !self.busy.swap(true, Ordering::AcqRel)
    }

    /// Leaves that place.
    pub fn end(&self) {
        self.busy.store(false, Ordering::Release);
    }

    /// Takes over the thread that counts, so that [`Tally::close`] can wait for it.
    pub fn counts_in(&self, thread: JoinHandle<()>) {
        *self.counter.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }

    /// Whether counting shall end.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Ends counting and waits for it: it holds the store open.
    pub fn close(&self) {
        self.ending.store(true, Ordering::Release);
        let thread = self.counter.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
