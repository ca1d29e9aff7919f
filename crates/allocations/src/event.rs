//! What an allocator is asked for.

/// One call of an allocator that did what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What was asked for.
    pub what: What,
    /// Who asked: addresses within the calls, the innermost first. Empty where memory is freed.
    pub stack: Vec<u64>,
}

/// What an allocator is asked for; sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Memory.
    Alloc {
        /// Where it is.
        address: usize,
        /// How much.
        size: usize,
        /// Whether it has to be zero.
        zeroed: bool,
    },
    /// More or less of it.
    Realloc {
        /// Where it was.
        from: usize,
        /// How much it was.
        old: usize,
        /// Where it is now.
        address: usize,
        /// How much it is now.
        size: usize,
    },
    /// No more of it.
    Free {
        /// Where it was.
        address: usize,
        /// How much it was.
        size: usize,
    },
}
