//! The public cases of Vietnamese text, and properties of keys on generated names.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::*;
use proptest::prelude::*;
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization as _;

fn cases(csv: &str) -> Vec<(String, String, String)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().map(|r| r.unwrap()).map(|r| (r[0].to_owned(), r[1].to_owned(), r[2].to_owned())).collect()
}

fn check(csv: &str, key: impl Fn(&str) -> String) {
    let mut wrong = Vec::new();
    for (case, input, expected) in cases(csv) {
        let got = key(&input);
        if got != expected {
            wrong.push(format!("{case}: {input} gives {got}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn tones_stand_where_school_books_put_them() {
    check(include_str!("../../tests/it/data/text/tone_mark_new_style_cases.csv"), tone::unify);
}

#[test]
fn y_and_i_are_one() {
    check(include_str!("../../tests/it/data/text/iy_normalisation_cases.csv"), iy_key);
}

#[test]
fn folding_drops_every_mark() {
    let csv = include_str!("../../tests/it/data/text/remove_diacritics_cases.csv");
    let lower: String = csv
        .lines()
        .map(|l| match l.rsplit_once(',') {
            Some((head, expected)) => format!("{head},{}\n", expected.to_lowercase()),
            None => format!("{l}\n"),
        })
        .collect();
    check(&lower, fold);
}

#[test]
fn keys() {
    for (a, b) in
        [("hòa", "HOÀ"), ("thúy", "Thuý"), ("khỏe", "khoẻ"), ("víêng", "viếng"), ("qúy", "Quý"), ("gía", "giá")]
    {
        assert_eq!(exact_key(a), exact_key(b), "{a} {b}");
    }
    for (a, b) in [("hòa", "hoa"), ("hóa", "hòa"), ("già", "gìa ơi"), ("ủa", "ua")] {
        assert_ne!(exact_key(a), exact_key(b), "{a} {b}");
    }
    assert_eq!(exact_key("café Señor mañana Đắklắk"), "café señor mañana đắklắk");
    assert_eq!(base_key("Nguyễn Đức Ơn HOÀ"), "nguyên đưc ơn hoa");
    assert_eq!(fold("Nguyễn Đức Ơn ﬁ Ø İ"), "nguyen duc on fi o i");
    let nfd: String = "Nguyễn Đức Ơn".nfd().collect();
    assert_eq!(
        (fold(&nfd), base_key(&nfd), exact_key(&nfd)),
        ("nguyen duc on".into(), "nguyên đưc ơn".into(), "nguyễn đức ơn".into())
    );
}

#[test]
fn cleaning() {
    for (dirty, clean_) in [
        ("  Nguyễn \t Văn\r\n An\u{200B} ", "Nguyễn Văn An"),
        ("a\u{202E}b\u{0}c\u{FEFF}\u{AD}d", "abcd"),
        ("Trần\u{A0}Thị\u{3000}Hoà", "Trần Thị Hoà"),
        ("\u{301}\u{301} a", "a"),
        ("e\u{200B}\u{302}\u{301}", "ế"),
        ("z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}", "z\u{300}\u{301}\u{302}"),
        ("", ""),
    ] {
        assert_eq!(clean(dirty), clean_, "{dirty:?}");
    }
    assert_eq!(clean_lines(" a \n b\n\n\n\nc \r\n"), "a\nb\n\nc");
}

#[test]
fn phones() {
    for (typed, key) in [
        ("0912 345 678", Some("0912345678")),
        ("+84 912.345.678", Some("0912345678")),
        ("(+84) 912-345-678", Some("0912345678")),
        ("84912345678", Some("0912345678")),
        ("0084912345678", Some("0912345678")),
        ("(024) 3869 5144", Some("02438695144")),
        ("912345678", None),
        ("không có", None),
        ("", None),
    ] {
        assert_eq!(phone_key(typed).as_deref(), key, "{typed}");
    }
    assert_eq!(without_leading_zeros("0012"), "12");
    assert_eq!(without_leading_zeros("000"), "0");
    assert_eq!(without_leading_zeros(""), "");
}

#[test]
fn raw_typing() {
    for (keys, word) in [
        ("nguyeenx", "nguyễn"),
        ("nguyenxe", "nguyễn"),
        ("vawn", "văn"),
        ("ddawngj", "đặng"),
        ("dangdwj", "đặng"),
        ("thij", "thị"),
        ("thuys", "thuý"),
        ("hoaf", "hoà"),
        ("hoafng", "hoàng"),
        ("hoangf", "hoàng"),
        ("dduwcs", "đức"),
        ("huowng", "hương"),
        ("huwowng", "hương"),
        ("nguwowif", "người"),
        ("quoocs", "quốc"),
        ("ow", "ơ"),
        ("uw", "ư"),
        ("gias", "giá"),
        ("khoer", "khoẻ"),
        ("cuar", "của"),
        ("tuaans", "tuấn"),
        ("traanf", "trần"),
        ("nghieengs", "nghiếng"),
        ("quangr", "quảng"),
        ("muwaf", "mừa"),
        ("wng", "ưng"),
        ("nguye64n", "nguyễn"),
        ("va8n", "văn"),
        ("d9a85ng", "đặng"),
        ("tra62n", "trần"),
        ("hoa2", "hoà"),
        ("thu1y", "thuý"),
        ("u7o7ng", "ương"),
        ("huo7ng", "hương"),
        ("quo61c", "quốc"),
        ("d9u71c", "đức"),
        ("le6", "lê"),
    ] {
        assert_eq!(typing::readings(keys), [word], "{keys}");
    }
    for plain in ["an", "minh", "xyz", "6a1", "thcs", "a", "nguyễn", "2012", "street", "class", "internet", "b52"] {
        assert!(typing::readings(plain).is_empty(), "{plain}: {:?}", typing::readings(plain));
    }
}

fn column(csv: &'static str) -> Vec<&'static str> {
    csv.lines().skip(1).filter_map(|l| l.split(',').next()).collect()
}

/// Names as people have them, some in capitals, some with the other spelling.
fn names() -> impl Strategy<Value = String> {
    let surnames = column(include_str!("../../tests/it/data/names/surnames_2016_k30.csv"));
    let middles = column(include_str!("../../tests/it/data/names/middle_names_2016_k30.csv"));
    let givens = column(include_str!("../../tests/it/data/names/given_names_2016_k30.csv"));
    let pick = proptest::sample::select;
    (pick(surnames), pick(middles), pick(givens), 0..8u8).prop_map(|(s, m, g, how)| match how {
        0 => format!("{s} {g}"),
        1 => format!("{s} {m} {g}").to_uppercase(),
        2 => format!("{s} {m} {g}").nfd().collect(),
        _ => format!("{s} {m} {g}"),
    })
}

fn collator() -> icu_collator::CollatorBorrowed<'static> {
    use icu_collator::{Collator, options::*, preferences::CollationNumericOrdering};
    let mut prefs = icu_collator::CollatorPreferences::from(icu_locale_core::locale!("vi"));
    prefs.numeric_ordering = Some(CollationNumericOrdering::True);
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Tertiary);
    Collator::try_new(prefs, options).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sorts_as_icu_does(a in names(), b in names()) {
        let icu = collator();
        prop_assert_eq!(sort_key(&a).cmp(&sort_key(&b)), icu.compare(&a, &b), "{} | {}", a, b);
        let person = |n: &str| { let n = clean(n); n.rsplit_once(' ').map_or((n.clone(), String::new()), |(r, g)| (g.into(), r.into())) };
        let ((ga, ra), (gb, rb)) = (person(&a), person(&b));
        let by_given = icu.compare(&ga, &gb).then_with(|| icu.compare(&ra, &rb));
        prop_assert_eq!(person_sort_key(&a).cmp(&person_sort_key(&b)), by_given, "{} | {}", a, b);
    }

    #[test]
    fn sorts_ascii_and_syllables_as_icu_does(a in "[0-9a-zA-ZăâđêôơưạảẫẾỲỵ ./(),-]{0,6}", b in "[0-9a-zA-ZăâđêôơưạảẫẾỲỵ ./(),-]{0,6}") {
        let ours = sort_key(&a).cmp(&sort_key(&b));
        prop_assert_eq!(ours, collator().compare(&a, &b), "{:?} | {:?}", a, b);
    }

    #[test]
    fn keys_are_steady(text in ".{0,40}") {
        let c = clean(&text);
        prop_assert_eq!(clean(&c), c.clone());
        prop_assert_eq!(nfc(&c), c.clone());
        let f = fold(&c);
        prop_assert_eq!(fold(&f), f.clone());
        prop_assert_eq!(tone::unify(&tone::unify(&c)), tone::unify(&c));
        prop_assert_eq!(fold(&tone::unify(&c)), f);
        prop_assert!(std::str::from_utf8(&sort_key(&text)).is_ok());
        prop_assert!(std::str::from_utf8(&person_sort_key(&text)).is_ok());
        for (range, word) in tokens(&text) {
            prop_assert_eq!(&text[range], word);
        }
    }

    #[test]
    fn forms_of_one_name_have_one_key(name in names()) {
        let nfd: String = name.nfd().collect();
        prop_assert_eq!(exact_key(&nfd), exact_key(&name.to_uppercase()));
        prop_assert_eq!(fold(&nfd), fold(&exact_key(&name)));
        prop_assert!(fold(&name).chars().all(|c| c.is_ascii_lowercase() || c == ' ' || c == '\'' || c == '-'), "{}", name);
    }
}

#[test]
fn classes_sort_by_number() {
    let mut classes = ["10A1", "6A10", "6A2", "6B", "6A1", "Đ1", "D2", "E"];
    classes.sort_by_key(|c| sort_key(c));
    assert_eq!(classes, ["6A1", "6A2", "6A10", "6B", "10A1", "D2", "Đ1", "E"]);
    assert_eq!(sort_key("a").cmp(&sort_key("a b")), Ordering::Less);
}

#[test]
fn old_fonts() {
    use legacy::{Legacy, decode, detect, to_unicode};
    for (kind, raw, expected) in cases(include_str!("../../tests/it/data/text/legacy_encoding_pairs.csv")) {
        match kind.as_str() {
            "tcvn3_upper_font_VnTimeH" => assert_eq!(decode(&raw, Legacy::Tcvn3).to_uppercase(), expected),
            "nfd_to_nfc" => assert_eq!(nfc(&raw), expected),
            "negative" => assert_eq!((detect(&raw), to_unicode(&raw)), (None, expected), "{raw}"),
            _ => {
                let legacy = if kind.starts_with("vni") { Legacy::Vni } else { Legacy::Tcvn3 };
                assert_eq!((detect(&raw), to_unicode(&raw)), (Some(legacy), expected), "{raw}");
            }
        }
    }
}

/// What an old font would have shown for a name: the inverse of decoding, letter by letter.
fn typed_in_tcvn3(name: &str) -> String {
    let signs: Vec<char> = (0x80..=0xFFu32).filter_map(char::from_u32).collect();
    let sign = |c: char| {
        signs.iter().copied().find(|s| legacy::decode(&s.to_string(), legacy::Legacy::Tcvn3) == c.to_string())
    };
    name.chars().map(|c| sign(c).unwrap_or(c)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_in_old_fonts_come_back(name in names()) {
        let lower = nfc(&name).to_lowercase();
        prop_assume!(lower.chars().all(|c| c.is_ascii() || letters::Vowel::of(c).is_some() || c == 'đ'));
        let old = typed_in_tcvn3(&lower);
        prop_assert_eq!(legacy::decode(&old, legacy::Legacy::Tcvn3), lower.clone());
        // A name whose old form happens to be right as it stands (tó for tú) is left alone.
        let read = legacy::to_unicode(&old);
        prop_assert!(read == lower || read == old, "{} read as {}, not {}", old, read, lower);
        prop_assert_eq!(legacy::detect(&lower), None, "{}", lower);
    }
}

#[test]
fn what_looks_clean_is_kept_as_it_is_by_the_long_way_too() {
    let mut clean = 0;
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        for text in [c.to_string(), format!("a{c}b"), format!("{c} {c}"), format!("e{c}")] {
            if super::is_clean(&text) {
                clean += 1;
                assert_eq!(super::cleaned_by_sign(&text, true), text);
                assert_eq!(super::cleaned_by_sign(&text, false), text);
            }
        }
    }
    assert!(clean > 1000, "{clean}");
    for text in [" a", "a ", "a  b", "a\tb", "\n", " ", "e\u{301}", "\u{200b}", "\u{202e}x", "đ\u{323}"] {
        assert!(!super::is_clean(text), "{text:?}");
    }
}
