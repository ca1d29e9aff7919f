//! What was read, kept for a while.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;
use tokio::sync::OnceCell;

use crate::{AccountId, Error, Query};

/// How a cache is bounded.
#[derive(Clone, Copy, Debug)]
pub struct CacheSettings {
    /// How long a value is answered after it was read.
    pub ttl: Duration,
    /// What all values may take, with what the cache itself needs for each.
    pub bytes: u64,
}

/// What moka takes for a value beside its own bytes, about: the key, the links, the place in the table.
const OVERHEAD: usize = 200;

/// Accounts of one stripe are forgotten together. 256 KiB of counters; with 100,000 accounts a write forgets one or two.
const STRIPES: usize = 1 << 16;

/// A query, and the number of writes to the account's stripe before it.
///
/// A write makes the next number, so nothing that was read before it is found after it: neither what was kept, nor what a read
/// that began earlier puts in later. What can't be found any more goes when its time is over, or its room is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    query: Query,
    writes: u32,
}

type Keyed<V> = moka::sync::Cache<Key, V, BuildHasherDefault<Mixer>>;
type Flight<V> = Arc<OnceCell<Result<V, Error>>>;

/// A cache of answers, with one read at a time for each query.
pub struct Cache<V> {
    kept: Keyed<V>,
    flights: Mutex<HashMap<Key, Flight<V>>>,
    writes: Box<[AtomicU32]>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    loads: AtomicU64,
    evictions: AtomicU64,
}

/// What a cache did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Requests that found their value.
    pub hits: u64,
    /// Requests that did not; they began a load or waited for one.
    pub misses: u64,
    /// Loads begun.
    pub loads: u64,
    /// Loads that requests wait for at this moment.
    pub loading: usize,
    /// Values that went before they were replaced: their time was over, or their room was needed.
    pub evictions: u64,
    /// Values there are, nearly.
    pub entries: u64,
    /// Bytes that they take, nearly.
    pub bytes: u64,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// An empty cache; `size` says how many bytes a value has.
    pub fn new(settings: CacheSettings, size: fn(&V) -> usize) -> Self {
        let counts = Arc::new(Counts::default());
        let evicted = Arc::clone(&counts);
        Self {
            kept: moka::sync::Cache::builder()
                .time_to_live(settings.ttl)
                .max_capacity(settings.bytes)
                // The default would refuse a value that is asked for less often than what it would take the place of, and then each
                // request for it is a query.
                .eviction_policy(EvictionPolicy::lru())
                .weigher(move |_, value| u32::try_from(size(value) + OVERHEAD).unwrap_or(u32::MAX))
                .eviction_listener(move |_, _, cause| {
                    if matches!(cause, RemovalCause::Expired | RemovalCause::Size) {
                        evicted.evictions.fetch_add(1, Ordering::Relaxed);
                    }
                })
                .build_with_hasher(BuildHasherDefault::default()),
            flights: Mutex::default(),
            writes: (0..STRIPES).map(|_| AtomicU32::new(0)).collect(),
            counts,
        }
    }

    /// What is kept for a query. Nothing is awaited, and nothing allocated.
    #[inline]
    pub fn get(&self, query: Query) -> Option<V> {
        let kept = self.kept.get(&self.key(query))?;
        self.counts.hits.fetch_add(1, Ordering::Relaxed);
        Some(kept)
    }

    /// What is kept for a query, or what `load` gives: of those who ask at the same time one loads, and all get what it gets. If
    /// the one that loads is dropped, another of them does.
    ///
    /// # Errors
    ///
    /// When the load has one. It is not kept.
    pub async fn get_or_load<F: Future<Output = Result<V, Error>>>(
        &self,
        query: Query,
        load: impl FnOnce() -> F,
    ) -> Result<V, Error> {
        if let Some(kept) = self.get(query) {
            return Ok(kept);
        }
        self.counts.misses.fetch_add(1, Ordering::Relaxed);
        let key = self.key(query);
        let seat = Seat {
            cache: self,
            key,
            flight: Arc::clone(self.flights().entry(key).or_default()),
        };
        let loaded = seat.flight.get_or_init(|| async {
            // A flight that ended between the look and the seat has left its value.
            if let Some(kept) = self.kept.get(&key) {
                return Ok(kept);
            }
            self.counts.loads.fetch_add(1, Ordering::Relaxed);
            let loaded = load().await?;
            self.kept.insert(key, loaded.clone());
            Ok(loaded)
        });
        loaded.await.clone()
    }

    /// Forgets what was read of an account, and what is being read.
    pub fn forget(&self, account: AccountId) {
        self.stripe(account).fetch_add(1, Ordering::AcqRel);
    }

    /// The numbers of this moment.
    pub fn stats(&self) -> CacheStats {
        // What moka counts late would be missing.
        self.kept.run_pending_tasks();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            hits: count(&self.counts.hits),
            misses: count(&self.counts.misses),
            loads: count(&self.counts.loads),
            loading: self.flights().len(),
            evictions: count(&self.counts.evictions),
            entries: self.kept.entry_count(),
            bytes: self.kept.weighted_size(),
        }
    }

    #[inline]
    fn key(&self, query: Query) -> Key {
        Key {
            query,
            writes: self.stripe(query.account).load(Ordering::Acquire),
        }
    }

    #[inline]
    fn stripe(&self, account: AccountId) -> &AtomicU32 {
        &self.writes[account.get() as usize % STRIPES]
    }
}

impl<V> Cache<V> {
    /// Nothing panics while it is locked, so it is never poisoned in earnest.
    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Flight<V>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> std::fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

/// One that waits for a flight; the flight leaves the list when it is over, or with the last that waits for it.
struct Seat<'a, V> {
    cache: &'a Cache<V>,
    key: Key,
    flight: Flight<V>,
}

impl<V> Drop for Seat<'_, V> {
    fn drop(&mut self) {
        let mut flights = self.cache.flights();
        // Given up while the list is locked, so that each sees who is left.
        let own = std::mem::take(&mut self.flight);
        let Entry::Occupied(listed) = flights.entry(self.key) else {
            return;
        };
        // One is in the list, one here.
        let is_last = Arc::strong_count(&own) == 2;
        if (own.initialized() || is_last) && Arc::ptr_eq(listed.get(), &own) {
            listed.remove();
        }
        // Still under the lock.
        drop(own);
    }
}

/// A hasher for keys of a few small numbers, which come from nobody's choice but an account's existence: a multiplication each.
#[derive(Clone, Copy, Default)]
struct Mixer(u64);

/// 2⁶⁴ divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        // The upper bits are the mixed ones.
        self.0 ^ self.0 >> 32
    }
}
