//! Small charts, drawn here and sent as SVG: no script, no inline style. The words and figures beside a
//! bar are text, so that they keep their size on a phone and can be read aloud; only the bars are
//! drawn. Colours are classes (`s0`, `s1`, …) of the sheet, which knows light, dark and paper. Every
//! chart has its table, folded away below it.

use super::show::number;
use super::table::{Column, Row, Shape, Table, table};
use super::words;
use maud::{Markup, html};

/// The height of a bar, in pixels.
const BAR_HEIGHT: u32 = 14;
/// The drawing of a trend, in its own units.
const TREND_WIDTH: f64 = 300.0;
const TREND_HEIGHT: f64 = 72.0;
/// Room above and below the line, for its dots.
const TREND_MARGIN: f64 = 6.0;

/// One bar of a [`Bars`] chart.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// The list behind it.
    pub href: Option<String>,
    /// Its parts, one for each series.
    pub parts: Vec<u64>,
    /// The whole a year before, where that is known: marked on the bar.
    pub before: Option<u64>,
}

/// Bars beneath each other, each made of the same parts.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// The heading.
    pub title: String,
    /// What a bar stands for: heads the table.
    pub of: String,
    /// What the parts are.
    pub series: Vec<String>,
    /// The bars.
    pub bars: Vec<Bar>,
}

impl Bar {
    fn total(&self) -> u64 {
        self.parts.iter().sum()
    }
}

/// A share of a whole as SVG writes it: `12.5%`.
fn share(part: u64, whole: u64) -> String {
    let thousandths = (part.min(whole) * 1000 + whole / 2).checked_div(whole).unwrap_or(0);
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// `+12`, `−3`, `0`: a change from before to now.
pub fn change(now: u64, before: u64) -> String {
    let by = now as i64 - before as i64;
    if by > 0 { format!("+{}", number(by)) } else { number(by) }
}

/// Bars beneath each other, with their table.
pub fn bars(chart: &Bars) -> Markup {
    let most = chart.bars.iter().map(|b| b.total().max(b.before.unwrap_or(0))).max().unwrap_or(0);
    let compares = chart.bars.iter().any(|b| b.before.is_some());
    html! {
        figure.chart {
            figcaption { (chart.title) }
            @if chart.series.len() > 1 || compares { (legend(chart, compares)) }
            ul.bars.compared[compares] { @for bar in &chart.bars { li { (row(bar, most, compares)) } } }
            details { summary { (words::DATA_TABLE) } (data_table(chart, compares)) }
        }
    }
}

fn legend(chart: &Bars, compares: bool) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (at, label) in chart.series.iter().enumerate() { li.{ "s" (at) } { (label) } }
            @if compares { li.before { (words::YEAR_BEFORE) } }
        }
    }
}

fn row(bar: &Bar, most: u64, compares: bool) -> Markup {
    let mut done = 0;
    let parts: Vec<(usize, String, String)> = bar
        .parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let from = share(done, most);
            done += part;
            (at, from, share(*part, most))
        })
        .collect();
    html! {
        span.label { @if let Some(href) = &bar.href { a href=(href) { (bar.label) } } @else { (bar.label) } }
        svg.gauge width="100%" height=(BAR_HEIGHT) aria-hidden="true" focusable="false" {
            rect.ground width="100%" height=(BAR_HEIGHT) rx="2" {}
            @for (at, from, wide) in &parts {
                rect.{ "s" (at) } x=(from) width=(wide) height=(BAR_HEIGHT) {}
            }
            @if let Some(before) = bar.before {
                @let at = share(before, most);
                line.before x1=(at) x2=(at) y1="0" y2=(BAR_HEIGHT) {}
            }
        }
        span.value { (number(bar.total() as i64)) }
        @if compares {
            span.change { @if let Some(before) = bar.before {
                span.vh { (words::YEAR_BEFORE) " " (number(before as i64)) ", " }
                (change(bar.total(), before))
            } }
        }
    }
}

fn data_table(chart: &Bars, compares: bool) -> Markup {
    let several = chart.series.len() > 1;
    let mut columns = vec![Column::new(chart.of.clone(), Shape::Text)];
    columns.extend(chart.series.iter().map(|s| Column::new(s.clone(), Shape::Number)));
    if several {
        columns.push(Column::new(words::TOTAL, Shape::Number));
    }
    if compares {
        columns.push(Column::new(words::YEAR_BEFORE, Shape::Number));
        columns.push(Column::new(words::CHANGE, Shape::Number));
    }
    let figures = |parts: &[u64], before: Option<u64>| {
        let total: u64 = parts.iter().sum();
        let mut cells: Vec<Markup> = parts.iter().map(|n| html! { (number(*n as i64)) }).collect();
        if several {
            cells.push(html! { (number(total as i64)) });
        }
        if compares {
            cells.push(html! { @if let Some(n) = before { (number(n as i64)) } @else { "–" } });
            cells.push(html! { @if let Some(n) = before { (change(total, n)) } @else { "–" } });
        }
        cells
    };
    let rows = chart
        .bars
        .iter()
        .map(|bar| {
            let mut cells = vec![html! { (bar.label) }];
            cells.extend(figures(&bar.parts, bar.before));
            Row { href: bar.href.clone(), cells, ..Row::default() }
        })
        .collect();
    let sums: Vec<u64> =
        (0..chart.series.len()).map(|at| chart.bars.iter().filter_map(|b| b.parts.get(at)).sum()).collect();
    let before = compares.then(|| chart.bars.iter().filter_map(|b| b.before).sum());
    let mut foot = vec![html! { (words::TOTAL) }];
    foot.extend(figures(&sums, before));
    table(&Table { caption: chart.title.clone(), columns, rows, foot: Some(foot) })
}

/// How full something is: a bar of what is there, what is lacking said and linked.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// What is asked for.
    pub label: String,
    /// Of how many.
    pub of: u64,
    /// How many are lacking.
    pub lacking: u64,
    /// The list of those that lack it.
    pub href: Option<String>,
}

/// `99,4%`, never rounded up to the whole.
pub fn percent(part: u64, whole: u64) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(1000);
    if tenths.is_multiple_of(10) { format!("{}%", tenths / 10) } else { format!("{},{}%", tenths / 10, tenths % 10) }
}

/// How full each of several things is, with their table; `rest` says what is lacking.
pub fn filled(title: &str, of: &str, items: &[Filled], rest: impl Fn(u64) -> String) -> Markup {
    let columns = vec![
        Column::new(of, Shape::Text),
        Column::new(words::RECORDS, Shape::Number),
        Column::new(words::FILLED_IN, Shape::Number),
        Column::new(words::LACKING, Shape::Number),
    ];
    let rows = items
        .iter()
        .map(|i| Row {
            href: i.href.clone().filter(|_| i.lacking > 0),
            cells: vec![
                html! { (i.label) },
                html! { (number(i.of as i64)) },
                html! { (number(i.of.saturating_sub(i.lacking) as i64)) },
                html! { (number(i.lacking as i64)) },
            ],
            ..Row::default()
        })
        .collect();
    html! {
        figure.chart {
            figcaption { (title) }
            ul.bars.shares { @for item in items {
                @let there = item.of.saturating_sub(item.lacking);
                li {
                    span.label { (item.label) }
                    svg.gauge width="100%" height=(BAR_HEIGHT) aria-hidden="true" focusable="false" {
                        rect.ground width="100%" height=(BAR_HEIGHT) rx="2" {}
                        rect.full[item.lacking == 0].part[item.lacking > 0] width=(share(there, item.of)) height=(BAR_HEIGHT) rx="2" {}
                    }
                    span.value { (percent(there, item.of)) }
                    span.change { @if item.lacking > 0 {
                        @let text = rest(item.lacking);
                        @if let Some(href) = &item.href { a href=(href) { (text) } } @else { (text) }
                    } }
                }
            } }
            details { summary { (words::DATA_TABLE) }
                (table(&Table { caption: title.to_owned(), columns, rows, foot: None }))
            }
        }
    }
}

/// A figure over the years: a line, its years beneath, its table.
pub fn trend(title: &str, of: &str, points: &[(String, u64)]) -> Markup {
    let most = points.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1) as f64;
    let steps = points.len().saturating_sub(1).max(1) as f64;
    let at: Vec<(f64, f64)> = points
        .iter()
        .enumerate()
        .map(|(i, (_, n))| {
            let x = TREND_MARGIN + i as f64 / steps * (TREND_WIDTH - 2.0 * TREND_MARGIN);
            let y = TREND_HEIGHT - TREND_MARGIN - *n as f64 / most * (TREND_HEIGHT - 2.0 * TREND_MARGIN);
            (x, y)
        })
        .collect();
    let line: Vec<String> = at.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let rows = points
        .iter()
        .map(|(label, n)| Row { cells: vec![html! { (label) }, html! { (number(*n as i64)) }], ..Row::default() })
        .collect();
    let columns = vec![Column::new(words::SCHOOL_YEAR_LABEL, Shape::Code), Column::new(of, Shape::Number)];
    html! {
        figure.chart {
            figcaption { (title) }
            svg.trend viewBox={ "0 0 " (TREND_WIDTH) " " (TREND_HEIGHT) } aria-hidden="true" focusable="false" {
                polyline points=(line.join(" ")) {}
                @for (x, y) in &at { circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3.5" {} }
            }
            ul.years { @for (label, n) in points { li { span.value { (number(*n as i64)) } span.label { (label) } } } }
            details { summary { (words::DATA_TABLE) }
                (table(&Table { caption: title.to_owned(), columns, rows, foot: None }))
            }
        }
    }
}

/// Figures over time: one line for each series.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The heading.
    pub title: String,
    /// What the lines are.
    pub series: Vec<String>,
    /// When, and each line's figure then; nothing where there is none.
    pub points: Vec<(String, Vec<Option<f64>>)>,
    /// A figure as people read it.
    pub show: fn(f64) -> String,
}

/// Lines over time from nothing to the most, with their table.
pub fn lines(chart: &Lines) -> Markup {
    let most = chart.points.iter().flat_map(|(_, figures)| figures.iter().flatten()).copied().fold(0.0, f64::max);
    let last = |of: usize| chart.points.iter().rev().find_map(|(_, figures)| *figures.get(of)?);
    let ends = chart.points.first().zip(chart.points.last());
    let columns = std::iter::once(Column::new(words::AT_TIME, Shape::Code))
        .chain(chart.series.iter().map(|label| Column::new(label.clone(), Shape::Number)))
        .collect();
    let cell = |figure: &Option<f64>| html! { @if let Some(n) = figure { ((chart.show)(*n)) } @else { "–" } };
    let rows = chart
        .points
        .iter()
        .map(|(at, figures)| {
            let cells = std::iter::once(html! { (at) }).chain(figures.iter().map(cell)).collect();
            Row { cells, ..Row::default() }
        })
        .collect();
    html! {
        figure.chart {
            figcaption { (chart.title) }
            ul.legend.lines { @for (at, label) in chart.series.iter().enumerate() {
                li.{ "s" (at) } { (label) @if let Some(n) = last(at) { ": " strong { ((chart.show)(n)) } } }
            } }
            svg.trend viewBox={ "0 0 " (TREND_WIDTH) " " (TREND_HEIGHT) } aria-hidden="true" focusable="false" {
                line.floor x1="0" x2=(TREND_WIDTH) y1=(TREND_HEIGHT - 1.0) y2=(TREND_HEIGHT - 1.0) {}
                @for at in 0..chart.series.len() {
                    @for piece in pieces(chart, at, most) { polyline.{ "s" (at) } points=(piece) {} }
                }
            }
            @if let Some((first, last)) = ends {
                p.span { span { (first.0) } span { (words::AT_MOST) " " ((chart.show)(most)) } span { (last.0) } }
            }
            details { summary { (words::DATA_TABLE) }
                (table(&Table { caption: chart.title.clone(), columns, rows, foot: None }))
            }
        }
    }
}

/// A line as the pieces between what is missing; one that is a single point is drawn as a dot.
fn pieces(chart: &Lines, of: usize, most: f64) -> Vec<String> {
    let steps = chart.points.len().saturating_sub(1).max(1) as f64;
    let mut out = vec![String::new()];
    for (i, (_, figures)) in chart.points.iter().enumerate() {
        let piece = out.last_mut().expect("one is always there");
        match figures.get(of).copied().flatten() {
            Some(n) => {
                let share = if most > 0.0 { n / most } else { 0.0 };
                let y = TREND_HEIGHT - 1.0 - share * (TREND_HEIGHT - TREND_MARGIN);
                let blank = if piece.is_empty() { "" } else { " " };
                *piece = format!("{piece}{blank}{:.1},{y:.1}", i as f64 / steps * TREND_WIDTH);
            }
            None if piece.is_empty() => {}
            None => out.push(String::new()),
        }
    }
    for piece in out.iter_mut().filter(|piece| !piece.is_empty() && !piece.contains(' ')) {
        *piece = format!("{piece} {piece}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_figures_are_missing() {
        let point = |n: Option<f64>| (String::new(), vec![n]);
        let points = [Some(0.0), Some(5.0), None, None, Some(10.0)].map(point).into();
        let chart = Lines { title: String::new(), series: vec![String::new()], points, show: |n| n.to_string() };
        assert_eq!(pieces(&chart, 0, 10.0), ["0.0,71.0 75.0,38.0", "300.0,5.0 300.0,5.0"]);
        let flat = Lines { points: [Some(0.0), Some(0.0)].map(point).into(), ..chart };
        assert_eq!(pieces(&flat, 0, 0.0), ["0.0,71.0 300.0,71.0"]);
    }

    #[test]
    fn shares_and_changes_read_right() {
        assert_eq!((share(1, 3), share(0, 0), share(7, 5)), ("33.3%".into(), "0.0%".into(), "100.0%".into()));
        assert_eq!((change(5, 3), change(3, 5), change(4, 4)), ("+2".into(), "−2".into(), "0".into()));
        let percents = [percent(999, 1000), percent(9999, 10_000), percent(1, 1), percent(0, 0), percent(0, 7)];
        assert_eq!(percents, ["99,9%", "99,9%", "100%", "100%", "0%"]);
    }
}
