//! What the program logs: lines on standard error. The journal is told how urgent each of them is, so that
//! `journalctl -u csdlgd -p warning` shows what needs somebody, and keeps the time itself.

use std::io::{self, IsTerminal, Write};
use std::os::linux::fs::MetadataExt;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Begins to log: all a server does, of a command only what went wrong. `CSDLGD_LOG` says otherwise.
pub fn start(serving: bool) {
    let usual = if serving { "info,tantivy=warn,tokio_cron_scheduler=warn" } else { "warn" };
    let filter = EnvFilter::try_from_env("CSDLGD_LOG").unwrap_or_else(|_| usual.into());
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    // Only a test has begun already.
    let _ = if is_journal() {
        logger.without_time().with_ansi(false).with_writer(Journal).try_init()
    } else {
        logger.with_ansi(io::stderr().is_terminal()).with_writer(io::stderr).try_init()
    };
}

/// Whether standard error leads to the journal: systemd says which file does.
fn is_journal() -> bool {
    let Some(stream) = std::env::var("JOURNAL_STREAM").ok() else { return false };
    let own = std::fs::metadata("/proc/self/fd/2");
    own.is_ok_and(|own| stream == format!("{}:{}", own.st_dev(), own.st_ino()))
}

/// Standard error as the journal reads it.
struct Journal;

/// One event for the journal.
struct Lines {
    /// How urgent it is, as sd-daemon(3) says.
    urgency: &'static str,
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines { urgency: "<6>" }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Lines {
        let urgency = match *about.level() {
            Level::ERROR => "<3>",
            Level::WARN => "<4>",
            Level::INFO => "<6>",
            _ => "<7>",
        };
        Lines { urgency }
    }
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let lines = event.split_inclusive(|byte| *byte == b'\n');
        let whole: Vec<u8> = lines.flat_map(|line| [self.urgency.as_bytes(), line]).flatten().copied().collect();
        io::stderr().lock().write_all(&whole).map(|()| event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
