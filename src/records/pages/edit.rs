//! Filling and changing a record. A wrong form comes back whole with a message at each field; a stale
//! one shows both sides.

use super::super::model::Record;
use super::super::ops;
use super::super::view::{self, Mask, Viewer};
use super::form::{Drawer, Filled};
use super::{candidates, id_at, kind_at, list, record, unit_or_own};
use crate::actor::Right;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::{Form, Pairs, Query, blocking, see_other};
use crate::id::{RecordId, UnitId};
use crate::sessions::{Signed, shell};
use crate::spec::Facts;
use crate::ui::{self, Markup, html, words};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// What a form is about.
struct About {
    kind: usize,
    record: Option<Record>,
    unit: UnitId,
    year: u16,
}

impl About {
    fn facts(&self, app: &App) -> Facts {
        let id = self.record.as_ref().map_or(RecordId(0), |r| r.id);
        ops::facts(app, &app.tree(), self.kind, id, self.unit, self.year)
    }

    /// The unit, and the year where there is one.
    fn place(&self, app: &App) -> Markup {
        let unit = app.tree().get(self.unit).map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
        html! { (unit) @if self.year != 0 { ", " (words::SCHOOL_YEAR) " " (view::school_year(self.year)) } }
    }

    /// The address of the list it stands in.
    fn list(&self, app: &App) -> String {
        ui::Link::to(format!("/records/{}", app.spec.kinds[self.kind].key))
            .with("unit", self.unit)
            .with("year", self.year)
            .to_string()
    }
}

fn page(
    app: &App,
    signed: &Signed,
    about: &About,
    filled: &Filled,
    problems: &[Problem],
    key: &str,
    version: Option<u32>,
) -> Result<Markup> {
    let kind = &app.spec.kinds[about.kind];
    let facts = about.facts(app);
    let mut frame = shell(app, signed, "");
    frame.lead = Some(about.place(app));
    let list = about.list(app);
    frame.crumbs.push(ui::Crumb::new(kind.plural.clone(), list.clone()));
    let (action, cancel) = match &about.record {
        Some(record) => {
            let address = view::address(app, about.kind, record.id);
            let (title, _) = list::title(app, signed, record)?;
            frame.crumbs.push(ui::Crumb::new(title.clone(), address.clone()));
            frame.title = words::edit_title(&title);
            (format!("{address}/edit"), address)
        }
        None => {
            frame.title = words::new_title(&kind.label);
            let to =
                ui::Link::to(format!("/records/{}/new", kind.key)).with("unit", about.unit).with("year", about.year);
            (to.to_string(), list)
        }
    };
    let form = ui::Form { action, key: key.to_owned(), version, cancel: Some(cancel), ..ui::Form::default() };
    let label = |place: &str| {
        let (field, column) = kind.field_at(place)?;
        Some(column.map_or_else(|| field.label.clone(), |c| format!("{}, {}", field.label, c.label)))
    };
    let anchors: Vec<(String, String)> = kind
        .sections
        .iter()
        .enumerate()
        .filter(|(s, _)| {
            kind.fields.iter().any(|f| f.section == *s && f.applies(facts.unit_levels, facts.school_year()))
        })
        .map(|(_, s)| (format!("s-{}", s.key), s.label.clone()))
        .collect();
    let drawn = app.db.read(|tx| {
        let record = about.record.as_ref();
        let kept = record.map(super::super::world::references).unwrap_or_default();
        Drawer { app, signed, kind, facts: &facts, filled, problems, record, unit: about.unit, kept }.draw(tx)
    })?;
    let body = html! {
        (ui::problems_summary(problems, &label))
        div.with-anchors { (ui::anchors(&anchors)) div { (ui::form(&form, drawn)) } }
    };
    Ok(ui::page(&frame, body))
}

fn about_new(app: &App, signed: &Signed, kind: usize, query: &Pairs) -> Result<About> {
    let unit = unit_or_own(signed, query.get("unit"))?;
    if !signed.actor.scope.has(unit) {
        return Err(Error::NotFound);
    }
    signed.actor.require(Right::Edit)?;
    let current = crate::clock::school_year(app.clock.today());
    let year = if view::is_yearly(app, kind) {
        query.get("year").parse().ok().filter(|y| *y > 0).unwrap_or(current)
    } else {
        0
    };
    Ok(About { kind, record: None, unit, year })
}

/// An empty form; `?field=text` fills in what the link knows.
pub(super) async fn new_form(
    State(app): State<App>,
    signed: Signed,
    Path(kind): Path<String>,
    Query(query): Query,
) -> Result<Markup> {
    let kind = kind_at(&app, &kind)?;
    blocking(move || {
        let about = about_new(&app, &signed, kind, &query)?;
        let mut filled = Filled::default();
        for (name, text) in query.iter() {
            if app.spec.kinds[kind].field(name).is_some_and(|f| !f.hides()) {
                filled.texts.insert(name.to_owned(), text.to_owned());
            }
        }
        page(&app, &signed, &about, &filled, &[], &app.chance.token::<12>(), None)
    })
    .await
}

/// The form of a record.
pub(super) async fn edit_form(
    State(app): State<App>,
    signed: Signed,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Markup> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    blocking(move || {
        let about = about_record(&app, &signed, kind, id)?;
        let record = about.record.as_ref().ok_or(Error::NotFound)?;
        let filled = Filled::of_record(&app.spec.kinds[kind], record);
        page(&app, &signed, &about, &filled, &[], &app.chance.token::<12>(), Some(record.header.version))
    })
    .await
}

fn about_record(app: &App, signed: &Signed, kind: usize, id: RecordId) -> Result<About> {
    let record = ops::get(app, &signed.actor, kind, id)?;
    if !signed.actor.scope.has(record.header.unit) {
        return Err(Error::Denied(crate::actor::NOT_OWN_UNIT.into()));
    }
    signed.actor.require(Right::Edit)?;
    Ok(About { kind, unit: record.header.unit, year: record.header.year, record: Some(record) })
}

/// The title of a record a form refers to, if the person may see it.
fn title_of(app: &App, signed: &Signed, kind: usize, id: RecordId) -> Option<String> {
    app.db
        .read(|tx| {
            let row = ops::visible_row(tx, app, &signed.actor, kind, id)?;
            Ok(Viewer::new(tx, app, &signed.actor).row_title(kind, id, &row))
        })
        .ok()
}

/// Buttons that only change the form: more rows, other lists, look up a reference, open a field.
async fn redraw(app: &App, signed: &Signed, about: &About, form: &Pairs, filled: &mut Filled) -> Result<bool> {
    let kind = &app.spec.kinds[about.kind];
    match form.pressed() {
        ("", _) => return Ok(false),
        ("add", table) => filled.add_row(table),
        ("remove", which) => {
            if let Some((table, row)) = which.rsplit_once('.') {
                filled.remove_row(table, row.parse().unwrap_or(usize::MAX));
            }
        }
        ("find", place) => {
            let target = kind.field_at(place).and_then(|(f, c)| c.unwrap_or(f).refers);
            if let Some(target) = target {
                let typed = form.get(&format!("{place}.text")).to_owned();
                let (app, signed, unit, year) =
                    (app.clone(), signed.clone(), about.unit, about.facts(app).school_year());
                let found =
                    blocking(move || candidates(&app, &signed, target, &typed, Some(unit), Some(year), 12)).await?;
                filled.found.insert(place.to_owned(), found);
            }
        }
        ("open", field) => {
            if let (Some(record), Some(at)) = (&about.record, kind.field_index(field)) {
                ops::open_sensitive(app, &signed.actor, about.kind, record.id).await?;
                let only = Record {
                    fields: record.fields.iter().filter(|(f, _)| *f == at).cloned().collect(),
                    ..record.clone()
                };
                let opened = Filled::of_record(kind, &only);
                filled.texts.extend(opened.texts);
                filled.rows.extend(opened.rows);
                filled.opened.insert(field.to_owned());
            }
        }
        _ => {}
    }
    Ok(true)
}

/// Makes a record.
pub(super) async fn create(
    State(app): State<App>,
    signed: Signed,
    Path(kind): Path<String>,
    Query(query): Query,
    form: Form,
) -> Result<Response> {
    let kind = kind_at(&app, &kind)?;
    let about = about_new(&app, &signed, kind, &query)?;
    let mut filled = Filled::of_pairs(&app.spec.kinds[kind], &form);
    filled.name_picked(&app.spec.kinds[kind], &|k, id| title_of(&app, &signed, k, id));
    if redraw(&app, &signed, &about, &form, &mut filled).await? {
        return Ok(page(&app, &signed, &about, &filled, &[], form.key(), None)?.into_response());
    }
    let raw = filled.to_raw(&app.spec.kinds[kind], &|k, id| title_of(&app, &signed, k, id));
    match ops::create(&app, &signed.actor, kind, about.unit, about.year, raw, form.key().to_owned()).await {
        Ok(outcome) => Ok(see_other(format!("{}?done=created", view::address(&app, kind, outcome.id)))),
        Err(Error::Invalid(problems)) => {
            let page = page(&app, &signed, &about, &filled, &problems, form.key(), None)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e),
    }
}

/// Saves a record.
pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    Path((kind, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response> {
    let (kind, id) = (kind_at(&app, &kind)?, id_at(&id)?);
    record::visible(&app, &signed, kind, id).await?;
    let about = about_record(&app, &signed, kind, id)?;
    let version = form.version().ok_or_else(|| Error::Bad(words::FORM_WITHOUT_VERSION.into()))?;
    let mut filled = Filled::of_pairs(&app.spec.kinds[kind], &form);
    filled.name_picked(&app.spec.kinds[kind], &|k, id| title_of(&app, &signed, k, id));
    if redraw(&app, &signed, &about, &form, &mut filled).await? {
        return Ok(page(&app, &signed, &about, &filled, &[], form.key(), Some(version))?.into_response());
    }
    // From the page that showed both sides: what the person let go is left out.
    let dropped: Vec<String> = form
        .iter()
        .filter_map(|(n, v)| n.strip_prefix("_choose.").filter(|_| v == "theirs"))
        .map(str::to_owned)
        .collect();
    for field in &dropped {
        let cells = format!("{field}.");
        filled.texts.retain(|name, _| name != field && !name.starts_with(&cells));
        filled.rows.remove(field);
    }
    let raw = filled.to_raw(&app.spec.kinds[kind], &|k, id| title_of(&app, &signed, k, id));
    match ops::save(&app, &signed.actor, kind, id, version, raw, form.key().to_owned()).await {
        Ok(_) => Ok(see_other(format!("{}?done=saved", view::address(&app, kind, id)))),
        Err(Error::Invalid(problems)) => {
            let page = page(&app, &signed, &about, &filled, &problems, form.key(), Some(version))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(Error::Stale { based_on, .. }) => {
            let page = blocking(move || conflict(&app, &signed, kind, id, based_on, &filled)).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(e) => Err(e),
    }
}

/// Both sides of a stale save: what is saved now, what this person typed.
fn conflict(
    app: &App,
    signed: &Signed,
    kind_at: usize,
    id: RecordId,
    based_on: u32,
    filled: &Filled,
) -> Result<Markup> {
    let kind = &app.spec.kinds[kind_at];
    let now = ops::get(app, &signed.actor, kind_at, id)?;
    let versions = ops::history_of(app, &signed.actor, kind_at, id, 200)?;
    let base = versions.iter().find(|v| v.record.header.version == based_on).map(|v| v.record.clone());
    let about = About { kind: kind_at, unit: now.header.unit, year: now.header.year, record: Some(now.clone()) };
    let facts = about.facts(app);
    let raw = filled.to_raw(kind, &|k, id| title_of(app, signed, k, id));
    let tree = app.tree();
    let day = view::day_of(app, now.header.year);
    let differences = app.db.read(|tx| {
        let world = super::super::world::ScopedWorld::new(tx, app, &tree, &signed.actor, Some(&now));
        let (mine, _) = crate::spec::check(&app.spec, kind, &raw, Some(&now.fields), &facts, &world);
        let mine = Record { fields: mine, ..now.clone() };
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut out = Vec::new();
        for (at, theirs, typed) in ops::difference(Some(&now), &mine) {
            let field = &kind.fields[at];
            let mask = if filled.opened.contains(&field.key) || !field.hides() { Mask::Off } else { Mask::On };
            let untouched = base.as_ref().is_some_and(|b| b.field(at) == theirs.as_ref());
            out.push(ui::Difference {
                field: field.key.clone(),
                label: field.label.clone(),
                theirs: viewer.show(field, theirs.as_ref(), mask, day).text(),
                mine: viewer.show(field, typed.as_ref(), mask, day).text(),
                only_mine: untouched,
            });
        }
        Ok(out)
    })?;
    let newest = versions.first();
    let address = view::address(app, kind_at, id);
    let hidden = filled
        .texts
        .iter()
        .filter(|(name, _)| {
            let key = name.split('.').next().unwrap_or_default();
            differences.iter().any(|d| d.field == key)
        })
        .map(|(n, v)| (n.clone(), v.clone()))
        .chain(filled.opened.iter().map(|o| ("_opened".to_owned(), o.clone())))
        .collect();
    let shown = ui::Conflict {
        who: newest.map(|v| v.login.clone()).unwrap_or_default(),
        when: newest.map(|v| v.time.display()).unwrap_or_default(),
        differences,
        frame: ui::Form {
            action: format!("{address}/edit"),
            key: app.chance.token::<12>(),
            version: Some(now.header.version),
            hidden,
            cancel: Some(address.clone()),
            ..ui::Form::default()
        },
        record: address,
    };
    let (title, _) = list::title(app, signed, &now)?;
    let mut frame = shell(app, signed, words::edit_title(&title));
    frame.lead = Some(about.place(app));
    frame.crumbs.push(ui::Crumb::new(kind.plural.clone(), about.list(app)));
    frame.crumbs.push(ui::Crumb::new(title, shown.record.clone()));
    Ok(ui::page(&frame, ui::conflict(&shown)))
}
