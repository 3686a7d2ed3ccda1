//! Jobs by the clock: missed runs made up for once, failures tried again, panics survived; the nightly
//! backup, its trial and its thinning; the drill and its certificate.

use super::{Kept, refused, stranger};
use crate::support::Province;
use csdlgd::app::App;
use csdlgd::backup::target::Target;
use csdlgd::backup::{drill, thin};
use csdlgd::config::Keep;
use csdlgd::error::{Error, Result};
use csdlgd::jobs::Job;
use csdlgd::jobs::run::Runner;
use csdlgd::jobs::store::last;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

const HOUR: i64 = 3_600_000;

static COUNTED: AtomicU32 = AtomicU32::new(0);

fn count(_: &App) -> Result<String> {
    Ok(format!("run {}", COUNTED.fetch_add(1, Ordering::SeqCst) + 1))
}

fn stumble(_: &App) -> Result<String> {
    panic!("over a stone");
}

fn refuse(_: &App) -> Result<String> {
    Err(Error::Told { page: "Không thấy ổ đĩa".into(), log: "the disk is not there".into() })
}

fn job(name: &'static str, run: fn(&App) -> Result<String>) -> Job {
    Job {
        name,
        schedule: "0 0 2 * * *".into(),
        slow_ms: HOUR,
        hard_ms: 60_000,
        again_ms: HOUR / 4,
        at_start: false,
        run,
    }
}

/// Held by a disk that does not answer, until the test lets go.
static DISK: Mutex<()> = Mutex::new(());
static BEGUN: AtomicU32 = AtomicU32::new(0);

fn hang(_: &App) -> Result<String> {
    BEGUN.fetch_add(1, Ordering::SeqCst);
    drop(DISK.lock());
    Ok("the disk has answered".into())
}

#[test]
fn missed_runs_are_made_up_for_once() {
    // The clock stands at 08:00.
    let province = Province::new();
    let runner =
        Runner::of(&province.app, vec![job("count", count), job("stumble", stumble), job("refuse", refuse)]).unwrap();
    let run = |name: &str| last(&province.app.db, name).unwrap();
    runner.tick();
    runner.tick();
    assert_eq!((run("count").outcome.as_str(), run("count").good), ("run 1", true));
    // People read a sentence of theirs; what it was in detail stands in the journal.
    assert!(run("stumble").outcome.starts_with("Chưa làm được.") && !run("stumble").good);
    assert_eq!(run("refuse").outcome, "Không thấy ổ đĩa");
    let first = run("refuse").started_ms;
    province.clock.advance(15 * 60_000);
    runner.tick();
    assert_eq!(run("refuse").started_ms, first + 15 * 60_000, "what failed is tried again");
    assert_eq!(run("count").outcome, "run 1", "what succeeded is not");
    province.clock.advance(17 * HOUR);
    runner.tick();
    assert_eq!(run("count").outcome, "run 1", "01:15: not due yet");
    // Five nights of downtime, and a process that forgot everything.
    province.clock.advance(5 * 24 * HOUR);
    let runner = Runner::of(&province.app, vec![job("count", count)]).unwrap();
    runner.tick();
    runner.tick();
    assert_eq!(run("count").outcome, "run 2");
    // Cut off in the middle by a killed process: begun again at once.
    let cut = csdlgd::jobs::store::LastRun { finished_ms: None, good: false, ..run("count") };
    csdlgd::jobs::store::keep(&province.app.db, "count", &cut).unwrap();
    runner.tick();
    assert_eq!(run("count").outcome, "run 3");
    // The clock put back by a year: the job does not wait for a year.
    province.clock.advance(-365 * 24 * HOUR);
    runner.tick();
    assert_eq!(run("count").outcome, "run 4");
    assert!(Runner::of(&province.app, vec![Job { schedule: "0 2 * * *".into(), ..job("x", count) }]).is_err());
}

#[test]
fn a_job_that_hangs_holds_up_no_other() {
    let province = Province::new();
    let held = DISK.lock().unwrap();
    let jobs = vec![Job { hard_ms: 50, ..job("hang", hang) }, job("after", |_| Ok("done".into()))];
    let runner = Runner::of(&province.app, jobs).unwrap();
    let run = |name: &str| last(&province.app.db, name).unwrap();
    runner.tick();
    assert!(run("hang").outcome.starts_with("Quá lâu nên không chờ nữa") && !run("hang").good);
    assert_eq!(run("after").outcome, "done");
    // As long as it hangs it is not begun again, however often it is due.
    province.clock.advance(24 * HOUR);
    runner.tick();
    assert_eq!(BEGUN.load(Ordering::SeqCst), 1);
    drop(held);
    while !run("hang").good {
        province.clock.advance(HOUR);
        runner.tick();
    }
    assert_eq!(BEGUN.load(Ordering::SeqCst), 2);
}

/// The shipper and the nightly job begin at the same moment on a new server.
#[test]
fn a_target_may_be_set_up_by_several_at_once() {
    let province = Province::new();
    let site = csdlgd::backup::site::Site::of(&province.app).unwrap();
    for turn in 0..20 {
        let dir = province.data().join(format!("disk-{turn}"));
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| Target::set_up(&dir, &site).map(|_| ()))).collect();
            for one in all {
                one.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn thinning_keeps_what_leads_to_every_promised_second() {
    let province = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let kept = Kept::of(&province.app, &province.clock, &dir.path().join("disk"));
    for night in 0..20 {
        province.account(&format!("moi{night}.vt"), csdlgd::actor::Role::SchoolClerk, province.school);
        kept.full();
        kept.ship();
        province.clock.advance(12 * HOUR);
        province.account(&format!("chieu{night}.vt"), csdlgd::actor::Role::SchoolClerk, province.school);
        kept.ship();
        province.clock.advance(12 * HOUR);
    }
    let keep = Keep { any_second_days: 3, daily: 2, weekly: 2, monthly: 2, yearly: 1 };
    let numbers = || kept.target.fulls().unwrap().into_iter().map(|(n, _)| n).collect::<Vec<_>>();
    // The newest one damaged: nothing goes.
    let newest = kept.target.fulls().unwrap().pop().unwrap().1;
    let good = std::fs::read(&newest).unwrap();
    let mut bad = good.clone();
    bad[600] ^= 1;
    std::fs::write(&newest, &bad).unwrap();
    assert!(refused(thin::prune(&kept.site, &kept.target, &keep)).contains("nothing is removed"));
    assert_eq!(numbers().len(), 20);
    std::fs::write(&newest, &good).unwrap();
    let removed = thin::prune(&kept.site, &kept.target, &keep).unwrap();
    assert!(!removed.is_empty());
    assert_eq!(thin::prune(&kept.site, &kept.target, &keep).unwrap(), Vec::<std::path::PathBuf>::new());
    let left = numbers();
    assert!(left.contains(&20) && left.contains(&19) && !left.contains(&5), "{left:?}");
    let head = province.app.db.head_seq();
    let restored =
        kept.restore(kept.target.dir(), csdlgd::backup::plan::Moment::Newest, &dir.path().join("new")).unwrap();
    assert_eq!(restored.at.seq, head);
    // Two and a half days ago lies within the promise.
    let then = csdlgd::clock::Millis(province.clock.now().0 - 60 * HOUR);
    let to = csdlgd::backup::plan::Moment::Time(then);
    kept.restore(kept.target.dir(), to, &dir.path().join("then")).unwrap();
}

#[test]
fn a_drill_leaves_a_certificate_nobody_can_write() {
    let province = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let own = province.data().join("backups");
    let kept = Kept::of(&province.app, &province.clock, &own);
    kept.full();
    province.account("moi.vt", csdlgd::actor::Role::SchoolClerk, province.school);
    kept.ship();
    assert_eq!(drill::last(&province.data(), &kept.site.signer), None);
    let (certificate, path) = drill::run(&kept.site, &kept.keys[0], None, None).unwrap();
    assert_eq!((certificate.seq, certificate.behind), (province.app.db.head_seq(), 0));
    assert_eq!(certificate.signed_in, "so.admin");
    assert!(certificate.found > 0 && certificate.documents > 0);
    assert!(!province.data().join("csdlgd-drill").exists(), "the throw-away directory is thrown away");
    assert_eq!(drill::last(&province.data(), &kept.site.signer), Some(certificate));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"behind\": 0", "\"behind\": 1")).unwrap();
    assert_eq!(drill::last(&province.data(), &kept.site.signer), None);
    // Of a foreign target there is no drill.
    let other = stranger();
    let theirs = Kept::of(&other.app, &other.clock, &dir.path().join("theirs"));
    theirs.full();
    let said = refused(drill::run(&kept.site, &kept.keys[0], Some(theirs.target.dir()), None));
    assert!(said.contains("keeps the backups of another server"), "{said}");
    assert_eq!(Target::look(theirs.target.dir()).fulls().unwrap().len(), 1);
}
