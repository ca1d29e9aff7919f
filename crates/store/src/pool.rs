//! What a pool of connections did and does.

use std::time::Duration;

use places::Places;

/// The numbers of a moment, in the terms of Go's `sql.DBStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Connections that there may be.
    pub max: usize,
    /// Connections that there are.
    pub open: usize,
    /// Of these, in use.
    pub in_use: usize,
    /// Of these, waiting for work.
    pub idle: usize,
    /// Requests that had to wait for a connection.
    pub waits: u64,
    /// How long, together; those that waited in vain included.
    pub waited: Duration,
    /// Requests that waited in vain.
    pub timeouts: u64,
}

impl PoolStats {
    /// Of a pool behind such places, with so many open connections.
    pub(crate) fn of(places: &Places, open: usize) -> Self {
        let stats = places.stats();
        Self {
            max: stats.max,
            open: open.max(stats.in_use),
            in_use: stats.in_use,
            idle: open.saturating_sub(stats.in_use),
            waits: stats.waits,
            waited: stats.waited,
            timeouts: stats.timeouts,
        }
    }
}
