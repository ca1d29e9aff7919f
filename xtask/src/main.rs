//! `cargo xtask`: measures the suite, compares results, keeps the baselines.
//!
//! It starts the programs that measure and asks the crates what their results mean; it computes nothing itself.

#![forbid(unsafe_code)]

mod accept;
mod allocs;
mod baseline;
mod bench;
mod calibrate;
mod comment;
mod compare;
mod doctor;
mod explain;
mod flame;
mod ladder;
mod load;
mod machine;
mod measure;
mod paired;
mod pool_sweep;
mod profile;
mod profiles;
mod progress;
mod report;
mod results;
mod rounds;
mod service;
mod shard;
mod sites;
mod soak;
mod stop;
mod stores;
mod suite;
mod told;
mod workspace;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use benchstat::cli::{Message, two_dashes, with_gate_defaults};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// The exit code for bad usage, bad input, and whatever else stops a verb.
const FAILURE: u8 = 2;

/// Measures the handlers, compares results, and keeps the baselines.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    max_term_width = 100
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Bench(bench::Arguments),
    Allocs(allocs::Arguments),
    Compare(Box<compare::Arguments>),
    Comment(comment::Arguments),
    Baseline(baseline::Arguments),
    Accept(accept::Arguments),
    Rename(accept::RenameArguments),
    Calibrate(calibrate::Arguments),
    Report(report::Arguments),
    Load(load::Arguments),
    Ladder(ladder::Arguments),
    PoolSweep(pool_sweep::Arguments),
    Soak(soak::Arguments),
    Profile(profile::Arguments),
    Doctor(doctor::Arguments),
}

fn main() -> ExitCode {
    let mut command = Arguments::command().mut_subcommand("compare", with_gate_defaults);
    let matches = command.try_get_matches_from_mut(arguments(&command));
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            complain(&error.render().to_string());
            return ExitCode::from(FAILURE);
        }
        // Help, or the version.
        Err(error) => error.exit(),
    };
    match run(arguments.verb) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("error: {error:#}\n"));
            ExitCode::from(FAILURE)
        }
    }
}

/// Prints a message, which may quote arguments and what anyone has written into a file. That nobody can be told of a
/// failure is no other failure.
fn complain(message: &str) {
    let _ = write!(io::stderr(), "{}", Message(message));
}

fn run(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Bench(arguments) => bench::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Allocs(arguments) => allocs::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Compare(arguments) => compare::run(&arguments),
        Verb::Comment(arguments) => comment::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Baseline(arguments) => baseline::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Accept(arguments) => accept::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Rename(arguments) => accept::rename(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Calibrate(arguments) => calibrate::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Report(arguments) => report::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Load(arguments) => load::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Ladder(arguments) => ladder::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::PoolSweep(arguments) => pool_sweep::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Soak(arguments) => soak::run(&arguments),
        Verb::Profile(arguments) => profile::run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Doctor(doctor::Arguments {}) => {
            doctor::run();
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The process's arguments; those of `compare` as benchstat takes them, with one dash or two.
fn arguments(command: &clap::Command) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(compare) = command.find_subcommand("compare")
        && arguments.get(1).is_some_and(|verb| verb == "compare")
    {
        let rest = two_dashes(compare, arguments.drain(1..));
        arguments.extend(rest);
    }
    arguments
}
