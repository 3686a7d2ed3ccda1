//! What is noted of keys and media. In the log, so that who proved and who registered what is on record.

use crate::error::Result;
use crate::store::{Class, Read, Table, WriteTx};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// That somebody holds the identity of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When its challenge was answered, ms.
    pub proved_ms: i64,
    /// Who brought the answer.
    pub by: String,
}
crate::stored_value!(Proof, 1);

/// A challenge that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// blake3 of the answer.
    pub answer: [u8; 32],
    /// When it was made, ms.
    pub made_ms: i64,
}
crate::stored_value!(Challenge, 1);

/// An external medium with a copy (QĐ 121 Điều 9.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    /// What stands on its label.
    pub label: String,
    /// The full backup on it.
    pub number: u64,
    /// Who keeps it.
    pub keeper: String,
    /// Where.
    pub place: String,
    /// When it was registered, ms.
    pub made_ms: i64,
    /// Who registered it.
    pub by: String,
}
crate::stored_value!(Medium, 1);

/// Recipient → its newest proof.
static PROOFS: Table<String, Proof> = Table::new(Class::Primary, 40, "backup_proofs");
/// Running number → medium.
static MEDIA: Table<u64, Medium> = Table::new(Class::Primary, 41, "backup_media");
/// Recipient → its open challenge.
static CHALLENGES: Table<String, Challenge> = Table::new(Class::Ephemeral, 21, "backup_challenges");

/// The newest proof of a recipient.
pub fn proof(tx: &impl Read, recipient: &str) -> Result<Option<Proof>> {
    PROOFS.get(tx, &recipient.to_owned())
}

/// Keeps a proof; the challenge is spent.
pub fn put_proof(tx: &mut WriteTx<'_>, recipient: &str, proof: &Proof) -> Result<()> {
    CHALLENGES.remove(tx, &recipient.to_owned())?;
    PROOFS.put(tx, &recipient.to_owned(), proof)
}

/// The open challenge of a recipient.
pub fn challenge(tx: &impl Read, recipient: &str) -> Result<Option<Challenge>> {
    CHALLENGES.get(tx, &recipient.to_owned())
}

/// Opens a challenge in the place of an older one.
pub fn put_challenge(tx: &mut WriteTx<'_>, recipient: &str, challenge: &Challenge) -> Result<()> {
    CHALLENGES.put(tx, &recipient.to_owned(), challenge)
}

/// The register of media, newest first.
pub fn media(tx: &impl Read) -> Result<Vec<Medium>> {
    let mut out = Vec::new();
    MEDIA.scan_all(tx, |_, medium| {
        out.push(medium);
        Ok(ControlFlow::Continue(()))
    })?;
    out.reverse();
    Ok(out)
}

/// Adds a medium to the register.
pub fn add_medium(tx: &mut WriteTx<'_>, medium: &Medium) -> Result<()> {
    let mut last = 0;
    MEDIA.scan_all(tx, |number, _| {
        last = number;
        Ok(ControlFlow::Continue(()))
    })?;
    MEDIA.put(tx, &(last + 1), medium)
}
