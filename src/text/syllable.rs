//! Which strings can be a syllable of Vietnamese. Used to tell raw typing ("nguyeenx") from words
//! of other languages. It must never refuse input: names of other peoples are names.

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
];

const CODAS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// Nuclei that may stand open.
const OPEN: [&str; 51] = [
    "a", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia", "iu",
    "iêu", "oa", "oai", "oay", "oao", "oe", "oeo", "oi", "ôi", "ơi", "ua", "uê", "ui", "uơ", "uy", "uya", "uyu", "uôi",
    "uây", "ưa", "ưi", "ưu", "ươi", "ươu", "ưo", "yêu", "uao", "uai", "uay", "ueo", "uêu",
];

/// Nuclei that may be followed by a consonant.
const CLOSED: [&str; 23] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "iê", "yê", "oa", "oă", "oe", "oo", "uâ", "uê", "uô",
    "uyê", "ươ",
];

/// Whether `word` (lower case, NFC, no tone) can be one syllable.
pub fn is_syllable(word: &str) -> bool {
    ONSETS.iter().any(|onset| {
        word.strip_prefix(onset).is_some_and(|rest| {
            !rest.is_empty()
                && (OPEN.contains(&rest)
                    || rest == "uy"
                    || CODAS[1..].iter().any(|coda| {
                        rest.strip_suffix(coda).is_some_and(|nucleus| CLOSED.contains(&nucleus) || nucleus == "uy")
                    }))
        })
    })
}
