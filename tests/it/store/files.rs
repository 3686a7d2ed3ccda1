//! The data directory: what is said of one that can't be used, several processes on one, a process
//! killed while it writes, a full disk.

use super::doors::write;
use super::model::{BY_CODE, COUNTERS, PEOPLE, SESSIONS, clerk, derivers, options, verified};
use csdlgd::clock::Clock;
use csdlgd::error::{Error, Result};
use csdlgd::id::UnitId;
use csdlgd::store::{Db, FILE, Value as _};
use redb::{Database, TableDefinition};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn create(dir: &Path) -> Db {
    let db = Db::create(dir, options(&Clock::system())).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    db
}

fn open(dir: &Path) -> Result<Db> {
    let db = Db::open(dir, options(&Clock::system()))?;
    db.set_derivers(derivers("spec 0"), &mut |_| ())?;
    Ok(db)
}

fn operator_says(outcome: Result<Db>, what: &[&str]) {
    match outcome {
        Err(Error::Operator(text)) => assert!(what.iter().all(|w| text.contains(w)), "{text}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn a_directory_that_holds_no_store_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    for dir in [dir.path().to_owned(), dir.path().join("not-there")] {
        operator_says(open(&dir), &["no store in", &dir.to_string_lossy(), "csdlgd init", "restore a backup"]);
        operator_says(Db::open_read_only(&dir, options(&Clock::system())), &["no store in"]);
        assert!(!dir.join(FILE).exists());
    }
    let deep = dir.path().join("a/b/c");
    drop(create(&deep));
    operator_says(Db::create(&deep, options(&Clock::system())), &["already holds a store", "empty directory"]);
    drop(open(&deep).unwrap());
}

#[test]
fn an_attempt_to_make_a_store_that_was_cut_off_does_not_block_the_next() {
    // (The directory then holds the store and nothing else.)
    for left in [&b""[..], b"half a page", &[0; 8192]] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("store.redb.new"), left).unwrap();
        operator_says(open(dir.path()), &["no store in"]);
        drop(create(dir.path()));
        drop(open(dir.path()).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_damaged_file_is_explained_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let path = dir.path().join(FILE);
    let whole = std::fs::read(&path).unwrap();
    let mut upside_down = whole.clone();
    upside_down.reverse();
    for bytes in [
        &b""[..],
        b"Not a store at all, but a text file.",
        &whole[..5000],
        &whole[..whole.len() / 2],
        &upside_down,
        &vec![0; 100_000],
    ] {
        std::fs::write(&path, bytes).unwrap();
        operator_says(open(dir.path()), &["is damaged", "restore the newest backup", FILE]);
        match Db::open_read_only(dir.path(), options(&Clock::system())) {
            Ok(db) => assert_eq!(db.counts().unwrap(), [0; 4], "what was cut off was in use"),
            refused => operator_says(refused, &["is damaged"]),
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "changed a file it could not read");
    }
}

fn raw(dir: &Path, edit: impl FnOnce(&redb::WriteTransaction)) {
    let raw = Database::create(dir.join(FILE)).unwrap();
    #[expect(clippy::disallowed_methods, reason = "behind the store's back")]
    let txn = raw.begin_write().unwrap();
    edit(&txn);
    txn.commit().unwrap();
}

#[test]
fn a_file_of_another_program_is_refused_and_not_written_to() {
    const THEIRS: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
    const OTHER: TableDefinition<'_, u64, u64> = TableDefinition::new("theirs");
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    raw(dirs[0].path(), |txn| drop(txn.open_table(OTHER).unwrap().insert(1, 1).unwrap()));
    raw(dirs[1].path(), |txn| drop(txn.open_table(THEIRS).unwrap().insert("format", 1).unwrap()));
    raw(dirs[2].path(), |_| ());
    for dir in &dirs {
        operator_says(Db::open_read_only(dir.path(), options(&Clock::system())), &["not a csdlgd store"]);
        operator_says(open(dir.path()), &["not a csdlgd store"]);
    }
    let theirs = Database::open(dirs[0].path().join(FILE)).unwrap();
    #[expect(clippy::disallowed_methods, reason = "behind the store's back")]
    let tables = redb::ReadableDatabase::begin_read(&theirs).unwrap().list_tables().unwrap().count();
    assert_eq!(tables, 1);
}

#[test]
fn a_store_of_a_newer_version_is_refused_with_the_remedy() {
    const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    raw(dir.path(), |txn| drop(txn.open_table(META).unwrap().insert("format", &2u64.to_bytes()[..]).unwrap()));
    for opened in [open(dir.path()), Db::open_read_only(dir.path(), options(&Clock::system()))] {
        operator_says(opened, &["form 2", "up to form 1", env!("CARGO_PKG_VERSION"), "Install csdlgd "]);
    }
}

#[test]
fn a_full_disk_stops_writing_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let db = create(dir.path());
    write(&db, |tx| COUNTERS.put(tx, &1, &5)).unwrap();
    drop(db);
    let mut options = options(&Clock::system());
    options.reserve_bytes = u64::MAX;
    let db = Db::open(dir.path(), options).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    for _ in 0..3 {
        assert!(matches!(write(&db, |tx| COUNTERS.put(tx, &1, &6)), Err(Error::NoSpace { .. })));
        assert_eq!(db.read(|tx| COUNTERS.get(tx, &1)).unwrap(), Some(5));
        assert!(!db.is_stopped());
    }
    verified(&db).unwrap();
}

#[test]
fn a_reader_beside_the_writer_sees_each_commit() {
    let dir = tempfile::tempdir().unwrap();
    let db = create(dir.path());
    let reader = Db::open_read_only(dir.path(), options(&Clock::system())).unwrap();
    reader.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    for n in 1..=20u64 {
        write(&db, move |tx| {
            SESSIONS.put(tx, &1, &vec![n as u8])?;
            PEOPLE.put(tx, &(UnitId(1), n as u32), &super::doors::person("An", &["a"]))?;
            COUNTERS.put(tx, &1, &n)
        })
        .unwrap();
        let seen = reader.read(|tx| {
            Ok((COUNTERS.get(tx, &1)?, BY_CODE.get(tx, &("a".into(), UnitId(1), n as u32))?, SESSIONS.get(tx, &1)?))
        });
        assert_eq!(seen.unwrap(), (Some(n), Some(2), Some(vec![n as u8])));
        assert_eq!(reader.head_seq(), n);
    }
    // A snapshot stays while the writer goes on over its pages.
    reader
        .read(|tx| {
            for n in 21..200 {
                write(&db, move |tx| COUNTERS.put(tx, &1, &n))?;
            }
            assert_eq!(COUNTERS.get(tx, &1)?, Some(20));
            Ok(())
        })
        .unwrap();
    verified(&reader).unwrap();
    operator_says(write(&reader, |tx| COUNTERS.put(tx, &1, &0)).map(|_| db.clone()), &["reading only"]);
    // With another spec, derived rows can't be checked, and that is said instead of false alarms.
    reader.set_derivers(derivers("spec 9"), &mut |_| ()).unwrap();
    assert!(verified(&reader).unwrap_err().contains("derived checked: false"));
    drop(reader);
    write(&db, |tx| COUNTERS.put(tx, &1, &0)).unwrap();
}

/// redb trusts a page until it checks them all: once is a power cut, but a store that is never closed
/// in order may be stumbling over a bad page each time.
#[test]
fn a_store_left_open_twice_in_a_row_has_its_pages_checked() {
    let dir = tempfile::tempdir().unwrap();
    let (path, mark) = (dir.path().join(FILE), dir.path().join("store.redb.open"));
    let db = create(dir.path());
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "1");
    write(&db, |tx| super::model::NOTES.put(tx, &1, &b"a note one can find".to_vec())).unwrap();
    drop(db);
    assert!(!mark.exists(), "closed in order");
    let mut bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() - 8 {
        if &bytes[at..at + 8] == b"a note o" {
            bytes[at] ^= 1; // in the row and in the log
        }
    }
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(&mark, "2").unwrap();
    operator_says(open(dir.path()), &["is damaged", "restore the newest backup"]);
    std::fs::write(&mark, "1").unwrap();
    let db = open(dir.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "2");
    assert!(
        matches!(db.read(|tx| super::model::NOTES.get(tx, &1)), Err(Error::Damaged { place, .. }) if place == "table 2 0000000000000001")
    );
}

/// The tests' own program as another process: `what` is an ignored test below.
fn child(what: &str, dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([&format!("store::files::{what}"), "--exact", "--ignored", "--nocapture"])
        .env("CSDLGD_TEST_DIR", dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn childs_dir() -> Option<std::path::PathBuf> {
    std::env::var_os("CSDLGD_TEST_DIR").map(Into::into)
}

#[test]
fn a_second_process_is_refused_while_the_first_runs() {
    let dir = tempfile::tempdir().unwrap();
    let db = create(dir.path());
    operator_says(open(dir.path()), &["in use by another csdlgd process", "systemctl stop csdlgd"]);
    let said = || String::from_utf8(child("child_opens", dir.path()).wait_with_output().unwrap().stdout).unwrap();
    assert!(said().contains("said: ") && said().contains("in use by another csdlgd process"), "{}", said());
    drop(db);
    assert!(said().contains("opened"), "{}", said());
}

#[test]
#[ignore = "the other process of the test above"]
fn child_opens() {
    let Some(dir) = childs_dir() else { return };
    match open(&dir) {
        Ok(_) => println!("opened"),
        Err(e) => println!("said: {e}"),
    }
}

/// Killed without warning, again and again: the next opening has every number that was acknowledged.
#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let mut last = 0u64;
    for round in 0..super::power::effort(12) {
        let mut child = child("child_counts", dir.path());
        let mut acknowledged = last;
        let wanted = last + 1 + round * 7 % 40;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            if let Some(n) = line.unwrap().strip_prefix("saved ") {
                acknowledged = n.parse().unwrap();
            }
            if acknowledged == wanted {
                child.kill().unwrap(); // then the lines already in the pipe are read
            }
        }
        child.wait().unwrap();
        if round == 0 {
            operator_says(
                Db::open_read_only(dir.path(), options(&Clock::system())),
                &["not closed in order", "systemctl start csdlgd"],
            );
        }
        assert_eq!(std::fs::read_to_string(dir.path().join("store.redb.open")).unwrap(), "1");
        let db = open(dir.path()).unwrap();
        last = db.read(|tx| COUNTERS.get(tx, &1)).unwrap().unwrap_or(0);
        assert!(last >= acknowledged && acknowledged >= wanted, "{last} there, {acknowledged} acknowledged");
        assert_eq!(db.head_seq(), last);
        verified(&db).unwrap();
    }
}

#[test]
#[ignore = "the other process of the test above"]
fn child_counts() {
    let Some(dir) = childs_dir() else { return };
    let db = open(&dir).unwrap();
    loop {
        let saved = db.write(&clerk(), "test", |tx| {
            let next = COUNTERS.get(tx, &1)?.unwrap_or(0) + 1;
            COUNTERS.put(tx, &1, &next)?;
            Ok(next)
        });
        println!("saved {}", saved.unwrap().value);
    }
}

#[test]
fn it_is_closed_in_order_whoever_still_reads() {
    let dir = tempfile::tempdir().unwrap();
    let db = create(dir.path());
    db.write(&clerk(), "test", |tx| COUNTERS.put(tx, &1, &7)).unwrap();
    let reader = db.clone();
    let (begun, begins) = std::sync::mpsc::channel();
    let (go, goes) = std::sync::mpsc::channel();
    let reads = std::thread::spawn(move || {
        // What was in memory already may still be seen.
        let seen = reader.read(|tx| {
            begun.send(()).unwrap();
            goes.recv().unwrap();
            COUNTERS.get(tx, &1)
        });
        let after = reader.read(|tx| COUNTERS.get(tx, &1));
        (seen.unwrap_or(Some(7)), after.unwrap_err().to_string(), reader.is_stopped())
    });
    begins.recv().unwrap();
    db.shut();
    db.shut(); // again changes nothing
    assert!(matches!(write(&db, |tx| COUNTERS.put(tx, &1, &8)), Err(Error::StoreStopped(_))));
    // Another process would read it now.
    assert!(!dir.path().join("store.redb.open").exists());
    let again = Db::open_read_only(dir.path(), options(&Clock::system())).unwrap();
    assert_eq!(again.read(|tx| COUNTERS.get(tx, &1)).unwrap(), Some(7));
    drop(again);
    go.send(()).unwrap();
    let (seen, after, stopped) = reads.join().unwrap();
    assert_eq!((seen, stopped), (Some(7), false));
    assert!(after.contains("the store is closed"), "{after}");
    // The last clone is gone; nothing is closed twice.
    drop(db);
    verified(&open(dir.path()).unwrap()).unwrap();
}
