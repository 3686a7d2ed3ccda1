//! The disk under the data: room, speed, and whether "on disk" is true when it says so. Writes a file of
//! its own and takes it away again.

use super::Finding;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::store::free_bytes;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// The file written for measuring.
const TRIAL: &str = ".doctor";
const MIB: u64 = 1 << 20;
/// Written to measure speed, MiB.
const WRITTEN_MIB: u32 = 64;
/// Small writes made durable one by one.
const SYNCS: usize = 40;
/// Slower, and an import or a backup takes hours, MiB/s.
const SLOW_MIB_S: f64 = 20.0;
/// Slower, and people wait for each save.
const SLOW_SYNC: Duration = Duration::from_millis(50);
/// No disk without a power-safe cache answers faster.
const FAST_SYNC: Duration = Duration::from_micros(25);
/// What `statfs` calls memory: tmpfs, ramfs.
const MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
/// And disks of other machines: NFS, SMB (two), 9p, Ceph.
const NETWORK: [u64; 5] = [0x6969, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x00c3_6400];

/// Room, speed and honesty.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut out = vec![space(config)];
    out.extend(kind(&config.data));
    let room = free_bytes(&config.data).is_ok_and(|free| free / MIB > config.reserve_mib + 4 * u64::from(WRITTEN_MIB));
    if !room {
        out.push(Finding::not_checked("disk speed", "too little room to measure"));
        return out;
    }
    let trial = config.data.join(TRIAL);
    let measured = measure(&trial);
    let _ = fs::remove_file(&trial); // if it was never made there is nothing to remove
    match measured {
        Ok((mib_s, sync)) => out.extend([speed(mib_s), honesty(sync)]),
        Err(e) => out.push(Finding::not_checked("disk speed", format!("{e}; run doctor as root or as its owner"))),
    }
    out
}

pub(super) fn space(config: &Config) -> Finding {
    let check = "disk space";
    let (Ok(free), Ok(disk)) = (free_bytes(&config.data), rustix::fs::statvfs(&config.data)) else {
        return Finding::not_checked(check, "the disk does not tell");
    };
    let all = disk.f_blocks.saturating_mul(disk.f_frsize);
    let store = fs::metadata(config.data.join(crate::store::FILE)).map_or(0, |meta| meta.len());
    let reserve = config.reserve_mib * MIB;
    let found = format!("{} MiB of {} MiB free; the store has {} MiB", free / MIB, all / MIB, store / MIB);
    if free < reserve {
        let remedy =
            "nothing can be saved until there is room: move old backups to another disk, or make the disk larger";
        return Finding::broken(check, format!("{found}; the reserve is {} MiB", config.reserve_mib), remedy);
    }
    // A restore, an upgrade, the nightly trial: each needs the store once more, and room to work in.
    if free < reserve + store * 11 / 5 || free < all / 20 {
        let remedy =
            "a restore, an upgrade and the nightly trial each need the store's size and more: make room in time";
        return Finding::look(check, found, remedy);
    }
    Finding::ok(check, found)
}

/// MiB per second of a long write, and the middle one of many small writes made durable.
fn measure(trial: &Path) -> Result<(f64, Duration)> {
    let mut file = File::create(trial).map_err(Error::path("making", trial))?;
    let wrong = |what| Error::path(what, trial);
    // Nothing a disk could make smaller.
    let mut chunk = vec![0u8; MIB as usize];
    blake3::Hasher::new().finalize_xof().fill(&mut chunk);
    let from = Instant::now();
    for _ in 0..WRITTEN_MIB {
        file.write_all(&chunk).map_err(wrong("writing"))?;
    }
    file.sync_data().map_err(wrong("syncing"))?;
    let mib_s = f64::from(WRITTEN_MIB) / from.elapsed().as_secs_f64().max(1e-6);
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&chunk[..4096]).map_err(wrong("writing"))?;
        let from = Instant::now();
        file.sync_data().map_err(wrong("syncing"))?;
        times.push(from.elapsed());
    }
    times.sort();
    Ok((mib_s, times[SYNCS / 2]))
}

fn speed(mib_s: f64) -> Finding {
    let found = format!("{mib_s:.0} MiB/s written");
    if mib_s < SLOW_MIB_S {
        let remedy =
            "imports, backups and restores take hours: see whether something else uses the disk; prefer an SSD";
        return Finding::look("disk speed", found, remedy);
    }
    Finding::ok("disk speed", found)
}

/// Whether the data lie where a store must not lie.
fn kind(dir: &Path) -> Option<Finding> {
    let check = "disk kind";
    let kind = rustix::fs::statfs(dir).map_or(0, |fs| fs.f_type as u64);
    if MEMORY.contains(&kind) {
        let remedy = "put 'data' on a disk: at the next power cut everything is gone";
        return Some(Finding::broken(check, "the data lie in memory, not on a disk", remedy));
    }
    let remedy = "put 'data' on a disk of this machine: over a network a lock may fail and a save told as done may be lost. \
                  Shares are for backup targets";
    NETWORK.contains(&kind).then(|| Finding::broken(check, "the data lie on another machine's disk (a share)", remedy))
}

fn honesty(sync: Duration) -> Finding {
    let check = "disk honesty";
    let found = format!("a save is on disk after {:.2} ms", sync.as_secs_f64() * 1000.0);
    if sync < FAST_SYNC {
        let remedy = "faster than a disk can be: if it has no power-safe cache (battery, capacitors), saves told as done are \
                      lost at a power cut. Look for write-back caches without one (hdparm -W, the host's cache=unsafe)";
        return Finding::look(check, found, remedy);
    }
    if sync > SLOW_SYNC {
        return Finding::look(
            check,
            found,
            "people wait for each save: see what else writes to this disk; prefer an SSD",
        );
    }
    Finding::ok(check, found)
}
