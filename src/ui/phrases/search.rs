//! Searching: what was found, why, how to narrow it, what is kept.

use crate::search::{Fit, Place};
use crate::ui::show::number;

phrases! {
    SEARCH_TITLE = "Tìm kiếm";
    SEARCH_EMPTY = "Thầy/cô gõ tên, mã, trường hoặc lớp vào ô tìm ở đầu trang.";
    SEARCH_HELP = "Có dấu hay không dấu đều được, ví dụ: nguyen van an 6a1, gv toan thcs tan hong, 0302140….";
    READ_AS_TYPING = "(đọc theo cách gõ Telex, VNI)";
    NOTHING_FOUND = "Không tìm thấy hồ sơ nào.";
    NOTHING_FOUND_HINT = "Thầy/cô thử bớt từ, bỏ lọc, hoặc tìm bằng mã định danh.";
    SORT_BY = "Xếp theo";
    SORT_BEST = "Phù hợp nhất";
    SORT_NAME = "Tên A–Y";
    CHOSEN = "Đang lọc";
    LIFT = "Bỏ";
    WHY = "Vì sao?";
    WHY_TITLE = "Vì sao có kết quả này";
    WHY_LEFT_OUT = "chỉ nói loại hồ sơ nên được bỏ qua";
    WHY_CLOSE = "Đóng";
    NEAREST = "Gần nhất với câu tìm này";
    WITHOUT_FILTERS = "Bỏ mọi bộ lọc";
    SAVED_SEARCHES = "Tìm kiếm đã lưu";
    SAVED_NONE = "Thầy/cô lưu một câu tìm dưới tên riêng để lần sau chỉ bấm một lần.";
    SAVE_SEARCH = "Lưu tìm kiếm này";
    REMOVE_SAVED = "Xóa tìm kiếm đã lưu";
    SAVED_NAME = "Tên tìm kiếm";
    SAVED_DONE = "Đã lưu tìm kiếm.";
    SAVED_REMOVED = "Đã xóa tìm kiếm đã lưu.";
    SAVED_NAME_WRONG = "Thầy/cô đặt tên cho tìm kiếm, tối đa 60 ký tự.";
    SAVED_QUERY_WRONG = "Câu tìm trống hoặc quá dài nên chưa lưu được.";
    SAVED_TOO_MANY = "Mỗi tài khoản lưu tối đa 50 tìm kiếm. Thầy/cô xóa bớt tìm kiếm cũ.";
    REMOVE = "Xóa";
    DEEPER = "Thầy/cô gõ thêm từ hoặc chọn bộ lọc để tới các kết quả sau.";
}

/// How much a search found.
pub fn found(total: u64) -> String {
    format!("{} kết quả", number(total as i64))
}

/// Search finds only a part, and how far that is.
pub fn index_incomplete(done: u64, of: u64) -> String {
    let far = if done == 0 { String::new() } else { format!(" (đã xong {} %)", done * 100 / of.max(1)) };
    format!("Chỉ mục tìm kiếm đang được tạo lại{far} nên kết quả chưa đủ. Danh sách theo trường, lớp vẫn đầy đủ.")
}

/// How many of what was found differ by a slip.
pub fn near(count: u64) -> String {
    format!("trong đó {} kết quả gần giống", number(count as i64))
}

/// Part of a thing in which something typed was found.
pub fn place(place: Place, is_person: bool) -> &'static str {
    match place {
        Place::Title if is_person => "họ và tên",
        Place::Title => "tên",
        Place::Name => "tên khác",
        Place::Code => "mã",
        Place::Phone => "điện thoại",
        Place::Date => "ngày sinh",
        Place::Words => "lớp, đơn vị, công việc",
        Place::Year => "năm học",
    }
}

/// How closely something typed fits.
pub fn fit(fit: Fit) -> &'static str {
    match fit {
        Fit::Whole => "khớp",
        Fit::OtherMarks => "khớp, khác dấu",
        Fit::Begun => "khớp phần đầu",
        Fit::OtherForm => "cách viết khác",
        Fit::Keys => "đọc theo cách gõ Telex, VNI",
        Fit::Slip => "lệch một ký tự",
    }
}

/// What is found if one thing typed is left out.
pub fn left_out(piece: &str, count: u64) -> String {
    format!("Bỏ «{piece}»: {} kết quả", number(count as i64))
}

/// What is found of a part of what was typed.
pub fn only(text: &str, count: u64) -> String {
    format!("Chỉ tìm «{text}»: {} kết quả", number(count as i64))
}

/// What is found without filters.
pub fn without_filters(count: u64) -> String {
    format!("{WITHOUT_FILTERS}: {} kết quả", number(count as i64))
}

/// A chip that lifts a filter, for people who don't see it.
pub fn lift(label: &str, value: &str) -> String {
    format!("{LIFT} lọc {label}: {value}")
}
