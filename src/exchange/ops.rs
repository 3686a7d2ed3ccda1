//! (being built)
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;
use crate::id::UnitId;
use crate::store::history::{self, Undone};
use std::path::Path;
use std::process::ExitCode;

/// (being built)
pub fn command(_app: &App, _login: &str, _sheet: &str, _year: Option<u16>, _unit: Option<&str>, _file: &Path) -> Result<ExitCode> {
    let _ = UnitId(0);
    Ok(ExitCode::FAILURE)
}

/// Undoes an import as a whole.
pub fn undo(app: &App, actor: &Actor, batch: u64) -> Result<Undone> {
    actor.require(crate::actor::Right::Edit)?;
    Ok(app.db.write(&actor.who(), history::UNDO, move |tx| history::undo_batch(tx, batch))?.value)
}
