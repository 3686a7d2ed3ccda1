//! The gallery behind a real server, for a browser.

use super::forms::{conflict_page, form_page};
use super::shows::{actor, home_page, list_page, more_page, outside, search_page, shell, show_page};
use csdlgd::ui::*;

/// A small form over all that redraws: what a handler does with `_do`.
fn live_form(pairs: &csdlgd::http::Pairs) -> Markup {
    let value = |name: &str| pairs.get(name).to_owned();
    let mut rows: Vec<(String, String)> = (0..20)
        .filter(|i| pairs.has(&format!("relatives.{i}.name")))
        .map(|i| (value(&format!("relatives.{i}.name")), value(&format!("relatives.{i}.phone"))))
        .collect();
    let mut found = vec![];
    match pairs.pressed() {
        ("add", "relatives") => rows.push((String::new(), String::new())),
        ("remove", at) => drop(rows.remove(at.rsplit_once('.').unwrap().1.parse().unwrap())),
        ("find", "class") => found = vec![Choice::new("5", "7A1"), Choice::new("6", "7A2")],
        _ => {}
    }
    let communes = match pairs.get("province") {
        "31" => vec![Choice::new("1", "Xã Nam Sách"), Choice::new("2", "Phường Hải An")],
        "01" => vec![Choice::new("3", "Phường Hoàn Kiếm")],
        _ => vec![],
    };
    let provinces = vec![Choice::new("31", "Thành phố Hải Phòng"), Choice::new("01", "Thành phố Hà Nội")];
    let fields = [
        Field::text("full_name", "Họ và tên", 150).value(value("full_name")),
        Field::new("birth_date", "Ngày sinh", Control::Date).value(value("birth_date")),
        Field::new(
            "province",
            "Tỉnh, thành phố",
            Control::Select { options: provinces, refreshes: vec!["commune".into()] },
        )
        .value(value("province")),
        Field::select("commune", "Xã, phường", communes).value(value("commune")),
        Field::new("class", "Lớp", Control::Ref { text: value("class.text"), found, source: "/suggest".into() })
            .value(value("class")),
        Field::new(
            "relatives",
            "Người thân",
            Control::Rows(Rows {
                columns: vec![
                    RowsColumn { label: "Họ và tên".into(), required: true },
                    RowsColumn { label: "Điện thoại".into(), required: false },
                ],
                rows: rows
                    .iter()
                    .enumerate()
                    .map(|(i, (name, phone))| {
                        vec![
                            Field::text(format!("relatives.{i}.name"), "Họ và tên", 150).value(name),
                            Field::text(format!("relatives.{i}.phone"), "Điện thoại", 15).value(phone),
                        ]
                    })
                    .collect(),
                most: None,
            }),
        ),
    ];
    let body = form(
        &Form { action: "/live".into(), cancel: Some("/".into()), ..Form::default() },
        fieldset("", "Thử", &fields),
    );
    let saved = (!pairs.has("_do") && pairs.has("full_name"))
        .then(|| html! { p #saved { @for (k, v) in pairs.iter() { (k) "=" (v) ";" } } });
    page(&shell(&actor(), "Thử", "/live"), html! { @if let Some(saved) = saved { (saved) } (body) })
}

/// For a browser driven by hand: `cargo test --test it serve_the_gallery -- --ignored`, then port 8099.
#[tokio::test]
#[ignore = "serves until it is killed"]
async fn serve_the_gallery() {
    use axum::routing::get;
    use csdlgd::http::{Form as Posted, Query, Settings, layers};
    let label = |q: &str| {
        format!(
            "[{{\"value\":\"5\",\"label\":\"7A1 {q}\",\"detail\":\"khối 7\",\"href\":\"/live\"}},{{\"value\":\"6\",\"label\":\"7A2\",\"href\":\"/x\"}}]"
        )
    };
    let answer = async move |Query(q): Query| ([("content-type", "application/json")], label(q.get("q")));
    let router = axum::Router::new()
        .route(
            "/live",
            get(async || live_form(&csdlgd::http::Pairs::default()))
                .post(async |Posted(form): Posted| live_form(&form)),
        )
        .route("/suggest", get(answer))
        .route("/search/suggest", get(answer))
        .route("/form", get(async || form_page(&actor())))
        .route("/list", get(async || list_page(&actor())))
        .route("/show", get(async || show_page(&actor())))
        .route("/home", get(async || home_page(&actor())))
        .route("/conflict", get(async || conflict_page(&actor())))
        .route("/more", get(async || more_page(&actor())))
        .route("/search", get(async || search_page(&actor())))
        .route("/login", get(async || outside("Đăng nhập", login(&LoginForm::default()))));
    let listener = csdlgd::server_loop::listen("127.0.0.1:8099".parse().unwrap()).await.unwrap();
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    csdlgd::server_loop::serve(
        csdlgd::server_loop::Entrance::plain(listener),
        layers(router, Settings::default()),
        csdlgd::server_loop::LoopLimits::default(),
        stopping,
    )
    .await;
}
