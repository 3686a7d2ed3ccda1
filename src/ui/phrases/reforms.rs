//! Reforms of units, and why one is refused.

use crate::ui::show::number;

phrases! {
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
