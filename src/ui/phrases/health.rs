//! How the server is, for the officer who looks after it.

use super::super::number;

phrases! {
    HEALTH = "Sức khoẻ hệ thống";
    HEALTH_LEAD = "Máy chủ đang chạy ra sao, và việc nào cần người xem.";
    HEALTH_NOW = "Lúc này";
    HEALTH_GOOD = "Mọi thứ đang chạy tốt";
    HEALTH_CARE = "Có việc cần xem";
    HEALTH_VERSION = "Phiên bản";
    HEALTH_MEMORY = "Bộ nhớ đang dùng";
    HEALTH_STORE = "Tệp dữ liệu";
    HEALTH_FREE = "Ổ đĩa còn trống";
    HEALTH_INDEX = "Chỉ mục tìm kiếm";
    HEALTH_INDEX_GOOD = "Đủ đến lần lưu cuối";
    HEALTH_TLS = "Chứng thư (https)";
    HEALTH_TLS_OFF = "Không có ở đây: trang đi không mã hóa, hoặc máy chủ phía trước lo phần này.";
    HEALTH_TLS_SELF = "Tự lập, trình duyệt chưa biết. So dấu vân tay dưới đây với dấu trình duyệt hiện ra.";
    HEALTH_CHARTS = "Biểu đồ";
    HEALTH_HOUR = "Một giờ qua";
    HEALTH_DAY = "Một ngày qua";
    HEALTH_EACH_MINUTE = "Mỗi điểm trên hình là một phút.";
    HEALTH_EACH_HALF_HOUR = "Mỗi điểm trên hình là nửa giờ.";
    HEALTH_YOUNG = "Chưa đủ số liệu để vẽ";
    HEALTH_YOUNG_HINT = "Số liệu chỉ giữ trong bộ nhớ từ lúc máy chủ khởi động, mỗi phút một lần. Thầy/cô mở lại trang sau vài phút.";
    AT_TIME = "Lúc";
    AT_MOST = "Cao nhất";
    CHART_REQUESTS = "Trang và lệnh gọi (số lần)";
    CHART_ANSWERED = "Đã trả lời";
    CHART_REFUSED = "Phải từ chối";
    CHART_TOOK = "Thời gian trả lời";
    CHART_HALF = "Một nửa không quá";
    CHART_MOST = "99% không quá";
    CHART_SAVES = "Lưu (số lần)";
    CHART_SAVED = "Hồ sơ, đơn vị đã lưu";
    CHART_SIGN_INS = "Đăng nhập (số lần)";
    CHART_SIGNED_IN = "Thành công";
    CHART_NOT_SIGNED_IN = "Chưa đúng";
    CHART_BEHIND = "Chỉ mục tìm kiếm chậm (số lần lưu)";
    CHART_ENTRIES = "Lần lưu chưa vào chỉ mục";
    CHART_MEMORY = "Bộ nhớ";
    CHART_DISK = "Ổ đĩa";
    HEALTH_BACKUPS = "Nơi giữ bản sao";
    HEALTH_BACKUPS_MORE = "Xem phần sao lưu";
    HEALTH_NO_BACKUPS = "Chưa có bản sao lưu nào được làm";
    HEALTH_NO_BACKUPS_HINT = "Chưa có khóa nào trong cấu hình. Phần sao lưu chỉ cách làm từng bước.";
    HEALTH_JOBS = "Việc chạy theo giờ";
    HEALTH_NO_JOBS = "Chưa có việc nào: sao lưu hằng đêm được hẹn giờ khi đã có khóa, thư báo khi đã cấu hình thư.";
    JOB_MAIL = "Xem xét và gửi thư báo";
    JOB_NAME = "Việc";
    JOB_LAST = "Lần chạy gần nhất";
    JOB_NEXT = "Lần tới";
    JOB_RUN = "Chạy ngay";
    JOB_RUNS = "Đang chạy";
    JOB_WAITS = "Sắp chạy";
    JOB_LOOK_AGAIN = "Xem đã xong chưa";
    JOB_ASKED = "Đã nhận. Việc bắt đầu trong vòng mười giây; thầy/cô tải lại trang để xem kết quả.";
    CARE_STOPPED = "Ổ đĩa báo lỗi nên máy chủ đã ngừng ghi. Thầy/cô khởi động lại dịch vụ và kiểm tra ổ đĩa.";
    CARE_BEHIND = "Chỉ mục tìm kiếm chậm: hồ sơ vừa lưu chưa tìm thấy ngay. Thường tự hết; nếu kéo dài, chạy «csdlgd index rebuild».";
    CARE_BACKUPS = "Dữ liệu chưa được bảo vệ đủ. Phần «Sao lưu & khôi phục» nói rõ từng việc.";
    CARE_TARGET = "Có nơi giữ bản sao chưa nhận đủ dữ liệu.";
    CARE_FAILED = "Mười phút qua có yêu cầu gặp lỗi của máy chủ. Chi tiết: «journalctl -u csdlgd».";
    CARE_REFUSED = "Mười phút qua có lúc quá tải, máy chủ phải từ chối bớt yêu cầu.";
}

/// The disk of the data is nearly full.
pub fn care_disk(free: &str) -> String {
    format!("Ổ đĩa chỉ còn trống {free}. Thầy/cô dọn bớt hoặc thêm ổ trước khi máy chủ phải ngừng ghi.")
}

/// A job whose last run failed.
pub fn care_job(name: &str) -> String {
    format!("«{name}» chưa chạy xong ở lần gần nhất.")
}

/// What is wrong with the certificate.
pub fn care_tls(why: &str) -> String {
    format!("Chứng thư https có việc cần xem; nhật ký ghi: «{why}».")
}

/// How far the index is behind.
pub fn entries_behind(entries: u64) -> String {
    format!("Còn {} lần lưu chưa vào chỉ mục", number(entries as i64))
}

/// Until when a certificate is good.
pub fn certificate_until(until: &str) -> String {
    format!("Đến {until}")
}

/// Since when something goes on.
pub fn since(when: &str) -> String {
    format!("từ {when}")
}

/// A size: `196 KB`, `96 MB`, `1,5 GB`.
pub fn bytes(n: u64) -> String {
    let mib = n >> 20;
    if mib == 0 && n > 0 {
        return format!("{} KB", number(n.div_ceil(1024) as i64));
    }
    if mib < 1024 {
        return format!("{} MB", number(mib as i64));
    }
    let tenths = n / (1 << 30) * 10 + n % (1 << 30) * 10 / (1 << 30);
    format!("{},{} GB", number((tenths / 10) as i64), tenths % 10)
}

/// A time: `12 ms`, `0,5 ms`, `1,6 giây`.
pub fn milliseconds(ms: f64) -> String {
    let (value, unit) = if ms >= 1000.0 { (ms / 1000.0, "giây") } else { (ms, "ms") };
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}").replace('.', ",") };
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_people_say_them() {
        assert_eq!(
            [0, 200_704, 96 << 20, 3 << 29, 1 << 40].map(bytes),
            ["0 MB", "196 KB", "96 MB", "1,5 GB", "1.024,0 GB"]
        );
        assert_eq!([0.5, 12.0, 1600.0, 4000.0].map(milliseconds), ["0,5 ms", "12 ms", "1,6 giây", "4 giây"]);
    }
}
