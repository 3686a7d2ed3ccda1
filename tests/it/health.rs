//! How the server is: the page, and the listener for what watches servers.

use crate::support::Province;
use csdlgd::backup::keys::Identity;
use csdlgd::config::Config;
use csdlgd::health;
use csdlgd::jobs::store::{self, LastRun};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const MINUTE: i64 = 60_000;

fn backed_up() -> Province {
    let mut config = Config::default();
    config.backup.recipients = [Identity::fleeting().recipient(), Identity::fleeting().recipient()].into();
    Province::with(config)
}

#[test]
fn the_page_is_empty_at_first_and_fills_minute_by_minute() {
    let p = backed_up();
    let admin = p.sign_in("so.admin");
    let page = |path: &str| p.get(&admin, path).is(200);
    page("/health").says("Chưa đủ số liệu để vẽ").says("Có việc cần xem").says("Chưa chạy lần nào");
    p.post("", "/login", &[("login", "so.admin"), ("password", "không phải")]).is(422);
    health::turn(&p.app);
    for _ in 0..40 {
        p.clock.advance(MINUTE);
        health::turn(&p.app);
    }
    let hour = page("/health");
    hour.says("Thời gian trả lời").says("08:00").says("08:40").says("Bộ nhớ");
    // One good sign-in and one refused, in the first minute.
    hour.says("Lúc Thành công Chưa đúng 08:00 1 1 08:01 0 0");
    let day = page("/health?for=day");
    day.says("08:10").says("08:40").says("Lúc Thành công Chưa đúng 08:10 1 1 08:40 0 0");
    assert!(!day.text().contains("08:39"));
}

#[test]
fn a_job_is_asked_for_from_the_page() {
    let p = backed_up();
    let admin = p.sign_in("so.admin");
    p.get(&admin, "/health").is(200).says("Đọc lại mọi bản sao Chưa chạy lần nào. 08/11/2026 04:30");
    let asked = p.post(&admin, "/health/run", &[("job", "backup.check")]).is(303);
    assert_eq!(asked.location(), "/health?done=asked");
    assert_eq!(store::last(&p.app.db, "backup.check").unwrap().due_ms, 0);
    p.post(&admin, "/health/run", &[("job", "no.such")]).is(404);

    // One that has run can be asked for again; asked for or running it can't, and a second press changes nothing.
    let ask = || p.post(&admin, "/health/run", &[("job", "backup.check")]).is(303);
    let page = || p.get(&admin, "/health?done=asked").is(200);
    let began_ms = p.clock.now().0;
    let ended = LastRun {
        due_ms: began_ms,
        started_ms: began_ms,
        finished_ms: Some(began_ms + 1),
        good: true,
        outcome: "Đã đọc lại".into(),
        last_good_ms: Some(began_ms + 1),
    };
    store::keep(&p.app.db, "backup.check", &ended).unwrap();
    page().says("Đọc lại mọi bản sao Xong").hides("Sắp chạy").hides("Việc bắt đầu trong vòng mười giây");
    ask();
    ask();
    page().says("Đọc lại mọi bản sao Sắp chạy").says("Việc bắt đầu trong vòng mười giây");
    let runs = LastRun { finished_ms: None, ..ended };
    store::keep(&p.app.db, "backup.check", &runs).unwrap();
    ask();
    assert_eq!(store::last(&p.app.db, "backup.check").unwrap(), runs);
    page().says("Đọc lại mọi bản sao Đang chạy từ").says("Xem đã xong chưa");
}

#[test]
fn only_who_looks_after_the_system_sees_it() {
    let p = Province::new();
    for login in ["so.chuyenvien", "xa.admin", "truong.ht"] {
        let cookie = p.sign_in(login);
        p.get(&cookie, "/health").is(403).hides("chart");
        p.get(&cookie, "/").is(200).hides("/health");
    }
    let admin = p.sign_in("so.admin");
    p.get(&admin, "/").is(200).says("Sức khoẻ hệ thống");
    p.get(&admin, "/health").is(200).says("Chưa có bản sao lưu nào được làm");
}

#[test]
fn one_account_is_not_everybody() {
    let p = Province::new();
    let admin = p.sign_in("so.admin");
    let places: Vec<_> = (0..32).map(|_| p.app.crowd.take(p.actor("so.admin").account, 32).unwrap()).collect();
    let refused = p.get(&admin, "/units").is(429);
    assert_eq!(refused.headers["retry-after"], "5");
    p.get(&p.sign_in("xa.admin"), "/units").is(200);
    drop(places);
    p.get(&admin, "/units").is(200);
}

/// The program with a listener for what watches it.
struct Watched {
    child: Child,
    /// `host:port` of the pages and of the figures.
    pages: String,
    ops: String,
}

impl Watched {
    fn start(dir: &std::path::Path) -> Self {
        let data = dir.join("data");
        let built = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["demo", "--learners", "300", "--build-only", "--data"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(built.unwrap().success());
        let config = dir.join("csdlgd.toml");
        std::fs::write(
            &config,
            format!("data = \"{}\"\nreserve_mib = 1\n[ops]\nlisten = \"127.0.0.1:0\"\n", data.display()),
        )
        .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = |line: String| line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let (pages, ops) = (address(lines.next().unwrap()), address(lines.next().unwrap()));
        Self { child, pages, ops }
    }

    fn ask(address: &str, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn get(address: &str, path: &str) -> String {
        Self::ask(address, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_watches_servers_hears_how_this_one_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Watched::start(dir.path());
    let (pages, ops) = (program.pages.clone(), program.ops.clone());
    assert!(Watched::get(&ops, "/healthz").ends_with("\r\n\r\nlives\n"));
    let ready = Watched::get(&ops, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("store: readable, writable"), "{ready}");
    assert!(Watched::get(&ops, "/login").starts_with("HTTP/1.1 404"), "no page is here");
    assert!(Watched::get(&pages, "/metrics").starts_with("HTTP/1.1 404"), "and no figures are there");

    let secret = "Nguyen-Thi-Bi-Mat";
    Watched::get(&pages, &format!("/search?q={secret}"));
    Watched::get(&pages, &format!("/{secret}"));
    let body = format!("login={secret}&password=x");
    let posted = format!(
        "POST /login HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        body.len()
    );
    assert!(Watched::ask(&pages, &format!("{posted}{body}")).starts_with("HTTP/1.1 422"));
    let figures = Watched::get(&ops, "/metrics");
    for line in [
        "csdlgd_requests_total{route=\"/search\",method=\"GET\",status=\"4xx\"} 1",
        "csdlgd_requests_total{route=\"(none)\",method=\"GET\",status=\"4xx\"} 2",
        "csdlgd_request_seconds_count{route=\"/login\"} 1",
        "csdlgd_sign_ins_total{outcome=\"refused\"} 1",
        "csdlgd_index_behind_entries 0.0",
        "csdlgd_store_writing 1.0",
        "csdlgd_build{version=\"0.1.0\"} 1.0",
    ] {
        assert!(figures.contains(line), "«{line}» is not in\n{figures}");
    }
    assert!(figures.contains("csdlgd_memory_bytes ") && figures.ends_with("# EOF\n"), "{figures}");
    assert!(!figures.contains(secret));

    // Told to stop while somebody still sends: it says so until the last answer is out.
    let mut slow = TcpStream::connect(&pages).unwrap();
    let (begun, rest) = body.split_at(5);
    let posted = posted.replacen("Host: a", "Host: a\r\nExpect: 100-continue", 1);
    slow.write_all(format!("{posted}{begun}").as_bytes()).unwrap();
    let mut goes_on = [0; 25];
    slow.read_exact(&mut goes_on).unwrap();
    assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let told = Command::new("kill").args(["-TERM", &program.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let draining = loop {
        let ready = Watched::get(&ops, "/readyz");
        if !ready.starts_with("HTTP/1.1 200") {
            break ready;
        }
    };
    assert!(draining.starts_with("HTTP/1.1 503") && draining.contains("not ready: draining"), "{draining}");
    slow.write_all(rest.as_bytes()).unwrap();
    let mut text = String::new();
    slow.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 422"), "{text}");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
}
