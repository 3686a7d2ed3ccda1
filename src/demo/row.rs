//! What the generator hands out: rows of text as a clerk would type it. Made for speed: most values
//! need no allocation.

use crate::id::UnitId;
use crate::tree::Day;

/// A value as typed, or a reference to another row of the same school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A constant of the program or of its embedded data.
    Fixed(&'static str),
    /// Up to 21 bytes.
    Short(Short),
    /// Anything longer.
    Long(Box<str>),
    /// The row with this `local` number.
    Ref(u32),
}

/// A short text kept in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    length: u8,
    bytes: [u8; Self::MOST],
}

impl Short {
    const MOST: usize = 21;

    const fn empty() -> Self {
        Self { length: 0, bytes: [0; Self::MOST] }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(usize::from(self.length)) {
            *place = byte;
            self.length += 1;
        }
    }

    /// `number` with at least `width` digits.
    fn push_number(&mut self, number: u32, width: usize) {
        let mut digits = [b'0'; 10];
        let (mut rest, mut used) = (number, 0);
        while rest > 0 || used < width.clamp(1, 10) {
            digits[used] = b'0' + (rest % 10) as u8;
            rest /= 10;
            used += 1;
        }
        for digit in digits[..used].iter().rev() {
            self.push(*digit);
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or("")
    }
}

impl Text {
    /// The text; nothing for a reference.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Fixed(text) => Some(text),
            Self::Short(short) => Some(short.as_str()),
            Self::Long(text) => Some(text),
            Self::Ref(_) => None,
        }
    }

    /// Any text.
    pub(super) fn of(text: &str) -> Self {
        if text.len() > Short::MOST {
            return Self::Long(text.into());
        }
        let mut short = Short::empty();
        short.bytes[..text.len()].copy_from_slice(text.as_bytes());
        short.length = text.len() as u8;
        Self::Short(short)
    }

    /// A whole number.
    pub(super) fn int(number: u32) -> Self {
        Self::digits("", number, 1)
    }

    /// `before`, then `number` with at least `width` digits.
    pub(super) fn digits(before: &str, number: u32, width: usize) -> Self {
        let mut short = Short::empty();
        before.bytes().for_each(|b| short.push(b));
        short.push_number(number, width);
        Self::Short(short)
    }

    /// Tenths (`scale` 1), hundredths (2) … with a decimal comma.
    pub(super) fn decimal(units: u32, scale: u32) -> Self {
        let mut short = Short::empty();
        let divisor = 10u32.pow(scale);
        short.push_number(units / divisor, 1);
        if !units.is_multiple_of(divisor) {
            short.push(b',');
            short.push_number(units % divisor, scale as usize);
        }
        Self::Short(short)
    }

    /// `dd/mm/yyyy`.
    pub(super) fn date(day: Day) -> Self {
        let (year, month, day) = civil(day);
        let mut short = Short::empty();
        short.push_number(day, 2);
        short.push(b'/');
        short.push_number(month, 2);
        short.push(b'/');
        short.push_number(year as u32, 4);
        Self::Short(short)
    }

    /// Có or Không.
    pub(super) const fn yes(yes: bool) -> Self {
        Self::Fixed(if yes { "Có" } else { "Không" })
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

/// The state a record is saved in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Here.
    Active,
    /// Finished or gone for good.
    Left,
    /// Gone to another school.
    TransferredOut,
}

impl State {
    /// The key of the record's state.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Left => "left",
            Self::TransferredOut => "transferred_out",
        }
    }
}

/// Fields of a row: the field's key, or `field.row.column` inside a table, and the text.
pub type Fields = Vec<(&'static str, Text)>;

/// A record to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// Its number in this school, from 1; what [`Text::Ref`] means.
    pub local: u32,
    /// The kind's key.
    pub kind: &'static str,
    /// The school year; 0 if the kind belongs to a unit, not to a year.
    pub year: u16,
    /// Its state.
    pub state: State,
    /// What is filled in.
    pub fields: Fields,
}

/// All records of one school, in an order in which every reference points back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchoolData {
    /// The school.
    pub unit: UnitId,
    /// Its records.
    pub rows: Vec<NewRow>,
}

/// The keys `field.row.column` of a table, made once.
pub(super) struct RowKeys {
    keys: Vec<&'static str>,
    columns: usize,
}

impl RowKeys {
    /// The keys of the first `rows` rows. Kept for the life of the program.
    pub(super) fn new(field: &str, columns: &[&str], rows: usize) -> Self {
        let key = |row: usize, column: &str| -> &'static str {
            Box::leak(format!("{field}.{row}.{column}").into_boxed_str())
        };
        let keys = (0..rows).flat_map(|row| columns.iter().map(move |column| key(row, column))).collect();
        Self { keys, columns: columns.len() }
    }

    /// The key of a row and column.
    pub(super) fn at(&self, row: usize, column: usize) -> &'static str {
        self.keys[row * self.columns + column]
    }
}

/// Days since 1970-01-01.
pub(super) const fn day(year: i32, month: u32, day: u32) -> Day {
    // Years that begin in March put the leap day last; an era is 400 years of 146 097 days.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = month as i32;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day as i32 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day.
pub(super) const fn civil(day: Day) -> (i32, u32, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month as u32, (of_year - (153 * shifted_month + 2) / 5 + 1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_there_and_back() {
        for n in -40_000..40_000 {
            let (y, m, d) = civil(n);
            assert_eq!(day(y, m, d), n);
            let date = jiff::civil::date(y as i16, m as i8, d as i8);
            assert_eq!(crate::tree::day_of(date), n);
        }
    }

    #[test]
    fn values_read_as_typed() {
        let shown = |t: Text| t.as_str().unwrap_or("-").to_owned();
        assert_eq!(shown(Text::date(day(2024, 9, 5))), "05/09/2024");
        assert_eq!(shown(Text::decimal(75, 1)), "7,5");
        assert_eq!(shown(Text::decimal(80, 1)), "8");
        assert_eq!(shown(Text::decimal(205, 2)), "2,05");
        assert_eq!(shown(Text::digits("030", 42, 6)), "030000042");
        assert_eq!(shown(Text::of("Trường Mầm non Tân Hồng")), "Trường Mầm non Tân Hồng");
        assert_eq!(shown(Text::of("Cẩm Giàng")), "Cẩm Giàng");
        assert!(std::mem::size_of::<Text>() <= 24);
    }
}
