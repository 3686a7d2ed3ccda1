//! Text typed before Unicode: TCVN3 (.VnTime fonts) and VNI fonts, seen as Latin letters in old
//! workbooks ("NguyÔn V¨n Hïng", "Nguyeãn Vaên Huøng"). [`detect`] is sure or says nothing; it must
//! never turn text that is right, or of another language, into something else.

use super::letters::Vowel;
use super::syllable::is_syllable;

/// An encoding of old fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// TCVN 5712:1993, third form: one sign a letter.
    Tcvn3,
    /// VNI Windows: a letter and a sign.
    Vni,
}

/// TCVN3 sign → letter.
const TCVN3: &str = "µà¸á¶ả·ã¹ạ¨ă»ằ¾ắ¼ẳ½ẵÆặ©âÇầÊấÈẩÉẫËậ®đÌèÐéÎẻÏẽÑẹªêÒềÕếÓểÔễÖệ×ìÝíØỉÜĩÞịßòãóáỏâõäọ«ôåồèốæổçỗéộ¬ơêờíớëởìỡîợïùóúñủòũôụ\u{AD}ưõừøứöử÷ữùựúỳýýûỷüỹþỵ¡Ă¢Â§Đ£Ê¤Ô¥Ơ¦Ưμà";

/// VNI letter and sign → letter. Signs stand after their letter; ô and ö are letters of their own.
const VNI: [(&str, &str); 12] = [
    ("a", "øàùáûảõãïạ"),
    ("a", "êăèằéắúẳüẵëặ"),
    ("a", "ââàầáấåẩãẫäậ"),
    ("e", "øèùéûẻõẽïẹ"),
    ("e", "âêàềáếåểãễäệ"),
    ("o", "øòùóûỏõõïọ"),
    ("o", "âôàồáốåổãỗäộ"),
    ("ô", "øờùớûởõỡïợ"),
    ("u", "øùùúûủõũïụ"),
    ("ö", "øừùứûửõữïự"),
    ("y", "øỳùýûỷõỹ"),
    // Alone.
    ("", "ñđììííæỉóĩòịîỵôơöư"),
];

/// The text in Unicode, if it is of that encoding; what has no meaning in it stays.
pub fn decode(text: &str, from: Legacy) -> String {
    match from {
        Legacy::Tcvn3 => text.chars().map(|c| in_pairs(TCVN3, c).unwrap_or(c)).collect(),
        Legacy::Vni => {
            let mut out = String::with_capacity(text.len() * 2);
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                if let Some(letter) = chars.peek().and_then(|sign| vni_pair(c, *sign)) {
                    chars.next();
                    out.push(letter);
                } else {
                    out.push(vni_alone(c).unwrap_or(c));
                }
            }
            out
        }
    }
}

fn in_pairs(pairs: &str, sign: char) -> Option<char> {
    let mut chars = pairs.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if from == sign {
            return Some(to);
        }
    }
    None
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn cased(letter: char, like: char) -> char {
    if like.is_uppercase() { letter.to_uppercase().next().unwrap_or(letter) } else { letter }
}

fn vni_pair(base: char, sign: char) -> Option<char> {
    let (b, s) = (lower(base), lower(sign));
    let mut rows = VNI.iter().filter(|(letter, _)| letter.chars().eq([b]));
    rows.find_map(|(_, pairs)| in_pairs(pairs, s)).map(|letter| cased(letter, base))
}

fn vni_alone(c: char) -> Option<char> {
    in_pairs(VNI[11].1, lower(c)).map(|letter| cased(letter, c))
}

/// Without a sign that is no Vietnamese letter, this many words must be wrong as they stand: names of
/// other peoples (Neáng, H'Wơn) are no Vietnamese syllables either.
const ENOUGH: usize = 3;

/// The encoding of a text, if every strange word of it becomes a Vietnamese syllable in that one
/// and the text can't be right as it stands. The longer the text the surer: ask of a whole column.
pub fn detect(text: &str) -> Option<Legacy> {
    if text.is_ascii() {
        return None;
    }
    let strange = words(text).any(|w| !is_cased_as_words_are(w) || w.chars().any(|c| !is_vietnamese(c)));
    let wrong = words(text).filter(|w| !is_right(w)).count();
    if !strange && wrong < ENOUGH {
        return None;
    }
    [Legacy::Tcvn3, Legacy::Vni].into_iter().find(|legacy| {
        let mut changed = 0;
        let fits = words(text).filter(|w| !w.is_ascii()).all(|word| {
            let decoded = decode(word, *legacy);
            changed += usize::from(decoded != word);
            is_right(&decoded)
        });
        fits && changed > 0
    })
}

/// The text in Unicode, whatever it was typed in.
pub fn to_unicode(text: &str) -> String {
    detect(text).map_or_else(|| text.to_owned(), |legacy| decode(text, legacy))
}

/// Words between blanks and ASCII signs: the signs of the old fonts are parts of words.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
}

/// Whether a word is a Vietnamese syllable with at most one tone, or plain ASCII.
fn is_right(word: &str) -> bool {
    let nfc = super::nfc(word);
    let tones = nfc.chars().filter_map(Vowel::of).filter(|v| v.tone != 0).count();
    nfc.is_ascii() || (tones <= 1 && is_syllable(&super::base_key(&nfc)))
}

fn is_vietnamese(c: char) -> bool {
    c.is_ascii()
        || Vowel::of(c).is_some()
        || matches!(c, 'đ' | 'Đ')
        || unicode_normalization::char::is_combining_mark(c)
}

/// Whether capitals stand where words have them: huÊn is huấn in an old font.
fn is_cased_as_words_are(word: &str) -> bool {
    let tail: Vec<char> = word.chars().skip(1).filter(|c| c.is_alphabetic()).collect();
    tail.iter().all(|c| !c.is_uppercase()) || tail.iter().all(|c| !c.is_lowercase())
}
