//! The heap's profile: an allocator that samples.
//!
//! - [`sampling`]: the allocator, and which allocations it samples
//! - [`chance`]: how far it is to the next sample, and what a sample stands for
//! - [`table`]: the samples that are alive, and the sums for each stack

mod chance;
mod sampling;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use profile::{Sampled, Stacks};

use crate::heap::table::Sums;

pub use sampling::Sampling;
pub(crate) use sampling::{rate, snapshot, totals};
pub(crate) use table::Bucket;

/// Go's rate, and tcmalloc's: one sample for this many bytes, on average. It holds unless another is asked for.
pub(crate) const RATE: u64 = 512 << 10;

/// Which of the two profiles it is: they have the same values, and show another one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// What is alive.
    Heap,
    /// All since the start.
    Allocs,
}

/// The profile of what was allocated and is alive, from two states: the second, which is now's, less the first.
pub(crate) fn stacks(view: View, before: &[Bucket], after: &[Bucket], lasted: Duration) -> Stacks {
    let ended = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let began = ended.saturating_sub(lasted);
    let earlier: HashMap<&[u64], Sums> = before
        .iter()
        .map(|bucket| (&*bucket.stack, bucket.sums))
        .collect();
    let samples = after.iter().filter_map(|bucket| {
        let sums = match earlier.get(&*bucket.stack) {
            Some(earlier) => bucket.sums.less(*earlier),
            None => bucket.sums,
        };
        let values = sums.values();
        (values != [0; 4]).then(|| Sampled {
            addresses: bucket.stack.to_vec(),
            values: values.to_vec(),
            labels: Vec::new(),
        })
    });
    Stacks {
        units: vec![
            ("alloc_objects", "count"),
            ("alloc_space", "bytes"),
            ("inuse_objects", "count"),
            ("inuse_space", "bytes"),
        ],
        shown: match view {
            View::Heap => ("inuse_space", "bytes"),
            View::Allocs => ("alloc_space", "bytes"),
        },
        period: (("space", "bytes"), rate().unwrap_or(RATE) as i64),
        samples: samples.collect(),
        began: began.as_nanos() as i64,
        lasted: lasted.as_nanos() as i64,
        comments: Vec::new(),
    }
}
