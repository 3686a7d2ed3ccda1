//! Starts the program: everything is in the library.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Gives back what busy minutes took: the system's allocator keeps a heap for each thread, and under saves
/// the server's memory stayed three times as large.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    csdlgd::cli::main()
}
