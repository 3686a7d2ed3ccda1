//! The columns a sheet should have, from `data-spec/sheets`. Must not know what a value means: that is
//! `spec::check`'s affair.

use std::collections::HashMap;

use crate::spec::{Field, FieldType, SheetColumn, SheetSpec, Spec, Target};

/// The columns a sheet should have.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// What is in it, as pages say it: "Danh sách trường".
    pub label: String,
    /// In the template's order.
    pub columns: Vec<Column>,
}

/// One column of a [`Template`]. Several may have the same header: its value goes to several places.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// As messages name it.
    pub label: String,
    /// Every header it may have; compared without marks, case, blanks, line breaks, `*`, `_`.
    pub headers: Vec<String>,
    /// Where the value goes: `unit.code`, `pupil.full_name`, `staff.courses.0.name` (what follows the
    /// first point is a place of `spec::Raw`); "" = known, but not kept.
    pub target: String,
    /// A sheet without it is refused.
    pub required: bool,
    /// Another system's code → ours ("" = leave empty).
    pub codes: HashMap<String, String>,
    /// All values have this many digits: a number that lost its leading zeros gets them back.
    pub digits: Option<usize>,
}

impl Template {
    /// The template of a sheet of the specification.
    pub fn of(spec: &Spec, sheet: &SheetSpec) -> Self {
        Self { label: sheet.label.clone(), columns: sheet.columns.iter().map(|c| Column::of(spec, c)).collect() }
    }
}

impl Column {
    fn of(spec: &Spec, column: &SheetColumn) -> Self {
        let label = if column.label.is_empty() { &column.key } else { &column.label };
        let headers = [&column.key, &column.label].into_iter().chain(&column.aliases).cloned().collect();
        let (target, digits) = match &column.to {
            Target::Ignored => (String::new(), None),
            Target::Unit(fact) => (format!("unit.{fact}"), None),
            Target::Field { kind, field, cell } => {
                let kind = &spec.kinds[*kind];
                let field = &kind.fields[*field];
                match cell {
                    None => (format!("{}.{}", kind.key, field.key), digits(field)),
                    Some((row, column)) => {
                        let column = &field.columns[*column];
                        (format!("{}.{}.{row}.{}", kind.key, field.key, column.key), digits(column))
                    }
                }
            }
        };
        Self { label: label.clone(), headers, target, required: column.required, codes: column.codes.clone(), digits }
    }
}

/// How many digits every value has, if the field's pattern says just that.
fn digits(field: &Field) -> Option<usize> {
    let pattern = field.pattern.as_ref().filter(|_| field.ty == FieldType::IdentityCode)?;
    pattern.regex.as_str().strip_prefix("^[0-9]{")?.strip_suffix("}$")?.parse().ok()
}
