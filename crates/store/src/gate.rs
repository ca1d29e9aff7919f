//! The bound on connections, and the wait for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// Lets so many in at a time; the others wait in order, each for a limited time.
///
/// It stands before the pools, which then always have a connection to give: r2d2's own wait would hold a thread, and neither it
/// nor deadpool counts who had to wait.
#[derive(Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    max: usize,
    wait: Duration,
    waits: AtomicU64,
    waited_nanoseconds: AtomicU64,
    timeouts: AtomicU64,
}

/// The right to use a connection, until it is dropped.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "is held")] OwnedSemaphorePermit);

/// What a pool did and does, in the terms of Go's `sql.DBStats`.
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

impl Gate {
    /// A gate for so many at a time, at least one, and a wait of at most so long.
    pub fn new(max: usize, wait: Duration) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(max)),
            max,
            wait,
            waits: AtomicU64::new(0),
            waited_nanoseconds: AtomicU64::new(0),
            timeouts: AtomicU64::new(0),
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    ///
    /// [`Error::NoConnection`] when none was free in time.
    pub async fn enter(&self) -> Result<Permit, Error> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let waiting = Waiting {
            gate: self,
            since: Instant::now(),
        };
        let place = Arc::clone(&self.places).acquire_owned();
        let entered = tokio::time::timeout(self.wait, place).await;
        drop(waiting);
        if let Ok(Ok(permit)) = entered {
            return Ok(Permit(permit));
        }
        self.timeouts.fetch_add(1, Ordering::Relaxed);
        Err(Error::NoConnection(self.wait))
    }

    /// The numbers of this moment; `open` connections are there.
    pub(crate) fn stats(&self, open: usize) -> PoolStats {
        let in_use = self.max - self.places.available_permits().min(self.max);
        PoolStats {
            max: self.max,
            open: open.max(in_use),
            in_use,
            idle: open.saturating_sub(in_use),
            waits: self.waits.load(Ordering::Relaxed),
            waited: Duration::from_nanos(self.waited_nanoseconds.load(Ordering::Relaxed)),
            timeouts: self.timeouts.load(Ordering::Relaxed),
        }
    }
}

/// A wait that is counted when it ends, however it ends.
struct Waiting<'a> {
    gate: &'a Gate,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let waited = self.since.elapsed().as_nanos() as u64;
        self.gate.waits.fetch_add(1, Ordering::Relaxed);
        self.gate
            .waited_nanoseconds
            .fetch_add(waited, Ordering::Relaxed);
    }
}
