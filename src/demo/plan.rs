//! Puts the province together: sizes, places, events, units, and the numbers of persons set aside for
//! each school.

use super::dice::{Dice, Purpose};
use super::model::{Numbers, Part, Province, School};
use super::{Params, events, offices, places, sizes};
use crate::error::Result;
use crate::tree::day_of;

impl Province {
    /// Plans a province: all units, and what each school will hold. Fast; makes no records.
    /// An error is a mistake of ours.
    pub fn plan(params: &Params) -> Result<Self> {
        let today = day_of(params.today);
        let mut dice = Dice::new(params.seed, 0, Purpose::Plan);
        let sizes = sizes::plan(params.learners, &mut dice);
        let mut schools = places::schools(sizes, offices::first_school(), &mut dice);
        events::happen(&mut schools, params, today);
        set_numbers_aside(&mut schools);

        let mut units = offices::skeleton()?;
        let ids: Vec<_> = schools.iter().map(|s| s.unit).collect();
        let number_of = |ordinal: u32| ids[ordinal as usize];
        for school in &schools {
            units.push(offices::school_unit(school, &number_of)?);
        }
        Ok(Self { params: *params, units, schools, today })
    }

    /// How many learners are in class in the newest year.
    pub fn active_learners(&self) -> u64 {
        self.schools.iter().map(|s| u64::from(s.active_learners())).sum()
    }
}

/// Persons of a school never take a number set aside for another.
fn set_numbers_aside(schools: &mut [School]) {
    let mut next = Numbers::default();
    for school in schools {
        let learners: u32 = school.parts.iter().map(Part::learners).sum();
        let largest = |part: &Part| part.grades.iter().map(|g| u32::from(g.learners)).max().unwrap_or(0);
        let years: u32 = school.parts.iter().map(largest).max().unwrap_or(0);
        // Adults of a centre are spread over many years of birth; a split school had half as many again.
        let more = if school.parts.iter().any(|p| p.outflow.is_some()) { 2 } else { 1 };
        let bucket_size = years * 3 / 4 * more + 40;
        school.numbers = Numbers { bucket_size, ..next };
        next.people += learners * 4 * more + 200;
        next.staff += learners / 2 + 100;
        next.bucket += bucket_size;
    }
}
