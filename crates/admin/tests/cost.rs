//! What an allocation costs that goes through the sampling allocator, in instructions: by callgrind, where it is installed.
//!
//! `cargo test --package admin --release --test cost -- --nocapture` prints it, after `cargo build --package admin
//! --release --examples`. An unoptimised build is not measured.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::Command;

/// More pairs, so that what each program does besides falls out of the difference.
const FEW: u64 = 100_000;
const MANY: u64 = 1_100_000;

/// The bar: a subtraction, a test and a jump to allocate, and the same to free, with what a call through the program's
/// allocator adds to them.
const MOST: f64 = 20.0;

/// Instructions of a run, or why there are none.
fn instructions(kind: &str, count: u64) -> Result<u64, String> {
    let mut program = std::env::current_exe().map_err(|error| error.to_string())?;
    program.pop();
    program.pop();
    program.push("examples/pairs");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&program)
        .args([kind, &count.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, number) = line.ok_or_else(|| text.to_string())?;
    number.trim().parse().map_err(|_| text.to_string())
}

#[test]
fn sampling_costs_a_few_instructions() {
    if cfg!(debug_assertions) {
        eprintln!("skipped: an unoptimised build says nothing");
        return;
    }
    if let Err(error) = Command::new(PathBuf::from("valgrind"))
        .arg("--version")
        .output()
    {
        eprintln!("skipped: valgrind: {error}");
        return;
    }
    let pair = |kind| {
        let (few, many) = (
            instructions(kind, FEW).unwrap(),
            instructions(kind, MANY).unwrap(),
        );
        (many - few) as f64 / (MANY - FEW) as f64
    };
    let (system, sampling) = (pair("system"), pair("sampling"));
    let more = sampling - system;
    eprintln!(
        "64 bytes allocated and freed: {system:.2} instructions, sampled {sampling:.2}: {more:.2} more"
    );
    assert!(more < MOST, "{more}");
}
