//! Help, the data dictionary, and what this program is. Texts only.

use crate::app::App;
use crate::error::{Error, Result};
use crate::sessions::{Signed, shell};
use crate::spec::doc::Dictionary;
use crate::ui::{self, Markup, html, words};
use axum::extract::{Path, State};

/// The tasks, by who does them.
pub(super) async fn help(State(app): State<App>, signed: Signed) -> Markup {
    let mut frame = shell(&app, &signed, words::HELP_TITLE);
    frame.lead = Some(html! { (words::HELP_LEAD) });
    let body = html! {
        @for (whose, topics) in words::HELP {
            (ui::panel("", whose, None, html! {
                ul.links { @for topic in topics { li { a href={ "/help/" (topic.id) } { (topic.title) } } } }
            }))
        }
        (ui::panel("more", words::HELP_MORE, None, html! {
            ul.links {
                li { a href="/help/dictionary" { (words::DICTIONARY) } }
                li { a href="/account" { (words::MY_ACCOUNT) } }
                li { a href="/api/v1/" { (words::API_PAGE) } }
                li { a href="/about" { (words::ABOUT) } }
            }
        }))
    };
    ui::page(&frame, body)
}

/// One task, step by step, with its picture.
pub(super) async fn topic(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Result<Markup> {
    let topic = words::help_topic(&id).ok_or(Error::NotFound)?;
    let mut frame = shell(&app, &signed, topic.title);
    frame.crumbs.push(ui::Crumb::new(words::HELP_TITLE, "/help"));
    let picture = ui::assets::get(&format!("help/{id}.jpg")).filter(|_| !topic.picture.is_empty());
    let beside = words::HELP.iter().map(|(_, topics)| *topics).find(|topics| topics.iter().any(|t| t.id == id));
    let body = html! {
        section.panel.steps {
            ol { @for step in topic.steps { li { (step) } } }
            @if let Some(picture) = picture {
                figure {
                    img src=(picture.url) alt=(topic.picture) width="1000" height="620" loading="lazy";
                    figcaption { (topic.picture) }
                }
            }
        }
        @if let Some(topics) = beside {
            (ui::panel("", words::HELP_NEXT, None, html! {
                ul.links { @for other in topics.iter().filter(|t| t.id != id) {
                    li { a href={ "/help/" (other.id) } { (other.title) } }
                } }
            }))
        }
    };
    Ok(ui::page(&frame, body))
}

/// Ways into the dictionary.
pub(super) async fn dictionary(State(app): State<App>, signed: Signed) -> Markup {
    let mut frame = shell(&app, &signed, words::DICTIONARY);
    frame.crumbs.push(ui::Crumb::new(words::HELP_TITLE, "/help"));
    ui::page(&frame, drawn(&app).contents.clone())
}

/// Every field by its label.
pub(super) async fn dictionary_fields(State(app): State<App>, signed: Signed) -> Markup {
    let frame = inside_dictionary(&app, &signed, words::FIELDS_BY_NAME);
    ui::page(&frame, drawn(&app).index.clone())
}

/// One kind of record.
pub(super) async fn dictionary_kind(
    State(app): State<App>,
    signed: Signed,
    Path(kind): Path<String>,
) -> Result<Markup> {
    let kind = app.spec.kind_by_key.get(&kind).ok_or(Error::NotFound)?;
    let mut frame = inside_dictionary(&app, &signed, &app.spec.kinds[*kind].label);
    frame.lead = Some(html! { code { (app.spec.kinds[*kind].key) } });
    Ok(ui::page(&frame, drawn(&app).kinds[*kind].clone()))
}

/// One code list.
pub(super) async fn dictionary_list(
    State(app): State<App>,
    signed: Signed,
    Path(list): Path<String>,
) -> Result<Markup> {
    let at = app.spec.codes.lists.iter().position(|l| l.key == list).ok_or(Error::NotFound)?;
    let mut frame = inside_dictionary(&app, &signed, &app.spec.codes.lists[at].label);
    frame.lead = Some(html! { code { (list) } });
    Ok(ui::page(&frame, drawn(&app).lists[at].clone()))
}

fn drawn(app: &App) -> &Dictionary {
    app.drawn.dictionary.get_or_init(|| Dictionary::new(&app.spec))
}

fn inside_dictionary<'a>(app: &App, signed: &'a Signed, title: &str) -> ui::Shell<'a> {
    let mut frame = shell(app, signed, title);
    frame.crumbs =
        vec![ui::Crumb::new(words::HELP_TITLE, "/help"), ui::Crumb::new(words::DICTIONARY, "/help/dictionary")];
    frame
}

/// Version, licence, schema and what it rests on.
pub(super) async fn about(State(app): State<App>, signed: Signed) -> Markup {
    let mut frame = shell(&app, &signed, words::ABOUT);
    frame.crumbs.push(ui::Crumb::new(words::HELP_TITLE, "/help"));
    let rows = app
        .spec
        .basis
        .iter()
        .map(|b| ui::Row {
            cells: vec![
                html! { (b.document) },
                html! { @if let Some(date) = b.date { (ui::date(date)) } },
                html! { (b.label) },
            ],
            ..ui::Row::default()
        })
        .collect();
    let basis = ui::Table {
        caption: words::SPEC_BASIS.into(),
        columns: vec![
            ui::Column::new(words::DOCUMENT, ui::Shape::Code),
            ui::Column::new(words::AS_OF_DAY, ui::Shape::Code),
            ui::Column::new(words::ABOUT_WHAT, ui::Shape::Text),
        ],
        rows,
        foot: None,
    };
    let body = html! {
        (ui::panel("program", words::PROGRAM, None, ui::facts(&[
            ui::Fact::text(words::PROGRAM_NAME, env!("CARGO_PKG_NAME")),
            ui::Fact::text(words::VERSION, env!("CARGO_PKG_VERSION")),
            ui::Fact::text(words::LICENCE, env!("CARGO_PKG_LICENSE")),
            ui::Fact::text(words::SPEC_VERSION, &format!("{} {}", app.spec.name, app.spec.version)),
        ])))
        (ui::panel("basis", words::SPEC_BASIS, None, ui::table(&basis)))
        (ui::panel("licences", words::LICENCES, None, licences()))
    };
    ui::page(&frame, body)
}

/// What the program is built of: name, version, licence, where its source is.
fn licences() -> Markup {
    let file = ui::assets::get("licences.csv").map_or(&[][..], |asset| &asset.plain);
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(file).into_records().filter_map(std::result::Result::ok).collect();
    let rows = rows
        .iter()
        .filter(|r| r.get(3) == Some("program"))
        .map(|r| ui::Row {
            // Away from here one goes knowingly: the address is shown, not linked.
            cells: [0, 1, 2, 4].iter().map(|at| html! { (r.get(*at).unwrap_or_default()) }).collect(),
            ..ui::Row::default()
        })
        .collect();
    let columns = vec![
        ui::Column::new(words::COMPONENT, ui::Shape::Code),
        ui::Column::new(words::VERSION, ui::Shape::Code),
        ui::Column::new(words::LICENCE, ui::Shape::Text),
        ui::Column::new(words::SOURCE, ui::Shape::Text),
    ];
    html! {
        p.hint { (words::LICENCES_LEAD) " " a href=(ui::assets::url("licences.txt")) { (words::LICENCES_WHOLE) } }
        details { summary { (words::SHOW_LIST) }
            (ui::table(&ui::Table { caption: words::LICENCES.into(), columns, rows, foot: None }))
        }
    }
}
