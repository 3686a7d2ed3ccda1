//! Every fixed sentence the pages say, in one voice: short, polite, active; it says what happened,
//! where, what to do and who can help. Names of fields and codes are not here (they are the spec's).

pub use super::phrases::*;
use jiff::civil::Date;

// The frame of every page.
pub(crate) const SKIP: &str = "Đến nội dung chính";
pub(crate) const SEARCH: &str = "Tìm";
pub(crate) const SEARCH_ALL: &str = "Tìm trong toàn bộ dữ liệu";
pub(crate) const SEARCH_HINT: &str = "Tìm tên, mã, trường, lớp…";
pub(crate) const MENU: &str = "Các phần của hệ thống";
pub(crate) const CRUMBS: &str = "Đường dẫn";
pub(crate) const HOME: &str = "Trang chủ";
pub(crate) const ACCOUNT: &str = "Tài khoản của tôi";
pub(crate) const ACCOUNT_SHORT: &str = "Tài khoản";
pub(crate) const SIGN_OUT: &str = "Đăng xuất";
pub(crate) const SIGN_IN: &str = "Đăng nhập";
pub(crate) const LETTERS: &str = "Cỡ chữ";
pub(crate) const LETTERS_NORMAL: &str = "Vừa";
pub(crate) const LETTERS_LARGE: &str = "Lớn";
pub(crate) const LETTERS_LARGER: &str = "Rất lớn";
pub(crate) const OFFLINE: &str =
    "Đang mất kết nối mạng. Những gì đã nhập vẫn còn trên trang này; thầy/cô lưu lại khi có mạng.";
pub(crate) const DICTIONARY: &str = "Từ điển dữ liệu";
pub(crate) const VERSION: &str = "Phiên bản";
pub(crate) const TODAY: &str = "Hôm nay";
pub(crate) const SCHOOL_YEAR: &str = "năm học";

// Lists.
pub(crate) const ORDER_BY: &str = "Sắp xếp theo";
pub(crate) const SELECT_ROW: &str = "Chọn";
pub(crate) const PAGES: &str = "Trang danh sách";
pub(crate) const PREVIOUS: &str = "Trước";
pub(crate) const NEXT: &str = "Sau";
pub(crate) const FILTERS: &str = "Lọc";
pub(crate) const CLEAR_FILTER: &str = "Bỏ lọc";
pub(crate) const NO_VALUE: &str = "Chưa khai";
pub(crate) const ON_THIS_PAGE: &str = "Trong trang này";
pub(crate) const VIEWS: &str = "Các mục";

// Forms.
pub(crate) const REQUIRED: &str = "bắt buộc";
pub(crate) const SAVE: &str = "Lưu";
pub(crate) const CANCEL: &str = "Thôi, không lưu";
pub(crate) const CHOOSE: &str = "– Chọn –";
pub(crate) const YES: &str = "Có";
pub(crate) const NO: &str = "Không";
pub(crate) const NOT_SAID: &str = "Chưa khai";
pub(crate) const DATE_HINT: &str = "Ngày/tháng/năm, ví dụ 05/09/2014";
pub(crate) const REFRESH: &str = "Cập nhật danh sách";
pub(crate) const APPLY: &str = "Xem";
pub(crate) const UNDER: &str = "Các đơn vị thuộc";
pub(crate) const COPY: &str = "Chép";
pub(crate) const COPIED: &str = "Đã chép";
pub(crate) const FIND: &str = "Tìm";
pub(crate) const NONE_OF_THESE: &str = "Không chọn";
pub(crate) const FIND_HINT: &str = "Gõ vài chữ của tên hoặc mã rồi chọn";
pub(crate) const ADD_ROW: &str = "Thêm dòng";
pub(crate) const REMOVE_ROW: &str = "Xóa dòng";
pub(crate) const ROW: &str = "Dòng";
pub(crate) const NO_ROWS: &str = "Chưa có dòng nào.";
pub(crate) const MASKED: &str = "đang che";
pub(crate) const MASKED_IN_FORM: &str = "Đang che. Để nguyên nếu không sửa.";
pub(crate) const OPEN: &str = "Mở xem";
pub(crate) const WARNING: &str = "Lưu ý";
pub(crate) const MISTAKE: &str = "Lỗi";

// Two people saved the same record.
pub(crate) const CONFLICT: &str = "Hồ sơ vừa được người khác lưu";
pub(crate) const CONFLICT_FIELD: &str = "Nội dung";
pub(crate) const CONFLICT_THEIRS: &str = "Bản đang lưu";
pub(crate) const CONFLICT_MINE: &str = "Thầy/cô vừa nhập";
pub(crate) const CONFLICT_SAVE: &str = "Lưu theo lựa chọn";
pub(crate) const CONFLICT_DROP: &str = "Bỏ bản vừa nhập, xem bản đang lưu";

// History.
pub(crate) const BEFORE: &str = "Trước";
pub(crate) const AFTER: &str = "Sau";
pub(crate) const EMPTY_VALUE: &str = "(trống)";

// Signing in.
pub(crate) const LOGIN_NAME: &str = "Tên đăng nhập";
pub(crate) const PASSWORD: &str = "Mật khẩu";
pub(crate) const LOGIN_HELP: &str =
    "Quên mật khẩu hoặc chưa có tài khoản? Thầy/cô liên hệ người quản trị tài khoản của trường, của xã hoặc của Sở.";
pub(crate) const LOGIN_CARE: &str = "Mỗi người dùng một tài khoản riêng. Không cho mượn, không dùng chung.";

// Home.
pub(crate) const WORK_TO_DO: &str = "Việc cần làm";
pub(crate) const NOTHING_TO_DO: &str = "Không còn việc nào đang chờ.";
pub(crate) const AT_A_GLANCE: &str = "Số liệu hiện tại";

/// What an error page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorWords {
    /// What happened, in a few words.
    pub title: &'static str,
    /// What happened, in a sentence or two.
    pub what: String,
    /// What the person can do.
    pub todo: &'static str,
    /// Who can help.
    pub who: &'static str,
}

const WHO_SCHOOL: &str = "Cần giúp: người quản trị tài khoản của trường, của xã hoặc của Sở.";
const WHO_ADMIN: &str = "Cần giúp: quản trị hệ thống của Sở Giáo dục và Đào tạo.";

/// What to say for an HTTP status; `what` replaces the usual sentence where the program knows more.
pub fn error(status: u16, what: Option<&str>) -> ErrorWords {
    let (title, usual, todo, who) = match status {
        400 => (
            "Yêu cầu không đọc được",
            "Máy chủ không hiểu địa chỉ hoặc dữ liệu vừa gửi.",
            "Thầy/cô quay lại trang trước, kiểm tra rồi gửi lại.",
            WHO_SCHOOL,
        ),
        401 => (
            "Chưa đăng nhập",
            "Phiên làm việc đã hết hoặc chưa bắt đầu.",
            "Thầy/cô mở trang đăng nhập ở một thẻ khác, đăng nhập, rồi quay lại trang vừa nhập và gửi lại.",
            WHO_SCHOOL,
        ),
        403 => (
            "Không có quyền làm việc này",
            "Tài khoản này không được làm việc vừa yêu cầu. Chưa có gì thay đổi.",
            "Thầy/cô quay lại trang trước.",
            WHO_SCHOOL,
        ),
        404 => (
            "Không tìm thấy",
            "Không có trang hoặc hồ sơ ở địa chỉ này, hoặc hồ sơ nằm ngoài phạm vi của tài khoản.",
            "Thầy/cô kiểm tra lại địa chỉ, hoặc tìm theo tên hay mã ở ô tìm kiếm.",
            WHO_SCHOOL,
        ),
        405 => (
            "Địa chỉ này không nhận cách gửi đó",
            "Trang này không làm được theo cách vừa gửi. Chưa có gì thay đổi.",
            "Thầy/cô mở lại trang từ trang chủ rồi làm lại.",
            WHO_ADMIN,
        ),
        408 => (
            "Gửi quá lâu",
            "Đường truyền chậm nên máy chủ chưa nhận đủ dữ liệu. Chưa có gì được lưu.",
            "Thầy/cô kiểm tra mạng rồi gửi lại.",
            WHO_SCHOOL,
        ),
        409 => (
            "Hồ sơ vừa được người khác lưu",
            "Trong lúc thầy/cô sửa, người khác đã lưu hồ sơ này. Bản vừa nhập chưa được lưu.",
            "Thầy/cô mở lại hồ sơ, xem bản mới rồi sửa tiếp.",
            WHO_SCHOOL,
        ),
        413 => (
            "Dữ liệu gửi lên quá lớn",
            "Nội dung vừa gửi vượt quá mức cho phép. Chưa có gì được lưu.",
            "Thầy/cô gửi tệp nhỏ hơn, hoặc chia thành nhiều tệp.",
            WHO_SCHOOL,
        ),
        415 => (
            "Không nhận loại dữ liệu này",
            "Nội dung vừa gửi không đúng loại mà trang này nhận.",
            "Thầy/cô kiểm tra lại tệp rồi gửi lại.",
            WHO_SCHOOL,
        ),
        422 => (
            "Dữ liệu chưa đúng",
            "Có chỗ chưa đúng nên chưa lưu.",
            "Thầy/cô quay lại, sửa những chỗ được nêu rồi lưu lại.",
            WHO_SCHOOL,
        ),
        429 => (
            "Gửi quá nhiều lần",
            "Máy chủ vừa nhận quá nhiều yêu cầu cùng loại. Yêu cầu này chưa được thực hiện.",
            "Thầy/cô chờ một lát rồi làm lại.",
            WHO_SCHOOL,
        ),
        503 => (
            "Máy chủ đang bận",
            "Đang có quá nhiều yêu cầu cùng loại nên máy chủ chưa làm yêu cầu này. Chưa có gì thay đổi.",
            "Thầy/cô chờ một lát, quay lại trang trước rồi gửi lại.",
            WHO_ADMIN,
        ),
        507 => (
            "Máy chủ sắp hết chỗ lưu",
            "Ổ đĩa của máy chủ gần đầy nên tạm ngừng ghi. Vẫn xem và tìm được; điều vừa nhập chưa được lưu.",
            "Thầy/cô giữ lại nội dung vừa nhập và báo quản trị hệ thống.",
            WHO_ADMIN,
        ),
        _ => (
            "Máy chủ gặp sự cố",
            "Máy chủ gặp sự cố khi làm việc này và đã ghi lại để sửa. Chưa chắc điều vừa nhập đã được lưu.",
            "Thầy/cô xem lại hồ sơ trước khi làm lại. Khi báo sự cố, thầy/cô nói rõ giờ và việc đang làm.",
            WHO_ADMIN,
        ),
    };
    ErrorWords { title, what: what.unwrap_or(usual).to_owned(), todo, who }
}

/// The store stopped: what was being saved is unknown.
pub(crate) fn store_stopped() -> ErrorWords {
    ErrorWords {
        title: "Máy chủ tạm ngừng ghi",
        what: "Ổ đĩa của máy chủ báo lỗi nên máy chủ ngừng ghi và tự khởi động lại. \
               Chưa chắc điều vừa nhập đã được lưu."
            .into(),
        todo: "Thầy/cô chờ một phút, xem lại hồ sơ, rồi mới nhập lại nếu chưa có.",
        who: WHO_ADMIN,
    }
}

/// The answer took too long: what was being saved is unknown.
pub(crate) fn too_long() -> ErrorWords {
    ErrorWords {
        title: "Máy chủ làm quá lâu",
        what:
            "Máy chủ chưa làm xong việc này trong thời gian cho phép. Nếu vừa lưu, chưa chắc điều vừa nhập đã được lưu."
                .into(),
        todo: "Thầy/cô xem lại hồ sơ trước khi làm lại.",
        who: WHO_ADMIN,
    }
}

/// Bytes in the store are not what was written.
pub(crate) fn damaged() -> ErrorWords {
    ErrorWords {
        title: "Dữ liệu trên đĩa bị hỏng",
        what: "Một phần dữ liệu trên đĩa không còn đúng như lúc ghi nên máy chủ không đưa ra. \
               Chỗ hỏng đã được ghi lại để khôi phục từ bản sao lưu."
            .into(),
        todo: "Thầy/cô báo quản trị hệ thống giờ này và hồ sơ đang mở. Các hồ sơ khác vẫn dùng được.",
        who: WHO_ADMIN,
    }
}

/// A form that could not be taken is still on the page.
pub(crate) const BUSY_KEPT: &str = "Đang có quá nhiều người cùng gửi nên máy chủ chưa nhận được biểu mẫu này. Chưa có gì được lưu, \
     nhưng những gì thầy/cô nhập vẫn còn ở trang này: chờ một lát rồi bấm «Gửi lại».";
pub(crate) const SEND_AGAIN: &str = "Gửi lại";

/// A request that came from another site's page.
pub(crate) const CROSS_SITE: &str =
    "Yêu cầu này không được gửi từ trang của hệ thống nên không được thực hiện. Chưa có gì thay đổi.";
pub(crate) const FORM_NOT_TEXT: &str = "Nội dung gửi lên có ký tự không đọc được.";
pub(crate) const FORM_WRONG_TYPE: &str = "Nội dung gửi lên không phải là một biểu mẫu.";
pub(crate) const FORM_TOO_LONG: &str = "Nội dung gõ vào biểu mẫu quá dài.";
pub(crate) const FORM_CUT: &str = "Nội dung gửi lên bị đứt giữa chừng.";

/// A form has more fields than `most`.
pub(crate) fn form_too_many(most: usize) -> String {
    format!("Biểu mẫu có quá nhiều ô (tối đa {most}). Thầy/cô chia nhỏ rồi gửi lại.")
}

/// Above a form that was not saved.
pub(crate) fn not_saved(problems: usize) -> String {
    format!("Chưa lưu được: có {problems} chỗ cần sửa")
}

/// Above a record that has warnings.
pub(crate) fn to_review(problems: usize) -> String {
    format!("Có {problems} chỗ cần xem lại")
}

/// What a conflict page explains.
pub(crate) fn conflict_explained(who: &str, when: &str) -> String {
    format!(
        "{who} đã lưu hồ sơ này lúc {when}, sau khi thầy/cô mở để sửa. Bản vừa nhập chưa được lưu. \
         Thầy/cô chọn nội dung đúng ở mỗi dòng khác nhau rồi lưu."
    )
}

/// Which rows of how many a page of a list shows.
pub(crate) fn shown(from: &str, to: &str, total: &str) -> String {
    format!("{from}–{to} trong {total}")
}

/// `năm học 2026–2027` from any day of it.
pub(crate) fn school_year(today: Date) -> String {
    let year = crate::clock::school_year(today);
    format!("{SCHOOL_YEAR} {year}–{}", year + 1)
}

/// The name of a role, as pages say it.
pub fn role(role: crate::actor::Role) -> &'static str {
    use crate::actor::Role;
    match role {
        Role::SystemAdmin => "Quản trị hệ thống",
        Role::DepartmentOfficer => "Chuyên viên Sở",
        Role::OfficeAdmin => "Quản trị cấp xã, phòng",
        Role::OfficeViewer => "Chuyên viên cấp xã, phòng",
        Role::SchoolAdmin => "Lãnh đạo trường",
        Role::SchoolClerk => "Văn thư trường",
        Role::Teacher => "Giáo viên",
    }
}
