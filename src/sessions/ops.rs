//! Sign in, sign out, and who is asking.

use super::store::{self, Failures, Session};
use crate::accounts::{model, store as accounts};
use crate::actor::{Actor, Role};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::AccountId;
use crate::password;
use crate::second_step::{self, store::Ticket};
use crate::tree::day_of;
use crate::ui::words;

/// A session ends after this long without use (OWASP: 15–30 minutes for low risk; law.md §6.3 gives
/// 15 minutes for important data, but a clerk's form must outlive a telephone call).
pub const IDLE_MS: i64 = 60 * 60 * 1000;
/// A session ends after this long in any case: one working day.
pub const ABSOLUTE_MS: i64 = 10 * 60 * 60 * 1000;
/// How exactly the last use is kept: one write a minute and session at most.
const SEEN_STEP_MS: i64 = 60 * 1000;

/// The one answer to a wrong login, a wrong password, a closed account and a throttled one: they are
/// never told apart.
pub const REFUSED: &str = "Tên đăng nhập hoặc mật khẩu chưa đúng, hoặc tài khoản đang tạm khóa. Thầy/cô kiểm tra lại phím Caps Lock và bộ gõ; nếu vẫn chưa được, chờ một phút hoặc nhờ quản trị của đơn vị cấp lại mật khẩu.";

fn sha(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}

/// How long a login must wait after so many failures in a row (kanidm's curve).
const fn delay_ms(failures: u32) -> i64 {
    match failures {
        0..=2 => 0,
        3..=8 => 3_000,
        9..=24 => 5_000,
        25..=99 => 10_000,
        _ => 24 * 3_600_000,
    }
}

/// Password and code are given within so long of each other.
pub const TICKET_MS: i64 = 5 * 60 * 1000;
/// After so many wrong codes the password is asked for again.
const CODE_TRIES: u32 = 5;

/// What a right password leads to.
#[derive(Debug)]
pub enum SignedIn {
    /// A session: its token, for the cookie.
    Session(String),
    /// The second step is still to come: the ticket for [`second`].
    Second(String),
}

/// Signs in: to a session, or to the second step of whoever has one.
pub async fn sign_in(app: &App, typed_login: &str, typed_password: &str) -> Result<SignedIn> {
    let refused = || Error::invalid("login", "sign_in", REFUSED);
    let login = model::clean_login(typed_login);
    let login_hash = sha(&login);
    if typed_password.len() > password::LENGTH_MAX || login.len() > 200 {
        return Err(refused());
    }
    let now = app.clock.now();
    let (account, failures) =
        app.db.read(|tx| Ok((accounts::by_login(tx, &login)?, store::failures(tx, &login_hash)?)))?;
    let throttled = now.0 < failures.last_ms + delay_ms(failures.count);
    let hash = account.as_ref().map_or_else(|| app.gate.nobody().to_string(), |a| a.password.clone());
    let given = typed_password.to_owned();
    // Computed also when it can't succeed, so that the time tells nothing.
    let fits = app.gate.run(move |memory| password::fits(&given, &hash, memory)).await?;
    let good = account.filter(|a| fits && !throttled && a.closed_ms.is_none());
    let Some(account) = good else {
        let count = failures.count.saturating_add(1);
        app.db
            .submit(&crate::actor::Who::program(), "session.refused", move |tx| {
                let last_ms = tx.now().0;
                store::put_failures(tx, &login_hash, &Failures { count, last_ms })
            })
            .done()
            .await?;
        return Err(refused());
    };
    let stronger = if password::is_weak(&account.password) {
        let (given, chance) = (typed_password.to_owned(), app.chance.clone());
        Some(app.gate.run(move |memory| password::hash(&given, &chance, password::Cost::Full, memory)).await??)
    } else {
        None
    };
    let token = app.chance.token::<32>();
    let session_hash = sha(&token);
    let who = crate::actor::Who { account: account.id, login: account.login.clone() };
    let saved = app
        .db
        .submit(&who, "session.sign_in", move |tx| {
            let now_ms = tx.now().0;
            if second_step::store::get(tx, account.id)?.is_some() {
                let ticket = Ticket { account: account.id, epoch: account.epoch, made_ms: now_ms, tries: 0 };
                second_step::store::put_ticket(tx, &session_hash, Some(&ticket))?;
                return Ok(true);
            }
            store::put_failures(tx, &login_hash, &Failures::default())?;
            store::put(tx, &session_hash, &Session::of(account.id, account.epoch, now_ms))?;
            if let Some(stronger) = stronger
                && let Some(mut account) = accounts::get(tx, account.id)?
            {
                account.password = stronger;
                accounts::put(tx, &account)?;
            }
            tx.set_unit(account.unit);
            tx.note(String::new());
            Ok(false)
        })
        .done()
        .await?;
    Ok(if saved.value { SignedIn::Second(token) } else { SignedIn::Session(token) })
}

/// How a code was taken.
enum Taken {
    Right,
    Wrong,
    /// Too late, too often wrong, or no ticket of ours: the password again.
    Ended,
}

/// Takes the code of whoever holds a ticket, and gives the new session's token. A ticket that has ended is
/// [`Error::NotSignedIn`].
pub async fn second(app: &App, ticket: &str, typed: &str) -> Result<String> {
    let (hash, now_ms, typed) = (sha(ticket), app.clock.now().0, typed.to_owned());
    let token = app.chance.token::<32>();
    let session_hash = sha(&token);
    let who = app.db.read(|tx| {
        let found = second_step::store::ticket(tx, &hash)?.ok_or(Error::NotSignedIn)?;
        accounts::get(tx, found.account)?.ok_or(Error::NotSignedIn)
    })?;
    let who = crate::actor::Who { account: who.id, login: who.login };
    let saved = app.db.submit(&who, "session.sign_in", move |tx| {
        let Some(ticket) = second_step::store::ticket(tx, &hash)? else { return Ok(Taken::Ended) };
        let account = accounts::get(tx, ticket.account)?.ok_or(Error::NotSignedIn)?;
        let alive = account.closed_ms.is_none() && account.epoch == ticket.epoch && now_ms < ticket.made_ms + TICKET_MS;
        if !alive || ticket.tries >= CODE_TRIES {
            second_step::store::put_ticket(tx, &hash, None)?;
            return Ok(Taken::Ended);
        }
        let login_hash = sha(&account.login);
        if !second_step::ops::take(tx, account.id, &typed, now_ms)? {
            // Counts as a wrong password does: whoever has that one must not guess the code for ever.
            let failures = store::failures(tx, &login_hash)?;
            let count = failures.count.saturating_add(1);
            store::put_failures(tx, &login_hash, &Failures { count, last_ms: now_ms })?;
            second_step::store::put_ticket(tx, &hash, Some(&Ticket { tries: ticket.tries + 1, ..ticket }))?;
            return Ok(Taken::Wrong);
        }
        second_step::store::put_ticket(tx, &hash, None)?;
        store::put_failures(tx, &login_hash, &Failures::default())?;
        store::put(tx, &session_hash, &Session::of(account.id, account.epoch, now_ms))?;
        tx.set_unit(account.unit);
        tx.note(String::new());
        Ok(Taken::Right)
    });
    match saved.done().await?.value {
        Taken::Right => Ok(token),
        Taken::Wrong => Err(Error::invalid("code", "second_step", words::SECOND_WRONG)),
        Taken::Ended => Err(Error::NotSignedIn),
    }
}

/// A new session of a person who has one and changed their password in it.
pub async fn go_on(app: &App, actor: &Actor) -> Result<String> {
    let token = app.chance.token::<32>();
    let (hash, id) = (sha(&token), actor.account);
    let begun = app.db.submit(&actor.who(), "session.go_on", move |tx| {
        let account = accounts::get(tx, id)?.filter(|a| a.closed_ms.is_none()).ok_or(Error::NotSignedIn)?;
        let now_ms = tx.now().0;
        store::put(tx, &hash, &Session::of(id, account.epoch, now_ms))
    });
    begun.done().await?;
    Ok(token)
}

/// Ends the session of this token.
pub async fn sign_out(app: &App, actor: &Actor, token: &str) -> Result<()> {
    let hash = sha(token);
    let unit = actor.unit;
    app.db
        .submit(&actor.who(), "session.sign_out", move |tx| {
            store::remove(tx, &hash)?;
            tx.set_unit(unit);
            tx.note(String::new());
            Ok(())
        })
        .done()
        .await?;
    Ok(())
}

/// Who holds this session token. Also says whether the password must be changed first.
pub fn by_session(app: &App, token: &str) -> Result<(Actor, MustChange)> {
    let hash = sha(token);
    let now = app.clock.now();
    let (session, account) = app.db.read(|tx| {
        let Some(session) = store::get(tx, &hash)? else { return Err(Error::NotSignedIn) };
        let account = accounts::get(tx, session.account)?.ok_or(Error::NotSignedIn)?;
        Ok((session, account))
    })?;
    let alive = account.closed_ms.is_none()
        && session.epoch == account.epoch
        && now.0 < session.seen_ms + IDLE_MS
        && now.0 < session.created_ms + ABSOLUTE_MS;
    if !alive {
        return Err(Error::NotSignedIn);
    }
    let actor = actor_of(app, &account, now)?;
    if now.0 >= session.seen_ms + SEEN_STEP_MS {
        // Nobody waits for this one.
        drop(app.db.submit(&actor.who(), "session.seen", move |tx| match store::get(tx, &hash)? {
            Some(session) => {
                let seen_ms = tx.now().0;
                store::put(tx, &hash, &Session { seen_ms, ..session })
            }
            None => Ok(()),
        }));
    }
    Ok((actor, if account.must_change { MustChange::Yes } else { MustChange::No }))
}

/// Who holds this bearer token.
pub fn by_bearer(app: &App, token: &str) -> Result<Actor> {
    let hash = sha(token);
    let now = app.clock.now();
    let account = app.db.read(|tx| {
        let token = accounts::token(tx, &hash)?.ok_or(Error::NotSignedIn)?;
        if now.0 >= token.expires_ms {
            return Err(Error::NotSignedIn);
        }
        accounts::get(tx, token.account)?.ok_or(Error::NotSignedIn)
    })?;
    if account.closed_ms.is_some() || account.must_change {
        return Err(Error::NotSignedIn);
    }
    actor_of(app, &account, now)
}

/// Whether a password must be changed before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MustChange {
    /// First sign-in, or reset by an administrator.
    Yes,
    /// No.
    No,
}

/// The actor of an account at a moment: its scope follows from the tree of that day.
pub fn actor_of(app: &App, account: &model::Account, now: Millis) -> Result<Actor> {
    let tree = app.tree();
    let day = day_of(now.date());
    let unit = tree.get(account.unit).ok_or(Error::NotSignedIn)?;
    Ok(Actor {
        account: account.id,
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role,
        unit: account.unit,
        scope: tree.scope(account.unit, day),
        read_only: unit.closed_on().is_some_and(|last| last < day),
    })
}

/// The actor of a login, for the command line on the server itself (`import --as`, `search --as`).
pub fn by_login(app: &App, login: &str) -> Result<Actor> {
    let account = app
        .db
        .read(|tx| accounts::by_login(tx, &model::clean_login(login)))?
        .filter(|a| a.closed_ms.is_none())
        .ok_or_else(|| Error::Operator(format!("no open account with login '{login}'")))?;
    actor_of(app, &account, app.clock.now())
}

/// The program's own actor, for set-up and the demo: the whole province.
pub fn program_actor() -> Actor {
    Actor {
        account: AccountId(0),
        login: "csdlgd".into(),
        name: "csdlgd".into(),
        role: Role::SystemAdmin,
        unit: crate::id::UnitId(0),
        scope: crate::actor::Scope::All,
        read_only: false,
    }
}
