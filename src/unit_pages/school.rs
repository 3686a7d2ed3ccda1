//! What a school's page says beside its facts: its figures, classes, staff, buildings, and who answers
//! for what. Everything is read from the school's own records of this year.

use super::charts::{self, Whose, list};
use crate::accounts::store as accounts;
use crate::actor::Role;
use crate::app::App;
use crate::error::Result;
use crate::id::{RecordId, UnitId};
use crate::records::model::{Row, State};
use crate::records::view::{self, Mask, Shown, Viewer};
use crate::records::{counts, store};
use crate::sessions::Signed;
use crate::spec::Value;
use crate::store::ReadTx;
use crate::tree::{Day, ParentRole, Tree, Unit, date_of};
use crate::ui::{self, Column, Fact, Markup, Shape, Table, chart, html, number, words};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The trend goes back so many school years.
const TREND_YEARS: usize = 6;
/// So many facts of the buildings are shown; the record holds the rest.
const FACTS_SHOWN: usize = 12;

/// The panels: (anchor, title, markup). Nothing for a unit that is no school.
pub(super) fn panels(
    app: &App,
    signed: &Signed,
    tree: &Tree,
    unit: &Unit,
    day: Day,
) -> Result<Vec<(&'static str, &'static str, Markup)>> {
    let figures = counts::figures(app, &signed.actor, Some(&[unit.id]))?;
    let mut out = vec![("figures", words::AT_A_GLANCE, glance(app, unit.id, &figures.counts)?)];
    out.push(("classes", words::CLASSES_BY_GRADE, classes(app, signed, unit.id, day)?));
    out.push(("staff", words::NAV_STAFF, staff(app, unit.id)?));
    if let Some(buildings) = buildings(app, signed, unit.id, day)? {
        out.push(("buildings", words::BUILDINGS, buildings));
    }
    out.push(("answers", words::WHO_ANSWERS, who_answers(app, tree, unit, day)?));
    Ok(out)
}

fn glance(app: &App, unit: UnitId, counts: &crate::tally::Counts) -> Result<Markup> {
    let whose = Whose::School(unit);
    let trend = trend(app, unit)?;
    Ok(html! {
        ul.tiles.plain {
            (ui::tile(&charts::learners_tile(app, counts, list(app, "enrolment", unit).with("state", "active").to_string())))
            (ui::tile(&charts::classes_tile(counts, list(app, "class", unit).to_string())))
            (ui::tile(&charts::staff_tile(counts, list(app, "staff", unit).with("state", "active").to_string())))
        }
        div.charts {
            (charts::learners(app, counts, whose))
            @if trend.len() > 1 { (chart::trend(words::LEARNERS_BY_YEAR, words::LEARNERS, &trend)) }
            (charts::completeness(app, counts, whose))
        }
    })
}

/// Learners in class in each of the newest school years.
fn trend(app: &App, unit: UnitId) -> Result<Vec<(String, u64)>> {
    let Some(kind) = app.spec.kind_by_key.get("enrolment").copied() else { return Ok(Vec::new()) };
    let kind_id = app.names.kind(kind);
    app.db.read(|tx| {
        let mut years = store::years(tx, kind_id, unit)?;
        years.drain(..years.len().saturating_sub(TREND_YEARS));
        years.into_iter().map(|y| Ok((view::school_year(y), counts::in_use(app, tx, kind, unit, y)?))).collect()
    })
}

/// One class as its line shows it.
struct Class {
    id: RecordId,
    row: Row,
    size: [u32; 3],
}

/// Learners of a class in class now, by sex.
fn size_of(app: &App, tx: &ReadTx, class: RecordId) -> Result<[u32; 3]> {
    let kind = |key: &str| app.spec.kind_by_key.get(key).copied();
    let (Some(enrolment), Some(pupil)) = (kind("enrolment"), kind("pupil")) else { return Ok([0; 3]) };
    let place = |kind: usize, key: &str| app.spec.kinds[kind].field_index(key);
    let (Some(of_class), Some(of_pupil)) = (place(enrolment, "class"), place(enrolment, "pupil")) else {
        return Ok([0; 3]);
    };
    let mut size = [0; 3];
    for id in store::referring_by(tx, class, app.names.kind(enrolment), app.names.field(enrolment, of_class))? {
        let Some(row) = store::get(tx, app.names.kind(enrolment), id)? else { continue };
        if row.header().state != State::Active {
            continue;
        }
        let learner = match row.field(&app.names, enrolment, of_pupil)? {
            Some(Value::Ref(id)) => store::get(tx, app.names.kind(pupil), id)?,
            _ => None,
        };
        let sex = learner.map(|row| counts::sex_of(app, pupil, &row)).transpose()?.unwrap_or(2);
        size[sex] += 1;
    }
    Ok(size)
}

fn classes(app: &App, signed: &Signed, unit: UnitId, day: Day) -> Result<Markup> {
    let Some(kind) = app.spec.kind_by_key.get("class").copied() else { return Ok(html! {}) };
    let k = &app.spec.kinds[kind];
    let year = crate::clock::school_year(date_of(day));
    let field = |key: &str| k.field_index(key);
    let grade_of = |row: &Row| match field("grade").map(|at| row.field(&app.names, kind, at)).transpose()?.flatten() {
        Some(Value::Code(code)) => Ok(code),
        _ => Ok::<_, crate::error::Error>(String::new()),
    };
    app.db.read(|tx| {
        let mut by_grade: BTreeMap<String, Vec<Class>> = BTreeMap::new();
        store::list(tx, app.names.kind(kind), unit, year, None, |at| {
            if let Some(row) = store::get(tx, app.names.kind(kind), at.id)?
                && row.header().state == State::Active
            {
                by_grade.entry(grade_of(&row)?).or_default().push(Class {
                    id: at.id,
                    size: size_of(app, tx, at.id)?,
                    row,
                });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if by_grade.is_empty() {
            return Ok(ui::empty(words::NO_CLASSES_YET, "", None));
        }
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let today = app.clock.today();
        let grade_list = charts::grades(app);
        let teacher_field = field("homeroom_teacher");
        let (mut rows, mut all, mut girls) = (Vec::new(), 0, 0);
        for (grade, class) in by_grade.iter().flat_map(|(grade, classes)| classes.iter().map(move |c| (grade, c))) {
            let size: u32 = class.size.iter().sum();
            all += size;
            girls += class.size[1];
            let teacher = match teacher_field {
                Some(at) => {
                    let value = class.row.field(&app.names, kind, at)?;
                    viewer.show(&k.fields[at], value.as_ref(), Mask::On, today)
                }
                None => Shown::Empty,
            };
            rows.push(ui::Row {
                href: Some(format!("/classes/{}", class.id)),
                cells: vec![
                    html! { (viewer.row_title(kind, class.id, &class.row)) },
                    html! { (grade_list.map_or(grade.as_str(), |list| list.label(grade, today))) },
                    html! { (number(i64::from(size))) },
                    html! { (number(i64::from(class.size[1]))) },
                    teacher_cell(&teacher),
                ],
                ..ui::Row::default()
            });
        }
        let sum = |n: u32| html! { (number(i64::from(n))) };
        let foot = vec![
            html! { (words::TOTAL) },
            html! { (words::classes_count(rows.len())) },
            sum(all),
            sum(girls),
            html! {},
        ];
        let columns = vec![
            Column::new(words::CLASS, Shape::Text),
            Column::new(words::GRADE, Shape::Text),
            Column::new(words::SIZE, Shape::Number),
            Column::new(words::FEMALE, Shape::Number),
            Column::new(words::HOMEROOM_TEACHER, Shape::Text),
        ];
        Ok(ui::table(&Table { caption: words::CLASSES_BY_GRADE.into(), columns, rows, foot: Some(foot) }))
    })
}

fn teacher_cell(shown: &Shown) -> Markup {
    match shown {
        Shown::Link(name, href) => html! { a href=(href) { (name) } },
        Shown::Empty => html! { span.none { (words::NOT_ASSIGNED) } },
        other => html! { (other.text()) },
    }
}

/// Staff by role, men and women.
fn staff(app: &App, unit: UnitId) -> Result<Markup> {
    let Some(kind) = app.spec.kind_by_key.get("staff").copied() else { return Ok(html! {}) };
    let k = &app.spec.kinds[kind];
    let Some(role) = k.field_index("role") else { return Ok(html! {}) };
    let list_of_roles = app.spec.list_of(&k.fields[role]);
    let mut by_role: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    app.db.read(|tx| {
        store::list(tx, app.names.kind(kind), unit, 0, None, |at| {
            if let Some(row) = store::get(tx, app.names.kind(kind), at.id)?
                && row.header().state == State::Active
            {
                let code = match row.field(&app.names, kind, role)? {
                    Some(Value::Code(code)) => code,
                    _ => String::new(),
                };
                by_role.entry(code).or_default()[counts::sex_of(app, kind, &row)?] += 1;
            }
            Ok(ControlFlow::Continue(()))
        })
    })?;
    if by_role.is_empty() {
        return Ok(ui::empty(words::NO_STAFF_YET, "", None));
    }
    let today = app.clock.today();
    let bars = by_role
        .into_iter()
        .map(|(code, sexes)| {
            let label = list_of_roles.map_or(code.as_str(), |l| l.label(&code, today)).to_owned();
            let shown =
                list(app, "staff", unit).with("state", "active").with("f.role", &label).with("col", "full_name");
            let href = ["birth_date", "sex", "role", "position", "main_subject"]
                .into_iter()
                .filter(|key| k.field_index(key).is_some())
                .fold(shown, |link, key| link.with("col", key));
            let unsaid = usize::from(sexes[2] > 0);
            chart::Bar { label, href: Some(href.to_string()), parts: sexes[..2 + unsaid].to_vec(), before: None }
        })
        .collect();
    let series = vec![words::MALE.to_owned(), words::FEMALE.to_owned()];
    Ok(chart::bars(&chart::Bars { title: words::STAFF_BY_ROLE.into(), of: words::ROLE.into(), series, bars }))
}

/// What the newest record of the buildings says, and where to read it whole.
fn buildings(app: &App, signed: &Signed, unit: UnitId, day: Day) -> Result<Option<Markup>> {
    let Some(kind) = app.spec.kind_by_key.get("facility").copied() else { return Ok(None) };
    let k = &app.spec.kinds[kind];
    let year = crate::clock::school_year(date_of(day));
    app.db.read(|tx| {
        let mut newest = None;
        store::list(tx, app.names.kind(kind), unit, year, None, |at| {
            newest = store::get(tx, app.names.kind(kind), at.id)?.map(|row| (at.id, row));
            Ok(ControlFlow::Continue(()))
        })?;
        let Some((id, row)) = newest else { return Ok(None) };
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut facts = Vec::new();
        for (at, field) in k.fields.iter().enumerate().filter(|(_, f)| view::may_list(f)) {
            if facts.len() == FACTS_SHOWN {
                break;
            }
            let value = row.field(&app.names, kind, at)?;
            if value.is_some() {
                let text = viewer.show(field, value.as_ref(), Mask::On, view::day_of(app, year)).text();
                facts.push(Fact::text(field.label.clone(), &text));
            }
        }
        Ok(Some(html! {
            (ui::facts(&facts))
            p.more {
                a href=(view::address(app, kind, id)) { (words::SEE_WHOLE_RECORD) } " · "
                a href=(list(app, "campus", unit).to_string()) { (words::SEE_CAMPUSES) }
            }
        }))
    })
}

/// Who leads the school and enters its data; which office of the Sở answers for which data.
fn who_answers(app: &App, tree: &Tree, unit: &Unit, day: Day) -> Result<Markup> {
    let people = app.db.read(|tx| {
        let mut people = Vec::new();
        for id in accounts::of_unit(tx, unit.id)? {
            people.extend(
                accounts::get(tx, id)?
                    .filter(|a| a.closed_ms.is_none() && matches!(a.role, Role::SchoolAdmin | Role::SchoolClerk)),
            );
        }
        Ok(people)
    })?;
    let levels = app.spec.levels_of(unit.levels(day).iter().map(String::as_str));
    let duties: Vec<_> = app
        .spec
        .duties
        .iter()
        .filter(|d| (d.levels.is_empty() || !d.levels.and(levels).is_empty()) && !d.kinds.is_empty())
        .map(|d| {
            let kinds: Vec<&str> = d.kinds.iter().map(|k| app.spec.kinds[*k].plural.as_str()).collect();
            ui::Row {
                cells: vec![html! { (d.office) }, html! { (d.label) }, html! { (kinds.join(", ")) }],
                ..ui::Row::default()
            }
        })
        .collect();
    let parent = |role| unit.parent(role, day).and_then(|p| tree.get(p)).map(|p| p.name(day).to_owned());
    let mut facts: Vec<Fact> = Vec::new();
    for (role, label) in [(ParentRole::Administrative, words::MANAGED_BY), (ParentRole::Professional, words::GUIDED_BY)]
    {
        facts.extend(parent(role).map(|name| Fact::text(label, &name)));
    }
    facts.extend(people.iter().map(|a| Fact::text(words::role(a.role), &a.name)));
    let table = Table {
        caption: words::OFFICES_OF_DUTY.into(),
        columns: vec![
            Column::new(words::OFFICE, Shape::Text),
            Column::new(words::DUTY, Shape::Text),
            Column::new(words::DATA, Shape::Text),
        ],
        rows: duties,
        foot: None,
    };
    Ok(html! { (ui::facts(&facts)) details { summary { (words::OFFICES_OF_DUTY) } (ui::table(&table)) } })
}
