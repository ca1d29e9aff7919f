//! What is recorded, named and printed, of code that is known.

use std::alloc::System;
use std::hint::black_box;
use std::path::Path;

use allocations::{End, Frame, Kind, Listing, Operation, Recorder, When, alike, beside};

#[global_allocator]
static ALLOCATOR: Recorder<System> = Recorder::new(System);

fn recorded(work: impl FnOnce()) -> Operation {
    allocations::start();
    work();
    let events = allocations::stop();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let stacks = allocations::named(&events, &root.to_string_lossy()).unwrap();
    Operation::of(&events, stacks)
}

#[test]
fn an_operation_is_told_in_order_with_its_ends() {
    let before = vec![1_u8; 40];
    let mut kept = None;
    let operation = recorded(|| {
        let zeros = black_box(vec![0_u8; 300]);
        let mut grows = Vec::<u8>::with_capacity(10);
        grows.resize(10, 1);
        grows.reserve_exact(90);
        drop(zeros);
        drop(before);
        kept = Some(black_box(Box::new(7_u64)));
        drop(grows);
    });
    let told: Vec<_> = operation
        .allocations
        .iter()
        .map(|allocation| {
            let (event, kind) = (allocation.event, allocation.kind);
            (event, kind, allocation.size, allocation.end)
        })
        .collect();
    let realloc = Kind::Realloc {
        from: 10,
        of: Some(2),
    };
    assert_eq!(
        told,
        [
            (1, Kind::Zeroed, 300, Some(End::Freed(4))),
            (2, Kind::Alloc, 10, Some(End::Resized(3))),
            (3, realloc, 100, Some(End::Freed(7))),
            (6, Kind::Alloc, 8, None),
        ]
    );
    assert_eq!((operation.events, operation.freed_before), (7, vec![40]));
    assert_eq!(kept.as_deref(), Some(&7));
}

#[test]
fn the_recorders_own_memory_and_other_threads_are_not_recorded() {
    let operation = recorded(|| {
        for size in 1..2000 {
            drop(black_box(Vec::<u8>::with_capacity(size)));
        }
    });
    assert_eq!(operation.allocations.len(), 1999);
    let waits = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            waits.wait();
            drop(black_box(vec![1; 100]));
            waits.wait();
        });
        let operation = recorded(|| {
            waits.wait();
            waits.wait();
        });
        assert_eq!(operation.allocations, []);
    });
}

#[test]
fn the_stack_leads_from_the_call_to_the_test() {
    let line = line!() + 2;
    let operation = recorded(|| {
        drop(black_box(Vec::<u8>::with_capacity(64)));
    });
    let stack = &operation.allocations[0].stack;
    let here = stack
        .iter()
        .position(|frame| frame.file == "crates/allocations/tests/recorded.rs")
        .expect("this file");
    assert_eq!(stack[here].line, line, "{stack:?}");
    let library = |frame: &Frame| frame.file.starts_with("alloc/src/");
    assert!(stack[..here].iter().any(library), "{stack:?}");
}

fn frame(file: &str, line: u32) -> Frame {
    Frame {
        function: "made".to_owned(),
        file: file.to_owned(),
        line,
        inlined: false,
    }
}

fn listing(case: &str, sizes: &[usize]) -> Listing {
    let mut operation = recorded(|| {
        for size in sizes {
            drop(black_box(Vec::<u8>::with_capacity(*size)));
        }
    });
    for (allocation, line) in operation.allocations.iter_mut().zip(1..) {
        allocation.stack = vec![
            frame("alloc/src/vec/mod.rs", 9),
            frame("crates/naive/src/lib.rs", line),
        ];
    }
    Listing {
        case: case.to_owned(),
        when: When::Steady,
        operations: alike([operation.clone(), operation]),
    }
}

#[test]
fn a_listing_is_printed_and_read_again() {
    let listing = listing("Data/variant=naive", &[5, 100]);
    assert_eq!(
        listing.to_string(),
        "\
Data/variant=naive: 2 allocations, 105 B; 2 operations alike
#    B  kind   until    line                       by way of
1    5  alloc  freed 2  crates/naive/src/lib.rs:1  made alloc/src/vec/mod.rs:9
3  100  alloc  freed 4  crates/naive/src/lib.rs:2  made alloc/src/vec/mod.rs:9
"
    );
    let json = listing.json().unwrap();
    assert_eq!(Listing::parse(json.as_bytes()).unwrap(), listing);
    let error = Listing::parse(b"{\n\"case\": 3}").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 9));
}

#[test]
fn what_both_have_stands_on_one_line() {
    let (one, two) = (listing("A", &[5, 100, 7]), listing("B", &[5, 7, 8]));
    assert_eq!(
        beside(&one, &two),
        "\
A: 3 allocations, 112 B                              B: 3 allocations, 20 B
   1       5 B  alloc  crates/naive/src/lib.rs:1  =     1       5 B  alloc  crates/naive/src/lib.rs:1
   3     100 B  alloc  crates/naive/src/lib.rs:2  <
   5       7 B  alloc  crates/naive/src/lib.rs:3  =     3       7 B  alloc  crates/naive/src/lib.rs:2
                                                  >     5       8 B  alloc  crates/naive/src/lib.rs:3
"
    );
}
