//! What the features' pages say; part of [`super::words`].

use super::finding::{REMOVE_SAVED, SAVE_SEARCH};
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
    ORDER_WAY = "Thứ tự";
    USUAL_ORDER = "Như thường lệ";
    EVERY_STATE = "Tất cả trừ ghi nhầm";
    UPWARDS = "Tăng dần";
    DOWNWARDS = "Giảm dần";
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

/// The title of a form that changes a record.
pub fn edit_title(title: &str) -> String {
    format!("Sửa: {title}")
}

/// The title of a form that makes a record.
pub fn new_title(kind: &str) -> String {
    format!("Thêm {}", kind.to_lowercase())
}

// Units, their reforms, accounts, the first page, help.

phrases! {
    // The tree.
    ON_DAY = "Ngày";
    STANDS_UNDER = "thuộc";
    FOUND_UNIT = "Thành lập đơn vị";
    SEE_TODAY = "Xem hôm nay";
    NO_UNITS_ON_DAY = "Không có đơn vị nào vào ngày này.";
    NO_UNITS_ON_DAY_HINT = "Thầy/cô chọn ngày khác, hoặc hiện cả đơn vị đã kết thúc.";
    TREE = "Cây đơn vị";
    LARGE_TREE = "Danh sách dài nên chỉ mở hai cấp. Bấm số đơn vị bên cạnh để xem các đơn vị trực thuộc.";
    WHOLE_TREE = "Mở toàn bộ để in";
    FOLD_TREE = "Thu gọn";
    ON_THE_DAY = "Vào ngày";
    TREE_BY = "Xếp theo";
    WITHOUT_ENDED = "Đơn vị đang có";
    WITH_ENDED = "Cả đơn vị đã kết thúc";
    FIND_UNIT = "Tìm đơn vị";
    UNIT_TYPE = "Loại đơn vị";
    ACTIVE_UNITS = "đang hoạt động";
    COLUMN_ACTIVE = "Đang hoạt động";
    COLUMN_SUSPENDED = "Tạm ngừng";
    COLUMN_ENDED = "Đã kết thúc";
    UNITS_BY_TYPE = "Số đơn vị theo loại";
    LEVELS_COUNTED = "Các cột cấp học đếm đơn vị đang hoạt động; một trường nhiều cấp được đếm ở mỗi cấp.";
    COMING_CHANGES = "Thay đổi sắp có hiệu lực";
    LAST_CHANGES = "Thay đổi gần nhất";
    BAD_DAY = "Ngày trong địa chỉ chưa đúng. Thầy/cô nhập ngày dạng ngày/tháng/năm, ví dụ 30/06/2025.";
    // One unit.
    UNIT_NAME = "Tên đơn vị";
    LEVELS = "Cấp học";
    CODE = "Mã";
    NO_PARENT = "Không có";
    ALL_FACTS = "Toàn bộ thông tin theo thời gian";
    FACT = "Nội dung";
    FACT_VALUE = "Giá trị";
    FROM_DAY = "Từ ngày";
    TO_DAY = "Đến ngày";
    DECISION = "Quyết định";
    FROM_THE_BEGINNING = "từ đầu";
    UNTIL_NOW = "đến nay";
    HOLDS = "đang có hiệu lực";
    RECORDS_OF_UNIT = "Hồ sơ của đơn vị";
    ALL_YEARS = "Hiện có";
    FIGURES_BELOW = "Số liệu của đơn vị và các đơn vị trực thuộc";
    CLASSES = "Lớp";
    NOW_WORKING = "đang làm việc";
    SEE_TREE = "Xem cây đơn vị";
    SHOW_LIST = "Xem danh sách";
    STORY = "Lịch sử đơn vị";
    NO_STORY = "Chưa ghi nhận thay đổi nào.";
    REFORM_UNIT = "Thay đổi đơn vị";
    REFORM_HINT = "Mỗi thay đổi cần ngày hiệu lực và số quyết định. Trước khi ghi, hệ thống cho xem những gì sẽ thay đổi.";
    UNIT_ENDED_HINT = "Đơn vị đã kết thúc hoạt động nên không thay đổi được nữa. Hồ sơ cũ vẫn xem và tìm được.";
    SPLIT_UNIT = "Tách một đơn vị mới từ đơn vị này";
    FOUND_UNDER = "Thành lập đơn vị trực thuộc";
    UNIT_LOG = "Nhật ký ghi thông tin đơn vị";
    UNDO_REFORM = "Hoàn tác thay đổi này";
    UNDO_HINT = "Mọi đơn vị có trong thay đổi này trở lại như trước khi ghi. Dùng khi ghi nhầm; việc hoàn tác cũng được ghi vào nhật ký.";
    REFORM_DONE = "Đã ghi thay đổi của đơn vị.";
    REFORM_UNDONE = "Đã hoàn tác thay đổi.";
    // Reforms.
    ACT_RENAME = "Đổi tên";
    ACT_LEVELS = "Đổi cấp học";
    ACT_RECODE = "Cấp mã mới";
    ACT_MOVE = "Chuyển đơn vị quản lý";
    ACT_MERGE = "Sáp nhập vào đơn vị khác";
    ACT_SUSPEND = "Tạm ngừng hoạt động";
    ACT_REOPEN = "Hoạt động trở lại";
    ACT_DISSOLVE = "Giải thể";
    NEW_NAME = "Tên mới";
    NEW_CODE = "Mã mới";
    NEW_CODE_HINT = "Chữ không dấu và chữ số. Mã cũ vẫn tìm được và không cấp lại cho đơn vị khác.";
    CODE_SCHEME = "Loại mã";
    PARENT_ROLE = "Chuyển";
    NEW_PARENT = "Đơn vị cấp trên mới";
    MERGE_INTO = "Đơn vị tiếp nhận";
    MERGE_ALSO = "Cùng sáp nhập theo quyết định này";
    WHAT_CHANGES = "Nội dung thay đổi";
    THE_UNIT = "Đơn vị";
    WHERE_IT_STANDS = "Đơn vị cấp trên";
    UNIT_CODE = "Mã đơn vị";
    UNIT_CODE_HINT = "Mã trường của Bộ; với UBND cấp xã là mã đơn vị hành chính. Có thể bổ sung sau.";
    LEVELS_HINT = "Với trường và trung tâm.";
    SPLIT_FROM = "Tách từ đơn vị";
    SPLIT_FROM_HINT = "Chỉ điền khi đơn vị mới được chia, tách từ một đơn vị đang có.";
    BASIS = "Căn cứ";
    EFFECTIVE_DAY = "Ngày có hiệu lực";
    DECISION_NUMBER = "Số quyết định";
    DECISION_HINT = "Ví dụ: 1234/QĐ-UBND";
    SEE_CONSEQUENCES = "Xem trước thay đổi";
    CONFIRM_REFORM = "Xác nhận và ghi";
    EDIT_AGAIN = "Sửa lại";
    NOT_YET_DONE = "Chưa ghi gì. Thầy/cô xem lại rồi xác nhận.";
    WILL_CHANGE = "Sẽ thay đổi";
    ONLY_STORY = "Chỉ ghi vào lịch sử của các đơn vị liên quan.";
    NONE_SUCH = "(không có)";
    RECORDS_STAY = "Hồ sơ đã có vẫn ở đơn vị cũ và vẫn tìm được.";
    UNIT_FIND_HINT = "Gõ vài chữ của tên hoặc mã rồi chọn";
    UNIT_NEEDED = "Thầy/cô chọn một đơn vị.";
    WHICH_UNIT = "Có nhiều đơn vị khớp. Thầy/cô chọn một đơn vị trong danh sách.";
    NO_UNIT_FITS = "Không có đơn vị nào khớp. Thầy/cô gõ lại tên hoặc mã.";
    DAY_NEEDED = "Thầy/cô nhập ngày có hiệu lực ghi trong quyết định.";
    DAY_UNCLEAR = "Ngày chưa đúng. Thầy/cô nhập đủ ngày/tháng/năm, ví dụ 01/07/2025.";
    UNKNOWN_SCHEME = "Loại mã này không có trong danh mục.";
    // Why a reform is refused.
    DECISION_NEEDED = "Thầy/cô nhập số quyết định, tối đa 100 ký tự.";
    NO_SUCH_UNIT = "Không tìm thấy đơn vị này.";
    ROOT_STAYS = "Sở Giáo dục và Đào tạo là đơn vị trên cùng: không chuyển, sáp nhập, tạm ngừng hay giải thể được ở đây.";
    UNIT_NAME_NEEDED = "Tên đơn vị cần có, tối đa 200 ký tự.";
    SAME_NAME = "Đơn vị đang có đúng tên này. Thầy/cô nhập tên mới.";
    SAME_LEVELS = "Đơn vị đang dạy đúng các cấp này.";
    SAME_CODE = "Đơn vị đang có đúng mã này.";
    SAME_PARENT = "Đơn vị đang trực thuộc đúng đơn vị này.";
    NOT_SUSPENDED = "Chỉ đơn vị đang tạm ngừng mới hoạt động trở lại được.";
    LEVELS_NEEDED = "Thầy/cô chọn ít nhất một cấp học.";
    CODE_PATTERN = "Mã gồm 1–20 chữ cái không dấu, chữ số, dấu chấm, gạch ngang hoặc gạch chéo.";
    CODE_TAKEN = "Mã này đã cấp cho đơn vị khác; mã không bao giờ được dùng lại (TT 42/2021).";
    UNKNOWN_UNIT_TYPE = "Thầy/cô chọn loại đơn vị.";
    ONE_ROOT = "Mỗi hệ thống chỉ có một Sở Giáo dục và Đào tạo.";
    PARENT_NEEDED = "Thầy/cô chọn đơn vị quản lý.";
    SPLIT_SAME_TYPE = "Đơn vị tách ra phải cùng loại với đơn vị cũ.";
    NOT_UNDER_ITSELF = "Một đơn vị không thể trực thuộc chính nó.";
    MERGE_OTHERS = "Thầy/cô chọn một đơn vị khác để tiếp nhận.";
    MERGE_ALIKE = "Chỉ sáp nhập được các đơn vị cùng loại, hoặc các cơ sở giáo dục với nhau.";
    MERGE_NOT_BELOW = "Đơn vị tiếp nhận đang trực thuộc đơn vị được sáp nhập. Thầy/cô chuyển đơn vị tiếp nhận sang đơn vị quản lý khác trước.";
    FOUNDING_STAYS = "Việc thành lập đơn vị không hoàn tác được vì đơn vị tồn tại mãi trong lịch sử. Thầy/cô ghi giải thể nếu thành lập nhầm.";
    // Accounts.
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
    // The first page.
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
    MY_CHANGES = "Thay đổi gần đây của tôi";
    // Help.
    HELP_LEAD = "Những việc hay làm, mỗi việc vài dòng.";
    HELP_MORE = "Xem thêm";
    ABOUT = "Giới thiệu phần mềm";
    PROGRAM = "Phần mềm";
    PROGRAM_NAME = "Tên";
    LICENCE = "Giấy phép";
    SPEC_VERSION = "Bộ quy định dữ liệu";
    SPEC_BASIS = "Căn cứ của bộ quy định dữ liệu";
    DOCUMENT = "Văn bản";
    ABOUT_WHAT = "Về việc";
}

/// The schemes of units' codes.
pub const CODE_SCHEMES: [(&str, &str); 3] =
    [("moet", "Mã trường (Bộ GDĐT)"), ("gso", "Mã đơn vị hành chính"), ("sign", "Ký hiệu đơn vị")];

/// Short help: id, title, what to do.
pub const HELP_TEXTS: [(&str, &str, &[&str]); 6] = [
    (
        "search",
        "Tìm kiếm",
        &[
            "Ô tìm ở đầu mỗi trang tìm trong toàn bộ dữ liệu thuộc phạm vi của tài khoản: người học, nhân sự, lớp, trường.",
            "Có dấu hay không dấu đều được, thứ tự từ tùy ý: «nguyen van an 6a1», «an nguyễn 2014», «gv toan tan hong».",
            "Gõ mã định danh, mã trường hoặc số điện thoại, chỉ cần phần đầu: «0302140».",
            "Phím / đưa con trỏ vào ô tìm.",
        ],
    ),
    (
        "enter",
        "Nhập và sửa hồ sơ",
        &[
            "Mở danh sách (Người học, Lớp, Nhân sự…), bấm Thêm để tạo hồ sơ mới, hoặc mở hồ sơ rồi bấm Sửa.",
            "Nội dung chưa đúng được báo ngay tại ô đó; những gì đã gõ vẫn còn. Chỗ «Lưu ý» vẫn lưu được, nên xem lại sau.",
            "Nếu người khác vừa lưu cùng hồ sơ, hệ thống cho xem cả hai bản để chọn, không ghi đè.",
            "Thông tin nhạy cảm được che; mỗi lần mở xem đều được ghi vào nhật ký.",
        ],
    ),
    (
        "import",
        "Nhập từ Excel",
        &[
            "Dùng đúng tệp mẫu của Bộ. Hệ thống kiểm tra trước và chỉ rõ ô, dòng cần sửa.",
            "Cột mã để dạng văn bản (Text) để không mất số 0 ở đầu.",
            "Một lần nhập có thể hoàn tác trọn vẹn nếu các dòng chưa được sửa sau đó.",
        ],
    ),
    (
        "history",
        "Lịch sử và khôi phục",
        &[
            "Mỗi lần lưu là một phiên bản: trong hồ sơ, mở «Lịch sử thay đổi» để biết ai sửa gì, lúc nào.",
            "Có thể xem hồ sơ như vào một ngày đã qua, và khôi phục nội dung của phiên bản cũ.",
            "Hồ sơ không bao giờ bị xóa. Hồ sơ nhập nhầm thì đánh dấu «ghi nhầm».",
        ],
    ),
    (
        "units",
        "Đơn vị",
        &[
            "Trang Đơn vị cho xem cây đơn vị vào bất kỳ ngày nào, ví dụ 30/06/2025 khi còn Phòng GDĐT.",
            "Đơn vị đổi tên, sáp nhập vẫn tìm được theo tên và mã cũ; hồ sơ cũ vẫn ở nơi đã có.",
            "Chỉ quản trị của Sở ghi thành lập, đổi tên, chuyển, sáp nhập, giải thể, theo quyết định.",
        ],
    ),
    (
        "accounts",
        "Tài khoản",
        &[
            "Mỗi người một tài khoản riêng. Không cho mượn, không dùng chung.",
            "Quên mật khẩu: nhờ người quản trị tài khoản của trường, của xã hoặc của Sở cấp lại.",
            "Trước khi chuyển công tác hoặc nghỉ chế độ, bàn giao với thủ trưởng đơn vị để đóng tài khoản.",
        ],
    ),
];

/// What happened to a unit.
pub fn unit_event(kind: &str) -> &'static str {
    match kind {
        "founded" => "Thành lập",
        "renamed" => "Đổi tên",
        "moved" => "Chuyển đơn vị quản lý",
        "levels_changed" => "Đổi cấp học",
        "recoded" => "Cấp mã mới",
        "merged_into" => "Sáp nhập vào",
        "absorbed" => "Tiếp nhận",
        "split_from" => "Tách từ",
        "split_into" => "Tách thành lập",
        "suspended" => "Tạm ngừng hoạt động",
        "reopened" => "Hoạt động trở lại",
        "dissolved" => "Giải thể, kết thúc hoạt động",
        "imported" => "Nhập từ tệp",
        _ => "Thay đổi",
    }
}

/// An action of the log, as people say it.
pub fn action(action: &str) -> &'static str {
    match action {
        "record.create" => ACT_CREATE,
        "record.save" => ACT_SAVE,
        "record.state" => ACT_STATE,
        "record.verify" => ACT_VERIFY,
        "record.restore" => ACT_RESTORE,
        "record.open" => OPEN_SENSITIVE,
        "import.rows" => ACT_IMPORT,
        "batch.undo" => ACT_UNDO,
        "demo.school" => ACT_DEMO,
        "search.save" => SAVE_SEARCH,
        "search.remove" => REMOVE_SAVED,
        "unit.init" => "Tạo cây đơn vị",
        "unit.found" => FOUND_UNIT,
        "unit.reform" => REFORM_UNIT,
        "account.create" | "account.grant" => GRANT_ACCOUNT,
        "account.reset" => RESET_PASSWORD,
        "account.close" => CLOSE_ACCOUNT,
        "account.reopen" => REOPEN_ACCOUNT,
        "account.password" => CHANGE_PASSWORD,
        "session.sign_in" => "Đăng nhập",
        "token.create" => MAKE_TOKEN,
        "token.revoke" => "Hủy mã truy cập",
        _ => ACT_OTHER,
    }
}

/// The tree of another day.
pub fn tree_on(day: &str) -> String {
    format!("Đang xem cây đơn vị vào ngày {day}.")
}

/// A unit on another day.
pub fn unit_on(day: &str) -> String {
    format!("Đang xem đơn vị vào ngày {day}.")
}

/// The heading of a unit's facts.
pub fn facts_on(day: &str) -> String {
    format!("Thông tin vào ngày {day}")
}

/// How many units stand below one.
pub fn units_below(count: usize) -> String {
    format!("{} đơn vị", number(count as i64))
}

/// How many units.
pub fn units_count(count: usize) -> String {
    format!("{} đơn vị", number(count as i64))
}

/// Events not shown.
pub fn more_events(count: usize) -> String {
    format!("Còn {} thay đổi khác.", number(count as i64))
}

/// Children along the administrative parent.
pub fn children_title(count: usize) -> String {
    format!("Đơn vị trực thuộc ({})", number(count as i64))
}

/// Children along the professional parent.
pub fn guided_title(count: usize) -> String {
    format!("Đơn vị do đơn vị này quản lý chuyên môn ({})", number(count as i64))
}

/// A count that stopped.
pub fn more_than(count: u64) -> String {
    format!("hơn {}", number(count as i64))
}

/// A reform still to come.
pub fn coming(day: &str, what: &str, decision: &str) -> String {
    if decision.is_empty() {
        format!("Từ ngày {day}: {what}.")
    } else {
        format!("Từ ngày {day}: {what} ({decision}).")
    }
}

/// From a day on.
pub fn from_day(day: &str) -> String {
    format!("từ ngày {day}")
}

/// The title of the page that asks for confirmation.
pub fn confirm_title(act: &str, day: &str) -> String {
    format!("{act}, từ ngày {day}")
}

/// When a reform takes effect.
pub fn takes_effect_from(day: &str) -> String {
    format!("Có hiệu lực từ ngày {day}: thay đổi thấy ngay sau khi xác nhận.")
}

/// When a planned reform takes effect.
pub fn takes_effect_later(day: &str) -> String {
    format!("Có hiệu lực từ ngày {day}. Đến ngày đó mọi thứ vẫn như hiện nay.")
}

/// What a unit's end means for its accounts.
pub fn accounts_read_only(count: usize) -> String {
    format!("{} tài khoản của đơn vị kết thúc chỉ còn xem được dữ liệu cũ của đơn vị mình.", number(count as i64))
}

/// Days a reform may take effect on.
pub fn reform_day_range(first_year: i16, newest: &str) -> String {
    format!("Ngày có hiệu lực cần nằm trong khoảng 01/01/{first_year} đến {newest}.")
}

/// A later change stands in the way.
pub fn later_change(unit: &str, day: &str, decision: &str) -> String {
    format!(
        "{unit} đã có thay đổi cùng loại ghi từ ngày {day}{decision}. Thầy/cô chọn ngày sau ngày đó, hoặc hoàn tác thay đổi đó trước."
    )
}

/// A unit that is gone.
pub fn unit_has_ended(unit: &str, day: &str) -> String {
    format!("{unit} đã kết thúc hoạt động vào ngày {day}.")
}

/// Nothing would change.
pub fn is_already(state: &str) -> String {
    format!("Trạng thái của đơn vị đang là «{}».", state.to_lowercase())
}

/// Levels a type can't have.
pub fn levels_not_for(unit_type: &str) -> String {
    format!("{unit_type} không có cấp học đã chọn.")
}

/// More levels than a type may have.
pub fn one_level_only(unit_type: &str) -> String {
    format!("{unit_type} chỉ có một cấp học.")
}

/// A type on a day it does not exist.
pub fn type_not_valid(unit_type: &str, basis: &str) -> String {
    format!("Vào ngày này không còn hoặc chưa có loại đơn vị «{unit_type}» ({basis}).")
}

/// A unit would stand under nobody.
pub fn without_parent(unit: &str, day: &str) -> String {
    format!("Từ ngày {day}, {unit} không có đơn vị quản lý.")
}

/// A parent that is not open.
pub fn parent_not_open(unit: &str, parent: &str, day: &str) -> String {
    format!("Vào ngày {day}, {parent} không hoạt động nên {unit} không trực thuộc được.")
}

/// A parent of a wrong type.
pub fn may_not_stand_under(unit_type: &str, parent: &str, allowed: &str) -> String {
    if allowed.is_empty() {
        return format!("{unit_type} không trực thuộc {parent} được.");
    }
    format!("{unit_type} không trực thuộc {parent} được; chỉ trực thuộc: {allowed}.")
}

/// A loop.
pub fn stands_under_itself(unit: &str, day: &str) -> String {
    format!("Từ ngày {day}, {unit} sẽ trực thuộc chính nó qua các đơn vị trung gian. Thầy/cô chọn đơn vị khác.")
}

/// Units that would be left under one that ends.
pub fn children_left(names: &str, more: usize) -> String {
    let rest = if more == 0 { String::new() } else { format!(" và {more} đơn vị khác") };
    format!("Còn đơn vị trực thuộc: {names}{rest}. Thầy/cô chuyển các đơn vị này trước.")
}

/// How many accounts a page shows.
pub fn accounts_shown(count: usize) -> String {
    format!("{} tài khoản ở trang này", number(count as i64))
}

/// Schools that have not begun.
pub fn schools_without_records(count: usize) -> String {
    format!("{} trường chưa nhập lớp hoặc người học", number(count as i64))
}

/// How many rows an entry changed.
pub fn rows_changed(count: u32) -> String {
    format!("{} dòng", number(i64::from(count)))
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
