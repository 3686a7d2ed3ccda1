//! What a file is, from its first bytes and, for a zip, from its entries. Must never believe the name,
//! nor any size a zip states: what would be parsed is unpacked and counted first.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::child::Stop;
use super::limits::Limits;
use super::trouble::{Trouble, Why};

/// What can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text(Encoding),
    Xlsx,
    Xls,
    Ods,
}

/// How the bytes of a csv become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// With or without a byte order mark.
    Utf8,
    Utf16Le,
    Utf16Be,
}

const HEAD_BYTES: u64 = 4096;

/// Decides, and refuses what is none of ours. Leaves the file at its start.
pub(super) fn sniff(file: &mut File, limits: &Limits) -> Result<Format, Stop> {
    let mut head = Vec::new();
    rewind(file)?;
    (&*file).take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| Trouble::new(Why::Damaged))?;
    rewind(file)?;
    let format = match head.as_slice() {
        [] => return Err(Trouble::new(Why::Empty).into()),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => zip_format(file, limits)?,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Format::Xls,
        // A worksheet without its container: Excel 2 to 4.
        [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..] => return Err(Trouble::new(Why::OldWorkbook).into()),
        other => Format::Text(text_encoding(other)?),
    };
    rewind(file)?;
    Ok(format)
}

fn rewind(file: &mut File) -> Result<(), Trouble> {
    file.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|_| Trouble::new(Why::Damaged))
}

fn text_encoding(head: &[u8]) -> Result<Encoding, Trouble> {
    let refuse = |why| Err(Trouble::new(why));
    match head {
        [0xff, 0xfe, ..] => return Ok(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Ok(Encoding::Utf16Be),
        [b'%', b'P', b'D', b'F', ..] => return refuse(Why::Pdf),
        [0xff, 0xd8, 0xff, ..] | [0x89, b'P', b'N', b'G', ..] | [b'G', b'I', b'F', b'8', ..] => {
            return refuse(Why::Picture);
        }
        [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] | [0x1f, 0x8b, ..] => return refuse(Why::Archive),
        [b'{', b'\\', b'r', b't', b'f', ..] => return refuse(Why::Word),
        _ => {}
    }
    let (mut even, mut odd) = (0, 0);
    for (i, _) in head.iter().enumerate().filter(|(_, b)| **b == 0) {
        if i % 2 == 0 { even += 1 } else { odd += 1 }
    }
    // UTF-16 without a mark: most characters of a csv (digits, separators, plain letters) have a zero.
    if odd > head.len() / 8 && even * 8 < odd {
        return Ok(Encoding::Utf16Le);
    }
    if even > head.len() / 8 && odd * 8 < even {
        return Ok(Encoding::Utf16Be);
    }
    if even + odd > 0 {
        return refuse(Why::Unknown);
    }
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if ["<html", "<!doctype", "<table", "<?xml", "<meta", "<head", "<body", "<style", "<div", "mime-version:"]
        .iter()
        .any(|start| text.starts_with(start))
    {
        return refuse(Why::WebPage);
    }
    Ok(Encoding::Utf8)
}

fn zip_format(file: &mut File, limits: &Limits) -> Result<Format, Stop> {
    let damaged = || Trouble::new(Why::Damaged);
    let mut zip = ZipArchive::new(BufReader::new(&*file)).map_err(|_| damaged())?;
    if zip.len() as u64 > limits.entries {
        return Err(Trouble::new(Why::Entries).into());
    }
    let mut names = Vec::with_capacity(zip.len());
    for i in 0..zip.len() {
        let entry = zip.by_index_raw(i).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err(Trouble::new(Why::Password).into());
        }
        names.push(String::from_utf8_lossy(entry.name_raw()).replace('\\', "/").to_lowercase());
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    let format = if has("content.xml") && has("mimetype") {
        Format::Ods
    } else if names.iter().any(|n| n.ends_with("workbook.bin")) {
        return Err(Trouble::new(Why::BinaryWorkbook).into());
    } else if has("_rels/.rels") && names.iter().any(|n| n.ends_with("workbook.xml") || n.contains("worksheets/")) {
        Format::Xlsx
    } else if names.iter().any(|n| n == "word/document.xml") {
        return Err(Trouble::new(Why::Word).into());
    } else if has("_rels/.rels") {
        // A workbook whose main part has an unusual name.
        Format::Xlsx
    } else {
        return Err(Trouble::new(Why::Archive).into());
    };
    measure(&mut zip, &names, format, limits)?;
    Ok(format)
}

/// Unpacks everything a parser would read, and throws it away: only so is its size known.
fn measure<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    names: &[String],
    format: Format,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut left = limits.unpacked_bytes;
    for (i, name) in names.iter().enumerate() {
        let parsed = match format {
            Format::Ods => matches!(name.as_str(), "mimetype" | "content.xml" | "meta.xml" | "meta-inf/manifest.xml"),
            _ => [".xml", ".rels"].iter().any(|end| name.ends_with(end)),
        };
        if !parsed {
            continue;
        }
        let most = if name.ends_with("sharedstrings.xml") { left.min(limits.shared_bytes) } else { left };
        let entry = zip.by_index(i).map_err(|_| Trouble::new(Why::Damaged))?;
        // One byte more than allowed is enough to know.
        let mut entry = BufReader::with_capacity(64 << 10, entry.take(most + 1));
        let whole = name != "content.xml" || is_balanced(&mut entry);
        // Whatever follows the part that was looked at counts too.
        let rest = std::io::copy(&mut entry, &mut std::io::sink());
        let unpacked = most + 1 - entry.get_ref().limit();
        if unpacked > most {
            return Err(Trouble::new(Why::UnpackedBytes).into());
        }
        if rest.is_err() || !whole {
            return Err(Trouble::new(Why::Damaged).into());
        }
        left -= unpacked;
    }
    Ok(())
}

/// Whether every element is closed by its own name: calamine's parser of .ods waits for ever for an end
/// that does not come.
fn is_balanced(xml: impl BufRead) -> bool {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let (mut depth, mut buffer) = (0u32, Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(_)) => depth += 1,
            // The names are compared by the reader.
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return depth == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
