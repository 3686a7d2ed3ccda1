//! A new installation: by a file, and by the first page.

use super::{csdlgd, good, said};
use csdlgd::backup::keys::Identity;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const SCHOOLS: &str = "MA_TRUONG,TEN_TRUONG_HOC,MA_DON_VI,CAP_HOC,TRANG_THAI,LOAI_HINH_DAO_TAO,LOAI_HINH_TRUONG,DIA_CHI,MA_XA_PHUONG,MA_QUAN_HUYEN,MA_TINH_THANH,CHUAN_QUOC_GIA,NGAY_THANH_LAP\n\
30293401,Trường Tiểu học Mẫu Một,293,1,1,1,1,Xã Mẫu,10750,293,30,1,05/09/1995\n";
const PASSWORD: &str = "con trâu gặm cỏ non 7";

fn init(file: &Path, text: &str) -> Output {
    fs::write(file, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["init", "--config"])
        .arg(file)
        .env("CSDLGD_LOG", "error")
        .output()
        .unwrap()
}

fn keys() -> [String; 2] {
    [Identity::fleeting().recipient(), Identity::fleeting().recipient()]
}

#[test]
fn a_file_makes_a_province_and_told_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, disk) = (dir.path().join("data"), dir.path().join("disk"));
    fs::create_dir(&data).unwrap();
    fs::write(dir.path().join("schools.csv"), SCHOOLS).unwrap();
    fs::write(dir.path().join("password"), format!("{PASSWORD}\n")).unwrap();
    let [one, two] = keys();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let text = format!(
        "data = \"{}\"\nprovince = \"30\"\n[administrator]\nlogin = \"quantri\"\nname = \"Nguyễn Thị Quản\"\n\
         password_file = \"{}\"\n[units]\nfile = \"{}\"\nyear = 2024\n[backup]\nrecipients = [\"{one}\", \"{two}\"]\n\
         targets = [\"{}\"]\n[mail]\nhost = \"mail.so.test\"\nfrom = \"a@so.test\"\nto = [\"b@so.test\"]\n",
        data.display(),
        at("password"),
        at("schools.csv"),
        disk.display()
    );
    let file = dir.path().join("init.toml");
    let first = good(&init(&file, &text));
    assert!(first.contains("administrator: quantri") && first.contains("thêm 1"), "{first}");
    assert!(!first.contains("first password"), "{first}");
    assert!(disk.join("csdlgd-target.json").is_file());
    let again = good(&init(&file, &text));
    assert!(again.contains("holds a province already") && again.contains("giữ nguyên 1"), "{again}");
    good(&csdlgd(&data, &["verify"]));
    // What was asked is used by everything that reads settings.
    let made = good(&csdlgd(&data, &["backup", "now"]));
    assert!(made.contains(&disk.display().to_string()), "{made}");
    let doctor = said(&csdlgd(&data, &["doctor"]));
    assert!(doctor.contains("2 recipients") && doctor.contains("through mail.so.test"), "{doctor}");
}

#[test]
fn every_mistake_of_a_file_is_named_at_once_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let file = dir.path().join("init.toml");
    let [one, _] = keys();
    let text = format!(
        "data = \"{}\"\nprovince = \"99\"\n[administrator]\nlogin = \"Q!\"\nname = \"\"\n[units]\nfile = \"/nowhere.csv\"\n\
         [backup]\nrecipients = [\"{one}\", \"age1mistyped\"]\ntargets = [\"relative\", \"/nowhere/at/all\"]\n\
         [mail]\nhost = \"\"\nfrom = \"nobody\"\nto = []\n",
        data.display()
    );
    let refused = init(&file, &text);
    assert_eq!(refused.status.code(), Some(1));
    let text = said(&refused);
    for what in [
        "province: not in the list",
        "administrator.login",
        "administrator.name",
        "units.file: /nowhere.csv",
        "'age1mistyped' is no recipient",
        "backup.targets: relative",
        "backup.targets: /nowhere/at/all: nothing is there",
        "mail.host",
        "mail.from",
        "mail.to",
    ] {
        assert!(text.contains(what), "«{what}» is not said in {text}");
    }
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    let misspelt = said(&init(&file, "provinz = \"30\"\n"));
    assert!(misspelt.contains("provinz"), "{misspelt}");
    let one_key = format!(
        "data = \"{}\"\nprovince = \"30\"\n[administrator]\nlogin = \"quantri\"\nname = \"A B\"\n[backup]\nrecipients = [\"{one}\"]\n",
        data.display()
    );
    assert!(said(&init(&file, &one_key)).contains("two at least"));
}

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

    fn send(&self, fields: &[(&str, &str)]) -> (u16, String) {
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let mut all = vec![
            ("code", self.code.as_str()),
            ("province", "30"),
            ("login", "quantri"),
            ("name", "Nguyễn Thị Quản"),
            ("new_password", PASSWORD),
            ("again", PASSWORD),
        ];
        all.extend_from_slice(fields);
        let mut answer =
            agent.post(format!("{}/setup", self.base)).header("Origin", &self.base).send_form(all).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// The same process serves the province.
    fn serves(&mut self) {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        self.base = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(self.page("/login").contains("action=\"/login\""));
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    fs::write(data.join("import/schools.csv"), SCHOOLS).unwrap();
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
    server.serves();
}

#[test]
fn a_server_that_shows_its_first_page_serves_the_province_a_file_makes() {
    let dir = tempfile::tempdir().unwrap();
    let data = empty(dir.path());
    let mut server = Empty::start(&data);
    // A store somebody still works on is left alone: the list of schools is imported into it, and its files are
    // handed over to the service.
    let held = csdlgd::install::hold(&data).unwrap();
    fs::write(data.join("store.redb"), "").unwrap();
    assert!(!csdlgd::install::is_whole(&data));
    fs::remove_file(data.join("store.redb")).unwrap();
    drop(held);
    fs::write(dir.path().join("schools.csv"), SCHOOLS).unwrap();
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
    server.serves();
}
