//! What an administrator does about backups on the pages: prove that a key is at hand, register a medium.

use super::keys;
use super::store::{self, Challenge, Medium, Proof};
use crate::actor::{Actor, Right};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::ui::words;

/// An answer is taken for so long.
const CHALLENGE_MS: i64 = 24 * 3_600_000;
const TEXT_MAX: usize = 100;

/// Makes a challenge for a configured recipient: the armoured text only its identity opens.
pub fn challenge(app: &App, actor: &Actor, recipient: &str) -> Result<String> {
    let recipient = known(app, actor, recipient)?;
    let (answer, sealed) = keys::challenge(&app.chance, &recipient)?;
    let kept = Challenge { answer: *blake3::hash(answer.as_bytes()).as_bytes(), made_ms: app.clock.now().0 };
    app.db.write(&actor.who(), "backup.challenge", move |tx| store::put_challenge(tx, &recipient, &kept))?;
    Ok(sealed)
}

/// Takes the answer to a challenge; a right one proves for ninety days that the key is at hand.
pub fn answer(app: &App, actor: &Actor, recipient: &str, answer: &str) -> Result<()> {
    let recipient = known(app, actor, recipient)?;
    let given = *blake3::hash(answer.trim().as_bytes()).as_bytes();
    let (who, now) = (actor.who(), app.clock.now().0);
    app.db.write(&actor.who(), "backup.prove", move |tx| {
        let open = store::challenge(tx, &recipient)?.filter(|c| now - c.made_ms < CHALLENGE_MS);
        if open.is_none_or(|c| c.answer != given) {
            return Err(Error::invalid("answer", "proof", words::WRONG_ANSWER));
        }
        store::put_proof(tx, &recipient, &Proof { proved_ms: now, by: who.login })
    })?;
    Ok(())
}

fn known(app: &App, actor: &Actor, recipient: &str) -> Result<String> {
    actor.require(Right::ManageBackups)?;
    let found = app.config.backup.recipients.iter().find(|r| r.trim() == recipient);
    found.map(|r| r.trim().to_owned()).ok_or(Error::NotFound)
}

/// Registers an external medium with a copy.
pub fn register(app: &App, actor: &Actor, label: &str, number: &str, keeper: &str, place: &str) -> Result<()> {
    actor.require(Right::ManageBackups)?;
    let mut problems = Vec::new();
    for (field, text) in [("label", label), ("keeper", keeper), ("place", place)] {
        if text.trim().is_empty() {
            problems.push(Problem::error(field, "required", words::MEDIUM_NEEDS));
        } else if text.chars().count() > TEXT_MAX {
            problems.push(Problem::error(field, "length", words::MEDIUM_TOO_LONG));
        }
    }
    let number = number.trim().parse::<u64>().ok().filter(|n| *n > 0);
    let Some(number) = number.filter(|_| problems.is_empty()) else {
        if number.is_none() {
            problems.push(Problem::error("number", "integer", words::MEDIUM_NUMBER));
        }
        return Err(Error::Invalid(problems));
    };
    let medium = Medium {
        label: label.trim().into(),
        number,
        keeper: keeper.trim().into(),
        place: place.trim().into(),
        made_ms: app.clock.now().0,
        by: actor.login.clone(),
    };
    app.db.write(&actor.who(), "backup.medium", move |tx| store::add_medium(tx, &medium))?;
    Ok(())
}
