//! What is said on the terminal's standard output. Whoever reads it may stop reading (`| head`): then
//! the program ends as others do, quietly, and does not panic as `println!` does.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a line was lost.
static LOST: AtomicBool = AtomicBool::new(false);

/// What a shell reports of a program ended by a closed pipe.
const PIPE_CLOSED: i32 = 141;

/// Writes one line. Ends the process if nobody reads any more. What else goes wrong, as with a full disk
/// behind `>`, is told once on standard error, and [`is_whole`] knows.
pub fn line(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(PIPE_CLOSED),
        Err(e) if !LOST.swap(true, Ordering::Relaxed) => {
            complaint(format_args!("csdlgd: standard output can't be written ({e}): what belongs there is lost"));
        }
        Err(_) => {}
    }
}

/// Whether everything that was said went out.
pub fn is_whole() -> bool {
    !LOST.load(Ordering::Relaxed)
}

/// Writes one line to standard error, if that takes it: what can't be told must not end the program.
pub fn complaint(text: Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// As `eprintln!`, through [`complaint`].
macro_rules! complain {
    ($($text:tt)*) => { $crate::terminal::complaint(format_args!($($text)*)) };
}

/// As `println!`, through [`line`].
macro_rules! say {
    () => { $crate::terminal::line(format_args!("")) };
    ($($text:tt)*) => { $crate::terminal::line(format_args!($($text)*)) };
}

pub(crate) use {complain, say};
