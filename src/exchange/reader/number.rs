//! Numbers and dates of a workbook as text. Must never write an exponent or a `.0` behind a whole number,
//! and must keep the leading zeros a cell's format shows.

use calamine::{Data, DataRef, ExcelDateTime};

use crate::exchange::cell::{Cell, CellKind};

/// What a number format like `000000000000` or `"0"#########` adds in front of a whole number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pad {
    prefix: String,
    digits: usize,
}

impl Pad {
    /// From Excel's format code; nothing for every other format.
    pub(super) fn of(code: &str) -> Self {
        let code = code.strip_suffix(";@").unwrap_or(code);
        let (mut prefix, mut digits, mut places) = (String::new(), 0, 0);
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                '0' => {
                    places += 1;
                    digits += 1;
                }
                '#' => {
                    places += 1;
                    digits += usize::from(digits > 0);
                }
                // Literal digits count only in front; blanks and hyphens between digits are decoration.
                '"' => {
                    let literal: String = chars.by_ref().take_while(|c| *c != '"').collect();
                    if places > 0 || !literal.chars().all(|c| c.is_ascii_digit()) {
                        return Self::default();
                    }
                    prefix.push_str(&literal);
                }
                '\\' => match chars.next() {
                    Some(c) if c.is_ascii_digit() && places == 0 => prefix.push(c),
                    Some(' ' | '-') => {}
                    _ => return Self::default(),
                },
                ' ' | '-' if places > 0 => {}
                _ => return Self::default(),
            }
        }
        if places == 0 || (prefix.is_empty() && digits < 2) { Self::default() } else { Self { prefix, digits } }
    }

    fn apply(&self, number: i64) -> String {
        if number < 0 { number.to_string() } else { format!("{}{number:0>width$}", self.prefix, width = self.digits) }
    }
}

/// Up to here whole numbers are exact in Excel.
const WHOLE: f64 = 1e15;

/// A number as text.
pub(super) fn number(value: f64, pad: &Pad) -> Cell {
    let text = if !value.is_finite() {
        return Cell { kind: CellKind::Error, text: "#NUM!".into() };
    } else if value.fract() == 0.0 && value.abs() < WHOLE {
        pad.apply(value as i64)
    } else {
        // Fifteen digits are what Excel shows: 8.2, not 8.200000000000001.
        format!("{value:.14e}").parse().unwrap_or(value).to_string()
    };
    Cell { kind: CellKind::Number, text }
}

const LAST_DAY: f64 = 2_958_466.0;

fn date(value: ExcelDateTime) -> Cell {
    let serial = value.as_f64();
    if !(0.0..LAST_DAY).contains(&serial) {
        return number(serial, &Pad::default());
    }
    if value.is_duration() {
        let minutes = (serial * 1440.0).round() as u64;
        return Cell::text(format!("{}:{:02}", minutes / 60, minutes % 60));
    }
    let (year, month, day, hour, minute, ..) = value.to_ymd_hms_milli();
    if serial < 1.0 {
        return Cell::text(format!("{hour}:{minute:02}"));
    }
    if (year, month, day) == (1900, 2, 29) {
        return Cell::text("29/02/1900");
    }
    Cell { kind: CellKind::Date, text: format!("{year:04}-{month:02}-{day:02}") }
}

fn iso(text: &str) -> Cell {
    let day = text.get(..10).filter(|_| text.len() == 10 || text[10..].starts_with(['T', ' ']));
    let is_day =
        |day: &str| day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    match day.filter(|day| is_day(day)) {
        Some(day) => Cell { kind: CellKind::Date, text: day.to_owned() },
        None => Cell::text(text),
    }
}

fn truth(value: bool) -> Cell {
    Cell { kind: CellKind::Bool, text: if value { "TRUE" } else { "FALSE" }.into() }
}

/// A cell of an .xlsx.
pub(super) fn from_ref(value: DataRef<'_>, pad: &Pad) -> Cell {
    match value {
        DataRef::Empty => Cell::default(),
        DataRef::Int(i) => Cell { kind: CellKind::Number, text: pad.apply(i) },
        DataRef::Float(f) => number(f, pad),
        DataRef::String(s) => Cell::text(s),
        DataRef::SharedString(s) => Cell::text(s),
        DataRef::Bool(b) => truth(b),
        DataRef::DateTime(d) => date(d),
        DataRef::DateTimeIso(s) => iso(&s),
        DataRef::DurationIso(s) => Cell::text(s),
        DataRef::Error(e) => Cell { kind: CellKind::Error, text: e.to_string() },
    }
}

/// A cell of an .xls or .ods.
pub(super) fn from_data(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::default(),
        Data::Int(i) => Cell { kind: CellKind::Number, text: i.to_string() },
        Data::Float(f) => number(*f, &Pad::default()),
        Data::String(s) => Cell::text(s.as_str()),
        Data::Bool(b) => truth(*b),
        Data::DateTime(d) => date(*d),
        Data::DateTimeIso(s) => iso(s),
        Data::DurationIso(s) => Cell::text(s.as_str()),
        Data::Error(e) => Cell { kind: CellKind::Error, text: e.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;
    use proptest::prelude::*;

    fn plain(value: f64) -> String {
        number(value, &Pad::default()).text
    }

    #[test]
    fn numbers_are_written_plainly() {
        assert_eq!(plain(30_123_456_789.0), "30123456789");
        assert_eq!(plain(-0.0), "0");
        assert_eq!(plain(7.5), "7.5");
        assert_eq!(plain(0.1 + 0.2), "0.3");
        assert_eq!(plain(8.200_000_000_000_001), "8.2");
        assert_eq!(plain(1e20), "100000000000000000000");
        assert_eq!(plain(1e-7), "0.0000001");
        assert_eq!(number(f64::NAN, &Pad::default()).kind, CellKind::Error);
    }

    #[test]
    fn zeros_a_format_shows_are_kept() {
        for (code, value, shown) in [
            ("000000000000", 30_123_456_789.0, "030123456789"),
            ("000000000000;@", 30_123_456_789.0, "030123456789"),
            ("0#########", 912_345_678.0, "0912345678"),
            ("\"0\"#########", 912_345_678.0, "0912345678"),
            ("\\0#", 912_345_678.0, "0912345678"),
            ("0000\\ 000\\ 000", 912_345_678.0, "0912345678"),
            ("000", 5.0, "005"),
            ("000", -5.0, "-5"),
            ("0", 5.0, "5"),
            ("General", 5.0, "5"),
            ("0.00", 5.0, "5"),
            ("#,##0", 5000.0, "5000"),
            ("0%", 1.0, "1"),
            ("0\" tr\u{1b0}\u{1edd}ng\"", 5.0, "5"),
        ] {
            assert_eq!(number(value, &Pad::of(code)).text, shown, "{code}");
        }
    }

    #[test]
    fn dates_know_their_epoch() {
        let day = |serial, is_1904| date(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904));
        assert_eq!(day(42_252.0, false), Cell { kind: CellKind::Date, text: "2015-09-05".into() });
        assert_eq!(day(40_790.0, true).text, "2015-09-05");
        assert_eq!(day(42_252.75, false).text, "2015-09-05");
        assert_eq!(day(0.5, false), Cell::text("12:00"));
        assert_eq!(day(60.0, false).kind, CellKind::Text);
        assert_eq!(day(-1.0, false), Cell { kind: CellKind::Number, text: "-1".into() });
        assert_eq!(day(1e9, false).kind, CellKind::Number);
        assert_eq!(date(ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false)).text, "36:00");
        assert_eq!(iso("2015-09-05T00:00:00").text, "2015-09-05");
        assert_eq!(iso("2015-09").kind, CellKind::Text);
    }

    proptest! {
        #[test]
        fn nothing_panics(value in any::<f64>(), code in ".{0,20}", text in ".{0,20}", serial in any::<f64>(), mac in any::<bool>()) {
            let cell = number(value, &Pad::of(&code));
            prop_assert!(cell.kind == CellKind::Error || !cell.text.contains('e'));
            iso(&text);
            date(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, mac));
            date(ExcelDateTime::new(serial, ExcelDateTimeType::TimeDelta, mac));
        }
    }
}
