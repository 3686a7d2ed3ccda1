//! Accounts: granted down the tree Sở → Phòng (xã) → school → person (QĐ 121 Điều 4). An account is
//! closed, never removed; its past stays in the log.

pub mod grant;
pub mod model;
pub mod ops;
pub mod store;
