//! A disk of ours under the store: it counts operations, fails on purpose, and remembers what was not
//! yet synced, so that the images a power cut may leave can be built: unsynced sectors dropped, torn
//! at 512 bytes, written in another order, the file's length before or after a resize.

use super::chance::Chance;
use redb::{BackendError, StorageBackend};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const SECTOR: usize = 512;
pub(crate) const PAGE: usize = 4096;
type Page = [u8; PAGE];

/// The bytes of a file. Cloning shares the pages.
#[derive(Clone)]
pub(crate) struct Image {
    pages: Vec<Arc<Page>>,
    len: usize,
}

impl Image {
    pub(crate) fn empty() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn page_count(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn set_len(&mut self, len: usize) {
        let pages = len.div_ceil(PAGE);
        if pages > self.pages.len() {
            let zero = Arc::new([0; PAGE]);
            self.pages.resize(pages, zero);
        } else {
            self.pages.truncate(pages);
        }
        if len < self.len && !len.is_multiple_of(PAGE) {
            Arc::make_mut(&mut self.pages[pages - 1])[len % PAGE..].fill(0);
        }
        self.len = len;
    }

    pub(crate) fn write(&mut self, mut at: usize, mut data: &[u8]) {
        if at + data.len() > self.len {
            self.set_len(at + data.len());
        }
        while !data.is_empty() {
            let (page, start) = (at / PAGE, at % PAGE);
            let take = data.len().min(PAGE - start);
            Arc::make_mut(&mut self.pages[page])[start..start + take].copy_from_slice(&data[..take]);
            at += take;
            data = &data[take..];
        }
    }

    pub(crate) fn read(&self, mut at: usize, mut out: &mut [u8]) -> bool {
        if at + out.len() > self.len {
            return false;
        }
        while !out.is_empty() {
            let (page, start) = (at / PAGE, at % PAGE);
            let take = out.len().min(PAGE - start);
            out[..take].copy_from_slice(&self.pages[page][start..start + take]);
            at += take;
            out = &mut out[take..];
        }
        true
    }

    pub(crate) fn swap_pages(&mut self, a: usize, b: usize) {
        self.pages.swap(a, b);
    }

    pub(crate) fn page(&self, page: usize) -> &Page {
        &self.pages[page]
    }

    pub(crate) fn page_mut(&mut self, page: usize) -> &mut Page {
        Arc::make_mut(&mut self.pages[page])
    }
}

/// One operation that reached the disk.
#[derive(Clone)]
pub(crate) enum Op {
    Write { at: usize, data: Arc<[u8]> },
    SetLen(usize),
    Sync,
    /// A line written by the test: what is known from here on.
    Mark(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpKind {
    Read,
    Write,
    SetLen,
    Sync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Eio,
    NoSpace,
    /// Half of the data is written, then the error.
    Short,
}

/// The `n`-th operation of a kind fails (from 0), once or from then on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: OpKind,
    pub(crate) n: u64,
    pub(crate) failure: Failure,
    pub(crate) for_good: bool,
}

struct State {
    now: Image,
    /// As it was before the first operation of `trace`.
    start: Image,
    trace: Option<Vec<Op>>,
    counts: [u64; 4],
    fault: Option<Fault>,
    hit: bool,
}

/// A disk that one store uses. Clones are the same disk.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<State>>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    pub(crate) fn on(image: Image) -> Self {
        let (now, start) = (image.clone(), image);
        Self(Arc::new(Mutex::new(State { now, start, trace: None, counts: [0; 4], fault: None, hit: false })))
    }

    /// A disk that remembers each operation from here on.
    pub(crate) fn recording(image: Image) -> Self {
        let disk = Self::on(image);
        disk.state().trace = Some(Vec::new());
        disk
    }

    /// Plans a fault, counted from here.
    pub(crate) fn plan(&self, fault: Fault) {
        let mut state = self.state();
        state.counts = [0; 4];
        state.fault = Some(fault);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn image(&self) -> Image {
        self.state().now.clone()
    }

    pub(crate) fn mark(&self, what: usize) {
        if let Some(trace) = &mut self.state().trace {
            trace.push(Op::Mark(what));
        }
    }

    /// Whether the planned fault happened.
    pub(crate) fn was_hit(&self) -> bool {
        self.state().hit
    }

    /// The disk is well again, the file as it is now.
    pub(crate) fn heal(&self) {
        self.state().fault = None;
    }

    pub(crate) fn trace(&self) -> Trace {
        let mut state = self.state();
        let ops = state.trace.take().unwrap_or_default();
        Trace::new(state.start.clone(), ops, Syncs::All)
    }
}

impl State {
    /// Counts an operation; the error it shall meet.
    fn meets(&mut self, kind: OpKind) -> Option<Failure> {
        let count = &mut self.counts[kind as usize];
        let n = *count;
        *count += 1;
        let fault = self.fault.filter(|f| f.kind == kind && (n == f.n || (f.for_good && n > f.n)))?;
        self.hit = true;
        Some(fault.failure)
    }

    fn record(&mut self, op: Op) {
        if let Some(trace) = &mut self.trace {
            trace.push(op);
        }
    }
}

fn error(failure: Failure) -> io::Error {
    match failure {
        Failure::Eio => io::Error::from_raw_os_error(5),
        Failure::NoSpace | Failure::Short => io::Error::from_raw_os_error(28),
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.state().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let mut state = self.state();
        if let Some(failure) = state.meets(OpKind::Read) {
            return Err(error(failure));
        }
        if state.now.read(offset as usize, out) { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut state = self.state();
        if let Some(failure) = state.meets(OpKind::SetLen) {
            return Err(error(failure));
        }
        state.now.set_len(len as usize);
        state.record(Op::SetLen(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        let mut state = self.state();
        if let Some(failure) = state.meets(OpKind::Sync) {
            return Err(error(failure)); // the pages count as clean now, and were never written
        }
        state.record(Op::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut state = self.state();
        let failure = state.meets(OpKind::Write);
        let data = match failure {
            Some(Failure::Short) => &data[..data.len() / 2],
            Some(_) => &[],
            None => data,
        };
        if !data.is_empty() {
            state.now.write(offset as usize, data);
            state.record(Op::Write { at: offset as usize, data: data.into() });
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    // One store at a time uses a disk, so every lock is free.
    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }
    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }
    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }
    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }
    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }
    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

/// Which syncs a disk carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syncs {
    All,
    None,
    /// Every other one, so that what it should keep apart gets mixed.
    Even,
    Odd,
}

impl Syncs {
    fn are_done(self, n: usize) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Even => n.is_multiple_of(2),
            Self::Odd => !n.is_multiple_of(2),
        }
    }
}

/// What happened on a disk, and every image a power cut during it may leave.
pub(crate) struct Trace {
    ops: Vec<Op>,
    /// Image after the sync at this place (first: at the start).
    synced: Vec<(usize, Image)>,
}

impl Trace {
    fn new(start: Image, ops: Vec<Op>, syncs: Syncs) -> Self {
        let mut now = start.clone();
        let mut synced = vec![(0, start)];
        let mut n = 0;
        for (at, op) in ops.iter().enumerate() {
            match op {
                Op::Write { at, data } => now.write(*at, data),
                Op::SetLen(len) => now.set_len(*len),
                Op::Sync => {
                    n += 1;
                    if syncs.are_done(n) {
                        synced.push((at + 1, now.clone()));
                    }
                }
                Op::Mark(_) => {}
            }
        }
        Self { ops, synced }
    }

    /// The same, on a disk that says "synced" and does it not always: for testing the tests.
    pub(crate) fn with(self, syncs: Syncs) -> Self {
        let start = self.synced[0].1.clone();
        Self::new(start, self.ops, syncs)
    }

    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    /// A moment to cut the power: any, from the first mark on.
    pub(crate) fn any_cut(&self, chance: &mut Chance) -> usize {
        let from = self.ops.iter().position(|op| matches!(op, Op::Mark(_))).unwrap_or(self.ops.len());
        from + 1 + chance.below(self.ops.len() - from)
    }

    /// The newest mark before the `cut`-th operation.
    pub(crate) fn mark_before(&self, cut: usize) -> Option<usize> {
        self.ops[..cut].iter().rev().find_map(|op| if let Op::Mark(mark) = op { Some(*mark) } else { None })
    }

    /// An image that power lost just before the `cut`-th operation may leave.
    pub(crate) fn image(&self, cut: usize, chance: &mut Chance) -> Image {
        let at = self.synced.partition_point(|(at, _)| *at <= cut) - 1;
        let (from, base) = &self.synced[at];
        let pending = &self.ops[*from..cut];
        match chance.below(8) {
            0 => base.clone(),
            1 => {
                let mut image = base.clone();
                play(&mut image, pending);
                image
            }
            2 => {
                let mut image = base.clone();
                let prefix = chance.below(pending.len() + 1);
                play(&mut image, &pending[..prefix]);
                image
            }
            _ => scattered(base, pending, chance),
        }
    }
}

fn play(image: &mut Image, ops: &[Op]) {
    for op in ops {
        match op {
            Op::Write { at, data } => image.write(*at, data),
            Op::SetLen(len) => image.set_len(*len),
            Op::Sync | Op::Mark(_) => {}
        }
    }
}

/// Each sector as it was, or as any of the pending writes left it; whole pages more often than parts.
fn scattered(base: &Image, pending: &[Op], chance: &mut Chance) -> Image {
    let torn = chance.one_of(3);
    let unit = if torn { SECTOR } else { PAGE };
    // Of each unit: the pending writes that touch it.
    let mut touched: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut lens: BTreeSet<usize> = BTreeSet::from([base.len()]);
    let (mut len, mut least) = (base.len(), base.len());
    for (n, op) in pending.iter().enumerate() {
        match op {
            Op::Write { at, data } => {
                for part in at / unit..(at + data.len()).div_ceil(unit) {
                    touched.entry(part).or_default().push(n);
                }
                len = len.max(at + data.len());
            }
            Op::SetLen(new) => {
                len = *new;
                least = least.min(len);
            }
            Op::Sync | Op::Mark(_) => {}
        }
        lens.insert(len);
    }
    let lens: Vec<usize> = lens.into_iter().collect();
    let len = chance.pick(&lens);
    let mut image = base.clone();
    if least < len && chance.one_of(2) {
        image.set_len(least); // a cut-off tail comes back as zeros
    }
    image.set_len(len);
    let dropped_of_16 = chance.pick(&[1, 4, 8, 12, 15]);
    for (part, writes) in touched {
        if chance.below(16) < dropped_of_16 {
            continue;
        }
        let Op::Write { at, data } = &pending[chance.pick(&writes)] else { continue };
        let start = (part * unit).max(*at);
        let end = ((part + 1) * unit).min(at + data.len()).min(len);
        if start < end {
            image.write(start, &data[start - at..end - at]);
        }
    }
    image
}
