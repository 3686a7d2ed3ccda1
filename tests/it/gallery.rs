//! Every piece of `ui` on a page, written to `tests/out/` to be looked at, and checked for what no
//! page may have.

use csdlgd::actor::{Actor, Role, Scope};
use csdlgd::error::Problem;
use csdlgd::id::{AccountId, UnitId};
use csdlgd::ui::{self, *};
use std::path::PathBuf;

fn actor() -> Actor {
    Actor {
        account: AccountId(7),
        login: "vt.lequydon".into(),
        name: "Nguyễn Thị Hường".into(),
        role: Role::SchoolClerk,
        unit: UnitId(9),
        scope: Scope::of(vec![UnitId(9)]),
        read_only: false,
    }
}

fn shell<'a>(actor: &'a Actor, title: &str, path: &str) -> Shell<'a> {
    let nav = [
        ("Trang chủ", "/"),
        ("Trường và đơn vị", "/units"),
        ("Lớp", "/records/class"),
        ("Người học", "/records/pupil"),
        ("Nhân sự", "/records/staff"),
        ("Cơ sở vật chất", "/records/facility"),
        ("Nhập từ Excel", "/import"),
        ("Báo cáo", "/reports"),
        ("Nhật ký", "/audit"),
        ("Tài khoản", "/accounts"),
    ];
    Shell {
        actor: Some(actor),
        unit: "Trường THCS Lê Quý Đôn, xã Nam Sách".into(),
        system: "CSDL giáo dục Hải Phòng".into(),
        title: title.into(),
        nav: nav.iter().map(|(label, href)| Nav::new(*label, *href, path)).collect(),
        today: Some("2026-11-22".parse().unwrap()),
        ..Shell::default()
    }
}

const PUPILS: [(&str, &str, &str, &str, &str, &str); 8] = [
    ("Nguyễn Ngọc Khánh An", "14/02/2014", "Nữ", "3012345678", "7A1", "Đang học"),
    ("Đặng Hoàng Bách", "05/09/2014", "Nam", "3012345679", "7A1", "Đang học"),
    ("Trần Thị Mỹ Duyên", "21/12/2014", "Nữ", "3012345680", "7A1", "Chuyển đi"),
    ("Phạm Đỗ Quốc Đạt", "30/01/2014", "Nam", "3012345681", "7A1", "Đang học"),
    ("Vũ Ngọc Ánh Dương", "11/11/2014", "Nữ", "3012345682", "7A2", "Đang học"),
    ("Lương Thế Nghiêm", "08/03/2014", "Nam", "3012345683", "7A2", "Đang học"),
    ("Bùi Thị Thuỳ Trang", "17/06/2014", "Nữ", "3012345684", "7A2", "Đang học"),
    ("Hoàng Ễnh Ưỡng Việt", "02/10/2014", "Nam", "3012345685", "7A2", "Thôi học"),
];

fn home_page(actor: &Actor) -> Markup {
    let tile = |label: &str, value: &str, note: &str| Tile {
        label: label.into(),
        value: value.into(),
        note: note.into(),
        href: "/".into(),
    };
    let task = |tone, text: &str, note: &str| Task { text: text.into(), note: note.into(), tone, href: "/".into() };
    let mut shell = shell(actor, "Trang chủ", "/");
    shell.lead = Some(html! { "Trường THCS Lê Quý Đôn, xã Nam Sách · năm học 2026–2027" });
    shell.notices = vec![
        Notice::new(Tone::Warn, "Đợt báo cáo đầu năm chốt lúc 17:00 ngày 30/11/2026; còn 3 lớp chưa có giáo viên chủ nhiệm.")
            .link("Xem 3 lớp", "/records/class"),
    ];
    page(
        &shell,
        ui::home(&Home {
            tiles: vec![
                tile("Người học", "1.243", "đang học, 22/11/2026"),
                tile("Lớp", "32", "khối 6 đến khối 9"),
                tile("Cán bộ, giáo viên, nhân viên", "78", "5 người chưa đủ hồ sơ"),
                tile("Phòng học", "30", "26 kiên cố"),
            ],
            tasks: vec![
                task(Tone::Bad, "12 học sinh thiếu số định danh cá nhân", "Cần có trước 30/11/2026"),
                task(Tone::Warn, "3 lớp chưa có giáo viên chủ nhiệm", "6A2, 7A4, 9A1"),
                task(Tone::Info, "2 học sinh chuyển đến đang chờ tiếp nhận", "từ THCS Nguyễn Trãi, THCS An Lâm"),
            ],
            more: Some(panel("", "Thay đổi gần đây", Some(html! { a href="/audit" { "Xem tất cả" } }), history(&events()))),
        }),
    )
}

fn events() -> Vec<Event> {
    let change = |label: &str, before: &str, after: &str| Change {
        label: label.into(),
        before: (!before.is_empty()).then(|| html! { (before) }),
        after: (!after.is_empty()).then(|| html! { (after) }),
    };
    vec![
        Event {
            when: "22/11/2026 09:14".into(),
            who: "Nguyễn Thị Hường".into(),
            what: "Sửa hồ sơ".into(),
            link: None,
            badge: None,
            changes: vec![
                change("Nơi ở hiện tại", "Thôn Đồng Khê, xã An Lâm", "Thôn Đồng Khê, xã Nam Sách, thành phố Hải Phòng"),
                change("Số điện thoại liên hệ", "", "0912 345 678"),
            ],
        },
        Event {
            when: "05/09/2026 15:02".into(),
            who: "Nguyễn Thị Hường".into(),
            what: "Nhập từ Excel".into(),
            link: Some(("Biên nhận BN-2026-0117".into(), "/".into())),
            badge: Some((Tone::Info, "1.243 dòng".into())),
            changes: vec![change("Lớp", "6A1", "7A1")],
        },
        Event {
            when: "12/08/2025 08:30".into(),
            who: "Lê Văn Tuấn".into(),
            what: "Tạo hồ sơ".into(),
            link: None,
            badge: None,
            changes: vec![],
        },
    ]
}

fn list_page(actor: &Actor) -> Markup {
    let mut shell = shell(actor, "Người học", "/records/pupil");
    shell.tools = Some(html! {
        a.button href="/" { "Nhập từ Excel" } a.button href="/" { "Tải danh sách" } a.button.primary href="/" { "Thêm học sinh" }
    });
    let item = |label: &str, count, on| FacetItem { label: label.into(), count: Some(count), href: "/".into(), on };
    let groups = [
        Facet { label: "Khối".into(), items: vec![item("Khối 6", 311, false), item("Khối 7", 318, true), item("Khối 8", 305, false), item("Khối 9", 309, false)] },
        Facet { label: "Trạng thái".into(), items: vec![item("Đang học", 1243, false), item("Chuyển đi", 17, false), item("Thôi học", 4, false)] },
        Facet { label: "Cần bổ sung".into(), items: vec![item("Thiếu số định danh cá nhân", 12, false), item("Thiếu địa chỉ", 3, false)] },
    ];
    let rows = PUPILS.iter().enumerate().map(|(i, (name, born, sex, code, class, state))| Row {
        href: Some("/records/pupil/1".into()),
        cells: vec![
            html! { (name) },
            html! { (born) },
            html! { (sex) },
            html! { (code) },
            html! { (class) },
            html! { (8 + i % 2) "," (i) },
            match *state {
                "Đang học" => badge(Tone::Good, state),
                "Thôi học" => badge(Tone::Bad, state),
                _ => badge(Tone::Plain, state),
            },
        ],
        tone: if i == 3 { Tone::Warn } else { Tone::Plain },
        select: Some(i.to_string()),
    });
    let sortable = |label: &str, shape, sorted| Column { label: label.into(), shape, sort: Some("/".into()), sorted };
    let list = Table {
        caption: "Học sinh khối 7, năm học 2026–2027".into(),
        columns: vec![
            sortable("Họ và tên", Shape::Text, Some(Sorted::Up)),
            sortable("Ngày sinh", Shape::Code, None),
            Column::new("Giới tính", Shape::Text),
            Column::new("Mã định danh", Shape::Code),
            sortable("Lớp", Shape::Code, None),
            Column::new("Điểm trung bình", Shape::Number),
            Column::new("Trạng thái", Shape::Text),
        ],
        rows: rows.collect(),
        foot: None,
    };
    page(
        &shell,
        beside(
            facets(&groups, Some("/")),
            html! {
                (tabs(&[
                    Tab { label: "Đang học".into(), href: "/".into(), here: true, count: Some(318) },
                    Tab { label: "Tất cả".into(), href: "/".into(), here: false, count: Some(341) },
                    Tab { label: "Cần xem lại".into(), href: "/".into(), here: false, count: Some(12) },
                ]))
                (table(&list))
                (pager(&Pager { from: 51, to: 58, total: Total::Exactly(1318), previous: Some("/".into()), next: Some("/".into()) }))
            },
        ),
    )
}

fn search_page(actor: &Actor) -> Markup {
    let mut shell = shell(actor, "Kết quả tìm “nguyen an”", "/search");
    shell.query = "nguyen an".into();
    shell.lead = Some(html! { "143 kết quả trong phạm vi của thầy/cô" });
    let found = |kind: &str, a: &str, b: &str, detail: &str, place: &str, badge: Option<(Tone, &str)>| Found {
        href: "/".into(),
        title: html! { mark { (a) } (b) },
        kind: kind.into(),
        detail: detail.into(),
        place: place.into(),
        badge: badge.map(|(t, s)| (t, s.into())),
    };
    page(
        &shell,
        html! {
            (found_list(&[
                found("Học sinh", "Nguyễn", " Ngọc Khánh An", "14/02/2014 · 3012345678", "7A1, THCS Lê Quý Đôn", None),
                found("Học sinh", "Nguyễn", " Thị Thuý An", "30/08/2013 · 3012340021", "8A3, THCS Lê Quý Đôn", Some((Tone::Plain, "Chuyển đi"))),
                found("Giáo viên", "Nguyễn", " Văn An", "12/04/1985 · 01234567", "Tổ Toán – Tin, THCS Lê Quý Đôn", None),
                found("Trường", "Nguyễn", " An Ninh (THPT)", "0123456789", "phường Lê Thanh Nghị", Some((Tone::Warn, "Đã sáp nhập"))),
            ]))
            (pager(&Pager { from: 1, to: 4, total: Total::AtLeast(100), previous: None, next: Some("/".into()) }))
            (panel("", "Không có gì ở đây", None, empty("Chưa có học sinh nào trong lớp này", "Thêm từng em, hoặc nhập cả danh sách từ tệp Excel.", Some(("Nhập từ Excel", "/import")))))
        },
    )
}

fn show_page(actor: &Actor) -> Markup {
    let mut shell = shell(actor, "Nguyễn Ngọc Khánh An", "/records/pupil");
    shell.badges = Some(html! { (badge(Tone::Good, "Đang học")) " " (badge(Tone::Warn, "2 chỗ cần xem lại")) });
    shell.lead = Some(html! { "Lớp 7A1 · Trường THCS Lê Quý Đôn · năm học 2026–2027" });
    shell.crumbs = vec![
        Crumb::new("Trường THCS Lê Quý Đôn", "/units/9"),
        Crumb::new("Người học", "/records/pupil"),
        Crumb::new("7A1", "/records/class/1"),
    ];
    shell.tools = Some(html! { a.button href="/" { "In" } a.button href="/" { "Chuyển trường" } a.button.primary href="/" { "Sửa" } });
    shell.notices = vec![Notice::new(Tone::Good, "Đã lưu lúc 09:14.")];
    let warnings = [
        Problem::warning("personal_number", "r", "Số định danh ghi năm sinh 2013, ngày sinh lại là 14/02/2014. Thầy/cô xem lại giấy khai sinh."),
        Problem::warning("phone", "r", "Chưa có số điện thoại liên hệ."),
    ];
    let mask = |label: &str, key: &str| Fact::markup(label, masked(&Masked { action: "/".into(), field: key.into(), label: label.into(), may_open: true }));
    page(
        &shell,
        beside(
            anchors(&[
                ("identity".into(), "Thông tin chung".into()),
                ("address".into(), "Địa chỉ, liên hệ".into()),
                ("family".into(), "Gia đình".into()),
                ("years".into(), "Quá trình học".into()),
                ("history".into(), "Lịch sử hồ sơ".into()),
            ]),
            html! {
                (ui::warnings(&warnings, &|f| Some(if f == "phone" { "Số điện thoại liên hệ" } else { "Số định danh cá nhân" }.into())))
                (panel("identity", "Thông tin chung", None, facts(&[
                    Fact::text("Họ và tên", "Nguyễn Ngọc Khánh An"),
                    Fact::text("Ngày sinh", "14/02/2014"),
                    Fact::text("Giới tính", "Nữ"),
                    Fact::text("Số định danh cá nhân", "030314001234"),
                    Fact::text("Mã định danh học sinh", "3012345678"),
                    mask("Dân tộc", "ethnicity"),
                    mask("Tôn giáo", "religion"),
                    mask("Khuyết tật", "disability"),
                    Fact::text("Quốc tịch", "Việt Nam"),
                    Fact::text("Nơi sinh", ""),
                ])))
                (panel("address", "Địa chỉ, liên hệ", None, facts(&[
                    Fact::text("Nơi thường trú", "Thôn Đồng Khê, xã Nam Sách, thành phố Hải Phòng").wide(),
                    Fact::text("Nơi ở hiện tại", "Thôn Đồng Khê, xã Nam Sách, thành phố Hải Phòng").wide(),
                    Fact::text("Số điện thoại liên hệ", ""),
                ])))
                (panel("years", "Quá trình học", Some(html! { a.button.small href="/" { "Thêm năm học" } }), table(&Table {
                    caption: "Các năm học".into(),
                    columns: vec![
                        Column::new("Năm học", Shape::Code), Column::new("Trường", Shape::Text), Column::new("Lớp", Shape::Code),
                        Column::new("Học tập", Shape::Text), Column::new("Rèn luyện", Shape::Text), Column::new("Ngày nghỉ", Shape::Number),
                    ],
                    rows: [("2026–2027", "7A1", "", "", "2"), ("2025–2026", "6A1", "Tốt", "Tốt", "5")].into_iter().map(|(y, c, a, b, n)| Row {
                        href: Some("/".into()),
                        cells: vec![html! { (y) }, html! { "Trường THCS Lê Quý Đôn" }, html! { (c) }, html! { (a) }, html! { (b) }, html! { (n) }],
                        ..Row::default()
                    }).collect(),
                    foot: Some(vec![html! { "Cộng" }, html! {}, html! {}, html! {}, html! {}, html! { "7" }]),
                })))
                (panel("history", "Lịch sử hồ sơ", None, history(&events())))
            },
        ),
    )
}

fn problems() -> Vec<Problem> {
    vec![
        Problem::error("full_name", "required", "Thầy/cô nhập họ và tên như trong giấy khai sinh."),
        Problem::error("birth_date", "date", "“31/02/2014” không phải là một ngày. Thầy/cô nhập dạng 05/09/2014."),
        Problem::warning("personal_number", "r", "Ba số đầu (036) là mã tỉnh Nam Định cũ, nơi sinh lại là Hải Dương."),
        Problem::error("relatives.1.phone", "pattern", "Cần 10 chữ số."),
        Problem::error("", "rule", "Lớp 7A1 đã chốt sĩ số ngày 15/10/2026. Thầy/cô gửi yêu cầu mở chốt tới Phòng Văn hóa – Xã hội."),
    ]
}

fn form_page(actor: &Actor) -> Markup {
    let p = problems();
    let choices = |items: &[(&str, &str)]| items.iter().map(|(v, l)| Choice::new(*v, *l)).collect::<Vec<_>>();
    let mut shell = shell(actor, "Sửa hồ sơ học sinh", "/records/pupil");
    shell.crumbs = vec![Crumb::new("Người học", "/records/pupil"), Crumb::new("Nguyễn Ngọc Khánh An", "/records/pupil/1")];
    let identity = [
        Field::text("full_name", "Họ và tên", 150).required(true).problems(&p),
        Field::new("birth_date", "Ngày sinh", Control::Date).required(true).value("31/02/2014").problems(&p),
        Field::select("sex", "Giới tính", choices(&[("1", "Nam"), ("2", "Nữ")])).required(true).value("2"),
        Field::new("personal_number", "Số định danh cá nhân", Control::Text { max: Some(12), keyboard: "numeric" }).hint("12 chữ số").value("036314001234").problems(&p),
        Field::new("ethnicity", "Dân tộc", Control::Masked { present: true, may_open: true }),
        Field::new("twin", "Là trẻ sinh đôi", Control::YesNo).value("false"),
        Field::new("height", "Chiều cao", Control::Number { unit: "cm".into() }).value("148,5"),
        Field::new("class", "Lớp", Control::Ref { text: "7A1".into(), found: vec![], source: "/suggest".into() }).required(true).value("5"),
        Field::new("school", "Trường chuyển đến", Control::Ref {
            text: "le quy".into(),
            found: choices(&[("1", "Trường THCS Lê Quý Đôn, xã Nam Sách"), ("2", "Trường THPT Lê Quý Đôn, phường Hải An")]),
            source: String::new(),
        }),
        Field::new("policy", "Diện chính sách", Control::Many {
            options: choices(&[("1", "Con liệt sĩ, thương binh"), ("2", "Hộ nghèo"), ("3", "Hộ cận nghèo"), ("4", "Mồ côi cả cha và mẹ"), ("5", "Vùng đặc biệt khó khăn")]),
            chosen: vec!["3".into()],
        }),
        Field::new("note", "Ghi chú", Control::LongText { max: Some(1000) }).value("Em chuyển từ Trường THCS An Lâm\nngày 05/09/2025."),
    ];
    let depends = |name: &str, label: &str, options, refreshes: &[&str]| {
        Field::new(name, label, Control::Select { options, refreshes: refreshes.iter().map(|s| (*s).to_owned()).collect() })
    };
    let address = [
        depends("province", "Tỉnh, thành phố", choices(&[("31", "Thành phố Hải Phòng"), ("01", "Thành phố Hà Nội")]), &["district", "commune"]).value("31"),
        depends("district", "Quận, huyện (đến 30/6/2025)", vec![], &["commune"]),
        depends("commune", "Xã, phường", choices(&[("1", "Xã Nam Sách"), ("2", "Phường Hải An")]), &[]).value("1"),
        Field::text("street", "Số nhà, đường, thôn", 200).value("Thôn Đồng Khê").wide(),
    ];
    let relative = |i: usize, name: &str, phone: &str| {
        vec![
            Field::select(format!("relatives.{i}.relation"), "Quan hệ", choices(&[("1", "Cha"), ("2", "Mẹ"), ("3", "Người giám hộ")])).value(if i == 0 { "1" } else { "2" }),
            Field::text(format!("relatives.{i}.name"), "Họ và tên", 150).value(name),
            Field::new(format!("relatives.{i}.birth"), "Năm sinh", Control::Year).value("1985"),
            Field::new(format!("relatives.{i}.phone"), "Điện thoại", Control::Text { max: Some(15), keyboard: "tel" }).value(phone).problems(&p),
        ]
    };
    let column = |label: &str, required| RowsColumn { label: label.into(), required };
    let family = [Field::new("relatives", "Người thân", Control::Rows(Rows {
        columns: vec![column("Quan hệ", true), column("Họ và tên", true), column("Năm sinh", false), column("Điện thoại", false)],
        rows: vec![relative(0, "Nguyễn Văn Khải", "0912345678"), relative(1, "Đỗ Thị Mỹ Lệ", "09123")],
        most: Some(10),
    }))];
    page(
        &shell,
        html! {
            (problems_summary(&p, &|f| Some(match f {
                "full_name" => "Họ và tên", "birth_date" => "Ngày sinh", _ => "Người thân, dòng 2, Điện thoại",
            }.into())))
            (form(
                &Form {
                    action: "/records/pupil/1".into(),
                    key: "k1".into(),
                    version: Some(4),
                    cancel: Some("/records/pupil/1".into()),
                    actions: vec![Action::new("Lưu hồ sơ"), Action::with("Lưu và thêm em khác", "save_next")],
                    ..Form::default()
                },
                html! {
                    (fieldset("identity", "Thông tin chung", &identity))
                    (fieldset("address", "Nơi thường trú", &address))
                    (fieldset("family", "Gia đình", &family))
                },
            ))
        },
    )
}

fn conflict_page(actor: &Actor) -> Markup {
    let difference = |field: &str, label: &str, theirs: &str, mine: &str, only_mine| Difference {
        field: field.into(),
        label: label.into(),
        theirs: theirs.into(),
        mine: mine.into(),
        only_mine,
    };
    page(
        &shell(actor, "Sửa hồ sơ học sinh", "/records/pupil"),
        conflict(&Conflict {
            who: "Lê Văn Tuấn".into(),
            when: "22/11/2026 09:31".into(),
            differences: vec![
                difference("phone", "Số điện thoại liên hệ", "0912 345 678", "0987 654 321", false),
                difference("address", "Nơi ở hiện tại", "Thôn Đồng Khê, xã Nam Sách, thành phố Hải Phòng", "", false),
                difference("note", "Ghi chú", "", "Em chuyển từ Trường THCS An Lâm ngày 05/09/2025.", true),
            ],
            frame: Form { action: "/".into(), version: Some(5), ..Form::default() },
            record: "/records/pupil/1".into(),
        }),
    )
}

fn outside(title: &str, body: Markup) -> Markup {
    page(&Shell { system: "CSDL giáo dục Hải Phòng".into(), title: title.into(), ..Shell::default() }, body)
}

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
        ("login", outside("Đăng nhập", login(&LoginForm { login: "vt.lequydon".into(), next: "/records".into(), problem: Some("Tên đăng nhập hoặc mật khẩu không đúng.".into()) }))),
        ("error404", page(&signed_in_error, error_page(&missing, &[]))),
        ("error500", outside(failed.title, error_page(&failed, &[]))),
    ];
    let out = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/out");
    std::fs::create_dir_all(&out).unwrap();
    for name in ["app.css", "app.js", "mark.svg"] {
        std::fs::write(out.join(name), &ui::assets::get(name).unwrap().plain).unwrap();
    }
    for (name, page) in pages {
        let html = page.into_string();
        assert_is_clean(name, &html);
        // A file has no server: assets lie beside it.
        let html = ["app.css", "app.js", "mark.svg"].iter().fold(html, |html, asset| html.replace(ui::assets::url(asset), asset));
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
        Field::new("province", "Tỉnh, thành phố", Control::Select { options: provinces, refreshes: vec!["commune".into()] }).value(value("province")),
        Field::select("commune", "Xã, phường", communes).value(value("commune")),
        Field::new("class", "Lớp", Control::Ref { text: value("class.text"), found, source: "/suggest".into() }).value(value("class")),
        Field::new("relatives", "Người thân", Control::Rows(Rows {
            columns: vec![RowsColumn { label: "Họ và tên".into(), required: true }, RowsColumn { label: "Điện thoại".into(), required: false }],
            rows: rows.iter().enumerate().map(|(i, (name, phone))| vec![
                Field::text(format!("relatives.{i}.name"), "Họ và tên", 150).value(name),
                Field::text(format!("relatives.{i}.phone"), "Điện thoại", 15).value(phone),
            ]).collect(),
            most: None,
        })),
    ];
    let body = form(&Form { action: "/live".into(), cancel: Some("/".into()), ..Form::default() }, fieldset("", "Thử", &fields));
    let saved = (!pairs.has("_do") && pairs.has("full_name")).then(|| html! { p #saved { @for (k, v) in pairs.iter() { (k) "=" (v) ";" } } });
    page(&shell(&actor(), "Thử", "/live"), html! { @if let Some(saved) = saved { (saved) } (body) })
}

/// For a browser driven by hand: `cargo test --test it serve_the_gallery -- --ignored`, then port 8099.
#[tokio::test]
#[ignore = "serves until it is killed"]
async fn serve_the_gallery() {
    use axum::routing::get;
    use csdlgd::http::{Form as Posted, Query, Settings, layers};
    let label = |q: &str| format!("[{{\"value\":\"5\",\"label\":\"7A1 {q}\",\"detail\":\"khối 7\",\"href\":\"/live\"}},{{\"value\":\"6\",\"label\":\"7A2\",\"href\":\"/x\"}}]");
    let answer = async move |Query(q): Query| ([("content-type", "application/json")], label(q.get("q")));
    let router = axum::Router::new()
        .route("/live", get(async || live_form(&csdlgd::http::Pairs::default())).post(async |Posted(form): Posted| live_form(&form)))
        .route("/suggest", get(answer))
        .route("/search/suggest", get(answer))
        .route("/form", get(async || form_page(&actor())))
        .route("/list", get(async || list_page(&actor())))
        .route("/show", get(async || show_page(&actor())))
        .route("/home", get(async || home_page(&actor())))
        .route("/conflict", get(async || conflict_page(&actor())))
        .route("/search", get(async || search_page(&actor())))
        .route("/login", get(async || outside("Đăng nhập", login(&LoginForm::default()))));
    let listener = csdlgd::server_loop::listen("127.0.0.1:8099".parse().unwrap()).await.unwrap();
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    csdlgd::server_loop::serve(listener, layers(router, Settings::default()), csdlgd::server_loop::LoopLimits::default(), stopping).await;
}
