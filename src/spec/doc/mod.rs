//! The data dictionary: the specification as readable pages, for the help of the web pages, and as one
//! page with its own style sheet, for a file of its own. It shows the specification and nothing else: no
//! record, no unit, no person.

mod fields;
mod links;
mod lists;

use super::{Group, Kind, Place, Rule, Spec};
use crate::error::Severity;
use crate::text;
use links::Links;
use maud::{DOCTYPE, Markup, html};

/// A page of its own: everything in one file, no script, nothing fetched.
pub fn page(spec: &Spec) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Từ điển dữ liệu – " (spec.name) }
                style { (include_str!("page.css")) }
            }
            body { main { h1 { "Từ điển dữ liệu" } (body(spec)) } }
        }
    };
    page.into_string()
}

/// The dictionary in pages, each small: drawn once, because it only changes with the specification.
#[derive(Debug)]
pub struct Dictionary {
    /// What there is: kinds by group, lists by name.
    pub contents: Markup,
    /// Every field by its label.
    pub index: Markup,
    /// By position of the kind in the spec.
    pub kinds: Vec<Markup>,
    /// By position of the list in the spec.
    pub lists: Vec<Markup>,
}

impl Dictionary {
    /// Draws all pages.
    pub fn new(spec: &Spec) -> Self {
        let to = Links::Pages;
        Self {
            contents: html! { div.dictionary { (about(spec)) (overview(spec)) } },
            index: html! { div.dictionary { (index_list(spec, to)) } },
            kinds: spec.kinds.iter().map(|k| html! { div.dictionary { (kind(spec, k, to)) } }).collect(),
            lists: spec.codes.lists.iter().map(|l| html! { div.dictionary { (lists::content(spec, l)) } }).collect(),
        }
    }
}

/// Everything below the title, in one piece.
fn body(spec: &Spec) -> Markup {
    html! {
        div.dictionary {
            (about(spec))
            (contents(spec))
            @for group in Group::ALL {
                @let kinds: Vec<&Kind> = spec.kinds_in(group).collect();
                @if !kinds.is_empty() {
                    h2 id=(format!("group-{}", group.key())) { (group.label()) }
                    @for kind in kinds { (self::kind(spec, kind, Links::OneFile)) }
                }
            }
            (lists::all(spec))
            (index(spec))
        }
    }
}

/// One kind: its fields by section, and its rules.
fn kind(spec: &Spec, kind: &Kind, to: Links) -> Markup {
    html! {
        section.kind id=(kind.key) {
            @if to == Links::OneFile { h3 { (kind.label) " " code { (kind.key) } } }
            p {
                @match kind.place {
                    Place::Unit => "Thuộc một đơn vị",
                    Place::UnitYear => "Thuộc một đơn vị trong một năm học",
                }
                @if let Some((parent, _)) = kind.child_of {
                    "; hiển thị trong hồ sơ " a href=(to.kind(&spec.kinds[parent].key)) { (spec.kinds[parent].label) }
                }
                ". " (kind.fields.len()) " trường, " (kind.rules.len()) " quy tắc kiểm tra."
            }
            (fields::tables(spec, kind, to))
            @if !kind.rules.is_empty() {
                details {
                    summary { "Quy tắc kiểm tra (" (kind.rules.len()) ")" }
                    ul.rules { @for rule in &kind.rules { (self::rule(kind, rule)) } }
                }
            }
        }
    }
}

fn about(spec: &Spec) -> Markup {
    let columns: usize = spec.kinds.iter().flat_map(|k| &k.fields).map(|f| f.columns.len()).sum();
    let fields: usize = spec.kinds.iter().map(|k| k.fields.len()).sum();
    html! {
        p { (spec.name) ", phiên bản " strong { (spec.version) } ". "
            (spec.kinds.len()) " loại hồ sơ, " (fields) " trường, " (columns) " cột bảng, "
            (spec.codes.lists.len()) " danh mục." }
        details {
            summary { "Căn cứ" }
            ul {
                @for basis in &spec.basis {
                    li {
                        strong { (basis.document) }
                        @if let Some(date) = basis.date { " (" (super::PartialDate::from(date).show()) ")" }
                        ": " (basis.label) "."
                        @if !basis.note.is_empty() { " " (basis.note) }
                        @if basis.state == "replaced" { " " em { "Đã được thay thế." } }
                    }
                }
            }
        }
    }
}

/// Kinds by group, how large they are, and the lists by name.
fn overview(spec: &Spec) -> Markup {
    let to = Links::Pages;
    html! {
        p { a.button href=(links::INDEX) { "Bảng tra tên trường" } }
        @for group in Group::ALL {
            @let kinds: Vec<&Kind> = spec.kinds_in(group).collect();
            @if !kinds.is_empty() {
                h2 id=(format!("group-{}", group.key())) { (group.label()) }
                ul.links { @for kind in kinds {
                    li { a href=(to.kind(&kind.key)) { (kind.label) } " " small { (kind.fields.len()) " trường" } }
                } }
            }
        }
        h2 id="lists" { "Danh mục" }
        ul.links { @for list in lists::by_label(spec) {
            li { a href=(to.list(&list.key)) { (list.label) } " " small { (list.codes.len()) " giá trị" } }
        } }
    }
}

fn contents(spec: &Spec) -> Markup {
    html! {
        nav.contents aria-label="Mục lục" {
            ul {
                @for group in Group::ALL {
                    @let kinds: Vec<&Kind> = spec.kinds_in(group).collect();
                    @if !kinds.is_empty() {
                        li {
                            (group.label()) ": "
                            @for (i, kind) in kinds.iter().enumerate() {
                                @if i > 0 { ", " }
                                a href=(format!("#{}", kind.key)) { (kind.label) }
                            }
                        }
                    }
                }
                li { a href="#lists" { "Danh mục" } }
                li { a href="#index" { "Bảng tra tên trường" } }
            }
        }
    }
}

fn rule(kind: &Kind, rule: &Rule) -> Markup {
    let fields: Vec<&str> = rule.fields.iter().map(|&i| kind.fields[i].label.as_str()).collect();
    html! {
        li {
            span.severity {
                @match rule.severity { Severity::Error => "Không cho lưu", Severity::Warning => "Cảnh báo" }
            }
            " " (message(kind, rule)) " "
            small {
                (fields.join(", "))
                @if let Some(basis) = &rule.basis { " · " (basis) }
                " · " code { (rule.id) }
            }
        }
    }
}

/// The message with the names of the fields where values will stand.
fn message(kind: &Kind, rule: &Rule) -> String {
    let names = rule.needs.iter().enumerate();
    names.fold(rule.message.clone(), |message, (n, &i)| {
        message.replace(&format!("{{{}}}", n + 1), &format!("‹{}›", kind.fields[i].label.to_lowercase()))
    })
}

fn index(spec: &Spec) -> Markup {
    html! {
        h2 id="index" { "Bảng tra tên trường" }
        details { summary { "Theo thứ tự chữ cái" } (index_list(spec, Links::OneFile)) }
    }
}

fn index_list(spec: &Spec, to: Links) -> Markup {
    let mut all: Vec<(Vec<u8>, &str, &Kind, &str)> = Vec::new();
    for kind in &spec.kinds {
        for field in &kind.fields {
            all.push((text::sort_key(&field.label), &field.label, kind, &field.key));
        }
    }
    all.sort_by(|a, b| (&a.0, &a.2.key).cmp(&(&b.0, &b.2.key)));
    html! {
        ul.index.links { @for (_, label, kind, key) in &all {
            li { a href=(to.field(&kind.key, key)) { (label) } " " small { (kind.label) } }
        } }
    }
}
