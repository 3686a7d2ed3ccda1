//! Bytes of a text file as UTF-8 with `\n` as the only line break and one at the very end. Must never
//! replace a letter it can't read: UTF-16 that is not UTF-16 is an error; whether UTF-8 is UTF-8 is
//! checked cell by cell, where the row is known.

use std::io::{self, Read};

use super::sniff::Encoding;

/// A stream of clean text.
#[derive(Debug)]
pub(super) struct Decoder<R> {
    input: R,
    encoding: Encoding,
    left_bytes: u64,
    /// Decoded, not handed out yet.
    ready: Vec<u8>,
    given: usize,
    /// Bytes of a UTF-16 unit or pair that is not complete.
    rest: Vec<u8>,
    start: bool,
    ended: bool,
    last_was_cr: bool,
    quotes: u64,
}

impl<R: Read> Decoder<R> {
    /// Reads at most `most_bytes`.
    pub(super) fn new(input: R, encoding: Encoding, most_bytes: u64) -> Self {
        Self {
            input,
            encoding,
            left_bytes: most_bytes,
            ready: Vec::new(),
            given: 0,
            rest: Vec::new(),
            start: true,
            ended: false,
            last_was_cr: false,
            quotes: 0,
        }
    }

    /// Whether everything is read and a double quote has no partner.
    pub(super) fn open_quote(&self) -> bool {
        self.ended && self.quotes % 2 == 1
    }

    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.ended {
            let mut raw = std::mem::take(&mut self.rest);
            let old = raw.len();
            (&mut self.input).take(CHUNK_BYTES).read_to_end(&mut raw)?;
            let read = (raw.len() - old) as u64;
            self.left_bytes = self.left_bytes.checked_sub(read).ok_or(io::ErrorKind::FileTooLarge)?;
            self.ended = read == 0;
            match self.encoding {
                Encoding::Utf8 => self.take_utf8(&raw),
                Encoding::Utf16Le => self.take_utf16(&raw, u16::from_le_bytes)?,
                Encoding::Utf16Be => self.take_utf16(&raw, u16::from_be_bytes)?,
            }
            if self.ended {
                self.ready.push(b'\n');
            }
        }
        Ok(())
    }

    fn take_utf8(&mut self, raw: &[u8]) {
        let raw = if std::mem::replace(&mut self.start, false) {
            raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(raw)
        } else {
            raw
        };
        for byte in raw {
            self.push_byte(*byte);
        }
    }

    fn take_utf16(&mut self, raw: &[u8], unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        let mut units: Vec<u16> = raw.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let mut used = units.len() * 2;
        if units.last().is_some_and(|u| (0xd800..0xdc00).contains(u)) && !self.ended {
            units.pop();
            used -= 2;
        }
        self.rest = raw[used..].to_vec();
        if self.ended && !self.rest.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        for decoded in char::decode_utf16(units) {
            let c = decoded.map_err(|_| io::ErrorKind::InvalidData)?;
            if std::mem::replace(&mut self.start, false) && c == '\u{feff}' {
                continue;
            }
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                self.push_byte(byte);
            }
        }
        Ok(())
    }

    fn push_byte(&mut self, byte: u8) {
        let after_cr = std::mem::replace(&mut self.last_was_cr, byte == b'\r');
        match byte {
            b'\n' if after_cr => {}
            b'\r' => self.ready.push(b'\n'),
            other => {
                self.quotes += u64::from(other == b'"');
                self.ready.push(other);
            }
        }
    }
}

const CHUNK_BYTES: u64 = 64 << 10;

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let n = to.len().min(self.ready.len() - self.given);
        to[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8], encoding: Encoding) -> io::Result<String> {
        let mut out = String::new();
        Decoder::new(bytes, encoding, 1 << 20).read_to_string(&mut out).map(|_| out)
    }

    #[test]
    fn marks_and_line_breaks_are_evened_out() {
        assert_eq!(decoded("\u{feff}a\r\nb\rc\n".as_bytes(), Encoding::Utf8).unwrap(), "a\nb\nc\n\n");
        let text = "\u{feff}Họ 𠀀\r\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&le, Encoding::Utf16Le).unwrap(), "Họ 𠀀\n\n");
        assert_eq!(decoded(&be, Encoding::Utf16Be).unwrap(), "Họ 𠀀\n\n");
        assert!(decoded(&le[..le.len() - 1], Encoding::Utf16Le).is_err());
        assert_eq!(
            Decoder::new(&b"aaaa"[..], Encoding::Utf8, 3).read_to_end(&mut Vec::new()).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
                let _ = decoded(&bytes, encoding);
            }
        }
    }
}
