//! The real program, started as an operator starts it: built, served, told to stop, killed, verified.
//! No process outlives the value that started it.

use crate::machine::{Memory, Threads, memory};
use crate::{Result, err};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a process being measured is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// A server just started is left alone this long before it is stopped, as people do.
const SETTLE: Duration = Duration::from_millis(100);
/// The seed of the province.
const SEED: &str = "1";

/// The program and the data directory it works in.
pub(crate) struct Program {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// The data directory.
    pub(crate) data: PathBuf,
    /// Where it writes its log.
    pub(crate) log: PathBuf,
}

/// A running process, ended with this value.
struct Running {
    child: Child,
    lines: Receiver<String>,
    /// The file that tells its number.
    told: PathBuf,
}

impl Running {
    /// The next line it prints.
    fn line(&self, within: Duration) -> Result<Option<String>> {
        match self.lines.recv_timeout(within) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => err("it printed no more"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.told);
    }
}

fn lines_of(out: ChildStdout) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(out).lines().map_while(std::result::Result::ok);
        lines.try_for_each(|line| send.send(line))
    });
    receive
}

/// What building the province took.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// Records in the store, as the program counts them.
    pub(crate) records: u64,
    /// Generating, checking and writing, side by side; seconds.
    pub(crate) records_s: f64,
    /// Accounts and their passwords.
    pub(crate) accounts_s: f64,
    /// Indexing.
    pub(crate) index_s: f64,
    /// From exec to exit.
    pub(crate) all_s: f64,
    /// Processor seconds of the workers that generate and check.
    pub(crate) check_cpu_s: f64,
    /// Of the write door.
    pub(crate) write_cpu_s: f64,
    /// Of all threads while indexing.
    pub(crate) index_cpu_s: f64,
    /// Memory near the end.
    pub(crate) memory: Memory,
}

impl Program {
    fn start(&self, arguments: &[&str]) -> Result<Running> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut child = Command::new(&self.binary)
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env_remove("CSDLGD_LOG")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{}: {e}", self.binary.display()))?;
        let out = child.stdout.take().ok_or("no standard output")?;
        // Lets whoever started us end it, should we be ended without a last word.
        let told = self.log.with_extension("pid");
        let running = Running { child, lines: lines_of(out), told };
        std::fs::write(&running.told, running.child.id().to_string())?;
        Ok(running)
    }

    /// What it says its version is.
    pub(crate) fn version(&self) -> String {
        crate::machine::said(Command::new(&self.binary).arg("--version"))
    }

    /// Builds the province of so many learners.
    pub(crate) fn build(&self, learners: u64) -> Result<Built> {
        let start = Instant::now();
        let number = learners.to_string();
        let mut running = self.start(&["demo", "--build-only", "--seed", SEED, "--learners", &number])?;
        let pid = running.child.id();
        let mut built = Built::default();
        let (mut threads, mut checked, mut at_index) = (Threads::default(), None, None);
        loop {
            threads.look(pid);
            built.memory = memory(pid).unwrap_or(built.memory);
            // The accounts' file is begun when the last record is written.
            if checked.is_none() && self.data.join("demo-logins.csv").exists() {
                checked = Some((start.elapsed(), threads.clone()));
            }
            match running.line(LOOK) {
                Ok(Some(line)) if line.ends_with("; indexing") => {
                    at_index = Some((start.elapsed(), threads.clone()));
                    built.records = line.split(' ').next().and_then(|n| n.parse().ok()).ok_or("a count of records")?;
                }
                Ok(Some(line)) if line.contains(" schools, ") => eprintln!("    {line}"),
                Ok(Some(_)) => {}
                Ok(None) => {}
                Err(_) => break,
            }
        }
        let status = running.child.wait()?;
        let all = start.elapsed();
        if !status.success() {
            return err(format!("building ended with {status}"));
        }
        let (Some((records, checking)), Some((accounts, before_index))) = (checked, at_index) else {
            return err("building went another way than this program knows");
        };
        // Workers have no name of their own: theirs is the program's.
        let own: String =
            self.binary.file_name().map(|n| n.to_string_lossy().chars().take(15).collect()).unwrap_or_default();
        built.records_s = records.as_secs_f64();
        built.accounts_s = (accounts.saturating_sub(records)).as_secs_f64();
        built.index_s = (all.saturating_sub(accounts)).as_secs_f64();
        built.all_s = all.as_secs_f64();
        built.check_cpu_s = checking.seconds(|name| name == own);
        built.write_cpu_s = checking.seconds(|name| name == "store-writer");
        built.index_cpu_s = threads.seconds(|_| true) - before_index.seconds(|_| true);
        Ok(built)
    }

    /// Serves on a free port of loopback.
    pub(crate) fn serve(&self) -> Result<Server> {
        self.serve_at("127.0.0.1:0")
    }

    /// Serves on that address.
    pub(crate) fn serve_at(&self, listen: &str) -> Result<Server> {
        self.serve_as(&["serve", "--listen", listen])
    }

    /// Serves on a free port with these settings.
    pub(crate) fn serve_with(&self, config: &Path) -> Result<Server> {
        self.serve_as(&["serve", "--listen", "127.0.0.1:0", "--config", &config.to_string_lossy()])
    }

    fn serve_as(&self, arguments: &[&str]) -> Result<Server> {
        let start = Instant::now();
        let running = self.start(arguments)?;
        let said = loop {
            match running.line(LOOK) {
                Ok(Some(line)) => break line,
                Ok(None) => {}
                Err(_) => return err("the server ended before it listened"),
            }
        };
        let address = said.rsplit("http://").next().and_then(|a| a.trim().parse().ok()).ok_or("no address was told")?;
        Ok(Server { running, address, start })
    }

    /// Checks every byte; gives the records counted, and the seconds. An error if anything is wrong.
    pub(crate) fn verify(&self) -> Result<Verified> {
        let start = Instant::now();
        let mut running = self.start(&["verify"])?;
        let lines: Vec<String> = running.lines.iter().collect();
        let status = running.child.wait()?;
        if !status.success() {
            return err(format!("verify ended with {status}:\n{}", lines.join("\n")));
        }
        // Kinds stand indented, each with its count.
        let counts = lines.iter().filter(|l| l.starts_with("  ")).filter_map(|l| {
            let mut words = l.split_whitespace();
            Some((words.next()?, words.next()?.parse::<u64>().ok()?))
        });
        let mut verified = Verified { seconds: start.elapsed().as_secs_f64(), ..Verified::default() };
        for (kind, count) in counts {
            verified.records += count;
            if kind == "pupil" {
                verified.pupils = count;
            }
        }
        let entries = lines.iter().find_map(|l| l.strip_prefix("entries")).and_then(|n| n.trim().parse().ok());
        verified.entries = entries.ok_or("verify did not count the entries")?;
        Ok(verified)
    }

    /// The last lines of its log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let end = String::from_utf8_lossy(&log[log.len().saturating_sub(4000)..]).into_owned();
        end.lines().rev().filter(|l| !l.contains(" request ")).take(8).collect::<Vec<_>>().join("\n")
    }
}

/// What verify counted.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// Records of all kinds.
    pub(crate) records: u64,
    /// Of them pupils.
    pub(crate) pupils: u64,
    /// Entries of the log.
    pub(crate) entries: u64,
    /// How long it took.
    pub(crate) seconds: f64,
}

/// A running server.
pub(crate) struct Server {
    running: Running,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// When it was started.
    pub(crate) start: Instant,
}

impl Server {
    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// Kills it as a power cut would end it: no last word. (What the kernel holds is not lost.)
    pub(crate) fn kill(mut self) -> Result<()> {
        self.running.child.kill()?;
        self.running.child.wait()?;
        Ok(())
    }

    /// Stops it in order; how long that took.
    pub(crate) fn stop(mut self) -> Result<Duration> {
        sleep(SETTLE);
        let start = Instant::now();
        let told = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.pid().to_string()]).status()?;
        let status = self.running.child.wait()?;
        if told.success() && status.success() {
            Ok(start.elapsed())
        } else {
            err(format!("stopping ended with {status}"))
        }
    }
}

/// Bytes of all files below a directory, or of one file.
pub(crate) fn bytes_of(path: &Path) -> Result<u64> {
    let about = std::fs::metadata(path)?;
    if !about.is_dir() {
        return Ok(about.len());
    }
    std::fs::read_dir(path)?.map(|entry| bytes_of(&entry?.path())).sum()
}

/// Drops files from the kernel's memory, so that the next reader goes to the disk. Nobody may have them open.
pub(crate) fn make_cold(path: &Path) -> Result<()> {
    if path.is_dir() {
        return std::fs::read_dir(path)?.try_for_each(|entry| make_cold(&entry?.path()));
    }
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?)
}
