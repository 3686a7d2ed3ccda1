//! Letters to the administrators: written when something is wrong, kept until a mail server takes them.

use super::said;
use crate::support::Province;
use csdlgd::config::{Backup, Config, Mail, MailTls};
use csdlgd::jobs::watch;
use csdlgd::jobs::{self, run::Runner};
use csdlgd::mail::model::Alarm;
use csdlgd::mail::{ops, store};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A mail server that takes letters, or refuses the first so many.
struct Server {
    port: u16,
    letters: Receiver<String>,
}

impl Server {
    fn start(refuses: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, letters) = channel();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                Self::serve(stream.unwrap(), number < refuses, &sender);
            }
        });
        Self { port, letters }
    }

    fn serve(mut stream: TcpStream, refuses: bool, letters: &Sender<String>) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
        say("220 thu.test");
        while let Some(Ok(line)) = lines.next() {
            match line.split(' ').next().unwrap().to_uppercase().as_str() {
                "EHLO" => say("250 thu.test"),
                "RCPT" if refuses => say("450 hop thu dang day"),
                "DATA" => {
                    say("354 di");
                    let body: Vec<String> = lines.by_ref().map(|l| l.unwrap()).take_while(|l| l != ".").collect();
                    // Kept before it is said to be: whoever hears that may look at once.
                    let _ = letters.send(body.join("\n")); // the test may be over
                    say("250 da nhan");
                }
                "QUIT" => {
                    say("221 chao");
                    break;
                }
                _ => say("250 duoc"),
            }
        }
    }

    /// The letters taken so far.
    fn taken(&self) -> Vec<String> {
        self.letters.try_iter().collect()
    }
}

fn mail(port: u16) -> Mail {
    Mail {
        host: "127.0.0.1".into(),
        port: Some(port),
        tls: MailTls::None,
        ca_file: None,
        from: "may.chu@so.test".into(),
        to: vec!["mot@so.test".into(), "hai@so.test".into()],
        login: String::new(),
        password_file: None,
        url: Some("https://csdl.so.test".into()),
        give_up_days: 3,
    }
}

/// The province at 8 o'clock; a target that is not there, and nobody who could open a backup.
fn province(mail: Mail) -> Province {
    let backup = Backup { recipients: Vec::new(), ..Backup::default() };
    Province::with(Config { mail: Some(mail), backup, ..Config::default() })
}

fn round(p: &Province) -> csdlgd::error::Result<usize> {
    ops::tell(&p.app, "CSDL giáo dục", &watch::alarms(&p.app)?)?;
    ops::send(&p.app)
}

fn waiting(p: &Province) -> usize {
    p.app.db.read(|tx| Ok(store::waiting(tx)?.len())).unwrap()
}

#[test]
fn what_is_wrong_is_told_once_and_then_each_morning() {
    let server = Server::start(0);
    let p = province(mail(server.port));
    assert_eq!(round(&p).unwrap(), 2);
    let letters = server.taken();
    assert_eq!(letters.len(), 2);
    for (letter, to) in letters.iter().zip(["mot@so.test", "hai@so.test"]) {
        assert!(letter.contains(&format!("To: {to}")) && letter.contains("From: may.chu@so.test"), "{letter}");
        let body = text_of(letter);
        assert!(body.contains("Khóa sao lưu chưa đủ an toàn."), "{body}");
        assert!(body.contains("NO BACKUPS") && body.contains("https://csdl.so.test"), "{body}");
        // Nobody of the province is in it.
        assert!(!body.contains("Người dùng") && !body.contains("so.admin"), "{body}");
    }
    // The same matter, the same day: nothing more.
    p.clock.advance(4 * 3_600_000);
    assert_eq!(round(&p).unwrap(), 0);
    // The night is quiet, the morning is not.
    p.clock.advance(18 * 3_600_000);
    assert_eq!(round(&p).unwrap(), 0);
    p.clock.advance(2 * 3_600_000);
    assert_eq!(round(&p).unwrap(), 2);
    assert_eq!(server.taken().len(), 2);
    assert_eq!(waiting(&p), 0);
}

#[test]
fn what_becomes_urgent_is_told_though_it_was_told_before() {
    let server = Server::start(0);
    let p = province(Mail { to: vec!["mot@so.test".into()], ..mail(server.port) });
    let mut alarm =
        Alarm { key: "backups".into(), urgent: false, text: "Ổ đĩa".into(), detail: "no full backup yet".into() };
    let written = |alarm: &Alarm| ops::tell(&p.app, "CSDL giáo dục", std::slice::from_ref(alarm)).unwrap();
    assert_eq!(written(&alarm), 1);
    assert_eq!(written(&alarm), 0);
    (alarm.urgent, alarm.detail) = (true, "the disk is not there".into());
    assert_eq!(written(&alarm), 1);
    assert_eq!(written(&alarm), 0);
    ops::send(&p.app).unwrap();
    assert!(text_of(&server.taken()[1]).contains("the disk is not there"));
}

/// The text of a letter, out of base64 or quoted-printable.
fn text_of(letter: &str) -> String {
    let (head, body) = letter.split_once("\n\n").unwrap();
    let bytes = if head.contains("base64") {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let values = body.bytes().filter_map(|b| alphabet.iter().position(|a| *a == b)).collect::<Vec<_>>();
        let join = |four: &[usize]| {
            let bits = four.iter().fold(0, |all, v| all << 6 | v) << (6 * (4 - four.len()));
            (0..four.len() - 1).map(move |at| (bits >> (16 - 8 * at)) as u8).collect::<Vec<u8>>()
        };
        values.chunks(4).filter(|four| four.len() > 1).flat_map(join).collect::<Vec<u8>>()
    } else {
        let joined = body.replace("=\n", "");
        let mut out = Vec::new();
        let mut rest = joined.bytes();
        while let Some(b) = rest.next() {
            let hex = |b: Option<u8>| (b.unwrap() as char).to_digit(16).unwrap() as u8;
            out.push(if b == b'=' { hex(rest.next()) << 4 | hex(rest.next()) } else { b });
        }
        out
    };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn letters_wait_until_a_server_takes_them_or_are_given_up() {
    let server = Server::start(3);
    let p = province(mail(server.port));
    let refused = round(&p).unwrap_err().to_string();
    assert!(refused.contains("450") && refused.contains("come back later"), "{refused}");
    assert_eq!((waiting(&p), server.taken().len()), (2, 0));
    // Not before its time.
    p.clock.advance(60_000);
    assert_eq!(round(&p).unwrap(), 0);
    p.clock.advance(4 * 60_000);
    round(&p).unwrap_err();
    assert_eq!((waiting(&p), server.taken().len()), (1, 1));
    // A server that is started tries at once: somebody may have mended it.
    p.clock.advance(60_000);
    assert_eq!(round(&p).unwrap(), 0);
    ops::hurry(&p.app).unwrap();
    assert_eq!(round(&p).unwrap(), 1);
    assert_eq!((waiting(&p), server.taken().len()), (0, 1));
    // Nobody there at all: after three days the letters are gone.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let p = province(Mail { to: vec!["mot@so.test".into()], ..mail(closed) });
    round(&p).unwrap_err();
    p.clock.advance(3 * 86_400_000);
    let _ = ops::send(&p.app);
    assert_eq!(waiting(&p), 0);
}

#[test]
fn the_job_runs_only_where_mail_is_configured() {
    assert!(jobs::jobs(&Config::default()).is_empty());
    let server = Server::start(0);
    let p = province(Mail { to: vec!["mot@so.test".into()], ..mail(server.port) });
    let jobs = jobs::jobs(&p.app.config);
    assert_eq!(jobs.iter().map(|j| j.name).collect::<Vec<_>>(), [watch::MAIL]);
    Runner::of(&p.app, jobs).unwrap().tick();
    assert_eq!(server.taken().len(), 1);
    let last = || csdlgd::jobs::store::last(&p.app.db, watch::MAIL).unwrap();
    assert!(last().good && last().outcome == "Đã viết 1 thư, gửi 1 thư.", "{:?}", last());
    // It runs again at its time, or when the server is started anew.
    let runner = |seconds: i64| {
        p.clock.advance(seconds * 1000);
        Runner::of(&p.app, jobs::jobs(&p.app.config)).unwrap()
    };
    let same = runner(1);
    same.tick();
    let first = last().started_ms;
    p.clock.advance(1000);
    same.tick();
    assert_eq!(last().started_ms, first);
    runner(1).tick();
    assert_eq!(last().started_ms, first + 2000);
}

#[test]
fn a_trial_says_what_the_server_answers() {
    let server = Server::start(1);
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("csdlgd.toml");
    let test = |text: String| {
        fs::write(&config, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_csdlgd"));
        command.args(["mail", "test", "--to", "mot@so.test", "--config"]).arg(&config).output().unwrap()
    };
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"a@so.test\"\nto = []\n",
        server.port
    );
    let refused = test(settings.clone());
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("450"), "{}", said(&refused));
    let good = test(settings.clone());
    assert!(said(&good).contains("took a letter to mot@so.test"), "{}", said(&good));
    assert!(text_of(&server.taken()[0]).contains("Thư này gửi thử"));
    let none = test(String::new());
    assert!(said(&none).contains("has no [mail]"), "{}", said(&none));
    let secret = test(format!("{settings}login = \"a\"\n"));
    assert!(said(&secret).contains("login needs password_file"), "{}", said(&secret));
    // On a terminal systemd gives nothing: the credential's own file is read.
    let secret = test(format!("{settings}login = \"a\"\npassword_file = \"mail-password\"\n"));
    let beside = dir.path().join("mail-password").display().to_string();
    assert!(said(&secret).contains(&beside), "{}", said(&secret));
}
