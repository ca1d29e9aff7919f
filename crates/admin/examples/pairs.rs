//! Allocates 64 bytes and frees them, so many times: `pairs system|sampling COUNT`.
//!
//! What sampling costs is the difference of two runs of each kind under callgrind, as `tests/cost.rs` takes it: `sampling` goes
//! through the program's allocator, `system` calls the C library's without it.

use std::alloc::{GlobalAlloc, Layout, System, alloc, dealloc};
use std::hint::black_box;

use admin::Sampling;

#[global_allocator]
static ALLOCATOR: Sampling<System> = Sampling::new(System);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let is_sampling = arguments.next().as_deref() == Some("sampling");
    let count = arguments
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or(0_u64);
    let layout = Layout::new::<[u64; 8]>();
    for _ in 0..count {
        pair(is_sampling, black_box(layout));
    }
}

#[allow(unsafe_code, reason = "an allocator's functions are unsafe")]
fn pair(is_sampling: bool, layout: Layout) {
    // SAFETY: the layout's size is not 0, and what is freed was allocated with it.
    unsafe {
        if is_sampling {
            let pointer = alloc(layout);
            dealloc(black_box(pointer), layout);
        } else {
            let pointer = System.alloc(layout);
            System.dealloc(black_box(pointer), layout);
        }
    }
}
