//! Power cuts. A store is taken through seeded histories on a disk that remembers every operation;
//! from these, images are built as a cut at any operation may leave them; each is opened, and must
//! hold the last acknowledged state, or that and the group on its way, and work on. Some are cut again
//! while they recover.

use super::acts::{Act, Runner, Step, open, run, states_at, written_on};
use super::chance::Chance;
use super::disk::{Disk, Image, Syncs, Trace};
use super::model::{BY_CODE, Model, PEOPLE, SESSIONS, START, clerk, compare, compare_deeply, derivers};
use csdlgd::clock::{Clock, Millis};
use csdlgd::store::Db;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SEED: u64 = 0x0c5d_19d0;
/// Images built from one history.
const IMAGES_OF_HISTORY: u64 = 400;

/// How much a nightly run does: fifty times as much, or as often as `CSDLGD_NIGHTLY` says.
pub(crate) fn effort(usual: u64) -> u64 {
    match std::env::var("CSDLGD_NIGHTLY").ok().map(|times| times.parse()) {
        None => usual,
        Some(Ok(times @ 2..)) => usual * times,
        Some(_) => usual * 50,
    }
}

/// Runs each case on one of two threads; the first failure fails the test.
pub(crate) fn on_two_threads(cases: u64, run: impl Fn(u64) -> Result<(), String> + Sync) {
    let next = AtomicU64::new(0);
    let work = || {
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            if case >= cases {
                return;
            }
            if let Err(e) = run(case) {
                next.store(cases, Ordering::Relaxed);
                panic!("{e}");
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

/// A recorded history: every operation on the disk, and the states it went through.
fn history(seed: u64) -> (Trace, Vec<Arc<Model>>) {
    let chance = &mut Chance::new(SEED, seed);
    let disk = Disk::recording(Image::empty());
    let mut runner = Runner::open(disk.clone(), Model::default()).unwrap();
    for _ in 0..3 + chance.below(13) {
        runner.step(&Step::random(chance), chance.next()).expect("no fault is planned");
    }
    compare_deeply(runner.db(), &runner.model).unwrap();
    if chance.one_of(2) {
        runner.db = None; // closing writes too
    }
    (disk.trace(), runner.states)
}

/// Opens the image, says which of the allowed states it holds, and goes on working with it.
pub(crate) fn survives(image: Image, allowed: &[Arc<Model>], deep: bool) -> Result<usize, String> {
    let disk = Disk::on(image);
    let clock = Clock::fixed(START);
    let db = open(disk.clone(), &clock).map_err(|e| format!("opening: {e}"))?;
    db.set_derivers(derivers("spec 0"), &mut |_| ()).map_err(|e| format!("derivers: {e}"))?;
    let differences: Vec<_> = allowed.iter().map(|model| compare(&db, model)).collect();
    let found = differences.iter().position(Result::is_ok).ok_or_else(|| format!("{differences:?}"))?;
    write_on(&db, allowed[found].head())?;
    if deep {
        deeply(db, &disk, clock.now(), (*allowed[found]).clone())?;
    }
    Ok(found)
}

/// The next write works, and is there.
fn write_on(db: &Db, head: u64) -> Result<(), String> {
    let saved = db.write(&clerk(), "test", |tx| run(Act::WriteOn, 1, tx)).map_err(|e| format!("writing on: {e}"))?;
    if saved.seq != Some(head + 1) || db.head_seq() != head + 1 {
        return Err(format!("writing on made entry {:?} after {head}", saved.seq));
    }
    let there = db.read(|tx| {
        let (key, person) = written_on();
        let code = (person.codes[0].clone(), key.0, key.1);
        Ok(PEOPLE.get(tx, &key)? == Some(person) && BY_CODE.has(tx, &code)? && SESSIONS.has(tx, &key.1)?)
    });
    if there.map_err(|e| format!("reading on: {e}"))? { Ok(()) } else { Err("what was written on is not there".into()) }
}

/// Everything that can be checked, before and after more writes; then by redb itself.
fn deeply(db: Db, disk: &Disk, now: Millis, mut model: Model) -> Result<(), String> {
    let now = model.log.last().map_or(now, |e| e.time.max(now));
    let mut act = |act: Act, through_store: bool| {
        model.write("test", now, |tx| run(act, 1, tx)).unwrap();
        if through_store {
            db.write(&clerk(), "test", move |tx| run(act, 1, tx)).map(drop).map_err(|e| e.to_string())?;
        }
        Ok::<_, String>(())
    };
    act(Act::WriteOn, false)?; // what write_on wrote
    act(Act::AddTen, true)?;
    act(Act::RemoveMany, true)?;
    compare_deeply(&db, &model)?;
    drop(db);
    let mut raw = redb::Database::builder().create_with_backend(Disk::on(disk.image())).map_err(|e| e.to_string())?;
    if raw.check_integrity().map_err(|e| e.to_string())? { Ok(()) } else { Err("redb's own check found something to repair".into()) }
}

/// Cuts the power again while an image recovers, and during the write after.
fn nested(image: &Image, state: &Arc<Model>, chance: &mut Chance) -> Result<u64, String> {
    const IMAGES: u64 = 12;
    let disk = Disk::recording(image.clone());
    let mut runner = Runner::open(disk.clone(), (**state).clone()).map_err(|e| e.to_string())?;
    runner.step(&Step::Group(vec![Act::AddTen, Act::EditName]), chance.next()).map_err(|_| "stopped")?;
    runner.db = None;
    let trace = disk.trace();
    for _ in 0..IMAGES {
        let cut = chance.below(trace.len() + 1);
        let allowed = trace.mark_before(cut).map_or(&runner.states[..1], |mark| states_at(&runner.states, mark));
        survives(trace.image(cut, chance), allowed, false).map_err(|e| format!("cut again at {cut}: {e}"))?;
    }
    Ok(IMAGES)
}

#[derive(Default)]
struct Tally {
    histories: AtomicU64,
    images: AtomicU64,
    nested: AtomicU64,
    in_flight: AtomicU64,
    deep: AtomicU64,
}

fn cut_history(seed: u64, syncs: Syncs, tally: &Tally) -> Result<(), String> {
    let (trace, states) = history(seed);
    let trace = trace.with(syncs);
    let chance = &mut Chance::new(!SEED, seed);
    for n in 0..IMAGES_OF_HISTORY {
        let cut = trace.any_cut(chance);
        let allowed = states_at(&states, trace.mark_before(cut).unwrap());
        let image = trace.image(cut, chance);
        let deep = n % 16 == 0;
        let found = survives(image.clone(), allowed, deep).map_err(|e| format!("history {seed}, image {n}, cut at {cut}: {e}"))?;
        tally.images.fetch_add(1, Ordering::Relaxed);
        tally.in_flight.fetch_add(found as u64, Ordering::Relaxed);
        tally.deep.fetch_add(u64::from(deep), Ordering::Relaxed);
        if n % 40 == 1 {
            let more = nested(&image, &allowed[found], chance).map_err(|e| format!("history {seed}, image {n}, cut at {cut}: {e}"))?;
            tally.nested.fetch_add(more, Ordering::Relaxed);
        }
    }
    tally.histories.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[test]
fn power_cuts_lose_nothing_acknowledged() {
    let (tally, from) = (Tally::default(), std::time::Instant::now());
    on_two_threads(effort(200), |seed| cut_history(seed, Syncs::All, &tally));
    let seconds = from.elapsed().as_secs_f64();
    let (images, nested) = (tally.images.into_inner(), tally.nested.into_inner());
    println!(
        "{} histories, {images} crash images and {nested} cut again while recovering ({} held the group on its way, {} checked deeply): 0 failures in {seconds:.0} s, {:.0} images/s",
        tally.histories.into_inner(),
        tally.in_flight.into_inner(),
        tally.deep.into_inner(),
        (images + nested) as f64 / seconds,
    );
}

/// The harness itself: on a disk that says "synced" and does it not, or only every other time, it must
/// find loss.
#[test]
fn a_disk_that_lies_about_syncing_is_found_out() {
    for syncs in [Syncs::None, Syncs::Even, Syncs::Odd] {
        let is_found = |seed: &u64| !matches!(catch_unwind(|| cut_history(1_000_000 + seed, syncs, &Tally::default())), Ok(Ok(())));
        assert_eq!((0..4).filter(is_found).count(), 4, "the harness is blind to {syncs:?}");
    }
}
