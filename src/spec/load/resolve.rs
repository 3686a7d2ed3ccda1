//! Looks up every name in the drafts of kinds, then compiles conditions, which may speak of any kind.

use super::codes::no_list;
use super::field::{self, Said};
use super::kinds::Draft;
use crate::spec::expr::{Env, Expr};
use crate::spec::model::{Field, FieldType, Group, Kind, Place, Required};
use crate::spec::source::Mistakes;
use crate::spec::{Spec, closest};
use std::collections::HashMap;

/// A condition to compile: kind, field, column, what was written.
type Pending = (usize, usize, Option<usize>, Said);

pub(super) fn kinds(drafts: Vec<Draft>, spec: &mut Spec, m: &mut Mistakes) {
    spec.kind_by_key = drafts.iter().enumerate().map(|(i, d)| (d.key.clone(), i)).collect();
    let mut pending: Vec<Pending> = Vec::new();
    let mut children: Vec<(usize, Said, Said)> = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        if let (Some(of), Some(through)) = (draft.child_of.clone(), draft.parent_field.clone()) {
            children.push((index, of, through));
        }
        let made = kind(index, draft, spec, &mut pending, m);
        spec.kinds.push(made);
    }
    for (index, of, through) in children {
        child(index, &of, &through, spec, m);
    }
    let refs: Vec<(usize, usize, usize)> = (spec.kinds.iter())
        .flat_map(|k| k.fields.iter().enumerate().filter_map(|(f, field)| field.refers.map(|to| (to, k.index, f))))
        .collect();
    for (to, kind, field) in refs {
        spec.kinds[to].referred_by.push((kind, field));
    }
    for (kind, field, column, (condition, at)) in pending {
        let env = Env { kind: &spec.kinds[kind], kinds: &spec.kinds, row_of: column.map(|_| field) };
        match Expr::condition(&condition, &env) {
            Ok(expr) => {
                let field = &mut spec.kinds[kind].fields[field];
                let target = match column {
                    Some(column) => &mut field.columns[column],
                    None => field,
                };
                target.required = Required::If(expr);
            }
            Err(mistakes) => mistakes.into_iter().for_each(|what| m.add(&at, what)),
        }
    }
}

fn kind(index: usize, draft: Draft, spec: &Spec, pending: &mut Vec<Pending>, m: &mut Mistakes) -> Kind {
    let mut fields = Vec::with_capacity(draft.fields.len());
    for (at, mut field) in draft.fields.into_iter().enumerate() {
        if let Some(condition) = field.required_if.take() {
            pending.push((index, at, None, condition));
        }
        for (c, column) in field.columns.iter_mut().enumerate() {
            if let Some(condition) = column.required_if.take() {
                pending.push((index, at, Some(c), condition));
            }
        }
        let section = draft.sections.iter().position(|s| s.key == field.section.0).unwrap_or_else(|| {
            if !field.section.0.is_empty() {
                let near = closest(&field.section.0, draft.sections.iter().map(|s| s.key.as_str()));
                m.add(&field.section.1, format!("there is no section `{}`{near}", field.section.0));
            }
            0
        });
        fields.push(made(field, section, spec, m));
    }
    depend(&mut fields, spec);
    for field in &mut fields {
        depend(&mut field.columns, spec);
    }
    let by_key: HashMap<String, usize> = fields.iter().enumerate().map(|(i, f)| (f.key.clone(), i)).collect();
    let mut find = |names: Vec<Said>| -> Vec<usize> {
        let mut out = Vec::with_capacity(names.len());
        for (name, at) in names {
            match by_key.get(&name) {
                Some(&i) if fields[i].ty == FieldType::Rows => {
                    m.add(&at, format!("`{name}` is a table: it can't stand in a title or list"))
                }
                Some(&i) => out.push(i),
                None => m.add(
                    &at,
                    format!("there is no field `{name}`{}", closest(&name, fields.iter().map(|f| f.key.as_str()))),
                ),
            }
        }
        out
    };
    let kind = Kind {
        index,
        title: find(draft.title),
        subtitle: find(draft.subtitle),
        order: find(draft.order.into_iter().collect()).first().copied().unwrap_or_default(),
        list: find(draft.list),
        key: draft.key,
        label: draft.label,
        plural: draft.plural,
        group: draft.group.unwrap_or(Group::Other),
        place: draft.place.unwrap_or(Place::Unit),
        child_of: None,
        referred_by: Vec::new(),
        sections: draft.sections,
        by_key,
        fields,
        rules: Vec::new(),
        at: draft.at,
    };
    if kind.fields.is_empty() {
        m.add(&kind.at, format!("the kind `{}` has no field", kind.key));
    }
    for (i, section) in kind.sections.iter().enumerate() {
        if !kind.fields.iter().any(|f| f.section == i) {
            m.add(&kind.at, format!("no field stands in the section `{}`", section.key));
        }
    }
    kind
}

fn made(draft: field::Draft, section: usize, spec: &Spec, m: &mut Mistakes) -> Field {
    let list = match (draft.codes, draft.ty.place_list()) {
        (Some((name, at)), _) => {
            if let Some(&list) = spec.codes.by_key.get(&name) {
                Some(list)
            } else {
                m.add(&at, no_list(&name, spec));
                None
            }
        }
        (None, Some(place)) => {
            if let Some(&list) = spec.codes.by_key.get(place) {
                Some(list)
            } else {
                m.add(&draft.at, no_list(place, spec));
                None
            }
        }
        (None, None) => None,
    };
    let refers = draft.refers.and_then(|(name, at)| {
        let found = spec.kind_by_key.get(&name).copied();
        if found.is_none() {
            m.add(
                &at,
                format!("there is no kind `{name}`{}", closest(&name, spec.kind_by_key.keys().map(String::as_str))),
            );
        }
        found
    });
    Field {
        key: draft.key,
        label: draft.label,
        section,
        ty: draft.ty,
        required: if draft.required { Required::Yes } else { Required::No },
        levels: draft.levels,
        from_year: draft.from_year,
        until_year: draft.until_year,
        length: draft.length,
        pattern: draft.pattern,
        unique: draft.unique,
        sensitive: draft.sensitive,
        searchable: draft.searchable,
        countable: draft.countable,
        list,
        refers,
        depends_on: Vec::new(),
        min: draft.min,
        max: draft.max,
        unit: draft.unit,
        scale: draft.scale,
        hint: draft.hint,
        std: draft.std,
        std2020: draft.std2020,
        columns: draft.columns.into_iter().map(|c| made(c, 0, spec, m)).collect(),
        at: draft.at,
    }
}

/// Finds the fields a code depends on: `current_commune` on `current_district` and `current_province`;
/// another code on the only field beside it whose list is the parent list.
fn depend(fields: &mut [Field], spec: &Spec) {
    let mut found: Vec<(usize, Vec<usize>)> = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        let Some(list) = field.list else { continue };
        if let Some(place) = field.ty.place_list() {
            let prefix = field.key.strip_suffix(place).unwrap_or(&field.key);
            let of = |ty: FieldType| {
                let key = format!("{prefix}{}", ty.place_list().unwrap_or_default());
                fields.iter().position(|f| f.ty == ty && f.key == key)
            };
            let ups = match field.ty {
                FieldType::PlaceCommune => vec![of(FieldType::PlaceDistrict), of(FieldType::PlaceProvince)],
                FieldType::PlaceDistrict => vec![of(FieldType::PlaceProvince)],
                _ => Vec::new(),
            };
            found.push((i, ups.into_iter().flatten().collect()));
            continue;
        }
        let mut ups = Vec::new();
        for parent in &spec.codes.lists[list].parents {
            let beside: Vec<usize> = (0..fields.len())
                .filter(|&j| j != i && fields[j].ty == FieldType::Code && fields[j].list == Some(parent.list))
                .collect();
            if let [only] = beside.as_slice() {
                ups.push(*only);
            }
        }
        found.push((i, ups));
    }
    for (i, ups) in found {
        fields[i].depends_on = ups;
    }
}

fn child(index: usize, of: &Said, through: &Said, spec: &mut Spec, m: &mut Mistakes) {
    let Some(&parent) = spec.kind_by_key.get(&of.0) else {
        m.add(
            &of.1,
            format!("there is no kind `{}`{}", of.0, closest(&of.0, spec.kinds.iter().map(|k| k.key.as_str()))),
        );
        return;
    };
    let kind = &mut spec.kinds[index];
    match kind.field_index(&through.0) {
        Some(field) if kind.fields[field].refers == Some(parent) => kind.child_of = Some((parent, field)),
        Some(_) => m.add(&through.1, format!("`{}` does not refer to `{}`", through.0, of.0)),
        None => m.add(
            &through.1,
            format!(
                "there is no field `{}`{}",
                through.0,
                closest(&through.0, kind.fields.iter().map(|f| f.key.as_str()))
            ),
        ),
    }
}
