//! What a pool tells about itself.

/// What a pool has done since it was made: [`Pool::stats`](crate::Pool::stats).
///
/// Each get is a hit, a steal or a miss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Gets served by the thread's own slot or by the overflow, in either generation.
    pub hits: u64,
    /// Gets served from another thread's slot, in either generation.
    pub steals: u64,
    /// Gets that found nothing: a new object was made.
    pub misses: u64,
    /// Objects the pool dropped.
    pub drops: Drops,
}

impl Stats {
    /// The gets so far.
    pub fn gets(&self) -> u64 {
        self.hits + self.steals + self.misses
    }
}

/// Objects a pool dropped, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// Came back with more than the cap's bytes.
    pub oversized: u64,
    /// Came back when slot and overflow were full.
    pub overflow: u64,
    /// Lay unused while the pool aged twice.
    pub aged: u64,
}

impl Drops {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.oversized + self.overflow + self.aged
    }
}

/// What a pool keeps at the moment, in both generations: [`Pool::retained`](crate::Pool::retained).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retained {
    /// How many objects.
    pub objects: usize,
    /// The sum of their capacities in bytes, without the objects themselves.
    pub bytes: usize,
}
