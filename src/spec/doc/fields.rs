//! The tables of fields in the dictionary.

use super::links::Links;
use crate::spec::{Field, FieldType, Kind, Levels, Required, Spec, Unique};
use maud::{Markup, html};

/// One table for each section of a kind.
pub(super) fn tables(spec: &Spec, kind: &Kind, to: Links) -> Markup {
    html! {
        @for (s, section) in kind.sections.iter().enumerate() {
            @let fields: Vec<&Field> = kind.fields.iter().filter(|f| f.section == s).collect();
            @if !fields.is_empty() {
                // Wider than a phone: it is moved sideways, also with the arrow keys.
                div.scroll tabindex="0" { table {
                    caption { (section.label) }
                    thead {
                        tr {
                            th scope="col" { "Trường" }
                            th scope="col" { "Kiểu" }
                            th scope="col" { "Bắt buộc" }
                            th scope="col" { "Cấp, năm học" }
                            th scope="col" { "Ghi chú" }
                            th scope="col" { "Ký hiệu của Bộ" }
                        }
                    }
                    tbody {
                        @for field in fields {
                            (row(spec, kind, field, None, to))
                            @for column in &field.columns { (row(spec, kind, column, Some(field), to)) }
                        }
                    }
                } }
            }
        }
    }
}

fn row(spec: &Spec, kind: &Kind, field: &Field, table: Option<&Field>, to: Links) -> Markup {
    let id = match table {
        Some(table) => format!("{}.{}.{}", kind.key, table.key, field.key),
        None => format!("{}.{}", kind.key, field.key),
    };
    html! {
        tr id=(id) class=[table.map(|_| "column")] {
            th scope="row" { (field.label) br; code { (field.key) } }
            td { (type_of(spec, field, to)) }
            td { (required(field)) }
            td { (when(spec, field)) }
            td { (notes(field)) }
            td { (symbols(field)) }
        }
    }
}

fn type_of(spec: &Spec, field: &Field, to: Links) -> Markup {
    html! {
        (field.ty.label())
        @if let Some(list) = spec.list_of(field) {
            ": " a href=(to.list(&list.key)) { (list.label) }
        }
        @if let Some(other) = spec.referred_by(field) {
            ": " a href=(to.kind(&other.key)) { (other.label) }
        }
        @if let Some(unit) = &field.unit { ", " (unit) }
        @if let Some(length) = field.length { ", nhiều nhất " (length) " ký tự" }
        @if field.ty == FieldType::Decimal && field.scale > 0 { ", " (field.scale) " chữ số lẻ" }
        @match (field.min, field.max) {
            (Some(min), Some(max)) => { ", từ " (min.show()) " đến " (max.show()) },
            (Some(min), None) => { ", từ " (min.show()) },
            (None, Some(max)) => { ", đến " (max.show()) },
            (None, None) => {},
        }
    }
}

fn required(field: &Field) -> Markup {
    html! {
        @match &field.required {
            Required::Yes => "có",
            Required::If(condition) => { "khi " code { (condition.source()) } },
            Required::No => "",
        }
    }
}

fn when(spec: &Spec, field: &Field) -> Markup {
    let every = (0..spec.levels.len()).all(|i| field.levels.has(i));
    html! {
        @if !every && field.levels != Levels::ALL {
            (spec.levels_in(field.levels).map(|l| l.short.as_str()).collect::<Vec<_>>().join(" "))
        }
        @if let Some(from) = field.from_year { " từ " (from) "–" (from + 1) }
        @if let Some(until) = field.until_year { " đến " (until) "–" (until + 1) }
    }
}

fn notes(field: &Field) -> Markup {
    let unique = field.unique.map(|unique| match unique {
        Unique::Province => "Không trùng trong toàn tỉnh.",
        Unique::Unit => "Không trùng trong đơn vị.",
        Unique::UnitYear => "Không trùng trong đơn vị và năm học.",
    });
    html! {
        @if let Some(hint) = &field.hint { (hint) " " }
        @if let Some(pattern) = &field.pattern { "Dạng: " (pattern.hint) ". " }
        @if let Some(unique) = unique { (unique) " " }
        @if field.sensitive { strong.sensitive { "Dữ liệu nhạy cảm" } " " }
    }
}

fn symbols(field: &Field) -> Markup {
    html! {
        @if !field.std.is_empty() { "QĐ 4998: " code { (field.std.join(", ")) } " " }
        @if !field.std2020.is_empty() { "2020: " code { (field.std2020.join(", ")) } }
    }
}
