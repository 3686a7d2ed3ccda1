//! How fast and how large: builds a demo province with the real program, serves it, and asks over
//! loopback what people ask. Prints one table. It fails only if an answer is wrong, records are missing,
//! an acknowledged save is gone or verify complains; never because something took long.
//!
//! `tests/bench/run [learners] [--quick]`; README.md says how to read the table.

mod backup;
mod crowd;
mod deadline;
mod delay;
mod disk;
mod http;
mod load;
mod machine;
mod people;
mod program;
mod reads;
mod saves;
mod table;
mod wave;

use http::{Client, Pass};
use load::{closed, join, open};
use people::{Person, School};
use program::{Built, Program, Server, bytes_of, make_cold};
use reads::What;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use table::{Table, Times, mib, number, whole};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

fn err<T>(text: impl Into<String>) -> Result<T> {
    Err(text.into().into())
}

/// Learners if nothing is said.
const LEARNERS: u64 = 100_000;
/// Clients in the many-clients rows: of pages and searches, and of saves.
const READERS: usize = 32;
const SAVERS: usize = 64;
/// And when far too much is asked: more than work and wait, fewer than one address may connect.
const CROWD: usize = 400;
/// Starts of each sort, and kills.
const STARTS: usize = 5;
const COLD_STARTS: usize = 3;
/// Saves acknowledged before each kill.
const BURST: usize = 1_000;
/// A province's last evening before a deadline: pages, saves and sign-ins a second, and how long.
const PAGES_PER_S: f64 = 300.0;
const SAVES_PER_S: f64 = 30.0;
const SIGN_INS_PER_S: f64 = 8.0;
const MIXED_S: f64 = 20.0;

fn main() -> ExitCode {
    let (mut learners, mut share, mut day, mut segments, mut minutes) = (LEARNERS, 1, false, false, 60.0);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--quick" {
            share = 20;
        } else if argument == "--deadline-day" {
            day = true;
        } else if argument == "--segments" {
            segments = true;
        } else if argument == "--minutes"
            && let Some(n) = arguments.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0.0)
        {
            minutes = n;
        } else if let Ok(n) = argument.replace('_', "").parse() {
            learners = n;
        } else if argument != "--bench" {
            // (That one is cargo's.)
            eprintln!("usage: tests/bench/run [learners] [--quick] [--deadline-day [--minutes N]] [--segments]");
            return ExitCode::from(64);
        }
    }
    let scratch = Scratch(std::env::temp_dir().join(format!("csdlgd-bench-{}", std::process::id())));
    let mut bench = Bench::new(learners, share, &scratch.0);
    let outcome = match (day, segments) {
        (true, _) => bench.deadline_day(Duration::from_secs_f64(60.0 * minutes / share as f64)),
        (_, true) => bench.segments(),
        _ => bench.run(),
    };
    println!("{}", bench.table.text());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("WRONG: {e}\n\nthe program's last words, newest first:\n{}", bench.program.last_words());
            ExitCode::FAILURE
        }
    }
}

/// A directory that goes with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Everybody needed once the province is there.
struct Cast {
    schools: Vec<School>,
    /// One session for each reader's school.
    clerks: Vec<Pass>,
    /// A session that sees the whole province.
    officer: [Pass; 1],
    /// An administrator's.
    admin: Pass,
    sign_in: Times,
}

struct Bench {
    learners: u64,
    /// Requests are divided by this.
    share: usize,
    dir: PathBuf,
    program: Program,
    table: Table,
    memory: Vec<(&'static str, machine::Memory)>,
}

impl Bench {
    fn new(learners: u64, share: usize, dir: &Path) -> Self {
        let built = option_env!("CARGO_BIN_EXE_csdlgd").unwrap_or("csdlgd");
        let binary = std::env::var_os("CSDLGD_BIN").map_or_else(|| PathBuf::from(built), PathBuf::from);
        let program = Program { binary, data: dir.join("data"), log: dir.join("server.log") };
        Self { learners, share, dir: dir.to_owned(), program, table: Table::default(), memory: Vec::new() }
    }

    fn run(&mut self) -> Result<()> {
        std::fs::create_dir_all(&self.dir)?;
        self.say_where();
        step("building the province");
        let built = self.program.build(self.learners)?;
        self.tell_build(&built)?;
        self.memory.push(("building (peak: while indexing)", built.memory));
        let copy = self.dir.join("copy.redb");
        std::fs::copy(self.program.data.join("store.redb"), &copy)?;

        step("signing in, gathering what to ask for");
        let server = self.program.serve()?;
        let cast = cast(&self.program, &server)?;
        server.stop()?;
        self.starts(&cast)?;

        let server = self.program.serve()?;
        ready(&server, &cast)?;
        self.note("serving, nothing asked yet", &server);
        self.reads(&cast, &server)?;
        let mut savers = saves::savers(&cast.schools, SAVERS, server.address)?;
        self.saves(&cast, &mut savers, &server, &copy)?;
        self.mixed(&cast, &mut savers, &server)?;
        self.waves(&cast, &mut savers, &server)?;
        self.backups(&cast, &mut savers, &server)?;
        server.stop()?;
        self.delays(&cast, &mut savers)?;
        let server = self.program.serve()?;
        ready(&server, &cast)?;
        saves::reconnect(&mut savers, server.address)?;
        let (server, lost) = self.kills(&cast, &mut savers, server)?;
        self.note("after the last kill, all read again", &server);
        server.stop()?;
        self.end(&built, savers.iter().map(|s| s.done).sum(), lost)
    }

    fn say_where(&mut self) {
        let here = option_env!("CARGO_MANIFEST_DIR").unwrap_or(".");
        let tree = machine::said(Command::new("git").args(["-C", here, "describe", "--always", "--dirty"]));
        let binary = self.program.binary.display();
        let version = format!("{} ({binary}, source tree {tree})", self.program.version());
        let learners =
            format!("{} learners, seed 1{}", whole(self.learners), if self.share > 1 { ", quick" } else { "" });
        for (name, what) in [
            ("program", version),
            ("province", learners),
            ("date", machine::said(Command::new("date").arg("+%d/%m/%Y %H:%M %Z"))),
            ("machine", machine::machine()),
            ("disk", machine::disk(&self.dir)),
            ("load", format!("{} waiting for a core in the minute before", number(machine::load()))),
        ] {
            self.table.head(name, &what);
        }
    }

    fn tell_build(&mut self, built: &Built) -> Result<()> {
        let rate = |seconds: f64| number(built.records as f64 / seconds);
        let cells = |seconds: f64, cpu: f64| {
            let (busy, per_cpu) = if cpu.is_nan() { ("–".into(), "–".into()) } else { (number(cpu), rate(cpu)) };
            [number(seconds), rate(seconds), busy, per_cpu]
        };
        let t = &mut self.table;
        let title = format!("BUILDING {} records", whole(built.records));
        t.part(&title, &["seconds", "records/s", "core s", "rec./core s"]);
        t.row("checked + logged", &cells(built.records_s, built.check_cpu_s + built.write_cpu_s));
        t.row("  generate + check (workers)", &cells(built.records_s, built.check_cpu_s));
        t.row("  write (one door)", &cells(built.records_s, built.write_cpu_s));
        t.row("accounts, tokens", &cells(built.accounts_s, f64::NAN));
        t.row("index", &cells(built.index_s, built.index_cpu_s));
        t.row("checked + logged + indexed, all", &cells(built.all_s, f64::NAN));
        let (store, index) = (self.program.data.join("store.redb"), self.program.data.join("index"));
        let (store, index) = (bytes_of(&store)?, bytes_of(&index)?);
        t.part("ON DISK", &["MiB", "bytes/record", "KiB/learner"]);
        for (name, bytes) in [("store", store), ("index", index), ("both", store + index)] {
            let per = |n: u64| bytes as f64 / n as f64;
            t.row(name, &[mib(bytes), number(per(built.records)), number(per(self.learners) / 1024.0)]);
        }
        Ok(())
    }

    /// Starts in order, with and without what the kernel remembers of the files.
    fn starts(&mut self, cast: &Cast) -> Result<()> {
        step("starting and stopping");
        let (mut warm, mut stops, mut cold, mut first) = (Vec::new(), Vec::new(), Vec::new(), Times::default());
        for _ in 0..STARTS {
            let server = self.program.serve()?;
            warm.push(ready(&server, cast)?);
            stops.push(server.stop()?);
        }
        for _ in 0..COLD_STARTS {
            make_cold(&self.program.data)?;
            let server = self.program.serve()?;
            cold.push(ready(&server, cast)?);
            let mut reader = reads::readers(What::List, 1, &cast.schools, &cast.officer, server.address)?;
            first = first.and(&closed(&mut reader, 50)?);
            server.stop()?;
        }
        let t = &mut self.table;
        t.requests("STARTING: exec to the first signed-in page");
        t.times("files in memory", 1, &Times::one_by_one(warm));
        t.times("files only on disk", 1, &Times::one_by_one(cold));
        t.times("  pages of lists after that, any school", 1, &first);
        t.times("stopping in order", 1, &Times::one_by_one(stops));
        Ok(())
    }

    fn reads(&mut self, cast: &Cast, server: &Server) -> Result<()> {
        let (clerks, officer) = (&cast.clerks[..], &cast.officer[..]);
        self.table.requests("PAGES, signed in, packed as for browsers");
        self.table.times("sign in (password hashed)", 1, &cast.sign_in);
        let parts = [
            ("page of a list, 50 pupils", "lists", What::List, clerks, 1000, 320),
            ("a pupil's page", "pupils' pages", What::Record, clerks, 1000, 320),
            ("search, own school", "searches, own school", What::Search, clerks, 1000, 160),
            ("search, whole province", "searches, whole province", What::Search, officer, 500, 80),
            ("suggestions while typing, province", "suggestions", What::Suggest, officer, 500, 80),
        ];
        for (name, short, what, passes, one, many) in parts {
            step(name);
            for (clients, each) in [(1, one), (READERS, many)] {
                let mut readers = reads::readers(what, clients, &cast.schools, passes, server.address)?;
                let times = closed(&mut readers, (each / self.share).max(3))?;
                self.table.times(name, clients, &times);
            }
            self.note(short, server);
        }
        Ok(())
    }

    /// Saves, and beside them the disk and the engine alone: before and after, never at the same time.
    fn saves(&mut self, cast: &Cast, savers: &mut [saves::Saver], server: &Server, copy: &Path) -> Result<()> {
        step("saves, and the disk beside them");
        let count = (300 / self.share).max(20);
        let pages = disk::Pages::new(&self.dir)?;
        let mut small = disk::Bare::open(&self.dir.join("small.redb"))?;
        let mut large = disk::Bare::open(copy)?;
        let mut alone =
            || -> Result<[Times; 3]> { Ok([pages.write(count)?, small.commits(count)?, large.commits(count)?]) };
        let before = alone()?;
        let one = closed(&mut savers[..1], (600 / self.share).max(20))?;
        let many = closed(savers, (160 / self.share).max(3))?;
        let after = alone()?;
        let [page, small, large] = [0, 1, 2].map(|n| before[n].and(&after[n]));
        std::fs::remove_file(copy)?;
        let t = &mut self.table;
        t.requests("SAVES: one field of a pupil, answered when on disk");
        t.times("disk alone: 4 KiB written, fdatasync", 1, &page);
        t.times("engine alone: one row, small file", 1, &small);
        t.times("engine alone: one row, file as large as the store", 1, &large);
        t.times("save", 1, &one);
        t.times("save", savers.len(), &many);
        t.part("OF IT", &["p50", "p99"]);
        for (name, to) in [("save / disk alone, 1 client", &page), ("save / engine alone (as large), 1 client", &large)]
        {
            t.row(name, &[0.5, 0.99].map(|share| format!("{} ×", number(one.ms(share) / to.ms(share)))));
        }
        let together = format!("{} ×", number(many.rate() / large.rate()));
        t.row("saves/s of 64 clients / engine's commits/s", &[together]);
        self.note("saves", server);
        step("until others find what was saved");
        let found = saves::found_by_others(savers, &cast.officer[0], (100 / self.share).max(5), server.address)?;
        self.table.requests("FOUND BY OTHERS, after the save was acknowledged");
        self.table.times("a new telephone number, whole province", 1, &found);
        Ok(())
    }

    /// The deadline day: pages, saves and sign-ins due at fixed moments, whatever the answers do.
    fn mixed(&mut self, cast: &Cast, savers: &mut [saves::Saver], server: &Server) -> Result<()> {
        step("pages, saves and sign-ins at a fixed pace");
        let seconds = MIXED_S / self.share as f64;
        let address = server.address;
        let mut readers = reads::readers(What::Either, 64, &cast.schools, &cast.clerks, address)?;
        let clerks = cast.schools.iter().take(cast.clerks.len()).map(|s| &s.clerk);
        let mut comers: Vec<_> = clerks.map(|clerk| move || people::sign_in(clerk, address).map(drop)).collect();
        let (reads, comes, writes) = std::thread::scope(|s| {
            let reads = s.spawn(|| open(&mut readers, PAGES_PER_S, (PAGES_PER_S * seconds) as usize));
            let comes = s.spawn(|| open(&mut comers, SIGN_INS_PER_S, (SIGN_INS_PER_S * seconds) as usize));
            let writes = open(savers, SAVES_PER_S, (SAVES_PER_S * seconds) as usize);
            Ok::<_, Error>((join(reads)?, join(comes)?, writes?))
        })?;
        let t = &mut self.table;
        t.requests("DEADLINE DAY: due at a fixed pace, waiting counted");
        t.times("300 pages/s", readers.len(), &reads);
        t.times("30 saves/s beside them", savers.len(), &writes);
        t.times("8 sign-ins/s beside them", comers.len(), &comes);
        self.note("deadline day", server);
        Ok(())
    }

    /// Three and ten times the deadline day, and the day itself again right after.
    fn waves(&mut self, cast: &Cast, savers: &mut [saves::Saver], server: &Server) -> Result<()> {
        step("far more than that");
        let seconds = MIXED_S / self.share as f64;
        let mut readers = reads::readers(What::Either, CROWD, &cast.schools, &cast.clerks, server.address)?;
        self.table.requests("TOO MUCH AT ONCE");
        for (name, times) in [("3 times", 3.0), ("10 times", 10.0), ("right after, as on a deadline day", 1.0)] {
            let (pages, saves) = std::thread::scope(|s| {
                let due = PAGES_PER_S * times;
                let pages = s.spawn({
                    let readers = &mut readers;
                    move || wave::wave(readers, due, (due * seconds) as usize)
                });
                let due = SAVES_PER_S * times;
                let saves = wave::wave(savers, due, (due * seconds) as usize);
                Ok::<_, Error>((join(pages)?, saves?))
            })?;
            for (what, clients, wave) in [("pages", CROWD, &pages), ("saves", savers.len(), &saves)] {
                self.table.times(&format!("{name}: {what}"), clients, &wave.good);
                if wave.refused.count() > 0 {
                    self.table.times("  refused", clients, &wave.refused);
                }
            }
        }
        self.note("far more than that", server);
        Ok(())
    }

    /// Full backups, alone and beside what people do.
    fn backups(&mut self, cast: &Cast, savers: &mut [saves::Saver], server: &Server) -> Result<()> {
        step("backups and a restore");
        backup::alone(&self.program, &self.dir, "admin", &mut self.table)?;
        let mut readers = reads::readers(What::Either, 8, &cast.schools, &cast.clerks, server.address)?;
        let pages = backup::beside(&self.program, &mut readers, (400 / self.share).max(20))?;
        let saves = backup::beside(&self.program, &mut savers[..8], (100 / self.share).max(20))?;
        self.table.requests("BESIDE A FULL BACKUP");
        for (name, (idle, busy)) in [("pages", &pages), ("saves", &saves)] {
            self.table.times(&format!("{name}, no backup"), 8, idle);
            self.table.times(&format!("{name}, while one is made"), 8, busy);
        }
        self.note("backups", server);
        Ok(())
    }

    /// Kills the server in the middle of saves and starts it again.
    fn kills(&mut self, cast: &Cast, savers: &mut [saves::Saver], mut server: Server) -> Result<(Server, u64)> {
        step("kill -9 in the middle of saves");
        let (mut times, mut lost, mut acknowledged) = (Vec::new(), 0, 0);
        for _ in 0..STARTS {
            acknowledged += saves::save_until_killed(savers, server, (BURST / self.share).max(64))?;
            server = self.program.serve()?;
            times.push(ready(&server, cast)?);
            saves::reconnect(savers, server.address)?;
            lost += saves::count_lost(savers)?;
        }
        self.table.requests("AFTER kill -9 in the middle of saves");
        self.table.times("exec to the first signed-in page", 1, &Times::one_by_one(times));
        self.table.part("AND THE SAVES BEFORE THE KILLS", &["acknowledged", "lost"]);
        self.table.row("", &[whole(acknowledged), whole(lost)]);
        Ok((server, lost))
    }

    fn end(&mut self, built: &Built, saved: u64, lost: u64) -> Result<()> {
        step("verify");
        let verified = self.program.verify()?;
        let t = &mut self.table;
        if !self.memory.is_empty() {
            t.part("MEMORY of the server after each part, MiB", &["peak in it", "resident", "no file"]);
        }
        for (name, memory) in &self.memory {
            t.row(name, &[memory.peak, memory.resident, memory.anonymous].map(mib));
        }
        t.part("AT THE END", &["records", "entries", "seconds", "store MiB"]);
        let store = mib(bytes_of(&self.program.data.join("store.redb"))?);
        t.row(
            "verify: all is as it was written",
            &[whole(verified.records), whole(verified.entries), number(verified.seconds), store],
        );
        t.row(&format!("load: {} waiting for a core in the minute before", number(machine::load())), &[]);
        if verified.records < built.records || verified.pupils < self.learners || verified.entries < saved {
            return err(format!("fewer than expected: {verified:?}; built {}, saved {saved}", built.records));
        }
        if lost > 0 { err(format!("{lost} acknowledged saves are gone")) } else { Ok(()) }
    }

    /// Keeps what the server's memory is after a part, and begins the next one's peak.
    fn note(&mut self, part: &'static str, server: &Server) {
        if let Some(memory) = machine::memory(server.pid()) {
            self.memory.push((part, memory));
        }
        machine::forget_peak(server.pid());
    }
}

fn step(what: &str) {
    eprintln!("… {what}");
}

/// Waits until the server shows a signed-in page; how long since it was started.
fn ready(server: &Server, cast: &Cast) -> Result<Duration> {
    Client::connect(server.address, &cast.clerks[0])?.get(&cast.schools[0].lists[0])?;
    Ok(server.start.elapsed())
}

fn cast(program: &Program, server: &Server) -> Result<Cast> {
    let people = people::everybody(&program.data)?;
    let schools = people::schools(&people, server.address)?;
    let clerks: Vec<&Person> = schools.iter().take(READERS).map(|s| &s.clerk).collect();
    let (clerks, sign_in) = people::sign_all_in(&clerks, server.address)?;
    let officer = [people::sign_in(people::first(&people, "department_officer")?, server.address)?];
    reads::look(&schools[0], &clerks[0], server.address)?;
    reads::look(&schools[0], &officer[0], server.address)?;
    let admin = people::sign_in(people::first(&people, "system_admin")?, server.address)?;
    Ok(Cast { schools, clerks, officer, admin, sign_in })
}
