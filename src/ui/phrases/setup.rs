//! The first page of a new installation.

phrases! {
    SETUP_TITLE = "Thiết lập lần đầu";
    SETUP_LEAD = "Máy chủ đã chạy nhưng chưa có tỉnh nào. Thầy/cô điền một lần; sau đó trang này không mở lại được.";
    SETUP_PROVINCE = "Tỉnh, thành phố";
    SETUP_PROVINCE_HINT = "Theo danh mục của Cục Thống kê trước 1/7/2025. Các đơn vị hành chính và việc sắp xếp lại từ 1/7/2025 được lập sẵn.";
    SETUP_CODE = "Mã thiết lập";
    SETUP_CODE_HINT = "Có trong nhật ký của dịch vụ: journalctl -u csdlgd";
    SETUP_CODE_WRONG = "Mã thiết lập chưa đúng. Thầy/cô xem lại dòng «set-up code» trong journalctl -u csdlgd.";
    SETUP_PROVINCE_WRONG = "Thầy/cô chọn một tỉnh trong danh sách.";
    SETUP_LOGIN = "Tên đăng nhập có 3 đến 64 ký tự: chữ a–z không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới.";
    SETUP_LOGIN_LABEL = "Tên đăng nhập của người quản trị";
    SETUP_NAME = "Họ tên người quản trị";
    SETUP_NAME_MISSING = "Thầy/cô ghi họ tên người quản trị.";
    SETUP_PASSWORD = "Mật khẩu";
    SETUP_PASSWORD_HINT = "Ít nhất 15 ký tự, ví dụ vài từ không liên quan ghép lại.";
    SETUP_AGAIN = "Nhập lại mật khẩu";
    SETUP_AGAIN_WRONG = "Hai lần nhập mật khẩu chưa giống nhau.";
    SETUP_DO = "Lập hệ thống";
    SETUP_DONE_TITLE = "Đã lập xong hệ thống";
    SETUP_NEXT = "Việc nên làm tiếp";
    SETUP_NEXT_UNITS = "Nhập danh sách trường: trên máy chủ, chạy csdlgd import --sheet schools (xem phần Trợ giúp).";
    SETUP_NEXT_BACKUP = "Lập khóa sao lưu và nơi cất bản sao trong /etc/csdlgd/csdlgd.toml, phần [backup].";
    SETUP_NEXT_ACCOUNTS = "Lập tài khoản cho cán bộ của Sở và cho từng trường ở trang Tài khoản.";
    SETUP_SIGN_IN = "Đăng nhập";
}

/// What was made.
pub fn setup_done(name: &str, units: usize) -> String {
    format!("{name}: đã lập {units} đơn vị và tài khoản quản trị. Máy chủ đang chuyển sang phục vụ, chỉ mất vài giây.")
}
