//! What each thread has of a pool, and how a thread finds its own.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Reuse;
use crate::slot::Slot;
use crate::sync::{ThreadLocal, life};

/// One thread's share of a pool.
///
/// 128 bytes apart, so that no two threads write to one cache line, nor to the pair of lines that
/// x86-64 fetches together.
#[repr(align(128))]
pub(crate) struct Local<T: Reuse> {
    /// Filled by whoever drops a guard that this thread got.
    pub(crate) slot: Slot<T>,
    /// What `slot` held when the pool last aged. Filled by `age` alone.
    pub(crate) victim: Slot<T>,
    pub(crate) hits: Count,
    pub(crate) steals: Count,
    pub(crate) misses: Count,
}

impl<T: Reuse> Local<T> {
    pub(crate) fn new() -> Self {
        Self {
            slot: Slot::new(),
            victim: Slot::new(),
            hits: Count::new(),
            steals: Count::new(),
            misses: Count::new(),
        }
    }
}

/// A counter.
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds one without a locked instruction. Only one thread may write to the counter at a time,
    /// else counts are lost.
    #[inline]
    pub(crate) fn add_alone(&self) {
        let count = self.0.load(Ordering::Relaxed);
        self.0.store(count + 1, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The locals of all threads that ever used the pool. A thread that ends leaves its local, with
/// what is in it, to the next thread that starts.
pub(crate) struct Locals<T: Reuse> {
    threads: ThreadLocal<Local<T>>,
}

impl<T: Reuse> Locals<T> {
    pub(crate) const fn new() -> Self {
        Self {
            threads: ThreadLocal::new(),
        }
    }

    /// The calling thread's local, if it has one.
    #[inline]
    pub(crate) fn own(&self) -> Option<&Local<T>> {
        self.threads.get()
    }

    /// The calling thread's local, made if need be; none for a thread whose thread-local values
    /// are being destroyed, and with them its right to a local.
    pub(crate) fn own_or_new(&self) -> Option<&Local<T>> {
        self.own()
            .or_else(|| (!life::is_ending()).then(|| self.threads.get_or(Local::new)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Local<T>> {
        self.threads.iter()
    }
}
