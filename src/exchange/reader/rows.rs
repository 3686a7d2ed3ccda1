//! The parent's side: starts the child, takes rows from it, and says why it died if it did.

use std::fs::File;
use std::io::BufReader;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use super::child;
use super::frame::Frame;
use super::limits::Limits;
use super::trouble::{Trouble, Why};
use crate::error::{Error, Result};
use crate::exchange::cell::Cell;

/// Our allocator lays in a stock of addresses when a process begins; the child's limit would count them
/// as taken already.
const NO_STOCK: [(&str, &str); 2] = [("MIMALLOC_ARENA_RESERVE", "0"), ("MIMALLOC_DISALLOW_ARENA_ALLOC", "1")];

const SIGXCPU: i32 = 24;

/// One row with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The sheet's name ("" for a csv).
    pub sheet: Arc<str>,
    /// The sheet's index in [`Rows::heads`].
    pub sheet_index: usize,
    /// The row's number as Excel shows it, from 1.
    pub number: u32,
    /// Its cells from column A; nothing after the last that holds something.
    pub cells: Vec<Cell>,
}

/// A sheet and its first rows.
#[derive(Clone, Debug)]
pub struct SheetHead {
    /// Its name ("" for a csv).
    pub name: Arc<str>,
    /// Whether Excel hides it.
    pub hidden: bool,
    /// The first rows with something in them; long texts are cut.
    pub rows: Vec<SheetRow>,
    /// Why it could not be read, if so.
    pub trouble: Option<Trouble>,
}

/// The rows of a file, as its child reads them. Dropping it ends the child.
#[derive(Debug)]
pub struct Rows {
    child: Child,
    from_child: BufReader<ChildStdout>,
    buffer: Vec<u8>,
    limits: Limits,
    heads: Vec<SheetHead>,
    only: Option<Vec<usize>>,
    done: bool,
}

/// Opens a spreadsheet with our own binary as the reader. Content decides what it is, not its name.
///
/// # Errors
/// `Error::Bad` with a sentence in Vietnamese if the file can't be read as a spreadsheet.
pub fn open(path: &Path, limits: &Limits) -> Result<Rows> {
    let program = std::env::current_exe().map_err(Error::io("find our own program"))?;
    open_with(&program, path, limits)
}

/// As [`open`], with the program that understands `internal read-sheet`.
pub fn open_with(program: &Path, path: &Path, limits: &Limits) -> Result<Rows> {
    let file = File::open(path).map_err(Error::path("open", path))?;
    let bytes = file.metadata().map_err(Error::path("look at", path))?.len();
    if bytes > limits.file_bytes {
        return Err(Trouble::new(Why::FileBytes).into_error(limits));
    }
    if bytes == 0 {
        return Err(Trouble::new(Why::Empty).into_error(limits));
    }
    let limits_arg = serde_json::to_string(limits).map_err(|e| Error::Internal(e.to_string()))?;
    // The file is the child's standard input: its name is on no command line. Standard error is
    // closed: a parser's complaint may quote a cell.
    let mut child = Command::new(program)
        .args(["internal", "read-sheet", &limits_arg])
        .env_clear()
        .envs(NO_STOCK)
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Error::io("start the sheet reader"))?;
    let from_child = child.stdout.take().ok_or_else(|| Error::Internal("the sheet reader has no output".into()))?;
    let mut rows = Rows {
        child,
        from_child: BufReader::with_capacity(64 << 10, from_child),
        buffer: Vec::new(),
        limits: limits.clone(),
        heads: Vec::new(),
        only: None,
        done: false,
    };
    rows.read_heads()?;
    if rows.heads.iter().all(|head| head.rows.is_empty()) {
        let trouble = rows.heads.iter_mut().find_map(|head| head.trouble.take());
        return Err(trouble.unwrap_or_else(|| Trouble::new(Why::Empty)).into_error(limits));
    }
    Ok(rows)
}

impl Rows {
    /// The sheets in the workbook's order, each with its first rows.
    pub fn heads(&self) -> &[SheetHead] {
        &self.heads
    }

    /// From now on only rows of these sheets (counted as in [`Self::heads`]); the rest is skipped.
    pub fn only(&mut self, sheets: &[usize]) {
        self.only = Some(sheets.to_vec());
    }

    fn wants(&self, sheet: u32) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&(sheet as usize)))
    }

    /// Whether nothing wanted comes after this sheet.
    fn is_last(&self, sheet: u32) -> bool {
        self.only.as_ref().is_some_and(|only| only.iter().all(|wanted| *wanted <= sheet as usize))
    }

    /// The caps this file is read with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn read_heads(&mut self) -> Result<()> {
        let mut budget = self.limits.head_bytes;
        loop {
            match self.frame()? {
                Frame::Sheet { name, hidden } => {
                    if self.heads.len() as u64 >= self.limits.sheets {
                        return Err(Trouble::new(Why::Sheets).into_error(&self.limits));
                    }
                    self.heads.push(SheetHead { name: name.into(), hidden, rows: Vec::new(), trouble: None });
                }
                Frame::Row { sheet, number, cells } => {
                    budget = budget
                        .checked_sub(cells.iter().map(|c| c.text.len() as u64 + 1).sum())
                        .ok_or_else(|| Error::damaged("too many head rows from the sheet reader"))?;
                    let head = self.head(sheet)?;
                    let row = SheetRow { sheet: Arc::clone(&head.name), sheet_index: sheet as usize, number, cells };
                    head.rows.push(row);
                }
                Frame::SheetTrouble { sheet, trouble } => self.head(sheet)?.trouble = Some(trouble),
                Frame::Body => return Ok(()),
                Frame::End | Frame::SheetEnd { .. } => {
                    return Err(Error::damaged("the sheet reader ended before its rows"));
                }
                Frame::Trouble(trouble) => return Err(trouble.into_error(&self.limits)),
            }
        }
    }

    fn head(&mut self, sheet: u32) -> Result<&mut SheetHead> {
        self.heads.get_mut(sheet as usize).ok_or_else(|| Error::damaged("unknown sheet from the sheet reader"))
    }

    /// The next row wanted, or the end.
    fn step(&mut self) -> Result<Option<SheetRow>> {
        loop {
            match self.frame()? {
                Frame::Row { sheet, number, cells } if self.wants(sheet) => {
                    let name = Arc::clone(&self.head(sheet)?.name);
                    return Ok(Some(SheetRow { sheet: name, sheet_index: sheet as usize, number, cells }));
                }
                Frame::SheetTrouble { sheet, trouble } if self.wants(sheet) => {
                    return Err(trouble.into_error(&self.limits));
                }
                Frame::SheetEnd { sheet } if self.is_last(sheet) => return Ok(None),
                Frame::Row { .. } | Frame::SheetTrouble { .. } => {}
                Frame::SheetEnd { .. } => {}
                Frame::End => return Ok(None),
                Frame::Trouble(trouble) => return Err(trouble.into_error(&self.limits)),
                Frame::Sheet { .. } | Frame::Body => {
                    return Err(Error::damaged("frames out of order from the sheet reader"));
                }
            }
        }
    }

    fn frame(&mut self) -> Result<Frame> {
        // A byte of kind and ten of length for every cell, and the head of the frame.
        let most = self.limits.row_bytes + 11 * self.limits.columns + 100;
        match Frame::read(&mut self.from_child, &mut self.buffer, most)? {
            Some(frame) => Ok(frame),
            None => Err(self.post_mortem()),
        }
    }

    /// The child closed its output without saying why: its exit says it.
    fn post_mortem(&mut self) -> Error {
        let why = match self.child.wait() {
            Ok(status) => match (status.signal(), status.code()) {
                (Some(SIGXCPU), _) => Why::Time,
                (Some(_), _) => Why::Memory,
                (None, Some(child::USAGE)) => {
                    return Error::Internal("the program does not know internal read-sheet".into());
                }
                _ => Why::Damaged,
            },
            Err(e) => return Error::io("wait for the sheet reader")(e),
        };
        Trouble::new(why).into_error(&self.limits)
    }
}

impl Iterator for Rows {
    type Item = Result<SheetRow>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step();
        self.done = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // Both fail only if the child is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
