//! A text as a QR code: drawn as one path, black on white whatever the colours of the page.

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// A QR code `side` pixels wide; nothing if the text is too long for one.
pub fn qr(label: &str, text: &str, side: u32) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let frame = format!("-4 -4 {} {}", size + 8, size + 8);
    html! {
        svg.qr xmlns="http://www.w3.org/2000/svg" viewBox=(frame) width=(side) height=(side) role="img" aria-label=(label) {
            rect x="-4" y="-4" width=(size + 8) height=(size + 8) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
