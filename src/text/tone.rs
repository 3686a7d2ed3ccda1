//! Where the tone mark stands. Hòa and hoà, thúy and thuý, víêng and viếng are one word spelt by
//! different keyboards: [`unify`] puts the mark where the school books put it, so that both give
//! one key. It must never change which tone or which letters a word has.

use super::letters::{Vowel, in_word, is_apostrophe, tone_of_mark};
use unicode_normalization::UnicodeNormalization;

/// The text with each tone on its right letter (hoà, thuý, khoẻ, ngoài, của). NFC comes out.
/// What is no Vietnamese syllable (café, mañana, two tones in one word) stays as it is.
pub fn unify(text: &str) -> String {
    let nfc = super::nfc(text);
    if nfc.is_ascii() {
        return nfc;
    }
    let mut out = String::with_capacity(nfc.len());
    let mut rest = nfc.as_str();
    while let Some(start) = rest.find(in_word) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !in_word(c) && !is_apostrophe(c)).unwrap_or(rest.len());
        unify_word(&rest[..end], &mut out);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// One word (NFC), appended to `out`.
pub(super) fn unify_word(word: &str, out: &mut String) {
    match moved(word) {
        Some(right) => out.push_str(&right),
        None => out.push_str(word),
    }
}

/// The longest word that is looked at: nghiêng has seven letters.
const LONGEST: usize = 12;

/// The word with its tone moved; `None` if there is nothing to move.
fn moved(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let mut letters: Vec<char> = Vec::with_capacity(LONGEST);
    let mut tone: Option<(u8, usize)> = None;
    let mut add_tone = |t: u8, at: usize| -> Option<()> {
        if tone.is_some() {
            return None;
        }
        tone = Some((t, at));
        Some(())
    };
    for c in word.chars() {
        if letters.len() > LONGEST {
            return None;
        }
        if let Some(v) = Vowel::of(c) {
            if v.tone != 0 {
                add_tone(v.tone, letters.len())?;
            }
            letters.push(v.with_tone(0).letter());
        } else if c.is_ascii() || matches!(c, 'đ' | 'Đ') || is_apostrophe(c) {
            letters.push(c);
        } else {
            // A tone that an editor dropped on a consonant: ḳ, ŕ, or loose after an apostrophe.
            for d in std::iter::once(c).nfd() {
                match tone_of_mark(d) {
                    Some(t) => add_tone(t, letters.len().saturating_sub(1))?,
                    None if d.is_ascii() => letters.push(d),
                    None => return None,
                }
            }
        }
    }
    let (tone, was) = tone?;
    let right = place(&letters, tone, was)?;
    let mut out = String::with_capacity(word.len());
    for (i, c) in letters.iter().enumerate() {
        match Vowel::of(*c) {
            Some(v) if i == right => out.push(v.with_tone(tone).letter()),
            _ => out.push(*c),
        }
    }
    Some(out)
}

/// The index of the letter that carries the tone in a syllable written without tones.
/// `None` if this is no single syllable.
pub(super) fn place(letters: &[char], tone: u8, was: usize) -> Option<usize> {
    let vowel = |i: usize| letters.get(i).copied().and_then(Vowel::of);
    let is = |i: usize, plain: char| letters.get(i).is_some_and(|c| c.eq_ignore_ascii_case(&plain));
    let mut start = (0..letters.len()).find(|i| vowel(*i).is_some())?;
    let end = (start..letters.len()).find(|i| vowel(*i).is_none()).unwrap_or(letters.len());
    if (end..letters.len()).any(|i| vowel(i).is_some()) {
        return None;
    }
    let bare_onset = start == 0;
    // The u of qu and the i of gi belong to the consonant, if a vowel follows.
    if start > 0 && end - start > 1 && is(start - 1, 'q') && is(start, 'u') {
        start += 1;
    } else if start == 1 && end - start > 1 && is(0, 'g') && is(1, 'i') {
        if tone == 5 && was == start && end - start == 2 && end == letters.len() && is(2, 'a') {
            return Some(start); // gịa (giặt gịa), not giạ
        }
        start += 1;
    }
    let plain = |i: usize| vowel(i).map_or(' ', Vowel::plain);
    let base = |i: usize| vowel(i).map_or(' ', Vowel::base);
    // ă â ê ô ơ ư carry it themselves; of ươ the ơ.
    if let Some(marked) = (start..end).rev().find(|i| vowel(*i).is_some_and(Vowel::marked)) {
        let horned = marked > start && base(marked) == 'ư' && base(marked - 1) == 'ư';
        return Some(if horned { marked - 1 } else { marked });
    }
    let closed = end < letters.len();
    Some(match end - start {
        1 => start,
        2 if closed => start + 1,
        2 => match (plain(start), plain(start + 1)) {
            ('o', 'a' | 'e') => start + 1,
            ('u', 'y') if !bare_onset => start + 1,
            _ => start,
        },
        3 => start + 1,
        _ => return None,
    })
}
