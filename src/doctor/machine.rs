//! The machine: does its clock go right, has it memory left?

use super::Finding;
use crate::clock::{Clock, start_of_day};
use crate::config::Config;
use jiff::civil::date;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Below this it may be killed at any moment, MiB.
const MEMORY_BROKEN_MIB: u64 = 128;
/// Below this a large import or export has no room, MiB.
const MEMORY_LOOK_MIB: u64 = 512;

const NTP_REMEDY: &str = "apt install systemd-timesyncd (or chrony), or timedatectl set-ntp true; without internet name the \
                          province's time server in /etc/systemd/timesyncd.conf";

/// Whether the clock can be right, and whether anybody keeps it so. What the store knows of time is
/// compared with it in `inside`.
pub(super) fn clock() -> Finding {
    let now = Clock::system().now();
    let shown = format!("{} (Việt Nam)", now.display());
    // This version was made after this day.
    if now < start_of_day(date(2026, 11, 1)) {
        return Finding::broken("clock", format!("{shown}: long past"), format!("set the clock; then {NTP_REMEDY}"));
    }
    match is_synchronised() {
        Some(true) => Finding::ok("clock", format!("{shown}, kept right by the network")),
        Some(false) => Finding::look("clock", format!("{shown}, kept right by nobody"), NTP_REMEDY),
        None => Finding::ok("clock", format!("{shown}; whether the network keeps it right can't be seen here")),
    }
}

fn is_synchronised() -> Option<bool> {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Some(true);
    }
    let said = Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output().ok()?;
    match String::from_utf8_lossy(&said.stdout).trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// What is left of the memory.
pub(super) fn memory(config: &Config) -> Finding {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let mib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
    };
    let (Some(all), Some(free)) = (mib("MemTotal"), mib("MemAvailable")) else {
        return Finding::not_checked("memory", "/proc/meminfo can't be read");
    };
    let found = format!("{free} MiB of {all} MiB available; cache_mib is {}", config.cache_mib);
    let remedy = "end other programs, add memory, or set cache_mib lower";
    match free {
        _ if free < MEMORY_BROKEN_MIB => Finding::broken("memory", found, remedy),
        _ if free < MEMORY_LOOK_MIB => Finding::look("memory", found, remedy),
        _ => Finding::ok("memory", found),
    }
}
