//! Text with separators: csv as Excel, Google Sheets and school software write it. Must count rows as
//! Excel does (blank lines count, line breaks inside a cell don't), and must never guess at letters:
//! what is not Unicode is refused.

use std::fs::File;
use std::io::{self, BufReader, Read};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::child::{Out, Row, Stop};
use super::decode::Decoder;
use super::frame::Frame;
use super::limits::Limits;
use super::sniff::Encoding;
use super::trouble::{Trouble, Why};
use crate::exchange::cell::Cell;

const SAMPLE_BYTES: u64 = 64 << 10;
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];

/// Sends the one sheet of a csv.
pub(super) fn read(file: File, encoding: Encoding, out: &mut Out<'_>) -> Result<(), Stop> {
    let damaged = |_| Trouble::new(Why::Damaged);
    let open = |limits: &Limits| -> io::Result<_> {
        use std::io::Seek;
        let mut file = file.try_clone()?;
        file.rewind()?;
        Ok(Decoder::new(BufReader::with_capacity(64 << 10, file), encoding, limits.unpacked_bytes))
    };
    let mut sample = Vec::new();
    open(out.limits).map_err(damaged)?.take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(|e| trouble_of(&e))?;
    let told = told_separator(&sample);
    let separator = told.unwrap_or_else(|| guess_separator(&sample));
    out.frame(&Frame::Sheet { name: String::new(), hidden: false })?;
    let head_rows = out.limits.head_rows;
    rows(open(out.limits).map_err(damaged)?, separator, told.is_some(), head_rows, out)?;
    out.body()?;
    rows(open(out.limits).map_err(damaged)?, separator, told.is_some(), u64::MAX, out)?;
    out.frame(&Frame::SheetEnd { sheet: 0 })
}

fn rows<R: Read>(
    decoder: Decoder<R>,
    separator: u8,
    skip_first: bool,
    most_rows: u64,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .terminator(Terminator::Any(b'\n'))
        .has_headers(false)
        .flexible(true)
        .from_reader(decoder);
    let mut record = ByteRecord::new();
    // Lines that are inside cells, not between rows.
    let (mut inside, mut sent, mut skipped) = (0, 0, 0);
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(e) => {
                return Err(match e.into_kind() {
                    csv::ErrorKind::Io(e) => trouble_of(&e),
                    _ => Trouble::new(Why::Damaged),
                }
                .into());
            }
        }
        let before = inside;
        inside += record.as_slice().split(|b| *b == b'\n').count() as u64 - 1;
        // The decoder ends every file with a line break, so the position is behind the row's own.
        let number = reader.position().line() - 1 - inside - skipped;
        if skip_first && skipped == 0 {
            skipped = number;
            continue;
        }
        if reader.get_ref().open_quote() && inside - before > 0 {
            // The file's last line break lies inside the quotes too.
            return Err(Trouble::at(Why::Quote, "", number + 1).into());
        }
        let number = u32::try_from(number).map_err(|_| Trouble::at(Why::Rows, "", number))?;
        let mut row = Row::new(0, "", number);
        for (column, field) in record.iter().enumerate() {
            let Ok(text) = std::str::from_utf8(field) else {
                return Err(Trouble::at(Why::Encoding, "", number).into());
            };
            row.put(column, Cell::text(unwrapped(text)), out.limits)?;
        }
        sent += u64::from(!row.is_empty());
        if !out.row(row)? || sent >= most_rows {
            return Ok(());
        }
    }
}

/// `="0123"` is how some systems keep Excel from taking a code for a number.
fn unwrapped(text: &str) -> &str {
    match text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        Some(inner) if !inner.contains('"') => inner,
        _ => text,
    }
}

fn trouble_of(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Trouble::new(Why::UnpackedBytes),
        io::ErrorKind::InvalidData => Trouble::at(Why::Encoding, "", 1),
        _ => Trouble::new(Why::Damaged),
    }
}

/// Excel's own first line: `sep=;`.
fn told_separator(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|b| *b == b'\n').next()?;
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        _ => None,
    }
}

/// The separator that divides most lines into equally many cells.
fn guess_separator(sample: &[u8]) -> u8 {
    let counts = SEPARATORS.map(|separator| (separator, count(sample, separator)));
    let best = counts.into_iter().max_by_key(|(separator, (lines, per_line))| {
        // A tab is hardly ever anything else; a comma is in every address and every mark.
        let rank = match separator {
            b'\t' => 2,
            b';' => 1,
            _ => 0,
        };
        (*lines, *per_line, rank)
    });
    best.map_or(b',', |(separator, _)| separator)
}

/// How many lines have the commonest number of separators outside quotes, and that number.
fn count(sample: &[u8], separator: u8) -> (usize, usize) {
    let (mut quoted, mut here) = (false, 0usize);
    let mut lines: Vec<usize> = Vec::new();
    for byte in sample {
        match *byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines.push(here);
                here = 0;
            }
            b if b == separator && !quoted => here += 1,
            _ => {}
        }
    }
    lines.push(here);
    lines.retain(|n| *n > 0);
    lines.sort_unstable();
    lines.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).max().unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_found_where_commas_abound() {
        let marks = b"Ho ten;Toan;Van;Dia chi\nA;7,5;8,0;To 1, xa B\nC;9,0;6,5;To 2, xa D\n";
        assert_eq!(guess_separator(marks), b';');
        assert_eq!(guess_separator(b"a,b\n\"1;2\",3\n\"4;5\",6\n"), b',');
        assert_eq!(guess_separator(b"a\tb\n1,2\t3\n"), b'\t');
        assert_eq!(guess_separator(b"MA,TEN\n01,\"x, y\"\n"), b',');
        assert_eq!(told_separator(b"sep=|\na|b"), Some(b'|'));
        assert_eq!(told_separator(b"separator\n"), None);
        assert_eq!(unwrapped("=\"0123\""), "0123");
        assert_eq!(unwrapped("=A1"), "=A1");
    }
}
