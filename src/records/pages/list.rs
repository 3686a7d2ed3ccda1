//! The list of a unit's records: by year, state, column; sorted, filtered, page by page.

use super::super::model::{Record, Row, State};
use super::super::ops::{self, Direction, ListQuery, Next, Waiting};
use super::super::store;
use super::super::view::{self, Mask, Shown, Viewer};
use super::{kind_at, unit_or_own};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Pairs, Query, blocking};
use crate::id::{RecordId, UnitId};
use crate::sessions::{Signed, shell};
use crate::spec::{FieldType, Kind};
use crate::tree::ParentRole;
use crate::ui::{self, Choice, Column, Field, Link, Markup, Shape, Sorted, Table, Tone, html, words};
use axum::extract::{Path, State as AppState};

const ROWS: usize = 50;
const COLUMNS_MAX: usize = 20;

/// The page of a list.
pub(super) async fn list(
    AppState(app): AppState<App>,
    signed: Signed,
    Path(kind): Path<String>,
    Query(query): Query,
) -> Result<Markup> {
    let kind = kind_at(&app, &kind)?;
    blocking(move || page(&app, &signed, kind, &query)).await
}

/// What the address asks for.
struct Asked {
    unit: UnitId,
    year: u16,
    columns: Vec<usize>,
    list: ListQuery,
}

fn asked(app: &App, signed: &Signed, kind: usize, query: &Pairs) -> Result<Asked> {
    let k = &app.spec.kinds[kind];
    let unit = unit_or_own(signed, query.get("unit"))?;
    let current = crate::clock::school_year(app.clock.today());
    let yearly = view::is_yearly(app, kind);
    let year = match query.get("year") {
        _ if !yearly => 0,
        "" => current,
        text => text.parse().map_err(|_| Error::Bad(words::BAD_YEAR.into()))?,
    };
    let field = |key: &str| k.field_index(key).filter(|at| view::may_list(&k.fields[*at]));
    let mut columns: Vec<usize> = query.all("col").filter_map(field).collect();
    if columns.is_empty() {
        columns = k.list.iter().copied().filter(|at| view::may_list(&k.fields[*at])).collect();
    }
    columns.truncate(COLUMNS_MAX);
    let sort = field(query.get("sort"))
        .map(|at| (at, if query.get("dir") == "down" { Direction::Down } else { Direction::Up }));
    let filters = query
        .iter()
        .filter_map(|(name, text)| Some((field(name.strip_prefix("f.")?)?, crate::text::clean(text))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let refers = match (query.get("ref"), query.get("to")) {
        ("", _) => None,
        (key, to) => {
            let at = k.field_index(key).filter(|at| k.fields[*at].ty == FieldType::Ref).ok_or(Error::NotFound)?;
            Some((at, super::id_at(to)?))
        }
    };
    let after = match query.get("after") {
        "" => None,
        text => Some(text.parse().map_err(|()| Error::Bad(words::BAD_PAGE.into()))?),
    };
    let waiting = waiting(k, query);
    let mut states: Vec<State> = State::from_key(query.get("state")).into_iter().collect();
    if waiting.is_some() && states.is_empty() {
        states.push(State::Active);
    }
    let list = ListQuery {
        kind,
        unit,
        year,
        refers,
        states,
        waiting,
        filters,
        sort,
        after,
        offset: query.get("offset").parse().unwrap_or(0).min(1_000_000),
        limit: ROWS,
    };
    Ok(Asked { unit, year, columns, list })
}

/// `waiting=unverified`, `waiting=review`, or `lacking=` a field.
fn waiting(kind: &Kind, query: &Pairs) -> Option<Waiting> {
    match query.get("waiting") {
        "unverified" => Some(Waiting::Unverified),
        "review" => Some(Waiting::Review),
        _ => {
            let field = kind.field_index(query.get("lacking"));
            field.filter(|at| view::may_list(&kind.fields[*at])).map(Waiting::Lacking)
        }
    }
}

fn page(app: &App, signed: &Signed, kind: usize, query: &Pairs) -> Result<Markup> {
    let k = &app.spec.kinds[kind];
    let asked = asked(app, signed, kind, query)?;
    let tree = app.tree();
    let day = app.today();
    let unit = tree.get(asked.unit).filter(|u| signed.actor.scope.has(u.id)).ok_or(Error::NotFound)?;
    let path = format!("/records/{}", k.key);
    let link = |without: &[&str]| {
        let kept = query.iter().filter(|(name, text)| !text.is_empty() && !without.contains(name));
        Link::to(path.clone()).with_all(kept)
    };
    let mut frame = shell(app, signed, k.plural.clone());
    frame.lead = Some(html! { (unit.name(day)) @if asked.year != 0 { ", năm học " (view::school_year(asked.year)) } });
    frame.crumbs = tree
        .above(asked.unit, ParentRole::Administrative, day)
        .iter()
        .rev()
        .filter(|u| signed.actor.scope.has(u.id))
        .map(|u| ui::Crumb::new(u.name(day), format!("/units/{}", u.id)))
        .chain([ui::Crumb::new(unit.name(day), format!("/units/{}", unit.id))])
        .collect();
    if signed.actor.may(crate::actor::Right::Edit) {
        let new = Link::to(format!("{path}/new")).with("unit", asked.unit).with("year", asked.year).to_string();
        frame.tools = Some(html! { a.button.primary href=(new) { (words::ADD) " " (k.label.to_lowercase()) } });
    }
    frame.notices.extend(narrowed_to(k, &asked, &link(&["waiting", "lacking", "after", "offset"])));
    // A unit without records of its own (an office, the Sở): offer those below it.
    let holds = app.spec.unit_types.iter().any(|t| t.key == unit.unit_type(day) && t.has_school_record);
    let found = ops::list(app, &signed.actor, &asked.list)?;
    let filters = filter_form(app, kind, &path, query, &asked);
    let body = if found.rows.is_empty() && !holds && query.get("state").is_empty() {
        choose_unit(app, signed, kind, &asked)
    } else if found.rows.is_empty() && asked.list.waiting.is_some() {
        ui::empty(words::NOTHING_WAITS, "", None)
    } else if found.rows.is_empty() {
        ui::empty(words::LIST_EMPTY, words::LIST_EMPTY_HINT, None)
    } else {
        let pager = ui::Pager {
            from: asked.list.offset as u64 + 1,
            to: (asked.list.offset + found.rows.len()) as u64,
            total: ui::Total::Unknown,
            previous: (asked.list.after.is_some() || asked.list.offset > 0)
                .then(|| link(&["after", "offset"]).to_string()),
            next: found.next.map(|next| {
                let link = link(&["after", "offset"]);
                match next {
                    Next::After(p) => link.with("after", p).to_string(),
                    Next::Offset(n) => link.with("offset", n).to_string(),
                }
            }),
        };
        html! { (table(app, signed, kind, &asked, &found.rows, &link)?) (ui::pager(&pager)) }
    };
    Ok(ui::page(&frame, html! { (filters) (body) }))
}

fn shown_markup(shown: &Shown) -> Markup {
    html! { (shown.text()) }
}

fn table(
    app: &App,
    signed: &Signed,
    kind: usize,
    asked: &Asked,
    rows: &[(RecordId, Row)],
    link: &dyn Fn(&[&str]) -> Link,
) -> Result<Markup> {
    let k = &app.spec.kinds[kind];
    let columns = asked
        .columns
        .iter()
        .map(|at| {
            let field = &k.fields[*at];
            let shape = match field.ty {
                FieldType::Integer | FieldType::Decimal => Shape::Number,
                FieldType::Date | FieldType::IdentityCode | FieldType::Phone | FieldType::Year => Shape::Code,
                _ => Shape::Text,
            };
            let here = asked.list.sort.filter(|(s, _)| s == at).map(|(_, d)| d);
            let turned = if here == Some(Direction::Up) { "down" } else { "up" };
            let sort =
                link(&["sort", "dir", "after", "offset"]).with("sort", &field.key).with("dir", turned).to_string();
            Column {
                label: field.label.clone(),
                shape,
                sort: Some(sort),
                sorted: here.map(|d| if d == Direction::Up { Sorted::Up } else { Sorted::Down }),
            }
        })
        .collect();
    let day = view::day_of(app, asked.year);
    let rows = app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        rows.iter()
            .map(|(id, row)| {
                let mut cells = Vec::with_capacity(asked.columns.len());
                for (n, at) in asked.columns.iter().enumerate() {
                    let value = row.field(&app.names, kind, *at)?;
                    let shown = viewer.show(&k.fields[*at], value.as_ref(), Mask::On, day);
                    let state = view::state_label(row.header().state).filter(|_| n == 0);
                    cells.push(html! {
                        @if shown == Shown::Empty && n == 0 { "…" } @else { (shown_markup(&shown)) }
                        @if let Some(state) = state { " " (ui::badge(Tone::Warn, state)) }
                    });
                }
                Ok(ui::Row { href: Some(view::address(app, kind, *id)), cells, ..ui::Row::default() })
            })
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(ui::table(&Table { caption: k.plural.clone(), columns, rows, foot: None }))
}

/// Year, state, one filter for each shown column, and which columns.
fn filter_form(app: &App, kind: usize, path: &str, query: &Pairs, asked: &Asked) -> Markup {
    let k = &app.spec.kinds[kind];
    let mut fields = Vec::new();
    if view::is_yearly(app, kind) {
        let current = crate::clock::school_year(app.clock.today());
        let mut years = app.db.read(|tx| store::years(tx, app.names.kind(kind), asked.unit)).unwrap_or_default();
        years.extend([current, asked.year]);
        years.sort_unstable();
        years.dedup();
        let options = years.iter().rev().map(|y| Choice::new(y.to_string(), view::school_year(*y))).collect();
        fields.push(
            Field::select("year", words::SCHOOL_YEAR_LABEL, options).value(asked.year.to_string()).required(true),
        );
    }
    let all = std::iter::once(Choice::new("", words::EVERY_STATE));
    let states = all.chain(State::ALL.iter().map(|s| Choice::new(s.key(), s.label()))).collect();
    fields.push(Field::select("state", words::STATE, states).value(query.get("state")));
    for at in asked.columns.iter().take(4) {
        let field = &k.fields[*at];
        if field.ty != FieldType::Ref {
            let name = format!("f.{}", field.key);
            let value = query.get(&name).to_owned();
            fields.push(Field::text(name, field.label.clone(), 60).value(value));
        }
    }
    // On a narrow screen the headings that sort are not there: the order is chosen here.
    let usual = std::iter::once(Choice::new("", words::USUAL_ORDER));
    let orders =
        usual.chain(asked.columns.iter().map(|at| Choice::new(&k.fields[*at].key, &k.fields[*at].label))).collect();
    fields.push(Field::select("sort", words::ORDER_BY, orders).value(query.get("sort")));
    let ways = vec![Choice::new("", words::UPWARDS), Choice::new("down", words::DOWNWARDS)];
    fields.push(Field::select("dir", words::ORDER_WAY, ways).value(query.get("dir")));
    let frame = ui::Form {
        action: path.to_owned(),
        method: ui::Method::Get,
        hidden: [
            ("unit", asked.unit.to_string()),
            ("ref", query.get("ref").to_owned()),
            ("to", query.get("to").to_owned()),
            ("waiting", query.get("waiting").to_owned()),
            ("lacking", query.get("lacking").to_owned()),
        ]
        .into_iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(n, v)| (n.to_owned(), v))
        .collect(),
        actions: vec![ui::Action::new(words::SHOW)],
        ..ui::Form::default()
    };
    let narrowed = !asked.list.filters.is_empty() || !asked.list.states.is_empty();
    html! {
        details.filters open[narrowed] {
            summary { (words::FILTER_AND_COLUMNS) }
            (ui::form(&frame, html! {
                div.fields { @for field in &fields { (ui::field(field)) } }
                (column_chooser(k, &asked.columns))
            }))
        }
    }
}

/// Which columns are shown: the fields of each section, folded away, because there are many.
fn column_chooser(k: &Kind, shown: &[usize]) -> Markup {
    let of = |section: usize| {
        let fields = k.fields.iter().enumerate();
        fields.filter(move |(_, f)| f.section == section && view::may_list(f)).collect::<Vec<_>>()
    };
    let sections = k.sections.iter().enumerate().map(|(at, section)| (section, of(at))).filter(|(_, f)| !f.is_empty());
    html! {
        details.columns {
            summary { (words::COLUMNS) " " span.count { (words::chosen(shown.len())) } }
            @for (section, fields) in sections {
                @let chosen = fields.iter().filter(|(at, _)| shown.contains(at)).count();
                details open[chosen > 0] {
                    summary { (section.label) @if chosen > 0 { " " span.count { (words::chosen(chosen)) } } }
                    div.choices role="group" aria-label=(section.label) { @for (at, field) in fields {
                        label {
                            input type="checkbox" name="col" value=(field.key) checked[shown.contains(&at)];
                            span { (field.label) }
                        }
                    } }
                }
            }
        }
    }
}

/// What the list is narrowed to, and the way back to all of it.
fn narrowed_to(k: &Kind, asked: &Asked, all: &Link) -> Option<ui::Notice> {
    let text = match asked.list.waiting? {
        Waiting::Unverified => words::ONLY_UNVERIFIED.to_owned(),
        Waiting::Review => words::ONLY_TO_REVIEW.to_owned(),
        Waiting::Lacking(at) => words::only_lacking(&k.fields[at].label),
    };
    Some(ui::Notice::new(Tone::Info, text).link(words::SEE_ALL, all.to_string()))
}

/// Where an office stands: which of the units below it to look at.
fn choose_unit(app: &App, signed: &Signed, kind: usize, asked: &Asked) -> Markup {
    let tree = app.tree();
    let day = app.today();
    let mut below = tree.children(asked.unit, ParentRole::Administrative, day);
    if below.is_empty() {
        below = tree.children(asked.unit, ParentRole::Professional, day);
    }
    below.retain(|u| signed.actor.scope.has(u.id) && u.is_active(day));
    let k = &app.spec.kinds[kind];
    html! {
        (ui::panel("", words::CHOOSE_UNIT, None, html! {
            p.hint { (words::CHOOSE_UNIT_HINT) }
            @if below.is_empty() { (ui::empty(words::NO_UNITS_BELOW, "", None)) }
            ul.links { @for unit in below {
                li { a href=(Link::to(format!("/records/{}", k.key)).with("unit", unit.id).with("year", asked.year).to_string()) { (unit.name(day)) } }
            } }
        }))
    }
}

/// A short list inside another record's page: its children of one kind, newest year first.
pub(super) fn children(
    app: &App,
    signed: &Signed,
    child: usize,
    field: usize,
    parent: RecordId,
) -> Result<Option<Markup>> {
    let k = &app.spec.kinds[child];
    let kind_id = app.names.kind(child);
    app.db.read(|tx| {
        let mut rows = Vec::new();
        for id in store::referring_by(tx, parent, kind_id, app.names.field(child, field))? {
            if let Some(row) = store::get(tx, kind_id, id)?
                && row.header().state != State::Erroneous
                && ops::may_see(tx, app, &signed.actor, child, id, &row)?
            {
                rows.push((id, row));
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        rows.sort_by_key(|(id, row)| (std::cmp::Reverse(row.header().year), *id));
        let total = rows.len();
        rows.truncate(200);
        let columns: Vec<usize> =
            k.list.iter().copied().filter(|at| *at != field && view::may_list(&k.fields[*at])).collect();
        let yearly = view::is_yearly(app, child);
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        let mut table_rows = Vec::new();
        for (id, row) in &rows {
            let h = row.header();
            let mut cells = Vec::new();
            if yearly {
                let unit = app.tree().get(h.unit).map(|u| u.name(app.today()).to_owned()).unwrap_or_default();
                cells.push(html! { (view::school_year(h.year)) });
                cells.push(html! { (unit) });
            }
            for at in &columns {
                let value = row.field(&app.names, child, *at)?;
                cells.push(shown_markup(&viewer.show(
                    &k.fields[*at],
                    value.as_ref(),
                    Mask::On,
                    view::day_of(app, h.year),
                )));
            }
            table_rows.push(ui::Row { href: Some(view::address(app, child, *id)), cells, ..ui::Row::default() });
        }
        let mut headings = Vec::new();
        if yearly {
            headings.push(Column::new(words::SCHOOL_YEAR_LABEL, Shape::Code));
            headings.push(Column::new(words::UNIT, Shape::Text));
        }
        headings.extend(columns.iter().map(|at| Column::new(k.fields[*at].label.clone(), Shape::Text)));
        let table = Table { caption: k.plural.clone(), columns: headings, rows: table_rows, foot: None };
        Ok(Some(html! {
            (ui::table(&table))
            @if total > rows.len() { p.hint { (words::more_rows(total - rows.len())) } }
        }))
    })
}

/// The title of a decoded record, for links and heads.
pub(super) fn title(app: &App, signed: &Signed, record: &Record) -> Result<(String, String)> {
    let row = Row::encode(record, &app.names);
    app.db.read(|tx| {
        let mut viewer = Viewer::new(tx, app, &signed.actor);
        Ok((viewer.row_title(record.kind, record.id, &row), viewer.row_subtitle(record.kind, &row)))
    })
}
