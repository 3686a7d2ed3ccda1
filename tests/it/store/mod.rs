//! The store's proof: what it promises holds after any fault, in any order of events.

mod acts;
mod chance;
mod damage;
mod disk;
mod faults;
mod model;
mod power;
