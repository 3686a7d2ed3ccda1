//! What a [`Doc`] becomes in the index: folded words, words with marks, prefixes, codes with and
//! without leading zeros, dates. It must never meet a query; `parse` is its other half, and the two
//! must agree.

use super::facets;
use super::model::Doc;
use super::schema::{BASE, DATE, DIGIT_GRAM, EXACT, Face, Fields, LETTER_GRAM, OF_NAME, hash, short_hash, start_hash};
use crate::text;
use crate::text::letters::{is_apostrophe, push_folded};
use std::collections::HashMap;
use tantivy::TantivyDocument;

/// Longest word kept, in bytes of its folded form.
pub(super) const LONGEST_WORD: usize = 64;
/// Most words read of one doc.
const MOST_WORDS: usize = 200;

/// Most different words remembered: syllables of names are some thousands.
const MOST_REMEMBERED: usize = 20_000;

/// Makes tantivy documents. Keeps its buffers between them, and what words it has met become: the
/// same few thousand syllables make all names.
pub(super) struct Analyser {
    fields: Fields,
    words: String,
    code: String,
    pre: String,
    name: String,
    mark: String,
    left: usize,
    met: HashMap<String, Tokens>,
}

/// What a word becomes, each list with a blank after each token.
#[derive(Default)]
struct Tokens {
    words: String,
    code: String,
    pre: String,
    /// The prefixes again, as of a name.
    name_pre: String,
    mark: String,
}

impl Analyser {
    pub(super) fn new(fields: Fields) -> Self {
        let s = String::new;
        Self { fields, words: s(), code: s(), pre: s(), name: s(), mark: s(), left: 0, met: HashMap::new() }
    }

    /// The document to add.
    pub(super) fn document(&mut self, doc: &Doc) -> TantivyDocument {
        for s in [&mut self.words, &mut self.code, &mut self.pre, &mut self.name, &mut self.mark] {
            s.clear();
        }
        self.left = MOST_WORDS;
        let face = self.title(doc);
        for name in doc.names.iter().filter(|n| **n != doc.title) {
            self.text(name, true);
        }
        for words in &doc.words {
            self.text(words, false);
        }
        for code in &doc.codes {
            self.code(code);
        }
        for phone in &doc.phones {
            self.code(&text::phone_key(phone).unwrap_or_else(|| text::digits(phone)));
        }
        for date in &doc.dates {
            self.date(*date);
        }
        for year in &doc.years {
            self.year(&year.to_string());
            put(&mut self.code, &format!("{DATE}y{year}"));
        }
        self.fill(doc, face)
    }

    fn fill(&self, doc: &Doc, face: Face) -> TantivyDocument {
        let f = self.fields;
        let mut out = TantivyDocument::new();
        out.add_u64(f.id, doc.id);
        out.add_text(f.kind, &doc.kind);
        for unit in &doc.units {
            out.add_u64(f.unit, u64::from(unit.0));
        }
        let texts = [
            (f.words, &self.words),
            (f.code, &self.code),
            (f.pre, &self.pre),
            (f.name, &self.name),
            (f.mark, &self.mark),
        ];
        for (field, text) in texts {
            if !text.is_empty() {
                out.add_text(field, text);
            }
        }
        for level in &doc.levels {
            out.add_text(f.level, level);
        }
        for (field, value) in
            [(f.grade, doc.grade.as_deref()), (f.sex, doc.sex.as_deref()), (f.state, Some(doc.state.as_str()))]
        {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                out.add_text(field, value);
            }
        }
        for year in &doc.years {
            out.add_u64(f.year, u64::from(*year));
        }
        out.add_bool(f.current, doc.current);
        out.add_text(f.facets, facets::combination(doc));
        out.add_u64(f.home, facets::home(&doc.units));
        let key = if doc.person { text::person_sort_key(&doc.title) } else { text::sort_key(&text::clean(&doc.title)) };
        out.add_text(f.order, String::from_utf8_lossy(&key));
        out.add_u64(f.face, face.pack());
        out
    }

    fn title(&mut self, doc: &Doc) -> Face {
        self.text(&doc.title, true);
        let folded: Vec<String> = text::tokens(&doc.title).take(MOST_WORDS).map(|(_, w)| fold_word(w)).collect();
        let parts: Vec<&str> = folded.iter().map(String::as_str).collect();
        let given = if doc.person { parts.last().map_or(0, |w| short_hash(w)) } else { 0 };
        let start = parts.first().map_or(0, |w| start_hash(w));
        Face { title: hash(&parts), given, words: parts.len().min(15) as u8, current: doc.current, start }
    }

    fn text(&mut self, line: &str, name: bool) {
        let line = text::nfc(line);
        let mut before: Option<(usize, &str)> = None;
        for (range, word) in text::tokens(&line) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.word(word, name);
            if let Some((end, first)) = before
                && let Some(joined) = joined(first, &line[end..range.start], word)
            {
                self.number(&joined);
            }
            before = Some((range.end, word));
        }
    }

    fn word(&mut self, word: &str, name: bool) {
        if !self.met.contains_key(word) {
            if self.met.len() >= MOST_REMEMBERED {
                self.met.clear();
            }
            self.met.insert(word.to_owned(), Tokens::of(word));
        }
        let Some(tokens) = self.met.get(word) else { return };
        self.code.push_str(&tokens.code);
        self.words.push_str(&tokens.words);
        self.pre.push_str(&tokens.pre);
        self.mark.push_str(&tokens.mark);
        if name {
            self.name.push_str(&tokens.words);
            self.name.push_str(&tokens.code);
            self.pre.push_str(&tokens.name_pre);
        }
    }

    /// A folded word with digits: itself and its prefixes.
    fn number(&mut self, fold: &str) {
        put(&mut self.code, fold);
        for gram in grams(fold, DIGIT_GRAM) {
            put(&mut self.pre, gram);
        }
    }

    /// A year: found when three of its digits are typed.
    fn year(&mut self, year: &str) {
        put(&mut self.code, year);
        for gram in grams(year, DIGIT_GRAM).skip(2) {
            put(&mut self.pre, gram);
        }
    }

    /// An identity code: in one piece, and its pieces. (Zeros lost in front are put back by `parse`.)
    fn code(&mut self, code: &str) {
        let pieces: Vec<String> = text::tokens(code).take(16).map(|(_, w)| fold_word(w)).collect();
        let whole = cut(pieces.concat());
        if whole.is_empty() {
            return;
        }
        self.number(&whole);
        if pieces.len() > 1 {
            for piece in &pieces {
                self.number(piece);
            }
        }
    }

    fn date(&mut self, (year, month, day): (i16, u8, u8)) {
        if !(1000..=9999).contains(&year) {
            return;
        }
        self.year(&year.to_string());
        if (1..=12).contains(&month) {
            put(&mut self.code, &format!("{DATE}{year}{month:02}"));
            if (1..=31).contains(&day) {
                put(&mut self.code, &format!("{DATE}{year}{month:02}{day:02}"));
                put(&mut self.code, &format!("{DATE}--{month:02}{day:02}"));
            }
        }
    }
}

impl Tokens {
    fn of(word: &str) -> Self {
        let mut t = Self::default();
        let fold = fold_word(word);
        if fold.bytes().any(|b| b.is_ascii_digit()) {
            t.number(&fold);
            // 6a1 is also looked for as "6 a1".
            if let Some(at) = fold.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0) {
                t.number(&fold[at..]);
            }
        } else if !fold.is_empty() {
            t.letters(&fold);
            if let Some(twin) = text::keys::iy_twin(&fold) {
                put(&mut t.words, &twin);
                if twin.len() <= LETTER_GRAM {
                    put(&mut t.pre, &twin);
                    t.name_pre.push(OF_NAME);
                    put(&mut t.name_pre, &twin);
                }
            }
            t.marks(word);
            if word.contains(is_apostrophe) {
                for piece in word.split(is_apostrophe).map(fold_word).filter(|p| !p.is_empty()) {
                    t.letters(&piece);
                }
            }
        }
        t
    }

    fn letters(&mut self, fold: &str) {
        put(&mut self.words, fold);
        self.grams(fold, LETTER_GRAM);
    }

    fn number(&mut self, fold: &str) {
        put(&mut self.code, fold);
        self.grams(fold, DIGIT_GRAM);
    }

    fn grams(&mut self, fold: &str, most: usize) {
        for gram in grams(fold, most) {
            put(&mut self.pre, gram);
            self.name_pre.push(OF_NAME);
            put(&mut self.name_pre, gram);
        }
    }

    fn marks(&mut self, word: &str) {
        let (base, exact) = marks(word);
        self.mark.push(BASE);
        put(&mut self.mark, &base);
        if exact.is_ascii() {
            return;
        }
        self.mark.push(EXACT);
        put(&mut self.mark, &exact);
        if let Some(twin) = text::keys::iy_twin(&exact) {
            self.mark.push(EXACT);
            put(&mut self.mark, &twin);
        }
    }
}

/// Two short pieces with one sign between, as classes are named: 6/1, 10-A1, 6.2 give "6/1", …
pub(super) fn joined(first: &str, gap: &str, second: &str) -> Option<String> {
    let short = |w: &str| w.len() <= 3 && w.bytes().all(|b| b.is_ascii_alphanumeric());
    let class =
        matches!(gap, "/" | "-" | "." | "_") && short(first) && short(second) && first.as_bytes()[0].is_ascii_digit();
    class.then(|| format!("{}/{}", first.to_ascii_lowercase(), second.to_ascii_lowercase()))
}

/// A word as it is compared: folded, apostrophes dropped, cut to a bearable length.
pub(super) fn fold_word(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    push_word(word, &mut out);
    out
}

fn push_word(word: &str, out: &mut String) {
    for c in word.chars() {
        if out.len() >= LONGEST_WORD {
            break;
        }
        if !is_apostrophe(c) {
            push_folded(c, out);
        }
    }
    // What a rare character folds to may hold blanks or signs.
    if !out.bytes().all(|b| b.is_ascii_alphanumeric()) {
        out.retain(char::is_alphanumeric);
    }
}

/// A word with hats and horns but no tone, and with all its marks; apostrophes dropped.
pub(super) fn marks(word: &str) -> (String, String) {
    let bare: String = word.chars().filter(|c| !is_apostrophe(*c)).take(LONGEST_WORD / 2).collect();
    let exact = text::exact_key(&bare);
    (text::base_key(&exact), exact)
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().find(|(i, _)| *i >= LONGEST_WORD) {
        text.truncate(at);
    }
    text
}

fn put(out: &mut String, token: &str) {
    out.push_str(token);
    out.push(' ');
}

/// The first 1, 2, … `most` letters of a word.
fn grams(word: &str, most: usize) -> impl Iterator<Item = &str> {
    word.char_indices().take(most).map(|(i, c)| &word[..i + c.len_utf8()])
}
