//! What a person does about their own second step. Each change asks for a code: a session somebody left
//! open is not enough.

use super::model::{CODES, Fit, SECRET_BYTES, SecondStep, hash_of, step_of};
use super::store;
use crate::actor::{Actor, Role};
use crate::app::App;
use crate::chance::Chance;
use crate::error::{Error, Result};
use crate::id::AccountId;
use crate::store::WriteTx;
use crate::ui::words;

/// Whether this person must have a second step and has none.
pub fn is_owed(app: &App, actor: &Actor) -> Result<bool> {
    if !is_duty(app, actor) {
        return Ok(false);
    }
    Ok(app.db.read(|tx| store::get(tx, actor.account))?.is_none())
}

/// Whether the settings make it a duty for this person.
pub fn is_duty(app: &App, actor: &Actor) -> bool {
    app.config.second_step_for_admins && actor.role == Role::SystemAdmin
}

/// Makes a secret to share with a telephone; nothing changes at the sign-in yet.
pub fn begin(app: &App, actor: &Actor) -> Result<()> {
    let (id, secret) = (actor.account, app.chance.bytes::<SECRET_BYTES>().to_vec());
    app.db.write(&actor.who(), "second_step.begin", move |tx| {
        if store::get(tx, id)?.is_some() { Ok(()) } else { store::put_shared(tx, id, Some(&secret)) }
    })?;
    Ok(())
}

/// Takes the first code of the telephone; from now on the second step is asked for. Gives the recovery
/// codes, to be shown once.
pub fn confirm(app: &App, actor: &Actor, typed: &str) -> Result<Vec<String>> {
    let (codes, hashes) = recovery(&app.chance);
    let (id, unit, now_ms, typed) = (actor.account, actor.unit, app.clock.now().0, typed.to_owned());
    app.db.write(&actor.who(), "second_step.on", move |tx| {
        let secret = store::shared(tx, id)?.ok_or(Error::NotFound)?;
        let step = step_of(&secret, &typed, now_ms)?.ok_or_else(wrong_code)?;
        tx.set_unit(unit);
        store::put_shared(tx, id, None)?;
        store::put_used(tx, id, step)?;
        store::put(tx, id, &SecondStep { secret, codes: hashes, since_ms: now_ms })
    })?;
    Ok(codes)
}

/// Makes new recovery codes; the old ones end.
pub fn renew(app: &App, actor: &Actor, typed: &str) -> Result<Vec<String>> {
    let (codes, hashes) = recovery(&app.chance);
    let (id, unit, now_ms, typed) = (actor.account, actor.unit, app.clock.now().0, typed.to_owned());
    app.db.write(&actor.who(), "second_step.codes", move |tx| {
        if !take(tx, id, &typed, now_ms)? {
            return Err(wrong_code());
        }
        let step = store::get(tx, id)?.ok_or(Error::NotFound)?;
        tx.set_unit(unit);
        store::put(tx, id, &SecondStep { codes: hashes, ..step })
    })?;
    Ok(codes)
}

/// Ends one's own second step, unless it is a duty.
pub fn end(app: &App, actor: &Actor, typed: &str) -> Result<()> {
    if is_duty(app, actor) {
        return Err(Error::Denied(words::SECOND_DUTY.into()));
    }
    let (id, unit, now_ms, typed) = (actor.account, actor.unit, app.clock.now().0, typed.to_owned());
    app.db.write(&actor.who(), "second_step.off", move |tx| {
        if !take(tx, id, &typed, now_ms)? {
            return Err(wrong_code());
        }
        tx.set_unit(unit);
        store::remove(tx, id)
    })?;
    Ok(())
}

/// Takes a code if it fits, so that it never fits again.
pub fn take(tx: &mut WriteTx<'_>, id: AccountId, typed: &str, now_ms: i64) -> Result<bool> {
    let Some(mut step) = store::get(tx, id)? else { return Ok(false) };
    match step.fits(typed, now_ms, store::used(tx, id)?) {
        None => return Ok(false),
        Some(Fit::Step(at)) => store::put_used(tx, id, at)?,
        Some(Fit::Recovery(at)) => {
            step.codes.remove(at);
            store::put(tx, id, &step)?;
        }
    }
    Ok(true)
}

fn wrong_code() -> Error {
    Error::invalid("code", "second_step", words::SECOND_WRONG)
}

fn recovery(chance: &Chance) -> (Vec<String>, Vec<[u8; 32]>) {
    let codes: Vec<String> = (0..CODES).map(|_| chance.password()).collect();
    let hashes = codes.iter().map(|code| hash_of(code)).collect();
    (codes, hashes)
}
