//! Files made to hurt: the child may die of them, the parent must say so and go on.

use std::io::Write as _;
use std::path::Path;

use csdlgd::error::{Error, Result};
use csdlgd::exchange::reader::{Limits, SheetRow, open_with};
use proptest::prelude::*;

use crate::workbook::{Book, Files, V, container, ods, program, xls, zip};

fn read_with(path: &Path, limits: &Limits) -> Result<Vec<SheetRow>> {
    open_with(program(), path, limits)?.collect()
}

fn told(path: &Path, limits: &Limits) -> String {
    match read_with(path, limits) {
        Err(Error::Bad(sentence)) => sentence,
        other => panic!("expected a sentence, got {other:?}"),
    }
}

#[test]
fn one_far_cell_is_refused_in_little_memory() {
    let files = Files::new();
    // Far less than a dense range would need, and little more than the program itself.
    let limits = Limits { memory_bytes: 160 << 20, ..Limits::default() };
    for (at, part) in [
        ("XFD1048576", "XFD1048576"),
        ("ALL200000", "ALL200000"),
        ("A200001", "quá dòng 200000"),
        ("SS1", "quá cột thứ 512"),
    ] {
        let row: String = at.chars().filter(char::is_ascii_digit).collect();
        let book = Book::new().raw(
            "S",
            &format!(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{at}"><v>1</v></c></row>"#),
        );
        let bytes = book.bytes();
        let sentence = told(&files.write("a.xlsx", bytes), &limits);
        assert!(sentence.contains(part), "{at}: {sentence}");
    }
    // A far cell with a colour and nothing in it is nobody's fault.
    let book = Book::new()
        .raw("S", r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>"#);
    assert_eq!(read_with(&files.write("b.xlsx", book.bytes()), &limits).unwrap().len(), 1);
}

#[test]
fn far_cells_of_dense_formats_kill_at_most_the_child() {
    let files = Files::new();
    let limits = Limits { memory_bytes: 256 << 20, ..Limits::default() };
    let sentence = told(&files.write("a.xls", xls(&[(0, 0, Err(1.0)), (65_535, 255, Err(1.0))])), &limits);
    assert!(sentence.contains("bộ nhớ"), "{sentence}");
    let cell = r#"<table:table-cell office:value-type="float" office:value="1"/>"#;
    let far = format!(
        r#"<table:table-row>{cell}</table:table-row><table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="16000"/>{cell}</table:table-row>"#
    );
    let sentence = told(&files.write("a.ods", ods(&far)), &limits);
    assert!(sentence.contains("Thầy/cô"), "{sentence}");
}

#[test]
fn a_bomb_of_shared_strings_kills_at_most_the_child() {
    let files = Files::new();
    let book = Book::new().sheet("S", &[&[V::N("1")]]);
    let sst = |count: u64, body: &str| {
        format!(
            r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{count}">{body}</sst>"#
        )
    };
    // A count that asks for more than there is.
    let path = files.write("count.xlsx", book.bytes_with_shared(&sst(1 << 40, "")));
    let sentence = told(&path, &Limits::default());
    assert!(sentence.contains("bộ nhớ") || sentence.contains("hỏng"), "{sentence}");
    // Long strings: too many bytes, and with a higher cap, too much memory.
    let many = sst(1, &format!("<si><t>{}</t></si>", "a".repeat(500)).repeat(120_000));
    let path = files.write("many.xlsx", book.bytes_with_shared(&many));
    let sentence = told(&path, &Limits { shared_bytes: 10 << 20, ..Limits::default() });
    assert!(sentence.contains("quá lớn"), "{sentence}");
    let sentence = told(&path, &Limits { memory_bytes: 60 << 20, ..Limits::default() });
    assert!(sentence.contains("bộ nhớ"), "{sentence}");
}

#[test]
fn what_unpacks_too_large_is_counted_and_refused() {
    let files = Files::new();
    let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    let blank = " ".repeat(2 << 20);
    let sentence = told(&files.write("a.xlsx", Book::new().raw("S", &blank).bytes()), &limits);
    assert!(sentence.contains("quá lớn"), "{sentence}");
    // The same with headers that all say "ten bytes".
    let mut bytes = Book::new().raw("S", &blank).bytes();
    let mut lies = 0;
    for i in 0..bytes.len() - 30 {
        let at = match &bytes[i..i + 4] {
            b"PK\x03\x04" => i + 22,
            b"PK\x01\x02" => i + 24,
            _ => continue,
        };
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        lies += 1;
    }
    assert_eq!(lies, 12);
    let sentence = told(&files.write("lie.xlsx", bytes), &limits);
    assert!(sentence.contains("quá lớn") || sentence.contains("hỏng"), "{sentence}");
    let text = format!("a;{}\n", "b".repeat(2000)).repeat(1000);
    let sentence = told(&files.write("a.csv", text), &limits);
    assert!(sentence.contains("quá lớn"), "{sentence}");
}

#[test]
fn every_cap_has_its_sentence() {
    let files = Files::new();
    let all = Limits::default();
    let rows: Vec<[V<'_>; 2]> = (0..12).map(|_| [V::T("một"), V::T("hai")]).collect();
    let rows: Vec<&[V<'_>]> = rows.iter().map(|r| r.as_slice()).collect();
    let book = files.write("a.xlsx", Book::new().sheet("Một", &rows).sheet("Hai", &rows).bytes());
    let csv = files.write("a.csv", "một;hai\n".repeat(12));
    for (limits, part) in [
        (Limits { file_bytes: 10, ..all.clone() }, "lớn hơn"),
        (Limits { entries: 3, ..all.clone() }, "3 thành phần"),
        (Limits { sheets: 1, ..all.clone() }, "1 trang tính"),
        (Limits { rows: 10, ..all.clone() }, "Ô A11 của trang tính «Một» nằm quá dòng 10"),
        (Limits { columns: 1, ..all.clone() }, "Ô B1 của trang tính «Một» nằm quá cột thứ 1"),
        (Limits { cells: 40, ..all.clone() }, "hơn 40 ô"),
        (Limits { cell_chars: 2, ..all.clone() }, "Ô A1 của trang tính «Một» dài hơn 2 ký tự"),
        (Limits { row_bytes: 7, ..all.clone() }, "Dòng 1 của trang tính «Một» có quá nhiều chữ"),
    ] {
        let sentence = told(&book, &limits);
        assert!(
            sentence.contains(part) && sentence.contains("Thầy/cô") || sentence.contains("Nếu ô đó thừa"),
            "{part}: {sentence}"
        );
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    for (limits, part) in [
        (Limits { rows: 10, ..all.clone() }, "Ô A11 nằm quá dòng 10"),
        (Limits { columns: 1, ..all.clone() }, "Ô B1 nằm quá cột thứ 1"),
        (Limits { cells: 20, ..all.clone() }, "hơn 20 ô"),
        (Limits { cell_chars: 2, ..all.clone() }, "Ô A1 dài hơn 2 ký tự"),
    ] {
        let sentence = told(&csv, &limits);
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
}

#[test]
fn heads_of_many_wide_sheets_stay_small() {
    let files = Files::new();
    let long = "x".repeat(30_000);
    let row: Vec<V<'_>> = vec![V::Inline(&long); 20];
    let rows: Vec<&[V<'_>]> = vec![&row; 5];
    let mut book = Book::new();
    for i in 0..20 {
        book = book.sheet(&format!("S{i}"), &rows);
    }
    let path = files.write("a.xlsx", book.bytes());
    let limits = Limits { head_bytes: 100 << 10, ..Limits::default() };
    let rows = open_with(program(), &path, &limits).unwrap();
    let kept: usize = rows.heads().iter().flat_map(|h| &h.rows).flat_map(|r| &r.cells).map(|c| c.text.len()).sum();
    assert!(kept > 0 && kept <= 100 << 10, "{kept}");
    assert_eq!(rows.map(|r| r.unwrap().cells[0].text.len()).filter(|n| *n == 30_000).count(), 100);
}

#[test]
fn time_is_limited() {
    let files = Files::new();
    let cells = r#"<row r="1"><c r="A1"/><c r="B1"/><c r="C1"/></row>"#.repeat(1_500_000);
    let path = files.write("a.xlsx", Book::new().raw("S", &cells).bytes());
    let limits = Limits { cpu_s: 1, ..Limits::default() };
    let sentence = told(&path, &limits);
    assert!(sentence.contains("quá lâu"), "{sentence}");
}

#[test]
fn an_unfinished_ods_does_not_hang() {
    let files = Files::new();
    let manifest = b"<manifest:manifest/>";
    let content = b"<office:document-content><table:table table:name=\"a\"><table:table-row>";
    let entries: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content),
    ];
    assert!(told(&files.write("a.ods", zip(&entries)), &Limits::default()).contains("hỏng"));
    let mut crooked = ods("<table:table-row></table:table-row></table:tale><x>");
    assert!(told(&files.write("b.ods", &crooked), &Limits::default()).contains("hỏng"));
    crooked.truncate(crooked.len() - 1);
    assert!(told(&files.write("c.ods", &crooked), &Limits::default()).contains("hỏng"));
}

fn good_files() -> Vec<Vec<u8>> {
    let rows: [&[V<'_>]; 3] =
        [&[V::T("Họ tên"), V::T("Ngày")], &[V::Inline("An"), V::Day(42252)], &[V::N("7.5"), V::B(true)]];
    let row = r#"<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>"#;
    vec![
        Book::new().sheet("S", &rows).bytes(),
        ods(row),
        xls(&[(0, 0, Ok("Họ tên")), (1, 0, Err(7.5))]),
        container("EncryptedPackage", b"x"),
        "Họ tên;\"Ngày\"\r\nAn;1\r\n".into(),
        "\u{feff}a\tb\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ]
}

fn survives(bytes: &[u8]) {
    let files = Files::new();
    let path = files.write("a", bytes);
    let limits = Limits { cpu_s: 2, memory_bytes: 256 << 20, ..Limits::default() };
    match read_with(&path, &limits) {
        Ok(_) | Err(Error::Bad(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_disturb_the_parent(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn no_spoilt_file_disturbs_the_parent(which in 0_usize..6, spoil in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6), cut in proptest::option::weighted(0.2, any::<u16>())) {
        let mut bytes = good_files().swap_remove(which);
        for (at, byte) in spoil {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(usize::from(cut) % bytes.len());
        }
        survives(&bytes);
    }

    #[test]
    fn no_sheet_xml_disturbs_the_parent(xml in "(<(row|c|v|is|t|f|/row|/c|/v|/is|/t|x)( (r|s|t)=\"(A1|ZZZ9|1|99|s|d|str|b|e|-1|XFE1|1048577|A)\"){0,3}/?>|[0-9a-z&;.]{0,5}){0,12}", days in any::<u32>()) {
        let files = Files::new();
        let row = format!(r#"<row r="1"><c r="A1" s="1"><v>{days}</v></c></row>{xml}"#);
        let path = files.write("a.xlsx", Book::new().raw("S", &row).bytes());
        prop_assert!(matches!(read_with(&path, &Limits::default()), Ok(_) | Err(Error::Bad(_))));
    }
}

#[test]
fn a_full_disk_of_output_is_no_wait() {
    // The parent goes away in the middle: the child must not be left behind.
    let files = Files::new();
    let mut text = Vec::new();
    for i in 0..100_000 {
        writeln!(text, "{i};một;hai;ba").unwrap();
    }
    let mut rows = open_with(program(), &files.write("a.csv", text), &Limits::default()).unwrap();
    assert!(rows.next().unwrap().is_ok());
    let before = std::time::Instant::now();
    drop(rows);
    assert!(before.elapsed().as_secs() < 5);
}
