//! The whole round as an administrator types it, and each sentence they may get.

use csdlgd::backup::sealed::Sealed;
use csdlgd::backup::signer;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn csdlgd(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_csdlgd")).args(args).env("CSDLGD_LOG", "error").output().unwrap()
}

#[track_caller]
fn done(args: &[&str]) -> String {
    let output = csdlgd(args);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[track_caller]
fn refused(args: &[&str], why: &str) {
    let output = csdlgd(args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert!(said.contains(why), "{args:?}: «{why}» is not said in: {said}");
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap().to_owned()
}

/// A small province, two keys, one backup.
struct Round {
    dir: tempfile::TempDir,
    keys: [String; 2],
    file: String,
}

impl Round {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| path(dir.path(), name);
        done(&["init", "--data", &at("data"), "--province", "30", "--admin", "quantri"]);
        let one = last_line(&done(&["keygen", "--out", &at("one.key")]));
        let two = last_line(&done(&["keygen", "--out", &at("two.key")]));
        let said = done(&["backup", "now", "--data", &at("data"), "--recipient", &one, "--recipient", &two]);
        Self { file: last_line(&said), keys: [one, two], dir }
    }

    fn at(&self, name: &str) -> String {
        path(self.dir.path(), name)
    }
}

/// The protocol a restore left beside the data.
fn protocol_of(data: &str) -> String {
    let mut beside = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let path = beside.find(|path| path.extension().is_some_and(|ending| ending == "txt")).unwrap();
    std::fs::read_to_string(path).unwrap()
}

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

#[test]
fn everything_comes_back_with_either_key() {
    let round = Round::new();
    let head = |data: &str| {
        let said = done(&["verify", "--data", data]);
        said.lines().find_map(|l| l.strip_prefix("head").map(str::trim).map(str::to_owned)).unwrap()
    };
    let before = head(&round.at("data"));
    assert!(done(&["backup", "verify", &round.file]).contains("every byte is as it was signed"));
    for (key, data) in [("one.key", "again"), ("two.key", "and-again")] {
        let said = done(&["backup", "verify", &round.file, "--identity", &round.at(key)]);
        assert!(said.contains("all rows are as they were written"), "{said}");
        let protocol = done(&["restore", &round.file, "--identity", &round.at(key), "--data", &round.at(data)]);
        assert!(protocol.contains(&before), "{protocol}");
        assert!(protocol.contains("everybody signs in again"), "{protocol}");
        done(&["verify", "--data", &round.at(data)]);
        let found = done(&["search", "--data", &round.at(data), "--as", "quantri", "so giao duc"]);
        assert!(found.contains("Sở Giáo dục"), "{found}");
        assert!(!Path::new(&round.at(data)).join(".restoring").exists());
    }
}

#[test]
fn stock_tools_open_it() {
    let round = Round::new();
    let script = r#"set -e
cd "$1"; mkdir open; tar -xf "$2" -C open; cd open; ls
age -d -i ../two.key rows.zst.age | zstd -dq > rows
age -d -i ../two.key log.zst.age | zstd -dq > log
head -c1 rows; head -c1 log"#;
    for tool in ["age", "zstd", "tar"] {
        // tests/run installs them; who runs one test by hand may not have them.
        if Command::new(tool).arg("--version").output().is_err() {
            return;
        }
    }
    let dir = round.dir.path().to_str().unwrap();
    let output = Command::new("bash").args(["-c", script, "open", dir, &round.file]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "log.zst.age\nmanifest.json\nmanifest.sig\nrows.zst.age\nRE");
}

#[test]
fn a_backup_is_made_beside_a_running_server() {
    use std::io::{BufRead, BufReader};
    let round = Round::new();
    let mut server = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["serve", "--data", &round.at("data"), "--listen", "127.0.0.1:0"])
        .env("CSDLGD_LOG", "error")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let said = csdlgd(&["backup", "now", "--data", &round.at("data"), "--recipient", &round.keys[0]]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let file = last_line(&String::from_utf8(said.stdout).unwrap());
    assert!(file.contains("csdlgd-full-000002-"), "{file}");
    // The killed server left its store unclosed: the next backup recovers it by itself.
    done(&["backup", "now", "--data", &round.at("data"), "--recipient", &round.keys[0]]);
    done(&["restore", &file, "--identity", &round.at("one.key"), "--data", &round.at("again")]);
}

#[test]
fn a_backup_that_was_killed_leaves_nothing_half() {
    let round = Round::new();
    let backups = Path::new(&round.at("data")).join("backups");
    let unfinished: PathBuf = backups.join("csdlgd-full-000002-20261105-080000.part");
    std::fs::write(&unfinished, b"half").unwrap();
    let said = done(&["backup", "now", "--data", &round.at("data"), "--recipient", &round.keys[0]]);
    assert!(!unfinished.exists());
    done(&["backup", "verify", &last_line(&said)]);
    // Killed for real, somewhere between the first byte and the last name.
    let names = || std::fs::read_dir(&backups).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    for turn in 0..12 {
        let mut running = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["backup", "now", "--data", &round.at("data"), "--recipient", &round.keys[0]])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut seen = 0;
        while running.try_wait().unwrap().is_none() && seen <= turn {
            seen += usize::from(names().any(|n| n.ends_with(".part")));
        }
        let _ = running.kill();
        running.wait().unwrap();
        for name in names().filter(|n| n.ends_with(".tar")) {
            done(&["backup", "verify", backups.join(&name).to_str().unwrap()]);
        }
    }
    let said = done(&["backup", "now", "--data", &round.at("data"), "--recipient", &round.keys[0]]);
    assert!(!names().any(|n| n.ends_with(".part")));
    done(&["restore", &last_line(&said), "--identity", &round.at("one.key"), "--data", &round.at("after")]);
    // A restore that was killed is begun anew in the same directory.
    let again = round.dir.path().join("again");
    std::fs::create_dir_all(again.join(".restoring")).unwrap();
    std::fs::write(again.join(".restoring/store.redb"), b"half").unwrap();
    done(&["restore", &round.file, "--identity", &round.at("one.key"), "--data", again.to_str().unwrap()]);
    done(&["verify", "--data", again.to_str().unwrap()]);
}

#[test]
fn each_trouble_has_its_own_sentence() {
    let round = Round::new();
    let (file, data, key) = (round.file.as_str(), round.at("data"), round.at("one.key"));
    let other = round.at("other.key");
    let stranger = last_line(&done(&["keygen", "--out", &other]));
    let new = round.at("new");
    let restore = |identity: &str, into: &str, why: &str| {
        refused(&["restore", file, "--identity", identity, "--data", into], why);
    };
    restore(&other, &new, "Look for the key whose paper shows one of those");
    restore(&round.at("none.key"), &new, "Plug in the USB stick with the key");
    restore(&data, &new, "holds no identity");
    refused(&["keygen", "--out", &round.at("usb/one.key")], "its directory is not there. Plug the USB stick in");
    refused(&["keygen", "--out", "/proc/one.key"], "its directory keeps no files");
    refused(&["backup", "verify", &round.at("none.tar")], "is not there. Look whether the disk is mounted");
    refused(&["backup", "verify", &round.at("")], "keeps no full backup");
    restore(&key, &data, "A restore never writes over anything");
    assert!(!Path::new(&new).join("store.redb").exists());

    let locked = round.at("locked.key");
    std::fs::write(&locked, "age-encryption.org/v1\n-> scrypt x 18\n").unwrap();
    restore(&locked, &new, "is protected by a password. Open it first: age -d");
    let public = round.at("public.key");
    std::fs::write(&public, format!("{stranger}\n")).unwrap();
    restore(&public, &new, "It holds a public key: that one can only close, not open");
    let secret = std::fs::read_to_string(&key).unwrap();
    let line = secret.lines().find(|l| l.starts_with("AGE-SECRET")).unwrap();
    let typo = round.at("typo.key");
    std::fs::write(&typo, format!("{}Q\n", &line[..line.len() - 1].replace('7', "8"))).unwrap();
    restore(&typo, &new, "is mistyped");

    let now = |recipient: &str, why: &str| refused(&["backup", "now", "--data", &data, "--recipient", recipient], why);
    now(&format!("{stranger}x"), "a mistyped one is noticed");
    now(line, "was given a secret key");
    refused(&["backup", "now", "--data", &data], "nobody could open this backup");
    refused(&["keygen", "--out", &key], "is not written over");

    let to = |moment: &str, why: &str| {
        refused(&["restore", file, "--to", moment, "--identity", &key, "--data", &new], why);
    };
    to("999", "entry 999 is not in these files");
    to("0", "there is no entry 0");
    to("2001-01-01 00:00:00", "lies before everything");
    to("2999-01-01 00:00:00", "has not come yet");
    to("yesterday", "is neither an entry's number nor a time");
    // Whoever says nothing of the signature is told before and after, and it stays beside the data.
    let bare = csdlgd(&["restore", file, "--identity", &key, "--data", &new]);
    let told = String::from_utf8_lossy(&bare.stderr);
    let words = signer::words(&Sealed::open(Path::new(file)).unwrap().manifest.signer);
    assert!(bare.status.success(), "{told}");
    assert_eq!(told.matches("WARNING: nobody said whose backup this must be").count(), 2, "{told}");
    assert_eq!(told.matches(&format!("\n    {words}\n")).count(), 2, "{told}");
    assert!(protocol_of(&new).contains(&format!("signed by {words}: NOT COMPARED")), "{}", protocol_of(&new));
    std::fs::remove_dir_all(&new).unwrap();
    let named = csdlgd(&[
        "restore",
        file,
        "--signer",
        &format!(" {}  ", words.to_uppercase().replace(' ', "  ")),
        "--identity",
        &key,
        "--data",
        &new,
    ]);
    assert_eq!(String::from_utf8_lossy(&named.stderr), "");
    assert!(protocol_of(&new).contains(&format!("signed by {words}, as was asked for")));
    std::fs::remove_dir_all(&new).unwrap();
    let stranger_signed = ["restore", file, "--signer", "babab babab babab babab", "--identity", &key, "--data", &new];
    refused(&stranger_signed, "is signed with another key");
    let meant = [&stranger_signed[..], &["--phrase", "restore the backup of another server"]].concat();
    done(&meant);
    std::fs::remove_dir_all(&new).unwrap();
    // A signature that is not good: the last block before the end holds it.
    let unsigned = round.at("unsigned.tar");
    let mut bytes = std::fs::read(file).unwrap();
    let at = bytes.len() - 3 * 512;
    bytes[at] ^= 1;
    std::fs::write(&unsigned, &bytes).unwrap();
    let forged = ["restore", &unsigned, "--identity", &key, "--data", &new];
    refused(&forged, "add --phrase \"restore without a signature\"");
    let said = done(&[&forged[..], &["--phrase", "restore without a signature"]].concat());
    assert!(said.contains("NOBODY: the signature is not good"), "{said}");
    std::fs::remove_dir_all(&new).unwrap();
    refused(&["restore", &key, "--identity", &key, "--data", &new], "is not a whole backup");
    refused(&["restore", &round.at("data/index"), "--identity", &key, "--data", &new], "holds no full backup");

    // Another province's server may not write here, nor this one there.
    let (elsewhere, target) = (round.at("elsewhere"), round.at("disk"));
    done(&["init", "--data", &elsewhere, "--province", "19", "--admin", "quantri"]);
    done(&["backup", "now", "--data", &elsewhere, "--to", &target, "--recipient", &round.keys[0]]);
    refused(
        &["backup", "now", "--data", &data, "--to", &target, "--recipient", &round.keys[0]],
        "keeps the backups of another server",
    );
    // A target that is not mounted is not the empty directory it is mounted on; the others still get theirs.
    let config = round.at("config.toml");
    let mount = round.at("mount");
    std::fs::create_dir(&mount).unwrap();
    std::fs::write(&config, format!("[backup]\nrecipients = [\"{}\"]\ntargets = [\"{mount}\"]\n", round.keys[0]))
        .unwrap();
    let output = csdlgd(&["backup", "now", "--data", &data, "--config", &config]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("this is the empty mount point"), "{said}");
    assert_eq!(std::fs::read_dir(&mount).unwrap().count(), 0);
    // Of a mistyped path, or a disk that is not there, nothing is made.
    let mistyped = format!("{mount}-mistyped");
    refused(&["backup", "target", &format!("{mistyped}/backup"), "--data", &data], "is not there. Plug the disk in");
    assert!(!Path::new(&mistyped).exists());
    refused(&["backup", "target", "/proc", "--data", &data], "/proc keeps no files");
    refused(&["backup", "target", "/dev/null", "--data", &data], "/dev/null is no directory");
    done(&["backup", "target", &mount, "--data", &data]);
    done(&["backup", "now", "--data", &data, "--config", &config]);
    assert!(std::fs::read_dir(&mount).unwrap().count() > 1);

    // An older backup beside a newer one must be asked for.
    done(&["account", "add", "--data", &data, "moi.vt", "--role", "school_clerk"]);
    done(&["backup", "now", "--data", &data, "--recipient", &round.keys[0]]);
    restore(&key, &new, "a newer backup lies beside this one");
    done(&["restore", file, "--phrase", "restore the older backup", "--identity", &key, "--data", &new]);
}

/// Saved, then stopped: what was saved last is on the other disk, and comes back from there alone.
#[test]
fn what_is_saved_leaves_the_server() {
    use std::io::{BufRead, BufReader, Write};
    let round = Round::new();
    let (data, disk, config) = (round.at("data"), round.at("disk"), round.at("config.toml"));
    let login = "moi.vt";
    done(&["backup", "target", &disk, "--data", &data]);
    let text = format!(
        "data = \"{data}\"\nlisten = \"127.0.0.1:0\"\n[backup]\nrecipients = [\"{}\", \"{}\"]\ntargets = [\"{disk}\"]\n",
        round.keys[0], round.keys[1]
    );
    std::fs::write(&config, text).unwrap();
    done(&["backup", "now", "--data", &data, "--config", &config]);
    let password = done(&["account", "add", "--data", &data, login, "--role", "school_clerk"]);
    let password = password.trim().rsplit(' ').next().unwrap().to_owned();
    let mut server = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["serve", "--config", &config])
        .env("CSDLGD_LOG", "error")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let address = ready.trim().rsplit('/').next().unwrap().to_owned();
    // Signing in is an entry of the log.
    let body = format!("login={login}&password={password}");
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    let count = |text: &str, name: &str| {
        let line = text.lines().find(|l| l.starts_with(name)).unwrap();
        line.split([' ', ',']).find_map(|word| word.parse::<u64>().ok()).unwrap()
    };
    let saved = count(&done(&["verify", "--data", &data]), "entries");
    std::fs::remove_dir_all(&data).unwrap();
    let protocol = done(&["restore", &disk, "--identity", &round.at("two.key"), "--data", &round.at("again")]);
    assert_eq!(count(&protocol, "restored"), saved, "{protocol}");
    done(&["verify", "--data", &round.at("again")]);
    let found = done(&["search", "--data", &round.at("again"), "--as", login, "so giao duc"]);
    assert!(!found.contains("no open account"), "{found}");
}

/// The paper copy alone is enough: typed in groups over several lines, in small letters.
#[test]
fn a_key_comes_back_from_paper() {
    let round = Round::new();
    let (key, paper) = (round.at("three.key"), round.at("three.html"));
    let recipient = last_line(&done(&["keygen", "--out", &key, "--paper", &paper]));
    let page = std::fs::read_to_string(&paper).unwrap();
    assert!(page.contains("<svg class=\"qr\"") && page.contains("Tuyệt mật"), "{page}");
    let code = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    assert!(code.starts_with("AGE- SECR"), "{code}");
    let typed = round.at("typed.txt");
    std::fs::write(&typed, format!("typed from paper\n{}\n", code.to_lowercase())).unwrap();
    let said = done(&["backup", "now", "--data", &round.at("data"), "--recipient", &recipient]);
    let into = round.at("again");
    done(&["restore", &last_line(&said), "--identity", &typed, "--data", &into]);
    done(&["verify", "--data", &into]);
    // One letter wrong is noticed.
    let last = code.trim_end().chars().next_back().unwrap();
    let wrong = format!("{}{}", &code.trim_end()[..code.trim_end().len() - 1], if last == 'Q' { 'P' } else { 'Q' });
    std::fs::write(&typed, wrong).unwrap();
    refused(&["restore", &last_line(&said), "--identity", &typed, "--data", &round.at("no")], "is mistyped");
    refused(&["keygen", "--out", &round.at("four.key"), "--paper", &paper], "is not written over");
}

/// The commands of the README, as they stand there.
#[test]
fn the_readme_s_round_works_as_written() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let part = readme.split("\n## ").find(|part| part.starts_with("Everything back")).unwrap();
    let script = part.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_csdlgd")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash").args(["-euc", script]).current_dir(&dir).env("PATH", path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for expected in ["all rows are as they were written", "everybody signs in again", "signed in"] {
        assert!(said.contains(expected), "«{expected}» is not said in: {said}");
    }
}
