//! What was said after the restored moment: shown, so that schools know what to enter again, and, where
//! it took rights away, done again, so that a restore brings no old security back.

use super::lost::{self, Loss, Lost, Restored};
use super::model::moment;
use super::{fence, followers};
use crate::accounts::model::Account;
use crate::accounts::store as accounts;
use crate::actor::Who;
use crate::app::App;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{AccountId, UnitId};
use crate::records::model::RecordKey;
use crate::records::store::RECORDS;
use crate::second_step::{model::SecondStep, store as second_steps};
use crate::store::dump::Piece;
use crate::store::log::{Body, Entry};
use crate::store::{Key as _, Value as _, WriteTx};
use std::collections::{BTreeMap, BTreeSet};

/// The entries after the restored moment.
#[derive(Default)]
pub struct Later {
    first: Option<(u64, Millis)>,
    last: Option<(u64, Millis)>,
    by: BTreeMap<(UnitId, String), Saves>,
    accounts: BTreeMap<AccountId, Account>,
    /// The last state of each second step that changed; nothing where it was taken away.
    second_steps: BTreeMap<AccountId, Option<SecondStep>>,
}

/// What one account saved in one unit.
#[derive(Default)]
struct Saves {
    count: u64,
    records: BTreeSet<RecordKey>,
    first_ms: i64,
    last_ms: i64,
}

impl Later {
    /// Takes one entry in.
    pub fn take(&mut self, piece: &Piece) -> Result<()> {
        let Piece::Entry(header, body) = piece else { return Ok(()) };
        let entry = Entry::from_bytes(header)?;
        self.first.get_or_insert((entry.seq, entry.time));
        self.last = Some((entry.seq, entry.time));
        if entry.rows == 0 || entry.action.starts_with("session.") {
            return Ok(()); // signed in, looked at something
        }
        let saves = self.by.entry((entry.unit, entry.who.login)).or_default();
        if saves.count == 0 {
            saves.first_ms = entry.time.0;
        }
        saves.count += 1;
        saves.last_ms = entry.time.0;
        let Some(body) = body else { return Ok(()) };
        let table = accounts::key(AccountId(0))[0];
        let steps = second_steps::key(AccountId(0))[0];
        for change in Body::open(body, &entry.body_hash)?.changes {
            let Some((&leads, mut rest)) = change.key.split_first() else { continue };
            if leads == RECORDS.number {
                saves.records.extend(RecordKey::take(&mut rest));
            } else if leads == steps {
                let Some(id) = AccountId::take(&mut rest) else { continue };
                self.second_steps.insert(id, change.value.as_deref().map(SecondStep::from_bytes).transpose()?);
            } else if leads == table {
                let (Some(id), Some(value)) = (AccountId::take(&mut rest), change.value) else { continue };
                self.accounts.insert(id, Account::from_bytes(&value)?);
            }
        }
        Ok(())
    }

    /// What was lost, unit by unit and account by account.
    pub fn losses(&self) -> Vec<Lost> {
        let lost = |((unit, login), saves): (&(UnitId, String), &Saves)| {
            let mut records: BTreeMap<_, u64> = BTreeMap::new();
            for (kind, _) in &saves.records {
                *records.entry(*kind).or_default() += 1;
            }
            let records = records.into_iter().collect();
            let loss = Loss { saves: saves.count, records, first_ms: saves.first_ms, last_ms: saves.last_ms };
            Lost { unit: *unit, login: login.clone(), loss }
        };
        self.by.iter().map(lost).collect()
    }

    /// First and last entry with their times, ms.
    pub fn span(&self) -> Option<(u64, u64, i64, i64)> {
        let ((from, since), (to, until)) = (self.first?, self.last?);
        Some((from, to, since.0, until.0))
    }

    /// Lines for the protocol: what must be entered again.
    pub fn lines(&self, app: &App) -> Vec<String> {
        let Some((from, to, since, until)) = self.span() else {
            return vec![
                "lost window: none that these files know of. What was saved after the last entry and before the server \
                 was lost is not in them: ask the schools that worked then."
                    .into(),
            ];
        };
        let losses = self.losses();
        let mut lines = vec![format!(
            "lost window: entries {from} to {to}, {} to {}, are not in the restored data. To be entered again:{}",
            moment(Millis(since)),
            moment(Millis(until)),
            if losses.is_empty() { " nothing; nobody entered anything in them" } else { "" }
        )];
        let (tree, today) = (app.tree(), app.today());
        for lost in losses {
            let name = tree.get(lost.unit).map_or_else(|| "(whole province)".to_owned(), |u| u.name(today).to_owned());
            let kind = |(kind, count): &(crate::id::KindId, u64)| {
                let key = app.names.kind_at(*kind).map_or("record", |k| &app.spec.kinds[k].key);
                format!(", {count} {key}")
            };
            let records: String = lost.loss.records.iter().map(kind).collect();
            lines.push(format!("  {name}: {}: {} saves{records}", lost.login, lost.loss.saves));
        }
        lines
    }
}

/// What was done so that no old security comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secured {
    /// Accounts closed later: closed again.
    pub closed: Vec<String>,
    /// Passwords changed later: the later one holds.
    pub passwords: Vec<String>,
    /// Second steps begun, changed or taken away later: the later state holds. A lost telephone does not come back, and
    /// nobody is without the second step they had set up.
    pub second_steps: Vec<String>,
    /// Rights narrowed, or moved to another unit, later: done again.
    pub narrowed: Vec<String>,
    /// Bearer tokens ended.
    pub tokens: u64,
}

/// Ends all tokens and second hosts' credentials (sessions are in no backup), does again what later entries
/// took away, and keeps what was lost. `epoch`: the one a promoted standby begins.
pub fn secure(app: &App, later: &Later, restored: Restored, epoch: Option<u64>, note: String) -> Result<Secured> {
    let newer: Vec<Account> = later.accounts.values().cloned().collect();
    let steps = later.second_steps.clone();
    let losses = later.losses();
    let units = app.tree();
    let saved = app.db.write(&Who::program(), "backup.restored", move |tx| {
        let mut done = Secured { tokens: accounts::end_all_tokens(tx)?, ..Secured::default() };
        let newest: BTreeMap<AccountId, String> = newer.iter().map(|a| (a.id, a.login.clone())).collect();
        for newer in newer {
            let Some(mut account) = accounts::get(tx, newer.id)? else { continue };
            if account.login != newer.login {
                continue; // the number was given to another account afterwards
            }
            let before = account.clone();
            if newer.closed_ms.is_some() && account.closed_ms.is_none() {
                account.closed_ms = newer.closed_ms;
                done.closed.push(account.login.clone());
            }
            if newer.password != account.password {
                account.password = newer.password;
                account.must_change |= newer.must_change;
                done.passwords.push(account.login.clone());
            }
            if newer.role > account.role {
                account.role = newer.role;
                done.narrowed.push(account.login.clone());
            }
            if newer.unit != account.unit && units.get(newer.unit).is_some() {
                account.unit = newer.unit;
                done.narrowed.push(account.login.clone());
            }
            if account != before {
                account.epoch = account.epoch.max(newer.epoch) + 1;
                accounts::put(tx, &account)?;
            }
        }
        done.second_steps = renew_second_steps(tx, &newest, steps)?;
        done.tokens += followers::end_all(tx)?;
        if let Some(epoch) = epoch {
            fence::begin(tx, epoch)?;
        }
        lost::keep(tx, &restored, &losses)?;
        tx.note(note);
        Ok(done)
    })?;
    Ok(saved.value)
}

/// Gives each account the second step it had at last; `later` are the logins that changed after the moment.
fn renew_second_steps(
    tx: &mut WriteTx<'_>,
    later: &BTreeMap<AccountId, String>,
    steps: BTreeMap<AccountId, Option<SecondStep>>,
) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for (id, step) in steps {
        let Some(account) = accounts::get(tx, id)? else { continue };
        let other = later.get(&id).is_some_and(|login| *login != account.login);
        if other || second_steps::get(tx, id)? == step {
            continue; // the number was given to another account afterwards; or it came to the same
        }
        match step {
            Some(step) => second_steps::put(tx, id, &step)?,
            None => second_steps::remove(tx, id)?,
        }
        done.push(account.login);
    }
    Ok(done)
}
