//! What reads the log backwards: versions, as of, undoing a batch; and receipts.

use super::disk::{Disk, Image};
use super::doors::{memory, person, write};
use super::model::{COUNTERS, NOTES, PEOPLE, START, clerk, derivers, options, verified};
use csdlgd::actor::Who;
use csdlgd::clock::{Clock, Millis};
use csdlgd::error::{Error, Result};
use csdlgd::id::{AccountId, UnitId};
use csdlgd::store::history::{UNDO, Undone, as_of, primary_rows, replayed_rows, undo_batch, versions};
use csdlgd::store::receipt::{KEEP_MS, Repeat, once, sweep};
use csdlgd::store::{Db, Saved, WriteTx};

fn at_times() -> (Db, Clock) {
    let clock = Clock::fixed(Millis(START.0));
    let db = Db::on_locking(Disk::on(Image::empty()), options(&clock)).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    (db, clock)
}

fn versions_of(db: &Db, key: u64, limit: usize) -> Vec<(u64, Option<Vec<u8>>)> {
    let versions = db.read(|tx| versions(tx, &NOTES.key(&key), limit)).unwrap();
    versions.into_iter().map(|v| (v.entry.seq, v.value)).collect()
}

#[test]
fn every_version_of_a_row_can_be_read_also_after_its_removal() {
    let (db, clock) = at_times();
    for text in ["a", "b", "", "c"] {
        clock.advance(1000);
        write(&db, move |tx| {
            COUNTERS.put(tx, &2, &tx.seq())?;
            if text.is_empty() { NOTES.remove(tx, &1) } else { NOTES.put(tx, &1, &text.as_bytes().to_vec()) }
        })
        .unwrap();
    }
    clock.advance(1000);
    write(&db, |tx| NOTES.remove(tx, &1)).unwrap();
    let text = |t: &str| Some(t.as_bytes().to_vec());
    assert_eq!(versions_of(&db, 1, 99), [(5, None), (4, text("c")), (3, None), (2, text("b")), (1, text("a"))]);
    assert_eq!(versions_of(&db, 1, 2), [(5, None), (4, text("c"))]);
    assert_eq!(versions_of(&db, 7, 99), []);
    for (after_ms, should) in [
        (999, None),
        (1000, Some(text("a"))),
        (2999, Some(text("b"))),
        (3000, Some(None)),
        (4500, Some(text("c"))),
        (9999, Some(None)),
    ] {
        let there = db.read(|tx| as_of(tx, &NOTES.key(&1), Millis(START.0 + after_ms))).unwrap();
        assert_eq!(there.map(|v| v.value), should, "after {after_ms} ms");
    }
    verified(&db).unwrap();
}

/// Three portions of a batch: rows made, changed, removed, made and removed.
fn import(db: &Db) -> u64 {
    write(db, |tx| {
        NOTES.put(tx, &1, &b"old 1".to_vec())?;
        NOTES.put(tx, &2, &b"old 2".to_vec())?;
        NOTES.put(tx, &3, &b"old 3".to_vec())?;
        PEOPLE.put(tx, &(UnitId(1), 1), &person("An", &["a"]))
    })
    .unwrap();
    let batch = write(db, |tx| {
        tx.set_batch(tx.seq());
        NOTES.put(tx, &1, &b"new 1".to_vec())?;
        NOTES.put(tx, &10, &b"made".to_vec())
    })
    .unwrap()
    .seq
    .unwrap();
    write(db, |tx| NOTES.put(tx, &90, &b"somebody else".to_vec())).unwrap();
    write(db, move |tx| {
        tx.set_batch(batch);
        NOTES.remove(tx, &2)?;
        NOTES.put(tx, &11, &b"made, then removed".to_vec())?;
        PEOPLE.put(tx, &(UnitId(1), 1), &person("Bình", &["b"]))
    })
    .unwrap();
    write(db, move |tx| {
        tx.set_batch(batch);
        NOTES.remove(tx, &11)?;
        NOTES.put(tx, &1, &b"newer 1".to_vec())
    })
    .unwrap();
    batch
}

fn undo(db: &Db, batch: u64) -> Result<Saved<Undone>> {
    db.write(&clerk(), UNDO, move |tx| undo_batch(tx, batch))
}

#[test]
fn a_batch_is_undone_as_a_whole() {
    let db = memory();
    let batch = import(&db);
    let undone = undo(&db, batch).unwrap();
    assert_eq!(undone.value, Undone { restored: 3, removed: 2 });
    let note = |key: u64| db.read(|tx| NOTES.get(tx, &key)).unwrap().map(|b| String::from_utf8(b).unwrap());
    assert_eq!(
        [1, 2, 3, 10, 11, 90].map(note),
        [Some("old 1"), Some("old 2"), Some("old 3"), None, None, Some("somebody else")].map(|n| n.map(String::from))
    );
    assert_eq!(db.read(|tx| PEOPLE.get(tx, &(UnitId(1), 1))).unwrap(), Some(person("An", &["a"])));
    verified(&db).unwrap();
    assert_eq!(replayed_rows(&db).unwrap(), primary_rows(&db).unwrap());
    assert!(matches!(undo(&db, batch), Err(Error::Bad(_))), "not twice");
    for unknown in [0, 1, 77] {
        assert!(matches!(undo(&db, unknown), Err(Error::NotFound)));
    }
}

#[test]
fn a_batch_somebody_worked_on_since_is_not_undone() {
    type Work = fn(&mut WriteTx<'_>) -> Result<()>;
    let works: [(Work, &str); 4] = [
        (|tx| NOTES.put(tx, &1, &b"by hand".to_vec()), "1 dòng"),
        (|tx| NOTES.put(tx, &2, &b"back again".to_vec()), "1 dòng"),
        (|tx| NOTES.remove(tx, &10), "1 dòng"),
        (
            |tx| {
                NOTES.put(tx, &11, &b"anew".to_vec())?;
                NOTES.remove(tx, &1)
            },
            "2 dòng",
        ),
    ];
    for (work, says) in works {
        let db = memory();
        let batch = import(&db);
        write(&db, work).unwrap();
        let before = primary_rows(&db).unwrap();
        assert!(matches!(undo(&db, batch), Err(Error::Bad(text)) if text.contains(says)), "{says}");
        assert_eq!(primary_rows(&db).unwrap(), before);
    }
}

fn asked(db: &Db, who: &Who, key: &'static str) -> Result<(String, Repeat)> {
    let answer = db.write(who, "test", move |tx| {
        once(tx, "save", key, |tx| {
            let n = COUNTERS.get(tx, &1)?.unwrap_or(0) + 1;
            COUNTERS.put(tx, &1, &n)?;
            if key == "fails" { Err(Error::NotFound) } else { Ok(format!("answer {n}")) }
        })
    });
    answer.map(|saved| saved.value)
}

#[test]
fn a_repeated_request_finds_the_first_answer() {
    let (db, clock) = at_times();
    let other = Who { account: AccountId(8), login: "vanthu02".into() };
    let first = |n: u32| (format!("answer {n}"), Repeat::First);
    let again = |n: u32| (format!("answer {n}"), Repeat::Again);
    assert_eq!(asked(&db, &clerk(), "form 1").unwrap(), first(1));
    assert_eq!(asked(&db, &clerk(), "form 1").unwrap(), again(1));
    assert_eq!(asked(&db, &other, "form 1").unwrap(), first(2), "another's key is another's");
    assert_eq!(asked(&db, &clerk(), "form 2").unwrap(), first(3));
    assert_eq!(asked(&db, &clerk(), "").unwrap(), first(4), "no key, no receipt");
    assert_eq!(asked(&db, &clerk(), "").unwrap(), first(5));
    assert!(asked(&db, &clerk(), "fails").is_err());
    assert!(asked(&db, &clerk(), "fails").is_err(), "what failed was not answered");
    assert_eq!(db.head_seq(), 5);

    clock.advance(KEEP_MS - 1);
    assert_eq!(write(&db, |tx| sweep(tx, 100)).unwrap().value, 0);
    assert_eq!(asked(&db, &clerk(), "form 1").unwrap(), again(1));
    clock.advance(2);
    assert_eq!(write(&db, |tx| sweep(tx, 2)).unwrap().value, 2);
    assert_eq!(write(&db, |tx| sweep(tx, 100)).unwrap().value, 1);
    assert_eq!(asked(&db, &clerk(), "form 1").unwrap(), first(6));
}

/// Two clerks press the button at the same moment: the requests share a commit, the work is done once.
#[test]
fn a_double_click_is_one_change() {
    let db = memory();
    let pressed: Vec<_> = (0..8)
        .map(|_| {
            db.submit(&clerk(), "test", |tx| {
                once(tx, "save", "form", |tx| {
                    COUNTERS.put(tx, &1, &tx.seq())?;
                    Ok(String::new())
                })
            })
        })
        .collect();
    let firsts = pressed.into_iter().map(|p| p.wait().unwrap()).filter(|s| s.value.1 == Repeat::First).count();
    assert_eq!((firsts, db.head_seq()), (1, 1));
}
