//! The first page of a new installation, in a process of its own.

use super::setup::{PASSWORD, SCHOOLS, init, keys};
use super::{csdlgd, good, said};
use crate::workbook::{Book, V};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;

/// Parts the fields of a form.
const MARK: &str = "----mark-7";

/// A server without a province.
struct Empty {
    child: Child,
    base: String,
    code: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Empty {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_csdlgd"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).env("CSDLGD_LOG", "error");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        let base = line().split("open ").nth(1).unwrap().split("/setup").next().unwrap().to_owned();
        let code = line().split(": ").nth(1).unwrap().to_owned();
        Self { child, base, code, lines }
    }

    fn page(&self, path: &str) -> String {
        ureq::get(format!("{}{path}", self.base)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// Everything that must be filled in, and these.
    fn filled<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = vec![
            ("code", self.code.as_str()),
            ("province", "30"),
            ("login", "quantri"),
            ("name", "Nguyễn Thị Quản"),
            ("new_password", PASSWORD),
            ("again", PASSWORD),
        ];
        all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
        all.extend_from_slice(fields);
        all
    }

    /// As a program posts it.
    fn send(&self, fields: &[(&str, &str)]) -> (u16, String) {
        let mut answer = self.post().send_form(self.filled(fields)).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// As a browser posts it, with a list of schools.
    fn send_list(&self, list: &[u8], fields: &[(&str, &str)]) -> (u16, String) {
        let mut body = Vec::new();
        for (name, value) in self.filled(fields) {
            let part = format!("--{MARK}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{MARK}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"danh sách.csv\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(&[head.as_bytes(), list, format!("\r\n--{MARK}--\r\n").as_bytes()].concat());
        let kind = format!("multipart/form-data; boundary={MARK}");
        let mut answer = self.post().header("Content-Type", kind).send(&body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn post(&self) -> ureq::RequestBuilder<ureq::typestate::WithBody> {
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        agent.post(format!("{}/setup", self.base)).header("Origin", &self.base)
    }

    /// Where the same process serves the province it made.
    fn served(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim().rsplit(' ').next().unwrap().to_owned()
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A list of which every cell is taken.
fn list() -> String {
    SCHOOLS.replace(",10750,", ",,")
}

fn empty(dir: &Path) -> PathBuf {
    let data = dir.join("data");
    fs::create_dir(&data).unwrap();
    data
}

#[test]
fn the_first_page_takes_everything_or_leaves_it_for_later() {
    let dir = tempfile::tempdir().unwrap();
    let (data, disk) = (empty(dir.path()), dir.path().join("disk"));
    let mut server = Empty::start(&data);
    // A file put into import/ can be chosen; nothing else leads anywhere.
    fs::write(data.join("import/schools.csv"), list()).unwrap();
    let page = server.page("/setup");
    assert!(page.contains("schools.csv") && !page.contains("href=\"/help\"") && !page.contains("href=\"/dictionary\""));
    // Its port is not another program's.
    let settings = dir.path().join("csdlgd.toml");
    fs::write(&settings, format!("listen = \"{}\"\n", server.base.strip_prefix("http://").unwrap())).unwrap();
    let doctor = said(&csdlgd(&data, &["doctor", "--config", settings.to_str().unwrap()]));
    assert!(doctor.contains(&format!("process {}, which shows its first page", server.child.id())), "{doctor}");
    let [one, two] = keys();
    let recipients = format!("{one}\n{two}\n");
    let (status, page) = server.send(&[
        ("recipients", "AGE-SECRET-KEY-1XYZ"),
        ("target", "relative"),
        ("units", "../../../etc/passwd"),
        ("mail", "now"),
        ("mail_from", "nobody"),
    ]);
    assert_eq!(status, 422, "{page}");
    for what in [
        "Có dòng không phải khóa công khai",
        "đường dẫn đầy đủ",
        "không còn trong thư mục",
        "máy chủ thư",
        "địa chỉ thư",
    ] {
        assert!(page.contains(what), "«{what}» is not said");
    }
    assert!(!data.join("store.redb").exists());
    let (status, page) = server.send(&[
        ("recipients", &recipients),
        ("target", disk.to_str().unwrap()),
        ("units", "schools.csv"),
        ("mail", "now"),
        ("mail_host", "mail.so.test"),
        ("mail_from", "a@so.test"),
        ("mail_to", "b@so.test, c@so.test"),
        ("mail_login", "a"),
        ("mail_password", "bí mật"),
    ]);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Đơn vị: thêm 1") && page.contains("Bốn từ của mỗi khóa"), "{page}");
    assert!(!page.contains("Cấu hình gửi thư báo sự cố"), "what was done is told as left");
    assert_eq!(fs::read_to_string(data.join("mail-password")).unwrap(), "bí mật");
    let settings = fs::read_to_string(data.join("settings.toml")).unwrap();
    assert!(settings.contains(&one) && settings.contains("c@so.test") && !settings.contains("bí mật"), "{settings}");
    assert!(disk.join("csdlgd-target.json").is_file());
    // The same process serves the province, with what it was told.
    server.base = server.served();
    assert!(server.page("/login").contains("action=\"/login\""));
    // A tab that was left open leads to the sign-in.
    assert!(server.page(&format!("/setup?code={}", server.code)).contains("Hệ thống đã được lập"));
    let (_, stale) = server.send(&[]);
    assert!(stale.contains("Hệ thống đã được lập") && stale.contains("action=\"/login\""), "{stale}");
}

#[test]
fn a_list_is_sent_from_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    let mut server = Empty::start(&data);
    let template = server.page("/setup/template");
    assert!(template.starts_with("\u{feff}Mã trường *;Tên trường *"), "{template}");
    assert!(server.page("/setup").contains("enctype=\"multipart/form-data\""));
    let refused = |list: &[u8], fields: &[(&str, &str)], words: &[&str]| {
        let (status, page) = server.send_list(list, fields);
        assert_eq!(status, 422, "{page}");
        for what in words {
            assert!(page.contains(what), "«{what}» is not said: {page}");
        }
        assert!(page.contains("value=\"quantri\"") && page.contains("không giữ tệp đã chọn"), "what was typed is gone");
        assert!(!page.contains(PASSWORD));
        let left: Vec<_> = fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["import"], "something was made");
        assert_eq!(fs::read_dir(data.join("import")).unwrap().count(), 0);
        page
    };
    // Files no list can be read from: told at their field, with what to do.
    let windows: Vec<u8> = [b"MA_TRUONG,TEN\n30293401,Tr\xd6".as_slice(), b"\xf0ng M\xe3u\n"].concat();
    refused(&windows, &[], &["bảng mã Unicode (thấy ở dòng 2)", "CSV UTF-8"]);
    refused(b"", &[], &["Tệp không có dữ liệu nào"]);
    refused(b"%PDF-1.7\n", &[], &["Tệp là PDF"]);
    refused("Tên;Lớp\nAn;6A\n".as_bytes(), &[], &["Không tìm thấy dòng tiêu đề", "Dòng 1 đang là: Tên | Lớp"]);
    let no_level = list().replacen("CAP_HOC", "KHAC", 1);
    refused(no_level.as_bytes(), &[], &["Thiếu cột bắt buộc «CAP_HOC»"]);
    let far = Book::new().raw("S", r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    refused(&far.bytes(), &[], &["XFD1048576"]);
    refused(&vec![b'a'; (64 << 20) + 1], &[], &["Tệp lớn hơn 64 MB"]);
    // What else is wrong is told at the same time; without the code no list is looked into.
    refused(b"%PDF-1.7\n", &[("again", "khác"), ("province", "")], &["Tệp là PDF", "chưa giống nhau", "chọn một tỉnh"]);
    let stranger = server.send_list(b"%PDF-1.7\n", &[("code", "abcd-efgh-jkmn-pqrs")]);
    assert!(stranger.0 == 422 && stranger.1.contains("Mã thiết lập chưa đúng") && !stranger.1.contains("Tệp là PDF"));
    assert!(stranger.1.contains("không giữ tệp đã chọn") && stranger.1.contains("value=\"quantri\""));
    // A list with rows that can't be taken is told row by row, and taken without them only if that is wanted.
    let faulty = format!("{},Trường không mã,293,2,1,1,1,Xã Mẫu,,293,30,0,\n", list());
    let page = refused(faulty.as_bytes(), &[], &["Có 1 ô hoặc dòng", "Dòng 3: Thiếu mã trường", "Vẫn lập hệ thống"]);
    assert!(page.contains("name=\"rest\""));
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(faulty.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (status, page) = server.send_list(&utf_16, &[("rest", "skip")]);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Đơn vị: thêm 1") && page.contains("Dòng 3: Thiếu mã trường"), "{page}");
    server.base = server.served();
    let found = good(&csdlgd(&data, &["search", "--as", "quantri", "mau mot"]));
    assert!(found.contains("Trường Tiểu học Mẫu Một"), "{found}");
}

#[test]
fn a_workbook_is_a_list_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    let server = Empty::start(&data);
    let list = list();
    let lines: Vec<Vec<V<'_>>> = list.lines().map(|line| line.split(',').map(V::T).collect()).collect();
    let rows: Vec<&[V<'_>]> = lines.iter().map(Vec::as_slice).collect();
    let (status, page) = server.send_list(&Book::new().sheet("Trường", &rows).bytes(), &[]);
    assert!(status == 200 && page.contains("Đơn vị: thêm 1"), "{page}");
}

#[test]
fn of_two_who_send_at_once_one_makes_the_province() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    let server = Empty::start(&data);
    let both = Barrier::new(2);
    let send = |login: &'static str| {
        both.wait();
        server.send(&[("login", login)])
    };
    let answers = std::thread::scope(|s| {
        let other = s.spawn(|| send("hai"));
        [send("mot"), other.join().unwrap()]
    });
    let made =
        answers.iter().filter(|(status, page)| *status == 200 && page.contains("tài khoản quản trị. Máy chủ")).count();
    let late = answers.iter().filter(|(_, page)| page.contains("Đã có người lập hệ thống")).count();
    assert_eq!((made, late), (1, 1), "{answers:?}");
}

#[test]
fn what_an_attempt_left_that_was_cut_off_is_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    for name in ["being-made/index", "index"] {
        fs::create_dir_all(data.join(name)).unwrap();
        fs::write(data.join(name).join("meta.json"), "half").unwrap();
    }
    fs::write(data.join("being-made/store.redb"), "half").unwrap();
    fs::write(data.join("settings.toml"), "no_mail = true\n").unwrap();
    let mut server = Empty::start(&data);
    let (status, page) = server.send(&[]);
    assert_eq!(status, 200, "{page}");
    server.base = server.served();
    assert!(!data.join("being-made").exists());
    assert!(!fs::read_to_string(data.join("settings.toml")).unwrap().contains("no_mail = true"));
    let verified = good(&csdlgd(&data, &["verify"]));
    assert!(verified.contains("(0 behind)"), "{verified}");
}

#[test]
fn a_server_that_shows_its_first_page_serves_the_province_a_file_makes() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    let mut server = Empty::start(&data);
    // A store somebody is still at work on is left alone.
    let held = fs::File::open(&data).unwrap();
    held.lock().unwrap();
    fs::write(data.join("store.redb"), "").unwrap();
    assert!(!csdlgd::install::is_whole(&data));
    fs::remove_file(data.join("store.redb")).unwrap();
    drop(held);
    fs::write(dir.path().join("schools.csv"), list()).unwrap();
    fs::write(dir.path().join("password"), PASSWORD).unwrap();
    let text = format!(
        "data = \"{}\"\nprovince = \"30\"\nno_mail = true\n[administrator]\nlogin = \"quantri\"\n\
         name = \"Nguyễn Thị Quản\"\npassword_file = \"{}\"\n[units]\nfile = \"{}\"\nyear = 2024\n",
        data.display(),
        dir.path().join("password").display(),
        dir.path().join("schools.csv").display()
    );
    let made = good(&init(&dir.path().join("init.toml"), &text));
    assert!(made.contains("thêm 1") && made.contains("serves the province now"), "{made}");
    server.base = server.served();
    assert!(server.page("/login").contains("action=\"/login\""));
}
