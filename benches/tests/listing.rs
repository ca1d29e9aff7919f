//! What is listed is what is counted: the recorder beside dhat, on all cases, in one process.

use std::path::Path;

use allocations::{Counter, End, Kind, Operation, Recorder};
use cases::Case;
use dhat::{HeapStats, Profiler};

#[global_allocator]
static ALLOCATOR: Recorder<dhat::Alloc> = Recorder::new(dhat::Alloc);

const OPERATIONS: u64 = 8;

/// Blocks and bytes that dhat counts.
fn counted(operation: &mut cases::Operation) -> (u64, u64) {
    let profiler = Profiler::builder().testing().build();
    operation.run(OPERATIONS);
    let stats = HeapStats::get();
    drop(profiler);
    (stats.total_blocks, stats.total_bytes)
}

fn recorded(operation: &mut cases::Operation) -> Operation {
    allocations::start();
    operation.run(OPERATIONS);
    Operation::of(&allocations::stop(), Vec::new())
}

/// Bytes that live between operations, as `retained-B` counts them.
fn retained(case: &Case) -> usize {
    let mut profiler = None;
    let operation =
        case.check_watched(&mut || profiler = Some(Profiler::builder().testing().build()));
    let live = HeapStats::get().curr_bytes;
    drop((profiler, operation));
    live
}

/// What the suite counts of a case, in the order of the counters.
fn suite(case: &Case) -> [f64; 4] {
    let mut profiler = None;
    let mut operation =
        case.prepare_watched(&mut || profiler = Some(Profiler::builder().testing().build()));
    let retained = HeapStats::get().curr_bytes - operation.bytes();
    drop(profiler);
    let profiler = Profiler::builder().testing().build();
    operation.run(OPERATIONS);
    let stats = HeapStats::get();
    drop(profiler);
    let an_operation = |count: u64| count as f64 / OPERATIONS as f64;
    [
        an_operation(stats.total_blocks),
        an_operation(stats.total_bytes),
        (retained + stats.max_bytes) as f64,
        retained as f64,
    ]
}

/// Each allocation is a line's, and what the lines allocate sums to what the suite counts.
fn check_sites(case: &Case) {
    let name = case.name();
    let mut operation = case.prepare_watched(&mut allocations::start);
    let before = allocations::stop();
    allocations::start();
    operation.run(OPERATIONS);
    let steady = allocations::stop();
    let package = env!("CARGO_MANIFEST_DIR");
    let root = package.strip_suffix("/benches").unwrap();
    let held = operation.bytes();
    let sites = allocations::counted(OPERATIONS, &steady, &before, held, root).unwrap();
    let sums = Counter::ALL.map(|counter| sites.sum(counter));
    assert_eq!(sums, suite(case), "{name}");
    for site in sites.sites.keys() {
        let own = site
            .own
            .iter()
            .map(|place| (place.file.as_str(), place.line));
        let library = site
            .library
            .iter()
            .map(|line| (line.file.as_str(), line.line));
        let first = own.chain(library).next();
        let is_line = |(file, line): (&str, u32)| {
            line > 0 && Path::new(file).extension().is_some_and(|end| end == "rs")
        };
        assert!(first.is_some_and(is_line), "{name}: {site:?}");
        let relative = |file: &str| !file.starts_with('/') && file.contains('/');
        assert!(
            first.is_some_and(|(file, _)| relative(file)),
            "{name}: {site:?}"
        );
    }
}

#[test]
fn the_list_is_what_the_suite_counts() {
    let cases = cases::all();
    let mut compared = 0;
    for case in cases
        .iter()
        .filter(|case| case.is_measured_in(cases::Kind::Allocations))
    {
        let name = case.name();
        let mut operation = case.prepare();
        let (blocks, bytes) = counted(&mut operation);
        let listed = recorded(&mut operation);
        let sums = (listed.allocations.len() as u64, listed.bytes() as u64);
        assert_eq!(sums, (blocks, bytes), "{name}");
        assert!(is_whole(&listed), "{name}");

        let live = retained(case);
        let operation = case.check_watched(&mut allocations::start);
        let first = Operation::of(&allocations::stop(), Vec::new());
        drop(operation);
        let kept: usize = first.kept().map(|allocation| allocation.size).sum();
        assert_eq!(kept, live, "{name}");
        compared += 1;

        // Names take a while: one size stands for the others.
        if !name.contains("items=") || name.contains("items=10/") {
            check_sites(case);
        }
    }
    assert!(compared > 50, "{compared} cases");
}

/// Whether each event is one allocation's, and each end is behind its beginning.
fn is_whole(operation: &Operation) -> bool {
    let mut ended = 0;
    let in_order = operation.allocations.iter().all(|allocation| {
        let resized_before = match allocation.kind {
            Kind::Realloc { of: Some(of), .. } => of < allocation.event,
            _ => true,
        };
        let ends_after = match allocation.end {
            Some(End::Freed(event)) => {
                ended += 1;
                event > allocation.event
            }
            Some(End::Resized(event)) => event > allocation.event,
            None => true,
        };
        resized_before && ends_after
    });
    let taken_over = operation
        .allocations
        .iter()
        .filter(|allocation| matches!(allocation.kind, Kind::Realloc { of: None, .. }))
        .count();
    let freed = ended + operation.freed_before.len() - taken_over;
    in_order && operation.events == operation.allocations.len() + freed
}
