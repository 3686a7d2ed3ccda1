//! Records: every kind of the spec, in one feature. A pupil, a teacher, a room are not types here but
//! kinds; what they have in common — place, version, state, history — is written once.

pub mod api;
pub mod bulk;
pub mod check;
pub mod counts;
pub mod docs;
pub mod feed;
pub mod find;
pub mod follow;
pub mod list;
pub mod model;
pub mod ops;
pub mod pages;
pub mod sight;
pub mod store;
pub mod view;
pub mod world;
