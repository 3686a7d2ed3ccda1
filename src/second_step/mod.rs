//! The second step of signing in: a code from a person's telephone (RFC 6238), or one of their recovery
//! codes. An offer to everybody; for administrators it can be made a duty.

pub mod model;
pub mod ops;
pub mod store;
