//! How much of a file is read at most. Must never depend on what the file says about itself: every
//! number is measured while reading.

use serde::{Deserialize, Serialize};

/// The caps of one reading. The child process gets them on its command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The file as it lies on the disk.
    pub file_bytes: u64,
    /// Everything unpacked from a zip that would be parsed; also the text of a csv.
    pub unpacked_bytes: u64,
    /// The shared texts of an .xlsx, unpacked: they are the one part kept in memory.
    pub shared_bytes: u64,
    /// Entries of a zip.
    pub entries: u64,
    /// Sheets of a workbook.
    pub sheets: u64,
    /// The largest row number of a sheet with something in it.
    pub rows: u64,
    /// The largest column number of a sheet with something in it.
    pub columns: u64,
    /// Cells with something in them, over all sheets.
    pub cells: u64,
    /// Characters of one cell (Excel's own limit).
    pub cell_chars: u64,
    /// Text of one row.
    pub row_bytes: u64,
    /// Rows with something in them read ahead from every sheet, to find the header.
    pub head_rows: u64,
    /// Text read ahead, over all sheets.
    pub head_bytes: u64,
    /// Address space of the child.
    pub memory_bytes: u64,
    /// Processor time of the child.
    pub cpu_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            unpacked_bytes: 320 << 20,
            shared_bytes: 96 << 20,
            entries: 1000,
            sheets: 100,
            rows: 200_000,
            columns: 512,
            cells: 5_000_000,
            cell_chars: 32_767,
            row_bytes: 4 << 20,
            head_rows: 20,
            head_bytes: 8 << 20,
            memory_bytes: 1 << 30,
            cpu_s: 60,
        }
    }
}
