//! Every allocation of a case, in order: for `cargo xtask allocs`. With `cargo bench` it does nothing, since `allocs` counts.

use std::alloc::System;
use std::env;
use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use allocations::{Event, Listing, Operation, Recorder, When};
use benches::{Arguments, Mode};
use cases::{Case, Kind};

#[global_allocator]
static ALLOCATOR: Recorder<System> = Recorder::new(System);

/// Operations that are recorded: as many as are counted by `allocs`, so that what happens every second time is seen.
const OPERATIONS: usize = 8;

/// Lists what is built and the first operation, and not those after the warm-up.
const FIRST: &str = "--first";

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    let cases = arguments.select(Kind::Allocations);
    match arguments.mode {
        Mode::List => cases.iter().for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check => cases.iter().for_each(|case| drop(case.prepare())),
        Mode::Measure => {}
        Mode::One(name) => {
            let when = if env::args().any(|argument| argument == FIRST) {
                When::First
            } else {
                When::Steady
            };
            match listing(&Arguments::one(&name), when) {
                Ok(json) => print!("{json}"),
                Err(error) => {
                    eprintln!("listing: {name}: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

fn listing(case: &Case, when: When) -> Result<String, Box<dyn Error>> {
    let operations: Vec<Vec<Event>> = match when {
        When::First => {
            let operation = case.check_watched(&mut allocations::start);
            let events = allocations::stop();
            drop(operation);
            vec![events]
        }
        When::Steady => {
            let mut operation = case.prepare();
            let record = |_| {
                allocations::start();
                operation.run(1);
                allocations::stop()
            };
            (0..OPERATIONS).map(record).collect()
        }
    };
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().unwrap_or(package).to_string_lossy();
    let named = operations.iter().map(|events| {
        let stacks = allocations::named(events, &root)?;
        Ok(Operation::of(events, stacks))
    });
    let named: Vec<Operation> = named.collect::<io::Result<_>>()?;
    let listing = Listing {
        case: case.name().to_owned(),
        when,
        operations: allocations::alike(named),
    };
    Ok(listing.json()?)
}
