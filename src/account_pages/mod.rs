//! The pages by which accounts are given, reset and closed down the tree (QĐ 121 Điều 4). A password is
//! shown in the one answer to the POST that made it, never in an address and never again. An account
//! out of scope is not found.

mod list;
mod one;

use crate::accounts::model::Account;
use crate::app::App;
use crate::http::Routes;
use crate::ui::{self, Choice, Markup, Tone, words};

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/accounts", list::page)
        .get("/accounts/new", one::new_form)
        .post("/accounts/new", one::create)
        .get("/accounts/{id}", one::page)
        .post("/accounts/{id}/reset", one::reset)
        .post("/accounts/{id}/close", one::close)
        .post("/accounts/{id}/reopen", one::reopen)
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Used, or ready to be.
    Open,
    /// The password given has not been changed yet.
    First,
    /// Closed.
    Closed,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Open, Self::First, Self::Closed];

    fn of(account: &Account) -> Self {
        match (account.closed_ms, account.must_change) {
            (Some(_), _) => Self::Closed,
            (None, true) => Self::First,
            (None, false) => Self::Open,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::First => "first",
            Self::Closed => "closed",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Open => words::ACCOUNT_OPEN,
            Self::First => words::ACCOUNT_FIRST,
            Self::Closed => words::ACCOUNT_CLOSED,
        }
    }

    fn badge(self) -> Markup {
        let tone = match self {
            Self::Open => Tone::Good,
            Self::First => Tone::Info,
            Self::Closed => Tone::Plain,
        };
        ui::badge(tone, self.label())
    }
}

/// Roles to choose from.
fn role_choices(roles: &[crate::actor::Role]) -> Vec<Choice> {
    roles.iter().map(|r| Choice::new(r.key(), words::role(*r))).collect()
}
