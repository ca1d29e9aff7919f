//! So many at a time: the others wait in order, each for a limited time.
//!
//! [`Places`] stand before a pool of connections, which then always has one to give. Pools have waits of their own, but r2d2's holds a
//! thread, hyper's has no bound, and neither they nor deadpool count who had to wait.

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bounded number of places, and what became of those who wanted one.
#[derive(Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    max: usize,
    wait: Duration,
    waits: AtomicU64,
    waited_nanoseconds: AtomicU64,
    timeouts: AtomicU64,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "is held")] OwnedSemaphorePermit);

/// No place was free in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place within {} s", .0.as_secs_f64())]
pub struct NoPlace(
    /// How long was waited.
    pub Duration,
);

/// The numbers of a moment, in the terms of Go's `sql.DBStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceStats {
    /// Places that there are.
    pub max: usize,
    /// Of these, taken.
    pub in_use: usize,
    /// How many had to wait.
    pub waits: u64,
    /// How long, together; those that waited in vain included.
    pub waited: Duration,
    /// How many waited in vain.
    pub timeouts: u64,
}

impl Places {
    /// So many places, at least one, and a wait of at most so long.
    pub fn new(max: usize, wait: Duration) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(max)),
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
    /// [`NoPlace`] when none was free in time.
    pub async fn take(&self) -> Result<Place, NoPlace> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(Place(permit));
        }
        let waiting = Waiting {
            places: self,
            since: Instant::now(),
        };
        let place = Arc::clone(&self.free).acquire_owned();
        let taken = tokio::time::timeout(self.wait, place).await;
        drop(waiting);
        if let Ok(Ok(permit)) = taken {
            return Ok(Place(permit));
        }
        self.timeouts.fetch_add(1, Ordering::Relaxed);
        Err(NoPlace(self.wait))
    }

    /// The numbers of this moment.
    pub fn stats(&self) -> PlaceStats {
        PlaceStats {
            max: self.max,
            in_use: self.max - self.free.available_permits().min(self.max),
            waits: self.waits.load(Ordering::Relaxed),
            waited: Duration::from_nanos(self.waited_nanoseconds.load(Ordering::Relaxed)),
            timeouts: self.timeouts.load(Ordering::Relaxed),
        }
    }
}

/// A wait that is counted when it ends, however it ends.
struct Waiting<'a> {
    places: &'a Places,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let waited = self.since.elapsed().as_nanos() as u64;
        self.places.waits.fetch_add(1, Ordering::Relaxed);
        self.places
            .waited_nanoseconds
            .fetch_add(waited, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_are_counted_however_they_end() {
        let places = Places::new(1, Duration::from_millis(20));
        let first = places.take().await.unwrap();
        assert_eq!(
            places.take().await.unwrap_err(),
            NoPlace(Duration::from_millis(20))
        );
        // One that gives up by itself.
        let given_up = tokio::time::timeout(Duration::from_millis(5), places.take()).await;
        assert!(given_up.is_err());
        let stats = places.stats();
        assert_eq!(
            (stats.max, stats.in_use, stats.waits, stats.timeouts),
            (1, 1, 2, 1)
        );
        assert!(stats.waited >= Duration::from_millis(25));
        drop(first);
        places.take().await.unwrap();
        assert_eq!(places.stats().in_use, 0);
    }
}
