//! When two headers are the same. Must fold only what people vary by accident: marks, case, blanks,
//! line breaks, punctuation, the way letters are composed, and notes on how to fill in.

pub(super) use crate::spec::header_key as folded;

/// Letters and digits with their marks, in lower case.
pub(super) fn exact(header: &str) -> String {
    crate::text::nfc(header).chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The header without a note in brackets on how to fill it in; `None` if there is none. A bracket
/// that says whose it is ("Họ tên (cha)") is no such note.
pub(super) fn without_note(header: &str) -> Option<String> {
    let start = header.find(['(', '['])?;
    let rest = &header[start..];
    let end = rest.find([')', ']']).map_or(rest.len(), |i| i + 1);
    let note = folded(&rest[..end]);
    let has = |parts: &[&str]| parts.iter().any(|part| note.contains(part));
    let is_note = has(&[
        "ddmm",
        "mmyy",
        "ngaythangnam",
        "batbuoc",
        "neuco",
        "chuso",
        "kytu",
        "vidu",
        "dinhdang",
        "ghiro",
        "chon",
    ]) || note.starts_with("vd")
        || note.is_empty()
        || note.bytes().all(|b| b.is_ascii_digit());
    is_note.then(|| format!("{}{}", &header[..start], &rest[end..]))
}

/// A header for a message: line breaks and runs of blanks become one blank, a long one is cut.
pub(super) fn one_line(header: &str) -> String {
    let line = crate::text::clean(header);
    if line.chars().count() > MOST_SHOWN { line.chars().take(MOST_SHOWN).chain(['…']).collect() } else { line }
}

const MOST_SHOWN: usize = 80;

/// Whether one may stand for the other by a slip or an abbreviation.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let short = a.len().min(b.len());
    if short >= 4 && (a.contains(b) || b.contains(a)) {
        return 0.85 + 0.1 * short as f64 / a.len().max(b.len()) as f64;
    }
    strsim::normalized_damerau_levenshtein(a, b)
}

/// From here on it is worth asking.
pub(super) const ALIKE: f64 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_differ_only_by_accident() {
        for header in [
            "Mã trường",
            "MÃ  TRƯỜNG *",
            "MA_TRUONG",
            "ma\ntruong",
            "Ma\u{303} tru\u{31b}o\u{31b}\u{300}ng",
            " Mã trường(*)",
        ] {
            assert_eq!(folded(header), "matruong", "{header:?}");
        }
        assert_eq!(folded("Địa chỉ"), "diachi");
        assert_eq!(exact("Địa chỉ"), "địachỉ");
        assert_ne!(exact("Tên"), exact("Tến"));
    }

    #[test]
    fn only_notes_on_filling_in_are_dropped() {
        assert_eq!(without_note("Ngày sinh (dd/mm/yyyy)").as_deref(), Some("Ngày sinh "));
        assert_eq!(without_note("Ngày sinh (Ngày/tháng/năm) *").as_deref(), Some("Ngày sinh  *"));
        assert_eq!(without_note("Số định danh [12 chữ số]").as_deref(), Some("Số định danh "));
        assert_eq!(without_note("Họ tên (cha)"), None);
        assert_eq!(without_note("Họ tên"), None);
        assert_eq!(without_note("Mã (1").as_deref(), Some("Mã "));
    }

    #[test]
    fn slips_are_alike() {
        assert!(likeness("matruong", "matruonghoc") >= ALIKE);
        assert!(likeness("ngaysinh", "ngaysnih") >= ALIKE);
        assert!(likeness("ngaysinh", "gioitinh") < ALIKE);
        assert_eq!(one_line("Họ\r\n và   tên"), "Họ và tên");
    }
}
