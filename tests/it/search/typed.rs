//! Ways in which people type a name: with marks, without, as raw keys, turned round, with a slip. Each
//! is the opposite of what the program does, and uses nothing of it.

use unicode_normalization::UnicodeNormalization;

/// A small generator: the same stream for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) as usize) % n
    }

    /// One of some.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Without marks, lower case.
pub(super) fn plain(text: &str) -> String {
    let bare = text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    bare.map(|c| if matches!(c, 'đ' | 'Đ') { 'd' } else { c }).collect::<String>().to_lowercase()
}

/// The last word first.
pub(super) fn turned(name: &str) -> String {
    match name.rsplit_once(' ') {
        Some((rest, given)) => format!("{given} {rest}"),
        None => name.to_owned(),
    }
}

/// The marks of a letter, as NFD writes them, and what keys make them.
const KEYS: [(char, char, char); 5] =
    [('\u{300}', 'f', '2'), ('\u{301}', 's', '1'), ('\u{303}', 'x', '4'), ('\u{309}', 'r', '3'), ('\u{323}', 'j', '5')];

/// What the keyboard sends when its driver is off: the tone after the word, as most people type it.
fn keyed(
    text: &str,
    hat: fn(char) -> char,
    horn: fn(char) -> char,
    stroke: char,
    tone: fn((char, char, char)) -> char,
) -> String {
    let word = |word: &str| {
        let (mut out, mut last) = (String::new(), None);
        for c in word.to_lowercase().nfd() {
            let letter = out.chars().rev().find(|c| c.is_alphabetic()).unwrap_or(' ');
            match c {
                'đ' => out.extend(['d', stroke]),
                '\u{302}' => out.push(hat(letter)),
                '\u{306}' | '\u{31B}' => out.push(horn(letter)),
                c => match KEYS.iter().find(|k| k.0 == c) {
                    Some(key) => last = Some(tone(*key)),
                    None => out.push(c),
                },
            }
        }
        out.extend(last);
        out
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Raw Telex keys: "nguyeenx vawn an".
pub(super) fn telex(text: &str) -> String {
    keyed(text, |letter| letter, |_| 'w', 'd', |(_, telex, _)| telex)
}

/// Raw VNI keys: "nguye6n4 va8n an".
pub(super) fn vni(text: &str) -> String {
    keyed(text, |_| '6', |letter| if letter == 'a' { '8' } else { '7' }, '9', |(_, _, vni)| vni)
}

/// One slip in one word: a letter more, less, other, or two swapped. Words of one letter have none.
pub(super) fn slipped(text: &str, dice: &mut Dice) -> String {
    let mut words: Vec<Vec<char>> = text.split(' ').map(|w| w.chars().collect()).collect();
    let long: Vec<usize> = (0..words.len()).filter(|i| words[*i].len() >= 3).collect();
    let some: Vec<usize> = (0..words.len()).filter(|i| words[*i].len() >= 2).collect();
    let Some(at) = [long, some].into_iter().find(|c| !c.is_empty()).map(|c| *dice.one(&c)) else { return text.into() };
    let word = &mut words[at];
    let before = word.clone();
    while *word == before {
        word.clone_from(&before);
        let i = dice.below(word.len());
        let other = *dice.one(&"aeiouynhgtcmldbkrsvpqx".chars().collect::<Vec<_>>());
        match dice.below(4) {
            0 if i + 1 < word.len() => word.swap(i, i + 1),
            1 => drop(word.remove(i)),
            2 => word.insert(i, other),
            _ => word[i] = other,
        }
    }
    words.iter().map(|w| w.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[test]
fn people_type_in_these_ways() {
    assert_eq!(plain("Nguyễn Đức Ơn"), "nguyen duc on");
    assert_eq!(telex("Nguyễn Văn Đường"), "nguyeenx vawn dduwowngf");
    assert_eq!(vni("Nguyễn Văn Đường"), "nguye6n4 va8n d9u7o7ng2");
    assert_eq!(turned("Trần Thị Hòa"), "Hòa Trần Thị");
    let mut dice = Dice::new(1);
    assert!((0..100).all(|_| strsim::osa_distance(&slipped("tran thi hoa", &mut dice), "tran thi hoa") == 1));
}
