//! Other people's accounts.

use crate::ui::show::number;

phrases! {
    ACCOUNT_OPEN = "Đang dùng";
    ACCOUNT_FIRST = "Chưa đổi mật khẩu lần đầu";
    ACCOUNT_CLOSED = "Đã đóng";
    ACCOUNTS_LEAD = "Tài khoản của đơn vị và các đơn vị trực thuộc.";
    GRANT_ACCOUNT = "Cấp tài khoản";
    GRANT_LEAD = "Mỗi tài khoản cho một người. Mật khẩu do hệ thống tạo, hiện một lần và phải đổi khi đăng nhập lần đầu.";
    NO_ACCOUNTS = "Không có tài khoản nào.";
    NO_ACCOUNTS_HINT = "Thầy/cô bỏ bớt điều kiện lọc, hoặc cấp tài khoản mới.";
    LOGIN_OR_NAME = "Họ tên hoặc tên đăng nhập";
    FILTER = "Lọc";
    YOU = "tài khoản này";
    FIRST_PAGE = "Trang đầu";
    CLOSED_ON = "Đóng lúc";
    ACCOUNT_CLOSED_NOW = "Đã đóng tài khoản. Các phiên đăng nhập và mã truy cập của tài khoản đã kết thúc.";
    NOT_OWN_ACCOUNT = "Đây là tài khoản đang dùng: không tự đóng hay cấp lại được. Đổi mật khẩu ở trang";
    ACCOUNT_NOT_YOURS = "Tài khoản này do cấp khác quản lý nên ở đây chỉ xem. Thầy/cô liên hệ đơn vị đã cấp tài khoản.";
    RESET_PASSWORD = "Cấp lại mật khẩu";
    RESET_PASSWORD_HINT = "Mật khẩu mới hiện một lần. Các phiên đăng nhập của tài khoản kết thúc ngay.";
    CLOSE_ACCOUNT = "Đóng tài khoản";
    CLOSE_ACCOUNT_HINT = "Các phiên đăng nhập và mã truy cập kết thúc ngay. Tài khoản không bị xóa: tên đăng nhập và những việc đã làm vẫn còn trong nhật ký.";
    CLOSE_REASON = "Lý do";
    REASON_NEEDED = "Thầy/cô chọn lý do đóng tài khoản.";
    REOPEN_ACCOUNT = "Mở lại tài khoản";
    REOPEN_ACCOUNT_HINT = "Tài khoản được mở lại với mật khẩu mới, hiện một lần.";
    ACCOUNT_IS_CLOSED = "Tài khoản này đã đóng. Thầy/cô mở lại tài khoản trước.";
    ACCOUNT_LOG = "Nhật ký của tài khoản";
    THE_PERSON = "Người được cấp";
    ROLE_HINT = "Danh sách gồm các vai trò mà thầy/cô được cấp ở đơn vị đã chọn.";
    NO_ROLE_HERE = "Thầy/cô không được cấp tài khoản ở đơn vị này, hoặc đơn vị đã kết thúc hoạt động.";
    SHOW_ROLES = "Xem vai trò cấp được ở đơn vị này";
    ROLE_NEEDED = "Thầy/cô chọn vai trò.";
    ROLE_NOT_YOURS = "Thầy/cô không được cấp vai trò này ở đơn vị đã chọn (QĐ 121 Điều 4).";
    ONE_PERSON_HINT = "Họ tên thật của người dùng.";
    PERSON_NAME_NEEDED = "Thầy/cô nhập họ tên người dùng, tối đa 100 ký tự.";
    LOGIN_PATTERN = "3–64 ký tự a–z, 0–9, dấu chấm, gạch ngang, gạch dưới; bắt đầu bằng chữ hoặc số.";
    LOGIN_TAKEN = "Tên đăng nhập này đã có người dùng. Thầy/cô chọn tên khác.";
    ACCOUNT_GRANTED = "Đã cấp tài khoản";
    PASSWORD_RESET = "Đã cấp lại mật khẩu";
    ACCOUNT_REOPENED = "Đã mở lại tài khoản";
    PASSWORD_ONCE = "Mật khẩu chỉ hiện một lần";
    PASSWORD_ONCE_HINT = "Thầy/cô chép hoặc in ngay phiếu này để giao cho người dùng. Rời trang này thì không xem lại được, chỉ cấp lại được.";
    SLIP = "Phiếu giao tài khoản";
    FIRST_PASSWORD = "Mật khẩu lần đầu";
    GIVEN_BY = "Người cấp, thời điểm";
    SLIP_CHANGE = "Phải đổi mật khẩu khi đăng nhập lần đầu.";
    SLIP_HANDOVER = "Khi chuyển công tác hoặc nghỉ chế độ, bàn giao với thủ trưởng đơn vị để đóng tài khoản (QĐ 121 Điều 14).";
    DONE_BEFORE = "Việc này đã làm xong trước đó";
    DONE_BEFORE_HINT = "Biểu mẫu được gửi lại nên không làm lần nữa. Mật khẩu đã hiện một lần ở lần trước; nếu chưa kịp ghi, thầy/cô cấp lại mật khẩu.";
    SEE_ACCOUNT = "Xem tài khoản";
    GRANT_ANOTHER = "Cấp tài khoản khác";
}

/// How many accounts a page shows.
pub fn accounts_shown(count: usize) -> String {
    format!("{} tài khoản ở trang này", number(count as i64))
}
