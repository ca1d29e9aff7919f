//! Every allocation of a case, in order, for `cargo xtask allocs`, or by site, for `cargo xtask compare`. With `cargo bench` it
//! does nothing, since `allocs` counts.

use std::alloc::System;
use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use allocations::{Event, Listing, Operation, Profiles, Recorder, When};
use benches::{Arguments, Mode};
use cases::{Case, Kind};

#[global_allocator]
static ALLOCATOR: Recorder<System> = Recorder::new(System);

/// Operations that are recorded: as many as are counted by `allocs`, so that what happens every second time is seen.
const OPERATIONS: usize = 8;

/// Lists what is built and the first operation, and not those after the warm-up.
const FIRST: &str = "--first";

/// Says what each site allocates, and what it retains.
const SITES: &str = "--sites";

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    let cases = arguments.select(Kind::Allocations);
    match arguments.mode {
        Mode::List => cases.iter().for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check => cases.iter().for_each(|case| drop(case.prepare())),
        Mode::Measure => {}
        Mode::One(name) => {
            let asked = |flag: &str| env::args().any(|argument| argument == flag);
            let case = Arguments::one(&name);
            let text = if asked(SITES) {
                sites(&case)
            } else if asked(FIRST) {
                listing(&case, When::First)
            } else {
                listing(&case, When::Steady)
            };
            match text {
                Ok(text) => print!("{text}"),
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
    let named = operations.iter().map(|events| {
        let stacks = allocations::named(events, root())?;
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

fn sites(case: &Case) -> Result<String, Box<dyn Error>> {
    let mut operation = case.prepare_watched(&mut allocations::start);
    let before = allocations::stop();
    allocations::start();
    operation.run(OPERATIONS as u64);
    let steady = allocations::stop();
    let sites = allocations::counted(
        OPERATIONS as u64,
        &steady,
        &before,
        operation.bytes(),
        root(),
    )?;
    Ok(Profiles(vec![(case.name().to_owned(), sites)]).text())
}

/// The workspace's folder, where this was built.
fn root() -> &'static str {
    let package = env!("CARGO_MANIFEST_DIR");
    package.rsplit_once('/').map_or(package, |(root, _)| root)
}
