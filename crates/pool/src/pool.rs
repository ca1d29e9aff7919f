//! The pool itself: where a get looks, where an object goes back to, and how it all ages.

use std::fmt;
use std::iter;
use std::sync::{Arc, OnceLock, PoisonError};

use crate::local::{Count, Local, Locals};
use crate::shared::Shared;
use crate::slot::Slot;
use crate::{Drops, Guard, Retained, Reuse, Stats};

/// Objects that grew beyond this are not kept: the cap of Go's `fmt`, which says that one huge
/// print must not pin its buffer for ever (`(*pp).free` in `fmt/print.go`).
const MAX_CAPACITY: usize = 64 << 10;

/// With objects of at most [`MAX_CAPACITY`], an overflow of 64 pins at most 4 MiB a generation;
/// a server of 64 connections whose answers are all being sent still finds each buffer again.
const OVERFLOW: usize = 64;

/// A pool of objects to reuse. See the [crate's documentation](crate) for what it promises.
pub struct Pool<T: Reuse> {
    create: fn() -> T,
    max_capacity: usize,
    overflow: usize,
    locals: Locals<T>,
    /// Made by the first get; so that a pool can be a `static`.
    shared: OnceLock<Shared<T>>,
    oversized: Count,
    overflowed: Count,
    aged: Count,
}

impl<T: Reuse> Pool<T> {
    /// An empty pool whose misses are served by `create`.
    pub const fn new(create: fn() -> T) -> Self {
        Self {
            create,
            max_capacity: MAX_CAPACITY,
            overflow: OVERFLOW,
            locals: Locals::new(),
            shared: OnceLock::new(),
            oversized: Count::new(),
            overflowed: Count::new(),
            aged: Count::new(),
        }
    }

    /// Sets the cap: an object whose [`Reuse::capacity_bytes`] is above `bytes` when it comes back is
    /// dropped. 64 KiB unless set.
    #[must_use]
    pub const fn max_capacity(mut self, bytes: usize) -> Self {
        self.max_capacity = bytes;
        self
    }

    /// Sets how many objects the overflow holds, in each generation. 64 unless set.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub const fn overflow(mut self, objects: usize) -> Self {
        assert!(objects > 0, "an overflow holds at least one object");
        self.overflow = objects;
        self
    }

    /// An object from the pool, or a new one.
    ///
    /// On a `static` pool the guard is `'static`.
    #[inline]
    pub fn get(&self) -> Guard<&Self> {
        Guard::take(self, self.create)
    }

    /// An object from the pool, or a new one from `create`: for a caller who knows the size that
    /// a new one should have.
    #[inline]
    pub fn get_or(&self, create: impl FnOnce() -> T) -> Guard<&Self> {
        Guard::take(self, create)
    }

    /// An object in a guard that keeps the pool alive by counting; the count is one cache line
    /// that all threads write, so prefer [`get`](Self::get) on a `static` pool where speed counts.
    #[inline]
    pub fn get_owned(self: &Arc<Self>) -> Guard<Arc<Self>> {
        Guard::take(Arc::clone(self), self.create)
    }

    /// An object, and the local that it goes back to.
    #[inline]
    pub(crate) fn take(&self, create: impl FnOnce() -> T) -> (Box<T>, &Local<T>) {
        if let Some(own) = self.locals.own()
            && let Some(object) = own.slot.take()
        {
            own.hits.add_alone();
            return (object, own);
        }
        self.find_or_create(create)
    }

    // Apart, so that what is inlined at each call is the hit alone.
    #[cold]
    #[inline(never)]
    fn find_or_create(&self, create: impl FnOnce() -> T) -> (Box<T>, &Local<T>) {
        let (found, own) = self.search();
        (found.unwrap_or_else(|| Box::new(create())), own)
    }

    /// Looks everywhere but in the thread's own slot, the near and the likely first, and counts
    /// what came of it.
    fn search(&self) -> (Option<Box<T>>, &Local<T>) {
        let shared = self.shared.get_or_init(|| Shared::new(self.overflow));
        let own = self.locals.own_or_new().unwrap_or(&shared.orphan);

        let hit = own.victim.steal();
        let hit = hit.or_else(|| shared.overflow.pop());
        let hit = hit.or_else(|| shared.victims.pop());
        if hit.is_some() {
            own.hits.add(1);
            return (hit, own);
        }

        let stolen = self.all(shared).find_map(|local| local.slot.steal());
        let stolen = stolen.or_else(|| self.all(shared).find_map(|local| local.victim.steal()));
        if stolen.is_some() {
            own.steals.add(1);
        } else {
            own.misses.add(1);
        }
        (stolen, own)
    }

    /// Takes an object back. What lies in the slot makes way: the newer is the warmer.
    #[inline]
    pub(crate) fn put(&self, mut object: Box<T>, home: &Local<T>) {
        object.reset();
        if object.capacity_bytes() > self.max_capacity {
            self.discard(object);
        } else if let Some(displaced) = home.slot.put(object) {
            self.spill(displaced);
        }
    }

    #[cold]
    #[inline(never)]
    fn discard(&self, object: Box<T>) {
        self.oversized.add(1);
        drop(object);
    }

    #[cold]
    #[inline(never)]
    fn spill(&self, object: Box<T>) {
        let shared = self.shared.get_or_init(|| Shared::new(self.overflow));
        if let Err(object) = shared.overflow.push(object) {
            self.overflowed.add(1);
            drop(object);
        }
    }

    /// Lets the pool grow one generation older: what was not used since the last call but one is
    /// dropped, and what is kept now is dropped by the next call unless someone uses it.
    ///
    /// For a timer; Go's collector does it once a cycle. Gets and puts go on meanwhile. The
    /// objects are dropped on the calling thread, after the pool is done with them, so their
    /// destructors may use the pool.
    pub fn age(&self) {
        let Some(shared) = self.shared.get() else {
            return;
        };
        let mut old = Vec::new();
        {
            let _turn = shared.ageing.lock().unwrap_or_else(PoisonError::into_inner);
            for local in self.all(shared) {
                old.extend(local.victim.steal());
                if let Some(object) = local.slot.steal() {
                    old.extend(local.victim.put(object));
                }
            }
            // Ends: only this thread fills the victims, and only now.
            old.extend(iter::from_fn(|| shared.victims.pop()));
            // Not more than there are now, or busy threads could keep it going.
            for object in iter::from_fn(|| shared.overflow.pop()).take(shared.overflow.len()) {
                old.extend(shared.victims.push(object).err());
            }
        }
        self.aged.add(old.len() as u64);
    }

    /// What the pool has done so far. Exact when no thread is using it; else each figure is a
    /// recent one.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            drops: Drops {
                oversized: self.oversized.get(),
                overflow: self.overflowed.get(),
                aged: self.aged.get(),
            },
            ..Stats::default()
        };
        for local in self.shared.get().into_iter().flat_map(|s| self.all(s)) {
            stats.hits += local.hits.get();
            stats.steals += local.steals.get();
            stats.misses += local.misses.get();
        }
        stats
    }

    /// What the pool keeps now, in both generations; objects on loan are not in it. Exact when no
    /// thread is using it, and it disturbs none.
    pub fn retained(&self) -> Retained {
        let mut retained = Retained::default();
        let Some(shared) = self.shared.get() else {
            return retained;
        };
        for queue in [&shared.overflow, &shared.victims] {
            retained.objects += queue.len();
            retained.bytes += queue.bytes();
        }
        let slots = self.all(shared).flat_map(|l| [&l.slot, &l.victim]);
        for bytes in slots.filter_map(Slot::bytes) {
            retained.objects += 1;
            retained.bytes += bytes;
        }
        retained
    }

    fn all<'a>(&'a self, shared: &'a Shared<T>) -> impl Iterator<Item = &'a Local<T>> {
        self.locals.iter().chain(iter::once(&shared.orphan))
    }
}

impl<T: Reuse> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("max_capacity", &self.max_capacity)
            .field("overflow", &self.overflow)
            .field("stats", &self.stats())
            .field("retained", &self.retained())
            .finish_non_exhaustive()
    }
}
