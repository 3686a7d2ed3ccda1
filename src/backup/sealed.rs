//! The file of a backup: a tar archive of parts, then `manifest.json`, then `manifest.sig`. Each part is
//! zstd inside age. Every byte counts: headers and padding must be exactly as this file writes them, so
//! that nothing can be changed unnoticed, with or without a key.

use super::keys::Identity;
use super::model::{FORMAT, MANIFEST, Manifest, PartSum, SIGNATURE};
use super::signer::{Signer, is_signed, server_of};
use super::{model, piece};
use crate::chance::hex;
use crate::error::{Error, Result};
use crate::store::dump::Piece;
use crate::store::panic_text;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

const BLOCK: usize = 512;
/// Faster than the disk at a third of the size.
const LEVEL: i32 = 3;
/// Buffers on their way to be sealed.
const AHEAD: usize = 4;
/// No manifest is longer.
const MANIFEST_MAX_BYTES: u64 = 4 << 20;

/// Writes a backup file.
pub struct Sealer<'r, W> {
    out: W,
    recipients: Vec<&'r dyn age::Recipient>,
    parts: Vec<PartSum>,
}

impl<'r, W: Write + Seek + Send> Sealer<'r, W> {
    /// Begins a file that all of `recipients` can open.
    pub fn new(out: W, recipients: impl Iterator<Item = &'r dyn age::Recipient>) -> Self {
        Self { out, recipients: recipients.collect(), parts: Vec::new() }
    }

    /// Writes one part. What `fill` gives is compressed and encrypted on a second thread, so that reading
    /// the store does not wait for it.
    pub fn part(&mut self, name: &str, fill: impl FnOnce(&mut PartWriter) -> Result<()>) -> Result<()> {
        let at = self.out.stream_position().map_err(writing)?;
        self.out.write_all(&[0; BLOCK]).map_err(writing)?;
        let counted = Counted { out: &mut self.out, bytes: 0, hasher: blake3::Hasher::new() };
        let age = age::Encryptor::with_recipients(self.recipients.iter().copied())
            .map_err(|e| Error::Internal(format!("encrypting: {e}")))?
            .wrap_output(counted)
            .map_err(writing)?;
        let mut zstd = zstd::Encoder::new(age, LEVEL).map_err(writing)?;
        let (send, receive) = sync_channel::<Vec<u8>>(AHEAD);
        let (filled, sealed) = std::thread::scope(|scope| {
            let sealing = scope.spawn(move || {
                // Ends when the filler is dropped; an error here ends the filler in turn.
                for bytes in receive {
                    zstd.write_all(&bytes)?;
                }
                let counted = zstd.finish().and_then(age::stream::StreamWriter::finish)?;
                Ok((counted.bytes, hex(counted.hasher.finalize().as_bytes())))
            });
            let mut writer =
                PartWriter { send, buffer: Vec::new(), pieces: 0, bytes: 0, hasher: blake3::Hasher::new() };
            let filled = fill(&mut writer).and_then(|()| writer.flush());
            let PartWriter { send, pieces, bytes, hasher, .. } = writer;
            drop(send); // the sealing thread ends
            (filled.map(|()| (pieces, bytes, hex(hasher.finalize().as_bytes()))), sealing.join())
        });
        // The disk's own trouble first: the filler only hears that nobody takes its bytes any more.
        let sealed: io::Result<(u64, String)> =
            sealed.map_err(|panic| Error::Internal(format!("sealing: {}", panic_text(&*panic))))?;
        let (bytes, blake3) = sealed.map_err(writing)?;
        let (pieces, plain_bytes, plain_blake3) = filled?;
        self.out.write_all(&vec![0; padding(bytes)]).map_err(writing)?;
        let end = self.out.stream_position().map_err(writing)?;
        self.out.seek(SeekFrom::Start(at)).map_err(writing)?;
        self.out.write_all(&header(name, bytes)?).map_err(writing)?;
        self.out.seek(SeekFrom::Start(end)).map_err(writing)?;
        self.parts.push(PartSum { name: name.to_owned(), bytes, blake3, pieces, plain_bytes, plain_blake3 });
        Ok(())
    }

    /// Ends the file with the signed manifest, whose parts are filled in here.
    pub fn finish(mut self, mut manifest: Manifest, signer: &Signer) -> Result<(W, Manifest)> {
        manifest.parts = self.parts;
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
        let signature = signer.sign(&text);
        for (name, bytes) in [(MANIFEST, &text[..]), (SIGNATURE, &signature[..])] {
            self.out.write_all(&header(name, bytes.len() as u64)?).map_err(writing)?;
            self.out.write_all(bytes).map_err(writing)?;
            self.out.write_all(&vec![0; padding(bytes.len() as u64)]).map_err(writing)?;
        }
        self.out.write_all(&[0; 2 * BLOCK]).map_err(writing)?;
        self.out.flush().map_err(writing)?;
        Ok((self.out, manifest))
    }
}

fn writing(e: io::Error) -> Error {
    Error::Io { what: "writing the backup".into(), source: e }
}

fn padding(bytes: u64) -> usize {
    (BLOCK - (bytes % BLOCK as u64) as usize) % BLOCK
}

/// The only form a member's header has.
fn header(name: &str, bytes: u64) -> Result<[u8; BLOCK]> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).map_err(writing)?;
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(bytes);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Counts and hashes what goes through.
struct Counted<'w, W> {
    out: &'w mut W,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.bytes += n as u64;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Takes the pieces of one part.
pub struct PartWriter {
    send: SyncSender<Vec<u8>>,
    buffer: Vec<u8>,
    pieces: u64,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl PartWriter {
    const BUFFER: usize = 256 << 10;

    /// Takes one piece, written by `put` into the buffer; gives its bytes.
    pub fn piece(&mut self, put: impl FnOnce(&mut Vec<u8>)) -> Result<&[u8]> {
        if self.buffer.len() >= Self::BUFFER {
            self.flush()?;
        }
        let from = self.buffer.len();
        put(&mut self.buffer);
        self.pieces += 1;
        Ok(&self.buffer[from..])
    }

    fn flush(&mut self) -> Result<()> {
        self.hasher.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(Self::BUFFER + 4096));
        self.send.send(full).map_err(|_| Error::Internal("the sealing thread has stopped".into()))
    }
}

/// A backup file whose frame and signature are good.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Whether the server it names has signed it; always so after [`Sealed::open`].
    pub signed: bool,
    /// Where each part begins.
    offsets: Vec<u64>,
}

/// What a file must be to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Signed by the server it names.
    Signed,
    /// Whatever it is: the person has said so.
    Anything,
}

/// How the refusal of a file without a good signature begins.
pub const NOT_SIGNED: &str = "is not signed by the server it names";

/// A member as it was met.
struct Member {
    name: String,
    at: u64,
    bytes: u64,
}

impl Sealed {
    /// Reads frame and manifest and checks the signature. Parts are not read: see [`Sealed::check`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, Trust::Signed)
    }

    /// As [`Sealed::open`], also of a file whose signature is not good, if somebody who knows it says so.
    pub fn open_with(path: &Path, trust: Trust) -> Result<Self> {
        let shown = path.display();
        let wrong = |what: String| Error::Operator(format!("{shown} {what}"));
        let mut file = File::open(path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => wrong(
                "is not there. Look whether the disk is mounted and the path is typed right; 'csdlgd backup list --data \
                 DIR' names the files of a server's targets"
                    .into(),
            ),
            io::ErrorKind::PermissionDenied => {
                wrong("may not be read by this user: run the command with sudo, or as the user csdlgd".into())
            }
            _ => Error::path("opening the backup", path)(e),
        })?;
        let length = file.metadata().map_err(Error::path("opening the backup", path))?.len();
        let members = members(&mut file, length).map_err(|e| wrong(format!("is not a whole backup: {e}")))?;
        let [parts @ .., manifest, signature] = &members[..] else {
            return Err(wrong("is not a backup of csdlgd: it has no manifest".into()));
        };
        if manifest.name != MANIFEST || signature.name != SIGNATURE || manifest.bytes > MANIFEST_MAX_BYTES {
            return Err(wrong("is not a backup of csdlgd: it has no manifest at its end".into()));
        }
        let mut read = |member: &Member| -> Result<Vec<u8>> {
            let mut bytes = vec![0; member.bytes as usize];
            file.seek(SeekFrom::Start(member.at))
                .and_then(|_| file.read_exact(&mut bytes))
                .map_err(Error::path("reading", path))?;
            Ok(bytes)
        };
        let (text, mark) = (read(manifest)?, read(signature)?);
        let (manifest, signed) = parse(&text, &mark, trust).map_err(wrong)?;
        let same = |(part, member): (&PartSum, &Member)| part.name == member.name && part.bytes == member.bytes;
        if manifest.parts.len() != parts.len() || !manifest.parts.iter().zip(parts).all(same) {
            return Err(wrong("does not hold the parts its manifest names; fetch it again from another target".into()));
        }
        Ok(Self { path: path.to_owned(), offsets: parts.iter().map(|m| m.at).collect(), manifest, signed })
    }

    /// The same file under another name.
    #[must_use]
    pub fn moved_to(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// Reads every byte and compares it with the signed digests. Needs no key.
    pub fn check(&self) -> Result<()> {
        for (part, at) in self.manifest.parts.iter().zip(&self.offsets) {
            let mut hasher = blake3::Hasher::new();
            let mut reader = self.raw(*at, part.bytes)?;
            io::copy(&mut reader, &mut hasher).map_err(Error::path("reading", &self.path))?;
            if hex(hasher.finalize().as_bytes()) != part.blake3 {
                return Err(self.damaged(&part.name));
            }
        }
        Ok(())
    }

    fn damaged(&self, part: &str) -> Error {
        Error::Operator(format!(
            "{}: the part {part} is not what was written (damaged or exchanged). Nothing was restored from it; take the \
             same file from another target, or an older backup",
            self.path.display()
        ))
    }

    fn raw(&self, at: u64, bytes: u64) -> Result<io::Take<File>> {
        let mut file = File::open(&self.path).map_err(Error::path("opening the backup", &self.path))?;
        file.seek(SeekFrom::Start(at)).map_err(Error::path("reading", &self.path))?;
        Ok(file.take(bytes))
    }

    /// The pieces of a part, decrypted, unpacked and counted against the manifest. The iterator ends with
    /// an error if the part is not what the manifest says.
    pub fn pieces(&self, name: &str, identity: &Identity) -> Result<Pieces> {
        let at = self.manifest.parts.iter().position(|p| p.name == name);
        let at = at.ok_or_else(|| Error::Operator(format!("{} has no part {name}", self.path.display())))?;
        let part = self.manifest.parts[at].clone();
        let raw: Box<dyn Read> = Box::new(self.raw(self.offsets[at], part.bytes)?);
        let decrypted = age::Decryptor::new_buffered(BufReader::with_capacity(128 << 10, raw))
            .and_then(|d| d.decrypt(std::iter::once(identity.as_age())))
            .map_err(|e| match e {
                age::DecryptError::NoMatchingKeys => {
                    identity.does_not_fit(&self.path.display().to_string(), &self.manifest.recipients)
                }
                _ => self.damaged(name),
            })?;
        let boxed: Box<dyn Read> = Box::new(decrypted);
        let unpacked = zstd::Decoder::new(boxed).map_err(Error::path("unpacking", &self.path))?;
        let hashed = Hashed { from: unpacked, bytes: 0, hasher: blake3::Hasher::new() };
        Ok(Pieces {
            from: BufReader::with_capacity(256 << 10, hashed),
            part,
            count: 0,
            wrong: self.damaged(name).to_string(),
            ended: false,
        })
    }
}

/// Parses a manifest and checks its signature. The error goes on after the file's name.
fn parse(text: &[u8], signature: &[u8], trust: Trust) -> Result<(Manifest, bool), String> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
        program: String,
        signer: String,
    }
    let unreadable =
        |_| "has a manifest that can't be read (damaged). Take the same file from another target".to_owned();
    let head: Head = serde_json::from_slice(text).map_err(unreadable)?;
    let signed = is_signed(&head.signer, text, signature);
    if !signed && trust == Trust::Signed {
        return Err(format!(
            "{NOT_SIGNED}: it is damaged or forged. Do not restore it; take the same file from another target"
        ));
    }
    if head.format > FORMAT {
        return Err(format!(
            "was made by a newer csdlgd ({}, form {}); this is {}, which reads up to form {FORMAT}. Install that version \
             or a newer one",
            head.program,
            head.format,
            env!("CARGO_PKG_VERSION")
        ));
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(unreadable)?;
    if manifest.server != server_of(&manifest.signer) && trust == Trust::Signed {
        return Err("names a server that is not the one whose key signed it: it is forged".into());
    }
    Ok((manifest, signed))
}

/// Walks the members; every header and all padding must be as we write them.
fn members(file: &mut File, length: u64) -> Result<Vec<Member>, String> {
    let cut = |_| "it is cut short".to_owned();
    let mut out = Vec::new();
    let mut at = 0u64;
    loop {
        let mut block = [0u8; BLOCK];
        file.seek(SeekFrom::Start(at)).map_err(cut)?;
        file.read_exact(&mut block).map_err(cut)?;
        if block == [0; BLOCK] {
            file.read_exact(&mut block).map_err(cut)?;
            if block != [0; BLOCK] || at + 2 * BLOCK as u64 != length {
                return Err("something stands after its end".into());
            }
            return Ok(out);
        }
        let found = tar::Header::from_byte_slice(&block);
        let named = || format!("the {}. member's frame is damaged", out.len() + 1);
        let name = found.path().ok().and_then(|p| p.to_str().map(str::to_owned)).ok_or_else(named)?;
        let bytes = found.size().map_err(|_| named())?;
        if header(&name, bytes).map_err(|_| named())? != block {
            return Err(named());
        }
        let after = at.checked_add(BLOCK as u64).and_then(|a| a.checked_add(bytes)).ok_or_else(named)?;
        let mut pad = vec![0; padding(bytes)];
        if after + pad.len() as u64 > length {
            return Err("it is cut short".into());
        }
        file.seek(SeekFrom::Start(after)).map_err(cut)?;
        file.read_exact(&mut pad).map_err(cut)?;
        if pad.iter().any(|b| *b != 0) {
            return Err(format!("what stands after {name} is damaged"));
        }
        out.push(Member { name, at: at + BLOCK as u64, bytes });
        at = after + pad.len() as u64;
    }
}

/// Hashes what is read.
struct Hashed<R> {
    from: R,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

type Unpacked = zstd::Decoder<'static, BufReader<Box<dyn Read>>>;

/// The pieces of one part.
pub struct Pieces {
    from: BufReader<Hashed<Unpacked>>,
    part: PartSum,
    count: u64,
    wrong: String,
    ended: bool,
}

impl Pieces {
    fn end(&self) -> Result<()> {
        let read = self.from.get_ref();
        let same = self.count == self.part.pieces
            && read.bytes == self.part.plain_bytes
            && hex(read.hasher.finalize().as_bytes()) == self.part.plain_blake3;
        if same { Ok(()) } else { Err(Error::Operator(self.wrong.clone())) }
    }
}

impl Iterator for Pieces {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Result<Piece>> {
        if self.ended {
            return None;
        }
        match piece::read(&mut self.from) {
            Ok(Some(piece)) => {
                self.count += 1;
                Some(Ok(piece))
            }
            Ok(None) => {
                self.ended = true;
                self.end().err().map(Err)
            }
            Err(Error::Damaged { detail, .. }) => {
                self.ended = true;
                Some(Err(Error::Operator(format!("{} ({detail})", self.wrong))))
            }
            Err(e) => {
                self.ended = true;
                Some(Err(e))
            }
        }
    }
}

/// Reads every full line a person may want to see of a backup.
pub fn describe(manifest: &Manifest) -> String {
    let m = manifest;
    let rows: u64 = m.tables.iter().map(|t| t.rows).sum();
    format!(
        "number    {}\nprovince  {}\nmade      {}\nentries   {} to {}\nrows      {rows}\nserver    {} ({})\nkeys      {}",
        m.number,
        m.province,
        model::moment(m.made()),
        m.log.first,
        m.log.last,
        m.server,
        super::signer::words(&m.signer),
        m.recipients.join(" ")
    )
}
