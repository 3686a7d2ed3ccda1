//! What happens to disks and clocks: each has its own sentence with the next step, nothing is lost, and all
//! catches up by itself.

use super::{Kept, refused};
use crate::support::Province;
use csdlgd::actor::Role;
use csdlgd::backup::plan::Moment;
use csdlgd::backup::segment::{Shipped, ship};
use csdlgd::backup::thin;
use csdlgd::config::{Config, Keep};
use std::path::Path;
use std::process::Command;

const HOUR: i64 = 3_600_000;

/// Disks that come and go, as an operator meets them. Mounted where only this process and its children see
/// them; `say` names the part that follows.
const DISKS: &str = r#"
set -u; cd "$1"; export PATH="$2:$PATH" CSDLGD_LOG=error
say() { echo "== $1"; }; rc() { "$@"; echo "rc $?"; }; now() { rc csdlgd backup now --data data --config c.toml; }
save() { csdlgd account add --data data "$1" --role school_clerk >/dev/null; }
ship() { rc csdlgd backup ship --data data --to disk --recipient "$KEY"; }
KEY="$3"
mkdir disk small
say "not set up"; now
mount -t tmpfs -o size=8m tmpfs disk || exit 99
csdlgd backup target disk --data data >/dev/null
say "too small"; now
umount disk
say "not mounted"; now; ls -A disk
mount -t tmpfs -o size=90m tmpfs disk
csdlgd backup target disk --data data >/dev/null
say "good"; now
mount -o remount,ro disk
say "read only"; now; save mot.vt; ship
mount -o remount,rw disk
head -c 200m /dev/zero > disk/ballast 2>/dev/null
say "full"; ship
rm disk/ballast
say "room again"; ship
mount -t tmpfs -o size=16m tmpfs small
say "restore too small"; rc csdlgd restore disk --identity one.key --data small/new; ls -A small/new
say "restore"; rc csdlgd restore disk --identity one.key --data again; csdlgd verify --data again
"#;

/// The parts of the script's output by name.
fn disks() -> Option<Vec<(String, String)>> {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let program = env!("CARGO_BIN_EXE_csdlgd");
    let run = |args: &[&str]| String::from_utf8(Command::new(program).args(args).output().unwrap().stdout).unwrap();
    run(&["init", "--data", &at("data"), "--province", "30", "--admin", "quantri"]);
    let recipient = run(&["keygen", "--out", &at("one.key")]).lines().last().unwrap().to_owned();
    let config = format!("[backup]\nrecipients = [\"{recipient}\"]\ntargets = [\"disk\"]\n");
    std::fs::write(dir.path().join("c.toml"), config).unwrap();
    let programs = Path::new(program).parent().unwrap().to_str().unwrap();
    let script = format!("exec 2>&1\n{DISKS}");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "bash", "-c", &script, "disks", dir.path().to_str().unwrap(), programs])
        .arg(&recipient)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // A machine that lets nobody mount anything can't be asked.
    if !said.contains("== restore\n") {
        eprintln!("no disks of our own here: {said}");
        return None;
    }
    let parts = said.split("== ").skip(1).map(|part| part.split_once('\n').unwrap());
    Some(parts.map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
}

#[test]
fn disks_come_and_go() {
    let Some(parts) = disks() else { return };
    let part = |name: &str| &parts.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("{parts:?}")).1;
    for (name, rc, why) in [
        ("not set up", 2, "is not a target yet"),
        ("too small", 2, "has too little space: 7 MiB free, about"),
        ("not mounted", 2, "this is the empty mount point: mount it"),
        ("good", 0, "disk/csdlgd-full-"),
        ("read only", 2, "the disk is mounted read-only (often after an error of the disk)"),
        ("full", 1, "is full (0 MiB free). Nothing that was there is lost. Make room"),
        ("room again", 0, "new segments"),
        ("restore too small", 1, "has too little space: 16 MiB free"),
        ("restore", 0, "all is as it was written"),
    ] {
        let said = part(name);
        assert!(said.contains(&format!("rc {rc}\n")), "{name}: not rc {rc}: {said}");
        assert!(said.contains(why), "{name}: «{why}» is not said in: {said}");
    }
    assert!(part("not mounted").ends_with("rc 2\n"), "something was written into the mount point");
}

#[test]
fn a_target_that_was_away_for_a_day_catches_up() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    let mut config = Config::default();
    config.backup.targets = vec![disk.clone()];
    let p = Province::with(config);
    let kept = Kept::of(&p.app, &p.clock, &disk);
    kept.full();
    let mut known = None;
    let mut shipped = || ship(&kept.site, &kept.recipients, &kept.target, &mut known);
    shipped().unwrap();
    let away = dir.path().join("away");
    std::fs::rename(&disk, &away).unwrap();
    for hour in 0..24 {
        p.account(&format!("gio{hour}.vt"), Role::SchoolClerk, p.school);
        p.clock.advance(HOUR);
        assert!(refused(shipped()).contains("is not there. Plug the disk in"));
    }
    let page = || {
        let admin = p.sign_in("so.admin");
        p.get(&admin, "/backup").is(200)
    };
    page().says("Không thấy. Cắm ổ đĩa");
    // Back, and a day behind until it has caught up.
    std::fs::rename(&away, &disk).unwrap();
    page().says("lần lưu, từ 05/11/2026 08:00");
    let head = p.app.db.head_seq();
    assert_eq!(shipped().unwrap(), Shipped::UpTo(head, 1));
    page().says("Đủ đến lần lưu cuối");
    assert_eq!(kept.restore(&disk, Moment::Newest, &dir.path().join("new")).unwrap().at.seq, head);
}

/// The machine's clock goes a year ahead, two back, and right again, with a restart at each turn.
#[test]
fn a_clock_that_jumps_loses_nothing() {
    let p = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    let kept = Kept::of(&p.app, &p.clock, &disk);
    kept.full();
    let day = 24 * HOUR;
    let mut names = 0;
    for by in [0, 365 * day, -730 * day, 365 * day, -day, 40 * day, -40 * day] {
        p.clock.advance(by);
        for _ in 0..2 {
            names += 1;
            p.account(&format!("moi{names}.vt"), Role::SchoolClerk, p.school);
            // Shipped as after a restart: the target is looked at anew.
            assert!(matches!(kept.ship(), Shipped::UpTo(_, 1)), "after {by}");
        }
        kept.full();
        thin::prune(&kept.site, &kept.target, &Keep::default()).unwrap();
    }
    let head = p.app.db.head_seq();
    let numbers: Vec<u64> = kept.target.fulls().unwrap().iter().map(|(n, _)| *n).collect();
    assert!(numbers.contains(&8) && numbers.contains(&7), "the newest never go: {numbers:?}");
    // Thinned by a clock that was a year ahead, the segments of that year are gone; every entry is still there.
    let before = kept.restore(&disk, Moment::Seq(head - 1), &dir.path().join("a")).unwrap();
    assert_eq!(before.at.seq, head - 1);
    assert_eq!(kept.restore(&disk, Moment::Newest, &dir.path().join("b")).unwrap().at.seq, head);
}
