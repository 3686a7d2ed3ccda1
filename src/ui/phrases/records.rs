//! Lists of records, one record, its history.

use crate::ui::show::number;

use super::{
    CHANGE_PASSWORD, CLOSE_ACCOUNT, FOUND_UNIT, GRANT_ACCOUNT, MAKE_TOKEN, REFORM_UNIT, REMOVE_SAVED, REOPEN_ACCOUNT,
    RESET_PASSWORD, SAVE_SEARCH,
};

phrases! {
    ALL_KINDS = "Các loại hồ sơ";
    KIND = "Loại";
    LEVEL = "Cấp học";
    GRADE = "Khối";
    SEX = "Giới tính";
    STATE = "Trạng thái";
    SCHOOL_YEAR_LABEL = "Năm học";
    COLUMNS = "Cột hiển thị";
    ORDER_WAY = "Thứ tự";
    USUAL_ORDER = "Như thường lệ";
    EVERY_STATE = "Tất cả trừ ghi nhầm";
    UPWARDS = "Tăng dần";
    DOWNWARDS = "Giảm dần";
    SHOW = "Xem";
    FILTER_AND_COLUMNS = "Lọc và chọn cột";
    ADD = "Thêm";
    EDIT = "Sửa";
    LIST_EMPTY = "Chưa có hồ sơ nào ở đây.";
    LIST_EMPTY_HINT = "Thầy/cô thử năm học hoặc trạng thái khác, hoặc thêm hồ sơ mới.";
    CHOOSE_UNIT = "Chọn đơn vị";
    CHOOSE_UNIT_HINT = "Hồ sơ nằm ở từng trường. Thầy/cô chọn đơn vị để xem, hoặc dùng ô tìm kiếm ở đầu trang.";
    NO_UNITS_BELOW = "Không có đơn vị trực thuộc đang hoạt động.";
    BAD_YEAR = "Năm học trong địa chỉ chưa đúng. Thầy/cô chọn lại năm học.";
    BAD_PAGE = "Địa chỉ trang danh sách chưa đúng. Thầy/cô quay lại trang đầu của danh sách.";
    ONLY_UNVERIFIED = "Chỉ hiện hồ sơ chưa đối chiếu với giấy tờ.";
    ONLY_TO_REVIEW = "Chỉ hiện hồ sơ có chỗ cần xem lại.";
    NOTHING_WAITS = "Không còn hồ sơ nào như vậy.";
    SEE_ALL = "Xem tất cả";
    PRINT = "In";
    ADD_TO_CLASS = "Thêm vào lớp";
    CLASS_HEAD = "Thông tin lớp";
    CLASS_ROLL = "Danh sách lớp";
    CLASS_EMPTY = "Lớp chưa có người học.";
    CLASS_EMPTY_HINT = "Thêm hồ sơ năm học của từng người học vào lớp này, hoặc nhập danh sách từ Excel.";
    YEAR_RECORD = "Hồ sơ năm học";
    NUMBER_IN_LIST = "STT";
    NOTE = "Ghi chú";
    SIGNED_ON = "Ngày …… tháng …… năm ………";
    SIGN_HERE = "(Ký, ghi rõ họ tên)";
    SAVED = "Đã lưu hồ sơ.";
    CREATED = "Đã thêm hồ sơ.";
    STATE_CHANGED = "Đã đổi trạng thái hồ sơ.";
    VERIFIED_NOW = "Đã xác nhận hồ sơ khớp với giấy tờ.";
    RESTORED = "Đã khôi phục nội dung của phiên bản cũ.";
    VERIFIED = "Đã đối chiếu";
    VERIFY = "Xác nhận đã đối chiếu với giấy tờ";
    SEE_NOW = "Xem bản hiện tại";
    OPENED_NOTE = "Đang hiện thông tin nhạy cảm. Lần mở này đã được ghi vào nhật ký.";
    OPEN_SENSITIVE = "Mở thông tin nhạy cảm";
    READ_ONLY = "Chỉ xem";
    HISTORY = "Lịch sử thay đổi";
    WHOLE_HISTORY = "Xem toàn bộ";
    ACTIONS = "Thao tác khác";
    NEVER_DELETED = "Hồ sơ không bao giờ bị xóa: hồ sơ ghi nhầm vẫn còn trong lịch sử.";
    ACT_CREATE = "Thêm hồ sơ";
    ACT_SAVE = "Sửa hồ sơ";
    ACT_STATE = "Đổi trạng thái";
    ACT_VERIFY = "Đối chiếu";
    ACT_RESTORE = "Khôi phục phiên bản cũ";
    ACT_IMPORT = "Nhập từ tệp";
    ACT_UNDO = "Hoàn tác lô nhập";
    ACT_DEMO = "Dữ liệu mẫu";
    ACT_OTHER = "Thay đổi";
    RESTORE_EARLIER = "Khôi phục một phiên bản cũ";
    RESTORE_HINT = "Nội dung cũ được lưu thành phiên bản mới; phiên bản hiện tại vẫn còn trong lịch sử.";
    AS_OF_DAY = "Ngày";
    AS_OF_TITLE = "Xem hồ sơ tại một ngày";
    CHANGED_MEANWHILE = "Hồ sơ vừa được người khác lưu. Thầy/cô xem lại rồi thao tác tiếp.";
    FORM_WITHOUT_VERSION = "Biểu mẫu gửi lên thiếu số phiên bản. Thầy/cô mở lại hồ sơ rồi sửa.";
    UNKNOWN_STATE = "Trạng thái gửi lên không có trong danh mục.";
}

/// A list of those that lack a field.
pub fn only_lacking(field: &str) -> String {
    format!("Chỉ hiện hồ sơ chưa có {}.", field.to_lowercase())
}

/// How many columns are chosen.
pub fn chosen(count: usize) -> String {
    format!("({count} mục đang chọn)")
}

/// The title of a class's page.
pub fn class_title(name: &str) -> String {
    if name.to_lowercase().starts_with("lớp") { name.to_owned() } else { format!("Lớp {name}") }
}

/// How many are in a class.
pub fn class_size(all: u32, male: u32, female: u32) -> String {
    format!("{all} ({male} nam, {female} nữ)")
}

/// The record as of a day.
pub fn as_of(day: &str) -> String {
    format!("Đang xem hồ sơ như vào cuối ngày {day}.")
}

/// Fields without a value.
pub fn empty_fields(count: usize) -> String {
    format!("{count} mục chưa khai")
}

/// A button that changes a state.
pub fn mark(state: &str) -> String {
    format!("Đánh dấu: {}", state.to_lowercase())
}

/// A button that brings back a version.
pub fn restore_version(version: u32, when: &str) -> String {
    format!("Phiên bản {version} ({when})")
}

/// More rows than are shown.
pub fn more_rows(count: usize) -> String {
    format!("Còn {} dòng nữa.", number(count as i64))
}

/// The title of a form that changes a record.
pub fn edit_title(title: &str) -> String {
    format!("Sửa: {title}")
}

/// The title of a form that makes a record.
pub fn new_title(kind: &str) -> String {
    format!("Thêm {}", kind.to_lowercase())
}

/// An action of the log, as people say it.
pub fn action(action: &str) -> &'static str {
    match action {
        "record.create" => ACT_CREATE,
        "record.save" => ACT_SAVE,
        "record.state" => ACT_STATE,
        "record.verify" => ACT_VERIFY,
        "record.restore" => ACT_RESTORE,
        "record.open_sensitive" => OPEN_SENSITIVE,
        "import.rows" => ACT_IMPORT,
        "batch.undo" => ACT_UNDO,
        "demo.school" => ACT_DEMO,
        "search.save" => SAVE_SEARCH,
        "search.remove" => REMOVE_SAVED,
        "unit.init" => "Tạo cây đơn vị",
        "unit.found" => FOUND_UNIT,
        "unit.reform" => REFORM_UNIT,
        "account.create" | "account.grant" => GRANT_ACCOUNT,
        "account.reset" => RESET_PASSWORD,
        "account.close" => CLOSE_ACCOUNT,
        "account.reopen" => REOPEN_ACCOUNT,
        "account.password" => CHANGE_PASSWORD,
        "backup.prove" => "Chứng minh khóa sao lưu",
        "backup.medium" => "Ghi sổ ổ đĩa rời",
        "backup.restored" => "Khôi phục từ bản sao lưu",
        "session.sign_in" => "Đăng nhập",
        "token.create" => MAKE_TOKEN,
        "token.revoke" => "Hủy mã truy cập",
        _ => ACT_OTHER,
    }
}

/// How many rows an entry changed.
pub fn rows_changed(count: u32) -> String {
    format!("{} dòng", number(i64::from(count)))
}
