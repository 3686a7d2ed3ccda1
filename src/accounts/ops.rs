//! What can be done with accounts.

use super::model::{Account, Token, is_login};
use super::store;
use crate::password;
use crate::actor::{Actor, Right, Role};
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::{AccountId, UnitId};

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
            return Err(Error::invalid("login", "pattern", "Tên đăng nhập gồm 3–64 ký tự a–z, 0–9, dấu chấm, gạch ngang, gạch dưới."));
        }
    }
    let unit = actor.unit;
    let saved = app.db.write(&actor.who(), "account.create", move |tx| {
        let created_ms = tx.now().0;
        let mut id = store::next_id(tx)?;
        let mut ids = Vec::with_capacity(new.len());
        for account in new {
            if store::by_login(tx, &account.login)?.is_some() {
                return Err(Error::invalid("login", "unique", "Tên đăng nhập này đã có người dùng. Thầy/cô chọn tên khác."));
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

/// Changes one's own password; all other sessions end.
pub async fn change_password(app: &App, actor: &Actor, old: &str, new: &str) -> Result<()> {
    let account = app.db.read(|tx| store::get(tx, actor.account))?.ok_or(Error::NotSignedIn)?;
    let (given, kept) = (old.to_owned(), account.password.clone());
    if old.len() > password::LENGTH_MAX || !app.gate.run(move || password::fits(&given, &kept)).await? {
        return Err(Error::invalid("old_password", "password", "Mật khẩu hiện tại chưa đúng."));
    }
    if old == new {
        return Err(Error::invalid("new_password", "password", "Mật khẩu mới phải khác mật khẩu hiện tại."));
    }
    password::check_new(new, &account.login, &account.name)?;
    let (fresh, chance) = (new.to_owned(), app.chance.clone());
    let hashed = app.gate.run(move || password::hash(&fresh, &chance, password::Cost::Full)).await??;
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
        return Err(Error::invalid("label", "length", "Thầy/cô đặt tên cho mã truy cập, tối đa 100 ký tự (ví dụ: phần mềm quản lý trường)."));
    }
    let token = format!("csdlgd_{}", app.chance.token::<32>());
    let hash = *blake3::hash(token.as_bytes()).as_bytes();
    let account = actor.account;
    let unit = actor.unit;
    let lifetime = (i64::from(days.max(1)) * 86_400_000).min(TOKEN_MAX_MS);
    app.db.write(&actor.who(), "token.create", move |tx| {
        if store::tokens_of(tx, account)?.len() >= TOKENS_MAX {
            return Err(Error::invalid("label", "count", "Mỗi tài khoản giữ tối đa 20 mã truy cập. Thầy/cô hủy bớt mã cũ."));
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
