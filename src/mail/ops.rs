//! What is told to whom, and sending what waits.

use super::model::{Alarm, Letter};
use super::post::Post;
use super::store;
use crate::actor::Who;
use crate::app::App;
use crate::clock::Millis;
use crate::config::Mail;
use crate::error::{Error, Result};
use crate::ui::words;

/// The daily letter is written after this hour.
const DAILY_HOUR: i8 = 7;

/// Writes what is due: at once what is new and urgent, once a day everything that lasts. Gives how many
/// letters were written.
pub fn tell(app: &App, system: &str, alarms: &[Alarm]) -> Result<usize> {
    let Some(mail) = &app.config.mail else { return Ok(0) };
    let now = app.clock.now();
    let (told, last) = app.db.read(|tx| Ok((store::told(tx)?, store::last_daily(tx)?)))?;
    let ended: Vec<String> = told.iter().filter(|key| alarms.iter().all(|a| a.mark() != **key)).cloned().collect();
    let fresh: Vec<&Alarm> = alarms.iter().filter(|a| !told.contains(&a.mark())).collect();
    let urgent: Vec<&Alarm> = fresh.iter().copied().filter(|a| a.urgent).collect();
    let today = crate::tree::day_of(now.date()).unsigned_abs().into();
    let daily = now.local().hour() >= DAILY_HOUR && last < today;
    let mut letters = Vec::new();
    if daily && !alarms.is_empty() {
        letters.extend(to_all(mail, now, &words::mail_daily(system, alarms.len()), &alarms.iter().collect::<Vec<_>>()));
    } else if !urgent.is_empty() {
        letters.extend(to_all(mail, now, &words::mail_urgent(system, &urgent[0].text), &urgent));
    }
    if ended.is_empty() && fresh.is_empty() && !daily {
        return Ok(0);
    }
    let count = letters.len();
    let fresh: Vec<String> = fresh.into_iter().map(Alarm::mark).collect();
    app.db.write(&Who::program(), "mail", move |tx| {
        ended.iter().try_for_each(|key| store::forget(tx, key))?;
        fresh.iter().try_for_each(|key| store::tell(tx, key, now.0))?;
        if daily {
            store::put_daily(tx, today)?;
        }
        store::add(tx, letters)
    })?;
    Ok(count)
}

/// The same letter to each administrator.
fn to_all(mail: &Mail, now: Millis, subject: &str, alarms: &[&Alarm]) -> Vec<Letter> {
    let parts: Vec<String> =
        alarms.iter().map(|a| format!("- {}\n  {}", a.text, a.detail.replace('\n', "\n  "))).collect();
    let text = words::mail_text(&parts.join("\n\n"), mail.url.as_deref(), &now.display());
    mail.to.iter().map(|to| letter(to, subject, &text, now)).collect()
}

fn letter(to: &str, subject: &str, text: &str, now: Millis) -> Letter {
    Letter {
        to: to.into(),
        subject: subject.into(),
        text: text.into(),
        made_ms: now.0,
        tries: 0,
        next_ms: now.0,
        error: String::new(),
    }
}

/// Sends what waits and is due. Gives how many the mail server took; an error if one was refused.
pub fn send(app: &App) -> Result<usize> {
    let Some(mail) = &app.config.mail else { return Ok(0) };
    let now_ms = app.clock.now().0;
    let mut due = app.db.read(store::waiting)?;
    due.retain(|(_, letter)| letter.next_ms <= now_ms);
    if due.is_empty() {
        return Ok(0);
    }
    let post = Post::of(mail);
    let (mut sent, mut refused) = (0, None);
    for (number, letter) in due {
        let outcome = match &post {
            Ok(post) => post.send(&letter),
            Err(e) => Err(Error::Operator(e.to_string())),
        };
        match outcome {
            Ok(()) => {
                sent += 1;
                app.db.write(&Who::program(), "mail", move |tx| store::remove(tx, number))?;
            }
            Err(e) => {
                let letter = letter.failed(now_ms, e.to_string());
                let given_up = letter.is_given_up(now_ms, mail.give_up_days);
                if given_up {
                    tracing::error!(tries = letter.tries, error = %e, "a letter is given up: no mail server took it");
                }
                refused = Some(e);
                app.db.write(&Who::program(), "mail", move |tx| {
                    if given_up { store::remove(tx, number) } else { store::put(tx, number, &letter) }
                })?;
            }
        }
    }
    refused.map_or(Ok(sent), Err)
}

/// Makes everything that waits due: a server was started, and somebody may have mended what was wrong.
pub fn hurry(app: &App) -> Result<()> {
    let now_ms = app.clock.now().0;
    let mut late = app.db.read(store::waiting)?;
    late.retain(|(_, letter)| letter.next_ms > now_ms);
    if late.is_empty() {
        return Ok(());
    }
    app.db
        .write(&Who::program(), "mail", move |tx| {
            late.into_iter()
                .try_for_each(|(number, letter)| store::put(tx, number, &Letter { next_ms: now_ms, ..letter }))
        })
        .map(drop)
}

/// Sends one letter now, past the outbox.
pub(super) fn try_out(mail: &Mail, to: &str, now: Millis) -> Result<()> {
    let text = words::mail_trial_text(mail.url.as_deref(), &now.display());
    Post::of(mail)?.send(&letter(to, words::MAIL_TRIAL, &text, now))
}
