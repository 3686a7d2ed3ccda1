//! Vietnamese alphabetical order as bytes: a ă â … d đ … o ô ơ …, tones after letters, small before
//! capital, numbers by value (6A2 before 6A10). Keys are kept, so the encoding is ours and has a
//! version; it must never depend on a library's tables. A test compares it with ICU.

use super::letters::Vowel;

/// Between the parts of a key: below every weight.
const SEPARATOR: u8 = 0x01;
const BLANK: u8 = 0x02;
const PUNCTUATION: u8 = 0x03;
const NUMBER: u8 = 0x24;
const LETTER: u8 = 0x28;
const OTHER: u8 = 0x7e;

/// Punctuation in the order of the root collation.
const MARKS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
/// Letters in order; f j w z stand where they stand in Latin.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// A key that sorts text in Vietnamese order by comparing bytes; every byte is below 0x80, so a key
/// is also text. Letters decide first, then tones, then case.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() + 8);
    push(&mut key, text);
    key
}

/// A person's key: the given name (last word) first, then family and middle names, as school lists
/// are sorted.
pub fn person_sort_key(name: &str) -> Vec<u8> {
    let name = super::clean(name);
    let (rest, given) = name.rsplit_once(' ').unwrap_or(("", &name));
    let mut key = Vec::with_capacity(name.len() + 12);
    push(&mut key, given);
    key.push(SEPARATOR);
    push(&mut key, rest);
    key
}

fn push(key: &mut Vec<u8>, text: &str) {
    let nfc = super::nfc(text);
    let (mut tones, mut cases) = (Vec::new(), Vec::new());
    let mut chars = nfc.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let mut number = String::from(c);
            while let Some(d) = chars.next_if(char::is_ascii_digit) {
                number.push(d);
            }
            push_number(key, &number);
            tones.push(0x02);
            cases.push(0x02);
            continue;
        }
        let (base, tone, upper) = if let Some(v) = Vowel::of(c) {
            (v.base(), v.tone, v.upper)
        } else {
            let lower = c.to_lowercase().next().unwrap_or(c);
            (lower, 0, lower != c)
        };
        if super::is_invisible(c) {
            continue;
        }
        push_primary(key, base);
        tones.push(0x02 + tone);
        cases.push(0x02 + u8::from(upper));
    }
    for level in [tones, cases] {
        key.push(SEPARATOR);
        let used = level.iter().rposition(|b| *b != 0x02).map_or(0, |i| i + 1);
        key.extend_from_slice(&level[..used]);
    }
}

fn push_primary(key: &mut Vec<u8>, c: char) {
    if c.is_whitespace() {
        key.push(BLANK);
    } else if let Some(i) = ALPHABET.chars().position(|a| a == c) {
        key.push(LETTER + i as u8);
    } else if let Some(i) = MARKS.chars().position(|m| m == c) {
        key.push(PUNCTUATION + i as u8);
    } else {
        let n = c as u32;
        key.extend([
            OTHER,
            0x02 + (n >> 14) as u8,
            0x02 + ((n >> 7) & 0x7f).min(0x7c) as u8,
            0x02 + (n & 0x7f).min(0x7c) as u8,
        ]);
    }
}

/// By value: length first. Zeros in front do not count, as in ICU's numeric order.
fn push_number(key: &mut Vec<u8>, number: &str) {
    let digits = super::without_leading_zeros(number);
    key.push(NUMBER);
    key.push(0x02 + digits.len().min(0x70) as u8);
    key.extend(digits.bytes());
}
