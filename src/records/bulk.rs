//! Many records at once, for imports and the demo: checked outside the writer against a batch world,
//! written in short changes so that nobody's save waits long.

use super::model::{Header, State};
use super::ops::{self, Checked};
use super::store;
use super::world::BatchWorld;
use crate::actor::Who;
use crate::app::{App, Parts};
use crate::error::{Error, Problem, Result};
use crate::id::{RecordId, UnitId};
use crate::spec::{Facts, Raw, World};
use crate::store::Pending;
use crate::tree::Tree;
use std::collections::HashMap;

/// A record to be made.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its number, reserved before.
    pub id: RecordId,
    /// Position of its kind in the spec.
    pub kind: usize,
    /// Its unit.
    pub unit: UnitId,
    /// Its school year, or 0.
    pub year: u16,
    /// Where it stands.
    pub state: State,
    /// What was typed.
    pub raw: Raw,
}

/// Checks records in order; later ones see earlier ones. Gives each one's outcome.
pub fn check_all(
    app: &Parts,
    tree: &Tree,
    base: &impl World,
    new: Vec<NewRecord>,
) -> Vec<Result<Checked, Vec<Problem>>> {
    let mut world = BatchWorld::new(base, &app.spec);
    let mut facts_of: HashMap<(usize, UnitId, u16), Facts> = HashMap::new();
    new.into_iter()
        .map(|n| {
            let facts = facts_of
                .entry((n.kind, n.unit, n.year))
                .or_insert_with(|| ops::facts(app, tree, n.kind, n.id, n.unit, n.year));
            facts.id = n.id;
            let header = Header { version: 1, unit: n.unit, year: n.year, state: n.state, verified: false };
            match ops::check(app, n.kind, n.id, header, &n.raw, None, facts, &world) {
                Ok(checked) => {
                    world.add(checked.record());
                    Ok(checked)
                }
                Err(Error::Invalid(problems)) => Err(problems),
                Err(e) => Err(vec![Problem::error("", "internal", e.to_string())]),
            }
        })
        .collect()
}

/// Writes checked records as one change of `batch` (0: none; or the number of the batch's first
/// entry), and remembers how many numbers `unit` has given. Nothing is kept if one is refused.
pub fn submit(
    app: &App,
    who: &Who,
    action: &'static str,
    batch: u64,
    unit: UnitId,
    given: Option<u64>,
    records: Vec<Checked>,
) -> Pending<u64> {
    let parts = app.clone();
    app.db.submit(who, action, move |tx| {
        for checked in &records {
            ops::write_in(tx, &parts, checked)?;
        }
        if let Some(given) = given {
            store::set_given(tx, unit, given)?;
        }
        tx.set_unit(unit);
        let seq = tx.seq();
        tx.set_batch(batch);
        Ok(seq)
    })
}

/// Numbers for records of one unit, given out without asking the writer. Only for whoever is alone.
#[derive(Debug)]
pub struct Numbers {
    unit: UnitId,
    given: u64,
}

impl Numbers {
    /// Goes on after the numbers the unit has given.
    pub const fn after(unit: UnitId, given: u64) -> Self {
        Self { unit, given }
    }

    /// The next number.
    pub const fn next(&mut self) -> RecordId {
        self.given += 1;
        RecordId::new(self.unit, self.given)
    }

    /// How many are given now.
    pub const fn given(&self) -> u64 {
        self.given
    }
}
