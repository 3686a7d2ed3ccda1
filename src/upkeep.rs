//! An operator's tools: verify a store, look at and rebuild the index, search from the command line.

use crate::app::Mode;
use crate::error::{Error, Result};
use crate::id::RecordId;
use crate::install::open;
use crate::records::{check, docs, follow, ops};
use crate::search::{Index, Query};
use crate::sessions::ops::by_login;
use crate::store::verify as store_verify;
use crate::terminal::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Checks every byte of a store and prints counts and the head. Exit 1 with the exact places if
/// anything is wrong.
pub fn verify(data: PathBuf, overlay: Option<PathBuf>) -> Result<ExitCode> {
    let app = open(data, overlay, Mode::ReadOnly)?;
    let mut report = store_verify::verify(&app.db, &mut |what, n| {
        if n > 0 && n % (1 << 20) == 0 {
            eprintln!("{what}: {n}");
        }
    })?;
    let whole = check::whole(&app, &mut |problem| report.add(problem))?;
    say!("entries   {}", report.entries);
    say!("rows      {}", report.rows);
    say!("derived   {}", report.derived);
    say!("references {}", whole.references);
    for (kind, count) in whole.counts {
        say!("  {kind:<18} {count}");
    }
    let index = app.config.data.join("index");
    if index.is_dir() {
        match Index::open_read_only(&index, &app.spec.fingerprint_hex()) {
            Ok(index) => {
                let stats = index.stats()?;
                let lag = report.entries.saturating_sub(stats.seq);
                say!("index     {} documents, at entry {} ({lag} behind)", stats.docs, stats.seq);
                if lag == 0 {
                    let wanted = check::documents(&app)?;
                    if wanted != stats.docs {
                        report.add(format!(
                            "index: {} documents, the store has {wanted} things to find; run 'csdlgd index rebuild'",
                            stats.docs
                        ));
                    }
                }
            }
            Err(e) => say!("index     can't be read ({e}); the server makes it anew at its next start"),
        }
    }
    say!("head      {}", crate::chance::hex(&report.head));
    if report.problem_count == 0 {
        say!("all is as it was written");
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &report.problems {
        say!("WRONG     {problem}");
    }
    say!("{} wrong", report.problem_count);
    Ok(ExitCode::FAILURE)
}

/// What to do with the index.
pub enum IndexTask {
    /// Say how far it is.
    Status(PathBuf),
    /// Make it anew.
    Rebuild(PathBuf, Option<PathBuf>),
}

/// Looks at or rebuilds the index.
pub fn index(task: &IndexTask) -> Result<ExitCode> {
    match task {
        IndexTask::Status(data) => status(data)?,
        IndexTask::Rebuild(data, overlay) => rebuild(data, overlay.clone())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn status(data: &Path) -> Result<()> {
    let app = open(data.to_owned(), None, Mode::ReadOnly)?;
    let head = app.db.head_seq();
    let index = match Index::open_read_only(&data.join("index"), &app.spec.fingerprint_hex()) {
        Ok(index) => index,
        Err(e) => {
            say!("unusable  {e}");
            say!("a running server makes it anew within seconds, another at its start");
            return Ok(());
        }
    };
    let stats = index.stats()?;
    say!("documents {}\nsegments  {}\nbytes     {}", stats.docs, stats.segments, stats.bytes);
    if stats.seq == 0 {
        let of = check::documents(&app)?;
        say!("being made anew: {} of {of} documents", stats.docs);
    } else {
        say!("at entry  {} of {head} ({} behind)", stats.seq, head.saturating_sub(stats.seq));
    }
    Ok(())
}

/// Makes the index anew; beside a running server, lets that one do it.
fn rebuild(data: &Path, overlay: Option<PathBuf>) -> Result<()> {
    let app = match open(data.to_owned(), overlay, Mode::Serve) {
        Ok(app) => app,
        // Beside a running server the store can be read, but not be opened for writing.
        Err(_) if open(data.to_owned(), None, Mode::ReadOnly).is_ok() => {
            Index::discard(&data.join("index"))?;
            say!("the index is thrown away: the process that runs makes it anew; see 'csdlgd index status'");
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    follow::rebuild(&app)?;
    app.index()?.settle()?;
    let stats = app.index()?.stats()?;
    say!("{} documents, at entry {}", stats.docs, stats.seq);
    Ok(())
}

/// Prints what a search finds, one JSON object a line, in the scope of `login`.
pub fn search(data: PathBuf, login: &str, query: &str, limit: usize) -> Result<ExitCode> {
    let app = open(data.clone(), None, Mode::ReadOnly)?;
    let actor = by_login(&app, login)?;
    let index = Index::open_read_only(&data.join("index"), &app.spec.fingerprint_hex()).map_err(|e| {
        Error::Operator(format!("{e}. The server makes it anew at its start, 'csdlgd index rebuild --data DIR' now"))
    })?;
    let mut question = Query::text(query, limit);
    question.own_unit = Some(actor.unit);
    let hits = index.search(&actor.scope, &question)?;
    for hit in hits.hits {
        let title = if hit.kind == docs::UNIT_KIND {
            app.tree().get(crate::id::UnitId(hit.id as u32)).map(|u| u.name(app.today()).to_owned())
        } else {
            app.spec.kinds.iter().position(|k| k.key == hit.kind).and_then(|kind| {
                ops::get(&app, &actor, kind, RecordId(hit.id)).ok().map(|r| crate::records::view::title(&app, &r))
            })
        };
        let line = serde_json::json!({ "kind": hit.kind, "id": hit.id.to_string(), "title": title });
        say!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}
