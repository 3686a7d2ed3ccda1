//! Clerks who save: each has records nobody else touches, changes one field of one of them at a time,
//! and remembers what the server acknowledged. An acknowledged save that is gone is the one thing here
//! that counts as wrong.

use crate::http::{Client, Pass};
use crate::load::{Work, join};
use crate::people::{Pupil, School};
use crate::program::Server;
use crate::table::Times;
use crate::{Result, err};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{ScopedJoinHandle, scope, sleep};
use std::time::{Duration, Instant};

/// A kill waits this long for enough saves, at most.
const BURST_MOST: Duration = Duration::from_mins(2);

/// A save that is not found after so long is lost to search.
const FOUND_MOST: Duration = Duration::from_mins(2);

/// One clerk at work.
pub(crate) struct Saver {
    number: usize,
    client: Client,
    pass: Pass,
    pupils: Vec<Pupil>,
    next: usize,
    /// Saves acknowledged.
    pub(crate) done: u64,
    touched: BTreeSet<usize>,
}

impl Work for Saver {
    fn once(&mut self) -> Result<()> {
        let place = format!("Quê quán, lần {}", self.next + 1);
        self.put("home_place", &place).map(drop)
    }
}

impl Saver {
    /// Ends the connection.
    pub(crate) fn close(&self) {
        self.client.close();
    }

    /// Connects anew. The save that was on its way is sent again, under the same key.
    pub(crate) fn reconnect(&mut self) -> Result<()> {
        self.client.reconnect()
    }

    /// Changes one field of the next pupil; the pupil's number.
    fn put(&mut self, field: &str, value: &str) -> Result<String> {
        let at = self.next % self.pupils.len();
        self.touched.insert(at);
        let pupil = &mut self.pupils[at];
        let path = format!("/api/v1/records/pupil/{}", pupil.id);
        let more =
            format!("content-type: application/json\r\nidempotency-key: bench-{}-{}\r\n", self.number, self.next + 1);
        let body = format!(r#"{{"version":{},"fields":{{"{field}":"{value}"}}}}"#, pupil.version);
        let answer: Value = serde_json::from_str(&self.client.ask("PUT", &path, &more, &body, 200)?.text()?)?;
        if answer["version"].as_u64() != Some(pupil.version + 1) {
            return err(format!("{path}: version {} after {}", answer["version"], pupil.version));
        }
        pupil.version += 1;
        self.next += 1;
        self.done += 1;
        Ok(pupil.id.clone())
    }
}

/// How long after a save was acknowledged somebody else finds it: telephone numbers nobody had, saved one
/// after the other.
pub(crate) fn found_by_others(savers: &mut [Saver], other: &Pass, count: usize, address: SocketAddr) -> Result<Times> {
    let mut other = Client::connect(address, other)?;
    let clerks = savers.len();
    let mut times = Vec::with_capacity(count);
    for n in 0..count {
        let phone = format!("09{:08}", 10_000_019 + 7_919 * n);
        let id = savers[n % clerks].put("contact_phone", &phone)?;
        let start = Instant::now();
        while !other.get(&format!("/search?q={phone}"))?.text()?.contains(&id) {
            if start.elapsed() > FOUND_MOST {
                return err("a save is not found by others");
            }
            sleep(Duration::from_millis(2));
        }
        times.push(start.elapsed());
    }
    Ok(Times::one_by_one(times))
}

/// So many clerks, spread over the schools: of a school several, if need be.
pub(crate) fn savers(schools: &[School], count: usize, address: SocketAddr) -> Result<Vec<Saver>> {
    let of = |school: &School, shares: usize| school.pupils.len().min(shares);
    let enough = |shares: &usize| schools.iter().map(|s| of(s, *shares)).sum::<usize>() >= count;
    let shares = (1..=count).find(enough).ok_or("too few pupils for so many clients: build more learners")?;
    let places =
        (0..shares).flat_map(|share| schools.iter().filter(move |s| share < of(s, shares)).map(move |s| (share, s)));
    places
        .take(count)
        .enumerate()
        .map(|(number, (share, school))| {
            let pupils = school.pupils.iter().skip(share).step_by(shares).cloned().collect();
            let pass = Pass::Bearer(school.clerk.token.clone());
            let client = Client::connect(address, &pass)?;
            Ok(Saver { number, client, pass, pupils, next: 0, done: 0, touched: BTreeSet::new() })
        })
        .collect()
}

/// All connect anew.
pub(crate) fn reconnect(savers: &mut [Saver], address: SocketAddr) -> Result<()> {
    savers.iter_mut().try_for_each(|saver| {
        saver.client = Client::connect(address, &saver.pass)?;
        Ok(())
    })
}

/// Lets all save as fast as they can and kills the server in the middle of it, after `acks` saves. Gives
/// how many were acknowledged.
pub(crate) fn save_until_killed(savers: &mut [Saver], server: Server, acks: usize) -> Result<u64> {
    let (done, killed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let before: u64 = savers.iter().map(|s| s.done).sum();
    for saver in &mut *savers {
        saver.touched.clear();
    }
    let run = |saver: &mut Saver| -> Result<()> {
        loop {
            match saver.once() {
                Ok(()) => done.fetch_add(1, Ordering::Relaxed),
                Err(_) if killed.load(Ordering::SeqCst) => return Ok(()),
                Err(e) => return Err(e),
            };
        }
    };
    scope(|s| {
        let threads: Vec<_> = savers.iter_mut().map(|saver| s.spawn(|| run(saver))).collect();
        let start = Instant::now();
        while done.load(Ordering::Relaxed) < acks
            && start.elapsed() < BURST_MOST
            && !threads.iter().any(ScopedJoinHandle::is_finished)
        {
            sleep(Duration::from_millis(1));
        }
        killed.store(true, Ordering::SeqCst);
        server.kill()?;
        threads.into_iter().try_for_each(join)
    })?;
    Ok(savers.iter().map(|s| s.done).sum::<u64>() - before)
}

/// Reads what was touched since the last kill and gives how many acknowledged saves are gone. A save that
/// was on its way may be there or not.
pub(crate) fn count_lost(savers: &mut [Saver]) -> Result<u64> {
    let mut lost = 0;
    for saver in savers {
        // What was on its way is not sent again: there or not, the next save has a key of its own.
        saver.next += 1;
        for at in std::mem::take(&mut saver.touched) {
            let pupil = &mut saver.pupils[at];
            let path = format!("/api/v1/records/pupil/{}", pupil.id);
            let record: Value = serde_json::from_str(&saver.client.get(&path)?.text()?)?;
            let version = record["version"].as_u64().ok_or("no version")?;
            lost += pupil.version.saturating_sub(version);
            if version > pupil.version + 1 {
                return err(format!("{path}: version {version}, though only {} was saved", pupil.version));
            }
            pupil.version = version;
        }
    }
    Ok(lost)
}
