//! Signing in, and who a request is: an opaque token in a cookie or a bearer header becomes an
//! [`Actor`](crate::actor::Actor). Tokens are kept hashed only.

pub mod ops;
pub mod pages;
mod second;
mod signed;
pub mod store;

pub use signed::{Signed, identify, shell, system_name};
