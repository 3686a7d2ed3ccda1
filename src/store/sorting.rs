//! Rows put in order of key, more than memory holds: sorted runs in files without a name, merged.

use crate::error::{Error, Result};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::{BufReader, BufWriter, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// What is sorted in memory at once, and read ahead of each run.
const RUN_BYTES: usize = 64 << 20;
const AHEAD_BYTES: usize = 256 << 10;

/// Takes rows in any order.
pub(super) struct Sorter {
    /// Where runs are put; nothing for a store in memory, whose rows stay there.
    dir: Option<PathBuf>,
    run_bytes: usize,
    /// Rows of the run being gathered, one after another, and where each lies.
    held: Vec<u8>,
    places: Vec<Place>,
    runs: Vec<Run>,
}

struct Place {
    at: usize,
    key: u32,
    value: u32,
}

impl Place {
    fn key<'h>(&self, held: &'h [u8]) -> &'h [u8] {
        &held[self.at..self.at + self.key as usize]
    }
}

impl Sorter {
    pub(super) fn new(dir: Option<&Path>) -> Self {
        Self::with_runs_of(dir, RUN_BYTES)
    }

    fn with_runs_of(dir: Option<&Path>, run_bytes: usize) -> Self {
        Self { dir: dir.map(Path::to_owned), run_bytes, held: Vec::new(), places: Vec::new(), runs: Vec::new() }
    }

    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.places.push(Place { at: self.held.len(), key: key.len() as u32, value: value.len() as u32 });
        self.held.extend_from_slice(key);
        self.held.extend_from_slice(value);
        match &self.dir {
            Some(dir) if self.held.len() >= self.run_bytes => {
                let dir = dir.clone();
                self.spill(&dir)
            }
            _ => Ok(()),
        }
    }

    /// What is held, in order, as a run is read: the two lengths, the key, the value.
    fn write_held(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        let held = &self.held;
        self.places.sort_unstable_by(|a, b| a.key(held).cmp(b.key(held)));
        for place in &self.places {
            let end = place.at + (place.key + place.value) as usize;
            out.write_all(&place.key.to_le_bytes())?;
            out.write_all(&place.value.to_le_bytes())?;
            out.write_all(&held[place.at..end])?;
        }
        self.held.clear();
        self.places.clear();
        Ok(())
    }

    /// One run goes to the disk. The file has no name, so that nothing is left of it whatever happens.
    fn spill(&mut self, dir: &Path) -> Result<()> {
        let mut write = || {
            let mut out = BufWriter::with_capacity(AHEAD_BYTES, tempfile::tempfile_in(dir)?);
            self.write_held(&mut out)?;
            let mut file = out.into_inner()?;
            file.rewind()?;
            Ok(file)
        };
        let file = write().map_err(Error::path("sorting rows in", dir))?;
        self.runs.push(Run::new(Box::new(BufReader::with_capacity(AHEAD_BYTES, file))));
        Ok(())
    }

    /// All rows, in order of key.
    pub(super) fn sorted(mut self) -> Result<Sorted> {
        let mut last = Vec::with_capacity(self.held.len() + self.places.len() * 8);
        self.write_held(&mut last).map_err(Error::path("sorting rows", "memory"))?;
        self.runs.push(Run::new(Box::new(Cursor::new(last))));
        let mut runs = BinaryHeap::new();
        for mut run in self.runs {
            if run.advance()? {
                runs.push(run);
            }
        }
        Ok(Sorted { runs, begun: false })
    }
}

/// A sorted run, at one of its rows.
struct Run {
    from: Box<dyn Read>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Run {
    fn new(from: Box<dyn Read>) -> Self {
        Self { from, key: Vec::new(), value: Vec::new() }
    }

    /// Goes to the next row; false at the end.
    fn advance(&mut self) -> Result<bool> {
        let mut read = || {
            let mut lengths = [0; 8];
            if self.from.read(&mut lengths[..1])? == 0 {
                return Ok(false);
            }
            self.from.read_exact(&mut lengths[1..])?;
            let [a, b, c, d, e, f, g, h] = lengths;
            self.key.resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
            self.value.resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
            self.from.read_exact(&mut self.key)?;
            self.from.read_exact(&mut self.value)?;
            Ok(true)
        };
        read().map_err(Error::path("reading", "sorted rows"))
    }
}

impl Ord for Run {
    /// The run whose row comes first is the greatest: that one a heap gives.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Run {}

/// Rows in order of key.
pub(super) struct Sorted {
    runs: BinaryHeap<Run>,
    begun: bool,
}

impl Sorted {
    /// The next row's key and value.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], &[u8])>> {
        if self.begun
            && let Some(mut run) = self.runs.peek_mut()
            && !run.advance()?
        {
            PeekMut::pop(run);
        }
        self.begun = true;
        Ok(self.runs.peek().map(|run| (&run.key[..], &run.value[..])))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However many runs they make, rows come out all of them in order.
        #[test]
        fn rows_come_in_order(
            rows in prop::collection::vec((prop::collection::vec(0u8..4, 0..6), prop::collection::vec(any::<u8>(), 0..9)), 0..200),
            run_bytes in 1usize..300,
        ) {
            let dir = tempfile::tempdir().unwrap();
            for dir in [Some(dir.path()), None] {
                let mut sorter = Sorter::with_runs_of(dir, run_bytes);
                for (key, value) in &rows {
                    sorter.add(key, value).unwrap();
                }
                let mut sorted = sorter.sorted().unwrap();
                let mut got = Vec::new();
                while let Some((key, value)) = sorted.next().unwrap() {
                    got.push((key.to_vec(), value.to_vec()));
                }
                prop_assert!(got.is_sorted_by(|a, b| a.0 <= b.0));
                let mut wanted = rows.clone();
                wanted.sort();
                got.sort();
                prop_assert_eq!(got, wanted);
            }
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
