//! A new installation by a file.

use super::{csdlgd, good, said};
use csdlgd::backup::keys::Identity;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub(super) const SCHOOLS: &str = "MA_TRUONG,TEN_TRUONG_HOC,MA_DON_VI,CAP_HOC,TRANG_THAI,LOAI_HINH_DAO_TAO,LOAI_HINH_TRUONG,DIA_CHI,MA_XA_PHUONG,MA_QUAN_HUYEN,MA_TINH_THANH,CHUAN_QUOC_GIA,NGAY_THANH_LAP\n\
30293401,Trường Tiểu học Mẫu Một,293,1,1,1,1,Xã Mẫu,10750,293,30,1,05/09/1995\n";
pub(super) const PASSWORD: &str = "con trâu gặm cỏ non 7";

pub(super) fn init(file: &Path, text: &str) -> Output {
    fs::write(file, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["init", "--config"])
        .arg(file)
        .env("CSDLGD_LOG", "error")
        .output()
        .unwrap()
}

pub(super) fn keys() -> [String; 2] {
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

#[test]
fn a_file_whose_list_or_target_is_wrong_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, disk) = (dir.path().join("data"), dir.path().join("disk"));
    fs::create_dir(&data).unwrap();
    let (file, list) = (dir.path().join("init.toml"), dir.path().join("schools.csv"));
    let begin = format!(
        "data = \"{}\"\nprovince = \"30\"\n[administrator]\nlogin = \"quantri\"\nname = \"A B\"\n",
        data.display()
    );
    fs::write(&list, "Tên,Lớp\nAn,6A\n").unwrap();
    let refused = init(&file, &format!("{begin}[units]\nfile = \"{}\"\n", list.display()));
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("nothing was made:\n  units.file: Không tìm thấy dòng tiêu đề"),
        "{}",
        said(&refused)
    );
    fs::create_dir(&disk).unwrap();
    fs::write(disk.join("csdlgd-target.json"), r#"{"server":"another","province":"","made_ms":0}"#).unwrap();
    let refused = init(&file, &format!("{begin}[backup]\ntargets = [\"{}\"]\n", disk.display()));
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("keeps the backups of another server"), "{}", said(&refused));
    assert!(!data.join("store.redb").exists() && !data.join("settings.toml").exists());
    assert!(!data.join("being-made").exists(), "an attempt is left");
    good(&init(&file, &begin));
}
