//! The two doors: many writers at once, failures inside a group, closing, and what a closure may and
//! may not do.

use super::acts::quiet;
use super::disk::{Disk, Image};
use super::model::{
    BY_CODE, BY_NAME, COUNTERS, NOTES, PEOPLE, Person, SESSIONS, START, clerk, derivers, options, rows, verified,
};
use csdlgd::clock::{Clock, Millis};
use csdlgd::error::{Error, Result};
use csdlgd::id::UnitId;
use csdlgd::store::{Class, Db, Derivers, Read, Saved, Value as _, WriteTx};
use std::ops::ControlFlow;
use std::sync::mpsc::channel;

pub(crate) fn memory() -> Db {
    quiet();
    let db = Db::on_locking(Disk::on(Image::empty()), options(&Clock::fixed(START))).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    db
}

pub(crate) fn person(name: &str, codes: &[&str]) -> Person {
    Person { name: name.into(), codes: codes.iter().map(ToString::to_string).collect(), more: Vec::new() }
}

pub(crate) fn write<R: Send + 'static>(
    db: &Db,
    f: impl FnOnce(&mut WriteTx<'_>) -> Result<R> + Send + 'static,
) -> Result<Saved<R>> {
    db.write(&clerk(), "test", f)
}

/// Counts up, and says what it found.
fn count(tx: &mut WriteTx<'_>) -> Result<u64> {
    let now = COUNTERS.get(tx, &1)?.unwrap_or(0);
    COUNTERS.put(tx, &1, &(now + 1))?;
    Ok(now)
}

#[test]
fn many_writers_share_commits_and_lose_nothing() {
    const THREADS: u64 = 64;
    const EACH: u64 = 20;
    let dir = tempfile::tempdir().unwrap();
    let db = Db::create(dir.path(), options(&Clock::system())).unwrap();
    let followed = db.follow();
    let per_thread: Vec<Vec<Saved<u64>>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| (0..EACH).map(|_| write(&db, count).unwrap()).collect())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut all: Vec<_> = per_thread.iter().flatten().map(|s| (s.seq.unwrap(), s.value)).collect();
    all.sort_unstable();
    assert_eq!(all, (0..THREADS * EACH).map(|n| (n + 1, n)).collect::<Vec<_>>(), "each saw what the one before wrote");
    assert!(per_thread.iter().all(|saved| saved.is_sorted_by_key(|s| s.seq)));
    assert_eq!((db.head_seq(), *followed.borrow()), (THREADS * EACH, THREADS * EACH));
    let commits = db.commits();
    println!("{} writes of {THREADS} threads in {commits} commits", THREADS * EACH);
    assert!(commits <= THREADS * EACH / 4, "{commits} commits: hardly any were shared");
    verified(&db).unwrap();
}

#[test]
fn what_fails_in_a_group_leaves_nothing_and_harms_nobody() {
    let db = memory();
    let (open_gate, gate) = channel::<()>();
    let first = db.submit(&clerk(), "test", move |tx| {
        let _ = gate.recv();
        count(tx)
    });
    let fails = db.submit(&clerk(), "test", |tx| {
        count(tx)?;
        SESSIONS.put(tx, &1, &vec![1])?;
        PEOPLE.put(tx, &(UnitId(1), 1), &person("An", &["1"]))?;
        Err::<u64, _>(Error::NotFound)
    });
    let panics = db.submit(&clerk(), "test", |tx| {
        NOTES.put(tx, &1, &vec![1; 9000])?;
        PEOPLE.put(tx, &(UnitId(1), 2), &person("Bình", &["2"]))?;
        std::panic::panic_any("on purpose");
        #[expect(unreachable_code, reason = "says the type")]
        Ok(0u64)
    });
    let too_big = db.submit(&clerk(), "test", |tx| NOTES.put(tx, &2, &vec![7; 65 << 20]));
    let last = db.submit(&clerk(), "test", count);
    drop(open_gate);
    assert_eq!(first.wait().unwrap().seq, Some(1));
    assert!(matches!(fails.wait(), Err(Error::NotFound)));
    assert!(matches!(panics.wait(), Err(Error::Internal(text)) if text == "on purpose"));
    assert!(matches!(too_big.wait(), Err(Error::Internal(_))));
    let last = last.wait().unwrap();
    assert_eq!((last.seq, last.value), (Some(2), 1));
    assert_eq!(db.commits(), 1);
    assert_eq!(db.counts().unwrap(), [1, 0, 0, 2]);
    verified(&db).unwrap();
}

#[test]
fn nothing_written_makes_no_entry_and_no_commit() {
    let db = memory();
    assert_eq!(write(&db, |_| Ok(5)).unwrap().seq, None);
    write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 1), &person("An", &["1"]))).unwrap();
    let commits = db.commits();
    assert_eq!(
        write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 1), &person("An", &["1"]))).unwrap().seq,
        None,
        "the same bytes"
    );
    assert_eq!(write(&db, |tx| PEOPLE.remove(tx, &(UnitId(9), 9))).unwrap().seq, None);
    let passing = |tx: &mut WriteTx<'_>| {
        NOTES.put(tx, &1, &vec![1])?;
        NOTES.remove(tx, &1)
    };
    assert_eq!(write(&db, passing).unwrap().seq, None, "made and removed in one closure");
    assert_eq!(db.commits(), commits);
    assert_eq!(write(&db, |tx| SESSIONS.put(tx, &1, &vec![1])).unwrap().seq, None, "short-lived rows are in no log");
    assert_eq!(db.commits(), commits + 1);
    assert_eq!(
        write(&db, |tx| {
            tx.note("{}".into());
            Ok(())
        })
        .unwrap()
        .seq,
        Some(2)
    );
    verified(&db).unwrap();
}

#[test]
fn a_closure_reads_its_own_writes_in_order() {
    let db = memory();
    for n in [1, 3, 5, 7, 9] {
        write(&db, move |tx| NOTES.put(tx, &n, &vec![n as u8])).unwrap();
    }
    let seen = write(&db, |tx| {
        NOTES.put(tx, &4, &vec![44])?;
        NOTES.put(tx, &5, &vec![55])?;
        NOTES.remove(tx, &7)?;
        NOTES.put(tx, &10, &vec![100])?;
        NOTES.put(tx, &0, &vec![0])?;
        let mut seen = Vec::new();
        NOTES.scan_all(tx, |key, value| {
            seen.push((key, value[0]));
            Ok(ControlFlow::Continue(()))
        })?;
        let mut first_two = Vec::new();
        NOTES.scan_between(tx, &NOTES.key(&4), &NOTES.key(&9), |key, _| {
            first_two.push(key);
            Ok(if first_two.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let mut none = 0;
        NOTES.scan_between(tx, &NOTES.key(&9), &NOTES.key(&4), |_, _| {
            none += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((seen, first_two, none))
    });
    let (seen, first_two, none) = seen.unwrap().value;
    assert_eq!(seen, [(0, 0), (1, 1), (3, 3), (4, 44), (5, 55), (9, 9), (10, 100)]);
    assert_eq!((first_two, none), (vec![4, 5], 0));
}

#[test]
fn a_snapshot_does_not_move() {
    let db = memory();
    write(&db, count).unwrap();
    db.read(|tx| {
        for _ in 0..3 {
            write(&db, count)?;
            // Tables are opened when first asked for, but see what the snapshot saw.
            assert_eq!((COUNTERS.get(tx, &1)?, tx.head()?.unwrap().seq, tx.removed_by(&[1])?), (Some(1), 1, None));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(db.read(|tx| COUNTERS.get(tx, &1)).unwrap(), Some(4));
}

#[test]
fn a_write_inside_a_write_is_refused_and_does_not_hang() {
    let db = memory();
    let inner = db.clone();
    let outcome = write(&db, move |tx| {
        count(tx)?;
        write(&inner, count).map(|s| s.value)
    });
    assert!(matches!(outcome, Err(Error::Internal(_))));
    assert_eq!(write(&db, count).unwrap().value, 0);
}

#[test]
fn closing_finishes_what_is_queued_and_then_refuses() {
    let db = memory();
    let other = db.clone();
    let (open_gate, gate) = channel::<()>();
    let queued: Vec<_> = std::iter::once(db.submit(&clerk(), "test", move |tx| {
        let _ = gate.recv();
        count(tx)
    }))
    .chain((0..500).map(|_| db.submit(&clerk(), "test", count)))
    .collect();
    drop(open_gate);
    db.close();
    assert_eq!(queued.into_iter().map(|p| p.wait().unwrap().value).max(), Some(500));
    assert!(matches!(write(&other, count), Err(Error::StoreStopped(_))));
    assert_eq!(other.read(|tx| COUNTERS.get(tx, &1)).unwrap(), Some(501));
    other.close(); // twice does no harm
}

#[test]
fn the_last_clone_gives_the_file_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut db = Db::create(dir.path(), options(&Clock::system())).unwrap();
    for n in 0..5 {
        let clone = db.clone();
        // The last clone of all may also be dropped on the writer's own thread.
        let pending = db.submit(&clerk(), "test", move |tx| {
            drop(clone);
            count(tx)
        });
        assert_eq!(pending.wait().unwrap().value, n);
        drop(db);
        db = Db::open(dir.path(), options(&Clock::system())).unwrap();
    }
}

#[test]
fn time_in_the_log_never_goes_back() {
    let clock = Clock::fixed(START);
    let db = Db::on_locking(Disk::on(Image::empty()), options(&clock)).unwrap();
    let mut times = Vec::new();
    for by in [10, -50, -1_000_000, 5, 2_000_000] {
        clock.advance(by);
        times.push(write(&db, |tx| count(tx).map(|_| tx.now())).unwrap().value);
    }
    let at = START.0 + 10;
    assert_eq!(times, [at, at, at, at, START.0 + 1_000_000 - 35].map(Millis));
    verified(&db).unwrap();
}

#[test]
fn derived_rows_follow_and_are_made_anew_when_the_derivation_changes() {
    let db = memory();
    write(&db, |tx| {
        PEOPLE.put(tx, &(UnitId(1), 1), &person("Bình", &["b", "a", "b"]))?;
        PEOPLE.put(tx, &(UnitId(1), 2), &person("An", &["a"]))
    })
    .unwrap();
    let codes = |db: &Db| db.read(|tx| rows(tx, Class::Derived, &[2], &[3])).unwrap();
    let of = |code: &str, number: u32| BY_CODE.key(&(code.into(), UnitId(1), number));
    assert_eq!(
        codes(&db),
        [(of("a", 1), 5u64.to_bytes()), (of("a", 2), 2u64.to_bytes()), (of("b", 1), 5u64.to_bytes())]
    );
    write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 1), &person("Bình", &["c"]))).unwrap();
    assert_eq!(codes(&db), [(of("a", 2), 2u64.to_bytes()), (of("c", 1), 5u64.to_bytes())]);

    // The same derivation: nothing to do. Another: everything.
    let commits_before = db.read(|tx| rows(tx, Class::Derived, &[0], &[9])).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| panic!("made anew without a reason")).unwrap();
    assert_eq!(db.read(|tx| rows(tx, Class::Derived, &[0], &[9])).unwrap(), commits_before);
    let mut names_only = Derivers::default();
    names_only.fingerprint = "spec 1".into();
    names_only.add(
        &PEOPLE,
        Box::new(|key, value, emit| {
            emit([&[9], &key[1..]].concat(), Person::from_bytes(value)?.name.into_bytes());
            Ok(())
        }),
    );
    let mut done = 0;
    db.set_derivers(names_only, &mut |n| done = n).unwrap();
    assert_eq!(done, 2);
    let values: Vec<_> =
        db.read(|tx| rows(tx, Class::Derived, &[], &[0xff])).unwrap().into_iter().map(|(_, v)| v).collect();
    assert_eq!(values, ["Bình".as_bytes(), "An".as_bytes()]);
    write(&db, |tx| PEOPLE.remove(tx, &(UnitId(1), 1))).unwrap();
    assert_eq!(db.counts().unwrap()[1], 1);
    verified(&db).unwrap();
}

#[test]
fn many_derived_rows_are_made_anew_in_portions() {
    let db = Db::on_locking(Disk::on(Image::empty()), options(&Clock::fixed(START))).unwrap();
    for portion in 0..11u32 {
        db.submit(&clerk(), "test", move |tx| {
            (0..5000).try_for_each(|n| PEOPLE.put(tx, &(UnitId(portion), n), &person("An", &[])))
        });
    }
    let mut told = Vec::new();
    db.set_derivers(derivers("spec 0"), &mut |n| told.push(n)).unwrap();
    // Writes queued before wait their turn or come first; either way nothing is missed.
    write(&db, |tx| PEOPLE.put(tx, &(UnitId(50), 1), &person("Bình", &[]))).unwrap();
    assert_eq!(db.counts().unwrap()[..2], [55_001, 55_001]);
    verified(&db).unwrap();
    let mut told = Vec::new();
    db.set_derivers(derivers("spec 1"), &mut |n| told.push(n)).unwrap();
    assert_eq!(told, [50_000, 55_001]);
    verified(&db).unwrap();
}

#[test]
fn no_row_loses_its_derived_rows_because_derivations_were_not_set() {
    let disk = Disk::on(Image::empty());
    let add = |tx: &mut WriteTx<'_>| PEOPLE.put(tx, &(UnitId(1), tx.seq() as u32), &person("An", &["a"]));
    let db = Db::on_locking(disk.clone(), options(&Clock::fixed(START))).unwrap();
    write(&db, add).unwrap(); // a store that has no derived rows yet
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    write(&db, add).unwrap();
    drop(db);
    let db = Db::on_locking(disk, options(&Clock::fixed(START))).unwrap();
    assert!(matches!(write(&db, add), Err(Error::Internal(_))));
    assert!(matches!(write(&db, |tx| PEOPLE.remove(tx, &(UnitId(1), 1))), Err(Error::Internal(_))));
    assert_eq!(write(&db, count).unwrap().seq, Some(3), "a table without derived rows");
    assert_eq!(write(&db, |tx| SESSIONS.put(tx, &1, &vec![1])).unwrap().seq, None);
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    assert_eq!(write(&db, add).unwrap().seq, Some(4));
    verified(&db).unwrap();
}

#[test]
fn derived_rows_half_made_anew_are_never_added_to() {
    let db = memory();
    write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 1), &person("An", &["a"]))).unwrap();
    let mut failing = Derivers::default();
    failing.fingerprint = "fails".into();
    failing.add(&PEOPLE, Box::new(|_, _, _| Err(Error::damaged("can't"))));
    assert!(
        matches!(db.set_derivers(failing, &mut |_| ()), Err(Error::Damaged { place, .. }) if place.starts_with("table 1 "))
    );
    assert!(write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 2), &person("An", &["a"]))).is_err());
    assert!(write(&db, count).is_err());
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    write(&db, |tx| PEOPLE.put(tx, &(UnitId(1), 2), &person("An", &["a"]))).unwrap();
    verified(&db).unwrap();
}

#[test]
fn a_derivation_that_fails_changes_nothing() {
    let db = Db::on_locking(Disk::on(Image::empty()), options(&Clock::fixed(START))).unwrap();
    let mut picky = Derivers::default();
    picky.fingerprint = "picky".into();
    picky.add(
        &NOTES,
        Box::new(|key, value, emit| {
            emit(BY_NAME.key(&(String::new(), UnitId(1), u32::from(key[8]))), value.to_vec());
            if value == b"bad" { Err(Error::damaged("can't")) } else { Ok(()) }
        }),
    );
    db.set_derivers(picky, &mut |_| ()).unwrap();
    write(&db, |tx| NOTES.put(tx, &1, &b"good".to_vec())).unwrap();
    // Even if the closure makes light of it.
    write(&db, |tx| {
        assert!(NOTES.put(tx, &1, &b"bad".to_vec()).is_err());
        NOTES.put(tx, &2, &b"other".to_vec())
    })
    .unwrap();
    assert_eq!(db.read(|tx| NOTES.get(tx, &1)).unwrap(), Some(b"good".to_vec()));
    assert_eq!(db.counts().unwrap()[..2], [2, 2]);
    verified(&db).unwrap();
}

#[cfg(debug_assertions)]
#[test]
fn two_rows_that_derive_the_same_row_are_found_while_developing() {
    let db = Db::on_locking(Disk::on(Image::empty()), options(&Clock::fixed(START))).unwrap();
    let mut careless = Derivers::default();
    careless.fingerprint = "careless".into();
    careless.add(
        &NOTES,
        Box::new(|_, value, emit| {
            emit([&[7], value].concat(), Vec::new());
            Ok(())
        }),
    );
    db.set_derivers(careless, &mut |_| ()).unwrap();
    write(&db, |tx| NOTES.put(tx, &1, &vec![1])).unwrap();
    write(&db, |tx| NOTES.put(tx, &1, &vec![1, 1])).unwrap();
    write(&db, |tx| NOTES.put(tx, &2, &vec![1])).unwrap();
    assert!(
        matches!(write(&db, |tx| NOTES.put(tx, &3, &vec![1])), Err(Error::Internal(text)) if text.starts_with("two rows give"))
    );
    assert!(
        write(&db, |tx| {
            NOTES.put(tx, &3, &vec![8])?;
            NOTES.put(tx, &4, &vec![8])
        })
        .is_err()
    );
    verified(&db).unwrap();
}

#[test]
fn followers_hear_of_each_commit_after_it_is_durable() {
    let db = memory();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut follow = db.follow();
        for n in 1..=20 {
            let pending = db.submit(&clerk(), "test", count);
            follow.changed().await.unwrap();
            let seen = *follow.borrow_and_update();
            assert_eq!(seen, n);
            assert_eq!(db.read(Read::head).unwrap().unwrap().seq, seen);
            assert_eq!(pending.done().await.unwrap().seq, Some(n));
        }
    });
}

#[test]
fn a_full_queue_makes_callers_wait_and_nothing_else() {
    let db = memory();
    let (open_gate, gate) = channel::<()>();
    let first = db.submit(&clerk(), "test", move |tx| {
        let _ = gate.recv();
        count(tx)
    });
    let filler = std::thread::spawn({
        let db = db.clone();
        move || (0..3000).map(|_| db.submit(&clerk(), "test", count)).collect::<Vec<_>>()
    });
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(!filler.is_finished(), "3000 do not fit");
    drop(open_gate);
    assert_eq!(first.wait().unwrap().value, 0);
    let values: Vec<_> = filler.join().unwrap().into_iter().map(|p| p.wait().unwrap().value).collect();
    assert_eq!(values, (1..=3000).collect::<Vec<_>>());
    let commits = db.commits();
    assert!((12..300).contains(&commits), "{commits} commits for 3001 writes");
}
