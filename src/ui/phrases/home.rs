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
}

/// Schools that have not begun.
pub fn schools_without_records(count: usize) -> String {
    format!("{} trường chưa nhập lớp hoặc người học", number(count as i64))
}
