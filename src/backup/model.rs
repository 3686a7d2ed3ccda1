//! What a backup says of itself: the manifest, signed by the server that made it.

use crate::clock::Millis;
use serde::{Deserialize, Serialize};

/// The newest form of backup this program writes and reads.
pub const FORMAT: u32 = 1;

/// What a backup file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// All rows and the whole log.
    Full,
    /// A piece of the log.
    Segment,
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// See [`FORMAT`].
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// Full or segment.
    pub kind: Kind,
    /// Of full backups: rises with each one made by a server and never falls. Of segments: the number
    /// of the last entry.
    pub number: u64,
    /// Which server made it: the first 16 digits of the hash of its signing key.
    pub server: String,
    /// The server's public signing key (ed25519), hexadecimal.
    pub signer: String,
    /// The name of the province's root unit.
    pub province: String,
    /// When it was made, ms since 1970 UTC.
    pub made_ms: i64,
    /// The entries it holds.
    pub log: LogRange,
    /// Of full backups: what the primary tables hold.
    #[serde(default)]
    pub tables: Vec<TableSum>,
    /// The public keys it is encrypted to.
    pub recipients: Vec<String>,
    /// The parts, in the order in which they stand in the file.
    pub parts: Vec<PartSum>,
}

/// A run of log entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRange {
    /// The first entry's number.
    pub first: u64,
    /// The last one's; `first - 1` if there are none.
    pub last: u64,
    /// The chain's hash before the first entry.
    pub before: String,
    /// The chain's hash at the last entry.
    pub head: String,
    /// The first entry's time, ms.
    pub first_ms: i64,
    /// The last entry's time, ms.
    pub last_ms: i64,
}

/// What one primary table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// The table's number.
    pub table: u8,
    /// How many rows.
    pub rows: u64,
    /// How many marks of removed rows.
    pub removed: u64,
    /// blake3 over its pieces as they stand in the part.
    pub blake3: String,
}

/// One part of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSum {
    /// Its name in the tar file.
    pub name: String,
    /// Its length as it lies there.
    pub bytes: u64,
    /// blake3 of it as it lies there.
    pub blake3: String,
    /// Pieces in it.
    pub pieces: u64,
    /// Its length when decrypted and unpacked.
    pub plain_bytes: u64,
    /// blake3 of that.
    pub plain_blake3: String,
}

/// The part with rows.
pub const ROWS: &str = "rows.zst.age";
/// The part with the log.
pub const LOG: &str = "log.zst.age";
/// The manifest's name in the tar file.
pub const MANIFEST: &str = "manifest.json";
/// The signature's name in the tar file.
pub const SIGNATURE: &str = "manifest.sig";

impl Manifest {
    /// A part by name.
    pub fn part(&self, name: &str) -> Option<&PartSum> {
        self.parts.iter().find(|p| p.name == name)
    }

    /// When it was made.
    pub const fn made(&self) -> Millis {
        Millis(self.made_ms)
    }

    /// Its length when unpacked.
    pub fn plain_bytes(&self) -> u64 {
        self.parts.iter().map(|p| p.plain_bytes).sum()
    }

    /// The name its file gets.
    pub fn file_name(&self) -> String {
        match self.kind {
            Kind::Full => format!("csdlgd-full-{:06}-{}.tar", self.number, stamp(self.made())),
            Kind::Segment => format!("{:012}-{:012}.tar", self.log.first, self.log.last),
        }
    }
}

/// `yyyymmdd-HHMMSS` in Việt Nam.
pub fn stamp(at: Millis) -> String {
    let z = at.local();
    format!("{:04}{:02}{:02}-{:02}{:02}{:02}", z.year(), z.month(), z.day(), z.hour(), z.minute(), z.second())
}

/// `yyyy-mm-dd HH:MM:SS` in Việt Nam, as the terminal shows moments and takes them.
pub fn moment(at: Millis) -> String {
    let z = at.local();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", z.year(), z.month(), z.day(), z.hour(), z.minute(), z.second())
}

/// The number in a full backup's file name.
pub fn full_number(name: &str) -> Option<u64> {
    let rest = name.strip_prefix("csdlgd-full-")?.strip_suffix(".tar")?;
    rest.split('-').next()?.parse().ok()
}

/// The entries in a segment's file name.
pub fn segment_range(name: &str) -> Option<(u64, u64)> {
    let (first, last) = name.strip_suffix(".tar")?.split_once('-')?;
    if first.len() < 12 || last.len() < 12 {
        return None;
    }
    Some((first.parse().ok()?, last.parse().ok()?))
}
