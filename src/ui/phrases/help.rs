//! Help, and what this program is.

phrases! {
    FIELDS_BY_NAME = "Bảng tra tên trường";
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
