//! What the allocator does with memory that is given back. The program runs on mimalloc (`main.rs`):
//! checking and indexing make many small things, and it takes a quarter less processor time for a demo
//! province than glibc's. Left alone both keep what a busy minute took, in a heap for each thread: after the
//! same requests a server held 270 to 290 MiB instead of 80.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// mimalloc listens to these names only, and only when a process begins: take memory from the system
/// bit by bit, and give it back at once.
const SETTINGS: [(&str, &str); 3] =
    [("MIMALLOC_ARENA_EAGER_COMMIT", "0"), ("MIMALLOC_PURGE_DELAY", "0"), ("MIMALLOC_ABANDONED_PAGE_PURGE", "1")];

/// Begins this process anew (same process number, same arguments) with an allocator that gives memory
/// back, unless the environment has its say already. Called before anything is opened. Where it can't be
/// done the program runs as well, only larger.
pub fn give_back() {
    if SETTINGS.iter().any(|(name, _)| std::env::var_os(name).is_some()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| program.clone().into_os_string());
    let _cannot = Command::new(program).arg0(name).args(arguments).envs(SETTINGS).exec();
}
