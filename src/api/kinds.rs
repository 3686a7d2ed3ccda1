//! Kinds, fields and code lists as JSON: as data (`/spec`) and as JSON Schema (the OpenAPI document).

use crate::spec::{CodeList, Field, FieldType, Kind, Levels, Place, Required, Spec, Unique};
use serde_json::{Map, Value, json};

/// The whole schema as data.
pub(super) fn spec_json(spec: &Spec) -> Value {
    let levels: Vec<Value> = spec.levels.iter().map(|l| json!({ "key": l.key, "label": l.label })).collect();
    let types: Vec<Value> = spec
        .unit_types
        .iter()
        .map(|t| json!({ "key": t.key, "label": t.label, "has_records": t.has_records }))
        .collect();
    let lists: Vec<Value> =
        spec.codes.lists.iter().map(|l| json!({ "key": l.key, "label": l.label, "codes": l.codes.len() })).collect();
    json!({
        "name": spec.name,
        "version": spec.version,
        "fingerprint": spec.fingerprint_hex(),
        "levels": levels,
        "unit_types": types,
        "lists": lists,
        "kinds": spec.kinds.iter().map(|k| kind_json(spec, k)).collect::<Vec<_>>(),
    })
}

fn kind_json(spec: &Spec, kind: &Kind) -> Value {
    let keys = |fields: &[usize]| fields.iter().map(|at| kind.fields[*at].key.clone()).collect::<Vec<_>>();
    json!({
        "key": kind.key,
        "label": kind.label,
        "plural": kind.plural,
        "group": kind.group.key(),
        "yearly": kind.place == Place::UnitYear,
        "title": keys(&kind.title),
        "subtitle": keys(&kind.subtitle),
        "child_of": kind.child_of.map(|(parent, at)| json!({ "kind": spec.kinds[parent].key, "field": kind.fields[at].key })),
        "sections": kind.sections.iter().map(|s| json!({ "key": s.key, "label": s.label })).collect::<Vec<_>>(),
        "fields": kind.fields.iter().map(|f| field_json(spec, f, Some(kind))).collect::<Vec<_>>(),
    })
}

fn levels_json(spec: &Spec, levels: Levels) -> Value {
    if levels == Levels::ALL { Value::Null } else { spec.levels_in(levels).map(|l| l.key.clone()).collect() }
}

/// What is not said is not there: a field without a length has no `length`.
fn field_json(spec: &Spec, field: &Field, of: Option<&Kind>) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !matches!(value, Value::Null | Value::Bool(false)) {
            out.insert(key.to_owned(), value);
        }
    };
    put("key", field.key.as_str().into());
    put("label", field.label.as_str().into());
    put("type", field.ty.key().into());
    put("section", of.map_or(Value::Null, |k| k.sections[field.section].key.as_str().into()));
    put(
        "required",
        match field.required {
            Required::No => Value::Null,
            Required::Yes => "always".into(),
            Required::If(_) => "sometimes".into(),
        },
    );
    put("levels", levels_json(spec, field.levels));
    put("from_year", field.from_year.into());
    put("until_year", field.until_year.into());
    put("length", field.length.into());
    put("pattern", field.pattern.as_ref().map(|p| p.regex.as_str()).into());
    put(
        "unique",
        field
            .unique
            .map(|u| match u {
                Unique::Province => "province",
                Unique::Unit => "unit",
                Unique::UnitYear => "unit_year",
            })
            .into(),
    );
    put("sensitive", field.sensitive.into());
    put("searchable", field.searchable.into());
    put("list", spec.list_of(field).map(|l| l.key.as_str()).into());
    put("refers", spec.referred_by(field).map(|k| k.key.as_str()).into());
    put("min", field.min.map(|d| d.as_f64()).into());
    put("max", field.max.map(|d| d.as_f64()).into());
    put("unit", field.unit.as_deref().into());
    put("scale", if field.ty == FieldType::Decimal { field.scale.into() } else { Value::Null });
    put("hint", field.hint.as_deref().into());
    if !field.columns.is_empty() {
        put("columns", field.columns.iter().map(|c| field_json(spec, c, None)).collect());
    }
    Value::Object(out)
}

/// A code list with every code it ever had.
pub(super) fn codes_json(spec: &Spec, list: &CodeList) -> Value {
    let codes: Vec<Value> = list
        .codes
        .iter()
        .map(|c| {
            json!({
                "code": c.code,
                "name": c.name,
                "from": c.from.map(|d| d.to_string()),
                "to": c.to.map(|d| d.to_string()),
                "parent": Some(c.parent.as_str()).filter(|p| !p.is_empty()),
                "levels": levels_json(spec, c.levels),
            })
        })
        .collect();
    json!({ "key": list.key, "label": list.label, "source": list.source, "codes": codes })
}

/// The JSON Schema of a kind's fields. Required fields are not listed as required: which are depends
/// on level and year, and a save sends only what changes.
pub(super) fn fields_schema(spec: &Spec, kind: &Kind) -> Value {
    let properties: Map<String, Value> = kind.fields.iter().map(|f| (f.key.clone(), field_schema(spec, f))).collect();
    json!({ "type": "object", "title": kind.label, "properties": properties, "additionalProperties": false })
}

fn field_schema(spec: &Spec, field: &Field) -> Value {
    let mut out = match field.ty {
        FieldType::Integer | FieldType::Year => json!({ "type": ["integer", "null"] }),
        FieldType::Decimal => json!({ "type": ["number", "null"] }),
        FieldType::Bool => json!({ "type": ["boolean", "null"] }),
        FieldType::Codes => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        FieldType::Rows => {
            let columns: Map<String, Value> =
                field.columns.iter().map(|c| (c.key.clone(), field_schema(spec, c))).collect();
            let row = json!({ "type": "object", "properties": columns, "additionalProperties": false });
            json!({ "type": ["array", "null"], "items": row, "maxItems": crate::spec::MOST_ROWS })
        }
        FieldType::Date => json!({ "type": ["string", "null"], "examples": ["2015-09-05", "2015-09", "2015"] }),
        FieldType::Ref | FieldType::Unit => json!({ "type": ["string", "null"], "examples": ["#123"] }),
        _ => json!({ "type": ["string", "null"], "maxLength": crate::spec::longest(field) }),
    };
    out["title"] = field.label.as_str().into();
    if let Some(list) = spec.list_of(field) {
        out["x-list"] = list.key.as_str().into();
    }
    if let Some(kind) = spec.referred_by(field) {
        out["x-refers"] = kind.key.as_str().into();
    }
    if field.sensitive {
        out["x-sensitive"] = true.into();
    }
    out
}
