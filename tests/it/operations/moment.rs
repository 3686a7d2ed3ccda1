//! An upgrade that copies nothing: the store keeps a moment of itself, goes back to it, and forgets it when the new
//! version answers; also cut off at every step.

use super::{a_province, csdlgd, good, said, store_of};
use crate::killed::Program;
use csdlgd::store::verify::verify;
use csdlgd::store::{Db, Options};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The calls by which what was written becomes lasting.
const CALLS: &str = "fsync,fdatasync,ftruncate,rename,mkdir,unlink";

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// All primary rows, the marks of removed ones, and the newest entry's number and hash. Every byte of them is right.
fn contents(data: &Path) -> (Rows, Rows, u64, csdlgd::store::Hash) {
    let db = Db::open_read_only(data, Options::default()).unwrap();
    let report = verify(&db, &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let (mut rows, mut removed) = (Rows::new(), Rows::new());
    db.dump_rows(
        &mut |key, kept| {
            rows.push((key.to_vec(), kept.to_vec()));
            Ok(())
        },
        &mut |key, kept| {
            removed.push((key.to_vec(), kept.to_vec()));
            Ok(())
        },
    )
    .unwrap();
    (rows, removed, db.head_seq(), report.head)
}

/// How many moments are kept. No page of the store is lost or used twice.
#[expect(clippy::disallowed_methods, reason = "nobody is told of a moment by the doors")]
fn moments(data: &Path) -> usize {
    let mut file = store_of(data);
    assert!(file.check_integrity().unwrap(), "pages were lost or used twice");
    file.begin_write().unwrap().list_persistent_savepoints().unwrap().count()
}

/// A province whose store today's program has opened: from then on it knows which library writes it.
fn province(dir: &Path) -> PathBuf {
    let data = a_province(dir);
    good(&csdlgd(&data, &["account", "add", "truoc.nangcap", "--role", "office_viewer"]));
    data
}

fn begin(data: &Path) -> String {
    good(&csdlgd(data, &["upgrade", "begin", "--in-place"]))
}

#[test]
fn nothing_is_copied_and_all_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = province(dir.path());
    let before = contents(&data);
    assert!(begin(&data).contains("the store keeps what it is now"));
    assert!(!data.join("before-upgrade/store.redb").exists());
    good(&csdlgd(&data, &["upgrade", "undo"]));
    assert!(contents(&data) == before && moments(&data) == 0 && !data.join("before-upgrade").exists());

    // Changes made since are not thrown away unasked, and kept if they are.
    begin(&data);
    good(&csdlgd(&data, &["account", "add", "sau.nangcap", "--role", "office_viewer"]));
    let after = contents(&data);
    let refused = csdlgd(&data, &["upgrade", "undo"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("1 entries were written after the upgrade"), "{}", said(&refused));
    assert!(contents(&data) == after);
    good(&csdlgd(&data, &["upgrade", "undo", "--anyway"]));
    assert!(contents(&data) == before && moments(&data) == 0);
    assert!(contents(&data.join("failed-upgrade")) == after);
    // Once more, to its good end.
    begin(&data);
    begin(&data);
    assert_eq!(moments(&data), 1);
    good(&csdlgd(&data, &["upgrade", "finish"]));
    assert!(!data.join("before-upgrade").exists() && !data.join("failed-upgrade").exists());
}

#[test]
fn a_version_that_answers_forgets_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = province(dir.path());
    begin(&data);
    let server = Program::start(&data);
    server.signal("-TERM");
    assert_eq!(server.end(), Some(0));
    let now = contents(&data);
    let refused = csdlgd(&data, &["upgrade", "undo"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("does not keep what it was before"), "{}", said(&refused));
    assert!(contents(&data) == now && moments(&data) == 0);
}

#[test]
fn a_store_of_another_library_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    // Written by a released version, which did not say which library it used.
    let data = a_province(dir.path());
    assert!(begin(&data).contains("the store is copied to"));
    assert!(data.join("before-upgrade/store.redb").exists());
    good(&csdlgd(&data, &["upgrade", "undo"]));
}

/// Runs a step, killed at its N-th call; says whether it was.
fn cut_off(data: &Path, step: &[&str], n: u32) -> bool {
    let inject = format!("inject={CALLS}:signal=KILL:when={n}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={CALLS}"), "-e", &inject]);
    let program = env!("CARGO_BIN_EXE_csdlgd");
    let output: Output =
        strace.arg(program).args(step).arg("--data").arg(data).env("CSDLGD_LOG", "error").output().unwrap();
    !output.status.success()
}

fn copy_of(data: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").arg(data).arg(to).status().unwrap().success());
}

#[test]
fn cut_off_anywhere_all_is_put_back() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("strace is not here; tests/run installs it");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let data = province(dir.path());
    let before = contents(&data);
    let begun = dir.path().join("begun");
    copy_of(&data, &begun);
    begin(&begun);
    for (from, step) in [(&data, &["upgrade", "begin", "--in-place"][..]), (&begun, &["upgrade", "undo"])] {
        let mut cuts = 0;
        for n in 1.. {
            let at = dir.path().join("at");
            copy_of(from, &at);
            let cut = cut_off(&at, step, n);
            good(&csdlgd(&at, &["upgrade", "undo"]));
            moments(&at); // also recovers what was left open
            assert!(contents(&at) == before, "{step:?} cut off at call {n}: something changed");
            fs::remove_dir_all(&at).unwrap();
            if !cut {
                break;
            }
            cuts += 1;
        }
        assert!(cuts > 3, "{step:?}: only {cuts} calls were met");
    }
}
