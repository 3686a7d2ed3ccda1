//! The deadline day at length: pages, saves, sign-ins and figures due at a fixed pace, and in the middle of
//! it a full backup, an import, and a kill. Then ten times as much, and how soon all is as before. Times are
//! only printed; wrong are answers, and acknowledged saves that are gone.

use crate::crowd::{Clockwork, Comer, Seen, Visitor};
use crate::http::{Client, Pass};
use crate::load::join;
use crate::people::School;
use crate::program::Server;
use crate::reads::{Looker, What};
use crate::saves::{self, Saver};
use crate::table::{Times, number, whole};
use crate::{Bench, Cast, Error, PAGES_PER_S, Result, SAVERS, SAVES_PER_S, SIGN_INS_PER_S};
use crate::{backup, err, people, reads, ready, step};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

/// Figures of the whole province looked at.
const FIGURES_PER_S: f64 = 1.0;
/// Of one account, fewer than may be at once.
const PER_ACCOUNT: usize = 24;
/// Who looks at pages: with all others, and whoever just left, fewer than one address may connect.
const LOOKERS: usize = 320;
/// Who signs in, each again and again.
const COMERS: usize = 96;
/// How long each part after the day takes.
const PART: Duration = Duration::from_secs(20);
/// Rows of the import.
const ROWS: usize = 500;

/// Everybody who comes.
struct Town {
    lookers: Vec<Looker>,
    savers: Vec<Saver>,
    comers: Vec<Comer>,
    figures: Vec<Looker>,
}

/// What became of all, by what they came for.
#[derive(Default)]
struct Day(BTreeMap<&'static str, Vec<Seen>>);

impl Town {
    fn new(cast: &Cast, address: SocketAddr) -> Result<Self> {
        let crowd = LOOKERS.min(PER_ACCOUNT * cast.clerks.len());
        let clerks = cast.schools.iter().take(cast.clerks.len()).map(|s| &s.clerk).cycle().take(COMERS);
        let figures = (0..8).map(|_| Looker::of("/units/figures", &cast.officer[0], address));
        Ok(Self {
            lookers: reads::readers(What::Either, crowd, &cast.schools, &cast.clerks, address)?,
            savers: saves::savers(&cast.schools, SAVERS, address)?,
            comers: Comer::all(clerks, address),
            figures: figures.collect::<Result<_>>()?,
        })
    }

    /// All connect anew: who did not come since the kill has not noticed it.
    fn reconnect(&mut self) -> Result<()> {
        // One address is let have only so many: first all go, then all come.
        self.lookers.iter().chain(&self.figures).for_each(Looker::close);
        self.savers.iter().for_each(Saver::close);
        std::thread::sleep(Duration::from_secs(1));
        self.lookers.iter_mut().chain(&mut self.figures).try_for_each(Looker::reconnect)?;
        self.savers.iter_mut().try_for_each(Saver::reconnect)
    }

    /// So many times the deadline day, for so long; `events` run beside it.
    fn live(
        &mut self,
        times: f64,
        long: Duration,
        events: impl FnOnce(&Clockwork) -> Result<()> + Send,
    ) -> Result<Day> {
        let work = Clockwork::new();
        let Self { lookers, savers, comers, figures } = self;
        scope(|s| {
            let pages = s.spawn(|| work.visits(lookers, times * PAGES_PER_S, long));
            let saves = s.spawn(|| work.visits(savers, times * SAVES_PER_S, long));
            let sign_ins = s.spawn(|| work.visits(comers, times * SIGN_INS_PER_S, long));
            let figures = s.spawn(|| work.visits(figures, times * FIGURES_PER_S, long));
            let events = events(&work);
            let kinds = [("pages", pages), ("saves", saves), ("sign-ins", sign_ins), ("figures", figures)];
            let day = kinds.map(|(name, thread)| join(thread).map(|seen| (name, seen)));
            events?;
            Ok(Day(day.into_iter().collect::<Result<_>>()?))
        })
    }
}

impl Day {
    fn times(&self, kind: &str, refused: bool) -> Times {
        let seen = self.0[kind].iter().filter(|s| s.refused == refused);
        // Until the last answer: clients may be late.
        let wall = self.0[kind].iter().map(|s| s.due + s.took).max().unwrap_or_default();
        Times::new(seen.map(|s| s.took), wall)
    }

    /// Whatever was answered, a second.
    fn goodput(&self) -> f64 {
        self.0.keys().map(|kind| self.times(kind, false).rate()).sum()
    }

    /// From when on, of seconds after the start, nobody is refused and half of all pages of a second take less
    /// than that.
    fn normal_from(&self, usual_ms: f64) -> Option<usize> {
        let seconds = self.0["pages"].iter().map(|s| s.due.as_secs() as usize).max()? + 1;
        let is_normal = |second: usize| {
            let of: Vec<&Seen> = self.0["pages"].iter().filter(|s| s.due.as_secs() as usize == second).collect();
            let half = Times::new(of.iter().map(|s| s.took), Duration::from_secs(1)).ms(0.5);
            of.iter().all(|s| !s.refused) && half <= usual_ms
        };
        (0..seconds).rev().take_while(|second| is_normal(*second)).last()
    }
}

impl Bench {
    /// The whole of it.
    pub(crate) fn deadline_day(&mut self, long: Duration) -> Result<()> {
        std::fs::create_dir_all(&self.dir)?;
        self.say_where();
        step("building the province");
        let built = self.program.build(self.learners)?;
        let server = self.program.serve()?;
        let cast = crate::cast(&self.program, &server)?;
        ready(&server, &cast)?;
        let mut town = Town::new(&cast, server.address)?;
        self.note("serving, nothing asked yet", &server);
        let (day, server) = self.day(&mut town, &cast, server, long)?;
        self.note("the day", &server);
        let usual_ms = 2.0 * day.times("pages", false).ms(0.5);
        self.too_much(&mut town, usual_ms)?;
        self.note("ten times as much", &server);
        step("looking for every acknowledged save");
        let lost = saves::count_lost(&mut town.savers)?;
        server.stop()?;
        self.end(&built, town.savers.iter().map(|s| s.done).sum(), lost)
    }

    fn day(&mut self, town: &mut Town, cast: &Cast, server: Server, long: Duration) -> Result<(Day, Server)> {
        step(&format!("the deadline day, {} s", long.as_secs()));
        let (program, address) = (&self.program, server.address);
        let (held, told) = (Mutex::new(Some(server)), Mutex::new(Vec::new()));
        let tell = |what: &str, cells: [String; 3]| {
            told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((what.to_owned(), cells));
        };
        let events = |work: &Clockwork| -> Result<()> {
            if work.wait(long / 5) {
                let at = work.start.elapsed();
                let (_, took) = backup::end(backup::begin(program)?)?;
                tell("a full backup", [seconds(at), seconds(took), String::new()]);
            }
            if work.wait(long * 2 / 5) {
                let at = work.start.elapsed();
                let rows = import(&cast.schools[0], address, ROWS, long / 5)?;
                let took = work.start.elapsed().saturating_sub(at);
                tell("an import over the API", [seconds(at), seconds(took), format!("{} rows", whole(rows))]);
            }
            if work.wait(long * 7 / 10) {
                let at = work.start.elapsed();
                work.away.store(true, Ordering::SeqCst);
                let mut held = held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                held.take().map_or(Ok(()), Server::kill)?;
                let server = program.serve_at(&address.to_string())?;
                ready(&server, cast)?;
                let took = work.start.elapsed().saturating_sub(at);
                *held = Some(server);
                drop(held);
                tell("kill -9, until a signed-in page", [seconds(at), seconds(took), String::new()]);
            }
            Ok(())
        };
        let day = town.live(1.0, long, events)?;
        town.reconnect()?;
        let t = &mut self.table;
        t.part("THE DEADLINE DAY, in the middle of it", &["at s", "took s", ""]);
        for (what, cells) in told.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            t.row(&what, &cells);
        }
        self.tell_day("DUE AT A FIXED PACE, all of it", &day);
        match held.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(server) => Ok((day, server)),
            None => err("the server was not started again"),
        }
    }

    /// As much as it can do, ten times the day, and the day again.
    fn too_much(&mut self, town: &mut Town, usual_ms: f64) -> Result<()> {
        let share = self.share as u32;
        step("as much as it can do");
        let can = capacity(town, PART / 2 / share)?;
        // Who has only connected is let go after a while.
        town.reconnect()?;
        step("ten times the day");
        let wave = town.live(10.0, PART / share, |_| Ok(()))?;
        step("and the day again");
        let after = town.live(1.0, PART / share, |_| Ok(()))?;
        self.tell_day("TEN TIMES THE DAY", &wave);
        self.tell_day("RIGHT AFTER", &after);
        let t = &mut self.table;
        t.part("AIMS", &["found", "aim", ""]);
        let mut aim = |what: &str, found: f64, unit: &str, most: f64, met: bool| {
            t.row(what, &[format!("{} {unit}", number(found)), format!("{} {unit}", number(most)), verdict(met)]);
        };
        let part = 100.0 * wave.goodput() / can;
        aim("answered, of what it can do", part, "%", 90.0, part >= 90.0);
        for kind in wave.0.keys() {
            let refused = wave.times(kind, true);
            if refused.count() > 0 {
                let p99 = refused.ms(0.99);
                aim(&format!("{kind} refused, p99"), p99, "ms", 50.0, p99 <= 50.0);
            }
        }
        let p99 = wave.times("pages", false).ms(0.99);
        aim("pages answered, p99 from when they were due", p99, "ms", 1000.0, p99 <= 1000.0);
        let normal = after.normal_from(usual_ms).map_or(f64::INFINITY, |s| s as f64);
        aim("as before again after", normal, "s", 10.0, normal <= 10.0);
        t.row(&format!("(it can do {} of the day's mix a second)", number(can)), &[]);
        Ok(())
    }

    fn tell_day(&mut self, title: &str, day: &Day) {
        let t = &mut self.table;
        t.part(title, &["answered", "per second", "p50 ms", "p99 ms", "p99.9 ms", "worst ms"]);
        for (kind, seen) in &day.0 {
            for refused in [false, true] {
                let times = day.times(kind, refused);
                if times.count() > 0 {
                    let name = if refused {
                        format!("  {kind} refused, of {}", whole(seen.len() as u64))
                    } else {
                        (*kind).into()
                    };
                    let shares = [0.5, 0.99, 0.999, 1.0].map(|share| number(times.ms(share)));
                    t.row(&name, &[vec![whole(times.count()), number(times.rate())], shares.to_vec()].concat());
                }
            }
        }
    }
}

/// What it answers a second when forty-eight look at pages as fast as they are answered, and all else comes in
/// the day's proportion to the pages.
fn capacity(town: &mut Town, long: Duration) -> Result<f64> {
    let until = Instant::now() + long;
    let pages = AtomicU64::new(0);
    let of_pages = |per_second: f64| {
        let share = per_second / PAGES_PER_S;
        let pages = &pages;
        move || (share * pages.load(Ordering::Relaxed) as f64) as u64
    };
    let Town { lookers, savers, comers, figures } = town;
    let rest = scope(|s| {
        let saves = s.spawn(|| busy(savers, until, &AtomicU64::new(0), of_pages(SAVES_PER_S)));
        let sign_ins = s.spawn(|| busy(comers, until, &AtomicU64::new(0), of_pages(SIGN_INS_PER_S)));
        let figures = s.spawn(|| busy(figures, until, &AtomicU64::new(0), of_pages(FIGURES_PER_S)));
        busy(&mut lookers[..48], until, &pages, || u64::MAX)?;
        Ok::<_, Error>(join(saves)? + join(sign_ins)? + join(figures)?)
    })?;
    Ok((pages.into_inner() + rest) as f64 / long.as_secs_f64())
}

/// Has workers work until then, each again when it was answered, but not more of them than are due by now. `done` counts
/// along. Gives how many were answered.
fn busy<W: Visitor>(
    workers: &mut [W],
    until: Instant,
    done: &AtomicU64,
    due: impl Fn() -> u64 + Send + Sync,
) -> Result<u64> {
    let begun = AtomicU64::new(0);
    let run = |worker: &mut W| -> Result<()> {
        while Instant::now() < until {
            let is_mine = |begun: u64| (begun < due()).then_some(begun + 1);
            if begun.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_mine).is_err() {
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            match worker.once() {
                Ok(()) => drop(done.fetch_add(1, Ordering::Relaxed)),
                Err(e) if e.is::<crate::http::Refused>() => {}
                // Whose turn did not come for a while was let go.
                Err(e) if e.is::<std::io::Error>() => worker.again()?,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    };
    scope(|s| {
        let threads: Vec<_> = workers.iter_mut().map(|w| s.spawn(|| run(w))).collect();
        threads.into_iter().try_for_each(join)
    })?;
    Ok(done.load(Ordering::Relaxed))
}

/// New pupils of a school, one after the other, as a program brings them in; how many.
fn import(school: &School, address: SocketAddr, rows: usize, most: Duration) -> Result<u64> {
    let mut client = Client::connect(address, &Pass::Bearer(school.clerk.token.clone()))?;
    let begun = Instant::now();
    for row in 0..rows {
        if begun.elapsed() > most {
            return Ok(row as u64);
        }
        let more = format!("content-type: application/json\r\nidempotency-key: import-{row}\r\n");
        let name = people::name(row);
        let fields = format!(r#"{{"full_name":"{name}","birth_date":"2014-03-08","sex":"02","ethnicity":"02"}}"#);
        client.ask("POST", "/api/v1/records/pupil", &more, &format!(r#"{{"fields":{fields}}}"#), 201)?;
    }
    Ok(rows as u64)
}

fn seconds(time: Duration) -> String {
    number(time.as_secs_f64())
}

fn verdict(met: bool) -> String {
    if met { "met".into() } else { "MISSED".into() }
}
