//! A table is declared once, as a constant in the feature that owns it, with a doc line for key and
//! value. All tables of one class live in one redb table, their keys led by the table's number, so
//! that log, replay, verification and derived rows need to know nothing of the features.

use super::tx::{Read, WriteTx};
use crate::codec;
use crate::error::{Error, Result};
use crate::id::{AccountId, RecordId, UnitId};
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// What becomes of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// What was said. Each change is in the log; replaying the log gives the same bytes.
    Primary,
    /// Follows from primary rows by the table's derivation, and can be rebuilt from them.
    Derived,
    /// Short-lived (sessions, receipts): durable, but in no log and no backup's promise.
    Ephemeral,
}

/// A table's declaration.
#[derive(Debug)]
pub struct Table<K, V> {
    /// Leads each key; unique within the class, never used again for something else.
    pub number: u8,
    /// For messages and dumps.
    pub name: &'static str,
    /// What becomes of its rows.
    pub class: Class,
    types: PhantomData<fn(K) -> V>,
}

/// Something that is a key: encoded so that byte order is the order of the values.
pub trait Key: Sized {
    /// Appends the key's bytes.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads a key back, leaving what follows it.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

/// Something that is a row's value.
pub trait Value: Sized {
    /// The bytes to keep, version byte first.
    fn to_bytes(&self) -> Vec<u8>;
    /// Reads any version ever written.
    fn from_bytes(bytes: &[u8]) -> Result<Self>;
}

impl<K: Key, V: Value> Table<K, V> {
    /// Declares a table.
    pub const fn new(class: Class, number: u8, name: &'static str) -> Self {
        Self { number, name, class, types: PhantomData }
    }

    /// The full key of a row.
    pub fn key(&self, key: &K) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        out.push(self.number);
        key.put(&mut out);
        out
    }

    /// The full key of rows whose key starts so.
    pub fn prefix<P: Key>(&self, prefix: &P) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        out.push(self.number);
        prefix.put(&mut out);
        out
    }

    /// The row at `key`.
    pub fn get(&self, tx: &(impl Read + ?Sized), key: &K) -> Result<Option<V>> {
        let full = self.key(key);
        let mut found = None;
        tx.get(self.class, &full, &mut |bytes| {
            found = Some(V::from_bytes(bytes).map_err(|e| e.at(|| place(self.name, &full))));
        })?;
        found.transpose()
    }

    /// Whether there is a row at `key`.
    pub fn has(&self, tx: &(impl Read + ?Sized), key: &K) -> Result<bool> {
        let mut found = false;
        tx.get(self.class, &self.key(key), &mut |_| found = true)?;
        Ok(found)
    }

    /// Visits the rows whose full key lies in `from..to`, in key order, until told to stop.
    pub fn scan_between(
        &self,
        tx: &(impl Read + ?Sized),
        from: &[u8],
        to: &[u8],
        mut visit: impl FnMut(K, V) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        tx.scan(self.class, from, to, &mut |key, bytes| {
            let mut rest = key.get(1..).unwrap_or_default();
            let typed = K::take(&mut rest)
                .filter(|_| rest.is_empty())
                .ok_or_else(|| Error::damaged("key can't be read").at(|| place(self.name, key)))?;
            visit(typed, V::from_bytes(bytes).map_err(|e| e.at(|| place(self.name, key)))?)
        })
    }

    /// Visits the rows whose key starts with `prefix`, in key order, until told to stop.
    pub fn scan_prefix<P: Key>(
        &self,
        tx: &(impl Read + ?Sized),
        prefix: &P,
        visit: impl FnMut(K, V) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let from = self.prefix(prefix);
        self.scan_between(tx, &from, &after(&from), visit)
    }

    /// Visits all rows.
    pub fn scan_all(
        &self,
        tx: &(impl Read + ?Sized),
        visit: impl FnMut(K, V) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.scan_prefix(tx, &(), visit)
    }

    /// Puts a row. Derived tables are written by their derivation only, so this refuses them.
    pub fn put(&self, tx: &mut WriteTx<'_>, key: &K, value: &V) -> Result<()> {
        tx.put(self.class, self.key(key), value.to_bytes())
    }

    /// Removes a row, if it is there.
    pub fn remove(&self, tx: &mut WriteTx<'_>, key: &K) -> Result<()> {
        tx.remove(self.class, self.key(key))
    }
}

/// The smallest key after all keys that start with `prefix`.
pub fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return end;
        }
    }
    vec![0xff; 40]
}

/// How a row is named in messages: table and key in hexadecimal.
pub fn place(table: &str, key: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = format!("{table} ");
    for byte in key.get(1..).unwrap_or_default() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// How a row is named by those that know its class only.
pub(super) fn row_name(class: Class, key: &[u8]) -> String {
    let kind = match class {
        Class::Primary => "table",
        Class::Derived => "derived table",
        Class::Ephemeral => "ephemeral table",
    };
    place(&format!("{kind} {}", key.first().copied().unwrap_or_default()), key)
}

impl Key for () {
    fn put(&self, _: &mut Vec<u8>) {}
    fn take(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

macro_rules! big_endian_key {
    ($($int:ty),*) => {$(
        impl Key for $int {
            fn put(&self, out: &mut Vec<u8>) { out.extend_from_slice(&self.to_be_bytes()); }
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                let (head, rest) = bytes.split_at_checked(size_of::<$int>())?;
                *bytes = rest;
                Some(<$int>::from_be_bytes(head.try_into().ok()?))
            }
        }
    )*};
}
big_endian_key!(u8, u16, u32, u64);

macro_rules! id_key {
    ($($id:ty),*) => {$(
        impl Key for $id {
            fn put(&self, out: &mut Vec<u8>) { self.0.put(out); }
            fn take(bytes: &mut &[u8]) -> Option<Self> { Key::take(bytes).map(Self) }
        }
    )*};
}
id_key!(UnitId, RecordId, AccountId, crate::id::KindId, crate::id::FieldId);

impl<const N: usize> Key for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(N)?;
        *bytes = rest;
        head.try_into().ok()
    }
}

/// Text in a key ends with a zero byte; zero bytes inside are refused at the front door and dropped
/// here.
impl Key for String {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.bytes().filter(|b| *b != 0));
        out.push(0);
    }
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|b| *b == 0)?;
        let text = std::str::from_utf8(&bytes[..end]).ok()?.to_owned();
        *bytes = &bytes[end + 1..];
        Some(text)
    }
}

macro_rules! tuple_key {
    ($($name:ident)+) => {
        impl<$($name: Key),+> Key for ($($name,)+) {
            #[expect(non_snake_case, reason = "one name for type and value")]
            fn put(&self, out: &mut Vec<u8>) { let ($($name,)+) = self; $($name.put(out);)+ }
            fn take(bytes: &mut &[u8]) -> Option<Self> { Some(($($name::take(bytes)?,)+)) }
        }
    };
}
tuple_key!(A);
tuple_key!(A B);
tuple_key!(A B C);
tuple_key!(A B C D);
tuple_key!(A B C D E);

impl Value for () {
    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
    fn from_bytes(_: &[u8]) -> Result<Self> {
        Ok(())
    }
}

impl Value for Vec<u8> {
    fn to_bytes(&self) -> Vec<u8> {
        self.clone()
    }
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(bytes.to_vec())
    }
}

impl Value for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(9);
        codec::put_uint(&mut out, *self);
        out
    }
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        codec::Reader::new(bytes).uint()
    }
}

impl Value for RecordId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        u64::from_bytes(bytes).map(Self)
    }
}

/// Writes [`Value`] for a serde type: a version byte, then postcard. A changed shape gets a new
/// version with its own struct and a step from the old one; fields are never reordered.
#[macro_export]
macro_rules! stored_value {
    ($type:ty, $version:literal) => {
        impl $crate::store::Value for $type {
            fn to_bytes(&self) -> Vec<u8> {
                postcard::to_extend(self, vec![$version]).expect("encoding into memory can't fail")
            }
            fn from_bytes(bytes: &[u8]) -> $crate::error::Result<Self> {
                match bytes.split_first() {
                    Some((&$version, rest)) => {
                        postcard::from_bytes(rest).map_err(|e| $crate::error::Error::damaged(e.to_string()))
                    }
                    _ => Err($crate::error::Error::damaged("unknown version of the value")),
                }
            }
        }
    };
}
