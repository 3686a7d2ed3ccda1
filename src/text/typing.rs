//! Raw Telex and VNI keystrokes, typed with the keyboard driver off: "nguyeenx vawn an",
//! "nguye64n va8n an". [`readings`] says what a word may have meant. It must never replace what was
//! typed, only stand beside it.

use super::letters::Vowel;
use super::{syllable, tone};

/// Longest raw word looked at: "nghieengs", "nguwowfi", with room for repeats.
const LONGEST: usize = 12;

/// What a raw word may have meant, in lower case NFC with unified tones; empty for most words. Only
/// what makes a Vietnamese syllable, and only if it differs from what was typed.
pub fn readings(word: &str) -> Vec<String> {
    if word.len() < 2 || word.len() > LONGEST || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let lower = word.to_ascii_lowercase();
    let mut out = Vec::new();
    let reading = if lower.bytes().any(|b| b.is_ascii_digit()) { vni(&lower) } else { telex(&lower) };
    out.extend(reading.filter(|r| *r != lower));
    out
}

/// The syllable that these Telex keys (lower case ASCII letters) write.
pub fn telex(keys: &str) -> Option<String> {
    let mut s = Typed::default();
    for key in keys.chars() {
        let done = match key {
            's' => s.tone(4),
            'f' => s.tone(1),
            'r' => s.tone(2),
            'x' => s.tone(3),
            'j' => s.tone(5),
            'z' => s.tone(0),
            'w' => s.horn_or_bowl(true) || s.push('ư'),
            'a' | 'e' | 'o' => s.hat(key),
            'd' => s.stroke(),
            _ => false,
        };
        if !done {
            s.push(key);
        }
    }
    s.finish()
}

/// The syllable that these VNI keys (lower case ASCII letters and digits) write.
pub fn vni(keys: &str) -> Option<String> {
    let mut s = Typed::default();
    for key in keys.chars() {
        let done = match key {
            '1' => s.tone(4),
            '2' => s.tone(1),
            '3' => s.tone(2),
            '4' => s.tone(3),
            '5' => s.tone(5),
            '0' => s.tone(0),
            '6' => s.hat('a') || s.hat('e') || s.hat('o'),
            '7' => s.horn_or_bowl(false),
            '8' => s.bowl(),
            '9' => s.stroke(),
            _ => s.push(key),
        };
        if !done {
            return None;
        }
    }
    s.finish()
}

/// Letters without tone so far, and the tone.
#[derive(Default)]
struct Typed {
    letters: Vec<char>,
    tone: u8,
    /// A key that is also a letter was read as a mark.
    marked: bool,
}

impl Typed {
    fn push(&mut self, c: char) -> bool {
        self.letters.push(c);
        self.marked |= c == 'ư';
        true
    }

    fn tone(&mut self, tone: u8) -> bool {
        let has_vowel = self.letters.iter().any(|c| Vowel::of(*c).is_some());
        // z and 0 only take a tone away.
        if !has_vowel || (tone == 0 && self.tone == 0) {
            return false;
        }
        self.tone = tone;
        self.marked = true;
        true
    }

    /// Changes the last letter that is one of `from`.
    fn change(&mut self, from: &[char], to: &[char]) -> bool {
        for c in self.letters.iter_mut().rev() {
            if let Some(i) = from.iter().position(|f| f == c) {
                *c = to[i];
                self.marked = true;
                return true;
            }
        }
        false
    }

    fn hat(&mut self, plain: char) -> bool {
        match plain {
            'a' => self.change(&['a'], &['â']),
            'e' => self.change(&['e'], &['ê']),
            _ => self.change(&['o'], &['ô']),
        }
    }

    fn bowl(&mut self) -> bool {
        self.change(&['a'], &['ă'])
    }

    fn horn_or_bowl(&mut self, bowl: bool) -> bool {
        // uo + w = ươ at once; a later w finds the second letter of ưo.
        if let Some(i) = self.letters.windows(2).position(|p| matches!(p, ['u' | 'ư', 'o'])) {
            let after_q = i > 0 && self.letters[i - 1] == 'q';
            if !after_q {
                self.letters[i] = 'ư';
            }
            self.letters[i + 1] = 'ơ';
            self.marked = true;
            return true;
        }
        // ua + w = ưa, but qua + w = quă and oa + w = oă.
        if let Some(i) = self.letters.windows(2).position(|p| matches!(p, ['u', 'a']))
            && (i == 0 || self.letters[i - 1] != 'q')
        {
            self.letters[i] = 'ư';
            self.marked = true;
            return true;
        }
        let (from, to): (&[char], &[char]) =
            if bowl { (&['a', 'o', 'u'], &['ă', 'ơ', 'ư']) } else { (&['o', 'u'], &['ơ', 'ư']) };
        self.change(from, to)
    }

    fn stroke(&mut self) -> bool {
        if self.letters.first() == Some(&'d') {
            self.letters[0] = 'đ';
            self.marked = true;
            return true;
        }
        false
    }

    fn finish(self) -> Option<String> {
        let bare: String = self.letters.iter().collect();
        // A word still being typed may want its last consonant: vawn is first vaw.
        let possible = ["", "n", "c"].iter().any(|coda| syllable::is_syllable(&format!("{bare}{coda}")));
        if !self.marked || !possible {
            return None;
        }
        if self.tone == 0 {
            return Some(bare);
        }
        let at = tone::place(&self.letters, self.tone, usize::MAX)?;
        let put = |(i, c): (usize, &char)| match Vowel::of(*c) {
            Some(v) if i == at => v.with_tone(self.tone).letter(),
            _ => *c,
        };
        Some(self.letters.iter().enumerate().map(put).collect())
    }
}
