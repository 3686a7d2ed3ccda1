//! What `csdlgd verify` asks of records beyond the store's own check: references lead somewhere, each
//! kind is counted, the index holds one document for each thing that can be found.

use super::model::{RecordKey, Row};
use super::{docs, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::id::RecordId;
use crate::spec::{FieldType, Value};
use crate::store::{Class, Key, Read, Value as Stored};
use std::ops::ControlFlow;

/// Visits every record.
fn each(app: &App, visit: &mut dyn FnMut(usize, RecordId, &Row) -> Result<()>) -> Result<()> {
    app.db.read(|tx| {
        let from = store::RECORDS.prefix(&());
        let end = crate::store::table::after(&from);
        tx.scan(Class::Primary, &from, &end, &mut |key, bytes| {
            let mut rest = &key[1..];
            if let Some((kind_id, id)) = RecordKey::take(&mut rest)
                && let Some(kind) = app.names.kind_at(kind_id)
            {
                visit(kind, id, &Row::from_bytes(bytes)?)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    })
}

/// What a look at every record gave.
pub struct Whole {
    /// References that were followed.
    pub references: u64,
    /// Records of each kind.
    pub counts: Vec<(String, u64)>,
}

/// Looks at every record: each reference must lead to one. Tells each that does not. Takes 8 bytes for
/// each record that can be referred to.
pub fn whole(app: &App, wrong: &mut dyn FnMut(String)) -> Result<Whole> {
    let kinds = &app.spec.kinds;
    let refs: Vec<Vec<(usize, usize)>> = kinds
        .iter()
        .map(|k| {
            let refs = k.fields.iter().enumerate().filter(|(_, f)| f.ty == FieldType::Ref);
            refs.filter_map(|(at, f)| Some((at, f.refers?))).collect()
        })
        .collect();
    let mut there: Vec<Option<Vec<RecordId>>> = vec![None; kinds.len()];
    for (_, target) in refs.iter().flatten() {
        if there[*target].is_none() {
            there[*target] = Some(ids(app, *target)?);
        }
    }
    let mut references = 0;
    let mut counts = vec![0u64; kinds.len()];
    each(app, &mut |kind, id, row| {
        counts[kind] += 1;
        for (at, target) in &refs[kind] {
            if let Some(Value::Ref(to)) = row.field(&app.names, kind, *at)? {
                references += 1;
                if there[*target].as_ref().is_none_or(|ids| ids.binary_search(&to).is_err()) {
                    let k = &kinds[kind];
                    wrong(format!("{} {id}: field {} refers to {to}, which is not there", k.key, k.fields[*at].key));
                }
            }
        }
        Ok(())
    })?;
    Ok(Whole { references, counts: kinds.iter().map(|k| k.key.clone()).zip(counts).collect() })
}

/// How many records of a kind there are, in any state.
pub fn count(app: &App, kind: usize) -> Result<u64> {
    Ok(ids(app, kind)?.len() as u64)
}

/// The records of a kind, in order.
fn ids(app: &App, kind: usize) -> Result<Vec<RecordId>> {
    let mut ids = Vec::new();
    app.db.read(|tx| {
        let from = store::RECORDS.prefix(&app.names.kind(kind));
        let end = crate::store::table::after(&from);
        tx.scan(Class::Primary, &from, &end, &mut |key, _| {
            let id = RecordKey::take(&mut &key[1..]).map(|(_, id)| id);
            ids.push(id.ok_or_else(|| Error::damaged("a record's key can't be read"))?);
            Ok(ControlFlow::Continue(()))
        })
    })?;
    Ok(ids)
}

/// How many documents the index must hold.
pub fn documents(app: &App) -> Result<u64> {
    let findable = docs::findable(app);
    let mut count = app.tree().len() as u64;
    each(app, &mut |kind, _, _| {
        count += u64::from(findable[kind]);
        Ok(())
    })?;
    Ok(count)
}
