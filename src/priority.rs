//! Who goes first when the processor is short. The threads that take requests in, refuse them and send answers out
//! come first, with the one that writes the store; what computes answers is behind them, what runs on and on last.

use rustix::process::setpriority_process;

/// How far a thread steps back. Each gets about half of what the one before gets of a core both want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Pages and saves being worked on: so the next request is not left waiting for an answer, be it a refusal.
    Work = 3,
    /// What people wait for, though not at once: the search index.
    Following = 6,
    /// Passwords: who comes gives way to who is at work. Jobs, counting.
    Long = 10,
}

/// From now on this thread, and those it starts, give way to the others. A kernel that does not let it
/// leaves it where it is.
pub fn step_back(behind: Behind) {
    // Without a process number it is the calling thread (Linux: setpriority(2), "NOTES").
    let _ = setpriority_process(None, behind as i32); // nothing is wrong without it
}
