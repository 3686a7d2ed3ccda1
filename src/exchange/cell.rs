//! One cell as text, whatever the file kept. Must never lose a digit of an identity code.

/// What a cell is, besides its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum CellKind {
    /// Nothing, or only blanks.
    #[default]
    Empty = 0,
    /// Typed text.
    Text = 1,
    /// A number: whole numbers as digits without exponent or `.0`, others the shortest way with a
    /// point, with the leading zeros its cell format shows.
    Number = 2,
    /// A date, as `yyyy-mm-dd` (a time of day is dropped).
    Date = 3,
    /// `TRUE` or `FALSE`.
    Bool = 4,
    /// A formula's error, as Excel shows it: `#N/A`.
    Error = 5,
}

impl CellKind {
    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Empty,
            1 => Self::Text,
            2 => Self::Number,
            3 => Self::Date,
            4 => Self::Bool,
            5 => Self::Error,
            _ => return None,
        })
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it is.
    pub kind: CellKind,
    /// Its text; see [`CellKind`] for the form.
    pub text: String,
}

impl Cell {
    /// A cell with text, or an empty one if the text is blank.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::default() } else { Self { kind: CellKind::Text, text } }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.kind == CellKind::Empty
    }

    /// The text as the person saw it in the sheet: a date as dd/mm/yyyy.
    pub fn shown(&self) -> String {
        match (self.kind, self.text.split('-').collect::<Vec<_>>().as_slice()) {
            (CellKind::Date, [year, month, day]) => format!("{day}/{month}/{year}"),
            _ => self.text.clone(),
        }
    }
}

/// The letters of a column, from 0: A, B … Z, AA …
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// A cell's address as Excel writes it; `row` from 1, `column` from 0.
pub fn address(row: u32, column: usize) -> String {
    format!("{}{row}", column_letters(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_excel() {
        assert_eq!(address(1, 0), "A1");
        assert_eq!(address(7, 25), "Z7");
        assert_eq!(address(7, 26), "AA7");
        assert_eq!(address(1_048_576, 16_383), "XFD1048576");
    }

    #[test]
    fn a_date_is_shown_as_people_write_it() {
        let cell = Cell { kind: CellKind::Date, text: "2015-09-05".into() };
        assert_eq!(cell.shown(), "05/09/2015");
        assert_eq!(Cell::text("2015-09-05").shown(), "2015-09-05");
        assert!(Cell::text(" \u{a0}").is_empty());
    }
}
