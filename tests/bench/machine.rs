//! What the kernel says about the machine, and about a process. Linux only; what it does not say is left out.

use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;

/// The machine in one line: cores, memory, kernel.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split(':').nth(1)).unwrap_or("?").trim();
    let memory = read_to_string("/proc/meminfo").unwrap_or_default();
    let gib = field_kib(&memory, "MemTotal").map_or(f64::NAN, |kib| kib as f64 / f64::from(1 << 20));
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores {model}, {gib:.1} GiB memory, Linux {}", kernel.trim())
}

/// The disk a directory lies on.
pub(crate) fn disk(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let mounts = read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mount = mounts
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            let dash = fields.iter().position(|f| *f == "-")?;
            let (device, place) = (*fields.get(2)?, *fields.get(4)?);
            dir.starts_with(place).then_some((place.len(), device, *fields.get(dash + 1)?, *fields.get(dash + 2)?))
        })
        .max_by_key(|m| m.0);
    let Some((_, device, kind, source)) = mount else { return "?".into() };
    let block = Path::new("/sys/dev/block").join(device);
    let said =
        |what: &str| read_to_string(block.join(what)).or_else(|_| read_to_string(block.join("..").join(what))).ok();
    let turning = said("queue/rotational").map(|r| if r.trim() == "1" { ", rotational" } else { ", not rotational" });
    let cache = said("queue/write_cache").map(|c| format!(", {}", c.trim())).unwrap_or_default();
    let model = said("device/model").map(|m| format!(", {}", m.trim())).unwrap_or_default();
    format!("{kind} on {source}{model}{}{cache}", turning.unwrap_or_default())
}

/// How many wait for a core, over the last minute.
pub(crate) fn load() -> f64 {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN)
}

/// One line of a command's output; empty if it fails.
pub(crate) fn said(command: &mut Command) -> String {
    let out = command.output().ok().filter(|o| o.status.success());
    out.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}

/// A process's memory, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// The most it had at once (`VmHWM`), since it began or since [`forget_peak`].
    pub(crate) peak: u64,
    /// What it has (`VmRSS`), pages of mapped files included.
    pub(crate) resident: u64,
    /// Of it without a file behind (`RssAnon`).
    pub(crate) anonymous: u64,
}

/// The memory of a process; nothing when it is gone.
pub(crate) fn memory(pid: u32) -> Option<Memory> {
    let text = read_to_string(format!("/proc/{pid}/status")).ok()?;
    let bytes = |name| field_kib(&text, name).map(|kib| kib << 10);
    Some(Memory { peak: bytes("VmHWM")?, resident: bytes("VmRSS")?, anonymous: bytes("RssAnon").unwrap_or(0) })
}

/// Lets the peak begin anew, so that each part has its own. Where that is not allowed the peak is that
/// of all parts so far.
pub(crate) fn forget_peak(pid: u32) {
    let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

fn field_kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|l| l.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Processor time of each thread of a process, also of those that ended: (name, seconds) by thread id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Threads(BTreeMap<u32, (String, f64)>);

impl Threads {
    /// Looks again.
    pub(crate) fn look(&mut self, pid: u32) {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return };
        for task in tasks.flatten() {
            let Some(id) = task.file_name().to_str().and_then(|n| n.parse().ok()) else { continue };
            let name = read_to_string(task.path().join("comm")).unwrap_or_default();
            let spent = read_to_string(task.path().join("schedstat")).unwrap_or_default();
            if let Some(ns) = spent.split(' ').next().and_then(|n| n.parse::<f64>().ok()) {
                let main = if id == pid { "main" } else { name.trim() };
                self.0.insert(id, (main.to_owned(), ns / 1e9));
            }
        }
    }

    /// Seconds of all threads whose name fits.
    pub(crate) fn seconds(&self, fits: impl Fn(&str) -> bool) -> f64 {
        self.0.values().filter(|(name, _)| fits(name)).map(|(_, s)| s).sum()
    }
}
