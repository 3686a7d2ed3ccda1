//! The recovery sheet: one A4 page, made from the live configuration, that is all one needs on the worst
//! day of the year.

use crate::actor::Right;
use crate::app::App;
use crate::backup::state::{Standing, State as Protection, TargetState};
use crate::backup::{keys, signer};
use crate::config::TRIAL_KEY;
use crate::error::Result;
use crate::http::blocking;
use crate::sessions::{Signed, shell};
use crate::ui::{self, Crumb, Markup, html, words};
use axum::extract::State;
use std::path::Path;

/// Where the new data goes: inside the one directory the service may write.
const NEW_DATA: &str = "/var/lib/csdlgd/khoi-phuc";
const SIGNER_QR_SIDE: u32 = 96;

/// The sheet.
pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Markup> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let state = Protection::of(&app)?;
        let mut frame = shell(&app, &signed, words::SHEET);
        frame.crumbs.push(Crumb::new(words::BACKUP, "/backup"));
        frame.lead = Some(html! { (words::SHEET_LEAD) " " (words::sheet_printed(&state.now.display())) });
        let body = html! {
            div.sheet {
                div.pair { (places(&state)) (signature(&state)) }
                (key_list(&state))
                (steps(&state))
            }
        };
        Ok(ui::page(&frame, body))
    })
    .await
}

/// The target to restore from: on another disk and complete, if there is one.
fn best(state: &Protection) -> Option<&TargetState> {
    let far = |t: &&TargetState| !t.same_disk && t.standing == Standing::Good;
    state.targets.iter().find(far).or_else(|| state.targets.last())
}

/// The path from the root: the sheet is read on another machine.
fn whole(dir: &Path) -> String {
    std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()).display().to_string()
}

fn places(state: &Protection) -> Markup {
    ui::panel(
        "where",
        words::SHEET_WHERE,
        None,
        html! {
            ul { @for target in &state.targets {
                li {
                    code { (whole(&target.dir)) } @if target.same_disk { " (" (words::SAME_DISK) ")" }
                    @if let Some(full) = &target.full {
                        ": " (words::sheet_newest(full.number, &full.made().display()))
                    }
                }
            }
            @for medium in state.media.iter().take(2) {
                li { (medium.label) ": " (medium.keeper) ", " (medium.place) }
            } }
        },
    )
}

fn signature(state: &Protection) -> Markup {
    ui::panel(
        "signer",
        words::SHEET_SIGNER,
        None,
        html! {
            div.beside-qr {
                (ui::qr(words::SHEET_SIGNER, &state.signer, SIGNER_QR_SIDE))
                div {
                    p { strong { (signer::words(&state.signer)) } }
                    p { code { (state.signer) } }
                    p { (words::SHEET_SIGNER_HINT) }
                }
            }
        },
    )
}

fn key_list(state: &Protection) -> Markup {
    ui::panel(
        "keys",
        words::SHEET_KEYS,
        None,
        html! {
            @if state.keys.is_empty() { p { (words::BACKUP_NO_KEYS) } }
            ul { @for key in &state.keys {
                li {
                    strong { (keys::check_words(key.recipient.as_bytes())) } " – " code { (key.recipient) }
                    br; (words::SHEET_KEY_KEEPER)
                }
            } }
        },
    )
}

fn steps(state: &Protection) -> Markup {
    let from = best(state).map(|t| whole(&t.dir)).unwrap_or_default();
    let key = state.trial.as_ref().map_or_else(|| "/media/usb/khoa-1.key".into(), |dir| dir.join(TRIAL_KEY));
    let (key, signer) = (key.display(), signer::words(&state.signer));
    let restore = format!("sudo csdlgd restore {from} --identity {key} --signer \"{signer}\" --data {NEW_DATA}");
    let switch = format!(
        "sudo chown -R csdlgd:csdlgd {NEW_DATA}\n\
         sudo sed -i 's#^data = .*#data = \"{NEW_DATA}\"#' /etc/csdlgd/csdlgd.toml\n\
         sudo systemctl restart csdlgd"
    );
    ui::panel(
        "steps",
        words::SHEET_STEPS,
        None,
        html! {
            ol {
                li { (words::SHEET_STEP_1) pre { "sudo apt install ./csdlgd_" (env!("CARGO_PKG_VERSION")) "*.deb" } }
                li { (words::SHEET_STEP_2) pre { "lsblk -o NAME,SIZE,LABEL,MOUNTPOINTS" } }
                li { (words::SHEET_STEP_3) pre { "sudo csdlgd backup verify " (from) } }
                li { (words::SHEET_STEP_4) pre { (restore) } (words::SHEET_STEP_4_TIME) }
                li { (words::SHEET_STEP_5) }
                li { (words::SHEET_STEP_6) pre { (switch) } (words::SHEET_STEP_6_LOOK) }
                li { (words::SHEET_STEP_7) }
            }
            p { (words::SHEET_TROUBLE) }
        },
    )
}
