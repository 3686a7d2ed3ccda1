//! Letters to the administrators: what is wrong, in one sentence each. Nothing personal.

phrases! {
    MAIL_TRIAL = "Thư thử của CSDL giáo dục";
}

/// Subject of the daily letter.
pub(crate) fn mail_daily(system: &str, count: usize) -> String {
    format!("[{system}] {count} việc cần xem")
}

/// Subject of a letter that does not wait.
pub(crate) fn mail_urgent(system: &str, first: &str) -> String {
    format!("[{system}] Cần xử lý: {first}")
}

/// A whole letter.
pub(crate) fn mail_text(parts: &str, url: Option<&str>, now: &str) -> String {
    let at = url.map(|url| format!("\nTrang quản trị: {url}\n")).unwrap_or_default();
    format!(
        "Kính gửi thầy/cô quản trị,\n\nLúc {now} hệ thống thấy những việc sau:\n\n{parts}\n{at}\nXem đầy đủ trên máy chủ: csdlgd \
         doctor\nKhi việc đã xong, thư sẽ không nhắc nữa.\n"
    )
}

/// The letter of `csdlgd mail test`.
pub(crate) fn mail_trial_text(url: Option<&str>, now: &str) -> String {
    let at = url.map(|url| format!(" ({url})")).unwrap_or_default();
    format!("Thư này gửi thử lúc {now} từ máy chủ CSDL giáo dục{at}. Nhận được thư là phần gửi thư đã chạy.\n")
}

/// What a finding of `csdlgd doctor` is for people.
pub(crate) fn alarm(check: &str) -> &'static str {
    match check {
        "disk space" => "Ổ đĩa của dữ liệu sắp đầy.",
        "index" => "Chỉ mục tìm kiếm chưa theo kịp dữ liệu.",
        "backups" => "Có nơi cất bản sao lưu đang vắng, hỏng hoặc có bản sao quá cũ.",
        "backup keys" => "Khóa sao lưu chưa đủ an toàn.",
        "backup disks" => "Mọi bản sao lưu nằm cùng ổ đĩa với dữ liệu.",
        "certificate" => "Chứng thư TLS sắp hết hạn hoặc không dùng được.",
        "clock and log" => "Đồng hồ máy chủ có thể sai: không khớp với ngày giờ trong nhật ký.",
        _ => "Có việc cần xem trên máy chủ.",
    }
}

/// A job that failed.
pub(crate) fn alarm_job(job: &str) -> String {
    format!("Việc định kỳ «{job}» chưa làm được.")
}

/// What the job that sends letters did.
pub(crate) fn letters_told(written: usize, sent: usize) -> String {
    format!("Đã viết {written} thư, gửi {sent} thư.")
}
