//! Finding out what the columns of a sheet mean, with the headers people really send.

use std::collections::HashMap;
use std::path::Path;

use csdlgd::error::{Error, Result, Severity};
use csdlgd::exchange::cell::{CellKind, column_letters};
use csdlgd::exchange::layout::{Column, MappedRow, Template, best_template, find, rows};
use csdlgd::exchange::reader::{Limits, Rows, open_with};
use csdlgd::spec::Spec;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::workbook::{Book, Files, V, program};

fn open(path: &Path) -> Rows {
    open_with(program(), path, &Limits::default()).unwrap()
}

fn column(headers: &[&str], target: &str, required: bool) -> Column {
    Column {
        label: headers[0].into(),
        headers: headers.iter().map(|h| (*h).into()).collect(),
        target: target.into(),
        required,
        ..Column::default()
    }
}

fn pupils() -> Template {
    let codes = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<HashMap<_, _>>()
    };
    Template {
        label: "Danh sách học sinh".into(),
        columns: vec![
            column(&["Mã lớp", "MA_LOP"], "class.code", true),
            Column {
                digits: Some(12),
                ..column(&["Số định danh cá nhân", "Mã định danh", "CCCD"], "pupil.personal_number", false)
            },
            column(&["Họ và tên", "Họ tên"], "pupil.full_name", true),
            column(&["Ngày sinh", "NGAY_SINH"], "pupil.birth_date", true),
            Column {
                codes: codes(&[("Nam", "01"), ("Nữ", "02"), ("?", "")]),
                ..column(&["Giới tính"], "pupil.sex", false)
            },
            Column {
                codes: codes(&[("1", "01")]), digits: Some(2), ..column(&["Dân tộc"], "pupil.ethnicity", false)
            },
            column(&["Cha: Họ tên", "Họ tên cha"], "pupil.father_name", false),
            column(&["Thông tin cha Năm sinh", "Năm sinh cha"], "pupil.father_birth", false),
            column(&["Ghi chú"], "", false),
        ],
    }
}

fn mapped(path: &Path, template: &Template) -> Result<(Vec<MappedRow>, Vec<(u32, String)>)> {
    let opened = open(path);
    let found = find(opened.heads(), template)?;
    assert_eq!(
        found.best.problems().iter().filter(|p| p.severity == Severity::Error).collect::<Vec<_>>(),
        Vec::<&_>::new()
    );
    let mut mapped = rows(opened, template, vec![found.best]);
    let data = mapped.by_ref().collect::<Result<_>>()?;
    Ok((data, mapped.skipped().iter().map(|s| (s.number, s.text.clone())).collect()))
}

fn values(row: &MappedRow) -> Vec<(&str, &str, String)> {
    row.values.iter().map(|v| (&*v.target, v.text.as_str(), v.letters())).collect()
}

#[test]
fn headers_are_found_by_name_wherever_they_stand() {
    let files = Files::new();
    let nfd: String = "Họ và tên *".nfd().collect();
    let book = Book::new().sheet(
        "HS",
        &[
            &[V::T("SỞ GIÁO DỤC VÀ ĐÀO TẠO")],
            &[V::No, V::No, V::T("DANH SÁCH HỌC SINH NĂM HỌC 2025-2026")],
            &[],
            &[
                V::T("STT"),
                V::T("Ngày sinh\r\n(dd/mm/yyyy)"),
                V::T(&nfd),
                V::T("MA_LOP"),
                V::T("MÃ  ĐỊNH\u{a0}DANH"),
                V::T("Chiều cao"),
                V::T("giới tính"),
            ],
            &[V::T("(1)"), V::T("(2)"), V::T("(3)"), V::T("(4)"), V::T("(5)"), V::T("(6)"), V::T("(7)")],
            &[
                V::N("1"),
                V::Day(42252),
                V::T("  Đỗ Thị\u{a0}Ơn "),
                V::T("1A"),
                V::N("30123456789"),
                V::N("120"),
                V::T("nữ"),
            ],
            &[V::N("2"), V::T("06/09/2015"), V::T("Lê Văn Bảo"), V::T("1A"), V::T("'030123456780"), V::No, V::T("?")],
        ],
    );
    let (data, skipped) = mapped(&files.write("a.xlsx", book.bytes()), &pupils()).unwrap();
    let date = |text| ("pupil.birth_date", text, "B".to_owned());
    assert_eq!(
        values(&data[0]),
        [
            ("class.code", "1A", "D".into()),
            ("pupil.personal_number", "030123456789", "E".into()),
            ("pupil.full_name", "Đỗ Thị Ơn", "C".into()),
            date("2015-09-05"),
            ("pupil.sex", "02", "G".into())
        ]
    );
    assert_eq!(
        values(&data[1]),
        [
            ("class.code", "1A", "D".into()),
            ("pupil.personal_number", "030123456780", "E".into()),
            ("pupil.full_name", "Lê Văn Bảo", "C".into()),
            date("06/09/2015"),
            ("pupil.sex", "", "G".into())
        ]
    );
    assert_eq!(data.iter().map(|r| r.number).collect::<Vec<_>>(), [6, 7]);
    assert_eq!(data[0].values[3].shown(), "05/09/2015");
    assert_eq!(
        (data[0].values[3].kind, data[0].values[1].shown(), data[0].values[4].shown()),
        (CellKind::Date, "30123456789", "nữ")
    );
    assert_eq!(skipped, [(5, "(1) (2) (3) (4) (5) (6) (7)".into())]);
}

#[test]
fn what_does_not_fit_is_reported_with_a_guess() {
    let files = Files::new();
    let path = files
        .write("a.csv", "Mã lớp;Họ và tên;Ngày snih;Số điện thoại;Giới tính;GIOI TINH\n1A;An;1/1/2015;09;Nam;Nữ\n");
    let found = find(open(&path).heads(), &pupils()).unwrap().best;
    let problems: Vec<(Severity, String, String)> =
        found.problems().into_iter().map(|p| (p.severity, p.field, p.message)).collect();
    let expected = [
        (
            Severity::Error,
            "",
            "Thiếu cột bắt buộc «Ngày sinh». Cột C «Ngày snih» có phải cột này không? Nếu phải, thầy/cô đổi tiêu đề cột rồi gửi lại.",
        ),
        (
            Severity::Error,
            "F",
            "Cột E và cột F cùng là «Giới tính». Thầy/cô xóa cột thừa hoặc sửa tiêu đề rồi gửi lại.",
        ),
        (Severity::Warning, "C", "Cột C «Ngày snih» không có trong mẫu nên được bỏ qua. Có phải là «Ngày sinh» không?"),
        (Severity::Warning, "D", "Cột D «Số điện thoại» không có trong mẫu nên được bỏ qua."),
    ];
    assert_eq!(problems, expected.map(|(s, f, m)| (s, f.to_owned(), m.to_owned())));
    let path = files.write("b.csv", "Tên sách;Tác giả\nA;B\n");
    let Err(Error::Bad(sentence)) = find(open(&path).heads(), &pupils()) else { panic!() };
    assert!(
        sentence.contains("«Danh sách học sinh»")
            && sentence.contains("Tên sách | Tác giả")
            && sentence.contains("Mã lớp, Họ và tên, Ngày sinh"),
        "{sentence}"
    );
}

#[test]
fn titles_between_rows_become_their_heading() {
    let files = Files::new();
    let header: &[V<'_>] =
        &[V::T("STT"), V::T("Mã lớp"), V::T("Họ tên"), V::T("Ngày sinh"), V::T("Dân tộc"), V::T("Ghi chú")];
    let pupil: &[V<'_>] = &[V::N("1"), V::T("1A"), V::T("An"), V::T("2015"), V::N("1")];
    let book = Book::new().sheet_at(
        "S",
        "visible",
        [
            (3, header),
            (4, &[V::T("Lớp 1A")]),
            (5, pupil),
            (9, &[V::T("Lớp 1B"), V::No, V::No, V::No, V::No, V::T("cô Hà")]),
            (10, pupil),
            (11, header),
            (12, &[V::N("2"), V::T("1B"), V::T("Bình"), V::T("2015"), V::N("7")]),
            (13, &[V::No, V::No, V::No, V::No, V::No, V::T("chỉ ghi chú")]),
            (14, &[V::T("Tổng cộng: 3")]),
            (15, &[V::N("3"), V::No, V::T("Chi"), V::No, V::E("#REF!")]),
        ],
    );
    let (data, skipped) = mapped(&files.write("a.xlsx", book.bytes()), &pupils()).unwrap();
    let headings: Vec<(u32, Option<&str>)> = data.iter().map(|r| (r.number, r.heading.as_deref())).collect();
    assert_eq!(
        headings,
        [(5, Some("Lớp 1A")), (10, Some("Lớp 1B cô Hà")), (12, Some("Lớp 1B cô Hà")), (15, Some("Tổng cộng: 3"))]
    );
    let ethnicity: Vec<&str> = data
        .iter()
        .filter_map(|r| r.values.iter().find(|v| &*v.target == "pupil.ethnicity"))
        .map(|v| v.text.as_str())
        .collect();
    assert_eq!(ethnicity, ["01", "01", "07"]);
    assert_eq!(skipped.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [4, 9, 11, 13, 14]);
    let fault = &data[3].faults[0];
    assert_eq!((&*fault.target, fault.column, fault.value.as_str()), ("pupil.ethnicity", 4, "#REF!"));
    assert!(fault.reason.contains("#REF!"));
}

#[test]
fn headers_of_two_rows_with_groups_are_put_together() {
    let files = Files::new();
    let book = Book::new().sheet(
        "S",
        &[
            &[
                V::T("Mã lớp"),
                V::T("Thông tin học sinh"),
                V::No,
                V::No,
                V::T("Thông tin cha"),
                V::No,
                V::T("Thông tin mẹ"),
                V::No,
            ],
            &[
                V::No,
                V::T("Họ tên"),
                V::T("Ngày sinh"),
                V::T("Giới tính"),
                V::T("Họ tên"),
                V::T("Năm sinh"),
                V::T("Họ tên"),
                V::T("Năm sinh"),
            ],
            &[
                V::T("1A"),
                V::T("An"),
                V::T("1/1/2015"),
                V::T("Nam"),
                V::T("Ba An"),
                V::T("1980"),
                V::T("Má An"),
                V::T("1982"),
            ],
        ],
    );
    let path = files.write("a.xlsx", book.bytes());
    let plan = find(open(&path).heads(), &pupils()).unwrap().best;
    assert_eq!(plan.header, (1, 2));
    let unknown: Vec<String> =
        plan.columns.iter().filter(|c| c.known.is_empty()).map(|c| column_letters(c.index)).collect();
    // The father's and the mother's names carry no group the template knows: they are asked about, not taken.
    assert_eq!(unknown, ["E", "G", "H"]);
    let (data, _) = mapped(&path, &pupils()).unwrap();
    let names: Vec<(&str, &str)> = data[0].values.iter().map(|v| (&*v.target, v.text.as_str())).collect();
    assert_eq!(
        names,
        [
            ("class.code", "1A"),
            ("pupil.full_name", "An"),
            ("pupil.birth_date", "1/1/2015"),
            ("pupil.sex", "01"),
            ("pupil.father_birth", "1980")
        ]
    );
}

#[test]
fn the_sheet_that_fits_best_is_read_among_list_sheets() {
    let files = Files::new();
    let list: &[&[V<'_>]] =
        &[&[V::T("Mã"), V::T("Dân tộc"), V::T("Giới tính")], &[V::T("01"), V::T("Kinh"), V::T("Nam")]];
    let data: &[&[V<'_>]] = &[
        &[V::T("Mã lớp"), V::T("Họ tên"), V::T("Ngày sinh"), V::T("Giới tính")],
        &[V::T("1A"), V::T("An"), V::T("1/1/2015"), V::T("Nam")],
    ];
    let mut book = Book::new().sheet("Hướng dẫn", &[&[V::T("Điền theo mẫu")]]).hidden("Bản sao", data);
    for i in 0..8 {
        book = book.sheet(&format!("DM{i}"), list);
    }
    book = book.sheet("HocSinh", data);
    for i in 8..16 {
        book = book.hidden(&format!("DM{i}"), list);
    }
    let path = files.write("a.xlsx", book.bytes());
    let found = find(open(&path).heads(), &pupils()).unwrap();
    assert_eq!((found.best.sheet_name.as_str(), found.best.sheet, found.alike.len()), ("HocSinh", 10, 0));
    let (rows, _) = mapped(&path, &pupils()).unwrap();
    assert_eq!(rows.len(), 1);
    // A hidden sheet is better than none.
    let path =
        files.write("b.xlsx", Book::new().sheet("Hướng dẫn", &[&[V::T("Điền theo mẫu")]]).hidden("HS", data).bytes());
    assert_eq!(find(open(&path).heads(), &pupils()).unwrap().best.sheet_name, "HS");
}

#[test]
fn a_sheet_for_every_class_is_read_as_one_file() {
    let files = Files::new();
    let class = |name| -> Vec<Vec<V<'_>>> {
        vec![vec![V::T("Mã lớp"), V::T("Họ tên"), V::T("Ngày sinh")], vec![V::T(name), V::T("An"), V::T("1/1/2015")]]
    };
    let (a, b) = (class("1A"), class("1B"));
    fn refs<'a>(rows: &'a [Vec<V<'a>>]) -> Vec<&'a [V<'a>]> {
        rows.iter().map(Vec::as_slice).collect()
    }
    let book = Book::new().sheet("1A", &refs(&a)).sheet("Khác", &[&[V::T("x")]]).sheet("1B", &refs(&b));
    let path = files.write("a.xlsx", book.bytes());
    let opened = open(&path);
    let found = find(opened.heads(), &pupils()).unwrap();
    let plans = [vec![found.best], found.alike].concat();
    let read: Vec<(String, u32, String)> = rows(opened, &pupils(), plans)
        .map(|r| r.map(|r| (r.sheet.to_string(), r.number, r.values[0].text.clone())).unwrap())
        .collect();
    assert_eq!(read, [("1A".into(), 2, "1A".into()), ("1B".into(), 2, "1B".into())]);
}

#[test]
fn a_file_tells_which_template_it_is_for() {
    let files = Files::new();
    let schools = Template {
        label: "Danh sách trường".into(),
        columns: vec![
            column(&["Mã trường", "MA_TRUONG"], "unit.code", true),
            column(&["Tên trường", "TEN"], "unit.name", true),
            column(&["Địa chỉ"], "school.address", false),
        ],
    };
    let path = files.write("a.csv", "MA_TRUONG*,TEN*,DIA_CHI,MA_LOP\n01000723,Trường A,\"Số 1, phố B\",\n");
    assert_eq!(best_template(open(&path).heads(), &[pupils(), schools.clone()]), Some(1));
    assert_eq!(best_template(open(&files.write("b.csv", "x;y\n")).heads(), &[pupils(), schools.clone()]), None);
    let (data, _) = mapped(&path, &schools).unwrap();
    assert_eq!(
        data[0].values.iter().map(|v| v.text.as_str()).collect::<Vec<_>>(),
        ["01000723", "Trường A", "Số 1, phố B"]
    );
}

#[test]
fn the_sheets_of_the_specification_find_their_own_headers() {
    let files = Files::new();
    let spec = Spec::embedded().unwrap();
    let templates: Vec<Template> = spec.sheets.iter().map(|sheet| Template::of(&spec, sheet)).collect();
    for (i, sheet) in spec.sheets.iter().enumerate() {
        for header in [
            |c: &csdlgd::spec::SheetColumn| c.key.clone(),
            |c: &csdlgd::spec::SheetColumn| c.aliases.first().unwrap_or(&c.key).nfd().collect(),
        ] {
            let mut headers: Vec<String> = sheet.columns.iter().map(header).collect();
            headers.dedup();
            let line = headers.iter().map(|h| format!("\"{}\"", h.replace('"', "\"\""))).collect::<Vec<_>>().join(";");
            let path = files.write("a.csv", format!("Tiêu đề\n{line}\n"));
            let opened = open(&path);
            assert_eq!(best_template(opened.heads(), &templates), Some(i), "{}", sheet.key);
            let best = find(opened.heads(), &templates[i]).unwrap().best;
            assert_eq!(best.problems(), [], "{}", sheet.key);
            assert_eq!(best.found(), sheet.columns.len(), "{}", sheet.key);
        }
    }
}

#[test]
fn the_list_of_schools_of_the_national_system_is_understood() {
    let files = Files::new();
    let spec = Spec::embedded().unwrap();
    let template = Template::of(&spec, spec.sheet("schools").unwrap());
    let text = "MA_TRUONG,TEN_TRUONG_HOC,MA_DON_VI,CAP_HOC,TRANG_THAI,LOAI_HINH_DAO_TAO,LOAI_HINH_TRUONG,DIA_CHI,MA_TO_THON,MA_XA_PHUONG,MA_QUAN_HUYEN,MA_TINH_THANH,CHUAN_QUOC_GIA,VUNG_KHO_KHAN,VUNG_BIEN_GIOI,CHI_BO_DANG,NGAY_THANH_LAP,ID_SO,ID_PHONG\n\
        01000723,Trường A,001,12,-1,1,1,\"Số 1, phố B\",,00004,001,01,0,0,0,0,25/04/2024,01,001\n\
        01000724,Trường B,001,12,1,3,1,,,00004,001,01,0,0,0,0,,01,001\n";
    let opened = open(&files.write("a.csv", text));
    let best = find(opened.heads(), &template).unwrap().best;
    assert!(best.missing.is_empty() && best.doubled.is_empty());
    let data: Vec<MappedRow> = rows(opened, &template, vec![best]).collect::<Result<_>>().unwrap();
    let of = |row: usize, target: &str| -> Vec<(&str, bool)> {
        data[row].values.iter().filter(|v| &*v.target == target).map(|v| (v.text.as_str(), v.strange)).collect()
    };
    assert_eq!(of(0, "unit.code"), [("01000723", false)]);
    assert_eq!(of(0, "unit.levels"), [("TH THCS", false)]);
    assert_eq!(of(0, "unit.type"), [("truong", false)]);
    assert_eq!(of(0, "unit.state"), [("dissolved", false)]);
    assert_eq!(of(0, "school.school_level_group"), [("09", false)]);
    assert_eq!(of(0, "school.ownership"), [("01", false)]);
    assert_eq!(of(1, "school.ownership"), [("3", true)]);
    let digits = |sheet: &str, target: &str| {
        let template = Template::of(&spec, spec.sheet(sheet).unwrap());
        template.columns.iter().find(|c| c.target == target).and_then(|c| c.digits)
    };
    assert_eq!((digits("pupils", "pupil.personal_number"), digits("schools", "unit.code")), (Some(12), None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_table_makes_it_panic(table in proptest::collection::vec(proptest::collection::vec(prop_oneof!["\\PC{0,8}", Just("Họ tên".to_owned()), Just("Mã lớp".to_owned()), Just("NGAY_SINH (dd".to_owned()), Just("1".to_owned())], 0..6), 0..12)) {
        let files = Files::new();
        let text: String = table.iter().map(|row| row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(";") + "\n").collect();
        let path = files.write("a.csv", format!("sep=;\n{text}"));
        if let Ok(opened) = open_with(program(), &path, &Limits::default()) && let Ok(found) = find(opened.heads(), &pupils()) {
            found.best.problems();
            let data = rows(opened, &pupils(), vec![found.best.clone()]);
            for row in data {
                prop_assert!(row.unwrap().number > found.best.header.1);
            }
        }
    }
}
