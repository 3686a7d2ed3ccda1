//! Who goes first when the processor is short. The threads that take requests in, refuse them and send answers out
//! come first, with the one that writes the store; what computes answers is behind them, what runs on and on last.

use rustix::process::setpriority_process;

/// How far a thread steps back: its nice value. Where two want one core, one at the usual 0 gets nine parts of ten
/// beside [`Behind::Work`]; that gets about three of five beside [`Behind::Following`], and that two of three beside
/// [`Behind::Last`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Pages and saves being worked on. Less than this, and at ten times the load a refusal takes 18 ms instead of
    /// one: it waits until a page is drawn.
    Work = 10,
    /// What people wait for, though not at once: the search index.
    Following = 12,
    /// Passwords: who comes gives way to who is at work. Jobs, counting.
    Last = 15,
}

/// From now on this thread, and those it starts, give way to the others. A kernel that does not let it
/// leaves it where it is.
pub fn step_back(behind: Behind) {
    // Without a process number it is the calling thread (Linux: setpriority(2), "NOTES").
    let _ = setpriority_process(None, behind as i32); // nothing is wrong without it
}
