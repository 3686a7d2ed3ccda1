//! The accounts of one's scope: by unit, role and state, page by page in the order of units.

use super::{Standing, role_choices};
use crate::accounts::model::Account;
use crate::accounts::store;
use crate::actor::{ROLES, Right, Role, Scope};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Pairs, Query, blocking};
use crate::id::{AccountId, UnitId};
use crate::sessions::{Signed, shell};
use crate::text;
use crate::ui::{self, Choice, Column, Control, Field, Link, Markup, Shape, html, words};
use crate::unit_pages::choose::{self, Chosen};
use axum::extract::State;
use std::ops::ControlFlow;

const ROWS: usize = 50;
/// A filter that fits little looks at so many accounts for one page, then offers to look on.
const LOOKED_AT: usize = 20_000;

/// What is looked for.
struct Asked {
    unit: Option<UnitId>,
    role: Option<Role>,
    state: Option<Standing>,
    /// Folded words of a login or a name.
    words: Vec<String>,
    after: (UnitId, AccountId),
}

/// What was found, and where the next page begins.
struct Found {
    accounts: Vec<Account>,
    next: Option<(UnitId, AccountId)>,
}

/// The page.
pub(super) async fn page(State(app): State<App>, signed: Signed, Query(query): Query) -> Result<Markup> {
    signed.actor.require(Right::ManageAccounts)?;
    blocking(move || {
        let tree = app.tree();
        let day = app.today();
        // `?unit=` alone comes from a link; with `unit.text` from the filter.
        let unit = match choose::chosen(&tree, &signed, &query, "unit", day) {
            Chosen::Unit(id) => Some(id),
            Chosen::None | Chosen::Unclear(_) => None,
        };
        if !query.get("unit").is_empty() && unit.is_none() && query.get("unit.text").is_empty() {
            return Err(Error::NotFound);
        }
        let asked = Asked {
            unit,
            role: Role::from_key(query.get("role")),
            state: Standing::ALL.into_iter().find(|s| s.key() == query.get("state")),
            words: text::fold(query.get("q")).split_whitespace().map(str::to_owned).collect(),
            after: position_of(query.get("after"))?,
        };
        let found = find(&app, &signed, &asked)?;
        let mut frame = shell(&app, &signed, words::NAV_ACCOUNTS);
        frame.lead = Some(html! { (words::ACCOUNTS_LEAD) });
        let new = Link::to("/accounts/new").with("unit", unit.map_or(String::new(), |u| u.to_string())).to_string();
        frame.tools = Some(html! { a.button.primary href=(new) { (words::GRANT_ACCOUNT) } });
        let body = html! {
            (filter(&app, &signed, &query))
            @if found.accounts.is_empty() {
                (ui::empty(words::NO_ACCOUNTS, words::NO_ACCOUNTS_HINT, None))
            } @else {
                (table(&app, &signed, &found.accounts))
            }
            (pager(&query, &asked, &found))
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// Reads back `<unit>-<account>`; an address somebody changed is a bad page.
fn position_of(text: &str) -> Result<(UnitId, AccountId)> {
    if text.is_empty() {
        return Ok((UnitId(0), AccountId(0)));
    }
    let bad = || Error::Bad(words::BAD_PAGE.into());
    let (unit, id) = text.split_once('-').ok_or_else(bad)?;
    Ok((unit.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

fn find(app: &App, signed: &Signed, asked: &Asked) -> Result<Found> {
    let mut found = Found { accounts: Vec::new(), next: None };
    let mut looked = 0;
    let after = asked.after;
    // A scope of some units is walked unit by unit, the whole province row by row.
    let units: Option<Vec<UnitId>> = match (&asked.unit, &signed.actor.scope) {
        (Some(one), _) => Some(vec![*one]),
        (None, Scope::Units(units)) => Some(units.to_vec()),
        (None, Scope::All) => None,
    };
    let mut last = None;
    app.db.read(|tx| {
        let mut take = |unit: UnitId, id: AccountId| {
            if (unit, id) <= after {
                return Ok(ControlFlow::Continue(()));
            }
            if found.accounts.len() == ROWS || looked == LOOKED_AT {
                found.next = last;
                return Ok(ControlFlow::Break(()));
            }
            looked += 1;
            last = Some((unit, id));
            if let Some(account) = store::get(tx, id)?
                && fits(asked, &account)
            {
                found.accounts.push(account);
            }
            Ok(ControlFlow::Continue(()))
        };
        match &units {
            None => store::from_unit(tx, after, &mut take)?,
            Some(units) => {
                for unit in units.iter().filter(|u| **u >= after.0) {
                    for id in store::of_unit(tx, *unit)? {
                        if take(*unit, id)?.is_break() {
                            return Ok(());
                        }
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn fits(asked: &Asked, account: &Account) -> bool {
    let names = || text::fold(&format!("{} {}", account.name, account.login));
    asked.role.is_none_or(|r| r == account.role)
        && asked.state.is_none_or(|s| s == Standing::of(account))
        && (asked.words.is_empty() || asked.words.iter().all(|w| names().contains(w.as_str())))
}

fn filter(app: &App, signed: &Signed, query: &Pairs) -> Markup {
    let all = || std::iter::once(Choice::new("", words::ANY));
    let states = all().chain(Standing::ALL.into_iter().map(|s| Choice::new(s.key(), s.label()))).collect();
    let roles = all().chain(role_choices(&ROLES)).collect();
    let several = !matches!(&signed.actor.scope, Scope::Units(units) if units.len() < 2);
    let mut fields = vec![
        Field::new("q", words::LOGIN_OR_NAME, Control::Text { max: Some(100), keyboard: "text" }).value(query.get("q")),
    ];
    if several {
        fields.push(choose::field(
            &app.tree(),
            signed,
            query,
            "unit",
            words::UNIT,
            app.today(),
            query.get("_do") == "find:unit",
        ));
    }
    fields.push(Field::select("role", words::ROLE, roles).value(query.get("role")));
    fields.push(Field::select("state", words::STATE, states).value(query.get("state")));
    ui::narrow("/accounts", &[], &fields)
}

fn table(app: &App, signed: &Signed, accounts: &[Account]) -> Markup {
    let tree = app.tree();
    let day = app.today();
    let rows = accounts
        .iter()
        .map(|a| {
            let unit = tree.get(a.unit).map_or("", |u| u.name(day));
            ui::Row {
                href: Some(format!("/accounts/{}", a.id)),
                cells: vec![
                    html! { (a.name) @if a.id == signed.actor.account { " " (ui::badge(ui::Tone::Info, words::YOU)) } },
                    html! { (a.login) },
                    html! { (words::role(a.role)) },
                    html! { a href=(Link::to("/accounts").with("unit", a.unit).to_string()) { (unit) } },
                    Standing::of(a).badge(),
                ],
                ..ui::Row::default()
            }
        })
        .collect();
    ui::table(&ui::Table {
        caption: words::NAV_ACCOUNTS.into(),
        columns: vec![
            Column::new(words::FULL_NAME, Shape::Text),
            Column::new(words::LOGIN_NAME, Shape::Code),
            Column::new(words::ROLE, Shape::Text),
            Column::new(words::UNIT, Shape::Text),
            Column::new(words::STATE, Shape::Text),
        ],
        rows,
        foot: None,
    })
}

fn pager(query: &Pairs, asked: &Asked, found: &Found) -> Markup {
    let kept = || {
        Link::to("/accounts")
            .with_all(query.iter().filter(|(n, v)| *n != "after" && !n.starts_with('_') && !v.is_empty()))
    };
    let first = asked.after == (UnitId(0), AccountId(0));
    let next = found.next.map(|(unit, id)| kept().with("after", format!("{unit}-{id}")).to_string());
    html! { @if !first || next.is_some() {
        nav.pager aria-label=(words::PAGES) {
            p { (words::accounts_shown(found.accounts.len())) }
            @if !first { a.button href=(kept().to_string()) { "« " (words::FIRST_PAGE) } }
            @if let Some(href) = next { a.button rel="next" href=(href) { (words::NEXT) " ›" } }
        }
    } }
}
