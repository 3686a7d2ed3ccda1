//! Looking after an installation: what doctor finds, what an upgrade keeps, stores of released versions.

mod doctor;
mod first_page;
mod kept;
mod mail;
mod mail_tls;
mod moment;
mod outage;
mod second_step;
mod setup;
mod upgrade;

use csdlgd::store::Value;
use redb::ReadableDatabase;
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

const META: redb::TableDefinition<'static, &str, &[u8]> = redb::TableDefinition::new("meta");

fn store_of(data: &Path) -> redb::Database {
    let mut builder = redb::Database::builder();
    builder.set_concurrency_mode(redb::ConcurrencyMode::SingleWriter).open(data.join("store.redb")).unwrap()
}

/// Writes into the store's own notes, as a program of the future would.
#[expect(clippy::disallowed_methods, reason = "a program of the future has its own doors")]
fn note(data: &Path, form: u64, program: &str) {
    let txn = store_of(data).begin_write().unwrap();
    {
        let mut table = txn.open_table(META).unwrap();
        table.insert("format", form.to_bytes().as_slice()).unwrap();
        table.insert("program", program.as_bytes()).unwrap();
    }
    txn.commit().unwrap();
}

/// The store's notes: its form, and the program that wrote it.
#[expect(clippy::disallowed_methods, reason = "a program of the future has its own doors")]
fn noted(data: &Path) -> (u64, String) {
    let table = store_of(data).begin_read().unwrap().open_table(META).unwrap();
    let text = |key: &str| table.get(key).unwrap().unwrap().value().to_vec();
    (u64::from_bytes(&text("format")).unwrap(), String::from_utf8(text("program")).unwrap())
}
