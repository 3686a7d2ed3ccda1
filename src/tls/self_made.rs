//! A certificate made here, for the first hour and for places without an authority. Its key stays, so
//! that whoever pinned it can follow; the certificate is made anew before it ends.

use super::pair::{Origin, Pair};
use super::{put, read_text};
use crate::clock::Millis;
use crate::error::{Error, Result};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

const FILE: &str = "self-made.pem";
/// Longer ones are refused by some systems even where somebody trusts them by hand.
const LIFE_DAYS: i64 = 825;
const DAY_MS: i64 = 86_400_000;

/// The one in `dir`, if it is for these names and not yet due; else a new one with the same key.
pub(super) fn open(dir: &Path, names: &[String], now: Millis) -> Result<Pair> {
    let path = dir.join(FILE);
    let kept = read_text(&path)?;
    if let Some(text) = &kept {
        match Pair::parse(text.as_bytes(), text.as_bytes(), Origin::SelfMade) {
            Ok(pair) if pair.facts.names == names && is_good(&pair, now) => return Ok(pair),
            Ok(_) => {}
            Err(why) => tracing::warn!(file = %path.display(), why, "the certificate made here is made anew"),
        }
    }
    let key = kept.and_then(|text| KeyPair::from_pem(&text).ok());
    let text = make(names, key, now).map_err(|e| Error::Operator(format!("[tls] making a certificate: {e}")))?;
    put(dir, FILE, text.as_bytes())?;
    Pair::parse(text.as_bytes(), text.as_bytes(), Origin::SelfMade).map_err(Error::Internal)
}

/// Whether it is neither due nor from a future the clock has left.
pub(super) fn is_good(pair: &Pair, now: Millis) -> bool {
    pair.facts.from <= now && now < pair.facts.renew_at()
}

fn make(names: &[String], key: Option<KeyPair>, now: Millis) -> Result<String, rcgen::Error> {
    let key = key.map_or_else(KeyPair::generate, Ok)?;
    let mut wanted = CertificateParams::new(names)?;
    wanted.distinguished_name = DistinguishedName::new();
    wanted.distinguished_name.push(DnType::OrganizationName, "csdlgd, self-made");
    wanted.distinguished_name.push(DnType::CommonName, names.first().map_or("csdlgd", String::as_str));
    wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let day = |at: Millis| {
        let day = at.date();
        rcgen::date_time_ymd(day.year().into(), day.month() as u8, day.day() as u8)
    };
    // From the day before: clocks of other machines may be behind.
    wanted.not_before = day(Millis(now.0 - DAY_MS));
    wanted.not_after = day(Millis(now.0 + LIFE_DAYS * DAY_MS));
    let certificate = wanted.self_signed(&key)?;
    Ok(key.serialize_pem() + &certificate.pem())
}

/// A name as it stands in a certificate.
pub(super) fn plain(name: &str) -> String {
    match name.trim().parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => name.trim().to_ascii_lowercase(),
    }
}

/// What this machine is called, where the operator does not say: its name, itself, and the address it
/// listens on.
pub(super) fn usual_names(listen: SocketAddr) -> Vec<String> {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim().to_ascii_lowercase();
    let fits = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    let mut names: Vec<String> = fits.then_some(host).into_iter().collect();
    let mut add = |name: String| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().for_each(&mut add);
    if !listen.ip().is_unspecified() {
        add(listen.ip().to_canonical().to_string());
    }
    names
}
