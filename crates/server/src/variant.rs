//! The handlers that can be served, by name.

use arena::Arena;
use handler::Handler;
use naive::Naive;
use pool::Stats;
use pooled::Pooled;
use preallocated::{Encode, Parse, Preallocated};

/// A handler as a service keeps it: for as long as the process, and looked after on a timer.
pub trait Served: Handler + 'static {
    /// Lets what was not used for a while go; called once in a while.
    fn age(&self) {}

    /// What its object pools have done, by their names.
    fn pools(&self) -> Vec<(&'static str, Stats)> {
        Vec::new()
    }
}

impl Served for Naive {}

impl Served for Pooled {
    fn age(&self) {
        self.age();
    }

    fn pools(&self) -> Vec<(&'static str, Stats)> {
        self.stats().to_vec()
    }
}

impl Served for Arena {
    fn age(&self) {
        self.age();
    }

    fn pools(&self) -> Vec<(&'static str, Stats)> {
        vec![("regions", self.stats())]
    }
}

impl<P: Parse, E: Encode> Served for Preallocated<P, E> {}

/// Answers for which the preallocated handler has memory from the start.
///
/// An answer holds its buffers until the socket has it, which is at once but for slow clients: 64 are many times what
/// worker threads hold, and an unused one costs address space alone, some 32 KB.
pub const PREALLOCATED_ANSWERS: usize = 64;
