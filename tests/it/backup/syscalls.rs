//! The real program over one day (sign in, edit, import, back up, ship, restore), with the N-th system call
//! of a thread failing or the process killed there, by strace. A sample of N usually; with CSDLGD_NIGHTLY
//! every one. Whatever happens: what was acknowledged is there, no file under its final name is half, and
//! the same step done again succeeds.

use csdlgd::backup::sealed::Sealed;
use csdlgd::backup::target::Target;
use csdlgd::store::verify::verify;
use csdlgd::store::{Db, Options};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The calls by which bytes and names get onto a disk.
const CALLS: &str = "pwrite64,fsync,fdatasync,ftruncate,rename,mkdir,unlink";
const FAULTS: [&str; 3] = ["signal=KILL", "error=EIO", "error=ENOSPC"];
const SAMPLE: [u32; 4] = [1, 3, 9, 30];
const NIGHTLY_MOST: u32 = 3_000;

const SCHOOLS: &str = "MA_TRUONG,TEN_TRUONG_HOC,MA_DON_VI,CAP_HOC,TRANG_THAI,LOAI_HINH_DAO_TAO,LOAI_HINH_TRUONG,DIA_CHI,MA_XA_PHUONG,MA_QUAN_HUYEN,MA_TINH_THANH,CHUAN_QUOC_GIA,NGAY_THANH_LAP\n\
30293401,Trường Tiểu học Mẫu Một,293,1,1,1,1,Xã Mẫu,10750,293,30,1,05/09/1995\n";

/// One step of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Serve,
    Edit,
    Import,
    Backup,
    Ship,
    Restore,
}

impl Step {
    /// Files of backups are written with `write`. A server wakes its own threads with it and says with it
    /// where it listens: no disk is asked there.
    fn calls(self) -> String {
        if self == Self::Serve { CALLS.to_owned() } else { format!("write,{CALLS}") }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Serve => &["serve", "--data", "data", "--listen", "127.0.0.1:0"],
            Self::Edit => &["account", "add", "--data", "data", "moi.vt", "--role", "school_clerk"],
            Self::Import => {
                &["import", "--data", "data", "--as", "quantri", "--sheet", "schools", "--year", "2024", "truong.csv"]
            }
            Self::Backup => &["backup", "now", "--data", "data", "--config", "c.toml"],
            Self::Ship => &["backup", "ship", "--data", "data", "--config", "c.toml"],
            Self::Restore => &["restore", "disk", "--identity", "one.key", "--data", "new"],
        }
    }
}

fn csdlgd(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(arguments)
        .current_dir(dir)
        .env("CSDLGD_LOG", "error")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat()
}

/// The morning: a province, a key, a target with a backup, something saved since; and the first password.
fn morning(dir: &Path) -> String {
    let done = |arguments: &[&str]| {
        let output = csdlgd(dir, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let made = done(&["init", "--data", "data", "--province", "30", "--admin", "quantri"]);
    let password = made.split("sign-in): ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let recipient = done(&["keygen", "--out", "one.key"]).lines().last().unwrap().to_owned();
    std::fs::write(dir.join("truong.csv"), SCHOOLS).unwrap();
    let config = format!("[backup]\nrecipients = [\"{recipient}\"]\ntargets = [\"disk\"]\n");
    std::fs::write(dir.join("c.toml"), config).unwrap();
    done(&["backup", "target", "disk", "--data", "data"]);
    done(&["backup", "now", "--data", "data", "--config", "c.toml"]);
    done(&["account", "add", "--data", "data", "sang.vt", "--role", "school_clerk"]);
    password
}

/// Serves under strace, signs in, and tells it to stop. Whether somebody was told that they are signed in.
fn serve(strace: &mut Command, password: &str) -> bool {
    let mut child = strace.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut words = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let _ = words.read_line(&mut line);
    let mut signed_in = false;
    if let Some(address) = line.trim().split("://").nth(1) {
        let body = format!("login=quantri&password={password}");
        let request = format!(
            "POST /login HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(address) {
            let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        }
        signed_in = answer.starts_with("HTTP/1.1 303");
    }
    // strace ends with what it traces; told to end, it lets go and passes the signal on.
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    for traced in std::fs::read_to_string(children).unwrap_or_default().split_whitespace() {
        let _ = Command::new("kill").arg(traced).stderr(Stdio::null()).status(); // it may be gone already
    }
    let _ = child.wait();
    signed_in
}

/// Nothing under a final name is half, and the store is whole; gives its newest entry.
fn whole(dir: &Path, what: &str) -> u64 {
    for target in ["disk", "data/backups"] {
        let target = Target::look(&dir.join(target));
        let fulls = target.fulls().unwrap().into_iter().map(|(_, path)| path);
        for path in fulls.chain(target.segments().unwrap().into_iter().map(|s| s.path)) {
            Sealed::open(&path).and_then(|sealed| sealed.check()).unwrap_or_else(|e| panic!("{what}: {e}"));
        }
    }
    let mut head = 0;
    for (data, needed) in [("data", true), ("new", false)] {
        if !needed && !dir.join(data).join("store.redb").exists() {
            continue;
        }
        let db = Db::open(&dir.join(data), Options::default()).unwrap_or_else(|e| panic!("{what}: {data}: {e}"));
        let report = verify(&db, &mut |_, _| {}).unwrap();
        assert_eq!(report.problems, [] as [String; 0], "{what}: {data}");
        if needed {
            head = report.entries;
        }
    }
    head
}

/// Does the step with the fault at the N-th call, and again without; says whether there was an N-th call.
fn stumble(step: Step, fault: &str, n: u32, base: &Path, password: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let what = format!("{step:?} with {fault} at {n}");
    let copied = Command::new("cp").args(["-r", "--reflink=auto"]).arg(base.join(".")).arg(dir.path()).status();
    assert!(copied.unwrap().success());
    let head = whole(dir.path(), &what);
    let trace = dir.path().join("trace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", &format!("trace={}", step.calls())])
        .args(["-e", &format!("inject={}:{fault}:when={n}", step.calls()), "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_csdlgd"))
        .args(step.arguments())
        .current_dir(dir.path())
        .env("CSDLGD_LOG", "error");
    let acknowledged = if step == Step::Serve {
        serve(&mut strace, password)
    } else {
        let output = strace.output().unwrap();
        assert!(!said(&output).contains("panic"), "{what}: {}", said(&output));
        output.status.success() && matches!(step, Step::Edit | Step::Import)
    };
    let met = std::fs::read_to_string(&trace).unwrap_or_default();
    let met = met.contains("INJECTED") || met.contains("killed by SIGKILL");
    let after = whole(dir.path(), &what);
    assert!(after >= head + u64::from(acknowledged), "{what}: acknowledged and gone");

    // The same again, with nothing in the way.
    let restored = dir.path().join("new/store.redb").exists();
    match step {
        Step::Restore if restored => {}
        Step::Edit if after > head => {}
        Step::Serve => {
            let mut plain = Command::new(env!("CARGO_BIN_EXE_csdlgd"));
            plain.args(step.arguments()).current_dir(dir.path()).env("CSDLGD_LOG", "error");
            let mut child = plain.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(line.contains("listens on"), "{what}: it does not answer again");
        }
        _ => {
            let output = csdlgd(dir.path(), step.arguments());
            assert!(output.status.success(), "{what}: done again: {}", said(&output));
        }
    }
    if step == Step::Restore {
        assert_eq!(whole(dir.path(), &what), after);
        assert!(dir.path().join("new/store.redb").exists(), "{what}: not restored");
    }
    met
}

fn day(step: Step) {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("strace is not here; tests/run installs it");
        return;
    }
    let base = tempfile::tempdir().unwrap();
    let password = morning(base.path());
    let nightly = std::env::var_os("CSDLGD_NIGHTLY").is_some();
    for fault in FAULTS {
        let all: Vec<u32> = if nightly { (1..NIGHTLY_MOST).collect() } else { SAMPLE.to_vec() };
        let met: Vec<u32> = all.into_iter().take_while(|n| stumble(step, fault, *n, base.path(), &password)).collect();
        assert!(!met.is_empty(), "{step:?}: no call was met");
    }
}

#[test]
fn serving_and_signing_in_survive_a_fault_at_any_call() {
    day(Step::Serve);
}

#[test]
fn an_edit_survives_a_fault_at_any_call() {
    day(Step::Edit);
}

#[test]
fn an_import_survives_a_fault_at_any_call() {
    day(Step::Import);
}

#[test]
fn a_backup_survives_a_fault_at_any_call() {
    day(Step::Backup);
}

#[test]
fn shipping_survives_a_fault_at_any_call() {
    day(Step::Ship);
}

#[test]
fn a_restore_survives_a_fault_at_any_call() {
    day(Step::Restore);
}
