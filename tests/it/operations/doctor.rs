//! `csdlgd doctor`: each thing that can be wrong is put wrong, and is found.

use super::{a_province, csdlgd, note};
use crate::killed::Program;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What doctor says of one check: state, found, remedy.
struct Said(i32, Value);

impl Said {
    fn of(data: &Path, config: Option<&Path>) -> Self {
        let mut args = vec!["doctor", "--json"];
        if let Some(config) = config {
            args.extend(["--config", config.to_str().unwrap()]);
        }
        let output = csdlgd(data, &args);
        let value = serde_json::from_slice(&output.stdout).unwrap();
        Self(output.status.code().unwrap(), value)
    }

    /// States and words of all findings of a check.
    fn about(&self, check: &str) -> Vec<String> {
        let all = self.1["findings"].as_array().unwrap().iter().filter(|f| f["check"] == check);
        all.map(|f| {
            format!(
                "{}: {} → {}",
                f["state"].as_str().unwrap(),
                f["found"].as_str().unwrap(),
                f["remedy"].as_str().unwrap()
            )
        })
        .collect()
    }

    #[track_caller]
    fn says(&self, check: &str, state: &str, words: &str) {
        let all = self.about(check);
        assert!(all.iter().any(|f| f.starts_with(&format!("{state}:")) && f.contains(words)), "{check}: {all:?}");
    }
}

fn config(dir: &Path, text: &str) -> PathBuf {
    let path = dir.join("csdlgd.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    path
}

fn names(dir: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn a_new_province_lacks_only_backups() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let before = (names(&data), fs::read(data.join("store.redb")).unwrap());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = config(dir.path(), &format!("listen = \"{free}\"\n"));
    let said = Said::of(&data, Some(&settings));
    assert_eq!((said.0, &said.1["worst"]), (2, &Value::from("broken")));
    said.says("backup keys", "broken", "NO BACKUPS");
    said.says("configuration", "ok", "mode 640");
    said.says("data directory", "ok", "mode 700");
    said.says("store", "ok", "opens; form 1");
    said.says("clock and log", "ok", "newest entry");
    said.says("port", "ok", "is free");
    said.says("index", "look", "can't be read");
    assert_eq!((names(&data), fs::read(data.join("store.redb")).unwrap()), before, "doctor changed something");
    let text = super::said(&csdlgd(&data, &["doctor"]));
    assert!(text.contains("broken  backup keys") && text.contains("→ 'csdlgd keygen --out FILE'"), "{text}");
}

#[test]
fn what_is_wrong_around_the_store_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = config(
        dir.path(),
        &format!(
            "listen = \"{}\"\nreserve_mib = 999999999\n[backup]\nrecipients = [\"age1mistyped\"]\n",
            other.local_addr().unwrap()
        ),
    );
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&settings, fs::Permissions::from_mode(0o666)).unwrap();
    let said = Said::of(&data, Some(&settings));
    assert_eq!(said.0, 2);
    said.says("configuration", "broken", "can be changed by others");
    said.says("port", "broken", "another program listens");
    said.says("backup keys", "broken", "'age1mistyped' is no recipient");
    said.says("data directory", "broken", "chmod 700");
    said.says("disk space", "broken", "nothing can be saved");
    said.says("disk speed", "not_checked", "too little room");
    let settings = config(dir.path(), "lisen = \"127.0.0.1:1\"\n");
    Said::of(&data, Some(&settings)).says("configuration", "broken", "lisen");
    Said::of(&data, Some(&dir.path().join("none.toml"))).says(
        "configuration",
        "broken",
        "see whether the path is right",
    );
    Said::of(&dir.path().join("nowhere"), None).says("data directory", "broken", "csdlgd init");
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    Said::of(memory.path(), None).says("disk kind", "broken", "the data lie in memory");
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o700)).unwrap();
    Said::of(&empty, None).says("store", "look", "holds no province yet");
}

#[test]
fn what_is_wrong_inside_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    // Days of which something was shipped: a holiday is no leap, months are.
    let shipped = |day: &str| fs::create_dir_all(data.join("backups/segments").join(day)).unwrap();
    ["2026-11-01", "2026-11-02", "2026-11-12"].into_iter().for_each(shipped);
    Said::of(&data, None).says("clock and log", "ok", "newest entry");
    ["2027-02-01", "2027-02-08"].into_iter().for_each(shipped);
    Said::of(&data, None).says("clock and log", "look", "between 2026-11-12 and 2027-02-01: was the clock set ahead?");
    shipped("2027-02-09");
    Said::of(&data, None).says("clock and log", "ok", "newest entry");
    note(&data, 9, "9.4.1");
    Said::of(&data, None).says("store", "broken", "written by csdlgd 9.4.1");
    fs::write(data.join("store.redb"), "no store").unwrap();
    Said::of(&data, None).says("store", "broken", "damaged");
}

#[test]
fn beside_a_server_and_after_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let data = a_province(dir.path());
    let server = Program::start(&data);
    let settings = config(dir.path(), &format!("listen = \"{}\"\n", server.base.strip_prefix("http://").unwrap()));
    let said = Said::of(&data, Some(&settings));
    said.says("port", "ok", &format!("held by the server, process {}", server.child.id()));
    said.says("store", "ok", "last written by csdlgd");
    said.says("file handles", "ok", &format!("process {}", server.child.id()));
    server.signal("-KILL");
    server.end();
    let said = Said::of(&data, Some(&settings));
    said.says("store", "look", "nothing is lost");
    assert_eq!(said.0, 2, "backups are still missing");
}
