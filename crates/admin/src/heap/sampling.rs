//! The allocator that wraps another.
#![allow(unsafe_code, reason = "an allocator cannot be safe code")]

use std::alloc::{GlobalAlloc, Layout};

/// A global allocator that hands everything to another one.
///
/// ```
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: admin::Sampling<System> = admin::Sampling::new(System);
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct Sampling<A> {
    inner: A,
}

impl<A> Sampling<A> {
    /// Wraps an allocator.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: each call is handed on with the arguments as they came.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Sampling<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the inner allocator's.
        unsafe { self.inner.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { self.inner.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner.realloc(pointer, layout, size) }
    }
}
