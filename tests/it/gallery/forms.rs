//! Pages that ask.

use super::shows::shell;
use csdlgd::actor::Actor;
use csdlgd::error::Problem;
use csdlgd::ui::*;

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::error("full_name", "required", "Thầy/cô nhập họ và tên như trong giấy khai sinh."),
        Problem::error("birth_date", "date", "“31/02/2014” không phải là một ngày. Thầy/cô nhập dạng 05/09/2014."),
        Problem::warning("personal_number", "r", "Ba số đầu (036) là mã tỉnh Nam Định cũ, nơi sinh lại là Hải Dương."),
        Problem::error("relatives.1.phone", "pattern", "Cần 10 chữ số."),
        Problem::error(
            "",
            "rule",
            "Lớp 7A1 đã chốt sĩ số ngày 15/10/2026. Thầy/cô gửi yêu cầu mở chốt tới Phòng Văn hóa – Xã hội.",
        ),
    ]
}

pub(super) fn form_page(actor: &Actor) -> Markup {
    let p = problems();
    let choices = |items: &[(&str, &str)]| items.iter().map(|(v, l)| Choice::new(*v, *l)).collect::<Vec<_>>();
    let mut shell = shell(actor, "Sửa hồ sơ học sinh", "/records/pupil");
    shell.crumbs =
        vec![Crumb::new("Người học", "/records/pupil"), Crumb::new("Nguyễn Ngọc Khánh An", "/records/pupil/1")];
    let identity = [
        Field::text("full_name", "Họ và tên", 150).required(true).problems(&p),
        Field::new("birth_date", "Ngày sinh", Control::Date).required(true).value("31/02/2014").problems(&p),
        Field::select("sex", "Giới tính", choices(&[("1", "Nam"), ("2", "Nữ")])).required(true).value("2"),
        Field::new("personal_number", "Số định danh cá nhân", Control::Text { max: Some(12), keyboard: "numeric" })
            .hint("12 chữ số")
            .value("036314001234")
            .problems(&p),
        Field::new("ethnicity", "Dân tộc", Control::Masked { present: true, may_open: true }),
        Field::new("twin", "Là trẻ sinh đôi", Control::YesNo).value("false"),
        Field::new("height", "Chiều cao", Control::Number { unit: "cm".into() }).value("148,5"),
        Field::new("class", "Lớp", Control::Ref { text: "7A1".into(), found: vec![], source: "/suggest".into() })
            .required(true)
            .value("5"),
        Field::new(
            "school",
            "Trường chuyển đến",
            Control::Ref {
                text: "le quy".into(),
                found: choices(&[
                    ("1", "Trường THCS Lê Quý Đôn, xã Nam Sách"),
                    ("2", "Trường THPT Lê Quý Đôn, phường Hải An"),
                ]),
                source: String::new(),
            },
        ),
        Field::new(
            "policy",
            "Diện chính sách",
            Control::Many {
                options: choices(&[
                    ("1", "Con liệt sĩ, thương binh"),
                    ("2", "Hộ nghèo"),
                    ("3", "Hộ cận nghèo"),
                    ("4", "Mồ côi cả cha và mẹ"),
                    ("5", "Vùng đặc biệt khó khăn"),
                ]),
                chosen: vec!["3".into()],
            },
        ),
        Field::new("note", "Ghi chú", Control::LongText { max: Some(1000) })
            .value("Em chuyển từ Trường THCS An Lâm\nngày 05/09/2025."),
    ];
    let depends = |name: &str, label: &str, options, refreshes: &[&str]| {
        Field::new(
            name,
            label,
            Control::Select { options, refreshes: refreshes.iter().map(|s| (*s).to_owned()).collect() },
        )
    };
    let address = [
        depends(
            "province",
            "Tỉnh, thành phố",
            choices(&[("31", "Thành phố Hải Phòng"), ("01", "Thành phố Hà Nội")]),
            &["district", "commune"],
        )
        .value("31"),
        depends("district", "Quận, huyện (đến 30/6/2025)", vec![], &["commune"]),
        depends("commune", "Xã, phường", choices(&[("1", "Xã Nam Sách"), ("2", "Phường Hải An")]), &[]).value("1"),
        Field::text("street", "Số nhà, đường, thôn", 200).value("Thôn Đồng Khê").wide(),
    ];
    let relative = |i: usize, name: &str, phone: &str| {
        vec![
            Field::select(
                format!("relatives.{i}.relation"),
                "Quan hệ",
                choices(&[("1", "Cha"), ("2", "Mẹ"), ("3", "Người giám hộ")]),
            )
            .value(if i == 0 { "1" } else { "2" }),
            Field::text(format!("relatives.{i}.name"), "Họ và tên", 150).value(name),
            Field::new(format!("relatives.{i}.birth"), "Năm sinh", Control::Year).value("1985"),
            Field::new(format!("relatives.{i}.phone"), "Điện thoại", Control::Text { max: Some(15), keyboard: "tel" })
                .value(phone)
                .problems(&p),
        ]
    };
    let column = |label: &str, required| RowsColumn { label: label.into(), required };
    let family = [Field::new(
        "relatives",
        "Người thân",
        Control::Rows(Rows {
            columns: vec![
                column("Quan hệ", true),
                column("Họ và tên", true),
                column("Năm sinh", false),
                column("Điện thoại", false),
            ],
            rows: vec![relative(0, "Nguyễn Văn Khải", "0912345678"), relative(1, "Đỗ Thị Mỹ Lệ", "09123")],
            most: Some(10),
        }),
    )];
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

pub(super) fn conflict_page(actor: &Actor) -> Markup {
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
