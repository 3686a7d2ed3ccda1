//! The directory of the index: opened if it is whole and of this format, otherwise emptied. It must
//! never touch a directory that is not an index.

use super::engine;
use super::model::Opened;
use super::schema::{FORMAT, schema};
use super::tokenizer::{BLANKS, Blanks};
use super::unsynced::{Through, Unsynced};
use crate::error::{Error, Result};
use std::fs;
use std::path::Path;
use tantivy::tokenizer::TextAnalyzer;

/// Marks a directory as ours to empty.
const MARKER: &str = "csdlgd-index";

/// The engine's index and the files it stands in.
pub(super) struct Stored {
    pub index: tantivy::Index,
    pub files: Unsynced,
}

/// Refuses a directory whose files are not ours; makes it if it is not there. Gives whether it is empty.
pub(super) fn refuse_other(dir: &Path) -> Result<bool> {
    fs::create_dir_all(dir).map_err(Error::path("make directory", dir))?;
    let empty = fs::read_dir(dir).map_err(Error::path("read directory", dir))?.next().is_none();
    if empty || dir.join(MARKER).exists() || dir.join("meta.json").exists() {
        return Ok(empty);
    }
    Err(Error::Operator(format!(
        "{} holds files that are not the search index. Move them away; the index is then made anew.",
        dir.display()
    )))
}

/// Opens or makes the index in `dir`.
pub(super) fn open(dir: &Path, fingerprint: &str) -> Result<(Stored, Opened)> {
    if !refuse_other(dir)? {
        match existing(dir, fingerprint, Through::Copies) {
            Ok(Some((stored, seq))) => return Ok((stored, Opened::Seq(seq))),
            Ok(None) => tracing::info!("search index: other version, made anew"),
            Err(reason) => tracing::warn!(reason, "search index: damaged, made anew"),
        }
    }
    Ok((make(dir)?, Opened::Fresh))
}

/// Makes an empty index in `dir`, in place of what is there.
pub(super) fn make(dir: &Path) -> Result<Stored> {
    fs::create_dir_all(dir).map_err(Error::path("make directory", dir))?;
    wipe(dir)?;
    fs::write(dir.join(MARKER), FORMAT).map_err(Error::path("write", dir.join(MARKER)))?;
    let files = Unsynced::open(dir, Through::Copies).map_err(engine)?;
    let index = tantivy::Index::create(files.clone(), schema().0, tantivy::IndexSettings::default()).map_err(engine)?;
    register(&index);
    Ok(Stored { index, files })
}

/// Opens the index in `dir` without touching it.
pub(super) fn open_existing(dir: &Path, fingerprint: &str) -> Result<(Stored, u64)> {
    match existing(dir, fingerprint, Through::Themselves) {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Error::Operator("the search index is of another version, or empty".into())),
        Err(reason) => Err(Error::Operator(format!("the search index is damaged: {reason}"))),
    }
}

/// The payload of a commit.
pub(super) fn payload(fingerprint: &str, seq: u64) -> String {
    format!("{FORMAT} {fingerprint} {seq}")
}

/// The index if it is usable; `None` if it is of another version or was never committed to.
fn existing(dir: &Path, fingerprint: &str, through: Through) -> std::result::Result<Option<(Stored, u64)>, String> {
    let text = |e: tantivy::TantivyError| e.to_string();
    // Damaged bytes make the engine panic in places; here that only means "damaged".
    let opened = std::panic::catch_unwind(|| {
        let files = Unsynced::open(dir, through).map_err(|e| e.to_string())?;
        let index = tantivy::Index::open(files.clone()).map_err(text)?;
        let payload_now = index.load_metas().map_err(text)?.payload.unwrap_or_default();
        let Some(seq) =
            payload_now.strip_prefix(payload(fingerprint, 0).trim_end_matches('0')).and_then(|s| s.parse().ok())
        else {
            return Ok(None);
        };
        if index.schema() != schema().0 {
            return Ok(None);
        }
        let bad = index.validate_checksum().map_err(text)?;
        if !bad.is_empty() {
            return Err(format!("{} file(s) with wrong checksums", bad.len()));
        }
        register(&index);
        // Opens every segment: a missing file shows here.
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual);
        let _: tantivy::IndexReader = reader.try_into().map_err(text)?;
        Ok(Some((Stored { index, files }, seq)))
    });
    opened.unwrap_or_else(|_| Err("unreadable".into()))
}

fn register(index: &tantivy::Index) {
    index.tokenizers().register(BLANKS, TextAnalyzer::from(Blanks::default()));
}

/// Takes the list of its files from the index in `dir`: without it it is none.
pub(super) fn discard(dir: &Path) -> Result<()> {
    let list = dir.join("meta.json");
    if list.exists() { fs::remove_file(&list).map_err(Error::path("remove", list)) } else { Ok(()) }
}

/// Removes the files in `dir` (an index has no directories).
fn wipe(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(Error::path("read directory", dir))? {
        let path = entry.map_err(Error::path("read directory", dir))?.path();
        if path.is_file() {
            fs::remove_file(&path).map_err(Error::path("remove", path))?;
        }
    }
    Ok(())
}
