//! A form made from the spec: the right control for each field, lists by date and level, dependent
//! places, tables, masked fields. Works without script: each helper button draws the form again.

use super::super::model::Record;
use super::super::view::{self, Viewer};
use crate::actor::Right;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::Pairs;
use crate::id::{RecordId, UnitId};
use crate::sessions::Signed;
use crate::spec::{self, Facts, Field as SpecField, FieldType, Kind, Raw, Value};
use crate::store::ReadTx;
use crate::ui::{self, Choice, Control, Field, Rows, RowsColumn};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Most options a list shows; longer ones must be narrowed by what they depend on.
const OPTIONS_MAX: usize = 1_500;

/// What a form shows in its fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// Place → text, as the form posts it.
    pub(super) texts: BTreeMap<String, String>,
    /// Places of references that were searched → what was found.
    pub(super) found: BTreeMap<String, Vec<Choice>>,
    /// Places whose reference was picked from a list that was drawn: the text beside it is only what was
    /// searched for.
    picked: BTreeSet<String>,
    /// Fields opened by this person.
    pub(super) opened: BTreeSet<String>,
    /// Rows of each table.
    pub(super) rows: BTreeMap<String, usize>,
}

impl Filled {
    fn get(&self, place: &str) -> &str {
        self.texts.get(place).map_or("", String::as_str)
    }

    /// From a record, as it is.
    pub(super) fn of_record(kind: &Kind, record: &Record) -> Self {
        let mut out = Self::default();
        for (at, value) in &record.fields {
            out.put(&kind.fields[*at], &kind.fields[*at].key, value);
        }
        out
    }

    fn put(&mut self, field: &SpecField, place: &str, value: &Value) {
        if let Value::Rows(rows) = value {
            self.rows.insert(place.to_owned(), rows.len());
            for (n, row) in rows.iter().enumerate() {
                for (c, cell) in row {
                    let column = &field.columns[usize::from(*c)];
                    self.put(column, &format!("{place}.{n}.{}", column.key), cell);
                }
            }
            return;
        }
        let text = match value {
            Value::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
            Value::Date(date) => date.show(),
            Value::Decimal(number) => number.show().replace('.', ""),
            Value::Ref(id) => id.to_string(),
            other => spec::plain(field, other),
        };
        self.texts.insert(place.to_owned(), text);
    }

    /// From what was posted.
    pub(super) fn of_pairs(kind: &Kind, pairs: &Pairs) -> Self {
        let mut out = Self::default();
        for (name, text) in pairs.iter().filter(|(name, _)| !name.starts_with('_')) {
            let mut parts = name.split('.');
            let (field, row) = (parts.next().unwrap_or_default(), parts.next().and_then(|r| r.parse::<usize>().ok()));
            if let Some(row) = row {
                let rows = out.rows.entry(field.to_owned()).or_insert(0);
                *rows = (*rows).max((row + 1).min(spec::MOST_ROWS));
            }
            let several = kind.field(field).is_some_and(|f| f.ty == FieldType::Codes) && row.is_none();
            match out.texts.get_mut(name) {
                Some(old) if several && !old.is_empty() && !text.is_empty() => {
                    old.push(';');
                    old.push_str(text);
                }
                _ => {
                    out.texts.insert(name.to_owned(), text.to_owned());
                }
            }
        }
        out.opened = pairs.all("_opened").map(str::to_owned).collect();
        out.picked = pairs.all("_picked").map(str::to_owned).collect();
        out
    }

    /// Gives each picked reference its own name for a text; `title_of` names a referred record.
    pub(super) fn name_picked(&mut self, kind: &Kind, title_of: &dyn Fn(usize, RecordId) -> Option<String>) {
        for place in std::mem::take(&mut self.picked) {
            let target = kind.field_at(&place).and_then(|(field, column)| column.unwrap_or(field).refers);
            let title = target.zip(self.get(&place).parse().ok()).and_then(|(kind, id)| title_of(kind, id));
            if let Some(title) = title {
                self.texts.insert(format!("{place}.text"), title);
            }
        }
    }

    /// Adds an empty row to a table.
    pub(super) fn add_row(&mut self, table: &str) {
        let rows = self.rows.entry(table.to_owned()).or_insert(0);
        *rows = (*rows + 1).min(spec::MOST_ROWS);
    }

    /// Takes a row out of a table; later ones move up.
    pub(super) fn remove_row(&mut self, table: &str, row: usize) {
        let Some(rows) = self.rows.get_mut(table) else { return };
        if row >= *rows {
            return;
        }
        *rows -= 1;
        let old = std::mem::take(&mut self.texts);
        for (name, text) in old {
            let moved = (|| {
                let rest = name.strip_prefix(table)?.strip_prefix('.')?;
                let (n, column) = rest.split_once('.')?;
                Some((n.parse::<usize>().ok()?, column.to_owned()))
            })();
            match moved {
                Some((n, _)) if n == row => {}
                Some((n, column)) if n > row => {
                    self.texts.insert(format!("{table}.{}.{column}", n - 1), text);
                }
                _ => {
                    self.texts.insert(name, text);
                }
            }
        }
    }

    /// What the check is given. References are `#number`; a reference whose text was changed by hand is
    /// looked up by that text. `title_of` names a referred record.
    pub(super) fn to_raw(&self, kind: &Kind, title_of: &dyn Fn(usize, RecordId) -> Option<String>) -> Raw {
        let mut raw = Raw::new();
        for (name, text) in &self.texts {
            // What was typed at a reference goes with the reference itself.
            if name
                .strip_suffix(".text")
                .and_then(|of| kind.field_at(of))
                .is_some_and(|(f, c)| c.unwrap_or(f).ty == FieldType::Ref)
            {
                continue;
            }
            let Some((field, column)) = kind.field_at(name) else {
                raw.set(name, text.clone());
                continue;
            };
            let target = column.unwrap_or(field);
            if target.ty == FieldType::Ref {
                let typed = self.texts.get(&format!("{name}.text")).map(|t| t.trim());
                let chosen = text.parse::<RecordId>().ok();
                let value = match (typed, chosen) {
                    (Some(""), _) if !self.found.contains_key(name) => String::new(),
                    (Some(typed), Some(id)) => match target.refers.and_then(|k| title_of(k, id)) {
                        Some(title) if title == typed || typed.starts_with(&title) => format!("#{id}"),
                        _ if typed.is_empty() => format!("#{id}"),
                        _ => typed.to_owned(),
                    },
                    (_, Some(id)) => format!("#{id}"),
                    (Some(typed), None) => typed.to_owned(),
                    (None, None) => text.clone(),
                };
                raw.set(name, value);
            } else {
                raw.set(name, text.clone());
            }
        }
        // A table of which every row was removed posts nothing: say that it is empty.
        for (table, rows) in &self.rows {
            if *rows == 0 {
                raw.set(table, "");
            }
        }
        raw
    }
}

/// Draws fields.
pub(super) struct Drawer<'a> {
    pub(super) app: &'a App,
    pub(super) signed: &'a Signed,
    pub(super) kind: &'a Kind,
    pub(super) facts: &'a Facts,
    pub(super) filled: &'a Filled,
    pub(super) problems: &'a [Problem],
    /// The record as it is, if there is one: its sensitive fields stay masked.
    pub(super) record: Option<&'a Record>,
    pub(super) unit: UnitId,
    /// What the record refers to already.
    pub(super) kept: HashSet<RecordId>,
}

impl Drawer<'_> {
    /// The whole form's body: a fieldset for each section.
    pub(super) fn draw(&self, tx: &ReadTx) -> Result<ui::Markup> {
        let mut viewer = Viewer::new(tx, self.app, &self.signed.actor);
        let year = self.facts.school_year();
        let mut parts = Vec::new();
        for (s, section) in self.kind.sections.iter().enumerate() {
            let fields: Vec<Field> = self
                .kind
                .fields
                .iter()
                .enumerate()
                .filter(|(at, f)| {
                    f.section == s
                        && (f.applies(self.facts.unit_levels, year)
                            || self.record.is_some_and(|r| r.field(*at).is_some()))
                })
                .map(|(at, f)| self.field(&mut viewer, at, f))
                .collect();
            if !fields.is_empty() {
                parts.push(ui::fieldset(&format!("s-{}", section.key), &section.label, &fields));
            }
        }
        Ok(ui::html! {
            @for name in &self.filled.opened { input type="hidden" name="_opened" value=(name); }
            @for part in parts { (part) }
        })
    }

    fn field(&self, viewer: &mut Viewer<'_, ReadTx>, at: usize, field: &SpecField) -> Field {
        let masked = field.hides() && self.record.is_some() && !self.filled.opened.contains(&field.key);
        if masked {
            let control = Control::Masked {
                present: self.record.is_some_and(|r| r.field(at).is_some()),
                may_open: self.signed.actor.may(Right::OpenSensitive),
            };
            return Field::new(field.key.clone(), field.label.clone(), control).problems(self.problems);
        }
        if field.ty == FieldType::Rows {
            return self.table(viewer, field);
        }
        self.one(viewer, field, &field.key)
    }

    fn table(&self, viewer: &mut Viewer<'_, ReadTx>, field: &SpecField) -> Field {
        let count = self.filled.rows.get(&field.key).copied().unwrap_or(0);
        let rows = (0..count)
            .map(|n| {
                field.columns.iter().map(|c| self.one(viewer, c, &format!("{}.{n}.{}", field.key, c.key))).collect()
            })
            .collect();
        let columns = field
            .columns
            .iter()
            .map(|c| RowsColumn { label: c.label.clone(), required: c.required.always() })
            .collect();
        let control = Control::Rows(Rows { columns, rows, most: Some(spec::MOST_ROWS.min(200)) });
        let drawn = Field::new(field.key.clone(), field.label.clone(), control).problems(self.problems);
        if let Some(hint) = &field.hint { drawn.hint(hint.clone()) } else { drawn }
    }

    fn one(&self, viewer: &mut Viewer<'_, ReadTx>, field: &SpecField, place: &str) -> Field {
        let text = self.filled.get(place);
        let max = Some(spec::longest(field));
        let line = |keyboard| Control::Text { max, keyboard };
        let control = match field.ty {
            FieldType::LongText => Control::LongText { max },
            FieldType::Phone => line("tel"),
            FieldType::Email => line("email"),
            FieldType::Text | FieldType::PersonName | FieldType::IdentityCode | FieldType::Unit | FieldType::Rows => {
                line("text")
            }
            FieldType::Integer | FieldType::Decimal => Control::Number { unit: field.unit.clone().unwrap_or_default() },
            FieldType::Date => Control::Date,
            FieldType::Year => Control::Year,
            FieldType::Bool => Control::YesNo,
            FieldType::Code | FieldType::PlaceProvince | FieldType::PlaceDistrict | FieldType::PlaceCommune => {
                Control::Select { options: self.options(field, place, text), refreshes: self.refreshes(field) }
            }
            FieldType::Codes => Control::Many {
                options: self.options(field, place, ""),
                chosen: text.split(';').filter(|c| !c.is_empty()).map(str::to_owned).collect(),
            },
            FieldType::Ref => {
                let kind = field.refers.map_or("", |k| self.app.spec.kinds[k].key.as_str());
                let label = match self.filled.texts.get(&format!("{place}.text")) {
                    Some(typed) => typed.clone(),
                    None => match text.parse::<RecordId>() {
                        // A number in a link may be anybody's: it is named only if it may be seen, or stands
                        // in the record already.
                        Ok(id) if self.kept.contains(&id) => {
                            viewer.show(field, Some(&Value::Ref(id)), view::Mask::On, self.facts.today).text()
                        }
                        Ok(id) => field
                            .refers
                            .and_then(|kind| viewer.seen_title(kind, id))
                            .unwrap_or_else(|| format!("#{id}")),
                        Err(_) => text.to_owned(),
                    },
                };
                let source = ui::Link::to(format!("/options/{kind}"))
                    .with("unit", self.unit)
                    .with("year", self.facts.school_year());
                Control::Ref {
                    text: label,
                    found: self.filled.found.get(place).cloned().unwrap_or_default(),
                    source: source.to_string(),
                }
            }
        };
        let mut drawn = Field::new(place, field.label.clone(), control)
            .value(text)
            .required(field.required.always())
            .problems(self.problems);
        if let Some(hint) = &field.hint {
            drawn = drawn.hint(hint.clone());
        }
        drawn
    }

    /// The codes to choose from: valid in the record's time, for the unit's levels, under what the field
    /// depends on. What is kept stays choosable though its time is over.
    fn options(&self, field: &SpecField, place: &str, kept: &str) -> Vec<Choice> {
        let Some(list) = self.app.spec.list_of(field) else { return Vec::new() };
        let day = self.facts.period().at;
        let parent = self.parent_code(field, place);
        if !field.depends_on.is_empty() && parent.is_none() && list.codes.len() > OPTIONS_MAX {
            return self.kept_only(field, kept);
        }
        let mut options: Vec<Choice> = list
            .options(day, self.facts.unit_levels, parent.as_deref())
            .take(OPTIONS_MAX)
            .map(|c| Choice::new(c.code.clone(), c.name.clone()))
            .collect();
        if !kept.is_empty() && !options.iter().any(|o| o.value == kept) {
            options.extend(self.kept_only(field, kept));
        }
        options
    }

    fn kept_only(&self, field: &SpecField, kept: &str) -> Vec<Choice> {
        if kept.is_empty() {
            return Vec::new();
        }
        let label = self.app.spec.list_of(field).map_or(kept, |l| l.label(kept, self.facts.period().at));
        vec![Choice::new(kept, label)]
    }

    /// The code of the nearest filled field this one depends on, among those its list depends on today.
    fn parent_code(&self, field: &SpecField, place: &str) -> Option<String> {
        let list = self.app.spec.list_of(field)?;
        let parents: Vec<usize> = list.parents_at(self.facts.period().at).collect();
        let row = place.rsplit_once('.').filter(|(_, last)| *last == field.key).map(|(row, _)| row);
        let siblings = match row {
            Some(row) => &self.kind.field(row.split('.').next()?)?.columns,
            None => &self.kind.fields,
        };
        field.depends_on.iter().find_map(|at| {
            let on = siblings.get(*at)?;
            if !parents.is_empty() && !on.list.is_some_and(|l| parents.contains(&l)) {
                return None;
            }
            let name = row.map_or_else(|| on.key.clone(), |row| format!("{row}.{}", on.key));
            Some(self.filled.get(&name).to_owned()).filter(|code| !code.is_empty())
        })
    }

    /// The fields whose lists change with this one.
    fn refreshes(&self, field: &SpecField) -> Vec<String> {
        let Some(at) = self.kind.field_index(&field.key) else { return Vec::new() };
        let year = self.facts.school_year();
        let asked = |f: &&SpecField| f.depends_on.contains(&at) && f.applies(self.facts.unit_levels, year);
        self.kind.fields.iter().filter(asked).map(|f| f.key.clone()).collect()
    }
}
