//! The child process: limits itself, then reads the file on its standard input and writes frames to its
//! standard output. Must never open a file, write one, or say anything on its standard error.

use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rlimit::Resource;

use super::frame::Frame;
use super::limits::Limits;
use super::sniff::{Format, sniff};
use super::trouble::{Trouble, Why};
use super::{book, csv_text};
use crate::exchange::cell::Cell;

/// Exit code for a wrong command line.
pub(super) const USAGE: i32 = 64;
const FAILED: i32 = 1;

/// What `csdlgd internal read-sheet` does; `args` is what follows on the command line (the limits, as
/// JSON). To be called first thing in `main`, before any thread or allocation of size. Gives the
/// process's exit code.
pub fn child_main(args: &[String]) -> i32 {
    let [limits] = args else { return USAGE };
    let Ok(limits) = serde_json::from_str::<Limits>(limits) else { return USAGE };
    if limit_ourselves(&limits).is_err() {
        return FAILED;
    }
    let Ok(file) = io::stdin().as_fd().try_clone_to_owned().map(File::from) else { return FAILED };
    // A panic in a parser means the file is damaged; its message may quote a cell, so it is not said.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = Out::new(&limits);
    let read = catch_unwind(AssertUnwindSafe(|| read_all(file, &mut out)));
    let last = match read {
        Ok(Ok(())) => Frame::End,
        Ok(Err(Stop::Trouble(trouble))) => Frame::Trouble(trouble),
        Ok(Err(Stop::NobodyReads)) => return FAILED,
        Err(_) => Frame::Trouble(Trouble::new(Why::Damaged)),
    };
    if out.frame(&last).is_err() || out.to.flush().is_err() { FAILED } else { 0 }
}

fn limit_ourselves(limits: &Limits) -> io::Result<()> {
    rlimit::setrlimit(Resource::AS, limits.memory_bytes, limits.memory_bytes)?;
    rlimit::setrlimit(Resource::CPU, limits.cpu_s, limits.cpu_s + 2)?;
    // No core file with pupils in it, and no file of any other kind.
    rlimit::setrlimit(Resource::CORE, 0, 0)?;
    rlimit::setrlimit(Resource::FSIZE, 0, 0)
}

fn read_all(mut file: File, out: &mut Out<'_>) -> Result<(), Stop> {
    match sniff(&mut file, out.limits)? {
        Format::Text(encoding) => csv_text::read(file, encoding, out),
        Format::Xlsx => book::read_xlsx(file, out),
        Format::Xls => book::read_xls(file, out),
        Format::Ods => book::read_ods(file, out),
    }
}

/// Why reading ends before the end of the file.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file can't be read.
    Trouble(Trouble),
    /// The parent is gone.
    NobodyReads,
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Where rows go: checks the caps, sends the frames.
pub(super) struct Out<'a> {
    /// The caps.
    pub(super) limits: &'a Limits,
    to: BufWriter<StdoutLock<'static>>,
    buffer: Vec<u8>,
    cells: u64,
    head_bytes: u64,
    heads: bool,
}

impl<'a> Out<'a> {
    fn new(limits: &'a Limits) -> Self {
        let to = BufWriter::with_capacity(64 << 10, io::stdout().lock());
        Self { limits, to, buffer: Vec::new(), cells: 0, head_bytes: 0, heads: true }
    }

    /// Sends a frame.
    pub(super) fn frame(&mut self, frame: &Frame) -> Result<(), Stop> {
        frame.write(&mut self.buffer, &mut self.to).map_err(|_| Stop::NobodyReads)
    }

    /// The heads are complete.
    pub(super) fn body(&mut self) -> Result<(), Stop> {
        self.heads = false;
        self.cells = 0;
        self.frame(&Frame::Body)
    }

    /// Sends a row, if anything is in it. Answers whether more rows of this sheet are wanted.
    ///
    /// # Errors
    /// A cap is passed, or the parent is gone.
    pub(super) fn row(&mut self, row: Row<'_>) -> Result<bool, Stop> {
        let Row { sheet, name, number, mut cells, .. } = row;
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        if cells.is_empty() {
            return Ok(true);
        }
        self.cells += cells.iter().filter(|c| !c.is_empty()).count() as u64;
        if self.cells > self.limits.cells {
            return Err(Trouble::at(Why::Cells, name, number).into());
        }
        if self.heads {
            for cell in &mut cells {
                cut(&mut cell.text, HEAD_CELL_BYTES);
            }
            self.head_bytes += cells.iter().map(|c| c.text.len() as u64 + 1).sum::<u64>();
            if self.head_bytes > self.limits.head_bytes {
                return Ok(false);
            }
        }
        if cells.iter().map(|c| c.text.len() as u64).sum::<u64>() > self.limits.row_bytes {
            return Err(Trouble::at(Why::RowBytes, name, number).into());
        }
        self.frame(&Frame::Row { sheet, number, cells })?;
        Ok(true)
    }
}

/// A header cell is never longer than this.
const HEAD_CELL_BYTES: usize = 500;

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        text.truncate(end);
    }
}

/// A row being collected.
#[derive(Debug)]
pub(super) struct Row<'a> {
    sheet: u32,
    name: &'a str,
    /// From 1.
    pub(super) number: u32,
    cells: Vec<Cell>,
}

impl<'a> Row<'a> {
    /// An empty row; `number` from 1.
    pub(super) fn new(sheet: u32, name: &'a str, number: u32) -> Self {
        Self { sheet, name, number, cells: Vec::new() }
    }

    /// Whether nothing was put.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Puts a cell at a column (from 0); an empty one changes nothing.
    ///
    /// # Errors
    /// The cell lies too far out, or is too long.
    pub(super) fn put(&mut self, column: usize, cell: Cell, limits: &Limits) -> Result<(), Trouble> {
        if cell.is_empty() {
            return Ok(());
        }
        let at = |why| Trouble::at(why, self.name, crate::exchange::cell::address(self.number, column));
        if u64::from(self.number) > limits.rows {
            return Err(at(Why::Rows));
        }
        if column as u64 >= limits.columns {
            return Err(at(Why::Columns));
        }
        // Characters are counted only if the bytes could be too many.
        if cell.text.len() as u64 > limits.cell_chars && cell.text.chars().count() as u64 > limits.cell_chars {
            return Err(at(Why::CellChars));
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, Cell::default);
        }
        self.cells[column] = cell;
        Ok(())
    }
}
