//! The figures of units as charts and tables: for the first page, a school's page, an office's page.
//! Behind every figure stands a list: of one school its records, of many units the units.

use crate::app::App;
use crate::id::UnitId;
use crate::records::counts::Figures;
use crate::spec::{CodeList, Place};
use crate::tally::{BySex, Counts, KindCount};
use crate::ui::chart::{self, Bar, Bars, Filled};
use crate::ui::{Link, Markup, Notice, Tile, Tone, html, number, words};

/// With more grades than this the levels are drawn first.
const GRADES_FEW: usize = 6;

/// Whose figures are drawn.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// One school's: its lists of records stand behind them.
    School(UnitId),
    /// An office's, with all below it; `None`: those of somebody's whole scope. The list of the units.
    Office(Option<UnitId>),
}

impl Whose {
    /// The list of units behind a figure.
    pub fn units(unit: Option<UnitId>) -> Link {
        Link::to("/units/figures").with("under", unit.map_or_else(String::new, |u| u.to_string()))
    }

    fn of_grade(self, app: &App, grade: u16) -> Option<String> {
        let code = grades(app)?.codes.get(usize::from(grade))?;
        Some(match self {
            Self::School(unit) => {
                let shown = format!("{} {}", code.code, code.name);
                list(app, "enrolment", unit).with("state", "active").with("f.grade", shown).to_string()
            }
            Self::Office(unit) => Self::units(unit).with("grade", &code.code).to_string(),
        })
    }
}

/// The list of a school's records of a kind, of this year.
pub fn list(app: &App, kind: &str, unit: UnitId) -> Link {
    let yearly = app.spec.kind(kind).is_some_and(|k| k.place == Place::UnitYear);
    let to = Link::to(format!("/records/{kind}")).with("unit", unit);
    if yearly { to.with("year", crate::clock::school_year(app.clock.today())) } else { to }
}

/// The code list of grades.
pub fn grades(app: &App) -> Option<&CodeList> {
    app.spec.list_of(app.spec.kind("enrolment")?.field("grade")?)
}

/// A grade's name; with its level where another grade among `beside` is called the same.
fn grade_label(app: &App, grade: u16, beside: &[u16]) -> String {
    let code = |grade: u16| grades(app).and_then(|list| list.codes.get(usize::from(grade)));
    let Some(code_here) = code(grade) else { return words::GRADE_NOT_SAID.to_owned() };
    let shared = beside.iter().any(|b| *b != grade && code(*b).is_some_and(|c| c.name == code_here.name));
    let level = app.spec.levels_in(code_here.levels).next().filter(|_| shared);
    level.map_or_else(|| code_here.name.clone(), |l| format!("{} {}", code_here.name, l.short))
}

/// Where a grade stands: by level, then as the code list has it.
fn grade_order(app: &App, grade: u16) -> (u8, u16) {
    let code = grades(app).and_then(|list| list.codes.get(usize::from(grade)));
    (code.map_or(u8::MAX, |c| c.levels.0), grade)
}

fn sexes(counts: &Counts) -> Vec<String> {
    let unsaid = counts.learners[0].iter().any(|g| g.learners[2] > 0);
    let named = [words::MALE, words::FEMALE, words::SEX_NOT_SAID];
    named.iter().take(if unsaid { 3 } else { 2 }).map(|s| (*s).to_owned()).collect()
}

fn parts(by_sex: BySex, series: usize) -> Vec<u64> {
    by_sex.iter().take(series).map(|n| u64::from(*n)).collect()
}

fn total(by_sex: BySex) -> u64 {
    by_sex.iter().map(|n| u64::from(*n)).sum()
}

/// The learners of a level, this year (0) or the year before (1).
pub fn of_level(app: &App, counts: &Counts, level: usize, year: usize) -> BySex {
    let Some(list) = grades(app) else { return [0; 3] };
    let mask = app.spec.levels_of([app.spec.levels[level].key.as_str()]);
    let mut sum = [0; 3];
    for grade in &counts.learners[year] {
        if list.codes.get(usize::from(grade.grade)).is_some_and(|c| c.levels == mask) {
            sum.iter_mut().zip(grade.learners).for_each(|(s, n)| *s += n);
        }
    }
    sum
}

/// Learners by level (where there are many grades), by grade and sex, beside the year before.
pub fn learners(app: &App, counts: &Counts, whose: Whose) -> Markup {
    let series = sexes(counts);
    let mut all: Vec<u16> = counts.learners.iter().flatten().map(|g| g.grade).collect();
    all.sort_by_key(|grade| grade_order(app, *grade));
    all.dedup();
    let by_grade = Bars {
        title: words::LEARNERS_BY_GRADE.into(),
        of: words::GRADE.into(),
        series: series.clone(),
        bars: all
            .iter()
            .map(|grade| Bar {
                label: grade_label(app, *grade, &all),
                href: whose.of_grade(app, *grade),
                parts: parts(counts.of_grade(0, *grade), series.len()),
                before: Some(total(counts.of_grade(1, *grade))),
            })
            .collect(),
    };
    let levels = || Bars {
        title: words::LEARNERS_BY_LEVEL.into(),
        of: words::LEVEL.into(),
        series: series.clone(),
        bars: (0..app.spec.levels.len())
            .map(|at| (at, of_level(app, counts, at, 0), of_level(app, counts, at, 1)))
            .filter(|(_, now, before)| total(*now) + total(*before) > 0)
            .map(|(at, now, before)| Bar {
                label: app.spec.levels[at].label.clone(),
                href: match whose {
                    Whose::School(_) => None,
                    Whose::Office(unit) => Some(Whose::units(unit).with("level", &app.spec.levels[at].key).to_string()),
                },
                parts: parts(now, series.len()),
                before: Some(total(before)),
            })
            .collect(),
    };
    html! {
        @if all.len() > GRADES_FEW { (chart::bars(&levels())) }
        (chart::bars(&by_grade))
    }
}

/// How complete the needed fields are, and how much was compared with the papers.
pub fn completeness(app: &App, counts: &Counts, whose: Whose) -> Markup {
    let mut items = Vec::new();
    for (kind, count) in counts.kinds.iter().enumerate().filter(|(_, c)| c.current > 0) {
        let k = &app.spec.kinds[kind];
        for (field, lacking) in count.lacking.iter().filter(|(_, n)| *n > 0) {
            let field = &k.fields[usize::from(*field)];
            items.push(Filled {
                label: format!("{}: {}", k.label, field.label.to_lowercase()),
                of: u64::from(count.current),
                lacking: u64::from(*lacking),
                href: Some(match whose {
                    Whose::School(unit) => list(app, &k.key, unit).with("lacking", &field.key).to_string(),
                    Whose::Office(unit) => Whose::units(unit).with("order", "lacking").to_string(),
                }),
            });
        }
    }
    items.sort_by_key(|i| i.lacking * 1000 / i.of.max(1));
    items.reverse();
    items.truncate(8);
    let (asked, lacking) = asked_and_lacking(&counts.kinds);
    let mut rows = vec![Filled { label: words::NEEDED_ALL.into(), of: asked, lacking, href: None }];
    if let Whose::Office(unit) = whose {
        rows[0].href = Some(Whose::units(unit).with("order", "lacking").to_string());
    }
    rows.extend(items);
    let verified = counts.kinds.iter().enumerate().filter(|(_, c)| c.current > 0).map(|(kind, count)| {
        let k = &app.spec.kinds[kind];
        Filled {
            label: k.plural.clone(),
            of: u64::from(count.current),
            lacking: u64::from(count.unverified),
            href: Some(match whose {
                Whose::School(unit) => list(app, &k.key, unit).with("waiting", "unverified").to_string(),
                Whose::Office(unit) => Whose::units(unit).with("order", "unverified").to_string(),
            }),
        }
    });
    html! {
        (chart::filled(words::COMPLETENESS, words::NEEDED_FIELD, &rows, words::lacking))
        (chart::filled(words::VERIFIED_SHARE, words::KIND, &verified.collect::<Vec<_>>(), words::remaining))
    }
}

/// Learners this year, beside the year before.
pub fn learners_tile(app: &App, counts: &Counts, href: String) -> Tile {
    let (now, before) = (counts.learners_in(0), counts.learners_in(1));
    let year = words::school_year(app.clock.today());
    let note = if before == 0 { year } else { words::against_year_before(now as i64 - before as i64) };
    Tile { label: words::LEARNERS.into(), value: number(now as i64), note, href }
}

/// Classes this year, beside the year before.
pub fn classes_tile(counts: &Counts, href: String) -> Tile {
    let [now, before] = counts.classes.map(i64::from);
    let note = if before == 0 { String::new() } else { words::against_year_before(now - before) };
    Tile { label: words::CLASSES.into(), value: number(now), note, href }
}

/// Staff now.
pub fn staff_tile(counts: &Counts, href: String) -> Tile {
    let note = words::NOW_WORKING.to_owned();
    Tile { label: words::NAV_STAFF.into(), value: number(total(counts.staff) as i64), note, href }
}

/// Needed values: how many are asked for, how many are not there.
pub fn asked_and_lacking(kinds: &[KindCount]) -> (u64, u64) {
    let lacking = kinds.iter().flat_map(|k| &k.lacking).map(|(_, n)| u64::from(*n)).sum();
    (kinds.iter().map(|k| k.asked).sum(), lacking)
}

/// Says that figures are still growing, while they are.
pub fn growing(figures: &Figures) -> Option<Notice> {
    (figures.missing > 0).then(|| Notice::new(Tone::Info, words::still_counting(figures.missing, figures.units)))
}
