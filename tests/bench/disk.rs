//! What saving costs without us: the disk alone, and the same storage engine with the same settings and
//! one small row in each commit. It works on files of its own only.

use crate::Result;
use crate::table::Times;
use redb::{ConcurrencyMode, Database, Durability, TableDefinition};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

const PAGE: usize = 4096;
/// Pages of the file that is written over and over.
const PAGES: usize = 1024;
/// As the server's default.
const CACHE_BYTES: usize = 160 << 20;
const ROWS: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("bench");

/// A file to write single pages of, all its space taken before.
pub(crate) struct Pages(File);

impl Pages {
    /// Makes it.
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        let file = OpenOptions::new().create_new(true).write(true).open(dir.join("raw.bin"))?;
        file.write_all_at(&vec![1; PAGE * PAGES], 0)?;
        file.sync_all()?;
        Ok(Self(file))
    }

    /// Writes a page and waits for the disk, `count` times.
    pub(crate) fn write(&self, count: usize) -> Result<Times> {
        let mut times = Vec::with_capacity(count);
        for n in 0..count {
            let page = [n as u8; PAGE];
            let at = (n * 37 % PAGES) * PAGE;
            let start = Instant::now();
            self.0.write_all_at(&page, at as u64)?;
            self.0.sync_data()?;
            times.push(start.elapsed());
        }
        Ok(Times::one_by_one(times))
    }
}

/// The storage engine, bare.
pub(crate) struct Bare {
    db: Database,
    next: u64,
}

impl Bare {
    /// Opens a store's copy, or makes a new file with a hundred thousand small rows.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let there = path.exists();
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES).set_concurrency_mode(ConcurrencyMode::SingleWriter);
        let mut bare = Self { db: if there { builder.open(path)? } else { builder.create(path)? }, next: 0 };
        if !there {
            bare.commit(100_000)?;
        }
        Ok(bare)
    }

    /// Puts so many small rows in one commit, with the settings of every commit of ours.
    fn commit(&mut self, rows: u64) -> Result<()> {
        #[expect(clippy::disallowed_methods, reason = "no store of ours: the engine itself is measured")]
        let mut txn = self.db.begin_write()?;
        txn.set_durability(Durability::Immediate)?;
        txn.set_quick_repair(true);
        {
            let mut table = txn.open_table(ROWS)?;
            for _ in 0..rows {
                self.next += 1;
                let key = self.next.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                table.insert(key, &[7; 64][..])?;
            }
        }
        Ok(txn.commit()?)
    }

    /// Commits of one row each.
    pub(crate) fn commits(&mut self, count: usize) -> Result<Times> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let start = Instant::now();
            self.commit(1)?;
            times.push(start.elapsed());
        }
        Ok(Times::one_by_one(times))
    }
}
