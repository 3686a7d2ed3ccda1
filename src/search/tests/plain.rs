//! The index against a search written plainly, on generated docs and queries.

use super::*;
use crate::text::{fold, keys::iy_twin};
use proptest::prelude::*;

/// Syllables that begin alike, differ by marks only, or by i and y.
const SYLLABLES: [&str; 16] =
    ["An", "Ân", "Anh", "Ánh", "Lê", "Lệ", "Lý", "Lí", "Linh", "Đăng", "Dang", "Hoà", "Hoa", "Hoàng", "Nguyễn", "Ngọc"];

fn plain_fits(doc: &Doc, words: &[String]) -> bool {
    let all = format!("{} {}", doc.title, doc.words.join(" "));
    let has: Vec<String> = all.split(' ').map(fold).collect();
    let has: Vec<String> = has.iter().cloned().chain(has.iter().filter_map(|w| iy_twin(w))).collect();
    words.iter().all(|w| has.iter().any(|h| h.starts_with(&fold(w))))
}

fn doc() -> impl Strategy<Value = Doc> {
    let name = proptest::collection::vec(proptest::sample::select(&SYLLABLES[..]), 1..4);
    let word = proptest::collection::vec(proptest::sample::select(&SYLLABLES[..]), 0..2);
    (name, word, 1..4u32, any::<bool>()).prop_map(|(name, words, unit, current)| Doc {
        units: vec![UnitId(unit)],
        words: words.iter().map(|w| (*w).to_owned()).collect(),
        current,
        ..person(0, &name.join(" "))
    })
}

fn asked() -> impl Strategy<Value = Vec<String>> {
    let prefix =
        (proptest::sample::select(&SYLLABLES[..]), 1..7usize, any::<bool>()).prop_map(|(word, letters, bare)| {
            let word: String = word.to_lowercase().chars().take(letters).collect();
            if bare { fold(&word) } else { word }
        });
    proptest::collection::vec(prefix, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_all_and_only_what_fits(docs in proptest::collection::vec(doc(), 1..60), queries in proptest::collection::vec(asked(), 12)) {
        let docs: Vec<Doc> = docs.into_iter().enumerate().map(|(i, d)| Doc { id: i as u64, ..d }).collect();
        let bed = bed(&docs);
        for words in queries {
            for scope in [Scope::All, Scope::of(vec![UnitId(1), UnitId(3)])] {
                let text = words.join(" ");
                let hits = bed.index.search(&scope, &Query::text(&text, 100)).unwrap();
                if hits.reading == Reading::RawKeys {
                    continue;
                }
                let mut wanted: Vec<u64> = docs.iter().filter(|d| scope.has(d.units[0]) && plain_fits(d, &words)).map(|d| d.id).collect();
                let as_typed = (hits.total - hits.near) as usize;
                prop_assert_eq!(hits.hits.len() as u64, hits.total);
                let mut found: Vec<u64> = hits.hits[..as_typed].iter().map(|h| h.id).collect();
                found.sort_unstable();
                wanted.sort_unstable();
                prop_assert_eq!(&found, &wanted, "{} in {:?}", text, scope);
                prop_assert!(hits.hits.is_sorted_by_key(|h| h.cost));
                prop_assert!(hits.hits.iter().all(|h| scope.has(docs[h.id as usize].units[0])));
                prop_assert_eq!(hits.facets.units.iter().map(|u| u.1).sum::<u64>(), hits.total);
                prop_assert_eq!(bed.index.count(&scope, &Query::text(&text, 0)).unwrap(), hits.total);
                let suggested = bed.index.suggest(&scope, &text, None, 8).unwrap();
                prop_assert_eq!(&suggested[..], &hits.hits[..hits.hits.len().min(8)]);
                for hit in &hits.hits[..as_typed] {
                    let doc = &docs[hit.id as usize];
                    let line = format!("{} {}", doc.title, doc.words.join(" "));
                    let marked = highlight(&line, &text);
                    prop_assert!(!marked.is_empty(), "{} | {}", line, text);
                }
            }
        }
    }

    #[test]
    fn any_text_is_safe(text in any::<String>(), other in ".{0,80}") {
        for range in highlight(&text, &other).into_iter().chain(highlight(&other, &text)) {
            prop_assert!(range.start < range.end);
        }
        for range in highlight(&text, &other) {
            prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
        }
        prop_assert!(parse::parse(&text).len() <= parse::MOST_ITEMS);
    }
}
