//! Reads `rules/*.toml`. A rule with a known id replaces it, if it comes from the overlay.

use crate::error::Severity;
use crate::spec::expr::{Env, Expr};
use crate::spec::read::{self, Table};
use crate::spec::rules::Rule;
use crate::spec::source::{Files, Mistakes};
use crate::spec::{Spec, closest};

pub(super) fn load(files: &Files, spec: &mut Spec, m: &mut Mistakes) {
    // id → where it stands, whether in the overlay, and its kind
    let mut known: Vec<(String, String, bool, usize)> = Vec::new();
    for source in files.in_folder("rules", ".toml") {
        let lines = read::Lines::of(source);
        let table = read::parse(source, &lines, m);
        let root = Table::root(&table, &lines);
        for table in root.tables("rule", m) {
            let Some((kind, rule)) = rule(&table, spec, m) else { continue };
            if let Some(at) = known.iter().position(|(id, ..)| *id == rule.id) {
                let (_, first, overlay, old_kind) = &known[at];
                if *overlay == source.overlay {
                    m.add(&rule.at, format!("rule `{}` stands already at {first}", rule.id));
                    continue;
                }
                spec.kinds[*old_kind].rules.retain(|r| r.id != rule.id);
                known.remove(at);
            }
            known.push((rule.id.clone(), rule.at.clone(), source.overlay, kind));
            spec.kinds[kind].rules.push(rule);
        }
        root.done(m);
    }
}

fn rule(table: &Table<'_>, spec: &Spec, m: &mut Mistakes) -> Option<(usize, Rule)> {
    let id = table.needed("id", m);
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')) {
        m.add(&table.line("id"), format!("`{id}` is no good id: small letters, digits, - and _"));
    }
    let name = table.needed("kind", m);
    let severity = match table.needed("severity", m).as_str() {
        "error" => Severity::Error,
        "warning" | "" => Severity::Warning,
        other => {
            m.add(&table.line("severity"), format!("`severity` must be error or warning, not `{other}`"));
            Severity::Warning
        }
    };
    let (fields, needs) = (table.texts_at("fields", m), table.texts_at("needs", m));
    let when = table.text("when", m).filter(|w| !w.trim().is_empty());
    let check = table.needed("check", m);
    let message = table.needed("message", m);
    let basis = table.text("basis", m);
    table.done(m);
    let Some(&index) = spec.kind_by_key.get(&name) else {
        if !name.is_empty() {
            m.add(
                &table.line("kind"),
                format!("there is no kind `{name}`{}", closest(&name, spec.kinds.iter().map(|k| k.key.as_str()))),
            );
        }
        return None;
    };
    let kind = &spec.kinds[index];
    let mut find = |names: Vec<(String, String)>| -> Vec<usize> {
        let mut out = Vec::with_capacity(names.len());
        for (field, at) in names {
            match kind.field_index(&field) {
                Some(i) => out.push(i),
                None => m.add(
                    &at,
                    format!(
                        "`{name}` has no field `{field}`{}",
                        closest(&field, kind.fields.iter().map(|f| f.key.as_str()))
                    ),
                ),
            }
        }
        out
    };
    let (fields, needs) = (find(fields), find(needs));
    if fields.is_empty() {
        m.add(&table.line("fields"), "`fields` must name at least one field: where the message stands");
    }
    marks(&message, needs.len(), &table.line("message"), m);
    let env = Env { kind, kinds: &spec.kinds, row_of: None };
    let mut compile = |source: &str, key: &str| match Expr::condition(source, &env) {
        Ok(expr) => Some(expr),
        Err(mistakes) => {
            for what in mistakes {
                m.add(&table.line(key), what);
            }
            None
        }
    };
    let when = when.map(|when| compile(&when, "when"));
    let check = if check.is_empty() { None } else { compile(&check, "check") };
    if matches!(when, Some(None)) {
        return None;
    }
    Some((
        index,
        Rule { id, severity, fields, needs, when: when.flatten(), check: check?, message, basis, at: table.at.clone() },
    ))
}

/// `{1}` … must be values of `needs`.
fn marks(message: &str, needs: usize, at: &str, m: &mut Mistakes) {
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        let Some(close) = rest.find('}') else {
            m.add(at, "the message has a { without }");
            return;
        };
        match rest[..close].parse::<usize>() {
            Ok(n) if (1..=needs).contains(&n) => {}
            Ok(n) => m.add(at, format!("the message shows {{{n}}}, but `needs` names {needs} field(s)")),
            Err(_) => m.add(at, format!("the message shows {{{}}}: only {{1}}, {{2}} … are values", &rest[..close])),
        }
        rest = &rest[close + 1..];
    }
}
