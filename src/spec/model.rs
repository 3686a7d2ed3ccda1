//! The shapes of the specification: kinds of record, their sections and fields. Built once by
//! `load` and never changed; everything refers to everything by index, and a key is looked up once.

use super::expr::Expr;
use super::levels::Levels;
use super::rules::Rule;
use super::value::Decimal;
use std::collections::HashMap;

/// One kind of record: pupil, class, staff …
#[derive(Debug)]
pub struct Kind {
    /// English, never changes.
    pub key: String,
    /// Its place in `Spec::kinds`.
    pub index: usize,
    /// Singular, as a page's title.
    pub label: String,
    /// Plural, as a list's title.
    pub plural: String,
    /// Under which heading it stands.
    pub group: Group,
    /// What its records belong to.
    pub place: Place,
    /// Fields that name a record on a page.
    pub title: Vec<usize>,
    /// Fields shown under the name.
    pub subtitle: Vec<usize>,
    /// The field lists are ordered by.
    pub order: usize,
    /// The columns of a list.
    pub list: Vec<usize>,
    /// The kind on whose page these records are shown, and the reference field that leads there.
    pub child_of: Option<(usize, usize)>,
    /// Kinds and reference fields that point here (columns of rows are not among them).
    pub referred_by: Vec<(usize, usize)>,
    /// The parts of its page.
    pub sections: Vec<Section>,
    /// Its fields, in order of the page.
    pub fields: Vec<Field>,
    /// Rules of this kind, in order of the files.
    pub rules: Vec<Rule>,
    /// Key to index of `fields`.
    pub by_key: HashMap<String, usize>,
    /// Where it is written: `kinds/pupil.toml:1`.
    pub at: String,
}

impl Kind {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.by_key.get(key).map(|&i| &self.fields[i])
    }

    /// The index of the field with this key.
    pub fn field_index(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The field or the column of rows meant by `field`, `field.column` or `field.0.column`.
    pub fn field_at(&self, path: &str) -> Option<(&Field, Option<&Field>)> {
        let mut parts = path.split('.');
        let field = self.field(parts.next()?)?;
        let column = parts.find(|part| part.parse::<usize>().is_err());
        match column {
            None => Some((field, None)),
            Some(key) => Some((field, Some(field.column(key)?))),
        }
    }

    /// The fields asked in a unit of these levels in this school year, with their indices.
    pub fn fields_for(&self, levels: Levels, year: u16) -> impl Iterator<Item = (usize, &Field)> {
        self.fields.iter().enumerate().filter(move |(_, f)| f.applies(levels, year))
    }
}

/// A heading in menus and in the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// schools
    Schools,
    /// classes
    Classes,
    /// staff
    Staff,
    /// learners
    Learners,
    /// results
    Results,
    /// programmes
    Programmes,
    /// facilities
    Facilities,
    /// other
    Other,
}

impl Group {
    /// All groups in the order of menus.
    pub const ALL: [Self; 8] = [
        Self::Schools,
        Self::Classes,
        Self::Staff,
        Self::Learners,
        Self::Results,
        Self::Programmes,
        Self::Facilities,
        Self::Other,
    ];

    /// As the specification writes it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::Classes => "classes",
            Self::Staff => "staff",
            Self::Learners => "learners",
            Self::Results => "results",
            Self::Programmes => "programmes",
            Self::Facilities => "facilities",
            Self::Other => "other",
        }
    }

    /// As pages show it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Schools => "Trường học",
            Self::Classes => "Lớp học",
            Self::Staff => "Đội ngũ",
            Self::Learners => "Người học",
            Self::Results => "Kết quả",
            Self::Programmes => "Chương trình",
            Self::Facilities => "Cơ sở vật chất",
            Self::Other => "Khác",
        }
    }
}

/// What the records of a kind belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A unit, for as long as they live.
    Unit,
    /// A unit in one school year.
    UnitYear,
}

/// A part of a record's page.
#[derive(Clone, Debug)]
pub struct Section {
    /// English, unique in the kind.
    pub key: String,
    /// The heading.
    pub label: String,
}

/// One thing asked about a record; also a column of a `rows` field.
#[derive(Debug)]
pub struct Field {
    /// English, unique in the kind (a column: in its rows), never changes.
    pub key: String,
    /// As a clerk reads it.
    pub label: String,
    /// Index of `Kind::sections`; 0 for a column.
    pub section: usize,
    /// What it holds.
    pub ty: FieldType,
    /// Whether it must be filled in.
    pub required: Required,
    /// Levels it is asked at.
    pub levels: Levels,
    /// First school year it is asked in.
    pub from_year: Option<u16>,
    /// Last school year it is asked in.
    pub until_year: Option<u16>,
    /// Longest text, in characters.
    pub length: Option<usize>,
    /// The form a text must have.
    pub pattern: Option<Pattern>,
    /// Within what its value may stand only once.
    pub unique: Option<Unique>,
    /// Masked until opened.
    pub sensitive: bool,
    /// Goes into the search index.
    pub searchable: bool,
    /// May be grouped in reports.
    pub countable: bool,
    /// The code list of code, codes and the places: index of `CodeLists::lists`.
    pub list: Option<usize>,
    /// The kind a ref points to: index of `Spec::kinds`.
    pub refers: Option<usize>,
    /// For codes that depend on another field (a district on its province): the fields beside it that
    /// may hold the parent code, nearest first.
    pub depends_on: Vec<usize>,
    /// Least number.
    pub min: Option<Decimal>,
    /// Greatest number.
    pub max: Option<Decimal>,
    /// Printed after a number.
    pub unit: Option<String>,
    /// Decimal: digits after the point.
    pub scale: u8,
    /// Help text.
    pub hint: Option<String>,
    /// Symbols in QĐ 4998.
    pub std: Vec<String>,
    /// Symbols in the exchange of 2020.
    pub std2020: Vec<String>,
    /// Of rows: its columns.
    pub columns: Vec<Self>,
    /// Where it is written: `kinds/pupil.toml:20`.
    pub at: String,
}

impl Field {
    /// Whether it is asked in a unit of these levels in this school year.
    pub fn applies(&self, levels: Levels, year: u16) -> bool {
        self.levels.apply_to(levels) && self.in_year(year)
    }

    /// Whether it is asked in this school year.
    pub fn in_year(&self, year: u16) -> bool {
        self.from_year.is_none_or(|from| year >= from) && self.until_year.is_none_or(|until| year <= until)
    }

    /// The column with this key.
    pub fn column(&self, key: &str) -> Option<&Self> {
        self.columns.iter().find(|c| c.key == key)
    }

    /// The index of the column with this key.
    pub fn column_index(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.key == key)
    }

    /// Whether it, or one of its columns, is sensitive.
    pub fn hides(&self) -> bool {
        self.sensitive || self.columns.iter().any(|c| c.sensitive)
    }
}

/// Whether a field must be filled in.
#[derive(Debug)]
pub enum Required {
    /// It may stay empty.
    No,
    /// Always.
    Yes,
    /// If the condition holds.
    If(Expr),
}

impl Required {
    /// Whether it is always asked.
    pub const fn always(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// The form a text must have.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Linear-time, size-limited.
    pub regex: regex::Regex,
    /// What a person is told when it fails.
    pub hint: String,
}

/// Within what a value may stand only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// In the whole database, among records of the kind.
    Province,
    /// In the unit.
    Unit,
    /// In the unit and the school year.
    UnitYear,
}

macro_rules! field_types {
    ($($(#[$doc:meta])* $name:ident $key:literal $label:literal,)*) => {
        /// What a field holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FieldType { $($(#[$doc])* $name,)* }

        impl FieldType {
            /// All types.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As the specification writes it.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// As the dictionary shows it.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}
field_types!(
    /// One line.
    Text "text" "chữ",
    /// Several lines.
    LongText "long_text" "đoạn văn",
    /// A person's full name; ordered by given name.
    PersonName "person_name" "họ tên",
    /// A telephone number.
    Phone "phone" "điện thoại",
    /// An e-mail address.
    Email "email" "thư điện tử",
    /// A code of a person or thing: text, leading zeros kept, searched by prefix.
    IdentityCode "identity_code" "mã, số hiệu",
    /// A whole number.
    Integer "integer" "số nguyên",
    /// A number with digits after the point.
    Decimal "decimal" "số thập phân",
    /// A date known to the day, the month or the year.
    Date "date" "ngày",
    /// Yes or no.
    Bool "bool" "có/không",
    /// One of a list.
    Code "code" "danh mục",
    /// Several of a list.
    Codes "codes" "danh mục, chọn nhiều",
    /// A record of another kind.
    Ref "ref" "hồ sơ khác",
    /// A unit of the tree.
    Unit "unit" "đơn vị",
    /// A year.
    Year "year" "năm",
    /// A province, by date.
    PlaceProvince "place_province" "tỉnh, thành phố",
    /// A district (until 30/6/2025), by date.
    PlaceDistrict "place_district" "quận, huyện",
    /// A commune, by date.
    PlaceCommune "place_commune" "xã, phường",
    /// A small table.
    Rows "rows" "bảng",
);

impl FieldType {
    /// The type written so.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.key() == key)
    }

    /// Whether its value is text ([`super::Value::Text`]).
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::LongText | Self::PersonName | Self::Phone | Self::Email | Self::IdentityCode)
    }

    /// Whether its value is one code ([`super::Value::Code`]).
    pub const fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::PlaceProvince | Self::PlaceDistrict | Self::PlaceCommune)
    }

    /// Whether its value is a number.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Year)
    }

    /// The list of a place.
    pub const fn place_list(self) -> Option<&'static str> {
        match self {
            Self::PlaceProvince => Some("province"),
            Self::PlaceDistrict => Some("district"),
            Self::PlaceCommune => Some("commune"),
            _ => None,
        }
    }
}
