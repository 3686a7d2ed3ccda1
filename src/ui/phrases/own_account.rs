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
    API_PAGE = "Tài liệu API";
}
