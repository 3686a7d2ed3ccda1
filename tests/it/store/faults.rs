//! Failing operations. Each kind of transaction is run while its N-th read, write, resize or sync
//! fails, for every N until none is left to fail, once and for good. The store must say it stopped,
//! stay stopped, open again by itself, and hold all that was acknowledged and nothing half.

use super::acts::{ACTS, Act, Runner, Step};
use super::chance::Chance;
use super::disk::{Disk, Failure, Fault, Image, OpKind};
use super::model::{Model, clerk};
use super::power::{effort, on_two_threads, survives};
use csdlgd::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SEED: u64 = 0xfa17;

/// A store with something of everything in it, and what it holds.
fn furnished() -> (Image, Arc<Model>) {
    let disk = Disk::on(Image::empty());
    let mut runner = Runner::open(disk.clone(), Model::default()).unwrap();
    let acts = [
        Act::AddMany,
        Act::NoteBig,
        Act::NoteBig,
        Act::SessionEdit,
        Act::Once,
        Act::Remove,
        Act::ManyCodes,
        Act::Count,
    ];
    for (n, act) in (0..).zip(acts) {
        runner.step(&Step::Group(vec![act]), n * 6).unwrap();
    }
    runner.step(&Step::Batch, 77).unwrap();
    runner.db = None;
    (disk.image(), Arc::new(runner.model))
}

fn steps() -> Vec<Step> {
    let mut steps: Vec<_> = ACTS.iter().map(|act| Step::Group(vec![*act])).collect();
    steps.push(Step::Group(vec![Act::AddOne, Act::Fails, Act::Count, Act::Panics, Act::Session, Act::Count]));
    steps.push(Step::Group(vec![Act::Count; 12]));
    steps.push(Step::Group(vec![Act::AddMany, Act::NoteHuge, Act::RemoveMany]));
    steps.push(Step::Batch);
    steps.push(Step::Rebuild);
    steps.push(Step::Reopen);
    steps
}

#[derive(Default)]
struct Tally {
    faults: AtomicU64,
    stopped: AtomicU64,
    images: AtomicU64,
}

/// One step under one fault; whether the fault happened.
fn case(start: &(Image, Arc<Model>), step: &Step, fault: Fault, tally: &Tally) -> Result<bool, String> {
    let disk = Disk::recording(start.0.clone());
    let mut runner = Runner::open(disk.clone(), (*start.1).clone()).map_err(|e| e.to_string())?;
    disk.plan(fault);
    let outcome = runner.step(step, 12);
    // What comes after an error, also one that happened once, must not be told "saved" wrongly.
    let after = if outcome.is_ok() { runner.step(&Step::Group(vec![Act::Count]), 13) } else { outcome };
    let hit = disk.was_hit();
    if after.is_err() {
        tally.stopped.fetch_add(1, Ordering::Relaxed);
        if !hit {
            return Err("stopped without a fault".into());
        }
        if let Some(db) = &runner.db {
            if !db.is_stopped() {
                return Err("stopped, but does not say so".into());
            }
            let again = db.write(&clerk(), "test", |tx| {
                tx.note("{}".into());
                Ok(())
            });
            if !matches!(again, Err(Error::StoreStopped(_))) {
                return Err(format!("wrote after it stopped: {again:?}"));
            }
        }
    }
    runner.db = None;
    disk.heal();
    let (image, trace) = (disk.image(), disk.trace());
    let allowed = runner.allowed();
    survives(image, allowed, hit && fault.n.is_multiple_of(8)).map_err(|e| format!("started again: {e}"))?;
    if hit {
        tally.faults.fetch_add(1, Ordering::Relaxed);
        let chance = &mut Chance::new(SEED, fault.n);
        for _ in 0..2 {
            survives(trace.image(trace.len(), chance), allowed, false)
                .map_err(|e| format!("after a power cut: {e}"))?;
            tally.images.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(hit)
}

#[test]
fn every_failing_operation_leaves_a_whole_store() {
    let (start, steps, tally) = (furnished(), steps(), Tally::default());
    let from = std::time::Instant::now();
    on_two_threads(steps.len() as u64, |n| {
        let step = &steps[n as usize];
        for kind in [OpKind::Read, OpKind::Write, OpKind::SetLen, OpKind::Sync] {
            for n in 0.. {
                let mut hit = false;
                let failures = [Failure::Eio, Failure::NoSpace, Failure::Short];
                let failures = if effort(1) > 1 { &failures[..] } else { &failures[n as usize % 3..][..1] };
                for failure in failures {
                    for for_good in [false, true] {
                        let fault = Fault { kind, n, failure: *failure, for_good };
                        hit |= case(&start, step, fault, &tally).map_err(|e| format!("{step:?}, {fault:?}: {e}"))?;
                    }
                }
                if !hit {
                    break;
                }
            }
        }
        Ok(())
    });
    let [faults, stopped, images] = [tally.faults, tally.stopped, tally.images].map(AtomicU64::into_inner);
    println!(
        "{} kinds of transaction, {faults} faults ({stopped} stopped the store), {images} crash images after them: 0 failures in {:.0} s",
        steps.len(),
        from.elapsed().as_secs_f64()
    );
    assert!(faults > 2000 && stopped > faults / 2, "the faults are not where the work is");
}
