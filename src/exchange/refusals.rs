//! Rows that were refused, as a csv the person opens in Excel, repairs and sends again. Must never
//! write a cell that Excel would run as a formula.

use std::io::Write;

use crate::error::{Error, Result};

/// One thing wrong with one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The sheet, "" if there is only one.
    pub sheet: String,
    /// The row, as Excel numbers it.
    pub row: u32,
    /// The column's letters, "" if it is the whole row.
    pub column: String,
    /// The column's header, "" if it is the whole row.
    pub header: String,
    /// What was in the cell, as the person saw it.
    pub value: String,
    /// What is wrong and what to do.
    pub reason: String,
}

const HEADER: [&str; 6] = ["Trang tính", "Dòng", "Cột", "Tiêu đề cột", "Giá trị", "Lý do"];

/// Writes refusals as csv for Excel: UTF-8 with a mark, `;` between cells, CRLF.
///
/// # Errors
/// Whatever `to` fails with.
pub fn write<'a>(to: impl Write, refusals: impl IntoIterator<Item = &'a Refusal>) -> Result<()> {
    write_table(
        to,
        &HEADER,
        refusals.into_iter().map(|r| {
            [r.sheet.as_str(), r.row.to_string().as_str(), &r.column, &r.header, &r.value, &r.reason].map(str::to_owned)
        }),
    )
}

/// Writes any table in the same manner: every export that is a csv goes through here.
///
/// # Errors
/// Whatever `to` fails with.
pub fn write_table<R>(mut to: impl Write, header: &[&str], rows: impl IntoIterator<Item = R>) -> Result<()>
where
    R: IntoIterator<Item: AsRef<str>>,
{
    let failed = |e: csv::Error| match e.into_kind() {
        csv::ErrorKind::Io(e) => Error::io("write csv")(e),
        other => Error::Internal(format!("csv: {other:?}")),
    };
    to.write_all("\u{feff}".as_bytes()).map_err(Error::io("write csv"))?;
    let mut csv =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).flexible(true).from_writer(to);
    csv.write_record(header).map_err(failed)?;
    for row in rows {
        for cell in row {
            csv.write_field(guarded(cell.as_ref())).map_err(failed)?;
        }
        csv.write_record(None::<&[u8]>).map_err(failed)?;
    }
    csv.flush().map_err(Error::io("write csv"))
}

/// The text, with an apostrophe in front if Excel would take it for a formula or hide a part of it.
pub fn guarded(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) && !is_number(&text) {
        format!("'{text}")
    } else {
        text
    }
}

/// A plain negative number is no formula.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or("");
    !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn excel_opens_it_and_runs_nothing() {
        let refusal = Refusal {
            row: 12,
            column: "C".into(),
            header: "Họ tên".into(),
            value: "=HYPERLINK(\"http://x\";\"a\")".into(),
            reason: "Tên không được chứa dấu «=».".into(),
            ..Refusal::default()
        };
        let mut out = Vec::new();
        write(&mut out, [&refusal]).unwrap();
        let expected = "\u{feff}Trang tính;Dòng;Cột;Tiêu đề cột;Giá trị;Lý do\r\n\
            ;12;C;Họ tên;\"'=HYPERLINK(\"\"http://x\"\";\"\"a\"\")\";Tên không được chứa dấu «=».\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn numbers_stay_numbers() {
        assert_eq!(guarded("-7,5"), "-7,5");
        assert_eq!(guarded("-7+1"), "'-7+1");
        assert_eq!(guarded("+84912345678"), "'+84912345678");
        assert_eq!(guarded("-"), "'-");
        assert_eq!(guarded("a=b"), "a=b");
        assert_eq!(guarded("\0=1"), "'=1");
    }

    proptest! {
        #[test]
        fn no_cell_starts_a_formula(text in "\\PC{0,12}") {
            let safe = guarded(&text);
            prop_assert!(!safe.starts_with(['=', '+', '@', '\t', '\r']));
        }
    }
}
