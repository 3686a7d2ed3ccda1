//! The dated tree of units. A unit is permanent; its name, codes, parents, type, levels and state are
//! facts with a first and last day and the decision that ordered them. Nothing here knows that there
//! were districts once: Phòng GDĐT and UBND cấp xã are both just dated data.

mod fact;
mod snapshot;

pub use fact::{Change, Code, Dated, Day, Event, ParentRole, Unit, UnitState};
pub use snapshot::{Tree, date_of, day_of};
