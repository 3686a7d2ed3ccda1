//! How many heaps the system's allocator may keep. Left alone it makes one for nearly every thread, and
//! what a busy minute took stays in each of them: after the same requests a server held 285 MiB instead of
//! 95, and was no faster.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// glibc listens to this name only, and only when a process begins.
const NAME: &str = "MALLOC_ARENA_MAX";
const HEAPS: &str = "2";

/// Begins this process anew (same process number, same arguments) with few heaps, unless the
/// environment already says how many. Called before anything is opened. Where it can't be done the
/// program runs as well, only larger.
pub fn few() {
    if !cfg!(target_env = "gnu") || std::env::var_os(NAME).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| program.clone().into_os_string());
    let _cannot = Command::new(program).arg0(name).args(arguments).env(NAME, HEAPS).exec();
}
