//! The store's proof: what it promises holds after any fault, in any order of events.

mod acts;
mod chance;
mod damage;
mod disk;
mod doors;
mod edits;
mod faults;
mod files;
mod history;
mod machine;
mod model;
mod power;
mod tables;
