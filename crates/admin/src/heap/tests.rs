//! The allocator against what a list of its allocations says.
#![allow(unsafe_code, reason = "an allocator's functions are unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;

use crate::heap::sampling::seed;
use crate::heap::table::Sums;
use crate::heap::{Sampling, View, chance, snapshot, stacks, totals};

/// The table is the process's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was added to the sums since.
fn since(before: Option<Sums>) -> Sums {
    totals()
        .unwrap_or_default()
        .less(before.unwrap_or_default())
}

/// An allocation that is filled with bytes of its own.
struct Block {
    pointer: *mut u8,
    layout: Layout,
    filling: u8,
}

// SAFETY: nothing else has the pointer.
unsafe impl Send for Block {}

impl Block {
    fn new(allocator: &impl GlobalAlloc, layout: Layout, zeroed: bool, filling: u8) -> Self {
        // SAFETY: the layout's size is not 0.
        let pointer = unsafe {
            if zeroed {
                allocator.alloc_zeroed(layout)
            } else {
                allocator.alloc(layout)
            }
        };
        assert!(!pointer.is_null() && pointer.addr().is_multiple_of(layout.align()));
        let block = Self {
            pointer,
            layout,
            filling,
        };
        if zeroed {
            assert!(block.bytes().iter().all(|byte| *byte == 0));
        }
        block.fill();
        block
    }

    fn fill(&self) {
        // SAFETY: it was allocated with this size.
        unsafe { self.pointer.write_bytes(self.filling, self.layout.size()) }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: it was allocated with this size, and is zeroed or filled.
        unsafe { std::slice::from_raw_parts(self.pointer, self.layout.size()) }
    }

    fn resize(&mut self, allocator: &impl GlobalAlloc, size: usize) {
        let kept = size.min(self.layout.size());
        // SAFETY: it was allocated with this layout, and the new size is not 0.
        self.pointer = unsafe { allocator.realloc(self.pointer, self.layout, size) };
        assert!(!self.pointer.is_null());
        assert!(self.pointer.addr().is_multiple_of(self.layout.align()));
        self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        // SAFETY: so many bytes were kept.
        let bytes = unsafe { std::slice::from_raw_parts(self.pointer, kept) };
        assert!(bytes.iter().all(|byte| *byte == self.filling));
        self.fill();
    }

    fn free(self, allocator: &impl GlobalAlloc) {
        assert!(self.bytes().iter().all(|byte| *byte == self.filling));
        // SAFETY: it was allocated with this layout.
        unsafe { allocator.dealloc(self.pointer, self.layout) }
    }
}

/// One step of a program.
#[derive(Debug, Clone)]
enum Step {
    Allocate {
        size: usize,
        align: u32,
        zeroed: bool,
    },
    Resize {
        place: usize,
        size: usize,
    },
    Free {
        place: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop_oneof![1_usize..64, 1_usize..5000, Just(100_000)];
    let step = prop_oneof![
        3 => (size.clone(), 0_u32..13, any::<bool>())
            .prop_map(|(size, align, zeroed)| Step::Allocate { size, align, zeroed }),
        1 => (any::<usize>(), size).prop_map(|(place, size)| Step::Resize { place, size }),
        2 => any::<usize>().prop_map(|place| Step::Free { place }),
    ];
    prop::collection::vec(step, 0..120)
}

/// Runs the steps and says what was allocated: how often, how many bytes; and keeps what was not freed.
fn run(allocator: &impl GlobalAlloc, steps: &[Step]) -> (u64, u64, Vec<Block>) {
    let (mut objects, mut bytes) = (0, 0);
    let mut blocks: Vec<Block> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        match *step {
            Step::Allocate {
                size,
                align,
                zeroed,
            } => {
                let layout = Layout::from_size_align(size, 1 << align).unwrap();
                blocks.push(Block::new(allocator, layout, zeroed, number as u8));
                objects += 1;
                bytes += size as u64;
            }
            Step::Resize { place, size } if !blocks.is_empty() => {
                let place = place % blocks.len();
                blocks[place].resize(allocator, size);
                objects += 1;
                bytes += size as u64;
            }
            Step::Free { place } if !blocks.is_empty() => {
                blocks.swap_remove(place % blocks.len()).free(allocator);
            }
            Step::Resize { .. } | Step::Free { .. } => {}
        }
    }
    (objects, bytes, blocks)
}

proptest! {
    #[test]
    fn with_each_allocation_sampled_the_sums_are_the_lists(steps in steps()) {
        let _alone = alone();
        let allocator = Sampling::with_rate(System, 1);
        seed(1, 1);
        let before = totals();
        let (objects, bytes, blocks) = run(&allocator, &steps);
        let sums = since(before);
        let live: usize = blocks.iter().map(|block| block.layout.size()).sum();
        prop_assert_eq!(sums.values(), [objects as i64, bytes as i64, blocks.len() as i64, live as i64]);
        for block in blocks {
            block.free(&allocator);
        }
        prop_assert_eq!(&since(before).values()[2..], &[0, 0]);
    }

    #[test]
    fn with_some_sampled_memory_is_whole_and_nothing_stays(steps in steps(), rate in 2_u64..4000, start: u64) {
        let _alone = alone();
        let allocator = Sampling::with_rate(System, rate);
        seed(start, rate);
        let before = totals();
        let (_, _, blocks) = run(&allocator, &steps);
        for block in blocks {
            block.free(&allocator);
        }
        prop_assert_eq!(&since(before).values()[2..], &[0, 0]);
    }
}

/// Estimates differ from what is estimated by no more than chance has it: the variance of a sum of `n` allocations of `s`
/// bytes, each sampled with the probability `p` and then counted `1/p` times, is `n s² (1 - p) / p`.
#[test]
fn estimates_have_no_bias() {
    const RATE: u64 = 4096;
    const COUNT: u64 = 200_000;
    let _alone = alone();
    let allocator = Sampling::with_rate(System, RATE);
    for size in [1, 8, 24, 100, 1000, 4096, 20_000] {
        seed(42 + size as u64, RATE);
        let before = totals();
        let layout = Layout::from_size_align(size, 1).unwrap();
        for _ in 0..COUNT {
            // SAFETY: the layout's size is not 0, and what is freed was allocated with it.
            unsafe {
                let pointer = allocator.alloc(layout);
                assert!(!pointer.is_null());
                allocator.dealloc(pointer, layout);
            }
        }
        let sums = since(before);
        let p = 1.0 / chance::weight(size as u64, RATE);
        let deviation = (COUNT as f64 * (1.0 - p) / p).sqrt();
        let off = (sums.allocated_objects - COUNT as f64) / deviation;
        assert!(
            off.abs() < 4.0,
            "{size} bytes: off by {off:.2} standard deviations"
        );
        let bytes = sums.allocated_objects * size as f64;
        assert!((sums.allocated_bytes - bytes).abs() <= bytes * 1e-9);
        assert_eq!(sums.values()[2..], [0, 0]);
    }
}

/// Whether [`Resizing`] refuses to, and how often it did.
static REFUSES: AtomicBool = AtomicBool::new(false);
static RESIZED: AtomicU32 = AtomicU32::new(0);

/// The system's allocator, which is told to refuse and counts.
struct Resizing;

// SAFETY: each call is handed on as it came; one that is refused changes nothing.
unsafe impl GlobalAlloc for Resizing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, here and below.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if REFUSES.load(Ordering::Relaxed) {
            return std::ptr::null_mut();
        }
        RESIZED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[test]
fn a_sampled_allocation_is_resized_by_the_inner_allocator() {
    let _alone = alone();
    let allocator = Sampling::with_rate(Resizing, 1);
    seed(1, 1);
    let before = totals();
    let layout = Layout::from_size_align(1_000_000, 8).unwrap();
    let mut block = Block::new(&allocator, layout, false, 5);
    for size in [3_000_000, 2_000_000] {
        block.resize(&allocator, size);
    }
    assert_eq!(RESIZED.load(Ordering::Relaxed), 2);
    let values = [3, 6_000_000, 1, 2_000_000];
    assert_eq!(since(before).values(), values);

    // What cannot be resized is as it was.
    REFUSES.store(true, Ordering::Relaxed);
    // SAFETY: it was allocated with this layout, and the new size is not 0.
    let refused = unsafe { allocator.realloc(block.pointer, block.layout, 4_000_000) };
    assert!(refused.is_null());
    assert_eq!(since(before).values(), values);
    block.free(&allocator);
    assert_eq!(since(before).values()[2..], [0, 0]);
}

#[test]
fn a_profile_tells_its_rate_and_when_it_began() {
    let _alone = alone();
    seed(1, 4096);
    let lasted = Duration::from_secs(3);
    let nanoseconds = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos() as i64
    };
    let earliest = nanoseconds();
    let profile = stacks(View::Heap, &[], &[], lasted);
    let latest = nanoseconds();
    assert_eq!(profile.period, (("space", "bytes"), 4096));
    let ended = profile.began + lasted.as_nanos() as i64;
    assert!((earliest..=latest).contains(&ended));
}

#[test]
fn what_one_thread_allocates_another_may_free() {
    const THREADS: u64 = 4;
    let _alone = alone();
    let before = totals();
    let allocator = &Sampling::with_rate(System, 256);
    thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..THREADS).map(|_| mpsc::channel::<Block>()).unzip();
        for (thread, receiver) in receivers.into_iter().enumerate() {
            let next = senders[(thread + 1) % senders.len()].clone();
            scope.spawn(move || {
                for number in 0..5_000_usize {
                    let layout =
                        Layout::from_size_align(1 + number % 700, 1 << (number % 8)).unwrap();
                    let block = Block::new(allocator, layout, number % 3 == 0, number as u8);
                    next.send(block).unwrap();
                    if let Ok(mut block) = receiver.try_recv() {
                        if number % 5 == 0 {
                            block.resize(allocator, 1 + number % 900);
                        }
                        block.free(allocator);
                    }
                }
                drop(next);
                for block in receiver {
                    block.free(allocator);
                }
            });
        }
        drop(senders);
    });
    let sums = since(before);
    assert!(sums.allocated_bytes > 0.0);
    assert_eq!(sums.values()[2..], [0, 0]);
}

#[test]
fn stacks_lead_to_the_code_that_allocates() {
    let _alone = alone();
    let allocator = Sampling::with_rate(System, 1);
    seed(1, 1);
    let block = Block::new(&allocator, Layout::new::<[u64; 123]>(), false, 7);
    let caller = stacks_lead_to_the_code_that_allocates as fn() as usize as u64;
    let found = snapshot().unwrap().iter().any(|bucket| {
        let live = bucket.sums.live_bytes >= 984.0;
        // A function of a test is not so long.
        live && bucket
            .stack
            .iter()
            .any(|address| (caller..caller + 4096).contains(address))
    });
    block.free(&allocator);
    assert!(found);
}
