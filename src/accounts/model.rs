//! An account and its bearer tokens.

use crate::actor::Role;
use crate::id::{AccountId, UnitId};
use serde::{Deserialize, Serialize};

/// One person's account. One person, one account (TCVN 14423).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Permanent.
    pub id: AccountId,
    /// Lower case, unique for ever.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The unit it belongs to; its scope follows from the tree.
    pub unit: UnitId,
    /// PHC string of argon2id.
    pub password: String,
    /// The next sign-in must set a new password.
    pub must_change: bool,
    /// When it was made, ms.
    pub created_ms: i64,
    /// When it was closed, ms.
    pub closed_ms: Option<i64>,
    /// Raised when all its sessions must end (password changed, account closed).
    pub epoch: u32,
}
crate::stored_value!(Account, 1);

/// A bearer token for the API, kept as its hash only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Whose rights it carries.
    pub account: AccountId,
    /// What its owner calls it.
    pub label: String,
    /// When it was made, ms.
    pub created_ms: i64,
    /// When it ends, ms.
    pub expires_ms: i64,
}
crate::stored_value!(Token, 1);

/// Brings a typed login into the form kept: trimmed, lower case.
pub fn clean_login(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Whether a login has a form we make: 3–64 of a–z, 0–9, dot, dash, underscore.
pub fn is_login(login: &str) -> bool {
    (3..=64).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        && login.starts_with(|c: char| c.is_ascii_alphanumeric())
}
