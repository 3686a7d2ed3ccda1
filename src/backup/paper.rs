//! The paper copy of an identity: one page to print and to put into an envelope. It holds the secret, so
//! it is a file of its own that a person asks for, prints and removes; the server never draws it.

use super::keys::{Identity, check_words};
use crate::clock::Millis;
use crate::ui::{html, qr, words};

/// Letters in a group: as many as one reads without losing the place.
const GROUP: usize = 4;
/// Groups in a line.
const LINE: usize = 8;
/// As wide as an old telephone's camera likes it, px.
const QR_SIDE: u32 = 260;
const STYLE: &str = "@page{size:A4;margin:18mm} body{font:12pt/1.5 sans-serif;max-width:170mm;margin:2em auto} \
     h1{font-size:18pt;margin:0} code{font:13pt/1.8 monospace;white-space:pre} .warn{border:1pt solid;padding:.5em 1em}";

/// The page, HTML that needs nothing beside it.
pub fn page(identity: &Identity, now: Millis) -> String {
    let (secret, recipient) = (identity.secret(), identity.recipient());
    let page = html! {
        html lang="vi" {
            head { meta charset="utf-8"; title { (words::PAPER) } style { (STYLE) } }
            body {
                h1 { (words::PAPER) }
                p { (words::PAPER_MADE) " " (now.display()) }
                p.warn { strong { (words::PAPER_SECRET) } " " (words::PAPER_KEEP) }
                p { (words::KEY_WORDS) ": " strong { (check_words(recipient.as_bytes())) } }
                p { (words::PAPER_READ) }
                p { (qr(words::PAPER, &secret, QR_SIDE)) }
                p { code { (grouped(&secret)) } }
                p { (words::PAPER_TYPE) }
                p { (words::KEY_PUBLIC) ":" br; code { (grouped(&recipient)) } }
                p { (words::PAPER_KEEPER) }
            }
        }
    };
    format!("<!DOCTYPE html>\n{}", page.into_string())
}

/// In groups, a line each so many: for eyes and fingers.
pub fn grouped(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.chunks(LINE).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}
