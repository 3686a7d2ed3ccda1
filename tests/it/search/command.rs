//! Search and the index from the command line, with the server stopped and beside it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn csdlgd(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_csdlgd")).args(args).env("CSDLGD_LOG", "error").output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A small demo in a directory.
fn demo(dir: &Path) -> String {
    let data = dir.join("demo").to_str().unwrap().to_owned();
    let made = csdlgd(&["demo", "--build-only", "--learners", "300", "--seed", "2", "--data", &data]);
    assert!(made.status.success(), "{}", said(&made));
    data
}

/// What a command answered in lines of JSON.
fn lines(output: &Output) -> Vec<serde_json::Value> {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn files(data: &str) -> Vec<PathBuf> {
    fs::read_dir(Path::new(data).join("index")).unwrap().map(|e| e.unwrap().path()).collect()
}

#[test]
fn search_prints_a_line_of_json_for_each_hit() {
    let dir = tempfile::tempdir().unwrap();
    let data = demo(dir.path());
    let found = lines(&csdlgd(&["search", "--data", &data, "--as", "admin", "--limit", "7", "nguyen"]));
    assert_eq!(found.len(), 7);
    for hit in &found {
        assert!(hit["kind"].is_string() && hit["id"].is_string(), "{hit}");
        // A school's yearly record is found by the school's name.
        assert!(hit["kind"] == "school" || hit["title"].as_str().unwrap().contains("Nguy"), "{hit}");
    }
    let nobody = csdlgd(&["search", "--data", &data, "--as", "admin", "zzzz qqqq"]);
    assert!(nobody.status.success() && nobody.stdout.is_empty());
    let stranger = csdlgd(&["search", "--data", &data, "--as", "khong.co", "nguyen"]);
    assert!(!stranger.status.success() && stranger.stdout.is_empty(), "{}", said(&stranger));
    // In the scope of whom it is asked for.
    let logins = fs::read_to_string(Path::new(&data).join("demo-logins.csv")).unwrap();
    let clerk = logins.lines().find(|l| l.contains("school_clerk")).unwrap().split(',').next().unwrap();
    let theirs = lines(&csdlgd(&["search", "--data", &data, "--as", clerk, "--limit", "500", "nguyen"]));
    let all = lines(&csdlgd(&["search", "--data", &data, "--as", "admin", "--limit", "500", "nguyen"]));
    assert!(!theirs.is_empty() && theirs.len() < all.len());
    assert!(theirs.iter().all(|hit| all.contains(hit)));

    // Who reads stops reading: it ends, and says nothing.
    let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["search", "--data", &data, "--as", "admin", "--limit", "2000", "nguyen"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    child.wait().unwrap();
    assert_eq!(complaint, "");
}

#[test]
fn a_spoiled_index_is_told_of_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let data = demo(dir.path());
    let status = said(&csdlgd(&["index", "status", "--data", &data]));
    assert!(status.contains("documents ") && status.contains("(0 behind)"), "{status}");
    let before = lines(&csdlgd(&["search", "--data", &data, "--as", "admin", "nguyen"]));

    for file in files(&data) {
        fs::write(&file, b"nothing of use").unwrap();
    }
    let spoiled = csdlgd(&["index", "status", "--data", &data]);
    assert!(spoiled.status.success() && said(&spoiled).contains("unusable"), "{}", said(&spoiled));
    let search = csdlgd(&["search", "--data", &data, "--as", "admin", "nguyen"]);
    assert!(!search.status.success() && search.stdout.is_empty(), "{}", said(&search));

    let rebuilt = csdlgd(&["index", "rebuild", "--data", &data]);
    assert!(rebuilt.status.success(), "{}", said(&rebuilt));
    assert_eq!(lines(&csdlgd(&["search", "--data", &data, "--as", "admin", "nguyen"])), before);
    assert_eq!(said(&csdlgd(&["index", "status", "--data", &data])).lines().next(), status.lines().next());
    assert!(csdlgd(&["verify", "--data", &data]).status.success());

    // Lost altogether.
    fs::remove_dir_all(Path::new(&data).join("index")).unwrap();
    assert!(said(&csdlgd(&["index", "status", "--data", &data])).contains("unusable"));
    assert!(csdlgd(&["index", "rebuild", "--data", &data]).status.success());
    assert_eq!(lines(&csdlgd(&["search", "--data", &data, "--as", "admin", "nguyen"])), before);
}

/// A server that runs, ended when dropped.
struct Server {
    child: Child,
    base: String,
    token: String,
}

impl Server {
    fn start(data: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data", data])
            .env("CSDLGD_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let logins = fs::read_to_string(Path::new(data).join("demo-logins.csv")).unwrap();
        let token = logins.lines().find(|l| l.starts_with("admin,")).unwrap().split(',').nth(2).unwrap().to_owned();
        Self { child, base: line.trim().rsplit(' ').next().unwrap().to_owned(), token }
    }

    /// The answer to a search: (everything is in the index, how many were found).
    fn search(&self, typed: &str) -> (bool, u64) {
        let mut answer = ureq::get(format!("{}/api/v1/search?q={typed}", self.base))
            .header("Authorization", format!("Bearer {}", self.token))
            .call()
            .unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        (answer["complete"].as_bool().unwrap(), answer["total"].as_u64().unwrap())
    }

    /// Waits until the index on the disk is whole again.
    fn mended(&self, data: &str) {
        while !said(&csdlgd(&["index", "status", "--data", data])).contains("(0 behind)") {
            let _ = self.search("an");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_running_server_makes_its_index_anew() {
    let dir = tempfile::tempdir().unwrap();
    let data = demo(dir.path());
    let server = Server::start(&data);
    let (complete, total) = server.search("nguyen");
    assert!(complete && total > 10);

    // An operator asks for it beside the running server.
    let asked = csdlgd(&["index", "rebuild", "--data", &data]);
    assert!(asked.status.success() && said(&asked).contains("makes it anew"), "{}", said(&asked));
    server.mended(&data);
    assert_eq!(server.search("nguyen"), (true, total));

    // Somebody writes over its files.
    for file in files(&data).iter().filter(|f| !f.ends_with("csdlgd-index")) {
        let _ = fs::write(file, b"nothing of use");
    }
    assert_eq!(server.search("nguyen"), (true, total), "what it reads can't be touched");
    server.mended(&data);
    assert_eq!(server.search("nguyen"), (true, total));
}
