//! What `csdlgd verify` asks of records beyond the store's own check: references lead somewhere, each
//! kind is counted, the index holds one document for each thing that can be found.

use super::model::{RecordKey, Row};
use super::{docs, store};
use crate::app::App;
use crate::error::Result;
use crate::spec::{FieldType, Value};
use crate::store::{Class, Key, Read, Value as Stored};
use std::ops::ControlFlow;

/// Visits every record.
fn each(app: &App, visit: &mut dyn FnMut(&dyn Read, usize, crate::id::RecordId, &Row) -> Result<()>) -> Result<()> {
    app.db.read(|tx| {
        let from = store::RECORDS.prefix(&());
        let end = crate::store::table::after(&from);
        tx.scan(Class::Primary, &from, &end, &mut |key, bytes| {
            let mut rest = &key[1..];
            if let Some((kind_id, id)) = RecordKey::take(&mut rest)
                && let Some(kind) = app.names.kind_at(kind_id)
            {
                visit(tx, kind, id, &Row::from_bytes(bytes)?)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    })
}

/// Checks that every reference leads to a record; tells each that does not. Gives how many there are.
pub fn references(app: &App, wrong: &mut dyn FnMut(String)) -> Result<u64> {
    let mut count = 0;
    let refs: Vec<Vec<(usize, usize)>> = app
        .spec
        .kinds
        .iter()
        .map(|k| {
            let refs = k.fields.iter().enumerate().filter(|(_, f)| f.ty == FieldType::Ref);
            refs.filter_map(|(at, f)| Some((at, f.refers?))).collect()
        })
        .collect();
    each(app, &mut |tx, kind, id, row| {
        for (at, target) in &refs[kind] {
            if let Some(Value::Ref(to)) = row.field(&app.names, kind, *at)? {
                count += 1;
                if store::get(tx, app.names.kind(*target), to)?.is_none() {
                    let k = &app.spec.kinds[kind];
                    wrong(format!("{} {id}: field {} refers to {to}, which is not there", k.key, k.fields[*at].key));
                }
            }
        }
        Ok(())
    })?;
    Ok(count)
}

/// How many records there are of each kind.
pub fn counts(app: &App) -> Result<Vec<(String, u64)>> {
    let mut counts = vec![0u64; app.spec.kinds.len()];
    each(app, &mut |_, kind, _, _| {
        counts[kind] += 1;
        Ok(())
    })?;
    Ok(app.spec.kinds.iter().map(|k| k.key.clone()).zip(counts).collect())
}

/// How many documents the index must hold.
pub fn documents(app: &App) -> Result<u64> {
    let findable = docs::findable(app);
    let mut count = app.tree().len() as u64;
    each(app, &mut |_, kind, _, _| {
        count += u64::from(findable[kind]);
        Ok(())
    })?;
    Ok(count)
}
