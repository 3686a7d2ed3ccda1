//! The recovery sheet: one A4 page, made from the live configuration, that is all one needs on the worst
//! day of the year.

use crate::actor::Right;
use crate::app::App;
use crate::backup::state::{Standing, State as Protection, TargetState};
use crate::backup::{keys, signer};
use crate::config::TRIAL_KEY;
use crate::error::Result;
use crate::http::blocking;
use crate::records::check;
use crate::sessions::{Signed, shell};
use crate::ui::{self, Crumb, Markup, html, words};
use axum::extract::State;
use std::path::Path;

const NEW_DATA: &str = "/var/lib/csdlgd/khoi-phuc";
/// A further disk, for the backups that begin then.
const NEW_TARGET: &str = "/mnt/saoluu-moi";
const SIGNER_QR_SIDE: u32 = 96;

/// The sheet.
pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Markup> {
    signed.actor.require(Right::ManageBackups)?;
    blocking(move || {
        let state = Protection::of(&app)?;
        let mut frame = shell(&app, &signed, words::SHEET);
        frame.crumbs.push(Crumb::new(words::BACKUP, "/backup"));
        let learners = app.spec.kind_by_key.get("pupil").map_or(Ok(0), |kind| check::count(&app, *kind))?;
        frame.lead = Some(html! {
            (words::SHEET_LEAD) " " (words::sheet_printed(&state.now.display())) " "
            (words::sheet_held(app.db.head_seq(), learners))
        });
        let body = html! {
            div.sheet {
                div.pair { (places(&state)) (signature(&state)) }
                (key_list(&state))
                (steps(&state, &free_name()))
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

/// Where the new data goes: inside the one directory the service may write, under a name nothing has yet.
fn free_name() -> String {
    let names = std::iter::once(NEW_DATA.to_owned()).chain((2..).map(|n| format!("{NEW_DATA}-{n}")));
    names.into_iter().find(|name| !Path::new(name).exists()).unwrap_or_default()
}

fn steps(state: &Protection, new_data: &str) -> Markup {
    let from = best(state).map(|t| whole(&t.dir)).unwrap_or_default();
    let key = state.trial.as_ref().map_or_else(|| "/media/usb/khoa-1.key".into(), |dir| dir.join(TRIAL_KEY));
    let (key, signer) = (key.display(), signer::words(&state.signer));
    let restore =
        format!("sudo csdlgd restore {from} --identity {key} \\\n    --signer \"{signer}\" --data {new_data}");
    let switch = format!(
        "sudo chown -R csdlgd:csdlgd {new_data}\n\
         sudo sed -i 's#^data = .*#data = \"{new_data}\"#' /etc/csdlgd/csdlgd.toml\n\
         sudo systemctl restart csdlgd"
    );
    let keys: Vec<String> = state.keys.iter().map(|key| format!("\"{}\"", key.recipient)).collect();
    let settings = format!("recipients = [{}]\ntargets = [\"{NEW_TARGET}\"]", keys.join(",\n    "));
    let target = format!(
        "sudo mkdir -p /etc/systemd/system/csdlgd.service.d\n\
         printf '[Service]\\nReadWritePaths=-%s\\n' {NEW_TARGET} |\n    sudo tee /etc/systemd/system/csdlgd.service.d/saoluu.conf\n\
         sudo csdlgd backup target {NEW_TARGET} --data {new_data}\n\
         sudo systemctl daemon-reload && sudo systemctl restart csdlgd"
    );
    ui::panel(
        "steps",
        words::SHEET_STEPS,
        None,
        html! {
            ol {
                li { (words::SHEET_STEP_1) pre { "sudo apt install ./csdlgd_" (env!("CARGO_PKG_VERSION")) "*.deb" } }
                li { (words::SHEET_STEP_2) " " code { "lsblk -o NAME,SIZE,LABEL,MOUNTPOINTS" } }
                li { (words::SHEET_STEP_3) pre { "sudo csdlgd backup verify " (from) } }
                li { (words::SHEET_STEP_4) pre { (restore) } (words::SHEET_STEP_4_TIME) }
                li { (words::SHEET_STEP_5) }
                li { (words::SHEET_STEP_6) pre { (switch) } (words::SHEET_STEP_6_LOOK) }
                li {
                    (words::SHEET_STEP_7) pre { (settings) } (words::SHEET_STEP_7_THEN) pre { (target) }
                    (words::SHEET_STEP_7_LAST)
                }
            }
            p { (words::SHEET_TROUBLE) }
        },
    )
}
