//! The first page.

use crate::ui::show::number;

phrases! {
    UNIT_CLOSED_READ_ONLY = "Đơn vị của tài khoản này đã kết thúc hoạt động: dữ liệu cũ chỉ xem được.";
    NO_CLASSES_YET = "Chưa có lớp nào của năm học này";
    NO_ENROLMENTS_YET = "Chưa có người học nào được xếp vào năm học này";
    NO_SCHOOL_RECORD_YET = "Chưa khai hồ sơ trường năm học này";
    NO_FACILITY_RECORD_YET = "Chưa khai cơ sở vật chất năm học này";
    NO_STAFF_YET = "Chưa có hồ sơ nhân sự nào";
    LOOK_FOR_EMPTY = "Xem các trường chưa nhập lớp hoặc người học năm nay";
    WITHOUT_RECORDS = "Trường chưa nhập lớp hoặc người học";
    ALL_HAVE_RECORDS = "Mọi trường trong phạm vi đã nhập lớp và người học của năm học này.";
    NOT_ENTERED = "Chưa nhập";
    ENTERED = "Đã nhập";
    MANAGED_BY = "Đơn vị quản lý";
    OFTEN_USED = "Việc thường làm";
    SEE_CLASSES = "Danh sách lớp";
    SEE_PUPILS = "Danh sách người học";
    SEE_STAFF = "Danh sách nhân sự";
    ADD_PUPIL = "Thêm người học";
    ADD_CLASS = "Thêm lớp";
    ADD_STAFF = "Thêm nhân sự";
    SEE_OWN_UNIT = "Thông tin đơn vị";
    RECENT_CHANGES = "Thay đổi gần đây";
    MYSELF = "tôi";
    LEFT_KEYS = "Chưa đủ hai khóa sao lưu: dữ liệu chưa được bảo vệ";
    LEFT_KEYS_NOTE = "Vừa khôi phục thì ghi lại các khóa cũ. Máy chủ mới: hai người, mỗi người tạo một khóa trên máy khác: csdlgd keygen; ghi khóa công khai vào [backup] recipients của csdlgd.toml.";
    LEFT_TARGETS = "Chưa có nơi cất bản sao trên ổ đĩa khác";
    LEFT_TARGETS_NOTE = "[backup] targets trong csdlgd.toml.";
    LEFT_PROOFS = "Còn khóa sao lưu chưa được chứng minh là đang giữ";
    LEFT_PROOFS_NOTE = "Người giữ khóa trả lời thử thách ở trang Sao lưu & khôi phục.";
    LEFT_UNITS = "Chưa có trường nào";
    LEFT_UNITS_NOTE = "Trên máy chủ: csdlgd import --sheet schools, hoặc thêm từng trường ở trang Đơn vị.";
    LEFT_SECOND = "Tài khoản này chưa bật xác minh hai bước";
    LEFT_SECOND_NOTE = "Mã trên điện thoại, ngoài mật khẩu.";
    LEFT_TLS = "Kết nối chưa được mã hóa (https)";
    LEFT_TLS_NOTE = "[tls] trong csdlgd.toml: chứng thư của đơn vị, hoặc mode = \"proxy\" khi đã có máy chủ trung gian.";
    LEFT_MAIL = "Chưa gửi thư báo sự cố";
    LEFT_MAIL_NOTE = "Không bắt buộc: [mail] trong csdlgd.toml; không dùng thì ghi no_mail = true.";
}

/// Schools that have not begun.
pub fn schools_without_records(count: usize) -> String {
    format!("{} trường chưa nhập lớp hoặc người học", number(count as i64))
}
