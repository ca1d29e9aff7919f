//! How often a store asked its database.

use std::sync::atomic::{AtomicU64, Ordering};

/// What was sent to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// Reads.
    pub reads: u64,
    /// Writes.
    pub writes: u64,
    /// Of these, those that failed, but for accounts that are not there.
    pub failures: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) reads: AtomicU64,
    pub(crate) writes: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    /// Counts one, and whether it failed.
    pub(crate) fn ended<T>(&self, outcome: &Result<T, crate::Error>) {
        if matches!(outcome, Err(error) if !matches!(error, crate::Error::NotFound(_))) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn stats(&self) -> QueryStats {
        QueryStats {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}
