//! The sampled allocations that are alive, and the sums for each stack.
//!
//! It is called from within the allocator, always with the thread's sampling off, so that its own memory is never sampled.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::heap::chance;

/// Different stacks that there is room for, at about 1 KB each. The rest share an empty one.
const MOST_STACKS: usize = 1 << 16;

/// Counters in the filter. Below as many samples, that is 1 GB alive, most allocations that might be sampled are seen not to
/// be without the lock.
const FILTER: usize = 2048;

/// No keys that are drawn at random: drawing them would allocate.
type Hashing = BuildHasherDefault<DefaultHasher>;

static TABLE: Mutex<Table> = Mutex::new(Table {
    live: HashMap::with_hasher(Hashing::new()),
    places: HashMap::with_hasher(Hashing::new()),
    buckets: Vec::new(),
});

/// How many live samples have an address of each hash.
static MAYBE: [AtomicU32; FILTER] = [const { AtomicU32::new(0) }; FILTER];

struct Table {
    live: HashMap<usize, Live, Hashing>,
    /// Where a stack's sums are.
    places: HashMap<Arc<[u64]>, u32, Hashing>,
    buckets: Vec<Bucket>,
}

/// A live sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live {
    size: u64,
    rate: u64,
    bucket: u32,
}

/// The allocations of one stack.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// The addresses of the calls, the innermost first.
    pub(crate) stack: Arc<[u64]>,
    pub(crate) sums: Sums,
    /// How many samples of it are alive.
    live: u64,
}

/// Estimates of what was allocated, and of what of it is alive.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) allocated_objects: f64,
    pub(crate) allocated_bytes: f64,
    pub(crate) live_objects: f64,
    pub(crate) live_bytes: f64,
}

impl Sums {
    /// What came since an earlier state.
    pub(crate) fn less(self, earlier: Self) -> Self {
        Self {
            allocated_objects: self.allocated_objects - earlier.allocated_objects,
            allocated_bytes: self.allocated_bytes - earlier.allocated_bytes,
            live_objects: self.live_objects - earlier.live_objects,
            live_bytes: self.live_bytes - earlier.live_bytes,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            allocated_objects: self.allocated_objects + other.allocated_objects,
            allocated_bytes: self.allocated_bytes + other.allocated_bytes,
            live_objects: self.live_objects + other.live_objects,
            live_bytes: self.live_bytes + other.live_bytes,
        }
    }

    /// The four of them as whole numbers, in the order of Go's profile.
    pub(crate) fn values(self) -> [i64; 4] {
        [
            self.allocated_objects,
            self.allocated_bytes,
            self.live_objects,
            self.live_bytes,
        ]
        .map(|sum| sum.round() as i64)
    }
}

/// Notes a sampled allocation.
pub(crate) fn insert(address: usize, size: usize, rate: u64, stack: &[u64]) {
    let size = size as u64;
    let weight = chance::weight(size, rate);
    let mut table = lock();
    let place = table.place(stack);
    // Any place that it gives is one of a bucket.
    let Some(bucket) = table.buckets.get_mut(place as usize) else {
        return;
    };
    bucket.sums.allocated_objects += weight;
    bucket.sums.allocated_bytes += weight * size as f64;
    let live = Live {
        size,
        rate,
        bucket: place,
    };
    table.add(address, live);
}

/// Whether the allocation at an address may be sampled: no lock is taken. The owner of the address learnt it from who
/// allocated it, and so sees what that noted before.
pub(crate) fn may_have(address: usize) -> bool {
    maybe(address).load(Ordering::Relaxed) > 0
}

/// Whether the allocation at an address is sampled.
pub(crate) fn has(address: usize) -> bool {
    lock().live.contains_key(&address)
}

/// Notes that an allocation is freed, and says whether it was sampled.
pub(crate) fn remove(address: usize) -> bool {
    take(address).is_some()
}

/// Takes back what [`take`] gave: the allocation is not freed after all.
pub(crate) fn put_back(address: usize, live: Live) {
    lock().add(address, live);
}

/// Notes that an allocation is freed, and gives its sample if it has one.
pub(crate) fn take(address: usize) -> Option<Live> {
    let mut table = lock();
    let live = table.live.remove(&address)?;
    maybe(address).fetch_sub(1, Ordering::Relaxed);
    if let Some(bucket) = table.buckets.get_mut(live.bucket as usize) {
        let weight = chance::weight(live.size, live.rate);
        bucket.live -= 1;
        bucket.sums.live_objects -= weight;
        bucket.sums.live_bytes -= weight * live.size as f64;
        if bucket.live == 0 {
            // What rounding left behind.
            bucket.sums.live_objects = 0.0;
            bucket.sums.live_bytes = 0.0;
        }
    }
    Some(live)
}

/// All stacks and their sums. Sampling has to be off for this thread.
pub(crate) fn buckets() -> Vec<Bucket> {
    lock().buckets.clone()
}

/// The sums over all stacks.
pub(crate) fn totals() -> Sums {
    let table = lock();
    let sums = table.buckets.iter().map(|bucket| bucket.sums);
    sums.fold(Sums::default(), Sums::plus)
}

fn lock() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The counter of an address's hash: Fibonacci's, of which the high bits are good (Knuth, TAOCP 3, 6.4).
fn maybe(address: usize) -> &'static AtomicU32 {
    let hash = (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &MAYBE[(hash >> (64 - FILTER.ilog2())) as usize]
}

impl Table {
    /// Counts a sample among the live ones.
    fn add(&mut self, address: usize, live: Live) {
        if let Some(bucket) = self.buckets.get_mut(live.bucket as usize) {
            let weight = chance::weight(live.size, live.rate);
            bucket.live += 1;
            bucket.sums.live_objects += weight;
            bucket.sums.live_bytes += weight * live.size as f64;
        }
        self.live.insert(address, live);
        maybe(address).fetch_add(1, Ordering::Relaxed);
    }

    fn place(&mut self, stack: &[u64]) -> u32 {
        if let Some(place) = self.places.get(stack) {
            return *place;
        }
        let stack = if self.buckets.len() < MOST_STACKS {
            stack
        } else {
            &[]
        };
        if let Some(place) = self.places.get(stack) {
            return *place;
        }
        let stack: Arc<[u64]> = Arc::from(stack);
        let place = self.buckets.len() as u32;
        self.buckets.push(Bucket {
            stack: Arc::clone(&stack),
            sums: Sums::default(),
            live: 0,
        });
        self.places.insert(stack, place);
        place
    }
}
