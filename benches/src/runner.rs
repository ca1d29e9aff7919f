//! iai-callgrind's runner, from its library: a plain `cargo bench` builds it and finds it, and nothing is installed apart.

use std::process::ExitCode;

fn main() -> ExitCode {
    match iai_callgrind_runner::runner::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
