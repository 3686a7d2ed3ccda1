//! The letters of Vietnamese: which vowel, which tone, which case. Every other file of `text` asks
//! here; it must never know words or syllables.

use std::sync::LazyLock;

/// Tones in the order of the dictionary (and of ICU): ngang huyền hỏi ngã sắc nặng.
pub const TONES: usize = 6;

/// The twelve vowels by tone, in the order of the alphabet.
const VOWELS: [[char; TONES]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];

/// Each vowel without its hat, horn or bowl.
const PLAIN: [char; 12] = ['a', 'a', 'a', 'e', 'e', 'i', 'o', 'o', 'o', 'u', 'u', 'y'];

const END: usize = 0x1F00;
const UPPER: u8 = 0x80;

/// For each code point below [`END`]: 0, or 1 + vowel × 6 + tone, with the high bit for a capital.
static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = vec![0; END];
    for (v, row) in VOWELS.iter().enumerate() {
        for (t, c) in row.iter().enumerate() {
            let code = 1 + (v * TONES + t) as u8;
            table[*c as usize] = code;
            for up in c.to_uppercase() {
                table[up as usize] = code | UPPER;
            }
        }
    }
    table
});

/// A Vietnamese vowel as it stands in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vowel {
    /// 0–11 in the order a ă â e ê i o ô ơ u ư y.
    pub row: u8,
    /// 0–5, see [`TONES`].
    pub tone: u8,
    /// A capital.
    pub upper: bool,
}

impl Vowel {
    /// The vowel that `c` is, if it is one.
    #[inline]
    pub fn of(c: char) -> Option<Self> {
        let code = *TABLE.get(c as usize)?;
        if code == 0 {
            return None;
        }
        let at = (code & !UPPER) - 1;
        Some(Self { row: at / TONES as u8, tone: at % TONES as u8, upper: code & UPPER != 0 })
    }

    /// The letter.
    pub fn letter(self) -> char {
        let c = VOWELS[self.row as usize][self.tone as usize];
        if self.upper { c.to_uppercase().next().unwrap_or(c) } else { c }
    }

    /// The letter in lower case, with its hat, horn or bowl, without tone.
    pub fn base(self) -> char {
        VOWELS[self.row as usize][0]
    }

    /// The bare letter in lower case.
    pub fn plain(self) -> char {
        PLAIN[self.row as usize]
    }

    /// Whether it carries a hat, horn or bowl.
    pub fn marked(self) -> bool {
        self.base() != self.plain()
    }

    /// The same letter with another tone.
    #[must_use]
    pub fn with_tone(self, tone: u8) -> Self {
        Self { tone, ..self }
    }

    /// Replaces the letter by another vowel of the same tone and case.
    #[must_use]
    pub fn with_base(self, base: char) -> Self {
        Self::of(base).map_or(self, |v| Self { row: v.row, ..self })
    }
}

/// The tone a combining mark stands for.
pub fn tone_of_mark(c: char) -> Option<u8> {
    Some(match c {
        '\u{300}' | '\u{340}' => 1,
        '\u{309}' => 2,
        '\u{303}' => 3,
        '\u{301}' | '\u{341}' => 4,
        '\u{323}' => 5,
        _ => return None,
    })
}

/// `c` in lower case without any mark, appended to `out`: ễ → e, Đ → d, Ç → c, ﬁ → fi.
#[inline]
pub fn push_folded(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else if let Some(v) = Vowel::of(c) {
        out.push(v.plain());
    } else {
        push_folded_rare(c, out);
    }
}

fn push_folded_rare(c: char, out: &mut String) {
    match c {
        'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'ß' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{0060}' | '\u{00B4}' => out.push('\''),
        _ => unicode_normalization::char::decompose_compatible(c, |d| {
            for l in d.to_lowercase().filter(|l| !unicode_normalization::char::is_combining_mark(*l)) {
                // What a compatibility form stands for is folded in its turn.
                if l == c || (!l.is_ascii() && d == c) { out.push(l) } else { push_folded(l, out) }
            }
        }),
    }
}

/// `c` in lower case with hat, horn, bowl and stroke but no tone, appended to `out`: ễ → ê, Đ → đ.
#[inline]
pub fn push_base(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else if let Some(v) = Vowel::of(c) {
        out.push(v.base());
    } else if matches!(c, 'đ' | 'Đ') {
        out.push('đ');
    } else {
        push_folded_rare(c, out);
    }
}

/// Whether `c` is a letter, digit or mark: what words are made of.
#[inline]
pub fn in_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    Vowel::of(c).is_some() || c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// An apostrophe in any of its shapes, as in M'Drắk, Đắk R’lấp.
#[inline]
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{00B4}')
}
