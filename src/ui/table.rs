//! Lists: the table, its pages, and the filters beside it.

use super::show::{Tone, number};
use super::words;
use maud::{Markup, html};

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Shape {
    /// Words.
    #[default]
    Text,
    /// Figures, set to the right.
    Number,
    /// Codes and dates: never broken over lines.
    Code,
    /// Buttons and links.
    Tools,
}

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// Small first.
    Up,
    /// Large first.
    Down,
}

/// One column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// What stands in it.
    pub shape: Shape,
    /// The address that sorts by it.
    pub sort: Option<String>,
    /// Whether the list is sorted by it.
    pub sorted: Option<Sorted>,
}

impl Column {
    /// A column that can't be sorted.
    pub fn new(label: impl Into<String>, shape: Shape) -> Self {
        Self { label: label.into(), shape, ..Self::default() }
    }
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Where the first cell leads.
    pub href: Option<String>,
    /// One for each column.
    pub cells: Vec<Markup>,
    /// Marks the row.
    pub tone: Tone,
    /// With a value, the row begins with a checkbox `name="id"` of it (put the table in a form).
    pub select: Option<String>,
}

/// A table of rows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it lists, for people who don't see the page (and for print).
    pub caption: String,
    /// Its columns; the first names the row.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// A last row of sums, one cell for each column.
    pub foot: Option<Vec<Markup>>,
}

impl Shape {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Number => Some("num"),
            Self::Code => Some("code"),
            Self::Tools => Some("tool"),
        }
    }
}

/// A table; on a narrow screen each row becomes a card.
pub fn table(table: &Table) -> Markup {
    let selects = table.rows.iter().any(|row| row.select.is_some());
    html! {
        div.scroll { table.list {
            caption { (table.caption) }
            thead { tr {
                @if selects { th.pick scope="col" { span.vh { (words::SELECT_ROW) } } }
                @for column in &table.columns { (heading(column)) }
            } }
            tbody { @for row in &table.rows { (table_row(table, row, selects)) } }
            @if let Some(foot) = &table.foot {
                tfoot { tr {
                    @if selects { td {} }
                    @for (place, (column, cell)) in table.columns.iter().zip(foot).enumerate() {
                        td class=[column.shape.class()] data-label=[(place > 0).then_some(&column.label)] { (cell) }
                    }
                } }
            }
        } }
    }
}

fn heading(column: &Column) -> Markup {
    let sorted = column.sorted.map(|s| if s == Sorted::Up { "ascending" } else { "descending" });
    html! {
        th scope="col" class=[column.shape.class()] aria-sort=[sorted] {
            @if let Some(href) = &column.sort {
                a href=(href) { span.vh { (words::ORDER_BY) " " } (column.label) }
            } @else { (column.label) }
        }
    }
}

fn table_row(table: &Table, row: &Row, selects: bool) -> Markup {
    let tone = (row.tone != Tone::Plain).then(|| row.tone.class());
    html! {
        tr class=[tone] {
            @if selects {
                td.pick { @if let Some(id) = &row.select {
                    input type="checkbox" name="id" value=(id) aria-label=(words::SELECT_ROW);
                } }
            }
            @for (place, (column, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
                @if place == 0 {
                    th scope="row" class=[column.shape.class()] {
                        @if let Some(href) = &row.href { a href=(href) { (cell) } } @else { (cell) }
                    }
                } @else {
                    td class=[column.shape.class()] data-label=(column.label) { (cell) }
                }
            }
        }
    }
}

/// How many rows there are in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Counted.
    Exactly(u64),
    /// Counting stopped here.
    AtLeast(u64),
    /// Not counted.
    Unknown,
}

/// Which part of a list a page shows.
#[derive(Clone, Debug)]
pub struct Pager {
    /// The first row shown, from 1.
    pub from: u64,
    /// The last row shown.
    pub to: u64,
    /// Of how many.
    pub total: Total,
    /// Where the page before is.
    pub previous: Option<String>,
    /// Where the next page is.
    pub next: Option<String>,
}

/// Which part of a list is shown, and the way on.
pub fn pager(pager: &Pager) -> Markup {
    let total = match pager.total {
        Total::Exactly(total) => Some(number(total as i64)),
        Total::AtLeast(total) => Some(format!("hơn {}", number(total as i64))),
        Total::Unknown => None,
    };
    let (from, to) = (number(pager.from as i64), number(pager.to as i64));
    html! {
        nav.pager aria-label=(words::PAGES) {
            p { @if let Some(total) = total { (words::shown(&from, &to, &total)) } @else { (from) "–" (to) } }
            @if let Some(href) = &pager.previous { a.button rel="prev" href=(href) { "‹ " (words::PREVIOUS) } }
            @if let Some(href) = &pager.next { a.button rel="next" href=(href) { (words::NEXT) " ›" } }
        }
    }
}

/// One way to narrow a list.
#[derive(Clone, Debug)]
pub struct FacetItem {
    /// As shown.
    pub label: String,
    /// How many rows it leaves.
    pub count: Option<u64>,
    /// The address that applies it (or lifts it, if it is on).
    pub href: String,
    /// Whether it is applied.
    pub on: bool,
}

/// Ways to narrow a list that exclude each other.
#[derive(Clone, Debug)]
pub struct Facet {
    /// What they are about.
    pub label: String,
    /// The ways.
    pub items: Vec<FacetItem>,
}

/// Filters beside a list; `clear` lifts them all.
pub fn facets(groups: &[Facet], clear: Option<&str>) -> Markup {
    html! {
        details.facets open {
            summary { (words::FILTERS) }
            @if let Some(href) = clear { p { a.clear href=(href) { (words::CLEAR_FILTER) } } }
            @for group in groups {
                section {
                    h2 { (group.label) }
                    ul { @for item in &group.items {
                        li { a href=(item.href) aria-current=[item.on.then_some("true")] {
                            span { (item.label) }
                            @if let Some(count) = item.count { span.count { (number(count as i64)) } }
                        } }
                    } }
                }
            }
        }
    }
}
