//! Backups: what is protected, what to do next, the recovery sheet.

use super::super::number;

phrases! {
    BACKUP = "Sao lưu & khôi phục";
    BACKUP_LEAD = "Dữ liệu được giữ ở đâu, ai mở lại được, và đã thử khôi phục chưa.";
    PROTECTED = "Dữ liệu đang được bảo vệ";
    NOT_PROTECTED = "Dữ liệu chưa được bảo vệ đủ";
    BACKUP_NEXT = "Việc cần làm tiếp";
    BACKUP_NOW = "Sao lưu ngay";
    BACKUP_ASKED = "Đã nhận. Bản sao lưu bắt đầu trong vòng mười giây; thầy/cô tải lại trang để xem kết quả.";
    BACKUP_SHEET = "In tờ hướng dẫn khôi phục";
    BACKUP_KEYS = "Khóa mở bản sao lưu";
    BACKUP_KEYS_HINT = "Mỗi bản sao lưu mở được bằng bất kỳ khóa nào dưới đây. Khóa do người giữ cất ngoài máy chủ; máy chủ chỉ có phần công khai. Mỗi quý, mỗi khóa phải chứng minh một lần là vẫn còn.";
    BACKUP_NO_KEYS = "Chưa có khóa nào, nên chưa có bản sao lưu nào được làm.";
    BACKUP_NO_KEYS_HINT = "Trên một máy khác, chạy «csdlgd keygen --out khoa-1.key» rồi «csdlgd keygen --out khoa-2.key»; ghi dòng cuối của mỗi lệnh vào recipients trong mục [backup] của tệp cấu hình, rồi khởi động lại máy chủ.";
    KEY_PUBLIC = "Khóa công khai";
    KEY_WORDS = "Bốn từ kiểm tra";
    KEY_STANDING = "Tình trạng";
    KEY_PROVED = "Vẫn còn";
    KEY_NOT_PROVED = "Chưa chứng minh";
    KEY_PROOF_OLD = "Quá hạn chứng minh";
    PROVE_KEY = "Chứng minh khóa còn";
    PROVE_STEPS = "Thầy/cô lưu đoạn dưới đây thành tệp cau-do.age, mang sang máy có khóa, chạy lệnh, rồi nhập dòng in ra vào ô trả lời. Có hiệu lực trong một ngày.";
    PROVE_ANSWER = "Trả lời";
    PROVE_SEND = "Gửi trả lời";
    KEY_PROVED_NOW = "Đã chứng minh: khóa này vẫn mở được bản sao lưu.";
    WRONG_ANSWER = "Trả lời chưa đúng hoặc câu đố đã quá một ngày. Thầy/cô mở câu đố mới và dùng đúng khóa có bốn từ kiểm tra này.";
    BACKUP_TARGETS = "Nơi giữ bản sao";
    TARGET_PLACE = "Thư mục";
    TARGET_NEWEST = "Bản đầy đủ mới nhất";
    TARGET_COUNT = "Số bản";
    TARGET_STANDING = "Tình trạng";
    SAME_DISK = "cùng ổ đĩa với dữ liệu";
    TARGET_GOOD = "Đủ đến lần lưu cuối";
    TARGET_MISSING = "Không thấy. Cắm ổ đĩa hoặc nối thư mục chia sẻ; máy chủ tự chuyển bù.";
    TARGET_UNMARKED = "Thư mục chưa được nhận: ổ đĩa chưa gắn, hoặc chưa chạy «csdlgd backup target».";
    TARGET_EMPTY = "Chưa có bản đầy đủ nào.";
    TARGET_DAMAGED = "Tệp mới nhất không đọc được. Giữ nguyên, bấm «Sao lưu ngay», rồi kiểm tra ổ đĩa.";
    TARGET_PARTED = "Bản sao ở đây không dẫn tới dữ liệu hiện nay. Giữ nguyên thư mục này và lập thư mục mới; nhờ hỗ trợ.";
    BACKUP_JOBS = "Lần chạy gần nhất";
    JOB_FULL = "Sao lưu hằng đêm và khôi phục thử";
    JOB_CHECK = "Đọc lại mọi bản sao";
    JOB_NEVER = "Chưa chạy lần nào.";
    JOB_GOOD = "Xong";
    JOB_BAD = "Chưa xong";
    DRILL = "Diễn tập khôi phục";
    DRILL_NEVER = "Chưa diễn tập lần nào.";
    DRILL_HINT = "Mỗi quý một lần: cắm thẻ nhớ có khóa vào máy chủ, chạy lệnh dưới đây, rồi rút thẻ. Lệnh khôi phục bản mới nhất vào thư mục tạm, kiểm tra từng dòng, đăng nhập thử, tìm thử, và để lại giấy chứng nhận có chữ ký của máy chủ.";
    DRILL_DONE = "Lần cuối";
    DRILL_UPTO = "Khôi phục đến lần lưu số";
    DRILL_ROWS = "Số dòng";
    DRILL_TOOK = "Mất";
    DRILL_NEXT = "Hạn lần tới";
    MEDIA = "Ổ đĩa rời (QĐ 121, Điều 9.1)";
    MEDIA_HINT = "Ít nhất sáu tháng một lần, chép bản sao lưu ra ổ đĩa rời và cất nơi khác: «csdlgd backup copy --data THƯ_MỤC --to Ổ_ĐĨA» chép, đọc lại và viết nhãn. Sau đó ghi vào sổ dưới đây.";
    MEDIA_NONE = "Chưa có ổ đĩa nào trong sổ.";
    MEDIUM_LABEL = "Nhãn ổ đĩa";
    MEDIUM_BACKUP = "Số bản sao lưu";
    MEDIUM_KEEPER = "Người giữ";
    MEDIUM_PLACE = "Nơi cất";
    MEDIUM_SINCE = "Ngày ghi sổ";
    MEDIUM_ADD = "Ghi vào sổ";
    MEDIUM_ADDED = "Đã ghi vào sổ.";
    MEDIUM_NEEDS = "Thầy/cô ghi mục này để sau này tìm lại được ổ đĩa.";
    MEDIUM_TOO_LONG = "Mục này dài nhất 100 ký tự. Thầy/cô rút gọn lại.";
    MEDIUM_NUMBER = "Số bản sao lưu là số in trên nhãn, ví dụ 12.";
    NEXT_KEYS = "Cần ít nhất hai khóa do hai người giữ, để mất một khóa không mất gì.";
    NEXT_PROVE = "Chứng minh từng khóa vẫn còn (bấm ở bảng khóa).";
    NEXT_DISK = "Cần một nơi giữ trên ổ đĩa khác, có đủ đến lần lưu cuối: hỏng ổ đĩa này thì còn ổ kia.";
    NEXT_DRILL = "Diễn tập khôi phục: bản sao chưa từng thử thì chưa chắc dùng được.";
    NEXT_EXPOSED = "Có khóa mở bản sao lưu nằm trên máy chủ. Ai chiếm được máy chủ cũng có khóa: chuyển ngay ra thẻ nhớ.";
    NEXT_MEDIUM = "Chép ra ổ đĩa rời: đã gần hoặc quá sáu tháng.";
    SHEET = "Tờ hướng dẫn khôi phục";
    SHEET_LEAD = "Cất cùng khóa, ở hai nơi. In lại mỗi khi đổi khóa hoặc nơi giữ.";
    SHEET_WHERE = "Bản sao lưu nằm ở đâu";
    SHEET_KEYS = "Khóa nào mở được (một trong các khóa)";
    SHEET_STEPS = "Các bước";
    SHEET_SIGNER = "Chữ ký của máy chủ";
    SHEET_SIGNER_HINT = "Lệnh khôi phục in ra bốn từ này. Khác thì không phải bản của máy chủ này: dừng lại.";
    SHEET_STEP_1 = "Lấy một máy có Debian hoặc Ubuntu, cài gói csdlgd (cùng phiên bản hoặc mới hơn).";
    SHEET_STEP_2 = "Cắm ổ đĩa có bản sao lưu và thẻ nhớ có khóa. Xem khóa nào: đối chiếu bốn từ kiểm tra.";
    SHEET_STEP_3 = "Kiểm tra bản sao lưu; dòng signed by phải trùng bốn từ ở trên:";
    SHEET_STEP_4 = "Khôi phục vào thư mục mới (đến một thời điểm thì thêm --to \"2026-11-22 14:05:09\"):";
    SHEET_STEP_5 = "Đọc biên bản in ra: số dòng từng loại, và «lost window» – những gì các trường cần nhập lại.";
    SHEET_STEP_6 = "Chạy thử, đăng nhập, tìm một trường và một người học:";
    SHEET_STEP_7 = "Đổi data trong /etc/csdlgd/csdlgd.toml sang thư mục mới, khởi động dịch vụ; không xóa dữ liệu cũ. Lập nơi giữ bản sao mới và in lại tờ này.";
    SHEET_VERSION = "Phiên bản chương trình";
}

/// The other server's backups lie there.
pub fn target_foreign(province: &str) -> String {
    format!("Thư mục này giữ bản sao của máy chủ khác ({province}). Chọn thư mục khác; không dùng chung.")
}

/// Entries wait since then.
pub fn target_behind(entries: u64, since: &str) -> String {
    format!("Chậm {} lần lưu, từ {since}. Máy chủ đang tự chuyển bù.", number(entries as i64))
}

/// How far there is to a day: "còn 12 ngày", "quá 3 ngày".
pub fn days_left(days: i64) -> String {
    match days {
        0.. => format!("còn {} ngày", number(days)),
        _ => format!("quá {} ngày", number(-days)),
    }
}

/// How long something took.
pub fn took(ms: i64) -> String {
    format!("{} phút {} giây", ms / 60_000, ms / 1000 % 60)
}

/// What the nightly backup did.
pub fn backup_made(made: u64, targets: usize, rows: u64, removed: usize) -> String {
    format!(
        "Bản số {made}, giữ ở {targets} nơi; đã khôi phục thử và kiểm tra {} dòng; bỏ {removed} tệp đã quá hạn giữ.",
        number(rows as i64)
    )
}

/// What reading all copies through found.
pub fn backups_read(good: usize) -> String {
    format!("Đã đọc lại {good} bản đầy đủ, bản nào cũng nguyên vẹn.")
}
