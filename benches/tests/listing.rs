//! What is listed is what is counted: the recorder beside dhat, on all cases, in one process.

use allocations::{End, Kind, Operation, Recorder};
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
