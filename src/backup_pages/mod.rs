//! The page «Sao lưu & khôi phục»: for a person who is not a programmer, what is protected, what is not,
//! and what to do next; the challenge that proves a key; the register of media; the recovery sheet.

mod page;
mod sheet;

use crate::app::App;
use crate::http::Routes;
use crate::ui::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// The routes.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/backup", page::page)
        .post("/backup/now", page::now)
        .post("/backup/challenge", page::challenge)
        .post("/backup/answer", page::answer)
        .post("/backup/media", page::register)
        .get("/backup/sheet", sheet::page)
}

/// A text as a QR code; nothing if it is too long for one.
fn qr(label: &str, text: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            use std::fmt::Write as _;
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let frame = format!("-4 -4 {} {}", size + 8, size + 8);
    html! {
        svg.qr viewBox=(frame) width="100" height="100" role="img" aria-label=(label) {
            rect x="-4" y="-4" width=(size + 8) height=(size + 8) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
