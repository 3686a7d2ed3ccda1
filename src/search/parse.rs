//! What a person meant by a line of typing: words, codes, dates, telephone numbers, each perhaps in
//! several ways. Never tantivy's query parser: no sign a person types is a command. It must never
//! fail and never cost more than a few words do, whatever comes in.

use super::analyse::{fold_word, joined, marks};
use super::schema::DATE;
use crate::text;
use crate::text::typing;
use std::ops::Range;

/// Most words of a query that count; the rest is left out.
pub(super) const MOST_ITEMS: usize = 12;
/// Most characters of a query that are looked at.
const MOST_CHARS: usize = 400;
/// Most words of a text that are looked at.
const MOST_TOKENS: usize = 500;

/// One thing that must be found, in any of several ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// As it stands in the query.
    pub typed: String,
    pub alts: Vec<Alt>,
    /// It only says what sort of thing is meant ("gv", "lớp"): left out if nothing is found with it.
    pub label: bool,
}

/// One way to find an [`Item`]: all its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alt {
    pub parts: Vec<Part>,
    /// How far this is from what was typed.
    pub cost: u32,
    /// A reading of raw keys, tried only if nothing is found as typed.
    pub raw_keys: bool,
}

/// What is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A word of letters; a prefix of a word will do.
    Word(Word),
    /// A word with digits; a prefix will do.
    Code(String),
    /// A whole term of the field `code`: a date.
    Date(String),
}

/// A typed word of letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Without marks.
    pub fold: String,
    /// With its marks, tone unified, if it has any.
    pub marked: Option<Marked>,
}

/// The marks of a typed word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub exact: String,
    pub base: String,
}

impl Item {
    fn with(alts: Vec<Alt>, label: bool) -> Self {
        Self { typed: String::new(), alts, label }
    }

    fn of(part: Part) -> Self {
        Self::with(vec![Alt::of(vec![part], 0)], false)
    }

    fn or(mut self, parts: Vec<Part>, cost: u32) -> Self {
        let alt = Alt::of(parts, cost);
        if !alt.parts.is_empty() && !self.alts.iter().any(|a| a.parts == alt.parts) {
            self.alts.push(alt);
        }
        self
    }
}

impl Alt {
    fn of(parts: Vec<Part>, cost: u32) -> Self {
        Self { parts, cost, raw_keys: false }
    }
}

/// A word of a text, where it stands, and what stands between it and the one before.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub range: Range<usize>,
    pub word: &'a str,
    pub fold: String,
    pub gap: &'a str,
}

impl Token<'_> {
    fn number(&self) -> Option<u32> {
        (self.fold.len() <= 4 && self.is_digits()).then(|| self.fold.parse().ok()).flatten()
    }

    pub(super) fn is_digits(&self) -> bool {
        !self.fold.is_empty() && self.fold.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Reads a query. Empty if it has no word.
pub(super) fn parse(typed: &str) -> Vec<Item> {
    let head: String = typed.chars().take(MOST_CHARS).collect();
    let line = text::clean(&head);
    let tokens = lex(&line);
    let mut items = Vec::new();
    let mut rest = tokens.as_slice();
    while !rest.is_empty() && items.len() < MOST_ITEMS {
        let (mut item, used) = item(rest);
        item.label = is_label(&rest[..used]);
        line[rest[0].range.start..rest[used - 1].range.end].clone_into(&mut item.typed);
        items.push(item);
        rest = &rest[used..];
    }
    items
}

/// The words of a text with what stands between them.
pub(super) fn lex(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for (range, word) in text::tokens(line).take(MOST_TOKENS) {
        let fold = fold_word(word);
        if fold.is_empty() {
            continue;
        }
        let end = range.end;
        tokens.push(Token { gap: &line[at..range.start], range, word, fold });
        at = end;
    }
    tokens
}

fn item(tokens: &[Token]) -> (Item, usize) {
    let found = dated(tokens).or_else(|| numbers(tokens)).or_else(|| class(tokens));
    let found = found.or_else(|| written_out(tokens)).or_else(|| label(tokens));
    found.unwrap_or_else(|| (single(&tokens[0]), 1))
}

/// One token by itself.
fn single(token: &Token) -> Item {
    let mut item = Item::of(plain(token));
    if token.is_digits() {
        if let Some(phone) =
            text::phone_key(&format!("{}{}", if token.gap.ends_with('+') { "+" } else { "" }, token.fold))
        {
            item = item.or(vec![Part::Code(phone)], 1);
        }
        item = zeros(item, &token.fold);
        for day in run_together(&token.fold) {
            item = item.or(vec![Part::Date(day)], 1);
        }
    } else if let Some(long) = SHORT.iter().find(|(short, _)| *short == token.fold).map(|(_, long)| long) {
        item = item.or(long.split(' ').map(word_part).collect(), 1);
    }
    for reading in typing::readings(&token.fold).into_iter().filter(|_| token.word.is_ascii()) {
        item.alts.push(Alt { parts: vec![Part::Word(word(&reading))], cost: 0, raw_keys: true });
    }
    item
}

/// A spreadsheet may have taken zeros from what was typed (then they are put back), or from what is
/// kept (then they are taken away, if that leaves enough to mean one thing).
fn zeros(mut item: Item, digits: &str) -> Item {
    if digits.starts_with('0') {
        let bare = text::without_leading_zeros(digits);
        return if digits.len() >= 9 && bare.len() >= 5 { item.or(vec![Part::Code(bare.to_owned())], 2) } else { item };
    }
    if digits.len() >= 5 {
        item = item.or(vec![Part::Code(format!("0{digits}"))], 1).or(vec![Part::Code(format!("00{digits}"))], 2);
    }
    item
}

fn plain(token: &Token) -> Part {
    if token.fold.bytes().any(|b| b.is_ascii_digit()) {
        Part::Code(token.fold.clone())
    } else {
        Part::Word(word(token.word))
    }
}

fn word_part(fold: &str) -> Part {
    Part::Word(Word { fold: fold.to_owned(), marked: None })
}

fn word(typed: &str) -> Word {
    let (base, exact) = marks(typed);
    Word { fold: fold_word(typed), marked: (!exact.is_ascii()).then_some(Marked { exact, base }) }
}

/// Digits in groups: a telephone number or an identity code with blanks.
fn numbers(tokens: &[Token]) -> Option<(Item, usize)> {
    let mut joined = tokens[0].is_digits().then(|| tokens[0].fold.clone())?;
    let mut used = 1;
    for token in &tokens[1..] {
        if !token.is_digits()
            || !matches!(token.gap, " " | "." | "-" | ") " | ")")
            || joined.len() + token.fold.len() > 15
        {
            break;
        }
        joined.push_str(&token.fold);
        used += 1;
    }
    if used == 1 || joined.len() < 6 {
        return None;
    }
    let plus = if tokens[0].gap.ends_with('+') { "+" } else { "" };
    let mut item = Item::of(Part::Code(joined.clone()));
    if let Some(phone) = text::phone_key(&format!("{plus}{joined}")) {
        item = item.or(vec![Part::Code(phone)], 0);
    }
    item = zeros(item, &joined);
    item = item.or(tokens[..used].iter().map(plain).collect(), 1);
    Some((item, used))
}

/// A class as 10/A1, 6-2.
fn class(tokens: &[Token]) -> Option<(Item, usize)> {
    let second = tokens.get(1)?;
    let joined = joined(&tokens[0].fold, second.gap, &second.fold)?;
    Some((Item::of(Part::Code(joined)), 2))
}

/// Short forms people type, and what they stand for (folded).
const SHORT: [(&str, &str); 18] = [
    ("gv", "giao vien"),
    ("hs", "hoc sinh"),
    ("nv", "nhan vien"),
    ("ht", "hieu truong"),
    ("pht", "pho hieu truong"),
    ("cbql", "can bo quan ly"),
    ("mn", "mam non"),
    ("mg", "mau giao"),
    ("th", "tieu hoc"),
    ("thcs", "trung hoc co so"),
    ("thpt", "trung hoc pho thong"),
    ("ptcs", "pho thong co so"),
    ("ptdtnt", "pho thong dan toc noi tru"),
    ("ptdtbt", "pho thong dan toc ban tru"),
    ("gdtx", "giao duc thuong xuyen"),
    ("gdnn", "giao duc nghe nghiep"),
    ("pgd", "phong giao duc"),
    ("tp", "thanh pho"),
];

/// Words for sorts of things. Some are names too, so they count as long as anything is found.
const LABELS: [&str; 16] = [
    "gv",
    "hs",
    "nv",
    "giao vien",
    "hoc sinh",
    "nhan vien",
    "nguoi hoc",
    "can bo",
    "tre em",
    "lop",
    "khoi",
    "truong",
    "thay",
    "co",
    "em",
    "be",
];

fn is_label(tokens: &[Token]) -> bool {
    LABELS.iter().any(|label| label.split(' ').eq(tokens.iter().map(|t| t.fold.as_str())))
}

/// A label of two words.
fn label(tokens: &[Token]) -> Option<(Item, usize)> {
    let two = tokens.get(..2).filter(|two| is_label(two))?;
    Some((Item::with(vec![Alt::of(two.iter().map(plain).collect(), 0)], true), 2))
}

/// A long form that is often written short: "trung hoc co so" finds "THCS" too.
fn written_out(tokens: &[Token]) -> Option<(Item, usize)> {
    for (short, long) in SHORT {
        let used = long.split(' ').count();
        if used <= tokens.len() && long.split(' ').zip(tokens).all(|(w, t)| w == t.fold) {
            let parts = tokens[..used].iter().map(plain).collect();
            return Some((Item::with(vec![Alt::of(parts, 0)], false).or(vec![word_part(short)], 1), used));
        }
    }
    None
}

/// Words that only announce a date.
const BEFORE_DATE: [&str; 5] = ["ngay", "sinh", "sn", "nam", "nh"];

/// A date, a month, a day of the year, a school year, perhaps announced.
fn dated(tokens: &[Token]) -> Option<(Item, usize)> {
    let lead = tokens.iter().take(3).take_while(|t| BEFORE_DATE.contains(&t.fold.as_str()) || t.fold == "hoc").count();
    if lead == 0 || tokens.len() == lead {
        return date(tokens);
    }
    let (found, used) = date(&tokens[lead..]).or_else(|| {
        let year = tokens[lead].number().filter(|y| is_year(*y))?;
        Some((Item::of(Part::Code(year.to_string())), 1))
    })?;
    // "nam" may be a name: then the word counts. "năm" is none.
    let mut item = Item::with(Vec::new(), false);
    let announced = tokens[..lead].iter().any(|t| !t.word.is_ascii())
        || lead > 1
        || tokens[0].fold == "ngay"
        || tokens[0].fold == "sn";
    for alt in found.alts {
        if !announced {
            let mut parts: Vec<Part> = tokens[..lead].iter().map(plain).collect();
            parts.extend(alt.parts.clone());
            item = item.or(parts, alt.cost);
        }
        let cost = alt.cost + u32::from(!announced) * 8;
        item = item.or(alt.parts, cost);
    }
    Some((item, lead + used))
}

fn is_year(n: u32) -> bool {
    (1900..=2100).contains(&n)
}

fn is_day(d: u32, m: u32) -> bool {
    (1..=12).contains(&m) && d >= 1 && d <= [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m as usize - 1]
}

fn day(d: u32, m: u32, y: u32) -> Part {
    Part::Date(format!("{DATE}{y}{m:02}{d:02}"))
}

fn month(m: u32, y: u32) -> Part {
    Part::Date(format!("{DATE}{y}{m:02}"))
}

fn day_of_year(d: u32, m: u32) -> Part {
    Part::Date(format!("{DATE}--{m:02}{d:02}"))
}

/// The dates that a text's words write from the first on, as terms, and how many words that takes.
pub(super) fn dates_at(tokens: &[Token]) -> Option<(Vec<String>, usize)> {
    let (item, used) = date(tokens)?;
    let dates = item.alts.into_iter().flat_map(|a| a.parts).filter_map(|p| match p {
        Part::Date(date) => Some(date),
        _ => None,
    });
    Some((dates.collect(), used))
}

/// Whether the token follows with a sign as dates have: / - . or, between three numbers, a blank.
fn date_gap(token: &Token) -> bool {
    matches!(token.gap.trim(), "/" | "-" | "." | "–" | "\\") && token.gap.len() <= 5
}

fn date(tokens: &[Token]) -> Option<(Item, usize)> {
    let n = |i: usize| tokens.get(i).and_then(Token::number);
    let says = |i: usize, word: &str| tokens.get(i).is_some_and(|t| t.fold == word);
    let tied = |i: usize| tokens.get(i).is_some_and(date_gap);
    // 5 tháng 3 năm 2012, tháng 3 năm 2012, tháng 3/2012, 5 tháng 3
    let (d, at) = if says(0, "thang") { (None, 0) } else { (n(0), 1) };
    if says(at, "thang")
        && (at == 0 || d.is_some())
        && let Some(m) = n(at + 1).filter(|m| (1..=12).contains(m))
    {
        let year_at = if says(at + 2, "nam") { at + 3 } else { at + 2 };
        return match (d, n(year_at).filter(|y| is_year(*y))) {
            (Some(d), Some(y)) if is_day(d, m) => Some((Item::of(day(d, m, y)), year_at + 1)),
            (Some(d), None) if is_day(d, m) => Some((Item::of(day_of_year(d, m)), at + 2)),
            (None, Some(y)) => Some((Item::of(month(m, y)), year_at + 1)),
            _ => None,
        };
    }
    let (a, b) = (n(0)?, n(1)?);
    let pieces = |used: usize| tokens[..used].iter().map(plain).collect::<Vec<_>>();
    if let Some(c) = n(2) {
        let tight = tied(1) && tied(2);
        let year_typed = tokens[2].fold.len() == 4;
        if tight && is_year(a) && is_day(c, b) {
            return Some((Item::of(day(c, b, a)).or(pieces(3), 4), 3));
        }
        if is_day(a, b) && is_year(c) && (tight || (year_typed && tokens[1].gap == " " && tokens[2].gap == " ")) {
            return Some((Item::of(day(a, b, c)).or(pieces(3), 4), 3));
        }
        if tight && is_day(a, b) && tokens[2].fold.len() <= 3 {
            // A year in two digits, or one still being typed.
            let mut item = Item::with(Vec::new(), false);
            if tokens[2].fold.len() == 2 {
                item = item.or(vec![day(a, b, 2000 + c)], 0).or(vec![day(a, b, 1900 + c)], 1);
                if matches!(c, 19 | 20) {
                    item = item.or(vec![day_of_year(a, b)], 2);
                }
            }
            if tokens[2].fold.starts_with(['1', '2']) {
                item = item.or(vec![day_of_year(a, b), Part::Code(tokens[2].fold.clone())], 2);
            }
            return Some((item.or(pieces(3), 4), 3));
        }
    }
    if !tied(1) {
        return None;
    }
    if is_year(a) && (b == a + 1 || b == (a + 1) % 100) {
        return Some((Item::of(Part::Date(format!("{DATE}y{a}"))).or(pieces(2), 4), 2));
    }
    if (1..=12).contains(&a) && is_year(b) {
        return Some((Item::of(month(a, b)).or(pieces(2), 4), 2));
    }
    if is_year(a) && (1..=12).contains(&b) {
        return Some((Item::of(month(b, a)).or(pieces(2), 4), 2));
    }
    // More often a class (6/1) than a birthday.
    let class = class(tokens).map(|(item, _)| item).filter(|_| is_day(a, b))?;
    Some((class.or(vec![day_of_year(a, b)], 1), 2))
}

/// Dates written as eight digits: 05032012, 20120305.
fn run_together(digits: &str) -> Vec<String> {
    if digits.len() != 8 {
        return Vec::new();
    }
    let n = |r: std::ops::Range<usize>| digits[r].parse::<u32>().unwrap_or(0);
    let mut out = Vec::new();
    for (d, m, y) in [(n(0..2), n(2..4), n(4..8)), (n(6..8), n(4..6), n(0..4))] {
        if is_day(d, m) && is_year(y) {
            out.push(format!("{DATE}{y}{m:02}{d:02}"));
        }
    }
    out
}
