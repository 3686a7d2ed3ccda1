//! The real program, killed in the middle of saves and started again, over and over: what it
//! acknowledged is there, what it did not is there whole or not at all, and it needs nobody's help.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::scope;
use ureq::Agent;

/// Killed so often, each time after so many acknowledged saves.
const KILLS: u32 = 12;
const SAVES: u32 = 40;
const CLERKS: usize = 6;

/// The program, serving.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) base: String,
    said: BufReader<std::process::ChildStdout>,
}

impl Program {
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("CSDLGD_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let base = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(base.starts_with("http://127.0.0.1:"), "«{line}»");
        Self { child, base, said }
    }

    pub(crate) fn signal(&self, name: &str) {
        let told = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for the end; gives the exit code (none if a signal ended it).
    pub(crate) fn end(mut self) -> Option<i32> {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A clerk with the pupils of one school, and what was acknowledged of each: version and value.
struct Clerk {
    token: String,
    pupils: Vec<String>,
    acknowledged: HashMap<String, (u64, String)>,
    /// Sent when the server was killed: may be there or not.
    open: Option<(String, u64, String)>,
}

impl Clerk {
    fn get(&self, agent: &Agent, base: &str, path: &str) -> serde_json::Value {
        let mut answer = agent
            .get(format!("{base}{path}"))
            .header("Authorization", format!("Bearer {}", self.token))
            .call()
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Saves one field of the next pupil; false if the server did not answer.
    fn save(&mut self, agent: &Agent, base: &str, turn: usize) -> bool {
        let id = self.pupils[turn % self.pupils.len()].clone();
        let version = self.acknowledged[&id].0;
        let value = format!("Nơi số {turn}");
        self.open = Some((id.clone(), version + 1, value.clone()));
        let body = serde_json::json!({ "version": version, "fields": { "home_place": value } }).to_string();
        let sent = agent
            .put(format!("{base}/api/v1/records/pupil/{id}"))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", format!("{id}-{turn}"))
            .send(&body);
        let Ok(mut answer) = sent else { return false };
        let Ok(text) = answer.body_mut().read_to_string() else { return false };
        assert_eq!(answer.status().as_u16(), 200, "{text}");
        self.open = None;
        self.acknowledged.insert(id, (version + 1, value));
        true
    }

    /// Compares with what the server has now; counts what was acknowledged and is gone.
    fn compare(&mut self, agent: &Agent, base: &str) -> u32 {
        let mut lost = 0;
        for id in self.pupils.clone() {
            let now = self.get(agent, base, &format!("/api/v1/records/pupil/{id}"));
            let found =
                (now["version"].as_u64().unwrap(), now["fields"]["home_place"].as_str().unwrap_or_default().to_owned());
            let open = self.open.take_if(|(of, ..)| *of == id).map(|(_, version, value)| (version, value));
            if Some(&found) != self.acknowledged.get(&id) && Some(&found) != open.as_ref() {
                lost += 1;
            }
            self.acknowledged.insert(id, found);
        }
        lost
    }
}

fn province(data: &Path) -> Vec<Clerk> {
    let built = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
        .args(["demo", "--learners", "600", "--build-only", "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(built.success());
    let mut logins = csv::Reader::from_path(data.join("demo-logins.csv")).unwrap();
    let rows = logins
        .deserialize()
        .map(|row| row.unwrap())
        .filter(|row: &HashMap<String, String>| row["role"] == "school_clerk");
    rows.take(CLERKS)
        .map(|row| Clerk { token: row["token"].clone(), pupils: Vec::new(), acknowledged: HashMap::new(), open: None })
        .collect()
}

/// A client that gives each answer as it is and keeps its connection.
fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

#[test]
fn what_was_acknowledged_outlives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut clerks = province(&data);
    let mut program = Program::start(&data);
    for clerk in &mut clerks {
        let agent = agent();
        let list = clerk.get(&agent, &program.base, "/api/v1/records/pupil?limit=12");
        clerk.pupils =
            list["records"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
        assert!(clerk.pupils.len() >= 5, "{list}");
        clerk.compare(&agent, &program.base);
    }
    let (mut turns, mut saved, mut lost) = (0, 0, 0);
    for _ in 0..KILLS {
        let (done, killed) = (AtomicU32::new(0), AtomicBool::new(false));
        let (base, child) = (program.base.clone(), Mutex::new(&mut program.child));
        scope(|s| {
            for clerk in &mut clerks {
                let (base, done, killed, child) = (&base, &done, &killed, &child);
                s.spawn(move || {
                    let agent = agent();
                    for turn in turns.. {
                        if !clerk.save(&agent, base, turn) {
                            assert!(killed.load(Ordering::SeqCst), "the server went by itself");
                            return;
                        }
                        // Whoever brings the last save kills; the others are in the middle of theirs.
                        if done.fetch_add(1, Ordering::SeqCst) + 1 == SAVES {
                            killed.store(true, Ordering::SeqCst);
                            child.lock().unwrap().kill().unwrap();
                        }
                    }
                });
            }
        });
        turns += SAVES as usize;
        saved += done.load(Ordering::SeqCst);
        drop(program);
        program = Program::start(&data);
        lost += clerks.iter_mut().map(|c| c.compare(&agent(), &program.base)).sum::<u32>();
    }
    assert!(saved >= KILLS * SAVES);
    assert_eq!(lost, 0, "of {saved} acknowledged saves");
    // Told to stop in the middle of saves, it ends in order and answers what it began.
    scope(|s| {
        for clerk in &mut clerks {
            let base = &program.base;
            s.spawn(move || {
                let agent = agent();
                let mut turn = turns;
                while clerk.save(&agent, base, turn) {
                    turn += 1;
                }
            });
        }
        program.signal("-TERM");
    });
    assert_eq!(program.end(), Some(0));
    let verified = Command::new(env!("CARGO_BIN_EXE_csdlgd")).args(["verify", "--data"]).arg(&data).output().unwrap();
    let text = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{text}");
    assert!(text.contains("(0 behind)"), "the index is not at the log's end after an orderly stop: {text}");
    let program = Program::start(&data);
    assert_eq!(clerks.iter_mut().map(|c| c.compare(&agent(), &program.base)).sum::<u32>(), 0);
}

#[test]
fn a_signal_right_after_the_start_stops_it_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    province(&data);
    for name in ["-TERM", "-INT"] {
        let program = Program::start(&data);
        program.signal(name);
        assert_eq!(program.end(), Some(0), "{name}");
        // Whoever still works behind the pages has let go of the store: it needs no looking through.
        assert!(!data.join("store.redb.open").exists(), "{name}: not closed in order");
    }
}

#[test]
fn who_comes_while_it_is_started_anew_waits_where_the_address_is_held() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    province(&data);
    // As systemd does it: the address is listened on before the program is there, and after.
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap();
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["serve", "--listen", "192.0.2.1:9", "--data"])
            .arg(&data)
            .env("CSDLGD_LOG", "error")
            .stdin(Stdio::from(OwnedFd::from(held.try_clone().unwrap())))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let come = || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        stream
    };
    let answered = |mut stream: TcpStream| {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    };
    for _ in 0..2 {
        let early = come();
        let mut child = start();
        answered(early);
        answered(come());
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// What systemd would hear, one word of each message, up to the first of `last`.
fn heard(socket: &UnixDatagram, last: &str) -> Vec<String> {
    let mut words = Vec::new();
    loop {
        let mut bytes = [0; 256];
        let length = socket.recv(&mut bytes).unwrap();
        let word = String::from_utf8_lossy(&bytes[..length]).trim().to_owned();
        words.push(word);
        if words.last().is_some_and(|w| w == last) {
            words.dedup();
            return words;
        }
    }
}

#[test]
fn the_service_manager_hears_that_it_answers_works_and_ends() {
    for with_province in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        if with_province {
            province(&data);
        } else {
            std::fs::create_dir(&data).unwrap();
        }
        let path = dir.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_csdlgd"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("CSDLGD_LOG", "error")
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "400000")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        assert_eq!(heard(&socket, "READY=1"), ["READY=1"]);
        assert_eq!(heard(&socket, "WATCHDOG=1"), ["WATCHDOG=1"]);
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        assert_eq!(heard(&socket, "STOPPING=1").last().unwrap(), "STOPPING=1");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
