//! Hand-made spreadsheets for tests: small, and wrong wherever a test wants them to be.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

/// A directory of one test's files.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Our own program, which reads sheets as a child.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_csdlgd"))
}

/// A zip of these entries.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A cell of an .xlsx.
#[derive(Clone, Copy)]
pub(crate) enum V<'a> {
    /// Nothing.
    No,
    /// Text, among the shared strings.
    T(&'a str),
    /// Text in the sheet itself.
    Inline(&'a str),
    /// A number as it is written in the file.
    N(&'a str),
    /// A number with a style: see `STYLES`.
    Styled(&'a str, usize),
    /// A day number with the style of a date.
    Day(u32),
    /// A truth value.
    B(bool),
    /// A formula's error.
    E(&'a str),
}

/// Styles: 1 and 3 are dates, 2 and 4 show leading zeros, 5 a time of day.
const STYLES: &str = r##"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3"><numFmt numFmtId="164" formatCode="000000000000"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy"/><numFmt numFmtId="166" formatCode="&quot;0&quot;#########"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="20"/></cellXfs></styleSheet>"##;

/// An .xlsx in the making.
#[derive(Default)]
pub(crate) struct Book {
    sheets: Vec<(String, String, String)>,
    shared: Vec<String>,
    mac: bool,
    /// Entries put into the zip besides.
    pub(crate) more: Vec<(String, Vec<u8>)>,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

impl Book {
    /// Without sheets.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Days are counted from 1904.
    pub(crate) fn mac(mut self) -> Self {
        self.mac = true;
        self
    }

    /// Adds a sheet with rows from row 1.
    pub(crate) fn sheet(self, name: &str, rows: &[&[V<'_>]]) -> Self {
        self.sheet_at(name, "visible", (1..).zip(rows.iter().copied()))
    }

    /// Adds a hidden sheet.
    pub(crate) fn hidden(self, name: &str, rows: &[&[V<'_>]]) -> Self {
        self.sheet_at(name, "hidden", (1..).zip(rows.iter().copied()))
    }

    /// Adds a sheet with numbered rows.
    pub(crate) fn sheet_at<'a>(
        mut self,
        name: &str,
        state: &str,
        rows: impl IntoIterator<Item = (u32, &'a [V<'a>])>,
    ) -> Self {
        let mut xml = String::new();
        for (number, cells) in rows {
            write!(xml, r#"<row r="{number}">"#).unwrap();
            for (column, cell) in cells.iter().enumerate() {
                let at = csdlgd::exchange::cell::address(number, column);
                match cell {
                    V::No => Ok(()),
                    V::T(text) => {
                        let index = self.shared.len();
                        self.shared.push(format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(text)));
                        write!(xml, r#"<c r="{at}" t="s"><v>{index}</v></c>"#)
                    }
                    V::Inline(text) => {
                        write!(xml, r#"<c r="{at}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(text))
                    }
                    V::N(number) => write!(xml, r#"<c r="{at}"><v>{number}</v></c>"#),
                    V::Styled(number, style) => write!(xml, r#"<c r="{at}" s="{style}"><v>{number}</v></c>"#),
                    V::Day(day) => write!(xml, r#"<c r="{at}" s="3"><v>{day}</v></c>"#),
                    V::B(truth) => write!(xml, r#"<c r="{at}" t="b"><v>{}</v></c>"#, u8::from(*truth)),
                    V::E(error) => write!(xml, r#"<c r="{at}" t="e"><v>{error}</v></c>"#),
                }
                .unwrap();
            }
            xml.push_str("</row>");
        }
        self.sheets.push((name.into(), state.into(), xml));
        self
    }

    /// Adds a sheet whose rows are given as XML.
    pub(crate) fn raw(mut self, name: &str, xml: &str) -> Self {
        self.sheets.push((name.into(), "visible".into(), xml.into()));
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let shared = format!(
            r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{}">{}</sst>"#,
            self.shared.len(),
            self.shared.concat()
        );
        self.bytes_with_shared(&shared)
    }

    /// The file, with other shared strings.
    pub(crate) fn bytes_with_shared(&self, shared: &str) -> Vec<u8> {
        let (mut sheets, mut rels) = (String::new(), String::new());
        let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
        for (i, (name, state, xml)) in (1..).zip(&self.sheets) {
            write!(sheets, r#"<sheet name="{}" sheetId="{i}" state="{state}" r:id="rId{i}"/>"#, escaped(name)).unwrap();
            write!(rels, r#"<Relationship Id="rId{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>"#).unwrap();
            let sheet = format!(
                r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{xml}</sheetData></worksheet>"#
            );
            entries.push((format!("xl/worksheets/sheet{i}.xml"), sheet.into_bytes()));
        }
        let mac = u8::from(self.mac);
        let workbook = format!(
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="{mac}"/><sheets>{sheets}</sheets></workbook>"#
        );
        let rels = format!(
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rels}</Relationships>"#
        );
        let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
        entries.extend([
            ("_rels/.rels".into(), root.into()),
            ("xl/workbook.xml".into(), workbook.into_bytes()),
            ("xl/_rels/workbook.xml.rels".into(), rels.into_bytes()),
            ("xl/styles.xml".into(), STYLES.into()),
            ("xl/sharedStrings.xml".into(), shared.as_bytes().to_vec()),
        ]);
        entries.extend(self.more.iter().cloned());
        let entries: Vec<(&str, &[u8])> =
            entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        zip(&entries)
    }
}

/// An .ods of one sheet; `rows` is the inside of `table:table`.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Trang 1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let manifest = r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/"/></manifest:manifest>"#;
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
        ("content.xml", content.as_bytes()),
    ])
}

/// The container of .xls, .doc and encrypted files, with one stream.
pub(crate) fn container(stream: &str, body: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    let mut body = body.to_vec();
    body.resize(body.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = body.len() / SECTOR;
    // Sector 0 is the table of sectors, 1 the directory, the rest the stream.
    assert!(sectors + 2 <= SECTOR / 4);
    let mut header = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    header.resize(24, 0);
    for short in [0x3e_u16, 3, 0xfffe, 9, 6] {
        header.extend(short.to_le_bytes());
    }
    header.resize(44, 0);
    for long in [1_u32, 1, 0, 4096, END, 0, END, 0, 0] {
        header.extend(long.to_le_bytes());
    }
    header.resize(SECTOR, 0xff);
    let mut table: Vec<u32> = vec![0xffff_fffd, END];
    table.extend((0..sectors as u32).map(|i| if i + 1 == sectors as u32 { END } else { i + 3 }));
    table.resize(SECTOR / 4, FREE);
    let mut out = header;
    out.extend(table.iter().flat_map(|n| n.to_le_bytes()));
    let mut entry = |name: &str, kind: u8, child: u32, start: u32, size: usize| {
        let from = out.len();
        out.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        out.resize(from + 64, 0);
        out.extend(((name.encode_utf16().count() as u16 + 1) * 2).to_le_bytes());
        out.extend([kind, 1]);
        for link in [FREE, FREE, child] {
            out.extend(link.to_le_bytes());
        }
        out.resize(from + 116, 0);
        out.extend(start.to_le_bytes());
        out.extend((size as u64).to_le_bytes());
    };
    entry("Root Entry", 5, 1, END, 0);
    entry(stream, 2, FREE, 2, body.len());
    out.resize(SECTOR * 3, 0);
    out.extend(body);
    out
}

/// An .xls with one sheet of texts and numbers (row and column from 0).
pub(crate) fn xls(cells: &[(u16, u16, Result<&str, f64>)]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let mut out = kind.to_le_bytes().to_vec();
        out.extend((data.len() as u16).to_le_bytes());
        out.extend(data);
        out
    };
    let begin = |kind: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let end = record(0x000a, &[]);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let name = "Trang 1";
    let sheet_record =
        |offset: u32| record(0x0085, &[&offset.to_le_bytes()[..], &[0, 0, name.len() as u8, 1], &wide(name)].concat());
    let globals = begin(0x0005).len() + sheet_record(0).len() + end.len();
    let mut out = [begin(0x0005), sheet_record(globals as u32), end.clone(), begin(0x0010)].concat();
    for (row, column, value) in cells {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        out.extend(match value {
            Ok(text) => record(
                0x0204,
                &[&place[..], &(text.encode_utf16().count() as u16).to_le_bytes(), &[1], &wide(text)].concat(),
            ),
            Err(number) => record(0x0203, &[&place[..], &number.to_le_bytes()].concat()),
        });
    }
    out.extend(end);
    container("Workbook", &out)
}
