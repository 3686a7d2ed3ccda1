//! The recovery sheet: one A4 page, made from the live configuration, that is all one needs on the worst
//! day of the year.

use crate::actor::Right;
use crate::app::App;
use crate::backup::state::State as Protection;
use crate::backup::{keys, signer};
use crate::error::Result;
use crate::http::blocking;
use crate::sessions::{Signed, shell};
use crate::ui::{self, Crumb, Markup, html, words};
use axum::extract::State;

/// The sheet.
pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Markup> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let state = Protection::of(&app)?;
        let mut frame = shell(&app, &signed, words::SHEET);
        frame.crumbs.push(Crumb::new(words::BACKUP, "/backup"));
        frame.lead = Some(html! { (words::SHEET_LEAD) });
        let from = state.targets.last().map(|t| t.dir.display().to_string()).unwrap_or_default();
        let body = html! {
            (ui::panel("where", words::SHEET_WHERE, None, html! {
                ul { @for target in &state.targets {
                    li { code { (target.dir.display()) } @if target.same_disk { " (" (words::SAME_DISK) ")" } }
                }
                @for medium in state.media.iter().take(2) {
                    li { (medium.label) ": " (medium.keeper) ", " (medium.place) }
                } }
            }))
            (ui::panel("keys", words::SHEET_KEYS, None, html! {
                ul { @for key in &state.keys {
                    li { strong { (keys::check_words(key.recipient.as_bytes())) } br; code { (key.recipient) } }
                } }
            }))
            (ui::panel("signer", words::SHEET_SIGNER, None, html! {
                p { strong { (signer::words(&state.signer)) } ". " (words::SHEET_SIGNER_HINT) }
                p { (ui::qr(words::SHEET_SIGNER, &state.signer)) " " code { (state.signer) } }
            }))
            (ui::panel("steps", words::SHEET_STEPS, None, html! {
                ol {
                    li { (words::SHEET_STEP_1) " " (words::SHEET_VERSION) ": " (env!("CARGO_PKG_VERSION")) "." }
                    li { (words::SHEET_STEP_2) }
                    li { (words::SHEET_STEP_3) pre { "csdlgd backup verify " (from) "/csdlgd-full-….tar --identity KEY" } }
                    li { (words::SHEET_STEP_4) pre {
                        "csdlgd restore " (from) " --identity KEY --signer \"" (signer::words(&state.signer)) "\" --data /var/lib/csdlgd-new"
                    } }
                    li { (words::SHEET_STEP_5) }
                    li { (words::SHEET_STEP_6) pre { "csdlgd serve --data /var/lib/csdlgd-new" } }
                    li { (words::SHEET_STEP_7) }
                }
            }))
        };
        Ok(ui::page(&frame, body))
    })
    .await
}
