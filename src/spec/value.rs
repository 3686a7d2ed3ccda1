//! What a field holds, once read. Equal values are equal here: decimals carry no trailing zeros,
//! text is clean, so that a comparison of two records shows changes and nothing else.

use crate::id::{RecordId, UnitId};
use jiff::civil::Date;
use std::cmp::Ordering;

/// The value of one field. An empty field has no value: there is no null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// text, long_text, person_name, phone, email, identity_code.
    Text(String),
    /// integer, year.
    Int(i64),
    /// decimal.
    Decimal(Decimal),
    /// bool.
    Bool(bool),
    /// date.
    Date(PartialDate),
    /// code and the places: a code of the field's list.
    Code(String),
    /// codes: codes of the field's list, in the list's order, each once.
    Codes(Vec<String>),
    /// ref: a record.
    Ref(RecordId),
    /// unit: a unit of the tree.
    Unit(UnitId),
    /// rows: of each row the columns that have a value, by ascending column index.
    Rows(Vec<Vec<(u16, Value)>>),
}

impl Value {
    /// The text of text and codes.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Code(text) => Some(text),
            _ => None,
        }
    }

    /// The number of integer and year.
    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(yes) => Some(*yes),
            _ => None,
        }
    }

    /// The date.
    pub const fn as_date(&self) -> Option<PartialDate> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The record referred to.
    pub const fn as_ref_id(&self) -> Option<RecordId> {
        match self {
            Self::Ref(id) => Some(*id),
            _ => None,
        }
    }
}

/// A decimal number: `units` / 10^`scale`, kept without trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    /// The digits as one number.
    pub units: i64,
    /// How many of them stand after the point; at most [`Decimal::MOST_SCALE`].
    pub scale: u8,
}

impl Decimal {
    /// The most digits after the point.
    pub const MOST_SCALE: u8 = 9;

    /// `units` / 10^`scale`; trailing zeros are dropped.
    pub const fn new(mut units: i64, mut scale: u8) -> Self {
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Self { units, scale }
    }

    /// As a floating point number, for arithmetic in rules.
    pub fn as_f64(self) -> f64 {
        self.units as f64 / 10f64.powi(i32::from(self.scale))
    }

    /// A cell's floating point number, to at most nine digits after the point; `None` if too big or
    /// not a number.
    pub fn from_f64(number: f64) -> Option<Self> {
        let text = format!("{number:.9}");
        let (whole, part) = text.split_once('.')?;
        let units: i64 = format!("{whole}{part}").parse().ok()?;
        Some(Self::new(units, 9))
    }

    /// With a point and without grouping, as files and JSON have it: `-7.5`.
    pub fn plain(self) -> String {
        self.write('.', "")
    }

    /// With a comma and grouped by thousands, as pages have it: `-1.234,5`.
    pub fn show(self) -> String {
        self.write(',', ".")
    }

    fn write(self, point: char, group: &str) -> String {
        let divisor = 10u64.pow(u32::from(self.scale));
        let magnitude = self.units.unsigned_abs();
        let mut out = String::new();
        if self.units < 0 {
            out.push('-');
        }
        out.push_str(&grouped(magnitude / divisor, group));
        if self.scale > 0 {
            out.push(point);
            let digits = (magnitude % divisor).to_string();
            out.extend(std::iter::repeat_n('0', usize::from(self.scale) - digits.len()));
            out.push_str(&digits);
        }
        out
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let raise = |d: &Self, to: u8| i128::from(d.units) * 10i128.pow(u32::from(to - d.scale));
        let scale = self.scale.max(other.scale);
        raise(self, scale).cmp(&raise(other, scale))
    }
}

/// `1234567` as `1.234.567` with the given separator.
pub fn grouped(number: u64, separator: &str) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

/// A date known to the day, the month or the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    /// 1800 to 2200.
    pub year: i16,
    /// 1 to 12, or 0: only the year is known.
    pub month: u8,
    /// 1 to 31, or 0: the day is not known.
    pub day: u8,
}

impl PartialDate {
    /// A date that exists, or `None`.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let exists = match (month, day) {
            (0, 0) => true,
            (1..=12, 0) => true,
            (month, day) => Date::new(year, month as i8, day as i8).is_ok() && day > 0 && month > 0,
        };
        ((1800..=2200).contains(&year) && exists).then_some(Self { year, month, day })
    }

    /// The earliest day meant.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month.max(1) as i8, self.day.max(1) as i8).unwrap_or(Date::ZERO)
    }

    /// The latest day meant.
    pub fn last_day(self) -> Date {
        let first = self.first_day();
        match (self.month, self.day) {
            (0, _) => first.last_of_year(),
            (_, 0) => first.last_of_month(),
            _ => first,
        }
    }

    /// Days since 1970-01-01 of the earliest day meant.
    pub fn days(self) -> i64 {
        days(self.first_day())
    }

    /// `dd/mm/yyyy`, `mm/yyyy` or `yyyy`.
    pub fn show(self) -> String {
        let Self { year, month, day } = self;
        match (month, day) {
            (0, _) => format!("{year:04}"),
            (_, 0) => format!("{month:02}/{year:04}"),
            _ => format!("{day:02}/{month:02}/{year:04}"),
        }
    }

    /// `yyyy-mm-dd`, `yyyy-mm` or `yyyy`.
    pub fn iso(self) -> String {
        let Self { year, month, day } = self;
        match (month, day) {
            (0, _) => format!("{year:04}"),
            (_, 0) => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: date.month() as u8, day: date.day() as u8 }
    }
}

/// Days since 1970-01-01.
pub fn days(date: Date) -> i64 {
    // Years that begin in March put the leap day last; an era is 400 years of 146 097 days.
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_written_for_people_and_for_files() {
        let cases =
            [(750, 2, "7.5", "7,5"), (-1_234_500, 3, "-1234.5", "-1.234,5"), (5, 2, "0.05", "0,05"), (0, 4, "0", "0")];
        for (units, scale, plain, show) in cases {
            let d = Decimal::new(units, scale);
            assert_eq!((d.plain().as_str(), d.show().as_str()), (plain, show));
        }
        assert_eq!(Decimal::from_f64(7.1).map(Decimal::plain).as_deref(), Some("7.1"));
        assert_eq!(Decimal::from_f64(f64::NAN), None);
        assert!(Decimal::new(75, 1) < Decimal::new(8, 0) && Decimal::new(-75, 1) < Decimal::new(-7, 0));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert!(PartialDate::new(2024, 2, 29).is_some());
        for (y, m, d) in [(2023, 2, 29), (2024, 13, 1), (2024, 0, 5), (99, 1, 1), (2024, 4, 31)] {
            assert_eq!(PartialDate::new(y, m, d), None, "{y}-{m}-{d}");
        }
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(n in -200_000i32..200_000) {
            let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            prop_assert_eq!(days(date), i64::from(n));
        }
    }
}
