//! Stable numbers of the spec's names. The database gives each kind, field and table column a number
//! when it first meets its name; a renamed label costs nothing, and a field taken out of the spec keeps
//! its data.

use crate::actor::Who;
use crate::error::{Error, Result};
use crate::id::{FieldId, KindId};
use crate::spec::Spec;
use crate::store::{Class, Db, Read, Table, WriteTx};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Name (`pupil`, `pupil.full_name`, `staff.training.course`) → its number.
static NAMES: Table<String, u64> = Table::new(Class::Primary, 1, "names");

/// Whether new names may be given numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// They may.
    Write,
    /// They may not: a name the store does not know is an error.
    ReadOnly,
}

/// The numbers of everything in a loaded spec, by its position there.
#[derive(Clone, Debug, Default)]
pub struct Names {
    kinds: Vec<KindId>,
    fields: Vec<Vec<FieldId>>,
    columns: Vec<Vec<Vec<FieldId>>>,
    kind_at: HashMap<KindId, usize>,
    field_at: HashMap<FieldId, (usize, usize)>,
    column_at: HashMap<FieldId, u16>,
}

impl Names {
    /// Numbers for all of `spec`; names met for the first time get new numbers, in the spec's order. On
    /// a store opened for reading only, a new name is an error.
    pub fn bind(db: &Db, spec: &Spec, access: Access) -> Result<Self> {
        let wanted = wanted(spec);
        let known = db.read(known_in)?;
        let missing: Vec<String> = wanted.iter().filter(|w| !known.contains_key(*w)).cloned().collect();
        let numbers = if missing.is_empty() || access == Access::ReadOnly {
            known
        } else {
            db.write(&Who::program(), "spec.names", move |tx| name_all(tx, &missing))?;
            db.read(known_in)?
        };
        Self::new(spec, &numbers)
    }

    fn new(spec: &Spec, numbers: &HashMap<String, u64>) -> Result<Self> {
        let number = |name: &str| {
            numbers.get(name).and_then(|n| u16::try_from(*n).ok()).ok_or_else(|| {
                Error::Operator(format!(
                    "the store does not know '{name}' of data-spec yet; start the server once with this data-spec"
                ))
            })
        };
        let mut names = Self::default();
        for (k, kind) in spec.kinds.iter().enumerate() {
            let id = KindId(number(&kind.key)?);
            names.kinds.push(id);
            names.kind_at.insert(id, k);
            let (mut fields, mut columns) = (Vec::new(), Vec::new());
            for (f, field) in kind.fields.iter().enumerate() {
                let id = FieldId(number(&format!("{}.{}", kind.key, field.key))?);
                fields.push(id);
                names.field_at.insert(id, (k, f));
                let mut of_field = Vec::new();
                for (c, column) in field.columns.iter().enumerate() {
                    let id = FieldId(number(&format!("{}.{}.{}", kind.key, field.key, column.key))?);
                    names.column_at.insert(id, c as u16);
                    of_field.push(id);
                }
                columns.push(of_field);
            }
            names.fields.push(fields);
            names.columns.push(columns);
        }
        Ok(names)
    }

    /// The number of a kind, by its position in the spec.
    pub fn kind(&self, kind: usize) -> KindId {
        self.kinds[kind]
    }

    /// The position of a kind; nothing if the spec no longer has it.
    pub fn kind_at(&self, id: KindId) -> Option<usize> {
        self.kind_at.get(&id).copied()
    }

    /// The number of a field, by its position.
    pub fn field(&self, kind: usize, field: usize) -> FieldId {
        self.fields[kind][field]
    }

    /// The position of a field within its kind; nothing if the spec no longer has it.
    pub fn field_at(&self, id: FieldId) -> Option<(usize, usize)> {
        self.field_at.get(&id).copied()
    }

    /// The number of a table column.
    pub fn column(&self, kind: usize, field: usize, column: u16) -> FieldId {
        self.columns[kind][field][usize::from(column)]
    }

    /// The position of a table column within its field.
    pub fn column_at(&self, id: FieldId) -> Option<u16> {
        self.column_at.get(&id).copied()
    }
}

fn wanted(spec: &Spec) -> Vec<String> {
    let mut out = Vec::new();
    for kind in &spec.kinds {
        out.push(kind.key.clone());
        for field in &kind.fields {
            out.push(format!("{}.{}", kind.key, field.key));
            out.extend(field.columns.iter().map(|c| format!("{}.{}.{}", kind.key, field.key, c.key)));
        }
    }
    out
}

fn known_in(tx: &(impl Read + ?Sized)) -> Result<HashMap<String, u64>> {
    let mut out = HashMap::new();
    NAMES.scan_all(tx, |name, number| {
        out.insert(name, number);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

fn name_all(tx: &mut WriteTx<'_>, missing: &[String]) -> Result<()> {
    let taken = known_in(tx)?;
    let first = taken.values().max().copied().unwrap_or(0) + 1;
    for (next, name) in (first..).zip(missing) {
        if u16::try_from(next).is_err() {
            return Err(Error::Internal("more than 65,535 names in data-spec".into()));
        }
        NAMES.put(tx, name, &next)?;
    }
    Ok(())
}
