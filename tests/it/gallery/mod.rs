//! Every piece of `ui` on a page, written to `tests/out/` to be looked at, and checked for what no
//! page may have.

mod forms;
mod live;
mod shows;

use csdlgd::ui::{self, *};
use forms::{conflict_page, form_page};
use shows::{actor, home_page, list_page, more_page, outside, search_page, shell, show_page};
use std::path::PathBuf;

#[test]
fn every_piece_is_drawn() {
    let actor = actor();
    let missing = words::error(404, None);
    let failed = words::error(500, None);
    let mut signed_in_error = shell(&actor, missing.title, "/none");
    signed_in_error.today = None;
    let pages = [
        ("home", home_page(&actor)),
        ("list", list_page(&actor)),
        ("search", search_page(&actor)),
        ("show", show_page(&actor)),
        ("form", form_page(&actor)),
        ("conflict", conflict_page(&actor)),
        ("more", more_page(&actor)),
        (
            "login",
            outside(
                "Đăng nhập",
                login(&LoginForm {
                    login: "vt.lequydon".into(),
                    next: "/records".into(),
                    problem: Some("Tên đăng nhập hoặc mật khẩu không đúng.".into()),
                }),
            ),
        ),
        ("error404", page(&signed_in_error, error_page(&missing, &[]))),
        ("error500", outside(failed.title, error_page(&failed, &[]))),
    ];
    let out = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/out");
    std::fs::create_dir_all(&out).unwrap();
    for name in ["normalize.css", "app.css", "app.js", "mark.svg", "icons.svg"] {
        std::fs::write(out.join(name), &ui::assets::get(name).unwrap().plain).unwrap();
    }
    for (name, page) in pages {
        let html = page.into_string();
        assert_is_clean(name, &html);
        // A file has no server: assets lie beside it.
        let html = ["normalize.css", "app.css", "app.js", "mark.svg", "icons.svg"]
            .iter()
            .fold(html, |html, asset| html.replace(ui::assets::url(asset), asset));
        std::fs::write(out.join(format!("{name}.html")), html).unwrap();
    }
}

/// What the content security policy refuses, what breaks for screen readers, and what is not unique.
fn assert_is_clean(name: &str, html: &str) {
    for bad in [" style=", "<style", " onclick=", " onload=", "javascript:", "<script>", "http://", "https://"] {
        assert!(!html.contains(bad), "{name} has {bad}");
    }
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{name}: an id is used twice");
    for attribute in [" for=\"", " aria-describedby=\""] {
        for names in html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            for id in names.split(' ') {
                assert!(ids.binary_search(&id).is_ok(), "{name}: {attribute}{id} leads nowhere");
            }
        }
    }
}
