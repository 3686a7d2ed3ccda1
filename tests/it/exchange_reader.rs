//! Reading spreadsheets: what comes out of every format, and what people are told of files that can't
//! be read.

use std::path::Path;

use csdlgd::error::{Error, Result};
use csdlgd::exchange::cell::Cell;
use csdlgd::exchange::cell::CellKind::{Bool, Date, Error as Wrong, Number, Text};
use csdlgd::exchange::reader::{Limits, Rows, SheetRow, open_with};

use crate::workbook::{Book, Files, V, container, ods, program, xls, zip};

fn open(path: &Path) -> Result<Rows> {
    open_with(program(), path, &Limits::default())
}

fn read(path: &Path) -> Result<Vec<SheetRow>> {
    open(path)?.collect()
}

/// Rows as (number, texts).
fn texts(path: &Path) -> Vec<(u32, Vec<String>)> {
    read(path).unwrap().into_iter().map(|r| (r.number, r.cells.into_iter().map(|c| c.text).collect())).collect()
}

/// What a person is told.
fn told(result: Result<impl std::fmt::Debug>) -> String {
    match result {
        Err(Error::Bad(sentence)) => sentence,
        other => panic!("expected a sentence, got {other:?}"),
    }
}

fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
    (number, cells.iter().map(|c| (*c).to_owned()).collect())
}

#[test]
fn csv_in_every_encoding_and_with_every_separator() {
    let files = Files::new();
    let text = "Mã trường;Tên\r\n01000723;Trường Tiểu học Nguyễn Đức Cảnh\r\n";
    let wide = |bytes: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let variants: [Vec<u8>; 8] = [
        text.into(),
        format!("\u{feff}{text}").into(),
        wide(u16::to_le_bytes, &format!("\u{feff}{text}")),
        wide(u16::to_be_bytes, &format!("\u{feff}{text}")),
        wide(u16::to_le_bytes, text),
        text.replace(';', "\t").into(),
        text.replace(';', ",").replace("\r\n", "\r").into(),
        format!("sep=|\n{}", text.replace(';', "|")).into(),
    ];
    for (i, bytes) in variants.iter().enumerate() {
        let path = files.write(&format!("{i}.csv"), bytes);
        assert_eq!(
            texts(&path),
            [row(1, &["Mã trường", "Tên"]), row(2, &["01000723", "Trường Tiểu học Nguyễn Đức Cảnh"])],
            "variant {i}"
        );
    }
}

#[test]
fn csv_rows_are_numbered_as_in_excel() {
    let files = Files::new();
    let path = files.write("a.csv", "\n\nA;B\n\"một\r\nhai\";2\n\n;;\n=\"012\";\"a\"\"b\"\n");
    assert_eq!(texts(&path), [row(3, &["A", "B"]), row(4, &["một\nhai", "2"]), row(7, &["012", "a\"b"])]);
    let path = files.write("b.csv", "A;B\n1;\"mở\n2;3\n");
    assert!(told(read(&path)).contains("thiếu dấu nháy kép đóng (\") từ dòng 2"));
}

#[test]
fn csv_that_is_not_unicode_is_said_with_its_row() {
    let files = Files::new();
    let path = files.write("a.csv", [&b"Ma;Ten\n1;Nam\n2;"[..], &[0xd0, 0xf2, 0x69], b"\n"].concat());
    let sentence = told(read(&path));
    assert!(sentence.contains("dòng 3") && sentence.contains("CSV UTF-8"), "{sentence}");
    let path = files.write("b.csv", [0xff, 0xfe, b'a', 0, 0x00, 0xd8, b'b', 0]);
    assert!(told(read(&path)).contains("Unicode"));
}

#[test]
fn xlsx_cells_keep_what_people_see() {
    let files = Files::new();
    let book = Book::new().sheet(
        "Học sinh",
        &[
            &[V::T("Số định danh"), V::Inline("Nguye\u{302}\u{303}n"), V::No, V::T(" \u{a0}")],
            &[
                V::N("30123456789"),
                V::Styled("30123456789", 2),
                V::Styled("912345678", 4),
                V::N("7.7999999999999998"),
                V::N("1.0E+2"),
            ],
            &[V::Day(42252), V::Styled("42252.75", 1), V::T("05/09/2015"), V::Styled("0.5", 5), V::Styled("-3", 3)],
            &[V::B(true), V::E("#N/A"), V::N("8.200000000000001"), V::T("0123"), V::N("")],
        ],
    );
    let path = files.write("a.xlsx", book.bytes());
    let rows = read(&path).unwrap();
    let cells = |i: usize| rows[i].cells.iter().map(|c| (c.kind, c.text.as_str())).collect::<Vec<_>>();
    assert_eq!(cells(0), [(Text, "Số định danh"), (Text, "Nguye\u{302}\u{303}n")]);
    assert_eq!(
        cells(1),
        [(Number, "30123456789"), (Number, "030123456789"), (Number, "0912345678"), (Number, "7.8"), (Number, "100")]
    );
    assert_eq!(
        cells(2),
        [(Date, "2015-09-05"), (Date, "2015-09-05"), (Text, "05/09/2015"), (Text, "12:00"), (Number, "-3")]
    );
    assert_eq!(cells(3), [(Bool, "TRUE"), (Wrong, "#N/A"), (Number, "8.2"), (Text, "0123")]);
    assert_eq!(&*rows[0].sheet, "Học sinh");
}

#[test]
fn days_of_an_old_macintosh_are_right() {
    let files = Files::new();
    let path = files.write("a.xlsx", Book::new().mac().sheet("S", &[&[V::Day(40790)]]).bytes());
    assert_eq!(read(&path).unwrap()[0].cells, [Cell { kind: Date, text: "2015-09-05".into() }]);
}

#[test]
fn sheets_come_with_their_heads() {
    let files = Files::new();
    let many: Vec<[V<'_>; 1]> = (0..30).map(|_| [V::T("x")]).collect();
    let many: Vec<(u32, &[V<'_>])> = (5..).zip(many.iter().map(|r| r.as_slice())).collect();
    let book = Book::new().hidden("DM", &[&[V::T("Mã")]]).sheet_at("Dữ liệu", "visible", many).sheet("Trống", &[]);
    let path = files.write("a.xlsx", book.bytes());
    let mut rows = open(&path).unwrap();
    let heads: Vec<_> = rows.heads().iter().map(|h| (h.name.to_string(), h.hidden, h.rows.len())).collect();
    assert_eq!(heads, [("DM".into(), true, 1), ("Dữ liệu".into(), false, 20), ("Trống".into(), false, 0)]);
    rows.only(&[1]);
    let numbers: Vec<u32> = rows.map(|r| r.unwrap().number).collect();
    assert_eq!(numbers, (5..35).collect::<Vec<_>>());
}

#[test]
fn old_excel_and_libre_office_are_read() {
    let files = Files::new();
    let path = files.write(
        "a.xls",
        xls(&[(2, 0, Ok("Họ tên")), (2, 1, Ok("Số")), (3, 0, Ok("Đỗ Ơn")), (3, 1, Err(30_123_456_789.0))]),
    );
    assert_eq!(texts(&path), [row(3, &["Họ tên", "Số"]), row(4, &["Đỗ Ơn", "30123456789"])]);
    let cell = |kind: &str, text: &str| format!("<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>");
    let rows = [
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row><table:table-row>"
            .to_owned(),
        cell("office:value-type=\"string\"", "Họ tên"),
        cell("office:value-type=\"date\" office:date-value=\"2015-09-05\"", "05/09/15"),
        cell("office:value-type=\"float\" office:value=\"7.5\"", "7,5"),
        "</table:table-row>".to_owned(),
    ]
    .concat();
    let path = files.write("a.ods", ods(&rows));
    assert_eq!(texts(&path), [row(3, &["Họ tên", "2015-09-05", "7.5"])]);
}

#[test]
fn the_content_decides_not_the_name() {
    let files = Files::new();
    let path = files.write("thuc-ra-la-csv.xlsx", "A,B\n1,2\n");
    assert_eq!(texts(&path), [row(1, &["A", "B"]), row(2, &["1", "2"])]);
    let path = files.write("thuc-ra-la-xlsx.csv", Book::new().sheet("S", &[&[V::T("A")]]).bytes());
    assert_eq!(texts(&path), [row(1, &["A"])]);
}

#[test]
fn files_that_cannot_be_read_are_named_with_the_remedy() {
    let files = Files::new();
    let book = Book::new().sheet("S", &[&[V::T("A")]]).bytes();
    let cut = &book[..book.len() / 2];
    let mut spoilt = book.clone();
    let middle = spoilt.len() / 3;
    spoilt[middle] ^= 0xff;
    spoilt[middle + 1] ^= 0xff;
    let docx = zip(&[("_rels/.rels", b"<x/>"), ("word/document.xml", b"<x/>")]);
    let xlsb = zip(&[("_rels/.rels", b"<x/>"), ("xl/workbook.bin", b"x")]);
    let archive = zip(&[("a.xlsx", b"x")]);
    let html = "\u{feff}\r\n<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><table></table></html>";
    let empty_book = Book::new().sheet("S", &[]).bytes();
    let cases: [(&str, &[u8], &str); 16] = [
        ("trong.xlsx", b"", "không có dữ liệu"),
        ("trang-trong.xlsx", &empty_book, "không có dữ liệu"),
        ("dong-trong.csv", b"\n\n \n", "không có dữ liệu"),
        ("mat-khau.xlsx", &container("EncryptedPackage", b""), "xóa mật khẩu"),
        ("van-ban.doc", &container("WordDocument", b""), "Word"),
        ("la.xls", &container("Khac", b""), "hỏng"),
        ("cut.xlsx", cut, "hỏng"),
        ("lech.xlsx", &spoilt, "hỏng"),
        ("a.docx", &docx, "Word"),
        ("a.xlsb", &xlsb, ".xlsb"),
        ("a.zip", &archive, "giải nén"),
        ("bao-cao.xls", html.as_bytes(), "trang web"),
        ("a.pdf", b"%PDF-1.7\n%\xff", "PDF"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "ảnh"),
        ("a.bin", &[1, 0, 2, 0, 0, 3, 9, 9, 0, 0], "không phải bảng tính"),
        ("cu.xls", &[9, 4, 6, 0, 0, 0], "quá cũ"),
    ];
    for (name, bytes, part) in cases {
        let sentence = told(read(&files.write(name, bytes)));
        assert!(sentence.contains(part), "{name}: {sentence}");
        assert!(sentence.contains("Thầy/cô"), "{name}: {sentence}");
    }
}

#[test]
fn a_damaged_sheet_does_not_spoil_the_others() {
    let files = Files::new();
    let book =
        Book::new().raw("Hỏng", r#"<row r="1"><c r="A1" t="s"><v>999</v></c></row>"#).sheet("Tốt", &[&[V::T("A")]]);
    let path = files.write("a.xlsx", book.bytes());
    let mut rows = open(&path).unwrap();
    assert!(rows.heads()[0].trouble.is_some());
    rows.only(&[1]);
    assert_eq!(rows.map(Result::unwrap).count(), 1);
    assert!(told(read(&path)).contains("«Hỏng»"));
    let book = Book::new().sheet("S", &[&[V::T("A")], &[V::E("#GETTING_DATA")]]).bytes();
    assert!(told(read(&files.write("b.xlsx", book))).contains("lỗi công thức"));
}

#[test]
fn a_stranger_as_reader_is_an_error_and_no_panic() {
    let files = Files::new();
    let path = files.write("a.csv", "A;B\n");
    for program in ["/bin/false", "/bin/echo", "/bin/cat", "/không/có"] {
        assert!(open_with(Path::new(program), &path, &Limits::default()).is_err(), "{program}");
    }
    assert!(open(Path::new("/không/có.csv")).is_err());
}
