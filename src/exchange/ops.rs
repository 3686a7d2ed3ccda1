//! Importing a file: read in a child process, matched with a layout, checked row by row, written as one
//! batch that can be undone as a whole.

use super::layout::{self, MappedRow, MappedRows};
use super::plan::SheetPlan;
use super::reader::{self, Limits};
use super::refusals;
use super::report::Report;
use super::rows::{CHUNK, Job, Known};
use super::units;
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Problem, Result, Severity};
use crate::id::UnitId;
use crate::spec::{RowIs, SheetSpec, Spec, Target};
use crate::store::history::{self, Undone};
use crate::terminal::say;
use std::path::Path;
use std::process::ExitCode;

/// What to import, and where to.
pub struct Import<'a> {
    /// Key of the layout.
    pub sheet: &'a str,
    /// School year; nothing: the current one (for lists of units, the one the file speaks of).
    pub year: Option<u16>,
    /// The unit rows belong to; nothing: the actor's own.
    pub unit: Option<UnitId>,
}

/// Imports a file as one batch. What can't be taken is in the report; the rest is saved.
pub fn import(app: &App, actor: &Actor, what: &Import<'_>, file: &Path) -> Result<Report> {
    actor.require(Right::Edit)?;
    let sheet = sheet_of(&app.spec, what.sheet)?;
    let plan = SheetPlan::new(sheet);
    let (mut mapped, notes) = matched(&plan, file)?;
    let mut report = Report { notes, ..Report::default() };
    let current = crate::clock::school_year(app.clock.today());
    match sheet.row_is {
        RowIs::Unit => {
            let all: Vec<MappedRow> = mapped.by_ref().collect::<Result<_>>()?;
            let year = what.year.unwrap_or_else(|| units::year_of(app, sheet, &plan, &all, current));
            if what.year.is_none() && year != current {
                report.notes.push(format!(
                    "Mã xã trong tệp là của năm học {year}–{}, nên hồ sơ trường được ghi vào năm học đó.",
                    year + 1
                ));
            }
            report.batch = units::import(app, actor, &plan, &all, year, &mut report)?;
        }
        RowIs::Kind(_) => {
            let unit = what.unit.unwrap_or(actor.unit);
            if !actor.scope.has(unit) {
                return Err(Error::NotFound);
            }
            let day = app.today();
            let tree = app.tree();
            let holds =
                tree.get(unit).and_then(|u| app.spec.unit_type(u.unit_type(day))).is_some_and(|t| t.has_school_record);
            if !holds {
                return Err(Error::Bad(
                    "Mẫu này nhập cho một trường. Thầy/cô chọn trường (--unit mã trường) rồi nhập lại.".into(),
                ));
            }
            let job = Job { app, actor, plan: &plan, unit, year: what.year.unwrap_or(current) };
            let mut known = Known::default();
            let mut chunk: Vec<MappedRow> = Vec::with_capacity(CHUNK);
            let mut batch = 0;
            for row in mapped.by_ref() {
                chunk.push(row?);
                if chunk.len() == CHUNK {
                    batch = job.chunk(&chunk, &mut known, batch, &mut report)?;
                    chunk.clear();
                }
            }
            if !chunk.is_empty() {
                batch = job.chunk(&chunk, &mut known, batch, &mut report)?;
            }
            report.batch = batch;
        }
    }
    if mapped.skipped_total() > 0 {
        let rows: Vec<String> = mapped.skipped().iter().take(10).map(|s| s.number.to_string()).collect();
        report.notes.push(format!(
            "Bỏ qua {} dòng không phải dữ liệu (dòng {}…).",
            mapped.skipped_total(),
            rows.join(", ")
        ));
    }
    Ok(report)
}

fn sheet_of<'s>(spec: &'s Spec, key: &str) -> Result<&'s SheetSpec> {
    spec.sheet(key).ok_or_else(|| {
        let keys: Vec<&str> = spec.sheets.iter().map(|s| s.key.as_str()).collect();
        Error::Bad(format!("Không có mẫu «{key}». Các mẫu hiện có: {}.", keys.join(", ")))
    })
}

/// The rows of a file as a layout understands them, and what is to be said of its columns.
fn matched(plan: &SheetPlan<'_>, file: &Path) -> Result<(MappedRows, Vec<String>)> {
    let rows = reader::open(file, &Limits::default())?;
    let found = layout::find(rows.heads(), &plan.template)?;
    let (refused, told): (Vec<Problem>, Vec<Problem>) =
        found.best.problems().into_iter().partition(|problem| problem.severity == Severity::Error);
    if !refused.is_empty() {
        return Err(Error::Invalid(refused));
    }
    let plans = std::iter::once(found.best).chain(found.alike).collect();
    Ok((layout::rows(rows, &plan.template, plans), told.into_iter().map(|problem| problem.message).collect()))
}

/// Reads a file to its end and keeps nothing.
///
/// # Errors
/// As [`import`] would refuse it as a whole, before any of its rows is looked at.
pub fn check(spec: &Spec, sheet: &str, file: &Path) -> Result<()> {
    let plan = SheetPlan::new(sheet_of(spec, sheet)?);
    let (mut rows, _) = matched(&plan, file)?;
    rows.try_for_each(|row| row.map(drop))
}

/// An empty csv with the columns of a layout, for Excel; `*` marks those that must be filled.
pub fn blank(spec: &Spec, sheet: &str) -> Result<Vec<u8>> {
    let mut heads: Vec<String> = Vec::new();
    let mut keys: Vec<&str> = Vec::new();
    for column in &sheet_of(spec, sheet)?.columns {
        if column.to != Target::Ignored && !keys.contains(&column.key.as_str()) {
            keys.push(&column.key);
            // The ministry's own names are not words.
            let named = [&column.label].into_iter().chain(&column.aliases).find(|name| name.contains(' '));
            heads.push(format!("{}{}", named.unwrap_or(&column.key), if column.required { " *" } else { "" }));
        }
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut out = Vec::new();
    refusals::write_table(&mut out, &heads, std::iter::empty::<Vec<&str>>())?;
    Ok(out)
}

/// `csdlgd import`: prints what was added, changed, the same, and each refused cell. Exit 2 if any was
/// refused.
pub fn command(
    app: &App,
    login: &str,
    sheet: &str,
    year: Option<u16>,
    unit: Option<&str>,
    file: &Path,
) -> Result<ExitCode> {
    let actor = crate::sessions::ops::by_login(app, login)?;
    let unit = match unit {
        None => None,
        Some(text) => Some(
            crate::records::world::resolve_unit(&app.tree(), text)
                .ok_or_else(|| Error::Operator(format!("--unit: no unit has code or name '{text}'")))?,
        ),
    };
    if !file.is_file() {
        return Err(Error::Operator(format!("{} is not a file", file.display())));
    }
    let report = match import(app, &actor, &Import { sheet, year, unit }, file) {
        Ok(report) => report,
        Err(Error::Bad(why) | Error::Denied(why)) => {
            say!("{why}");
            return Ok(ExitCode::from(2));
        }
        Err(Error::Invalid(problems)) => {
            for problem in problems {
                say!("{}", problem.message);
            }
            return Ok(ExitCode::from(2));
        }
        Err(e) => return Err(e),
    };
    for note in &report.notes {
        say!("{note}");
    }
    for refusal in &report.refusals {
        let sheet = if refusal.sheet.is_empty() { String::new() } else { format!("«{}» ", refusal.sheet) };
        if refusal.column.is_empty() {
            say!("{sheet}dòng {}: {}", refusal.row, refusal.reason);
        } else {
            say!(
                "{sheet}dòng {}, cột {} {} = «{}»: {}",
                refusal.row,
                refusal.column,
                refusal.header,
                refusal.value,
                refusal.reason
            );
        }
    }
    say!("{} dòng dữ liệu", report.rows);
    for (label, count) in &report.counts {
        say!("{label}: thêm {}, sửa {}, giữ nguyên {}", count.added, count.changed, count.same);
    }
    say!("không nhận: {} ô hoặc dòng ({} dòng bị bỏ hẳn)", report.refusals.len(), report.rows_refused);
    if report.batch != 0 {
        say!("lô {} (hoàn tác: csdlgd undo --data … --as {login} {})", report.batch, report.batch);
    }
    Ok(if report.refusals.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Undoes an import as a whole, if all of it lies in the person's scope.
pub fn undo(app: &App, actor: &Actor, batch: u64) -> Result<Undone> {
    actor.require(Right::Edit)?;
    let (scope, manages) = (actor.scope.clone(), actor.may(Right::ManageUnits));
    let saved = app.db.write(&actor.who(), history::UNDO, move |tx| {
        use crate::store::Read;
        let first = tx.entry(batch)?.filter(|e| e.batch == batch).ok_or(Error::NotFound)?;
        if first.unit.0 == 0 && !manages || first.unit.0 != 0 && !scope.has(first.unit) {
            return Err(Error::NotFound);
        }
        history::undo_batch(tx, batch)
    })?;
    crate::units::ops::reload(app)?;
    Ok(saved.value)
}
