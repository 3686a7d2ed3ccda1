//! The tree of units and one unit.

use crate::ui::show::number;

phrases! {
    UNIT = "Đơn vị";
    UNITS = "Đơn vị";
    // The tree.
    ON_DAY = "Ngày";
    STANDS_UNDER = "thuộc";
    FOUND_UNIT = "Thành lập đơn vị";
    SEE_TODAY = "Xem hôm nay";
    NO_UNITS_ON_DAY = "Không có đơn vị nào vào ngày này.";
    NO_UNITS_ON_DAY_HINT = "Thầy/cô chọn ngày khác, hoặc hiện cả đơn vị đã kết thúc.";
    TREE = "Cây đơn vị";
    LARGE_TREE = "Danh sách dài nên chỉ mở hai cấp. Bấm số đơn vị bên cạnh để xem các đơn vị trực thuộc.";
    WHOLE_TREE = "Mở toàn bộ để in";
    FOLD_TREE = "Thu gọn";
    ON_THE_DAY = "Vào ngày";
    TREE_BY = "Xếp theo";
    WITHOUT_ENDED = "Đơn vị đang có";
    WITH_ENDED = "Cả đơn vị đã kết thúc";
    FIND_UNIT = "Tìm đơn vị";
    UNIT_TYPE = "Loại đơn vị";
    ACTIVE_UNITS = "đang hoạt động";
    COLUMN_ACTIVE = "Đang hoạt động";
    COLUMN_SUSPENDED = "Tạm ngừng";
    COLUMN_ENDED = "Đã kết thúc";
    UNITS_BY_TYPE = "Số đơn vị theo loại";
    LEVELS_COUNTED = "Các cột cấp học đếm đơn vị đang hoạt động; một trường nhiều cấp được đếm ở mỗi cấp.";
    COMING_CHANGES = "Thay đổi sắp có hiệu lực";
    LAST_CHANGES = "Thay đổi gần nhất";
    BAD_DAY = "Ngày trong địa chỉ chưa đúng. Thầy/cô nhập ngày dạng ngày/tháng/năm, ví dụ 30/06/2025.";
    // One unit.
    UNIT_NAME = "Tên đơn vị";
    LEVELS = "Cấp học";
    CODE = "Mã";
    NO_PARENT = "Không có";
    ALL_FACTS = "Toàn bộ thông tin theo thời gian";
    FACT = "Nội dung";
    FACT_VALUE = "Giá trị";
    FROM_DAY = "Từ ngày";
    TO_DAY = "Đến ngày";
    DECISION = "Quyết định";
    FROM_THE_BEGINNING = "từ đầu";
    UNTIL_NOW = "đến nay";
    HOLDS = "đang có hiệu lực";
    RECORDS_OF_UNIT = "Hồ sơ của đơn vị";
    ALL_YEARS = "Hiện có";
    FIGURES_BELOW = "Số liệu của đơn vị và các đơn vị trực thuộc";
    CLASSES = "Lớp";
    NOW_WORKING = "đang làm việc";
    SEE_TREE = "Xem cây đơn vị";
    SHOW_LIST = "Xem danh sách";
    STORY = "Lịch sử đơn vị";
    NO_STORY = "Chưa ghi nhận thay đổi nào.";
    REFORM_UNIT = "Thay đổi đơn vị";
    REFORM_HINT = "Mỗi thay đổi cần ngày hiệu lực và số quyết định. Trước khi ghi, hệ thống cho xem những gì sẽ thay đổi.";
    UNIT_ENDED_HINT = "Đơn vị đã kết thúc hoạt động nên không thay đổi được nữa. Hồ sơ cũ vẫn xem và tìm được.";
    SPLIT_UNIT = "Tách một đơn vị mới từ đơn vị này";
    FOUND_UNDER = "Thành lập đơn vị trực thuộc";
    UNIT_LOG = "Nhật ký ghi thông tin đơn vị";
    UNDO_REFORM = "Hoàn tác thay đổi này";
    UNDO_HINT = "Mọi đơn vị có trong thay đổi này trở lại như trước khi ghi. Dùng khi ghi nhầm; việc hoàn tác cũng được ghi vào nhật ký.";
    REFORM_DONE = "Đã ghi thay đổi của đơn vị.";
    REFORM_UNDONE = "Đã hoàn tác thay đổi.";
}

/// The schemes of units' codes.
pub const CODE_SCHEMES: [(&str, &str); 3] =
    [("moet", "Mã trường (Bộ GDĐT)"), ("gso", "Mã đơn vị hành chính"), ("sign", "Ký hiệu đơn vị")];

/// What happened to a unit.
pub fn unit_event(kind: &str) -> &'static str {
    match kind {
        "founded" => "Thành lập",
        "renamed" => "Đổi tên",
        "moved" => "Chuyển đơn vị quản lý",
        "levels_changed" => "Đổi cấp học",
        "recoded" => "Cấp mã mới",
        "merged_into" => "Sáp nhập vào",
        "absorbed" => "Tiếp nhận",
        "split_from" => "Tách từ",
        "split_into" => "Tách thành lập",
        "suspended" => "Tạm ngừng hoạt động",
        "reopened" => "Hoạt động trở lại",
        "dissolved" => "Giải thể, kết thúc hoạt động",
        "imported" => "Nhập từ tệp",
        _ => "Thay đổi",
    }
}

/// The tree of another day.
pub fn tree_on(day: &str) -> String {
    format!("Đang xem cây đơn vị vào ngày {day}.")
}

/// A unit on another day.
pub fn unit_on(day: &str) -> String {
    format!("Đang xem đơn vị vào ngày {day}.")
}

/// The heading of a unit's facts.
pub fn facts_on(day: &str) -> String {
    format!("Thông tin vào ngày {day}")
}

/// How many units stand below one.
pub fn units_below(count: usize) -> String {
    format!("{} đơn vị", number(count as i64))
}

/// How many units.
pub fn units_count(count: usize) -> String {
    format!("{} đơn vị", number(count as i64))
}

/// Events not shown.
pub fn more_events(count: usize) -> String {
    format!("Còn {} thay đổi khác.", number(count as i64))
}

/// Children along the administrative parent.
pub fn children_title(count: usize) -> String {
    format!("Đơn vị trực thuộc ({})", number(count as i64))
}

/// Children along the professional parent.
pub fn guided_title(count: usize) -> String {
    format!("Đơn vị do đơn vị này quản lý chuyên môn ({})", number(count as i64))
}

/// A count that stopped.
pub fn more_than(count: u64) -> String {
    format!("hơn {}", number(count as i64))
}

/// A reform still to come.
pub fn coming(day: &str, what: &str, decision: &str) -> String {
    if decision.is_empty() {
        format!("Từ ngày {day}: {what}.")
    } else {
        format!("Từ ngày {day}: {what} ({decision}).")
    }
}

/// From a day on.
pub fn from_day(day: &str) -> String {
    format!("từ ngày {day}")
}
