//! The code lists in the dictionary.

use crate::spec::{Code, CodeList, Levels, Spec};
use maud::{Markup, html};

/// Longer lists are only described: thirteen thousand communes help nobody on a page.
const MOST_SHOWN: usize = 800;

/// All lists, each folded away.
pub(super) fn all(spec: &Spec) -> Markup {
    html! {
        h2 id="lists" { "Danh mục" }
        @for list in by_label(spec) { (self::list(spec, list)) }
    }
}

/// All lists in alphabetical order.
pub(super) fn by_label(spec: &Spec) -> Vec<&CodeList> {
    let mut lists: Vec<&CodeList> = spec.codes.lists.iter().collect();
    lists.sort_by_cached_key(|list| crate::text::sort_key(&list.label));
    lists
}

/// One list, folded away.
fn list(spec: &Spec, list: &CodeList) -> Markup {
    html! {
        details.list id=(format!("list-{}", list.key)) {
            summary { (list.label) " " small { code { (list.key) } ", " (list.codes.len()) " giá trị" } }
            (content(spec, list))
        }
    }
}

/// Where a list comes from and its values.
pub(super) fn content(spec: &Spec, list: &CodeList) -> Markup {
    let dated = list.codes.iter().any(|c| c.from.is_some() || c.to.is_some());
    let mapped = list.codes.iter().any(|c| !c.maps_2025.is_empty());
    let by_level = list.codes.iter().any(|c| c.levels != Levels::ALL);
    html! {
        p { "Nguồn: " (list.source) "." }
        @if list.codes.len() > MOST_SHOWN {
            p { "Danh mục dài, xem tệp " code { "codes/" (list.key) ".csv" } "." }
        } @else {
            div.scroll tabindex="0" { table {
                thead {
                    tr {
                        th scope="col" { "Mã" }
                        th scope="col" { "Tên" }
                        @if dated { th scope="col" { "Thời gian dùng" } }
                        @if by_level { th scope="col" { "Cấp học" } }
                        @if mapped { th scope="col" { "Mã 2025" } }
                    }
                }
                tbody {
                    @for code in &list.codes { (row(spec, code, dated, by_level, mapped)) }
                }
            } }
        }
    }
}

fn row(spec: &Spec, code: &Code, dated: bool, by_level: bool, mapped: bool) -> Markup {
    let levels = || spec.levels_in(code.levels).map(|l| l.short.as_str()).collect::<Vec<_>>().join(" ");
    html! {
        tr {
            td { code { (code.code) } }
            td { (code.name) }
            @if dated { td { (code.validity()) } }
            @if by_level { td { @if code.levels != Levels::ALL { (levels()) } } }
            @if mapped { td { (code.maps_2025) } }
        }
    }
}
