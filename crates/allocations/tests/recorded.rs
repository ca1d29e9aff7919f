//! What is recorded, named and printed, of code that is known.

use std::alloc::System;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use allocations::{
    Amounts, Changes, Counter, End, Frame, Kind, Library, Listing, Operation, Profiles, Recorder,
    Site, Sites, When, alike, beside,
};

#[global_allocator]
static ALLOCATOR: Recorder<System> = Recorder::new(System);

fn recorded(work: impl FnOnce()) -> Operation {
    allocations::start();
    work();
    let events = allocations::stop();
    let stacks = allocations::named(&events, &root()).unwrap();
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
A: 3 allocations, 112 B                                       B: 3 allocations, 20 B
   1       5 B  alloc, freed 2  crates/naive/src/lib.rs:1  =     1       5 B  alloc, freed 2  crates/naive/src/lib.rs:1
   3     100 B  alloc, freed 4  crates/naive/src/lib.rs:2  <
   5       7 B  alloc, freed 6  crates/naive/src/lib.rs:3  =     3       7 B  alloc, freed 4  crates/naive/src/lib.rs:2
                                                           >     5       8 B  alloc, freed 6  crates/naive/src/lib.rs:3
"
    );
}

/// What one operation allocates, by site, with the lines of this file.
fn sites(work: fn()) -> Sites {
    allocations::start();
    work();
    let steady = allocations::stop();
    let root = root();
    let mut sites = allocations::counted(1, &steady, &[], 0, &root).unwrap();
    sites.quote(|file| fs::read_to_string(Path::new(&root).join(file)).ok());
    sites
}

/// The workspace's folder.
fn root() -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().display().to_string()
}

/// The same work before and after a change, and the line of what came or went.
mod lost_capacity {
    use std::hint::black_box;

    pub(super) const GONE: u32 = line!() + 2;
    pub(super) fn before() {
        let mut numbers = Vec::with_capacity(100);
        for number in 0..100 {
            numbers.push(number);
        }
        black_box(numbers);
    }

    pub(super) const NEW: u32 = line!() + 4;
    pub(super) fn after() {
        let mut numbers = Vec::new();
        for number in 0..100 {
            numbers.push(number);
        }
        black_box(numbers);
    }
}

mod extra_clone {
    use std::hint::black_box;

    pub(super) fn before() {
        let name = black_box("name").to_owned();
        black_box(vec![name]);
    }

    pub(super) const NEW: u32 = line!() + 3;
    pub(super) fn after() {
        let name = black_box("name").to_owned();
        black_box(vec![name.clone()]);
    }
}

mod double_work {
    use std::hint::black_box;

    fn parse(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    pub(super) fn before() {
        let words = parse(black_box("a b c"));
        black_box(words);
    }

    pub(super) const NEW: u32 = line!() + 2;
    pub(super) fn after() {
        assert!(!parse(black_box("a b c")).is_empty());
        let words = parse(black_box("a b c"));
        black_box(words);
    }
}

mod formatted {
    use std::hint::black_box;

    pub(super) fn before() {
        let mut text = String::with_capacity(20);
        text.push_str(black_box("7"));
    }

    pub(super) const NEW: u32 = line!() + 3;
    pub(super) fn after() {
        let mut text = String::with_capacity(20);
        text.push_str(&format!("{}", black_box(7)));
    }
}

/// What is done before and after a change, and the line that is new.
type Case = (fn(), fn(), u32);

#[test]
fn a_change_is_put_down_to_the_line_that_made_it() {
    let cases: [Case; 4] = [
        (
            lost_capacity::before,
            lost_capacity::after,
            lost_capacity::NEW,
        ),
        (extra_clone::before, extra_clone::after, extra_clone::NEW),
        (double_work::before, double_work::after, double_work::NEW),
        (formatted::before, formatted::after, formatted::NEW),
    ];
    for (before, after, line) in cases {
        let [base, head] = [before, after].map(sites);
        let changes = Changes::between(&base, &head);
        let came = changes.sites.iter().find(|change| !change.gone).unwrap();
        assert_eq!(came.site.own[came.at].line, line, "{changes:#?}");
        for counter in Counter::ALL {
            let change = head.sum(counter) - base.sum(counter);
            assert_eq!(changes.sum(counter), change, "{line}: {counter}");
        }
        assert!(changes.sum(Counter::Allocations) > 0.0, "{changes:#?}");
        // The other way round, what came went.
        let back = Changes::between(&head, &base);
        let went = back.sites.iter().find(|change| change.gone).unwrap();
        assert_eq!(went.site.own[went.at].line, line, "{back:#?}");
        assert_eq!(Changes::between(&head, &head).sites, [], "{line}");
    }
    let [base, head] = [lost_capacity::before, lost_capacity::after].map(sites);
    let changes = Changes::between(&base, &head).sites;
    let gone: Vec<_> = changes.iter().filter(|change| change.gone).collect();
    assert_eq!(gone.len(), 1, "{gone:#?}");
    assert_eq!(gone[0].site.own[0].line, lost_capacity::GONE);
    assert_eq!(
        gone[0].sources[0].text,
        "let mut numbers = Vec::with_capacity(100);"
    );
    assert_eq!(gone[0].of(Counter::Bytes), (400.0, 0.0));
}

#[test]
fn what_lives_at_the_peak_and_what_stays_are_told_apart() {
    allocations::start();
    let held = Box::new([0_u8; 77]);
    let kept = black_box(vec![1_u8; 1000]);
    let before = allocations::stop();
    allocations::start();
    for _ in 0..2 {
        let mut grows = black_box(Vec::<u8>::with_capacity(10));
        grows.reserve_exact(30);
        let most = black_box(vec![2_u8; 200]);
        drop((most, grows));
        drop(black_box(vec![3_u8; 100]));
    }
    let steady = allocations::stop();
    let sites = allocations::counted(2, &steady, &before, 0, &root()).unwrap();
    let sums = Counter::ALL.map(|counter| sites.sum(counter));
    // A block that is resized is not there twice.
    assert_eq!(sums, [4.0, 340.0, 1077.0 + 230.0, 1077.0]);
    // The harness's block is one that no line of ours made; this one is ours.
    let without = allocations::counted(2, &steady, &before, 77, &root()).unwrap();
    assert_eq!(without, sites);
    drop((held, kept));
}

#[test]
fn profiles_are_written_and_read_again() {
    let mut one = sites(extra_clone::after);
    let two = sites(lost_capacity::after);
    one.sites.insert(
        Site {
            own: Vec::new(),
            library: Some(Library {
                function: "new".to_owned(),
                file: "std-1.0/src/a.rs".to_owned(),
                line: 0,
            }),
        },
        Amounts::default(),
    );
    let profiles = Profiles(vec![
        ("A/items=1".to_owned(), one),
        ("B".to_owned(), two),
        (
            "C".to_owned(),
            Sites {
                operations: 8,
                ..Sites::default()
            },
        ),
    ]);
    let text = profiles.text();
    assert_eq!(Profiles::parse(&text).unwrap(), profiles, "{text}");
    assert!(!text.contains(&root()), "{text}");
    for (text, line, problem) in [
        ("A\t8\n\t1\t2\tx\n", 2, "four numbers"),
        ("\n\t1\t2\t3\t4\t\t\n", 2, "a site without a case"),
        ("A\t8\n\t1\t2\t3\t4\tfile\n", 2, "FILE:NUMBER"),
        ("A\t8\n\t1\t2\t3\t4\t\tname\n", 2, "has a file"),
        ("# all\nA 8\n", 2, "neither a case"),
    ] {
        let error = Profiles::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text:?}");
        assert!(error.problem.contains(problem), "{error}");
    }
}
