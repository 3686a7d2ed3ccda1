//! The page about the API, for the people who write programs against it: Vietnamese first, English
//! under it. Served by ourselves; nothing on it comes from elsewhere.

use super::openapi::meaning;
use super::table::{OPERATIONS, Operation};
use crate::records::api::LIMIT_MAX;
use crate::spec::Spec;
use crate::ui::{self, Column, Markup, Notice, Row, Shape, Shell, Table, html, words};
use jiff::civil::Date;

const EXAMPLE: &str = "curl -H 'Authorization: Bearer csdlgd_…' 'https://…/api/v1/search?q=nguyen+van+an&kind=pupil'

curl -X PUT -H 'Authorization: Bearer csdlgd_…' -H 'Content-Type: application/json' \\
     -H 'Idempotency-Key: 7f9c0a52' -d '{\"version\": 3, \"fields\": {\"mobile\": \"0912345678\"}}' \\
     'https://…/api/v1/records/pupil/13194139533313'";

/// What every operation has in common: Vietnamese, English.
const RULES: &[(&str, &str)] = &[
    (
        "Mỗi yêu cầu mang mã truy cập tạo ở trang «Tài khoản của tôi» trong tiêu đề Authorization: Bearer. Phần mềm thấy và làm đúng những gì tài khoản ấy thấy và làm được; tài khoản đóng thì mã hết hiệu lực ngay.",
        "Every request carries an access token made on the page of one's account, in the header Authorization: Bearer. A program sees and does exactly what the account may; when the account is closed its tokens end at once.",
    ),
    (
        "Hồ sơ ngoài phạm vi được trả lời y như hồ sơ không có: 404.",
        "What is out of scope is answered exactly as what does not exist: 404.",
    ),
    (
        "Trường nhạy cảm chỉ được nêu tên trong masked. POST …/open trả cả giá trị và ghi nhật ký lần mở.",
        "Sensitive fields are only named, under masked. POST …/open gives the values and logs the opening.",
    ),
    (
        "PUT và POST nhận Idempotency-Key: gửi lại cùng yêu cầu (mất mạng, 503) nhận đúng câu trả lời lần đầu, không lưu hai lần. Khóa được nhớ bảy ngày; yêu cầu bị từ chối không bị nhớ, sửa rồi gửi lại được.",
        "PUT and POST heed Idempotency-Key: the same request sent again (lost connection, 503) gets the first answer and is not carried out twice. Keys are remembered for seven days; a refused request is not, and may be corrected and sent again.",
    ),
    (
        "PUT gửi version đã đọc và chỉ những trường thay đổi. Nếu đã có người lưu trước: 409 kèm hồ sơ hiện tại.",
        "PUT sends the version that was read and only the fields that change. If somebody saved before: 409 with the record as it is now.",
    ),
    (
        "Số của hồ sơ và đơn vị là chuỗi. Mã là chuỗi, số 0 ở đầu giữ nguyên. Ngày: 2015-09-05, chỉ biết tháng 2015-09, chỉ biết năm 2015. Tham chiếu tới hồ sơ khác: \"#số\", hoặc mã của hồ sơ đó.",
        "Numbers of records and units are strings. Codes are strings with their leading zeros. Dates: 2015-09-05, 2015-09 if only the month is known, 2015 if only the year. References: \"#number\", or the other record's code.",
    ),
    (
        "Lỗi: {\"error\": {\"code\", \"message\", \"problems\": [{\"field\", \"message\", \"severity\", \"rule\"}]}}. code không bao giờ đổi; message dành cho người đọc.",
        "Errors: {\"error\": {\"code\", \"message\", \"problems\": […]}}. code never changes; message is for people.",
    ),
    (
        "Tham số lạ được bỏ qua; trường lạ trong nội dung JSON bị từ chối.",
        "Unknown query parameters are left aside; unknown keys of a JSON body are refused.",
    ),
];

/// The whole page.
pub(super) fn page(spec: &Spec, system: &str, today: Date, announced: Option<Notice>) -> Markup {
    let shell = Shell {
        system: system.to_owned(),
        title: words::API_PAGE.into(),
        today: Some(today),
        notices: announced.into_iter().collect(),
        ..Shell::default()
    };
    let body = html! {
        (ui::panel("rules", "Quy ước · Conventions", None, html! {
            @for (vi, en) in RULES { p { (vi) br; span.hint lang="en" { (en) } } }
            p { "Mỗi câu trả lời nhiều nhất " (LIMIT_MAX) " mục. " span.hint lang="en" { "At most " (LIMIT_MAX) " items in an answer." } }
            p { a href="/api/v1/openapi.json" { "openapi.json" } " (OpenAPI 3.1)" }
            pre { (EXAMPLE) }
        }))
        (ui::panel("operations", "Thao tác · Operations", None, html! { @for op in OPERATIONS { (operation(op)) } }))
        (ui::panel("errors", "Từ chối · Refusals", None, refusals()))
        (ui::panel("kinds", "Loại hồ sơ · Kinds", None, kinds(spec)))
    };
    ui::page(&shell, body)
}

fn operation(op: &Operation) -> Markup {
    html! {
        h3 id=(op.id) { code { (op.method) " " (op.path) } }
        p { (op.vi) br; span.hint lang="en" { (op.en) } }
        @if !op.query.is_empty() {
            dl { @for p in op.query {
                dt { code { (p.name) } @if p.several { " (…)" } }
                dd { (p.vi) " " span.hint lang="en" { (p.en) } }
            } }
        }
        @if !op.body.is_empty() { p.hint { "JSON: " code { (op.body) } } }
        p.hint {
            (op.status) @if !op.answer.is_empty() { " " code { (op.answer) } }
            @for status in op.refusals { ", " (status) }
        }
    }
}

fn refusals() -> Markup {
    let rows = [400, 401, 403, 404, 409, 415, 422, 500]
        .into_iter()
        .map(|status| Row { cells: vec![html! { (status) }, html! { (meaning(status)) }], ..Row::default() })
        .collect();
    ui::table(&Table {
        caption: "Từ chối".into(),
        columns: vec![Column::new("HTTP", Shape::Code), Column::new("Nghĩa", Shape::Text)],
        rows,
        foot: None,
    })
}

fn kinds(spec: &Spec) -> Markup {
    let rows = spec
        .kinds
        .iter()
        .map(|k| Row {
            cells: vec![html! { code { (k.key) } }, html! { (k.plural) }, html! { (k.fields.len()) }],
            ..Row::default()
        })
        .collect();
    ui::table(&Table {
        caption: "Loại hồ sơ".into(),
        columns: vec![
            Column::new("kind", Shape::Code),
            Column::new("Loại", Shape::Text),
            Column::new("Số trường", Shape::Number),
        ],
        rows,
        foot: None,
    })
}
