//! The bytes of everything kept: variable-length integers, length-prefixed text. Stored bytes
//! outlive libraries, so this encoding is ours, small, and never changes; a new shape gets a new
//! version byte in front.

use crate::error::{Error, Result};

/// Appends an unsigned integer, seven bits a byte, low bits first.
pub fn put_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer (zigzag, so that small negatives stay small).
pub fn put_int(out: &mut Vec<u8>, value: i64) {
    put_uint(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Appends bytes with their length in front.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends text with its length in front.
pub fn put_str(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// Reads what the `put_*` functions wrote. Every read checks the end, so damaged bytes give an
/// error and never a panic or a huge allocation.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// What is not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether everything is read.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.bytes.split_first().ok_or_else(cut_short)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Error::damaged("number too long"))
    }

    /// A signed integer.
    pub fn int(&mut self) -> Result<i64> {
        let raw = self.uint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// `len` bytes.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        if len > self.bytes.len() {
            return Err(cut_short());
        }
        let (head, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Ok(head)
    }

    /// Bytes with their length in front.
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let len = self.uint()?;
        self.take(usize::try_from(len).map_err(|_| cut_short())?)
    }

    /// Text with its length in front.
    pub fn str(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Error::damaged("text is not UTF-8"))
    }
}

fn cut_short() -> Error {
    Error::damaged("value is cut short")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(u in any::<u64>(), i in any::<i64>(), s in ".*", b in any::<Vec<u8>>()) {
            let mut out = Vec::new();
            put_uint(&mut out, u);
            put_int(&mut out, i);
            put_str(&mut out, &s);
            put_bytes(&mut out, &b);
            let mut r = Reader::new(&out);
            prop_assert_eq!(r.uint().unwrap(), u);
            prop_assert_eq!(r.int().unwrap(), i);
            prop_assert_eq!(r.str().unwrap(), s);
            prop_assert_eq!(r.bytes().unwrap(), &b[..]);
            prop_assert!(r.is_empty());
        }

        #[test]
        fn damage_never_panics(bytes in any::<Vec<u8>>()) {
            let mut r = Reader::new(&bytes);
            while !r.is_empty() && r.bytes().is_ok() {}
        }
    }
}
