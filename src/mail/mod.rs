//! Mail to the people who look after the server: what is wrong, once when it begins and once a day while
//! it lasts. Letters wait in the store until the mail server has taken them. Nothing personal is ever in
//! one, and nothing depends on it: without `[mail]` the program does all else.

pub mod cli;
pub mod model;
pub mod ops;
mod post;
pub mod store;
