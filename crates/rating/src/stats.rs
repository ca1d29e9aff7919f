//! What a client did and does.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use places::Places;

/// The numbers of a moment, in the terms of Go's `sql.DBStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests that may be in flight.
    pub max: usize,
    /// Requests that are.
    pub in_flight: usize,
    /// Connections that there are.
    pub open: usize,
    /// Requests that had to wait for a place.
    pub waits: u64,
    /// How long, together; those that waited in vain included.
    pub waited: Duration,
    /// Requests that waited in vain.
    pub wait_timeouts: u64,
    /// Requests that were sent and not answered in time.
    pub timeouts: u64,
    /// Connections that were made.
    pub connected: u64,
    /// Answers that came over a connection that had given one before.
    pub reused: u64,
    /// Requests that were sent again, because the peer had closed the kept connection.
    pub retries: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) open: AtomicUsize,
    pub(crate) timeouts: AtomicU64,
    pub(crate) connected: AtomicU64,
    pub(crate) reused: AtomicU64,
    pub(crate) retries: AtomicU64,
}

impl Counts {
    pub(crate) fn stats(&self, places: &Places) -> Stats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let places = places.stats();
        Stats {
            max: places.max,
            in_flight: places.in_use,
            open: self.open.load(Ordering::Relaxed),
            waits: places.waits,
            waited: places.waited,
            wait_timeouts: places.timeouts,
            timeouts: count(&self.timeouts),
            connected: count(&self.connected),
            reused: count(&self.reused),
            retries: count(&self.retries),
        }
    }
}
