//! Reading and showing values of each type.

use super::*;
use proptest::prelude::*;

/// What becomes of one typed text: the plain and the shown value, or the message.
fn read(field: &str, typed: &str) -> std::result::Result<(String, String), String> {
    let spec = probe();
    let kind = spec.kind("probe").unwrap();
    let mut raw = Raw::new();
    raw.set(field, typed);
    let (values, problems) = check(spec, kind, &raw, None, &facts(spec), &Anybody);
    if let Some(problem) = problems.iter().find(|p| p.field == field && p.severity == crate::error::Severity::Error) {
        return Err(format!("{}: {}", problem.rule, problem.message));
    }
    let index = kind.field_index(field).unwrap();
    let value = values.iter().find(|(i, _)| *i == index).map(|(_, v)| v);
    let field = &kind.fields[index];
    Ok(value.map_or_else(Default::default, |v| (plain(field, v), spec.show(field, v, Date::constant(2025, 10, 6)))))
}

#[test]
fn good_texts_are_read() {
    // field, typed, plain, shown
    let table = [
        ("name", "  nguyễn   văn a ", "Nguyễn Văn A", "Nguyễn Văn A"),
        ("name", "K'BRỂU", "K'Brểu", "K'Brểu"),
        ("name", "H’Hen Niê", "H’Hen Niê", "H’Hen Niê"),
        ("name", "Nguye\u{302}\u{303}n A\u{301}i", "Nguyễn Ái", "Nguyễn Ái"),
        ("word", "a\u{0}b\u{202e}c\u{200b} d", "abc d", "abc d"),
        ("lines", "một\r\n\r\n\r\nhai\tba", "một\n\nhai ba", "một\n\nhai ba"),
        ("phone", "+84 912.345.678", "0912345678", "0912345678"),
        ("phone", "912345678", "0912345678", "0912345678"),
        ("phone", "(0208) 3 855 688", "02083855688", "02083855688"),
        ("phone", "+1 650 253 0000", "+16502530000", "+16502530000"),
        ("email", "Ten.Ho@Truong.EDU.vn", "Ten.Ho@truong.edu.vn", "Ten.Ho@truong.edu.vn"),
        ("number", "'001 234 567", "001234567", "001234567"),
        ("number", "012345678901.0", "012345678901", "012345678901"),
        ("twelve", "019215000123", "019215000123", "019215000123"),
        ("whole", "1.234", "1234", "1.234 em"),
        ("whole", "1,234,567", "1234567", "1.234.567 em"),
        ("whole", "12.0", "12", "12 em"),
        ("whole", "-5", "-5", "-5 em"),
        ("part", "7,5", "7,5", "7,5%"),
        ("part", "7.5", "7,5", "7,5%"),
        ("part", "7.50", "7,5", "7,5%"),
        ("part", "7.1000000000000005", "7,1", "7,1%"),
        ("part", "10%", "10", "10%"),
        ("money", "1.234.567,5", "1234567,5", "1.234.567,5"),
        ("money", "1,234", "1,234", "1,234"),
        ("money", "1,234.5", "1234,5", "1.234,5"),
        ("money", "0.125", "0,125", "0,125"),
        ("money", "-0,5", "-0,5", "-0,5"),
        ("day", "5/9/2015", "2015-09-05", "05/09/2015"),
        ("day", "2015-09-05T00:00:00", "2015-09-05", "05/09/2015"),
        ("day", "05.09.2015", "2015-09-05", "05/09/2015"),
        ("day", "05092015", "2015-09-05", "05/09/2015"),
        ("day", "20150905", "2015-09-05", "05/09/2015"),
        ("day", "ngày 5 tháng 9 năm 2015", "2015-09-05", "05/09/2015"),
        ("day", "9/2015", "2015-09", "09/2015"),
        ("day", "2015", "2015", "2015"),
        ("day", "00/00/2015", "2015", "2015"),
        ("yes", "Có", "1", "Có"),
        ("yes", "x", "1", "Có"),
        ("yes", "KHÔNG", "0", "Không"),
        ("yes", "", "", ""),
        ("must", "", "0", "Không"),
        ("ethnic", "01", "01", "Kinh"),
        ("ethnic", "1", "01", "Kinh"),
        ("ethnic", "01 - Kinh", "01", "Kinh"),
        ("ethnic", "kinh", "01", "Kinh"),
        ("ethnic", "1.0", "01", "Kinh"),
        ("grade", "Khối 6", "06", "Khối 6"),
        ("groups", "02; 01;02", "01;02", ""),
        ("pupil", "#1099511627777", "#1099511627777", "#1099511627777"),
        ("from_unit", "#12", "#12", "#12"),
        ("since", "2024–2025", "2024", "2024"),
        ("since", "2024", "2024", "2024"),
        ("home_province", "Hà Nội", "01", "Thành phố Hà Nội"),
        ("home_province", "1", "01", "Thành phố Hà Nội"),
    ];
    for (field, typed, plain, shown) in table {
        let (p, s) = read(field, typed).unwrap_or_else(|e| panic!("{field} {typed:?}: {e}"));
        assert_eq!(p, plain, "{field} {typed:?}");
        if !shown.is_empty() {
            assert_eq!(s, shown, "{field} {typed:?}");
        }
    }
}

#[test]
fn bad_texts_are_refused_with_a_reason() {
    // field, typed, part of what is said
    let table = [
        ("name", "Nguyễn Văn 2", "không có chữ số"),
        ("name", "Nguyễn <b>", "không có dấu «<»"),
        ("name", "A", "ít nhất hai chữ cái"),
        ("word", "dài quá hai mươi chữ cái", "nhiều nhất 20"),
        ("phone", "0912 345", "10 hoặc 11 chữ số"),
        ("phone", "0912345678 / 0987654321", "mỗi ô một số"),
        ("email", "ai@do", "mỗi ô một địa chỉ"),
        ("email", "a..b@c.vn", "mỗi ô một địa chỉ"),
        ("number", "3,01E+10", "bảng tính làm tròn"),
        ("number", "12*34", "không có «*»"),
        ("twelve", "01921500012", "pattern: Chưa đúng dạng: cần 12 chữ số."),
        ("whole", "12,5", "không phải số nguyên"),
        ("whole", "mười", "Cần một số nguyên"),
        ("whole", "-6", "min: Nhỏ nhất là -5 em."),
        ("whole", "2000001", "max: Lớn nhất là 2.000.000 em."),
        ("whole", "99999999999999999999", "không phải số nguyên"),
        ("part", "10,01", "Lớn nhất là 10 %."),
        ("part", "7,125", "Nhiều nhất 2 chữ số"),
        ("part", "1.234", "có thể hiểu hai cách: ghi 1234 hoặc 1,234"),
        ("money", "1.234", "có thể hiểu hai cách"),
        ("money", "--1", "Cần một số"),
        ("money", "1,2,3", "Cần một số"),
        ("day", "5/9/15", "đủ bốn chữ số"),
        ("day", "31/4/2015", "Không có ngày 31/04/2015."),
        ("day", "05/25/2015", "ghi ngày trước, tháng sau"),
        ("day", "42252", "số ngày của bảng tính"),
        ("day", "5/9/1015", "Năm 1015 không đúng."),
        ("day", "hôm qua", "dd/mm/yyyy"),
        ("yes", "có lẽ", "«Có» hoặc «Không»"),
        ("ethnic", "99x", "không có «99x»"),
        ("ethnic", "02 - Kinh", "Mã 02 là «Tày», không phải «Kinh»."),
        ("ethnic", "Thaái", "Có phải là «Thái»"),
        ("grade", "10", "không dùng cho cấp học của đơn vị này"),
        ("award", "3", "chỉ dùng đến 30/06/2025"),
        ("pupil", "Nguyễn Văn A", "Không tìm thấy"),
        ("from_unit", "Trường X", "Không tìm thấy đơn vị"),
        ("since", "24", "bốn chữ số"),
        ("since", "2024-2026", "bốn chữ số"),
    ];
    for (field, typed, said) in table {
        match read(field, typed) {
            Ok(value) => panic!("{field} {typed:?} was read as {value:?}"),
            Err(message) => assert!(message.contains(said), "{field} {typed:?}: {message}"),
        }
    }
}

#[test]
fn endless_texts_are_refused_before_they_are_read() {
    for field in ["word", "lines", "number", "whole", "part", "day", "ethnic", "since"] {
        assert!(read(field, &"9".repeat(1 << 20)).is_err(), "{field}");
    }
    assert!(read("word", &"e\u{301}".repeat(1 << 18)).is_err());
    assert_eq!(read("word", &format!("a{}", "\u{301}".repeat(100))).unwrap().0.chars().count(), 4);
}

proptest! {
    #[test]
    fn plain_texts_give_the_value_back(
        field in prop::sample::select(vec!["name", "word", "lines", "phone", "email", "number", "whole", "part", "money", "day", "yes", "ethnic", "groups", "since"]),
        typed in "\\PC{0,18}|[0-9.,/ -]{1,14}|[a-zA-ZÀ-ỹ ]{1,18}|[01]{1,3}",
    ) {
        if let Ok((plain, _)) = read(field, &typed) {
            prop_assert_eq!(&read(field, &plain).map(|v| v.0), &Ok(plain.clone()), "{} {:?}", field, typed);
        }
    }

    #[test]
    fn numbers_shown_are_read_again(units in -9_999_999_999i64..9_999_999_999, scale in 0u8..3) {
        let number = Decimal::new(units, scale);
        let (plain, _) = read("money", &number.show()).or_else(|_| read("money", &number.plain().replace('.', ","))).unwrap();
        prop_assert_eq!(plain.replace(',', "."), number.plain());
    }

    #[test]
    fn dates_shown_are_read_again(year in 1800i16..=2200, month in 0u8..=12, day in 0u8..=31) {
        if let Some(date) = PartialDate::new(year, month, day) {
            let both = (date.iso(), date.show());
            prop_assert_eq!(read("day", &date.show()).unwrap(), both.clone());
            prop_assert_eq!(read("day", &date.iso()).unwrap(), both);
        }
    }

    #[test]
    fn nothing_typed_makes_a_panic(field in prop::sample::select(vec!["name", "phone", "email", "number", "whole", "part", "money", "day", "ethnic", "groups", "since", "home_commune", "marks"]), typed in ".{0,40}") {
        let _ = read(field, &typed);
    }
}
