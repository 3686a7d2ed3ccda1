//! Finds the header: one to three rows among the first of a sheet. Must work with title rows above,
//! merged cells, groups over columns, and columns in any order.

use std::collections::HashMap;

use super::super::cell::{Cell, column_letters};
use super::super::reader::SheetHead;
use super::key::{self, ALIKE};
use super::{Doubled, Matched, Missing, Plan, Template};
use crate::exchange::reader::SheetRow;

/// A header is at most this many rows high.
const MOST_ROWS: usize = 3;

/// A template prepared for looking up headers.
pub(super) struct Matcher<'a> {
    template: &'a Template,
    exact: HashMap<String, Vec<usize>>,
    folded: HashMap<String, Vec<usize>>,
}

/// No header is longer, not even with three rows joined.
const MOST_BYTES: usize = 600;

/// Headers of running numbers: known, never kept, never reported.
const RUNNING: [&str; 4] = ["stt", "tt", "sott", "sothutu"];

impl<'a> Matcher<'a> {
    pub(super) fn new(template: &'a Template) -> Self {
        let (mut exact, mut folded): (HashMap<_, _>, HashMap<_, _>) = Default::default();
        for (i, column) in template.columns.iter().enumerate() {
            for header in column.headers.iter().chain([&column.label]) {
                for (map, key) in [(&mut exact, key::exact(header)), (&mut folded, key::folded(header))] {
                    let columns: &mut Vec<usize> = map.entry(key).or_default();
                    if !columns.contains(&i) {
                        columns.push(i);
                    }
                }
            }
        }
        exact.remove("");
        folded.remove("");
        Self { template, exact, folded }
    }

    /// The columns a header leads to; none if it is unknown.
    fn columns_of(&self, header: &str) -> &[usize] {
        if header.len() > MOST_BYTES {
            return &[];
        }
        let one = |header: &str| self.exact.get(&key::exact(header)).or_else(|| self.folded.get(&key::folded(header)));
        one(header).or_else(|| one(&key::without_note(header)?)).map_or(&[], Vec::as_slice)
    }

    /// The best header of a sheet; `None` if nothing on it fits.
    pub(super) fn plan(&self, sheet: usize, head: &SheetHead) -> Option<Plan> {
        let mut best: Option<(usize, usize, Vec<Title>)> = None;
        let alone: Vec<usize> = head.rows.iter().map(|row| distinct(&self.titles(std::slice::from_ref(row)))).collect();
        for first in 0..head.rows.len() {
            for rows in 1..=MOST_ROWS.min(head.rows.len() - first) {
                let window = &head.rows[first..first + rows];
                if rows > 1 && window[rows - 1].number as usize != window[0].number as usize + rows - 1 {
                    break;
                }
                // Rows of data join to no header: nine windows in ten end here.
                if alone[first..first + rows].iter().all(|found| *found == 0) {
                    continue;
                }
                let titles = self.titles(window);
                let found = distinct(&titles);
                // More found wins; of equals the first, and of those the lowest.
                if found > best.as_ref().map_or(0, |(found, ..)| *found) {
                    best = Some((found, first + rows - 1, titles));
                }
            }
        }
        let (found, last, titles) = best?;
        if found < self.template.columns.len().min(2) {
            return None;
        }
        let rows = titles.iter().map(|t| t.rows).max().unwrap_or(1);
        let header = (head.rows[last + 1 - rows].number, head.rows[last].number);
        Some(self.judge(sheet, head, header, titles))
    }

    /// The header of every column of a window of rows.
    fn titles(&self, window: &[SheetRow]) -> Vec<Title> {
        let width = window.iter().map(|r| r.cells.len()).max().unwrap_or(0);
        let mut titles = Vec::new();
        // The cell of a group stands over its first column only: it is carried to the right over blanks.
        let mut groups = vec![String::new(); window.len() - 1];
        for index in 0..width {
            let texts: Vec<&str> =
                window.iter().map(|r| r.cells.get(index).map_or("", |c: &Cell| c.text.trim())).collect();
            for (level, group) in groups.iter_mut().enumerate() {
                if !texts[level].is_empty() {
                    texts[level].clone_into(group);
                }
            }
            let own: Vec<&str> = texts.iter().copied().filter(|t| !t.is_empty()).collect();
            let Some(lowest) = own.last() else { continue };
            let mut ways = vec![own.join(" ")];
            let lone = window.len() == 1 || texts[window.len() - 1].is_empty();
            // Under a group the column is "group lowest"; alone it is its lowest row, unless that is
            // blank because the cell is merged downwards.
            if !lone {
                let over: Vec<&str> = groups.iter().map(String::as_str).filter(|g| !g.is_empty()).collect();
                ways.insert(0, format!("{} {lowest}", over.join(" ")));
                ways.extend(over.last().map(|near| format!("{near} {lowest}")));
                ways.push((*lowest).to_owned());
            }
            let matches = ways.iter().map(|way| self.columns_of(way)).position(|columns| !columns.is_empty());
            let known = matches.map_or_else(Vec::new, |i| self.columns_of(&ways[i]).to_vec());
            let weak = !lone && matches == Some(ways.len() - 1);
            titles.push(Title { index, header: key::one_line(&own.join(" ")), known, weak, rows: window.len() });
        }
        titles
    }

    fn judge(&self, sheet: usize, head: &SheetHead, header: (u32, u32), titles: Vec<Title>) -> Plan {
        // A header without its group may be another person's ("Cha: Năm sinh"): it takes only what no
        // full header has taken, and the first one from the left.
        let mut taken: HashMap<usize, usize> = HashMap::new();
        for weak in [false, true] {
            for title in titles.iter().filter(|t| t.weak == weak) {
                for column in &title.known {
                    taken.entry(*column).or_insert(title.index);
                }
            }
        }
        let (mut columns, mut doubled) = (Vec::new(), Vec::new());
        for Title { index, header, known, weak, .. } in titles {
            let ours: Vec<usize> = known.iter().copied().filter(|c| taken[c] == index).collect();
            if known.is_empty() && RUNNING.contains(&key::folded(&header).as_str()) {
                continue;
            }
            match known.first() {
                Some(first) if ours.is_empty() && !weak => {
                    let label = self.template.columns[*first].label.clone();
                    doubled.push(Doubled { label, first: column_letters(taken[first]), second: column_letters(index) });
                }
                _ => columns.push(Matched { index, header, known: ours, perhaps: None }),
            }
        }
        let free = |column: &usize| !taken.contains_key(column);
        let missing =
            (0..self.template.columns.len()).filter(free).filter(|i| self.template.columns[*i].required).map(|i| {
                let unknown = columns.iter().filter(|c| c.known.is_empty());
                let near = unknown.map(|c| (self.likeness(i, &c.header), c)).filter(|(l, _)| *l >= ALIKE);
                let near = near
                    .max_by(|(a, _), (b, _)| a.total_cmp(b))
                    .map(|(_, c)| (column_letters(c.index), c.header.clone()));
                Missing { column: i, label: self.template.columns[i].label.clone(), perhaps: near }
            });
        let missing = missing.collect();
        for column in columns.iter_mut().filter(|c| c.known.is_empty()) {
            let near = (0..self.template.columns.len()).filter(free).map(|i| (self.likeness(i, &column.header), i));
            let near = near.filter(|(l, _)| *l >= ALIKE).max_by(|(a, _), (b, _)| a.total_cmp(b));
            column.perhaps = near.map(|(_, i)| self.template.columns[i].label.clone());
        }
        Plan { sheet, sheet_name: head.name.to_string(), header, columns, missing, doubled }
    }

    fn likeness(&self, column: usize, header: &str) -> f64 {
        let (column, header) = (&self.template.columns[column], key::folded(header));
        let headers = column.headers.iter().chain([&column.label]);
        headers.map(|h| key::likeness(&key::folded(h), &header)).fold(0.0, f64::max)
    }
}

/// The header of one column, and what it leads to.
struct Title {
    index: usize,
    header: String,
    known: Vec<usize>,
    /// The group over it was left out to match it.
    weak: bool,
    rows: usize,
}

fn distinct(titles: &[Title]) -> usize {
    let mut columns: Vec<usize> = titles.iter().flat_map(|t| t.known.iter().copied()).collect();
    columns.sort_unstable();
    columns.dedup();
    columns.len()
}
