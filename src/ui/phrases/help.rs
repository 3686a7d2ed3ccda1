//! Help, and what this program is.

phrases! {
    FIELDS_BY_NAME = "Bảng tra tên trường";
    HELP_TITLE = "Trợ giúp";
    SOURCE = "Nguồn";
    HELP_LEAD = "Mỗi việc một trang ngắn, có hình.";
    HELP_MORE = "Xem thêm";
    HELP_NEXT = "Việc khác";
    ABOUT = "Giới thiệu phần mềm";
    PROGRAM = "Phần mềm";
    PROGRAM_NAME = "Tên";
    LICENCE = "Giấy phép";
    LICENCES = "Giấy phép của các thành phần";
    LICENCES_LEAD = "Phần mềm được dựng từ các thành phần nguồn mở sau đây.";
    LICENCES_WHOLE = "Toàn văn các giấy phép";
    COMPONENT = "Thành phần";
    SPEC_VERSION = "Bộ quy định dữ liệu";
    SPEC_BASIS = "Căn cứ của bộ quy định dữ liệu";
    DOCUMENT = "Văn bản";
    ABOUT_WHAT = "Về việc";
}

/// A task and how it is done.
#[derive(Clone, Copy, Debug)]
pub struct HelpTopic {
    /// In its address; its picture is `help/<id>.jpg`.
    pub id: &'static str,
    /// What is done.
    pub title: &'static str,
    /// How, step by step.
    pub steps: &'static [&'static str],
    /// What the picture shows; "" without one.
    pub picture: &'static str,
}

/// The tasks, by who does them.
pub const HELP: [(&str, &[HelpTopic]); 3] = [
    (
        "Việc của văn thư, giáo viên ở trường",
        &[
            HelpTopic {
                id: "today",
                title: "Xem hôm nay có việc gì",
                steps: &[
                    "Đăng nhập: trang đầu cho biết việc cần làm ở trường, từ việc gấp nhất.",
                    "Bấm vào một việc để mở đúng danh sách các hồ sơ đó: còn thiếu mục nào, có chỗ cần xem lại, chưa đối chiếu với giấy tờ.",
                    "Số liệu bên cạnh cho biết người học theo khối, so với năm học trước. Bấm vào khối để mở danh sách; mở «Bảng số liệu» để xem số nam, nữ.",
                ],
                picture: "Trang đầu của văn thư: việc cần làm ở bên trái, biểu đồ người học theo khối ở bên phải.",
            },
            HelpTopic {
                id: "search",
                title: "Tìm một người, một lớp, một trường",
                steps: &[
                    "Gõ vào ô tìm ở đầu trang (phím / đưa con trỏ tới đó). Có dấu hay không dấu, thứ tự từ nào cũng được: «nguyen van an 6a1», «an nguyễn 2014», «gv toan tan hong».",
                    "Gõ mã định danh, mã trường hoặc số điện thoại, chỉ cần phần đầu: «0302140».",
                    "Chọn trong danh sách gợi ý bằng phím mũi tên và Enter, hoặc bấm Tìm để xem mọi kết quả rồi lọc theo loại, cấp, khối, năm học.",
                ],
                picture: "Trang kết quả tìm kiếm với các bộ lọc ở bên trái.",
            },
            HelpTopic {
                id: "enter",
                title: "Thêm và sửa hồ sơ",
                steps: &[
                    "Mở danh sách (Người học, Lớp, Nhân sự…), bấm Thêm; hoặc mở một hồ sơ rồi bấm Sửa.",
                    "Nội dung chưa đúng được báo ngay tại ô đó, những gì đã gõ vẫn còn. Chỗ «Lưu ý» vẫn lưu được, thầy/cô xem lại sau.",
                    "Nếu người khác vừa lưu cùng hồ sơ, hệ thống cho xem cả hai bản để chọn, không ghi đè.",
                    "Mất mạng giữa chừng: những gì đã gõ vẫn còn trên trang; có mạng lại thì bấm Lưu.",
                ],
                picture: "Biểu mẫu thêm người học.",
            },
            HelpTopic {
                id: "class",
                title: "Xem và in danh sách lớp",
                steps: &[
                    "Mở trang của trường, phần «Lớp theo khối», rồi bấm tên lớp.",
                    "Danh sách xếp theo tên, sĩ số đếm người đang học; người đã chuyển đi đứng cuối.",
                    "Bấm In. Trang in gọn trên giấy A4, có chỗ ký của giáo viên chủ nhiệm.",
                ],
                picture: "Danh sách lớp với sĩ số và giáo viên chủ nhiệm.",
            },
            HelpTopic {
                id: "verify",
                title: "Đối chiếu hồ sơ với giấy tờ",
                steps: &[
                    "Mở hồ sơ, so với giấy khai sinh, căn cước, quyết định.",
                    "Thông tin nhạy cảm được che; bấm «Mở thông tin nhạy cảm» để xem. Mỗi lần mở đều được ghi vào nhật ký.",
                    "Đúng hết thì bấm «Xác nhận đã đối chiếu với giấy tờ». Sửa hồ sơ sau đó thì cần đối chiếu lại.",
                ],
                picture: "",
            },
            HelpTopic {
                id: "import",
                title: "Nhập từ Excel",
                steps: &[
                    "Dùng đúng tệp mẫu của Bộ. Hệ thống kiểm tra trước và chỉ rõ ô, dòng cần sửa.",
                    "Cột mã để dạng văn bản (Text) để không mất số 0 ở đầu.",
                    "Một lần nhập có thể hoàn tác trọn vẹn nếu các dòng chưa được sửa sau đó.",
                ],
                picture: "",
            },
            HelpTopic {
                id: "history",
                title: "Xem ai đã sửa gì, lấy lại bản cũ",
                steps: &[
                    "Mỗi lần lưu là một phiên bản. Trong hồ sơ, mở «Lịch sử thay đổi» để biết ai sửa gì, lúc nào.",
                    "Ở «Xem toàn bộ» có thể khôi phục nội dung của một phiên bản cũ; bản hiện tại vẫn còn trong lịch sử.",
                    "Hồ sơ không bao giờ bị xóa. Hồ sơ nhập nhầm thì đánh dấu «ghi nhầm».",
                ],
                picture: "Lịch sử thay đổi của một hồ sơ.",
            },
        ],
    ),
    (
        "Việc của chuyên viên, lãnh đạo Sở và xã",
        &[
            HelpTopic {
                id: "figures",
                title: "Xem số liệu của các trường",
                steps: &[
                    "Trang đầu cho tổng số người học, lớp, nhân sự trong phạm vi và so với năm học trước.",
                    "Bấm vào một cấp học, một khối hoặc «Xem theo đơn vị» để xem từng trường; xếp theo tên, theo số người học, hoặc theo chỗ còn thiếu nhiều nhất.",
                    "Bấm tên trường để mở trang của trường.",
                ],
                picture: "Số liệu theo đơn vị.",
            },
            HelpTopic {
                id: "school",
                title: "Xem một trường",
                steps: &[
                    "Trang của trường có số liệu, lớp theo khối với sĩ số và giáo viên chủ nhiệm, nhân sự, cơ sở vật chất, ai phụ trách.",
                    "Cuối trang là lịch sử của trường: thành lập, đổi tên, sáp nhập, đơn vị quản lý qua từng thời kỳ.",
                    "Nhập một ngày vào ô «Vào ngày» để xem thông tin của trường vào ngày đó.",
                ],
                picture: "Trang của một trường.",
            },
            HelpTopic {
                id: "units",
                title: "Xem cây đơn vị vào một ngày",
                steps: &[
                    "Trang Đơn vị cho xem cây đơn vị vào bất kỳ ngày nào, ví dụ 30/06/2025 khi còn Phòng GDĐT.",
                    "Đơn vị đổi tên, sáp nhập vẫn tìm được theo tên và mã cũ; hồ sơ cũ vẫn ở nơi đã có.",
                ],
                picture: "Cây đơn vị.",
            },
        ],
    ),
    (
        "Việc của người quản trị",
        &[
            HelpTopic {
                id: "accounts",
                title: "Cấp, cấp lại, đóng tài khoản",
                steps: &[
                    "Trang Tài khoản, bấm «Cấp tài khoản». Mỗi người một tài khoản riêng, không cho mượn, không dùng chung.",
                    "Mật khẩu lần đầu chỉ hiện một lần: in phiếu giao cho người dùng. Người dùng đổi mật khẩu khi đăng nhập lần đầu.",
                    "Quên mật khẩu: mở tài khoản đó, bấm «Cấp lại mật khẩu».",
                    "Người chuyển công tác hoặc nghỉ chế độ: đóng tài khoản. Những việc đã làm vẫn còn trong nhật ký.",
                ],
                picture: "Danh sách tài khoản.",
            },
            HelpTopic {
                id: "reforms",
                title: "Ghi quyết định về đơn vị",
                steps: &[
                    "Chỉ quản trị của Sở ghi thành lập, đổi tên, chuyển, sáp nhập, giải thể, theo quyết định.",
                    "Mở trang đơn vị, phần «Thay đổi đơn vị», chọn việc, điền ngày hiệu lực và số quyết định.",
                    "Hệ thống cho xem trước những gì sẽ thay đổi; xác nhận rồi mới ghi. Ghi nhầm thì hoàn tác được.",
                ],
                picture: "",
            },
            HelpTopic {
                id: "setup",
                title: "Thiết lập xong máy chủ",
                steps: &[
                    "Trang đầu của quản trị Sở cho biết còn việc gì: khóa sao lưu, nơi cất bản sao, danh sách trường, https, thư báo, xác minh hai bước. Việc xong thì tự mất.",
                    "Danh sách trường: trên máy chủ, csdlgd import --data /var/lib/csdlgd --as quantri --sheet schools danh-sach.xlsx (dừng dịch vụ trước, chạy bằng người dùng csdlgd); hoặc thêm từng trường ở trang Đơn vị.",
                    "Sao lưu: hai người, mỗi người chạy csdlgd keygen --out khoa.key trên máy khác, giữ tệp khóa, đưa dòng cuối để ghi vào recipients của phần [backup]. Nơi cất: ghi vào targets, rồi csdlgd backup target.",
                    "https: phần [tls]. Thư báo sự cố: phần [mail], thử bằng csdlgd mail test --to địa-chỉ; không dùng thì no_mail = true. Sửa tệp xong: systemctl restart csdlgd.",
                ],
                picture: "",
            },
            HelpTopic {
                id: "care",
                title: "Trông coi máy chủ, nâng cấp, ngừng có kế hoạch",
                steps: &[
                    "Trên máy chủ, csdlgd doctor xem đồng hồ, ổ đĩa, quyền tệp, cổng, kho dữ liệu, chỉ mục, sao lưu, chứng thư; mỗi chỗ chưa ổn có cách khắc phục.",
                    "Nâng cấp: apt install ./csdlgd_….deb. Kho dữ liệu được chép lại trước; bản mới không chạy được thì bản cũ và dữ liệu cũ tự chạy tiếp, lý do có trong journalctl -u csdlgd.",
                    "Ngừng có kế hoạch: trang Lịch bảo trì, báo trước ít nhất 7 ngày làm việc. Thông báo hiện ở mọi trang và tự hết.",
                    "Mất điện thoại xác minh hai bước: dùng mã dự phòng; hoặc nhờ quản trị khác cấp lại mật khẩu, bước này được gỡ. Quản trị duy nhất: dừng dịch vụ, csdlgd account reset.",
                ],
                picture: "",
            },
        ],
    ),
];

/// The task with that id.
pub fn help_topic(id: &str) -> Option<&'static HelpTopic> {
    HELP.iter().flat_map(|(_, topics)| *topics).find(|t| t.id == id)
}
