//! The compiled form of an expression, and the types its parts have.

use std::fmt;

/// What a part of an expression is when it is not empty. Anything may be empty (null).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    /// Only ever null.
    Null,
    /// true or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// Text, a code.
    Str,
    /// A date: year, month, day, days.
    Date,
    /// A list.
    List(Box<Self>),
    /// A row of a `rows` field: kind, field.
    Row(usize, usize),
    /// Another record of a kind.
    Record(usize),
    /// `record`.
    Facts,
}

impl Ty {
    pub(super) const fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Double | Self::Null)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool => "true/false",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::Str => "text",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Row(..) => "a row",
            Self::Record(_) | Self::Facts => "a record",
        })
    }
}

#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(String),
    /// A field of the record.
    Field(usize),
    Fact(Fact),
    /// The variable of the n-th enclosing `all`/`exists`, outermost 0.
    Var(usize),
    DatePart(Box<Self>, DatePart),
    /// A column of a row.
    Column(Box<Self>, u16),
    /// The record a ref field of this record points to: field, kind referred to.
    Referred(usize, usize),
    /// A field of another record.
    Of(Box<Self>, OfRecord),
    Not(Box<Self>),
    Neg(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    If(Box<(Self, Self, Self)>),
    Binary(Op, Box<Self>, Box<Self>),
    /// `x in ["a", "b"]` with literals only, sorted.
    InTexts(Box<Self>, Vec<String>),
    In(Box<Self>, Box<Self>),
    List(Vec<Self>),
    Index(Box<Self>, Box<Self>),
    Call(Call, Box<Self>, Vec<Self>),
    /// `count_of(kind, ref field)`.
    CountOf(usize, usize),
    /// `siblings(kind, ref field)`; the third is the field of this record with the value shared.
    Siblings(usize, usize, usize),
    All(Box<Self>, Box<Self>),
    Exists(Box<Self>, Box<Self>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fact {
    Id,
    Unit,
    UnitType,
    UnitLevels,
    UnitProvince,
    Year,
    Today,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum DatePart {
    Year,
    Month,
    Day,
    Days,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OfRecord {
    Field(usize),
    Unit,
    Year,
    State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Call {
    Size,
    StartsWith,
    EndsWith,
    Contains,
    ToInt,
    ToDouble,
    ToString,
    Substring,
}
