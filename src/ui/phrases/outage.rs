//! The page «Lịch bảo trì», and what stands above every page while an outage is announced.

phrases! {
    OUTAGE = "Lịch bảo trì";
    OUTAGE_TEXT = "Nội dung thông báo";
    OUTAGE_TEXT_HINT = "Vì sao tạm ngừng, trong lúc đó làm thế nào, ai trả lời thắc mắc. Ví dụ: Nâng cấp máy chủ; các trường ghi tạm vào tệp Excel mẫu; liên hệ phòng KHTC, máy lẻ 102.";
    OUTAGE_TEXT_MISSING = "Thầy/cô ghi nội dung thông báo.";
    OUTAGE_TEXT_LONG = "Nội dung dài quá 300 ký tự. Thầy/cô viết gọn lại.";
    OUTAGE_FROM_DAY = "Ngừng từ ngày";
    OUTAGE_FROM_TIME = "Lúc (ngừng)";
    OUTAGE_TO_DAY = "Chạy lại ngày";
    OUTAGE_TO_TIME = "Lúc (chạy lại)";
    OUTAGE_TIME_HINT = "Giờ:phút, ví dụ 20:00";
    OUTAGE_WHEN = "Thầy/cô ghi ngày như 05/12/2026 và giờ như 20:00.";
    OUTAGE_ORDER = "Lúc chạy lại phải sau lúc ngừng và sau bây giờ.";
    OUTAGE_FAR = "Chỉ thông báo được trong vòng 400 ngày tới.";
    OUTAGE_DO = "Đăng thông báo";
    OUTAGE_CHANGE_DAY = "Tôi sẽ đổi ngày";
    OUTAGE_SOONER = "Vẫn đăng, việc không thể chờ";
    OUTAGE_SOONER_LABEL = "Chưa đủ 7 ngày làm việc";
    OUTAGE_WITHDRAW = "Gỡ thông báo";
    OUTAGE_WITHDRAW_HINT = "Khi không ngừng nữa. Thông báo tự hết lúc hệ thống chạy lại; đăng và gỡ đều được ghi nhật ký.";
    OUTAGE_ANNOUNCED = "Đã đăng thông báo. Mọi trang, kể cả trang đăng nhập, đều hiện thông báo này.";
    OUTAGE_WITHDRAWN = "Đã gỡ thông báo.";
}

/// Above every page.
pub(crate) fn outage_told(text: &str, from: &str, to: &str, begun: bool) -> String {
    if begun {
        format!("Hệ thống đang bảo trì, chạy lại lúc {to}. {text}")
    } else {
        format!("Hệ thống tạm ngừng từ {from} đến {to}. {text}")
    }
}

/// Under the page's title.
pub(crate) fn outage_lead(first: &str) -> String {
    format!(
        "Việc ngừng có kế hoạch được báo trước ít nhất 7 ngày làm việc, kèm lúc chạy lại (NĐ 224/2026/NĐ-CP, Điều 13). \
         Báo hôm nay thì sớm nhất được ngừng ngày {first}, chưa trừ nghỉ Tết và Giỗ Tổ."
    )
}

/// The day is too near.
pub(crate) fn outage_too_soon(first: &str) -> String {
    format!(
        "Chưa đăng: chưa đủ 7 ngày làm việc kể từ hôm nay. Sớm nhất là ngày {first}. Thầy/cô đổi ngày, hoặc chọn «Vẫn \
         đăng» ở cuối biểu mẫu nếu việc không thể chờ."
    )
}
