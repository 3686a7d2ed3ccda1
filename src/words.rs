//! Sentences for people that the ground modules need before any page exists. All other words are in
//! `ui::words`.

use crate::actor::Right;

/// Why an action is refused, and who can do it.
pub fn denied(right: Right) -> &'static str {
    match right {
        Right::Edit => "Tài khoản này chỉ được xem. Thầy/cô nhờ văn thư hoặc lãnh đạo đơn vị sửa giúp.",
        Right::OpenSensitive => "Tài khoản này không mở được thông tin nhạy cảm. Thầy/cô liên hệ lãnh đạo đơn vị.",
        Right::ManageAccounts => "Tài khoản này không quản lý tài khoản khác. Thầy/cô liên hệ quản trị của đơn vị.",
        Right::ManageUnits => "Chỉ quản trị của Sở thay đổi được cây đơn vị. Thầy/cô liên hệ Sở Giáo dục và Đào tạo.",
        Right::ReadChanges => "Tài khoản này không đọc được danh sách thay đổi.",
    }
}

/// Why a record that may be seen can't be changed.
pub const NOT_OWN_UNIT: &str =
    "Hồ sơ này hiện do đơn vị khác quản lý nên chỉ xem được. Thầy/cô liên hệ đơn vị đang quản lý để sửa.";
