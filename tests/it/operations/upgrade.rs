//! A new version takes over a store, or gives up and leaves it as it was.

use super::{a_province, csdlgd, good, said};
use crate::killed::Program;
use std::fs;
use std::path::Path;

fn head(data: &Path) -> String {
    let text = good(&csdlgd(data, &["verify"]));
    text.lines().find(|line| line.starts_with("head")).unwrap().to_owned()
}

#[test]
fn an_upgrade_keeps_a_copy_until_it_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let before = fs::read(data.join("store.redb")).unwrap();
    good(&csdlgd(&data, &["upgrade", "begin"]));
    assert_eq!(fs::read(data.join("before-upgrade/store.redb")).unwrap(), before);
    good(&csdlgd(&data, &["upgrade", "undo"]));
    assert_eq!(fs::read(data.join("store.redb")).unwrap(), before);
    good(&csdlgd(&data, &["upgrade", "begin"]));
    good(&csdlgd(&data, &["upgrade", "finish"]));
    let mut left: Vec<String> =
        fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["first-password", "index", "store.redb"]);
    assert!(said(&csdlgd(&data, &["upgrade", "undo"])).contains("nothing to put back"));
}

#[test]
fn what_was_saved_since_is_not_thrown_away_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let before = head(&data);
    good(&csdlgd(&data, &["upgrade", "begin"]));
    good(&csdlgd(&data, &["account", "add", "sau.nangcap", "--role", "office_viewer"]));
    let after = head(&data);
    let refused = csdlgd(&data, &["upgrade", "undo"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("1 entries were written after the upgrade"), "{}", said(&refused));
    assert_eq!(head(&data), after);
    good(&csdlgd(&data, &["upgrade", "undo", "--anyway"]));
    assert_eq!(head(&data), before);
    assert_eq!(head(&data.join("failed-upgrade")), after);
}

#[test]
fn a_store_that_is_not_whole_is_not_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    // A byte of a record, changed behind the program's back.
    let mut bytes = fs::read(data.join("store.redb")).unwrap();
    let places: Vec<usize> = bytes
        .windows(20)
        .enumerate()
        .filter(|(_, w)| w.starts_with("Nguyễn Văn An".as_bytes()))
        .map(|(at, _)| at)
        .collect();
    for at in places {
        bytes[at] = b'M';
    }
    fs::write(data.join("store.redb"), &bytes).unwrap();
    let refused = csdlgd(&data, &["upgrade", "begin"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("everything is as it was"), "{}", said(&refused));
    assert!(fs::read(data.join("store.redb")).unwrap() == bytes, "the store was changed");
    assert!(!data.join("before-upgrade").exists());
}

#[test]
fn nothing_begins_without_room_or_beside_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let before = fs::read(data.join("store.redb")).unwrap();
    let config = dir.path().join("csdlgd.toml");
    fs::write(&config, "reserve_mib = 999999999\n").unwrap();
    let refused = csdlgd(&data, &["upgrade", "begin", "--config", config.to_str().unwrap()]);
    assert!(said(&refused).contains("Nothing was changed; make room"), "{}", said(&refused));
    assert!(fs::read(data.join("store.redb")).unwrap() == before && !data.join("before-upgrade").exists());
    let server = Program::start(&data);
    let refused = csdlgd(&data, &["upgrade", "begin"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(&format!("process {} has the store", server.child.id())), "{}", said(&refused));
    server.signal("-TERM");
    assert_eq!(server.end(), Some(0));
    // What a power cut leaves is recovered, and taken over.
    let server = Program::start(&data);
    server.signal("-KILL");
    server.end();
    good(&csdlgd(&data, &["upgrade", "begin"]));
}
