//! One's own account: its password and tokens.

phrases! {
    MY_ACCOUNT = "Tài khoản của tôi";
    FULL_NAME = "Họ và tên";
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
    SECOND = "Xác minh hai bước";
    SECOND_OPEN = "Bật hoặc xem xác minh hai bước";
    SECOND_LEAD = "Sau mật khẩu, hệ thống hỏi thêm mã 6 số trên điện thoại: người biết mật khẩu mà không có điện thoại thì không vào được.";
    SECOND_CODE = "Mã xác minh";
    SECOND_CODE_HINT = "6 số đang hiện trong ứng dụng, hoặc một mã dự phòng";
    SECOND_LOST = "Không có điện thoại bên mình: thầy/cô nhập một mã dự phòng. Mất cả hai: nhờ quản trị của đơn vị cấp lại mật khẩu, bước này sẽ được gỡ.";
    SECOND_WRONG = "Mã chưa đúng hoặc đã dùng. Thầy/cô chờ mã tiếp theo rồi nhập lại; nếu vẫn chưa được, xem giờ của điện thoại đã đặt tự động chưa.";
    SECOND_FIRST = "Tài khoản quản trị cần bật xác minh hai bước trước khi dùng các phần khác: vào «Tài khoản của tôi».";
    SECOND_DUTY = "Tài khoản quản trị luôn phải có xác minh hai bước. Đổi điện thoại: nhờ quản trị khác cấp lại mật khẩu rồi bật lại.";
    SECOND_BEGIN = "Bật xác minh hai bước";
    SECOND_SHARE = "Nối với điện thoại";
    SECOND_APP = "Cài một ứng dụng tạo mã (Google Authenticator, Microsoft Authenticator, FreeOTP…).";
    SECOND_SCAN = "Trong ứng dụng, chọn thêm tài khoản và quét hình này.";
    SECOND_TYPE = "Không quét được thì gõ khóa:";
    SECOND_TYPE_CODE = "Nhập mã 6 số ứng dụng hiện ra.";
    SECOND_DO = "Xác nhận và bật";
    SECOND_ON = "Đang bật";
    SECOND_CODES = "Mã dự phòng";
    SECOND_CODES_ONCE = "Thầy/cô in hoặc chép lại ngay, cất ở nơi an toàn: các mã này chỉ hiện một lần, mỗi mã dùng được một lần.";
    SECOND_NEW_CODES = "Tạo mã dự phòng mới";
    SECOND_END = "Tắt xác minh hai bước";
    SECOND_ENDED = "Đã tắt xác minh hai bước.";
    API_PAGE = "Tài liệu API";
}

/// Since when it is on, and how many recovery codes are left.
pub(crate) fn second_since(since: &str, codes: usize) -> String {
    format!("Bật từ {since}. Còn {codes} mã dự phòng chưa dùng.")
}
