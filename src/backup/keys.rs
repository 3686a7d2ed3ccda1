//! The keys backups are encrypted to. A *recipient* is public and stands in the configuration; an
//! *identity* is secret, opens backups, and never lies on the server.

use crate::chance::Chance;
use crate::clock::Millis;
use crate::error::{Error, Result};
use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::ExposeSecret;
use age::x25519;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const SECRET: &str = "AGE-SECRET-KEY-1";
/// As long is every secret key, the beginning included.
const SECRET_CHARS: usize = 74;
/// No identity file is longer.
const FILE_MAX_BYTES: u64 = 64 << 10;

/// Public keys, each once.
#[derive(Clone)]
pub struct Recipients(Vec<(String, x25519::Recipient)>);

impl Recipients {
    /// Reads them as typed. None at all is refused.
    pub fn parse(typed: &[String]) -> Result<Self> {
        let mut out: Vec<(String, x25519::Recipient)> = Vec::new();
        for text in typed {
            let text = text.trim();
            if out.iter().any(|(known, _)| known == text) {
                continue;
            }
            out.push((text.to_owned(), parse(text)?));
        }
        if out.is_empty() {
            return Err(Error::Operator(
                "nobody could open this backup: no recipient is set. Make a key with 'csdlgd keygen --out FILE' on \
                 another machine or a USB stick, and give its last line as --recipient, or as recipients under \
                 [backup] in the configuration"
                    .into(),
            ));
        }
        Ok(Self(out))
    }

    /// Their texts.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|(text, _)| text.clone()).collect()
    }

    /// What encryption takes.
    pub fn iter(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|(_, r)| r as &dyn age::Recipient)
    }
}

fn parse(text: &str) -> Result<x25519::Recipient> {
    if text.starts_with(SECRET) {
        return Err(Error::Operator(
            "--recipient was given a secret key. It must never come to the server: take it out of the shell's history, \
             and give the public key instead, which begins with age1"
                .into(),
        ));
    }
    text.parse().map_err(|_| {
        Error::Operator(format!(
            "'{text}' is no recipient: one begins with age1 and has 62 characters, and a mistyped one is noticed. Copy \
             the last line that 'csdlgd keygen' printed"
        ))
    })
}

/// A secret key and the file it was in.
pub struct Identity {
    key: x25519::Identity,
    path: PathBuf,
}

impl Identity {
    /// A key nobody has written down, for a backup that is tried out at once.
    pub fn fleeting() -> Self {
        Self { key: x25519::Identity::generate(), path: PathBuf::from("(in memory)") }
    }

    /// Reads an identity file: as `csdlgd keygen` or `age-keygen` writes it.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let file = std::fs::metadata(path).map_err(|e| unreadable(path, e))?;
        let text = if file.is_dir() || file.len() > FILE_MAX_BYTES {
            String::new()
        } else {
            String::from_utf8_lossy(&std::fs::read(path).map_err(|e| unreadable(path, e))?).into_owned()
        };
        if text.starts_with("age-encryption.org/v1") || text.starts_with("-----BEGIN AGE ENCRYPTED FILE") {
            return Err(Error::Operator(format!(
                "{shown} is protected by a password. Open it first: age -d -o opened.key {shown}   then give --identity \
                 opened.key, and remove opened.key afterwards"
            )));
        }
        // Typed from paper it comes in groups and over several lines.
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let bare = lines.flat_map(str::split_whitespace).collect::<String>().to_ascii_uppercase();
        let found = bare.find(SECRET).map(|at| bare[at..].chars().take(SECRET_CHARS).collect::<String>());
        let line = found.ok_or_else(|| {
            let hint = if text.contains("age1") { " It holds a public key: that one can only close, not open." } else { "" };
            Error::Operator(format!(
                "{shown} holds no identity: a line that begins with {SECRET} is missing.{hint} Give the file that 'csdlgd \
                 keygen --out' made"
            ))
        })?;
        let key = line.parse().map_err(|_| {
            Error::Operator(format!(
                "the key in {shown} is mistyped: its built-in check fails. Compare it with the paper copy, letter by letter"
            ))
        })?;
        Ok(Self { key, path: path.to_owned() })
    }

    /// The public key that belongs to it.
    pub fn recipient(&self) -> String {
        self.key.to_public().to_string()
    }

    /// The public key, for encryption.
    pub fn public(&self) -> Recipients {
        Recipients(vec![(self.recipient(), self.key.to_public())])
    }

    /// Why it does not open something encrypted to `recipients`.
    pub fn does_not_fit(&self, what: &str, recipients: &[String]) -> Error {
        Error::Operator(format!(
            "{} does not open {what}: that is closed to {}, and this key is {}. Look for the key whose paper shows one of \
             those",
            self.path.display(),
            recipients.join(", "),
            self.recipient()
        ))
    }

    /// What decryption takes.
    pub fn as_age(&self) -> &dyn age::Identity {
        &self.key
    }

    /// The secret, to be written down.
    pub fn secret(&self) -> String {
        self.key.to_string().expose_secret().to_owned()
    }
}

/// Why an identity file could not be read.
fn unreadable(path: &Path, e: std::io::Error) -> Error {
    let shown = path.display();
    match e.kind() {
        ErrorKind::NotFound => Error::Operator(format!(
            "there is no identity {shown}. Plug in the USB stick with the key and look where it is mounted ('lsblk'), then \
             give --identity that path. From the paper copy: type its line AGE-SECRET-KEY-1… into a text file"
        )),
        ErrorKind::PermissionDenied => Error::Operator(format!(
            "the identity {shown} may not be read by this user: run the command as the file's owner, or with sudo"
        )),
        _ => Error::path("reading the identity", path)(e),
    }
}

/// Makes a key and writes it to a new file that only its owner may read.
pub fn generate(out: &Path, now: Millis) -> Result<Identity> {
    let identity = Identity { key: x25519::Identity::generate(), path: out.to_owned() };
    let text = format!(
        "# csdlgd backup identity, made {}\n# public key: {}\n# check words: {}\n{}\n",
        super::model::moment(now),
        identity.recipient(),
        check_words(identity.recipient().as_bytes()),
        identity.secret()
    );
    write_secret(out, text.as_bytes())?;
    Ok(identity)
}

/// As [`write_new`], for a file a person named: what is wrong with the place is told with the next step.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    let shown = path.display();
    write_new(path, bytes).map_err(|e| match &e {
        Error::Io { source, .. } => match source.kind() {
            ErrorKind::NotFound if path.parent().is_some_and(Path::is_dir) => Error::Operator(format!(
                "{shown} can't be made: its directory keeps no files. Choose one on a disk or a stick"
            )),
            ErrorKind::NotFound => Error::Operator(format!(
                "{shown} can't be made: its directory is not there. Plug the USB stick in, or make the directory first \
                 (mkdir -p), and look whether the path is typed right"
            )),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::Operator(format!(
                "{shown} can't be made: this user may not write there, or the stick is write-protected. Choose a \
                 directory of your own"
            )),
            _ => e,
        },
        _ => e,
    })
}

/// Writes a file that must not be there yet, for its owner only, durably.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| {
        if e.kind() == ErrorKind::AlreadyExists {
            return Error::Operator(format!(
                "{} is there already and is not written over; choose another name",
                path.display()
            ));
        }
        Error::path("making", path)(e)
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::path("writing", path))?;
    Ok(())
}

/// Four words for comparing by eye and by voice: 64 bits of the hash, 16 to a word, consonants and
/// vowels in turn.
pub fn check_words(bytes: &[u8]) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    let hash = blake3::hash(bytes);
    let words: Vec<String> = hash.as_bytes()[..8]
        .chunks(2)
        .map(|pair| {
            let n = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            let at = [n >> 12, n >> 10 & 3, n >> 6 & 15, n >> 4 & 3, n & 15];
            let letter = |(i, at): (usize, &usize)| char::from(if i % 2 == 0 { CONSONANTS[*at] } else { VOWELS[*at] });
            at.iter().enumerate().map(letter).collect()
        })
        .collect();
    words.join(" ")
}

/// A random answer, and the armoured text from which only the holder of an identity can read it.
pub fn challenge(chance: &Chance, recipient: &str) -> Result<(String, String)> {
    let answer = chance.token::<8>();
    let recipients = Recipients::parse(&[recipient.to_owned()])?;
    let encryptor =
        age::Encryptor::with_recipients(recipients.iter()).map_err(|e| Error::Internal(format!("encrypting: {e}")))?;
    let seal = || {
        let armoured = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armoured)?;
        writer.write_all(answer.as_bytes())?;
        writer.finish().and_then(ArmoredWriter::finish)
    };
    let sealed = seal().map_err(Error::io("closing a challenge"))?;
    Ok((answer.clone(), String::from_utf8_lossy(&sealed).into_owned()))
}

/// Opens the armoured text of a challenge.
pub fn answer(challenge: &str, identity: &Identity) -> Result<String> {
    let mut out = String::new();
    age::Decryptor::new(ArmoredReader::new(challenge.trim_start().as_bytes()))
        .and_then(|d| d.decrypt(std::iter::once(identity.as_age())))
        .map_err(|e| {
            Error::Operator(format!(
                "{} does not open this challenge ({e}): is it for another key?",
                identity.path.display()
            ))
        })?
        .read_to_string(&mut out)
        .map_err(Error::io("reading the challenge"))?;
    Ok(out)
}
