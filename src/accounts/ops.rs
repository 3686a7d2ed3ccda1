//! What can be done with accounts.

use super::grant;
use super::model::{Account, Token, clean_login, is_login};
use super::store;
use crate::actor::{Actor, Right, Role};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::id::{AccountId, UnitId};
use crate::password;
use crate::second_step;
use crate::store::WriteTx;
use crate::store::receipt::{self, Repeat};
use crate::ui::words;

/// A bearer token lives at most this long.
pub const TOKEN_MAX_MS: i64 = 365 * 24 * 3600 * 1000;
/// Tokens one account may hold.
pub const TOKENS_MAX: usize = 20;

/// A new account's facts.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Lower case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Where it belongs.
    pub unit: UnitId,
    /// PHC string.
    pub password: String,
    /// Whether the first sign-in must change it.
    pub must_change: bool,
}

/// Makes several accounts in one change. The actor's right and scope are checked for each.
pub fn create(app: &App, actor: &Actor, new: Vec<NewAccount>) -> Result<Vec<AccountId>> {
    actor.require(Right::ManageAccounts)?;
    for account in &new {
        if !actor.scope.has(account.unit) {
            return Err(Error::NotFound);
        }
        if !is_login(&account.login) {
            return Err(Error::invalid(
                "login",
                "pattern",
                "Tên đăng nhập gồm 3–64 ký tự a–z, 0–9, dấu chấm, gạch ngang, gạch dưới.",
            ));
        }
    }
    let unit = actor.unit;
    let saved = app.db.write(&actor.who(), "account.create", move |tx| {
        let created_ms = tx.now().0;
        let mut id = store::next_id(tx)?;
        let mut ids = Vec::with_capacity(new.len());
        for account in new {
            if store::by_login(tx, &account.login)?.is_some() {
                return Err(Error::invalid(
                    "login",
                    "unique",
                    "Tên đăng nhập này đã có người dùng. Thầy/cô chọn tên khác.",
                ));
            }
            store::put(
                tx,
                &Account {
                    id,
                    login: account.login,
                    name: account.name,
                    role: account.role,
                    unit: account.unit,
                    password: account.password,
                    must_change: account.must_change,
                    created_ms,
                    closed_ms: None,
                    epoch: 0,
                },
            )?;
            ids.push(id);
            id = AccountId(id.0 + 1);
        }
        tx.set_unit(unit);
        Ok(ids)
    })?;
    Ok(saved.value)
}

/// A password made for somebody, to be handed over once.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The account.
    pub id: AccountId,
    /// The password; nothing if this very request was answered before (it is kept nowhere).
    pub password: Option<String>,
}

/// What an administrator says of a new account.
#[derive(Clone, Debug)]
pub struct NewUse {
    /// As typed.
    pub login: String,
    /// The person's name, as typed.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Where it belongs.
    pub unit: UnitId,
}

/// Gives a person an account, with a password made here that must be changed at the first sign-in.
pub async fn grant(app: &App, actor: &Actor, new: NewUse, key: String) -> Result<Granted> {
    actor.require(Right::ManageAccounts)?;
    if !actor.scope.has(new.unit) {
        return Err(Error::NotFound);
    }
    let (login, name) = (clean_login(&new.login), crate::text::clean(&new.name));
    let mut problems = Vec::new();
    if !is_login(&login) {
        problems.push(Problem::error("login", "pattern", words::LOGIN_PATTERN));
    }
    if name.is_empty() || name.chars().count() > 100 {
        problems.push(Problem::error("name", "length", words::PERSON_NAME_NEEDED));
    }
    if !grant::grantable(&app.spec, &app.tree(), app.today(), actor, new.unit).contains(&new.role) {
        problems.push(Problem::error("role", "grant", words::ROLE_NOT_YOURS));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (secret, hash) = make_password(app).await?;
    let (role, unit) = (new.role, new.unit);
    let saved = app
        .db
        .submit(&actor.who(), "account.grant", move |tx| {
            receipt::once(tx, "account.grant", &key, |tx| {
                if store::by_login(tx, &login)?.is_some() {
                    return Err(Error::invalid("login", "unique", words::LOGIN_TAKEN));
                }
                let id = store::next_id(tx)?;
                let account = Account {
                    id,
                    login,
                    name,
                    role,
                    unit,
                    password: hash,
                    must_change: true,
                    created_ms: tx.now().0,
                    closed_ms: None,
                    epoch: 0,
                };
                tx.set_unit(unit);
                store::put(tx, &account)?;
                Ok(id.to_string())
            })
        })
        .done()
        .await?;
    granted(saved.value, secret)
}

fn granted((answer, repeat): (String, Repeat), secret: String) -> Result<Granted> {
    let id = answer.parse().map_err(|_| Error::damaged("receipt"))?;
    Ok(Granted { id, password: (repeat == Repeat::First).then_some(secret) })
}

async fn make_password(app: &App) -> Result<(String, String)> {
    let secret = app.chance.password();
    let (plain, chance) = (secret.clone(), app.chance.clone());
    let hash = app.gate.run(move |memory| password::hash(&plain, &chance, password::Cost::Full, memory)).await??;
    Ok((secret, hash))
}

/// One change of somebody's account, permitted in the open change on its newest state.
async fn change(
    app: &App,
    actor: &Actor,
    action: &'static str,
    id: AccountId,
    key: String,
    f: impl FnOnce(&mut WriteTx<'_>, &mut Account) -> Result<()> + Send + 'static,
) -> Result<(String, Repeat)> {
    let (parts, tree, actor) = (app.clone(), app.tree(), actor.clone());
    let saved = app
        .db
        .submit(&actor.who(), action, move |tx| {
            let operation = format!("{action} {id}");
            receipt::once(tx, &operation, &key, |tx| {
                let mut account = store::get(tx, id)?.filter(|a| actor.scope.has(a.unit)).ok_or(Error::NotFound)?;
                actor.require(Right::ManageAccounts)?;
                if account.id == actor.account {
                    return Err(Error::Denied(words::NOT_OWN_ACCOUNT.into()));
                }
                if !grant::may_grant(&parts.spec, &tree, parts.today(), &actor, account.role, account.unit) {
                    return Err(Error::Denied(words::ACCOUNT_NOT_YOURS.into()));
                }
                f(tx, &mut account)?;
                tx.set_unit(account.unit);
                store::put(tx, &account)?;
                Ok(id.to_string())
            })
        })
        .done()
        .await?;
    Ok(saved.value)
}

/// Gives somebody a new password; all their sessions end, and the next sign-in must change it.
pub async fn reset(app: &App, actor: &Actor, id: AccountId, key: String) -> Result<Granted> {
    actor.require(Right::ManageAccounts)?;
    let (secret, hash) = make_password(app).await?;
    let done = change(app, actor, "account.reset", id, key, move |tx, account| {
        if account.closed_ms.is_some() {
            return Err(Error::Bad(words::ACCOUNT_IS_CLOSED.into()));
        }
        // Whoever lost the telephone comes to the same person for help.
        second_step::store::remove(tx, account.id)?;
        account.password = hash;
        account.must_change = true;
        account.epoch += 1;
        Ok(())
    })
    .await?;
    granted(done, secret)
}

/// Why an account is closed (QĐ 121 Điều 14): kept in the log.
pub const CLOSE_REASONS: [(&str, &str); 5] = [
    ("moved", "Chuyển công tác"),
    ("retired", "Nghỉ chế độ, thôi việc"),
    ("duty", "Đổi nhiệm vụ"),
    ("mistake", "Cấp nhầm"),
    ("security", "Nghi lộ mật khẩu hoặc dùng sai mục đích"),
];

/// Closes somebody's account; all their sessions and tokens end at once.
pub async fn close(app: &App, actor: &Actor, id: AccountId, reason: &str, key: String) -> Result<()> {
    let Some((reason, _)) = CLOSE_REASONS.iter().find(|(k, _)| *k == reason) else {
        return Err(Error::invalid("reason", "required", words::REASON_NEEDED));
    };
    change(app, actor, "account.close", id, key, move |tx, account| {
        if account.closed_ms.is_none() {
            account.closed_ms = Some(tx.now().0);
            account.epoch += 1;
            tx.note(serde_json::json!({ "reason": reason }).to_string());
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Opens a closed account again, with a new password: the old one was handed over or known.
pub async fn reopen(app: &App, actor: &Actor, id: AccountId, key: String) -> Result<Granted> {
    actor.require(Right::ManageAccounts)?;
    let (secret, hash) = make_password(app).await?;
    let done = change(app, actor, "account.reopen", id, key, move |_, account| {
        account.closed_ms = None;
        account.password = hash;
        account.must_change = true;
        account.epoch += 1;
        Ok(())
    })
    .await?;
    granted(done, secret)
}

/// Changes one's own password; all other sessions end.
pub async fn change_password(app: &App, actor: &Actor, old: &str, new: &str) -> Result<()> {
    let account = app.db.read(|tx| store::get(tx, actor.account))?.ok_or(Error::NotSignedIn)?;
    let (given, kept) = (old.to_owned(), account.password.clone());
    if old.len() > password::LENGTH_MAX || !app.gate.run(move |memory| password::fits(&given, &kept, memory)).await? {
        return Err(Error::invalid("old_password", "password", "Mật khẩu hiện tại chưa đúng."));
    }
    if old == new {
        return Err(Error::invalid("new_password", "password", "Mật khẩu mới phải khác mật khẩu hiện tại."));
    }
    password::check_new(new, &account.login, &account.name)?;
    let (fresh, chance) = (new.to_owned(), app.chance.clone());
    let hashed = app.gate.run(move |memory| password::hash(&fresh, &chance, password::Cost::Full, memory)).await??;
    let id = actor.account;
    app.db
        .submit(&actor.who(), "account.password", move |tx| {
            let mut account = store::get(tx, id)?.ok_or(Error::NotFound)?;
            account.password = hashed;
            account.must_change = false;
            account.epoch += 1;
            tx.set_unit(account.unit);
            store::put(tx, &account)
        })
        .done()
        .await?;
    Ok(())
}

/// Makes a bearer token for oneself; it is shown this once.
pub fn create_token(app: &App, actor: &Actor, label: &str, days: u32) -> Result<String> {
    let label = crate::text::clean(label);
    if label.is_empty() || label.chars().count() > 100 {
        return Err(Error::invalid(
            "label",
            "length",
            "Thầy/cô đặt tên cho mã truy cập, tối đa 100 ký tự (ví dụ: phần mềm quản lý trường).",
        ));
    }
    let token = format!("csdlgd_{}", app.chance.token::<32>());
    let hash = *blake3::hash(token.as_bytes()).as_bytes();
    let account = actor.account;
    let unit = actor.unit;
    let lifetime = (i64::from(days.max(1)) * 86_400_000).min(TOKEN_MAX_MS);
    app.db.write(&actor.who(), "token.create", move |tx| {
        if store::tokens_of(tx, account)?.len() >= TOKENS_MAX {
            return Err(Error::invalid(
                "label",
                "count",
                "Mỗi tài khoản giữ tối đa 20 mã truy cập. Thầy/cô hủy bớt mã cũ.",
            ));
        }
        let created_ms = tx.now().0;
        tx.set_unit(unit);
        store::put_token(tx, &hash, &Token { account, label, created_ms, expires_ms: created_ms + lifetime })
    })?;
    Ok(token)
}

/// Ends one of one's own tokens, named by the first 16 hexadecimal digits of its hash.
pub fn revoke_token(app: &App, actor: &Actor, name: &str) -> Result<()> {
    let name = name.to_owned();
    let account = actor.account;
    let unit = actor.unit;
    app.db.write(&actor.who(), "token.revoke", move |tx| {
        let mine = store::tokens_of(tx, account)?;
        let (hash, _) = mine.iter().find(|(h, _)| token_name(h) == name).ok_or(Error::NotFound)?;
        tx.set_unit(unit);
        store::remove_token(tx, hash)
    })?;
    Ok(())
}

/// How a token is named on pages, without telling it.
pub fn token_name(hash: &[u8; 32]) -> String {
    crate::chance::hex(&hash[..8])
}
