//! Searching.

use crate::ui::show::number;

phrases! {
    SEARCH_TITLE = "Tìm kiếm";
    SEARCH_EMPTY = "Thầy/cô gõ tên, mã, trường hoặc lớp vào ô tìm ở đầu trang.";
    SEARCH_HELP = "Có dấu hay không dấu đều được, ví dụ: nguyen van an 6a1, gv toan thcs tan hong, 0302140….";
    READ_AS_TYPING = "(đọc theo cách gõ Telex, VNI)";
    NOTHING_FOUND = "Không tìm thấy hồ sơ nào.";
    NOTHING_FOUND_HINT = "Thầy/cô thử bớt từ, bỏ lọc, hoặc tìm bằng mã định danh.";
}

/// How much a search found.
pub fn found(total: u64) -> String {
    format!("{} kết quả", number(total as i64))
}

/// How many of what was found differ by a slip.
pub fn near(count: u64) -> String {
    format!("trong đó {} kết quả gần giống", number(count as i64))
}

/// Search finds only a part, and how far that is.
pub fn index_incomplete(done: u64, of: u64) -> String {
    let far = if done == 0 { String::new() } else { format!(" (đã xong {} %)", done * 100 / of.max(1)) };
    format!("Chỉ mục tìm kiếm đang được tạo lại{far} nên kết quả chưa đủ. Danh sách theo trường, lớp vẫn đầy đủ.")
}
