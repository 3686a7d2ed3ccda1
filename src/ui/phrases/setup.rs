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
    SETUP_NEXT_BACKUP = "Lập khóa sao lưu và nơi cất bản sao trong /etc/csdlgd/csdlgd.toml, phần [backup]. Trước đó chưa có bản sao lưu nào.";
    SETUP_NEXT_PROVE = "Ở trang «Sao lưu & khôi phục»: từng người giữ khóa trả lời thử thách, rồi diễn tập khôi phục một lần.";
    SETUP_NEXT_TARGET = "Thêm nơi cất bản sao trên ổ đĩa khác: phần [backup], mục targets.";
    SETUP_NEXT_MAIL = "Cấu hình gửi thư báo sự cố: phần [mail]; hoặc ghi no_mail = true nếu không dùng.";
    SETUP_NEXT_TLS = "Trước khi các trường vào: bật https (phần tls trong tệp cấu hình, hoặc máy chủ trung gian có TLS).";
    SETUP_LATER = "Để làm sau";
    SETUP_FIRST = "Tỉnh và người quản trị";
    SETUP_UNITS_TITLE = "Danh sách trường (có thể làm sau)";
    SETUP_UNITS_TAKEN = "Danh sách trường";
    SETUP_BACKUP_TAKEN = "Sao lưu";
    SETUP_FILE = "Tải tệp danh sách trường lên";
    SETUP_FILE_ANEW = "Trình duyệt không giữ tệp đã chọn: thầy/cô chọn lại tệp.";
    SETUP_TEMPLATE = "Tải về tệp mẫu";
    SETUP_TEMPLATE_NAME = "mau-danh-sach-truong.csv";
    SETUP_UNITS = "Hoặc dùng tệp đã chép lên máy chủ";
    SETUP_NO_FILE = "Không dùng";
    SETUP_REST = "Dòng, ô chưa nhận được";
    SETUP_REST_STOP = "Chưa lập gì: sửa tệp rồi chọn lại";
    SETUP_REST_SKIP = "Vẫn lập hệ thống, nhập phần còn lại";
    SETUP_PASSWORD_ANEW = "Thầy/cô gõ lại mật khẩu: trang này không giữ mật khẩu đã gõ.";
    SETUP_ALREADY = "Đã có người lập hệ thống";
    SETUP_ALREADY_HINT = "Trong lúc thầy/cô điền, hệ thống đã được lập từ một trình duyệt khác. Nội dung vừa gửi không được dùng. Thầy/cô hỏi người vừa lập, rồi đăng nhập.";
    SETUP_UNITS_GONE = "Tệp này không còn trong thư mục import. Thầy/cô chọn tệp khác hoặc bỏ trống.";
    SETUP_BACKUP_TITLE = "Sao lưu (có thể làm sau)";
    SETUP_RECIPIENTS = "Khóa công khai của người giữ bản sao lưu";
    SETUP_RECIPIENTS_HINT = "Mỗi dòng một khóa, bắt đầu bằng age1, của ít nhất hai người. Mỗi người tự tạo trên máy khác: csdlgd keygen --out khoa.key, rồi đưa dòng cuối. Khóa bí mật không bao giờ đưa lên máy chủ.";
    SETUP_ONE_RECIPIENT = "Cần ít nhất hai khóa: mất khóa duy nhất là mất mọi bản sao lưu.";
    SETUP_TARGET = "Thư mục cất bản sao trên ổ đĩa khác";
    SETUP_TARGET_HINT = "Ví dụ /mnt/saoluu. Dịch vụ phải được ghi vào đó: systemctl edit csdlgd, thêm [Service] ReadWritePaths=-/mnt/saoluu. Bản sao trên chính máy này luôn có.";
    SETUP_TARGET_PLACE = "Cần đường dẫn đầy đủ, bắt đầu bằng / và ở ngoài thư mục dữ liệu.";
    SETUP_TARGET_MISSING = "Không có thư mục này. Thầy/cô gắn ổ đĩa, hoặc sửa đường dẫn.";
    SETUP_TARGET_TAKEN = "Thư mục này đang giữ bản sao lưu của một máy chủ khác, hoặc tệp csdlgd-target.json trong đó không đọc được. Thầy/cô chọn một thư mục khác.";
    SETUP_TARGET_CLOSED = "Dịch vụ chưa ghi được vào thư mục này. Trên máy chủ: systemctl edit csdlgd, thêm ReadWritePaths; và trao thư mục cho người dùng csdlgd.";
    SETUP_WORDS = "Bốn từ của mỗi khóa, để so với tờ giấy của người giữ:";
    SETUP_MAIL_TITLE = "Thư báo sự cố (có thể làm sau)";
    SETUP_MAIL = "Gửi thư báo";
    SETUP_MAIL_HINT = "Khi sao lưu hỏng, đĩa sắp đầy, chứng thư sắp hết hạn. Thư không chứa thông tin cá nhân.";
    SETUP_MAIL_NOW = "Cấu hình ngay";
    SETUP_MAIL_NEVER = "Không dùng thư";
    SETUP_MAIL_TO = "Gửi tới";
    SETUP_MAIL_TO_HINT = "Địa chỉ của các quản trị, cách nhau dấu phẩy";
    SETUP_MAIL_FROM = "Địa chỉ gửi đi";
    SETUP_MAIL_HOST = "Máy chủ thư (SMTP)";
    SETUP_MAIL_HOST_HINT = "Ví dụ mail.haiduong.gov.vn";
    SETUP_MAIL_HOST_WRONG = "Thầy/cô ghi tên máy chủ thư.";
    SETUP_MAIL_ADDRESS = "Thầy/cô ghi địa chỉ thư, ví dụ quantri@haiduong.gov.vn.";
    SETUP_MAIL_TLS = "Bảo vệ kết nối";
    SETUP_MAIL_WRAPPED = "TLS ngay từ đầu (cổng 465)";
    SETUP_MAIL_STARTTLS = "STARTTLS (cổng 587)";
    SETUP_MAIL_OPEN = "Không mã hóa, chỉ khi máy chủ thư ở ngay máy này";
    SETUP_MAIL_PORT = "Cổng";
    SETUP_MAIL_PORT_HINT = "Để trống: theo cách bảo vệ";
    SETUP_MAIL_LOGIN = "Tên đăng nhập máy chủ thư";
    SETUP_MAIL_LOGIN_HINT = "Để trống nếu không cần";
    SETUP_MAIL_PASSWORD = "Mật khẩu máy chủ thư";
    SETUP_TLS_TITLE = "Kết nối an toàn (https)";
    SETUP_TLS_NOTE = "Trang này có thể đang đi qua kết nối chưa mã hóa: chỉ mở từ chính máy chủ hoặc mạng nội bộ tin cậy. Trước khi các trường vào, bật https trong /etc/csdlgd/csdlgd.toml hoặc đặt sau máy chủ trung gian có chứng thư.";
    SETUP_NEXT_ACCOUNTS = "Lập tài khoản cho cán bộ của Sở và cho từng trường ở trang Tài khoản.";
    SETUP_OVER = "Hệ thống đã được lập, nên trang thiết lập lần đầu đã đóng. Thầy/cô đăng nhập bằng tài khoản quản trị đã lập.";
    SETUP_SIGN_IN = "Đăng nhập";
}

/// What was made.
pub fn setup_done(name: &str, units: usize) -> String {
    format!("{name}: đã lập {units} đơn vị và tài khoản quản trị. Máy chủ đang chuyển sang phục vụ, chỉ mất vài giây.")
}

/// What list of schools can be sent.
pub(crate) fn setup_file_hint(most_mb: u64) -> String {
    format!(
        "Tệp xuất từ CSDL ngành của Bộ, hoặc tệp mẫu đã điền: xlsx, xls, ods hay csv, không quá {most_mb} MB. Tệp chưa đúng \
         thì chưa có gì được lập."
    )
}

/// Where lists of schools lie on the server.
pub(crate) fn setup_units_hint(dir: &str) -> String {
    format!("Các tệp trong {dir}. Nếu thầy/cô tải tệp lên ở trên thì tệp tải lên được dùng.")
}

/// A list was not taken because of some of its cells or rows.
pub(crate) fn setup_list_refused(count: usize) -> String {
    format!(
        "Có {count} ô hoặc dòng chưa nhận được, nên chưa lập gì. Thầy/cô sửa các chỗ nêu bên dưới trong tệp, hoặc chọn «Vẫn lập \
         hệ thống, nhập phần còn lại»."
    )
}

/// Refusals that are not told one by one.
pub(crate) fn setup_refused_more(count: usize) -> String {
    format!("… và {count} chỗ khác.")
}

/// A recipient that is none.
pub(crate) fn setup_recipient_wrong(typed: &str) -> String {
    if typed.is_empty() {
        return "Có dòng không phải khóa công khai. Thầy/cô chép lại dòng cuối mà csdlgd keygen in ra, bắt đầu bằng age1; nếu vừa \
                dán nhầm khóa bí mật, hãy tạo khóa mới."
            .into();
    }
    format!("«{typed}» chưa đúng: gõ thiếu hoặc nhầm chữ. Thầy/cô chép lại dòng cuối mà csdlgd keygen in ra.")
}

/// What a list of schools came to.
pub(crate) fn setup_counted(label: &str, added: usize, same: usize) -> String {
    format!("{label}: thêm {added}, giữ nguyên {same}")
}

/// How much of it was not taken.
pub(crate) fn setup_refused(count: usize) -> String {
    format!("Không nhận {count} ô hoặc dòng. Thầy/cô sửa tệp rồi nhập lại; phần đã nhận giữ nguyên.")
}

/// One place that was not taken.
pub(crate) fn setup_refusal(row: u32, column: &str, header: &str, value: &str, reason: &str) -> String {
    if column.is_empty() {
        return format!("Dòng {row}: {reason}");
    }
    format!("Dòng {row}, cột {column} «{header}», đang ghi «{value}»: {reason}")
}
