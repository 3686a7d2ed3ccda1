//! The embedded data of the demo (src/demo/data), read once: parts of names with their frequencies,
//! districts and communes, words.

use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A part of a name.
pub(super) struct Part {
    /// As written.
    pub(super) text: &'static str,
    /// Small letters without marks and blanks, for logins and addresses.
    pub(super) ascii: String,
    /// Its place among all parts of its sort, so that lists of a class are in order.
    pub(super) rank: u16,
}

/// Parts with running totals of their weights by sex (0 male, 1 female).
pub(super) struct Parts {
    /// The parts.
    pub(super) parts: Vec<Part>,
    /// Running totals.
    pub(super) totals: [Vec<u32>; 2],
}

/// A district of Hải Dương, to 30/6/2025.
pub(super) struct District {
    /// Three digits.
    pub(super) code: &'static str,
    /// "Huyện Thanh Hà".
    pub(super) name: &'static str,
    /// Indices of its communes.
    pub(super) communes: Vec<usize>,
}

impl District {
    /// "Thanh Hà".
    pub(super) fn short(&self) -> &'static str {
        ["Thành phố ", "Thị xã ", "Huyện "].iter().find_map(|p| self.name.strip_prefix(p)).unwrap_or(self.name)
    }
}

/// A commune to 30/6/2025 and what it became.
pub(super) struct Commune {
    /// Index of its district.
    pub(super) district: usize,
    /// Code to 30/6/2025.
    pub(super) old_code: &'static str,
    /// "Xã Tân Hồng".
    pub(super) old_name: &'static str,
    /// Index of the commune it went into.
    pub(super) new: usize,
}

/// A commune of Hải Phòng from 1/7/2025.
pub(super) struct NewCommune {
    /// Its code.
    pub(super) code: &'static str,
    /// "Xã Cẩm Giang".
    pub(super) name: &'static str,
}

/// Name without "Xã", "Phường" or "Thị trấn".
pub(super) fn bare(name: &'static str) -> &'static str {
    ["Xã ", "Phường ", "Thị trấn ", "Đặc khu "].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name)
}

/// Whether people there live in streets, not hamlets.
pub(super) fn is_town(name: &str) -> bool {
    name.starts_with("Phường ") || name.starts_with("Thị trấn ")
}

/// Everything.
pub(super) struct Pool {
    pub(super) surnames: Parts,
    /// Surnames by code of ethnicity, for others than Kinh.
    pub(super) minorities: Vec<(&'static str, Vec<usize>)>,
    pub(super) middles: Parts,
    pub(super) givens: Parts,
    /// Index of the middle names "Văn" and "Thị".
    pub(super) plain_middle: [usize; 2],
    /// Running totals of births by month.
    pub(super) months: Vec<u32>,
    pub(super) districts: Vec<District>,
    pub(super) communes: Vec<Commune>,
    pub(super) new_communes: Vec<NewCommune>,
    words: Vec<(&'static str, Vec<&'static str>)>,
}

static POOL: LazyLock<Pool> = LazyLock::new(read);

/// The embedded data.
pub(super) fn pool() -> &'static Pool {
    &POOL
}

impl Pool {
    /// The words of a list; empty if there is none.
    pub(super) fn words(&self, list: &str) -> &[&'static str] {
        self.words.iter().find(|(key, _)| *key == list).map_or(&[], |(_, words)| words)
    }

    /// The new commune an old one went into.
    pub(super) fn new_of(&self, commune: usize) -> &NewCommune {
        &self.new_communes[self.communes[commune].new]
    }
}

fn rows(csv: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    csv.lines().skip(1).filter(|line| !line.is_empty()).map(|line| {
        // Phrases hold commas, in the last column only.
        match line.split_once(",\"") {
            Some((first, quoted)) => first.split(',').chain([quoted.trim_end_matches('"')]).collect(),
            None => line.split(',').collect(),
        }
    })
}

/// Small letters without marks; đ is not a composed letter.
pub(super) fn ascii(text: &str) -> String {
    let letters = text.nfd().flat_map(char::to_lowercase).map(|c| if c == 'đ' { 'd' } else { c });
    letters.filter(char::is_ascii_alphanumeric).collect()
}

/// Where a word stands in the Vietnamese dictionary: letters first, then the mark of tone.
fn order(text: &str) -> (Vec<u32>, Vec<u32>) {
    let (mut letters, mut tones) = (Vec::new(), Vec::new());
    for c in text.nfd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}' => tones.push(1),
            '\u{309}' => tones.push(2),
            '\u{303}' => tones.push(3),
            '\u{301}' => tones.push(4),
            '\u{323}' => tones.push(5),
            // ă â ê ô ơ ư and đ come after their plain letters.
            '\u{306}' => letters.last_mut().into_iter().for_each(|l| *l += 1),
            '\u{302}' => letters.last_mut().into_iter().for_each(|l| *l += 2),
            '\u{31B}' => letters.last_mut().into_iter().for_each(|l| *l += 3),
            'đ' => letters.push(u32::from('d') * 4 + 1),
            other => letters.push(u32::from(other) * 4),
        }
    }
    (letters, tones)
}

fn parts(csv: &'static str, one_count: bool) -> Parts {
    let mut parts = Vec::new();
    let mut totals = [Vec::new(), Vec::new()];
    let mut sums = [0u32; 2];
    for row in rows(csv) {
        let count = |column: usize| row.get(column).and_then(|c| c.parse::<u32>().ok()).unwrap_or(0);
        let counts = if one_count { [count(1); 2] } else { [count(1), count(2)] };
        parts.push(Part { text: row[0], ascii: ascii(row[0]), rank: 0 });
        for sex in 0..2 {
            sums[sex] += counts[sex];
            totals[sex].push(sums[sex]);
        }
    }
    let mut by_order: Vec<usize> = (0..parts.len()).collect();
    by_order.sort_by_cached_key(|&i| order(parts[i].text));
    for (rank, &i) in by_order.iter().enumerate() {
        parts[i].rank = rank as u16;
    }
    Parts { parts, totals }
}

fn read() -> Pool {
    let surname_csv = include_str!("data/surnames.csv");
    let mut surnames = parts(surname_csv, true);
    let mut minorities: Vec<(&'static str, Vec<usize>)> = Vec::new();
    let mut total = 0;
    for (i, row) in rows(surname_csv).enumerate() {
        let codes = row.get(2).copied().unwrap_or("");
        if codes.is_empty() {
            total = surnames.totals[0][i];
        }
        for code in codes.split_whitespace() {
            match minorities.iter_mut().find(|(c, _)| *c == code) {
                Some((_, of_code)) => of_code.push(i),
                None => minorities.push((code, vec![i])),
            }
        }
    }
    // Rows with ethnicities stand last and are not drawn for the others.
    for totals in &mut surnames.totals {
        totals.retain(|t| *t <= total);
    }

    let middles = parts(include_str!("data/middle_names.csv"), false);
    let index = |text: &str| middles.parts.iter().position(|p| p.text == text).unwrap_or(0);
    let plain_middle = [index("Văn"), index("Thị")];

    let mut sum = 0;
    let months = rows(include_str!("data/birth_months.csv"))
        .map(|row| {
            sum += row[1].parse::<u32>().unwrap_or(1);
            sum
        })
        .collect();

    let mut districts: Vec<District> = rows(include_str!("data/districts.csv"))
        .map(|row| District { code: row[0], name: row[1], communes: Vec::new() })
        .collect();
    let (mut communes, mut new_communes) = (Vec::new(), Vec::<NewCommune>::new());
    for row in rows(include_str!("data/communes.csv")) {
        let Some(district) = districts.iter().position(|d| d.code == row[0]) else { continue };
        let new = new_communes.iter().position(|n| n.code == row[3]).unwrap_or_else(|| {
            new_communes.push(NewCommune { code: row[3], name: row[4] });
            new_communes.len() - 1
        });
        districts[district].communes.push(communes.len());
        communes.push(Commune { district, old_code: row[1], old_name: row[2], new });
    }

    let mut words: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for row in rows(include_str!("data/words.csv")) {
        match words.last_mut() {
            Some((key, list)) if *key == row[0] => list.push(row[1]),
            _ => words.push((row[0], vec![row[1]])),
        }
    }
    let givens = parts(include_str!("data/given_names.csv"), false);
    Pool { surnames, minorities, middles, givens, plain_middle, months, districts, communes, new_communes, words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_data_is_whole() {
        let pool = pool();
        assert_eq!((pool.districts.len(), pool.communes.len(), pool.new_communes.len()), (12, 207, 64));
        assert_eq!(pool.months.len(), 12);
        assert!(pool.surnames.totals[0].len() < pool.surnames.parts.len());
        assert!(pool.minorities.iter().any(|(code, _)| *code == "02"));
        assert_eq!(pool.middles.parts[pool.plain_middle[1]].text, "Thị");
        for list in [
            "figure",
            "upper_name",
            "flower",
            "hamlet",
            "street",
            "job",
            "workplace",
            "eye",
            "other_disease",
            "praise",
            "praise_mn",
            "prize",
        ] {
            assert!(pool.words(list).len() > 3, "{list}");
        }
        assert!(pool.words("praise").iter().all(|w| w.ends_with('.')));
    }

    #[test]
    fn names_are_in_vietnamese_order() {
        let rank = |name: &str| pool().givens.parts.iter().find(|p| p.text == name).map(|p| p.rank);
        assert!(rank("An") < rank("Anh") && rank("Anh") < rank("Ánh") && rank("Ánh") < rank("Ân"));
        assert!(rank("Dũng") < rank("Đại") && rank("Hoa") < rank("Hòa") && rank("Trung") < rank("Tú"));
    }
}
