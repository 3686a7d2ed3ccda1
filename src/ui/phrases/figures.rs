//! Figures and charts.

use crate::ui::show::number;

phrases! {
    DATA_TABLE = "Bảng số liệu";
    TOTAL = "Tổng số";
    YEAR_BEFORE = "Năm học trước";
    CHANGE = "Tăng, giảm";
    RECORDS = "Số hồ sơ";
    FILLED_IN = "Đã có";
    LACKING = "Còn thiếu";
    MALE = "Nam";
    FEMALE = "Nữ";
    SEX_NOT_SAID = "Chưa khai";
    GRADE_NOT_SAID = "Chưa khai khối";
    LEARNERS_BY_GRADE = "Người học theo khối";
    LEARNERS_BY_LEVEL = "Người học theo cấp học";
    LEARNERS_BY_YEAR = "Người học qua các năm học";
    LEARNERS = "Người học";
    COMPLETENESS = "Mức đầy đủ của dữ liệu cần có";
    NEEDED_FIELD = "Mục";
    VERIFIED_SHARE = "Đã đối chiếu với giấy tờ";
    UNIT_FIGURES = "Số liệu theo đơn vị";
    UNIT_FIGURES_LEAD = "Người học, lớp, nhân sự và mức đầy đủ của từng đơn vị trong phạm vi.";
    SEE_UNIT_FIGURES = "Xem theo đơn vị";
    COMPLETE = "Đầy đủ";
    UNVERIFIED = "Chưa đối chiếu";
    NO_FIGURES = "Chưa có số liệu.";
    NO_FIGURES_HINT = "Số liệu có khi trường nhập lớp và người học.";
    LEAST_COMPLETE_FIRST = "Thiếu nhiều nhất trước";
    BY_NAME = "Theo tên";
    LARGEST_FIRST = "Đông người học nhất trước";
    ORDER = "Thứ tự";
    VERIFY_WHERE = "xem theo từng loại ở phần số liệu";
    NEEDED_ALL = "Tất cả các mục cần có";
    ANY = "Tất cả";
    LEAST_VERIFIED_FIRST = "Chưa đối chiếu nhiều nhất trước";
    CLASSES_BY_GRADE = "Lớp theo khối";
    CLASS = "Lớp";
    SIZE = "Sĩ số";
    HOMEROOM_TEACHER = "Giáo viên chủ nhiệm";
    CLASS_LIST = "Danh sách";
    NOT_ASSIGNED = "Chưa phân công";
    STAFF_BY_ROLE = "Nhân sự theo vị trí";
    BUILDINGS = "Cơ sở vật chất";
    SEE_WHOLE_RECORD = "Xem toàn bộ hồ sơ";
    SEE_CAMPUSES = "Các điểm trường";
    WHO_ANSWERS = "Ai phụ trách";
    GUIDED_BY = "Quản lý chuyên môn";
    OFFICES_OF_DUTY = "Phòng của Sở phụ trách từng loại dữ liệu";
    OFFICE = "Phòng";
    DUTY = "Lĩnh vực";
    DATA = "Dữ liệu";
}

/// How many records lack something.
pub fn lacking(count: u64) -> String {
    format!("thiếu {}", number(count as i64))
}

/// How many remain to be done.
pub fn remaining(count: u64) -> String {
    format!("còn {}", number(count as i64))
}

/// Against last year.
pub fn against_year_before(change: i64) -> String {
    match change {
        0 => "bằng năm học trước".into(),
        n if n > 0 => format!("tăng {} so với năm học trước", number(n)),
        n => format!("giảm {} so với năm học trước", number(-n)),
    }
}

/// Figures that are still being counted.
pub fn still_counting(missing: usize, units: usize) -> String {
    format!(
        "Đang đếm lại: còn {} trong {} đơn vị. Số liệu dưới đây chưa đủ; tải lại trang sau ít giây.",
        number(missing as i64),
        number(units as i64)
    )
}

/// Needed values that are not there.
pub fn values_lacking(count: u64) -> String {
    format!("{} giá trị cần có còn thiếu: xem từng đơn vị", number(count as i64))
}

/// Records that wait to be compared with the papers.
pub fn to_verify(count: u32) -> String {
    format!("{} hồ sơ chưa đối chiếu với giấy tờ", number(i64::from(count)))
}

/// Records of a kind with something to look at again.
pub fn records_to_review(count: u32, kind: &str) -> String {
    format!("{} {} có chỗ cần xem lại", number(i64::from(count)), kind.to_lowercase())
}

/// Records of a kind that lack a field.
pub fn records_lacking(count: u32, kind: &str, field: &str) -> String {
    format!("{} {} chưa có {}", number(i64::from(count)), kind.to_lowercase(), field.to_lowercase())
}

/// How many classes.
pub fn classes_count(count: usize) -> String {
    format!("{} lớp", number(count as i64))
}
