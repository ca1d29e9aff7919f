//! How often a store asked its database.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

/// What the database was asked, once that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// Reads.
    pub reads: u64,
    /// Writes.
    pub writes: u64,
    /// Requests that failed, those that got no connection included; accounts that are not there are no failures.
    pub failures: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
    failures: AtomicU64,
}

/// What a query does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// A query under way. It is counted when it ends or is dropped, not when it begins: so a moment that has a request's answer has its
/// queries, too.
#[must_use]
pub(crate) struct UnderWay<'a>(&'a AtomicU64);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Counts {
    pub(crate) fn begin(&self, kind: Kind) -> UnderWay<'_> {
        UnderWay(match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
        })
    }

    /// Passes on what came of a request, and counts it if it failed.
    pub(crate) fn counted<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if matches!(&outcome, Err(error) if !matches!(error, Error::NotFound(_))) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }

    pub(crate) fn stats(&self) -> QueryStats {
        QueryStats {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}
