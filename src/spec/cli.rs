//! What the command line says about a specification: `spec check`, `spec coverage`, `spec doc`.
//! It returns texts; printing and exit codes are the command line's.

use super::{Coverage, Spec, coverage, doc};
use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::path::Path;

/// Reads everything; the text says what there is, and notes what is allowed but looks forgotten. With
/// mistakes: [`Error::Spec`], one line each.
pub fn cli_check(overlay: Option<&Path>) -> Result<String> {
    let spec = Spec::load(overlay)?;
    let found = coverage(&spec);
    if !found.is_complete() {
        return Err(Error::Spec(found.mistakes));
    }
    let columns: usize = spec.kinds.iter().flat_map(|k| &k.fields).map(|f| f.columns.len()).sum();
    let fields: usize = spec.kinds.iter().map(|k| k.fields.len()).sum();
    let rules: usize = spec.kinds.iter().map(|k| k.rules.len()).sum();
    let codes: usize = spec.codes.lists.iter().map(|l| l.codes.len()).sum();
    let mut out = format!("{}\nversion {}, fingerprint {}\n", spec.name, spec.version, &spec.fingerprint_hex()[..16]);
    let lists = spec.codes.lists.len();
    let _ = writeln!(out, "{} kinds, {fields} fields, {columns} table columns, {rules} rules", spec.kinds.len());
    let _ = writeln!(
        out,
        "{lists} code lists with {codes} codes, {} unit types, {} duties, {} sheets",
        spec.unit_types.len(),
        spec.duties.len(),
        spec.sheets.len()
    );
    let _ = write!(out, "{found}");
    for note in notes(&spec) {
        let _ = writeln!(out, "note: {note}");
    }
    let _ = writeln!(out, "no mistakes");
    Ok(out)
}

/// What became of the ministry's lists; an error if a row is unaccounted for.
pub fn cli_coverage(overlay: Option<&Path>) -> Result<String> {
    let found: Coverage = coverage(&Spec::load(overlay)?);
    if found.is_complete() { Ok(found.to_string()) } else { Err(Error::Spec(found.mistakes)) }
}

/// The data dictionary as one HTML page.
pub fn cli_doc(overlay: Option<&Path>) -> Result<String> {
    Ok(doc::page(&Spec::load(overlay)?))
}

/// Allowed, but worth a look.
fn notes(spec: &Spec) -> Vec<String> {
    let mut notes = Vec::new();
    let used = |list: usize| {
        let by_field = spec
            .kinds
            .iter()
            .flat_map(|k| &k.fields)
            .any(|f| f.list == Some(list) || f.columns.iter().any(|c| c.list == Some(list)));
        let by_list = spec.codes.lists.iter().any(|l| l.parents.iter().any(|p| p.list == list));
        by_field || by_list || spec.codes.changes.iter().any(|c| c.list == list)
    };
    for (index, list) in spec.codes.lists.iter().enumerate() {
        if !used(index) {
            notes.push(format!("no field uses the code list `{}`", list.key));
        }
    }
    notes
}
