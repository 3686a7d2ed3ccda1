//! Backups: how fast a full one is beside stock tools on the same bytes, what it does to the pages and saves
//! beside it, and how long until a restored province answers its first search.

use crate::load::{Work, closed};
use crate::program::{Program, bytes_of};
use crate::table::{Table, Times, mib, number};
use crate::{Result, err};
use csdlgd::backup::sealed::Sealed;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Requests between two looks at whether the backup is still being made.
const SLICE: usize = 20;

/// The full backup of the demo, begun.
pub(crate) fn begin(program: &Program) -> Result<(Child, Instant)> {
    let start = Instant::now();
    let child = Command::new(&program.binary)
        .args(["backup", "now", "--data"])
        .arg(&program.data)
        .arg("--config")
        .arg(program.data.join("demo.toml"))
        .env("CSDLGD_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()?;
    Ok((child, start))
}

/// Its end: the file, and how long it took.
pub(crate) fn end((child, start): (Child, Instant)) -> Result<(PathBuf, Duration)> {
    let output = child.wait_with_output()?;
    let took = start.elapsed();
    let said = String::from_utf8(output.stdout)?;
    match said.lines().last() {
        Some(path) if output.status.success() => Ok((path.into(), took)),
        _ => err(format!("the backup ended with {}: {said}", output.status)),
    }
}

fn key(program: &Program) -> PathBuf {
    let name = program.data.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    program.data.with_file_name(format!("{name}-keys")).join("demo-1.key")
}

fn sh(script: &str, arguments: &[&Path]) -> Result<Duration> {
    let start = Instant::now();
    let status = Command::new("sh").args(["-euc", script, "bench"]).args(arguments).status()?;
    if status.success() { Ok(start.elapsed()) } else { err(format!("{script}: {status}")) }
}

/// A full backup alone; zstd and age on the bytes in it; the way back.
pub(crate) fn alone(program: &Program, dir: &Path, login: &str, table: &mut Table) -> Result<()> {
    let (file, took) = end(begin(program)?)?;
    let plain = Sealed::open(&file).map_err(|e| e.to_string())?.manifest.plain_bytes();
    let rate = |took: Duration| mib((plain as f64 / took.as_secs_f64()) as u64);
    table.part("BACKUP, nothing else asked", &["seconds", "MiB/s", "MiB"]);
    let row = |table: &mut Table, name: &str, took: Duration, bytes: u64| {
        table.row(name, &[number(took.as_secs_f64()), rate(took), mib(bytes)]);
    };
    row(table, "full backup: read, sealed, on disk, read back", took, bytes_of(&file)?);
    let tools = ["zstd", "age", "tar"].iter().all(|t| Command::new(t).arg("--version").output().is_ok());
    if tools {
        let (bytes, out, key) = (dir.join("plain"), dir.join("plain.age"), key(program));
        let open =
            "for part in rows log; do tar -xOf \"$1\" $part.zst.age | age -d -i \"$2\" | zstd -dq; done > \"$3\"";
        sh(open, &[&file, &key, &bytes])?;
        let seal = "zstd -3 -cq \"$1\" | age -r $(grep -o 'age1.*' \"$2\") > \"$3\"; sync \"$3\"";
        let stock = sh(seal, &[&bytes, &key, &out])?;
        row(table, "zstd -3 | age on the same bytes, on disk", stock, bytes_of(&out)?);
        table.row(
            "  the backup's pace, of theirs",
            &[format!("{} %", number(stock.as_secs_f64() / took.as_secs_f64() * 100.0))],
        );
        std::fs::remove_file(bytes)?;
        std::fs::remove_file(out)?;
    }
    let new = dir.join("restored");
    let start = Instant::now();
    let run = |arguments: &[&str], paths: &[&Path]| -> Result<()> {
        let output = Command::new(&program.binary).args(arguments).args(paths).env("CSDLGD_LOG", "error").output()?;
        if output.status.success() { Ok(()) } else { err(String::from_utf8_lossy(&output.stderr)) }
    };
    let key = key(program);
    run(&["restore"], &[&file, "--identity".as_ref(), &key, "--data".as_ref(), &new])?;
    let restored = start.elapsed();
    run(&["search", "--as", login, "--data"], &[&new, "nguyen".as_ref()])?;
    row(table, "restore: verified, indexed", restored, bytes_of(&new)?);
    row(table, "  and the first search answered", start.elapsed(), 0);
    std::fs::remove_dir_all(new)?;
    Ok(())
}

/// The same requests without and with a full backup being made beside them.
pub(crate) fn beside<W: Work>(program: &Program, workers: &mut [W], each: usize) -> Result<(Times, Times)> {
    let idle = closed(workers, each)?;
    let (mut child, start) = begin(program)?;
    let mut busy = Times::default();
    while child.try_wait()?.is_none() {
        busy = busy.and(&closed(workers, SLICE)?);
    }
    end((child, start))?;
    Ok((idle, busy))
}
