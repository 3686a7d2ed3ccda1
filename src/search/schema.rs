//! The fields of the index. A change here or in what `analyse` writes needs a new [`FORMAT`]: older
//! directories are then thrown away and filled anew. It must never keep text that can be shown.

use super::tokenizer::BLANKS;
use tantivy::schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};

/// The version of the fields and of what is written into them.
pub(super) const FORMAT: &str = "csdlgd-search-3";

const RAW: &str = "raw";

/// Longest prefix of a word of letters that is a term of its own.
pub(super) const LETTER_GRAM: usize = 3;
/// Longest prefix of a word with digits that is a term of its own.
pub(super) const DIGIT_GRAM: usize = 8;

/// In `pre`: before a prefix of a word of a name.
pub(super) const OF_NAME: char = '=';
/// In `mark`: before a word with all its marks.
pub(super) const EXACT: char = '=';
/// In `mark`: before a word with hats and horns but no tone.
pub(super) const BASE: char = '~';
/// In `code`: before a date, `#20120305`, `#201203`, `#--0305`, or a school year, `#y2012`.
pub(super) const DATE: char = '#';

/// Handles of the fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// The doc's id, to delete by and to give back.
    pub id: Field,
    pub kind: Field,
    pub unit: Field,
    /// Folded words of letters, of everything.
    pub words: Field,
    /// Words with digits, codes, telephone numbers, dates.
    pub code: Field,
    /// Prefixes of all these.
    pub pre: Field,
    /// Folded words of title and names.
    pub name: Field,
    /// Words with their marks.
    pub mark: Field,
    pub level: Field,
    pub grade: Field,
    pub year: Field,
    pub state: Field,
    pub sex: Field,
    pub current: Field,
    /// What the doc counts as: see [`super::facets::combination`] (fast only).
    pub facets: Field,
    /// See [`super::facets::home`] (fast only).
    pub home: Field,
    /// Sort key of the title (fast only).
    pub order: Field,
    /// See [`Face`] (fast only).
    pub face: Field,
}

/// Names of the fast fields.
pub(super) mod column {
    pub(in crate::search) const ID: &str = "id";
    pub(in crate::search) const UNIT: &str = "unit";
    pub(in crate::search) const FACETS: &str = "facets";
    pub(in crate::search) const HOME: &str = "home";
    pub(in crate::search) const ORDER: &str = "order";
    pub(in crate::search) const FACE: &str = "face";
}

/// The schema and its handles.
pub(super) fn schema() -> (Schema, Fields) {
    let mut b = Schema::builder();
    let terms = |tokenizer: &str| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
    };
    let label = terms(RAW);
    let term = NumericOptions::default().set_indexed();
    let number = term.clone().set_fast();
    let fields = Fields {
        id: b.add_u64_field(column::ID, number.clone()),
        kind: b.add_text_field("kind", label.clone()),
        unit: b.add_u64_field(column::UNIT, number),
        words: b.add_text_field("words", terms(BLANKS)),
        code: b.add_text_field("code", terms(BLANKS)),
        pre: b.add_text_field("pre", terms(BLANKS)),
        name: b.add_text_field("name", terms(BLANKS)),
        mark: b.add_text_field("mark", terms(BLANKS)),
        level: b.add_text_field("level", label.clone()),
        grade: b.add_text_field("grade", label.clone()),
        year: b.add_u64_field("year", term.clone()),
        state: b.add_text_field("state", label.clone()),
        sex: b.add_text_field("sex", label),
        current: b.add_bool_field("current", term),
        facets: b.add_text_field(column::FACETS, TextOptions::default().set_fast(RAW)),
        home: b.add_u64_field(column::HOME, FAST),
        order: b.add_text_field(column::ORDER, TextOptions::default().set_fast(RAW)),
        face: b.add_u64_field(column::FACE, FAST),
    };
    (b.build(), fields)
}

/// What ranking must know of a doc, packed into one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Face {
    /// Hash of the folded words of the title in their order.
    pub title: u32,
    /// Hash of the folded given name; 0 if the doc is no person.
    pub given: u16,
    /// Words of the title, at most 15.
    pub words: u8,
    pub current: bool,
    /// [`start_hash`] of the folded first word.
    pub start: u16,
}

impl Face {
    /// As kept.
    pub(super) fn pack(self) -> u64 {
        u64::from(self.title)
            | u64::from(self.given) << 32
            | u64::from(self.words.min(15)) << 48
            | u64::from(self.current) << 52
            | u64::from(self.start & START_MASK) << 53
    }

    /// From what is kept.
    pub(super) fn unpack(v: u64) -> Self {
        Self {
            title: v as u32,
            given: (v >> 32) as u16,
            words: (v >> 48) as u8 & 15,
            current: v >> 52 & 1 == 1,
            start: (v >> 53) as u16,
        }
    }
}

/// A hash that stays the same as long as the index lives (FNV-1a with a final mix).
pub(super) fn hash(parts: &[&str]) -> u32 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        for byte in part.bytes().chain([b' ']) {
            h = (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (h ^ (h >> 32)) as u32
}

/// What is left for the first word in a packed [`Face`].
const START_MASK: u16 = 0x7ff;

/// [`hash`] of a name's first word in 11 bits.
pub(super) fn start_hash(word: &str) -> u16 {
    short_hash(word) & START_MASK
}

/// [`hash`] of one word in 16 bits, never 0.
pub(super) fn short_hash(word: &str) -> u16 {
    let h = hash(&[word]);
    ((h ^ (h >> 16)) as u16).max(1)
}
