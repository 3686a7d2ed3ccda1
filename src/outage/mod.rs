//! The planned outage: what the administrator announces, shown on every page until it is over
//! (NĐ 224/2026 Điều 13: seven working days ahead, with the time it is back). The pages are in
//! [`crate::outage_pages`].

pub mod model;
pub mod ops;
mod store;
