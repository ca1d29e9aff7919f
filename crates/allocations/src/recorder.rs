//! The allocator that records.
#![allow(unsafe_code, reason = "an allocator cannot be safe code")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::RefCell;
use std::mem::ManuallyDrop;

use crate::event::{Event, What};

thread_local! {
    /// What the thread has recorded; nothing while it does not record. Never dropped: an allocator's variables must not ask
    /// for a destructor, which may allocate.
    static EVENTS: RefCell<ManuallyDrop<Option<Vec<Event>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

/// A global allocator that hands everything to another one and records what a thread asks for between [`start`] and [`stop`].
#[derive(Debug)]
pub struct Recorder<A>(A);

impl<A> Recorder<A> {
    /// Wraps an allocator.
    pub const fn new(inner: A) -> Self {
        Self(inner)
    }
}

/// Begins to record this thread's allocations; what was recorded and not taken is dropped.
pub fn start() {
    let before = EVENTS.replace(ManuallyDrop::new(Some(Vec::new())));
    drop(ManuallyDrop::into_inner(before));
}

/// Ends it, and gives what was recorded, in order.
pub fn stop() -> Vec<Event> {
    let events = EVENTS.replace(ManuallyDrop::new(None));
    ManuallyDrop::into_inner(events).unwrap_or_default()
}

fn note(what: What) {
    EVENTS.with(|events| {
        // What is allocated in here finds it borrowed, and is not recorded.
        if let Ok(mut events) = events.try_borrow_mut()
            && let Some(events) = events.as_mut()
        {
            let stack = match what {
                What::Alloc { .. } | What::Realloc { .. } => stack(),
                What::Free { .. } => Vec::new(),
            };
            events.push(Event { what, stack });
        }
    });
}

fn stack() -> Vec<u64> {
    let mut addresses = Vec::new();
    backtrace::trace(|frame| {
        // A return address is behind its call.
        addresses.push((frame.ip().addr() as u64).saturating_sub(1));
        true
    });
    addresses
}

// SAFETY: each call is handed on as it came, and so is what it gives.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Recorder<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, here and below.
        let pointer = unsafe { self.0.alloc(layout) };
        note_alloc(pointer, layout, false);
        pointer
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let pointer = unsafe { self.0.alloc_zeroed(layout) };
        note_alloc(pointer, layout, true);
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // Before: afterwards the address may be another's.
        note(What::Free {
            address: pointer.addr(),
            size: layout.size(),
        });
        // SAFETY: as above.
        unsafe { self.0.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let from = pointer.addr();
        // SAFETY: as above.
        let moved = unsafe { self.0.realloc(pointer, layout, size) };
        if !moved.is_null() {
            note(What::Realloc {
                from,
                old: layout.size(),
                address: moved.addr(),
                size,
            });
        }
        moved
    }
}

fn note_alloc(pointer: *mut u8, layout: Layout, zeroed: bool) {
    if !pointer.is_null() {
        note(What::Alloc {
            address: pointer.addr(),
            size: layout.size(),
            zeroed,
        });
    }
}
