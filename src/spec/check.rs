//! The one check. Form, spreadsheet, API and demo data all pass here: from what was typed (or from
//! values) to what may be kept, with every problem at its place. It reads nothing but what it is
//! given, and logs nothing.

use super::expr::{Ctx, Truth};
use super::model::{Field, FieldType, Kind, Required};
use super::raw::Raw;
use super::rules::Rule;
use super::types::{self, Beside, MOST_ROWS, Read, Reading};
use super::value::Value;
use super::world::{Facts, Period, World};
use super::{Spec, near_vi};
use crate::error::{Problem, Severity};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The values that may be kept, by ascending field index, and what is wrong or odd. If a problem is
/// an error nothing may be kept.
pub type Outcome = (Vec<(usize, Value)>, Vec<Problem>);

/// Checks what was typed. With `old` (the record as it is), only what differs is read again; what is
/// absent stays.
pub fn check(
    spec: &Spec,
    kind: &Kind,
    raw: &Raw,
    old: Option<&[(usize, Value)]>,
    facts: &Facts,
    world: &dyn World,
) -> Outcome {
    let mut check = Check::new(spec, kind, facts, world);
    let mut values: Vec<Option<Value>> = vec![None; kind.fields.len()];
    for (index, value) in old.unwrap_or_default() {
        if let Some(slot) = values.get_mut(*index) {
            *slot = Some(value.clone());
        }
    }
    for (index, typed) in check.sort(raw) {
        let field = &kind.fields[index];
        if let Typed::Text(text) = &typed
            && values[index].as_ref().is_some_and(|old| types::unchanged(field, old, text))
        {
            continue;
        }
        if !field.applies(facts.unit_levels, check.year) {
            check.not_asked(field, &typed);
            continue;
        }
        let read = match typed {
            Typed::Text(text) if field.ty == FieldType::Rows => check.table_of_json(index, text),
            Typed::Text(text) => check.text(field, &|| field.key.clone(), text, &kind.fields, Beside::Record(&values)),
            Typed::Cells(cells) => check.table(index, cells),
        };
        if let Ok(value) = read {
            values[index] = value;
        }
    }
    check.finish(values)
}

/// Checks values that are already read (from another system, or from generated data).
pub fn check_values(spec: &Spec, kind: &Kind, given: Vec<(usize, Value)>, facts: &Facts, world: &dyn World) -> Outcome {
    let mut check = Check::new(spec, kind, facts, world);
    let mut values: Vec<Option<Value>> = vec![None; kind.fields.len()];
    for (index, mut value) in given {
        let Some(field) = kind.fields.get(index) else { continue };
        if types::fits(field, &value) {
            types::tidy(field, &mut value);
            values[index] = (!types::is_empty(&value)).then_some(value);
        } else {
            check.wrong_type(field, &field.key);
        }
    }
    for (index, field) in kind.fields.iter().enumerate() {
        match &values[index] {
            Some(value) if field.applies(facts.unit_levels, check.year) => check.judge(field, value, &values),
            _ => {}
        }
    }
    check.finish(values)
}

struct Check<'a> {
    spec: &'a Spec,
    kind: &'a Kind,
    facts: &'a Facts,
    world: &'a dyn World,
    period: Period,
    year: u16,
    problems: Vec<Problem>,
    /// For tables that were typed: the number each kept row had there.
    row_numbers: BTreeMap<usize, Vec<usize>>,
}

/// What was typed for one field.
enum Typed<'a> {
    Text(&'a str),
    Cells(Cells<'a>),
}

/// Row number → (column index, text).
type Cells<'a> = BTreeMap<usize, Vec<(usize, &'a str)>>;

/// A text that could not be read; what is wrong with it is said already.
struct Unread;

/// What was read; `None`: it is empty.
type ReadOne = Result<Option<Value>, Unread>;

impl<'a> Check<'a> {
    fn new(spec: &'a Spec, kind: &'a Kind, facts: &'a Facts, world: &'a dyn World) -> Self {
        let (period, year) = (facts.period(), facts.school_year());
        Self { spec, kind, facts, world, period, year, problems: Vec::new(), row_numbers: BTreeMap::new() }
    }

    fn error(&mut self, place: &str, rule: &str, message: impl Into<String>) {
        self.problems.push(Problem::error(place, rule, message));
    }

    fn wrong_type(&mut self, field: &Field, place: &str) {
        self.error(place, "type", format!("«{}» cần {}.", field.label, field.ty.label()));
    }

    /// Files the typed texts by field; a place no field has is an error.
    fn sort<'r>(&mut self, raw: &'r Raw) -> Vec<(usize, Typed<'r>)> {
        let mut out: Vec<(usize, Typed<'r>)> = Vec::with_capacity(raw.fields.len());
        let mut tables: BTreeMap<usize, Cells<'r>> = BTreeMap::new();
        for (place, text) in &raw.fields {
            let mut parts = place.splitn(3, '.');
            let index = parts.next().and_then(|key| self.kind.field_index(key));
            let row = parts.next().map(str::parse::<usize>);
            let column = index.zip(parts.next()).map(|(i, column)| self.kind.fields[i].column_index(column));
            match (index, row, column) {
                (Some(index), None, None) => out.push((index, Typed::Text(text))),
                (Some(index), Some(Ok(row)), Some(Some(column))) => {
                    tables.entry(index).or_default().entry(row).or_default().push((column, text));
                }
                _ => self.unknown(place),
            }
        }
        for (index, cells) in tables {
            // A form posts the bare key of a table so that a table may become empty.
            out.retain(|(i, _)| *i != index);
            out.push((index, Typed::Cells(cells)));
        }
        out.sort_unstable_by_key(|(index, _)| *index);
        out
    }

    fn unknown(&mut self, place: &str) {
        let key = place.split('.').next().unwrap_or_default();
        let near = match self.kind.field(key) {
            None => near_vi(key, self.kind.fields.iter().map(|f| f.key.as_str())),
            Some(field) => {
                near_vi(place.rsplit('.').next().unwrap_or_default(), field.columns.iter().map(|c| c.key.as_str()))
            }
        };
        let place: String = place.chars().take(80).collect();
        self.error(&place, "unknown", format!("Không có trường «{place}».{near}"));
    }

    /// A text for a field this unit or year is not asked: left aside, and said unless it says "no".
    fn not_asked(&mut self, field: &Field, typed: &Typed<'_>) {
        let nothing =
            |text: &str| matches!(text.trim(), "" | "0" | "0.0" | "[]" | "Không" | "không" | "false" | "FALSE");
        let nothing = match typed {
            Typed::Text(text) => nothing(text),
            Typed::Cells(rows) => rows.values().flatten().all(|(_, text)| nothing(text)),
        };
        if nothing {
            return;
        }
        let why = if field.in_year(self.year) { "cấp học của đơn vị" } else { "năm học" };
        let message = format!("«{}» không dùng cho {why} này nên không được ghi lại.", field.label);
        self.problems.push(Problem::warning(&field.key, "not_asked", message));
    }

    /// Reads one text.
    fn text(
        &mut self,
        field: &Field,
        place: &dyn Fn() -> String,
        text: &str,
        fields: &[Field],
        beside: Beside<'_>,
    ) -> ReadOne {
        match types::parse(field, text, &self.reading(fields, beside)) {
            Ok(None) => Ok(None),
            Ok(Some(Read { value, odd })) => {
                if let Some(odd) = odd {
                    self.problems.push(Problem::warning(&place(), field.ty.key(), odd));
                }
                Ok(Some(value))
            }
            Err((rule, message)) => {
                self.error(&place(), rule, message);
                Err(Unread)
            }
        }
    }

    fn reading<'b>(&'b self, fields: &'b [Field], beside: Beside<'b>) -> Reading<'b> {
        Reading { codes: &self.spec.codes, facts: self.facts, period: self.period, world: self.world, beside, fields }
    }

    fn table_of_json(&mut self, index: usize, text: &str) -> ReadOne {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let field = &self.kind.fields[index];
        let Ok(rows) = serde_json::from_str::<Vec<serde_json::Map<String, Json>>>(text) else {
            self.error(&field.key, "rows", "Bảng không đọc được: cần một danh sách JSON các dòng.");
            return Err(Unread);
        };
        let mut texts: Vec<Vec<(usize, String)>> = Vec::with_capacity(rows.len().min(MOST_ROWS));
        for (r, row) in rows.iter().enumerate().take(MOST_ROWS + 1) {
            let mut cells = Vec::with_capacity(row.len());
            for (key, cell) in row {
                let place = format!("{}.{r}.{key}", field.key);
                match (field.column_index(key), types::cell_of_json(cell)) {
                    (None, _) => self.unknown(&place),
                    (Some(at), Some(text)) => cells.push((at, text)),
                    (_, None) => self.error(&place, "type", "Ô này không đọc được."),
                }
            }
            texts.push(cells);
        }
        let cells = texts.iter().map(|row| row.iter().map(|(at, t)| (*at, t.as_str())).collect());
        self.table(index, cells.enumerate().collect())
    }

    /// Reads the cells of a table; rows with nothing in them are dropped.
    fn table(&mut self, index: usize, cells: Cells<'_>) -> ReadOne {
        let field = &self.kind.fields[index];
        if cells.len() > MOST_ROWS {
            self.error(&field.key, "length", format!("Nhiều nhất {MOST_ROWS} dòng."));
            return Err(Unread);
        }
        let errors = self.problems.len();
        let (mut rows, mut numbers) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
        for (number, mut texts) in cells {
            texts.sort_by_key(|(at, _)| *at);
            let mut row: Vec<(u16, Value)> = Vec::with_capacity(texts.len());
            for (at, text) in texts {
                let column = &field.columns[at];
                let place = || format!("{}.{number}.{}", field.key, column.key);
                if !column.applies(self.facts.unit_levels, self.year) {
                    continue;
                }
                if let Ok(Some(value)) = self.text(column, &place, text, &field.columns, Beside::Row(&row)) {
                    row.push((at as u16, value));
                }
            }
            if !row.is_empty() {
                rows.push(row);
                numbers.push(number);
            }
        }
        self.row_numbers.insert(index, numbers);
        let unread = self.problems[errors..].iter().any(|p| p.severity == Severity::Error);
        if unread && rows.is_empty() { Err(Unread) } else { Ok((!rows.is_empty()).then_some(Value::Rows(rows))) }
    }

    fn judge(&mut self, field: &Field, value: &Value, values: &[Option<Value>]) {
        let Value::Rows(rows) = value else {
            return self.judge_one(field, &|| field.key.clone(), value, &self.kind.fields, Beside::Record(values));
        };
        if rows.len() > MOST_ROWS {
            self.error(&field.key, "length", format!("Nhiều nhất {MOST_ROWS} dòng."));
        }
        for (r, row) in rows.iter().enumerate().take(MOST_ROWS) {
            for (c, cell) in row {
                let Some(column) = field.columns.get(usize::from(*c)) else { continue };
                let place = || format!("{}.{r}.{}", field.key, column.key);
                if types::fits(column, cell) {
                    self.judge_one(column, &place, cell, &field.columns, Beside::Row(row));
                } else {
                    self.wrong_type(column, &place());
                }
            }
        }
    }

    /// `place` is asked for only if there is something to say: a year's marks are a hundred cells.
    fn judge_one(
        &mut self,
        field: &Field,
        place: &dyn Fn() -> String,
        value: &Value,
        fields: &[Field],
        beside: Beside<'_>,
    ) {
        match types::judge(field, value, &self.reading(fields, beside)) {
            Ok(None) => {}
            Ok(Some(odd)) => self.problems.push(Problem::warning(&place(), field.ty.key(), odd)),
            Err((rule, message)) => self.error(&place(), rule, message),
        }
    }

    /// What needs the whole record: what is missing, and the rules.
    fn finish(mut self, mut values: Vec<Option<Value>>) -> Outcome {
        let kind = self.kind;
        let asked = |field: &Field| field.applies(self.facts.unit_levels, self.year);
        for (field, value) in kind.fields.iter().zip(&mut values) {
            // A box that must be ticked or not is not ticked.
            if field.ty == FieldType::Bool && field.required.always() && value.is_none() && asked(field) {
                *value = Some(Value::Bool(false));
            }
        }
        let mut found = Vec::new();
        {
            let ctx = Ctx::new(&values, self.facts, &self.spec.level_keys, self.world);
            for (index, field) in kind.fields.iter().enumerate().filter(|(_, f)| asked(f)) {
                match &values[index] {
                    None if missing(&field.required, &ctx) => found.push(required(&field.key, field)),
                    Some(Value::Rows(rows)) => self.missing_cells(index, rows, &ctx, &mut found),
                    _ => {}
                }
            }
            for rule in &kind.rules {
                found.extend(self.broken(rule, &values, &ctx));
            }
        }
        // Where a rule speaks of a name, the type's own remark about it only repeats.
        let spoken = |place: &str| found.iter().any(|p| p.field == place && p.rule != "required");
        self.problems
            .retain(|p| p.severity == Severity::Error || p.rule != FieldType::PersonName.key() || !spoken(&p.field));
        for problem in found {
            // Who typed something unreadable is told that, not also that it is missing.
            if problem.rule != "required" || !self.problems.iter().any(|p| p.field == problem.field) {
                self.problems.push(problem);
            }
        }
        let place = |p: &Problem| kind.field_index(p.field.split('.').next().unwrap_or_default()).unwrap_or(usize::MAX);
        self.problems.sort_by_cached_key(place);
        let kept = values.into_iter().enumerate().filter_map(|(i, v)| v.map(|v| (i, v))).collect();
        (kept, self.problems)
    }

    fn missing_cells(&self, index: usize, rows: &[Vec<(u16, Value)>], ctx: &Ctx<'_>, found: &mut Vec<Problem>) {
        let field = &self.kind.fields[index];
        let needed = |c: &&(usize, &Field)| {
            !matches!(c.1.required, Required::No) && c.1.applies(self.facts.unit_levels, self.year)
        };
        let columns: Vec<(usize, &Field)> = field.columns.iter().enumerate().filter(|c| needed(&c)).collect();
        if columns.is_empty() {
            return;
        }
        let numbers = self.row_numbers.get(&index);
        for (r, row) in rows.iter().enumerate() {
            for (at, column) in &columns {
                let empty = !row.iter().any(|(c, _)| usize::from(*c) == *at) && column.ty != FieldType::Bool;
                if empty && missing(&column.required, &ctx.in_row(row)) {
                    let number = numbers.and_then(|n| n.get(r)).copied().unwrap_or(r);
                    found.push(required(&format!("{}.{number}.{}", field.key, column.key), column));
                }
            }
        }
    }

    /// The problem, if the rule is broken; a rule that can't be judged accuses nobody.
    fn broken(&self, rule: &Rule, values: &[Option<Value>], ctx: &Ctx<'_>) -> Option<Problem> {
        let fields = &self.kind.fields;
        if rule.needs.iter().any(|&i| values[i].is_none()) {
            return None;
        }
        if !rule.fields.iter().any(|&i| fields[i].applies(self.facts.unit_levels, self.year)) {
            return None;
        }
        if rule.when.as_ref().is_some_and(|when| when.holds(ctx) != Truth::True)
            || rule.check.holds(ctx) != Truth::False
        {
            return None;
        }
        Some(Problem {
            field: rule.fields.first().map(|&i| fields[i].key.clone()).unwrap_or_default(),
            message: self.fill(rule, values),
            severity: rule.severity,
            rule: rule.id.clone(),
        })
    }

    /// The message with `{1}` … replaced. What is sensitive is named, not shown.
    fn fill(&self, rule: &Rule, values: &[Option<Value>]) -> String {
        let mut message = rule.message.clone();
        for (n, &index) in rule.needs.iter().enumerate() {
            let mark = format!("{{{}}}", n + 1);
            if !message.contains(&mark) {
                continue;
            }
            let field = &self.kind.fields[index];
            let shown = match &values[index] {
                Some(Value::Ref(id)) => field.refers.and_then(|kind| self.world.name_of(kind, *id)).unwrap_or_default(),
                Some(Value::Unit(unit)) => self.world.name_of_unit(*unit).unwrap_or_default(),
                Some(_) if field.hides() => format!("({})", field.label.to_lowercase()),
                Some(value) => types::show(field, value, &self.spec.codes, self.period.at),
                None => String::new(),
            };
            message = message.replace(&mark, &shown);
        }
        message
    }
}

fn missing(required: &Required, ctx: &Ctx<'_>) -> bool {
    match required {
        Required::No => false,
        Required::Yes => true,
        Required::If(condition) => condition.holds(ctx) == Truth::True,
    }
}

fn required(place: &str, field: &Field) -> Problem {
    Problem::error(place, "required", format!("Cần ghi «{}».", field.label))
}
