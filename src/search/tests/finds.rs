//! What a person types, and what must be found and marked: tables.

use super::*;

#[test]
fn finds_what_is_meant() {
    let bed = bed(&school());
    let table: &[(&str, &[u64])] = &[
        // with and without marks, upper case, order of words
        ("nguyễn văn an", &[1]),
        ("nguyen van an", &[1]),
        ("NGUYEN VAN AN", &[1]),
        ("an nguyen van", &[1]),
        ("  an,   nguyễn ", &[1]),
        // the first letters
        ("ng v a", &[1]),
        ("nguye", &[1, 8]),
        // đ, tone placement, i and y, NFD
        ("dang thi thuy", &[3]),
        ("đặng thị thuý", &[3]),
        ("Trần Thị Hòa", &[2]),
        ("tran thi hoa", &[2]),
        ("li mi ki", &[4]),
        ("lí mĩ kì", &[4]),
        ("nguyễn đức ơn", &[8]),
        ("Nguyễn Đức Ơn", &[8]),
        // apostrophes
        ("m'drak", &[5]),
        ("mdrak", &[5]),
        ("m’drắk", &[5]),
        ("h'won", &[5]),
        // codes: prefix, lost zero, whole, in pieces
        ("031212001234", &[1]),
        ("31212001234", &[1]),
        ("0312120", &[1]),
        ("3121200", &[1]),
        ("031 212 001 234", &[1]),
        ("3112345678", &[1]),
        ("hp-0123/2024", &[2]),
        ("hp01232024", &[2]),
        // telephone
        ("0912345678", &[1]),
        ("0912 345 678", &[1]),
        ("+84 912 345 678", &[1]),
        ("84912345678", &[1]),
        ("0912 345", &[1]),
        ("0912.345.678", &[1]),
        ("(0912) 345-678", &[1]),
        ("912345678", &[1]),
        // dates
        ("05/03/2012", &[1]),
        ("5/3/2012", &[1]),
        ("5-3-2012", &[1]),
        ("05.03.2012", &[1]),
        ("5 3 2012", &[1]),
        ("2012-03-05", &[1]),
        ("05032012", &[1]),
        ("20120305", &[1]),
        ("5/3/12", &[1]),
        ("5/3/201", &[1]),
        ("ngày 5 tháng 3 năm 2012", &[1]),
        ("5 tháng 3 năm 2012", &[1]),
        ("tháng 3/2012", &[1]),
        ("3/2012", &[1]),
        ("03/2012", &[1]),
        ("sinh 2012", &[1]),
        ("sinh năm 2012", &[1]),
        ("sn 2012", &[1]),
        ("năm 2012", &[1]),
        ("sinh ngày 05/03/2012", &[1]),
        ("sinh ngay 5-3-12", &[1]),
        ("2012/03/05", &[1]),
        ("thang 3 nam 2012", &[1]),
        ("2012", &[1]),
        ("an 2012", &[1]),
        ("2024-2025 an", &[1]),
        ("năm học 2024–2025 hoà", &[2]),
        ("hoà 25/12/2011", &[2]),
        // classes
        ("6a1", &[1]),
        ("6a", &[1]),
        ("6 a1", &[1]),
        ("6/2", &[2]),
        ("10A", &[4, 3]),
        // mixed
        ("nguyen van an 6a1 le loi 2012", &[1]),
        ("gv toan thcs tan hong", &[6]),
        ("giao vien toan", &[6]),
        ("lớp 6a1", &[1]),
        ("hs nguyen van an", &[1]),
        ("thay toan", &[6]),
        ("học sinh lớp 6A1 nguyễn văn an", &[1]),
        ("thuy thpt tan hong", &[3]),
        ("trung hoc co so tan hong", &[7, 6]),
        // raw keys
        ("nguyeenx vawn an", &[1]),
        ("nguye64n va8n an", &[1]),
        ("ddawngj thij thuys", &[3]),
        ("d9a85ng thi5 thu1y", &[3]),
        ("tra62n thi hoa2", &[2]),
        ("NGUYEENX VAWN AN", &[1]),
        ("tranaf thij hoaf", &[2]),
        // one slip
        ("nguyen vna an", &[1]),
        ("nguyenn vann an", &[1]),
        ("ngyuen van an", &[1]),
        ("tann honf", &[7, 4, 3, 6]),
        ("phan quoc toan", &[6]),
        // nothing
        ("không có ai", &[]),
        ("5/3/2013", &[]),
        ("1234567890123", &[]),
        ("!!!", &[]),
    ];
    let mut wrong = Vec::new();
    for (text, ids) in table {
        let found = bed.ids(text);
        if found != *ids {
            wrong.push(format!("{text}: found {found:?}, wanted {ids:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn marks_what_was_meant() {
    let table: &[(&str, &str, &[&str])] = &[
        ("Nguyễn Văn An", "nguyen an", &["Nguyễn", "An"]),
        ("Nguyễn Văn Anh", "an", &["An"]),
        ("Ân An Ấn", "ân", &["Ân"]),
        ("An Ấn", "ân", &["Ấn"]),
        ("Trần Thị An", "ân", &["An"]),
        ("Trần Thị Hoà", "hòa", &["Hoà"]),
        ("Lý Mỹ Kỳ", "li mĩ", &["Lý", "Mỹ"]),
        ("Nguyễn Văn An", "nguyeenx vawn", &["Nguyễn", "Văn"]),
        ("Nguyễn Văn An", "ngyuen", &["Nguyễn"]),
        ("031212001234", "0312", &["0312"]),
        ("031212001234", "3121", &["03121"]),
        ("0912 345 678", "091234", &["0912 34"]),
        ("0912 345 678", "+84912345678", &["0912 345 678"]),
        ("05/03/2012", "5/3/2012", &["05/03/2012"]),
        ("Sinh ngày 05/03/2012", "2012", &["2012"]),
        ("Sinh ngày 05/03/2012", "3/2012", &["05/03/2012"]),
        ("Lớp 6A1, 6/2", "6a1", &["6A1"]),
        ("Lớp 6A1, 6/2", "6/2", &["6/2"]),
        ("M’Drắk", "mdrak", &["M’Drắk"]),
        ("M’Drắk", "drak", &["Drắk"]),
        ("THCS Tân Hồng", "trung hoc co so tan", &["THCS", "Tân"]),
        ("Trường tiểu học", "th", &["tiểu", "học"]),
        ("<b>&amp;</b>", "b", &["b", "b"]),
        ("Nguyễn", "xyz", &[]),
        ("", "an", &[]),
        ("An", "", &[]),
    ];
    for (text, query, parts) in table {
        let found: Vec<&str> = highlight(text, query).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, *parts, "{text} | {query}");
    }
    let nfd: String = unicode_normalization::UnicodeNormalization::nfd("Nguyễn Ân").collect();
    let found: Vec<String> = highlight(&nfd, "nguyễ an").into_iter().map(|r| crate::text::nfc(&nfd[r])).collect();
    assert_eq!(found, ["Nguyễ", "Ân"]);
}

#[test]
fn hostile_text_is_safe() {
    let bed = bed(&school());
    let zalgo = "Nguyễn"
        .chars()
        .flat_map(|c| std::iter::once(c).chain("\u{300}\u{301}\u{315}\u{334}\u{489}".chars().cycle().take(200)));
    let long = |s: &str| s.repeat(10_000 / s.len() + 1);
    for text in [
        "\0",
        "\u{202E}na navn neyugn",
        "a\0b",
        "*",
        "name:x OR (",
        "\"",
        "[a TO b]",
        "^~",
        "\\",
        "+-&&||!",
        "/.*/",
        "#20120305",
        "=an",
        "~an",
        "=",
        "\u{FFFF}",
        "𝕹𝖌𝖚𝖞𝖊𝖓",
        "١٢٣",
        "二〇一二",
        "ﷺ",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "0/0/0",
        "99/99/9999",
        "31/02/2012",
        "0000000000",
        "+84",
        "+",
        "-1",
        "'''''",
        "a'",
        "'a",
        "ơ̛",
        "\u{301}",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        zalgo.collect(),
        long("a"),
        long("nguyễn "),
        long("0123456789"),
        long("1/"),
        long("aa "),
        long("đ'"),
        long("\u{301}"),
    ]) {
        let hits = bed.hits(&text);
        assert!(hits.total <= 8);
        let _ = highlight("Nguyễn Văn An 05/03/2012", &text);
        let _ = highlight(&text, "nguyen 5/3/2012 0912345678");
        let index = super::tests::bed(&[Doc {
            codes: vec![text.clone()],
            words: vec![text.clone()],
            phones: vec![text.clone()],
            ..person(1, &text)
        }]);
        let _ = index.hits(&text);
    }
    // Formatting and direction marks inside a name change nothing.
    assert_eq!(bed.ids("\u{202E}nguyễn\u{200B} vă\u{AD}n an\0"), [1]);
    assert_eq!(bed.ids("Ｎｇｕｙễｎ Văn An"), [1], "full-width letters");
}
