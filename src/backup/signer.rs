//! The server's own key: it signs what it makes, so that nobody else's file is taken for a backup
//! although anybody may encrypt to the recipients.

use super::keys::check_words;
use crate::chance::{Chance, hex};
use crate::error::{Error, Result};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::path::Path;

/// The file in the data directory.
pub const FILE: &str = "server.key";
/// Stands before what is signed, so that a signature means nothing elsewhere.
const CONTEXT: &[u8] = b"csdlgd backup manifest 1\n";

/// The server's signing key.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// The key of the installation in `data`; made at first use, for its owner only.
    pub fn of(data: &Path, chance: &Chance) -> Result<Self> {
        let path = data.join(FILE);
        if !path.exists() {
            let fresh = data.join(format!("{FILE}.{}", chance.token::<4>()));
            super::keys::write_new(&fresh, format!("{}\n", chance.token::<32>()).as_bytes())?;
            // Whoever is first wins; the name never shows a file half written.
            let linked = std::fs::hard_link(&fresh, &path);
            std::fs::remove_file(&fresh).map_err(Error::path("removing", &fresh))?;
            match linked {
                Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(Error::path("naming", &path)(e)),
                _ => {
                    std::fs::File::open(data).and_then(|d| d.sync_all()).map_err(Error::path("making durable", data))?
                }
            }
        }
        let text = std::fs::read_to_string(&path).map_err(Error::path("reading", &path))?;
        let secret = unhex::<32>(text.trim()).ok_or_else(|| {
            Error::Operator(format!(
                "{} is damaged. Move it away: a new key is made, and the recovery sheet must be printed anew",
                path.display()
            ))
        })?;
        Ok(Self(SigningKey::from_bytes(&secret)))
    }

    /// Signs.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(&[CONTEXT, bytes].concat()).to_bytes()
    }

    /// The public key, hexadecimal.
    pub fn public(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    /// Which server this is.
    pub fn server(&self) -> String {
        server_of(&self.public())
    }
}

/// Which server a public key belongs to.
pub fn server_of(public: &str) -> String {
    hex(&blake3::hash(public.as_bytes()).as_bytes()[..8])
}

/// The four words under which people know a public key.
pub fn words(public: &str) -> String {
    check_words(public.as_bytes())
}

/// Whether `signature` is `public`'s under these bytes.
pub fn is_signed(public: &str, bytes: &[u8], signature: &[u8]) -> bool {
    let Some(key) = unhex::<32>(public).and_then(|k| VerifyingKey::from_bytes(&k).ok()) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify_strict(&[CONTEXT, bytes].concat(), &signature).is_ok()
}

/// Reads hexadecimal back.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}
