//! What the child says to the parent: frames, each a length and a body of `crate::codec`. The parent
//! must never trust a length.

use std::io::{self, Read, Write};

use super::trouble::Trouble;
use crate::codec::{self, Reader};
use crate::error::{Error, Result};
use crate::exchange::cell::{Cell, CellKind};

/// The order is: every sheet with its head rows, `Body`, rows sheet by sheet, `End`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A sheet; the head rows that follow are its first.
    Sheet { name: String, hidden: bool },
    /// A row; `sheet` counts from 0 in the order of the `Sheet` frames.
    Row { sheet: u32, number: u32, cells: Vec<Cell> },
    /// The rest of this sheet can't be read; other sheets go on.
    SheetTrouble { sheet: u32, trouble: Trouble },
    /// All rows of this sheet were sent.
    SheetEnd { sheet: u32 },
    /// The heads are complete; now all rows from the first.
    Body,
    /// Everything was read.
    End,
    /// Nothing more comes.
    Trouble(Trouble),
}

const SHEET: u8 = 1;
const ROW: u8 = 2;
const SHEET_TROUBLE: u8 = 3;
const BODY: u8 = 4;
const END: u8 = 5;
const TROUBLE: u8 = 6;
const SHEET_END: u8 = 7;

impl Frame {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Sheet { name, hidden } => {
                out.push(SHEET);
                codec::put_str(out, name);
                out.push(u8::from(*hidden));
            }
            Self::Row { sheet, number, cells } => {
                out.push(ROW);
                codec::put_uint(out, u64::from(*sheet));
                codec::put_uint(out, u64::from(*number));
                codec::put_uint(out, cells.len() as u64);
                for cell in cells {
                    out.push(cell.kind as u8);
                    if !cell.is_empty() {
                        codec::put_str(out, &cell.text);
                    }
                }
            }
            Self::SheetTrouble { sheet, trouble } => {
                out.push(SHEET_TROUBLE);
                codec::put_uint(out, u64::from(*sheet));
                trouble.put(out);
            }
            Self::SheetEnd { sheet } => {
                out.push(SHEET_END);
                codec::put_uint(out, u64::from(*sheet));
            }
            Self::Body => out.push(BODY),
            Self::End => out.push(END),
            Self::Trouble(trouble) => {
                out.push(TROUBLE);
                trouble.put(out);
            }
        }
    }

    fn get(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader::new(bytes);
        let frame = match r.byte()? {
            SHEET => Self::Sheet { name: r.str()?.to_owned(), hidden: r.byte()? != 0 },
            ROW => {
                let (sheet, number, len) = (small(&mut r)?, small(&mut r)?, small(&mut r)? as usize);
                // A cell takes a byte at least, so a false length can't make a large vector.
                let mut cells = Vec::with_capacity(len.min(r.rest().len()));
                for _ in 0..len {
                    let kind = CellKind::from_byte(r.byte()?).ok_or_else(|| Error::damaged("unknown kind of cell"))?;
                    let text = if kind == CellKind::Empty { String::new() } else { r.str()?.to_owned() };
                    cells.push(Cell { kind, text });
                }
                Self::Row { sheet, number, cells }
            }
            SHEET_TROUBLE => Self::SheetTrouble { sheet: small(&mut r)?, trouble: Trouble::get(&mut r)? },
            SHEET_END => Self::SheetEnd { sheet: small(&mut r)? },
            BODY => Self::Body,
            END => Self::End,
            TROUBLE => Self::Trouble(Trouble::get(&mut r)?),
            other => return Err(Error::damaged(format!("unknown frame {other}"))),
        };
        if r.is_empty() { Ok(frame) } else { Err(Error::damaged("frame too long")) }
    }

    /// Writes the frame with its length; `buffer` is scratch space.
    pub(super) fn write(&self, buffer: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
        buffer.clear();
        self.put(buffer);
        let mut len = Vec::with_capacity(10);
        codec::put_uint(&mut len, buffer.len() as u64);
        out.write_all(&len)?;
        out.write_all(buffer)
    }

    /// Reads the next frame; `None` if the stream ends before it.
    ///
    /// # Errors
    /// The stream ends inside it, it is longer than `most_bytes`, or its body makes no sense.
    pub(super) fn read(input: &mut impl Read, buffer: &mut Vec<u8>, most_bytes: u64) -> Result<Option<Self>> {
        let Some(len) = read_len(input)? else { return Ok(None) };
        if len > most_bytes {
            return Err(Error::damaged("frame longer than allowed"));
        }
        buffer.clear();
        input.take(len).read_to_end(buffer).map_err(Error::io("read from the sheet reader"))?;
        if (buffer.len() as u64) < len {
            return Ok(None);
        }
        Self::get(buffer).map(Some)
    }
}

fn small(r: &mut Reader<'_>) -> Result<u32> {
    u32::try_from(r.uint()?).map_err(|_| Error::damaged("number too large"))
}

fn read_len(input: &mut impl Read) -> Result<Option<u64>> {
    let mut bytes = Vec::with_capacity(10);
    loop {
        let mut byte = [0u8];
        match input.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => bytes.push(byte[0]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::io("read from the sheet reader")(e)),
        }
        if byte[0] & 0x80 == 0 || bytes.len() == 10 {
            return Reader::new(&bytes).uint().map(Some);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::super::trouble::Why;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let frames = [
            Frame::Sheet { name: "Học sinh".into(), hidden: true },
            Frame::Row {
                sheet: 3,
                number: 9,
                cells: vec![Cell::text("a"), Cell::default(), Cell { kind: CellKind::Number, text: "030".into() }],
            },
            Frame::SheetTrouble { sheet: 1, trouble: Trouble::at(Why::Rows, "S", "XFD1048576") },
            Frame::SheetEnd { sheet: 2 },
            Frame::Body,
            Frame::Trouble(Trouble::new(Why::Password)),
            Frame::End,
        ];
        let (mut buffer, mut out) = (Vec::new(), Vec::new());
        for frame in &frames {
            frame.write(&mut buffer, &mut out).unwrap();
        }
        let mut input = out.as_slice();
        for frame in frames {
            assert_eq!(Frame::read(&mut input, &mut buffer, 1000).unwrap(), Some(frame));
        }
        assert_eq!(Frame::read(&mut input, &mut buffer, 1000).unwrap(), None);
        assert!(Frame::read(&mut [200, 200, 1].as_slice(), &mut buffer, 1000).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            let mut input = bytes.as_slice();
            let mut buffer = Vec::new();
            while let Ok(Some(_)) = Frame::read(&mut input, &mut buffer, 1 << 16) {}
        }
    }
}
