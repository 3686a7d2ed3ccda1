//! Any moment back: a restored store equals the model's state at that moment, row by row, its chain
//! intact, whatever mixture of full backups and segments leads there.

use super::{Kept, refused};
use crate::support::Province;
use csdlgd::actor::{Role, Who};
use csdlgd::backup::plan::Moment;
use csdlgd::backup::segment::Shipped;
use csdlgd::clock::Millis;
use csdlgd::second_step::{self, store as steps};
use csdlgd::store::history::primary_rows;
use csdlgd::store::{Class, Db, Options, Read, Table};
use std::collections::BTreeMap;
use std::path::Path;

/// Number → bytes; stands for any feature's rows.
static NOTES: Table<u64, Vec<u8>> = Table::new(Class::Primary, 250, "notes of this test");

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// A small deterministic source of chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// After each entry: its time and the rows.
struct Model(Vec<(Millis, Rows)>);

impl Model {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn note(&mut self, province: &Province) {
        let db = &province.app.db;
        let (seq, time) = db.read(|tx| Ok(tx.head()?.map_or((0, Millis(0)), |e| (e.seq, e.time)))).unwrap();
        if self.0.len() < seq as usize {
            self.0.resize(seq as usize, (time, Rows::new()));
            *self.0.last_mut().unwrap() = (time, primary_rows(db).unwrap());
        }
    }

    /// The rows at a moment.
    fn at(&self, to: Moment) -> &(Millis, Rows) {
        let within = |i: usize| to.has(i as u64 + 1, self.0[i].0);
        &self.0[(0..self.0.len()).rev().find(|i| within(*i)).unwrap()]
    }
}

/// A random write of this test's own rows: some put, some removed.
fn change(province: &Province, dice: &mut Dice) {
    let rows: Vec<(u64, Option<Vec<u8>>)> = (0..=dice.roll(6))
        .map(|_| {
            let value = (dice.roll(4) > 0).then(|| vec![dice.roll(256) as u8; dice.roll(900) as usize]);
            (dice.roll(12), value)
        })
        .collect();
    province
        .app
        .db
        .write(&Who::program(), "test", move |tx| {
            tx.note("{}".into());
            rows.iter().try_for_each(|(key, value)| match value {
                Some(value) => NOTES.put(tx, key, value),
                None => NOTES.remove(tx, key),
            })
        })
        .unwrap();
}

/// The primary rows of a restored store as they were before the restore's own entry: no account of these
/// histories is closed later, so that entry only says what was lost.
fn rows_of(data: &Path) -> Rows {
    let db = Db::open(data, Options::default()).unwrap();
    let mut rows = primary_rows(&db).unwrap();
    rows.retain(|key, _| !csdlgd::backup::lost::TABLES.contains(&key[0]));
    rows
}

#[test]
fn any_moment_of_any_history_comes_back() {
    let histories = if std::env::var_os("CSDLGD_NIGHTLY").is_some() { 60 } else { 3 };
    for seed in 1..=histories {
        let province = Province::new();
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::of(&province.app, &province.clock, &dir.path().join("disk"));
        let (mut dice, mut model) = (Dice(seed), Model::new());
        model.note(&province);
        let base = model.0.len() as u64;
        kept.full();
        for _ in 0..40 {
            province.clock.advance(dice.roll(3_000) as i64);
            change(&province, &mut dice);
            model.note(&province);
            match dice.roll(10) {
                0 => drop(kept.full()),
                1..5 => drop(kept.ship()),
                _ => {}
            }
        }
        kept.ship();
        let last = model.0.len() as u64;
        let fulls = kept.target.fulls().unwrap();
        for turn in 0..6 {
            let to = match turn {
                0 => Moment::Newest,
                n if n % 2 == 0 => Moment::Seq(base + dice.roll(last - base) + 1),
                _ => Moment::Time(Millis(model.0[(base - 1) as usize].0.0 + dice.roll(40 * 1_500) as i64)),
            };
            // Now the file, now the directory that is to choose one.
            let from = match dice.roll(2) {
                0 if to != Moment::Newest => fulls[dice.roll(fulls.len() as u64) as usize].1.clone(),
                _ => kept.target.dir().to_owned(),
            };
            province.clock.advance(60_000);
            let into = dir.path().join(format!("{seed}-{turn}"));
            let restored = kept.restore(&from, to, &into).unwrap();
            let (time, rows) = model.at(to);
            assert_eq!(Millis(restored.at_ms), *time, "seed {seed}, {to}");
            assert_eq!(&rows_of(&into), rows, "seed {seed}, {to}");
            std::fs::remove_dir_all(&into).unwrap();
        }
    }
}

#[test]
fn a_missing_link_is_named_and_what_lies_before_it_comes_back() {
    let province = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let kept = Kept::of(&province.app, &province.clock, &dir.path().join("disk"));
    assert_eq!(kept.ship(), Shipped::NoFull);
    let full = kept.full().sealed.path;
    let mut dice = Dice(7);
    for _ in 0..3 {
        change(&province, &mut dice);
        kept.ship();
    }
    let head = province.app.db.head_seq();
    let segments = kept.segments();
    assert_eq!(segments.len(), 3);
    std::fs::remove_file(&segments[1]).unwrap();
    let into = dir.path().join("new");
    let said = refused(kept.restore(&full, Moment::Newest, &into));
    assert!(said.contains(&format!("no segment holds entries {} to {}", head - 1, head - 1)), "{said}");
    assert!(!into.join("store.redb").exists());
    let restored = kept.restore(&full, Moment::Seq(head - 2), &into).unwrap();
    assert_eq!(restored.at.seq, head - 2);
}

#[test]
fn a_target_that_does_not_lead_here_raises_an_alarm() {
    let province = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    let kept = Kept::of(&province.app, &province.clock, &disk);
    kept.full();
    let mut dice = Dice(3);
    change(&province, &mut dice);
    kept.ship();
    // The same key and another history: a store put back by hand.
    let twin = Province::new();
    let other = Kept { target: kept.target.clone(), ..Kept::of(&twin.app, &twin.clock, &dir.path().join("x")) };
    let ship = || csdlgd::backup::segment::ship(&other.site, &other.recipients, &other.target, &mut None);
    let said = refused(ship());
    assert!(said.contains("is ahead of this store"), "{said}");
    for _ in 0..2 {
        change(&twin, &mut dice);
    }
    let said = refused(ship());
    assert!(said.contains("the two have parted ways"), "{said}");
    assert_eq!(kept.segments().len(), 1);
}

#[test]
fn a_restore_brings_no_old_security_back() {
    let province = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let kept = Kept::of(&province.app, &province.clock, &dir.path().join("disk"));
    let token = province.token("truong.ht");
    let begun = |app: &csdlgd::app::App, login: &str| {
        let actor = province.actor(login);
        second_step::ops::begin(app, &actor).unwrap();
        let secret = app.db.read(|tx| steps::shared(tx, actor.account)).unwrap().unwrap();
        let telephone = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let code = telephone.generate(province.clock.now().0.unsigned_abs() / 1000).to_string();
        second_step::ops::confirm(app, &actor, &code).unwrap();
        actor.account
    };
    let lost = begun(&province.app, "truong.ht");
    kept.full();
    let moment = province.app.db.head_seq();
    province.clock.advance(5_000);
    let admin = province.sign_in("so.admin");
    let gone = province.actor("truong.vt").account;
    province
        .post(&admin, &format!("/accounts/{}/close", gone.0), &[("_key", &province.key()), ("reason", "moved")])
        .is(303);
    // A telephone is lost, another person begins with a second step.
    province.app.db.write(&Who::program(), "second_step.off", move |tx| steps::remove(tx, lost)).unwrap();
    let found = begun(&province.app, "so.admin");
    province.account("sau.vt", Role::SchoolClerk, province.school);
    kept.ship();
    let into = dir.path().join("new");
    let restored = kept.restore(kept.target.dir(), Moment::Seq(moment), &into).unwrap();
    assert_eq!(restored.secured.second_steps, ["so.admin", "truong.ht"]);
    assert_eq!(restored.secured.closed, ["truong.vt"]);
    assert_eq!(restored.secured.tokens, 1);
    assert!(restored.lost.iter().any(|l| l.contains("so.admin: 1 saves")), "{:?}", restored.lost);
    let db = Db::open(&into, Options::default()).unwrap();
    let step = |db: &Db, id| db.read(|tx| steps::get(tx, id)).unwrap();
    assert_eq!(step(&db, lost), None);
    assert_eq!(step(&db, found), step(&province.app.db, found));
    assert!(step(&db, found).is_some());
    let closed = db.read(|tx| csdlgd::accounts::store::get(tx, gone)).unwrap().unwrap();
    assert!(closed.closed_ms.is_some() && closed.epoch > 0);
    let hash = *blake3::hash(token.as_bytes()).as_bytes();
    assert!(db.read(|tx| csdlgd::accounts::store::token(tx, &hash)).unwrap().is_none());
}
