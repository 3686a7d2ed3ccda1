//! How records read: titles, values, references by name. Masks what is sensitive. Markup is the pages'
//! affair; here are only texts.

use super::model::{Record, Row, State};
use super::store;
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;
use crate::id::{RecordId, UnitId};
use crate::spec::{self, Field, FieldType, Place, Value};
use crate::store::Read;
use jiff::civil::Date;
use std::collections::HashMap;

/// Whether sensitive values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// They are hidden.
    On,
    /// This person asked for them, and it was logged.
    Off,
}

/// What is shown for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing was entered.
    Empty,
    /// It is there, but hidden.
    Masked,
    /// A text.
    Text(String),
    /// Another record: its title, and its address if this person may open it.
    Link(String, String),
    /// A table: headings and rows.
    Rows(Vec<String>, Vec<Vec<Self>>),
}

impl Shown {
    /// As one line of text.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Masked => "••••••".into(),
            Self::Text(text) | Self::Link(text, _) => text.clone(),
            Self::Rows(_, rows) => format!("{} dòng", rows.len()),
        }
    }
}

/// `2025–2026`.
pub fn school_year(year: u16) -> String {
    format!("{year}–{}", year + 1)
}

/// The address of a record.
pub fn address(app: &App, kind: usize, id: RecordId) -> String {
    format!("/records/{}/{id}", app.spec.kinds[kind].key)
}

/// The day in which codes of a record are read: now, or the end of its year.
pub fn day_of(app: &App, record_year: u16) -> Date {
    let today = app.clock.today();
    if record_year == 0 {
        return today;
    }
    let end = Date::new(i16::try_from(record_year).unwrap_or(2000) + 1, 5, 31).unwrap_or(today);
    end.min(today)
}

/// Shows values, remembering the titles of what they refer to.
pub struct Viewer<'a, R: Read + ?Sized> {
    tx: &'a R,
    app: &'a App,
    actor: &'a Actor,
    titles: HashMap<(usize, RecordId), (String, bool)>,
}

impl<'a, R: Read> Viewer<'a, R> {
    /// A viewer for one page.
    pub fn new(tx: &'a R, app: &'a App, actor: &'a Actor) -> Self {
        Self { tx, app, actor, titles: HashMap::new() }
    }

    /// What is shown for a value.
    pub fn show(&mut self, field: &Field, value: Option<&Value>, mask: Mask, day: Date) -> Shown {
        let Some(value) = value else { return Shown::Empty };
        if field.sensitive && mask == Mask::On {
            return Shown::Masked;
        }
        match value {
            Value::Ref(id) => self.reference(field, *id),
            Value::Unit(unit) => Shown::Text(self.unit(*unit)),
            Value::Rows(rows) => {
                let headings = field.columns.iter().map(|c| c.label.clone()).collect();
                let rows = rows
                    .iter()
                    .map(|row| {
                        field
                            .columns
                            .iter()
                            .enumerate()
                            .map(|(c, column)| {
                                let cell = row.iter().find(|(at, _)| usize::from(*at) == c).map(|(_, v)| v);
                                self.show(column, cell, mask, day)
                            })
                            .collect()
                    })
                    .collect();
                Shown::Rows(headings, rows)
            }
            other => Shown::Text(spec::show(field, other, &self.app.spec.codes, day)),
        }
    }

    fn unit(&self, unit: UnitId) -> String {
        self.app.tree().get(unit).map_or_else(|| format!("#{unit}"), |u| u.name(self.app.today()).to_owned())
    }

    fn reference(&mut self, field: &Field, id: RecordId) -> Shown {
        let Some(kind) = field.refers else { return Shown::Text(format!("#{id}")) };
        let (title, may_open) = self.title_of(kind, id);
        if may_open { Shown::Link(title, address(self.app, kind, id)) } else { Shown::Text(title) }
    }

    /// The title of another record, if this person may open it.
    pub fn seen_title(&mut self, kind: usize, id: RecordId) -> Option<String> {
        let (title, may_open) = self.title_of(kind, id);
        may_open.then_some(title)
    }

    /// The title of another record, and whether this person may open it. What may not be opened is
    /// named too: a class list names its pupils' teacher even after she left.
    fn title_of(&mut self, kind: usize, id: RecordId) -> (String, bool) {
        if let Some(known) = self.titles.get(&(kind, id)) {
            return known.clone();
        }
        let found = (|| -> Result<Option<(String, bool)>> {
            let Some(row) = store::get(self.tx, self.app.names.kind(kind), id)? else { return Ok(None) };
            let open = super::ops::may_see(self.tx, self.app, self.actor, kind, id, &row)?;
            Ok(Some((self.row_title(kind, id, &row), open)))
        })();
        let known = found.ok().flatten().unwrap_or_else(|| (format!("#{id}"), false));
        self.titles.insert((kind, id), known.clone());
        known
    }

    /// The title of a record, from its title fields.
    pub fn row_title(&mut self, kind: usize, id: RecordId, row: &Row) -> String {
        let k = &self.app.spec.kinds[kind];
        let day = day_of(self.app, row.header().year);
        let parts = self.parts(kind, &k.title, row, day);
        if parts.is_empty() {
            let year = row.header().year;
            let unit = self.unit(row.header().unit);
            return if year == 0 {
                format!("{} #{id}", k.label)
            } else {
                format!("{} {}, {unit}", k.label, school_year(year))
            };
        }
        // A date or a code alone names nothing.
        let first = &k.fields[k.title[0]];
        if first.ty.is_text() || first.ty == FieldType::Ref {
            parts.join(" – ")
        } else {
            format!("{} {}", k.label, parts.join(" – "))
        }
    }

    /// The subtitle: the fields under a title.
    pub fn row_subtitle(&mut self, kind: usize, row: &Row) -> String {
        let k = &self.app.spec.kinds[kind];
        let day = day_of(self.app, row.header().year);
        self.parts(kind, &k.subtitle, row, day).join(" · ")
    }

    fn parts(&mut self, kind: usize, fields: &[usize], row: &Row, day: Date) -> Vec<String> {
        fields
            .iter()
            .filter_map(|at| {
                let value = row.field(&self.app.names, kind, *at).ok()??;
                let text = self.show(&self.app.spec.kinds[kind].fields[*at], Some(&value), Mask::On, day).text();
                (!text.is_empty()).then_some(text)
            })
            .collect()
    }
}

/// The title of a decoded record.
pub fn title(app: &App, record: &Record) -> String {
    let row = Row::encode(record, &app.names);
    let nobody = crate::sessions::ops::program_actor();
    app.db
        .read(|tx| Ok(Viewer::new(tx, app, &nobody).row_title(record.kind, record.id, &row)))
        .unwrap_or_else(|_| format!("#{}", record.id))
}

/// Whether a kind has records for each school year.
pub fn is_yearly(app: &App, kind: usize) -> bool {
    app.spec.kinds[kind].place == Place::UnitYear
}

/// A record as JSON: its header, and its fields as the API carries them. Masked fields are listed by
/// key under `masked` and left out.
pub fn json(app: &App, record: &Record, mask: Mask) -> serde_json::Value {
    let kind = &app.spec.kinds[record.kind];
    let mut fields = serde_json::Map::new();
    let mut masked = Vec::new();
    for (at, value) in &record.fields {
        let field = &kind.fields[*at];
        if field.hides() && mask == Mask::On {
            masked.push(field.key.clone());
        } else {
            fields.insert(field.key.clone(), spec::json(field, value));
        }
    }
    let h = &record.header;
    serde_json::json!({
        "kind": kind.key,
        "id": record.id.to_string(),
        "version": h.version,
        "unit": h.unit.to_string(),
        "year": (h.year != 0).then_some(h.year),
        "state": h.state.key(),
        "verified": h.verified,
        "fields": fields,
        "masked": masked,
    })
}

/// The tone of a state is the pages' affair; this only says whether it is worth showing.
pub fn state_label(state: State) -> Option<&'static str> {
    (state != State::Active).then(|| state.label())
}

/// Whether values of this field may stand in a list at all.
pub fn may_list(field: &Field) -> bool {
    !field.hides() && field.ty != FieldType::Rows
}
