//! Backups: what is protected, what to do next, the recovery sheet.

use super::super::number;
use crate::error::Error;

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
    BACKUP_NO_KEYS_HINT = "Máy chủ vừa khôi phục: ghi lại đúng các khóa cũ, có trên tờ hướng dẫn khôi phục. Máy chủ mới: trên một máy khác, chạy «csdlgd keygen --out khoa-1.key» rồi «csdlgd keygen --out khoa-2.key»; ghi dòng cuối của mỗi lệnh vào recipients trong mục [backup] của tệp cấu hình, rồi khởi động lại máy chủ.";
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
    TARGET_DAMAGED = "Tệp mới nhất không đọc được. Nếu vừa đổi hoặc chép thư mục: sudo chown -R csdlgd:csdlgd THƯ_MỤC. Nếu không: giữ nguyên, bấm «Sao lưu ngay», rồi kiểm tra ổ đĩa.";
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
    NEXT_DISK = "Cần một nơi giữ trên ổ đĩa khác hoặc một máy thứ hai, có đủ đến lần lưu cuối: hỏng ổ đĩa này thì còn ổ kia.";
    NEXT_DRILL = "Diễn tập khôi phục: bản sao chưa từng thử thì chưa chắc dùng được.";
    NEXT_EXPOSED = "Có khóa mở bản sao lưu nằm trên máy chủ. Ai chiếm được máy chủ cũng có khóa: chuyển ngay ra thẻ nhớ.";
    NEXT_MEDIUM = "Chép ra ổ đĩa rời: đã gần hoặc quá sáu tháng.";
    BACKUP_TRIAL = "Đây là dữ liệu thử nghiệm: hai khóa thử nằm ngay trên máy này, ai cũng mở được bản sao lưu. Không dùng cho dữ liệu thật.";
    BACKUP_NOWHERE = "Chưa làm được bản sao lưu nào: không nơi giữ nào nhận. Bảng «Nơi giữ bản sao» nói từng nơi đang thế nào và cần làm gì; máy chủ tự làm lại sau sáu giờ, hoặc bấm «Sao lưu ngay» khi đã sửa.";
    JOB_CUT_OFF = "Đã bắt đầu nhưng không chạy đến cùng (máy chủ tắt giữa chừng). Máy chủ tự làm lại khi chạy lại.";
    JOB_GIVEN_UP = "Quá lâu nên không chờ nữa: thường do ổ đĩa hoặc thư mục chia sẻ không trả lời. Thầy/cô kiểm tra ổ đĩa và dây nối, rồi khởi động lại dịch vụ.";
    TARGET_READ_ONLY = "Chỉ đọc được, không ghi được. Hoặc thư mục chưa có trong ReadWritePaths= của dịch vụ (systemctl edit csdlgd), hoặc ổ đĩa đang ở chế độ chỉ đọc, thường sau một lỗi đĩa: gắn lại để ghi hoặc thay ổ đĩa khác.";
    TARGET_NOT_ALLOWED = "Máy chủ không có quyền ghi ở đây. Giao thư mục cho người dùng csdlgd (chown csdlgd) và ghi nó vào ReadWritePaths= của dịch vụ.";
    FENCED = "Một máy khác đã được đưa lên thay máy chủ này, nên máy chủ này dừng ghi. Thầy/cô dùng địa chỉ của máy mới.";
    FOLLOWERS = "Máy thứ hai";
    FOLLOWERS_HINT = "Một máy khác, ở phòng khác hoặc nơi khác, tự lấy bản sao qua mạng. Nó chỉ lấy, máy chủ không xóa được gì ở đó: ai chiếm được máy chủ cũng không làm mất bản sao.";
    FOLLOWERS_NONE = "Chưa có máy thứ hai nào.";
    FOLLOWER_LABEL = "Tên máy";
    FOLLOWER_LAST = "Lấy lần cuối";
    FOLLOWER_STANDING = "Tình trạng";
    FOLLOWER_SINCE = "Cấp ngày";
    FOLLOWER_ADD = "Cấp mã cho máy thứ hai";
    FOLLOWER_WITHDRAW = "Thu hồi mã";
    FOLLOWER_WITHDRAWN = "Đã thu hồi. Máy đó không lấy thêm được; bản sao đã lấy vẫn ở đó.";
    FOLLOWER_NEVER = "Chưa lấy lần nào";
    FOLLOWER_GOOD = "Đủ đến lần lưu cuối";
    FOLLOWER_QUIET = "Im lặng quá lâu: kiểm tra máy đó và đường mạng";
    FOLLOWER_CREDENTIAL = "Mã của máy thứ hai (chỉ hiện một lần)";
    FOLLOWER_STEPS = "Trên máy thứ hai: lưu mã này vào tệp chỉ mình đọc được (chmod 600), rồi chạy lệnh dưới. Thay địa chỉ bằng địa chỉ https của máy chủ; --pin là dấu vân tay SHA-256 của chứng chỉ, hoặc dùng --ca với tệp chứng chỉ gốc.";
    FOLLOWER_NEEDS = "Thầy/cô ghi tên máy để sau này biết mã nào của máy nào.";
    FOLLOWER_TOO_MANY = "Đã có đủ 16 máy. Thu hồi mã của máy không dùng nữa trước.";
    LOST = "Sau lần khôi phục: những gì cần nhập lại";
    LOST_UNKNOWN = "Bản sao lưu dùng để khôi phục kết thúc ở đó. Những gì lưu sau lúc ấy, trước khi máy chủ hỏng, không còn trong tệp nào: báo các đơn vị có làm việc lúc đó kiểm tra và nhập lại.";
    LOST_KNOWN = "Những lần lưu dưới đây có trong bản sao nhưng nằm sau thời điểm đã chọn nên chưa có lại. Các đơn vị thấy lời nhắc này ở trang chủ của mình.";
    LOST_NOTHING = "Sau thời điểm đã chọn, trong bản sao không có gì do các đơn vị nhập: không phải nhập lại gì.";
    LOST_UNIT = "Đơn vị";
    LOST_LOGIN = "Tài khoản";
    LOST_SAVES = "Số lần lưu";
    LOST_RECORDS = "Hồ sơ";
    LOST_WHEN = "Lúc";
    LOST_WHOLE = "Toàn tỉnh";
    LOST_SEEN = "Đã báo các đơn vị và nhập lại xong";
    LOST_SEEN_NOW = "Đã ghi nhận. Lời nhắc nhập lại không hiện nữa.";
    PAPER = "Khóa mở bản sao lưu – bản giấy";
    PAPER_MADE = "Tạo lúc";
    PAPER_SECRET = "Tuyệt mật.";
    PAPER_KEEP = "Ai có tờ này đều đọc được mọi bản sao lưu của tỉnh. In một bản, cho vào phong bì niêm phong, cất trong két ở nơi khác máy chủ, rồi xóa tệp này. Không chụp ảnh, không gửi qua mạng.";
    PAPER_READ = "Khi cần: quét mã dưới đây vào một tệp văn bản, hoặc gõ lại dòng chữ bên dưới (chữ hoa hay thường, có hay không dấu cách đều được); gõ nhầm một chữ thì chương trình báo ngay. Dùng tệp đó sau chữ --identity.";
    PAPER_TYPE = "Đối chiếu: chạy «csdlgd backup answer» hoặc «csdlgd restore»; bốn từ kiểm tra phải trùng với tờ hướng dẫn khôi phục.";
    PAPER_KEEPER = "Người giữ: ……………………………    Nơi cất: ……………………………    Ngày niêm phong: ……/……/………";
    SHEET = "Tờ hướng dẫn khôi phục";
    SHEET_LEAD = "Cất cùng khóa, ở hai nơi. In lại mỗi khi đổi khóa, đổi nơi giữ hoặc sau khi khôi phục.";
    SHEET_WHERE = "1. Bản sao lưu nằm ở đâu";
    SHEET_SIGNER = "2. Chữ ký của máy chủ";
    SHEET_SIGNER_HINT = "Lệnh ở bước 3 in ra dòng «signed by» với bốn từ này. Khác thì không phải bản của máy chủ này: dừng lại.";
    SHEET_KEYS = "3. Khóa nào mở được (chỉ cần một)";
    SHEET_KEY_KEEPER = "Người giữ, điện thoại, nơi cất: ……………………………………………………………………………";
    SHEET_STEPS = "4. Các bước (dữ liệu cũ không bị đụng tới; bước nào hỏng cứ làm lại bước đó)";
    SHEET_STEP_1 = "Máy mới: cài Debian 12 hoặc Ubuntu 24.04, chép gói cài đặt vào, rồi cài (cùng phiên bản hoặc mới hơn). Máy cũ còn chạy: bỏ qua bước này.";
    SHEET_STEP_2 = "Cắm ổ đĩa có bản sao lưu và thẻ nhớ có khóa, xem chúng được gắn ở đâu. Nếu khác các đường dẫn viết dưới đây thì thay vào.";
    SHEET_STEP_3 = "Kiểm tra bản mới nhất, chưa cần khóa.";
    SHEET_STEP_4 = "Khôi phục vào thư mục mới.";
    SHEET_STEP_4_TIME = "Về một thời điểm trước đó thì thêm --to \"NĂM-THÁNG-NGÀY GIỜ:PHÚT:GIÂY\" (giờ Việt Nam). Đã xong mà muốn làm lại: dùng tên thư mục khác, ở cả bước 6 và 7.";
    SHEET_STEP_5 = "Đọc biên bản in ra: «restored» là lần lưu cuối có lại, «lost window» là những gì các đơn vị phải nhập lại. Phải có dòng bắt đầu bằng «verified»; so số «restored» và «pupil» với lúc in tờ này, ghi ở đầu trang.";
    SHEET_STEP_6 = "Cho máy chủ dùng thư mục mới.";
    SHEET_STEP_6_LOOK = "Chép lại phần địa chỉ, TLS, thư điện tử từ tệp csdlgd.toml cũ nếu còn (không có thì trang chỉ mở được trên chính máy đó, http://127.0.0.1:8080). Không dùng trang cài đặt lần đầu. Mở trang, đăng nhập bằng mật khẩu cũ, tìm một trường và một người học. Trang «Sao lưu & khôi phục» nêu đơn vị nào cần nhập lại gì.";
    SHEET_STEP_7 = "Sao lưu lại ngay, bằng chính các khóa cũ (đừng tạo khóa mới), vào một ổ đĩa MỚI; dưới đây ví dụ gắn ở /mnt/saoluu-moi. Trong /etc/csdlgd/csdlgd.toml ghi hai dòng này vào mục [backup]:";
    SHEET_STEP_7_THEN = "rồi cho dịch vụ dùng ổ đĩa đó:";
    SHEET_STEP_7_LAST = "Trên trang «Sao lưu & khôi phục» bấm «Sao lưu ngay», rồi in lại tờ này: máy chủ khôi phục có chữ ký mới. Giữ tờ cũ cùng nơi giữ cũ; không xóa dữ liệu cũ và nơi giữ cũ.";
    SHEET_TROUBLE = "Lệnh nào từ chối cũng nói lý do và việc làm tiếp; chưa có gì bị ghi đè. Chỉ có bản giấy của khóa: gõ dòng AGE-SECRET-KEY-1… vào một tệp văn bản rồi dùng tệp đó.";
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

/// The next full backup would not fit.
pub fn target_full(free_mib: u64) -> String {
    format!(
        "Sắp đầy: còn {} MiB, không đủ cho bản đầy đủ tiếp theo. Thầy/cô dọn bớt («csdlgd backup prune») hoặc dùng ổ đĩa lớn hơn.",
        number(free_mib as i64)
    )
}

/// A full backup was made, and did not come back on trial.
pub fn backup_not_proven(made: u64) -> String {
    format!(
        "Bản số {made} đã làm nhưng khôi phục thử không được, nên chưa tin được. Các bản cũ vẫn giữ nguyên. Thầy/cô nhờ hỗ trợ kỹ thuật; chi tiết trong nhật ký máy chủ (journalctl -u csdlgd)."
    )
}

/// A full backup was made and proven, and did not reach these places.
pub fn backup_not_everywhere(made: u64, dirs: &[String]) -> String {
    format!(
        "Bản số {made} đã làm và khôi phục thử được, nhưng chưa chép được tới: {}. Bảng «Nơi giữ bản sao» nói nơi đó đang thế nào; máy chủ tự làm lại sau sáu giờ.",
        dirs.join(", ")
    )
}

/// What reading all copies through found wrong.
pub fn backups_not_read(good: usize, wrong: &[String], away: &[String]) -> String {
    let damaged = if wrong.is_empty() {
        String::new()
    } else {
        format!(
            " Không đọc được hoặc đã hỏng: {}. Giữ nguyên tệp, bấm «Sao lưu ngay» để có bản mới, rồi kiểm tra ổ đĩa.",
            wrong.join(", ")
        )
    };
    let unseen = if away.is_empty() {
        String::new()
    } else {
        format!(" Chưa đọc được nơi giữ: {}; cắm hoặc nối lại ổ đĩa.", away.join(", "))
    };
    format!("{good} bản nguyên vẹn.{damaged}{unseen}")
}

/// Why a job did not do what it should.
pub fn job_failed(e: &Error) -> String {
    let what = match e {
        Error::NoSpace { .. } => "Ổ đĩa của dữ liệu gần đầy nên máy chủ dừng ghi. Thầy/cô giải phóng chỗ trước.",
        Error::StoreStopped(_) => "Ổ đĩa của dữ liệu báo lỗi nên máy chủ dừng ghi và tự khởi động lại.",
        Error::Damaged { .. } => {
            "Có dữ liệu không còn đúng như đã lưu. Giữ nguyên máy chủ và các bản sao, nhờ hỗ trợ kỹ thuật."
        }
        Error::Io { .. } => "Ổ đĩa hoặc thư mục chia sẻ báo lỗi. Thầy/cô kiểm tra ổ đĩa, dây nối rồi thử lại.",
        _ => "Chưa làm được. Thầy/cô nhờ hỗ trợ kỹ thuật nếu lần sau vẫn vậy.",
    };
    format!("{what} Chi tiết trong nhật ký máy chủ (journalctl -u csdlgd).")
}

/// To when the data was restored.
pub fn restored_to(saved: &str, done: &str) -> String {
    format!("Ngày {done}, dữ liệu được khôi phục về lúc {saved}.")
}

/// What a unit's people are told: how many of their saves are not there any more.
pub fn lost_here(saved: &str, saves: u64, records: &str, from: &str, to: &str) -> String {
    format!(
        "Dữ liệu đã được khôi phục về lúc {saved}. {} lần lưu của đơn vị từ {from} đến {to} chưa có lại{}. Thầy/cô đối chiếu sổ sách và nhập lại.",
        number(saves as i64),
        if records.is_empty() { String::new() } else { format!(" ({records})") }
    )
}

/// What everybody is told when nobody knows what was lost.
pub fn lost_somewhere(saved: &str) -> String {
    format!("Dữ liệu đã được khôi phục về lúc {saved}. Nếu đơn vị có lưu gì sau lúc đó, thầy/cô kiểm tra và nhập lại.")
}

/// When the sheet was drawn.
pub fn sheet_printed(now: &str) -> String {
    format!("In lúc {now}.")
}

/// What there was when the sheet was drawn, to compare with what came back.
pub fn sheet_held(entry: u64, learners: u64) -> String {
    format!("Lúc đó: lần lưu số {entry} («restored»), {learners} hồ sơ người học («pupil»).")
}

/// The newest full backup somewhere, when the sheet was drawn.
pub fn sheet_newest(made: u64, at: &str) -> String {
    format!("khi in, bản mới nhất là số {made}, lúc {at}")
}

/// How far behind a second host is.
pub fn follower_behind(entries: u64) -> String {
    format!("Chậm {} lần lưu", number(entries as i64))
}

/// What a second host complains of.
pub fn follower_trouble(key: &str) -> &'static str {
    match key {
        "space" => "Ổ đĩa của máy thứ hai đầy: cần dọn hoặc thay ổ lớn hơn",
        "chain" => "Chuỗi bản sao bị đứt: máy chủ không còn đoạn nối tiếp. Bấm «Sao lưu ngay» để có bản đầy đủ mới",
        "foreign" => "Máy chủ này không phải máy nó theo từ đầu (khác chữ ký): kiểm tra địa chỉ, hoặc dùng thư mục mới",
        "damaged" => "Tệp lấy về không đúng chữ ký: nó tự lấy lại; lặp lại nhiều lần thì nhờ hỗ trợ kỹ thuật",
        _ => "Máy thứ hai báo lỗi; xem nhật ký của máy đó",
    }
}
