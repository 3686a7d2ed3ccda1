//! Starts the program: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static HEAP: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    csdlgd::cli::main()
}
