//! What can be wrong with an order: for the first page in Vietnamese, for an operator's terminal in
//! English.

use crate::error::Problem;
use crate::ui::words;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Province,
    Login,
    Name,
    Units(PathBuf),
    /// In Vietnamese, as the reader of lists says it.
    List(String),
    /// As typed; "" where that is not to be said back.
    Recipient(String),
    OneRecipient,
    TargetPlace(PathBuf),
    TargetMissing(PathBuf),
    TargetClosed(PathBuf),
    /// In English, as the target's own check says it.
    TargetTaken(PathBuf, String),
    MailHost,
    MailFrom,
    MailTo,
}

impl Wrong {
    /// As the page says it, at its field.
    pub(super) fn problem(&self) -> Problem {
        let (field, text) = match self {
            Self::Province => ("province", words::SETUP_PROVINCE_WRONG.to_owned()),
            Self::Login => ("login", words::SETUP_LOGIN.to_owned()),
            Self::Name => ("name", words::SETUP_NAME_MISSING.to_owned()),
            Self::Units(_) => ("units", words::SETUP_UNITS_GONE.to_owned()),
            Self::List(why) => ("units", why.clone()),
            Self::Recipient(typed) => ("recipients", words::setup_recipient_wrong(typed)),
            Self::OneRecipient => ("recipients", words::SETUP_ONE_RECIPIENT.to_owned()),
            Self::TargetPlace(_) => ("target", words::SETUP_TARGET_PLACE.to_owned()),
            Self::TargetMissing(_) => ("target", words::SETUP_TARGET_MISSING.to_owned()),
            Self::TargetClosed(_) => ("target", words::SETUP_TARGET_CLOSED.to_owned()),
            Self::TargetTaken(..) => ("target", words::SETUP_TARGET_TAKEN.to_owned()),
            Self::MailHost => ("mail_host", words::SETUP_MAIL_HOST_WRONG.to_owned()),
            Self::MailFrom => ("mail_from", words::SETUP_MAIL_ADDRESS.to_owned()),
            Self::MailTo => ("mail_to", words::SETUP_MAIL_ADDRESS.to_owned()),
        };
        Problem::error(field, "setup", text)
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Province => write!(f, "province: not in the list of provinces"),
            Self::Login => write!(f, "administrator.login: 3 to 64 characters of a–z, 0–9, dot, dash, underscore"),
            Self::Name => write!(f, "administrator.name: missing, or longer than 100 characters"),
            Self::Units(path) => write!(f, "units.file: {} is not a file", path.display()),
            Self::List(why) => write!(f, "units.file: {why}"),
            Self::Recipient(typed) => {
                write!(
                    f,
                    "backup.recipients: '{typed}' is no recipient: copy the last line that 'csdlgd keygen' printed"
                )
            }
            Self::OneRecipient => {
                write!(f, "backup.recipients: two at least: if the only key is lost, so is every backup")
            }
            Self::TargetPlace(path) => {
                write!(f, "backup.targets: {}: a full path outside the data directory is needed", path.display())
            }
            Self::TargetMissing(path) => {
                write!(f, "backup.targets: {}: nothing is there; mount the disk or correct the path", path.display())
            }
            Self::TargetClosed(path) => write!(
                f,
                "backup.targets: {}: can't be written to by this user; the service also needs it under ReadWritePaths \
                 (systemctl edit csdlgd)",
                path.display()
            ),
            Self::TargetTaken(path, why) => write!(f, "backup.targets: {}: {why}", path.display()),
            Self::MailHost => write!(f, "mail.host: missing"),
            Self::MailFrom => write!(f, "mail.from: no address for mail"),
            Self::MailTo => write!(f, "mail.to: one address for mail at least"),
        }
    }
}
