//! A record: a header that all kinds share, and its fields. Read lazily: a list of fifty rows must not
//! decode fifty times a hundred fields.

use crate::codec::{self, Reader};
use crate::error::{Error, Result};
use crate::id::{FieldId, KindId, RecordId, UnitId};
use crate::names::Names;
use crate::spec::{Decimal, PartialDate, Value};
use crate::store::Value as Stored;

const FORM: u8 = 1;
const VERIFIED: u8 = 0x10;

/// Where a record stands in its life. It is never removed: an erroneous one stays, marked so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In use.
    Active,
    /// Left for good (retired, finished, dropped out).
    Left,
    /// Gone to another unit.
    TransferredOut,
    /// Entered by mistake.
    Erroneous,
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Active, Self::Left, Self::TransferredOut, Self::Erroneous];

    /// The key in files and the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Left => "left",
            Self::TransferredOut => "transferred_out",
            Self::Erroneous => "erroneous",
        }
    }

    /// As the page says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Đang theo dõi",
            Self::Left => "Đã nghỉ",
            Self::TransferredOut => "Đã chuyển đi",
            Self::Erroneous => "Ghi nhầm",
        }
    }

    /// The state with that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }

    fn number(self) -> u8 {
        match self {
            Self::Active => 0,
            Self::Left => 1,
            Self::TransferredOut => 2,
            Self::Erroneous => 3,
        }
    }
}

/// What all kinds share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1 for a new record, one more with each change.
    pub version: u32,
    /// The unit that answers for it now.
    pub unit: UnitId,
    /// The school year (its first calendar year); 0 for kinds that live longer than a year.
    pub year: u16,
    /// Where it stands.
    pub state: State,
    /// Compared with the papers by a person, with no warning left. Any edit takes it away.
    pub verified: bool,
}

/// A record, decoded: its header, and its fields by their position in the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Permanent.
    pub id: RecordId,
    /// Position of its kind in the spec.
    pub kind: usize,
    /// What all kinds share.
    pub header: Header,
    /// Filled fields (position in the kind, value), in order of position.
    pub fields: Vec<(usize, Value)>,
}

impl Record {
    /// A field's value.
    pub fn field(&self, at: usize) -> Option<&Value> {
        self.fields.binary_search_by_key(&at, |(f, _)| *f).ok().map(|i| &self.fields[i].1)
    }
}

/// A record's bytes, of which single fields can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    bytes: Vec<u8>,
    header: Header,
    /// Where the directory begins.
    directory: usize,
    count: usize,
}

impl Stored for Row {
    fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::open(bytes.to_vec())
    }
}

impl Row {
    fn open(bytes: Vec<u8>) -> Result<Self> {
        let mut r = Reader::new(&bytes);
        if r.byte()? != FORM {
            return Err(Error::damaged("unknown form of a record"));
        }
        let small = |v: u64, what: &str| u32::try_from(v).map_err(|_| Error::damaged(format!("{what} out of range")));
        let version = small(r.uint()?, "version")?;
        let unit = UnitId(small(r.uint()?, "unit")?);
        let year = u16::try_from(r.uint()?).map_err(|_| Error::damaged("year out of range"))?;
        let flags = r.byte()?;
        let state = *State::ALL.get(usize::from(flags & 0x0f)).ok_or_else(|| Error::damaged("unknown state"))?;
        let count = small(r.uint()?, "field count")? as usize;
        let directory = bytes.len() - r.rest().len();
        let header = Header { version, unit, year, state, verified: flags & VERIFIED != 0 };
        Ok(Self { bytes, header, directory, count })
    }

    /// What all kinds share.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// Encodes a record.
    pub fn encode(record: &Record, names: &Names) -> Self {
        let mut payload = Vec::with_capacity(record.fields.len() * 12);
        let mut bytes = Vec::with_capacity(record.fields.len() * 16 + 16);
        let h = &record.header;
        bytes.push(FORM);
        codec::put_uint(&mut bytes, u64::from(h.version));
        codec::put_uint(&mut bytes, u64::from(h.unit.0));
        codec::put_uint(&mut bytes, u64::from(h.year));
        bytes.push(h.state.number() | if h.verified { VERIFIED } else { 0 });
        codec::put_uint(&mut bytes, record.fields.len() as u64);
        let directory = bytes.len();
        for (at, value) in &record.fields {
            let start = payload.len();
            put_value(&mut payload, value, &|column| names.column(record.kind, *at, column));
            codec::put_uint(&mut bytes, u64::from(names.field(record.kind, *at).0));
            codec::put_uint(&mut bytes, (payload.len() - start) as u64);
        }
        bytes.extend_from_slice(&payload);
        Self { bytes, header: *h, directory, count: record.fields.len() }
    }

    /// The bytes of one field, without touching the others.
    fn raw_field(&self, id: FieldId) -> Result<Option<&[u8]>> {
        let mut r = Reader::new(&self.bytes[self.directory..]);
        let (mut before, mut found) = (0usize, None);
        for _ in 0..self.count {
            let field = r.uint()?;
            let len = usize::try_from(r.uint()?).map_err(|_| Error::damaged("length out of range"))?;
            if field == u64::from(id.0) {
                found = Some((before, len));
            }
            before = before.checked_add(len).ok_or_else(|| Error::damaged("length out of range"))?;
        }
        let Some((start, len)) = found else { return Ok(None) };
        let payload = r.rest();
        payload.get(start..start + len).map(Some).ok_or_else(|| Error::damaged("record is cut short"))
    }

    /// One field's value.
    pub fn field(&self, names: &Names, kind: usize, at: usize) -> Result<Option<Value>> {
        let id = names.field(kind, at);
        self.raw_field(id)?.map(|bytes| take_value(&mut Reader::new(bytes), names)).transpose()
    }

    /// Decodes the whole record. Fields the spec no longer has are left out (their bytes stay in the
    /// store until the record is next saved, and in the log for ever).
    pub fn decode(&self, names: &Names, kind: usize, id: RecordId) -> Result<Record> {
        let mut r = Reader::new(&self.bytes[self.directory..]);
        let mut directory = Vec::with_capacity(self.count.min(4096));
        for _ in 0..self.count {
            let field = r.uint()?;
            let len = usize::try_from(r.uint()?).map_err(|_| Error::damaged("length out of range"))?;
            directory.push((field, len));
        }
        let mut fields = Vec::with_capacity(directory.len());
        for (field, len) in directory {
            let bytes = r.take(len)?;
            let id = FieldId(u16::try_from(field).map_err(|_| Error::damaged("field number out of range"))?);
            if let Some((k, at)) = names.field_at(id)
                && k == kind
            {
                fields.push((at, take_value(&mut Reader::new(bytes), names)?));
            }
        }
        fields.sort_by_key(|(at, _)| *at);
        Ok(Record { id, kind, header: self.header, fields })
    }
}

const TEXT: u8 = 0;
const INT: u8 = 1;
const DECIMAL: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const DATE: u8 = 5;
const CODE: u8 = 6;
const CODES: u8 = 7;
const REF: u8 = 8;
const UNIT: u8 = 9;
const ROWS: u8 = 10;

fn put_value(out: &mut Vec<u8>, value: &Value, column_id: &dyn Fn(u16) -> FieldId) {
    match value {
        Value::Text(text) => {
            out.push(TEXT);
            codec::put_str(out, text);
        }
        Value::Int(v) => {
            out.push(INT);
            codec::put_int(out, *v);
        }
        Value::Decimal(d) => {
            out.push(DECIMAL);
            codec::put_int(out, d.units);
            out.push(d.scale);
        }
        Value::Bool(v) => out.push(if *v { TRUE } else { FALSE }),
        Value::Date(d) => {
            out.push(DATE);
            codec::put_int(out, i64::from(d.year));
            out.push(d.month);
            out.push(d.day);
        }
        Value::Code(code) => {
            out.push(CODE);
            codec::put_str(out, code);
        }
        Value::Codes(codes) => {
            out.push(CODES);
            codec::put_uint(out, codes.len() as u64);
            for code in codes {
                codec::put_str(out, code);
            }
        }
        Value::Ref(id) => {
            out.push(REF);
            codec::put_uint(out, id.0);
        }
        Value::Unit(id) => {
            out.push(UNIT);
            codec::put_uint(out, u64::from(id.0));
        }
        Value::Rows(rows) => {
            out.push(ROWS);
            codec::put_uint(out, rows.len() as u64);
            for row in rows {
                codec::put_uint(out, row.len() as u64);
                for (column, cell) in row {
                    codec::put_uint(out, u64::from(column_id(*column).0));
                    let mut bytes = Vec::new();
                    put_value(&mut bytes, cell, &|c| FieldId(c));
                    codec::put_bytes(out, &bytes);
                }
            }
        }
    }
}

fn take_value(r: &mut Reader<'_>, names: &Names) -> Result<Value> {
    Ok(match r.byte()? {
        TEXT => Value::Text(r.str()?.to_owned()),
        INT => Value::Int(r.int()?),
        DECIMAL => Value::Decimal(Decimal { units: r.int()?, scale: r.byte()? }),
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        DATE => {
            let year = i16::try_from(r.int()?).map_err(|_| Error::damaged("year out of range"))?;
            Value::Date(PartialDate { year, month: r.byte()?, day: r.byte()? })
        }
        CODE => Value::Code(r.str()?.to_owned()),
        CODES => {
            let count = r.uint()?;
            let mut codes = Vec::new();
            for _ in 0..count {
                codes.push(r.str()?.to_owned());
            }
            Value::Codes(codes)
        }
        REF => Value::Ref(RecordId(r.uint()?)),
        UNIT => Value::Unit(UnitId(u32::try_from(r.uint()?).map_err(|_| Error::damaged("unit out of range"))?)),
        ROWS => {
            let count = r.uint()?;
            let mut rows = Vec::new();
            for _ in 0..count {
                let cells = r.uint()?;
                let mut row = Vec::new();
                for _ in 0..cells {
                    let id = FieldId(u16::try_from(r.uint()?).map_err(|_| Error::damaged("column out of range"))?);
                    let bytes = r.bytes()?;
                    // A column the spec no longer has is left out.
                    if let Some(column) = names.column_at(id) {
                        row.push((column, take_value(&mut Reader::new(bytes), names)?));
                    }
                }
                rows.push(row);
            }
            Value::Rows(rows)
        }
        other => return Err(Error::damaged(format!("unknown type of value {other}"))),
    })
}

/// The key of a record in the store.
pub type RecordKey = (KindId, RecordId);
