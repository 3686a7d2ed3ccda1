//! The files of a specification in their layers (what is built in, and a province's own on top), and
//! the list of mistakes found in them, each with file and line.

use crate::error::{Error, Result};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(RustEmbed)]
#[folder = "data-spec"]
struct Embedded;

/// Most bytes of one overlay file.
const MOST_FILE_BYTES: u64 = 20 << 20;
/// Most files of an overlay.
const MOST_FILES: usize = 2_000;

/// One file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Inside the specification, with `/`: `kinds/pupil.toml`.
    pub path: String,
    /// As messages name it: the path, for an overlay with its directory in front.
    pub shown: String,
    /// Its text.
    pub text: Cow<'static, str>,
    /// Whether it comes from the overlay.
    pub overlay: bool,
}

/// All files by path; of each the built-in one first, then the overlay's.
#[derive(Clone, Debug, Default)]
pub struct Files {
    by_path: BTreeMap<String, Vec<Source>>,
}

impl Files {
    /// What is built in.
    pub fn embedded() -> Result<Self, Vec<String>> {
        let (mut files, mut mistakes) = (Self::default(), Vec::new());
        // Name frequencies of the demo stand beside the specification and are no part of it.
        let mut paths: Vec<Cow<'static, str>> =
            Embedded::iter().filter(|p| is_ours(p) && !p.starts_with("demo/")).collect();
        paths.sort();
        for path in paths {
            let bytes = Embedded::get(&path).map(|f| f.data).unwrap_or_default();
            let text = match bytes {
                Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed),
                Cow::Owned(_) => Ok(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())),
            };
            match text {
                Ok(text) => files.add(&path, path.to_string(), text, false),
                Err(e) => mistakes.push(format!("{path}:1: the file is not UTF-8 ({e})")),
            }
        }
        if mistakes.is_empty() { Ok(files) } else { Err(mistakes) }
    }

    /// Lays the files of a directory on top.
    pub fn overlay(&mut self, dir: &Path) -> Result<()> {
        let mut found = Vec::new();
        walk(dir, "", &mut found)?;
        found.sort();
        let mut mistakes = Vec::new();
        for path in found {
            let full = dir.join(&path);
            let shown = full.display().to_string();
            let size = std::fs::metadata(&full).map_err(Error::path("reading", &full))?.len();
            if size > MOST_FILE_BYTES {
                mistakes.push(format!("{shown}:1: the file is larger than {} MiB", MOST_FILE_BYTES >> 20));
                continue;
            }
            let bytes = std::fs::read(&full).map_err(Error::path("reading", &full))?;
            match String::from_utf8(bytes) {
                Ok(text) => {
                    let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_string);
                    self.add(&path, shown, Cow::Owned(text), true);
                }
                Err(e) => {
                    let line = e.as_bytes()[..e.utf8_error().valid_up_to()].split(|b| *b == b'\n').count();
                    mistakes.push(format!("{shown}:{line}: the file is not UTF-8: save it as UTF-8"));
                }
            }
        }
        if mistakes.is_empty() { Ok(()) } else { Err(Error::Spec(mistakes)) }
    }

    /// Adds one file on top of what has the same path.
    pub fn add(&mut self, path: &str, shown: String, text: Cow<'static, str>, overlay: bool) {
        let source = Source { path: path.into(), shown, text, overlay };
        self.by_path.entry(path.into()).or_default().push(source);
    }

    /// The layers of one file.
    pub fn layers(&self, path: &str) -> &[Source] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The files in a folder with this ending, layer by layer: all that is built in, then the overlay.
    pub fn in_folder<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a Source> {
        let fits = move |path: &str| {
            path.strip_prefix(folder)
                .and_then(|p| p.strip_prefix('/'))
                .is_some_and(|p| !p.contains('/') && p.ends_with(ending))
        };
        let all = move |overlay: bool| {
            self.by_path
                .iter()
                .filter(move |(path, _)| fits(path))
                .flat_map(|(_, s)| s)
                .filter(move |s| s.overlay == overlay)
        };
        all(false).chain(all(true))
    }

    /// All files.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        self.by_path.values().flatten()
    }
}

fn is_ours(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "toml" || e == "csv")
}

fn walk(dir: &Path, inside: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(dir).map_err(Error::path("reading", dir))? {
        let entry = entry.map_err(Error::path("reading", dir))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        if name.starts_with('.') || found.len() > MOST_FILES {
            continue;
        }
        if entry.path().is_dir() && inside.split('/').count() < 4 {
            walk(&entry.path(), &path, found)?;
        } else if is_ours(&name) {
            found.push(path);
        }
    }
    Ok(())
}

/// Mistakes found so far, in order of file and line at the end.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    found: Vec<(String, usize, String)>,
}

impl Mistakes {
    /// Notes a mistake; `at` is `file:line`.
    pub(super) fn add(&mut self, at: &str, what: impl Into<String>) {
        let (file, line) = at.rsplit_once(':').unwrap_or((at, "1"));
        let entry = (file.to_string(), line.parse().unwrap_or(1), what.into());
        if !self.found.contains(&entry) {
            self.found.push(entry);
        }
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.found.len()
    }

    /// The lines `file:line: what`.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        self.found.sort();
        self.found.into_iter().map(|(file, line, what)| format!("{file}:{line}: {what}")).collect()
    }
}
