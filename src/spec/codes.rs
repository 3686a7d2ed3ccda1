//! Code lists with dates. A code alone means nothing for ever: the numbers of communes were used
//! again on 1/7/2025. Whoever looks one up says for when.

use super::levels::Levels;
use crate::text;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::OnceLock;

/// All code lists.
#[derive(Debug, Default)]
pub struct CodeLists {
    /// In order of their keys.
    pub lists: Vec<CodeList>,
    /// Key to index of `lists`.
    pub by_key: HashMap<String, usize>,
    /// What became of codes on a day.
    pub changes: Vec<CodeChange>,
}

impl CodeLists {
    /// The list with this key.
    pub fn get(&self, key: &str) -> Option<&CodeList> {
        self.by_key.get(key).map(|&i| &self.lists[i])
    }

    /// What a code of `list` became after the day it ended: pairs (new code, whole or in part).
    pub fn successors(&self, list: usize, code: &str) -> Vec<(&str, bool)> {
        let of_list = self.changes.iter().filter(|c| c.list == list);
        of_list.flat_map(|c| c.pairs.iter().filter(|p| p.old == code).map(|p| (p.new.as_str(), p.whole))).collect()
    }
}

/// One code list.
#[derive(Debug, Default)]
pub struct CodeList {
    /// English, never changes.
    pub key: String,
    /// As pages show it.
    pub label: String,
    /// Where it comes from.
    pub source: String,
    /// The lists its codes depend on, with the days that holds.
    pub parents: Vec<ParentList>,
    /// Whether parents are codes of the same list.
    pub tree: bool,
    /// In the order of the file.
    pub codes: Vec<Code>,
    /// Code → indices of `codes`, oldest first.
    pub(super) by_code: HashMap<String, Vec<u32>>,
    /// Folded name → indices of `codes`; made when first asked for.
    pub(super) by_label: OnceLock<HashMap<String, Vec<u32>>>,
}

/// A list on which another depends.
#[derive(Clone, Debug)]
pub struct ParentList {
    /// Index of `CodeLists::lists`.
    pub list: usize,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

/// One value of a list in one time.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Text, leading zeros kept.
    pub code: String,
    /// What people read.
    pub name: String,
    /// First day of use.
    pub from: Option<Date>,
    /// Last day of use.
    pub to: Option<Date>,
    /// Levels it is offered at.
    pub levels: Levels,
    /// Code of the national data centre (2025); "" unknown.
    pub maps_2025: String,
    /// Code in the parent list; "" none.
    pub parent: String,
    /// Whatever else the file says: `key=value`.
    pub extra: Vec<(String, String)>,
}

impl Code {
    /// Whether it is in use on `date`.
    pub fn valid_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    /// A value of `extra`.
    pub fn extra(&self, key: &str) -> Option<&str> {
        self.extra.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// "đến 30/06/2025", "từ 01/07/2025" or "": for messages.
    pub fn validity(&self) -> String {
        let show = |d: Date| super::PartialDate::from(d).show();
        match (self.from, self.to) {
            (None, None) => String::new(),
            (Some(from), None) => format!("từ {}", show(from)),
            (None, Some(to)) => format!("đến {}", show(to)),
            (Some(from), Some(to)) => format!("từ {} đến {}", show(from), show(to)),
        }
    }
}

/// What became of the codes of a list on one day.
#[derive(Clone, Debug)]
pub struct CodeChange {
    /// Index of `CodeLists::lists`.
    pub list: usize,
    /// The first day of the new codes.
    pub on: Date,
    /// Old and new codes.
    pub pairs: Vec<Change>,
}

/// One old code and one new.
#[derive(Clone, Debug)]
pub struct Change {
    /// Before the day.
    pub old: String,
    /// From the day on.
    pub new: String,
    /// All of it, or a part.
    pub whole: bool,
}

impl CodeList {
    /// The value with this code on `date`.
    pub fn at(&self, code: &str, date: Date) -> Option<&Code> {
        self.versions(code).find(|c| c.valid_on(date))
    }

    /// All values this code has had, oldest first.
    pub fn versions(&self, code: &str) -> impl DoubleEndedIterator<Item = &Code> {
        self.by_code.get(code).into_iter().flatten().map(|&i| &self.codes[i as usize])
    }

    /// The value on `date`; if there was none, the newest one.
    pub fn best(&self, code: &str, date: Date) -> Option<&Code> {
        self.at(code, date).or_else(|| self.versions(code).next_back())
    }

    /// What people read for a code on `date`; the code itself if the list does not know it.
    pub fn label<'a>(&'a self, code: &'a str, date: Date) -> &'a str {
        self.best(code, date).map_or(code, |c| c.name.as_str())
    }

    /// Values whose name, or another accepted name, is `label` when case, marks and blanks are left
    /// aside.
    pub fn by_label(&self, label: &str) -> impl Iterator<Item = &Code> {
        let map = self.by_label.get_or_init(|| self.fold_labels());
        map.get(&label_key(label)).into_iter().flatten().map(|&i| &self.codes[i as usize])
    }

    /// What a form offers: values in use on `date`, at one of `levels`, under `parent` (`None`: any).
    pub fn options<'a>(
        &'a self,
        date: Date,
        levels: Levels,
        parent: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Code> {
        self.codes.iter().filter(move |c| {
            c.valid_on(date) && c.levels.apply_to(levels) && parent.is_none_or(|p| c.parent.is_empty() || c.parent == p)
        })
    }

    /// The lists its codes depended on at `date`.
    pub fn parents_at(&self, date: Date) -> impl Iterator<Item = usize> {
        let in_time = move |p: &&ParentList| p.from.is_none_or(|f| f <= date) && p.to.is_none_or(|t| date <= t);
        self.parents.iter().filter(in_time).map(|p| p.list)
    }

    /// Files the codes by code; called once when the list is read.
    pub(super) fn index(&mut self) {
        self.by_code.clear();
        for (i, code) in self.codes.iter().enumerate() {
            self.by_code.entry(code.code.clone()).or_default().push(i as u32);
        }
        let codes = &self.codes;
        for versions in self.by_code.values_mut() {
            versions.sort_by_key(|&i| codes[i as usize].from);
        }
    }

    fn fold_labels(&self) -> HashMap<String, Vec<u32>> {
        let mut map: HashMap<String, Vec<u32>> = HashMap::with_capacity(self.codes.len());
        let place = matches!(self.key.as_str(), "province" | "district" | "commune");
        for (i, code) in self.codes.iter().enumerate() {
            let others = code.extra("other_names").unwrap_or_default().split(',');
            let short = if place { without_rank(&code.name) } else { "" };
            let names = [code.name.as_str(), short, code.extra("ministry_name").unwrap_or_default()];
            for name in names.into_iter().chain(others) {
                let key = label_key(name);
                let entry = map.entry(key).or_default();
                if !name.trim().is_empty() && entry.last() != Some(&(i as u32)) {
                    entry.push(i as u32);
                }
            }
        }
        map.remove("");
        map
    }
}

/// A place's name without what sort of place it is: "Thành phố Hà Nội" is also "Hà Nội". Not for
/// numbers: "Phường 1" stays.
fn without_rank(name: &str) -> &str {
    const RANKS: &[&str] = &["Tỉnh", "Thành phố", "Quận", "Huyện", "Thị xã", "Thị trấn", "Phường", "Xã", "Đặc khu"];
    let cut = RANKS.iter().find_map(|rank| name.strip_prefix(rank)?.strip_prefix(' '));
    cut.filter(|rest| !rest.bytes().any(|b| b.is_ascii_digit())).unwrap_or_default()
}

/// A name as it is compared: folded, only letters and digits, single blanks.
pub(super) fn label_key(name: &str) -> String {
    let folded = text::fold(name);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
