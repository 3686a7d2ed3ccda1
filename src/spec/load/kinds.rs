//! Reads `kinds/*.toml` into drafts, and lays the overlay's on the built-in ones: a field or section
//! with a known key is replaced, another one is added.

use super::field::{self, Said};
use super::{Once, good_key};
use crate::spec::model::{Group, Place, Section};
use crate::spec::read::{self, Table};
use crate::spec::source::{Files, Mistakes};
use crate::spec::{Spec, closest};

/// A kind with the names of its fields not yet looked up.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) plural: String,
    pub(super) group: Option<Group>,
    pub(super) place: Option<Place>,
    pub(super) title: Vec<Said>,
    pub(super) subtitle: Vec<Said>,
    pub(super) order: Option<Said>,
    pub(super) list: Vec<Said>,
    pub(super) child_of: Option<Said>,
    pub(super) parent_field: Option<Said>,
    pub(super) sections: Vec<Section>,
    pub(super) fields: Vec<field::Draft>,
    pub(super) at: String,
}

pub(super) fn load(files: &Files, spec: &Spec, m: &mut Mistakes) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for source in files.in_folder("kinds", ".toml") {
        let stem = source.path.trim_start_matches("kinds/").trim_end_matches(".toml");
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = Table::root(&table, &lines);
        let known = drafts.iter().position(|d| d.key == stem);
        let mut draft = known.map_or_else(Draft::default, |at| drafts.swap_remove(at));
        kind(&root, stem, known.is_some(), &mut draft, m);
        parts(&root, spec, known.is_some(), &mut draft, m);
        root.done(m);
        drafts.push(draft);
    }
    drafts.sort_by(|a, b| (a.group, &a.key).cmp(&(b.group, &b.key)));
    if drafts.is_empty() {
        m.add("kinds:1", "there is no kind");
    }
    drafts
}

/// The keys before the first section. On top of a known kind each may be left out.
fn kind(root: &Table<'_>, stem: &str, known: bool, draft: &mut Draft, m: &mut Mistakes) {
    let text = |key: &'static str, old: String, m: &mut Mistakes| {
        if known { root.text(key, m).unwrap_or(old) } else { root.needed(key, m) }
    };
    let key = text("key", stem.to_string(), m);
    if !good_key(stem) {
        m.add(&root.at, format!("`{stem}` is no good name: small letters, digits and _, a letter first"));
    }
    if key != stem && !key.is_empty() {
        m.add(&root.line("key"), format!("`key` must be the name of the file, `{stem}`"));
    }
    draft.key = stem.to_string();
    draft.label = text("label", std::mem::take(&mut draft.label), m);
    draft.plural = text("plural", std::mem::take(&mut draft.plural), m);
    if !known {
        draft.at.clone_from(&root.at);
    }
    if let Some(name) = root.text("group", m) {
        draft.group = Group::ALL.into_iter().find(|g| g.key() == name);
        if draft.group.is_none() {
            m.add(
                &root.line("group"),
                format!("there is no group `{name}`{}", closest(&name, Group::ALL.iter().map(|g| g.key()))),
            );
        }
    } else if !known {
        m.add(&root.at, "`group` is missing");
    }
    match root.text("place", m).as_deref() {
        Some("unit") => draft.place = Some(Place::Unit),
        Some("unit_year") => draft.place = Some(Place::UnitYear),
        Some(other) => m.add(&root.line("place"), format!("`place` must be unit or unit_year, not `{other}`")),
        None if !known => m.add(&root.at, "`place` is missing"),
        None => {}
    }
    for (key, names) in [("title", &mut draft.title), ("subtitle", &mut draft.subtitle), ("list", &mut draft.list)] {
        if root.has(key) {
            *names = root.texts_at(key, m);
        }
        if names.is_empty() && key != "subtitle" {
            m.add(&root.line(key), format!("`{key}` must name at least one field"));
        }
    }
    for (key, name) in
        [("order", &mut draft.order), ("child_of", &mut draft.child_of), ("parent_field", &mut draft.parent_field)]
    {
        if let Some(text) = root.text(key, m) {
            *name = Some((text, root.line(key)));
        }
    }
    if draft.order.is_none() {
        m.add(&root.at, "`order` is missing: the field lists are ordered by");
    }
    if draft.child_of.is_some() != draft.parent_field.is_some() {
        m.add(&root.at, "`child_of` and `parent_field` go together");
    }
}

fn parts(root: &Table<'_>, spec: &Spec, known: bool, draft: &mut Draft, m: &mut Mistakes) {
    let mut once = Once::default();
    for section in root.tables("section", m) {
        let made = Section { key: section.needed("key", m), label: section.needed("label", m) };
        section.done(m);
        once.check("section", &made.key, &section.at, m);
        if !good_key(&made.key) && !made.key.is_empty() {
            m.add(&section.line("key"), format!("`{}` is no good key: small letters, digits and _", made.key));
        }
        match draft.sections.iter_mut().find(|s| s.key == made.key && known) {
            Some(old) => *old = made,
            None => draft.sections.push(made),
        }
    }
    let mut once = Once::default();
    for table in root.tables("field", m) {
        let made = field::read(&table, spec, false, m);
        once.check("field", &made.key, &table.at, m);
        match draft.fields.iter_mut().find(|f| f.key == made.key && known) {
            Some(old) => *old = made,
            None => draft.fields.push(made),
        }
    }
}
