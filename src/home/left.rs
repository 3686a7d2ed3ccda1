//! What is left to set up: on the administrator's first page until it is done.

use crate::actor::Right;
use crate::app::App;
use crate::config::TlsMode;
use crate::error::Result;
use crate::second_step;
use crate::sessions::Signed;
use crate::tree::Tree;
use crate::ui::{Task, Tone, words};

/// So many people hold a key to the backups at least.
const KEYS_MIN: usize = 2;

/// The tasks, the most pressing first; none for anybody but the administrator.
pub(super) fn of(app: &App, signed: &Signed, tree: &Tree) -> Result<Vec<Task>> {
    if !signed.actor.may(Right::ManageSystem) {
        return Ok(Vec::new());
    }
    let (config, today) = (&app.config, app.today());
    let is_school = |key: &str| app.spec.unit_type(key).is_some_and(|t| t.has_school_record);
    let mut out = Vec::new();
    let mut add = |is_left: bool, tone: Tone, text: &str, note: &str, href: &str| {
        out.extend(is_left.then(|| Task { text: text.into(), note: note.into(), tone, href: href.into() }));
    };
    let recipients = &config.backup.recipients;
    add(recipients.len() < KEYS_MIN, Tone::Bad, words::LEFT_KEYS, words::LEFT_KEYS_NOTE, "/backup");
    add(config.backup.targets.is_empty(), Tone::Warn, words::LEFT_TARGETS, words::LEFT_TARGETS_NOTE, "/backup");
    let (proved, second) = app.db.read(|tx| {
        let mut proved = 0;
        for recipient in recipients {
            proved += usize::from(crate::backup::store::proof(tx, recipient.trim())?.is_some());
        }
        Ok((proved, second_step::store::get(tx, signed.account)?.is_some()))
    })?;
    add(proved < recipients.len(), Tone::Warn, words::LEFT_PROOFS, words::LEFT_PROOFS_NOTE, "/backup");
    add(!second, Tone::Warn, words::LEFT_SECOND, words::LEFT_SECOND_NOTE, "/account/second");
    let schools = tree.all().any(|u| is_school(u.unit_type(today)));
    add(!schools, Tone::Warn, words::LEFT_UNITS, words::LEFT_UNITS_NOTE, "/help");
    add(config.tls.mode == TlsMode::Off, Tone::Warn, words::LEFT_TLS, words::LEFT_TLS_NOTE, "/help");
    let mail = config.mail.is_none() && !config.no_mail;
    add(mail, Tone::Info, words::LEFT_MAIL, words::LEFT_MAIL_NOTE, "/help");
    Ok(out)
}
