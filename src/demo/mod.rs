//! A made-up but lifelike province, for trying the product out, for tests and for measuring. Pure and
//! deterministic: the same parameters give the same province, byte for byte, whatever the machine and
//! in whatever order its schools are asked for. No person in it exists. Only `build` touches the store, and
//! passes the rows through the same check and the same door as a clerk's.

mod build;
mod calendar;
mod classes;
mod cohorts;
mod curriculum;
mod dice;
mod enrolments;
mod events;
mod facility;
mod family;
mod health;
mod keys;
mod logins;
mod making;
mod model;
mod offices;
mod people;
mod places;
mod plan;
mod pool;
mod pupils;
mod results;
mod row;
mod site;
mod sizes;
mod staff;
mod staff_record;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests;

pub use build::{Options, run};
pub use logins::{Login, logins};
pub use model::{Flow, Grade, Happening, Level, Ownership, Params, Part, Province, School, What};
pub use row::{Fields, NewRow, SchoolData, Short, State, Text};
