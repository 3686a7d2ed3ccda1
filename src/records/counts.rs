//! Counting a unit's records for the first page and the pages of units. Each unit is counted once and
//! again when the log says that it was touched; a province is the sum of its units. Nobody's figures
//! hold what lies outside their scope.

use super::model::{RecordKey, Row, State};
use super::{ops, store};
use crate::actor::{Actor, Scope};
use crate::app::App;
use crate::error::Result;
use crate::id::{RecordId, UnitId};
use crate::priority::{Behind, step_back};
use crate::spec::{Kind, Place, Required, Value};
use crate::store::{Key, Read, ReadTx};
use crate::tally::{BySex, Counts, GradeCount, KindCount, add_grade};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// So many units are counted while a page waits; more than that are counted behind it.
const AT_ONCE: usize = 60;
/// After more new entries than this nothing counted before is kept: looking at them costs more.
const ENTRIES_MOST: u64 = 5_000;
/// Needed although neither required nor unique: a class is asked for its teacher every week.
const ALSO_NEEDED: [(&str, &str); 1] = [("class", "homeroom_teacher")];

/// The figures of some units.
pub struct Figures {
    /// Their sum, as far as counted.
    pub counts: Arc<Counts>,
    /// Units that are not counted yet: the figures grow while they are.
    pub missing: usize,
    /// All of them.
    pub units: usize,
}

fn this_year(app: &App) -> u16 {
    crate::clock::school_year(app.clock.today())
}

/// Whether a field of a kind counts for being complete: what every record must have, what tells it from
/// others, and what is asked for all the time.
fn is_needed(kind: &Kind, at: usize) -> bool {
    let field = &kind.fields[at];
    // A code that no exchange asked for yet is not given out yet.
    let identity = field.unique.is_some() && matches!(field.required, Required::No) && !field.std2020.is_empty();
    let asked = ALSO_NEEDED.contains(&(kind.key.as_str(), field.key.as_str()));
    (field.required.always() || identity || asked) && super::view::may_list(field)
}

/// Figures of an actor's units (`None`: all of their scope), counted now where few are missing.
pub fn figures(app: &App, actor: &Actor, units: Option<&[UnitId]>) -> Result<Figures> {
    catch_up(app)?;
    let wanted = wanted(app, actor, units);
    if let [one] = wanted[..] {
        return Ok(Figures { counts: of_unit(app, one)?, missing: 0, units: 1 });
    }
    count_empty(app, &wanted)?;
    let (mut sum, mut missing) = app.tally.sum(&wanted);
    if missing.len() <= AT_ONCE {
        for unit in missing.drain(..) {
            sum.add(&*of_unit(app, unit)?);
        }
    } else {
        count_behind(app, missing.clone());
    }
    Ok(Figures { counts: Arc::new(sum), missing: missing.len(), units: wanted.len() })
}

/// The units asked for that are in scope and may hold records.
fn wanted(app: &App, actor: &Actor, units: Option<&[UnitId]>) -> Vec<UnitId> {
    let tree = app.tree();
    let day = app.today();
    let holds = |id: UnitId| {
        let unit_type = tree.get(id).and_then(|u| app.spec.unit_type(u.unit_type(day)));
        unit_type.is_some_and(|t| t.has_records)
    };
    match (units, &actor.scope) {
        (Some(units), scope) => units.iter().copied().filter(|u| scope.has(*u) && holds(*u)).collect(),
        (None, Scope::Units(units)) => units.iter().copied().filter(|u| holds(*u)).collect(),
        (None, Scope::All) => tree.all().map(|u| u.id).filter(|u| holds(*u)).collect(),
    }
}

/// The counts of each of an actor's units (`None`: all of their scope) that has any, and how many are
/// not counted yet.
pub fn by_unit(app: &App, actor: &Actor, units: Option<&[UnitId]>) -> Result<(Vec<(UnitId, Arc<Counts>)>, usize)> {
    catch_up(app)?;
    let wanted = wanted(app, actor, units);
    count_empty(app, &wanted)?;
    let missing = app.tally.sum(&wanted).1;
    if missing.len() > AT_ONCE {
        count_behind(app, missing.clone());
    }
    let mut out = Vec::with_capacity(wanted.len());
    let mut left = 0;
    for unit in wanted {
        let known = if missing.len() > AT_ONCE { app.tally.get(unit) } else { Some(of_unit(app, unit)?) };
        match known {
            Some(counts) if counts.learners_in(1) > 0 || counts.kinds.iter().any(|k| k.current > 0) => {
                out.push((unit, counts))
            }
            Some(_) => {}
            None => left += 1,
        }
    }
    Ok((out, left))
}

/// What one unit's records come to now.
fn of_unit(app: &App, unit: UnitId) -> Result<Arc<Counts>> {
    if let Some(known) = app.tally.get(unit) {
        return Ok(known);
    }
    let year = this_year(app);
    let (counts, seq) = app.db.read(|tx| {
        let seq = tx.head()?.map_or(0, |e| e.seq);
        Ok((Arc::new(count(app, tx, unit, year)?), seq))
    })?;
    app.tally.put(unit, seq, year, &counts);
    Ok(counts)
}

/// Units in which nothing was ever entered need no counting.
fn count_empty(app: &App, units: &[UnitId]) -> Result<()> {
    let missing = app.tally.sum(units).1;
    if missing.is_empty() {
        return Ok(());
    }
    let year = this_year(app);
    app.db.read(|tx| {
        let seq = tx.head()?.map_or(0, |e| e.seq);
        let nothing = Arc::new(Counts::default());
        for unit in missing {
            if store::given(tx, unit)? == 0 {
                app.tally.put(unit, seq, year, &nothing);
            }
        }
        Ok(())
    })
}

/// Counts units behind the page that asked; one such thread at a time.
fn count_behind(app: &App, units: Vec<UnitId>) {
    if !app.tally.begin() {
        return;
    }
    let behind = app.clone();
    let run = move || {
        step_back(Behind::Last);
        for unit in units {
            if behind.tally.is_ending() {
                break;
            }
            let start = Instant::now();
            if let Err(e) = of_unit(&behind, unit) {
                tracing::warn!(unit = unit.0, error = %e, "counting a unit failed");
            }
            // Half of one core at most: people come first.
            std::thread::sleep(start.elapsed());
        }
        behind.tally.end();
    };
    match std::thread::Builder::new().name("counts".into()).spawn(run) {
        Ok(thread) => app.tally.counts_in(thread),
        Err(_) => app.tally.end(),
    }
}

/// Counts every unit, so that the first page of an office need not wait for it.
pub fn prepare(app: &App) -> Result<()> {
    catch_up(app)?;
    let all: Vec<UnitId> = app.tree().all().map(|u| u.id).collect();
    count_behind(app, app.tally.sum(&all).1);
    Ok(())
}

/// Looks at the newest entries of the log and forgets what is no more true.
fn catch_up(app: &App) -> Result<()> {
    let (seen, head, year) = (app.tally.seq(), app.db.head_seq(), this_year(app));
    if seen == 0 || head.saturating_sub(seen) > ENTRIES_MOST {
        // The first look, or too much to look through: nothing counted before stands.
        let all: Vec<(UnitId, u64)> = app.tree().all().map(|u| (u.id, head)).collect();
        app.tally.note(head, year, all);
        return Ok(());
    }
    let mut touched = HashMap::new();
    app.db.read(|tx| {
        for seq in seen + 1..=head {
            let Some(body) = tx.body(seq)? else { continue };
            for change in body.changes.iter().filter(|c| c.key.first() == Some(&store::RECORDS.number)) {
                let mut rest = &change.key[1..];
                let Some((_, id)) = RecordKey::take(&mut rest) else { continue };
                touched.insert(id.made_in(), seq);
                if let Some(bytes) = &change.value {
                    let row: Row = crate::store::Value::from_bytes(bytes)?;
                    touched.insert(row.header().unit, seq);
                }
                // A pupil's sex stands in the figures of the school where the pupil is in class.
                store::referring(tx, id, |_, _, child| {
                    touched.insert(child.made_in(), seq);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
        }
        Ok(())
    })?;
    app.tally.note(head, year, touched);
    Ok(())
}

/// What is looked up in rows, by position in the spec.
struct Places {
    enrolment: Option<usize>,
    pupil: Option<usize>,
    class: Option<usize>,
    staff: Option<usize>,
}

fn count(app: &App, tx: &ReadTx, unit: UnitId, year: u16) -> Result<Counts> {
    let kind = |key: &str| app.spec.kind_by_key.get(key).copied();
    let places =
        Places { enrolment: kind("enrolment"), pupil: kind("pupil"), class: kind("class"), staff: kind("staff") };
    let mut counts = Counts::default();
    counts.kinds.resize_with(app.spec.kinds.len(), KindCount::default);
    for back in 0..2u16 {
        learners(app, tx, &places, unit, year - back, &mut counts.learners[usize::from(back)])?;
    }
    if let Some(class) = places.class {
        counts.classes[1] = in_use(app, tx, class, unit, year - 1)? as u32;
    }
    for kind in [places.enrolment, places.pupil, places.class, places.staff].into_iter().flatten() {
        counts.kinds[kind] = of_kind(app, tx, kind, unit, year)?;
    }
    counts.classes[0] = places.class.map_or(0, |class| counts.kinds[class].current);
    if let Some(staff) = places.staff {
        each(app, tx, staff, unit, 0, &mut |_, row| {
            counts.staff[sex_of(app, staff, row)?] += 1;
            Ok(())
        })?;
    }
    Ok(counts)
}

/// Visits a unit's records of a kind that are in use.
fn each(
    app: &App,
    tx: &ReadTx,
    kind: usize,
    unit: UnitId,
    year: u16,
    visit: &mut dyn FnMut(RecordId, &Row) -> Result<()>,
) -> Result<()> {
    let kind_id = app.names.kind(kind);
    store::list(tx, kind_id, unit, year, None, |at| {
        if let Some(row) = store::get(tx, kind_id, at.id)?
            && row.header().state == State::Active
        {
            visit(at.id, &row)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// How many records of a kind are in use in a unit and year.
pub fn in_use(app: &App, tx: &ReadTx, kind: usize, unit: UnitId, year: u16) -> Result<u64> {
    let mut n = 0;
    each(app, tx, kind, unit, year, &mut |_, _| {
        n += 1;
        Ok(())
    })?;
    Ok(n)
}

/// The place of a person's sex in [`BySex`].
pub fn sex_of(app: &App, kind: usize, row: &Row) -> Result<usize> {
    let value =
        app.spec.kinds[kind].field_index("sex").map(|at| row.field(&app.names, kind, at)).transpose()?.flatten();
    Ok(match value {
        Some(Value::Code(code)) if code == "01" => 0,
        Some(Value::Code(code)) if code == "02" => 1,
        _ => 2,
    })
}

fn learners(app: &App, tx: &ReadTx, places: &Places, unit: UnitId, year: u16, out: &mut Vec<GradeCount>) -> Result<()> {
    let (Some(enrolment), Some(pupil)) = (places.enrolment, places.pupil) else { return Ok(()) };
    let fields = &app.spec.kinds[enrolment];
    let (Some(grade), Some(parent)) = (fields.field_index("grade"), fields.field_index("pupil")) else { return Ok(()) };
    let grades = app.spec.list_of(&fields.fields[grade]);
    let mut by_grade: BTreeMap<u16, BySex> = BTreeMap::new();
    each(app, tx, enrolment, unit, year, &mut |_, row| {
        let grade = match row.field(&app.names, enrolment, grade)? {
            Some(Value::Code(code)) => grades.and_then(|list| list.codes.iter().position(|c| c.code == code)),
            _ => None,
        };
        let sex = match row.field(&app.names, enrolment, parent)? {
            Some(Value::Ref(id)) => match store::get(tx, app.names.kind(pupil), id)? {
                Some(row) => sex_of(app, pupil, &row)?,
                None => 2,
            },
            _ => 2,
        };
        by_grade.entry(grade.map_or(u16::MAX, |at| at as u16)).or_default()[sex] += 1;
        Ok(())
    })?;
    for (grade, learners) in by_grade {
        add_grade(out, GradeCount { grade, learners });
    }
    Ok(())
}

fn of_kind(app: &App, tx: &ReadTx, kind: usize, unit: UnitId, year: u16) -> Result<KindCount> {
    let k = &app.spec.kinds[kind];
    let tree = app.tree();
    let facts = ops::facts(app, &tree, kind, RecordId(0), unit, year);
    let needed: Vec<usize> =
        k.fields_for(facts.unit_levels, year).map(|(at, _)| at).filter(|at| is_needed(k, *at)).collect();
    let mut count = KindCount { lacking: needed.iter().map(|at| (*at as u16, 0)).collect(), ..KindCount::default() };
    let year = if k.place == Place::UnitYear { year } else { 0 };
    each(app, tx, kind, unit, year, &mut |_, row| {
        count.current += 1;
        count.unverified += u32::from(!row.header().verified);
        count.asked += needed.len() as u64;
        for (at, lacking) in needed.iter().zip(&mut count.lacking) {
            lacking.1 += u32::from(row.field(&app.names, kind, *at)?.is_none());
        }
        Ok(())
    })?;
    Ok(count)
}

/// How many of one unit's records of each kind have something to look at again: every one in use is
/// checked by the rules of today. Asked for a single school; kept until the school is touched.
pub fn to_review(app: &App, actor: &Actor, unit: UnitId) -> Result<Vec<u32>> {
    if !actor.scope.has(unit) {
        return Err(crate::error::Error::NotFound);
    }
    catch_up(app)?;
    let counts = of_unit(app, unit)?;
    if let Some(known) = counts.to_review.get() {
        return Ok(known.clone());
    }
    let year = this_year(app);
    let mut found = vec![0; app.spec.kinds.len()];
    for (kind, found) in found.iter_mut().enumerate() {
        let year = if app.spec.kinds[kind].place == Place::UnitYear { year } else { 0 };
        let mut rows = Vec::new();
        app.db.read(|tx| {
            each(app, tx, kind, unit, year, &mut |id, row| {
                rows.push((id, row.clone()));
                Ok(())
            })
        })?;
        for (id, row) in rows {
            *found += u32::from(!ops::problems(app, &row.decode(&app.names, kind, id)?)?.is_empty());
        }
    }
    Ok(counts.to_review.get_or_init(|| found).clone())
}
