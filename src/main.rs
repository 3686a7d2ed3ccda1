//! The program's entrance: nothing but the choice of what to do.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["internal", "read-sheet", ..] => ExitCode::from(csdlgd::exchange::reader::child_main(&args[2..]) as u8),
        _ => ExitCode::FAILURE,
    }
}
