//! The command line, as an operator types it.

use std::path::Path;
use std::process::{Command, Output};

fn csdlgd(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_csdlgd")).args(args).env("CSDLGD_LOG", "error").output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

#[test]
fn the_standard_is_accounted_for() {
    let output = csdlgd(&["spec", "coverage"]);
    assert!(output.status.success());
    let text = said(&output);
    assert!(text.contains("QĐ 4998: 1557/1557 accounted for"), "{text}");
    assert!(text.contains("Exchange 2020: 475/475 accounted for"), "{text}");
    assert!(csdlgd(&["spec", "check"]).status.success());
    assert!(said(&csdlgd(&["spec", "doc"])).contains("Số định danh cá nhân"));
}

const SCHOOLS: &str = "MA_TRUONG,TEN_TRUONG_HOC,MA_DON_VI,CAP_HOC,TRANG_THAI,LOAI_HINH_DAO_TAO,LOAI_HINH_TRUONG,DIA_CHI,MA_XA_PHUONG,MA_QUAN_HUYEN,MA_TINH_THANH,CHUAN_QUOC_GIA,NGAY_THANH_LAP\n\
30293401,Trường Tiểu học Mẫu Một,293,1,1,1,1,Xã Mẫu,10750,293,30,1,05/09/1995\n\
30293501,Trường THCS Mẫu Hai,293,2,1,1,1,Xã Mẫu,10750,293,30,0,31/02/1995\n\
30293502,Trường THCS Mẫu Ba,29X,2,1,4,1,Xã Mẫu,10750,293,30,0,\n\
,Trường không mã,293,2,1,1,1,Xã Mẫu,10750,293,30,0,\n";

#[test]
fn a_province_is_made_filled_checked_and_undone() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (path(dir.path(), "data"), path(dir.path(), "truong.csv"));
    let made = csdlgd(&["init", "--data", &data, "--province", "30", "--admin", "quantri"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("first password"));
    let again = csdlgd(&["init", "--data", &data, "--province", "30", "--admin", "quantri"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&csdlgd(&["init", "--data", &path(dir.path(), "x"), "--province", "99", "--admin", "quantri"]))
            .contains("no province has code '99'")
    );

    std::fs::write(&file, SCHOOLS).unwrap();
    let import = csdlgd(&["import", "--data", &data, "--as", "quantri", "--sheet", "schools", "--year", "2024", &file]);
    let text = said(&import);
    assert_eq!(import.status.code(), Some(2), "{text}");
    assert!(text.contains("Đơn vị: thêm 3, sửa 0, giữ nguyên 0"), "{text}");
    for refused in ["dòng 3, cột M", "«29X»", "dòng 5: Thiếu mã trường", "Số này là mã của phần mềm khác"]
    {
        assert!(text.contains(refused), "«{refused}» not in {text}");
    }
    let found = said(&csdlgd(&["search", "--data", &data, "--as", "quantri", "thcs", "mau", "ba"]));
    assert!(found.contains("Trường THCS Mẫu Ba"), "{found}");

    // The same file again changes nothing.
    let again =
        said(&csdlgd(&["import", "--data", &data, "--as", "quantri", "--sheet", "schools", "--year", "2024", &file]));
    assert!(again.contains("Đơn vị: thêm 0, sửa 0, giữ nguyên 3"), "{again}");
    let checked = csdlgd(&["verify", "--data", &data]);
    assert!(checked.status.success(), "{}", said(&checked));

    let batch = text.split("lô ").nth(1).unwrap().split(' ').next().unwrap();
    let undone = csdlgd(&["undo", "--data", &data, "--as", "quantri", batch]);
    assert!(undone.status.success(), "{}", said(&undone));
    let gone = said(&csdlgd(&["search", "--data", &data, "--as", "quantri", "thcs", "mau", "ba"]));
    assert!(!gone.contains("Mẫu Ba"), "{gone}");
    assert!(csdlgd(&["verify", "--data", &data]).status.success());
}

const PUPILS: &str = "STT;Mã lớp;Tên lớp;Mã học sinh;Họ tên;Ngày sinh;Giới tính;Trạng thái HS;Dân tộc;Số định danh cá nhân\n\
1;;6A1;3011111111;Nguyễn Văn An;05/09/2014;Nam;Đang học;Kinh;030214000011\n\
2;;6A1;3011111112;Trần Thị Bình;1/2/2014;Nữ;01;01 - Kinh;030314000012\n\
3;;6A2;;Lê Văn Cường;31/02/2014;Nam;Đang học;Kinh;\n";

#[test]
fn a_schools_pupils_come_in_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let data = path(dir.path(), "data");
    assert!(csdlgd(&["init", "--data", &data, "--province", "30", "--admin", "quantri"]).status.success());
    let (schools, pupils) = (path(dir.path(), "truong.csv"), path(dir.path(), "hs.csv"));
    std::fs::write(&schools, SCHOOLS).unwrap();
    csdlgd(&["import", "--data", &data, "--as", "quantri", "--sheet", "schools", "--year", "2024", &schools]);
    assert!(
        csdlgd(&["account", "add", "--data", &data, "thcs.vt", "--role", "school_clerk", "--unit", "30293501"])
            .status
            .success()
    );
    std::fs::write(&pupils, PUPILS).unwrap();
    let args = ["import", "--data", &data, "--as", "thcs.vt", "--sheet", "pupils", &pupils];
    let import = csdlgd(&args);
    let text = said(&import);
    assert_eq!(import.status.code(), Some(2), "{text}");
    for line in
        ["Người học: thêm 2, sửa 0, giữ nguyên 0", "Lớp, nhóm lớp: thêm 1", "Hồ sơ năm học: thêm 2", "dòng 4, cột F"]
    {
        assert!(text.contains(line), "«{line}» not in {text}");
    }
    let again = said(&csdlgd(&args));
    assert!(again.contains("Người học: thêm 0, sửa 0, giữ nguyên 2"), "{again}");
    let found = said(&csdlgd(&["search", "--data", &data, "--as", "thcs.vt", "nguyen van an 6a1"]));
    assert!(found.contains("Nguyễn Văn An"), "{found}");
    let checked = csdlgd(&["verify", "--data", &data]);
    assert!(checked.status.success(), "{}", said(&checked));
}

#[test]
fn the_same_seed_gives_the_same_head() {
    let dir = tempfile::tempdir().unwrap();
    let build = |name: &str, seed: &str| {
        let data = path(dir.path(), name);
        let output = csdlgd(&["demo", "--data", &data, "--learners", "300", "--seed", seed, "--build-only"]);
        let text = said(&output);
        assert!(output.status.success(), "{text}");
        assert!(Path::new(&data).join("demo-logins.csv").is_file());
        text.lines().find_map(|l| l.strip_prefix("chain head ").map(str::to_owned)).unwrap()
    };
    let (one, two, other) = (build("one", "5"), build("two", "5"), build("other", "6"));
    assert_eq!(one, two);
    assert_ne!(one, other);
    let checked = csdlgd(&["verify", "--data", &path(dir.path(), "one")]);
    assert!(checked.status.success() && said(&checked).contains(&one), "{}", said(&checked));
}

#[test]
fn an_operator_is_told_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let missing = csdlgd(&["serve", "--data", &path(dir.path(), "nowhere")]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("csdlgd init"), "{}", said(&missing));
    std::fs::create_dir(dir.path().join("bad")).unwrap();
    std::fs::write(dir.path().join("bad/store.redb"), b"not a store").unwrap();
    let damaged = csdlgd(&["serve", "--data", &path(dir.path(), "bad")]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(said(&damaged).contains("damaged"), "{}", said(&damaged));
    let overlay = dir.path().join("own/kinds");
    std::fs::create_dir_all(&overlay).unwrap();
    std::fs::write(
        overlay.join("pupil.toml"),
        "[[field]]\nkey = \"x\"\nlabel = \"X\"\nsection = \"identiti\"\ntype = \"texst\"\n",
    )
    .unwrap();
    let wrong = csdlgd(&["spec", "check", &path(dir.path(), "own")]);
    assert_eq!(wrong.status.code(), Some(1));
    let text = said(&wrong);
    assert!(
        text.contains("pupil.toml:4")
            && text.contains("did you mean `identity`")
            && text.contains("did you mean `text`"),
        "{text}"
    );
}

#[test]
fn an_operator_who_mistypes_is_told_where() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (path(dir.path(), "data"), path(dir.path(), "file"));
    assert!(csdlgd(&["init", "--data", &data, "--province", "30", "--admin", "quantri"]).status.success());
    let refused = |args: &[&str], what: &str| {
        let output = csdlgd(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(what), "{args:?}: {}", said(&output));
    };
    std::fs::write(&file, [0xff, 0xfe, b'a', 0]).unwrap();
    refused(&["verify", "--data", &file], "is a file: name the data directory");
    refused(&["serve", "--data", &data, "--config", &file], "save it as UTF-8 text");
    refused(&["undo", "--data", &data, "--as", "quantri", "99"], "may undo no batch 99");
    refused(&["account", "add", "--data", &data, "X!", "--role", "teacher"], "the login: a login has 3 to 64");
    std::fs::remove_dir_all(dir.path().join("data/index")).unwrap();
    refused(&["search", "--data", &data, "--as", "quantri", "a"], "csdlgd index rebuild");
}

#[test]
fn what_could_not_be_printed_is_no_success() {
    let dir = tempfile::tempdir().unwrap();
    let data = path(dir.path(), "data");
    assert!(csdlgd(&["init", "--data", &data, "--province", "30", "--admin", "quantri"]).status.success());
    for args in [&["spec", "doc"][..], &["account", "reset", "--data", &data, "quantri"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_csdlgd")).args(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert_eq!(said(&output).matches("what belongs there is lost").count(), 1, "{}", said(&output));
    }
}
