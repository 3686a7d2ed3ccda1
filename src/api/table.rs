//! What the API offers, in one table: the OpenAPI document and the page are both drawn from it, and a
//! test compares it with the routes the server answers.

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The path pattern, as it is routed.
    pub path: &'static str,
    /// Its name in generated clients.
    pub id: &'static str,
    /// What it does, in Vietnamese.
    pub vi: &'static str,
    /// What it does, in English.
    pub en: &'static str,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// The schema of the body it takes, "" for none.
    pub body: &'static str,
    /// The status of a good answer.
    pub status: u16,
    /// The schema of a good answer; "" where it is no JSON.
    pub answer: &'static str,
    /// The refusals beside those any request may meet.
    pub refusals: &'static [u16],
    /// Whether it asks for a token.
    pub token: bool,
    /// Whether it heeds `Idempotency-Key`.
    pub once: bool,
}

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type.
    pub ty: &'static str,
    /// Whether it may be given several times.
    pub several: bool,
    /// What it means, in Vietnamese.
    pub vi: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

const fn text(name: &'static str, vi: &'static str, en: &'static str) -> Parameter {
    Parameter { name, ty: "string", several: false, vi, en }
}

const fn number(name: &'static str, vi: &'static str, en: &'static str) -> Parameter {
    Parameter { name, ty: "integer", several: false, vi, en }
}

const fn several(name: &'static str, ty: &'static str, vi: &'static str, en: &'static str) -> Parameter {
    Parameter { name, ty, several: true, vi, en }
}

const LIMIT: Parameter =
    number("limit", "Nhiều nhất bao nhiêu mục (1–200, mặc định 50)", "At most so many (1–200, usually 50)");
const AT: Parameter = text("at", "Như vào cuối ngày này (2026-09-05)", "As at the end of this day (2026-09-05)");

const READ: Operation = Operation {
    method: "GET",
    path: "",
    id: "",
    vi: "",
    en: "",
    query: &[],
    body: "",
    status: 200,
    answer: "",
    refusals: &[],
    token: true,
    once: false,
};
const CHANGE: Operation =
    Operation { method: "POST", once: true, answer: "Saved", refusals: &[400, 403, 404, 409, 415, 422], ..READ };
const PUBLIC: Operation = Operation { token: false, ..READ };

/// Every operation of the API.
pub const OPERATIONS: &[Operation] = &[
    Operation { path: "/api/v1", id: "aboutShort", vi: "Trang này.", en: "This page.", ..PUBLIC },
    Operation { path: "/api/v1/", id: "about", vi: "Trang này.", en: "This page.", ..PUBLIC },
    Operation {
        path: "/api/v1/openapi.json",
        id: "openapi",
        vi: "Tài liệu OpenAPI 3.1 này.",
        en: "This OpenAPI 3.1 document.",
        answer: "Anything",
        ..PUBLIC
    },
    Operation {
        path: "/api/v1/me",
        id: "me",
        vi: "Mã truy cập này của ai, thấy những đơn vị nào, được làm gì.",
        en: "Whose token this is, which units it covers, what it may do.",
        answer: "Me",
        ..READ
    },
    Operation {
        path: "/api/v1/spec",
        id: "spec",
        vi: "Các loại hồ sơ và trường dữ liệu.",
        en: "Kinds of record and their fields, as data.",
        answer: "Spec",
        ..READ
    },
    Operation {
        path: "/api/v1/spec/codes/{list}",
        id: "codes",
        vi: "Một danh mục mã, với thời gian hiệu lực của từng mã.",
        en: "One code list, with the days each code is in use.",
        answer: "CodeList",
        refusals: &[404],
        ..READ
    },
    Operation {
        path: "/api/v1/search",
        id: "search",
        vi: "Tìm trong phạm vi của tài khoản: có dấu, không dấu, mã, tên lớp, tên trường.",
        en: "Searches the account's scope: with or without marks, codes, classes, schools.",
        query: &[
            text("q", "Nội dung tìm", "What to look for"),
            text("kind", "Loại hồ sơ (hoặc unit)", "Kind of record (or unit)"),
            several("year", "integer", "Năm học (năm đầu)", "School year (its first calendar year)"),
            several("level", "string", "Cấp học", "School level"),
            several("grade", "string", "Khối", "Grade"),
            several("sex", "string", "Giới tính", "Sex"),
            several("state", "string", "Trạng thái", "State"),
            several("unit", "integer", "Đơn vị", "Unit"),
            text(
                "order",
                "best (hợp nhất trước) hoặc name (theo tên)",
                "best (best first) or name (Vietnamese alphabetical)",
            ),
            LIMIT,
            number("offset", "Bỏ qua bao nhiêu kết quả (tới 2000)", "How many hits to skip (up to 2000)"),
        ],
        answer: "Found",
        refusals: &[400],
        ..READ
    },
    Operation {
        path: "/api/v1/changes",
        id: "changes",
        vi: "Các thay đổi trong phạm vi của tài khoản, theo thứ tự. Đọc tiếp từ next; nội dung đọc ở từng hồ sơ.",
        en: "What changed in the account's scope, in order. Go on from next; values are read from the record.",
        query: &[
            number(
                "after",
                "Sau thay đổi có số này (next của lần trước; 0: từ đầu)",
                "After this number (next of the last answer; 0: from the beginning)",
            ),
            LIMIT,
        ],
        answer: "Changes",
        refusals: &[400],
        ..READ
    },
    Operation {
        path: "/api/v1/records/{kind}",
        id: "listRecords",
        vi: "Hồ sơ một loại của một đơn vị, theo thứ tự danh sách. Trang sau: after = next.",
        en: "One unit's records of a kind, in list order. Next page: after = next.",
        query: &[
            number("unit", "Đơn vị (mặc định: của tài khoản)", "Unit (the account's own if left out)"),
            number("year", "Năm học (mặc định: hiện tại)", "School year (the current one if left out)"),
            several(
                "state",
                "string",
                "Trạng thái (mặc định: tất cả trừ ghi nhầm)",
                "State (all but erroneous if left out)",
            ),
            text("after", "next của trang trước", "next of the page before"),
            LIMIT,
        ],
        answer: "Records",
        refusals: &[400, 404],
        ..READ
    },
    Operation {
        method: "POST",
        path: "/api/v1/records/{kind}",
        id: "createRecord",
        vi: "Thêm hồ sơ. Bỏ trống unit: đơn vị của tài khoản; bỏ trống year: năm học hiện tại.",
        en: "Makes a record. Without unit: the account's own; without year: the current school year.",
        body: "NewRecord",
        status: 201,
        refusals: &[400, 403, 404, 415, 422],
        ..CHANGE
    },
    Operation {
        path: "/api/v1/records/{kind}/{id}",
        id: "getRecord",
        vi: "Một hồ sơ. Trường nhạy cảm chỉ được nêu tên trong masked.",
        en: "One record. Sensitive fields are only named, under masked.",
        query: &[AT],
        answer: "Record",
        refusals: &[400, 404],
        ..READ
    },
    Operation {
        method: "PUT",
        path: "/api/v1/records/{kind}/{id}",
        id: "saveRecord",
        vi: "Lưu các trường được gửi; trường không gửi giữ nguyên, null xóa. version là phiên bản đã đọc; đã có người lưu trước: 409 kèm hồ sơ hiện tại.",
        en: "Saves the fields sent; others stay, null clears. version is the one that was read; if somebody saved before: 409 with the record as it is now.",
        body: "Save",
        ..CHANGE
    },
    Operation {
        path: "/api/v1/records/{kind}/{id}/history",
        id: "history",
        vi: "Các phiên bản của hồ sơ, mới nhất trước, với trước/sau của từng trường.",
        en: "The versions of a record, newest first, with before and after of each field.",
        query: &[LIMIT],
        answer: "History",
        refusals: &[400, 404],
        ..READ
    },
    Operation {
        method: "POST",
        path: "/api/v1/records/{kind}/{id}/open",
        id: "openRecord",
        vi: "Hồ sơ với cả trường nhạy cảm. Mỗi lần mở được ghi nhật ký.",
        en: "The record with its sensitive fields. Each opening is logged.",
        answer: "Record",
        refusals: &[403, 404],
        ..READ
    },
    Operation {
        method: "POST",
        path: "/api/v1/records/{kind}/{id}/state",
        id: "setState",
        vi: "Đổi trạng thái: active, left, transferred_out, erroneous. Hồ sơ không bao giờ bị xóa.",
        en: "Changes the state: active, left, transferred_out, erroneous. Records are never removed.",
        body: "State",
        ..CHANGE
    },
    Operation {
        method: "POST",
        path: "/api/v1/records/{kind}/{id}/verify",
        id: "verifyRecord",
        vi: "Đánh dấu đã đối chiếu với giấy tờ. Còn cảnh báo: 422.",
        en: "Marks as compared with the papers. While a warning stands: 422.",
        body: "Version",
        ..CHANGE
    },
    Operation {
        method: "POST",
        path: "/api/v1/records/{kind}/{id}/restore",
        id: "restoreRecord",
        vi: "Lấy lại nội dung của phiên bản restore thành phiên bản mới.",
        en: "Brings back the fields of version restore as a new version.",
        body: "Restore",
        ..CHANGE
    },
    Operation {
        path: "/api/v1/outage",
        id: "getOutage",
        vi: "Lần ngừng có kế hoạch đã thông báo; không có thì null.",
        en: "The planned outage that is announced, or null.",
        answer: "Outage",
        ..PUBLIC
    },
    Operation {
        method: "PUT",
        path: "/api/v1/outage",
        id: "announceOutage",
        vi: "Thông báo ngừng có kế hoạch. Chưa đủ 7 ngày làm việc: 422, trừ khi sooner là true.",
        en: "Announces a planned outage. Fewer than 7 working days ahead: 422, unless sooner is true.",
        body: "NewOutage",
        answer: "Outage",
        once: false,
        refusals: &[400, 403, 415, 422],
        ..CHANGE
    },
    Operation {
        path: "/api/v1/outage/withdraw",
        id: "withdrawOutage",
        vi: "Gỡ thông báo ngừng.",
        en: "Takes the announcement back.",
        answer: "Outage",
        once: false,
        refusals: &[403],
        ..CHANGE
    },
    Operation {
        path: "/api/v1/units",
        id: "listUnits",
        vi: "Các đơn vị trong phạm vi, như vào một ngày.",
        en: "The units of the scope, as on a day.",
        query: &[
            AT,
            number("after", "Sau đơn vị có số này", "After the unit with this number"),
            number("limit", "Nhiều nhất bao nhiêu (1–200, mặc định 200)", "At most so many (1–200, usually 200)"),
        ],
        answer: "Units",
        refusals: &[400],
        ..READ
    },
    Operation {
        path: "/api/v1/units/{id}",
        id: "getUnit",
        vi: "Một đơn vị với mọi tên, mã, cấp trên, trạng thái theo thời gian.",
        en: "A unit with all its names, codes, parents and states by date.",
        query: &[AT],
        answer: "Unit",
        refusals: &[400, 404],
        ..READ
    },
];
