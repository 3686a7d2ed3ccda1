//! Keys to compare words by, from strict to loose: exact, base letters, folded, i = y. All are lower
//! case and one-way; they must never be shown to people.

use super::letters::{Vowel, push_base, push_folded};
use super::tone;

/// Lower case, NFC, tone on its right letter: Hòa and HOÀ give "hoà".
pub fn exact_key(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    tone::unify(&text.to_lowercase())
}

/// Lower case with hats, horns, bowls and đ, without tones: Nguyễn gives "nguyên".
pub fn base_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::nfc(text).chars().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        push_base(c, &mut out);
    }
    out
}

/// Lower case without any mark, đ → d: Đỗ gives "do". Also right for text that is not NFC.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_folded(c, &mut out);
    }
    out
}

/// y written as i where the two are one sound (kỹ/kĩ, Mỹ/Mĩ, Thy/Thi, Quý/Quí): each word that is
/// consonants and y alone. Case and tone stay; NFC comes out.
pub fn iy_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let nfc = super::nfc(text);
    let mut at = 0;
    for (range, word) in super::tokens(&nfc) {
        out.push_str(&nfc[at..range.start]);
        match swap_last(word, 'y', 'i') {
            Some(swapped) => out.push_str(&swapped),
            None => out.push_str(word),
        }
        at = range.end;
    }
    out.push_str(&nfc[at..]);
    out
}

/// The other spelling of a word by i and y: "ky" ↔ "ki", "mỹ" ↔ "mĩ". `None` for most words.
pub fn iy_twin(word: &str) -> Option<String> {
    swap_last(word, 'y', 'i').or_else(|| swap_last(word, 'i', 'y'))
}

/// The word (NFC) with its last letter `from` as `to`, if it is consonants and that vowel alone.
fn swap_last(word: &str, from: char, to: char) -> Option<String> {
    let last = word.chars().next_back()?;
    let vowel = Vowel::of(last)?;
    if vowel.base() != from {
        return None;
    }
    let onset = &word[..word.len() - last.len_utf8()];
    let mut consonants = onset.to_lowercase();
    if consonants == "qu" {
        consonants.pop();
    }
    let single = !consonants.is_empty()
        && consonants.len() <= 3
        && consonants != "g"
        && consonants.chars().all(|c| (c.is_ascii_lowercase() || c == 'đ') && Vowel::of(c).is_none());
    single.then(|| format!("{onset}{}", vowel.with_base(to).letter()))
}
