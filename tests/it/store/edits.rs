//! A file edited behind the store's back, clumsily or with the checksums put right: verification must
//! name the exact place.

use super::acts::{Act, Runner, Step};
use super::disk::{Disk, Image};
use super::model::{Model, START, derivers, options};
use csdlgd::clock::Clock;
use csdlgd::store::{Db, Entry, verify};
use redb::{Database, ReadableTable as _, TableDefinition, WriteTransaction};

type Bytes = &'static [u8];
type Numbered<'t> = redb::Table<'t, u64, Bytes>;
const ROWS: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("rows");
const REMOVED: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("removed");
const DERIVED: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("derived");
const EPHEMERAL: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("ephemeral");
const LOG: TableDefinition<'_, u64, Bytes> = TableDefinition::new("log");
const BODIES: TableDefinition<'_, u64, Bytes> = TableDefinition::new("bodies");

fn store() -> (Image, Model) {
    let disk = Disk::on(Image::empty());
    let mut runner = Runner::open(disk.clone(), Model::default()).unwrap();
    let acts = [
        Act::AddTen,
        Act::AddTen,
        Act::ManyCodes,
        Act::Remove,
        Act::Remove,
        Act::NoteSmall,
        Act::EditMore,
        Act::SessionEdit,
        Act::AddOne,
    ];
    for (n, act) in (0..).zip(acts) {
        runner.step(&Step::Group(vec![act]), n * 6).unwrap();
    }
    runner.db = None;
    (disk.image(), runner.model)
}

/// What verification says of a store after the edit.
fn verdict(image: &Image, edit: impl FnOnce(&WriteTransaction)) -> Vec<String> {
    let disk = Disk::on(image.clone());
    let raw = Database::builder().create_with_backend(disk.clone()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "behind the store's back")]
    let txn = raw.begin_write().unwrap();
    edit(&txn);
    txn.commit().unwrap();
    drop(raw);
    let db = Db::on_locking(disk, options(&Clock::fixed(START))).unwrap();
    db.set_derivers(derivers("spec 0"), &mut |_| ()).unwrap();
    let report = verify::verify(&db, &mut |_, _| {}).unwrap();
    assert_eq!(report.problem_count == 0, report.problems.is_empty());
    assert!(report.derived_checked);
    report.problems
}

fn hex(bytes: &[u8]) -> String {
    csdlgd::store::table::place("", &[&[0], bytes].concat()).trim().to_owned()
}

/// A kept row with its checksum put right. `sort`: 0 primary, 1 derived, 2 ephemeral, 3 mark.
fn sealed(sort: u8, key: &[u8], rest: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(&[&[sort], key, rest].concat());
    [&sum.to_le_bytes(), rest].concat()
}

fn kept(table: &impl redb::ReadableTable<Bytes, Bytes>, key: &[u8]) -> Vec<u8> {
    table.get(key).unwrap().unwrap().value().to_vec()
}

#[test]
fn an_untouched_store_verifies() {
    assert_eq!(verdict(&store().0, |_| ()), Vec::<String>::new());
}

#[test]
fn an_edited_row_is_named() {
    let (image, model) = store();
    let (key, (seq, value)) = model.primary.iter().nth(4).unwrap();
    let name = format!("table 1 {}", hex(&key[1..]));
    let check = |edit: &dyn Fn(&mut redb::Table<Bytes, Bytes>), says: &str| {
        let problems = verdict(&image, |txn| edit(&mut txn.open_table(ROWS).unwrap()));
        assert!(problems.iter().any(|p| p.contains(&name) && p.contains(says)), "{says}: {problems:#?}");
    };
    let with_value = |seq: u64, value: &[u8]| sealed(0, key, &[&[seq as u8], value].concat());
    let change = |value: &[u8]| [value, b"!"].concat();
    check(
        &|rows| {
            let mut bytes = kept(rows, key);
            *bytes.last_mut().unwrap() ^= 1;
            rows.insert(&key[..], &bytes[..]).unwrap();
        },
        "not what was written",
    );
    check(
        &|rows| drop(rows.insert(&key[..], &with_value(*seq, &change(value))[..]).unwrap()),
        "differs from what log entry",
    );
    check(&|rows| drop(rows.insert(&key[..], &with_value(seq + 1, value)[..]).unwrap()), "does not bear out");
    check(&|rows| drop(rows.insert(&key[..], &with_value(0, value)[..]).unwrap()), "wrote it later");
    check(&|rows| drop(rows.insert(&key[..], &with_value(100, value)[..]).unwrap()), "does not bear out");
    check(&|rows| drop(rows.insert(&key[..], &b""[..]).unwrap()), "cut short");
    check(&|rows| drop(rows.remove(&key[..]).unwrap()), "missing, log entry");
    // A row that was never written, and one that was removed, put there with everything right.
    let strange = [&[1][..], &[0; 8]].concat();
    let row = sealed(0, &strange, &[&[1], &value[..]].concat());
    let problems = verdict(&image, |txn| drop(txn.open_table(ROWS).unwrap().insert(&strange[..], &row[..]).unwrap()));
    assert!(
        problems.iter().any(|p| p.contains("table 1 0000000000000000") && p.contains("does not bear out")),
        "{problems:#?}"
    );
    let (removed, was) = removed(&model);
    let row = sealed(0, &removed, &[&[1], &was[..]].concat());
    let problems = verdict(&image, |txn| drop(txn.open_table(ROWS).unwrap().insert(&removed[..], &row[..]).unwrap()));
    assert!(
        problems.iter().any(|p| p.contains(&hex(&removed[1..])) && p.contains("still there though log entry")),
        "{problems:#?}"
    );
}

/// A removed row and what it was.
fn removed(model: &Model) -> (Vec<u8>, Vec<u8>) {
    let gone = model.log.iter().flat_map(|e| &e.changes).find(|(_, value)| value.is_none()).unwrap().0;
    (gone.clone(), model.versions(gone)[1].1.clone().unwrap())
}

#[test]
fn an_edited_mark_of_a_removed_row_is_named() {
    let (image, model) = store();
    let (gone, _) = removed(&model);
    let there = model.primary.keys().next().unwrap().clone();
    let check = |key: &[u8], mark: Option<&[u8]>, says: &str| {
        let problems = verdict(&image, |txn| {
            let mut marks = txn.open_table(REMOVED).unwrap();
            match mark {
                Some(mark) => drop(marks.insert(key, mark).unwrap()),
                None => drop(marks.remove(key).unwrap()),
            }
        });
        assert!(problems.iter().any(|p| p.contains(&hex(&key[1..])) && p.contains(says)), "{says}: {problems:#?}");
    };
    check(&gone, None, "no mark that log entry");
    check(&gone, Some(&[1, 2, 3, 4, 5]), "not what was written");
    check(&gone, Some(&sealed(3, &gone, &[1])), "no mark that log entry");
    check(&gone, Some(&sealed(3, &gone, &[100])), "does not bear it out");
    check(&there, Some(&sealed(3, &there, &[4])), "does not bear it out");
}

#[test]
fn an_edited_derived_row_is_named() {
    let (image, model) = store();
    let (key, value) = model.derived.iter().find(|(k, _)| k[0] == 2).unwrap();
    let check = |key: &[u8], row: Option<&[u8]>, says: &str| {
        let problems = verdict(&image, |txn| {
            let mut derived = txn.open_table(DERIVED).unwrap();
            match row {
                Some(row) => drop(derived.insert(key, row).unwrap()),
                None => drop(derived.remove(key).unwrap()),
            }
        });
        let name = format!("derived table {} {}", key[0], hex(&key[1..]));
        assert!(problems.iter().any(|p| p.contains(&name) && p.contains(says)), "{says}: {problems:#?}");
    };
    check(key, None, "missing, table 1");
    check(key, Some(&sealed(1, key, &[value[0] ^ 1])), "differs from what table 1");
    check(key, Some(&sealed(0, key, value)), "not what was written");
    let strange = [&key[..], b"x"].concat();
    check(&strange, Some(&sealed(1, &strange, value)), "no row gives it");
}

#[test]
fn an_edited_log_is_named() {
    let (image, _) = store();
    let check = |edit: &dyn Fn(&mut Numbered<'_>, &mut Numbered<'_>), says: &str| {
        let problems =
            verdict(&image, |txn| edit(&mut txn.open_table(LOG).unwrap(), &mut txn.open_table(BODIES).unwrap()));
        assert!(problems.iter().any(|p| p.contains(says)), "{says}: {problems:#?}");
    };
    let bytes = |table: &Numbered<'_>, seq: u64| table.get(seq).unwrap().unwrap().value().to_vec();
    let rewrite = |log: &mut Numbered<'_>, seq: u64, change: &dyn Fn(&mut Entry)| {
        let mut entry = Entry::from_bytes(&bytes(log, seq)).unwrap();
        change(&mut entry);
        log.insert(seq, &entry.to_bytes()[..]).unwrap();
    };
    let flip = |table: &mut Numbered<'_>, seq: u64, at: usize| {
        let mut changed = bytes(table, seq);
        changed[at] ^= 4;
        table.insert(seq, &changed[..]).unwrap();
    };
    check(&|log, _| flip(log, 3, 12), "log entry 3: damaged data: log entry is not what was written");
    check(&|log, _| rewrite(log, 3, &|e| e.who.login = "hieutruong".into()), "log entry 3: the chain is broken here");
    check(&|log, _| rewrite(log, 3, &|e| e.time.0 += 1), "log entry 3: the chain is broken here");
    // With its own hash put right too, the next one gives it away.
    check(
        &|log, _| {
            let prev = Entry::from_bytes(&bytes(log, 2)).unwrap().hash;
            rewrite(log, 3, &|e| {
                e.action = "record.seen".into();
                e.hash = e.expected_hash(&prev);
            });
        },
        "log entry 4: the chain is broken here",
    );
    check(&|log, _| rewrite(log, 3, &|e| e.time.0 -= 1_000_000), "log entry 3: earlier than the entry before it");
    check(&|log, _| rewrite(log, 3, &|e| e.rows += 1), "log body 3: holds 1 rows, its header says 2");
    check(&|log, _| drop(log.remove(3).unwrap()), "log entry 3 is missing");
    check(&|log, _| drop(log.remove(1).unwrap()), "log entry 1 is missing");
    check(
        &|log, _| {
            let (a, b) = (bytes(log, 3), bytes(log, 4));
            log.insert(3, &b[..]).unwrap();
            log.insert(4, &a[..]).unwrap();
        },
        "log entry 3: says it is entry 4",
    );
    check(
        &|log, bodies| {
            let (entry, body) = (bytes(log, 8), bytes(bodies, 8));
            log.insert(9, &entry[..]).unwrap();
            bodies.insert(9, &body[..]).unwrap();
        },
        "log entry 9: the chain is broken here",
    );
    check(&|_, bodies| flip(bodies, 1, 40), "log body 1: damaged data");
    check(&|_, bodies| flip(bodies, 8, 0), "log body 8: damaged data");
    check(&|_, bodies| drop(bodies.remove(5).unwrap()), "log body 5 is missing");
    check(&|_, bodies| drop(bodies.insert(70, &b"x"[..]).unwrap()), "log body 70: there is no such entry");
    check(
        &|_, bodies| {
            let body = bytes(bodies, 4);
            bodies.insert(5, &body[..]).unwrap();
        },
        "log body 5: damaged data: log body does not match its hash",
    );
    // The end cut off: the chain can't show it, the rows do.
    check(
        &|log, bodies| {
            log.remove(8).unwrap();
            bodies.remove(8).unwrap();
        },
        "says log entry 8 wrote it, which the log does not bear out",
    );
}

#[test]
fn an_edited_session_is_named() {
    let (image, model) = store();
    let (key, value) = model.sessions.iter().next().unwrap();
    let problems = verdict(&image, |txn| {
        txn.open_table(EPHEMERAL).unwrap().insert(&key[..], &sealed(2, b"another", value)[..]).unwrap();
    });
    assert!(problems.iter().any(|p| p.contains(&format!("ephemeral table 2 {}", hex(&key[1..])))), "{problems:#?}");
}

/// A program that writes around the write door is found out, however well it means.
#[test]
fn a_write_without_the_log_is_named() {
    let (image, model) = store();
    let (key, (seq, _)) = model.primary.iter().next().unwrap();
    let row = sealed(0, key, &[&[*seq as u8], &b"better"[..]].concat());
    let problems = verdict(&image, |txn| drop(txn.open_table(ROWS).unwrap().insert(&key[..], &row[..]).unwrap()));
    assert!(problems.iter().any(|p| p.contains("differs from what log entry")), "{problems:#?}");
}
