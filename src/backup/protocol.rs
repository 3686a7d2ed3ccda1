//! The protocol of a restore, printed and left beside the data: what was done, what is there, what is not.

use super::model::moment;
use super::restore::{Order, Restored};
use super::signer;
use crate::chance::hex;
use crate::clock::Millis;

/// The text.
pub fn text(order: &Order<'_>, r: &Restored) -> String {
    of(&order.to.to_string(), r)
}

/// The text, given what was wanted.
pub fn of(wanted: &str, r: &Restored) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    let m = &r.full;
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<10}{value}");
    };
    line("backup", format!("number {} of {}, made {}", m.number, m.province, moment(m.made())));
    if r.signed && r.compared {
        line("signed by", format!("{}, as was asked for", signer::words(&m.signer)));
    } else if r.signed {
        line(
            "signed by",
            format!("{}: NOT COMPARED, look whether the recovery sheet says so", signer::words(&m.signer)),
        );
    } else {
        line("signed by", "NOBODY: the signature is not good; what came back may be forged".into());
    }
    line("segments", r.segments.to_string());
    line("wanted", wanted.to_owned());
    line("restored", format!("entry {}, saved {}", r.at.seq, moment(Millis(r.at_ms))));
    line("head", hex(&r.at.head));
    line("entries", r.report.entries.to_string());
    line("rows", r.report.rows.to_string());
    for (kind, count) in &r.counts {
        line("", format!("{kind:<18} {count}"));
    }
    line("sessions", "all ended; everybody signs in again".into());
    line("tokens", format!("{} ended; programs need new ones", r.secured.tokens));
    for (what, logins) in [
        ("closed", &r.secured.closed),
        ("passwords", &r.secured.passwords),
        ("2nd steps", &r.secured.second_steps),
        ("narrowed", &r.secured.narrowed),
    ] {
        if !logins.is_empty() {
            line(what, format!("as later than the moment: {}", logins.join(", ")));
        }
    }
    for text in &r.lost {
        out.push_str(text);
        out.push('\n');
    }
    out.push_str("verified: every entry, every row and every reference is as it was written\n");
    out
}

/// What is said before and after a restore of which nobody said whose it must be: anybody can sign, so the signature
/// alone only says that it is whole.
pub fn not_compared(public: &str) -> String {
    let words = signer::words(public);
    format!(
        "WARNING: nobody said whose backup this must be (--signer was not given). It is signed by\n\n    {words}\n\ncompare \
         these four words with the recovery sheet. If they differ, it is another server's or forged: do not use what is \
         restored. To have them compared: --signer \"{words}\" as typed from the sheet"
    )
}
