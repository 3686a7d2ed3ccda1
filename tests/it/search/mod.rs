//! Search, as people meet it: a table of what must be found by what is typed, the rank of the right
//! person over many ways of typing, the page, the index following the log.

mod bed;
mod cases;
mod command;
mod follow;
mod page;
mod people;
mod rank;
mod typed;
