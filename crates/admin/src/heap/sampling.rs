//! The allocator that wraps another.
//!
//! An allocation that is not sampled costs a subtraction and a test: each thread counts down the bytes to its next sample.
//!
//! Freeing has to know whether the allocation was sampled, and costs a test, too, since the address says it. Allocators give
//! addresses that are multiples of 16, or of 8 for the smallest sizes; a sampled allocation is moved by 8 bytes in a larger
//! one, so that its address is an odd multiple of 8. Where that cannot be, since the allocation wants a larger alignment, or
//! where the inner allocator gives such an address by itself, the table is asked.
#![allow(unsafe_code, reason = "an allocator cannot be safe code")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::heap::RATE;
use crate::heap::chance::Random;
use crate::heap::table::{self, Bucket, Sums};
use crate::stack::{self, Bounds, DEPTH};

/// By how much a sampled allocation is moved: what no allocation of 16 bytes or more is aligned to.
const MARK: usize = 8;

/// The alignment of the allocation around a sampled one.
const ALIGNMENT: usize = 16;

/// What a thread's count is while it is in here: more than it can allocate meanwhile.
const OFF: i64 = i64::MAX;

/// The count below which the thread is not in here.
const LARGEST: i64 = i64::MAX / 2;

thread_local! {
    // None has a destructor, so all can be used for as long as the thread allocates, and in a program they are read and
    // written without a call.
    /// Bytes to the next sample; sampled when that is not above 0.
    static LEFT: Cell<i64> = const { Cell::new(0) };
    /// The state of the thread's random numbers; 0 before the first.
    static RANDOM: Cell<u64> = const { Cell::new(0) };
    /// Where the thread's stack lies.
    static STACK: Cell<Bounds> = const { Cell::new(Bounds::UNKNOWN) };
}

/// The rate of the program's allocator of this kind; 0 if it has none.
static USED_RATE: AtomicU64 = AtomicU64::new(0);

/// A global allocator that hands everything to another one and samples it: one sample for each 512 KiB on average, as in Go.
///
/// ```
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: admin::Sampling<System> = admin::Sampling::new(System);
/// # fn main() {}
/// ```
///
/// What the profile shows are estimates without bias: an allocation of 512 KiB is sampled in 63 % of cases and then stands for
/// 1.6, one of 64 bytes in 0.012 % of cases and then stands for 8192.
#[derive(Debug)]
pub struct Sampling<A> {
    inner: A,
    rate: u64,
}

impl<A> Sampling<A> {
    /// Wraps an allocator.
    pub const fn new(inner: A) -> Self {
        Self::with_rate(inner, RATE)
    }

    /// Wraps an allocator, with one sample for so many bytes on average; 1 samples each allocation.
    pub const fn with_rate(inner: A, bytes: u64) -> Self {
        Self { inner, rate: bytes }
    }
}

/// Counts an allocation; `false` if it may be sampled.
#[inline]
fn passes(size: usize) -> bool {
    LEFT.with(|left| {
        let after = left.get() - size as i64;
        left.set(after);
        after > 0
    })
}

/// Whether an allocation's address and alignment show that it is not sampled.
#[inline]
fn is_plain(pointer: *mut u8, layout: Layout) -> bool {
    (pointer.addr() & MARK) | (layout.align() & !(ALIGNMENT - 1)) == 0
}

/// The layout of the allocation around a marked one; `None` if the allocation cannot be marked.
fn around(layout: Layout) -> Option<Layout> {
    if layout.align() > MARK {
        return None;
    }
    let size = layout.size().checked_add(ALIGNMENT)?;
    Layout::from_size_align(size, ALIGNMENT).ok()
}

/// Does something that allocates or frees in here, with the thread's sampling off.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let before = LEFT.replace(OFF);
    let done = work();
    LEFT.set(before);
    done
}

fn is_quiet() -> bool {
    LEFT.get() > LARGEST
}

/// Bytes for which there is one sample on average; `None` if no allocator of this kind is in use.
pub(crate) fn rate() -> Option<u64> {
    Some(USED_RATE.load(Ordering::Relaxed)).filter(|rate| *rate > 0)
}

/// All stacks and their sums; `None` if no allocator of this kind is in use.
pub(crate) fn snapshot() -> Option<Vec<Bucket>> {
    rate().map(|_| quietly(table::buckets))
}

/// The sums over all stacks.
pub(crate) fn totals() -> Option<Sums> {
    rate().map(|_| quietly(table::totals))
}

impl<A: GlobalAlloc> Sampling<A> {
    /// Allocates what was counted and may have to be sampled.
    ///
    /// # Safety
    ///
    /// As for [`GlobalAlloc::alloc`].
    #[cold]
    #[inline(never)]
    unsafe fn alloc_counted(&self, layout: Layout, zeroed: bool) -> *mut u8 {
        if !self.is_due(layout.size()) {
            // SAFETY: the caller's promise.
            return unsafe { self.inner_alloc(layout, zeroed) };
        }
        // SAFETY: the caller's promise.
        let pointer = quietly(|| unsafe { self.alloc_sampled(layout, zeroed) });
        self.draw();
        pointer
    }

    /// Whether an allocation that was counted is sampled. A thread's first one finds that nothing was drawn yet, and is
    /// counted again.
    fn is_due(&self, size: usize) -> bool {
        if RANDOM.get() != 0 {
            return LEFT.get() <= 0;
        }
        USED_RATE.store(self.rate.max(1), Ordering::Relaxed);
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let place = RANDOM.with(|random| ptr::from_ref(random).addr());
        RANDOM.set((time.as_nanos() as u64 ^ (place as u64).rotate_left(32)) | 1);
        self.draw();
        !passes(size)
    }

    fn draw(&self) {
        let mut random = Random(RANDOM.get());
        LEFT.set(random.distance(self.rate));
        // 0 would mean that there was none before; leaving one number out harms nothing.
        RANDOM.set(random.0.max(1));
    }

    /// # Safety
    ///
    /// As for [`GlobalAlloc::alloc`].
    #[inline(never)]
    unsafe fn alloc_sampled(&self, layout: Layout, zeroed: bool) -> *mut u8 {
        let pointer = match around(layout) {
            Some(around) => {
                // SAFETY: it is larger than the layout of the caller, whose promise is that its size is not 0.
                let base = unsafe { self.inner_alloc(around, zeroed) };
                if base.is_null() {
                    return base;
                }
                // SAFETY: there are 16 bytes more than the caller asked for.
                unsafe { base.add(MARK) }
            }
            // SAFETY: the caller's promise.
            None => unsafe { self.inner_alloc(layout, zeroed) },
        };
        if !pointer.is_null() {
            self.note(pointer, layout.size());
        }
        pointer
    }

    /// Notes a sampled allocation and who makes it.
    #[inline(never)]
    fn note(&self, pointer: *mut u8, size: usize) {
        let mut addresses = [0; DEPTH];
        let mut length = 0;
        if STACK.get() == Bounds::UNKNOWN {
            STACK.set(stack::bounds_of_stack());
        }
        let here = stack::here();
        let read = stack::read_stack(here.stack, STACK.get());
        let no_rule = |_| None;
        stack::walk(here, read, no_rule, |address| {
            // A return address is behind its call.
            addresses[length] = address - 1;
            length += 1;
            length < DEPTH
        });
        table::insert(pointer.addr(), size, self.rate, &addresses[..length]);
    }

    /// # Safety
    ///
    /// As for [`GlobalAlloc::alloc`].
    unsafe fn inner_alloc(&self, layout: Layout, zeroed: bool) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe {
            if zeroed {
                self.inner.alloc_zeroed(layout)
            } else {
                self.inner.alloc(layout)
            }
        }
    }

    /// Frees what may be sampled.
    ///
    /// # Safety
    ///
    /// As for [`GlobalAlloc::dealloc`].
    #[cold]
    #[inline(never)]
    unsafe fn dealloc_asking(&self, pointer: *mut u8, layout: Layout) {
        // What is freed in here was allocated in here, and not sampled.
        let may_be = !is_quiet() && table::may_have(pointer.addr());
        let is_sampled = may_be && quietly(|| table::remove(pointer.addr()));
        // SAFETY: the caller's promise; and a sampled allocation that can be marked lies in one of this layout.
        unsafe {
            match around(layout).filter(|_| is_sampled) {
                Some(around) => self.inner.dealloc(pointer.sub(MARK), around),
                None => self.inner.dealloc(pointer, layout),
            }
        }
    }

    /// Resizes what was counted, where the old allocation is sampled or the new one may have to be.
    ///
    /// # Safety
    ///
    /// As for [`GlobalAlloc::realloc`].
    #[cold]
    #[inline(never)]
    unsafe fn realloc_counted(
        &self,
        pointer: *mut u8,
        layout: Layout,
        size: usize,
        is_sampled: bool,
    ) -> *mut u8 {
        // SAFETY: the caller promises that the size fits the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if is_sampled
            && self.is_due(size)
            && let (Some(old), Some(new)) = (around(layout), around(wanted))
        {
            // SAFETY: the caller's promise; and a sampled allocation that can be marked lies in one of this layout.
            let moved = quietly(|| unsafe { self.realloc_marked(pointer, old, new, size) });
            self.draw();
            return moved;
        }
        // SAFETY: the caller's promise.
        unsafe { self.realloc_anew(pointer, layout, wanted) }
    }

    /// Resizes a marked allocation to a marked one, by resizing what is around it: large ones are nearly always sampled, and
    /// the inner allocator may grow them where they are, or move their pages without copying them.
    ///
    /// # Safety
    ///
    /// The allocation is a sampled one in one of the layout `old`; `new` is the layout around one of `size`.
    #[inline(never)]
    unsafe fn realloc_marked(
        &self,
        pointer: *mut u8,
        old: Layout,
        new: Layout,
        size: usize,
    ) -> *mut u8 {
        // First, since another thread may be given the address as soon as it is free.
        let taken = table::take(pointer.addr());
        // SAFETY: the caller's promise; the new size is the old one's with as much around it.
        let base = unsafe { self.inner.realloc(pointer.sub(MARK), old, new.size()) };
        if base.is_null() {
            // The old one is as it was.
            if let Some(live) = taken {
                table::put_back(pointer.addr(), live);
            }
            return base;
        }
        // SAFETY: there are 16 bytes more than the caller asked for.
        let moved = unsafe { base.add(MARK) };
        self.note(moved, size);
        moved
    }

    /// Resizes by allocating, copying and freeing.
    ///
    /// # Safety
    ///
    /// As for [`GlobalAlloc::realloc`].
    unsafe fn realloc_anew(&self, pointer: *mut u8, layout: Layout, wanted: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; the two allocations are apart; and the old one is the caller's to free.
        unsafe {
            let new = self.alloc_counted(wanted, false);
            if !new.is_null() {
                ptr::copy_nonoverlapping(pointer, new, wanted.size().min(layout.size()));
                self.dealloc(pointer, layout);
            }
            new
        }
    }
}

// SAFETY: each call is handed on, with the arguments as they came or, for a sampled allocation, with those of the allocation
// around it, the same ones for allocating and for freeing. Nothing here unwinds.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Sampling<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, here and below.
        unsafe {
            if passes(layout.size()) {
                self.inner.alloc(layout)
            } else {
                self.alloc_counted(layout, false)
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if passes(layout.size()) {
                self.inner.alloc_zeroed(layout)
            } else {
                self.alloc_counted(layout, true)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe {
            if is_plain(pointer, layout) {
                self.inner.dealloc(pointer, layout);
            } else {
                self.dealloc_asking(pointer, layout);
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let is_plain = is_plain(pointer, layout)
            || is_quiet()
            || !table::may_have(pointer.addr())
            || !quietly(|| table::has(pointer.addr()));
        // SAFETY: as above.
        unsafe {
            if passes(size) && is_plain {
                self.inner.realloc(pointer, layout, size)
            } else {
                self.realloc_counted(pointer, layout, size, !is_plain)
            }
        }
    }
}

/// Begins this thread's random numbers anew.
#[cfg(test)]
pub(super) fn seed(seed: u64, rate: u64) {
    USED_RATE.store(rate, Ordering::Relaxed);
    let mut random = Random(seed);
    LEFT.set(random.distance(rate));
    RANDOM.set(random.0.max(1));
}
