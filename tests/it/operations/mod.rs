//! Looking after an installation: what doctor finds, what an upgrade keeps, stores of released versions.

mod doctor;
mod kept;
mod mail;
mod outage;
mod upgrade;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program with these arguments and `--data DIR` after them.
fn csdlgd(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_csdlgd"));
    command.args(args).env("CSDLGD_LOG", "error");
    command.arg("--data").arg(data).output().unwrap()
}

/// Everything it said.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

/// The stores of released versions, oldest first: version and file.
fn released() -> Vec<(String, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/kept");
    let mut out: Vec<(String, PathBuf)> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".tar.zst")?.to_owned();
            Some((name, path))
        })
        .collect();
    out.sort();
    out
}

/// Unpacks a kept store into a directory for its owner only.
fn unpack(archive: &Path, into: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir(into).unwrap();
    fs::set_permissions(into, fs::Permissions::from_mode(0o700)).unwrap();
    let file = fs::File::open(archive).unwrap();
    tar::Archive::new(zstd::Decoder::new(file).unwrap()).unpack(into).unwrap();
}

/// The newest kept store, unpacked.
fn a_province(dir: &Path) -> PathBuf {
    let data = dir.join("data");
    unpack(&released().pop().unwrap().1, &data);
    data
}

/// Writes into the store's own notes, as a program of the future would.
#[expect(clippy::disallowed_methods, reason = "a program of the future has its own doors")]
fn note(data: &Path, form: u64, program: &str) {
    use csdlgd::store::Value;
    let db = redb::Database::builder()
        .set_concurrency_mode(redb::ConcurrencyMode::SingleWriter)
        .open(data.join("store.redb"))
        .unwrap();
    let meta = redb::TableDefinition::<&str, &[u8]>::new("meta");
    let txn = db.begin_write().unwrap();
    {
        let mut table = txn.open_table(meta).unwrap();
        table.insert("format", form.to_bytes().as_slice()).unwrap();
        table.insert("program", program.as_bytes()).unwrap();
    }
    txn.commit().unwrap();
}
