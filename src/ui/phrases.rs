//! What the features' pages say; part of [`super::words`].

use super::show::number;

macro_rules! phrases {
    ($($name:ident = $text:literal;)*) => { $(
        #[expect(missing_docs, reason = "the sentence says it")]
        pub const $name: &str = $text;
    )* };
}

phrases! {
    SYSTEM = "CSDL giáo dục";
    NAV_PUPILS = "Người học";
    NAV_CLASSES = "Lớp";
    NAV_STAFF = "Nhân sự";
    NAV_ALL_KINDS = "Các loại hồ sơ";
    NAV_UNITS = "Đơn vị";
    NAV_ACCOUNTS = "Tài khoản";
    MY_ACCOUNT = "Tài khoản của tôi";
    FULL_NAME = "Họ và tên";
    UNIT = "Đơn vị";
    UNITS = "Đơn vị";
    ROLE = "Vai trò";
    CHANGE_PASSWORD = "Đổi mật khẩu";
    OLD_PASSWORD = "Mật khẩu hiện tại";
    NEW_PASSWORD = "Mật khẩu mới";
    PASSWORD_AGAIN = "Nhập lại mật khẩu mới";
    PASSWORD_HINT = "Ít nhất 15 ký tự. Một câu dễ nhớ gồm vài từ không liên quan là tốt nhất.";
    PASSWORDS_DIFFER = "Hai lần nhập mật khẩu mới chưa giống nhau. Thầy/cô nhập lại.";
    PASSWORD_CHANGED = "Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.";
    CHANGE_PASSWORD_FIRST = "Thầy/cô cần đổi mật khẩu được cấp lần đầu trước khi dùng các phần khác: vào «Tài khoản của tôi».";
    TOKENS = "Mã truy cập cho phần mềm";
    TOKENS_EXPLAINED = "Phần mềm khác đọc và ghi dữ liệu bằng mã truy cập, với đúng quyền của tài khoản này.";
    NO_TOKENS = "Chưa có mã truy cập nào.";
    MAKE_TOKEN = "Tạo mã truy cập";
    TOKEN_LABEL = "Tên mã truy cập";
    TOKEN_LABEL_HINT = "Để sau này nhận ra, ví dụ: phần mềm quản lý trường.";
    TOKEN_DAYS = "Có hiệu lực trong";
    DAYS = "ngày";
    TOKEN_MADE = "Đã tạo mã truy cập";
    TOKEN_ONCE = "Thầy/cô chép lại ngay: mã này chỉ hiện một lần.";
    TOKEN_REVOKED = "Đã hủy mã truy cập.";
    REVOKE = "Hủy";
    MADE_ON = "Tạo lúc";
    EXPIRES_ON = "Hết hạn";
    API_PAGE = "Tài liệu API";
    ALL_KINDS = "Các loại hồ sơ";
    KIND = "Loại";
    LEVEL = "Cấp học";
    GRADE = "Khối";
    SEX = "Giới tính";
    STATE = "Trạng thái";
    SCHOOL_YEAR_LABEL = "Năm học";
    COLUMNS = "Cột hiển thị";
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
    SEARCH_TITLE = "Tìm kiếm";
    SEARCH_EMPTY = "Thầy/cô gõ tên, mã, trường hoặc lớp vào ô tìm ở đầu trang.";
    SEARCH_HELP = "Có dấu hay không dấu đều được, ví dụ: nguyen van an 6a1, gv toan thcs tan hong, 0302140….";
    NOTHING_FOUND = "Không tìm thấy hồ sơ nào.";
    NOTHING_FOUND_HINT = "Thầy/cô thử bớt từ, bỏ lọc, hoặc tìm bằng mã định danh.";
    INDEX_INCOMPLETE = "Chỉ mục tìm kiếm đang được tạo lại nên kết quả chưa đủ. Danh sách theo trường, lớp vẫn đầy đủ.";
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

/// How much a search found.
pub fn found(total: u64) -> String {
    format!("{} kết quả", number(total as i64))
}

/// The title of a form that changes a record.
pub fn edit_title(title: &str) -> String {
    format!("Sửa: {title}")
}

/// The title of a form that makes a record.
pub fn new_title(kind: &str) -> String {
    format!("Thêm {}", kind.to_lowercase())
}

// The API.
phrases! {
    JSON_WRONG_TYPE = "Nội dung gửi lên cần là JSON (Content-Type: application/json).";
    JSON_CUT = "Nội dung JSON bị cắt giữa chừng. Hãy gửi lại.";
    BAD_KEY = "Idempotency-Key cần là một đoạn 1–128 ký tự ASCII không dấu cách, chỉ gửi một lần.";
    BAD_CHANGES_START = "Tham số after lớn hơn số của thay đổi mới nhất. Có thể kho đã được khôi phục từ bản sao lưu: hãy đọc lại từ đầu (after=0).";
    NO_SUCH_FIELD_VALUE = "Giá trị này không đọc được: cần chữ, số, đúng/sai, danh sách mã hoặc bảng.";
}

/// A JSON body that can't be read.
pub fn json_wrong(line: usize, column: usize, why: &str) -> String {
    format!("Nội dung JSON không đọc được ở dòng {line}, cột {column}: {why}")
}

/// A query parameter that can't be read.
pub fn bad_parameter(name: &str, wanted: &str) -> String {
    format!("Tham số {name} không đọc được: cần {wanted}.")
}
