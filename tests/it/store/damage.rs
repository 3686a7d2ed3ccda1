//! A file that is not what was written: bits flipped, pages zeroed and swapped, the end cut off. The
//! store must refuse to open, or say what is wrong, and never hand out a wrong row, nor panic.

use super::acts::{Act, Runner, Step, run, written_on};
use super::chance::Chance;
use super::disk::{Disk, Image, PAGE};
use super::model::{Model, PEOPLE, START, clerk, compare, compare_lasting, derivers, options};
use super::power::{effort, on_two_threads};
use csdlgd::clock::Clock;
use csdlgd::error::Result;
use csdlgd::store::{Class, Db, Read as _, verify};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SEED: u64 = 0x00da_3a9e;

/// A store with some history, closed in order or not.
fn store(in_order: bool) -> (Image, Arc<Model>) {
    let disk = Disk::on(Image::empty());
    let mut runner = Runner::open(disk.clone(), Model::default()).unwrap();
    let acts = [Act::AddMany, Act::AddMany, Act::NoteBig, Act::NoteSmall, Act::SessionEdit, Act::Once, Act::RemoveMany, Act::ManyCodes];
    for (n, act) in (0..).zip(acts.into_iter().cycle().take(24)) {
        runner.step(&Step::Group(vec![act]), n * 6).unwrap();
    }
    let left_open = disk.image();
    runner.db = None;
    (if in_order { disk.image() } else { left_open }, Arc::new(runner.model))
}

type Ever = HashSet<(Class, Vec<u8>, Vec<u8>)>;

#[derive(Default)]
struct Tally {
    refused: AtomicU64,
    reported: AtomicU64,
    harmless: AtomicU64,
}

fn add(to: &AtomicU64) {
    to.fetch_add(1, Ordering::Relaxed);
}

/// Opens the image as `csdlgd verify` does; or as the server does, with every page checked. (A server
/// that writes to a damaged file unchecked may be aborted by redb; the next start but one checks.)
fn open(image: Image, check_pages: bool) -> Result<Db> {
    let mut options = options(&Clock::fixed(START));
    options.check_pages = check_pages;
    let disk = Disk::on(image);
    let db = if check_pages { Db::on_locking(disk, options) } else { Db::on_read_only(disk, options) }?;
    db.set_derivers(derivers("spec 0"), &mut |_| ())?;
    Ok(db)
}

/// Opens the image and looks at all of it. Whatever is wrong must have been said.
fn look(image: Image, model: &Model, ever: &Ever, check_pages: bool, tally: &Tally) -> Result<(), String> {
    let Ok(db) = open(image, check_pages) else {
        add(&tally.refused);
        return Ok(());
    };
    let clean = verify::verify(&db, &mut |_, _| {}).is_ok_and(|report| report.problem_count == 0 && report.derived_checked);
    // Of short-lived rows nothing but redb's own page sums can tell that they are yesterday's.
    let same = if check_pages { compare(&db, model) } else { compare_lasting(&db, model) };
    match (clean, same) {
        (true, Ok(())) => add(&tally.harmless),
        (true, Err(e)) => return Err(format!("verified, but {e}")),
        (false, _) => add(&tally.reported),
    }
    wrong_rows(&db, model, ever)?;
    if check_pages {
        let saved = db.write(&clerk(), "test", |tx| run(Act::WriteOn, 1, tx));
        saved.map_err(|e| format!("every page was checked, but writing: {e}"))?;
        let (key, person) = written_on();
        let there = db.read(|tx| PEOPLE.get(tx, &key));
        if !matches!(&there, Ok(Some(p)) if *p == person) {
            return Err(format!("said saved, but {there:?}"));
        }
    }
    Ok(())
}

/// Reads all there is, one row at a time and in order: each row must be one that was written there,
/// now or once. (That a page is of yesterday only verification can tell.)
fn wrong_rows(db: &Db, model: &Model, ever: &Ever) -> Result<(), String> {
    let mut wrong = None;
    let mut look = |class: Class, key: &[u8], value: &[u8]| {
        let receipt = class == Class::Ephemeral && key[0] == 1; // the model does not know their bytes
        if !receipt && !ever.contains(&(class, key.to_vec(), value.to_vec())) {
            wrong = Some(format!("served a wrong row: {class:?} {key:02x?}"));
        }
    };
    let _ = db.read(|tx| {
        for class in [Class::Primary, Class::Derived, Class::Ephemeral] {
            let _ = tx.scan(class, &[0], &[0xff; 40], &mut |key, value| {
                look(class, key, value);
                Ok(ControlFlow::Continue(()))
            });
        }
        for key in model.primary.keys() {
            let _ = tx.get(Class::Primary, key, &mut |value| look(Class::Primary, key, value));
        }
        for key in model.derived.keys() {
            let _ = tx.get(Class::Derived, key, &mut |value| look(Class::Derived, key, value));
        }
        Ok(())
    });
    wrong.map_or(Ok(()), Err)
}

fn damaged(image: &Image, page: usize, how: u64, chance: &mut Chance) -> Image {
    let mut image = image.clone();
    let page = page.min(image.page_count() - 1);
    match how {
        0 => image.page_mut(page)[chance.below(PAGE)] ^= 1 << chance.below(8),
        // Where most pages hold something: near their ends.
        1 => image.page_mut(page)[PAGE - 1 - chance.below(200)] ^= 1 << chance.below(8),
        2 => image.page_mut(page)[chance.below(64)] ^= 1 << chance.below(8),
        3 => image.page_mut(page).fill(0),
        4 => image.swap_pages(page, chance.below(image.page_count())),
        5 => {
            let from = chance.below(image.page_count());
            *image.page_mut(page) = *image.page(from);
        }
        6 => image.set_len(page.max(1) * PAGE - chance.pick(&[0, 1, 512])), // cut off at 0, it is a new store
        _ => {
            let (at, len) = (chance.below(PAGE - 16), 1 + chance.below(16));
            let noise = chance.bytes(len);
            image.page_mut(page)[at..at + len].copy_from_slice(&noise);
        }
    }
    image
}

fn damage_everywhere(in_order: bool, check_pages: bool) {
    const WAYS: u64 = 8;
    let (image, model) = store(in_order);
    let (tally, ever, pages) = (Tally::default(), model.ever(), image.page_count() as u64);
    on_two_threads(pages * WAYS * effort(1), |case| {
        let chance = &mut Chance::new(SEED, case);
        let (page, how) = ((case / WAYS % pages) as usize, case % WAYS);
        let image = damaged(&image, page, how, chance);
        catch_unwind(AssertUnwindSafe(|| look(image, &model, &ever, check_pages, &tally)))
            .unwrap_or_else(|_| Err("panicked out".into()))
            .map_err(|e| format!("page {page}, damage {how} (case {case}): {e}"))
    });
    let [refused, reported, harmless] = [tally.refused, tally.reported, tally.harmless].map(AtomicU64::into_inner);
    println!("{pages} pages × {WAYS} kinds of damage, closed in order {in_order}, pages checked {check_pages}: {refused} refused, {reported} reported, {harmless} in unused places; 0 wrong rows, 0 panics");
    assert!(refused > 0 && refused + reported > pages, "the damage is not where the data is");
}

#[test]
fn damage_is_found_by_reading_alone() {
    damage_everywhere(true, false);
}

#[test]
fn damage_to_a_closed_store_is_refused_when_pages_are_checked() {
    damage_everywhere(true, true);
}

#[test]
fn damage_to_a_crashed_store_is_refused_when_pages_are_checked() {
    damage_everywhere(false, true);
}
