//! Stores written by released versions: each must open, be whole, and be found in.

use super::{csdlgd, good, note, noted, released, said, unpack};

#[test]
fn every_released_store_opens_and_is_searched() {
    let released = released();
    assert!(!released.is_empty(), "no store is kept");
    for (version, archive) in released {
        let size = std::fs::metadata(&archive).unwrap().len();
        assert!(size < 200 << 10, "{version}: {size} bytes");
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        unpack(&archive, &data);
        let text = good(&csdlgd(&data, &["upgrade", "begin"]));
        assert!(text.contains("all there"), "{version}: {text}");
        good(&csdlgd(&data, &["upgrade", "finish"]));
        good(&csdlgd(&data, &["index", "rebuild"]));
        let verified = good(&csdlgd(&data, &["verify"]));
        for line in ["pupil              2", "class              1", "school             2"] {
            assert!(verified.contains(line), "{version}: {verified}");
        }
        let found = |login: &str, query: &str| good(&csdlgd(&data, &["search", "--as", login, query]));
        assert!(found("thcs.vt", "nguyen van an").contains("Nguyễn Văn An"), "{version}");
        assert!(found("quantri", "mau mot").contains("Trường Tiểu học Mẫu Một"), "{version}");
        assert!(!found("thcs.vt", "nguyen van anh").contains("Nguyễn Văn Ảnh"), "{version}: what was undone is back");
        let app = csdlgd::install::open(data.clone(), None, csdlgd::app::Mode::Serve).unwrap();
        let password = std::fs::read_to_string(data.join("first-password")).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let signed = runtime.block_on(csdlgd::sessions::ops::sign_in(&app, "quantri", password.trim())).unwrap();
        assert!(matches!(signed, csdlgd::sessions::ops::SignedIn::Session(_)), "{version}");
    }
}

#[test]
fn a_store_of_a_newer_form_names_what_opens_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = super::a_province(dir.path());
    note(&data, 9, "9.4.1");
    let ways: [&[&str]; 4] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["verify"],
        &["upgrade", "begin"],
        &["account", "add", "x.y", "--role", "teacher"],
    ];
    for args in ways {
        let refused = csdlgd(&data, args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let text = said(&refused);
        assert!(text.contains("form 9, written by csdlgd 9.4.1"), "{args:?}: {text}");
        assert!(text.contains("Install csdlgd 9.4.1 or newer"), "{args:?}: {text}");
    }
    assert_eq!(noted(&data), (9, "9.4.1".to_owned()), "a refused store was taken over");
}
