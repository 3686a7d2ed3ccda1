//! Pages that show things.

use csdlgd::actor::{Actor, Role, Scope};
use csdlgd::error::Problem;
use csdlgd::id::{AccountId, UnitId};
use csdlgd::ui::{self, *};

pub(super) fn actor() -> Actor {
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

pub(super) fn shell<'a>(actor: &'a Actor, title: &str, path: &str) -> Shell<'a> {
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

pub(super) const PUPILS: [(&str, &str, &str, &str, &str, &str); 8] = [
    ("Nguyễn Ngọc Khánh An", "14/02/2014", "Nữ", "3012345678", "7A1", "Đang học"),
    ("Đặng Hoàng Bách", "05/09/2014", "Nam", "3012345679", "7A1", "Đang học"),
    ("Trần Thị Mỹ Duyên", "21/12/2014", "Nữ", "3012345680", "7A1", "Chuyển đi"),
    ("Phạm Đỗ Quốc Đạt", "30/01/2014", "Nam", "3012345681", "7A1", "Đang học"),
    ("Vũ Ngọc Ánh Dương", "11/11/2014", "Nữ", "3012345682", "7A2", "Đang học"),
    ("Lương Thế Nghiêm", "08/03/2014", "Nam", "3012345683", "7A2", "Đang học"),
    ("Bùi Thị Thuỳ Trang", "17/06/2014", "Nữ", "3012345684", "7A2", "Đang học"),
    ("Hoàng Ễnh Ưỡng Việt", "02/10/2014", "Nam", "3012345685", "7A2", "Thôi học"),
];

pub(super) fn home_page(actor: &Actor) -> Markup {
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
        Notice::new(
            Tone::Warn,
            "Đợt báo cáo đầu năm chốt lúc 17:00 ngày 30/11/2026; còn 3 lớp chưa có giáo viên chủ nhiệm.",
        )
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
            glance: Some(panel("figures", "Số liệu hiện tại", None, charts())),
            broad: false,
            more: Some(panel(
                "",
                "Thay đổi gần đây",
                Some(html! { a href="/audit" { "Xem tất cả" } }),
                history(&events()),
            )),
        }),
    )
}

fn charts() -> Markup {
    let bar = |label: &str, parts: [u64; 2], before| chart::Bar {
        label: label.into(),
        href: Some("/records/enrolment".into()),
        parts: parts.into(),
        before: Some(before),
    };
    let years = [("2024–2025".to_owned(), 1_198), ("2025–2026".to_owned(), 1_221), ("2026–2027".to_owned(), 1_243)];
    let filled = |label: &str, lacking| chart::Filled {
        label: label.into(),
        of: 1_243,
        lacking,
        href: Some("/records/pupil".into()),
    };
    html! {
        (chart::bars(&chart::Bars {
            title: "Người học theo khối".into(),
            of: "Khối".into(),
            series: vec!["Nam".into(), "Nữ".into()],
            bars: vec![bar("Khối 6", [170, 158], 301), bar("Khối 7", [150, 161], 320), bar("Khối 8", [0, 0], 0)],
        }))
        (chart::filled("Mức đầy đủ", "Mục", &[filled("Mã học sinh", 0), filled("Số định danh", 12)], words::lacking))
        (chart::trend("Qua các năm học", "Người học", &years))
    }
}

pub(super) fn events() -> Vec<Event> {
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

pub(super) fn list_page(actor: &Actor) -> Markup {
    let mut shell = shell(actor, "Người học", "/records/pupil");
    shell.tools = Some(html! {
        a.button href="/" { "Nhập từ Excel" } a.button href="/" { "Tải danh sách" } a.button.primary href="/" { "Thêm học sinh" }
    });
    let item = |label: &str, count, on| FacetItem { label: label.into(), count: Some(count), href: "/".into(), on };
    let groups = [
        Facet {
            label: "Khối".into(),
            items: vec![
                item("Khối 6", 311, false),
                item("Khối 7", 318, true),
                item("Khối 8", 305, false),
                item("Khối 9", 309, false),
            ],
        },
        Facet {
            label: "Trạng thái".into(),
            items: vec![item("Đang học", 1243, false), item("Chuyển đi", 17, false), item("Thôi học", 4, false)],
        },
        Facet {
            label: "Cần bổ sung".into(),
            items: vec![item("Thiếu số định danh cá nhân", 12, false), item("Thiếu địa chỉ", 3, false)],
        },
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

pub(super) fn search_page(actor: &Actor) -> Markup {
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
        why: None,
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

pub(super) fn show_page(actor: &Actor) -> Markup {
    let mut shell = shell(actor, "Nguyễn Ngọc Khánh An", "/records/pupil");
    shell.badges = Some(html! { (badge(Tone::Good, "Đang học")) " " (badge(Tone::Warn, "2 chỗ cần xem lại")) });
    shell.lead = Some(html! { "Lớp 7A1 · Trường THCS Lê Quý Đôn · năm học 2026–2027" });
    shell.crumbs = vec![
        Crumb::new("Trường THCS Lê Quý Đôn", "/units/9"),
        Crumb::new("Người học", "/records/pupil"),
        Crumb::new("7A1", "/records/class/1"),
    ];
    shell.tools = Some(
        html! { a.button href="/" { "In" } a.button href="/" { "Chuyển trường" } a.button.primary href="/" { "Sửa" } },
    );
    shell.notices = vec![Notice::new(Tone::Good, "Đã lưu lúc 09:14.")];
    let warnings = [
        Problem::warning(
            "personal_number",
            "r",
            "Số định danh ghi năm sinh 2013, ngày sinh lại là 14/02/2014. Thầy/cô xem lại giấy khai sinh.",
        ),
        Problem::warning("phone", "r", "Chưa có số điện thoại liên hệ."),
    ];
    let mask = |label: &str, key: &str| {
        Fact::markup(
            label,
            masked(&Masked { action: "/".into(), field: key.into(), label: label.into(), may_open: true }),
        )
    };
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

pub(super) fn more_page(actor: &Actor) -> Markup {
    let leaf = |label: &str, note: &str| Branch {
        label: label.into(),
        href: "/".into(),
        note: Some(html! { (note) }),
        ..Branch::default()
    };
    let tree = Branch {
        label: "Sở Giáo dục và Đào tạo Hải Phòng".into(),
        href: "/".into(),
        open: true,
        under: vec![
            Branch {
                label: "UBND xã Nam Sách".into(),
                href: "/".into(),
                open: true,
                under: vec![
                    leaf("Trường MN Hoa Sen", "412 trẻ"),
                    Branch { here: true, ..leaf("Trường THCS Lê Quý Đôn", "1.243 học sinh") },
                ],
                ..Branch::default()
            },
            Branch {
                label: "UBND phường Hải An".into(),
                href: "/".into(),
                under: vec![leaf("Trường TH Đằng Hải", "988 học sinh")],
                ..Branch::default()
            },
        ],
        ..Branch::default()
    };
    page(
        &shell(actor, "Đơn vị", "/units"),
        html! {
            (narrow("/units", &[], &[
                Field::select("year", "Năm học", vec![Choice::new("2026", "2026–2027")]).required(true).value("2026"),
                Field::text("name", "Tên đơn vị", 60),
            ]))
            (panel("", "Cây đơn vị", None, branches(&[tree])))
            (panel("", "Tiến độ nhập liệu đầu năm", None, html! {
                (meter("UBND xã Nam Sách", 31, 34)) (meter("UBND phường Hải An", 12, 40)) (meter("Toàn thành phố", 1_203, 1_541))
            }))
            (panel("", "Mật khẩu lần đầu", None, html! { (secret("vt.lequydon", "rừng-thuyền-mây-bút-sông")) p.hint { "Mật khẩu này chỉ hiện một lần." } }))
            (confirm(&Confirm {
                title: "Giải thể Trường THCS An Lâm từ ngày 01/07/2026".into(),
                effects: vec![
                    "Trường không nhận hồ sơ mới từ ngày này; hồ sơ cũ vẫn còn và vẫn tìm được.".into(),
                    "412 học sinh đang học phải được chuyển sang trường khác trước.".into(),
                ],
                fields: vec![
                    Field::text("decision", "Số quyết định", 60).required(true),
                    Field::new("file", "Tệp quyết định", Control::File { accept: ".pdf" }),
                ],
                frame: Form { action: "/units/8/close".into(), key: "k".into(), upload: true, cancel: Some("/units/8".into()), ..Form::default() },
                yes: "Giải thể trường".into(),
            }))
        },
    )
}

pub(super) fn outside(title: &str, body: Markup) -> Markup {
    page(&Shell { system: "CSDL giáo dục Hải Phòng".into(), title: title.into(), ..Shell::default() }, body)
}
