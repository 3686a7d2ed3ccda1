//! A text as a picture a telephone reads.

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// A text as a QR code; nothing if it is too long for one.
pub fn qr(label: &str, text: &str) -> Markup {
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
