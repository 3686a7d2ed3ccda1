//! Workbooks, through calamine. An .xlsx is read cell by cell: a dense range of one would be gigabytes
//! for a single far cell. .xls and .ods have no such reader; there the limits of the process hold.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use calamine::{Data, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::child::{Out, Row, Stop};
use super::frame::Frame;
use super::number::{self, Pad};
use super::trouble::{Trouble, Why};

type Input = BufReader<File>;

/// Sends every sheet of an .xlsx.
pub(super) fn read_xlsx(file: File, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut book: Xlsx<Input> = Xlsx::new(BufReader::new(file)).map_err(|e| Trouble::new(why_xlsx(&e)))?;
    let sheets = sheets(&book, out)?;
    each_sheet(&sheets, out, |index, name, most_rows, out| stream(&mut book, index, name, most_rows, out))
}

/// Sends every sheet of an .xls.
pub(super) fn read_xls(file: File, out: &mut Out<'_>) -> Result<(), Stop> {
    let again = file.try_clone().map_err(|_| Trouble::new(Why::Damaged))?;
    let mut book: Xls<Input> = Xls::new(BufReader::new(file)).map_err(|e| Trouble::new(why_xls(&e, again)))?;
    let sheets = sheets(&book, out)?;
    each_sheet(&sheets, out, |index, name, most_rows, out| {
        let range = book.worksheet_range(name).map_err(|_| Trouble::at(Why::Damaged, name, ""))?;
        dense(&range, index, name, most_rows, out)
    })
}

/// Sends every sheet of an .ods.
pub(super) fn read_ods(file: File, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut book: Ods<Input> = Ods::new(BufReader::new(file)).map_err(|e| {
        Trouble::new(match e {
            OdsError::Password => Why::Password,
            OdsError::CellLimitExceeded { .. } => Why::Cells,
            _ => Why::Damaged,
        })
    })?;
    let sheets = sheets(&book, out)?;
    each_sheet(&sheets, out, |index, name, most_rows, out| {
        let range = book.worksheet_range(name).map_err(|_| Trouble::at(Why::Damaged, name, ""))?;
        dense(&range, index, name, most_rows, out)
    })
}

fn why_xlsx(error: &XlsxError) -> Why {
    match error {
        XlsxError::Password => Why::Password,
        XlsxError::CellError(_) => Why::CellError,
        _ => Why::Damaged,
    }
}

/// An .xlsx under a password, and a Word document, lie in the same container as an .xls.
fn why_xls(error: &XlsError, mut file: File) -> Why {
    let mut bytes = Vec::new();
    if matches!(error, XlsError::Password) {
        return Why::Password;
    }
    if file.seek(SeekFrom::Start(0)).is_err() || file.read_to_end(&mut bytes).is_err() {
        return Why::Damaged;
    }
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|w| w == name)
    };
    if has("EncryptedPackage") {
        Why::Password
    } else if has("WordDocument") {
        Why::Word
    } else {
        Why::Damaged
    }
}

fn sheets<R: Reader<Input>>(book: &R, out: &Out<'_>) -> Result<Vec<Sheet>, Trouble> {
    let sheets: Vec<Sheet> = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).cloned().collect();
    match sheets.len() as u64 {
        0 => Err(Trouble::new(Why::Empty)),
        n if n > out.limits.sheets => Err(Trouble::new(Why::Sheets)),
        _ => Ok(sheets),
    }
}

/// First the heads of all sheets, then all their rows. What is wrong with one sheet does not stop the
/// others.
fn each_sheet(
    sheets: &[Sheet],
    out: &mut Out<'_>,
    mut send: impl FnMut(u32, &str, u64, &mut Out<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let head_rows = out.limits.head_rows;
    for (index, sheet) in (0..).zip(sheets) {
        out.frame(&Frame::Sheet { name: sheet.name.clone(), hidden: sheet.visible != SheetVisible::Visible })?;
        go_on(index, send(index, &sheet.name, head_rows, out), out)?;
    }
    out.body()?;
    for (index, sheet) in (0..).zip(sheets) {
        go_on(index, send(index, &sheet.name, u64::MAX, out), out)?;
        out.frame(&Frame::SheetEnd { sheet: index })?;
    }
    Ok(())
}

fn go_on(sheet: u32, sent: Result<(), Stop>, out: &mut Out<'_>) -> Result<(), Stop> {
    match sent {
        // No sheet after it could hold a cell more.
        Err(Stop::Trouble(trouble)) if trouble.why != Why::Cells => out.frame(&Frame::SheetTrouble { sheet, trouble }),
        other => other,
    }
}

fn stream(book: &mut Xlsx<Input>, index: u32, name: &str, most_rows: u64, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A chart that does not say so, or a sheet without cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(e) => return Err(Trouble::at(why_xlsx(&e), name, "").into()),
    };
    let pads: Vec<Pad> = cells
        .styles()
        .iter()
        .map(|s| s.number_format.as_ref().map_or_else(Pad::default, |f| Pad::of(&f.format_code)))
        .collect();
    let none = Pad::default();
    let mut row = Row::new(index, name, 1);
    let mut sent = 0;
    loop {
        let (cell, style) = match cells.next_cell_with_style_id() {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(e) => return Err(Trouble::at(why_xlsx(&e), name, row.number).into()),
        };
        let (at_row, at_column) = cell.get_position();
        let cell = number::from_ref(cell.get_value().clone(), pads.get(style).unwrap_or(&none));
        if cell.is_empty() {
            continue;
        }
        if at_row + 1 != row.number {
            let full = std::mem::replace(&mut row, Row::new(index, name, at_row + 1));
            sent += u64::from(!full.is_empty());
            if !out.row(full)? || sent >= most_rows {
                return Ok(());
            }
        }
        row.put(at_column as usize, cell, out.limits)?;
    }
    out.row(row).map(|_| ())
}

fn dense(range: &Range<Data>, index: u32, name: &str, most_rows: u64, out: &mut Out<'_>) -> Result<(), Stop> {
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    let mut sent = 0;
    for (number, cells) in (first_row + 1..).zip(range.rows()) {
        let mut row = Row::new(index, name, number);
        for (column, cell) in (first_column as usize..).zip(cells) {
            row.put(column, number::from_data(cell), out.limits)?;
        }
        sent += u64::from(!row.is_empty());
        if !out.row(row)? || sent >= most_rows {
            break;
        }
    }
    Ok(())
}
