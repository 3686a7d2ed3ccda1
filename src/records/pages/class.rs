//! A class as its teacher hangs it on the wall: who is in it, by given name, how many, who teaches it
//! and when. Made for paper as much as for the screen.

use super::super::model::{Record, Row, State};
use super::super::view::{self, Mask, Shown, Viewer};
use super::super::{counts, ops, store};
use super::id_at;
use crate::actor::Right;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::blocking;
use crate::id::RecordId;
use crate::sessions::{Signed, shell};
use crate::spec::Value;
use crate::store::ReadTx;
use crate::tally::BySex;
use crate::ui::{self, Column, Fact, Link, Markup, Shape, Table, Tone, html, number, words};
use axum::extract::{Path, State as AppState};

/// What a class's head says: the fields of a class that are no question of reports.
const HEAD: [&str; 11] = [
    "grade",
    "homeroom_teacher",
    "campus",
    "room",
    "capacity",
    "shift",
    "two_sessions_per_day",
    "sessions_per_week",
    "preschool_age_group",
    "foreign_language_1",
    "foreign_language_2",
];

/// One learner of the class.
struct Learner {
    id: RecordId,
    enrolment: RecordId,
    state: State,
    row: Row,
}

/// The page.
pub(super) async fn page(AppState(app): AppState<App>, signed: Signed, Path(id): Path<String>) -> Result<Markup> {
    let kind = super::kind_at(&app, "class")?;
    let id = id_at(&id)?;
    blocking(move || {
        let record = ops::get(&app, &signed.actor, kind, id)?;
        draw(&app, &signed, &record)
    })
    .await
}

/// Where things stand in the spec.
struct Places {
    enrolment: usize,
    of_class: usize,
    of_pupil: usize,
    pupil: usize,
}

fn places(app: &App) -> Result<Places> {
    let kind = |key: &str| app.spec.kind_by_key.get(key).copied().ok_or(Error::NotFound);
    let (enrolment, pupil) = (kind("enrolment")?, kind("pupil")?);
    let field = |key: &str| app.spec.kinds[enrolment].field_index(key).ok_or(Error::NotFound);
    Ok(Places { enrolment, of_class: field("class")?, of_pupil: field("pupil")?, pupil })
}

/// Everyone in the class whom this person may see, by given name; who left stands last.
fn learners(app: &App, tx: &ReadTx, signed: &Signed, class: RecordId, places: &Places) -> Result<Vec<Learner>> {
    let kind_id = app.names.kind(places.enrolment);
    let mut out = Vec::new();
    for enrolment in store::referring_by(tx, class, kind_id, app.names.field(places.enrolment, places.of_class))? {
        let Some(row) = store::get(tx, kind_id, enrolment)? else { continue };
        if row.header().state == State::Erroneous
            || !ops::may_see(tx, app, &signed.actor, places.enrolment, enrolment, &row)?
        {
            continue;
        }
        if let Some(Value::Ref(id)) = row.field(&app.names, places.enrolment, places.of_pupil)?
            && let Some(pupil) = store::get(tx, app.names.kind(places.pupil), id)?
        {
            out.push(Learner { id, enrolment, state: row.header().state, row: pupil });
        }
    }
    let name = app.spec.kinds[places.pupil].order;
    out.sort_by_cached_key(|l| {
        let name = match l.row.field(&app.names, places.pupil, name) {
            Ok(Some(Value::Text(name))) => crate::text::person_sort_key(&name),
            _ => vec![0xff],
        };
        (l.state != State::Active, name, l.id)
    });
    Ok(out)
}

fn draw(app: &App, signed: &Signed, record: &Record) -> Result<Markup> {
    let places = places(app)?;
    let tree = app.tree();
    let school = tree.get(record.header.unit).map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
    let (title, _) = super::list::title(app, signed, record)?;
    let mut frame = shell(app, signed, words::class_title(&title));
    let year = view::school_year(record.header.year);
    frame.lead = Some(html! { (school) ", " (words::SCHOOL_YEAR) " " (year) });
    if signed.actor.scope.has(record.header.unit) {
        frame.crumbs.push(ui::Crumb::new(school, format!("/units/{}", record.header.unit)));
        let list = Link::to("/records/class").with("unit", record.header.unit).with("year", record.header.year);
        frame.crumbs.push(ui::Crumb::new(words::CLASSES, list.to_string()));
    }
    let may_edit = signed.actor.scope.has(record.header.unit) && signed.actor.may(Right::Edit);
    let add = Link::to("/records/enrolment/new")
        .with("unit", record.header.unit)
        .with("year", record.header.year)
        .with("class", record.id);
    frame.tools = Some(html! {
        button.print.with-script type="button" { (words::PRINT) }
        a.button href=(view::address(app, record.kind, record.id)) { (words::SEE_WHOLE_RECORD) }
        @if may_edit { a.button.primary href=(add.to_string()) { (words::ADD_TO_CLASS) } }
    });
    let body = app.db.read(|tx| {
        let learners = learners(app, tx, signed, record.id, &places)?;
        let mut size = [0; 3];
        for learner in learners.iter().filter(|l| l.state == State::Active) {
            size[counts::sex_of(app, places.pupil, &learner.row)?] += 1;
        }
        Ok(html! {
            div.wall {
                (ui::panel("head", words::CLASS_HEAD, None, head(app, tx, signed, record, size)))
                @if learners.is_empty() {
                    (ui::empty(words::CLASS_EMPTY, words::CLASS_EMPTY_HINT, None))
                } @else { (roll(app, tx, signed, &learners, &places)?) }
                div.sign { p { (words::SIGNED_ON) } p { strong { (words::HOMEROOM_TEACHER) } br; (words::SIGN_HERE) } }
            }
        })
    })?;
    Ok(ui::page(&frame, body))
}

fn head(app: &App, tx: &ReadTx, signed: &Signed, record: &Record, size: BySex) -> Markup {
    let k = &app.spec.kinds[record.kind];
    let mut viewer = Viewer::new(tx, app, &signed.actor);
    let all: u32 = size.iter().sum();
    let size = words::class_size(all, size[0], size[1]);
    let mut facts = vec![Fact::text(words::SIZE, &size)];
    for field in HEAD.iter().filter_map(|key| k.field_index(key)) {
        let value = record.field(field);
        let field = &k.fields[field];
        let shown = viewer.show(field, value, Mask::On, view::day_of(app, record.header.year));
        match shown {
            Shown::Empty if field.key == "homeroom_teacher" => {
                facts.push(Fact::markup(field.label.clone(), html! { (ui::badge(Tone::Warn, words::NOT_ASSIGNED)) }));
            }
            Shown::Empty => {}
            Shown::Link(text, href) => {
                facts.push(Fact::markup(field.label.clone(), html! { a href=(href) { (text) } }));
            }
            other => facts.push(Fact::text(field.label.clone(), &other.text())),
        }
    }
    ui::facts(&facts)
}

fn roll(app: &App, tx: &ReadTx, signed: &Signed, learners: &[Learner], places: &Places) -> Result<Markup> {
    let k = &app.spec.kinds[places.pupil];
    let columns: Vec<usize> = ["full_name", "birth_date", "sex", "learner_code", "contact_phone"]
        .iter()
        .filter_map(|key| k.field_index(key))
        .filter(|at| view::may_list(&k.fields[*at]))
        .collect();
    let mut viewer = Viewer::new(tx, app, &signed.actor);
    let today = app.clock.today();
    let enrolment = |id| format!("/records/enrolment/{id}");
    let mut rows = Vec::new();
    for (n, learner) in learners.iter().enumerate() {
        let mut cells = vec![html! { (number(n as i64 + 1)) }];
        for (place, at) in columns.iter().enumerate() {
            let value = learner.row.field(&app.names, places.pupil, *at)?;
            let text = viewer.show(&k.fields[*at], value.as_ref(), Mask::On, today).text();
            cells.push(html! {
                @if place == 0 { a href=(view::address(app, places.pupil, learner.id)) { (text) } } @else { (text) }
            });
        }
        cells.push(html! {
            @if let Some(state) = view::state_label(learner.state) { (ui::badge(Tone::Warn, state)) " " }
            a.on-screen href=(enrolment(learner.enrolment)) { (words::YEAR_RECORD) }
        });
        rows.push(ui::Row { cells, ..ui::Row::default() });
    }
    let mut headings = vec![Column::new(words::NUMBER_IN_LIST, Shape::Number)];
    headings.extend(columns.iter().map(|at| {
        let field = &k.fields[*at];
        let shape = if field.key == "full_name" || field.key == "sex" { Shape::Text } else { Shape::Code };
        Column::new(field.label.clone(), shape)
    }));
    headings.push(Column::new(words::NOTE, Shape::Text));
    Ok(ui::table(&Table { caption: words::CLASS_ROLL.into(), columns: headings, rows, foot: None }))
}
