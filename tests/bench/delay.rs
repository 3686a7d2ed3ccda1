//! What continuous backup costs and how soon it has a save: saves at a fixed pace, the second disk's and the
//! second host's files watched beside them; and the same saves with and without targets.

use crate::http::{Client, Pass};
use crate::load::{Work, closed};
use crate::machine::{Memory, Threads, memory};
use crate::program::{Program, Server};
use crate::saves::{Saver, reconnect, savers};
use crate::table::{Times, mib, number};
use crate::{Bench, Cast, Result, cast, err, step};
use csdlgd::backup::target::Target;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Between two saves whose way is watched.
const PACE: Duration = Duration::from_millis(200);
/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(5);
/// A save that is in no file after so long is never there.
const MOST: Duration = Duration::from_mins(1);
/// Who saves while the cost is measured.
const CLERKS: usize = 8;

/// A second host that pulls; ended with this value.
struct SecondHost(Child);

impl Drop for SecondHost {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The settings of the demo, with a second disk; both set up.
fn settings(program: &Program, dir: &Path) -> Result<(PathBuf, PathBuf)> {
    let (disk, config) = (dir.join("second-disk"), dir.join("delay.toml"));
    let demo = std::fs::read_to_string(program.data.join("demo.toml"))?;
    std::fs::write(&config, format!("{demo}targets = [\"{}\"]\n", disk.display()))?;
    let run = |words: &[&str], paths: &[&Path]| -> Result<()> {
        let mut command = Command::new(&program.binary);
        let output =
            command.args(words).args(paths).arg("--data").arg(&program.data).env("CSDLGD_LOG", "error").output()?;
        if output.status.success() { Ok(()) } else { err(String::from_utf8_lossy(&output.stderr)) }
    };
    run(&["backup", "target"], &[&disk])?;
    run(&["backup", "now", "--config"], &[&config])?;
    Ok((config, disk))
}

/// Lets a second host in, as an administrator does on the page, and starts it.
fn second_host(program: &Program, admin: &Pass, server: &Server, dir: &Path) -> Result<(SecondHost, PathBuf)> {
    let (kept, credential) = (dir.join("second-host"), dir.join("credential"));
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let mut client = Client::connect(server.address, admin)?;
    let page = client.ask("POST", "/backup/followers", form, "label=may-thu-hai", 200)?.text()?;
    let from = page.find("csdlgd_follow_").ok_or("no credential on the page")?;
    let end = page[from..].find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(page.len() - from);
    std::fs::write(&credential, &page[from..from + end])?;
    std::fs::set_permissions(&credential, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let child = Command::new(&program.binary)
        .args(["follow", "pull", "--from", &format!("http://{}", server.address), "--credential"])
        .arg(&credential)
        .arg("--to")
        .arg(&kept)
        .env("CSDLGD_LOG", "error")
        .stdout(Stdio::null())
        .spawn()?;
    Ok((SecondHost(child), kept))
}

/// The newest entry in a directory's segments, or nothing if there is none yet.
fn newest(dir: &Path) -> u64 {
    Target::look(dir).newest_segment().ok().flatten().map_or(0, |segment| segment.last)
}

/// When which entry was there, until told to stop.
fn watch(dir: &Path, stop: &AtomicBool) -> Vec<(Instant, u64)> {
    let mut seen = Vec::new();
    let mut last = newest(dir);
    while !stop.load(Ordering::Relaxed) {
        let now = newest(dir);
        if now > last {
            seen.push((Instant::now(), now));
            last = now;
        }
        sleep(LOOK);
    }
    seen
}

/// How long after each acknowledgement its entry was there. `before`: the last entry before the first.
fn delays(acknowledged: &[Instant], seen: &[(Instant, u64)], before: u64) -> Result<Times> {
    let waited = acknowledged.iter().zip(before + 1..).map(|(at, seq)| {
        let there = seen.iter().find(|(_, last)| *last >= seq);
        there.map(|(when, _)| when.saturating_duration_since(*at))
    });
    match waited.collect::<Option<Vec<_>>>() {
        Some(times) => Ok(Times::new(times, PACE * acknowledged.len() as u32)),
        None => err("a save came into no segment"),
    }
}

/// Saves at a fixed pace; how long until the second disk and the second host have each.
fn ways(saver: &mut Saver, dirs: [&Path; 2], count: usize) -> Result<[Times; 2]> {
    // One save, to know where the count begins: all is there when both have it.
    let settled = |least: u64| {
        let start = Instant::now();
        while dirs.iter().any(|dir| newest(dir) < least) || newest(dirs[0]) != newest(dirs[1]) {
            if start.elapsed() > MOST {
                return err("the targets do not come to the same entry");
            }
            sleep(LOOK);
        }
        Ok(newest(dirs[0]))
    };
    let old = newest(dirs[0]);
    saver.once()?;
    let before = settled(old + 1)?;
    let stop = AtomicBool::new(false);
    scope(|s| {
        let watching = dirs.map(|dir| s.spawn(|| watch(dir, &stop)));
        let start = Instant::now();
        let mut acknowledged = Vec::with_capacity(count);
        let mut saved = Ok(());
        for n in 0..count {
            sleep((PACE * n as u32).saturating_sub(start.elapsed()));
            saved = saved.and_then(|()| saver.once());
            acknowledged.push(Instant::now());
        }
        let after = saved.and_then(|()| settled(before + count as u64));
        sleep(LOOK * 4);
        stop.store(true, Ordering::Relaxed);
        let [disk, host] = watching.map(|thread| thread.join().unwrap_or_default());
        if after? != before + count as u64 {
            return err("somebody else saved too");
        }
        Ok([delays(&acknowledged, &disk, before)?, delays(&acknowledged, &host, before)?])
    })
}

/// The same saves, and what the server spent on each: time, milliseconds of a core, memory.
fn cost(savers: &mut [Saver], server: &Server, each: usize) -> Result<(Times, f64, Memory)> {
    reconnect(savers, server.address)?;
    closed(savers, each / 4 + 1)?; // warm
    let mut before = Threads::default();
    before.look(server.pid());
    let times = closed(savers, each)?;
    let mut after = Threads::default();
    after.look(server.pid());
    let core_ms = (after.seconds(|_| true) - before.seconds(|_| true)) * 1000.0 / times.count() as f64;
    Ok((times, core_ms, memory(server.pid()).unwrap_or_default()))
}

impl Bench {
    /// This part alone.
    pub(crate) fn segments(&mut self) -> Result<()> {
        std::fs::create_dir_all(&self.dir)?;
        self.say_where();
        step("building the province");
        let built = self.program.build(self.learners)?;
        let server = self.program.serve()?;
        let cast = cast(&self.program, &server)?;
        let mut savers = savers(&cast.schools, CLERKS, server.address)?;
        server.stop()?;
        self.delays(&cast, &mut savers)?;
        self.end(&built, savers.iter().map(|s| s.done).sum(), 0)
    }

    /// Each measurement has a server of its own.
    pub(crate) fn delays(&mut self, cast: &Cast, savers: &mut [Saver]) -> Result<()> {
        step("how soon others have a save, and what that costs");
        let (program, dir) = (&self.program, &self.dir);
        let (config, disk) = settings(program, dir)?;
        let clerks = savers.len().min(CLERKS);
        let each = (400 / self.share).max(20);
        let bare = program.serve()?;
        let without = cost(&mut savers[..clerks], &bare, each)?;
        bare.stop()?;
        let server = program.serve_with(&config)?;
        let one = cost(&mut savers[..clerks], &server, each)?;
        let (host, kept) = second_host(program, &cast.admin, &server, dir)?;
        let [to_disk, to_host] = ways(&mut savers[0], [&disk, &kept], (200 / self.share).max(10))?;
        let two = cost(&mut savers[..clerks], &server, each)?;
        drop(host);
        server.stop()?;
        let table = &mut self.table;
        table.requests("SEGMENTS: from the acknowledged save to the sealed file");
        table.times("on the second disk (gathered for 1 s)", 1, &to_disk);
        table.times("on the second host (asks every 5 s), loopback", 1, &to_host);
        table.requests("WHAT THAT COSTS A SAVE");
        let rows = [("no targets", &without), ("second disk", &one), ("second disk and second host", &two)];
        for (name, (times, ..)) in rows {
            table.times(name, clerks, times);
        }
        table.part("  OF THE SERVER", &["core ms/save", "peak MiB", "no file MiB"]);
        for (name, (_, core_ms, memory)) in rows {
            table.row(name, &[number(*core_ms), mib(memory.peak), mib(memory.anonymous)]);
        }
        Ok(())
    }
}
